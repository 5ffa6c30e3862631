package duck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/cockroachdb/datadriven"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// openTest returns an instance without extensions, whose initial SQL is init.
func openTest(t *testing.T, init ...string) *Instance {
	t.Helper()
	in, err := Open(Options{Threads: 2, MemoryLimit: 512 << 20, Directory: t.TempDir(), MaxSpill: 1 << 30, InitSQL: init})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	return in
}

func connect(t *testing.T, in *Instance) *Conn {
	t.Helper()
	c, err := in.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func anything(workerpb.StatementType) error { return nil }

// run executes sql to its end and returns the number of rows.
func run(c *Conn, sql string) (rows int64, err error) {
	p, err := c.Prepare(sql, anything)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if err := p.Bind(nil); err != nil {
		return 0, err
	}
	r, err := p.Execute(context.Background())
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows += rec.NumRows()
		rec.Release()
	}
}

// What DuckDB's errors are turned into, pinned on the real DuckDB: testdata/errors has failing statements and what they answer.
func TestErrorsArePostgreSQLs(t *testing.T) {
	c := connect(t, openTest(t, "CREATE TABLE base (a INTEGER)"))
	for _, sql := range strings.Split(`CREATE TEMP TABLE t (a INTEGER NOT NULL, b INTEGER CHECK (b > 0), c INTEGER UNIQUE);
		CREATE TEMP TABLE u (s VARCHAR, d DOUBLE, l INTEGER[]); CREATE TEMP VIEW v AS SELECT 1 AS x;
		CREATE TEMP TABLE parent (id INTEGER PRIMARY KEY); CREATE TEMP TABLE child (p INTEGER REFERENCES parent (id));
		INSERT INTO t VALUES (1, 1, 1); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)`, ";") {
		if _, err := run(c, sql); err != nil {
			t.Fatal(err)
		}
	}
	datadriven.RunTest(t, "testdata/errors", func(t *testing.T, d *datadriven.TestData) string {
		_, err := run(c, d.Input)
		if err == nil {
			return "no error\n"
		}
		e := pgerror.Flatten(err)
		out := string(e.Code)
		if e.Position > 0 {
			rest := d.Input[min(e.Position-1, len(d.Input)):]
			out += fmt.Sprintf(" at %q", rest[:min(12, len(rest))])
		}
		out += ": " + e.Message + "\n"
		if e.Detail != "" {
			out += "detail: " + strings.ReplaceAll(e.Detail, "\n", " ") + "\n"
		}
		if e.Hint != "" {
			out += "hint: " + strings.ReplaceAll(e.Hint, "\n", " ") + "\n"
		}
		return out
	})
}

func TestAFailureInTheMiddleOfAStreamIsAnError(t *testing.T) {
	c := connect(t, openTest(t))
	rows, err := run(c, "SELECT CASE WHEN i = 500000 THEN error('stop here') ELSE i::VARCHAR END FROM range(1000000) t(i)")
	if err == nil {
		t.Fatalf("%d rows and no error", rows)
	}
}

func TestAnInterruptHitsOnlyTheStatementItWasMeantFor(t *testing.T) {
	c := connect(t, openTest(t))
	c.Interrupt() // nothing runs
	if _, err := run(c, "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	p, err := c.Prepare("SELECT i FROM range(100000000) t(i)", anything)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Interrupt()
	for err == nil {
		var rec interface{ Release() }
		if rec, err = r.Next(); err == nil {
			rec.Release()
		}
	}
	if code := pgerror.CodeOf(err); code != pgerror.QueryCanceled {
		t.Errorf("interrupted stream ended with %s (%v)", code, err)
	}
	if !r.Close() {
		t.Error("Close did not report the interrupt")
	}
	c.Interrupt() // too late
	if n, err := run(c, "SELECT i FROM range(10) t(i)"); err != nil || n != 10 {
		t.Errorf("the next statement: %d rows, %v", n, err)
	}
}

func TestPrepareExecutesNothing(t *testing.T) {
	c := connect(t, openTest(t))
	for _, sql := range []string{"CREATE TEMP TABLE made (a INTEGER)", "SELECT error('ran')", "SELECT 1; SELECT 2"} {
		p, err := c.Prepare(sql, anything)
		if err == nil {
			p.Close()
		}
	}
	if _, err := run(c, "SELECT * FROM made"); pgerror.CodeOf(err) != pgerror.UndefinedTable {
		t.Errorf("prepare has run it: %v", err)
	}
}

// coalesced runs sql and calls f with each batch that would leave the worker. It returns the number of rows.
func coalesced(t *testing.T, sql string, f func(arrow.RecordBatch)) (rows int64) {
	t.Helper()
	p, err := connect(t, openTest(t)).Prepare(sql, anything)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Execute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	co := NewCoalescer(r.Schema())
	defer co.Release()
	take := func(b arrow.RecordBatch) {
		f(b)
		rows += b.NumRows()
		b.Release()
	}
	for {
		chunk, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		batches, err := co.Add(chunk)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			take(b)
		}
	}
	b, err := co.Flush()
	if err != nil {
		t.Fatal(err)
	}
	if b != nil {
		take(b)
	}
	return rows
}

func TestUnionsStream(t *testing.T) {
	const sql = "SELECT union_value(a := i) AS u, [union_value(b := 'x')] AS l FROM range(10000) t(i)"
	if rows := coalesced(t, sql, func(arrow.RecordBatch) {}); rows != 10000 {
		t.Errorf("%d rows", rows)
	}
}

func TestParametersWithoutATypeAreSaidToHaveNone(t *testing.T) {
	c := connect(t, openTest(t))
	for sql, want := range map[string]string{
		"SELECT $1 + 1 AS a, $2 AS b": `["" ""]`, "SELECT $1::DATE, i FROM range(3) t(i) WHERE i > $2": `["DATE" "BIGINT"]`, "SELECT 1": "[]",
		"SELECT concat($1, 'x')": `[""]`, "SELECT * FROM range($1)": `[""]`,
	} {
		p, err := c.Prepare(sql, anything)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got := fmt.Sprintf("%q", p.Parameters()); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
		if _, _, err := p.Schema(workerpb.Profile_PROFILE_LOSSLESS); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		p.Close()
	}
}

func TestBatchesStayWithinTheirBounds(t *testing.T) {
	const sql = "SELECT repeat('x', 3000) AS s FROM range(20000)" // 6 MB a chunk
	rows := coalesced(t, sql, func(b arrow.RecordBatch) {
		if n := len(b.Column(0).(*array.String).ValueBytes()); n > batchMax {
			t.Errorf("a batch of %d bytes", n)
		}
	})
	if rows != 20000 {
		t.Errorf("%d rows", rows)
	}
}

// The sample at a size that does not fit in memory spills into a folder of its own, and leaves nothing but its files.
func TestTheFolderIsMadeAndGoes(t *testing.T) {
	dir := t.TempDir() + "/a/b"
	in, err := OpenUnlocked(Options{Threads: 2, MemoryLimit: 64 << 20, Directory: dir, MaxSpill: 2 << 30})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Exec("CREATE TABLE t AS SELECT i, hash(i) AS h FROM range(10000000) t(i) ORDER BY h"); err != nil {
		t.Errorf("spilling: %v", err)
	}
	in.Close()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}
