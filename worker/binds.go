package worker

import (
	"context"
	"sync"
	"time"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// binds are the statements that are being bound to the lake's catalog now.
type binds struct {
	mu   sync.Mutex
	open map[chan struct{}]bool
}

// begin notes one. The caller calls end when it is bound.
func (b *binds) begin() (end func()) {
	done := make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[chan struct{}]bool{}
	}
	b.open[done] = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.open, done)
		close(done)
	}
}

// settle waits for those that have begun, but not for long: one may have to ask a slow server for a file.
func (b *binds) settle(ctx context.Context) {
	const patience = 250 * time.Millisecond
	b.mu.Lock()
	list := make([]chan struct{}, 0, len(b.open))
	for done := range b.open {
		list = append(list, done)
	}
	b.mu.Unlock()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for _, done := range list {
		select {
		case <-done:
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// pinned runs change, which may make or alter something in the lake's catalog, in the connection's transaction. *pin is the
// transaction's; the caller releases it at the transaction's end.
//
// What change is going to see is held before it. Statements that find nothing in DuckLake's cache put there what they have read,
// each its own, so those that have begun are waited for; and in case change has seen another's after all, that is held
// after it.
func (l *lease) pinned(ctx context.Context, pin **duck.Pin, change func() error) (err error) {
	if *pin == nil {
		if *pin, err = l.conn.PinLake(); err != nil {
			return err
		}
	}
	if err := (*pin).Hold(); err != nil {
		return err
	}
	l.conns.binds.settle(ctx)
	if err := (*pin).Hold(); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return (*pin).Hold()
}
