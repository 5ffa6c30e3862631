// Package router knows which workers there are and what each can take. Who makes workers says which there are to be (Set);
// each tells its state on a Watch stream, whose end is how the router learns, at once, that a worker has gone.
package router

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Router watches workers. Make it with New, name them with Set; Run watches until its context ends. It is safe for concurrent
// use.
type Router struct {
	token string
	log   *slog.Logger

	mu      sync.Mutex
	workers []*Worker // replaced, never changed
	// watching begins to watch a worker; nil: Run does not run.
	watching func(*Worker)
	// changed is closed and made anew whenever a worker's state does.
	changed chan struct{}
	absent  time.Time // since when no worker takes work; zero: one does
	onState []func(*Worker)
	onJoin  func(context.Context, *Worker) error
}

// Worker is one worker of the list. Its process may come and go meanwhile.
type Worker struct {
	// Target is the worker's gRPC address.
	Target string
	// Client speaks to the worker; calls fail with 58030 while it is away.
	Client *workerapi.Client
	// Pinned is the line of statements that can run at this worker alone.
	Pinned admission.Queue

	name string
	// gone is closed when the worker is no longer of the list.
	gone    chan struct{}
	state   atomic.Pointer[workerpb.State] // nil: away
	pending atomic.Int64                   // statements handed over since the last state
}

// New returns a Router without workers, which know gateways by token. Close frees its connections.
func New(token string, log *slog.Logger) *Router {
	return &Router{token: token, log: log, changed: make(chan struct{}), absent: time.Now()}
}

// Set says at which addresses there are, or will be, workers. One that is named no longer is forgotten at once: calls to it that
// are under way end as its process does.
func (r *Router) Set(targets []string) error {
	r.mu.Lock()
	var list, left []*Worker
	for _, w := range r.workers {
		if slices.Contains(targets, w.Target) {
			list = append(list, w)
		} else {
			left = append(left, w)
		}
	}
	var fresh []*Worker
	for _, t := range targets {
		if slices.ContainsFunc(list, func(w *Worker) bool { return w.Target == t }) {
			continue
		}
		c, err := workerapi.Dial(t, r.token)
		if err != nil {
			r.mu.Unlock()
			closeAll(fresh)
			return err
		}
		w := &Worker{Target: t, Client: c, gone: make(chan struct{}), name: shortName(t)}
		if slices.ContainsFunc(list, func(x *Worker) bool { return x.name == w.name }) {
			w.name = t
		}
		list, fresh = append(list, w), append(fresh, w)
	}
	r.workers = list
	watched := r.watching != nil
	for _, w := range fresh {
		if watched {
			r.watching(w)
		}
	}
	r.mu.Unlock()
	for _, w := range left {
		close(w.gone)
	}
	if !watched {
		closeAll(left)
	}
	return nil
}

func closeAll(list []*Worker) {
	for _, w := range list {
		_ = w.Client.Close()
	}
}

// OnState makes f be called after each state a worker sends, and when it goes, after those of earlier calls. It is set before
// Run and must not block.
func (r *Router) OnState(f func(*Worker)) { r.onState = append(r.onState, f) }

// OnJoin makes f be called with each worker that can be reached, before statements may go to it; while it fails the worker
// stays out. It is set before Run.
func (r *Router) OnJoin(f func(context.Context, *Worker) error) { r.onJoin = f }

// Close closes the connections to the workers.
func (r *Router) Close() { closeAll(r.Workers()) }

// Run watches every worker until ctx ends.
func (r *Router) Run(ctx context.Context) {
	var wg sync.WaitGroup
	watch := func(w *Worker) { wg.Go(func() { r.untilGone(ctx, w) }) }
	r.mu.Lock()
	list := r.workers
	r.watching = watch
	r.mu.Unlock()
	for _, w := range list {
		watch(w)
	}
	<-ctx.Done()
	r.mu.Lock()
	r.watching = nil // nobody is watched from here on
	r.mu.Unlock()
	wg.Wait()
}

// untilGone watches a worker until it is of the list no more, or ctx ends. The connection to one that is gone is closed.
func (r *Router) untilGone(ctx context.Context, w *Worker) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.watch(ctx, w)
	}()
	select {
	case <-w.gone:
		cancel()
	case <-ended:
	}
	<-ended
	select {
	case <-w.gone:
		_ = w.Client.Close()
	default: // Close does it
	}
}

func (r *Router) watch(ctx context.Context, w *Worker) {
	said := "" // so that the tries, twenty a second, do not fill the log
	for ctx.Err() == nil {
		if err := r.join(ctx, w); err != nil {
			if text := err.Error(); text != said && !IsLost(err) && ctx.Err() == nil {
				r.log.Error("preparing a worker failed", "target", w.Target, "error", err)
				said = text
			}
			rest(ctx)
			continue
		}
		err := w.Client.Watch(ctx, func(st *workerpb.State) error {
			if w.state.Swap(st) == nil {
				r.log.Info("worker joined", "worker", st.GetWorkerId(), "target", w.Target)
			}
			w.pending.Store(0)
			r.notify(w)
			return nil
		})
		if last := w.state.Swap(nil); last.GetDraining() {
			r.log.Info("worker left", "target", w.Target)
		} else if last != nil && ctx.Err() == nil {
			r.log.Warn("worker left", "target", w.Target, "error", err)
		}
		r.notify(w)
		rest(ctx)
	}
}

// join prepares a worker for statements.
func (r *Router) join(ctx context.Context, w *Worker) error {
	if r.onJoin == nil {
		return nil
	}
	return r.onJoin(ctx, w)
}

// rest is a pause between two tries to reach a worker.
func rest(ctx context.Context) {
	const pause = 50 * time.Millisecond
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

func (r *Router) notify(w *Worker) {
	r.mu.Lock()
	switch ready := slices.ContainsFunc(r.workers, (*Worker).Available); {
	case ready:
		r.absent = time.Time{}
	case r.absent.IsZero():
		r.absent = time.Now()
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	for _, f := range r.onState {
		f(w)
	}
}

// Name is a short name of the worker, which stays when its process is another: of its socket, or its host and port. No two workers of a list share one.
func (w *Worker) Name() string { return w.name }

func shortName(target string) string {
	if path, ok := strings.CutPrefix(target, "unix://"); ok {
		return strings.TrimSuffix(filepath.Base(path), ".sock")
	}
	return target
}

// State returns what the worker said last; nil while it is away.
func (w *Worker) State() *workerpb.State { return w.state.Load() }

// Available tells whether the worker takes new work.
func (w *Worker) Available() bool {
	st := w.state.Load()
	return st != nil && !st.GetDraining()
}

// load orders workers: what is promised of each one's memory, counting what it has been given since it last said.
func (w *Worker) load() float64 {
	st := w.state.Load()
	limit := max(st.GetDuckdbMemoryLimit(), 1)
	return float64(st.GetReserved())/float64(limit) + float64(w.pending.Load())/16
}

// Candidates returns the workers that take new work, the least loaded first, without those in skip.
func (r *Router) Candidates(skip func(*Worker) bool) []*Worker {
	workers := r.Workers()
	out := make([]*Worker, 0, len(workers))
	for _, w := range workers {
		if w.Available() && !skip(w) {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b *Worker) int {
		switch la, lb := a.load(), b.load(); {
		case la < lb:
			return -1
		case la > lb:
			return 1
		}
		return 0
	})
	return out
}

// Assign counts a statement that is about to be handed to w.
func (w *Worker) Assign() { w.pending.Add(1) }

// Lost says that a call to w found it gone, before its Watch stream did.
func (r *Router) Lost(w *Worker) {
	if w.state.Swap(nil) != nil {
		r.notify(w)
	}
}

// Workers returns every worker of the list, which the caller does not change.
func (r *Router) Workers() []*Worker {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.workers
}

// Ready tells whether at least one worker takes work.
func (r *Router) Ready() bool { return slices.ContainsFunc(r.Workers(), (*Worker).Available) }

// AwaitWorker waits until a worker takes work, until d after began, or after the last worker has gone: then 57P03.
func (r *Router) AwaitWorker(ctx context.Context, began time.Time, d time.Duration) error {
	r.mu.Lock()
	switch {
	case r.absent.IsZero() && !slices.ContainsFunc(r.workers, (*Worker).Available): // the last one goes at this moment
		began = time.Now()
	case r.absent.After(began):
		began = r.absent
	}
	r.mu.Unlock()
	ctx, cancel := context.WithDeadlineCause(ctx, began.Add(d), errNoWorker)
	defer cancel()
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if r.Ready() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
	}
}

var errNoWorker = pgerror.New(pgerror.CannotConnectNow, "no worker is available").
	WithHint("The query waited for one. Try again when a worker has started.")

// IsLost tells whether err means that the worker went away, or takes no more work, so that another may do it.
func IsLost(err error) bool {
	var e *pgerror.Error
	return errors.Is(err, pgerror.ErrWorkerLost) || errors.As(err, &e) && e.Retryable && !e.NoRoom
}
