package worker

import (
	"sync"
	"time"
)

// owners are the clients, gateways mostly, that sessions and cursors belong to. A client is there while a Watch stream of its runs: a
// gateway that has crashed closes no sessions, and its streams end. Sessions of one that has been away for longer than
// the grace are closed, with their transactions and temporary tables.
type owners struct {
	mu      sync.Mutex
	watches map[string]int
	left    map[string]time.Time // when a client's last stream ended, or it was first heard of
}

func newOwners() *owners { return &owners{watches: map[string]int{}, left: map[string]time.Time{}} }

// watch notes a stream of id. The caller calls done when it ends.
func (o *owners) watch(id string) (done func()) {
	o.mu.Lock()
	o.watches[id]++
	delete(o.left, id)
	o.mu.Unlock()
	return func() {
		o.mu.Lock()
		if o.watches[id]--; o.watches[id] == 0 {
			delete(o.watches, id)
			o.left[id] = time.Now()
		}
		o.mu.Unlock()
	}
}

// heard notes that id has opened a session or a cursor.
func (o *owners) heard(id string) {
	o.mu.Lock()
	if o.watches[id] == 0 {
		o.left[id] = time.Now()
	}
	o.mu.Unlock()
}

// gone returns the clients that have been away for longer than grace, and forgets them.
func (o *owners) gone(now time.Time, grace time.Duration) map[string]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list map[string]bool
	for id, at := range o.left {
		if now.Sub(at) > grace {
			if list == nil {
				list = map[string]bool{}
			}
			list[id] = true
			delete(o.left, id)
		}
	}
	return list
}

// closeAbandoned closes the sessions and cursors of clients that are gone.
func (w *Worker) closeAbandoned(now time.Time) {
	gone := w.owners.gone(now, w.cfg.SessionGrace)
	if gone == nil {
		return
	}
	for _, id := range w.conns.ownedBy(gone) {
		w.log.Warn("closing a session whose gateway is gone", "session_id", id)
		w.closeSession(id)
	}
	w.closeCursors(func(c *cursor) bool { return gone[c.client] }, errCursorClosed)
	w.cursors.abandoned(gone)
}
