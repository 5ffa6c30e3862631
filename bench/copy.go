package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/angelerator/tavana/internal/pgtest"
)

// The rows of COPY: copyFile has copyRows of them, with the columns of copyTable.
const (
	copyRows  = 2_000_000
	copyTable = "(a bigint, b text, c double precision)"
)

// copyCases: COPY of two million rows of three columns, out and in, beside PostgreSQL: from and to tables, over the same
// client.
func copyCases(ctx context.Context, e *env, r *report) error {
	dir, err := os.MkdirTemp(e.out, "copy-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "rows.csv")
	if err := writeCopyFile(file); err != nil {
		return err
	}
	t, err := e.startTavana(ctx, 0, "--lake-metadata", "sqlite:"+filepath.Join(dir, "catalog.sqlite"), "--lake-data", filepath.Join(dir, "tables"))
	if err != nil {
		return err
	}
	defer t.stop()
	var in, out, many [2]float64
	for range rounds {
		for i, addr := range []string{t.addr, e.pg.Addr} {
			a, b, err := copyBoth(ctx, addr, file)
			if err != nil {
				return err
			}
			in[i], out[i] = max(in[i], copyRows/a.Seconds()), max(out[i], copyRows/b.Seconds())
		}
	}
	for i, addr := range []string{t.addr, e.pg.Addr} {
		took, err := manyInserts(ctx, addr)
		if err != nil {
			return err
		}
		many[i] = manyRowsInserted / took.Seconds()
	}
	r.add("20,000 INSERTs bound in one pipeline, rows of 3", "rows/s", many[0], "PostgreSQL 15", many[1], none)
	r.add("COPY FROM STDIN csv, 2 M rows × 3", "M rows/s", in[0]/1e6, "PostgreSQL 15", in[1]/1e6, atLeast(3))
	r.add("COPY TO STDOUT csv, 2 M rows × 3", "M rows/s", out[0]/1e6, "PostgreSQL 15", out[1]/1e6, atLeast(2))
	return nil
}

const manyRowsInserted = 20_000

// manyInserts does what executemany and batches do: one INSERT bound and executed for each row, in one pipeline.
func manyInserts(ctx context.Context, addr string) (time.Duration, error) {
	c, err := connect(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer c.Close(ctx)
	for _, sql := range []string{"DROP TABLE IF EXISTS bench_many", "CREATE TABLE bench_many " + copyTable} {
		if _, err := c.Exec(ctx, sql).ReadAll(); err != nil {
			return 0, err
		}
	}
	started := time.Now()
	p := c.StartPipeline(ctx)
	p.SendPrepare("many", "INSERT INTO bench_many VALUES ($1, $2, $3)", nil)
	for i := range manyRowsInserted {
		p.SendQueryPrepared("many", [][]byte{[]byte(strconv.Itoa(i)), []byte("row number " + strconv.Itoa(i)), []byte("0.5")}, nil, nil)
	}
	if err := p.Sync(); err != nil {
		return 0, err
	}
	err = p.Close() // when all is answered
	return time.Since(started), err
}

func writeCopyFile(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range copyRows {
		fmt.Fprintf(w, "%d,name of %d,%g\n", i, i, float64(i)*0.25)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// copyBoth copies the file into a new table, and the table out.
func copyBoth(ctx context.Context, addr, file string) (in, out time.Duration, err error) {
	c, err := connect(ctx, addr)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = c.Close(ctx) }()
	for _, sql := range []string{"DROP TABLE IF EXISTS copied", "CREATE TABLE copied " + copyTable} {
		if _, err := c.Exec(ctx, sql).ReadAll(); err != nil {
			return 0, 0, err
		}
	}
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	started := time.Now()
	tag, err := c.CopyFrom(ctx, f, "COPY copied FROM STDIN (FORMAT csv)")
	if err != nil {
		return 0, 0, err
	}
	in = time.Since(started)
	if tag.RowsAffected() != copyRows {
		return 0, 0, fmt.Errorf("%d rows copied in", tag.RowsAffected())
	}
	started = time.Now()
	if tag, err = c.CopyTo(ctx, io.Discard, "COPY copied TO STDOUT (FORMAT csv)"); err != nil {
		return 0, 0, err
	}
	if tag.RowsAffected() != copyRows {
		return 0, 0, fmt.Errorf("%d rows copied out", tag.RowsAffected())
	}
	return in, time.Since(started), nil
}

// pgbench: prepared point selects as pgbench -S sends them, over a view of ten thousand rows, with 1, 10 and 100 connections.
func pgbench(ctx context.Context, e *env, r *report) error {
	dir, err := os.MkdirTemp(e.out, "pgbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer t.stop()
	script := filepath.Join(dir, "select.sql")
	if err := os.WriteFile(script, []byte("\\set aid random(1, 10000)\nSELECT aid * 7 AS abalance FROM generate_series(1, 10000) AS aid WHERE aid = :aid;\n"), 0o644); err != nil {
		return err
	}
	for _, clients := range []int{1, 10, 100} {
		p50, p99, err := runPgbench(ctx, t.addr, script, dir, clients)
		if err != nil {
			return err
		}
		q50, q99, err := runPgbench(ctx, e.pg.Addr, script, dir, clients)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("prepared SELECT, %d connections", clients)
		r.add(name+", p50", "ms", p50, "PostgreSQL 15", q50, none)
		r.add(name+", p99", "ms", p99, "PostgreSQL 15", q99, none)
	}
	return nil
}

var logged = regexp.MustCompile(`pgbench_log\.\d+(\.\d+)?$`)

// runPgbench returns the median and the 99th percentile of a transaction's latency, in milliseconds.
func runPgbench(ctx context.Context, addr, script, dir string, clients int) (p50, p99 float64, err error) {
	host, port, _ := strings.Cut(addr, ":")
	old, _ := filepath.Glob(filepath.Join(dir, "pgbench_log.*"))
	for _, f := range old {
		_ = os.Remove(f)
	}
	cmd := exec.CommandContext(ctx, "pgbench", "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "1", "-T", "5", "-l", "-f", script, pgtest.Database)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PGHOST="+host, "PGPORT="+port, "PGUSER="+pgtest.User, "PGPASSWORD="+pgtest.Password, "PGSSLMODE=disable")
	if b, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("pgbench: %w\n%s", err, b)
	}
	var times []time.Duration
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, 0, err
	}
	for _, entry := range entries {
		if !logged.MatchString(entry.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return 0, 0, err
		}
		for l := range strings.Lines(string(b)) {
			f := strings.Fields(l) // client, transaction, microseconds, script, second, microsecond
			if len(f) < 3 {
				continue
			}
			us, err := strconv.Atoi(f[2])
			if err != nil {
				return 0, 0, err
			}
			times = append(times, time.Duration(us)*time.Microsecond)
		}
	}
	if len(times) == 0 {
		return 0, 0, fmt.Errorf("pgbench logged nothing in %s", dir)
	}
	return ms(percentile(times, 50)), ms(percentile(times, 99)), nil
}

// percentile returns the time that p percent are not above.
func percentile(times []time.Duration, p int) time.Duration {
	slices.Sort(times)
	return times[min(len(times)*p/100, len(times)-1)]
}
