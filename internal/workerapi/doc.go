// Package workerapi is the protocol between the gateway and a worker: typed messages (workerpb) inside Arrow Flight
// calls. Both sides use this package, and nothing else of it is known anywhere: a fake worker and the real one implement
// Service and pass the same contract suite (workertest).
//
//	call      body                      answer
//	DoGet     Ticket{Statement}         schema, record batches; Completion in the trailing metadata
//	DoGet     Ticket{Fetch}             schema, one record batch of a cursor, or none; Completion
//	DoGet     Ticket{Result}            schema, record batches of a statement that OpenResult started; Completion
//	DoPut     Put, then rows            PutResult with the rows' name; PutResult when all are there
//	DoAction  OpenSession, CloseSession, Prepare, OpenCursor, CloseCursor, OpenResult, RenewResult, Cancel,
//	          Bootstrap, SetMemoryLimit, Drain
//	DoAction  Watch                     a stream of State
//
// Clients that a gateway sends to the worker itself come to a server of their own (NewDirectServer): DoGet with a client's
// ticket gives its result, as Flight SQL clients read it.
//
// Invariants:
//   - A stream of rows without a Completion in its trailing metadata was cut off: Stream.Next then returns an error,
//     never io.EOF, so no partial result looks whole.
//   - Every failure is a status with an ErrorDetail (package pgerror); nobody parses error text across the border.
//   - The header of a DoGet's answer says that its memory is reserved; rows may come much later.
//   - Every request carries Version; another version is refused with 0A000.
//   - Rows are never copied by the encoder: a Frame is a small header and the record batch's own buffers.
//
// Authentication is a bearer token shared by the two sides, in the header "authorization"; over a Unix socket the
// socket's file mode guards as well.
package workerapi

import "errors"

// Version is the protocol's version. It grows when a change would be misread by the other side.
const Version = 2

// The names of the actions.
const (
	ActionOpenSession    = "OpenSession"
	ActionCloseSession   = "CloseSession"
	ActionPrepare        = "Prepare"
	ActionOpenCursor     = "OpenCursor"
	ActionCloseCursor    = "CloseCursor"
	ActionOpenResult     = "OpenResult"
	ActionRenewResult    = "RenewResult"
	ActionCancel         = "Cancel"
	ActionBootstrap      = "Bootstrap"
	ActionSetMemoryLimit = "SetMemoryLimit"
	ActionDrain          = "Drain"
	ActionWatch          = "Watch"
)

// TypeKey is the key of a field's metadata by which a worker tells gateways what a column is in DuckDB, where Arrow does not
// say: an alias such as JSON, or BIT.
const TypeKey = "tavana:type"

// completionKey is the trailing metadata's key of the Completion. "-bin" makes gRPC carry bytes.
const completionKey = "tavana-completion-bin"

// MaxMessage is the largest gRPC message either side takes, in bytes: one value of a row may be hundreds of MiB.
const MaxMessage = 1 << 30

// Window is the HTTP/2 flow-control window of one stream, in bytes: a few batches of about 1 MiB. A reader that stops
// reading stops the worker after that much.
const Window = 4 << 20

// ErrCutOff is in the chain of the error of a stream that ended without its Completion.
var ErrCutOff = errors.New("stream ended without completion")
