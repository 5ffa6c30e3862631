package worker_test

import (
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// session opens a session and runs statements in it.
func (c *client) session(id string, list ...string) {
	c.t.Helper()
	if err := c.OpenSession(c.t.Context(), &workerpb.OpenSessionRequest{SessionId: id, User: &workerpb.User{}}); err != nil {
		c.t.Fatal(err)
	}
	for _, sql := range list {
		st := c.statement(sql)
		st.SessionId = id
		if _, _, err := c.run(st); err != nil {
			c.t.Fatalf("%s: %v", sql, err)
		}
	}
}

// endless starts a statement that runs until end is called, with so much reserved.
func (c *client) endless(reserve uint64) (end func()) {
	c.t.Helper()
	st := c.statement("SELECT count(*) FROM range(100000000000) a(i) WHERE i % 7 = 8")
	st.MemoryBytes = reserve
	s, err := c.Execute(c.t.Context(), st)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := s.Granted(); err != nil {
		c.t.Fatal(err)
	}
	return func() {
		s.Close()
		c.await(func(st *workerpb.State) bool { return len(st.GetQueries()) == 0 })
	}
}

const mb = 1 << 20

// A worker shrinks to no less than what is promised and what tables hold, and nothing that runs is shrunk under.
func TestAWorkerShrinksToWhatItNeeds(t *testing.T) {
	c := dial(t, start(t, config(t)))
	shrink := func(to uint64) (uint64, error) { return c.SetMemoryLimit(t.Context(), to) }
	end := c.endless(700 * mb)
	if got, err := shrink(500 * mb); err != nil || got < 875*mb || got > 900*mb {
		t.Errorf("under one that has 700 MB: %d MB, %v", got/mb, err)
	}
	if got, err := shrink(500 * mb); pgerror.CodeOf(err) != pgerror.OutOfMemory {
		t.Errorf("once more: %d MB, %v", got/mb, err)
	}
	c.await(func(st *workerpb.State) bool { return st.GetDuckdbMemoryLimit() >= 700*mb })
	end()
	if _, err := c.SetMemoryLimit(t.Context(), 3<<30); err != nil { // so much that the table stays in memory, whatever else does
		t.Fatal(err)
	}
	c.session("s", "CREATE TEMP TABLE t AS SELECT random() AS r FROM range(25000000)") // 200 MB
	got, err := shrink(256 * mb)
	if err != nil || got < 330*mb || got > 500*mb {
		t.Errorf("with 200 MB in a table: %d MB, %v", got/mb, err)
	}
	c.await(func(st *workerpb.State) bool { return st.GetMemoryLimit() == got && st.GetSpilled() == 0 })
	c.CloseSession(t.Context(), "s")
	c.await(func(st *workerpb.State) bool { return st.GetSessions() == 0 && st.GetDuckdbUsed() < 100*mb })
	if got, err := shrink(256 * mb); err != nil || got != 256*mb {
		t.Errorf("with nothing: %d MB, %v", got/mb, err)
	}
}

// What others hold, and have held before, is not a statement's own.
func TestPeaksAreOnesOwn(t *testing.T) {
	c := dial(t, start(t, config(t)))
	defer c.endless(32 * mb)()
	c.session("s", "CREATE TEMP TABLE t AS SELECT random() AS r FROM range(40000000)") // 320 MB
	for range 3 {
		st := c.statement("SELECT count(*) FROM range(30000000) a(i) WHERE i % 7 = 8")
		st.MemoryBytes = 300 * mb // as if it had been learned wrong
		_, done, err := c.run(st)
		if err != nil {
			t.Fatal(err)
		}
		if peak := done.GetStatistics().GetPeakMemoryBytes(); peak > 64*mb {
			t.Errorf("a count needs %d MB", peak/mb)
		}
	}
	st := c.statement("SELECT count(DISTINCT i) FROM range(5000000) a(i)")
	_, done, err := c.run(st)
	if err != nil {
		t.Fatal(err)
	}
	if peak := done.GetStatistics().GetPeakMemoryBytes(); peak < 40*mb {
		t.Errorf("what holds much needs %d MB", peak/mb)
	}
}

// Statements that run beside each other are not measured as less than they need.
func TestPeaksBesideOthers(t *testing.T) {
	c := dial(t, start(t, config(t)))
	const sql = "SELECT count(DISTINCT i) FROM range(3000000) a(i)"
	_, done, err := c.run(c.statement(sql))
	if err != nil {
		t.Fatal(err)
	}
	alone := done.GetStatistics().GetPeakMemoryBytes()
	const n = 4
	peaks := make(chan uint64, n)
	for range n {
		st := c.statement(sql)
		st.MemoryBytes = 150 * mb
		go func() {
			_, done, err := c.run(st)
			if err != nil {
				t.Error(err)
			}
			peaks <- done.GetStatistics().GetPeakMemoryBytes()
		}()
	}
	sum := uint64(0)
	for range n {
		sum += <-peaks
	}
	if sum < n*alone/2 || sum > 2*n*alone {
		t.Errorf("alone it needs %d MB, and %d of them beside each other %d MB in all", alone/mb, n, sum/mb)
	}
	t.Logf("alone %d MB, four beside each other %d MB", alone/mb, sum/mb)
}

// A session's statement needs what the table takes that it makes.
func TestPeaksOfTablesThatAreMade(t *testing.T) {
	c := dial(t, start(t, config(t)))
	c.session("s")
	st := c.statement("CREATE TEMP TABLE t AS SELECT random() AS r FROM range(25000000)")
	st.SessionId = "s"
	_, done, err := c.run(st)
	if err != nil {
		t.Fatal(err)
	}
	if peak := done.GetStatistics().GetPeakMemoryBytes(); peak < 150*mb {
		t.Errorf("a table of 200 MB needs %d MB", peak/mb)
	}
}

// A worker is not idle while a client sends rows, or while a result is sent that is in memory whole.
func TestRowsUnderWayKeepAWorker(t *testing.T) {
	c := dial(t, start(t, config(t)))
	idle := func(want bool) {
		t.Helper()
		if drains, err := c.DrainIdle(t.Context()); err != nil || drains != want {
			t.Errorf("it drains: %v, %v; want %v", drains, err, want)
		}
	}
	p, _ := put(t, c, 1, 1)
	c.await(func(st *workerpb.State) bool { return st.GetHeld() == 1 })
	idle(false)
	p.Close()
	c.await(func(st *workerpb.State) bool { return st.GetHeld() == 0 })

	st := c.statement("SELECT i, repeat('x', 100) AS s FROM range(1000000) t(i)")
	st.Lasting = true // it is kept whole
	if _, err := c.openResult(st); err != nil {
		t.Fatal(err)
	}
	s, err := c.Result(t.Context(), st.GetQueryId())
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	c.await(func(st *workerpb.State) bool { return st.GetHeld() == 1 && st.GetResults() == 0 })
	idle(false)
	s.Close()
	c.await(func(st *workerpb.State) bool { return st.GetHeld() == 0 })
	idle(true)
	if p, err = c.Put(t.Context(), putSchema); err == nil {
		rec := putRows(0, 1)
		if err = p.Write(rec); err == nil {
			_, err = p.Name()
		}
		rec.Release()
		p.Close()
	}
	if e := pgerror.Flatten(err); err == nil || e.Code != pgerror.CannotConnectNow || !e.Retryable {
		t.Errorf("rows for a worker that goes: %v", err)
	}
}
