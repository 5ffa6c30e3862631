package pgwire

import (
	"errors"
	"os"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// receive waits for a message: for as long as the session's idle timeouts and the server allow.
func (c *conn) receive() (byte, []byte, error) {
	if c.running.ended.Load() {
		return 0, nil, errShutdown
	}
	if c.in.r.Buffered() == 0 {
		if err := c.await(); err != nil {
			return 0, nil, err
		}
	}
	typ, body, err := c.next()
	switch typ {
	case 'd', 'c', 'f', 'H': // of a COPY that has failed, or nothing that is answered
	default:
		c.midway = true
	}
	return typ, body, err
}

// next reads a message.
func (c *conn) next() (byte, []byte, error) {
	typ, body, err := c.in.next()
	if errors.Is(err, os.ErrDeadlineExceeded) && c.stopped() {
		err = errShutdown
	}
	return typ, body, err
}

// await waits for the first byte of a message.
func (c *conn) await() error {
	c.in.shrink()
	limit, late := c.idleLimit()
	err := c.peek(limit)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.stopped() && c.midway && !c.running.ended.Load() {
		// The rest of a pipeline is on its way.
		const patience = time.Second
		_ = c.net.SetReadDeadline(time.Now().Add(patience))
		_, err = c.in.r.Peek(1)
	}
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case c.stopped():
		return errShutdown
	default:
		return late
	}
	if limit > 0 || c.stopped() {
		_ = c.net.SetReadDeadline(time.Time{})
		if c.running.ended.Load() { // the deadline may have been terminate's
			return errShutdown
		}
	}
	return nil
}

// peek waits for a byte, for so long (0: as long as it takes), or until the connection is to end: then, as after that time, it returns
// os.ErrDeadlineExceeded.
func (c *conn) peek(limit time.Duration) error {
	deadline := time.Time{}
	if limit > 0 {
		deadline = time.Now().Add(limit)
	}
	_ = c.net.SetReadDeadline(deadline)
	c.setIdle(true)
	defer c.setIdle(false)
	// Looked at after that: wake is called when the flag is set, so one of the two sees it.
	if c.stopped() {
		return os.ErrDeadlineExceeded
	}
	_, err := c.in.r.Peek(1)
	return err
}

// stopped tells whether the connection is to end.
func (c *conn) stopped() bool { return c.srv.draining.Load() || c.running.ended.Load() }

// idleLimit returns how long the client may be silent now, and what it is told then.
func (c *conn) idleLimit() (time.Duration, error) {
	if c.s.TxStatus() != 'I' {
		return c.s.Settings.Duration("idle_in_transaction_session_timeout"),
			pgerror.New(pgerror.IdleInTransactionSessionTimeout, "terminating connection due to idle-in-transaction timeout")
	}
	return c.s.Settings.Duration("idle_session_timeout"),
		pgerror.New(pgerror.IdleSessionTimeout, "terminating connection due to idle-session timeout")
}

// wake makes a client that waits for its next message look at the server's state. It may be called from outside.
func (c *conn) wake() {
	c.idleMu.Lock()
	defer c.idleMu.Unlock()
	if c.idle {
		c.interrupt()
	}
}

// interrupt ends the reading from the client, now or as soon as it begins, until its deadline is set again.
func (c *conn) interrupt() { _ = c.raw.SetReadDeadline(time.Unix(1, 0)) }

// setIdle says whether wake is for what comes next.
func (c *conn) setIdle(idle bool) {
	c.idleMu.Lock()
	c.idle = idle
	c.idleMu.Unlock()
}

// terminate ends the connection as pg_terminate_backend does. It may be called from outside.
func (c *conn) terminate() {
	c.running.terminate()
	c.interrupt()
	// One that does not read what it gets ends as well.
	const patience = 2 * time.Second
	_ = c.raw.SetWriteDeadline(time.Now().Add(patience))
}
