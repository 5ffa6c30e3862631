// Package session is one client's state: its settings, its prepared statements and portals, its transaction's status.
// It is a pure state machine: it knows no sockets and no workers, does no I/O and starts no goroutines, so every rule of
// it is tested by calling it.
//
//	Session     the whole; used by one goroutine at a time
//	Settings    what SET, SHOW and RESET act on, and what a worker must be told (settings.go, table in parameters.go)
//	Statement   a prepared statement: text, parameter types, what a worker said of it
//	Portal      a statement with its parameters bound
//
// The transaction's status:
//
//	         Begin               Fail
//	Idle ───────────► InBlock ─────────► Failed
//	  ▲                 │ End               │ End (always a rollback)
//	  └─────────────────┴───────────────────┘
//
// An implicit block is that of a query string of several statements: clients see it as Idle.
package session
