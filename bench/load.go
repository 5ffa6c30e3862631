package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// heavy needs about 450 MB that can't be put on disk, and takes seconds.
const heavy = "SELECT count(*) FROM (SELECT i % 2 AS k, list(repeat('x', 40) || i) AS l FROM range(4000000) r(i) GROUP BY 1) WHERE len(l) > 0"

// quickScaling makes a minute of what takes ten in a cluster: the intervals, not the rules.
var quickScaling = []string{
	"--scaler-interval", "1s", "--scale-up-cooldown", "6s", "--scale-down-idle", "10s", "--scale-down-cooldown", "5s", "--shrink-idle", "10s",
}

// scenarios replays the product description's two, at a smaller scale, and draws them.
func scenarios(ctx context.Context, e *env, r *report) error {
	for _, s := range []struct {
		name, file, title string
		queries           int
		after             time.Duration
		flags             []string
	}{
		{
			"burst", "burst.svg", "System under load: 10 large queries on 2 workers of 512 MB", 10, 25 * time.Second,
			[]string{"--min-workers", "2", "--max-workers", "6", "--worker-memory", "512MB", "--memory-budget", "8GB"},
		},
		{
			"saturation", "saturation.svg", "At the ceiling: 40 large queries on 4 workers that fill the budget", 40, 10 * time.Second,
			[]string{"--min-workers", "2", "--max-workers", "4", "--worker-memory", "1GB", "--memory-budget", "4GB"},
		},
	} {
		if err := e.scenario(ctx, r, s.name, s.file, s.title, s.queries, s.after, append(s.flags, quickScaling...)); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) scenario(ctx context.Context, r *report, name, file, title string, queries int, after time.Duration, flags []string) error {
	w, err := e.startUp(ctx, flags...)
	if err != nil {
		return err
	}
	defer w.stop()
	stop := make(chan struct{})
	followed := w.follow(stop)
	time.Sleep(2 * time.Second)
	began := time.Now()
	errs := make([]error, queries)
	var wg sync.WaitGroup
	for i := range queries {
		wg.Go(func() { _, errs[i] = w.rows(ctx, heavy) })
	}
	wg.Wait()
	took := time.Since(began)
	time.Sleep(after)
	m, err := w.metrics()
	close(stop)
	list := <-followed
	if err != nil {
		return err
	}
	failed := 0
	for _, err := range errs {
		if err != nil {
			failed++
			fmt.Fprintln(os.Stderr, name, "failed:", err)
		}
	}
	most := slices.MaxFunc(list, func(a, b moment) int { return int(a.workers - b.workers) })
	r.bound(name+": queries that failed", "queries", float64(failed), atMost(0))
	r.bound(name+": all queries", "s", took.Seconds(), none)
	r.bound(name+": workers at most", "workers", most.workers, none)
	r.bound(name+": workers at the end", "workers", list[len(list)-1].workers, none)
	r.bound(name+": rejected", "queries", m["tavana_query_queue_rejected_total"], atMost(0))
	return os.WriteFile(filepath.Join(e.out, file), []byte(timeline(title, list)), 0o644)
}

// manyQueries: 10,000 queries from 1,000 connections, ten each in a row, on four workers.
func manyQueries(ctx context.Context, e *env, r *report) error {
	const conns, each = 1000, 10
	w, err := e.startUp(ctx, "--workers", "4", "--worker-memory", "512MB", "--memory-budget", "2048MB")
	if err != nil {
		return err
	}
	defer w.stop()
	var mu sync.Mutex
	var times []time.Duration
	var failed []error
	run := make(chan struct{})
	warm := make(chan struct{}, 2) // of whom none waits
	var connected, done sync.WaitGroup
	connected.Add(conns)
	const sql = "SELECT l_returnflag, count(*) FROM tpch.lineitem WHERE l_orderkey < 10000 GROUP BY 1"
	for range conns {
		done.Go(func() {
			c, err := dialWire(ctx, w.addr)
			if err == nil {
				defer c.close()
				warm <- struct{}{}
				_, err = c.query(sql) // what a connection keeps of its first statement is not the waiters'
				<-warm
			}
			connected.Done()
			if err != nil {
				mu.Lock()
				failed = append(failed, err)
				mu.Unlock()
				return
			}
			<-run
			for range each {
				began := time.Now()
				_, err := c.query(sql)
				mu.Lock()
				times = append(times, time.Since(began))
				if err != nil {
					failed = append(failed, err)
				}
				mu.Unlock()
			}
		})
	}
	connected.Wait()
	time.Sleep(2 * time.Second) // the collector's
	idle := w.process.rss()
	began := time.Now()
	close(run)
	most, depth := idle, 0.0
	ended := make(chan struct{})
	go func() { done.Wait(); close(ended) }()
	for {
		most = max(most, w.process.rss())
		if m, err := w.metrics(); err == nil {
			depth = max(depth, m["tavana_query_queue_depth"])
		}
		select {
		case <-time.After(100 * time.Millisecond):
			continue
		case <-ended:
		}
		break
	}
	took := time.Since(began)
	m, err := w.metrics()
	if err != nil {
		return err
	}
	slices.Sort(times)
	r.bound("10,000 queries of 1,000 connections: failed", "queries", float64(len(failed)), atMost(0))
	r.bound("… rejected", "queries", m["tavana_query_queue_rejected_total"], atMost(0))
	r.bound("… a second", "queries/s", float64(len(times))/took.Seconds(), none)
	r.bound("… p99", "s", times[len(times)*99/100].Seconds(), none)
	r.bound("… waiting at once, at most", "queries", depth, none)
	r.bound("… gateway's memory for each that waits, beside its connection", "kB", float64(most-idle)/max(depth, 1)/1e3, atMost(20))
	return errors.Join(failed[:min(len(failed), 3)]...)
}

// wakeUp: how long after room is free the next one has it, as clients see it: from the end of one query to the end of the next, less
// what the next takes alone.
func wakeUp(ctx context.Context, e *env, r *report) error {
	w, err := e.startUp(ctx, "--workers", "1", "--worker-memory", "256MB", "--memory-budget", "256MB", "--no-sizing")
	if err != nil {
		return err
	}
	defer w.stop()
	const rounds = 200
	first, err := dialWire(ctx, w.addr)
	if err != nil {
		return err
	}
	defer first.close()
	second, err := dialWire(ctx, w.addr)
	if err != nil {
		return err
	}
	defer second.close()
	var alone, behind []time.Duration
	for range rounds {
		began := time.Now()
		if _, err := second.query("SELECT 1"); err != nil {
			return err
		}
		alone = append(alone, time.Since(began))
	}
	for range rounds {
		ended, errs := make(chan time.Time, 1), make(chan error, 1)
		go func() {
			_, err := first.query("SELECT count(*) FROM range(3000000) r(i) WHERE i % 3 = 0")
			ended <- time.Now()
			errs <- err
		}()
		time.Sleep(4 * time.Millisecond) // the first one runs
		if _, err := second.query("SELECT 1"); err != nil {
			return err
		}
		now := time.Now()
		behind = append(behind, now.Sub(<-ended))
		if err := <-errs; err != nil {
			return err
		}
	}
	slices.Sort(alone)
	slices.Sort(behind)
	r.bound("SELECT 1 alone, p50", "ms", alone[rounds/2].Seconds()*1e3, none)
	r.bound("SELECT 1 behind a query on a full worker, from that one's end, p50", "ms", behind[rounds/2].Seconds()*1e3, none)
	r.bound("… p99, less SELECT 1 alone", "ms", (behind[rounds*99/100]-alone[rounds/2]).Seconds()*1e3, atMost(5))
	return nil
}

// mixed: small queries beside hungry ones, sized and not.
func mixed(ctx context.Context, e *env, r *report) error {
	for _, s := range []struct {
		name  string
		flags []string
	}{{"sized", nil}, {"not sized", []string{"--no-sizing"}}} {
		if err := e.mixedLoad(ctx, r, s.name, s.flags); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) mixedLoad(ctx context.Context, r *report, name string, flags []string) error {
	w, err := e.startUp(ctx, append([]string{"--workers", "2", "--worker-memory", "1GB", "--max-worker-memory", "1GB", "--memory-budget", "2GB"}, flags...)...)
	if err != nil {
		return err
	}
	defer w.stop()
	if name == "sized" { // it has been seen before
		if _, err := w.rows(ctx, heavy); err != nil {
			return err
		}
	}
	const long = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, 2*long)
	defer cancel()
	var mu sync.Mutex
	var small []time.Duration
	hungryDone, failed := 0, 0
	end := time.Now().Add(long)
	var wg sync.WaitGroup
	client := func(sql string, ended func(time.Duration)) {
		wg.Go(func() {
			for time.Now().Before(end) {
				began := time.Now()
				_, err := w.rows(ctx, sql)
				mu.Lock()
				if err != nil {
					failed++
					fmt.Fprintln(os.Stderr, name, "failed:", err)
				} else {
					ended(time.Since(began))
				}
				mu.Unlock()
			}
		})
	}
	for range 8 {
		client("SELECT l_returnflag, sum(l_quantity) FROM tpch.lineitem WHERE l_orderkey < 100000 GROUP BY 1", func(d time.Duration) { small = append(small, d) })
	}
	for range 4 {
		client(heavy, func(time.Duration) { hungryDone++ })
	}
	wg.Wait()
	m, err := w.metrics()
	if err != nil {
		return err
	}
	slices.Sort(small)
	goal := none
	if name == "sized" {
		goal = atMost(0)
	}
	r.bound("mixed, "+name+": failed", "queries", float64(failed), goal)
	r.bound("mixed, "+name+": tries again for want of memory", "tries", m["tavana_query_memory_retries_total"], none)
	r.bound("mixed, "+name+": hungry", "queries/min", float64(hungryDone)/long.Minutes(), none)
	r.bound("mixed, "+name+": small", "queries/s", float64(len(small))/long.Seconds(), none)
	r.bound("mixed, "+name+": small, p99", "s", small[len(small)*99/100].Seconds(), none)
	return nil
}

// estimates: what TPC-H's queries were expected to need, over what they needed, before and after each has run once.
func estimates(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	queries, err := tpchQueries(ctx, t)
	t.stop()
	if err != nil {
		return err
	}
	w, err := e.startUp(ctx, "--workers", "1", "--worker-memory", "4GB", "--memory-budget", "4GB", "--sizing-patience", "5s")
	if err != nil {
		return err
	}
	defer w.stop()
	for _, round := range []string{"before", "after"} {
		for _, q := range queries {
			if _, err := w.rows(ctx, "SET search_path = tpch; "+q); err != nil {
				return err
			}
		}
		rows, err := w.rows(ctx, fmt.Sprintf("SELECT memory_estimate, memory_peak FROM tavana.queries WHERE state = 'done' AND memory_peak IS NOT NULL AND memory_estimate IS NOT NULL AND query NOT LIKE '%%tavana.%%' ORDER BY query_id DESC LIMIT %d", len(queries)))
		if err != nil {
			return err
		}
		var ratios []float64
		for _, x := range rows {
			estimate, err := strconv.ParseFloat(x[0], 64)
			peak, err2 := strconv.ParseFloat(x[1], 64)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			ratios = append(ratios, estimate/peak)
		}
		slices.Sort(ratios)
		if len(ratios) == 0 {
			return errors.New("no query was measured")
		}
		text := make([]string, len(ratios))
		for i, x := range ratios {
			text[i] = fmt.Sprintf("%.2g", x)
		}
		fmt.Fprintf(os.Stderr, "estimate / peak %s: %s\n", round, strings.Join(text, " "))
		goal := none
		if round == "after" {
			goal = atMost(2)
		}
		r.bound("TPC-H SF1, estimate / peak, median, "+round+" learning", "×", ratios[len(ratios)/2], goal)
	}
	return nil
}
