package worker

import (
	"cmp"
	"context"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

var _ workerapi.Service = (*Worker)(nil)

// Execute implements workerapi.Service: reserve, lend a connection, run, stream.
func (w *Worker) Execute(ctx context.Context, st *workerpb.Statement, out workerapi.Sink) (*workerpb.Completion, error) {
	e, err := w.start(ctx, st)
	if err != nil {
		return nil, err
	}
	if err := out.Granted(); err != nil {
		return nil, e.abandon(err)
	}
	return e.deliver(ctx, out)
}

// start begins a statement, whose rows the caller delivers, or abandons.
func (w *Worker) start(ctx context.Context, st *workerpb.Statement) (*execution, error) {
	in, err := w.enter(ctx, st)
	if err != nil {
		return nil, err
	}
	e := newExecution(st, in, w.writers, func() func() {
		defer w.touch()
		return w.ledger.park(in.granted)
	})
	if err := w.add(e); err != nil {
		in.leave()
		return nil, err
	}
	go e.work(func() {
		w.noteFatal(e.err)
		e.lease.giveBack(e.err == nil && !e.abandoned.Load() && e.leavesNothing())
		w.remove(e)
	})
	return e, nil
}

// entry is what a statement has before it runs: what it may read of Go's, memory, a connection.
type entry struct {
	w       *Worker
	st      *workerpb.Statement
	tables  map[string]duck.Rows
	staged  *spool // those of tables that a client sends; nil: none
	granted uint64
	lease   *lease
}

// enter reserves what a statement needs. Who gets the entry gives back what is in it, by leave if nothing has run.
func (w *Worker) enter(ctx context.Context, st *workerpb.Statement) (*entry, error) {
	if st.GetDialect() != workerpb.Dialect_DIALECT_POSTGRES {
		return nil, pgerror.New(pgerror.FeatureNotSupported, "this worker serves the PostgreSQL dialect only")
	}
	in := &entry{w: w, st: st}
	var err error
	if in.tables, in.staged, err = w.tables(st); err != nil {
		return nil, err
	}
	if in.granted, err = w.grant(st); err != nil {
		return nil, err
	}
	if in.lease, err = w.conns.lend(ctx, st.GetSessionId(), st.GetSettings(), st.GetLasting()); err != nil {
		w.ungrant(st, in.granted)
		return nil, err
	}
	return in, nil
}

func (in *entry) leave() {
	in.lease.giveBack(true)
	in.w.ungrant(in.st, in.granted)
}

// grant reserves a statement's memory. Where there is no room now, cursors make some.
func (w *Worker) grant(st *workerpb.Statement) (uint64, error) {
	if st.GetBeside() {
		w.ledger.mark()
		return 0, nil
	}
	ask := cmp.Or(st.GetMemoryBytes(), w.cfg.QueryMemory)
	if short := w.shortOf(ask); short > 0 && w.cursors.relieve(short) {
		return 0, errNoRoom()
	}
	granted, err := w.ledger.grant(wish{bytes: ask, elsewhere: st.GetElsewhere(), pinned: st.GetSessionId() != "" || st.GetStaged() != ""})
	if err != nil {
		w.cursors.relieve(ask)
	}
	return granted, err
}

// ungrant ends what grant has granted.
func (w *Worker) ungrant(st *workerpb.Statement, granted uint64) {
	if st.GetBeside() {
		w.ledger.unmark()
		return
	}
	w.ledger.release(granted)
}

// shortOf returns how many bytes that cursors hold are missing for a statement that asks for so many: what they hold is
// promised by a guess, and here it is looked at.
func (w *Worker) shortOf(ask uint64) uint64 {
	beginning, any := w.cursors.holding()
	if !any {
		return 0
	}
	held, err := w.in.Held()
	if err != nil {
		held = w.memory().duckdb // DuckDB is so full that it can't even tell
	}
	limit := w.memory().duckdb
	limit -= limit / 4 // what DuckDB does not count has its place too
	need := held + beginning + min(ask, limit)
	return need - min(need, limit)
}

// add registers an execution, unless the worker drains.
func (w *Worker) add(e *execution) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return errDraining()
	}
	if w.running[e.id] != nil {
		return pgerror.Newf(pgerror.ProtocolViolation, "query id %q is in use", e.id)
	}
	w.running[e.id] = e
	w.started++
	w.works.Add(1)
	w.notify()
	w.stir()
	return nil
}

// remove is called when DuckDB has ended an execution: only now is its memory free again.
func (w *Worker) remove(e *execution) {
	w.ungrant(e.st, e.reserved)
	w.mu.Lock()
	delete(w.running, e.id)
	w.notify()
	w.mu.Unlock()
	w.works.Done()
}

// hold counts a call that keeps rows here which nothing else counts, until release is called. It fails for a new one when the
// worker drains; one that ends what was here may go on.
func (w *Worker) hold(isNew bool) (release func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining && isNew {
		return nil, errDraining()
	}
	w.held++
	w.notify()
	return func() {
		w.mu.Lock()
		w.held--
		w.notify()
		w.mu.Unlock()
	}, nil
}

func errDraining() error {
	return &pgerror.Error{Code: pgerror.CannotConnectNow, Message: "this worker is shutting down", Retryable: true}
}

// noteFatal stops the worker after an error that left DuckDB unusable. Not every error of that class does.
func (w *Worker) noteFatal(err error) {
	var fatal *duck.FatalError
	if !errors.As(err, &fatal) {
		return
	}
	if w.in.Alive() {
		w.log.Error("DuckDB reported an internal error and goes on", "error", fatal)
		return
	}
	select {
	case w.broken <- fatal:
	default:
	}
}

// Prepare implements workerapi.Service.
func (w *Worker) Prepare(ctx context.Context, r *workerpb.PrepareRequest) (*workerpb.PrepareResponse, error) {
	tables, err := sentTables(r.GetTables())
	if err != nil {
		return nil, err
	}
	l, err := w.conns.lend(ctx, r.GetSessionId(), r.GetSettings(), r.GetLasting())
	if err != nil {
		return nil, err
	}
	type answer struct {
		resp *workerpb.PrepareResponse
		err  error
	}
	answered := make(chan answer, 1)
	w.works.Add(1)
	go func() {
		defer w.works.Done()
		resp, err := w.describe(ctx, l, r, tables)
		l.giveBack(true)
		answered <- answer{resp, err}
	}()
	select {
	case a := <-answered:
		w.noteFatal(a.err)
		return a.resp, a.err
	case <-ctx.Done():
		// Binding may read a remote file's footer: it is asked to stop, and ends behind the scene.
		l.interrupt()
		return nil, pgerror.FromContext(ctx)
	}
}

func (w *Worker) describe(ctx context.Context, l *lease, r *workerpb.PrepareRequest, tables map[string]duck.Rows) (*workerpb.PrepareResponse, error) {
	rest, err := l.begin(ctx, w.writers, r.GetSql(), r.GetLasting(), noPark)
	if err != nil {
		return nil, err
	}
	defer rest()
	l.copies = r.GetCatalogTables()
	p, err := l.prepare(r.GetSql(), tables, guard(r.GetUser(), r.GetSessionId()))
	if err != nil {
		return nil, err
	}
	defer p.Close()
	schema, ok, err := p.Schema(r.GetProfile())
	if err != nil {
		return nil, err
	}
	resp := &workerpb.PrepareResponse{StatementType: p.Kind(), ParameterTypes: p.Parameters(), SchemaUnknown: !ok}
	if !ok {
		schema = arrow.NewSchema(nil, nil)
	}
	resp.Schema, err = workerapi.EncodeSchema(schema)
	return resp, err
}

// OpenSession implements workerapi.Service.
func (w *Worker) OpenSession(_ context.Context, r *workerpb.OpenSessionRequest) (*workerpb.OpenSessionResponse, error) {
	w.owners.heard(r.GetClient())
	if err := w.conns.open(r); err != nil {
		return nil, err
	}
	w.mu.Lock()
	draining := w.draining // looked at when the session is there: a Drain of an idle worker has seen one or the other
	w.notify()
	w.mu.Unlock()
	if draining {
		w.closeSession(r.GetSessionId())
		return nil, errDraining()
	}
	return &workerpb.OpenSessionResponse{}, nil
}

// CloseSession implements workerapi.Service.
func (w *Worker) CloseSession(_ context.Context, r *workerpb.CloseSessionRequest) (*workerpb.CloseSessionResponse, error) {
	w.closeSession(r.GetSessionId())
	return &workerpb.CloseSessionResponse{}, nil
}

func (w *Worker) closeSession(id string) {
	w.cancelWhere(func(e *execution) bool { return id != "" && e.st.GetSessionId() == id },
		pgerror.New(pgerror.QueryCanceled, "canceling statement because its session ends"))
	w.works.Add(1)
	w.conns.close(id, w.works.Done)
	w.touch()
}

// Cancel implements workerapi.Service. The statement's own call hears 57014; this one only reports.
func (w *Worker) Cancel(_ context.Context, r *workerpb.CancelRequest) (*workerpb.CancelResponse, error) {
	w.mu.Lock()
	e := w.running[r.GetQueryId()]
	w.mu.Unlock()
	if e != nil {
		e.cancel(pgerror.Canceled)
	}
	waited := w.dropResults(func(res *result) bool { return res.id == r.GetQueryId() }, pgerror.Canceled)
	return &workerpb.CancelResponse{Found: e != nil || waited}, nil
}

// Bootstrap implements workerapi.Service.
func (w *Worker) Bootstrap(_ context.Context, r *workerpb.BootstrapRequest) (*workerpb.BootstrapResponse, error) {
	tables, err := sentTables(r.GetTables())
	if err != nil {
		return nil, err
	}
	return &workerpb.BootstrapResponse{}, w.in.AddCatalog(r.GetDatabase(), r.GetSql(), tables)
}

// Drain implements workerapi.Service.
func (w *Worker) Drain(_ context.Context, r *workerpb.DrainRequest) (*workerpb.DrainResponse, error) {
	if !r.GetOnlyIdle() {
		w.setDraining()
		return &workerpb.DrainResponse{Draining: true}, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	open, _, _ := w.cursors.state()
	if len(w.running) > 0 || w.held > 0 || open > 0 || w.conns.sessionCount() > 0 || w.results.count() > 0 {
		return &workerpb.DrainResponse{}, nil
	}
	w.draining = true
	w.notify()
	return &workerpb.DrainResponse{Draining: true}, nil
}
