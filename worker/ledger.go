package worker

import (
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// ledger is what the worker has promised: bytes of DuckDB's limit, by execution. Grants are atomic, so two gateways can't
// be promised the same memory. An execution keeps its grant until DuckDB has really ended it, even when its client has
// long gone.
type ledger struct {
	mu       sync.Mutex
	capacity uint64
	reserved uint64
	marks    int // of those that reserve nothing
	claim    claim
}

// claim is room that was asked for in vain by one who waits in line. Sessions' statements, which wait in lines of their own, would
// take all of it for ever, one after another: as long as it stands they get none of it.
type claim struct {
	bytes       uint64
	since, last time.Time // when it was made, and made again
	owed        bool      // a session was kept from room by it
	yields      time.Time // until when sessions come first, after that
}

const (
	// claimStands is for how long a claim stands without being made again; who waits tries at least once a second.
	claimStands = 1500 * time.Millisecond
	// claimMost is for how long sessions wait for a claim, and claimPause for how long they don't after that: what keeps it from
	// being granted may be a result that nobody reads.
	claimMost, claimPause = 30 * time.Second, 30 * time.Second
)

// stands tells whether the claim keeps others from room.
func (c *claim) stands(now time.Time) bool {
	return c.bytes > 0 && now.Sub(c.last) < claimStands && now.Sub(c.since) < claimMost && !now.Before(c.yields)
}

// make makes the claim, or makes it again.
func (c *claim) make(bytes uint64, now time.Time) {
	if now.Sub(c.last) >= claimStands || now.Sub(c.since) >= claimMost+claimPause {
		c.since = now
	}
	c.bytes, c.last = bytes, now
}

// wish is what a statement asks of the ledger.
type wish struct {
	bytes uint64
	// elsewhere: there are larger workers, so it does not make do with the whole of this one.
	elsewhere bool
	// pinned: it can run here only.
	pinned bool
}

// grant promises what is wished, at most the whole capacity, or says "no room" before any work.
func (l *ledger) grant(w wish) (granted uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.bytes > l.capacity && w.elsewhere && !w.pinned {
		return 0, errNoRoom()
	}
	n, now := min(w.bytes, l.capacity), time.Now()
	free := l.capacity - min(l.reserved, l.capacity)
	c := &l.claim
	switch left := free - min(c.bytes, free); {
	case w.pinned && n <= free && n > left && c.stands(now):
		c.owed = true
		return 0, errNoRoom()
	case n > free:
		if !w.pinned {
			c.make(n, now)
		}
		return 0, errNoRoom()
	case w.pinned:
		c.owed, c.yields = false, time.Time{}
	case c.owed: // now it is a session's turn
		*c = claim{yields: now.Add(claimStands)}
	default:
		c.bytes = 0
	}
	l.reserved += n
	return n, nil
}

func errNoRoom() error {
	return &pgerror.Error{Code: pgerror.OutOfMemory, Message: "no room on this worker now", Retryable: true, NoRoom: true}
}

// mark notes one that reserves nothing: the worker is not idle. unmark is its end.
func (l *ledger) mark() {
	l.mu.Lock()
	l.marks++
	l.mu.Unlock()
}

func (l *ledger) unmark() {
	l.mu.Lock()
	l.marks--
	l.mu.Unlock()
}

// takeAll promises the whole capacity, if nothing is promised.
func (l *ledger) takeAll() (granted uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reserved > 0 || l.marks > 0 {
		return 0, false
	}
	l.reserved = l.capacity
	return l.capacity, true
}

func (l *ledger) release(n uint64) {
	l.mu.Lock()
	l.reserved -= n
	l.mu.Unlock()
}

// park gives back all of a grant but a byte, which tells that the worker is not idle. unpark promises it again, whatever has
// been promised meanwhile: only one of those that wait in line is let go on at a time, so this is one grant too much at most.
func (l *ledger) park(granted uint64) (unpark func()) {
	n := granted - min(granted, 1)
	l.release(n)
	return func() {
		l.mu.Lock()
		l.reserved += n
		l.mu.Unlock()
	}
}

// setCapacity changes what may be promised. It fails (false) where more is promised already.
func (l *ledger) setCapacity(n uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n < l.capacity && l.reserved > n {
		return false
	}
	l.capacity = n
	return true
}

func (l *ledger) state() (capacity, reserved uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.capacity, l.reserved
}
