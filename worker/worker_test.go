package worker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"go.uber.org/goleak"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
	"github.com/angelerator/tavana/worker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// config returns a small worker's, without extensions.
func config(t *testing.T) worker.Config {
	return worker.Config{
		Listen: "unix://" + filepath.Join(t.TempDir(), "w.sock"), Token: workertest.Token, Memory: 1 << 30, QueryMemory: 64 << 20,
		Threads: 2, SpillDir: t.TempDir(), SpillMax: 1 << 30, Extensions: []string{"none"}, IdleRelease: time.Minute, SessionGrace: time.Minute, DrainTimeout: 10 * time.Second,
		MaxCursors: 100, CursorIdleTimeout: time.Minute, CursorCleanupInterval: time.Second, CursorSpoolMax: 1 << 30, ResultTimeout: time.Minute,
	}
}

// start runs a worker until the test ends, and returns its target.
func start(t *testing.T, cfg worker.Config) string {
	t.Helper()
	target, stop := run(t, cfg)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	return target
}

// run runs a worker until stop is called, which returns how it ended.
func run(t *testing.T, cfg worker.Config) (target string, stop func() error) {
	t.Helper()
	w, err := worker.New(cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	var once sync.Once
	return cfg.Listen, func() (err error) {
		once.Do(func() { cancel(); err = <-ended })
		return err
	}
}

func TestTheWorkerKeepsTheContract(t *testing.T) {
	workertest.Contract(t, func(t *testing.T) string { return start(t, config(t)) })
}

// client is a connection to a worker under test.
type client struct {
	*workerapi.Client
	t      *testing.T
	target string
	prefix string
	n      int
}

var clients atomic.Int64

func dial(t *testing.T, target string) *client {
	t.Helper()
	c, err := workerapi.Dial(target, workertest.Token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &client{Client: c, t: t, target: target, prefix: fmt.Sprintf("c%d", clients.Add(1))}
}

func (c *client) statement(sql string) *workerpb.Statement {
	c.n++
	return &workerpb.Statement{QueryId: fmt.Sprintf("%s-q%d", c.prefix, c.n), Sql: sql, User: &workerpb.User{Name: "tavana"}}
}

// run executes st to its end and returns its rows as text.
func (c *client) run(st *workerpb.Statement) (rows []string, done *workerpb.Completion, err error) {
	s, err := c.Execute(c.t.Context(), st)
	if err != nil {
		return nil, nil, err
	}
	return readAll(s)
}

// readAll closes s.
func readAll(s *workerapi.Stream) (rows []string, done *workerpb.Completion, err error) {
	defer s.Close()
	for {
		b, err := s.Next()
		if errors.Is(err, io.EOF) {
			return rows, s.Completion(), nil
		}
		if err != nil {
			return rows, nil, err
		}
		for i := range int(b.NumRows()) {
			cells := make([]string, b.NumCols())
			for j, col := range b.Columns() {
				cells[j] = strings.Clone(col.ValueStr(i)) // the column's bytes go with the batch
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
		b.Release()
	}
}

func (c *client) query(sql string) []string {
	c.t.Helper()
	rows, _, err := c.run(c.statement(sql))
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

func (c *client) wantCode(sql string, code pgerror.Code) *pgerror.Error {
	c.t.Helper()
	_, _, err := c.run(c.statement(sql))
	if got := pgerror.CodeOf(err); got != code {
		c.t.Errorf("%s: got %s (%v), want %s", sql, got, err, code)
	}
	return pgerror.Flatten(err)
}

// The first batch must come while DuckDB still works on what would be a result larger than its memory.
func TestRowsStreamWhileDuckDBWorks(t *testing.T) {
	c := dial(t, start(t, config(t)))
	s, err := c.Execute(t.Context(), c.statement("SELECT i, repeat('x', 1000) AS s FROM range(1000000000) t(i)")) // 1 TB
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for want := int64(0); want < 100_000; {
		b, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Column(0).(*array.Int64).Value(0); got != want {
			t.Fatalf("batch begins with %d, want %d", got, want)
		}
		want += b.NumRows()
		b.Release()
	}
}

func TestBatchesAreOfAboutOneMebibyte(t *testing.T) {
	c := dial(t, start(t, config(t)))
	s, err := c.Execute(t.Context(), c.statement("SELECT i, i::VARCHAR AS s, i * 0.5 AS d FROM range(1000000) t(i)"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var sizes []int
	for {
		f, err := s.NextFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := f.BodyLen(); n > 0 {
			sizes = append(sizes, n)
		}
		f.Release()
	}
	if sizes[0] > 256<<10 {
		t.Errorf("the first batch has %d bytes: it must not wait for more", sizes[0])
	}
	for _, n := range sizes[1 : len(sizes)-1] {
		if n < 900<<10 || n > 4<<20 {
			t.Errorf("a batch of %d bytes", n)
		}
	}
}

// A hash join that builds, a list aggregate and a window sort take DuckDB seconds to interrupt: the caller must not wait.
func TestCancelIsHeardAtOnceWhateverDuckDBDoes(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for _, sql := range []string{
		"SELECT count(*) FROM range(40000000) a(i) JOIN range(40000000) b(i) USING (i)",
		"SELECT len(list(i)) FROM range(60000000) t(i)",
		"SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY hash(i)) AS r FROM range(30000000) t(i))",
	} {
		st := c.statement(sql)
		s, err := c.Execute(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Granted(); err != nil {
			t.Fatal(err)
		}
		c.await(func(state *workerpb.State) bool { return state.GetCpu() > 0.5 || state.GetDuckdbUsed() > 50<<20 })
		asked := time.Now()
		if _, err := c.Cancel(t.Context(), st.QueryId); err != nil {
			t.Fatal(err)
		}
		_, err = s.Next()
		took := time.Since(asked)
		if code := pgerror.CodeOf(err); code != pgerror.QueryCanceled {
			t.Errorf("%s: %s (%v)", sql, code, err)
		}
		t.Logf("heard after %s: %s", took.Round(time.Millisecond), sql)
		if took > time.Second { // 100 ms is the promise; a loaded test machine gets ten times that
			t.Errorf("%s: heard after %s", sql, took)
		}
		s.Close()
		// What is abandoned stays in the ledger until DuckDB has ended it, and then leaves nothing.
		c.await(func(state *workerpb.State) bool {
			return state.GetReserved() == 0 && len(state.GetQueries()) == 0 && state.GetAbandoned() == 0
		})
	}
}

// await waits for a state of the worker.
func (c *client) await(f func(*workerpb.State) bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 60*time.Second)
	defer cancel()
	found := errors.New("found")
	var last *workerpb.State
	if err := c.Watch(ctx, func(st *workerpb.State) error {
		last = st
		if f(st) {
			return found
		}
		return nil
	}); !errors.Is(err, found) {
		c.t.Fatalf("the state never came: %v; last %v", err, last)
	}
}

func TestTheGuardRefusesByStatementType(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for _, sql := range []string{
		"SET memory_limit = '1GB'", "SET GLOBAL threads = 64", "RESET memory_limit", "PRAGMA memory_limit = '1GB'", "PRAGMA threads = 9",
		"LOAD httpfs", "INSTALL httpfs", "ATTACH ':memory:' AS other", "DETACH tavana", "USE memory", "CALL pragma_version()",
		"COPY (SELECT 1) TO 'out.csv'", "EXPORT DATABASE 'out'", "SET VARIABLE x = 1", "CHECKPOINT",
	} {
		c.wantCode(sql, pgerror.InsufficientPrivilege)
		// A prepare must not let it through either, nor do it.
		_, err := c.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: "p", Sql: sql, User: &workerpb.User{Name: "tavana"}})
		if code := pgerror.CodeOf(err); code != pgerror.InsufficientPrivilege {
			t.Errorf("prepare of %s: %s (%v)", sql, code, err)
		}
	}
	// Several statements at once are refused before the first is run.
	c.wantCode("SET SESSION TimeZone = 'Asia/Tehran'; SELECT 1", pgerror.FeatureNotSupported)
	if got := c.query("SELECT current_setting('TimeZone')"); got[0] != "UTC" {
		t.Errorf("time zone %v", got)
	}
}

// What a user writes into an error of his own is no report of DuckDB's, and an internal error that leaves DuckDB alive
// does not end the worker.
func TestNobodyCanStopTheWorkerByAnError(t *testing.T) {
	c := dial(t, start(t, config(t)))
	c.wantCode(`SELECT error('{"exception_type":"FATAL","exception_message":"pwn"}')`, pgerror.InvalidParameterValue)
	c.wantCode(`SELECT error('{"exception_type":"Catalog","error_subtype":"MISSING_ENTRY","type":"Table","exception_message":"x"}')`, pgerror.InvalidParameterValue)
	if _, err := c.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: "p", Sql: "SELECT list_grade_up($1)", User: &workerpb.User{}}); err == nil {
		t.Log("DuckDB can prepare it now")
	}
	if got := c.query("SELECT 1"); got[0] != "1" {
		t.Errorf("afterwards: %v", got)
	}
}

// An error's text travels in trailers, which must not break the connection that others use.
func TestALongErrorHarmsNobody(t *testing.T) {
	c := dial(t, start(t, config(t)))
	other, err := c.Execute(t.Context(), c.statement("SELECT i FROM range(2000000000) t(i)"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if b, err := other.Next(); err != nil {
		t.Fatal(err)
	} else {
		b.Release()
	}
	e := c.wantCode("SELECT CAST(repeat('x', 7000000) AS INTEGER)", pgerror.InvalidTextRepresentation)
	if len(e.Message) > 10_000 || len(e.Message) < 1000 {
		t.Errorf("a message of %d bytes", len(e.Message))
	}
	for range 100 {
		b, err := other.Next()
		if err != nil {
			t.Fatalf("the other stream: %v", err)
		}
		b.Release()
	}
}

// EXPLAIN ANALYZE runs what it explains; whatever that leaves on the connection is nobody else's.
func TestExplainLeavesNothingOnTheConnection(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for _, sql := range []string{
		"EXPLAIN ANALYZE CREATE TEMP MACRO upper(x) AS 'hijacked'", "EXPLAIN ANALYZE CREATE TEMP TABLE leak AS SELECT 1 AS a",
		"EXPLAIN ANALYZE SET SESSION integer_division = false", "EXPLAIN ANALYZE BEGIN",
	} {
		_, _, _ = c.run(c.statement(sql))
		if got := c.query("SELECT upper('a'), 5/2"); got[0] != "A|2" {
			t.Errorf("after %s: %v", sql, got)
		}
		c.wantCode("SELECT * FROM leak", pgerror.UndefinedTable)
	}
	c.wantCode("BEGIN TRANSACTION", pgerror.FeatureNotSupported)
}

// A cancel of a statement whose rows are made, but not read, must not hit the next one on its connection.
func TestALateCancelHitsNobody(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		slow, err := c.Execute(ctx, c.statement("SELECT i, repeat('x', 100) AS s FROM range(100000) t(i)")) // more than the windows hold
		if err != nil {
			t.Fatal(err)
		}
		if err := slow.Granted(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		other := c.statement("SELECT count(*) FROM range(30000000) t(i) WHERE hash(i) % 7 = 8")
		go func() {
			_, _, err := c.run(other)
			done <- err
		}()
		c.await(func(st *workerpb.State) bool {
			return slices.ContainsFunc(st.GetQueries(), func(q *workerpb.QueryState) bool { return q.GetQueryId() == other.GetQueryId() })
		})
		cancel()
		if err := <-done; err != nil {
			t.Fatalf("the other statement: %v", err)
		}
		slow.Close()
	}
}

func TestTypesThatDoNotFitAreErrors(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for sql, code := range map[string]pgerror.Code{
		"SELECT to_hours(3000000)":                                            pgerror.DatetimeFieldOverflow,
		"SELECT [to_hours(3000000)]":                                          pgerror.DatetimeFieldOverflow,
		"SELECT {'a': [to_hours(-3000000)]}":                                  pgerror.DatetimeFieldOverflow,
		"SELECT MAP {1: to_hours(1)}":                                         pgerror.FeatureNotSupported,
		"SELECT " + strings.Repeat("[", 100) + "1" + strings.Repeat("]", 100): pgerror.StatementTooComplex,
	} {
		c.wantCode(sql, code)
	}
	if got := c.query("SELECT (to_hours(2000000) IS NULL)::VARCHAR, NULL::INTERVAL"); got[0] != "false|(null)" {
		t.Errorf("%v", got)
	}
}

// What spills is not there to be read by others.
func TestSpilledRowsAreNotReadable(t *testing.T) {
	cfg := config(t)
	cfg.Memory = 300 << 20
	c := dial(t, start(t, cfg))
	s, err := c.Execute(t.Context(), c.statement("SELECT s FROM (SELECT 'SECRETWORD' || i || repeat('z', 30) AS s FROM range(8000000) t(i)) ORDER BY hash(s)"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b, err := s.Next() // sorted: it has been spilled
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	files, err := filepath.Glob(filepath.Join(cfg.SpillDir, "worker-*", "spill", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing was spilled: %v %v", files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil && strings.Contains(string(data), "SECRETWORD") {
			t.Errorf("%s shows another query's rows", f)
		}
	}
}

func TestTheLocksHoldForSuperusersToo(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	allowed := t.TempDir()
	if err := os.WriteFile(filepath.Join(allowed, "open.csv"), []byte("a\n7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config(t)
	cfg.Allow = []string{allowed}
	c := dial(t, start(t, cfg))
	super := func(sql string) error {
		st := c.statement(sql)
		st.User.Superuser = true
		_, _, err := c.run(st)
		return err
	}
	for _, sql := range []string{
		"SELECT * FROM read_csv('" + secret + "')", "SELECT * FROM '" + secret + "'", "SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_csv('" + allowed + "/../" + filepath.Base(dir) + "/secret.csv')",
		"COPY (SELECT 1) TO '" + dir + "/out.csv'", "ATTACH '" + dir + "/x.duckdb' AS x", "SELECT * FROM glob('/**')",
	} {
		if code := pgerror.CodeOf(super(sql)); code != pgerror.InsufficientPrivilege {
			t.Errorf("%s: %s", sql, code)
		}
	}
	if code := pgerror.CodeOf(super("SET GLOBAL enable_external_access = true")); code != pgerror.InsufficientPrivilege {
		t.Errorf("SET: %s", code)
	}
	if got := c.query("SELECT a FROM read_csv('" + allowed + "/open.csv')"); got[0] != "7" {
		t.Errorf("allowed file: %v", got)
	}
	// /data must not allow /database.
	if code := pgerror.CodeOf(super("SELECT * FROM read_csv('" + allowed + "x/open.csv')")); code != pgerror.InsufficientPrivilege {
		t.Errorf("sibling folder: %s", code)
	}
}

func TestSessionsKeepTheirTemporaryTables(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for _, id := range []string{"a", "b"} {
		if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: id, User: &workerpb.User{}}); err != nil {
			t.Fatal(err)
		}
	}
	in := func(session, sql string) ([]string, error) {
		st := c.statement(sql)
		st.SessionId = session
		rows, _, err := c.run(st)
		return rows, err
	}
	if _, err := in("a", "CREATE TEMP TABLE mine AS SELECT 1 AS x"); err != nil {
		t.Fatal(err)
	}
	if rows, err := in("a", "SELECT x FROM mine"); err != nil || rows[0] != "1" {
		t.Errorf("%v %v", rows, err)
	}
	if _, err := in("b", "SELECT x FROM mine"); pgerror.CodeOf(err) != pgerror.UndefinedTable {
		t.Errorf("another session sees it: %v", err)
	}
	c.wantCode("SELECT x FROM mine", pgerror.UndefinedTable)
}

func TestSettingsAreThoseOfTheStatement(t *testing.T) {
	c := dial(t, start(t, config(t)))
	in := func(zone string) string {
		st := c.statement("SELECT current_setting('TimeZone')")
		if zone != "" {
			st.Settings = map[string]string{"TimeZone": zone}
		}
		rows, _, err := c.run(st)
		if err != nil {
			t.Fatal(err)
		}
		return rows[0]
	}
	for _, zone := range []string{"Asia/Tehran", "", "America/New_York", ""} {
		want := zone
		if want == "" {
			want = "UTC"
		}
		if got := in(zone); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	st := c.statement("SELECT 1")
	st.Settings = map[string]string{"memory_limit": "1TB"}
	if _, _, err := c.run(st); pgerror.CodeOf(err) != pgerror.UndefinedObject {
		t.Errorf("a setting that is not a session's: %v", err)
	}
}

// What the protocol has and this worker does not serve yet is refused, not left out silently.
func TestWhatIsNotServedIsRefused(t *testing.T) {
	c := dial(t, start(t, config(t)))
	st := c.statement("SELECT 1")
	st.Dialect = workerpb.Dialect_DIALECT_DUCKDB
	if _, _, err := c.run(st); pgerror.CodeOf(err) != pgerror.FeatureNotSupported {
		t.Errorf("another dialect: %v", err)
	}
	st = c.statement("SELECT 1")
	st.Profile = workerpb.Profile_PROFILE_RICH
	if _, err := c.OpenCursor(t.Context(), &workerpb.OpenCursorRequest{CursorId: "c", Statement: st}); pgerror.CodeOf(err) != pgerror.FeatureNotSupported {
		t.Errorf("a cursor of other types: %v", err)
	}
}

func TestOutOfMemoryAndAFullSpillDiskAreErrors(t *testing.T) {
	cfg := config(t)
	cfg.Memory, cfg.SpillMax = 256<<20, 16<<20
	c := dial(t, start(t, cfg))
	const big = "SELECT i, hash(i) AS h, i::VARCHAR || repeat('y', 50) AS s FROM range(20000000) t(i) ORDER BY h"
	c.wantCode(big, pgerror.DiskFull)
	c.wantCode("SELECT len(list(repeat('z', 1000) || i)) FROM range(2000000) t(i)", pgerror.OutOfMemory)
	if got := c.query("SELECT 42"); got[0] != "42" {
		t.Errorf("after it: %v", got)
	}
	c.await(func(st *workerpb.State) bool { return st.GetReserved() == 0 })
}

func TestSigtermDrains(t *testing.T) {
	cfg := config(t)
	cfg.DrainTimeout = 5 * time.Minute // a busy machine may take long over the rows
	target, stop := run(t, cfg)
	c := dial(t, target)
	s, err := c.Execute(t.Context(), c.statement("SELECT i FROM range(30000000) t(i)"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Granted(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	rows := int64(0)
	for {
		b, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %d rows: %v", rows, err)
		}
		rows += b.NumRows()
		b.Release()
	}
	if rows != 30_000_000 {
		t.Errorf("%d rows", rows)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(strings.TrimPrefix(target, "unix://")), "worker-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A worker that was killed leaves its folder, with what it had spilled; the next one removes it, and no other's.
func TestWhatKilledWorkersSpilledIsRemoved(t *testing.T) {
	cfg := config(t)
	live := workertest.StartProcess(t, "--extensions", "none", "--spill-dir", cfg.SpillDir)
	dead := workertest.StartProcess(t, "--extensions", "none", "--spill-dir", cfg.SpillDir)
	folders := func() []string {
		t.Helper()
		all, err := filepath.Glob(filepath.Join(cfg.SpillDir, "worker-*[0-9]"))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if n := len(folders()); n != 2 {
		t.Fatalf("%d folders", n)
	}
	dead.Kill()
	start(t, cfg)
	if n := len(folders()); n != 2 {
		t.Errorf("%d folders, want the live worker's and the new one's", n)
	}
	if got := dial(t, live.Target).query("SELECT 1"); got[0] != "1" {
		t.Errorf("the live worker: %v", got)
	}
}

func TestDrainCancelsWhatOverstaysTheGrace(t *testing.T) {
	cfg := config(t)
	cfg.DrainTimeout = 50 * time.Millisecond
	target, stop := run(t, cfg)
	c := dial(t, target)
	s, err := c.Execute(t.Context(), c.statement("SELECT count(*) FROM range(1000000000), range(1000000000)"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Granted(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = stop() }()
	_, err = s.Next()
	if code := pgerror.CodeOf(err); code != pgerror.AdminShutdown && code != pgerror.IOError {
		t.Errorf("%s (%v)", code, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestInitSQLIsSeenByAllAndNothingElseCanBeMade(t *testing.T) {
	cfg := config(t)
	file := filepath.Join(t.TempDir(), "init.sql")
	if err := os.WriteFile(file, []byte("CREATE SCHEMA s; CREATE VIEW s.v AS SELECT 5 AS five; CREATE MACRO twice(x) AS 2 * x;"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.InitSQL = []string{file}
	c := dial(t, start(t, cfg))
	if got := c.query("SELECT twice(five) FROM s.v"); got[0] != "10" {
		t.Errorf("%v", got)
	}
	c.wantCode("CREATE TABLE t (a INTEGER)", pgerror.ReadOnlySQLTransaction)
	c.wantCode("DROP VIEW s.v", pgerror.ReadOnlySQLTransaction)

	if err := os.WriteFile(file, []byte("CREATE VIEW broken AS SELECT * FROM nowhere;"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.New(cfg, slog.New(slog.NewTextHandler(io.Discard, nil))); err == nil || !strings.Contains(err.Error(), "initial SQL") {
		t.Errorf("broken initial SQL: %v", err)
	}
}

// Types cross as DuckDB has them: nothing is bent on the way.
func TestTypesCrossLossless(t *testing.T) {
	c := dial(t, start(t, config(t)))
	s, err := c.Execute(t.Context(), c.statement(`SELECT 170141183460469231731687303715884105727::HUGEINT AS h,
		340282366920938463463374607431768211455::UHUGEINT AS u, uuid() AS id, '{"a":1}'::JSON AS j,
		'12:34:56+05:30'::TIMETZ AS tz, '1010'::BIT AS b, interval '1 month 2 days' AS i, [1, NULL, 3] AS l,
		'x'::ENUM('x', 'y') AS e, 12.5::DECIMAL(38,10) AS d, '2024-01-01 00:00:00'::TIMESTAMP_NS AS ns`))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	schema, err := s.Schema()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]arrow.Type{
		"h": arrow.FIXED_SIZE_BINARY, "u": arrow.FIXED_SIZE_BINARY, "id": arrow.FIXED_SIZE_BINARY, "j": arrow.STRING,
		"tz": arrow.FIXED_SIZE_BINARY, "b": arrow.BINARY, "i": arrow.INTERVAL_MONTH_DAY_NANO, "l": arrow.LIST,
		"e": arrow.DICTIONARY, "d": arrow.DECIMAL128, "ns": arrow.TIMESTAMP,
	}
	for _, f := range schema.Fields() {
		id := f.Type.ID()
		if ext, ok := f.Type.(arrow.ExtensionType); ok {
			id = ext.StorageType().ID()
		}
		if id != want[f.Name] {
			t.Errorf("%s crosses as %s", f.Name, f.Type)
		}
	}
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
