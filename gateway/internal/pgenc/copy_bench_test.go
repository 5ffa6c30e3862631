package pgenc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
)

// BenchmarkCopyIn reads the rows of bench's COPY: a bigint, a text and a double precision as CSV.
func BenchmarkCopyIn(b *testing.B) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}, {Name: "c", Type: arrow.PrimitiveTypes.Float64},
	}, nil)
	var file strings.Builder
	const rows = 100_000
	for i := range rows {
		fmt.Fprintf(&file, "%d,name of %d,%g\n", i, i, float64(i)*0.25)
	}
	data := []byte(file.String())
	opts := clientCopy(b, "COPY t FROM STDIN csv")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		d, err := NewCopyDecoder("t", schema, opts, func(arrow.RecordBatch) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		const message = 64 << 10
		for rest := data; len(rest) > 0; rest = rest[min(message, len(rest)):] {
			if err := d.Feed(rest[:min(message, len(rest))]); err != nil {
				b.Fatal(err)
			}
		}
		if err := d.End(); err != nil {
			b.Fatal(err)
		}
		d.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
