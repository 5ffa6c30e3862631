package dispatch

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// declare runs DECLARE: it makes a portal that FETCH and MOVE read.
func (s *Session) declare(ctx context.Context, p *session.Portal) (*Rows, error) {
	st := p.Statement
	d, err := st.Declaration()
	if err != nil {
		return nil, locate(err, &st.Statement, nil)
	}
	if !d.Hold && !s.InBlock() {
		return nil, pgerror.New(pgerror.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if _, err := s.CursorNamed(d.Name); err == nil {
		return nil, pgerror.Newf(pgerror.DuplicateCursor, "cursor %q already exists", d.Name)
	}
	query := session.NewStatement(d.Query)
	query.ParamOIDs = st.ParamOIDs
	if err := s.allowed(query, p); err != nil {
		return nil, err
	}
	scroll := workerpb.Scroll_SCROLL_SOME
	switch {
	case d.Scroll:
		scroll = workerpb.Scroll_SCROLL_ALL
	case d.NoScroll:
		scroll = workerpb.Scroll_SCROLL_NONE
	}
	return s.timed(ctx, func(ctx context.Context) (*Rows, error) {
		c, err := s.openCursor(ctx, &session.Portal{Statement: query, Params: p.Params, Casts: p.Casts, Texts: p.Texts}, scroll)
		if err != nil {
			return nil, err
		}
		query.Columns = columns(c.schema)
		portal := &session.Portal{
			Statement: query, Run: c, Cursor: &session.Cursor{Declaration: *d, Text: st.Text, Declared: time.Now()},
		}
		if d.Binary {
			portal.Formats = []int16{int16(pgenc.Binary)}
		}
		if err := s.PutPortal(d.Name, portal); err != nil {
			c.Close()
			return nil, err
		}
		return fixed(&session.Answer{Tag: "DECLARE CURSOR"}), nil
	})
}

// cursorOf returns the cursor that FETCH or MOVE reads, and what it says.
func (s *Session) cursorOf(st *session.Statement) (*session.Portal, *sqltext.Movement, error) {
	m, err := st.Movement()
	if err != nil {
		return nil, nil, locate(err, &st.Statement, nil)
	}
	p, err := s.CursorNamed(m.Cursor)
	if err == nil && p.Cursor == nil {
		err = pgerror.Newf(pgerror.FeatureNotSupported, "portal %q was not made by DECLARE", m.Cursor)
	}
	return p, m, err
}

// fetch runs FETCH and MOVE. limited: not all rows may be read before the session's next statement.
func (s *Session) fetch(ctx context.Context, st *session.Statement, limited bool) (*Rows, error) {
	p, m, err := s.cursorOf(st)
	if err != nil {
		return nil, err
	}
	s.d.metrics.cursorFetches.Inc()
	return s.timed(ctx, func(ctx context.Context) (*Rows, error) {
		rows, err := s.move(ctx, p, m, limited)
		if err != nil {
			p.Run.(*cursor).failed = true
		}
		return rows, err
	})
}

func (s *Session) move(ctx context.Context, p *session.Portal, m *sqltext.Movement, limited bool) (*Rows, error) {
	c := p.Run.(*cursor)
	if c.failed {
		return nil, errPortalFailed
	}
	walk, err := p.Cursor.Start(m, c.has(ctx))
	if err != nil {
		return nil, err
	}
	if m.Silent {
		n, err := walk.Skip(c.has(ctx))
		if err != nil {
			return nil, err
		}
		return fixed(&session.Answer{Tag: "MOVE " + strconv.FormatUint(n, 10)}), nil
	}
	rows := c.rows(ctx, walk, func(n uint64) string { return "FETCH " + strconv.FormatUint(n, 10) })
	rows.binary = p.Cursor.Binary
	if limited {
		return rows, rows.readAll()
	}
	return rows, nil
}

// suspended starts a portal whose rows are read piece by piece, beside other statements of the session.
func (s *Session) suspended(ctx context.Context, p *session.Portal) (*Rows, error) {
	return s.timed(ctx, func(ctx context.Context) (*Rows, error) {
		c, err := s.openCursor(ctx, p, workerpb.Scroll_SCROLL_NONE)
		if err != nil {
			return nil, err
		}
		rows := c.rows(ctx, session.AllRows(), p.Statement.Tag)
		rows.free = c.Close
		return rows, nil
	})
}

// readAll reads the rows that are left now, and frees what they came from.
func (r *Rows) readAll() error {
	for !r.done {
		b, err := r.nextBatch()
		switch {
		case errors.Is(err, io.EOF):
			r.done = true
		case err != nil:
			err = r.end(err)
			r.Close()
			return err
		case r.next == nil:
			r.next = b
		default:
			r.more = append(r.more, b)
		}
	}
	if r.stream != nil {
		r.stream.Close()
		r.stream = nil
	}
	return nil
}

// readsOwn tells whether a statement may read what only this session sees: its temporary objects, or what its block has
// written. Others see what is committed, on any connection.
func (s *Session) readsOwn(st *session.Statement) bool {
	if st.Effect.Writes() || s.InBlock() && s.Writes() > 0 {
		return true
	}
	if s.pin != nil && s.pin.open && !s.seesCommits() {
		return true
	}
	if s.pin == nil || !s.pin.keep {
		return false
	}
	if asksCatalog(st) {
		return true // it may ask for the session's own
	}
	for i := range st.Tokens {
		if s.pin.mayHave(st.Name(i)) {
			return true
		}
	}
	return false
}

// readsBlocks tells whether a statement of a block reads what the block sees: what readsOwn says, and where all its statements are
// to see the same.
func (s *Session) readsBlocks(st *session.Statement) bool {
	return s.InBlock() && !s.seesCommits() || s.readsOwn(st)
}

// runsInside tells whether a statement needs the session's own connection, where there is one. What only asks the catalog does not,
// and sees the worker's copies elsewhere, until the block has begun to read: from then on nothing it sees is newer than that.
func (s *Session) runsInside(st *session.Statement) bool {
	if s.pin == nil && !s.InBlock() {
		return true // there is none
	}
	return !isRead(st.Effect) || !asksCatalog(st) || s.pin != nil && s.pin.open || s.readsBlocks(st)
}
