package gateway_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/workertest"
)

// A real S3 server: files are written and read there, by globs and by partitions; nothing gets out of the bucket, and
// keys are nobody's to see.
func TestFilesOnS3(t *testing.T) {
	var s3 workertest.S3
	users := usersFile(t, login{"boss", "secret", true}, login{"ann", "secret", false})
	p := workertest.StartProcessWithS3(t, &s3, "--extensions-dir", filepath.Join(workertest.Root(), "bin", "extensions"), "--extensions", "httpfs,sqlite_scanner,ducklake",
		"--lake-metadata", "sqlite:"+filepath.Join(t.TempDir(), "catalog.sqlite"), "--lake-data", "s3://lake/tables/")
	w := openBefore(t, p, func(c *gateway.Config) { c.UsersFile = users })
	for _, c := range []struct{ user, sql, want string }{
		{"boss", "COPY (SELECT i, i % 3 AS part FROM range(3000) r(i)) TO 's3://lake/parts' (FORMAT parquet, PARTITION_BY (part))", "COPY 3000"},
		{"boss", "COPY (SELECT 1 AS a, 'x' AS b) TO 's3://lake/one.csv' (HEADER)", "COPY 1"},
		{"boss", "COPY (SELECT 2 AS a, [1, 2] AS l) TO 's3://lake/two.json'", "COPY 1"},
		{"ann", "SELECT count(*), sum(i)::bigint FROM read_parquet('s3://lake/parts/*/*.parquet')", "3000|4498500"},
		{"ann", "SELECT count(*), min(part) FROM read_parquet('s3://lake/parts/**/*.parquet', hive_partitioning = true) WHERE part = 2", "1000|2"},
		{"ann", "SELECT * FROM 's3://lake/one.csv'", "1|x"},
		{"ann", "SELECT a, l FROM read_json(['s3://lake/two.json'])", "2|{1,2}"},
		{"ann", "SELECT count(*) FROM glob('s3://lake/**')", "5"},
		// Lasting tables may lie there.
		{"ann", "CREATE TABLE t AS SELECT i FROM range(100000) r(i)", "SELECT 100000"},
		{"ann", "SELECT sum(i)::bigint FROM t", "4999950000"},
		// Errors.
		{"ann", "SELECT * FROM 's3://lake/nothing.parquet'", "58P01"},
		{"ann", "SELECT * FROM 's3://other/x.parquet'", "42501"},
		{"ann", "SELECT * FROM 's3://lake2/x.parquet'", "42501"},
		{"ann", "SELECT * FROM read_parquet('s3://lake/../other/x.parquet')", "42501"},
		{"ann", "SELECT * FROM read_csv('s3://lake/one.csv?s3_endpoint=127.0.0.1:1')", "42501"},
		{"ann", "SELECT * FROM read_csv('s3://lake/one.csv?s3' || '_endpoint=127.0.0.1:1')", "42501"},
		{"ann", "SELECT * FROM read_csv(concat('s3://lake/', 'one.csv'))", "42501"},
		{"ann", "SELECT * FROM read_csv('s3://lake/one.csv?%733_endpoint=127.0.0.1:1')", "42501"},
		{"ann", "PREPARE p AS SELECT * FROM read_csv($1); EXECUTE p('s3://lake/one.csv?s3_endpoint=127.0.0.1:1')", "42501"},
		{"ann", "COPY (SELECT 1) TO 's3://lake/ann.csv'", "42501"},
		{"ann", "SELECT * FROM duckdb_secrets()", "42501"},
		{"ann", "CREATE SECRET s (TYPE s3)", "42501"},
	} {
		if got := saidBy(t, fmt.Sprintf("postgres://%s:secret@%s/tavana?sslmode=disable", c.user, w.addr), c.sql); got != c.want {
			t.Errorf("%s: %s:\n got %s\nwant %s", c.user, c.sql, got, c.want)
		}
	}
	if err := os.WriteFile(filepath.Join(s3.Dir, s3.Bucket, "broken.parquet"), []byte("not Parquet at all, but long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := saidBy(t, fmt.Sprintf("postgres://ann:secret@%s/tavana?sslmode=disable", w.addr), "SELECT * FROM 's3://lake/broken.parquet'"); got != "22023" && got != "58030" {
		t.Errorf("a broken file: %s", got)
	}
	if _, err := os.Stat(filepath.Join(s3.Dir, s3.Bucket, "one.csv")); err != nil {
		t.Errorf("the object is not at the server: %v", err)
	}
}
