package dispatch

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sizer"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// sized is what is known beforehand of what a statement needs.
type sized struct {
	sizer.Estimate
	fingerprint sizer.Fingerprint
	known       bool // fingerprint is one: what the statement needs is to be learned
}

// longestSized is how long a text may be that is looked at: what is longer has its rows in it.
const longestSized = 256 << 10

// size estimates what a statement needs.
func (s *Session) size(ctx context.Context, st *session.Statement) sized {
	z := s.d.cfg.Sizer
	if z == nil || len(st.Text) > longestSized {
		return sized{Estimate: sizer.Estimate{Basis: sizer.ByDefault, Why: []string{"statements are not sized here"}}}
	}
	reads := st.Reads()
	path, _ := s.Settings.Get("search_path")
	fp := sizer.FingerprintOf(&st.Statement, &reads, s.Database+"\x00"+path)
	return sized{z.Size(ctx, fp, reads, s.relation), fp, true}
}

// watches tells whether a statement reads nothing but what the gateway knows of its queue, workers and queries. It reserves nothing
// and does not wait behind what it is to show, so whatever might need more than that is none: it is one SELECT, without functions.
func watches(st *session.Statement) bool {
	const longest = 1000 // tokens
	if st.Verb != sqltext.Select || st.Effect != sqltext.Select || len(st.Tokens) > longest {
		return false
	}
	own, selects, froms := false, 0, 0
	for i, t := range st.Tokens {
		switch {
		case t.Kind == sqltext.Op && st.IsAny(i, "[", "{"):
			return false
		case t.Kind != sqltext.Word && t.Kind != sqltext.Quoted:
			continue
		}
		name := st.Name(i)
		own = own || name == catalog.Own
		if st.Is(i+1, "(") && (t.Kind == sqltext.Quoted || st.Is(i-1, ".") || !harmless[name]) &&
			!(st.Is(i, "count") && st.Is(i+2, "*") && !st.Is(i-1, ".")) && !(st.IsAny(i, "filter", "over") && st.Is(i-1, ")")) {
			return false
		}
		switch {
		case t.Kind == sqltext.Quoted:
		case name == "select":
			selects++
		case name == "from":
			froms++
		case slices.Contains([]string{"with", "table", "pivot", "unpivot", "values", "union", "intersect", "except"}, name):
			return false
		}
	}
	if !own || selects != 1 || froms != 1 {
		return false
	}
	reads := st.Reads()
	for _, r := range reads.List {
		if len(r.Files) > 0 || r.Object.Schema != catalog.Own || !catalog.InOwn(r.Object.Name) {
			return false
		}
	}
	// More, joined with one another, might be much.
	const most = 2
	return len(reads.List) > 0 && len(reads.List) <= most && !reads.Unknown && !reads.Computes
}

// harmless are the words that may stand before a parenthesis in a statement that watches. They are no functions: those may be
// users' own, whatever they are called, and read anything.
var harmless = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		and or not in any all when then else case where having on as between distinct select limit offset
		cast varchar char character numeric decimal interval timestamp time`) {
		m[w] = true
	}
	return m
}()

// relation asks a worker what a name stands for. It reads what is in the catalog alone, whoever asks.
func (s *Session) relation(ctx context.Context, o sqltext.Object) (sizer.Relation, error) {
	if o.Schema == "pg_catalog" || o.Schema == "information_schema" || o.Schema == "" && catalog.InCatalog(o.Name) {
		return sizer.Relation{}, nil
	}
	where := " = " + sqltext.Quote(o.Name)
	schema := ""
	if o.Schema != "" {
		schema = " AND schema_name = " + sqltext.Quote(o.Schema)
	}
	view, err := s.d.lookUp(ctx, "SELECT sql FROM duckdb_views() WHERE NOT internal AND view_name"+where+schema+" LIMIT 1")
	if err != nil || view != "" {
		return sizer.Relation{View: view}, err
	}
	// Where nothing lasts there is no such function, and a lasting table is none of a worker's own.
	bytes, err := s.d.lookUp(ctx, "SELECT sum(file_size_bytes)::BIGINT::VARCHAR FROM ducklake_table_info('tavana') WHERE table_name"+where)
	if router.IsLost(err) || ctx.Err() != nil {
		return sizer.Relation{}, err
	}
	if err != nil || bytes == "" {
		return sizer.Relation{}, nil
	}
	n, err := strconv.ParseUint(bytes, 10, 64)
	return sizer.Relation{Bytes: n}, err
}

// lookUp returns the one text that a query of the gateway's own gives; "": none.
func (d *Dispatcher) lookUp(ctx context.Context, sql string) (out string, err error) {
	err = d.onAnyWorker(ctx, func(w *router.Worker) error {
		stream, err := w.Client.Execute(ctx, &workerpb.Statement{QueryId: d.newID(), User: &workerpb.User{Superuser: true}, Sql: sql, Beside: true, Lasting: false})
		if err != nil {
			return err
		}
		defer stream.Close()
		if err := stream.Granted(); err != nil {
			return err
		}
		for {
			b, err := stream.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if c, ok := b.Column(0).(*array.String); ok && b.NumRows() > 0 && !c.IsNull(0) {
				out = strings.Clone(c.Value(0))
			}
			b.Release()
		}
	})
	return out, err
}

// explainSize answers EXPLAIN (TAVANA): what a statement is expected to need, and why.
func (s *Session) explainSize(ctx context.Context, inner *session.Statement) *Rows {
	z := s.size(ctx, inner)
	need := "the worker's default share"
	if z.Bytes > 0 {
		need = strconv.FormatFloat(float64(z.Bytes)/1e6, 'f', 0, 64) + " MB"
	}
	lines := [][]string{{"Memory: " + need + " (" + string(z.Basis) + ")"}}
	for _, why := range z.Why {
		lines = append(lines, []string{"  " + why})
	}
	return fixed(&session.Answer{Columns: []string{planSchema.Field(0).Name}, Rows: lines, Tag: "EXPLAIN"})
}
