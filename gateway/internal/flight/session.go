package flight

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/flightsql"
	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Session implements flightsql.Session: statements start one after the other. Their rows are not its any more.
type Session struct {
	// turn is held by the one that uses s.
	turn sync.Locker
	*state
}

// state is what a session is, whoever has the turn.
type state struct {
	e      *Executor
	client flightsql.Client

	base context.Context
	stop context.CancelCauseFunc

	s *dispatch.Session

	// statement is the context of what runs, of the one that has the turn.
	statement context.Context

	mu      sync.Mutex
	running context.CancelCauseFunc // of what runs; nil: nothing
}

var _ flightsql.Session = (*Session)(nil)

// wantsCompat tells whether a client reads only the plain types of Arrow: the JDBC driver and the ODBC drivers, which are made of C++.
func wantsCompat(agent string) bool {
	a := strings.ToLower(agent)
	return strings.Contains(a, "jdbc") || strings.Contains(a, "grpc-java") || strings.Contains(a, "odbc")
}

// SetCompat implements flightsql.Session.
func (s *Session) SetCompat(on bool) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.s.Profile = workerpb.Profile_PROFILE_RICH
	if on {
		s.s.Profile = workerpb.Profile_PROFILE_COMPAT
	}
}

// Compat implements flightsql.Session.
func (s *Session) Compat() bool {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.s.Profile == workerpb.Profile_PROFILE_COMPAT
}

// with calls f with a context that ends with ctx, with the session, or when the session's statement is cancelled. what is what
// others see of it.
func (s *Session) with(ctx context.Context, what string, f func(ctx context.Context) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	if err := cmp.Or(pgerror.FromContext(s.base), pgerror.FromContext(ctx)); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.base, func() { cancel(context.Cause(s.base)) })()
	s.statement = ctx
	defer s.setRunning(s.nowRunning())
	s.setRunning(cancel)
	s.s.Active(what)
	defer s.s.Idle()
	return f(ctx)
}

// nowRunning returns what runs: what a statement within it is a part of.
func (s *Session) nowRunning() context.CancelCauseFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

func (s *Session) setRunning(cancel context.CancelCauseFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = cancel
}

// waits hears how the statement stands that runs now.
func (s *Session) waits(st *admission.Standing) {
	flightsql.TellStanding(s.statement, (*flightsql.Standing)(st))
}

// cancel ends what runs now.
func (s *Session) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.running(pgerror.Canceled)
	}
}

// failed notes an error of a statement: as in PostgreSQL, a block that it is in has failed, whatever was wrong.
func (s *Session) failed(err error) error {
	if err == nil {
		return nil
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	s.s.Fail()
	if pgerror.CodeOf(err) == pgerror.ConnectionFailure { // it never goes on without its state
		s.stop(err)
	}
	return err
}

// one reads the one statement of a text. ? stands for the next parameter.
func one(sql string) (sqltext.Statement, error) {
	sql, err := sqltext.NumberParams(sql)
	if err != nil {
		return sqltext.Statement{}, err
	}
	list, err := sqltext.Split(sql)
	if err != nil {
		return sqltext.Statement{}, err
	}
	whole := list[:0]
	for _, st := range list {
		if len(st.Tokens) > 0 {
			whole = append(whole, st)
		}
	}
	switch len(whole) {
	case 0:
		return sqltext.Statement{}, pgerror.New(pgerror.SyntaxError, "there is no statement")
	case 1:
		return whole[0], nil
	}
	return sqltext.Statement{}, pgerror.New(pgerror.FeatureNotSupported, "Flight SQL takes one statement at a time")
}

// Describe implements flightsql.Session.
func (s *Session) Describe(ctx context.Context, sql string) (out *flightsql.Description, err error) {
	text, err := one(sql)
	if err != nil {
		return nil, s.failed(err)
	}
	err = s.with(ctx, sql, func(ctx context.Context) error {
		st, err := s.s.Describe(ctx, text, nil)
		if err != nil {
			return err
		}
		out = &flightsql.Description{Params: paramSchema(st, s.s.Profile == workerpb.Profile_PROFILE_COMPAT), Result: resultSchema(st)}
		for _, oid := range st.ParamOIDs {
			out.Types = append(out.Types, uint32(oid))
		}
		return nil
	})
	return out, s.failed(err)
}

func resultSchema(st *session.Statement) *arrow.Schema {
	if st.Schema != nil {
		return told(st.Schema)
	}
	fields := make([]arrow.Field, len(st.Columns))
	for i, c := range st.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	return told(arrow.NewSchema(fields, nil))
}

// Run implements flightsql.Session.
func (s *Session) Run(ctx context.Context, sql string, params *flightsql.Params) (out *flightsql.Result, err error) {
	text, err := one(sql)
	if err != nil {
		return nil, s.failed(err)
	}
	p := &session.Portal{Statement: session.NewStatement(text)}
	if params != nil {
		if err := s.bind(p, params); err != nil {
			return nil, s.failed(err)
		}
	}
	err = s.with(ctx, sql, func(ctx context.Context) error {
		res, err := s.s.Open(ctx, p)
		if err != nil {
			return err
		}
		out = &flightsql.Result{Schema: told(res.Schema), Changed: res.Changed, At: flightsql.Place(res.Waiting), Expires: res.Expires, Location: res.Location, Whole: res.Whole, Rows: res.Rows}
		return nil
	})
	return out, s.failed(err)
}

// RunMany implements flightsql.Session, for an INSERT of values of plain types.
func (s *Session) RunMany(ctx context.Context, sql string, types []uint32, rows flightsql.Rows) (n int64, done bool, err error) {
	text, err := one(sql)
	if err != nil {
		return 0, true, s.failed(err)
	}
	schema := rows.Schema()
	st := session.NewStatement(text)
	if schema.NumFields() != len(types) || st.ReadsFiles() {
		return 0, false, nil
	}
	casts := make([]string, len(types))
	for i, f := range schema.Fields() {
		if !pgenc.IsPlain(f.Type) {
			return 0, false, nil
		}
		casts[i] = pgenc.ArrowCast(f.Type, pgenc.OID(types[i]))
	}
	err = s.with(ctx, sql, func(ctx context.Context) error {
		changed, ok, err := s.s.InsertMany(ctx, st, casts, schema, rows.Next)
		n, done = int64(changed), ok
		return err
	})
	return n, done || err != nil, s.failed(err)
}

// bind gives a portal the values of a row, each cast to the type that its parameter has. Files that they name are looked at:
// only superusers may read everywhere.
func (s *Session) bind(p *session.Portal, params *flightsql.Params) error {
	if params.Row >= int(params.Rec.NumRows()) {
		return pgerror.New(pgerror.ProtocolViolation, "the parameters have no row")
	}
	oids := make([]pgenc.OID, len(params.Types))
	for i, t := range params.Types {
		oids[i] = pgenc.OID(t)
	}
	rec, casts, err := pgenc.ArrowParams(params.Rec, params.Row, oids)
	if err != nil {
		return err
	}
	defer rec.Release()
	readsFiles := !s.s.Superuser && p.Statement.ReadsFiles()
	for _, c := range rec.Columns() {
		text := c.ValueStr(0)
		p.Texts = append(p.Texts, strings.Clone(text))
		if readsFiles {
			if err := sqltext.RefusedFile(text); err != nil {
				return err
			}
		}
	}
	p.Casts = casts
	p.Params, err = workerapi.EncodeRow(rec)
	return err
}

// Together implements flightsql.Session.
func (s *Session) Together(ctx context.Context, sql string, f func(context.Context, flightsql.Session) error) error {
	return s.with(ctx, sql, func(ctx context.Context) error { return f(ctx, &Session{taken{}, s.state}) })
}

// taken is the turn of who has it already.
type taken struct{}

func (taken) Lock()   {}
func (taken) Unlock() {}

// Read implements flightsql.Session.
func (s *Session) Read(ctx context.Context, sql string, each func(arrow.RecordBatch) error) error {
	text, err := one(sql)
	if err != nil {
		return err
	}
	return s.with(ctx, sql, func(ctx context.Context) error {
		rows, err := s.s.Run(ctx, &session.Portal{Statement: session.NewStatement(text)}, false)
		if err != nil {
			return err
		}
		defer rows.Close()
		return rows.Each(func(b *dispatch.Batch) error { return each(b.RecordBatch) })
	})
}

// TableSchemas implements flightsql.Session. Where many can't be described at once, since one of them can't be read (a view
// over files that are gone), each is by itself, and that one has no columns.
func (s *Session) TableSchemas(ctx context.Context, tables []flightsql.TableName) ([]*arrow.Schema, error) {
	const atOnce = 100
	out := make([]*arrow.Schema, 0, len(tables))
	for part := range slices.Chunk(tables, atOnce) {
		list, err := s.describeTables(ctx, part)
		if err != nil {
			list = list[:0]
			for _, t := range part {
				alone, err := s.describeTables(ctx, []flightsql.TableName{t})
				if ctx.Err() != nil {
					return nil, pgerror.FromContext(ctx)
				}
				if err != nil {
					alone = []*arrow.Schema{arrow.NewSchema(nil, nil)}
				}
				list = append(list, alone...)
			}
		}
		out = append(out, list...)
	}
	return out, nil
}

func (s *Session) describeTables(ctx context.Context, tables []flightsql.TableName) (out []*arrow.Schema, err error) {
	objects := make([]sqltext.Object, len(tables))
	for i, t := range tables {
		objects[i] = sqltext.Object{Schema: t.Schema, Name: t.Name}
	}
	err = s.with(ctx, "", func(ctx context.Context) error {
		list, err := s.s.TableSchemas(ctx, objects)
		for _, schema := range list {
			out = append(out, told(schema))
		}
		return err
	})
	return out, err
}

// Ingest implements flightsql.Session.
func (s *Session) Ingest(ctx context.Context, to flightsql.Target, rows flightsql.Rows) (n int64, err error) {
	if to.Catalog != "" && to.Catalog != s.s.Database {
		return 0, pgerror.Newf(pgerror.InvalidCatalogName, "database %q does not exist", to.Catalog)
	}
	err = s.with(ctx, "INGEST "+to.Table, func(ctx context.Context) error {
		changed, err := s.s.Ingest(ctx, dispatch.Ingest{
			Schema: to.Schema, Table: to.Table, Temporary: to.Temporary, Create: to.IfMissing == flightsql.CreateMissing,
			Append: to.IfThere == flightsql.AppendExisting, Replace: to.IfThere == flightsql.ReplaceExisting,
		}, rows.Schema(), rows.Next)
		n = int64(changed)
		return err
	})
	return n, s.failed(err)
}

// Transaction implements flightsql.Session.
func (s *Session) Transaction() flightsql.TxState {
	s.turn.Lock()
	defer s.turn.Unlock()
	switch s.s.TxStatus() {
	case 'T':
		return flightsql.InTx
	case 'E':
		return flightsql.FailedTx
	}
	return flightsql.NoTx
}

// Holds implements flightsql.Session.
func (s *Session) Holds() bool {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.s.InBlock() || s.s.Pinned() || s.s.Settings.Altered()
}

// Beside implements flightsql.Session.
func (s *Session) Beside() flightsql.Session {
	s.turn.Lock()
	defer s.turn.Unlock()
	st := session.New(s.s.Identity)
	st.Settings.Like(s.s.Settings)
	out := s.e.session(st, s.client)
	out.s.Profile = s.s.Profile
	return out
}

// Option implements flightsql.Session.
func (s *Session) Option(name string) (string, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.s.Settings.Get(name)
}

// SetOption implements flightsql.Session.
func (s *Session) SetOption(name, value string) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.s.Settings.Set(name, value, false)
}

// Options implements flightsql.Session.
func (s *Session) Options() map[string]string {
	s.turn.Lock()
	defer s.turn.Unlock()
	out := map[string]string{}
	s.s.Settings.All(func(name, value, _ string) { out[name] = value })
	return out
}

// Stop implements flightsql.Session.
func (s *Session) Stop() { s.stop(errEnded) }

// Close implements flightsql.Session.
func (s *Session) Close() {
	s.Stop()
	s.turn.Lock()
	defer s.turn.Unlock()
	s.s.Close()
}

var errEnded = pgerror.New(pgerror.AdminShutdown, "the session has ended")
