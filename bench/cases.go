package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// rounds is how often a throughput is measured; the best counts, since others can only disturb.
const rounds = 3

// flightStream: lineitem SF1 from a worker's Flight stream to a reader that counts bytes, beside in-process DuckDB → IPC.
func flightStream(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer t.stop()
	var peerRate, peerCPU, rate, cpu float64
	for range rounds {
		p, err := e.inprocess(ctx, e.lineitem())
		if err != nil {
			return err
		}
		if got := float64(p.Rows) / p.Seconds; got > peerRate {
			peerRate, peerCPU = got, p.CPU
		}
		before, started := t.worker.cpu(), time.Now()
		n, err := readFrames(ctx, t, e.lineitem())
		if err != nil {
			return err
		}
		if got := float64(n) / time.Since(started).Seconds(); got > rate {
			rate, cpu = got, t.worker.cpu()-before
		}
	}
	r.add("lineitem SF1, worker's Flight stream", "M rows/s", rate/1e6, "DuckDB → IPC in process", peerRate/1e6, atLeast(0.7))
	r.add("  CPU of the worker", "s", cpu, "DuckDB → IPC in process", peerCPU, atMost(1.3))
	return nil
}

func readFrames(ctx context.Context, t *tavana, sql string) (rows uint64, err error) {
	s, err := t.client.Execute(ctx, &workerpb.Statement{QueryId: fmt.Sprint(time.Now().UnixNano()), Sql: sql, User: &workerpb.User{Superuser: true}})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	for {
		f, err := s.NextFrame()
		if errors.Is(err, io.EOF) {
			return s.Completion().GetRows(), nil
		}
		if err != nil {
			return 0, err
		}
		f.Release()
	}
}

// wireRows is the number of rows of the wire's table.
const wireRows = 1_000_000

// wireColumns makes them in both databases' SQL, of a series i.
const wireColumns = `i::bigint AS a, (i::bigint * 7919 %% 1000003)::bigint AS b, 'customer number ' || i AS c, (i * 0.37)::double precision AS d,
	(i * 3 %% 100000 / 100.0)::numeric(12,2) AS e, timestamp '2020-01-01' + i * interval '1 second' AS f, date '2020-01-01' + (i %% 3000)::int AS g`

// pgwireRows: 1 million rows × 7 read by a client that only counts, beside PostgreSQL 15.
func pgwireRows(ctx context.Context, e *env, r *report) error {
	pg, err := dialWire(ctx, e.pg.Addr)
	if err != nil {
		return err
	}
	defer pg.close()
	if _, err := pg.query(fmt.Sprintf("CREATE TABLE wire AS SELECT "+wireColumns+" FROM generate_series(1, %d) AS s(i); VACUUM ANALYZE wire", wireRows)); err != nil {
		// VACUUM can't run in the string's transaction: once more by itself.
		if _, err := pg.query(fmt.Sprintf("CREATE TABLE IF NOT EXISTS wire AS SELECT "+wireColumns+" FROM generate_series(1, %d) AS s(i)", wireRows)); err != nil {
			return err
		}
		if _, err := pg.query("VACUUM ANALYZE wire"); err != nil {
			return err
		}
	}
	const sql = "SELECT a, b, c, d, e, f, g FROM wire"
	for _, cores := range []int{0, 1} {
		t, err := e.startTavana(ctx, cores)
		if err != nil {
			return err
		}
		err = wireBeside(t, pg, r, sql, fmt.Sprintf("SELECT a, b, c, d, e, f, g FROM read_parquet('%s')", filepath.Join(e.out, "wire.parquet")), cores, e)
		t.stop()
		if err != nil {
			return err
		}
	}
	return nil
}

func wireBeside(t *tavana, pg *wire, r *report, pgSQL, sql string, cores int, e *env) error {
	c, err := dialWire(context.Background(), t.addr)
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.query(fmt.Sprintf("COPY (SELECT "+wireColumns+" FROM generate_series(1, %d) AS s(i)) TO '%s' (FORMAT parquet)", wireRows, filepath.Join(e.out, "wire.parquet"))); err != nil {
		return err
	}
	name := "1M rows × 7, %s, gateway on 2 cores"
	if cores == 1 {
		name = "1M rows × 7, %s, gateway on 1 core"
	}
	for _, f := range []struct {
		name string
		run  func(*wire, string) (counted, error)
		want float64
	}{{"text", (*wire).query, 1.5}, {"binary", (*wire).binary, 2}} {
		var ours, theirs float64
		worker, gateway := t.worker.cpu(), t.gateway.cpu()
		const times = 3 * rounds
		for range times {
			for _, x := range []struct {
				c    *wire
				sql  string
				best *float64
			}{{pg, pgSQL, &theirs}, {c, sql, &ours}} {
				got, err := f.run(x.c, x.sql)
				if err != nil {
					return err
				}
				if got.rows != wireRows {
					return fmt.Errorf("%d rows instead of %d", got.rows, wireRows)
				}
				*x.best = max(*x.best, float64(got.rows)/got.total.Seconds())
			}
		}
		want := atLeast(f.want)
		if cores == 1 {
			want = none // the goals are for two cores
		}
		r.add(fmt.Sprintf(name, f.name), "M rows/s", ours/1e6, "PostgreSQL 15", theirs/1e6, want)
		r.bound("  CPU of the worker", "s", (t.worker.cpu()-worker)/times, none)
		r.bound("  CPU of the gateway", "s", (t.gateway.cpu()-gateway)/times, none)
	}
	return nil
}

// flatMemory: 20 million rows × 2: the first row's time, the growth of both processes, and a client that stops reading.
func flatMemory(ctx context.Context, e *env, r *report) error {
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
	const sql = "SELECT i, i * 2 AS j FROM range(20000000) AS s(i)"
	if _, err := c.query("SELECT i, i * 2 AS j FROM range(1000000) AS s(i)"); err != nil {
		return err
	}
	var got counted
	worker, gateway, err := t.growth(ctx, func() (err error) { got, err = c.query(sql); return err })
	if err != nil {
		return err
	}
	r.bound("20M rows × 2: first row", "ms", ms(got.first), atMost(20))
	r.bound("  throughput", "M rows/s", float64(got.rows)/got.total.Seconds()/1e6, none)
	r.bound("  worker grew by", "MB", worker, atMost(64))
	r.bound("  gateway grew by", "MB", gateway, atMost(64))
	return stalled(ctx, t, r, sql)
}

// growth returns by how many MB the resident memory of both processes rose at most while f ran.
func (t *tavana) growth(ctx context.Context, f func() error) (worker, gateway float64, err error) {
	before := [2]int64{t.worker.rss(), t.gateway.rss()}
	peak := make(chan [2]int64)
	sampling, stop := context.WithCancel(ctx)
	go func() { peak <- sample(sampling, t) }()
	err = f()
	stop()
	high := <-peak
	return float64(high[0]-before[0]) / 1e6, float64(high[1]-before[1]) / 1e6, err
}

func sample(ctx context.Context, t *tavana) (high [2]int64) {
	for ctx.Err() == nil {
		high[0], high[1] = max(high[0], t.worker.rss()), max(high[1], t.gateway.rss())
		time.Sleep(5 * time.Millisecond)
	}
	return high
}

// stalled: a client asks and does not read; after the buffers are full, DuckDB must stand still.
func stalled(ctx context.Context, t *tavana, r *report, sql string) error {
	c, err := dialWire(ctx, t.addr)
	if err != nil {
		return err
	}
	defer c.close()
	worker, gateway := t.worker.rss(), t.gateway.rss()
	b, err := encode(nil, &pgproto3.Query{String: sql})
	if err != nil {
		return err
	}
	if _, err := c.conn.Write(b); err != nil {
		return err
	}
	time.Sleep(time.Second)
	before := t.worker.cpu()
	time.Sleep(2 * time.Second)
	r.bound("client that does not read: worker's CPU", "s in 2 s", t.worker.cpu()-before, atMost(0.05))
	r.bound("  worker grew by", "MB", float64(t.worker.rss()-worker)/1e6, atMost(64))
	r.bound("  gateway grew by", "MB", float64(t.gateway.rss()-gateway)/1e6, atMost(64))
	return nil
}

// latency: SELECT 1 and connecting, beside PostgreSQL 15.
func latency(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer t.stop()
	simple := func(c *wire) error { _, err := c.query("SELECT 1"); return err }
	for _, x := range []struct {
		name    string
		prepare bool
		f       func(*wire) error
	}{{"SELECT 1, simple", false, simple}, {"SELECT 1, prepared", true, (*wire).execute}} {
		ours, err := medianOf(ctx, t.addr, 2000, x.prepare, x.f)
		if err != nil {
			return err
		}
		theirs, err := medianOf(ctx, e.pg.Addr, 2000, x.prepare, x.f)
		if err != nil {
			return err
		}
		r.add(x.name+", p50", "ms", ms(ours), "PostgreSQL 15", ms(theirs), limit(1))
	}
	connect := func(addr string) (time.Duration, error) {
		return median(100, func() error {
			c, err := dialWire(ctx, addr)
			if err == nil {
				c.close()
			}
			return err
		})
	}
	ours, err := connect(t.addr)
	if err != nil {
		return err
	}
	theirs, err := connect(e.pg.Addr)
	if err != nil {
		return err
	}
	r.add("connect with SCRAM, p50", "ms", ms(ours), "PostgreSQL 15", ms(theirs), limit(10))
	return nil
}

func medianOf(ctx context.Context, addr string, n int, prepare bool, f func(*wire) error) (time.Duration, error) {
	c, err := dialWire(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if prepare {
		if err := c.prepare("SELECT 1"); err != nil {
			return 0, err
		}
	}
	if _, err := median(200, func() error { return f(c) }); err != nil { // warm
		return 0, err
	}
	return median(n, func() error { return f(c) })
}

func median(n int, f func() error) (time.Duration, error) {
	times := make([]time.Duration, n)
	for i := range times {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[n/2], nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
