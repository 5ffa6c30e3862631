package worker_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
)

var putSchema = arrow.NewSchema([]arrow.Field{
	{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
}, nil)

// putRows makes a batch of n rows from first on: every tenth s is NULL.
func putRows(first, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, putSchema)
	defer b.Release()
	for i := first; i < first+n; i++ {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		if i%10 == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("a text that is not inlined, of row %d", i))
		}
		l := b.Field(2).(*array.ListBuilder)
		l.Append(true)
		l.ValueBuilder().(*array.Int32Builder).Append(int32(i))
	}
	return b.NewRecordBatch()
}

func put(t *testing.T, c *client, batches, rows int) (*workerapi.Put, string) {
	t.Helper()
	p, err := c.Put(t.Context(), putSchema)
	if err != nil {
		t.Fatal(err)
	}
	for i := range batches {
		rec := putRows(i*rows, rows)
		err := p.Write(rec)
		rec.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	name, err := p.Name()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.End(); err != nil {
		t.Fatal(err)
	}
	return p, name
}

// Few rows stay in memory and many go to disk: a statement reads both, as often as it likes, and they go with the call.
func TestStagedRowsAreRead(t *testing.T) {
	cfg := config(t)
	c := dial(t, start(t, cfg))
	for _, size := range []struct{ batches, rows int }{{1, 0}, {1, 1}, {3, 5000}, {40, 20000}} {
		p, name := put(t, c, size.batches, size.rows)
		for range 2 {
			st := c.statement(`SELECT (count(*)::VARCHAR || ' ' || coalesce(sum(a.i), 0)::VARCHAR || ' ' || count(a.s)::VARCHAR || ' ' ||
				coalesce(sum(a.l[1]), 0)::VARCHAR || ' ' || coalesce(max(a.s), '')) FROM tavana_rows('stdin') a JOIN tavana_rows('stdin') b ON a.i = b.i`)
			st.Staged = name
			got, _, err := c.run(st)
			n := size.batches * size.rows
			want := fmt.Sprintf("%d %d %d %d ", n, n*(n-1)/2, n-(n+9)/10, n*(n-1)/2)
			if err != nil || len(got) != 1 || len(got[0]) < len(want) || got[0][:len(want)] != want {
				t.Errorf("%d x %d: %v (%v), want %s", size.batches, size.rows, got, err, want)
			}
		}
		p.Close()
		eventually(t, "the rows are dropped", func() bool {
			st := c.statement("SELECT 1")
			st.Staged = name
			_, _, err := c.run(st)
			return pgerror.CodeOf(err) == pgerror.ObjectNotInPrerequisiteState
		})
	}
	// A statement without them reads nobody's.
	_, name := put(t, c, 1, 1)
	c.wantCode("SELECT * FROM tavana_rows('stdin')", pgerror.SyntaxErrorOrAccessRule)
	c.wantCode("SELECT * FROM tavana_rows('"+name+"')", pgerror.SyntaxErrorOrAccessRule)
}

// A statement may begin before its rows are all there. It waits for them a little, and never takes what has come for all.
func TestAStatementBeginsBeforeItsRows(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for _, memory := range []bool{true, false} { // of the first rows, and of those in the file
		p, err := c.Put(t.Context(), putSchema)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		written := 0
		write := func(n int) {
			t.Helper()
			rec := putRows(written, n)
			defer rec.Release()
			if err := p.Write(rec); err != nil {
				t.Fatal(err)
			}
			written += n
		}
		write(1000)
		for i := 0; !memory && i < 40; i++ {
			write(20_000)
		}
		name, err := p.Name()
		if err != nil {
			t.Fatal(err)
		}
		count := func() ([]string, error) {
			st := c.statement("SELECT count(*)::VARCHAR || ' ' || sum(i)::VARCHAR FROM tavana_rows('stdin')")
			st.Staged = name
			got, _, err := c.run(st)
			return got, err
		}
		if got, err := count(); pgerror.CodeOf(err) != pgerror.ObjectNotInPrerequisiteState {
			t.Errorf("rows that are late: %v (%v)", got, err)
		}
		done := make(chan error, 1)
		var got []string
		go func() {
			var err error
			got, err = count()
			done <- err
		}()
		for range 20 {
			write(1000)
		}
		if err := p.End(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil || got[0] != fmt.Sprintf("%d %d", written, written*(written-1)/2) {
			t.Errorf("%v (%v)", got, err)
		}
	}
	// Rows that are given up are not all there are.
	p, err := c.Put(t.Context(), putSchema)
	if err != nil {
		t.Fatal(err)
	}
	rec := putRows(0, 10)
	defer rec.Release()
	if err := p.Write(rec); err != nil {
		t.Fatal(err)
	}
	name, err := p.Name()
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, p.Close)
	st := c.statement("SELECT count(*)::VARCHAR FROM tavana_rows('stdin')")
	st.Staged = name
	if got, _, err := c.run(st); err == nil {
		t.Errorf("given up: %v", got)
	}
}

// Rows that come along with a statement are a table that it alone sees.
func TestTablesComeWithStatements(t *testing.T) {
	c := dial(t, start(t, config(t)))
	rec := putRows(0, 5000)
	defer rec.Release()
	ipc, err := workerapi.EncodeRow(rec)
	if err != nil {
		t.Fatal(err)
	}
	st := c.statement("SELECT sum(i)::VARCHAR FROM tavana_rows('live')")
	st.Tables = []*workerpb.Table{{Name: "live", Ipc: ipc}}
	if got, _, err := c.run(st); err != nil || got[0] != "12497500" {
		t.Errorf("%v (%v)", got, err)
	}
	c.wantCode("SELECT * FROM tavana_rows('live')", pgerror.SyntaxErrorOrAccessRule)
}

// Rows past the limit of what may be written to disk are 53100, and leave no file.
func TestStagedRowsAreBounded(t *testing.T) {
	cfg := config(t)
	cfg.SpillMax = 4 << 20
	c := dial(t, start(t, cfg))
	p, err := c.Put(t.Context(), putSchema)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i := 0; err == nil && i < 200; i++ {
		rec := putRows(i*20000, 20000)
		err = p.Write(rec)
		rec.Release()
	}
	if pgerror.CodeOf(err) != pgerror.DiskFull {
		t.Errorf("%v", err)
	}
	files, _ := filepath.Glob(filepath.Join(cfg.SpillDir, "*", "rows-*"))
	if len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// A client that stops sending holds none of DuckDB's threads.
func TestSlowPutKeepsNobodyWaiting(t *testing.T) {
	p := workertest.StartProcess(t, "--extensions", "none", "--threads", "1")
	c := dial(t, p.Target)
	for range 4 {
		slow, err := c.Put(t.Context(), putSchema)
		if err != nil {
			t.Fatal(err)
		}
		defer slow.Close()
		rec := putRows(0, 10)
		if err := slow.Write(rec); err != nil {
			t.Fatal(err)
		}
		rec.Release()
	}
	begin := time.Now()
	if got := c.query("SELECT count(*) FROM range(1000)"); got[0] != "1000" {
		t.Error(got)
	}
	t.Logf("a query beside them: %v", time.Since(begin))
}
