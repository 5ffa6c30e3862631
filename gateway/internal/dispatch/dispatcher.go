package dispatch

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/sizer"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Config is what a Dispatcher is made of.
type Config struct {
	// QueueTimeout is how long a statement waits for room; then 57014.
	QueueTimeout time.Duration
	// WorkerWait is how long a statement waits while there is no worker at all; then 57P03.
	WorkerWait time.Duration
	// CommitTimeout is how long a COMMIT may take at its worker, whose loss is noticed anyway; then 08007. 0: ten minutes.
	CommitTimeout time.Duration
	// LogSQL writes statements' texts into the log.
	LogSQL bool
	// Roles returns who can connect.
	Roles func() []Role
	// Sizer estimates what statements need; nil: nobody does, and each reserves the workers' default share.
	Sizer *sizer.Sizer
	// Grow gives a worker memory for a statement that needs so many bytes of its process, as far as there is some, and returns what
	// the process may use then. nil: workers stay as they are.
	Grow func(ctx context.Context, target string, bytes uint64) (uint64, error)
	// Why says in a few words why there is no room for a statement that waits; nil: nobody knows.
	Why func() string
	// OnWait is called when the first statement begins to wait for any worker. It must not block. nil: nobody wants to know.
	OnWait func()
}

// Dispatcher runs statements on workers. It is safe for concurrent use.
type Dispatcher struct {
	cfg     Config
	router  *router.Router
	queue   admission.Queue
	metrics *metrics
	log     *slog.Logger

	started time.Time

	queries queries
	// opened are the queries whose rows wait at a worker, by their ids there: what they have needed is told to who reads the rows.
	opened *lru.Cache[string, *query]

	sessionsMu sync.Mutex
	sessions   map[string]*Session // by id

	idPrefix string
	lastID   atomic.Uint64
}

// New returns a Dispatcher over the router's workers. It registers its metrics with reg.
func New(cfg Config, r *router.Router, reg prometheus.Registerer, log *slog.Logger) *Dispatcher {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	d := &Dispatcher{started: time.Now(), sessions: map[string]*Session{}, cfg: cfg, router: r, log: log, idPrefix: hex.EncodeToString(b[:])}
	if d.cfg.CommitTimeout == 0 {
		d.cfg.CommitTimeout = 10 * time.Minute
	}
	d.queries.running = map[*query]bool{}
	const most = 4096                           // results that wait at once, of which something is to be learned
	d.opened, _ = lru.New[string, *query](most) // it fails for sizes below 1 alone
	d.queue.First = cfg.OnWait
	d.metrics = newMetrics(reg, d)
	r.OnJoin(d.bootstrap)
	r.OnState(func(w *router.Worker) {
		d.queue.Wake()
		w.Pinned.Wake()
	})
	return d
}

// bootstrap gives a worker that joins PostgreSQL's catalog, and the functions that lasting views call.
func (d *Dispatcher) bootstrap(ctx context.Context, w *router.Worker) error {
	tables, err := emptyTables()
	if err != nil {
		return err
	}
	if err := w.Client.Bootstrap(ctx, &workerpb.BootstrapRequest{Database: catalog.Lasting, Sql: catalog.LastingSQL()}); err != nil {
		return err
	}
	return w.Client.Bootstrap(ctx, &workerpb.BootstrapRequest{Database: catalog.Database, Sql: catalog.SQL(), Tables: tables})
}

func (d *Dispatcher) newID() string { return fmt.Sprintf("%s-%d", d.idPrefix, d.lastID.Add(1)) }

// run is one execution at a worker.
type run struct {
	worker *router.Worker
	stream *workerapi.Stream
	// granted is what came of asking for room, after the worker has got the statement: nil, or it was lost since.
	granted error
	first   *workerapi.Batch // nil: none came
	ended   bool             // the stream has ended well already
}

// execute runs st at a worker: at the pinned one, or at the one with the most room. again says that it may be run a
// second time, at another worker, when the first is lost before its first row. With an error, a run that is not nil, and has
// ended, says that a worker had got the statement.
func (d *Dispatcher) execute(ctx context.Context, st *workerpb.Statement, pinned *router.Worker, again bool) (*run, error) {
	var r *run
	err := d.place(ctx, st, pinned, again, func(avoid *router.Worker) (*router.Worker, error) {
		r = nil
		err := d.admit(ctx, pinned, avoid, func(waiting context.Context, w *router.Worker) (_ bool, err error) {
			r, err = d.ask(ctx, waiting, st, w)
			return r != nil, err
		})
		if err != nil {
			return nil, err
		}
		if err = r.begin(); err != nil {
			r.stream.Close()
		}
		return r.worker, err
	})
	return r, err
}

// begin waits for the first batch, or for the end of a result without rows.
func (r *run) begin() error {
	if r.granted != nil {
		return r.granted
	}
	var err error
	if r.first, err = r.stream.Next(); errors.Is(err, io.EOF) {
		r.ended = true
		return nil
	}
	return asLost(err)
}

// asLost turns the word of a worker that stops into that of a lost one: its clients stay.
func asLost(err error) error {
	switch pgerror.CodeOf(err) {
	case pgerror.AdminShutdown, pgerror.CrashShutdown:
		return pgerror.LostWorker(err.Error())
	}
	return err
}

// admit waits in line until a worker has room. ask asks one: it returns false when there is none. avoid is a worker that has
// just failed; it is asked last.
func (d *Dispatcher) admit(ctx context.Context, pinned, avoid *router.Worker, ask func(waiting context.Context, w *router.Worker) (bool, error)) error {
	a := &arrival{d: d, query: queryOf(ctx), pinned: pinned, avoid: avoid, ask: ask, started: time.Now()}
	a.deadline = a.started.Add(d.cfg.QueueTimeout)
	if a.query.watches() {
		if room, err := a.try(ctx); room || err != nil {
			return err
		}
		a.inLine = false
	}
	a.waiter, _ = ctx.Value(waiterKey{}).(waiter)
	a.waits()
	defer a.waitsNoMore()
	return a.note(d.line(pinned).Wait(ctx, a.deadline, a.query, a.try, a.telling()))
}

// arrival is a statement on its way to a worker with room. Thousands may be on it, so what they hold is here, and little on their
// stacks.
type arrival struct {
	d             *Dispatcher
	query         *query
	waiter        waiter
	pinned, avoid *router.Worker
	ask           func(context.Context, *router.Worker) (bool, error)
	// deadline is when it gives up.
	started, deadline time.Time
	inLine            bool // it has tried
}

// try asks the workers for room, one after the other.
func (a *arrival) try(ctx context.Context) (room bool, err error) {
	waiting, cancel := context.WithDeadlineCause(ctx, a.deadline, admission.ErrTooLong)
	defer cancel()
	if a.pinned != nil {
		return a.ask(waiting, a.pinned)
	}
	d := a.d
	if !a.inLine && !d.router.Ready() { // the first of the line waits for a worker, and the others behind it
		a.inLine = true
		d.queue.Wake()
		return false, nil
	}
	a.inLine = true
	if err := d.router.AwaitWorker(waiting, a.started, d.cfg.WorkerWait); err != nil {
		return false, err
	}
	var last error
	for _, w := range d.candidates(a.avoid) {
		ok, err := a.ask(waiting, w)
		switch {
		case ok:
			return true, nil
		case router.IsLost(err):
			// It had no work of ours yet, so the next one may have it.
			d.router.Lost(w)
		case err != nil:
			return false, err
		}
		last = err
	}
	return false, d.retryLater(waiting, last)
}

// waits shows that the statement waits, until waitsNoMore.
func (a *arrival) waits() {
	a.waiter.setQueued(true)
	a.query.waits(a.pinned)
}

func (a *arrival) waitsNoMore() {
	a.query.waitsNoMore()
	a.waiter.setQueued(false)
}

// note counts the end of a wait.
func (a *arrival) note(err error) error {
	a.d.metrics.queueWait.Observe(time.Since(a.started).Seconds())
	if errors.Is(err, admission.ErrTooLong) || pgerror.CodeOf(err) == pgerror.CannotConnectNow {
		a.d.metrics.rejected.Inc()
	}
	return err
}

// telling returns what tells the client how its statement stands, with the reason why there is no room; nil: it does not want to know.
func (a *arrival) telling() func(*admission.Standing) {
	if a.waiter.tell == nil {
		return nil
	}
	return func(s *admission.Standing) {
		if s != nil {
			s.Why = a.d.why(a.pinned)
		}
		a.waiter.tell(s)
	}
}

// candidates returns the workers that take work, the least loaded first, and avoid last.
func (d *Dispatcher) candidates(avoid *router.Worker) []*router.Worker {
	list := d.router.Candidates(func(*router.Worker) bool { return false })
	if i := slices.Index(list, avoid); i >= 0 {
		list = append(slices.Delete(list, i, i+1), avoid)
	}
	return list
}

// line is where statements wait for any worker, or for one alone: those can't run elsewhere, and must not keep others from it.
func (d *Dispatcher) line(pinned *router.Worker) *admission.Queue {
	if pinned != nil {
		return &pinned.Pinned
	}
	return &d.queue
}

// why says in a few words why there is no room.
func (d *Dispatcher) why(pinned *router.Worker) string {
	switch {
	case pinned != nil:
		return "its session's worker is busy"
	case !d.router.Ready():
		return "no worker is available"
	case d.cfg.Why != nil:
		return d.cfg.Why()
	}
	return "all workers are busy"
}

// retryLater keeps a try whose every candidate was lost from waiting for a wake that may not come.
func (d *Dispatcher) retryLater(ctx context.Context, err error) error {
	if !router.IsLost(err) {
		return nil
	}
	const pause = 20 * time.Millisecond
	select {
	case <-time.After(pause):
		d.queue.Wake()
		return nil
	case <-ctx.Done():
		return pgerror.FromContext(ctx)
	}
}

// others tells whether a worker besides w takes work.
func (d *Dispatcher) others(w *router.Worker) bool {
	return len(d.router.Candidates(func(x *router.Worker) bool { return x == w })) > 0
}

// ask hands st to a worker. It returns neither run nor error when the worker has no room, and a run whose granted is an
// error when the worker was lost with the statement in its hands: that counts as a try.
func (d *Dispatcher) ask(ctx, waiting context.Context, st *workerpb.Statement, w *router.Worker) (*run, error) {
	d.assign(waiting, st, w)
	stream, err := w.Client.Execute(ctx, st)
	if err != nil {
		return nil, err
	}
	got, lost, err := await(ctx, waiting, stream)
	if !got {
		return nil, err
	}
	queryOf(ctx).goesTo(w, st)
	return &run{worker: w, stream: stream, granted: lost}, nil
}

// handed is a statement on its way to a worker: a workerapi.Stream or Opening.
type handed interface {
	Granted() error
	Cancel()
	Close()
}

// await waits until a worker has room for a statement. Else it closes call: got is false, with an error, or without one
// when there is no room. lost says that the worker was lost with the statement in its hands.
func await(ctx, waiting context.Context, call handed) (got bool, lost, err error) {
	// The call lives as long as ctx; the wait for its grant no longer than the queue's.
	waits := context.AfterFunc(waiting, call.Cancel)
	err = call.Granted()
	if !waits() && ctx.Err() == nil {
		call.Close()
		return false, nil, pgerror.FromContext(waiting)
	}
	switch {
	case err == nil:
	case pgerror.Flatten(err).NoRoom:
		call.Close()
		return false, nil, nil
	case ctx.Err() != nil:
		call.Close()
		return false, nil, pgerror.FromContext(ctx)
	case !errors.Is(err, pgerror.ErrWorkerLost):
		call.Close()
		return false, nil, err
	}
	return true, err, nil
}

// onAnyWorker calls f with a worker, and with another one when the first is lost.
func (d *Dispatcher) onAnyWorker(ctx context.Context, f func(*router.Worker) error) error {
	var failed *router.Worker
	for {
		if err := d.router.AwaitWorker(ctx, time.Now(), d.cfg.WorkerWait); err != nil {
			return err
		}
		list := d.candidates(failed)
		if len(list) == 0 {
			continue
		}
		err := f(list[0])
		if err == nil || failed != nil || ctx.Err() != nil || !router.IsLost(err) {
			return err
		}
		d.router.Lost(list[0])
		failed = list[0]
	}
}
