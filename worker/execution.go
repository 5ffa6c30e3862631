package worker

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// execution is one statement at work. A goroutine of its own (work) holds DuckDB and makes batches; the caller's
// goroutine (deliver) sends them. They are two so that encoding and sending overlap, and so that a caller can leave while
// DuckDB, which may take seconds to notice an interrupt, still runs: the execution is then abandoned and drains behind
// the scene, with its memory still counted and its connection not reused.
//
//	work:     prepare → bind → execute → chunk, chunk … → batches (depth 2) ┐
//	deliver:  schema ← batch ← batch … → sink                              ◄┘
type execution struct {
	id       string
	st       *workerpb.Statement
	lease    *lease
	writers  *writers             // nil: nothing lasts here
	tables   map[string]duck.Rows // what the statement may read of Go's, by name
	staged   *spool               // those of them that a client sends; nil: none
	reserved uint64
	park     parkFunc // of what is reserved
	started  time.Time

	schema  chan *arrow.Schema
	batches chan arrow.RecordBatch
	// done is closed by work at its very end, when DuckDB holds nothing of this execution; err and completion are set before.
	done       chan struct{}
	err        error
	completion *workerpb.Completion
	described  bool // schema has been sent: an attempt before this one did
	// pass lets others write.
	pass func()

	// quit is closed when nobody reads batches any more.
	quit      context.CancelCauseFunc
	quitCtx   context.Context
	abandoned atomic.Bool
	// peak is the most memory it has held, in bytes; see peaks.
	peak atomic.Uint64
	// base is the size of tables in memory before it, in bytes, and based says that it is known. They are peaks' alone.
	base  uint64
	based bool
}

func newExecution(st *workerpb.Statement, in *entry, writers *writers, park parkFunc) *execution {
	e := &execution{
		id: st.GetQueryId(), st: st, lease: in.lease, writers: writers, tables: in.tables, staged: in.staged, reserved: in.granted, park: park, started: time.Now(),
		schema: make(chan *arrow.Schema, 1), batches: make(chan arrow.RecordBatch, 2), done: make(chan struct{}),
		completion: &workerpb.Completion{Statistics: &workerpb.Statistics{}},
	}
	e.quitCtx, e.quit = context.WithCancelCause(context.Background())
	return e
}

// work runs the statement to its end, whatever that is, and then calls release. It is the only user of the connection.
func (e *execution) work(release func()) {
	defer close(e.done)
	defer release()
	e.err = e.run()
}

func (e *execution) run() (err error) {
	params, err := workerapi.DecodeRow(e.st.GetParameters())
	if err != nil {
		return err
	}
	if params != nil {
		defer params.Release()
	}
	defer func() { e.lease.noteTransaction(e.completion.StatementType, e.st.GetSql()) }()
	if !e.lasting() || e.lease.inTransaction() {
		rest, err := e.lease.begin(e.quitCtx, e.writers, e.st.GetSql(), e.st.GetLasting(), e.park)
		if err != nil {
			return err
		}
		defer rest()
		e.pass = rest
		return e.whole(params)
	}
	if err := e.lease.setUp(true); err != nil {
		return err
	}
	return e.writers.write(e.quitCtx, e.park, mayBeLong(e.st.GetSql()), func(pass func()) error {
		e.pass = pass
		return e.whole(params)
	})
}

// lasting tells whether the statement may write what lasts.
func (e *execution) lasting() bool { return e.writers != nil && e.st.GetLasting() }

// whole runs the statement and what is to be run after it: all of them or none.
func (e *execution) whole(params arrow.RecordBatch) error {
	switch {
	case e.lasting() && e.lease.inTransaction():
		return e.inTransaction(params, &e.lease.session.hold)
	case e.lasting() && len(e.st.GetAfter()) > 0:
		var hold *duck.CatalogHold
		defer func() { hold.Release() }()
		return e.lease.conn.Whole(func() error { return e.inTransaction(params, &hold) })
	}
	return e.attempt(params, nil)
}

// inTransaction runs them in a transaction, which has the hold of the lake's catalog that its changes need.
func (e *execution) inTransaction(params arrow.RecordBatch, hold **duck.CatalogHold) (err error) {
	statement := func(h *duck.CatalogHold) error { return e.attempt(params, h) }
	if changesRows(e.st.GetSql()) {
		err = statement(nil)
	} else {
		err = e.lease.holding(e.quitCtx, hold, statement)
	}
	for _, sql := range e.st.GetAfter() {
		if err == nil {
			err = e.lease.conn.Exec(sql)
		}
	}
	return err
}

// attempt runs the statement once. It may be called again after a conflict, which only statements without rows have. hold
// is extended when the statement is bound.
func (e *execution) attempt(params arrow.RecordBatch, hold *duck.CatalogHold) (err error) {
	begun := e.lease.copyCatalog(e.quitCtx, e.st)
	defer begun()
	p, err := e.lease.prepare(e.st.GetSql(), e.tables, guard(e.st.GetUser(), e.st.GetSessionId()))
	if err != nil {
		return err
	}
	defer p.Close()
	e.completion.StatementType = p.Kind()
	if err := p.Bind(params); err != nil {
		return err
	}
	if err := hold.Extend(); err != nil {
		return err
	}
	pending, err := p.Start(e.quitCtx)
	begun()
	if err != nil {
		return e.orStaged(err)
	}
	r, err := pending.Wait()
	if err != nil {
		return e.orStaged(err)
	}
	defer func() {
		if r.Close() && err != nil {
			err = pgerror.Canceled
		}
	}()
	r.As(e.st.GetProfile())
	e.completion.RowsChanged = r.Changed()
	if e.pass != nil && r.Schema().NumFields() > 0 && p.Kind() != workerpb.StatementType_STATEMENT_TYPE_EXPLAIN {
		e.pass() // DuckLake's writes return no rows, and a client may take long to read these
	}
	if !e.described {
		e.schema <- r.Schema()
		e.described = true
	}
	return e.orStaged(e.pump(r))
}

// orStaged returns what kept DuckDB from the staged rows instead of what DuckDB made of it.
func (e *execution) orStaged(err error) error {
	if err == nil || e.staged == nil || e.quitCtx.Err() != nil {
		return err
	}
	return cmp.Or(e.staged.failure(), err)
}

// pump moves chunks into batches until the result ends or nobody wants it.
func (e *execution) pump(r *duck.Result) error {
	c := duck.NewCoalescer(r.Schema())
	defer c.Release()
	for {
		chunk, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		batches, err := c.Add(chunk)
		if err := errors.Join(e.offerAll(batches), err); err != nil {
			return err
		}
	}
	batch, err := c.Flush()
	if err != nil || batch == nil {
		return err
	}
	return e.offer(batch)
}

// offerAll offers batches in order; those that nobody takes are released.
func (e *execution) offerAll(batches []arrow.RecordBatch) error {
	err := pgerror.FromContext(e.quitCtx)
	for _, b := range batches {
		if err != nil {
			b.Release()
			continue
		}
		err = e.offer(b)
	}
	return err
}

// offer hands a batch to deliver, waiting while two are under way: a reader that stops, stops DuckDB.
func (e *execution) offer(batch arrow.RecordBatch) error {
	if e.completion.Rows == 0 {
		e.completion.Statistics.FirstBatchNanos = uint64(time.Since(e.started))
	}
	e.completion.Rows += uint64(batch.NumRows())
	select {
	case e.batches <- batch:
		return nil
	case <-e.quitCtx.Done():
		batch.Release()
		return pgerror.FromContext(e.quitCtx)
	}
}

// deliver sends schema and batches into out until work has ended or ctx has. In the latter case it returns at once with
// the reason, and the execution is abandoned.
func (e *execution) deliver(ctx context.Context, out workerapi.Sink) (*workerpb.Completion, error) {
	for {
		select {
		case s := <-e.schema:
			if err := out.Schema(s); err != nil {
				return nil, e.abandon(err)
			}
		case b := <-e.batches:
			if err := e.sendSchemaFirst(out); err != nil {
				b.Release()
				return nil, e.abandon(err)
			}
			if err := out.Batch(b); err != nil {
				if ctx.Err() != nil {
					err = pgerror.FromContext(ctx)
				}
				return nil, e.abandon(err)
			}
		case <-e.done:
			return e.finish(out)
		case <-ctx.Done():
			return nil, e.abandon(pgerror.FromContext(ctx))
		case <-e.quitCtx.Done():
			return nil, e.abandon(context.Cause(e.quitCtx))
		}
	}
}

// leavesNothing tells whether the connection is as it was before. What changes more than rows belongs into a session; an
// EXPLAIN ANALYZE can run anything.
func (e *execution) leavesNothing() bool {
	switch e.completion.GetStatementType() {
	case workerpb.StatementType_STATEMENT_TYPE_SELECT, workerpb.StatementType_STATEMENT_TYPE_INSERT, workerpb.StatementType_STATEMENT_TYPE_UPDATE,
		workerpb.StatementType_STATEMENT_TYPE_DELETE, workerpb.StatementType_STATEMENT_TYPE_MERGE:
		return true
	}
	return false
}

// cancel makes deliver return reason.
func (e *execution) cancel(reason error) { e.quit(reason) }

// sendSchemaFirst puts the order right when both channels were ready.
func (e *execution) sendSchemaFirst(out workerapi.Sink) error {
	select {
	case s := <-e.schema:
		return out.Schema(s)
	default:
		return nil
	}
}

// finish sends what work left in the channels.
func (e *execution) finish(out workerapi.Sink) (*workerpb.Completion, error) {
	if err := e.sendSchemaFirst(out); err != nil {
		return nil, err
	}
	for {
		select {
		case b := <-e.batches:
			if e.err != nil {
				b.Release()
				continue
			}
			if err := out.Batch(b); err != nil {
				e.drop()
				return nil, err
			}
			continue
		default:
		}
		break
	}
	e.completion.Statistics.ElapsedNanos = uint64(time.Since(e.started))
	e.completion.Statistics.PeakMemoryBytes = e.peak.Load()
	return e.completion, e.err
}

// abandon gives the execution up: it tells work that nobody reads, and DuckDB to stop. It waits for that for a short while,
// and returns reason.
func (e *execution) abandon(reason error) error {
	e.quit(reason)
	if e.lease.stop(e.done) {
		e.drop()
		return reason
	}
	e.abandoned.Store(true)
	go e.drain()
	return reason
}

// drain waits for an abandoned execution's end. work's owner, the Worker, waits for work itself.
func (e *execution) drain() {
	e.lease.stopBehind(e.done)
	e.drop()
}

// drop releases batches that nobody took.
func (e *execution) drop() {
	for {
		select {
		case b := <-e.batches:
			b.Release()
		default:
			return
		}
	}
}
