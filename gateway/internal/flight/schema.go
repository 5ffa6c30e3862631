package flight

import (
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
)

// The metadata of fields by which the standard tells drivers about columns (FlightSql.proto, CommandGetTables).
const (
	keyTypeName  = "ARROW:FLIGHT:SQL:TYPE_NAME"
	keyPrecision = "ARROW:FLIGHT:SQL:PRECISION"
	keyScale     = "ARROW:FLIGHT:SQL:SCALE"
	keyCounts    = "ARROW:FLIGHT:SQL:IS_AUTO_INCREMENT"
	// keyOurs is what gateways and workers tell each other.
	keyOurs = "tavana:type"
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
			if k != keyOurs {
				keys, values = append(keys, k), append(values, f.Metadata.Values()[j])
			}
		}
		fields[i].Metadata = arrow.NewMetadata(keys, values)
	}
	return arrow.NewSchema(fields, nil)
}

// paramSchema describes a statement's parameters.
func paramSchema(oids []pgenc.OID) *arrow.Schema {
	fields := make([]arrow.Field, len(oids))
	for i, oid := range oids {
		fields[i] = arrow.Field{
			Name: "$" + strconv.Itoa(i+1), Type: pgenc.ArrowType(oid), Nullable: true,
			Metadata: arrow.NewMetadata([]string{keyTypeName}, []string{oid.Name()}),
		}
	}
	return arrow.NewSchema(fields, nil)
}
