package worker

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// cursor is a statement whose rows are asked for piece by piece. A goroutine of its own (work) holds DuckDB's streaming
// result, which waits between two pieces without a thread, and is the only one to touch it:
//
//	live      result ──► ready ──► Fetch        holds a connection, some MB in DuckDB and a share of the ledger
//	             └────► journal (those that may be read again)
//	spooled   journal ──► Fetch                 holds a file: what the result still had was put there
//
// A cursor is spooled at once when it reads a session's own data, whose connection the session needs, and when others need
// the memory.
type cursor struct {
	id, client string
	w          *Worker
	st         *workerpb.Statement
	scroll     workerpb.Scroll
	lease      *lease // also interrupted by others
	tables     map[string]duck.Rows

	requests chan *fetchRequest
	spoolNow chan struct{}
	// opened gets what came of opening, once.
	opened chan error
	// done is closed by work at its very end.
	done    chan struct{}
	quit    context.CancelCauseFunc
	quitCtx context.Context

	// What follows is work's.
	held     bool // DuckDB's connection and the ledger's share are the cursor's
	reserved uint64
	prepared *duck.Prepared
	result   *duck.Result
	schema   *arrow.Schema // also read by others once it is opened; nil: not known before the statement runs

	coalescer *duck.Coalescer
	pending   uint64              // rows in coalescer
	ready     []arrow.RecordBatch // rows that follow the first read ones
	read      uint64              // rows that have been taken out of the result
	goal      uint64              // rows that the next batch is to have at least
	full      bool                // the last batch was about as large as batches get
	err       error               // what follows the rows: io.EOF, or why there are no more; nil while there may be

	journal   *journal // nil: no row is kept
	forgetful bool     // rows that were read are not kept any more
	spooling  bool

	// What follows is guarded by cursors.mu.
	lastRead time.Time
	readers  int
	begun    bool   // its first rows have come, or its end
	share    uint64 // what it holds in DuckDB while it waits, in bytes; until it has begun, what it may come to hold
	live     bool   // it could be spooled, and has not been asked to
	spools   bool   // it has been asked to
}

// fetchRequest asks work for the row from, and about rows rows.
type fetchRequest struct {
	from, rows uint64
	answer     chan fetched
	gone       <-chan struct{} // nobody waits for the answer
}

// fetched is rows of a cursor: rec's first has the number first. rec nil: there are none from first on.
type fetched struct {
	rec       arrow.RecordBatch
	first     uint64
	exhausted bool
	err       error
}

// smallJournal is how much of what has been read is kept for cursors that do not say whether they go back, in bytes.
const smallJournal = 16 << 20

func newCursor(w *Worker, r *workerpb.OpenCursorRequest, in *entry) *cursor {
	c := &cursor{
		id: r.GetCursorId(), client: r.GetClient(), w: w, st: r.GetStatement(), scroll: r.GetScroll(), lease: in.lease, tables: in.tables, held: true, reserved: in.granted,
		requests: make(chan *fetchRequest), spoolNow: make(chan struct{}, 1), opened: make(chan error, 1), done: make(chan struct{}),
		lastRead: time.Now(), share: in.granted,
	}
	c.quitCtx, c.quit = context.WithCancelCause(context.Background())
	return c
}

// work opens the cursor and serves it until it is closed.
func (c *cursor) work() {
	defer close(c.done)
	defer c.free()
	rest := func() {}
	pending, err := c.start(&rest)
	switch {
	case err != nil:
	case c.ofSession():
		err = c.spoolAll(pending)
	case c.schema == nil:
		err = c.begin(pending)
	}
	rest()
	c.opened <- err
	if err != nil {
		return
	}
	if c.result == nil {
		_ = c.begin(pending) // who fetches will hear of it
	}
	for c.serve() {
	}
}

// ofSession tells whether the cursor reads a session's own data.
func (c *cursor) ofSession() bool { return c.st.GetSessionId() != "" }

// start prepares the statement and fixes what it sees.
func (c *cursor) start(rest *func()) (*duck.Pending, error) {
	params, err := workerapi.DecodeRow(c.st.GetParameters())
	if err != nil {
		return nil, err
	}
	if params != nil {
		defer params.Release()
	}
	if *rest, err = c.lease.begin(c.quitCtx, c.w.writers, c.st.GetSql(), c.st.GetLasting(), noPark); err != nil {
		*rest = func() {}
		return nil, err
	}
	defer c.lease.copyCatalog(c.quitCtx, c.st)()
	if c.prepared, err = c.lease.prepare(c.st.GetSql(), c.tables, guard(c.st.GetUser(), c.st.GetSessionId())); err != nil {
		return nil, err
	}
	if err := c.prepared.Bind(params); err != nil {
		return nil, err
	}
	schema, ok, err := c.prepared.Schema(workerpb.Profile_PROFILE_LOSSLESS)
	switch {
	case err != nil:
		return nil, err
	case ok && schema.NumFields() == 0:
		return nil, pgerror.New(pgerror.InvalidCursorDefinition, "a cursor needs a statement that returns rows")
	case ok:
		c.schema = schema
	}
	return c.prepared.Start(c.quitCtx)
}

// begin waits for the first rows. From then on the cursor holds what it holds then, which is little unless it joins or
// sorts: that is its share of the ledger.
func (c *cursor) begin(pending *duck.Pending) error {
	grown := c.w.measure(c.quitCtx)
	defer c.w.cursorWorks()()
	result, err := pending.Wait()
	share, ok := grown()
	if err != nil {
		c.end(err)
		return err
	}
	if c.schema == nil {
		c.schema = result.Schema()
	}
	c.result, c.coalescer = result, duck.NewCoalescer(result.Schema())
	switch {
	case ok && share < leastShare:
		share = leastShare
	default: // its readers' buffers have most likely not grown yet
		share = max(share, c.w.cursors.share)
	}
	if c.reserved > share {
		c.w.ledger.release(c.reserved - share)
		c.reserved = share
	}
	c.w.cursors.setLive(c, share)
	c.w.touch()
	return nil
}

// spoolAll puts all rows on disk.
func (c *cursor) spoolAll(pending *duck.Pending) error {
	if err := c.begin(pending); err != nil {
		return err
	}
	c.w.cursors.setLive(c, 0)
	c.spooling = true
	for c.err == nil {
		if err := c.spoolSome(); err != nil {
			return err
		}
	}
	if !errors.Is(c.err, io.EOF) {
		return c.err
	}
	return nil
}

// serve does the next thing that is to do; false: the cursor is closed.
func (c *cursor) serve() bool {
	if c.spooling && (c.err == nil || len(c.ready) > 0) {
		select {
		case r := <-c.requests:
			c.answer(r)
		case <-c.quitCtx.Done():
			return false
		default:
			if c.spoolSome() != nil {
				c.spooling = false // what is on disk stays, and the rest stays in DuckDB
				c.w.cursors.setLive(c, 0)
			}
		}
		return true
	}
	select {
	case r := <-c.requests:
		c.answer(r)
	case <-c.spoolNow:
		c.spooling = true
	case <-c.quitCtx.Done():
		return false
	}
	return true
}

// spoolSome puts a batch on disk, if there is one.
func (c *cursor) spoolSome() error {
	defer c.w.cursorWorks()()
	rec, err := c.next(0)
	if err != nil {
		return nil // the reader will hear of it when it comes there
	}
	if err := c.write(c.read, rec); err != nil {
		c.ready = append([]arrow.RecordBatch{rec}, c.ready...)
		return err
	}
	c.read += uint64(rec.NumRows())
	rec.Release()
	return nil
}

func (c *cursor) answer(r *fetchRequest) {
	defer c.w.cursorWorks()()
	a := c.fetch(r.from, r.rows)
	select {
	case r.answer <- a:
	case <-r.gone:
		if a.rec != nil {
			a.rec.Release()
		}
		return
	}
	// A reader that has come so far goes on, most likely: the next batch is made while this one is sent.
	if c.full && !c.spooling && len(c.ready) == 0 && c.err == nil {
		if rec, err := c.next(0); err == nil {
			c.ready = append([]arrow.RecordBatch{rec}, c.ready...)
		}
	}
}

// fetch returns the batch that has the row from.
func (c *cursor) fetch(from, rows uint64) fetched {
	if from < c.read {
		return c.again(from)
	}
	for {
		rec, err := c.next(rows)
		if errors.Is(err, io.EOF) {
			return fetched{first: c.read, exhausted: true}
		}
		if err == nil {
			err = pgerror.FromContext(c.quitCtx)
		}
		if err == nil {
			err = c.keep(c.read, rec)
		}
		if err != nil {
			if rec != nil {
				rec.Release()
			}
			return fetched{err: err}
		}
		first := c.read
		c.read += uint64(rec.NumRows())
		if from < c.read {
			return fetched{rec: rec, first: first, exhausted: c.err != nil && errors.Is(c.err, io.EOF) && len(c.ready) == 0}
		}
		rec.Release()
	}
}

// again returns rows that have been read before.
func (c *cursor) again(from uint64) fetched {
	if !c.journal.has(from) {
		return fetched{err: pgerror.New(pgerror.ObjectNotInPrerequisiteState, "cursor can only scan forward").
			WithHint("Declare it with SCROLL option to enable backward scan.")}
	}
	rec, first, err := c.journal.at(from)
	return fetched{rec: rec, first: first, err: err}
}

// keep writes down rows that are about to be read, if they may be read again.
func (c *cursor) keep(first uint64, rec arrow.RecordBatch) error {
	switch {
	case c.spooling, c.scroll == workerpb.Scroll_SCROLL_ALL:
		return c.write(first, rec)
	case c.scroll == workerpb.Scroll_SCROLL_NONE, c.forgetful:
		return nil
	}
	if (c.journal == nil || c.journal.size < smallJournal) && c.write(first, rec) == nil {
		return nil
	}
	c.journal.close()
	c.journal, c.forgetful = nil, true
	return nil
}

func (c *cursor) write(first uint64, rec arrow.RecordBatch) (err error) {
	if c.journal == nil {
		if c.journal, err = newJournal(&c.w.cursors.disk); err != nil {
			return err
		}
	}
	return c.journal.add(first, rec)
}

// next takes the next batch out of the result: one of about rows rows, and more the further the cursor has been read, but
// no more than about 1 MiB. io.EOF: there is none.
func (c *cursor) next(rows uint64) (arrow.RecordBatch, error) {
	for len(c.ready) == 0 {
		if c.err != nil {
			return nil, c.err
		}
		chunk, err := c.result.Next()
		if err == nil {
			c.pending += uint64(chunk.NumRows())
			c.ready, err = c.coalescer.Add(chunk)
		}
		if err != nil {
			_ = c.flush() // what came before it is whole
			c.end(err)
			continue
		}
		if c.full = len(c.ready) > 0 && c.read > 0; len(c.ready) == 0 && c.pending >= max(rows, c.goal) {
			if err := c.flush(); err != nil {
				c.end(err)
			}
		}
		if len(c.ready) > 0 {
			c.goal, c.pending = max(2*c.pending, c.goal), 0
		}
	}
	rec := c.ready[0]
	c.ready = c.ready[1:]
	return rec, nil
}

func (c *cursor) flush() error {
	rec, err := c.coalescer.Flush()
	if rec != nil {
		c.ready = append(c.ready, rec)
	}
	return err
}

// end notes what follows the rows that there are, and frees DuckDB and the ledger.
func (c *cursor) end(err error) {
	if c.err == nil {
		c.err = err
	}
	c.w.cursors.setLive(c, 0)
	if !c.held {
		return
	}
	whole := errors.Is(err, io.EOF)
	if c.result != nil {
		whole = !c.result.Close() && whole
	}
	if c.prepared != nil {
		c.prepared.Close()
	}
	c.w.noteFatal(err)
	c.lease.giveBack(whole)
	c.w.ungrant(c.st, c.reserved)
	c.held = false
	c.w.touch()
}

// free frees all. It is called by work.
func (c *cursor) free() {
	c.end(errCursorClosed)
	for _, rec := range c.ready {
		rec.Release()
	}
	if c.coalescer != nil {
		c.coalescer.Release()
	}
	c.journal.close()
	c.w.cursors.remove(c)
	c.w.touch()
	c.w.works.Done()
}

var errCursorClosed = pgerror.New(pgerror.InvalidCursorName, "the cursor has been closed")

// close ends the cursor. It does not wait for long.
func (c *cursor) close(reason error) {
	c.quit(reason)
	if !c.lease.stop(c.done) {
		go c.lease.stopBehind(c.done)
	}
}
