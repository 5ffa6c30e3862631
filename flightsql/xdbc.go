package flightsql

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
)

// xdbcType is a row of GetXdbcTypeInfo, in ODBC's terms (SQLGetTypeInfo).
type xdbcType struct {
	name     string
	typ      int32
	size     int32 // digits, characters or bytes; 0: no limit
	quoted   bool  // literals are written in quotes
	params   []string
	numeric  bool
	scale    int32 // the largest; 0: none
	sqlType  int32
	datetime int32 // the subcode of dates and times
}

// xdbcTypes are in the order of their types, as ODBC wants it.
var xdbcTypes = []xdbcType{
	{name: "bit varying", typ: -4, quoted: true, sqlType: -4},
	{name: "bytea", typ: -3, quoted: true, sqlType: -3},
	{name: "bigint", typ: -5, size: 19, numeric: true, sqlType: -5},
	{name: "boolean", typ: -7, size: 1, sqlType: -7},
	{name: "numeric", typ: 2, size: 38, params: []string{"precision", "scale"}, numeric: true, scale: 38, sqlType: 2},
	{name: "integer", typ: 4, size: 10, numeric: true, sqlType: 4},
	{name: "smallint", typ: 5, size: 5, numeric: true, sqlType: 5},
	{name: "real", typ: 7, size: 7, numeric: true, sqlType: 7},
	{name: "double precision", typ: 8, size: 15, numeric: true, sqlType: 8},
	{name: "text", typ: 12, quoted: true, sqlType: 12},
	{name: "character varying", typ: 12, quoted: true, params: []string{"length"}, sqlType: 12},
	{name: "uuid", typ: 12, size: 36, quoted: true, sqlType: 12},
	{name: "json", typ: 12, quoted: true, sqlType: 12},
	{name: "interval", typ: 12, quoted: true, sqlType: 12},
	{name: "date", typ: 91, size: 10, quoted: true, sqlType: 9, datetime: 1},
	{name: "time", typ: 92, size: 15, quoted: true, scale: 6, sqlType: 9, datetime: 2},
	{name: "timestamp", typ: 93, size: 26, quoted: true, scale: 6, sqlType: 9, datetime: 3},
	{name: "timestamp with time zone", typ: 93, size: 32, quoted: true, scale: 6, sqlType: 9, datetime: 3},
}

// GetFlightInfoXdbcTypeInfo describes the types of data.
func (h *handler) GetFlightInfoXdbcTypeInfo(_ context.Context, _ stock.GetXdbcTypeInfo, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.XdbcTypeInfo)
}

// DoGetXdbcTypeInfo returns the types of data that columns can have.
func (h *handler) DoGetXdbcTypeInfo(ctx context.Context, cmd stock.GetXdbcTypeInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.XdbcTypeInfo, func(b *array.RecordBuilder, _ func()) error {
		for _, t := range xdbcTypes {
			if want := cmd.GetDataType(); want == nil || *want == t.typ {
				t.append(b)
			}
		}
		return nil
	})
}

func (t xdbcType) append(b *array.RecordBuilder) {
	text := func(i int, v string, ok bool) {
		if ok {
			b.Field(i).(*array.StringBuilder).Append(v)
		} else {
			b.Field(i).AppendNull()
		}
	}
	num := func(i int, v int32, ok bool) {
		if ok {
			b.Field(i).(*array.Int32Builder).Append(v)
		} else {
			b.Field(i).AppendNull()
		}
	}
	flag := func(i int, v bool) { b.Field(i).(*array.BooleanBuilder).Append(v) }
	text(0, t.name, true)
	num(1, t.typ, true)
	num(2, t.size, t.size > 0)
	text(3, "'", t.quoted)
	text(4, "'", t.quoted)
	if params := b.Field(5).(*array.ListBuilder); len(t.params) == 0 {
		params.AppendNull()
	} else {
		params.Append(true)
		for _, p := range t.params {
			params.ValueBuilder().(*array.StringBuilder).Append(p)
		}
	}
	const nullable, searchable = 1, 3
	num(6, nullable, true)
	flag(7, t.quoted)
	num(8, searchable, true)
	if t.numeric {
		flag(9, false)
	} else {
		b.Field(9).AppendNull()
	}
	flag(10, false)
	flag(11, false)
	text(12, t.name, true)
	num(13, 0, t.scale > 0)
	num(14, t.scale, t.scale > 0)
	num(15, t.sqlType, true)
	num(16, t.datetime, t.datetime > 0)
	num(17, 10, t.numeric)
	b.Field(18).AppendNull()
}
