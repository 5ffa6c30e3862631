package worker

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// binds are the statements that may be reading the lake's catalog now, to be bound to it.
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
	const patience = 100 * time.Millisecond
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

// holding runs change, which may make or alter something in the lake's catalog, in the connection's transaction. *hold is the
// transaction's; the caller releases it at the transaction's end.
//
// What change is going to see is held before it. Statements that find nothing in DuckLake's cache put there what they have read,
// each its own, so those that have begun are waited for; and in case change has seen another's after all, or has found
// nothing, that is held as well: change extends the hold between its binding and its execution, which may take long, and it is
// extended after it.
func (l *lease) holding(ctx context.Context, hold **duck.CatalogHold, change func(*duck.CatalogHold) error) (err error) {
	if *hold == nil {
		if *hold, err = l.conn.HoldCatalog(); err != nil {
			return err
		}
	}
	if err := (*hold).Extend(); err != nil {
		return err
	}
	l.conns.binds.settle(ctx)
	if err := (*hold).Extend(); err != nil {
		return err
	}
	err = change(*hold)
	return cmp.Or(err, (*hold).Extend()) // also what has failed may have made something
}
