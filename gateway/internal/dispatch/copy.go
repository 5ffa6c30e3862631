package dispatch

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// copyOut returns the query whose rows a COPY to the client sends.
func copyOut(st *session.Statement) (*session.Statement, *sqltext.ClientCopy, error) {
	c, err := st.ClientCopy()
	if err != nil {
		return nil, nil, locate(err, &st.Statement, nil)
	}
	if c.Query == nil {
		run, err := selectFrom(c)
		return run, c, err
	}
	run := session.NewStatement(*c.Query)
	switch run.Verb {
	case sqltext.Select, sqltext.Unknown: // DuckDB tells what is wrong with the latter
	case sqltext.Insert, sqltext.Update, sqltext.Delete, sqltext.Merge:
		if !returning(run) {
			return nil, nil, pgerror.New(pgerror.FeatureNotSupported, "COPY query must have a RETURNING clause")
		}
	default:
		return nil, nil, locate(pgerror.New(pgerror.FeatureNotSupported, "COPY takes a query that returns rows").At(1), c.Query, nil)
	}
	return run, c, nil
}

func returning(st *session.Statement) bool {
	for i := range st.Tokens {
		if st.Is(i, "RETURNING") {
			return true
		}
	}
	return false
}

// selectFrom returns the query of a COPY's table and columns.
func selectFrom(c *sqltext.ClientCopy) (*session.Statement, error) {
	columns := "*"
	if len(c.Columns) > 0 {
		columns = identifiers(c.Columns)
	}
	list, err := derived("SELECT " + columns + " FROM " + tableName(c.Table))
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// CopyIn is a COPY from the client under way: rows are staged at a worker as they come. Their INSERT begins while they do,
// if there are many; the worker gives it up when the client turns out to be slow, and it is run once all are there. So a
// slow client holds no memory that a query could use, and nothing of a COPY that fails is ever stored: the INSERT ends with
// the last row at the earliest. A CopyIn is used by one goroutine at a time, and closed by who got it.
//
//	begin ── Write ── Write … ── Write ── Finish
//	            stage            └─ INSERT ──┘
type CopyIn struct {
	// Target describes the columns that rows are to have, and Copy what they look like.
	Target *arrow.Schema
	Copy   *sqltext.ClientCopy
	// Casts are the DuckDB types that the columns are to be cast to; "": none. They are set before the first Write.
	Casts []string

	s       *Session
	st      *session.Statement
	ctx     context.Context
	timer   *timer
	query   *query
	pin     *pin
	worker  *router.Worker
	put     *workerapi.Put // nil: no row has come
	staged  string         // the rows' name at the worker
	batches int
	insert  *insertion // nil: it has not begun
	closed  bool
	// where is the condition as the worker gets it.
	where string
	// statement is what is run with the rows, instead of an INSERT by Copy and Target; makes is what it makes, if anything.
	statement string
	makes     sqltext.Verb
}

// CopyIn begins a COPY from the client. ctx lives until Close.
func (s *Session) CopyIn(ctx context.Context, st *session.Statement) (*CopyIn, error) {
	c, err := st.ClientCopy()
	if err == nil {
		err = s.guard(st)
	}
	if err != nil {
		return nil, locate(err, &st.Statement, nil)
	}
	ctx, q := s.begin(ctx, st)
	ctx, timer := s.withTimeout(ctx)
	in := &CopyIn{Copy: c, s: s, st: st, ctx: ctx, timer: timer, query: q}
	if err := in.begin(); err != nil {
		err = in.reason(err)
		in.end(0, err)
		return nil, err
	}
	return in, nil
}

// begin learns the columns of the table.
func (c *CopyIn) begin() error {
	query, err := selectFrom(c.Copy)
	if err != nil {
		return err
	}
	if err := c.condition(); err != nil {
		return err
	}
	resp, err := c.s.prepare(c.ctx, query, nil)
	if err != nil {
		return err
	}
	if c.Target, err = workerapi.DecodeSchema(resp.GetSchema()); err != nil {
		return err
	}
	if c.pin, err = c.s.pinFor(c.ctx, c.st.Effect); err != nil {
		return err
	}
	if c.s.InBlock() {
		c.s.Wrote()
	}
	return nil
}

// condition reads WHERE: one expression, without a subquery, as in PostgreSQL.
func (c *CopyIn) condition() error {
	if c.Copy.Where == nil {
		return nil
	}
	st := session.NewStatement(*c.Copy.Where)
	depth := 0
	for i := range st.Tokens {
		switch {
		case st.Is(i, "("):
			depth++
		case st.Is(i, ")"):
			depth--
		case st.IsAny(i, "SELECT", "VALUES", "FROM", "TABLE") && !st.Is(i-1, "DISTINCT"):
			err := pgerror.New(pgerror.FeatureNotSupported, "cannot use subquery in COPY FROM WHERE condition")
			at := max(i-1, 0) // the parenthesis, or IN before it
			if st.Is(at-1, "IN") {
				at--
			}
			return locate(err.At(int(st.Tokens[at].Start)+1), &st.Statement, nil)
		case depth == 0 && st.IsAny(i, "UNION", "INTERSECT", "EXCEPT", "LIMIT", "OFFSET", "ORDER", "GROUP", "HAVING", "WINDOW", "QUALIFY", "FETCH", "FOR", "SAMPLE", "USING"):
			return locate(st.SyntaxErrorAt(i), &st.Statement, nil)
		}
		if depth < 0 {
			return locate(st.SyntaxErrorAt(i), &st.Statement, nil)
		}
	}
	text, err := c.s.rewrite(st, &session.Portal{}, true)
	c.where = text.Text
	return err
}

// reason returns what the client hears of err: why the statement's context ended, if it did, rather than what came of it.
func (c *CopyIn) reason(err error) error {
	switch {
	case err == nil:
		return nil
	case c.timer.asked.Err() != nil: // it may be a shutdown, but no worker's
		return pgerror.FromContext(c.timer.asked)
	case c.ctx.Err() != nil: // the INSERT's error too
		err = pgerror.FromContext(c.ctx)
	}
	return c.s.lost(asLost(err))
}

// Context ends when the COPY is cancelled, or its INSERT has failed.
func (c *CopyIn) Context() context.Context { return c.ctx }

// earlyBatches is how much is there when the INSERT begins: some MB, so that few small statements begin twice.
const earlyBatches = 4

// Write stages a batch, which stays the caller's.
func (c *CopyIn) Write(rec arrow.RecordBatch) error { return c.reason(c.write(rec)) }

func (c *CopyIn) write(rec arrow.RecordBatch) error {
	if c.put == nil {
		if err := c.open(rec.Schema()); err != nil {
			return err
		}
	}
	if err := c.put.Write(rec); err != nil {
		return err
	}
	if c.batches++; c.batches == earlyBatches && !c.s.InBlock() { // in a block, it could not be run a second time
		return c.startInsert()
	}
	return nil
}

// open chooses the worker, which is the session's if it has one, and begins to stage rows there.
func (c *CopyIn) open(schema *arrow.Schema) (err error) {
	if c.pin != nil {
		c.worker = c.pin.worker
		c.put, err = c.worker.Client.Put(c.ctx, schema)
		return err
	}
	return c.s.d.onAnyWorker(c.ctx, func(w *router.Worker) error {
		c.worker = w
		c.put, err = w.Client.Put(c.ctx, schema)
		return err
	})
}

// Finish says that all rows are written, and returns how many were inserted. After it only Close may be called.
func (c *CopyIn) Finish() (rows uint64, err error) {
	rows, err = c.finish()
	if err = c.reason(err); err != nil {
		rows = 0
	}
	c.end(rows, err)
	return rows, err
}

func (c *CopyIn) finish() (uint64, error) {
	if c.put == nil {
		return 0, nil
	}
	if c.insert == nil {
		if err := c.name(); err != nil {
			return 0, err
		}
	}
	if err := c.put.End(); err != nil {
		return 0, err
	}
	if c.insert != nil {
		if <-c.insert.done; !c.insert.late() {
			return c.insert.rows, c.insert.err
		}
	}
	if err := c.startInsert(); err != nil {
		return 0, err
	}
	<-c.insert.done
	return c.insert.rows, c.insert.err
}

// name asks for the rows' name, once.
func (c *CopyIn) name() (err error) {
	if c.staged == "" {
		c.staged, err = c.put.Name()
	}
	return err
}

// insertion is the INSERT of staged rows, which runs beside the staging. rows and err are set when done is closed.
type insertion struct {
	done chan struct{}
	rows uint64
	err  error
}

// late tells whether the INSERT was given up because the rows did not come in time.
func (i *insertion) late() bool { return pgerror.CodeOf(i.err) == pgerror.ObjectNotInPrerequisiteState }

// startInsert begins the INSERT. The COPY waits for it at its end, whatever that is.
func (c *CopyIn) startInsert() error {
	if err := c.name(); err != nil {
		return err
	}
	req := &workerpb.Statement{
		QueryId: c.s.d.newID(), User: c.s.user, Sql: c.insertSQL(), Settings: c.s.Settings.Worker(), Lasting: c.makes != sqltext.CreateTemp, Staged: c.staged,
	}
	if c.pin != nil {
		req.SessionId = c.pin.id
	}
	i := &insertion{done: make(chan struct{})}
	c.insert = i
	go func() {
		defer close(i.done)
		if i.rows, i.err = c.s.d.insertStaged(c.s.inBackground(c.ctx), req, c.worker); i.err != nil && !i.late() {
			c.timer.cancel(i.err) // whoever waits for more rows need not
		}
	}()
	return nil
}

func (d *Dispatcher) insertStaged(ctx context.Context, req *workerpb.Statement, w *router.Worker) (uint64, error) {
	r, err := d.execute(ctx, req, w, false)
	if err != nil {
		return 0, err
	}
	defer r.stream.Close()
	if !r.ended {
		if r.first != nil {
			r.first.Release()
		}
		return 0, pgerror.New(pgerror.InternalError, "COPY returned rows")
	}
	return r.stream.Completion().GetRowsChanged(), nil
}

// insertSQL is the statement that inserts the staged rows.
func (c *CopyIn) insertSQL() string {
	if c.statement != "" {
		return c.statement
	}
	names, values := make([]string, len(c.Casts)), make([]string, len(c.Casts))
	for i, cast := range c.Casts {
		names[i] = identifier(c.Target.Field(i).Name)
		values[i] = names[i]
		if cast != "" {
			values[i] = "CAST(" + names[i] + " AS " + cast + ") AS " + names[i]
		}
	}
	rows := "SELECT " + strings.Join(values, ", ") + " FROM tavana_rows('stdin')"
	if c.where != "" {
		rows = "SELECT * FROM (" + rows + ") AS " + identifier(c.Copy.Table.Name) + " WHERE (" + c.where + ")"
	}
	return "INSERT INTO " + tableName(c.Copy.Table) + " (" + strings.Join(names, ", ") + ") " + rows
}

// end is called once, with what the COPY ended with.
func (c *CopyIn) end(rows uint64, err error) {
	if c.closed {
		return
	}
	c.closed = true
	if c.put != nil {
		c.put.Close()
	}
	c.timer.end()
	if c.insert != nil {
		<-c.insert.done // its context has ended
	}
	c.s.ended(c.st, c.query, rows, err)
}

// Close gives up what is not finished: err is why.
func (c *CopyIn) Close(err error) { c.end(0, err) }
