package dispatch

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// cursor is a query whose rows a worker keeps ready, to be read by their numbers: what DECLARE makes, and a row-limited
// portal of a session that other statements go on in. It is read by one goroutine at a time.
type cursor struct {
	s      *Session
	worker *router.Worker
	id     string
	schema *arrow.Schema
	locate func(error) error
	// page has the rows that were read last.
	page *page
	// known: there are total rows.
	known bool
	total uint64
	// failed: it can't be read any more, because it failed before.
	failed bool
}

// page is a piece of a cursor's rows. Slices of it may be under way to the client when the cursor has gone on.
type page struct {
	batch  *Batch
	stream *workerapi.Stream // dictionaries lie in it
	first  uint64
	users  atomic.Int32
}

func (p *page) end() uint64 { return p.first + uint64(p.batch.NumRows()) }

func (p *page) release() {
	if p.users.Add(-1) == 0 {
		p.batch.Release()
		p.stream.Close()
	}
}

// slice returns rows of the page by their numbers. The caller releases it.
func (p *page) slice(from, to uint64) *Batch {
	p.users.Add(1)
	return workerapi.NewBatch(p.batch.NewSlice(int64(from-p.first), int64(to-p.first)), p.release)
}

// openCursor starts a portal's query as a cursor. What it sees is fixed when this returns.
func (s *Session) openCursor(ctx context.Context, p *session.Portal, scroll workerpb.Scroll) (*cursor, error) {
	st := p.Statement
	req, text, at, err := s.request(ctx, p, s.readsOwn(st))
	if err != nil {
		return nil, err
	}
	req.Profile = workerpb.Profile_PROFILE_LOSSLESS
	c := &cursor{s: s, id: s.d.newID()}
	c.locate = func(err error) error {
		err = locate(asLost(err), &st.Statement, &text.Rewritten)
		if s.pin != nil && s.pin.worker == c.worker {
			err = s.lost(err)
		}
		return err
	}
	var resp *workerpb.OpenCursorResponse
	var full error
	err = s.d.admit(ctx, at.at(), nil, func(waiting context.Context, w *router.Worker) (bool, error) {
		var err error
		c.worker = w
		s.d.assign(waiting, req, w)
		resp, err = w.Client.OpenCursor(ctx, &workerpb.OpenCursorRequest{CursorId: c.id, Statement: req, Scroll: scroll})
		switch {
		case err == nil:
			queryOf(ctx).goesTo(w, req)
			return true, nil
		case pgerror.Flatten(err).NoRoom:
			return false, nil
		case pgerror.CodeOf(err) == pgerror.ConfigurationLimitExceeded && at == nil && full == nil && s.d.others(w):
			full = err // another worker may take one more; if it does not, this is not waited for
			return false, nil
		}
		return false, err
	})
	if err != nil {
		return nil, c.reason(ctx, err)
	}
	s.d.metrics.cursors.Inc()
	schema, err := workerapi.DecodeSchema(resp.GetSchema())
	if err != nil {
		c.Close()
		return nil, err
	}
	c.schema = named(schema, &st.Statement)
	return c, nil
}

// at returns the page that has a row, reading it if need be; io.EOF: there is no such row, and total is known. The page is
// the cursor's until the next call.
func (c *cursor) at(ctx context.Context, row, want uint64) (*page, error) {
	switch p := c.page; {
	case c.failed:
		return nil, errPortalFailed
	case p != nil && p.first <= row && row < p.end():
		return p, nil
	case c.known && row >= c.total:
		return nil, io.EOF
	}
	p, err := c.fetch(ctx, row, want)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, c.reason(ctx, err)
	}
	if p == nil {
		return nil, io.EOF
	}
	c.drop()
	c.page = p
	return p, nil
}

// reason returns what the client hears of err: why the context of what it asked for has ended, if it has. That may be a shutdown, but
// no worker's.
func (c *cursor) reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return pgerror.FromContext(ctx)
	}
	return c.locate(err)
}

var errPortalFailed = pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the cursor cannot be read any more, since it has failed before")

// fetch reads a page from the worker.
func (c *cursor) fetch(ctx context.Context, row, want uint64) (*page, error) {
	stream, err := c.worker.Client.Fetch(ctx, &workerpb.Fetch{CursorId: c.id, From: row, Rows: want})
	if err != nil {
		return nil, err
	}
	p := &page{stream: stream}
	p.users.Store(1)
	if p.batch, err = stream.Next(); err == nil {
		var more *Batch
		if more, err = stream.Next(); err == nil {
			more.Release()
			err = pgerror.New(pgerror.InternalError, "a cursor's answer had two batches")
		}
	}
	done := stream.Completion()
	if !errors.Is(err, io.EOF) || p.batch == nil {
		if p.batch != nil {
			p.batch.Release()
		}
		stream.Close()
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
		c.known, c.total = true, done.GetFirst()
		return nil, io.EOF
	}
	p.first = done.GetFirst()
	if done.GetExhausted() {
		c.known, c.total = true, p.end()
	}
	if row < p.first || row >= p.end() {
		p.release()
		return nil, pgerror.Newf(pgerror.InternalError, "a cursor's answer has not the row asked for")
	}
	return p, nil
}

// has implements session.Has.
func (c *cursor) has(ctx context.Context) session.Has {
	return func(row uint64) (bool, uint64, error) {
		_, err := c.at(ctx, row, 1)
		if errors.Is(err, io.EOF) {
			return false, c.total, nil
		}
		return err == nil, 0, err
	}
}

func (c *cursor) drop() {
	if c.page != nil {
		c.page.release()
		c.page = nil
	}
}

// Close implements session.Run: it frees what the cursor holds here and at its worker.
func (c *cursor) Close() {
	c.drop()
	c.s.d.metrics.cursors.Dec()
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.worker.Client.CloseCursor(ctx, c.id); err != nil && !router.IsLost(err) {
		c.s.d.log.Warn("closing a cursor failed", "session_id", c.s.id, "worker", c.worker.Target, "error", err)
	}
}

// rows returns a walk over the cursor's rows.
func (c *cursor) rows(ctx context.Context, walk *session.Walk, tag func(uint64) string) *Rows {
	return &Rows{schema: c.schema, ctx: ctx, read: &reading{ctx: ctx, c: c, walk: walk}, tag: tag, locate: func(err error) error { return err }}
}

// Place tells which rows of which cursor a batch has: equal places, equal rows. The zero Place is nowhere.
type Place struct {
	cursor      string
	first, rows uint64
}

// Rows returns how many rows are there.
func (p Place) Rows() int { return int(p.rows) }

// reading gives the rows of a walk, one slice of a page after the other.
type reading struct {
	ctx  context.Context
	c    *cursor
	walk *session.Walk
	// gave is how many rows went out, and place which they were the last time.
	gave  uint64
	place Place
}

// following is Rows.Following.
func (r *reading) following() (*Batch, Place) {
	row, ok := r.walk.Onward()
	p := r.c.page
	if !ok || p == nil || row < p.first || row >= p.end() || r.gave == 0 {
		return nil, Place{}
	}
	rows := min(r.gave, p.end()-row)
	return p.slice(row, row+rows), Place{r.c.id, row, rows}
}

// next returns the next rows, or io.EOF.
func (r *reading) next() (*Batch, error) {
	row, most, backward, ok := r.walk.Next()
	if !ok {
		r.walk.Ended()
		return nil, io.EOF
	}
	p, err := r.c.at(r.ctx, row, most)
	switch {
	case errors.Is(err, io.EOF):
		r.walk.Ended()
		return nil, err
	case err != nil:
		r.c.failed = true
		return nil, err
	}
	rows := uint64(1)
	if !backward {
		rows = min(most, p.end()-row)
	}
	r.walk.Gave(rows)
	r.gave += rows
	r.place = Place{r.c.id, row, rows}
	r.c.s.d.metrics.cursorRows.Add(float64(rows))
	return p.slice(row, row+rows), nil
}
