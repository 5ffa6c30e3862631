package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lasting: 6 million rows into a lasting table beside DuckDB's own COPY to Parquet, and what a catalog of lasting tables
// costs the statements that do not use it.
func lasting(ctx context.Context, e *env, r *report) error {
	dir, err := os.MkdirTemp(e.out, "lasting-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	with, err := e.startTavana(ctx, 0, "--lake-metadata", "sqlite:"+filepath.Join(dir, "catalog.sqlite"), "--lake-data", filepath.Join(dir, "tables"))
	if err != nil {
		return err
	}
	defer with.stop()
	c, err := dialWire(ctx, with.addr)
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.query("CREATE TABLE l AS " + e.lineitem() + " LIMIT 0"); err != nil {
		return err
	}
	var ours, theirs float64
	for i := range rounds {
		got, err := c.query("INSERT INTO l " + e.lineitem())
		if err != nil {
			return err
		}
		p, err := e.inprocess(ctx, fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet)", e.lineitem(), filepath.Join(dir, "copy.parquet")), "--memory", duckdbMemory)
		if err != nil {
			return err
		}
		if i == 0 || got.total.Seconds() < ours {
			ours = got.total.Seconds()
		}
		if i == 0 || p.Seconds < theirs {
			theirs = p.Seconds
		}
	}
	r.add("INSERT … SELECT lineitem SF1 into a lasting table", "s", ours, "DuckDB's COPY to Parquet", theirs, none)

	without, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer without.stop()
	for _, q := range []struct{ name, sql string }{
		{"SELECT 1", "SELECT 1"},
		{"SELECT upper('x')", "SELECT upper('x')"},
		{"count(*) of a Parquet file", "SELECT count(*) FROM read_parquet('" + filepath.Join(e.sf1, "nation.parquet") + "')"},
	} {
		a, b, err := besides(ctx, with, without, q.sql)
		if err != nil {
			return err
		}
		r.add(q.name+" beside lasting tables, p50", "ms", ms(a), "without them", ms(b), none)
		r.bound("  costs", "ms more", ms(a-b), atMost(0.2))
	}
	return nil
}

// besides measures a statement at both by turns.
func besides(ctx context.Context, a, b *tavana, sql string) (ma, mb time.Duration, err error) {
	for range rounds {
		x, err := medianOfQuery(ctx, a.addr, sql)
		if err != nil {
			return 0, 0, err
		}
		y, err := medianOfQuery(ctx, b.addr, sql)
		if err != nil {
			return 0, 0, err
		}
		if ma == 0 || x < ma {
			ma = x
		}
		if mb == 0 || y < mb {
			mb = y
		}
	}
	return ma, mb, nil
}

func medianOfQuery(ctx context.Context, addr, sql string) (time.Duration, error) {
	return medianOf(ctx, addr, 500, false, func(c *wire) error { _, err := c.query(sql); return err })
}
