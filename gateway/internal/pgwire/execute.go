package pgwire

import (
	"context"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
)

// execution is a portal at work: its rows, and what a row limit left over.
type execution struct {
	cancel context.CancelCauseFunc
	rows   *dispatch.Rows
	enc    encoder // nil: no rows are returned
	// copied is enc when the rows are copied; nil: they are a result.
	copied *pgenc.CopyEncoder
	// prefix stands before the first row in its message.
	prefix []byte
	// batch is partly sent: rows from next on are owed.
	batch *dispatch.Batch
	next  int
	// told is how many rows went out before a PortalSuspended: each Execute's tag counts its own.
	told uint64
	// done: all rows are out; failed: there will be none.
	done, failed bool
}

// encoder makes messages of rows; see pgenc.Encoder.Append.
type encoder interface {
	Append(dst []byte, rec arrow.RecordBatch, from, to, limit int) (out []byte, next int, err error)
}

// Close implements session.Run.
func (e *execution) Close() {
	if e.batch != nil {
		e.batch.Release()
		e.batch = nil
	}
	if e.rows != nil {
		e.rows.Close()
	}
	e.cancel(nil)
}

// begin returns the context of work that the client can cancel, or ends by closing its socket; end is called when it is over.
func (c *conn) begin() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(c.srv.base)
	c.running.set(cancel, true)
	return ctx, func() { c.running.set(nil, false); cancel(nil) }
}

// execute runs a portal, or goes on with one, and sends at most limit rows (0: all): the one path of the simple and the
// extended protocol. The simple one has its RowDescription here (describe), the extended one has asked for it before.
func (c *conn) execute(p *session.Portal, limit uint32, describe bool) error {
	if len(p.Statement.Tokens) == 0 {
		c.send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	if err := c.s.Allows(p.Statement.Verb); err != nil {
		return err
	}
	if p.Cursor != nil {
		return pgerror.New(pgerror.FeatureNotSupported, "a cursor is read by FETCH, not as a portal")
	}
	if p.Statement.CopiesIn() {
		if p.Run != nil {
			return errPortalDone
		}
		p.Run = &execution{cancel: func(error) {}, failed: true}
		return c.copyIn(p)
	}
	if e, ok := p.Run.(*execution); ok {
		return c.goOn(p, e, limit)
	}
	ctx, cancel := context.WithCancelCause(c.srv.base)
	e := &execution{cancel: cancel}
	p.Run = e
	c.running.set(cancel, true)
	defer c.running.set(nil, false)
	if err := c.startPortal(ctx, e, p, limit > 0, describe); err != nil {
		e.failed = true
		e.Close()
		return c.reason(ctx, err)
	}
	return c.reason(ctx, c.sendRows(e, limit))
}

// goOn sends more rows of a portal that has been started.
func (c *conn) goOn(p *session.Portal, e *execution, limit uint32) error {
	switch {
	case e.failed:
		return errPortalDone
	case e.done:
		return c.executeAgain(p)
	}
	c.running.set(e.cancel, true)
	defer c.running.set(nil, false)
	e.rows.Resume()
	return c.sendRows(e, limit)
}

var errPortalDone = pgerror.New(pgerror.ObjectNotInPrerequisiteState, "portal cannot be run anymore")

// reason prefers why the statement's context ended to what came of it.
func (c *conn) reason(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errGone) {
		return errGone
	}
	return err
}

func (c *conn) startPortal(ctx context.Context, e *execution, p *session.Portal, limited, describe bool) error {
	rows, err := c.s.Run(ctx, p, limited)
	if err != nil {
		return err
	}
	e.rows = rows
	return c.announce(e, p, describe)
}

// announce prepares to send the rows of a portal, and tells the client what it has not asked for before.
func (c *conn) announce(e *execution, p *session.Portal, describe bool) error {
	rows := e.rows
	if rows.Copy() != nil {
		return c.startCopyOut(e)
	}
	columns := rows.Columns()
	if !describe && !sameColumns(columns, p.Statement.Columns) {
		return pgerror.New(pgerror.FeatureNotSupported, "cached plan must not change result type")
	}
	if len(columns) == 0 {
		return nil
	}
	if describe && rows.Binary() {
		p.Formats = []int16{int16(pgenc.Binary)}
	}
	formats, err := pgenc.Formats(p.Formats, len(columns))
	if err != nil {
		return err
	}
	e.enc = pgenc.NewEncoder(rows.Schema(), formats, c.s.Settings.Encoding())
	if describe {
		return c.describe(columns, p.Formats)
	}
	return nil
}

// sameColumns tells whether a result is what the client was told it would be.
func sameColumns(a, b []session.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type.OID != b[i].Type.OID {
			return false
		}
	}
	return true
}

// executeAgain answers an Execute of a portal that has given all its rows.
func (c *conn) executeAgain(p *session.Portal) error {
	if len(p.Statement.Columns) == 0 {
		return errPortalDone
	}
	c.send(&pgproto3.CommandComplete{CommandTag: []byte(p.Statement.Tag(0))})
	return nil
}

// sendRows sends rows up to the limit, and then how it stands: complete or suspended.
func (c *conn) sendRows(e *execution, limit uint32) error {
	var err error
	if limit == 0 || e.copied != nil {
		err = c.sendAll(e)
	} else {
		err = c.sendSome(e, int(limit))
	}
	if !errors.Is(err, io.EOF) {
		e.failed = err != nil
		return err
	}
	e.done = true
	if e.copied != nil {
		c.endCopyOut(e)
	}
	c.send(&pgproto3.CommandComplete{CommandTag: []byte(e.rows.Tag(e.told))})
	e.rows.Close()
	return nil
}

// sendSome sends up to limit rows. It returns io.EOF after the last of all, nil with PortalSuspended sent otherwise.
func (c *conn) sendSome(e *execution, limit int) error {
	for left := limit; left > 0; {
		if e.batch == nil {
			b, err := e.rows.Next()
			if err != nil {
				return err
			}
			e.batch, e.next = b, 0
		}
		upTo := min(e.next+left, int(e.batch.NumRows()))
		if err := c.encode(e, e.batch, e.next, upTo); err != nil {
			return err
		}
		left -= upTo - e.next
		if e.next = upTo; e.next == int(e.batch.NumRows()) {
			e.batch.Release()
			e.batch = nil
		}
	}
	e.told += uint64(limit)
	e.rows.Suspend()
	c.send(&pgproto3.PortalSuspended{})
	return nil
}
