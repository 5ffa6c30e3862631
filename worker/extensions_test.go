package worker_test

import (
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workertest"
	"github.com/angelerator/tavana/worker"
)

// extensionFile returns the path of an extension that `make extensions` has fetched.
func extensionFile(t *testing.T, name string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(workertest.Root(), "bin", "extensions", "v*", "*", name+".duckdb_extension"))
	if err != nil || len(all) != 1 {
		t.Fatalf("extension %s: %v %v: run make extensions", name, all, err)
	}
	return all[0]
}

func TestExtensionsAreLoadedBeforeTheWorkerIsReady(t *testing.T) {
	cfg := config(t)
	cfg.ExtensionsDir, cfg.Extensions = filepath.Join(workertest.Root(), "bin", "extensions"), []string{"all"}
	c := dial(t, start(t, cfg))
	// One function or secret type of each.
	got := c.query(`SELECT string_agg(DISTINCT function_name, ' ' ORDER BY function_name) FROM duckdb_functions() WHERE function_name IN
		('read_avro', 'load_aws_credentials', 'delta_scan', 'ducklake_snapshots', 'iceberg_scan', 'postgres_scan', 'sqlite_scan', 'dsdgen', 'dbgen')`)
	if got[0] != "dbgen delta_scan dsdgen ducklake_snapshots iceberg_scan load_aws_credentials postgres_scan read_avro sqlite_scan" {
		t.Errorf("functions: %v", got)
	}
	if got := c.query("SELECT string_agg(DISTINCT type, ' ' ORDER BY type) FROM duckdb_secret_types() WHERE type IN ('s3', 'azure')"); got[0] != "azure s3" {
		t.Errorf("secret types: %v", got)
	}
	// Secrets work behind the locks, for superusers.
	st := c.statement("CREATE SECRET s (TYPE s3, KEY_ID 'k', SECRET 's', SCOPE 's3://bucket')")
	st.User.Superuser = true
	if _, _, err := c.run(st); err != nil {
		t.Errorf("CREATE SECRET: %v", err)
	}
	c.wantCode("SELECT * FROM read_csv('s3://other/x.csv')", pgerror.InsufficientPrivilege)
	// Nothing is fetched, not even for those that may.
	other := filepath.Join(t.TempDir(), "other.duckdb_extension") // nor is a file that somebody has put there
	if b, err := os.ReadFile(extensionFile(t, "tpch")); err != nil || os.WriteFile(other, b, 0o644) != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"INSTALL spatial", "LOAD spatial", "INSTALL spatial FROM community", "LOAD '" + other + "'"} {
		st := c.statement(sql)
		st.User.Superuser = true
		if _, _, err := c.run(st); err == nil {
			t.Errorf("%s succeeded", sql)
		}
	}
	c.wantCode("SELECT ST_Point(1, 2)", pgerror.UndefinedFunction)
}

// An extension that is not the one built for is checked by DuckDB: one changed byte, and the worker does not start.
func TestAChangedExtensionIsRefused(t *testing.T) {
	original := extensionFile(t, "tpch")
	b, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	dir := t.TempDir()
	changed := filepath.Join(dir, filepath.Base(filepath.Dir(filepath.Dir(original))), filepath.Base(filepath.Dir(original)), "tpch.duckdb_extension")
	if err := os.MkdirAll(filepath.Dir(changed), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changed, b, 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := config(t)
	cfg.ExtensionsDir, cfg.Extensions = dir, []string{"all"}
	_, err = worker.New(cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err == nil || !strings.Contains(err.Error(), "tpch") {
		t.Errorf("a changed extension: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(cfg.SpillDir, "*"))
	if len(left) != 0 {
		t.Errorf("the failed start left %v", left)
	}
}

// The fetch script works from a folder, without a network, and refuses what is not the file it expects.
func TestExtensionsComeFromAFolderToo(t *testing.T) {
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Fatal("unshare is missing: it takes the network away")
	}
	from := filepath.Dir(extensionFile(t, "tpch"))
	fetch := func(from, to string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "unshare", "-rn", filepath.Join(workertest.Root(), "scripts", "fetch-extensions.sh"), to)
		cmd.Env = append(os.Environ(), "TAVANA_EXTENSIONS_FROM="+from)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	to := t.TempDir()
	if out, err := fetch(from, to); err != nil || strings.Count(out, "fetched ") != 11 {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := fetch(from, to); err != nil || strings.Contains(out, "fetched") {
		t.Errorf("what is there is fetched again: %v\n%s", err, out)
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "avro.duckdb_extension"), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := fetch(bad, t.TempDir()); err == nil || !strings.Contains(out, "sha256") {
		t.Errorf("nonsense is taken: %v\n%s", err, out)
	}
}
