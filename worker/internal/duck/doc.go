// Package duck is the only importer of the DuckDB binding: one database instance, its connections, statements that
// stream, DuckDB's types as Arrow, and DuckDB's errors as SQLSTATEs. It knows no gRPC, no sessions and no ledger.
//
//	Instance   one in-memory database: extensions loaded, initial SQL run, then its settings locked
//	Conn       a connection; one statement at a time
//	Prepared   a parsed and bound statement; Bind, then Execute
//	Result     a live result: Next gives one chunk (2,048 rows) as a record batch, converted without per-cell work in Go
//	Coalescer  chunks → batches of about 1 MiB: the one copy of the way out
//
// Invariants:
//   - Nothing is materialised: a Result that is not read holds DuckDB still, after about 1 MB of buffer.
//   - Everything here may block in C for as long as DuckDB wants; Conn.Interrupt from another goroutine asks it to stop,
//     and the caller decides how long to wait.
//   - An interrupt never hits a later statement: it is delivered only while the statement it was meant for runs.
//   - Prepare never executes: a text of more than one statement is refused before DuckDB prepares any of them.
package duck
