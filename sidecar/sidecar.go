// Package sidecar keeps one worker's memory right: it watches what the worker uses, decides what it should have, and changes
// the limit that holds for the whole process and DuckDB's part of it, in the safe order both ways.
//
//	grow      Limits.Raise, then the worker
//	shrink    the worker (which lets go, and says so if it can't), then Limits.Lower
//
//	Sidecar          the loop: one goroutine decides and changes, so that no two changes meet
//	Limits           what really holds the process: a share of the machine's memory, a cgroup, a pod
//	internal/resize  the decisions, pure
//
// Invariants: DuckDB is never promised more than its process may have; a limit that can't be had leaves the old one; nobody
// else changes the limit.
package sidecar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/sidecar/internal/resize"
)

// Worker is what a Sidecar needs of its worker; workerapi.Client is one.
type Worker interface {
	// Watch calls f with each state, until ctx ends, f fails, or the worker goes.
	Watch(ctx context.Context, f func(*workerpb.State) error) error
	// SetMemoryLimit changes what the process may use, in bytes, and returns what holds, which is more than asked for where the
	// worker can't do with less; when it fails the old limit holds.
	SetMemoryLimit(ctx context.Context, bytes uint64) (uint64, error)
}

// Limits is what holds the process from outside. It is used by one goroutine at a time.
type Limits interface {
	// Began says that the process runs, with so many bytes.
	Began(bytes uint64)
	// Raise lets the process use more, up to want bytes, and returns how much it is: less than want where there is no more, and
	// from where there is nothing.
	Raise(ctx context.Context, from, want uint64) (uint64, error)
	// Lower takes memory back from a process that does without. When it fails the old limit holds.
	Lower(ctx context.Context, to uint64) error
}

// Rules are when a limit changes, with what a user sets.
type Rules = resize.Rules

// Settings adds the rows of r to t, but for Min, which is the workers' size.
func Settings(t *config.Table, r *Rules) {
	d := resize.Defaults()
	r.GrowBy = d.GrowBy
	t.Bytes(&r.Max, "max-worker-memory", d.Max, "memory that a worker may grow to")
	t.Share(&r.GrowAt, "grow-at", d.GrowAt, "share of a worker's memory in use past which it grows by half")
	t.Duration(&r.ShrinkIdle, "shrink-idle", d.ShrinkIdle, "how long nothing must run on a worker before it shrinks to its first size")
}

// Event is a change of a limit, or one that could not be had.
type Event struct {
	Reason   string
	From, To uint64 // in bytes; equal where nothing changed
	Took     time.Duration
	Err      error // why nothing changed; nil: it did
}

// Sidecar minds one worker. Make it with New; Run works until its context ends. It is safe for concurrent use.
type Sidecar struct {
	rules  Rules
	worker Worker
	limits Limits
	log    *slog.Logger
	// on hears of each change. It must not block.
	on func(Event)

	asks  chan ask
	ended chan struct{} // closed when Run has ended
	// limit is what the process may use, in bytes. A state may have been under way while it changed, so it is not read from there
	// until settled after the last change.
	limit   uint64
	changed time.Time
	// asked is when somebody asked last, for a statement that is on its way.
	asked time.Time
	// pause is for how long a worker that did not shrink is left alone, from when on it is tried again.
	pause time.Duration
	again time.Time

	mu   sync.Mutex
	seen *workerpb.State // last; nil: the worker is away
	news chan struct{}   // gets one when seen changes
}

// ask is a change that somebody waits for.
type ask struct {
	decide func(resize.Observation) resize.Decision
	done   chan answer
	coming bool // it is for a statement that is on its way
}

type answer struct {
	limit uint64
	err   error
}

// New returns the Sidecar of a worker. on may be nil.
func New(rules Rules, w Worker, l Limits, log *slog.Logger, on func(Event)) *Sidecar {
	if on == nil {
		on = func(Event) {}
	}
	return &Sidecar{rules: rules, worker: w, limits: l, log: log, on: on, asks: make(chan ask), ended: make(chan struct{}), news: make(chan struct{}, 1)}
}

// Run minds the worker until ctx ends. The worker may come and go. It is called once.
func (s *Sidecar) Run(ctx context.Context) {
	defer close(s.ended)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { s.watch(ctx) })
	var r *resize.Resizer
	id := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.news:
			st := s.state()
			if st == nil {
				continue
			}
			if st.GetWorkerId() != id { // another process
				id, r = st.GetWorkerId(), resize.New(s.rules)
				s.begins(st.GetMemoryLimit())
			} else if st.GetMemoryLimit() != s.limit && time.Since(s.changed) > settled { // a change has ended otherwise than it seemed
				s.log.Warn("a worker's memory is not what it was set to", "worker", id, "set", s.limit, "is", st.GetMemoryLimit())
				s.begins(st.GetMemoryLimit())
			}
			_ = s.change(ctx, id, r.Decide(time.Now(), s.observed(st)))
		case a := <-s.asks:
			st := s.state()
			if st == nil || st.GetWorkerId() != id {
				a.done <- answer{0, errAway}
				continue
			}
			if a.coming {
				s.asked = time.Now()
			}
			err := s.change(ctx, id, a.decide(s.observed(st)))
			a.done <- answer{s.limit, err}
		}
	}
}

var errAway = errors.New("the worker is away")

func (s *Sidecar) state() *workerpb.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *Sidecar) note(st *workerpb.State) {
	s.mu.Lock()
	s.seen = st
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// watch follows the worker's states.
func (s *Sidecar) watch(ctx context.Context) {
	const pause = 100 * time.Millisecond
	for ctx.Err() == nil {
		_ = s.worker.Watch(ctx, func(st *workerpb.State) error {
			s.note(st)
			return nil
		})
		s.note(nil)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

const (
	// settled is how long after a change all states tell of it.
	settled = 3 * time.Second
	// comes is within what time a statement that was asked for has come.
	comes = 5 * time.Second
	// leastPause and mostPause are for how long a worker that did not shrink is left alone, longer each time.
	leastPause, mostPause = time.Second, time.Minute
)

// begins notes what the process has, whatever was known of it.
func (s *Sidecar) begins(limit uint64) {
	s.limit, s.asked, s.pause, s.again = limit, time.Time{}, 0, time.Time{}
	s.limits.Began(limit)
}

// observed is what a decision needs of a state.
func (s *Sidecar) observed(st *workerpb.State) resize.Observation {
	return resize.Observation{
		Limit: s.limit, Used: st.GetUsed(), Spilled: st.GetSpilled(),
		Busy: len(st.GetQueries()) > 0 || st.GetReserved() > 0 || st.GetCursors() > 0 || st.GetResults() > 0 || st.GetHeld() > 0 ||
			time.Since(s.asked) < comes,
	}
}

// Ask makes the limit large enough for a statement that needs so many bytes of the process, as far as may be, and returns what
// it is then: the same as before, with an error, where nothing more is to be had.
func (s *Sidecar) Ask(ctx context.Context, bytes uint64) (uint64, error) {
	a := ask{func(o resize.Observation) resize.Decision { return s.rules.Ask(o.Limit, bytes) }, make(chan answer, 1), true}
	select {
	case s.asks <- a:
	case <-s.ended:
		return 0, errAway
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	select {
	case got := <-a.done:
		return got.limit, got.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// Yield shrinks the worker if it is idle, for another one's sake. It does nothing while another change is under way, so that two
// workers never wait for each other.
func (s *Sidecar) Yield(ctx context.Context) {
	a := ask{s.rules.Yield, make(chan answer, 1), false}
	select {
	case s.asks <- a:
		select {
		case <-a.done:
		case <-ctx.Done():
		}
	default:
	}
}

// changeTimeout is how long a change may take; what it holds up waits on.
const changeTimeout = 10 * time.Second

// change makes the limit what was decided; with an error it is what it was.
func (s *Sidecar) change(ctx context.Context, worker string, d resize.Decision) error {
	shrinks := d.Limit < s.limit
	if d.Reason == resize.None || shrinks && time.Now().Before(s.again) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	began, from := time.Now(), s.limit
	var to uint64
	var err error
	if shrinks {
		to, err = s.shrink(ctx, from, d.Limit)
		s.pause = min(max(2*s.pause, leastPause), mostPause)
		if err == nil && to == d.Limit {
			s.pause = 0
		}
		s.again = time.Now().Add(s.pause)
	} else {
		to, err = s.grow(ctx, from, d.Limit)
	}
	s.limit, s.changed = to, time.Now()
	s.on(Event{string(d.Reason), from, to, time.Since(began), err})
	if err != nil {
		s.log.Debug("changing a worker's memory failed", "worker", worker, "reason", d.Reason, "from", from, "want", d.Limit, "error", err)
		return err
	}
	s.log.Info("worker's memory changed", "worker", worker, "reason", d.Reason, "from", from, "to", to)
	return nil
}

func (s *Sidecar) grow(ctx context.Context, from, want uint64) (uint64, error) {
	got, err := s.limits.Raise(ctx, from, want)
	if err != nil {
		return from, err
	}
	if got <= from {
		return from, errors.New("there is no memory left")
	}
	to, err := s.worker.SetMemoryLimit(ctx, got)
	if err != nil {
		return from, errors.Join(err, s.limits.Lower(ctx, from))
	}
	return to, nil
}

func (s *Sidecar) shrink(ctx context.Context, from, want uint64) (uint64, error) {
	to, err := s.worker.SetMemoryLimit(ctx, want)
	if err != nil {
		return from, fmt.Errorf("the worker needs what it has: %w", err)
	}
	if err := s.limits.Lower(ctx, to); err != nil {
		_, undone := s.worker.SetMemoryLimit(ctx, from)
		return from, errors.Join(err, undone)
	}
	return to, nil
}
