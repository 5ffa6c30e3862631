package worker_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/pgtest"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
	"github.com/angelerator/tavana/worker"
)

// lakeConfig is a worker's with lasting tables below dir.
func lakeConfig(t *testing.T, dir string) worker.Config {
	t.Helper()
	cfg := config(t)
	cfg.ExtensionsDir, cfg.Extensions = filepath.Join(workertest.Root(), "bin", "extensions"), []string{"sqlite_scanner", "postgres_scanner", "ducklake"}
	cfg.LakeMetadata, cfg.LakeData = "sqlite:"+filepath.Join(dir, "catalog.sqlite"), filepath.Join(dir, "tables")
	return cfg
}

// lakeFlags are those of a worker process with lasting tables below dir.
func lakeFlags(t *testing.T, dir string) []string {
	t.Helper()
	cfg := lakeConfig(t, dir)
	return []string{
		"--extensions-dir", cfg.ExtensionsDir, "--extensions", strings.Join(cfg.Extensions, ","),
		"--lake-metadata", cfg.LakeMetadata, "--lake-data", cfg.LakeData,
	}
}

// exec runs a statement as the gateway would: DDL and DML with the lasting catalog at once.
func (c *client) exec(sql string) ([]string, error) {
	c.t.Helper()
	st := c.statement(sql)
	word, _, _ := strings.Cut(sql, " ")
	st.Lasting = slices.Contains([]string{"CREATE", "INSERT", "UPDATE", "DELETE", "MERGE", "ALTER", "DROP", "COMMENT", "TRUNCATE"}, word)
	rows, _, err := c.run(st)
	return rows, err
}

func (c *client) want(sql string, rows ...string) {
	c.t.Helper()
	got, err := c.exec(sql)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(rows) {
		c.t.Errorf("%s: %v (%v), want %v", sql, got, err, rows)
	}
}

func TestLastingTablesAreSeenByAllAndLast(t *testing.T) {
	dir := t.TempDir()
	_, stopA := run(t, lakeConfig(t, dir))
	defer func() { _ = stopA() }()
	cfgB := lakeConfig(t, dir)
	b := dial(t, start(t, cfgB))
	cfgA2 := lakeConfig(t, dir)
	a := dial(t, start(t, cfgA2))
	for _, sql := range []string{
		"CREATE TABLE t (a INTEGER NOT NULL, b TEXT DEFAULT 'x')", "INSERT INTO t VALUES (1, 'y'), (2, 'z')", "INSERT INTO t (a) VALUES (3)",
		"UPDATE t SET b = 'u' WHERE a = 1", "DELETE FROM t WHERE a = 2",
		"MERGE INTO t USING (SELECT 4 AS a, 'm' AS b) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b)",
		"ALTER TABLE t ADD COLUMN c INTEGER", "COMMENT ON TABLE t IS 'a table'", "CREATE VIEW v AS SELECT a, b FROM t",
		"CREATE SCHEMA other", "CREATE TABLE other.big AS SELECT i FROM range(100000) r(i)",
	} {
		if _, err := a.exec(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	check := func(c *client) {
		t.Helper()
		c.want("SELECT a, b, c FROM t ORDER BY a", "1|u|(null)", "3|x|(null)", "4|m|(null)")
		c.want("SELECT count(*) FROM v", "3")
		c.want("SELECT count(*) FROM public.t", "3")
		c.want("SELECT count(*) FROM tavana.public.t", "3")
		c.want("SELECT count(*), sum(i)::BIGINT FROM other.big", "100000|4999950000")
		c.want("SELECT comment FROM duckdb_tables() WHERE table_name = 't'", "a table")
	}
	check(b) // at once, at another worker
	if _, err := b.exec("INSERT INTO t VALUES (NULL, 'n', 1)"); pgerror.CodeOf(err) != pgerror.NotNullViolation {
		t.Errorf("NOT NULL: %v", err)
	}
	later := dial(t, start(t, lakeConfig(t, dir)))
	check(later) // and after a start
	if _, err := later.exec("DROP TABLE other.big"); err != nil {
		t.Error(err)
	}
	if _, err := a.exec("SELECT * FROM other.big"); pgerror.CodeOf(err) != pgerror.UndefinedTable {
		t.Errorf("a dropped table: %v", err)
	}
}

// Views of the initial SQL, lasting and temporary tables join; names in each are found without being told where.
func TestNamesOfAllCatalogsAreFound(t *testing.T) {
	cfg := lakeConfig(t, t.TempDir())
	cfg.InitSQL = []string{writeFile(t, "CREATE SCHEMA s; CREATE VIEW s.v AS SELECT 1 AS one; CREATE VIEW w AS SELECT 2 AS two;")}
	c := dial(t, start(t, cfg))
	if _, err := c.exec("CREATE TABLE t AS SELECT 1 AS one"); err != nil {
		t.Fatal(err)
	}
	c.want("SELECT * FROM s.v JOIN t USING (one), w", "1|2")
	c.want("SELECT * FROM w", "2")
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s", User: &workerpb.User{}}); err != nil {
		t.Fatal(err)
	}
	in := func(sql string) []string {
		t.Helper()
		st := c.statement(sql)
		st.SessionId = "s"
		rows, _, err := c.run(st)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return rows
	}
	in("CREATE TEMP TABLE tt AS SELECT one, 'temp' AS x FROM t")
	if got := in("SELECT x, two FROM tt JOIN t USING (one), w, s.v"); fmt.Sprint(got) != "[temp|2]" {
		t.Errorf("joined: %v", got)
	}
	// search_path, with schemas that are not there left out.
	st := c.statement("SELECT one FROM v")
	st.Settings = map[string]string{"search_path": `"nowhere","s","public"`}
	if rows, _, err := c.run(st); err != nil || fmt.Sprint(rows) != "[1]" {
		t.Errorf("search_path: %v %v", rows, err)
	}
}

func TestWhatALakeCannotIsSaid(t *testing.T) {
	c := dial(t, start(t, lakeConfig(t, t.TempDir())))
	for _, sql := range []string{
		"CREATE TABLE ck (a INTEGER CHECK (a > 0))", "CREATE SEQUENCE s", "CREATE TABLE e (x ENUM('a', 'b'))", "CREATE TABLE b (x BIT)",
	} {
		if _, err := c.exec(sql); pgerror.CodeOf(err) != pgerror.FeatureNotSupported {
			t.Errorf("%s: %s (%v)", sql, pgerror.CodeOf(err), err)
		}
	}
	for _, x := range []struct {
		sql  string
		code pgerror.Code
	}{
		{"CREATE TABLE t (a INTEGER)", pgerror.SuccessfulCompletion},
		{"CREATE TABLE T (b INTEGER)", pgerror.DuplicateTable},
		{"CREATE SCHEMA public", pgerror.DuplicateSchema},
		{"ALTER TABLE t ALTER COLUMN a SET NOT NULL", pgerror.FeatureNotSupported}, // without rows it knows nothing of them
	} {
		if _, err := c.exec(x.sql); pgerror.CodeOf(err) != x.code {
			t.Errorf("%s: %s (%v)", x.sql, pgerror.CodeOf(err), err)
		}
	}
	if _, err := c.exec("CREATE TEMP TABLE ck (a INTEGER CHECK (a > 0))"); err != nil {
		t.Errorf("in TEMP: %v", err)
	}
}

// Writers of two workers at once: every insert succeeds and is there once.
func TestConcurrentWritersLoseNothing(t *testing.T) {
	dir := t.TempDir()
	var clients []*client
	for range 2 {
		clients = append(clients, dial(t, workertest.StartProcess(t, lakeFlags(t, dir)...).Target))
	}
	if _, err := clients[0].exec("CREATE TABLE t (w INTEGER, i INTEGER)"); err != nil {
		t.Fatal(err)
	}
	const each = 10
	var wg sync.WaitGroup
	for w := range 6 {
		c := dial(t, clients[w%2].target)
		wg.Go(func() {
			for i := range each {
				if _, err := c.exec(fmt.Sprintf("INSERT INTO t VALUES (%d, %d)", w, i)); err != nil {
					t.Errorf("worker %d, insert %d: %s %v", w, i, pgerror.CodeOf(err), err)
				}
			}
		})
	}
	wg.Wait()
	for _, c := range clients {
		c.want("SELECT count(*), count(DISTINCT (w, i)) FROM t", fmt.Sprintf("%d|%d", 6*each, 6*each))
	}
}

// Blocks that write beside each other take turns, so that each is committed.
func TestCommitsThatMeet(t *testing.T) {
	dir := t.TempDir()
	var targets []string
	for range 2 {
		targets = append(targets, workertest.StartProcess(t, lakeFlags(t, dir)...).Target)
	}
	if _, err := dial(t, targets[0]).exec("CREATE TABLE t (w INTEGER, i INTEGER)"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var committed atomic.Int64
	for w := range 8 {
		c := dial(t, targets[w%2])
		id := fmt.Sprint("s", w)
		if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: id, User: &workerpb.User{}}); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for i := range 5 {
				var err error
				for _, sql := range []string{
					"BEGIN TRANSACTION", fmt.Sprintf("CREATE TABLE made_%d_%d AS SELECT 1 AS a", w, i), fmt.Sprintf("ALTER TABLE made_%d_%d RENAME TO kept_%d_%d", w, i, w, i),
					fmt.Sprintf("INSERT INTO t VALUES (%d, %d)", w, i), "COMMIT",
				} {
					st := c.statement(sql)
					st.SessionId, st.Lasting = id, sql[0] != 'B' && sql != "COMMIT"
					if _, _, err = c.run(st); err != nil {
						break
					}
				}
				switch pgerror.CodeOf(err) {
				case pgerror.SuccessfulCompletion:
					committed.Add(1)
				default:
					t.Errorf("%d, block %d: %s %v", w, i, pgerror.CodeOf(err), err)
					return
				}
			}
		})
	}
	wg.Wait()
	want := fmt.Sprint(committed.Load())
	if want != "40" {
		t.Errorf("%s of 40 blocks were committed", want)
	}
	for _, target := range targets {
		c := dial(t, target)
		c.want("SELECT count(*) FROM t", want)
		c.want("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'kept%'", want)
	}
}

// A block reads in the catalog what it has made there, whoever else reads the catalog beside it: DuckLake lets go of what
// a block has read of it when another has read the same, and what the block has made points there.
func TestBlocksKeepTheirCatalog(t *testing.T) {
	target := workertest.StartProcess(t, append(lakeFlags(t, t.TempDir()), "--session-grace", "10m")...).Target
	c := dial(t, target)
	columns := make([]string, 1000) // so many that reading them takes a while
	for i := range columns {
		columns[i] = fmt.Sprintf("%d AS c%d", i, i)
	}
	for _, sql := range []string{"CREATE TABLE wide AS SELECT " + strings.Join(columns, ", "), "CREATE TABLE t (i INTEGER)"} {
		if _, err := c.exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	ended, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop()
	for range 4 {
		reader := dial(t, target)
		readers.Go(func() {
			for ended.Err() == nil {
				if _, err := reader.exec("SELECT count(*) FROM t"); err != nil {
					t.Errorf("a reader: %s %v", pgerror.CodeOf(err), err)
					return
				}
			}
		})
	}
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s", User: &workerpb.User{}}); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		for _, sql := range []string{
			"BEGIN TRANSACTION", fmt.Sprintf("CREATE TABLE made_%d AS SELECT 1 AS a", i), fmt.Sprintf("ALTER TABLE made_%d RENAME TO kept_%d", i, i),
			"SELECT count(*) FROM duckdb_columns()", fmt.Sprintf("INSERT INTO kept_%d VALUES (%d)", i, i), "COMMIT",
		} {
			st := c.statement(sql)
			st.SessionId, st.Lasting = "s", sql[0] != 'B' && sql != "COMMIT"
			if _, _, err := c.run(st); err != nil {
				t.Fatalf("block %d, %s: %s %v", i, sql, pgerror.CodeOf(err), err)
			}
		}
	}
}

// So it does when memory was so short between its statements that DuckLake has let go of all that it had read.
func TestBlocksKeepTheirCatalogWithoutMemory(t *testing.T) {
	target := workertest.StartProcess(t, append(lakeFlags(t, t.TempDir()), "--session-grace", "10m", "--memory", "400MB")...).Target
	c := dial(t, target)
	for _, sql := range []string{"CREATE SCHEMA s1", "CREATE SCHEMA s2", "CREATE TABLE t AS SELECT i FROM range(1000) r(i)"} {
		if _, err := c.exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	short := func() {
		t.Helper()
		if _, err := c.exec("SELECT length(string_agg(md5(i::VARCHAR), '')) FROM range(40000000) r(i)"); pgerror.CodeOf(err) != pgerror.OutOfMemory {
			t.Errorf("there was memory: %v", err)
		}
		for range 5 { // memory that has been freed is used anew
			if _, err := c.exec("SELECT count(*) FROM (SELECT i, list(i), string_agg(i::VARCHAR, ',') FROM t GROUP BY i)"); err != nil {
				t.Error(err)
			}
		}
	}
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s", User: &workerpb.User{}}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, sql := range []string{
			"BEGIN TRANSACTION", "CREATE TABLE s1.first (i INTEGER)", "", "CREATE TABLE s2.second (i INTEGER)", "",
			"SELECT count(*) FROM duckdb_tables()", "ALTER TABLE s2.second RENAME TO third", "", "SELECT count(*) FROM s2.third", "ALTER TABLE s1.first ADD COLUMN j INTEGER", "ROLLBACK",
		} {
			if sql == "" {
				short()
				continue
			}
			st := c.statement(sql)
			st.SessionId, st.Lasting = "s", strings.Contains(sql, " TABLE ")
			if _, _, err := c.run(st); err != nil {
				t.Fatalf("%s: %s %v", sql, pgerror.CodeOf(err), err)
			}
		}
	}
}

const longInsert = "INSERT INTO t SELECT sum(a.i * b.i)::BIGINT FROM range(30000) a(i), range(30000) b(i)"

// longAndShort writes into a new table t, in one statement that takes long and in short ones beside it. Nothing of either may be
// lost. It returns how many of the short ones ended before the long one did.
func longAndShort(t *testing.T, c *client) (short int) {
	t.Helper()
	if _, err := c.exec("CREATE TABLE t (i BIGINT)"); err != nil {
		t.Fatal(err)
	}
	long := make(chan error, 1)
	other := dial(t, c.target)
	go func() {
		_, err := other.exec(longInsert)
		long <- err
	}()
	for {
		if _, err := c.exec("INSERT INTO t VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-long:
			if err != nil {
				t.Errorf("the long insert: %s %v", pgerror.CodeOf(err), err)
			}
			c.want("SELECT count(*) FROM t", fmt.Sprint(short+2))
			return short
		default:
			short++
		}
	}
}

// A long INSERT and those beside it all succeed, and so does a block that writes for as long. In a transaction a conflict
// with what is written while it rests is the client's to try again.
func TestALongWriteWithShortOnesBeside(t *testing.T) {
	cfg := lakeConfig(t, t.TempDir())
	c := dial(t, start(t, cfg))
	longAndShort(t, c)

	inSession := func(sql string) error {
		st := c.statement(sql)
		st.SessionId, st.Lasting = "s", true
		_, _, err := c.run(st)
		return err
	}
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s", User: &workerpb.User{}}); err != nil {
		t.Fatal(err)
	}
	long := make(chan error, 1)
	other := dial(t, c.target)
	go func() {
		_, err := other.exec(longInsert)
		long <- err
	}()
	c.want("SELECT sum(a.i * b.i)::BIGINT > 0 FROM range(10000) a(i), range(10000) b(i)", "1") // the long one has begun
	for _, sql := range []string{"BEGIN TRANSACTION", longInsert, "COMMIT"} {
		if err := inSession(sql); err != nil {
			t.Errorf("%s: %s %v", sql, pgerror.CodeOf(err), err)
		}
	}
	if err := <-long; err != nil {
		t.Error(err)
	}
	for _, sql := range []string{"BEGIN TRANSACTION", "UPDATE t SET i = 2"} {
		if err := inSession(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if _, err := c.exec("DELETE FROM t"); err != nil {
		t.Fatal(err)
	}
	if err := inSession("COMMIT"); pgerror.CodeOf(err) != pgerror.SerializationFailure {
		t.Errorf("the commit of a transaction with a conflict: %s %v", pgerror.CodeOf(err), err)
	}
	if err := inSession("INSERT INTO t VALUES (7)"); err != nil {
		t.Errorf("after it, outside of a transaction: %v", err)
	}
	c.want("SELECT i FROM t", "7")
}

// The catalog may lie in a PostgreSQL. There, a long INSERT keeps nobody from writing.
func TestTheCatalogInPostgreSQL(t *testing.T) {
	pg, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Stop()
	host, port, _ := strings.Cut(pg.Addr, ":")
	cfg := func() worker.Config {
		c := lakeConfig(t, t.TempDir())
		c.LakeMetadata = fmt.Sprintf("postgres:host=%s port=%s user=%s password=%s dbname=%s", host, port, pgtest.User, pgtest.Password, pgtest.Database)
		return c
	}
	first := cfg()
	a := dial(t, start(t, first))
	second := cfg()
	second.LakeData = first.LakeData
	b := dial(t, start(t, second))
	if _, err := a.exec("CREATE TABLE t AS SELECT i FROM range(10) r(i)"); err != nil {
		t.Fatal(err)
	}
	b.want("SELECT sum(i)::BIGINT FROM t", "45")
	if _, err := a.exec("DROP TABLE t"); err != nil {
		t.Fatal(err)
	}
	if short := longAndShort(t, a); short < 2 {
		t.Errorf("%d writes were let pass by a long one", short)
	}
}
