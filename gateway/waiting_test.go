package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// full opens a world with one worker that has room for one statement at a time, which a result takes that nobody has come for.
// free gives it up.
func full(t *testing.T) (w *world, c *flightClient, free func()) {
	w = open(t, 1, nil, "--query-memory", "700MB")
	c = w.flight()
	info, err := c.Execute(c.ctx, "SELECT i, repeat('x', 100) FROM range(100000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	return w, c, func() {
		t.Helper()
		if _, err := c.CancelFlightInfo(c.ctx, &flight.CancelFlightInfoRequest{Info: info}); err != nil {
			t.Error(err)
		}
	}
}

func TestWaitersAreToldByNotices(t *testing.T) {
	w, _, free := full(t)
	notices := make(chan *pgconn.Notice, 10)
	connect := func() *pgconn.PgConn {
		cfg, err := pgconn.ParseConfig(w.url(""))
		if err != nil {
			t.Fatal(err)
		}
		cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices <- n }
		c, err := pgconn.ConnectConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close(t.Context()) })
		return c
	}
	want := func(message string) {
		t.Helper()
		if n := <-notices; n.Severity != "NOTICE" || n.Code != "00000" || n.Message != message || !strings.HasPrefix(n.Detail, "It has waited for 0.") {
			t.Errorf("%+v, want %q", n, message)
		}
	}
	done := make(chan error, 3)
	for _, message := range []string{
		"waiting for a worker with room, as the next in line", "waiting for a worker with room: one statement is in front",
		"waiting for a worker with room: 2 statements are in front",
	} {
		c := connect()
		go func() {
			_, err := c.Exec(t.Context(), "SELECT 1").ReadAll()
			done <- err
		}()
		want(message)
	}
	free()
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if len(notices) > 0 {
		t.Errorf("another notice: %+v", <-notices)
	}
}

func TestAPollTellsHowItsStatementWaits(t *testing.T) {
	w, c, free := full(t)
	other := w.flight()
	type standing struct {
		Place    *int
		WaitedMS int64 `json:"waited_ms"`
	}
	read := func(p *flight.PollInfo) (s standing) {
		t.Helper()
		if err := json.Unmarshal(p.GetInfo().GetAppMetadata(), &s); err != nil {
			t.Fatalf("%q: %v", p.GetInfo().GetAppMetadata(), err)
		}
		return s
	}
	first, err := c.ExecutePoll(c.ctx, "SELECT 42", nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := other.ExecutePoll(other.ctx, "SELECT 43", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := read(first); s.Place == nil || *s.Place != 0 || s.WaitedMS < 100 {
		t.Errorf("the first: %+v", s)
	}
	if s := read(second); s.Place == nil || *s.Place != 1 {
		t.Errorf("the second: %+v", s)
	}
	if res, err := other.CancelFlightInfo(other.ctx, &flight.CancelFlightInfoRequest{Info: second.GetInfo()}); err != nil || res.GetStatus() != flight.CancelStatusCancelling {
		t.Errorf("cancelled: %v, %v", res, err)
	}
	if _, err = other.ExecutePoll(other.ctx, "", second.GetFlightDescriptor()); status.Code(err) != codes.NotFound {
		t.Errorf("a cancelled poll: %v", err)
	}
	free()
	for first.GetFlightDescriptor() != nil {
		if first, err = c.ExecutePoll(c.ctx, "", first.GetFlightDescriptor()); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := c.rows(first.GetInfo()); err != nil || len(rows) != 1 || rows[0] != "42" {
		t.Errorf("%v, %v", rows, err)
	}
}
