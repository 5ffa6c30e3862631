// Package flightsql serves Arrow Flight SQL. It decodes the protocol, knows who calls, and hands rows through unopened; what a
// statement is, where it runs and what it may do is the Executor's business, which it shares with the PostgreSQL door.
//
//	Server      listener, TLS, calls
//	sessions    tokens → sessions, idle ones end
//	ticket      signed, self-contained: any server with the same secret serves it
//	statement   GetFlightInfo runs it, DoGet relays its rows
//	prepared    handles, parameters
//	metadata    catalogs, schemas, tables, keys, types, SqlInfo
//
// Invariants: a statement runs once, by the end of GetFlightInfo or DoPut; DoGet never runs one that writes; rows that were
// given are never given again; every error has a gRPC code and the SQLSTATE that PostgreSQL's clients get.
package flightsql

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/workerapi"
)

// User is who calls.
type User struct {
	Name      string
	Superuser bool
}

// Client is who uses a session, as others see it.
type Client struct {
	// Addr and Port are where the client is; "" for a Unix socket.
	Addr string
	Port int32
	// Agent is what the client says it is.
	Agent string
	// Terminate ends the session. It may be called from anywhere.
	Terminate func()
	// conn is the name of its connection.
	conn string
}

// Standing is how a statement stands that waits for room.
type Standing struct {
	// Place is how many are in front.
	Place int
	// Waited is how long it has waited, and Expected how long it will yet; 0: that is not known.
	Waited, Expected time.Duration
	// Why says in a few words why there is no room.
	Why string
}

type standingKey struct{}

// withStanding returns a context for Session.Run, of whose statement tell hears when it waits for room.
func withStanding(ctx context.Context, tell func(*Standing)) context.Context {
	return context.WithValue(ctx, standingKey{}, tell)
}

// TellStanding tells whoever wants to know how the statement of a context stands; nil: it waits no more.
func TellStanding(ctx context.Context, s *Standing) {
	if tell, ok := ctx.Value(standingKey{}).(func(*Standing)); ok {
		tell(s)
	}
}

// Place is where a statement's rows wait: in the words of the Executor.
type Place struct {
	Worker, ID string
}

// Executor runs statements. It is safe for concurrent use. Errors are pgerror errors.
type Executor interface {
	// Login checks a password: 28P01.
	Login(user, password string) (User, error)
	// Token checks an identity provider's token, and returns whose it is and until when it is good: 28000.
	Token(ctx context.Context, token string) (User, time.Time, error)
	// User returns a user by name.
	User(name string) (User, bool)
	// Database is the name of the one catalog.
	Database() string
	// Open makes a session. The caller closes it.
	Open(u User, c Client) Session
	// Rows returns rows that wait, once. The caller closes the stream.
	Rows(ctx context.Context, at Place) (*workerapi.Stream, error)
	// Cancel gives up rows that wait or are being read, and tells whether there were any.
	Cancel(ctx context.Context, at Place) (bool, error)
	// Renew lets rows wait for longer, and returns until when.
	Renew(ctx context.Context, at Place) (time.Time, error)
}

// Session is one client's session. It is safe for concurrent use: statements start one after the other, and their rows are
// read beside each other.
type Session interface {
	// Describe tells what a statement is, without running it.
	Describe(ctx context.Context, sql string) (*Description, error)
	// Run runs a statement.
	Run(ctx context.Context, sql string, params *Params) (*Result, error)
	// RunMany runs an INSERT once for each of rows, with types as in Params: all of them or none. done is false where it can't be
	// done at once, and then no row has been taken.
	RunMany(ctx context.Context, sql string, types []uint32, rows Rows) (changed int64, done bool, err error)
	// Together calls f with a session that is this one, which nobody else uses meanwhile. f keeps nothing of it. Its context ends
	// with the session, and when what f does is cancelled; sql is what others see of it.
	Together(ctx context.Context, sql string, f func(context.Context, Session) error) error
	// Read runs a query of the server's own and calls each with its batches, whose columns are text, BIGINT and so on. each does
	// not keep them.
	Read(ctx context.Context, sql string, each func(arrow.RecordBatch) error) error
	// TableSchemas returns what a SELECT of each table would have as its schema.
	TableSchemas(ctx context.Context, tables []TableName) ([]*arrow.Schema, error)
	// Ingest writes rows into a table.
	Ingest(ctx context.Context, to Target, rows Rows) (int64, error)
	// Beside returns another session of the same client, with the same parameters, that has nothing in it. The caller closes it.
	Beside() Session
	// Transaction tells how the session's block stands.
	Transaction() TxState
	// Holds tells whether something would be lost with the session: an open transaction, temporary tables, changed parameters.
	Holds() bool
	// Option and SetOption are the session's parameters, by PostgreSQL's names; 42704 for an unknown one.
	Option(name string) (string, error)
	SetOption(name, value string) error
	// Options are all parameters.
	Options() map[string]string
	// SetCompat makes results have the types that every driver reads, or those that lose nothing. Compat tells which.
	SetCompat(on bool)
	Compat() bool
	// Stop ends what runs, and refuses what comes. It does not wait.
	Stop()
	// Close stops, rolls back, and frees everything.
	Close()
}

// TxState is how a session's block stands.
type TxState uint8

// The states.
const (
	NoTx TxState = iota
	InTx
	FailedTx
)

// Params are the parameters of a statement: a row of a batch, and the types that Describe has told.
type Params struct {
	Rec   arrow.RecordBatch
	Row   int
	Types []uint32
}

// Description is what a statement is.
type Description struct {
	// Params has a field of a concrete type for each parameter.
	Params *arrow.Schema
	// Types are the parameters' types in the Executor's terms.
	Types []uint32
	// Result describes the rows; no fields: the statement returns none.
	Result *arrow.Schema
}

// Result is what came of a statement.
type Result struct {
	// Schema describes the rows; no fields: there are none.
	Schema *arrow.Schema
	// Changed is how many rows it has changed; -1: it has changed none, or that is not known.
	Changed int64
	// At is where the rows wait, until Expires.
	At      Place
	Expires time.Time
	// Location is the URL at which clients may come for the rows themselves; empty: they come to the server.
	Location string
	// Whole says that the rows are so few that they are here, as FlightData messages: none wait.
	Whole bool
	Rows  [][]byte
}

// TableName names a table in the one catalog.
type TableName struct {
	Schema, Name string
}

// Target is the table that rows are written into.
type Target struct {
	Catalog, Schema, Table string
	Temporary              bool
	IfMissing              MissingTable
	IfThere                ExistingTable
}

// MissingTable is what is done when the table is not there.
type MissingTable uint8

// ExistingTable is what is done when the table is there.
type ExistingTable uint8

// The ways.
const (
	FailMissing MissingTable = iota
	CreateMissing
)

// The ways.
const (
	FailExisting ExistingTable = iota
	AppendExisting
	ReplaceExisting
)

// Rows gives the rows of a client. Next returns io.EOF after the last, and the reason of ctx when that ends before the client
// has sent more; the receiver releases what it gets.
type Rows interface {
	Schema() *arrow.Schema
	Next(ctx context.Context) (arrow.RecordBatch, error)
}

// Version is what GetSqlInfo tells of the server, and arrowVersion of the Arrow library.
const (
	Version      = "1.0.0"
	arrowVersion = arrow.PkgVersion
)
