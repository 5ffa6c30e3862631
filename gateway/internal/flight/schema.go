package flight

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/workerapi"
)

// The metadata of fields by which the standard tells drivers about columns (FlightSql.proto, CommandGetTables).
const (
	keyTypeName  = "ARROW:FLIGHT:SQL:TYPE_NAME"
	keyPrecision = "ARROW:FLIGHT:SQL:PRECISION"
	keyScale     = "ARROW:FLIGHT:SQL:SCALE"
	keyCounts    = "ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT"
)

// told returns a schema as clients are told it: each column with its type's name in SQL.
func told(s *arrow.Schema) *arrow.Schema {
	if s.NumFields() == 0 {
		return s
	}
	fields := slices.Clone(s.Fields())
	for i, f := range fields {
		keys, values := []string{keyTypeName, keyCounts}, []string{pgenc.TypeOf(f).OID.Name(), "0"}
		if d, ok := f.Type.(*arrow.Decimal128Type); ok {
			keys = append(keys, keyPrecision, keyScale)
			values = append(values, strconv.Itoa(int(d.Precision)), strconv.Itoa(int(d.Scale)))
		}
		for j, k := range f.Metadata.Keys() {
			if k != workerapi.TypeKey {
				keys, values = append(keys, k), append(values, f.Metadata.Values()[j])
			}
		}
		fields[i].Metadata = arrow.NewMetadata(keys, values)
	}
	return arrow.NewSchema(fields, nil)
}

// paramSchema describes a statement's parameters. A number that is compared with a column, or stored in it, has that column's
// precision: drivers take only numbers of the scale that they are told.
//
// compat: JDBC's driver writes milliseconds into moments and times of any unit, so it is told milliseconds.
func paramSchema(st *session.Statement, compat bool) *arrow.Schema {
	fields := make([]arrow.Field, len(st.ParamOIDs))
	for i, oid := range st.ParamOIDs {
		typ := pgenc.ArrowType(oid)
		if oid == pgenc.OIDNumeric && i < len(st.ParamTypes) {
			d := &arrow.Decimal128Type{}
			if n, err := fmt.Sscanf(st.ParamTypes[i], "DECIMAL(%d,%d)", &d.Precision, &d.Scale); n == 2 && err == nil {
				typ = d
			}
		}
		if compat {
			switch t := typ.(type) {
			case *arrow.TimestampType:
				typ = &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: t.TimeZone}
			case *arrow.Time64Type:
				typ = arrow.FixedWidthTypes.Time32ms
			}
		}
		fields[i] = arrow.Field{
			Name: "$" + strconv.Itoa(i+1), Type: typ, Nullable: true,
			Metadata: arrow.NewMetadata([]string{keyTypeName}, []string{oid.Name()}),
		}
	}
	return arrow.NewSchema(fields, nil)
}
