package worker

import (
	"context"
	"sync"
)

// blockTurn is the writers' turn as a session holds it while its block is committed.
type blockTurn struct {
	mu      sync.Mutex
	release func() // nil: not held
}

// take waits for the turn.
func (t *blockTurn) take(ctx context.Context, w *writers) error {
	release, err := w.acquire(ctx)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release = release
	return nil
}

// end gives the turn back, if it is held.
func (t *blockTurn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.release != nil {
		t.release()
	}
	t.release = nil
}
