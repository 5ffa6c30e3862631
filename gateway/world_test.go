package gateway_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"go.uber.org/goleak"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/pgtest"
	"github.com/angelerator/tavana/internal/workertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a gateway in this process before real workers.
type world struct {
	t       testing.TB
	cfg     gateway.Config
	addr    string
	arrow   string // where Flight SQL clients connect
	http    string
	workers []*workertest.Process
	stop    func() // drains the gateway; once
}

// defaults are the settings as a main would have them.
func defaults(t testing.TB) gateway.Config {
	t.Helper()
	var cfg gateway.Config
	var table config.Table
	cfg.Settings(&table)
	cfg.PGListen, cfg.FlightListen, cfg.HTTPListen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	cfg.WorkerToken = workertest.Token
	cfg.DrainTimeout = 5 * time.Second
	return cfg
}

// open starts a gateway before n workers. change, if not nil, changes its settings; flags go to the workers.
func open(t testing.TB, n int, change func(*gateway.Config), flags ...string) *world {
	t.Helper()
	w := &world{t: t, cfg: defaults(t)}
	for range n {
		if !slices.Contains(flags, "--extensions") {
			flags = append(flags, "--extensions", "none")
		}
		w.workers = append(w.workers, workertest.StartProcess(t, flags...))
	}
	w.start(change)
	return w
}

// openBefore starts a gateway before a worker that runs already.
func openBefore(t testing.TB, p *workertest.Process, change func(*gateway.Config)) *world {
	t.Helper()
	w := &world{t: t, cfg: defaults(t), workers: []*workertest.Process{p}}
	w.start(change)
	return w
}

// start starts the gateway.
func (w *world) start(change func(*gateway.Config)) {
	t := w.t
	t.Helper()
	w.cfg.Workers = nil
	for _, p := range w.workers {
		w.cfg.Workers = append(w.cfg.Workers, p.Target)
	}
	n := len(w.workers)
	if n == 0 {
		w.cfg.Workers = []string{"unix://" + filepath.Join(t.TempDir(), "nobody.sock")}
	}
	if change != nil {
		change(&w.cfg)
	}
	g, err := gateway.New(w.cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the gateway ended with %v", err)
		}
	}
	t.Cleanup(w.stop)
	w.addr = g.PGAddr().String()
	if a := g.FlightAddr(); a != nil {
		w.arrow = a.String()
	}
	if a := g.HTTPAddr(); a != nil {
		w.http = "http://" + a.String()
	}
	if n > 0 {
		ready, cancelReady := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancelReady()
		if err := g.AwaitReady(ready); err != nil {
			t.Fatal(err)
		}
	}
}

// startPostgres starts a real PostgreSQL to compare with; settings are lines of its configuration.
func startPostgres(t *testing.T, settings ...string) *pgtest.Server {
	t.Helper()
	pg, err := pgtest.Start(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Stop)
	return pg
}

// url returns a connection string; more is appended to its options.
func (w *world) url(more string) string {
	return fmt.Sprintf("postgres://tavana:tavana@%s/tavana?sslmode=disable%s", w.addr, more)
}

func (w *world) connect() *pgconn.PgConn {
	w.t.Helper()
	c, err := pgconn.Connect(w.t.Context(), w.url(""))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// hijack returns a connection to speak the protocol on, message by message. Read with its own Frontend: pgconn may have
// read ahead for that.
func (w *world) hijack() *pgconn.HijackedConn {
	w.t.Helper()
	h, err := w.connect().Hijack()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = h.Conn.Close() })
	return h
}

// query returns the rows of a simple query as text, cells joined by bars.
func query(ctx context.Context, c *pgconn.PgConn, sql string) ([]string, error) {
	results, err := c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []string
	for _, r := range results {
		for _, row := range r.Rows {
			cells := make([]string, len(row))
			for i, v := range row {
				cells[i] = string(v)
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
	}
	return rows, nil
}

// codeOf returns the SQLSTATE of an error from a server.
func codeOf(err error) string {
	var e *pgconn.PgError
	if ok := asPgError(err, &e); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

// wantFatal reads the next message of a connection, which tells that it ends, and why.
func wantFatal(t *testing.T, what string, h *pgconn.HijackedConn, code string) {
	t.Helper()
	m, err := h.Frontend.Receive()
	if e, ok := m.(*pgproto3.ErrorResponse); !ok || e.Code != code || e.Severity != "FATAL" {
		t.Errorf("%s: %#v, %v, want %s", what, m, err, code)
	}
}

func (w *world) wantCode(c *pgconn.PgConn, sql, code string) {
	w.t.Helper()
	rows, err := query(w.t.Context(), c, sql)
	if got := codeOf(err); got != code {
		w.t.Errorf("%s: got %s and %d rows, want %s", sql, got, len(rows), code)
	}
}

func (w *world) want(c *pgconn.PgConn, sql string, rows ...string) {
	w.t.Helper()
	got, err := query(w.t.Context(), c, sql)
	if err != nil || strings.Join(got, "\n") != strings.Join(rows, "\n") {
		w.t.Errorf("%s: got %q (%v), want %q", sql, got, err, rows)
	}
}

// eventually waits until f holds.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}

// raw opens a socket to the gateway.
func (w *world) raw() net.Conn {
	w.t.Helper()
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close() })
	return c
}

// login is somebody who can connect.
type login struct {
	name, password string
	superuser      bool
}

// usersFile writes a file of users.
func usersFile(t testing.TB, list ...login) string {
	t.Helper()
	var lines strings.Builder
	for _, l := range list {
		line, err := gateway.NewUserLine(l.name, l.password, l.superuser)
		if err != nil {
			t.Fatal(err)
		}
		lines.WriteString(line + "\n")
	}
	return writeFile(t, "users", lines.String())
}

func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
