package gateway_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
)

// endless runs until it is cancelled.
const endless = "SELECT count(*) FROM range(1000000000), range(1000000000)"

// state watches a worker.
func (w *world) state(i int) func() *workerpb.State {
	w.t.Helper()
	c, err := workerapi.Dial(w.workers[i].Target, workertest.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var mu sync.Mutex
	last := &workerpb.State{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Watch(ctx, func(st *workerpb.State) error {
			mu.Lock()
			last = st
			mu.Unlock()
			return nil
		})
	}()
	w.t.Cleanup(func() {
		cancel()
		<-done
		_ = c.Close()
	})
	return func() *workerpb.State {
		mu.Lock()
		defer mu.Unlock()
		return last
	}
}

func TestTLSAndPasswords(t *testing.T) {
	users := usersFile(t, login{"ann", "s3cret", false})
	w := open(t, 1, func(c *gateway.Config) { c.UsersFile, c.RequireTLS = users, true })
	try := func(user, password, options string) error {
		c, err := pgconn.Connect(t.Context(), fmt.Sprintf("postgres://%s:%s@%s/tavana?%s", user, password, w.addr, options))
		if err == nil {
			_, err = query(t.Context(), c, "SELECT 1")
			_ = c.Close(t.Context())
		}
		return err
	}
	for _, c := range []struct{ user, password, options, want string }{
		{"ann", "s3cret", "sslmode=require", "<nil>"},
		{"ann", "s3cret", "sslmode=require&channel_binding=require", "<nil>"},
		{"ann", "s3cret", "sslmode=require&min_protocol_version=3.2&max_protocol_version=3.2", "<nil>"},
		{"ann", "wrong", "sslmode=require", "28P01"},
		{"nobody", "s3cret", "sslmode=require", "28P01"},
		{"ann", "s3cret", "sslmode=disable", "28000"},
	} {
		if got := codeOf(try(c.user, c.password, c.options)); got != c.want {
			t.Errorf("%s:%s with %s: got %s, want %s", c.user, c.password, c.options, got, c.want)
		}
	}
}

func TestStartupParameters(t *testing.T) {
	w := open(t, 1, nil)
	c, err := pgconn.Connect(t.Context(), w.url("&application_name=tool&TimeZone=Asia/Tokyo&options=-c%20statement_timeout%3D5s"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	w.want(c, "SHOW application_name", "tool")
	w.want(c, "SHOW TimeZone", "Asia/Tokyo")
	w.want(c, "SHOW statement_timeout", "5s")
	if v := c.ParameterStatus("server_version"); !strings.HasPrefix(v, "15.") {
		t.Errorf("server_version %q", v)
	}
	for options, want := range map[string]string{"&nothing_such=1": "42704", "&options=-c%20nothing_such%3D1": "42704"} {
		if _, err := pgconn.Connect(t.Context(), w.url(options)); codeOf(err) != want {
			t.Errorf("%s: %v", options, err)
		}
	}
	if _, err := pgconn.Connect(t.Context(), fmt.Sprintf("postgres://tavana:tavana@%s/other?sslmode=disable", w.addr)); codeOf(err) != "3D000" {
		t.Errorf("another database: %v", err)
	}
}

func TestCancelRequestsHitTheStatementTheyAreMeantFor(t *testing.T) {
	w := open(t, 1, nil)
	a, b := w.connect(), w.connect()
	state := w.state(0)
	ended := make(chan error, 1)
	go func() {
		_, err := query(t.Context(), a, endless)
		ended <- err
	}()
	eventually(t, "the statement runs", func() bool { return len(state().GetQueries()) == 1 })
	if err := b.CancelRequest(t.Context()); err != nil { // b runs nothing
		t.Fatal(err)
	}
	w.want(b, "SELECT 7", "7")
	if err := a.CancelRequest(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code := codeOf(<-ended); code != "57014" {
		t.Errorf("cancelled: %s", code)
	}
	if err := a.CancelRequest(t.Context()); err != nil { // too late: nothing runs
		t.Fatal(err)
	}
	w.want(a, "SELECT 8", "8")
	eventually(t, "the worker is free", func() bool { return state().GetReserved() == 0 })

	// A guessed secret does nothing.
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		_, err := query(ctx, a, "SELECT count(*) FROM range(300000000) t(i) WHERE hash(i) % 7 = 1")
		ended <- err
	}()
	eventually(t, "the statement runs", func() bool { return len(state().GetQueries()) == 1 })
	c := w.raw()
	msg, err := (&pgproto3.CancelRequest{ProcessID: a.PID(), SecretKey: []byte{1, 2, 3, 4}}).Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(msg); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("answer to a cancel request: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("cancelled by a wrong key: %v", err)
	}
}

func TestAClosedSocketCancelsWhatItRan(t *testing.T) {
	// behind is how many messages were sent behind the statement: they hide that nothing more comes from who only reads.
	for _, how := range []struct {
		mode   string
		behind int
	}{{"disable", 0}, {"require", 0}, {"disable", 10_000}, {"require", 10_000}} {
		t.Run(fmt.Sprintf("sslmode=%s, %d messages behind", how.mode, how.behind), func(t *testing.T) {
			w := open(t, 1, nil)
			state := w.state(0)
			c, err := pgconn.Connect(t.Context(), strings.Replace(w.url(""), "disable", how.mode, 1))
			if err != nil {
				t.Fatal(err)
			}
			h, err := c.Hijack()
			if err != nil {
				t.Fatal(err)
			}
			h.Frontend.Send(&pgproto3.Query{String: endless})
			for range how.behind {
				h.Frontend.Send(&pgproto3.Sync{})
			}
			if err := h.Frontend.Flush(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the statement runs", func() bool { return len(state().GetQueries()) == 1 })
			_ = h.Conn.Close()
			eventually(t, "the worker is free", func() bool { return state().GetReserved() == 0 && len(state().GetQueries()) == 0 })
		})
	}
}

func TestADroppedTransactionIsFreedAtTheWorker(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	c := w.connect()
	w.want(c, "BEGIN; CREATE TEMP TABLE t AS SELECT 1 AS a; SELECT a FROM t", "1")
	eventually(t, "the session is there", func() bool { return state().GetSessions() == 1 })
	_ = c.Conn().Close()
	eventually(t, "the session is gone", func() bool { return state().GetSessions() == 0 })
}

func TestTimeouts(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	w.wantCode(c, "SET statement_timeout = '50ms'; "+endless, "57014")
	w.want(c, "SET statement_timeout = 0; SELECT 1", "1")
	for sql, want := range map[string]string{
		"SET idle_session_timeout = '50ms'":                        "57P05",
		"SET idle_in_transaction_session_timeout = '50ms'; BEGIN":  "25P03",
		"SET idle_in_transaction_session_timeout = '50ms'; BEGIN;": "25P03",
	} {
		c := w.connect()
		if _, err := query(t.Context(), c, sql); err != nil {
			t.Fatal(err)
		}
		h, err := c.Hijack()
		if err != nil {
			t.Fatal(err)
		}
		wantFatal(t, sql, h, want)
		_ = h.Conn.Close()
	}
}

// Garbage, half messages and lengths that nobody has: refused within bounds, others unharmed.
func TestGarbageOnThePort(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.StartupTimeout = 500 * time.Millisecond })
	other := w.connect()
	u32 := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	for name, in := range map[string][]byte{
		"HTTP":                  []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"a length of 4 GB":      u32(0xffffffff),
		"a length of 0":         u32(0),
		"a long startup packet": u32(10_005),
		"half a startup packet": append(u32(100), "abc"...),
		"an unknown version":    append(u32(8), u32(9<<16)...),
		"no terminator":         append(u32(12), append(u32(3<<16), "user"...)...),
		"no user":               append(u32(9), append(u32(3<<16), 0)...),
		"zeros":                 make([]byte, 4096),
		"SSLRequest twice":      append(append(u32(8), u32(80877103)...), append(u32(8), u32(80877103)...)...),
	} {
		c := w.raw()
		if _, err := c.Write(in); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
			t.Errorf("%s: not closed: %v", name, err)
		}
	}
	w.want(other, "SELECT 1", "1")

	// After authentication: lengths, types, bodies.
	for name, in := range map[string][]byte{
		"a length of 4 GB":   append([]byte{'Q'}, u32(0xffffffff)...),
		"a length of 3":      append([]byte{'Q'}, u32(3)...),
		"an unknown message": append([]byte{'?'}, u32(4)...),
		"a malformed Bind":   append(append([]byte{'B'}, u32(8)...), 0, 0, 0xff, 0xff),
		"a query without 0":  append(append([]byte{'Q'}, u32(7)...), "abc"...),
	} {
		h, err := w.connect().Hijack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Conn.Write(in); err != nil {
			t.Fatal(err)
		}
		_ = h.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		wantFatal(t, name, h, "08P01")
		_ = h.Conn.Close()
	}
	w.want(other, "SELECT 1", "1")
}

func isReset(err error) bool {
	var ne *net.OpError
	return errors.As(err, &ne) && !ne.Timeout()
}

// A thousand connections that say nothing keep nobody out, and are gone after the startup timeout.
func TestSilentConnectionsKeepNobodyOut(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.StartupTimeout = 2 * time.Second })
	silent := make([]net.Conn, 1200)
	for i := range silent {
		silent[i] = w.raw()
	}
	c := w.connect()
	w.want(c, "SELECT 1", "1")
	for _, s := range silent {
		_ = s.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := io.Copy(io.Discard, s); err != nil && !isReset(err) {
			t.Fatalf("a silent connection is not closed: %v", err)
		}
		_ = s.Close()
	}
	w.want(c, "SELECT 2", "2")
}

func TestMaxConnections(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.MaxConnections = 3 })
	a := w.connect()
	w.connect()
	w.connect()
	if _, err := pgconn.Connect(t.Context(), w.url("")); codeOf(err) != "53300" {
		t.Errorf("the fourth: %v", err)
	}
	// A cancel still gets through.
	if err := a.CancelRequest(t.Context()); err != nil {
		t.Error(err)
	}
	_ = a.Close(t.Context())
	eventually(t, "there is room again", func() bool {
		c, err := pgconn.Connect(t.Context(), w.url(""))
		if err == nil {
			_ = c.Close(t.Context())
		}
		return err == nil
	})
}

// Killing the worker in the middle of a large result is an error, every time, and never a short result.
func TestAKilledWorkerIsNeverAShortResult(t *testing.T) {
	w := open(t, 1, nil)
	for i := range 5 {
		c := w.connect()
		h, err := c.Hijack()
		if err != nil {
			t.Fatal(err)
		}
		h.Frontend.Send(&pgproto3.Query{String: "SELECT i, repeat('x', 100) AS s FROM range(50000000) t(i)"})
		if err := h.Frontend.Flush(); err != nil {
			t.Fatal(err)
		}
		rows, code := 0, ""
		for code == "" {
			m, err := h.Frontend.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.DataRow:
				if rows++; rows == 1000*(i+1) {
					w.workers[0].Kill()
				}
			case *pgproto3.ErrorResponse:
				code = m.Code
			case *pgproto3.CommandComplete:
				t.Fatalf("CommandComplete %s after the worker was killed", m.CommandTag)
			}
		}
		if code != "58030" {
			t.Errorf("after %d rows: %s", rows, code)
		}
		_ = h.Conn.Close()
		w.workers[0] = workertest.StartProcessAt(t, w.workers[0].Target, "--extensions", "none")
	}
	w.want(w.connect(), "SELECT 1", "1")
}

// A statement that has not sent a row yet runs again on another worker, and the client sees nothing.
func TestAKilledWorkerBeforeTheFirstRowIsNotSeen(t *testing.T) {
	w := open(t, 2, nil)
	states := []func() *workerpb.State{w.state(0), w.state(1)}
	c := w.connect()
	done := make(chan error, 1)
	go func() {
		rows, err := query(t.Context(), c, "SELECT count(*) FROM range(500000000) t(i) WHERE hash(i) % 7 = 8")
		if err == nil && fmt.Sprint(rows) != "[0]" {
			err = fmt.Errorf("rows %v", rows)
		}
		done <- err
	}()
	at := -1
	eventually(t, "the statement runs", func() bool {
		for i := range states {
			if len(states[i]().GetQueries()) == 1 {
				at = i
			}
		}
		return at >= 0
	})
	w.workers[at].Kill()
	if err := <-done; err != nil {
		t.Errorf("the client saw %v", err)
	}
}

func TestAPinnedWorkerThatDiesEndsTheSession(t *testing.T) {
	w := open(t, 2, nil)
	c := w.connect()
	w.want(c, "BEGIN; SELECT 1", "1")
	w.workers[0].Kill()
	w.workers[1].Kill()
	_, err := query(t.Context(), c, "SELECT 2")
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "08006" || e.Severity != "FATAL" {
		t.Errorf("got %v", err)
	}
	if _, err := query(t.Context(), c, "SELECT 3"); err == nil {
		t.Error("the session goes on without its state")
	}
}

func TestNoWorkerIsSaid(t *testing.T) {
	w := open(t, 0, func(c *gateway.Config) { c.WorkerWait = 100 * time.Millisecond })
	c := w.connect()
	w.wantCode(c, "SELECT 1", "57P03")
	w.want(c, "SHOW server_encoding", "UTF8") // what needs no worker
}

func TestOutOfMemoryIsAnError(t *testing.T) {
	w := open(t, 1, nil, "--memory", "256MB", "--spill-max", "10MB")
	c := w.connect()
	w.wantCode(c, "SELECT len(list(repeat('z', 1000) || i)) FROM range(2000000) t(i)", "53200")
	w.wantCode(c, "SELECT max(s) FROM (SELECT i::VARCHAR || repeat('y', 50) AS s, row_number() OVER (ORDER BY hash(i)) AS r FROM range(10000000) t(i))", "53100")
	w.want(c, "SELECT 1", "1")
}

// outcome reads the answer of a query: how many rows, and what it ended with.
func outcome(t *testing.T, h *pgconn.HijackedConn, sql string) (rows int, end string) {
	t.Helper()
	h.Frontend.Send(&pgproto3.Query{String: sql})
	if err := h.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := h.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			rows++
		case *pgproto3.ErrorResponse:
			end += "error " + m.Code
		case *pgproto3.CommandComplete:
			end += string(m.CommandTag)
		case *pgproto3.ReadyForQuery:
			return rows, end
		}
	}
}

// What fails after rows were sent ends with an error, and no CommandComplete: a value, a broken file.
func TestAnErrorInMidStream(t *testing.T) {
	dir := t.TempDir()
	w := open(t, 1, nil, "--allow", dir)
	c := w.connect()
	file := dir + "/t.parquet"
	if _, err := query(t.Context(), c, "COPY (SELECT i, hash(i) AS h FROM range(3000000) t(i)) TO '"+file+"' (FORMAT parquet, COMPRESSION zstd)"); err != nil {
		t.Fatal(err)
	}
	h := w.hijack()
	if rows, end := outcome(t, h, "FROM '"+file+"'"); rows != 3_000_000 || end != "SELECT 3000000" {
		t.Fatalf("the whole file: %d rows, %s", rows, end)
	}
	if rows, end := outcome(t, h, "SELECT CASE WHEN i = 2500000 THEN error('here') ELSE i END AS i FROM '"+file+"'"); rows == 0 || rows > 2_500_000 || end != "error 22023" {
		t.Errorf("a failing value: %d rows, %s", rows, end)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+100_000; i++ {
		b[i] = 0xff
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if rows, end := outcome(t, h, "FROM '"+file+"'"); rows == 0 || rows >= 3_000_000 || !strings.HasPrefix(end, "error ") || strings.Contains(end, "SELECT") {
		t.Errorf("a broken file: %d rows, %s", rows, end)
	} else {
		t.Logf("a broken file: %d rows, %s", rows, end)
	}
	if rows, end := outcome(t, h, "SELECT 1"); rows != 1 || end != "SELECT 1" {
		t.Errorf("afterwards: %d rows, %s", rows, end)
	}
}

// A panic of the encoders is an error of its result at most; these values once made one.
func TestNestedEnumsAreSent(t *testing.T) {
	w := open(t, 1, nil)
	h := w.hijack()
	const sql = "SELECT i, x FROM (SELECT i, NULL::ENUM('a','b')[2] x FROM range(300000) t(i) UNION ALL SELECT 1, ['a','b']::ENUM('a','b')[2] FROM range(300000))"
	if rows, end := outcome(t, h, sql); rows != 600_000 || end != "SELECT 600000" {
		t.Errorf("%d rows, %s", rows, end)
	}
}

// Values that are small in Arrow and large in text cost the gateway no more than its buffers.
func TestLargeTextOfASmallBatchIsSentInParts(t *testing.T) {
	w := open(t, 1, nil)
	h := w.hijack()
	label := strings.Repeat("v", 200_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if rows, end := outcome(t, h, "SELECT '"+label+"'::ENUM('"+label+"') FROM range(20000)"); rows != 20_000 || end != "SELECT 20000" { // 4 GB
		t.Errorf("%d rows, %s", rows, end)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 256<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// statement_timeout counts the time in which the server works, not that in which a client looks at a page.
func TestATimeoutDoesNotCountBetweenPages(t *testing.T) {
	w := open(t, 1, nil)
	c := newTalker(t, w.url("&statement_timeout=1s"))
	page := func() string {
		c.f.Send(&pgproto3.Execute{Portal: "p", MaxRows: 1000})
		c.f.Send(&pgproto3.Flush{})
		if err := c.f.Flush(); err != nil {
			t.Fatal(err)
		}
		for {
			m, err := c.f.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.PortalSuspended:
				return "suspended"
			case *pgproto3.ErrorResponse:
				return m.Code
			}
		}
	}
	c.send(`Parse {"Query": "SELECT i FROM range(50000000) t(i)"}`)
	c.send(`Bind {"DestinationPortal": "p"}`)
	for range 3 {
		if got := page(); got != "suspended" {
			t.Fatalf("a page ended with %s", got)
		}
		time.Sleep(600 * time.Millisecond) // the client's own time
	}
}

// A client that asks for much and does not read costs bounded memory.
func TestDescribesThatNobodyReads(t *testing.T) {
	w := open(t, 1, nil)
	h := w.hijack()
	cols := make([]string, 1600)
	for i := range cols {
		cols[i] = fmt.Sprintf("%d AS a_rather_long_name_of_a_column_%d", i, i)
	}
	h.Frontend.Send(&pgproto3.Parse{Name: "s", Query: "SELECT " + strings.Join(cols, ", ")})
	h.Frontend.Send(&pgproto3.Sync{})
	if err := h.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := h.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := m.(*pgproto3.ReadyForQuery); ok {
			break
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all []byte
	for range 5000 { // 500 MB of answers
		var err error
		if all, err = (&pgproto3.Describe{ObjectType: 'S', Name: "s"}).Encode(all); err != nil {
			t.Fatal(err)
		}
	}
	_ = h.Conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
	_, _ = h.Conn.Write(all)
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 128<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// A client that does not read stops DuckDB and costs bounded memory; then it reads on and gets every row.
func TestASlowClientIsWaitedFor(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	const rows = 3_000_000
	h := w.hijack()
	h.Frontend.Send(&pgproto3.Query{String: fmt.Sprintf("SELECT i, repeat('x', 100) AS s FROM range(%d) t(i)", rows)})
	if err := h.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	// It stands still when two states in a row show no CPU.
	still := 0
	eventually(t, "DuckDB stands still", func() bool {
		time.Sleep(500 * time.Millisecond)
		if st := state(); len(st.GetQueries()) == 1 && st.GetCpu() < 0.05 {
			still++
		} else {
			still = 0
		}
		return still > 2
	})
	got := 0
	for {
		m, err := h.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			got++
		case *pgproto3.ErrorResponse:
			t.Fatal(m.Message)
		case *pgproto3.CommandComplete:
			if tag := string(m.CommandTag); got != rows || tag != fmt.Sprintf("SELECT %d", rows) {
				t.Errorf("%d rows, %s", got, tag)
			}
			return
		}
	}
}

func TestDrain(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	idle, busy, stuck := w.connect(), w.connect(), w.connect()
	finished, cancelled := make(chan error, 1), make(chan error, 1)
	go func() {
		rows, err := query(context.Background(), busy, "SELECT count(*) FROM range(200000000) t(i) WHERE hash(i) % 7 = 8")
		if err == nil && fmt.Sprint(rows) != "[0]" {
			err = fmt.Errorf("rows %v", rows)
		}
		finished <- err
	}()
	go func() {
		_, err := query(context.Background(), stuck, endless)
		cancelled <- err
	}()
	eventually(t, "both run", func() bool { return len(state().GetQueries()) == 2 })
	w.stop()
	if err := <-finished; err != nil {
		t.Errorf("a statement that ends within the grace: %v", err)
	}
	if code := codeOf(<-cancelled); code != "57P01" {
		t.Errorf("one that does not: %s", code)
	}
	h, err := idle.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	wantFatal(t, "an idle client", h, "57P01")
	_ = h.Conn.Close()
	if _, err := net.Dial("tcp", w.addr); err == nil {
		t.Error("new clients are still taken")
	}
}

// A connection that is to end does so at once, in the middle of a message too, and says why.
func TestTerminateEndsWhateverAClientDoes(t *testing.T) {
	w := openLasting(t, 1, nil)
	boss := w.connect()
	if _, err := query(t.Context(), boss, "CREATE TABLE t (a int)"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		begin pgproto3.FrontendMessage // nil: nothing
		part  []byte
	}{
		"idle":                       {},
		"a part of a head":           {part: []byte{'Q', 0, 0}},
		"a part of a body":           {part: []byte{'Q', 0, 0, 0, 100, 'S', 'E'}},
		"COPY":                       {begin: &pgproto3.Query{String: "COPY t FROM STDIN"}},
		"COPY, a part of a head":     {begin: &pgproto3.Query{String: "COPY t FROM STDIN"}, part: []byte{'d', 0}},
		"COPY, a part of a body":     {begin: &pgproto3.Query{String: "COPY t FROM STDIN"}, part: []byte{'d', 0, 0, 0, 100, '1'}},
		"a pipeline without its end": {begin: &pgproto3.Parse{Query: "SELECT 1"}, part: []byte{'B'}},
	} {
		t.Run(name, func(t *testing.T) {
			h := w.hijack()
			if c.begin != nil {
				h.Frontend.Send(c.begin)
				if _, pipeline := c.begin.(*pgproto3.Parse); pipeline {
					h.Frontend.Send(&pgproto3.Flush{})
				}
				if err := h.Frontend.Flush(); err != nil {
					t.Fatal(err)
				}
				if m, err := h.Frontend.Receive(); err != nil { // it has begun
					t.Fatal(m, err)
				}
			}
			if _, err := h.Conn.Write(c.part); err != nil {
				t.Fatal(err)
			}
			w.want(boss, fmt.Sprintf("SELECT pg_terminate_backend(%d)", h.PID), "t")
			_ = h.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			wantFatal(t, name, h, "57P01")
		})
	}
}

// So does one whose statement is at work, whatever that is; the worker is not taken for lost.
func TestTerminateEndsWhateverRuns(t *testing.T) {
	w := openLasting(t, 1, nil)
	state := w.state(0)
	boss := w.connect()
	if _, err := query(t.Context(), boss, "CREATE TABLE t (a int)"); err != nil {
		t.Fatal(err)
	}
	rows := pgproto3.CopyData{Data: []byte(strings.Repeat("1\n", 1_000_000))}
	const slowly = "COPY t FROM STDIN WHERE list_sum(range(4000 + a)) > 0"
	for name, list := range map[string][]pgproto3.FrontendMessage{
		"SELECT":              {&pgproto3.Query{String: endless}},
		"SELECT in a block":   {&pgproto3.Query{String: "BEGIN"}, &pgproto3.Query{String: endless}},
		"FETCH":               {&pgproto3.Query{String: "BEGIN; DECLARE c CURSOR FOR " + endless}, &pgproto3.Query{String: "FETCH c"}},
		"COPY":                {&pgproto3.Query{String: slowly}, &rows, &pgproto3.CopyDone{}},
		"COPY in a block":     {&pgproto3.Query{String: "BEGIN; CREATE TEMP TABLE mine (a int); " + slowly}, &rows, &pgproto3.CopyDone{}},
		"rows are not read":   {&pgproto3.Query{String: "SELECT * FROM range(1000000000)"}},
		"nothing is read, TX": {&pgproto3.Query{String: "BEGIN; SELECT * FROM range(1000000000)"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := w.hijack()
			for _, m := range list {
				h.Frontend.Send(m)
			}
			if err := h.Frontend.Flush(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "it runs", func() bool { return len(state().GetQueries()) > 0 || state().GetCursors() > 0 })
			w.want(boss, fmt.Sprintf("SELECT pg_terminate_backend(%d)", h.PID), "t")
			if strings.Contains(name, "read") {
				eventually(t, "it is gone", func() bool {
					got, err := query(t.Context(), boss, fmt.Sprintf("SELECT count(*) FROM pg_stat_activity WHERE pid = %d", h.PID))
					return err == nil && got[0] == "0"
				})
				return
			}
			_ = h.Conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			for {
				m, err := h.Frontend.Receive()
				if err != nil {
					t.Fatal(err)
				}
				e, ok := m.(*pgproto3.ErrorResponse)
				if ok && (e.Code != "57P01" || e.Severity != "FATAL") {
					t.Errorf("%s %s %s", e.Severity, e.Code, e.Message)
				}
				if ok && e.Severity == "FATAL" {
					break
				}
			}
			eventually(t, "nothing runs", func() bool { return len(state().GetQueries()) == 0 && state().GetReserved() == 0 })
		})
	}
}

// Clients in the middle of a message when the grace is over are told that the gateway ends.
func TestADrainEndsHalfMessages(t *testing.T) {
	w := openLasting(t, 1, func(c *gateway.Config) { c.DrainTimeout = time.Second })
	if _, err := query(t.Context(), w.connect(), "CREATE TABLE t (a int)"); err != nil {
		t.Fatal(err)
	}
	half, copying := w.hijack(), w.hijack()
	if _, err := half.Conn.Write([]byte{'Q', 0, 0, 0, 100, 'S'}); err != nil {
		t.Fatal(err)
	}
	copying.Frontend.Send(&pgproto3.Query{String: "COPY t FROM STDIN"})
	if err := copying.Frontend.Flush(); err != nil {
		t.Fatal(err)
	}
	if m, err := copying.Frontend.Receive(); err != nil {
		t.Fatal(m, err)
	}
	if _, err := copying.Conn.Write([]byte{'d', 0, 0, 0, 100, '1'}); err != nil {
		t.Fatal(err)
	}
	w.stop()
	for name, h := range map[string]*pgconn.HijackedConn{"half a query": half, "half a row": copying} {
		wantFatal(t, name, h, "57P01")
	}
}

// What a client has sent before a gateway drains is answered: the rest of a pipeline too, of which the gateway has read a part, and
// last that it ends.
func TestADrainAnswersWhatWasSent(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	h := w.hijack()
	const more = 300 // messages of more than the gateway reads at once
	pipeline := func(pad int) (out []byte, ends []int) {
		list := []pgproto3.FrontendMessage{
			&pgproto3.Parse{Query: "SELECT count(*) FROM range(100000000) t(i) WHERE hash(i) % 7 = 8" + strings.Repeat(" ", pad)},
			&pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Parse{Query: "SHOW application_name"},
		}
		for range more {
			list = append(list, &pgproto3.Bind{}, &pgproto3.Execute{})
		}
		for _, m := range append(list, &pgproto3.Sync{}) {
			var err error
			if out, err = m.Encode(out); err != nil {
				t.Fatal(err)
			}
			ends = append(ends, len(out))
		}
		return out, ends
	}
	// What the gateway reads at once ends with a message: it has nothing left to do, and yet more has been sent.
	pad := 0
	all, ends := pipeline(pad)
	for ; !slices.Contains(ends, 4096); pad++ {
		all, ends = pipeline(pad)
	}
	if _, err := h.Conn.Write(all); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first runs", func() bool { return len(state().GetQueries()) == 1 })
	w.stop()
	for done := 0; ; {
		m, err := h.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.CommandComplete:
			done++
		case *pgproto3.ErrorResponse:
			if m.Code != "57P01" || m.Severity != "FATAL" || done != 1+more {
				t.Errorf("%s %s after %d statements", m.Code, m.Message, done)
			}
			return
		}
	}
}

// Bytes that come in one packet, byte by byte, or many messages at once are the same conversation.
func TestFragmentsAndPipelines(t *testing.T) {
	w := open(t, 1, nil)
	h := w.hijack()
	var all []byte
	const n = 200
	for i := range n {
		for _, m := range []pgproto3.FrontendMessage{
			&pgproto3.Parse{Query: fmt.Sprintf("SELECT %d AS a", i)}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{},
		} {
			var err error
			if all, err = m.Encode(all); err != nil {
				t.Fatal(err)
			}
		}
	}
	go func() {
		for len(all) > 0 {
			k := min(1+len(all)%97, len(all))
			if _, err := h.Conn.Write(all[:k]); err != nil {
				return
			}
			all = all[k:]
		}
	}()
	next := 0
	for ready := 0; ready < n; {
		m, err := h.Frontend.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			if string(m.Values[0]) != fmt.Sprint(next) {
				t.Fatalf("row %s, want %d", m.Values[0], next)
			}
			next++
		case *pgproto3.ReadyForQuery:
			ready++
		case *pgproto3.ErrorResponse:
			t.Fatal(m.Message)
		}
	}
	if next != n {
		t.Errorf("%d rows", next)
	}
}

func TestLargeThingsPass(t *testing.T) {
	w := open(t, 1, nil, "--memory", "3GB")
	conn, err := pgx.Connect(t.Context(), w.url(""))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	// 100 MB out, and in as a parameter.
	var n int
	big := strings.Repeat("y", 100<<20)
	if err := conn.QueryRow(t.Context(), "SELECT length($1::text)", big).Scan(&n); err != nil || n != len(big) {
		t.Errorf("parameter: %d, %v", n, err)
	}
	var s string
	if err := conn.QueryRow(t.Context(), "SELECT repeat('x', 104857600)").Scan(&s); err != nil || len(s) != 100<<20 {
		t.Errorf("value: %d bytes, %v", len(s), err)
	}
	// As many columns as PostgreSQL has, and more.
	for _, cols := range []int{1664, 5000} {
		list := make([]string, cols)
		for i := range list {
			list[i] = fmt.Sprintf("%d AS c%d", i, i)
		}
		rows, err := conn.Query(t.Context(), "SELECT "+strings.Join(list, ", "))
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next() || len(rows.RawValues()) != cols || string(rows.RawValues()[cols-1]) == "" {
			t.Errorf("%d columns: %v", cols, rows.Err())
		}
		rows.Close()
	}
	// Ten thousand statements in one string.
	rows, err := query(t.Context(), conn.PgConn(), strings.Repeat("SHOW TimeZone;", 10000))
	if err != nil || len(rows) != 10000 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// The guard, as clients meet it.
// A plan is a column called QUERY PLAN with a row for each line, in both protocols; in another format it is one row.
func TestAPlanIsReadAsPostgreSQLs(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	for _, sql := range []string{"EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "EXPLAIN (FORMAT JSON) SELECT 1"} {
		simple, err := c.Exec(t.Context(), sql).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		extended := c.ExecParams(t.Context(), sql, nil, nil, nil, nil).Read()
		described, err := c.Prepare(t.Context(), "", sql, nil)
		if err != nil || extended.Err != nil {
			t.Fatal(err, extended.Err)
		}
		for _, fields := range [][]pgconn.FieldDescription{simple[0].FieldDescriptions, extended.FieldDescriptions, described.Fields} {
			if len(fields) != 1 || fields[0].Name != "QUERY PLAN" {
				t.Errorf("%s: columns %v", sql, fields)
			}
		}
		rows := len(extended.Rows)
		if rows != len(simple[0].Rows) || (rows == 1) != strings.Contains(sql, "JSON") || strings.Contains(string(extended.Rows[0][0]), "\n") != strings.Contains(sql, "JSON") {
			t.Errorf("%s: %d rows, the first is %s", sql, rows, extended.Rows[0][0])
		}
	}
}

func TestWhatAUserMayNotDo(t *testing.T) {
	users := usersFile(t, login{"ann", "x", false}, login{"tavana", "tavana", true})
	w := open(t, 1, func(c *gateway.Config) { c.UsersFile = users })
	ann, err := pgconn.Connect(t.Context(), fmt.Sprintf("postgres://ann:x@%s/tavana?sslmode=disable", w.addr))
	if err != nil {
		t.Fatal(err)
	}
	defer ann.Close(t.Context())
	for _, sql := range []string{
		"LOAD httpfs", "INSTALL httpfs", "ATTACH ':memory:' AS x", "DETACH x", "USE memory", "PRAGMA threads=1", "CHECKPOINT",
		"CREATE SECRET s (TYPE s3)", "SELECT * FROM duckdb_secrets()", "SELECT * FROM enable_logging('HTTP')", "CALL enable_logging('HTTP')",
		"SELECT * FROM query('SELECT 1')", "COPY (SELECT 1) TO '/tmp/x.csv'", "SELECT * FROM read_text('/etc/passwd')", "FROM '/etc/x.csv'",
		"EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x.csv'", "EXPLAIN ANALYZE SET memory_limit = '100MB'", "EXPLAIN (ANALYZE) SET SESSION TimeZone = 'UTC'",
		"EXPLAIN ANALYZE BEGIN", "EXPLAIN ANALYZE LOAD httpfs", "EXPLAIN ANALYZE PREPARE p AS SELECT 1", "ALTER DATABASE tavana SET ALIAS TO x",
		"SELECT * FROM query\u00a0('SELECT 7')", "SELECT 1_$$, * FROM query('SELECT 2') --$$",
		"SELECT * FROM arrow_scan(1, 2, 3)", "CREATE TEMP MACRO m() AS TABLE SELECT * FROM duckdb_secrets()",
	} {
		w.wantCode(ann, sql, "42501")
	}
	w.wantCode(ann, "SET memory_limit = '1GB'", "42704")
	w.wantCode(ann, "SET threads = 1", "42704")
	w.wantCode(ann, "RESET memory_limit", "42704")
	w.want(ann, "SHOW is_superuser", "off")
	w.want(w.connect(), "SHOW is_superuser", "on")
	// Prepared, it is the same.
	_, err = ann.Prepare(t.Context(), "", "SELECT * FROM duckdb_secrets()", nil)
	if codeOf(err) != "42501" {
		t.Errorf("prepared: %v", err)
	}
}

// Every table function that DuckDB and its extensions have is either refused to users, or on this list of the harmless:
// a new version's functions must be looked at before they are let through.
func TestEveryTableFunctionIsKnown(t *testing.T) {
	harmless := strings.Fields(`collations database_list database_size delta_scan duckdb_approx_database_count duckdb_columns
		duckdb_constraints duckdb_coordinate_systems duckdb_databases duckdb_dependencies duckdb_extensions duckdb_functions duckdb_indexes
		duckdb_keywords duckdb_memory duckdb_optimizers duckdb_schemas duckdb_sequences duckdb_settings duckdb_table_sample duckdb_tables
		duckdb_types duckdb_variables duckdb_views ducklake_current_snapshot ducklake_last_committed_snapshot ducklake_options
		ducklake_settings ducklake_snapshots ducklake_table_changes ducklake_table_deletions ducklake_table_info ducklake_table_insertions
		extension_versions functions generate_series glob histogram histogram_values iceberg_column_stats iceberg_metadata
		iceberg_partition_stats iceberg_scan iceberg_schema_properties iceberg_snapshots iceberg_table_properties icu_calendar_names
		json_each json_tree metadata_info parquet_bloom_probe pg_available_extension_versions pg_available_extensions pg_get_keywords pg_show_all_settings parquet_file_metadata parquet_full_metadata parquet_kv_metadata
		parquet_metadata parquet_scan parquet_schema pg_timezone_names platform pragma_collations pragma_database_size
		pragma_metadata_info pragma_platform pragma_show pragma_table_info pragma_user_agent pragma_version range read_avro read_blob
		read_csv read_csv_auto read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto
		read_ndjson_objects read_parquet read_text repeat repeat_row show show_databases show_tables show_tables_expanded sniff_csv
		summary table_info tavana_rows test_all_types test_vector_types tpcds tpcds_answers tpcds_queries tpch tpch_answers tpch_queries unnest
		user_agent version`)
	known := map[string]bool{}
	for _, name := range harmless {
		known[name] = true
	}
	users := usersFile(t, login{"tavana", "tavana", false})
	w := open(t, 1, func(c *gateway.Config) { c.UsersFile = users }, "--extensions", "all", "--extensions-dir", workertest.Root()+"/bin/extensions")
	c := w.connect()
	names, err := query(t.Context(), c, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'pragma', 'table_macro') ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 150 {
		t.Fatalf("only %d functions: are the extensions loaded?", len(names))
	}
	for _, name := range names {
		_, err := c.Prepare(t.Context(), "", "SELECT * FROM "+name+"(NULL)", nil)
		refused := codeOf(err) == "42501" && strings.Contains(err.Error(), "function")
		if refused == known[name] {
			t.Errorf("%s: refused %v, on the list of the harmless %v (%v)", name, refused, known[name], err)
		}
	}
}

// Every type that DuckDB has, over its edge values: what clients are told of it and shown, in text and in binary, and an
// error where there is no PostgreSQL form. testdata/types has a column of test_all_types() each.
func TestEveryType(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	datadriven.RunTest(t, "testdata/types", func(t *testing.T, d *datadriven.TestData) string {
		var out strings.Builder
		for _, format := range []int16{0, 1} {
			sql := fmt.Sprintf("SELECT %q FROM test_all_types()", strings.TrimSpace(d.Input))
			r := c.ExecParams(t.Context(), sql, nil, nil, nil, []int16{format}).Read()
			if r.Err != nil {
				fmt.Fprintf(&out, "format %d: %s\n", format, codeOf(r.Err))
				continue
			}
			fmt.Fprintf(&out, "format %d, type %d:", format, r.FieldDescriptions[0].DataTypeOID)
			for _, row := range r.Rows {
				switch {
				case row[0] == nil:
					out.WriteString(" NULL")
				case format == 0:
					out.WriteString(" " + string(row[0]))
				default:
					fmt.Fprintf(&out, " %x", row[0])
				}
			}
			out.WriteString("\n")
		}
		return out.String()
	})
}

func TestHTTPEndpoints(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	w.want(c, "SELECT 1", "1")
	w.wantCode(c, "SELECT * FROM missing", "42P01") // so that the counter of errors is there
	if code, body := get(t, w.http+"/health"); code != 200 || body != "ok\n" {
		t.Errorf("/health: %d %q", code, body)
	}
	if code, _ := get(t, w.http+"/ready"); code != 200 {
		t.Errorf("/ready: %d", code)
	}
	_, body := get(t, w.http+"/metrics")
	w.workers[0].Kill()
	eventually(t, "/ready says no", func() bool { code, _ := get(t, w.http+"/ready"); return code == 503 })
	var names bytes.Buffer
	for line := range strings.Lines(body) {
		if name, ok := strings.CutPrefix(line, "# TYPE tavana_"); ok {
			names.WriteString("tavana_" + name)
		}
	}
	// The names are what dashboards are built on.
	datadriven.RunTest(t, "testdata/metrics", func(*testing.T, *datadriven.TestData) string { return names.String() })
}

// A certificate that cannot be read is an error at the start, never a silent other one.
func TestABadCertificateIsAnError(t *testing.T) {
	cfg := defaults(t)
	cfg.TLS, cfg.TLSCert, cfg.TLSKey = "files", writeFile(t, "c.pem", "nonsense"), writeFile(t, "k.pem", "nonsense")
	if _, err := gateway.New(cfg, nil); err == nil {
		t.Error("a certificate of nonsense is taken")
	}
}
