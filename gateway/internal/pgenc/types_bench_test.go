package pgenc

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// BenchmarkTypes is the cost of a value of each type, its place in the row included.
func BenchmarkTypes(b *testing.B) {
	const rows = 8192
	opaque := func(name string) arrow.Metadata {
		return arrow.MetadataFrom(map[string]string{"ARROW:extension:name": "arrow.opaque", "ARROW:extension:metadata": `{"type_name":"` + name + `","vendor_name":"DuckDB"}`})
	}
	micros := int64(1577836800000000)
	for _, c := range []struct {
		name string
		f    arrow.Field
		add  func(array.Builder, int)
	}{
		{"bool", arrow.Field{Type: arrow.FixedWidthTypes.Boolean}, func(b array.Builder, i int) { b.(*array.BooleanBuilder).Append(i%2 == 0) }},
		{"int2", arrow.Field{Type: arrow.PrimitiveTypes.Int16}, func(b array.Builder, i int) { b.(*array.Int16Builder).Append(int16(i)) }},
		{"int4", arrow.Field{Type: arrow.PrimitiveTypes.Int32}, func(b array.Builder, i int) { b.(*array.Int32Builder).Append(int32(i * 7919)) }},
		{"int8", arrow.Field{Type: arrow.PrimitiveTypes.Int64}, func(b array.Builder, i int) { b.(*array.Int64Builder).Append(int64(i) * 7919_7919) }},
		{"float4", arrow.Field{Type: arrow.PrimitiveTypes.Float32}, func(b array.Builder, i int) { b.(*array.Float32Builder).Append(float32(i) * 0.37) }},
		{"float8", arrow.Field{Type: arrow.PrimitiveTypes.Float64}, func(b array.Builder, i int) { b.(*array.Float64Builder).Append(float64(i) / 7) }},
		{"numeric", arrow.Field{Type: &arrow.Decimal128Type{Precision: 18, Scale: 2}}, func(b array.Builder, i int) {
			b.(*array.Decimal128Builder).Append(decimal128.FromI64(int64(i) * 3_141_593))
		}},
		{"text", arrow.Field{Type: arrow.BinaryTypes.String}, func(b array.Builder, _ int) { b.(*array.StringBuilder).Append("a customer's name") }},
		{"bytea", arrow.Field{Type: arrow.BinaryTypes.Binary}, func(b array.Builder, _ int) { b.(*array.BinaryBuilder).Append([]byte("0123456789abcdef")) }},
		{"date", arrow.Field{Type: arrow.FixedWidthTypes.Date32}, func(b array.Builder, i int) { b.(*array.Date32Builder).Append(arrow.Date32(18000 + i)) }},
		{"time", arrow.Field{Type: arrow.FixedWidthTypes.Time64us}, func(b array.Builder, i int) { b.(*array.Time64Builder).Append(arrow.Time64(i * 1_000_003)) }},
		{"timestamp", arrow.Field{Type: &arrow.TimestampType{Unit: arrow.Microsecond}}, func(b array.Builder, i int) {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(micros + int64(i)*1_000_003))
		}},
		{"timestamptz", arrow.Field{Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}}, func(b array.Builder, i int) {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(micros + int64(i)*1_000_003))
		}},
		{"interval", arrow.Field{Type: arrow.FixedWidthTypes.MonthDayNanoInterval}, func(b array.Builder, i int) {
			b.(*array.MonthDayNanoIntervalBuilder).Append(arrow.MonthDayNanoInterval{Months: 14, Days: int32(i), Nanoseconds: int64(i) * 1e9})
		}},
		{"uuid", arrow.Field{Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}, Metadata: arrow.MetadataFrom(map[string]string{"ARROW:extension:name": "arrow.uuid"})}, func(b array.Builder, _ int) {
			b.(*array.FixedSizeBinaryBuilder).Append([]byte("0123456789abcdef"))
		}},
		{"hugeint", arrow.Field{Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}, Metadata: opaque("hugeint")}, func(b array.Builder, _ int) {
			b.(*array.FixedSizeBinaryBuilder).Append([]byte("0123456789abcdef"))
		}},
		{"varbit", arrow.Field{Type: arrow.BinaryTypes.Binary, Metadata: opaque("bit")}, func(b array.Builder, _ int) {
			b.(*array.BinaryBuilder).Append([]byte{3, 0xf5, 0xaa, 0x0f})
		}},
		{"int4[] of 4", arrow.Field{Type: arrow.ListOf(arrow.PrimitiveTypes.Int32)}, func(b array.Builder, i int) {
			l := b.(*array.ListBuilder)
			l.Append(true)
			l.ValueBuilder().(*array.Int32Builder).AppendValues([]int32{int32(i), 2, 3, 4}, nil)
		}},
	} {
		c.f.Name = "v"
		builder := array.NewBuilder(memory.DefaultAllocator, c.f.Type)
		for i := range rows {
			c.add(builder, i)
		}
		values := builder.NewArray()
		rec := array.NewRecordBatch(arrow.NewSchema([]arrow.Field{c.f}, nil), []arrow.Array{values}, rows)
		for _, f := range []Format{Binary, Text} {
			b.Run(c.name+"/"+[]string{"text", "binary"}[f], func(b *testing.B) {
				e := NewEncoder(rec.Schema(), []Format{f}, DefaultSettings())
				var buf []byte
				n := 0
				for b.Loop() {
					var err error
					if buf, _, err = e.Append(buf[:0], rec, 0, rows, 64<<20); err != nil {
						b.Fatal(err)
					}
					n += rows
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/value")
				b.ReportMetric(0, "ns/op")
			})
		}
		rec.Release()
		values.Release()
		builder.Release()
	}
}
