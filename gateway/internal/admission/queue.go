// Package admission orders who runs next: first in, first out, and nobody is refused because the workers are busy.
//
// A Queue knows no workers: its caller brings a try, which asks for room and says whether there was any. Room itself is
// granted by a worker's ledger, so several gateways can share one worker; the queue only decides who may ask.
//
// Invariants: while somebody waits, a newcomer lines up behind; the head alone tries, once for each Wake; a waiter whose
// context ends leaves at once.
package admission

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Queue is one line of waiters for the same set of workers. The zero Queue is ready. It is safe for concurrent use.
type Queue struct {
	mu      sync.Mutex
	waiters list.List // of *waiter
	// wakes counts Wake: a try that began before the last one may have missed room.
	wakes uint64
	pace  pace
	// longest is the longest wait that is over, since Longest was called.
	longest time.Duration
	// First, if not nil, is called when somebody begins to wait in a line that was empty. It must not block, and is set before
	// the first Wait.
	First func()
}

// Wait calls try until it has room, fails, or ctx ends, whose cause is then returned. The first try is at once when
// nobody waits. try is called by one waiter at a time, except for newcomers that find the line empty. tell, if not nil, is
// called with how the waiter stands, when it waits for more than a moment and then every ten seconds; and with nil when it has
// got room after that. It may take its time, writing to a client that does not read: the line goes on meanwhile. One call ends
// before the next begins, and before Wait returns.
func (q *Queue) Wait(ctx context.Context, who any, try func(context.Context) (room bool, err error), tell func(*Standing)) error {
	q.mu.Lock()
	empty, seen := q.waiters.Len() == 0, q.wakes
	q.mu.Unlock()
	if empty {
		if room, err := try(ctx); room || err != nil {
			return err
		}
	}
	w := &waiter{who: who, turn: make(chan struct{}, 1), began: time.Now(), tell: tell, word: time.NewTimer(firstWord)}
	me := q.join(w, empty, seen)
	defer q.leave(me)
	return q.inLine(ctx, me, w, try)
}

// inLine is the wait itself. Thousands may be in it, so what they hold is in the waiter, and little on their stacks.
func (q *Queue) inLine(ctx context.Context, me *list.Element, w *waiter, try func(context.Context) (room bool, err error)) error {
	for {
		select {
		case <-w.turn:
		case <-w.word.C:
			w.speak(q, me)
			continue
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
		room, err := try(ctx)
		if room {
			w.gotRoom(q)
		}
		if room || err != nil {
			return err
		}
	}
}

// waiter is one who waits.
type waiter struct {
	who   any
	turn  chan struct{} // with room for one signal
	began time.Time
	// tell is called by a goroutine of its own, which telling waits for. free has room for one word: it still hears the last one.
	tell    func(*Standing)
	word    *time.Timer
	telling sync.WaitGroup
	free    chan struct{} // nil: nothing was told
}

// join puts w at the end of the line. It had tried, if the line was empty, when seen was what wakes is.
func (q *Queue) join(w *waiter, tried bool, seen uint64) *list.Element {
	q.mu.Lock()
	defer q.mu.Unlock()
	me := q.waiters.PushBack(w)
	if q.waiters.Len() == 1 {
		q.pace.begins(w.began)
		if q.First != nil {
			q.First()
		}
	}
	if q.waiters.Front() == me && (!tried || q.wakes != seen) {
		w.turn <- struct{}{}
	}
	return me
}

// speak tells w how it stands, unless it still hears the last word.
func (w *waiter) speak(q *Queue, me *list.Element) {
	w.word.Reset(laterWord)
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
	now := q.standing(me, w.began, time.Now())
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

// leave takes a waiter out. The next one may try at once: what the first did not need may do for it.
func (q *Queue) leave(me *list.Element) {
	w := me.Value.(*waiter)
	q.mu.Lock()
	q.longest = max(q.longest, time.Since(w.began))
	wasFront := q.waiters.Front() == me
	q.waiters.Remove(me)
	if wasFront {
		q.signal()
	}
	q.mu.Unlock()
	w.word.Stop()
	w.telling.Wait()
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
	if front := q.waiters.Front(); front != nil {
		select {
		case front.Value.(*waiter).turn <- struct{}{}:
		default:
		}
	}
}

// Each calls f with all that wait, in their order, while the line stands still.
func (q *Queue) Each(f func(who any, s *Standing)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, place := time.Now(), 0
	for e := q.waiters.Front(); e != nil; e = e.Next() {
		w := e.Value.(*waiter)
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
	if front := q.waiters.Front(); front != nil {
		longest = max(longest, time.Since(front.Value.(*waiter).began))
	}
	return longest
}

// Len returns how many wait.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiters.Len()
}
