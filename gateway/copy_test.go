package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway"
)

// stalled is a COPY's file that stops in the middle: at some place nothing comes until it is released.
type stalled struct {
	rest    *strings.Reader
	reached chan struct{}
	release chan struct{}
	said    bool
}

func newStalled(rows int) *stalled {
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, "%d,row %d\n", i, i)
	}
	return &stalled{rest: strings.NewReader(b.String()), reached: make(chan struct{}), release: make(chan struct{})}
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.rest.Len() > 0 {
		return s.rest.Read(p)
	}
	if !s.said {
		s.said = true
		close(s.reached)
	}
	<-s.release
	return 0, io.EOF
}

// startCopy begins a COPY that stalls behind its first rows, and returns what it ends with.
func startCopy(t *testing.T, c *pgconn.PgConn, rows int) (*stalled, <-chan error) {
	t.Helper()
	s := newStalled(rows)
	done := make(chan error, 1)
	go func() {
		_, err := c.CopyFrom(context.WithoutCancel(t.Context()), s, "COPY t FROM STDIN (FORMAT csv)")
		done <- err
	}()
	select {
	case <-s.reached:
	case err := <-done:
		t.Fatalf("the COPY ended at once: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("the COPY does not read")
	}
	return s, done
}

func ended(t *testing.T, s *stalled, done <-chan error) error {
	t.Helper()
	defer close(s.release)
	select {
	case err := <-done:
		return err
	case <-time.After(200 * time.Millisecond): // pgconn may wait for its reader before it tells
	}
	return nil
}

func wantRows(t *testing.T, c *pgconn.PgConn, want string) {
	t.Helper()
	if got, err := query(t.Context(), c, "SELECT count(*) FROM t"); err != nil || got[0] != want {
		t.Errorf("%v rows (%v), want %s", got, err, want)
	}
}

// A COPY that is cancelled, or whose time is up, stores nothing; its connection goes on.
func TestACancelledCopyStoresNothing(t *testing.T) {
	w := openLasting(t, 1, nil)
	c, other := w.connect(), w.connect()
	if _, err := query(t.Context(), other, "CREATE TABLE t (a int, b text)"); err != nil {
		t.Fatal(err)
	}
	s, done := startCopy(t, c, 50_000)
	eventually(t, "the COPY runs", func() bool { // the client sends rows before that
		got, err := query(t.Context(), other, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%'")
		return err == nil && got[0] == "1"
	})
	if err := c.CancelRequest(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := ended(t, s, done)
	if err == nil {
		err = <-done
	}
	if codeOf(err) != "57014" {
		t.Errorf("cancelled: %v", err)
	}
	wantRows(t, c, "0")

	if _, err := query(t.Context(), c, "SET statement_timeout = '200ms'"); err != nil {
		t.Fatal(err)
	}
	s, done = startCopy(t, c, 10)
	time.AfterFunc(2*time.Second, func() { close(s.release) })
	if err := <-done; codeOf(err) != "57014" {
		t.Errorf("too late: %v", err)
	}
	wantRows(t, other, "0")
}

// A client that leaves in the middle of a COPY has stored nothing, and leaves nothing behind.
func TestACopyWhoseClientLeavesStoresNothing(t *testing.T) {
	w := openLasting(t, 1, nil)
	c, other := w.connect(), w.connect()
	if _, err := query(t.Context(), other, "CREATE TABLE t (a int, b text)"); err != nil {
		t.Fatal(err)
	}
	s, done := startCopy(t, c, 50_000)
	_ = c.Conn().Close()
	close(s.release)
	if err := <-done; err == nil {
		t.Error("no error")
	}
	eventually(t, "the session is gone", func() bool {
		got, err := query(t.Context(), other, "SELECT count(*) FROM pg_stat_activity")
		return err == nil && got[0] == "1"
	})
	wantRows(t, other, "0")
}

// A COPY that has begun when a gateway drains is stored when it ends within the grace.
func TestADrainLetsACopyEnd(t *testing.T) {
	w := openLasting(t, 1, func(c *gateway.Config) { c.DrainTimeout = 30 * time.Second })
	c, other := w.connect(), w.connect()
	if _, err := query(t.Context(), c, "CREATE TABLE t (a int, b text)"); err != nil {
		t.Fatal(err)
	}
	s, done := startCopy(t, c, 50_000)
	eventually(t, "the COPY runs", func() bool {
		got, err := query(t.Context(), other, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%'")
		return err == nil && got[0] == "1"
	})
	idle, err := other.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan struct{})
	go func() { w.stop(); close(stopped) }()
	wantFatal(t, "an idle client", idle, "57P01")
	eventually(t, "no client is taken", func() bool {
		nc, err := net.Dial("tcp", w.addr)
		if err == nil {
			_ = nc.Close()
		}
		return err != nil
	})
	close(s.release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-stopped
}

// The INSERT of many rows begins while they come. A client that pauses has it begin anew, and keeps nobody from writing.
func TestACopyThatPausesIsWhole(t *testing.T) {
	w := openLasting(t, 1, nil)
	c, other := w.connect(), w.connect()
	for _, sql := range []string{"CREATE TABLE t (a int, b text)", "CREATE TABLE beside (a int)"} {
		if _, err := query(t.Context(), other, sql); err != nil {
			t.Fatal(err)
		}
	}
	const rows = 300_000
	s, done := startCopy(t, c, rows)
	if _, err := query(t.Context(), other, "INSERT INTO beside VALUES (1)"); err != nil {
		t.Error(err)
	}
	wantRows(t, other, "0")
	close(s.release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got, err := query(t.Context(), c, "SELECT count(*) || ' ' || sum(a) || ' ' || count(DISTINCT b) FROM t"); err != nil ||
		got[0] != fmt.Sprintf("%d %d %d", rows, rows*(rows-1)/2, rows) {
		t.Errorf("%v (%v)", got, err)
	}
}

// What is wrong with the first rows is told while the client is still at it, and nothing is stored.
func TestACopyThatFailsIsToldAtOnce(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	if _, err := query(t.Context(), c, "CREATE TABLE t (a int, b date)"); err != nil {
		t.Fatal(err)
	}
	fe := c.Frontend()
	fe.SendQuery(&pgproto3.Query{String: "COPY t FROM STDIN (FORMAT csv)"})
	data := []byte("1,never\n" + strings.Repeat("2,2020-01-01\n", 300_000))
	for chunk := range slices.Chunk(data, 64<<10) {
		fe.Send(&pgproto3.CopyData{Data: chunk})
	}
	if err := fe.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		msg, err := c.ReceiveMessage(t.Context())
		var e *pgconn.PgError
		if _, ok := msg.(*pgproto3.CopyInResponse); ok && err == nil {
			continue
		}
		if errors.As(err, &e) && e.Code == "22007" {
			break
		}
		if m, ok := msg.(*pgproto3.ErrorResponse); ok && m.Code == "22007" {
			break
		}
		t.Fatalf("%#v (%v)", msg, err)
	}
	wantRows(t, w.connect(), "0")
}

// A COPY whose worker is lost is an error, and nothing of it is there; one at the other worker is whole.
func TestACopyWhoseWorkerIsLostStoresNothing(t *testing.T) {
	w := openLasting(t, 2, nil)
	const rows = 100_000
	c, d := w.connect(), w.connect()
	if _, err := query(t.Context(), c, "CREATE TABLE t (a int, b text)"); err != nil {
		t.Fatal(err)
	}
	s1, done1 := startCopy(t, c, rows)
	s2, done2 := startCopy(t, d, rows)
	w.workers[0].Kill()
	close(s1.release)
	close(s2.release)
	stored := 0
	for _, done := range []<-chan error{done1, done2} {
		if err := <-done; err == nil {
			stored += rows
		} else if code := codeOf(err); code != "58030" && code != "08006" {
			t.Errorf("%v", err)
		}
	}
	again := w.connect()
	wantRows(t, again, fmt.Sprint(stored))
	if _, err := again.CopyFrom(t.Context(), strings.NewReader("1,x\n2,\n"), "COPY t FROM STDIN (FORMAT csv)"); err != nil {
		t.Error(err)
	}
	wantRows(t, again, fmt.Sprint(stored+2))
}

// Wide rows and large values pass, in pieces and in one.
func TestCopyOfLargeValues(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	if _, err := query(t.Context(), c, "CREATE TEMP TABLE t (a int, b text)"); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("a \"quoted\"\nline, ", 1<<17) // 2 MB
	file := "1,\"" + strings.ReplaceAll(large, `"`, `""`) + "\"\n2,\"\"\n"
	if tag, err := c.CopyFrom(t.Context(), strings.NewReader(file), "COPY t FROM STDIN (FORMAT csv)"); err != nil || tag.RowsAffected() != 2 {
		t.Fatalf("%v (%v)", tag, err)
	}
	var out bytes.Buffer
	if _, err := c.CopyTo(t.Context(), &out, "COPY t TO STDOUT (FORMAT csv)"); err != nil || out.String() != file {
		t.Errorf("%d bytes came back of %d (%v)", out.Len(), len(file), err)
	}
}
