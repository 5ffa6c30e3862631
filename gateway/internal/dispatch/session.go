package dispatch

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Session is one client's road to the workers. It is used by one goroutine at a time, and closed by who made it.
type Session struct {
	*session.Session
	d    *Dispatcher
	id   string
	user *workerpb.User
	// Profile is which types results have: lossless for who reads them by Rows.
	Profile workerpb.Profile
	// notice tells the client something beside its results.
	notice func(*pgerror.Error)
	pin    *pin
	// client is who uses the session, and activity what others see of it.
	client   Client
	activity activity
}

// NewSession returns the road of a client. notice is called, by the goroutine that uses the Session, with what the
// client should be told.
func (d *Dispatcher) NewSession(st *session.Session, c Client, notice func(*pgerror.Error)) *Session {
	s := &Session{
		Session: st, d: d, id: d.newID(), notice: notice, client: c,
		user: &workerpb.User{Name: st.User, Superuser: st.Superuser},
	}
	s.activity.client, s.activity.identity, s.activity.begun, s.activity.state = c, st.Identity, time.Now(), stateIdle
	d.sessionsMu.Lock()
	d.sessions[s.id] = s
	d.sessionsMu.Unlock()
	return s
}

// Close closes portals, rolls back, and frees what the session holds at a worker.
func (s *Session) Close() {
	s.ClosePortals()
	s.unpin()
	s.d.sessionsMu.Lock()
	delete(s.d.sessions, s.id)
	s.d.sessionsMu.Unlock()
}

// Run starts a portal's statement. The caller reads the Rows to their end and closes them. An error leaves a transaction
// block failed; so does one that Rows.Next returns. limited says that other statements may come before the last row is read.
func (s *Session) Run(ctx context.Context, p *session.Portal, limited bool) (*Rows, error) {
	limited = limited && len(p.Statement.Columns) > 0
	st, err := s.runnable(p.Statement)
	if err != nil {
		return nil, err
	}
	if rows, ok, err := s.signals(ctx, p, st); ok {
		return rows, err
	}
	p, out, err := copied(p, st)
	if err != nil {
		return nil, err
	}
	ctx, q := s.begin(ctx, p.Statement)
	rows, err := s.start(ctx, p, limited)
	if err != nil {
		s.ended(p.Statement, q, 0, err)
		return nil, err
	}
	s.follow(rows, p.Statement, q, out)
	return rows, nil
}

// runnable returns what a statement stands for, if the session may run it now.
func (s *Session) runnable(st *session.Statement) (*session.Statement, error) {
	if err := s.Allows(st.Verb); err != nil {
		return nil, err
	}
	return s.resolve(st)
}

// copied returns the portal of a statement's rows, and how they are copied; nil: they are not.
func copied(p *session.Portal, st *session.Statement) (_ *session.Portal, out *sqltext.ClientCopy, err error) {
	if st.Verb == sqltext.Copy && st.IsClientCopy() {
		if st, out, err = copyOut(st); err != nil {
			return nil, nil, err
		}
	}
	if st != p.Statement {
		p = &session.Portal{Statement: st}
	}
	return p, out, nil
}

// ended notes how a statement has ended whose rows are nobody's to read.
func (s *Session) ended(st *session.Statement, q *query, rows uint64, err error) {
	if err != nil {
		s.Fail()
		s.dropIdlePin()
	}
	s.finished(st, q, rows, err)
}

// follow sees to what comes of a statement's rows.
func (s *Session) follow(rows *Rows, st *session.Statement, q *query, out *sqltext.ClientCopy) {
	if out != nil {
		rows.clientCopy = out
		rows.tag = func(n uint64) string { return "COPY " + strconv.FormatUint(n, 10) }
	}
	rows.ended = func(n uint64, err error) {
		if err != nil {
			s.Fail()
		} else if s.pin != nil {
			s.noteTemporary(st)
		}
		if rows.stream != nil && err == nil {
			s.d.learn(q, rows.stream.Completion())
		}
		s.finished(st, q, n, err)
	}
}

// noteTemporary notes the names that a statement has given to temporary objects.
func (s *Session) noteTemporary(st *session.Statement) {
	if st.Effect == sqltext.CreateTemp {
		s.pin.made(st, s.InBlock())
	}
	if old, column, to := st.Renamed(); to != "" && column == "" && s.mayBeTemp(old) {
		s.pin.named(to)
		for i, name := range s.pin.leaving {
			if strings.EqualFold(name, old.Name) {
				s.pin.leaving[i] = to
			}
		}
	}
}

// begin counts a query, and returns its context. finished is its end.
func (s *Session) begin(ctx context.Context, st *session.Statement) (context.Context, *query) {
	s.d.metrics.active.Inc()
	q := s.d.queries.begin(&s.activity, st.Text)
	q.beside = s.pin == nil && watches(st) // what is the session's own may have the name of anything
	return context.WithValue(ctx, queryKey{}, q), q
}

// learn notes what a query has needed, for those like it, and what it has read.
func (d *Dispatcher) learn(q *query, done *workerpb.Completion) {
	z, peak := q.measured(done)
	d.metrics.scanned.Add(float64(z.Scans))
	if z.known && d.cfg.Sizer != nil {
		d.cfg.Sizer.Learn(z.fingerprint, peak)
	}
}

// finished is where a query's one line of log is written.
func (s *Session) finished(st *session.Statement, q *query, rows uint64, err error) {
	q.finish(rows, err)
	s.d.queries.end(q)
	if q.tried() {
		s.d.queue.Wake() // its room is free; the worker says so as well, within 20 ms
	}
	s.d.metrics.finished(q.started, rows, err)
	attrs := []any{"session_id", s.id, "user", s.User, "query", q.id, "rows", rows, "seconds", time.Since(q.started).Seconds()}
	if s.d.cfg.LogSQL {
		attrs = append(attrs, "sql", st.Text)
	}
	if err != nil {
		attrs = append(attrs, "sqlstate", string(pgerror.CodeOf(err)))
		if s.d.cfg.LogSQL { // an error may name a value
			attrs = append(attrs, "error", err)
		}
		s.d.log.Info("query failed", attrs...)
		return
	}
	s.d.log.Debug("query finished", attrs...)
}

func (s *Session) start(ctx context.Context, p *session.Portal, limited bool) (*Rows, error) {
	st := p.Statement
	switch {
	case isTransaction(st.Verb):
		return answered(s.transaction(ctx, st))
	case st.Verb == sqltext.Prepare:
		return answered(s.prepareSQL(ctx, st))
	case st.Verb == sqltext.Declare:
		return s.declare(ctx, p)
	case st.Verb == sqltext.Fetch, st.Verb == sqltext.Move:
		return s.fetch(ctx, st, limited)
	case session.Answers(&st.Statement, st.Verb):
		return s.answer(st)
	}
	if c := st.OwnerChange(); c != nil {
		return s.changeOwner(ctx, st, c)
	}
	if of, ok := st.ExplainsSize(); ok {
		return s.explainSize(ctx, session.NewStatement(of)), nil
	}
	if err := s.allowed(st, p); err != nil {
		return nil, err
	}
	if !limited || !s.InBlock() && s.pin == nil {
		return s.work(ctx, p)
	}
	// The session's connection is for what comes next.
	if st.Verb != sqltext.Explain {
		return s.suspended(ctx, p)
	}
	rows, err := s.work(ctx, p) // a plan is short, and not what a worker's cursor would give
	if err == nil {
		err = rows.readAll()
	}
	return rows, err
}

// answer answers a statement by itself.
func (s *Session) answer(st *session.Statement) (*Rows, error) {
	a, err := s.Answer(&st.Statement, st.Verb)
	if err != nil {
		return nil, locate(err, &st.Statement, nil)
	}
	for _, n := range a.Notices {
		s.notice(n)
	}
	if a.Unpin {
		s.unpin()
	}
	return fixed(a), nil
}

// answered returns Rows of what the session has answered by itself.
func answered(a *session.Answer, err error) (*Rows, error) {
	if err != nil {
		return nil, err
	}
	return fixed(a), nil
}

// allowed refuses what the session may not run, and parameters that were not given.
func (s *Session) allowed(st *session.Statement, p *session.Portal) error {
	err := s.guard(st)
	if err == nil && len(p.Params) == 0 {
		err = st.NoParams()
	}
	return locate(err, &st.Statement, nil)
}

// work runs a statement at a worker.
func (s *Session) work(ctx context.Context, p *session.Portal) (*Rows, error) {
	return s.timed(ctx, func(ctx context.Context) (*Rows, error) { return s.stream(ctx, p) })
}

// timed calls start with a context that ends after statement_timeout, or with the Rows.
func (s *Session) timed(ctx context.Context, start func(context.Context) (*Rows, error)) (*Rows, error) {
	ctx, timer := s.withTimeout(ctx)
	rows, err := start(ctx)
	if err != nil {
		if ctx.Err() != nil && pgerror.CodeOf(err) != pgerror.TransactionResolutionUnknown {
			err = pgerror.FromContext(ctx)
		}
		timer.end()
		return nil, err
	}
	rows.timer = timer
	return rows, nil
}

// timer ends a statement's context after statement_timeout, which includes the wait for a worker. It stands still while a
// portal is suspended. The context has no deadline of its own: gRPC would hand that on, and its word for it does not say
// why.
type timer struct {
	// asked is the context of who asked for the statement: that it ends says nothing of a worker.
	asked  context.Context
	cancel context.CancelCauseFunc
	limit  time.Duration
	t      *time.Timer // nil: no limit
}

func (s *Session) withTimeout(ctx context.Context) (context.Context, *timer) {
	asked := ctx
	ctx, cancel := context.WithCancelCause(context.WithValue(ctx, waiterKey{}, waiter{&s.activity, s.client.Waits}))
	t := &timer{asked: asked, cancel: cancel, limit: s.Settings.Duration("statement_timeout")}
	if t.limit > 0 {
		t.t = time.AfterFunc(t.limit, func() { cancel(errStatementTimeout) })
	}
	return ctx, t
}

func (t *timer) stop() {
	if t.t != nil {
		t.t.Stop()
	}
}

func (t *timer) start() {
	if t.t != nil {
		t.t.Reset(t.limit)
	}
}

func (t *timer) end() {
	t.stop()
	t.cancel(nil)
}

var errStatementTimeout = pgerror.New(pgerror.QueryCanceled, "canceling statement due to statement timeout")

// stream starts a statement that is one for DuckDB too, and runs one that is several.
func (s *Session) stream(ctx context.Context, p *session.Portal) (*Rows, error) {
	list, err := partsOf(p.Statement)
	if err != nil {
		return nil, locate(err, &p.Statement.Statement, nil)
	}
	if len(list) > 0 {
		return s.together(ctx, p.Statement, list)
	}
	rows, err := s.one(ctx, p)
	if what, _ := p.Statement.OnCommit(); err != nil || what != "DROP" || s.InBlock() {
		return rows, err
	}
	if err := s.drop(ctx, []string{p.Statement.MadeTemporary()}); err != nil { // the COMMIT is the statement's own end
		rows.Close()
		return nil, err
	}
	return rows, nil
}

// one starts a statement that is one for DuckDB; if that takes it for one about something of another kind, as several.
func (s *Session) one(ctx context.Context, p *session.Portal) (*Rows, error) {
	rows, err := s.send(ctx, p)
	if pgerror.CodeOf(err) == pgerror.WrongObjectType {
		list, viewErr := ofView(p.Statement)
		if viewErr != nil {
			return nil, viewErr
		}
		if len(list) > 0 {
			return s.together(ctx, p.Statement, list)
		}
	}
	return rows, err
}

func (s *Session) send(ctx context.Context, p *session.Portal) (*Rows, error) {
	st := p.Statement
	req, text, pin, err := s.request(ctx, p, s.runsInside(st))
	if err != nil {
		return nil, err
	}
	fix := func(err error) error {
		if err = locate(err, &st.Statement, &text.Rewritten); pin != nil {
			err = s.lost(err)
		}
		return err
	}
	r, err := s.d.execute(ctx, req, pin.at(), isRead(st.Effect) && (pin == nil || !s.InBlock()))
	if err != nil {
		return nil, fix(err)
	}
	schema, err := r.stream.Schema()
	if err != nil {
		r.stream.Close()
		return nil, fix(err)
	}
	var convert func(*Batch) *Batch
	if isPlan(schema, &st.Statement) {
		whole := st.HasFormat()
		convert = func(b *Batch) *Batch { return planLines(b, whole) }
	}
	schema = named(schema, &st.Statement)
	if text.unchanged != nil && r.ended && r.stream.Completion().GetRowsChanged() == 0 {
		r.stream.Close()
		return nil, text.unchanged
	}
	if text.notice != nil {
		s.notice(text.notice)
	}
	return &Rows{
		schema: schema, ctx: ctx, next: r.first, stream: r.stream, done: r.ended, tag: st.Tag, locate: fix, convert: convert,
	}, nil
}

// request returns a portal's statement as a worker gets it, its text, and where it runs in the session's own connection. own
// says that it may need that; pin is nil where it does not.
func (s *Session) request(ctx context.Context, p *session.Portal, own bool) (req *workerpb.Statement, text *noted, pin *pin, err error) {
	st := p.Statement
	if own {
		if pin, err = s.pinFor(ctx, st.Effect); err != nil {
			return nil, nil, nil, err
		}
		if s.InBlock() && st.Effect.Writes() {
			s.Wrote()
		}
		if s.pin != nil && (st.Effect == sqltext.Drop || st.Effect == sqltext.Alter) {
			s.pin.tables = nil
		}
	}
	if text, err = s.noted(st, p, true); err != nil {
		return nil, nil, nil, err
	}
	tables, err := s.tables(st)
	if err != nil {
		return nil, nil, nil, err
	}
	req = &workerpb.Statement{
		Tables:  tables,
		QueryId: s.d.newID(), User: s.user, Sql: text.Text, Parameters: p.Params, ParameterTypes: p.Casts,
		Settings: s.Settings.Worker(), Profile: s.Profile, Lasting: s.lasting(st), After: text.after,
	}
	if pin != nil {
		req.SessionId = pin.id
	}
	if q := queryOf(ctx); q.watches() {
		req.Beside = true
	} else {
		z := s.size(ctx, st)
		q.expected(z)
		req.MemoryBytes = z.Bytes
	}
	if pin == nil {
		req.CatalogCopy, req.CatalogTables = catalog.Database, copiesRead(st, text)
	}
	return req, text, pin, nil
}

// lasting tells whether a statement may change something that lasts at the worker.
func (s *Session) lasting(st *session.Statement) bool {
	return st.Effect.WritesLasting() && !st.CopiesTo() && !(s.pin != nil && s.pin.tables[st.Changed()])
}

// copiesRead returns the copies that a statement reads, as far as is known. Names of information_schema are qualified, and found
// in the text.
func copiesRead(st *session.Statement, text *noted) []string {
	return (copiesOf(st, false) | catalog.CopiesIn(text.Text)).Tables()
}

// copiesOf returns the copies of the catalog's views that a statement's names may read. The names of information_schema, words
// that anybody uses, are only looked at where information says so.
func copiesOf(st *session.Statement, information bool) (c catalog.Copies) {
	for i, t := range st.Tokens {
		if name := st.Name(i); (t.Kind == sqltext.Word || t.Kind == sqltext.Quoted) && (information || !catalog.InInformation(name)) {
			c |= catalog.CopiesOf(name)
		}
	}
	return c
}

// asksCatalog tells whether a statement may ask what tables, views and columns there are.
func asksCatalog(st *session.Statement) bool { return copiesOf(st, true) != 0 }

// isRead tells whether a statement changes nothing, as far as its words tell.
func isRead(v sqltext.Verb) bool {
	return v == sqltext.Select || v == sqltext.Describe || v == sqltext.Explain
}

// Bind makes a portal of a statement and its parameters' values: nil is NULL, codes are their formats, and formats those
// wanted for the result.
func (s *Session) Bind(st *session.Statement, values [][]byte, codes, formats []int16) (*session.Portal, error) {
	if err := s.Allows(st.Verb); err != nil {
		return nil, err
	}
	if _, err := pgenc.Formats(formats, len(st.Columns)); err != nil {
		return nil, err
	}
	if !s.Superuser && len(values) > 0 && st.ReadsFiles() {
		for _, v := range values {
			if err := sqltext.RefusedFile(string(v)); err != nil {
				return nil, err
			}
		}
	}
	p := &session.Portal{Statement: st, Formats: formats}
	st.Functions(func(name string, _ int) {
		if name == "set_config" && p.Texts == nil {
			for _, v := range values {
				p.Texts = append(p.Texts, string(v))
			}
		}
	})
	rec, casts, err := pgenc.Params(values, codes, st.ParamOIDs)
	if err != nil {
		return nil, err
	}
	defer rec.Release()
	if len(values) > 0 {
		p.Casts = casts
		p.Params, err = workerapi.EncodeRow(rec)
	}
	return p, err
}

// Describe finds out what a statement is, without running it: its parameters' types and its result's columns. oids are
// the declared types, which may be fewer than the parameters.
func (s *Session) Describe(ctx context.Context, text sqltext.Statement, oids []pgenc.OID) (*session.Statement, error) {
	st := session.NewStatement(text)
	if err := s.Allows(st.Verb); err != nil {
		return nil, err
	}
	n, err := text.Params()
	if err != nil {
		return nil, locate(err, &text, nil)
	}
	n = max(n, len(oids))
	switch {
	case isTransaction(st.Verb), st.Verb == sqltext.Prepare:
		return st, nil
	case st.Verb == sqltext.Execute:
		run, err := s.resolve(st)
		if err != nil {
			return nil, err
		}
		st.Columns = run.Columns
		return st, nil
	case st.Verb == sqltext.Declare:
		d, err := st.Declaration()
		if err != nil {
			return nil, locate(err, &text, nil)
		}
		query, err := s.Describe(ctx, d.Query, oids)
		if err == nil {
			st.ParamOIDs = query.ParamOIDs
		}
		return st, err
	case st.Verb == sqltext.Fetch, st.Verb == sqltext.Move:
		p, m, err := s.cursorOf(st)
		if err == nil && !m.Silent {
			st.Columns = p.Statement.Columns
		}
		return st, err
	case st.Verb == sqltext.Copy && st.IsClientCopy():
		_, err := st.ClientCopy()
		return st, locate(err, &text, nil)
	case session.Answers(&text, st.Verb):
		names, err := s.Columns(&text, st.Verb)
		for _, name := range names {
			st.Columns = append(st.Columns, session.Column{Name: name, Type: pgenc.TextType})
		}
		return st, locate(err, &text, nil)
	case st.OwnerChange() != nil:
		return st, nil
	}
	if _, ok := st.ExplainsSize(); ok {
		st.Schema, st.Columns = planSchema, columns(planSchema)
		return st, nil
	}
	if err := s.guard(st); err != nil {
		return nil, locate(err, &text, nil)
	}
	if list, err := partsOf(st); err != nil || len(list) > 0 {
		return st, locate(err, &text, nil) // PostgreSQL looks at such a statement when it runs it
	}
	signals, bare, signalling, err := text.Signals()
	if err != nil {
		return nil, err
	}
	if signalling {
		own := st.Statement
		st.Statement = bare
		defer func() {
			st.Statement = own
			for _, sig := range signals {
				if sig.Column < len(st.Columns) {
					st.Columns[sig.Column].Type = pgenc.BoolType
				}
			}
		}()
	}
	ctx, timer := s.withTimeout(ctx)
	defer timer.end()
	declared := make([]pgenc.OID, n)
	copy(declared, oids)
	st.CastParams(func(n int, typ string) {
		if oid, ok := pgenc.TypeNamed(typ); ok && n >= 1 && n <= len(declared) && declared[n-1] == 0 {
			declared[n-1] = oid
		}
	})
	st.Declared = declared
	if err := s.ask(ctx, st, declared); err != nil {
		if ctx.Err() != nil {
			err = pgerror.FromContext(ctx)
		}
		s.dropIdlePin()
		return nil, err
	}
	s.dropIdlePin()
	return st, nil
}

// ask fills in what a worker's Prepare says. DuckDB loses the result's schema, or a parameter's type, when a parameter
// has no type: then each gets one, from its context or else text, and it is asked again, and once more for every operator
// that there is not for text.
func (s *Session) ask(ctx context.Context, st *session.Statement, declared []pgenc.OID) error {
	resp, err := s.prepare(ctx, st, declared)
	if err != nil && (!slices.Contains(declared, pgenc.OIDUnspecified) || ctx.Err() != nil) {
		return err
	}
	st.ParamTypes = resp.GetParameterTypes()
	st.ParamOIDs = parameterTypes(&st.Statement, declared, st.ParamTypes)
	if err != nil || resp.GetSchemaUnknown() {
		const most = 100 // operators
		again := true
		for n := 0; again && n < most; n++ {
			resp, err = s.prepare(ctx, st, st.ParamOIDs)
			again = err != nil && ctx.Err() == nil && likeOther(err, &st.Statement, declared, st.ParamOIDs)
		}
		if err != nil {
			return err
		}
	}
	if resp.GetSchemaUnknown() {
		resp = s.prepareWithNulls(ctx, st, resp)
	}
	schema, err := workerapi.DecodeSchema(resp.GetSchema())
	if err != nil {
		return err
	}
	st.Schema = named(schema, &st.Statement)
	st.Columns = columns(st.Schema)
	return nil
}

// prepareWithNulls asks for the result's columns of a statement with parameters where DuckDB wants constants before it tells:
// with NULLs in their places. It returns resp where that does not help.
func (s *Session) prepareWithNulls(ctx context.Context, st *session.Statement, resp *workerpb.PrepareResponse) *workerpb.PrepareResponse {
	values := make([]string, len(st.ParamOIDs))
	for i, oid := range st.ParamOIDs {
		values[i] = "CAST(NULL AS " + cmp.Or(pgenc.DuckType(oid), "VARCHAR") + ")"
	}
	list, err := sqltext.Split(st.ReplaceParams(values))
	if err != nil || len(list) != 1 {
		return resp
	}
	known, err := s.prepare(ctx, session.NewStatement(list[0]), nil)
	if err != nil || known.GetSchemaUnknown() {
		return resp
	}
	return known
}

// named returns the schema with the names that PostgreSQL gives to columns that have none.
func named(schema *arrow.Schema, st *sqltext.Statement) *arrow.Schema {
	if isPlan(schema, st) {
		return planSchema
	}
	names := st.ColumnNames()
	if names == nil || schema.NumFields() == 0 {
		return schema
	}
	fields := slices.Clone(schema.Fields())
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	names.Apply(list)
	for i := range fields {
		fields[i].Name = list[i]
	}
	return arrow.NewSchema(fields, nil)
}

func (s *Session) prepare(ctx context.Context, st *session.Statement, oids []pgenc.OID) (*workerpb.PrepareResponse, error) {
	casts := make([]string, len(oids))
	for i, oid := range oids {
		casts[i] = pgenc.DuckType(oid)
	}
	text, err := s.noted(st, &session.Portal{Casts: casts}, false)
	if err != nil {
		return nil, err
	}
	tables, err := s.tables(st)
	if err != nil {
		return nil, err
	}
	req := &workerpb.PrepareRequest{
		Tables:  tables,
		QueryId: s.d.newID(), User: s.user, Sql: text.Text, ParameterTypes: casts,
		Settings: s.Settings.Worker(), Profile: s.Profile, Lasting: s.lasting(st), CatalogTables: copiesRead(st, text),
	}
	var pin *pin
	if s.runsInside(st) {
		if pin, err = s.pinFor(ctx, st.Effect); err != nil {
			return nil, err
		}
	}
	var resp *workerpb.PrepareResponse
	if pin != nil {
		req.SessionId = pin.id
		resp, err = pin.worker.Client.Prepare(ctx, req)
		return resp, s.lost(locate(err, &st.Statement, &text.Rewritten))
	}
	err = s.d.onAnyWorker(ctx, func(w *router.Worker) (err error) {
		resp, err = w.Client.Prepare(ctx, req)
		return err
	})
	return resp, locate(err, &st.Statement, &text.Rewritten)
}
