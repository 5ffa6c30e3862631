package admission

import "time"

// Standing is how a waiter stands in a Queue.
type Standing struct {
	// Place is how many are in front.
	Place int
	// Waited is how long it has waited.
	Waited time.Duration
	// Expected is how long it will yet wait, at the pace at which waiters have got room; 0: that is not known yet.
	Expected time.Duration
	// Why says in a few words why there is no room; filled in by who knows the workers.
	Why string
}

// When a waiter hears of its Standing: not of a wait that is over before a person would notice, then from time to time.
const (
	firstWord = 100 * time.Millisecond
	laterWord = 10 * time.Second
)

// pace is how fast waiters get room.
type pace struct {
	since time.Time     // of the last one, or of the line's beginning
	each  time.Duration // between two, of late; 0: not known
}

// newShare is how much of each the last interval is.
const newShare = 0.2

// begins notes that somebody waits in a line that was empty.
func (p *pace) begins(now time.Time) { p.since = now }

// moves notes that a waiter has got room.
func (p *pace) moves(now time.Time) {
	took := now.Sub(p.since)
	p.since = now
	if p.each == 0 {
		p.each = took
		return
	}
	p.each += time.Duration(newShare * float64(took-p.each))
}

// expected returns how long it takes until so many have got room.
func (p *pace) expected(n int, now time.Time) time.Duration {
	if p.each == 0 {
		return 0
	}
	return max(time.Duration(n)*p.each-now.Sub(p.since), p.each)
}

// standing tells how w stands. The caller holds q.mu.
func (q *Queue) standing(w *waiter, now time.Time) Standing {
	place := 0
	for e := w.place.Prev(); e != nil; e = e.Prev() {
		if e.Value.(*waiter).waits {
			place++
		}
	}
	return Standing{Place: place, Waited: now.Sub(w.began), Expected: q.pace.expected(place+1, now)}
}

// Expected returns how long a newcomer would wait; 0: not at all, or that is not known.
func (q *Queue) Expected() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == 0 {
		return 0
	}
	return q.pace.expected(q.waiting+1, time.Now())
}
