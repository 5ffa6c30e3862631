package worker

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// cursors are the worker's cursors.
type cursors struct {
	max int
	// share is what a live cursor that waits is taken to hold in DuckDB, in bytes: a reader's buffers for each thread. It is
	// less for one that reads no file, and more for one that joins or sorts, where that could be measured.
	share uint64
	disk  journalDisk
	// measuring has a place for the one that is measured.
	measuring chan struct{}

	mu   sync.Mutex
	open map[string]*cursor
	// ended says why cursors that were closed here are gone, until their clients close them or go.
	ended map[string]ended
	// working counts the cursors that are not waiting, and began how often one began to work.
	working int
	began   uint64
}

type ended struct {
	client string
	err    error
}

// OpenCursor implements workerapi.Service.
func (w *Worker) OpenCursor(ctx context.Context, r *workerpb.OpenCursorRequest) (*workerpb.OpenCursorResponse, error) {
	st := r.GetStatement()
	if st == nil || r.GetCursorId() == "" {
		return nil, pgerror.New(pgerror.ProtocolViolation, "a cursor needs a name and a statement")
	}
	if st.GetProfile() != workerpb.Profile_PROFILE_LOSSLESS {
		return nil, pgerror.New(pgerror.FeatureNotSupported, "cursors have lossless types only")
	}
	in, err := w.enter(ctx, st)
	if err != nil {
		return nil, err
	}
	c := newCursor(w, r, in)
	if err := w.addCursor(c); err != nil {
		in.leave()
		return nil, err
	}
	w.owners.heard(r.GetClient())
	go c.work()
	select {
	case err = <-c.opened:
		if err != nil {
			<-c.done // its name is free again
		}
	case <-ctx.Done():
		err = pgerror.FromContext(ctx)
		c.close(err)
	case <-c.quitCtx.Done():
		err = context.Cause(c.quitCtx)
	}
	if err != nil {
		return nil, err
	}
	schema, err := workerapi.EncodeSchema(c.schema)
	return &workerpb.OpenCursorResponse{Schema: schema}, err
}

func (w *Worker) addCursor(c *cursor) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return errDraining()
	}
	if err := w.cursors.add(c); err != nil {
		return err
	}
	w.works.Add(1)
	w.notify()
	return nil
}

// Fetch implements workerapi.Service.
func (w *Worker) Fetch(ctx context.Context, f *workerpb.Fetch, out workerapi.Sink) (*workerpb.Completion, error) {
	c, err := w.cursors.get(f.GetCursorId())
	if err != nil {
		return nil, err
	}
	defer w.cursors.reads(c)()
	r := &fetchRequest{from: f.GetFrom(), rows: f.GetRows(), answer: make(chan fetched), gone: ctx.Done()}
	requests := c.requests
	for {
		select {
		case requests <- r:
			requests = nil
			continue
		case a := <-r.answer:
			return a.send(out, c)
		case <-c.done:
			return nil, w.cursors.gone(c.id)
		case <-ctx.Done():
			// What it has read so far would be missing in the next answer.
			c.close(pgerror.FromContext(ctx))
			return nil, pgerror.FromContext(ctx)
		}
	}
}

func (a fetched) send(out workerapi.Sink, c *cursor) (*workerpb.Completion, error) {
	if a.err != nil {
		return nil, a.err
	}
	done := &workerpb.Completion{
		StatementType: workerpb.StatementType_STATEMENT_TYPE_SELECT, Statistics: &workerpb.Statistics{}, First: a.first, Exhausted: a.exhausted,
	}
	if a.rec == nil {
		return done, out.Schema(c.schema)
	}
	done.Rows = uint64(a.rec.NumRows())
	if err := out.Schema(a.rec.Schema()); err != nil {
		a.rec.Release()
		return nil, err
	}
	return done, out.Batch(a.rec)
}

// CloseCursor implements workerapi.Service.
func (w *Worker) CloseCursor(_ context.Context, r *workerpb.CloseCursorRequest) (*workerpb.CloseCursorResponse, error) {
	w.cursors.forget(r.GetCursorId())
	if c, err := w.cursors.get(r.GetCursorId()); err == nil {
		c.close(errCursorClosed)
	}
	return &workerpb.CloseCursorResponse{}, nil
}

// closeCursors closes the cursors that f takes, and lets the others' ends say why.
func (w *Worker) closeCursors(f func(*cursor) bool, reason error) {
	for _, c := range w.cursors.list(f) {
		w.cursors.end(c, reason)
		go c.close(reason)
	}
}

// closeIdleCursors closes the cursors that nobody has read for as long as cursors may be idle.
func (w *Worker) closeIdleCursors(now time.Time) {
	limit := w.cfg.CursorIdleTimeout
	if limit <= 0 {
		return
	}
	w.closeCursors(func(c *cursor) bool { return c.readers == 0 && now.Sub(c.lastRead) > limit },
		pgerror.Newf(pgerror.InvalidCursorState, "the cursor was closed because it was not read for %s", limit).
			WithHint("The limit is set by cursor-idle-timeout."))
}

func (cs *cursors) init(cfg Config, dir string) {
	cs.max, cs.share = cfg.MaxCursors, uint64(cfg.threads())*8<<20
	cs.disk.dir, cs.disk.limit = dir, int64(min(cfg.CursorSpoolMax, math.MaxInt64))
	cs.measuring = make(chan struct{}, 1)
	cs.open, cs.ended = map[string]*cursor{}, map[string]ended{}
}

func (cs *cursors) add(c *cursor) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.open[c.id] != nil {
		return pgerror.Newf(pgerror.ProtocolViolation, "cursor id %q is in use", c.id)
	}
	if len(cs.open) >= cs.max {
		return pgerror.New(pgerror.ConfigurationLimitExceeded, "too many open cursors").WithHint("Close some, or raise the workers' max-cursors.")
	}
	cs.open[c.id] = c
	return nil
}

// get returns an open cursor, or why there is none.
func (cs *cursors) get(id string) (*cursor, error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if e, ok := cs.ended[id]; ok {
		return nil, e.err
	}
	c := cs.open[id]
	if c == nil {
		return nil, errCursorClosed
	}
	return c, nil
}

// reads notes that the cursor is read; the caller calls done when it is not any more.
func (cs *cursors) reads(c *cursor) (done func()) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c.readers++
	c.lastRead = time.Now()
	return func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		c.readers--
		c.lastRead = time.Now()
	}
}

// gone returns why a cursor is not there any more.
func (cs *cursors) gone(id string) error {
	_, err := cs.get(id)
	return cmp.Or(err, error(errCursorClosed))
}

func (cs *cursors) list(f func(*cursor) bool) []*cursor {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	var out []*cursor
	for _, c := range cs.open {
		if f(c) {
			out = append(out, c)
		}
	}
	return out
}

// end notes why a cursor is about to be closed.
func (cs *cursors) end(c *cursor, err error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.ended[c.id] = ended{c.client, err}
}

// forget drops what end has noted.
func (cs *cursors) forget(id string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.ended, id)
}

func (cs *cursors) remove(c *cursor) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.open, c.id)
}

// setLive notes that the cursor holds memory that it could do without: share bytes; 0: none.
func (cs *cursors) setLive(c *cursor, share uint64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c.begun, c.live, c.spools, c.share = true, share > 0, false, share
}

// cursorWorks notes that a cursor begins to work; the caller calls done when it waits again.
func (w *Worker) cursorWorks() (done func()) {
	cs := &w.cursors
	defer w.stir()
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.working++
	cs.began++
	return func() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		cs.working--
	}
}

// leastShare is what a live cursor holds that reads no file, in bytes: its rows on their way.
const leastShare = 2 << 20

// measurePatience is how long a cursor waits for another that is measured: most have their first rows sooner.
const measurePatience = 100 * time.Millisecond

// measure begins to look at what DuckDB holds, for a cursor that is about to work. The function it returns, to be called once, tells by
// how many bytes that has grown; false: others worked meanwhile, whose memory it may be.
func (w *Worker) measure(ctx context.Context) (grown func() (uint64, bool)) {
	ctx, cancel := context.WithTimeout(ctx, measurePatience)
	defer cancel()
	select {
	case w.cursors.measuring <- struct{}{}:
	case <-ctx.Done():
		return func() (uint64, bool) { return 0, false }
	}
	before, err := w.in.Held()
	began, busy := w.busy()
	return func() (uint64, bool) {
		defer func() { <-w.cursors.measuring }()
		if now, others := w.busy(); err != nil || busy > 0 || others > 1 || now != began+1 {
			return 0, false
		}
		after, err := w.in.Held()
		return after - min(before, after), err == nil
	}
}

// busy returns how many statements and cursors have begun to work in all, and how many work now.
func (w *Worker) busy() (began uint64, working int) {
	w.mu.Lock()
	running, started := len(w.running), w.started
	w.mu.Unlock()
	_, cursors, begun := w.cursors.state()
	return started + begun, running + cursors
}

func (cs *cursors) state() (open, working int, began uint64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return len(cs.open), cs.working, cs.began
}

// soon is for how long a cursor is expected to begin.
const soon = 3 * time.Second

func (c *cursor) beginsSoon() bool { return !c.begun && time.Since(c.lastRead) < soon }

// holding returns how many bytes the cursors that are about to begin may come to hold; false: none does, and no other holds
// memory that it could do without.
func (cs *cursors) holding() (beginning uint64, any bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for _, c := range cs.open {
		begins := c.beginsSoon()
		if begins {
			beginning += c.share
		}
		any = any || begins || c.spools || c.live
	}
	return beginning, any
}

// relieve asks live cursors, those first that have not been read for longest, to go to disk, until about bytes will be
// free. It reports whether any will be.
func (cs *cursors) relieve(bytes uint64) (will bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	var live []*cursor
	for _, c := range cs.open {
		switch {
		case c.spools, c.beginsSoon(): // most of it is free when that is done
			bytes -= min(bytes, c.share)
			will = true
		case c.live:
			live = append(live, c)
		}
	}
	slices.SortFunc(live, func(a, b *cursor) int { return a.lastRead.Compare(b.lastRead) })
	for _, c := range live {
		if bytes == 0 {
			break
		}
		bytes -= min(bytes, c.share)
		will = true
		c.live, c.spools = false, true
		c.spoolNow <- struct{}{} // there is room for one, and it is sent once
	}
	return will
}

// abandoned forgets the clients' cursors that have ended.
func (cs *cursors) abandoned(clients map[string]bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for id, e := range cs.ended {
		if clients[e.client] {
			delete(cs.ended, id)
		}
	}
}
