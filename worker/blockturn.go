package worker

import (
	"context"
	"sync"
	"time"
)

// idleTurn is how long a block may rest between two writes before others may write.
const idleTurn = 3 * time.Second

// blockTurn is the turn of a transaction block, held from its first write to its end, so that nobody changes meanwhile what
// it has seen and its COMMIT succeeds: it would fail when it meets another's. A block that
// rests loses the turn, so that a client that has gone for coffee keeps nobody from writing; it takes it anew with its next
// write, and hears of a conflict with what was written meanwhile.
type blockTurn struct {
	mu      sync.Mutex
	release func() // nil: not held
	resting *time.Timer
	wrote   bool
}

// take waits for the turn, unless it is held. The caller calls rest when its write has ended.
func (t *blockTurn) take(ctx context.Context, w *writers, park parkFunc) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wrote = true
	t.stop()
	if t.release != nil {
		return nil
	}
	release, err := w.acquire(ctx, park)
	t.release = release
	return err
}

// rest lets the turn go after a while, unless take is called before.
func (t *blockTurn) rest() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.release == nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(idleTurn, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.resting == timer {
			t.letGo()
		}
	})
	t.resting = timer
}

// end is called when the block has ended.
func (t *blockTurn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wrote = false
	t.letGo()
}

func (t *blockTurn) stop() {
	if t.resting != nil {
		t.resting.Stop()
		t.resting = nil
	}
}

func (t *blockTurn) letGo() {
	t.stop()
	if t.release != nil {
		t.release()
		t.release = nil
	}
}

// hasWritten tells whether the block's COMMIT has something to store.
func (t *blockTurn) hasWritten() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wrote
}
