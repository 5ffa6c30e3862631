package dispatch

import (
	"context"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Elsewhere tells whether a statement does not make do with w.
func (d *Dispatcher) Elsewhere(w *router.Worker, st *workerpb.Statement) bool {
	d.assign(context.WithValue(context.Background(), queryKey{}, &query{}), st, w)
	return st.Elsewhere
}

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
