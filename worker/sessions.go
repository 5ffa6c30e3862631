package worker

import (
	"context"
	"sync"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// maxIdleConns is how many connections without state wait for their next statement. A new one costs about a
// millisecond for its settings.
const maxIdleConns = 32

// conns lends DuckDB connections: any one for a statement without a session, the session's own otherwise. A connection is
// lent to one statement at a time.
type conns struct {
	in *duck.Instance

	mu       sync.Mutex
	idle     []*duck.Conn // last in, first out
	sessions map[string]*session
}

// session is a client's connection at this worker: its transaction and its temporary tables.
type session struct {
	conn *duck.Conn
	// free holds a token while no statement uses conn. A statement that was abandoned gives it back when it has drained,
	// so the session's next statement waits for that.
	free chan struct{}
	// gone is closed by CloseSession.
	gone chan struct{}
}

func newConns(in *duck.Instance) *conns { return &conns{in: in, sessions: map[string]*session{}} }

// lend returns a connection with the statement's settings in force, and how to give it back. giveBack(false) says that
// the connection must not be used again.
func (c *conns) lend(ctx context.Context, sessionID string, settings map[string]string) (conn *duck.Conn, giveBack func(reuse bool), err error) {
	if sessionID == "" {
		conn, err = c.take(settings)
		giveBack = func(reuse bool) { c.put(conn, reuse) }
	} else {
		var s *session
		if s, err = c.wait(ctx, sessionID); err != nil {
			return nil, nil, err
		}
		conn = s.conn
		giveBack = func(bool) { s.free <- struct{}{} }
	}
	if err != nil {
		return nil, nil, err
	}
	if err := conn.Apply(settings); err != nil {
		giveBack(false)
		return nil, nil, err
	}
	return conn, giveBack, nil
}

func (c *conns) take(settings map[string]string) (*duck.Conn, error) {
	c.mu.Lock()
	// Prefer one that has the settings already.
	pick := len(c.idle) - 1
	for i := pick; i >= 0; i-- {
		if c.idle[i].Has(settings) {
			pick = i
			break
		}
	}
	if pick < 0 {
		c.mu.Unlock()
		return c.in.Connect()
	}
	conn := c.idle[pick]
	c.idle = append(c.idle[:pick], c.idle[pick+1:]...)
	c.mu.Unlock()
	return conn, nil
}

func (c *conns) put(conn *duck.Conn, reuse bool) {
	if reuse {
		c.mu.Lock()
		if len(c.idle) < maxIdleConns {
			c.idle = append(c.idle, conn)
			conn = nil
		}
		c.mu.Unlock()
	}
	if conn != nil {
		conn.Close()
	}
}

func (c *conns) wait(ctx context.Context, id string) (*session, error) {
	c.mu.Lock()
	s := c.sessions[id]
	c.mu.Unlock()
	if s == nil {
		return nil, errNoSession(id)
	}
	select {
	case <-s.free:
		return s, nil
	case <-s.gone:
		return nil, errNoSession(id)
	case <-ctx.Done():
		return nil, pgerror.FromContext(ctx)
	}
}

func errNoSession(id string) error {
	return pgerror.Newf(pgerror.ConnectionFailure, "session %q is not on this worker", id)
}

func (c *conns) open(r *workerpb.OpenSessionRequest) error {
	conn, err := c.in.Connect()
	if err != nil {
		return err
	}
	if err := conn.Apply(r.GetSettings()); err != nil {
		conn.Close()
		return err
	}
	s := &session{conn: conn, free: make(chan struct{}, 1), gone: make(chan struct{})}
	s.free <- struct{}{}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[r.GetSessionId()] != nil || r.GetSessionId() == "" {
		conn.Close()
		return pgerror.New(pgerror.ProtocolViolation, "session id is empty or in use")
	}
	c.sessions[r.GetSessionId()] = s
	return nil
}

// close ends a session: what runs in it is interrupted, and its connection is closed once that has ended. closed is
// called then.
func (c *conns) close(id string, closed func()) {
	c.mu.Lock()
	s := c.sessions[id]
	delete(c.sessions, id)
	c.mu.Unlock()
	if s == nil {
		closed()
		return
	}
	close(s.gone)
	select {
	case <-s.free:
		s.conn.Close()
		closed()
	default:
		s.conn.Interrupt()
		go func() {
			<-s.free
			s.conn.Close()
			closed()
		}()
	}
}

func (c *conns) sessionCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sessions)
}

// closeIdle closes the connections that nobody uses.
func (c *conns) closeIdle() {
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, conn := range idle {
		conn.Close()
	}
}

// closeSessions ends every session.
func (c *conns) closeSessions(closing func() (closed func())) {
	c.mu.Lock()
	ids := make([]string, 0, len(c.sessions))
	for id := range c.sessions {
		ids = append(ids, id)
	}
	c.mu.Unlock()
	for _, id := range ids {
		c.close(id, closing())
	}
}
