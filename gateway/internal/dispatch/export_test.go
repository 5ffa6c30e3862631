package dispatch

import "github.com/angelerator/tavana/gateway/internal/session"

// Queued returns how many sessions pg_stat_activity shows a superuser as waiting in the queue.
func (d *Dispatcher) Queued() int {
	n := 0
	viewer := &Session{Session: session.New(session.Identity{Superuser: true})}
	d.each(func(a *activity) {
		if row := a.row(viewer, -1); row[10] == "IPC" && row[11] == "TavanaQueue" {
			n++
		}
	})
	return n
}
