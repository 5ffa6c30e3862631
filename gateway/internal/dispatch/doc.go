// Package dispatch takes a statement from a front door to a worker and its rows back: the only way in. It decides who
// handles it (the session itself, the transaction's own commands, a worker), lets it pass the guard, waits for room,
// picks the worker, and runs a read again elsewhere when its worker is lost before the first row.
//
//	Dispatcher   shared by all sessions: queue, router, metrics
//	Session      one client's road: a session.Session and the worker it is pinned to
//	Rows         a running statement: batches, then the command tag
//
// Invariants: rows come from exactly one execution; a stream that breaks is an error, never an end; every statement that
// reaches a worker has passed the guard; a pinned session never goes on without its worker.
package dispatch
