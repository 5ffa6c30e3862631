package worker

import (
	"sync"

	"github.com/angelerator/tavana/internal/pgerror"
)

// ledger is what the worker has promised: bytes of DuckDB's limit, by execution. Grants are atomic, so two gateways can't
// be promised the same memory. An execution keeps its grant until DuckDB has really ended it, even when its client has
// long gone.
type ledger struct {
	mu       sync.Mutex
	capacity uint64
	reserved uint64
}

// grant promises n bytes, at most the whole capacity, or says "no room" before any work.
func (l *ledger) grant(n uint64) (granted uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, l.capacity)
	if l.reserved+n > l.capacity {
		return 0, errNoRoom()
	}
	l.reserved += n
	return n, nil
}

func errNoRoom() error {
	return &pgerror.Error{Code: pgerror.OutOfMemory, Message: "no room on this worker now", Retryable: true, NoRoom: true}
}

// mark promises a byte, whatever has been promised: it tells that the worker is not idle.
func (l *ledger) mark() (granted uint64) {
	l.mu.Lock()
	l.reserved++
	l.mu.Unlock()
	return 1
}

// takeAll promises the whole capacity, if nothing is promised.
func (l *ledger) takeAll() (granted uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reserved > 0 {
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

func (l *ledger) setCapacity(n uint64) {
	l.mu.Lock()
	l.capacity = n
	l.mu.Unlock()
}

func (l *ledger) state() (capacity, reserved uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.capacity, l.reserved
}
