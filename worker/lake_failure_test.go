package worker_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workertest"
)

// A worker is killed again and again while rows are inserted: what was acknowledged is there once, what was not is there
// once or not at all.
func TestKilledWorkersLoseNoInsert(t *testing.T) {
	dir := t.TempDir()
	target := "unix://" + filepath.Join(t.TempDir(), "w.sock")
	p := workertest.StartProcessAt(t, target, lakeFlags(t, dir)...)
	c := dial(t, target)
	if _, err := c.exec("CREATE TABLE t (i INTEGER)"); err != nil {
		t.Fatal(err)
	}
	const wanted, everyKill = 200, 25
	nextKill := everyKill / 2
	acknowledged := map[int]bool{}
	i, unknown := 0, 0
	for ; len(acknowledged) < wanted; i++ {
		if len(acknowledged) == nextKill {
			nextKill += everyKill
			// It dies while the insert is on its way to it, or at work, or answered: whatever comes.
			go p.Kill()
		}
		_, err := c.exec(fmt.Sprintf("INSERT INTO t VALUES (%d)", i))
		if err == nil {
			acknowledged[i] = true
			continue
		}
		if !errors.Is(err, pgerror.ErrWorkerLost) {
			t.Fatalf("insert %d: %v", i, err)
		}
		unknown++
		p.Kill()
		p = workertest.StartProcessAt(t, target, lakeFlags(t, dir)...)
		c = dial(t, target)
	}
	rows, err := c.exec("SELECT i FROM t")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range rows {
		seen[r]++
	}
	for n := range i {
		switch times := seen[fmt.Sprint(n)]; {
		case times > 1:
			t.Errorf("row %d is there %d times", n, times)
		case times == 0 && acknowledged[n]:
			t.Errorf("row %d was acknowledged and is lost", n)
		}
	}
	if unknown < 5 {
		t.Errorf("only %d inserts were cut off: the test shows nothing", unknown)
	}
	t.Logf("%d acknowledged, %d cut off, %d there", len(acknowledged), unknown, len(rows))
}

// A killed worker's half-written CREATE TABLE AS is not visible.
func TestAKilledWriteIsNotVisible(t *testing.T) {
	dir := t.TempDir()
	p := workertest.StartProcess(t, lakeFlags(t, dir)...)
	c := dial(t, p.Target)
	failed := make(chan error, 1)
	go func() {
		_, err := c.exec("CREATE TABLE big AS SELECT i, repeat('x', 100) || i AS s FROM range(100000000) r(i)")
		failed <- err
	}()
	eventually(t, "the table's file is being written", func() bool {
		files, _ := filepath.Glob(filepath.Join(dir, "tables", "*", "*", "*"))
		return len(files) > 0
	})
	p.Kill()
	if err := <-failed; err == nil {
		t.Fatal("the statement of a killed worker has succeeded")
	}
	c = dial(t, workertest.StartProcess(t, lakeFlags(t, dir)...).Target)
	if _, err := c.exec("SELECT count(*) FROM big"); pgerror.CodeOf(err) != pgerror.UndefinedTable {
		t.Errorf("after the kill: %v", err)
	}
	if _, err := c.exec("CREATE TABLE big AS SELECT 1 AS i"); err != nil {
		t.Error(err)
	}
	c.want("SELECT i FROM big", "1")
}

// A folder without room, and one that is gone: an error, nothing of the write is visible, and what was there still is.
func TestAFullFolderIsAnError(t *testing.T) {
	dir := t.TempDir()
	c := dial(t, workertest.StartProcessOnMount(t, filepath.Join(dir, "tables"), 2<<20, lakeFlags(t, dir)...).Target)
	if _, err := c.exec("CREATE TABLE small AS SELECT i FROM range(1000) r(i)"); err != nil {
		t.Fatal(err)
	}
	_, err := c.exec("CREATE TABLE big AS SELECT hash(i) AS h FROM range(3000000) r(i)")
	if pgerror.CodeOf(err) != pgerror.DiskFull {
		t.Errorf("CREATE TABLE AS: %s %v", pgerror.CodeOf(err), err)
	}
	if _, err := c.exec("INSERT INTO small SELECT hash(i) % 1000000000000 FROM range(3000000) r(i)"); pgerror.CodeOf(err) != pgerror.DiskFull {
		t.Errorf("INSERT: %s %v", pgerror.CodeOf(err), err)
	}
	c.want("SELECT count(*) FROM small", "1000")
	if _, err := c.exec("SELECT * FROM big"); pgerror.CodeOf(err) != pgerror.UndefinedTable {
		t.Errorf("the table that did not fit: %v", err)
	}
}

func TestAFullCatalogIsAnError(t *testing.T) {
	dir := t.TempDir()
	meta := filepath.Join(dir, "meta")
	flags := lakeFlags(t, dir)
	for i, f := range flags {
		if strings.HasPrefix(f, "sqlite:") {
			flags[i] = "sqlite:" + filepath.Join(meta, "catalog.sqlite")
		}
	}
	c := dial(t, workertest.StartProcessOnMount(t, meta, 3<<20, flags...).Target)
	if _, err := c.exec("CREATE TABLE t (s TEXT)"); err != nil {
		t.Fatal(err)
	}
	written := 0
	var err error
	for ; err == nil && written < 200; written++ {
		_, err = c.exec("CREATE VIEW v" + fmt.Sprint(written) + " AS SELECT '" + strings.Repeat("x", 50_000) + "' AS s FROM t")
	}
	if code := pgerror.CodeOf(err); code != pgerror.DiskFull {
		t.Errorf("after %d views: %s %v (%+v)", written, code, err, pgerror.Flatten(err))
	}
	c.want("SELECT count(*) FROM t", "0")
}

// A folder that can't be written to: reading works, writing is an error, and nothing of it is visible.
func TestAReadOnlyFolderIsAnError(t *testing.T) {
	dir := t.TempDir()
	p := workertest.StartProcess(t, lakeFlags(t, dir)...)
	c := dial(t, p.Target)
	if _, err := c.exec("CREATE TABLE t AS SELECT i FROM range(100000) r(i)"); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	c = dial(t, workertest.StartProcessReadOnly(t, filepath.Join(dir, "tables"), lakeFlags(t, dir)...).Target)
	c.want("SELECT count(*) FROM t", "100000")
	if _, err := c.exec("INSERT INTO t SELECT i FROM range(100000) r(i)"); pgerror.CodeOf(err) != pgerror.IOError {
		t.Errorf("a write: %s %v", pgerror.CodeOf(err), err)
	}
	c.want("SELECT count(*) FROM t", "100000")
}

// A folder that was moved, catalog and tables together, goes on as it was.
func TestAFolderThatWasMoved(t *testing.T) {
	parent := t.TempDir()
	before, after := filepath.Join(parent, "before"), filepath.Join(parent, "after")
	p := workertest.StartProcess(t, lakeFlags(t, before)...)
	if _, err := dial(t, p.Target).exec("CREATE TABLE t AS SELECT i FROM range(100000) r(i)"); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(before, after); err != nil {
		t.Fatal(err)
	}
	c := dial(t, workertest.StartProcess(t, lakeFlags(t, after)...).Target)
	if _, err := c.exec("INSERT INTO t SELECT i FROM range(50000) r(i)"); err != nil {
		t.Error(err)
	}
	c.want("SELECT count(*), sum(i)::BIGINT FROM t", "150000|6249925000")
}

// Somebody else holds the catalog's file: a write waits, then says so; it works when the file is free again.
func TestALockedCatalogIsAnError(t *testing.T) {
	dir := t.TempDir()
	c := dial(t, workertest.StartProcess(t, lakeFlags(t, dir)...).Target)
	if _, err := c.exec("CREATE TABLE t (i INTEGER)"); err != nil {
		t.Fatal(err)
	}
	holder := exec.Command("python3", "-c", `
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()`, filepath.Join(dir, "catalog.sqlite"))
	release, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	holder.Stderr = os.Stderr
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Process.Kill() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("holding the catalog: %q %v", line, err)
	}
	if _, err := c.exec("INSERT INTO t VALUES (1)"); pgerror.CodeOf(err) != pgerror.SerializationFailure {
		t.Errorf("a write: %s %v", pgerror.CodeOf(err), err)
	}
	c.want("SELECT count(*) FROM t", "0")
	_ = release.Close()
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.exec("INSERT INTO t VALUES (2)"); err != nil {
		t.Errorf("after it: %v", err)
	}
	c.want("SELECT i FROM t", "2")
}

// eventually waits until f holds, and fails the test when it does not.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}
