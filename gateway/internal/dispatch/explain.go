package dispatch

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// DuckDB's EXPLAIN answers a plan in one piece, with its kind in a column beside it. PostgreSQL's has one column, QUERY PLAN,
// with a row for each line; another format than text is one row.

var planSchema = arrow.NewSchema([]arrow.Field{{Name: "QUERY PLAN", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)

// isPlan tells whether a schema is that of DuckDB's EXPLAIN.
func isPlan(schema *arrow.Schema, st *sqltext.Statement) bool {
	return st.Verb() == sqltext.Explain && schema.NumFields() == 2 && schema.Field(0).Name == "explain_key" && schema.Field(1).Name == "explain_value"
}

// planLines makes PostgreSQL's rows of a batch of DuckDB's plans, and releases that.
func planLines(b *Batch, whole bool) *Batch {
	defer b.Release()
	out := array.NewRecordBuilder(memory.DefaultAllocator, planSchema)
	defer out.Release()
	plans := b.Column(1).(*array.String)
	for i := range plans.Len() {
		lines := []string{plans.Value(i)}
		if !whole {
			lines = strings.Split(strings.TrimRight(lines[0], "\n"), "\n")
		}
		for _, line := range lines {
			out.Field(0).(*array.StringBuilder).Append(line)
		}
	}
	return &Batch{RecordBatch: out.NewRecordBatch()}
}
