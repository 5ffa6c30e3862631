package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/internal/pgtest"
)

// idle: what ten thousand connections that wait cost the gateway.
func idle(ctx context.Context, e *env, r *report) error {
	const n = 10_000
	for _, x := range []struct {
		name, mode string
		limit      float64
	}{{"10,000 idle connections, gateway", "disable", 200}, {"10,000 idle TLS connections, gateway", "require", 500}} {
		size, err := e.idleConnections(ctx, n, x.mode)
		if err != nil {
			return err
		}
		r.bound(x.name, "MB", size/1e6, atMost(x.limit))
	}
	return nil
}

func (e *env) idleConnections(ctx context.Context, n int, mode string) (float64, error) {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer t.stop()
	url := fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=%s", pgtest.User, pgtest.Password, t.addr, pgtest.Database, mode)
	conns := make([]*pgconn.PgConn, n)
	defer func() {
		for _, c := range conns {
			if c != nil {
				_ = c.Conn().Close()
			}
		}
	}()
	const dialers = 8
	var wg sync.WaitGroup
	errs := make(chan error, dialers)
	for d := range dialers {
		wg.Go(func() {
			for i := d; i < n; i += dialers {
				c, err := pgconn.Connect(ctx, url)
				if err == nil {
					conns[i] = c
					_, err = c.Exec(ctx, "SELECT 1").ReadAll() // each has worked
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return 0, err
	default:
	}
	// The collector gives back what connecting took within some cycles.
	least := t.gateway.rss()
	for range 20 {
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		least = min(least, t.gateway.rss())
	}
	return float64(least), nil
}
