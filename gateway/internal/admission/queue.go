// Package admission orders who runs next: first in, first out, and nobody is refused because the workers are busy.
//
// A Queue knows no workers: its caller brings a try, which asks for room and says whether there was any. Room itself is
// granted by a worker's ledger, so several gateways can share one worker; the queue only decides who may ask.
//
// Invariants: all stand in the order in which they came; until one is refused, the first of them try, so many at once; from then on,
// until nobody waits, the head alone tries, once for each Wake; a waiter whose context ends leaves at once.
package admission

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Queue is one line of waiters for the same set of workers. The zero Queue is ready. It is safe for concurrent use.
type Queue struct {
	mu   sync.Mutex
	line list.List // of *waiter: those who wait, and those in their first try
	// waiting are those in line who wait, trying those in their first try.
	waiting, trying int
	// full: somebody was refused since the line of those who wait was empty.
	full bool
	// wakes counts Wake: a try that began before the last one may have missed room.
	wakes uint64
	pace  pace
	// longest is the longest wait that is over, since Longest was called.
	longest time.Duration
	// First, if not nil, is called when somebody begins to wait in a line that was empty. It must not block, and is set before
	// the first Wait.
	First func()
}

// ErrTooLong ends the wait of who has waited until its deadline.
var ErrTooLong = pgerror.New(pgerror.QueryCanceled, "canceling statement: it waited too long for a worker with room").
	WithHint("The queue's time limit is set by queue-timeout.")

// mostTrying is how many try at once before anybody was refused: a thousand that come together would ask the same few workers, each
// with a call of its own. The others wait until one of them has got room.
const mostTrying = 64

// Wait calls try until it has room, fails, ctx ends, whose cause is then returned, or the deadline has come: ErrTooLong. There is none
// when that is zero; a try that waits for something keeps it by itself. The first try is at once unless others were refused. tell, if not
// nil, is called with how the waiter stands, when it waits for more than a moment and then every ten seconds; and with nil when it has
// got room after that. It may take its time, writing to a client that does not read: the line goes on meanwhile. One call ends
// before the next begins, and before Wait returns.
func (q *Queue) Wait(ctx context.Context, deadline time.Time, who any, try func(context.Context) (room bool, err error), tell func(*Standing)) error {
	w := &waiter{who: who, bell: make(chan struct{}, 1), began: time.Now(), deadline: deadline, tell: tell}
	first := q.arrive(w)
	defer q.leave(w)
	if first {
		if room, err := try(ctx); room || err != nil {
			return err
		}
		q.refused(w)
	}
	w.word = time.AfterFunc(w.within(firstWord), w.nextWord)
	w.ends = context.AfterFunc(ctx, w.ring)
	return q.inLine(ctx, w, try)
}

// inLine is the wait itself. Thousands may be in it, so what they hold is in the waiter, and little on their stacks: one channel
// for all that may happen takes less than a select.
func (q *Queue) inLine(ctx context.Context, w *waiter, try func(context.Context) (room bool, err error)) error {
	for {
		<-w.bell
		if ctx.Err() != nil {
			return pgerror.FromContext(ctx)
		}
		if w.due.CompareAndSwap(true, false) {
			if w.within(laterWord) <= 0 {
				return ErrTooLong
			}
			w.speak(q)
		}
		if !q.hasTurn(w) {
			continue
		}
		room, err := try(ctx)
		if room {
			w.gotRoom(q)
		}
		if room || err != nil {
			return err
		}
		q.refused(w)
	}
}

// waiter is one who waits.
type waiter struct {
	who   any
	place *list.Element
	began time.Time
	// waits: it is one of those who wait; first: its first try is under way, since wakes was seen. Both may be, and are the queue's.
	waits, first bool
	seen         uint64
	// deadline is when it gives up; zero: never.
	deadline time.Time
	// bell has room for one signal: it is the waiter's turn, a word or the deadline is due, or ctx has ended.
	bell chan struct{}
	turn bool // the queue's
	due  atomic.Bool
	word *time.Timer
	ends func() bool // stops ctx's signal
	// tell is called by a goroutine of its own, which telling waits for. free has room for one word: it still hears the last one.
	tell    func(*Standing)
	telling sync.WaitGroup
	free    chan struct{} // nil: nothing was told
}

// ring makes the waiter look at what has happened.
func (w *waiter) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

// within returns d, or what is left until the deadline if that is less.
func (w *waiter) within(d time.Duration) time.Duration {
	if w.deadline.IsZero() {
		return d
	}
	return min(d, time.Until(w.deadline))
}

// nextWord says that the waiter is to hear how it stands, or that its deadline has come.
func (w *waiter) nextWord() {
	w.due.Store(true)
	w.ring()
}

// arrive puts a newcomer at the end of the line, and tells whether it tries at once.
func (q *Queue) arrive(w *waiter) (first bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w.place = q.line.PushBack(w)
	if !q.full && q.trying < mostTrying {
		q.tries(w)
		return true
	}
	if q.begins(w); q.head() == w {
		w.turns() // tries may take long
	}
	return false
}

// tries notes that w's first try begins. The caller holds q.mu.
func (q *Queue) tries(w *waiter) {
	w.first, w.seen = true, q.wakes
	q.trying++
}

// begins makes w one of those who wait. The caller holds q.mu.
func (q *Queue) begins(w *waiter) {
	w.waits = true
	q.waiting++
	if q.waiting == 1 {
		q.pace.begins(time.Now())
		if q.First != nil {
			q.First()
		}
	}
}

// refused notes that there was no room for w.
func (q *Queue) refused(w *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.full = true
	if !w.waits {
		q.begins(w)
	}
	if !w.first {
		return // a Wake since then has given it another turn
	}
	w.first = false
	q.trying--
	if q.head() == w && q.wakes != w.seen {
		w.turns()
	}
}

// head returns the first of those who wait; nil: nobody does. The caller holds q.mu.
func (q *Queue) head() *waiter {
	if q.waiting == 0 {
		return nil
	}
	e := q.line.Front()
	for !e.Value.(*waiter).waits { // mostTrying at most
		e = e.Next()
	}
	return e.Value.(*waiter)
}

// speak tells w how it stands, unless it still hears the last word.
func (w *waiter) speak(q *Queue) {
	w.word.Reset(w.within(laterWord))
	if w.tell == nil {
		return
	}
	if w.free == nil {
		w.free = make(chan struct{}, 1)
	}
	select {
	case w.free <- struct{}{}:
	default:
		return
	}
	q.mu.Lock()
	now := q.standing(w, time.Now())
	q.mu.Unlock()
	w.telling.Go(func() {
		w.tell(&now)
		<-w.free
	})
}

// gotRoom notes that w has got room, and tells it if it was told that there is none.
func (w *waiter) gotRoom(q *Queue) {
	q.mu.Lock()
	q.pace.moves(time.Now())
	q.mu.Unlock()
	if w.free != nil {
		w.telling.Go(func() {
			w.free <- struct{}{}
			w.tell(nil)
		})
	}
}

// leave takes w out of the line. The next one may try at once: what the first did not need may do for it.
func (q *Queue) leave(w *waiter) {
	q.mu.Lock()
	wasHead := q.head() == w
	q.line.Remove(w.place)
	if w.first {
		q.trying--
	}
	if w.waits {
		q.longest = max(q.longest, time.Since(w.began))
		q.waiting--
	}
	q.full = q.full && q.waiting > 0
	if !q.full {
		q.more()
	}
	if wasHead {
		q.signal()
	}
	q.mu.Unlock()
	if w.word == nil {
		return
	}
	w.word.Stop()
	w.ends()
	w.telling.Wait()
}

// more lets as many as may be try at once, of those who have come since others did. The caller holds q.mu.
func (q *Queue) more() {
	for e := q.line.Front(); e != nil && q.trying < min(mostTrying, q.line.Len()); e = e.Next() {
		if w := e.Value.(*waiter); w.waits && !w.first {
			q.tries(w)
			w.turns()
		}
	}
}

// Wake says that there may be room now.
func (q *Queue) Wake() {
	q.mu.Lock()
	q.wakes++
	q.signal()
	q.mu.Unlock()
}

// signal gives the head its turn. The caller holds q.mu.
func (q *Queue) signal() {
	if w := q.head(); w != nil {
		w.turns()
	}
}

// turns makes w try. The caller holds the queue's mutex.
func (w *waiter) turns() {
	w.turn = true
	w.ring()
}

// hasTurn tells whether w is to try now. A turn is void when another one has become the head since: that one has its own.
func (q *Queue) hasTurn(w *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	had := w.turn
	w.turn = false
	return had && (w.first || q.head() == w)
}

// Each calls f with all that wait, in their order, while the line stands still.
func (q *Queue) Each(f func(who any, s *Standing)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, place := time.Now(), 0
	for e := q.line.Front(); e != nil; e = e.Next() {
		w := e.Value.(*waiter)
		if !w.waits {
			continue
		}
		f(w.who, &Standing{Place: place, Waited: now.Sub(w.began), Expected: q.pace.expected(place+1, now)})
		place++
	}
}

// Longest returns the longest wait there was since the last call, be it over or not; 0: nobody waited.
func (q *Queue) Longest() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	longest := q.longest
	q.longest = 0
	if w := q.head(); w != nil {
		longest = max(longest, time.Since(w.began))
	}
	return longest
}

// Len returns how many wait.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}
