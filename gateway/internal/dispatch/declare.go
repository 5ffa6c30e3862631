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
func (s *Session) declare(ctx context.Context, p *session.Portal) (*session.Answer, error) {
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
	ctx, timer := s.withTimeout(ctx)
	defer timer.end()
	c, err := s.openCursor(ctx, &session.Portal{Statement: query, Params: p.Params, Casts: p.Casts, Texts: p.Texts}, scroll)
	if err != nil {
		if ctx.Err() != nil {
			err = pgerror.FromContext(ctx)
		}
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
	return &session.Answer{Tag: "DECLARE CURSOR"}, nil
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
	ctx, timer := s.withTimeout(ctx)
	rows, err := s.move(ctx, p, m, limited)
	if err != nil {
		p.Run.(*cursor).failed = true
		if ctx.Err() != nil {
			err = pgerror.FromContext(ctx)
		}
		timer.end()
		return nil, err
	}
	rows.timer = timer
	return rows, nil
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
	rows := &Rows{
		schema: c.schema, ctx: ctx, read: (&reading{ctx, c, walk}).next, binary: p.Cursor.Binary, locate: func(err error) error { return err },
		tag: func(n uint64) string { return "FETCH " + strconv.FormatUint(n, 10) },
	}
	if limited {
		return rows, rows.readAll()
	}
	return rows, nil
}

// suspended starts a portal whose rows are read piece by piece, beside other statements of the session.
func (s *Session) suspended(ctx context.Context, p *session.Portal) (*Rows, error) {
	st := p.Statement
	if err := s.allowed(st, p); err != nil {
		return nil, err
	}
	ctx, timer := s.withTimeout(ctx)
	c, err := s.openCursor(ctx, p, workerpb.Scroll_SCROLL_NONE)
	if err != nil {
		if ctx.Err() != nil {
			err = pgerror.FromContext(ctx)
		}
		timer.end()
		return nil, err
	}
	return &Rows{
		schema: c.schema, ctx: ctx, timer: timer, read: (&reading{ctx, c, session.AllRows()}).next, free: c.Close, tag: st.Tag,
		locate: func(err error) error { return err },
	}, nil
}

// readAll reads the rows that are left now.
func (r *Rows) readAll() error {
	for {
		b, err := r.read()
		switch {
		case errors.Is(err, io.EOF):
			r.read, r.done = nil, true
			return nil
		case err != nil:
			r.Close()
			return err
		case r.next == nil:
			r.next = b
		default:
			r.more = append(r.more, b)
		}
	}
}

// readsOwn tells whether a statement may read what only this session sees: its temporary objects, or what its block has
// written. Others see what is committed, on any connection.
func (s *Session) readsOwn(st *session.Statement) bool {
	if st.Effect.Writes() || s.InBlock() && s.Writes() > 0 {
		return true
	}
	if level, _ := s.Settings.Get("transaction_isolation"); s.pin != nil && s.pin.open && level != "read committed" {
		return true
	}
	if s.pin == nil || !s.pin.keep {
		return false
	}
	for i := range st.Tokens {
		if s.pin.unnamed || s.pin.temporary[st.Name(i)] {
			return true
		}
	}
	return false
}
