package gateway_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/workertest"
)

// plan returns what EXPLAIN (TAVANA) says.
func (w *world) plan(c *pgconn.PgConn, sql string) string {
	w.t.Helper()
	res, err := c.Exec(w.t.Context(), "EXPLAIN (TAVANA) "+sql).ReadAll()
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	if res[0].FieldDescriptions[0].Name != "QUERY PLAN" || res[0].CommandTag.String() != "EXPLAIN" {
		w.t.Errorf("%+v", res[0])
	}
	var lines []string
	for _, r := range res[0].Rows {
		lines = append(lines, string(r[0]))
	}
	return strings.Join(lines, "\n")
}

// A statement's size is known by the files it reads, through views, with the partitions and columns that it wants; and then by what
// it has needed.
func TestStatementsAreSized(t *testing.T) {
	dir := t.TempDir()
	w := open(t, 1, func(c *gateway.Config) { c.Sizing.Allow = []string{dir} }, "--allow", dir)
	c := w.connect()
	w.do(c, fmt.Sprintf("COPY (SELECT i, i %% 4 AS part, md5(i::text) AS s FROM range(400000) r(i)) TO '%s/t' (FORMAT parquet, PARTITION_BY (part))", dir),
		fmt.Sprintf("COPY (SELECT i, repeat('x', 99) AS s FROM range(1000000) r(i)) TO '%s/big.csv' (HEADER)", dir))
	parts, csv := fmt.Sprintf("'%s/t/*/*.parquet'", dir), fmt.Sprintf("'%s/big.csv'", dir)
	for sql, want := range map[string][]string{
		"SELECT * FROM " + parts:                            {"Memory: 34 MB (files)", "of parquet in 4 files, ×"},
		"SELECT * FROM " + parts + " WHERE part = 1":        {"in 1 files (3 more are of other partitions)", "for the filter"},
		"SELECT sum(i) FROM " + parts:                       {"for the columns"},
		"SELECT * FROM " + csv:                              {"Memory: 16", "107 MB of csv in 1 files, × 1 as working set", "for safety"},
		"SELECT * FROM '/etc/passwd.csv'":                   {"default share (default)", "statements may not read there"},
		"SELECT 1":                                          {"default share (default)"},
		"INSERT INTO x SELECT * FROM " + csv:                {"107 MB of csv"},
		"SELECT * FROM read_csv('" + dir + "/nothing.csv')": {"default share (default)", "no such file"},
	} {
		got := w.plan(c, sql)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s:\n%s\nwant %q", sql, got, part)
			}
		}
	}
	// A driver describes it before.
	if st, err := c.Prepare(t.Context(), "p", "EXPLAIN (TAVANA) SELECT 1", nil); err != nil || len(st.Fields) != 1 || st.Fields[0].Name != "QUERY PLAN" {
		t.Errorf("%+v, %v", st, err)
	}
	before := w.metric("tavana_data_scanned_bytes")
	w.want(c, "SELECT count(s) FROM "+csv, "1000000")
	if n := w.metric("tavana_data_scanned_bytes") - before; n < 106e6 || n > 109e6 {
		t.Errorf("%v bytes were scanned", n)
	}
	w.want(c, "SELECT estimate_basis, memory_estimate > 150000000, memory_reserved = memory_estimate, tries, state FROM tavana.queries WHERE query LIKE 'SELECT count(s)%'", "files|t|t|1|done")
	if got := w.plan(c, "SELECT count(s) FROM "+csv); !strings.Contains(got, "(learned)") || !strings.Contains(got, "learned of one run") {
		t.Errorf("after it has run: %s", got)
	}
}

// What a Flight SQL client's statement has needed is known when its rows have been read, from wherever they waited.
func TestFlightSQLStatementsAreLearnedOf(t *testing.T) {
	w := open(t, 1, nil)
	f, c := w.flight(), w.connect()
	const sql = "SELECT i, repeat('x', 50) AS s FROM range(300000) r(i) ORDER BY hash(i)"
	if got := w.plan(c, sql); !strings.Contains(got, "(default)") {
		t.Error(got)
	}
	info, err := f.Execute(f.ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := f.rows(info); err != nil || len(rows) != 300000 {
		t.Fatal(len(rows), err)
	}
	if got := w.plan(c, sql); !strings.Contains(got, "(learned)") {
		t.Error(got)
	}
}

// Views are looked into, by asking a worker.
func TestViewsAreSized(t *testing.T) {
	dir := t.TempDir()
	init := writeFile(t, "init.sql", fmt.Sprintf("COPY (SELECT i, repeat('x', 99) AS s FROM range(1000000) r(i)) TO '%s/big.csv' (HEADER); CREATE SCHEMA s; "+
		"CREATE VIEW s.v AS SELECT * FROM '%s/big.csv'; CREATE VIEW s.w AS SELECT i FROM s.v WHERE i > 0", dir, dir))
	w := open(t, 1, func(c *gateway.Config) { c.Sizing.Allow, c.Sizing.Patience = []string{dir}, 30*time.Second }, "--allow", dir, "--init-sql", init)
	c := w.connect()
	for sql, want := range map[string]string{
		"SELECT * FROM s.v": "107 MB of csv", "SELECT * FROM s.w": "for the filter", "SELECT * FROM s.missing": "default share", "SELECT * FROM pg_class": "default share",
	} {
		if got := w.plan(c, sql); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s\nwant %q", sql, got, want)
		}
	}
}

// On a real S3 server, which answers for Google's as well; a bucket that says no is the worker's to tell of.
func TestObjectsAreSized(t *testing.T) {
	var s3 workertest.S3
	p := workertest.StartProcessWithS3(t, &s3, "--extensions-dir", filepath.Join(workertest.Root(), "bin", "extensions"), "--extensions", "httpfs",
		"--gcs-endpoint", "http://127.0.0.1:7070", "--gcs-bucket", "lake", "--gcs-access-key", "test-key", "--gcs-secret-key", "test-secret-key")
	if err := os.WriteFile(filepath.Join(s3.Dir, s3.Bucket, "one.csv"), []byte("a,b\n"+strings.Repeat("1,2\n", 25_000_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	at := config.Stores{S3: config.S3{Endpoint: s3.Serve(t), Bucket: s3.Bucket, PathStyle: true, Region: "us-east-1", AccessKey: s3.AccessKey, SecretKey: s3.SecretKey}}
	at.GCS = config.GCS{Endpoint: at.S3.Endpoint, Bucket: s3.Bucket, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey}
	w := openBefore(t, p, sizingOf(at))
	c := w.connect()
	for _, scheme := range []string{"s3", "gs", "gcs"} {
		w.wantPlans(c, map[string]string{
			"SELECT * FROM '" + scheme + "://lake/one.csv'":  "100 MB of csv in 1 files",
			"SELECT * FROM '" + scheme + "://lake/*.csv'":    "100 MB of csv in 1 files",
			"SELECT * FROM '" + scheme + "://other/one.csv'": "statements may not read there",
			"SELECT * FROM '" + scheme + "://lake/two.csv'":  "404",
		})
		w.want(c, "SELECT count(*) FROM '"+scheme+"://lake/*.csv'", "25000000")
		w.wantCode(c, "SELECT * FROM '"+scheme+"://other/one.csv'", "42501")
	}
	at.S3.SecretKey = "wrong"
	w = openBefore(t, p, sizingOf(at))
	c = w.connect()
	w.wantPlans(c, map[string]string{"SELECT * FROM 's3://lake/one.csv'": "403"})
	w.want(c, "SELECT count(*) FROM 's3://lake/one.csv'", "25000000")
}

// On a real server of Azure's blobs, under each of the schemes that DuckDB knows.
func TestBlobsAreSized(t *testing.T) {
	azure := workertest.StartAzure(t)
	azure.Put(t, "year=2024/one.csv", "a,b\n"+strings.Repeat("1,2\n", 2_500_000))
	azure.Put(t, "year=2025/one.csv", "a,b\n"+strings.Repeat("1,2\n", 250_000))
	p := workertest.StartProcess(t, "--extensions-dir", filepath.Join(workertest.Root(), "bin", "extensions"), "--extensions", "azure",
		"--azure-connection-string", azure.ConnectionString, "--azure-container", azure.Container)
	at := config.Stores{Azure: config.Azure{ConnectionString: azure.ConnectionString, Container: azure.Container}}
	w := openBefore(t, p, sizingOf(at))
	c := w.connect()
	w.want(c, "COPY (SELECT i, repeat('x', 99) AS s FROM range(1000000) r(i)) TO 'az://lake/big.parquet' (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)")
	for _, scheme := range []string{"az", "azure", "abfss"} {
		w.wantPlans(c, map[string]string{
			"SELECT * FROM '" + scheme + "://lake/year=2024/one.csv'":               "10 MB of csv in 1 files",
			"SELECT * FROM '" + scheme + "://lake/*/*.csv'":                         "11 MB of csv in 2 files",
			"SELECT * FROM '" + scheme + "://lake/*/*.csv' WHERE year = 2025":       "1 MB of csv in 1 files",
			"SELECT * FROM '" + scheme + "://lake/two.csv'":                         "404",
			"SELECT * FROM '" + scheme + "://other/one.csv'":                        "statements may not read there",
			"SELECT * FROM '" + scheme + "://other@x.dfs.core.windows.net/one.csv'": "statements may not read there",
			"SELECT i FROM '" + scheme + "://lake/big.parquet'":                     "of parquet in 1 files",
		})
		if scheme != "abfss" { // DuckDB reads those at dfs.core.windows.net, wherever the blobs are
			w.want(c, "SELECT count(*) FROM '"+scheme+"://lake/*/*.csv'", "2750000")
		}
		w.wantCode(c, "SELECT * FROM '"+scheme+"://other/one.csv'", "42501")
	}
	at.Azure.ConnectionString = strings.Replace(at.Azure.ConnectionString, "AccountKey=E", "AccountKey=F", 1)
	w = openBefore(t, p, sizingOf(at))
	c = w.connect()
	w.wantPlans(c, map[string]string{"SELECT * FROM 'az://lake/year=2024/one.csv'": "403"})
	w.want(c, "SELECT count(*) FROM 'az://lake/year=2024/one.csv'", "2500000")
}

func sizingOf(at config.Stores) func(*gateway.Config) {
	return func(c *gateway.Config) { c.Sizing.Stores, c.Sizing.Patience = at, 30*time.Second }
}

// wantPlans runs EXPLAIN (TAVANA) of statements, and wants what must be in the answer of each.
func (w *world) wantPlans(c *pgconn.PgConn, plans map[string]string) {
	w.t.Helper()
	for sql, want := range plans {
		if got := w.plan(c, sql); !strings.Contains(got, want) {
			w.t.Errorf("%s:\n%s\nwant %q", sql, got, want)
		}
	}
}

// The queue is seen by who asks, at once and however full the workers are; other users' texts are not.
func TestTheQueueIsSeen(t *testing.T) {
	w, _, free := full(t)
	connect := func() (*pgconn.PgConn, uint32) {
		c := w.connect()
		return c, c.PID()
	}
	done := make(chan error, 2)
	var pids []string
	for i := range 2 {
		c, pid := connect()
		pids = append(pids, strconv.Itoa(int(pid)))
		go func() {
			_, err := c.Exec(context.Background(), fmt.Sprintf("SELECT %d AS mine", i)).ReadAll()
			done <- err
		}()
		eventually(t, "it waits", func() bool { return w.metric("tavana_query_queue_depth") == float64(i+1) })
	}
	c := w.connect()
	w.want(c, "SELECT place, pid, usename, query, line IS NULL, why, waited_seconds < 60 FROM tavana.queue ORDER BY place",
		"1|"+pids[0]+"|tavana|SELECT 0 AS mine|t|all workers are busy|t", "2|"+pids[1]+"|tavana|SELECT 1 AS mine|t|all workers are busy|t")
	w.want(c, `SELECT state, count(*) FROM "tavana".tavana.queries WHERE query LIKE '%mine' AND query NOT LIKE '%tavana%' GROUP BY 1`, "waiting|2")
	w.want(c, "SELECT worker, state, queries >= 1, memory_reserved > 600000000, results FROM tavana.workers", "w|running|t|t|1")
	free()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	w.want(c, "SELECT state, rows, worker, tries, waited_seconds > 0, waited_seconds <= seconds, sqlstate FROM tavana.queries WHERE query LIKE 'SELECT _ AS mine'", "done|1|w|1|t|t|", "done|1|w|1|t|t|")
	w.wantCode(c, "SELECT 1/0 AS broken FROM missing", "42P01")
	w.want(c, "SELECT state, sqlstate FROM tavana.queries WHERE query LIKE 'SELECT 1/0 AS broken%'", "failed|42P01")
	w.want(c, "SELECT count(*) FROM tavana.queue", "0")
	w.wantCode(c, "CREATE TEMP VIEW v AS SELECT * FROM tavana.queue", "0A000")
}

func TestOthersQueriesAreNotSeen(t *testing.T) {
	users := usersFile(t, login{"boss", "secret", true}, login{"ann", "secret", false})
	w := open(t, 1, func(c *gateway.Config) { c.UsersFile = users })
	as := func(user, sql string) string {
		return saidBy(t, fmt.Sprintf("postgres://%s:secret@%s/tavana?sslmode=disable", user, w.addr), sql)
	}
	as("boss", "SELECT 'private'")
	as("ann", "SELECT 'own'")
	const sql = "SELECT string_agg(query, ' ' ORDER BY query_id) FROM tavana.queries WHERE state = 'done'"
	if got := as("ann", sql); strings.Contains(got, "private") || !strings.Contains(got, "own") || !strings.Contains(got, "<insufficient privilege>") {
		t.Errorf("ann sees %s", got)
	}
	if got := as("boss", sql); !strings.Contains(got, "private") || !strings.Contains(got, "own") {
		t.Errorf("boss sees %s", got)
	}
}

// One that waits for too long is counted.
func TestAWaitThatIsTooLongIsCounted(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.QueueTimeout = 300 * time.Millisecond }, "--query-memory", "700MB")
	f := w.flight()
	if _, err := f.Execute(f.ctx, "SELECT i, repeat('x', 100) FROM range(100000000) t(i)"); err != nil {
		t.Fatal(err)
	}
	c := w.connect()
	w.wantCode(c, "SELECT 1", "57014")
	if n := w.metric("tavana_query_queue_rejected_total"); n != 1 {
		t.Errorf("%v are counted", n)
	}
}
