package pgwire

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/angelerator/tavana/internal/pgerror"
)

// running is the statement at work, for those who want to cancel it.
type running struct {
	mu sync.Mutex
	f  context.CancelCauseFunc
	// watch: its client is looked for. A COPY from the client finds out by itself.
	watch bool
	// seen: it ran when it was last asked for by lasts.
	seen bool
	// ended: whatever runs from now on is to end, and the connection with it. It is set before mu is taken, so set sees it or
	// terminate sees f.
	ended atomic.Bool
}

// set makes f what a cancel calls; nil: nothing runs.
func (r *running) set(f context.CancelCauseFunc, watch bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.f, r.watch, r.seen = f, watch, false
	if f != nil && r.ended.Load() {
		f(errShutdown)
	}
}

// cancel cancels the statement that runs, if one does. It may be called from outside.
func (r *running) cancel() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.f != nil {
		r.f(pgerror.Canceled)
	}
}

// terminate ends the statement that runs, and all that are yet to. It may be called from outside.
func (r *running) terminate() {
	r.ended.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.f != nil {
		r.f(errShutdown)
	}
}

// lasts tells whether a statement runs whose client is looked for, and has since the last call. It may be called from outside.
func (r *running) lasts() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.seen
	r.seen = r.watch
	return was
}

// leave cancels the statement for which lasts was true, if it still runs: its client is gone. It may be called from outside.
func (r *running) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen {
		r.f(errGone)
	}
}
