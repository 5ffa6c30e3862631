package worker

import (
	"context"
	"sync"
	"time"
)

// blockTurn is the writers' turn as a session's transaction block holds it: from its first write to its end, since a write
// that another one comes between can't be committed, and can't be run again. A client that lets its block lie loses the
// turn after a while, so that it keeps nobody from writing, and takes it again for its next write or its COMMIT; whether that
// succeeds depends on what others wrote.
type blockTurn struct {
	mu      sync.Mutex
	wrote   bool
	release func() // nil: not held
	idle    *time.Timer
}

// maxIdleTurn is how long a client may think about its next statement, and maxTurnWait how long a block waits for its turn: then
// it goes on without, since the many before it may be clients that think.
const (
	maxIdleTurn = time.Second
	maxTurnWait = 5 * time.Second
)

// take waits for the turn, unless it is held.
func (t *blockTurn) take(ctx context.Context, w *writers) error {
	t.mu.Lock()
	t.wrote = true
	t.idle = nil
	held := t.release != nil
	t.mu.Unlock()
	if held {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, maxTurnWait)
	defer cancel()
	release, err := w.acquire(wait)
	switch {
	case err != nil && wait.Err() != nil && ctx.Err() == nil:
		return nil
	case err != nil:
		return err
	}
	t.mu.Lock()
	t.release = release
	t.mu.Unlock()
	return nil
}

// pause is the end of a statement of the block.
func (t *blockTurn) pause() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.release == nil {
		return
	}
	var idle *time.Timer
	idle = time.AfterFunc(maxIdleTurn, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.idle == idle && t.release != nil { // or a statement has come meanwhile
			t.release()
			t.release = nil
		}
	})
	t.idle = idle
}

// end is the block's.
func (t *blockTurn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.release != nil {
		t.release()
	}
	t.release, t.wrote, t.idle = nil, false, nil
}

// hasWritten tells whether the block has written what lasts.
func (t *blockTurn) hasWritten() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wrote
}
