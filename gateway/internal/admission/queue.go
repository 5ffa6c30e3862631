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
	turn := make(chan struct{}, 1) // with room for one signal
	if tell == nil {
		tell = func(*Standing) {}
	}
	began := time.Now()
	var telling sync.WaitGroup
	defer telling.Wait()
	told, free := false, make(chan struct{}, 1)
	word := time.NewTimer(firstWord)
	defer word.Stop()
	q.mu.Lock()
	me := q.waiters.PushBack(&waiter{who, turn, began})
	if q.waiters.Len() == 1 {
		q.pace.begins(began)
		if q.First != nil {
			q.First()
		}
	}
	if q.waiters.Front() == me && (!empty || q.wakes != seen) {
		turn <- struct{}{}
	}
	q.mu.Unlock()
	defer q.leave(me)
	for {
		select {
		case <-turn:
		case <-word.C:
			word.Reset(laterWord)
			select {
			case free <- struct{}{}:
			default: // it still hears the last one
				continue
			}
			told = true
			q.mu.Lock()
			now := q.standing(me, began, time.Now())
			q.mu.Unlock()
			telling.Go(func() {
				tell(&now)
				<-free
			})
			continue
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
		room, err := try(ctx)
		if room {
			q.mu.Lock()
			q.pace.moves(time.Now())
			q.mu.Unlock()
		}
		if told && room {
			telling.Go(func() {
				free <- struct{}{}
				tell(nil)
			})
		}
		if room || err != nil {
			return err
		}
	}
}

// waiter is one who waits.
type waiter struct {
	who   any
	turn  chan struct{}
	began time.Time
}

// leave takes a waiter out. The next one may try at once: what the first did not need may do for it.
func (q *Queue) leave(me *list.Element) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.longest = max(q.longest, time.Since(me.Value.(*waiter).began))
	wasFront := q.waiters.Front() == me
	q.waiters.Remove(me)
	if wasFront {
		q.signal()
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
