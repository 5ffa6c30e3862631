package main_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
)

// A gateway that dies with statements that run and wait: its clients hear of it, and its worker is free within seconds, for the next
// gateway.
func TestAGatewayThatDiesFreesItsWorker(t *testing.T) {
	p := workertest.StartProcess(t, "--extensions", "none", "--query-memory", "700MB")
	gateway := func() (*exec.Cmd, string) {
		lis, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := lis.Addr().String()
		_ = lis.Close()
		cmd := exec.Command(workertest.Binary(t, "tavana-gateway"), "--worker-addresses", p.Target, "--pg-listen", addr, "--flight-listen", "", "--http-listen", "",
			"--worker-token", workertest.Token)
		cmd.Dir = t.TempDir()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
		return cmd, "postgres://tavana:tavana@" + addr + "/tavana?sslmode=disable"
	}
	connect := func(url string) *pgx.Conn {
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			c, err := pgx.Connect(t.Context(), url)
			if err == nil {
				t.Cleanup(func() { _ = c.Close(context.Background()) })
				return c
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
	}
	cmd, url := gateway()
	const clients = 20
	errs := make(chan error, clients)
	var wg sync.WaitGroup
	for i := range clients {
		c := connect(url)
		wg.Go(func() {
			_, err := c.Exec(t.Context(), fmt.Sprintf("SELECT count(*), %d FROM range(1000000000000) r(i) WHERE i %% 3 = 0", i))
			errs <- err
		})
	}
	client, err := workerapi.Dial(p.Target, workertest.Token)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	await := func(f func(*workerpb.State) bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		found := errors.New("found")
		if err := client.Watch(ctx, func(st *workerpb.State) error {
			if f(st) {
				return found
			}
			return nil
		}); !errors.Is(err, found) {
			t.Fatal(err)
		}
	}
	await(func(st *workerpb.State) bool { return len(st.GetQueries()) == 1 && st.GetReserved() > 600_000_000 })
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for range clients {
		if err := <-errs; err == nil {
			t.Error("a statement ended well")
		}
	}
	await(func(st *workerpb.State) bool {
		return len(st.GetQueries()) == 0 && st.GetReserved() == 0 && st.GetAbandoned() == 0
	})
	_, url = gateway()
	if n := one[int32](t, connect(url), "SELECT 1"); n != 1 {
		t.Errorf("by another gateway: %d", n)
	}
}

// A worker that dies with memory promised: the one that takes its place begins with all of it, grown or not.
func TestAWorkerThatDiesGivesItsMemoryBack(t *testing.T) {
	u := startUp(t, bare(t, "--workers", "1", "--worker-memory", "512MB", "--memory-budget", "4GB")...)
	c := u.connect()
	if n := one[int64](t, c, hungry); n != 2 {
		t.Errorf("%d", n)
	}
	if n := one[int64](t, c, "SELECT max(memory_limit) FROM tavana.workers"); n <= 512_000_000 {
		t.Errorf("the worker has %d", n)
	}
	held := make(chan error, 1)
	other := u.connect()
	go func() {
		_, err := other.Exec(t.Context(), "BEGIN; SELECT count(*) FROM range(1000000000000) r(i) WHERE i % 3 = 0")
		held <- err
	}()
	u.eventually("it runs", func() bool {
		return one[int64](t, c, "SELECT coalesce(sum(queries), 0)::bigint FROM tavana.workers") >= 1
	})
	before := u.children()
	if err := syscall.Kill(before[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-held; err == nil {
		t.Error("the statement ended well")
	}
	u.eventually("another process", func() bool { return len(u.children()) == 1 && u.children()[0] != before[0] })
	u.eventually("all is as at the start", func() bool {
		return one[bool](t, c, "SELECT coalesce(bool_and(memory_limit = 512000000 AND memory_reserved <= 1), false) FROM tavana.workers WHERE state = 'running'") &&
			u.metric("tavana_active_queries", "") == 0 && u.metric("tavana_query_queue_depth", "") == 0
	})
	if n := one[int64](t, c, hungry); n != 2 {
		t.Errorf("%d", n)
	}
	if left, _ := filepath.Glob(filepath.Join(u.dir, "tavana-data", "spill", "worker-*[0-9]")); len(left) != 1 {
		t.Errorf("folders: %v", left)
	}
}
