package main_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/angelerator/tavana/internal/machine"
	"github.com/angelerator/tavana/internal/workertest"
	"github.com/angelerator/tavana/sidecar"
)

// bare are the flags of a quick start.
func bare(t *testing.T, more ...string) []string {
	return append([]string{"--extensions-dir", t.TempDir(), "--lake-metadata", "none"}, more...)
}

func (u *up) connect() *pgx.Conn {
	u.t.Helper()
	c, err := pgx.Connect(u.t.Context(), fmt.Sprintf("postgres://tavana:tavana@127.0.0.1:%s/tavana", u.port))
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// metric returns the sum of a metric's samples; labels is a regular expression for them.
func (u *up) metric(name, labels string) float64 {
	u.t.Helper()
	resp, err := http.Get(u.http + "/metrics")
	if err != nil {
		u.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		u.t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	sum := 0.0
	for _, m := range regexp.MustCompile(`(?m)^`+name+`(?:\{`+labels+`\})? (\S+)$`).FindAllStringSubmatch(string(body), -1) {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			u.t.Fatal(err)
		}
		sum += v
	}
	return sum
}

// one returns the one value of a query.
func one[T any](t *testing.T, c *pgx.Conn, sql string) T {
	t.Helper()
	var v T
	if err := c.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
	return v
}

// A burst makes workers come, up to the most; when it is over they go, down to the least. No query fails, and what is pinned to a
// worker keeps it.
func TestWorkersComeAndGo(t *testing.T) {
	u := startUp(t, bare(t, "--min-workers", "1", "--max-workers", "3", "--worker-memory", "256MB", "--max-worker-memory", "256MB", "--memory-budget", "1GB", "--scaler-interval", "200ms",
		"--scale-up-cooldown", "500ms", "--scale-down-idle", "2s", "--scale-down-cooldown", "500ms")...)
	if n := u.metric("tavana_worker_count", ""); n != 1 {
		t.Errorf("%v workers at the start", n)
	}
	pinned := u.connect()
	if _, err := pinned.Exec(t.Context(), "CREATE TEMP TABLE mine AS SELECT 42 AS a"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 12 {
		c := u.connect()
		wg.Go(func() {
			if n := one[int64](t, c, "SELECT count(*) FROM range(100000000) a(i) WHERE i % 3 = 0"); n != 33333334 {
				t.Errorf("%d", n)
			}
		})
	}
	watcher := u.connect()
	u.eventually("three workers", func() bool { return u.metric("tavana_worker_count", "") == 3 })
	if n := one[int64](t, watcher, "SELECT count(*) FROM tavana.workers"); n != 3 {
		t.Errorf("tavana.workers has %d", n)
	}
	wg.Wait()
	u.eventually("one worker", func() bool { return u.metric("tavana_worker_count", "") == 1 && len(u.children()) == 1 })
	if n := one[int32](t, pinned, "SELECT a FROM mine"); n != 42 {
		t.Errorf("the temporary table has %d", n)
	}
	for _, m := range []struct{ name, labels string }{
		{"tavana_hpa_scale_up_signal", ""},
		{"tavana_hpa_scale_down_total", ""},
		{"tavana_worker_pool_size_changes_total", `direction="up"`},
		{"tavana_worker_pool_size_changes_total", `direction="down"`},
		{"tavana_scaling_duration_seconds_count", `kind="start"`},
	} {
		if u.metric(m.name, m.labels) == 0 {
			t.Errorf("%s{%s} has not moved", m.name, m.labels)
		}
	}
	for _, name := range []string{"tavana_query_queue_depth", "tavana_query_queue_rejected_total", "tavana_active_queries"} {
		if n := u.metric(name, ""); n != 0 {
			t.Errorf("%s is %v", name, n)
		}
	}
	// All is given back.
	if limit, ceiling := u.metric("tavana_available_capacity_mb", ""), u.metric("tavana_resource_ceiling_mb", ""); limit <= 0 || limit > 256 || ceiling != 1000 {
		t.Errorf("%v MB are free of %v", limit, ceiling)
	}
}

// A worker that rows are being sent to stays, though nothing runs on it.
func TestACopyKeepsItsWorker(t *testing.T) {
	u := startUp(t, "--extensions-dir", filepath.Join(workertest.Root(), "bin", "extensions"), "--min-workers", "1", "--max-workers", "2", "--worker-memory", "256MB",
		"--max-worker-memory", "256MB", "--memory-budget", "1GB", "--scaler-interval", "200ms", "--scale-up-cooldown", "500ms", "--scale-down-idle", "1s", "--scale-down-cooldown", "200ms")
	first := u.connect()
	for _, sql := range []string{"CREATE SCHEMA s", "CREATE TABLE s.t (i BIGINT)"} {
		if _, err := first.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for range 8 {
		c := u.connect()
		wg.Go(func() { one[int64](t, c, "SELECT count(*) FROM range(100000000) a(i) WHERE i % 3 = 0") })
	}
	u.eventually("two workers", func() bool { return u.metric("tavana_worker_count", "") == 2 })
	const copies = 4 // some of them on either worker
	var pipes []*io.PipeWriter
	done := make(chan error, copies)
	for range copies {
		in, out := io.Pipe()
		pipes = append(pipes, out)
		c := u.connect()
		go func() {
			_, err := c.PgConn().CopyFrom(context.Background(), in, "COPY s.t FROM STDIN")
			done <- err
		}()
		if _, err := out.Write([]byte(strings.Repeat("1\n", 200_000))); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	quiet := func() float64 { return u.metric("tavana_active_queries", "") }
	u.eventually("the copies alone", func() bool { return quiet() == copies })
	before := u.metric("tavana_hpa_scale_down_total", "")
	deadline := time.Now().Add(4 * time.Second) // by then it would be long gone
	for time.Now().Before(deadline) && u.metric("tavana_hpa_scale_down_total", "") == before {
		time.Sleep(50 * time.Millisecond)
	}
	for _, p := range pipes {
		_ = p.Close()
	}
	for range pipes {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := one[int64](t, first, "SELECT count(*) FROM s.t"); n != copies*200_000 {
		t.Errorf("%d rows", n)
	}
	u.eventually("one worker", func() bool { return u.metric("tavana_worker_count", "") == 1 })
}

// hungry needs about 900 MB that DuckDB can't put on disk.
const hungry = "SELECT count(*) FROM (SELECT i % 2 AS k, list(repeat('x', 40) || i) AS l FROM range(8000000) r(i) GROUP BY 1) WHERE len(l) > 0"

// A query that does not fit makes its worker grow, by what it uses or by a second try that says how much it needs; when nothing runs
// the worker shrinks again. Without room to grow, the query hears a clear error.
func TestAQueryGrowsItsWorker(t *testing.T) {
	u := startUp(t, bare(t, "--workers", "1", "--worker-memory", "512MB", "--memory-budget", "4GB", "--shrink-idle", "2s")...)
	c := u.connect()
	limit := func() int64 { return one[int64](t, c, "SELECT coalesce(max(memory_limit), 0) FROM tavana.workers") }
	if n := limit(); n != 512_000_000 {
		t.Errorf("a worker begins with %d", n)
	}
	if n := one[int64](t, c, hungry); n != 2 {
		t.Errorf("%d", n)
	}
	if n := limit(); n <= 512_000_000 {
		t.Errorf("the worker has %d", n)
	}
	if peak := one[int64](t, c, "SELECT max(memory_peak) FROM tavana.queries"); peak < 400_000_000 || peak > 2_000_000_000 {
		t.Errorf("the query needed %d", peak)
	}
	if n := u.metric("tavana_vpa_resize_events_total", `outcome="changed",reason="[a-z_]+"`); n == 0 {
		t.Error("tavana_vpa_resize_events_total has not moved")
	}
	u.eventually("the worker is small again", func() bool { return limit() == 512_000_000 })
	if u.metric("tavana_vpa_resize_events_total", `outcome="changed",reason="shrink"`) == 0 {
		t.Error("tavana_vpa_resize_events_total has not moved for the shrinking")
	}
	// What it needed is known now, and is there before it begins.
	resized := u.metric("tavana_vpa_resize_events_total", `outcome="changed",reason="pre_assignment"`)
	if n := one[int64](t, c, hungry); n != 2 {
		t.Errorf("%d", n)
	}
	if u.metric("tavana_vpa_resize_events_total", `outcome="changed",reason="pre_assignment"`) != resized+1 {
		t.Error("the worker was not made larger beforehand")
	}
	if tries := one[int32](t, c, "SELECT tries FROM tavana.queries WHERE query LIKE '%range(8000000)%' ORDER BY query_id DESC LIMIT 1 OFFSET 1"); tries != 1 {
		t.Errorf("it took %d tries", tries)
	}
}

func TestNoRoomToGrow(t *testing.T) {
	u := startUp(t, bare(t, "--workers", "1", "--worker-memory", "512MB", "--memory-budget", "512MB")...)
	c := u.connect()
	var n int64
	err := c.QueryRow(t.Context(), hungry).Scan(&n)
	if err == nil || !strings.Contains(err.Error(), "53200") {
		t.Errorf("%d, %v", n, err)
	}
	if n := one[int32](t, c, "SELECT 1"); n != 1 {
		t.Errorf("afterwards: %d", n)
	}
}

// With --cgroups the kernel holds each worker to its memory, and nothing of it is left behind.
func TestCgroups(t *testing.T) {
	g, err := sidecar.NewCgroup(filepath.Base(t.TempDir()) + t.Name())
	if err != nil {
		t.Skip(err)
	}
	if err := g.Remove(); err != nil {
		t.Fatal(err)
	}
	own, err := machine.MemoryCgroup(machine.Root())
	if err != nil {
		t.Fatal(err)
	}
	groups := func() (limits []string) {
		list, _ := filepath.Glob(filepath.Join("/", own.Dir, "*-worker-*", own.LimitFile))
		for _, f := range list {
			procs, err := os.ReadFile(filepath.Join(filepath.Dir(f), "cgroup.procs"))
			if err != nil || len(procs) == 0 {
				continue
			}
			b, err := os.ReadFile(f)
			if err == nil {
				limits = append(limits, strings.TrimSpace(string(b)))
			}
		}
		return limits
	}
	before := len(groups())
	u := startUp(t, bare(t, "--workers", "1", "--worker-memory", "512MiB", "--memory-budget", "4GiB", "--cgroups")...)
	if got := groups(); len(got) != before+1 || got[before] != "536870912" {
		t.Errorf("limits %q", got)
	}
	if n := one[int64](t, u.connect(), hungry); n != 2 {
		t.Errorf("%d", n)
	}
	if got := groups(); len(got) != before+1 || got[before] == "536870912" {
		t.Errorf("limits %q after the worker has grown", got)
	}
	if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-u.exited
	if got := groups(); len(got) != before {
		t.Errorf("left behind: %q", got)
	}
}

// A thousand that leave while they wait leave nothing.
func TestThoseWhoLeaveTheQueue(t *testing.T) {
	u := startUp(t, bare(t, "--workers", "1", "--worker-memory", "256MB", "--max-worker-memory", "256MB")...)
	holder := u.connect()
	ctx, stop := context.WithCancel(t.Context())
	held := make(chan error, 1)
	go func() {
		_, err := holder.Exec(ctx, "SELECT count(*) FROM range(1000000000000) a(i) WHERE i % 3 = 0")
		held <- err
	}()
	u.eventually("a query runs", func() bool { return u.metric("tavana_active_queries", "") == 1 })
	const leavers = 1000
	leaving, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	slots := make(chan struct{}, 50) // connecting at once
	for range leavers {
		wg.Go(func() {
			slots <- struct{}{}
			c, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://tavana:tavana@127.0.0.1:%s/tavana?sslmode=disable", u.port))
			<-slots
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close(context.Background())
			if _, err := c.Exec(leaving, "SELECT count(*) FROM range(10)"); err == nil {
				t.Error("one did not have to wait")
			}
		})
	}
	u.eventually("all wait", func() bool { return u.metric("tavana_query_queue_depth", "") == leavers })
	watcher := u.connect()
	if n := one[int64](t, watcher, "SELECT count(*) FROM tavana.queue WHERE place BETWEEN 1 AND 1000"); n != leavers {
		t.Errorf("tavana.queue has %d", n)
	}
	leave()
	wg.Wait()
	u.eventually("nobody waits", func() bool { return u.metric("tavana_query_queue_depth", "") == 0 })
	stop()
	if err := <-held; err == nil {
		t.Error("the first one ended by itself")
	}
	u.eventually("nothing runs", func() bool { return u.metric("tavana_active_queries", "") == 0 })
	u.eventually("all memory is free", func() bool {
		return one[int64](t, watcher, "SELECT coalesce(sum(memory_reserved), 2)::bigint FROM tavana.workers") <= 1 // this query's own mark
	})
	if n := one[int64](t, watcher, "SELECT count(*) FROM range(10)"); n != 10 {
		t.Errorf("%d", n)
	}
}
