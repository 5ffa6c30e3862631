package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

const (
	cursorRows  = 20_000_000
	cursorPage  = 2000
	cursorEdge  = 100 // FETCHes at each end that are compared
	cursorQuery = "SELECT i, i * 2 AS j FROM generate_series(1, %d) AS s(i)"
)

// scrolled is what reading a cursor to its end took.
type scrolled struct {
	declared, total time.Duration // until the first page was there; and all
	first, last     time.Duration // the pages at the ends, each
}

// cursors: a long result by FETCHes beside the same in one SELECT, and beside PostgreSQL's cursors; then a page far in by
// LIMIT and OFFSET, which is what FETCH would cost if it asked anew.
func cursors(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer t.stop()
	c, err := dialWire(ctx, t.addr)
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := scroll(c, cursorRows/20); err != nil { // so that buffers are there
		return err
	}
	var ours scrolled
	worker, gateway, err := t.growth(ctx, func() (err error) { ours, err = scroll(c, cursorRows); return err })
	if err != nil {
		return err
	}
	plain, err := c.query(fmt.Sprintf(cursorQuery, cursorRows))
	if err != nil {
		return err
	}
	far, err := c.query(fmt.Sprintf(cursorQuery+" LIMIT %d OFFSET %d", cursorRows, cursorPage, cursorRows-cursorPage))
	if err != nil {
		return err
	}
	pg, err := dialWire(ctx, e.pg.Addr)
	if err != nil {
		return err
	}
	defer pg.close()
	theirs, err := scroll(pg, cursorRows)
	if err != nil {
		return err
	}
	r.add(fmt.Sprintf("%d M rows × 2 in FETCHes of %d: all", cursorRows/1_000_000, cursorPage), "s", ours.total.Seconds(), "one SELECT", plain.total.Seconds(), atMost(1.3))
	r.add("  all", "s", ours.total.Seconds(), "PostgreSQL 15", theirs.total.Seconds(), none)
	r.add(fmt.Sprintf("  last %d FETCHes, each", cursorEdge), "ms", ms(ours.last), fmt.Sprintf("the first %d", cursorEdge), ms(ours.first), atMost(1.2))
	r.add("  first page after DECLARE was sent", "ms", ms(ours.declared), "PostgreSQL 15", ms(theirs.declared), limit(20))
	r.add("  the last page by LIMIT and OFFSET", "ms", ms(far.total), "a FETCH", ms(ours.last), none)
	r.bound("  worker grew by", "MB", worker, atMost(64))
	r.bound("  gateway grew by", "MB", gateway, atMost(64))
	return nil
}

// scroll reads rows rows through a cursor.
func scroll(c *wire, rows int) (s scrolled, err error) {
	if _, err := c.query("BEGIN"); err != nil {
		return s, err
	}
	begun := time.Now()
	if _, err := c.query("DECLARE c NO SCROLL CURSOR FOR " + fmt.Sprintf(cursorQuery, rows)); err != nil {
		return s, err
	}
	fetch := fmt.Sprintf("FETCH %d FROM c", cursorPage)
	pages := rows / cursorPage
	for i := range pages {
		got, err := c.query(fetch)
		if err != nil {
			return s, err
		}
		if got.rows != cursorPage {
			return s, fmt.Errorf("FETCH %d had %d rows", i, got.rows)
		}
		switch {
		case i == 0:
			s.declared = time.Since(begun)
		case i <= cursorEdge:
			s.first += got.total / cursorEdge
		case i >= pages-cursorEdge:
			s.last += got.total / cursorEdge
		}
	}
	s.total = time.Since(begun)
	_, err = c.query("COMMIT")
	return s, err
}

const (
	manyCursors = 100
	manyRounds  = 20
	manyPage    = 1000
)

// severalCursors: a hundred cursors open at once on one connection, at a worker of 512 MB, each read on in turn: over a
// Parquet file of eight columns, and over a range.
func severalCursors(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0, "--memory", "512MB")
	if err != nil {
		return err
	}
	defer t.stop()
	parquet := "SELECT * FROM read_parquet('" + filepath.Join(e.sf1, "customer.parquet") + "')" // 150,000 rows
	for _, over := range []struct {
		name, query string
		memory      float64 // MB by which the worker may grow
	}{
		{"range(): ", "SELECT i, i * 2 AS j FROM range(100000000) AS s(i)", 200},
		{"Parquet: ", parquet, 512},
	} {
		var second, last time.Duration
		worker, gateway, err := t.growth(ctx, func() (err error) { second, last, err = t.inTurn(ctx, over.query); return err })
		if err != nil {
			return fmt.Errorf("%s%w", over.name, err)
		}
		name := fmt.Sprintf("%d cursors in turn, %s", manyCursors, over.name)
		r.add(name+"last round's FETCHes, each", "ms", ms(last), "the second's", ms(second), none)
		r.bound("  worker grew by", "MB", worker, atMost(over.memory))
		r.bound("  gateway grew by", "MB", gateway, none)
	}
	return nil
}

// inTurn reads a page from each of many cursors over query, and so on for some rounds. It returns how long a FETCH of the
// second and of the last round took.
func (t *tavana) inTurn(ctx context.Context, query string) (second, last time.Duration, err error) {
	c, err := dialWire(ctx, t.addr)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	statements := []string{"BEGIN"}
	for i := range manyCursors {
		statements = append(statements, fmt.Sprintf("DECLARE c%d NO SCROLL CURSOR FOR %s", i, query))
	}
	for _, sql := range statements {
		if _, err := c.query(sql); err != nil {
			return 0, 0, err
		}
	}
	for round := range manyRounds {
		begun := time.Now()
		for i := range manyCursors {
			got, err := c.query(fmt.Sprintf("FETCH %d FROM c%d", manyPage, i))
			if err != nil {
				return 0, 0, fmt.Errorf("round %d, cursor %d: %w", round, i, err)
			}
			if got.rows != manyPage {
				return 0, 0, fmt.Errorf("round %d, cursor %d: %d rows", round, i, got.rows)
			}
		}
		last = time.Since(begun) / manyCursors
		if round == 1 {
			second = last
		}
	}
	_, err = c.query("COMMIT")
	return second, last, err
}
