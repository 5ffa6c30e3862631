package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// place calls try, which gives st to a worker and waits for its first rows. It calls it again when nothing has come of it and
// the statement may be run again: once when the worker was lost, then for another one; and each time that the worker ran out of
// memory, as long as there is more of it to be had, then with twice the reservation. try returns the worker that had got the
// statement.
func (d *Dispatcher) place(ctx context.Context, st *workerpb.Statement, pinned *router.Worker, again bool, try func(avoid *router.Worker) (*router.Worker, error)) error {
	var lost *router.Worker
	for {
		at, err := try(lost)
		if err == nil || at == nil || pinned != nil || !again || ctx.Err() != nil || !d.mayAgain(ctx, st, at, &lost, err) {
			return err
		}
		st.QueryId = d.newID()
	}
}

// mayAgain tells whether a statement that has failed at a worker is run again. lost is the worker that was lost before.
func (d *Dispatcher) mayAgain(ctx context.Context, st *workerpb.Statement, at *router.Worker, lost **router.Worker, err error) bool {
	switch {
	case router.IsLost(err) && *lost == nil:
		d.router.Lost(at)
		*lost = at
		d.log.Warn("running a query again on another worker", "query_id", st.QueryId, "worker", at.Target, "error", err)
		return true
	case isOutOfMemory(err) && d.askForMore(ctx, st, at):
		d.log.Info("running a query again with more memory", "query_id", st.QueryId, "worker", at.Target, "memory", st.MemoryBytes)
		d.metrics.retries.Inc()
		return true
	}
	return false
}

// isOutOfMemory tells whether a statement has failed for want of memory.
func isOutOfMemory(err error) bool {
	return pgerror.CodeOf(err) == pgerror.OutOfMemory && !pgerror.Flatten(err).NoRoom
}

// askForMore doubles what a statement reserves that has run out of memory at w, and tells whether that is of any use: whether it
// has not had a whole worker already, of which none can be made larger.
func (d *Dispatcher) askForMore(ctx context.Context, st *workerpb.Statement, w *router.Worker) bool {
	s := w.State()
	if s == nil {
		return true // it went meanwhile, and what another one has is not known
	}
	had := st.GetMemoryBytes()
	if had == 0 {
		had = s.GetQueryMemory()
	}
	had = min(had, max(s.GetDuckdbMemoryLimit(), 1))
	if !queryOf(ctx).failsWith(had) {
		return false
	}
	largest := d.largest(nil)
	st.MemoryBytes = 2 * had
	if z := queryOf(ctx).size(); z.known {
		d.cfg.Sizer.LearnShort(z.fingerprint, had)
	}
	if had < largest {
		return true
	}
	_, err := d.grow(ctx, w, st.MemoryBytes)
	return err == nil
}

// assign counts a statement that is about to be handed to w, and makes w large enough for it.
func (d *Dispatcher) assign(ctx context.Context, st *workerpb.Statement, w *router.Worker) {
	w.Assign()
	q := queryOf(ctx)
	d.sizeAnew(q, st)
	st.Elsewhere = false
	// A statement that fills a worker nearly wants a larger one: its estimate is one.
	const full = .80
	need, s := st.GetMemoryBytes(), w.State()
	has := s.GetDuckdbMemoryLimit()
	if s == nil || float64(need) <= full*float64(has) {
		return
	}
	if s.GetReserved() == 0 && q.mayGrow() {
		if got, err := d.grow(ctx, w, need); err == nil {
			has = got
		}
	}
	if need <= has || isPinned(st) {
		return
	}
	switch largest := d.largest(w); {
	case q.failedWith() >= max(has, 1): // it would fail here again
		st.Elsewhere = largest > has
	default:
		st.Elsewhere = float64(largest) >= muchLarger*float64(has) && q.mayWaitForLarger()
	}
}

// muchLarger is how much larger a worker must be to be waited for, unless the statement has failed in as much.
const muchLarger = 1.25

// isPinned tells whether a statement can run at one worker alone: its session is there, or its rows are.
func isPinned(st *workerpb.Statement) bool { return st.GetSessionId() != "" || st.GetStaged() != "" }

// largest returns what the largest worker gives DuckDB, in bytes, without one of them.
func (d *Dispatcher) largest(without *router.Worker) (bytes uint64) {
	for _, w := range d.router.Workers() {
		if w != without && w.Available() {
			bytes = max(bytes, w.State().GetDuckdbMemoryLimit())
		}
	}
	return bytes
}

// sizeAnew makes a statement reserve what those like it have needed, of which more may be known than when it came into the queue.
func (d *Dispatcher) sizeAnew(q *query, st *workerpb.Statement) {
	z := q.size()
	if !z.known {
		return
	}
	e, ok := d.cfg.Sizer.Learned(z.fingerprint)
	if !ok || q.tried() && e.Bytes < st.MemoryBytes {
		return
	}
	st.MemoryBytes = e.Bytes
	e.Scans = z.Scans
	z.Estimate = e
	q.expected(z)
}

// growPatience is how long a statement waits for its worker to grow.
const growPatience = 10 * time.Second

// grow makes a worker large enough for a statement that needs so many bytes of DuckDB's, as far as may be, and returns what DuckDB
// has of it then. It fails where that is no more than before.
func (d *Dispatcher) grow(ctx context.Context, w *router.Worker, need uint64) (duckdb uint64, err error) {
	s := w.State()
	if d.cfg.Grow == nil || s == nil {
		return 0, errNoGrowth
	}
	ctx, cancel := context.WithTimeout(ctx, growPatience)
	defer cancel()
	// Of what the process has, DuckDB's is a part; as much as now.
	part := float64(s.GetDuckdbMemoryLimit()) / float64(max(s.GetMemoryLimit(), 1))
	got, err := d.cfg.Grow(ctx, w.Target, uint64(float64(need)/max(part, .01)))
	if err == nil && got <= s.GetMemoryLimit() {
		err = errNoGrowth
	}
	return uint64(float64(got) * part), err
}

var errNoGrowth = errors.New("the worker can't be made larger")
