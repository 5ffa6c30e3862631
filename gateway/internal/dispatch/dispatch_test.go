package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a dispatcher over fake workers.
type world struct {
	t       *testing.T
	d       *dispatch.Dispatcher
	reg     *prometheus.Registry
	workers []*workertest.Fake
	targets []string
	router  *router.Router
}

func newWorld(t *testing.T, cfg dispatch.Config, workers ...*workertest.Fake) *world {
	t.Helper()
	w := &world{t: t, workers: workers, reg: prometheus.NewRegistry()}
	for _, f := range workers {
		w.targets = append(w.targets, f.Start(t, workertest.Token))
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.router = router.New(workertest.Token, log)
	if err := w.router.Set(w.targets); err != nil {
		t.Fatal(err)
	}
	if cfg.QueueTimeout == 0 {
		cfg.QueueTimeout = time.Minute
	}
	if cfg.WorkerWait == 0 {
		cfg.WorkerWait = time.Minute
	}
	w.d = dispatch.New(cfg, w.router, w.reg, log)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.router.Run(ctx); close(done) }()
	t.Cleanup(func() {
		cancel()
		<-done
		w.router.Close()
	})
	w.await(len(workers))
	return w
}

// await waits until n workers are there.
func (w *world) await(n int) {
	w.t.Helper()
	w.eventually(func() bool { return len(w.router.Candidates(func(*router.Worker) bool { return false })) == n }, "%d workers", n)
}

func (w *world) eventually(f func() bool, what string, args ...any) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("never came: "+what, args...)
		}
	}
}

func (w *world) session() *dispatch.Session {
	s := w.d.NewSession(session.New(session.Identity{User: "ann", Database: "tavana"}), dispatch.Client{}, func(*pgerror.Error) {})
	w.t.Cleanup(s.Close)
	return s
}

func parse(t *testing.T, sql string) *session.Statement {
	t.Helper()
	list, err := sqltext.Split(sql)
	if err != nil || len(list) != 1 {
		t.Fatalf("%s: %v", sql, err)
	}
	return session.NewStatement(list[0])
}

// run runs a statement to its end: the sum of its rows' first column, and their number.
func run(ctx context.Context, t *testing.T, s *dispatch.Session, sql string) (rows int, tag string, err error) {
	t.Helper()
	r, err := s.Run(ctx, &session.Portal{Statement: parse(t, sql)}, false)
	if err != nil {
		return 0, "", err
	}
	defer r.Close()
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, r.Tag(0), nil
		}
		if err != nil {
			return rows, "", err
		}
		rows += int(b.NumRows())
		b.Release()
	}
}

func TestRowsAndTagsComeBack(t *testing.T) {
	w := newWorld(t, dispatch.Config{}, workertest.NewFake())
	s := w.session()
	rows, tag, err := run(t.Context(), t, s, "SELECT i FROM range(2500) t(i)")
	if err != nil || rows != 2500 || tag != "SELECT 2500" {
		t.Errorf("%d rows, %q, %v", rows, tag, err)
	}
	if rows, tag, err = run(t.Context(), t, s, "SHOW TimeZone"); err != nil || rows != 1 || tag != "SHOW" {
		t.Errorf("%d rows, %q, %v", rows, tag, err)
	}
	if got := testutil.ToFloat64(gauge(t, w.reg, "tavana_active_queries")); got != 0 {
		t.Errorf("%v queries are still active", got)
	}
}

// gauge makes a collector of one metric of a registry.
func gauge(t *testing.T, reg *prometheus.Registry, name string) prometheus.Collector {
	t.Helper()
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.GetName() == name {
			g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "x"})
			g.Set(f.GetMetric()[0].GetGauge().GetValue())
			return g
		}
	}
	t.Fatalf("no metric %s", name)
	return nil
}

func TestAReadIsTriedTwiceAndNoMore(t *testing.T) {
	a, b := workertest.NewFake(), workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, a, b)
	s := w.session()
	rows, _, err := run(t.Context(), t, s, "SELECT /* die 0 */ i FROM range(10) t(i)")
	// Both fakes know the word, so the second dies too: the statement has been tried on both, and no more.
	if code := pgerror.CodeOf(err); code != pgerror.IOError {
		t.Errorf("%d rows, %v", rows, err)
	}
	if len(a.Executed()) != 1 || len(b.Executed()) != 1 {
		t.Errorf("executed %q and %q", a.Executed(), b.Executed())
	}
}

func TestAReadGoesOnAtAnotherWorker(t *testing.T) {
	slow, good := workertest.NewFake(), workertest.NewFake()
	slow.Delay = time.Hour
	w := newWorld(t, dispatch.Config{}, slow)
	s := w.session()
	type result struct {
		rows int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		rows, _, err := run(t.Context(), t, s, "SELECT i FROM range(10) t(i)")
		done <- result{rows, err}
	}()
	w.eventually(func() bool { return len(slow.Executed()) == 1 }, "the statement reaches the worker")
	slow.Kill()
	good.StartAt(t, w.targets[0], workertest.Token) // a new worker in its place
	if r := <-done; r.err != nil || r.rows != 10 {
		t.Errorf("%d rows, %v", r.rows, r.err)
	}
}

func TestALostWorkerAfterTheFirstRowIsAnError(t *testing.T) {
	a, b := workertest.NewFake(), workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, a, b)
	r, err := w.session().Run(t.Context(), &session.Portal{Statement: parse(t, "SELECT i FROM range(1000000000) t(i)")}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for rows := 0; ; {
		batch, err := r.Next()
		if err != nil {
			if code := pgerror.CodeOf(err); code != pgerror.IOError {
				t.Errorf("after %d rows: %s (%v)", rows, code, err)
			}
			break
		}
		if rows == 0 {
			a.Kill()
			b.Kill()
		}
		rows += int(batch.NumRows())
		batch.Release()
	}
	if n := len(a.Executed()) + len(b.Executed()); n != 1 {
		t.Errorf("executed %d times", n)
	}
}

func TestATransactionIsNotRunAgain(t *testing.T) {
	a, b := workertest.NewFake(), workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, a, b)
	s := w.session()
	for _, sql := range []string{"BEGIN", "SELECT i FROM range(3) t(i)"} {
		if _, _, err := run(t.Context(), t, s, sql); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := run(t.Context(), t, s, "SELECT /* die 0 */ i FROM range(10) t(i)")
	if pgerror.CodeOf(err) != pgerror.ConnectionFailure {
		t.Errorf("got %v, want 08006: the session's state is gone", err)
	}
	if len(a.Executed()) > 0 && len(b.Executed()) > 0 {
		t.Errorf("both workers ran parts of it: %q, %q", a.Executed(), b.Executed())
	}
}

func TestABlockIsOpenedAndEndedAtOneWorker(t *testing.T) {
	f := workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, f)
	s := w.session()
	for _, sql := range []string{"BEGIN", "SHOW TimeZone", "SELECT i FROM range(1) t(i)", "SELECT i FROM range(2) t(i)", "COMMIT", "SELECT i FROM range(3) t(i)"} {
		if _, _, err := run(t.Context(), t, s, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	want := []string{"BEGIN TRANSACTION", "SELECT i FROM range(1) t(i)", "SELECT i FROM range(2) t(i)", "COMMIT", "SELECT i FROM range(3) t(i)"}
	if got := f.Executed(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("executed %q", got)
	}
	w.eventually(func() bool { return w.router.Workers()[0].State().GetSessions() == 0 }, "the session is freed")
}

// Who does not know what came of a COMMIT must not say that it was cancelled.
func TestACommitWithoutAnAnswer(t *testing.T) {
	for _, c := range []struct {
		takes, allowed time.Duration
		want           pgerror.Code
	}{
		{0, 0, "00000"},
		{time.Hour, time.Second, "08007"}, // the worker has got it by then
	} {
		f := workertest.NewFake()
		f.CommitDelay = c.takes
		w := newWorld(t, dispatch.Config{CommitTimeout: c.allowed}, f)
		s := w.session()
		for _, sql := range []string{"BEGIN", "SELECT i FROM range(1) t(i)"} {
			if _, _, err := run(t.Context(), t, s, sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		if _, _, err := run(t.Context(), t, s, "COMMIT"); pgerror.CodeOf(err) != c.want {
			t.Errorf("a COMMIT that takes %v and may take %v: %v", c.takes, c.allowed, err)
		}
		w.eventually(func() bool { return w.router.Workers()[0].State().GetSessions() == 0 }, "the session is freed")
	}
}

// A COMMIT is not cancelled, but the end of the session does not wait for it.
func TestWhatEndsACommit(t *testing.T) {
	for _, c := range []struct {
		takes  time.Duration
		reason error
		want   pgerror.Code
	}{
		{100 * time.Millisecond, pgerror.Canceled, "00000"},
		{time.Hour, pgerror.New(pgerror.AdminShutdown, "bye"), "08007"},
	} {
		f := workertest.NewFake()
		f.CommitDelay = c.takes
		w := newWorld(t, dispatch.Config{}, f)
		s := w.session()
		for _, sql := range []string{"BEGIN", "SELECT i FROM range(1) t(i)"} {
			if _, _, err := run(t.Context(), t, s, sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() {
			_, _, err := run(ctx, t, s, "COMMIT")
			done <- err
		}()
		w.eventually(func() bool { return slices.Contains(f.Executed(), "COMMIT") }, "the worker commits")
		cancel(c.reason)
		if err := <-done; pgerror.CodeOf(err) != c.want {
			t.Errorf("a COMMIT that takes %v, and %v: %v", c.takes, c.reason, err)
		}
	}
}

func TestAFailedBlockCommitsNothing(t *testing.T) {
	f := workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, f)
	s := w.session()
	for _, c := range []struct {
		sql, tag string
		code     pgerror.Code
	}{
		{"BEGIN", "BEGIN", "00000"},
		{"SELECT * FROM missing", "", "42P01"},
		{"SELECT i FROM range(1) t(i)", "", "25P02"},
		{"COMMIT", "ROLLBACK", "00000"},
		{"SELECT i FROM range(1) t(i)", "SELECT 1", "00000"},
	} {
		_, tag, err := run(t.Context(), t, s, c.sql)
		if tag != c.tag || pgerror.CodeOf(err) != c.code {
			t.Errorf("%s: tag %q, %v", c.sql, tag, err)
		}
	}
	for _, sql := range f.Executed() {
		if sql == "COMMIT" {
			t.Error("the worker was told to commit")
		}
	}
}

func TestNoWorkerWaitsAndThenSaysSo(t *testing.T) {
	f := workertest.NewFake()
	w := newWorld(t, dispatch.Config{WorkerWait: 200 * time.Millisecond}, f)
	f.Kill()
	w.await(0)
	rows, tag, err := run(t.Context(), t, w.session(), "SELECT i FROM range(10) t(i)")
	if pgerror.CodeOf(err) != pgerror.CannotConnectNow || rows != 0 || tag != "" {
		t.Errorf("%d rows, tag %q, %v", rows, tag, err)
	}
	// And it waits for one that comes.
	f2 := workertest.NewFake()
	w2 := newWorld(t, dispatch.Config{}, f2)
	f2.Kill()
	w2.await(0)
	done := make(chan error, 1)
	go func() {
		_, _, err := run(t.Context(), t, w2.session(), "SELECT i FROM range(10) t(i)")
		done <- err
	}()
	workertest.NewFake().StartAt(t, w2.targets[0], workertest.Token)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// While there is no worker statements stand in line, where they are seen, and run in their order when one comes.
func TestNoWorkerMakesALine(t *testing.T) {
	f := workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, f)
	f.Kill()
	w.await(0)
	const n = 10
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if _, _, err := run(t.Context(), t, w.session(), fmt.Sprintf("SELECT i FROM range(%d) t(i)", 100+i)); err != nil {
				t.Error(err)
			}
		})
		w.eventually(func() bool { return w.d.Queued() == i+1 }, "%d in line", i+1)
	}
	f = workertest.NewFake()
	f.Capacity = 1 << 20 // one statement at a time
	f.StartAt(t, w.targets[0], workertest.Token)
	wg.Wait()
	for i, sql := range f.Executed() {
		if want := fmt.Sprintf("SELECT i FROM range(%d) t(i)", 100+i); sql != want {
			t.Errorf("%d: %s, want %s", i, sql, want)
		}
	}
}

// A statement that needs more than a worker has makes do with the whole of it only where there is no larger one.
func TestTheLargestWorkerIsWaitedFor(t *testing.T) {
	small, large := workertest.NewFake(), workertest.NewFake()
	small.Capacity, large.Capacity = 2<<20, 8<<20
	w := newWorld(t, dispatch.Config{}, small, large)
	at := w.router.Workers()
	for _, c := range []struct {
		worker int
		bytes  uint64
		want   bool
	}{{0, 1 << 20, false}, {0, 2 << 20, false}, {0, 3 << 20, true}, {0, 90 << 20, true}, {1, 3 << 20, false}, {1, 90 << 20, false}} {
		if got := w.d.Elsewhere(at[c.worker], &workerpb.Statement{MemoryBytes: c.bytes}); got != c.want {
			t.Errorf("%d bytes at %d: %v", c.bytes, c.worker, got)
		}
	}
	for _, st := range []*workerpb.Statement{{SessionId: "s"}, {Staged: "rows"}} {
		st.MemoryBytes = 3 << 20
		if w.d.Elsewhere(at[0], st) {
			t.Errorf("%v waits for a worker where it can't run", st)
		}
	}
	large.Kill()
	w.await(1)
	if w.d.Elsewhere(at[0], &workerpb.Statement{MemoryBytes: 3 << 20}) {
		t.Error("a worker that is away is waited for")
	}
	// One that can be made large enough is.
	small = workertest.NewFake()
	small.Capacity = 2 << 20
	grown := newWorld(t, dispatch.Config{Grow: func(context.Context, string, uint64) (uint64, error) { return 8 << 30, nil }}, small, workertest.NewFake())
	if grown.d.Elsewhere(grown.router.Workers()[0], &workerpb.Statement{MemoryBytes: 3 << 20}) {
		t.Error("a larger worker is waited for, and this one has grown")
	}
}

// What runs out of memory is tried again with more, at the worker that has it, and never twice with the same.
func TestOutOfMemoryIsTriedAgainWithMore(t *testing.T) {
	for name, c := range map[string]struct {
		small, large, needs uint64
		most                int
		code                pgerror.Code
	}{
		"the larger one will do":        {2 << 20, 8 << 20, 5 << 20, 5, ""},
		"it is hardly larger":           {8 << 20, 9 << 20, 8<<20 + 1, 6, ""},
		"none has as much":              {2 << 20, 8 << 20, 9 << 20, 6, pgerror.OutOfMemory},
		"none has as much, all are one": {8 << 20, 8 << 20, 9 << 20, 6, pgerror.OutOfMemory},
	} {
		t.Run(name, func(t *testing.T) {
			small, large := workertest.NewFake(), workertest.NewFake()
			small.Capacity, large.Capacity = c.small, c.large
			w := newWorld(t, dispatch.Config{QueueTimeout: 20 * time.Second}, small, large)
			_, _, err := run(t.Context(), t, w.session(), fmt.Sprintf("SELECT /* needs %d */ i FROM range(10) t(i)", c.needs))
			if (err == nil) != (c.code == "") || err != nil && pgerror.CodeOf(err) != c.code {
				t.Errorf("%v, want %q", err, c.code)
			}
			if n := len(small.Executed()) + len(large.Executed()); n > c.most {
				t.Errorf("it was run %d times", n)
			}
		})
	}
}

// What has failed in all that one worker has waits for another that has more, be it by little, and does not fail there again.
func TestWhatHasFailedWaitsForALargerWorker(t *testing.T) {
	small, large := workertest.NewFake(), workertest.NewFake()
	small.Capacity, large.Capacity = 8<<20, 9<<20
	w := newWorld(t, dispatch.Config{}, small, large)
	taken, err := w.router.Workers()[1].Client.Execute(t.Context(), &workerpb.Statement{QueryId: "taken", Sql: "SELECT count(*) FROM range(1), range(1)", MemoryBytes: 9 << 20})
	if err == nil {
		err = taken.Granted()
	}
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, _, err := run(t.Context(), t, w.session(), fmt.Sprintf("SELECT /* needs %d */ i FROM range(10) t(i)", 8<<20+1))
		done <- err
	}()
	const tries = 4 // of 1, 2, 4 and 8 MB
	w.eventually(func() bool { return len(small.Executed()) == tries && w.d.Queued() == 1 }, "it waits")
	taken.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(small.Executed()); n != tries || len(large.Executed()) != 2 {
		t.Errorf("%d tries at the small one; %q at the large one", n, large.Executed())
	}
}

func TestWhatHasNoRoomWaitsInOrder(t *testing.T) {
	f := workertest.NewFake()
	f.Capacity = 1 << 20 // one statement at a time
	w := newWorld(t, dispatch.Config{}, f)
	ctx, release := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, _, err := run(ctx, t, w.session(), "SELECT count(*) FROM range(1), range(1)") // until cancelled
		first <- err
	}()
	w.eventually(func() bool { return len(f.Executed()) == 1 }, "the first runs")
	const n = 20
	var wg sync.WaitGroup
	for i := range n {
		s := w.session()
		wg.Go(func() {
			if _, _, err := run(t.Context(), t, s, fmt.Sprintf("SELECT i FROM range(%d) t(i)", i)); err != nil {
				t.Error(err)
			}
		})
		w.eventually(func() bool { return testutil.ToFloat64(gauge(t, w.reg, "tavana_query_queue_depth")) == float64(i+1) }, "%d wait", i+1)
	}
	if got := w.d.Queued(); got != n {
		t.Errorf("pg_stat_activity shows %d waiting", got)
	}
	release()
	if err := <-first; pgerror.CodeOf(err) != pgerror.QueryCanceled {
		t.Errorf("the first ended with %v", err)
	}
	wg.Wait()
	if got := w.d.Queued(); got != 0 {
		t.Errorf("pg_stat_activity still shows %d waiting", got)
	}
	for i, sql := range f.Executed()[1:] {
		if want := fmt.Sprintf("SELECT i FROM range(%d) t(i)", i); sql != want {
			t.Errorf("number %d was %s", i, sql)
		}
	}
}

func TestTheQueueHasADeadline(t *testing.T) {
	f := workertest.NewFake()
	f.Capacity = 1 << 20
	w := newWorld(t, dispatch.Config{QueueTimeout: 100 * time.Millisecond}, f)
	ctx, release := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = run(ctx, t, w.session(), "SELECT count(*) FROM range(1), range(1)")
	}()
	w.eventually(func() bool { return len(f.Executed()) == 1 }, "the first runs")
	_, _, err := run(t.Context(), t, w.session(), "SELECT i FROM range(1) t(i)")
	if pgerror.CodeOf(err) != pgerror.QueryCanceled {
		t.Errorf("got %v", err)
	}
	release()
	<-done
}

func TestStatementTimeoutIncludesTheWait(t *testing.T) {
	f := workertest.NewFake()
	f.Capacity = 1 << 20
	w := newWorld(t, dispatch.Config{}, f)
	s := w.session()
	if err := s.Settings.Set("statement_timeout", "100ms", false); err != nil {
		t.Fatal(err)
	}
	ctx, release := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = run(ctx, t, w.session(), "SELECT count(*) FROM range(1), range(1)")
	}()
	w.eventually(func() bool { return len(f.Executed()) == 1 }, "the first runs")
	_, _, err := run(t.Context(), t, s, "SELECT i FROM range(1) t(i)")
	if pgerror.CodeOf(err) != pgerror.QueryCanceled || !strings.Contains(err.Error(), "statement timeout") {
		t.Errorf("waiting: %v", err)
	}
	release()
	<-done
	_, _, err = run(t.Context(), t, s, "SELECT count(*) FROM range(1), range(1)")
	if pgerror.CodeOf(err) != pgerror.QueryCanceled || !strings.Contains(err.Error(), "statement timeout") {
		t.Errorf("running: %v", err)
	}
}

func TestADrainingWorkerIsLeftAlone(t *testing.T) {
	a, b := workertest.NewFake(), workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, a, b)
	if err := w.router.Workers()[0].Client.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	// At once: the router may not have heard of it yet.
	for range 10 {
		if _, _, err := run(t.Context(), t, w.session(), "SELECT i FROM range(1) t(i)"); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.Executed()) != 0 || len(b.Executed()) != 10 {
		t.Errorf("executed %d and %d", len(a.Executed()), len(b.Executed()))
	}
}

func TestDescribeGivesEveryParameterAType(t *testing.T) {
	w := newWorld(t, dispatch.Config{}, workertest.NewFake())
	s := w.session()
	list, err := sqltext.Split("SELECT $1::BIGINT AS i")
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Describe(t.Context(), list[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.ParamOIDs) != 1 || st.ParamOIDs[0] != pgenc.OIDInt8 || len(st.Columns) != 1 || st.Columns[0].Name != "i" {
		t.Errorf("described as %v, %v", st.ParamOIDs, st.Columns)
	}
	p, err := s.Bind(st, [][]byte{[]byte("42")}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(t.Context(), p, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	if got := b.Column(0).(*array.Int64).Value(0); got != 42 {
		t.Errorf("got %d", got)
	}
}

// What a closed Rows leaves behind: nothing runs, nothing is reserved.
func TestCloseFreesTheWorker(t *testing.T) {
	f := workertest.NewFake()
	w := newWorld(t, dispatch.Config{}, f)
	r, err := w.session().Run(t.Context(), &session.Portal{Statement: parse(t, "SELECT i FROM range(100000000) t(i)")}, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	r.Close()
	w.eventually(func() bool {
		st := w.router.Workers()[0].State()
		return st.GetReserved() == 0 && len(st.GetQueries()) == 0
	}, "the worker is free")
}
