package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// memoryOf is what both sides of a comparison get; the worker's DuckDB gets four fifths of the process's.
const (
	processMemory = "4GB"
	duckdbMemory  = "3.2GB"
)

// tpch: the 22 queries at SF1 by the wire, beside DuckDB in one process with the same threads and memory over the same files.
func tpch(ctx context.Context, e *env, r *report) error {
	return e.compareTPCH(ctx, r, "TPC-H SF1, 22 queries, local", filepath.Join(e.sf1, "views.sql"), "")
}

// tpchOnS3 is tpch with the files on an S3 server of this machine.
func tpchOnS3(ctx context.Context, e *env, r *report) error {
	const bucket, key, secret = "tpch", "bench-key", "bench-secret"
	data := filepath.Join(e.out, "s3")
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(data, 0o755), os.MkdirAll(filepath.Join(e.out, "meta-s3"), 0o755)); err != nil {
		return err
	}
	// The same bytes, not copied.
	if out, err := exec.CommandContext(ctx, "cp", "-rl", e.sf1, filepath.Join(data, bucket)).CombinedOutput(); err != nil {
		return fmt.Errorf("linking the data: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	addr := net.JoinHostPort("127.0.0.1", port)
	server, err := start(filepath.Join(e.bin, "..", ".cache", "bin", "versitygw"), []string{"ROOT_ACCESS_KEY=" + key, "ROOT_SECRET_KEY=" + secret},
		"--quiet", "--port", addr, "--region", "us-east-1", "posix", "--sidecar", filepath.Join(e.out, "meta-s3"), data)
	if err != nil {
		return err
	}
	defer server.stop()
	if err := awaitPort(ctx, addr); err != nil {
		return err
	}
	views, err := os.ReadFile(filepath.Join(e.sf1, "views.sql"))
	if err != nil {
		return err
	}
	file := filepath.Join(data, "views.sql")
	sql := strings.ReplaceAll(string(views), e.sf1, "s3://"+bucket)
	if err := os.WriteFile(file, []byte(sql), 0o644); err != nil {
		return err
	}
	httpfs, err := filepath.Glob(filepath.Join(e.bin, "extensions", "*", "*", "httpfs.duckdb_extension"))
	if err != nil || len(httpfs) != 1 {
		return fmt.Errorf("finding httpfs: %v %w", httpfs, err)
	}
	keys := fmt.Sprintf("LOAD '%s'; CREATE SECRET s (TYPE s3, KEY_ID '%s', SECRET '%s', REGION 'us-east-1', ENDPOINT '%s', URL_STYLE 'path', USE_SSL false);\n",
		httpfs[0], key, secret, addr)
	return e.compareTPCH(ctx, r, "TPC-H SF1, 22 queries, S3", file, keys,
		"--s3-endpoint", "http://"+addr, "--s3-bucket", bucket, "--s3-path-style", "--s3-access-key", key, "--s3-secret-key", secret)
}

func awaitPort(ctx context.Context, addr string) error {
	for range 200 {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-time.After(25 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("nobody listens on " + addr)
}

// compareTPCH adds a row. views shows the tables in schema tpch; setUp is run before it by the peer alone.
func (e *env) compareTPCH(ctx context.Context, r *report, name, views, setUp string, workerFlags ...string) error {
	t, err := e.startTavana(ctx, 0, append(workerFlags, "--init-sql", views)...)
	if err != nil {
		return err
	}
	defer t.stop()
	queries, err := tpchQueries(ctx, t)
	if err != nil {
		return err
	}
	ours, err := sumOf(ctx, t, queries)
	if err != nil {
		return err
	}
	sql, err := os.ReadFile(views)
	if err != nil {
		return err
	}
	list, err := json.Marshal(queries)
	if err != nil {
		return err
	}
	init, file := filepath.Join(e.out, "tpch-init.sql"), filepath.Join(e.out, "tpch-queries.json")
	if err := errors.Join(os.WriteFile(init, []byte(setUp+string(sql)+"\nSET search_path = 'tpch';"), 0o644), os.WriteFile(file, list, 0o644)); err != nil {
		return err
	}
	peers, err := e.inprocessAll(ctx, "--init", init, "--list", file, "--memory", duckdbMemory, "--runs", fmt.Sprint(rounds))
	if err != nil {
		return err
	}
	theirs := 0.0
	for _, p := range peers {
		theirs += p.Seconds
	}
	r.add(name, "s", ours.Seconds(), "DuckDB → IPC in process", theirs, atMost(1.05))
	return nil
}

func tpchQueries(ctx context.Context, t *tavana) ([]string, error) {
	c, err := connect(ctx, t.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close(ctx) }()
	results, err := c.Exec(ctx, "SELECT query FROM tpch_queries() ORDER BY query_nr").ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range results[0].Rows {
		out = append(out, string(row[0]))
	}
	return out, nil
}

// sumOf returns the sum of each query's best run, after one that warms.
func sumOf(ctx context.Context, t *tavana, queries []string) (time.Duration, error) {
	c, err := dialWire(ctx, t.addr)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if _, err := c.query("SET search_path = tpch"); err != nil {
		return 0, err
	}
	sum := time.Duration(0)
	for _, q := range queries {
		best := time.Duration(0)
		for i := range rounds + 1 {
			got, err := c.query(q)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", q, err)
			}
			if i > 0 && (best == 0 || got.total < best) {
				best = got.total
			}
		}
		sum += best
	}
	return sum, nil
}
