// Package router knows which workers there are and what each can take. Today the list is fixed; each worker tells its
// state on a Watch stream, whose end is how the router learns, at once, that a worker has gone.
package router

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Router watches workers. Make it with New; Run watches until its context ends. It is safe for concurrent use.
type Router struct {
	workers []*Worker
	log     *slog.Logger

	mu sync.Mutex
	// changed is closed and made anew whenever a worker's state does.
	changed chan struct{}
	onState func(*Worker)
	onJoin  func(context.Context, *Worker) error
}

// Worker is one worker of the list. It may come and go.
type Worker struct {
	// Target is the worker's gRPC address.
	Target string
	// Client speaks to the worker; calls fail with 58030 while it is away.
	Client *workerapi.Client
	// Pinned is the line of statements that can run at this worker alone.
	Pinned admission.Queue

	state   atomic.Pointer[workerpb.State] // nil: away
	pending atomic.Int64                   // statements handed over since the last state
}

// New returns a Router for the workers at targets. Close frees its connections.
func New(targets []string, token string, log *slog.Logger) (*Router, error) {
	r := &Router{log: log, changed: make(chan struct{})}
	for _, t := range targets {
		c, err := workerapi.Dial(t, token)
		if err != nil {
			r.Close()
			return nil, err
		}
		r.workers = append(r.workers, &Worker{Target: t, Client: c})
	}
	return r, nil
}

// OnState makes f be called after each state a worker sends, and when it goes. It is set before Run and must not block.
func (r *Router) OnState(f func(*Worker)) { r.onState = f }

// OnJoin makes f be called with each worker that can be reached, before statements may go to it; while it fails the worker
// stays out. It is set before Run.
func (r *Router) OnJoin(f func(context.Context, *Worker) error) { r.onJoin = f }

// Close closes the connections to the workers.
func (r *Router) Close() {
	for _, w := range r.workers {
		_ = w.Client.Close()
	}
}

// Run watches every worker until ctx ends.
func (r *Router) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range r.workers {
		wg.Go(func() { r.watch(ctx, w) })
	}
	wg.Wait()
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
		if w.state.Swap(nil) != nil && ctx.Err() == nil {
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
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	if r.onState != nil {
		r.onState(w)
	}
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
	out := make([]*Worker, 0, len(r.workers))
	for _, w := range r.workers {
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

// Workers returns every worker of the list.
func (r *Router) Workers() []*Worker { return r.workers }

// Ready tells whether at least one worker takes work.
func (r *Router) Ready() bool { return slices.ContainsFunc(r.workers, (*Worker).Available) }

// AwaitWorker waits until a worker takes work, at most d: then 57P03.
func (r *Router) AwaitWorker(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errNoWorker)
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
