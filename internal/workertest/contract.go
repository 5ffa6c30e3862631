package workertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Token is what the workers under contract are started with.
const Token = "contract"

// endless is a statement that only a cancel ends.
const endless = "SELECT count(*) FROM range(1000000000), range(1000000000)"

// soon is far more than anything here takes, and far less than a test run: a wait for what must come.
const soon = 20 * time.Second

var ids atomic.Uint64

func newID() string { return fmt.Sprintf("contract-%d", ids.Add(1)) }

func statement(sql string) *workerpb.Statement {
	return &workerpb.Statement{QueryId: newID(), Sql: sql, User: &workerpb.User{Name: "tavana"}}
}

// Contract checks that a worker keeps the protocol of package workerapi. start starts one with Token and returns its
// target; it is called for each part, since some change the worker for good.
func Contract(t *testing.T, start func(t *testing.T) string) {
	for name, check := range map[string]func(*testing.T, *peer){
		"rows, schema and completion arrive":              rows,
		"an empty result keeps its schema":                emptyResult,
		"rows are sent as they are there, batch by batch": manyRows,
		"parameters are bound":                            parameters,
		"an error carries its fields":                     errorFields,
		"the header says that memory is granted":          granted,
		"no room is said before any work":                 noRoom,
		"cancel ends the call with 57014":                 cancelAction,
		"a caller that leaves ends the execution":         callerLeaves,
		"the deadline of the statement holds":             deadline,
		"prepare describes and does not run":              prepare,
		"sessions open, hold and close":                   sessions,
		"an unknown session is 08006":                     unknownSession,
		"a cursor gives its rows piece by piece":          cursor,
		"an unknown cursor is 34000":                      unknownCursor,
		"a result gives its rows once":                    result,
		"a result that is cancelled is gone":              canceledResult,
		"a bootstrap runs once":                           bootstrap,
		"the memory limit is set and told":                memoryLimit,
		"watch tells the state and its changes":           watch,
		"drain refuses new work and keeps the old":        drain,
		"another version is refused":                      version,
		"malformed bodies are refused":                    malformed,
		"a wrong token is refused":                        token,
	} {
		t.Run(name, func(t *testing.T) {
			target := start(t)
			c, err := workerapi.Dial(target, Token)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			check(t, &peer{c, target})
		})
	}
}

type peer struct {
	*workerapi.Client
	target string
}

// read executes st and returns the values of its one BIGINT column.
func (p *peer) read(ctx context.Context, st *workerpb.Statement) ([]int64, *workerpb.Completion, error) {
	s, err := p.Execute(ctx, st)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	var out []int64
	for {
		b, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out, s.Completion(), nil
		}
		if err != nil {
			return out, nil, err
		}
		out = append(out, b.Column(0).(*array.Int64).Int64Values()...)
		b.Release()
	}
}

func wantCode(t *testing.T, err error, code pgerror.Code) *pgerror.Error {
	t.Helper()
	if got := pgerror.CodeOf(err); got != code {
		t.Fatalf("got %s (%v), want %s", got, err, code)
	}
	return pgerror.Flatten(err)
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, p *peer) {
	got, c, err := p.read(t.Context(), statement("SELECT i FROM range(3) t(i)"))
	ok(t, err)
	if fmt.Sprint(got) != "[0 1 2]" {
		t.Errorf("rows %v", got)
	}
	if c.GetRows() != 3 || c.GetStatementType() != workerpb.StatementType_STATEMENT_TYPE_SELECT || c.GetStatistics().GetElapsedNanos() == 0 {
		t.Errorf("completion %v", c)
	}
}

func emptyResult(t *testing.T, p *peer) {
	s, err := p.Execute(t.Context(), statement("SELECT i FROM range(0) t(i)"))
	ok(t, err)
	defer s.Close()
	schema, err := s.Schema()
	ok(t, err)
	if schema.NumFields() != 1 || schema.Field(0).Name != "i" {
		t.Errorf("schema %v", schema)
	}
	if _, err := s.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want io.EOF", err)
	}
}

// inOrder reads a stream of 0, 1, 2 … to its end, and returns how many there are, in how many batches.
func inOrder(t *testing.T, s *workerapi.Stream) (next int64, batches int) {
	t.Helper()
	for ; ; batches++ {
		b, err := s.Next()
		if errors.Is(err, io.EOF) {
			return next, batches
		}
		ok(t, err)
		for _, v := range b.Column(0).(*array.Int64).Int64Values() {
			if v != next {
				t.Fatalf("row %d is %d", next, v)
			}
			next++
		}
		b.Release()
	}
}

func manyRows(t *testing.T, p *peer) {
	const n = 300_000
	s, err := p.Execute(t.Context(), statement(fmt.Sprintf("SELECT i FROM range(%d) t(i)", n)))
	ok(t, err)
	defer s.Close()
	next, batches := inOrder(t, s)
	if next != n || batches < 2 || s.Completion().GetRows() != n {
		t.Errorf("%d rows in %d batches, completion %v", next, batches, s.Completion())
	}
}

func parameters(t *testing.T, p *peer) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	defer b.Release()
	b.Append(42)
	col := b.NewArray()
	defer col.Release()
	rec := array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: "$1", Type: arrow.PrimitiveTypes.Int64}}, nil), []arrow.Array{col}, 1)
	defer rec.Release()
	st := statement("SELECT $1::BIGINT AS i")
	var err error
	st.Parameters, err = workerapi.EncodeRow(rec)
	ok(t, err)
	got, _, err := p.read(t.Context(), st)
	ok(t, err)
	if fmt.Sprint(got) != "[42]" {
		t.Errorf("rows %v", got)
	}
	st = statement("SELECT $1::BIGINT AS i")
	st.Parameters = []byte("no arrow")
	_, _, err = p.read(t.Context(), st)
	wantCode(t, err, pgerror.ProtocolViolation)
}

func errorFields(t *testing.T, p *peer) {
	_, _, err := p.read(t.Context(), statement("SELECT * FROM missing"))
	e := wantCode(t, err, pgerror.UndefinedTable)
	if e.Position != len("SELECT * FROM ")+1 || e.Message == "" {
		t.Errorf("error %+v", e)
	}
}

// start executes an endless statement and returns when its memory is granted, with its query id.
func (p *peer) start(t *testing.T, ctx context.Context, memory uint64) (*workerapi.Stream, string) {
	t.Helper()
	st := statement(endless)
	st.MemoryBytes = memory
	s, err := p.Execute(ctx, st)
	ok(t, err)
	t.Cleanup(s.Close)
	ok(t, s.Granted())
	return s, st.QueryId
}

func granted(t *testing.T, p *peer) {
	p.start(t, t.Context(), 0) // returns while no row will ever come
}

func noRoom(t *testing.T, p *peer) {
	// As much as there is, whatever that is.
	_, id := p.start(t, t.Context(), 1<<50)
	s, err := p.Execute(t.Context(), statement("SELECT i FROM range(1) t(i)"))
	ok(t, err)
	defer s.Close()
	if e := wantCode(t, s.Granted(), pgerror.OutOfMemory); !e.NoRoom {
		t.Errorf("error %+v", e)
	}
	_, err = p.Cancel(t.Context(), id)
	ok(t, err)
	p.await(t, func(st *workerpb.State) bool { return st.GetReserved() == 0 })
	_, _, err = p.read(t.Context(), statement("SELECT i FROM range(1) t(i)"))
	ok(t, err)
}

// await waits until the worker says a state that f takes.
func (p *peer) await(t *testing.T, f func(*workerpb.State) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	found := errors.New("found")
	var last *workerpb.State
	err := p.Watch(ctx, func(st *workerpb.State) error {
		last = st
		if f(st) {
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		t.Fatalf("the state never came: %v; last %v", err, last)
	}
}

func cancelAction(t *testing.T, p *peer) {
	s, id := p.start(t, t.Context(), 0)
	found, err := p.Cancel(t.Context(), id)
	ok(t, err)
	if !found {
		t.Error("the execution was not found")
	}
	_, err = s.Next()
	wantCode(t, err, pgerror.QueryCanceled)
	found, err = p.Cancel(t.Context(), "never seen")
	ok(t, err)
	if found {
		t.Error("an unknown execution was found")
	}
}

func callerLeaves(t *testing.T, p *peer) {
	ctx, cancel := context.WithCancel(t.Context())
	p.start(t, ctx, 0)
	cancel()
	p.await(t, func(st *workerpb.State) bool { return len(st.GetQueries()) == 0 && st.GetReserved() == 0 })
}

func deadline(t *testing.T, p *peer) {
	st := statement(endless)
	st.DeadlineUnixNanos = time.Now().Add(50 * time.Millisecond).UnixNano()
	_, _, err := p.read(t.Context(), st)
	wantCode(t, err, pgerror.QueryCanceled)
}

func prepare(t *testing.T, p *peer) {
	r, err := p.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: newID(), Sql: "SELECT $1::BIGINT AS i", User: &workerpb.User{}})
	ok(t, err)
	s, err := workerapi.DecodeSchema(r.GetSchema())
	ok(t, err)
	if len(r.GetParameterTypes()) != 1 || r.GetStatementType() != workerpb.StatementType_STATEMENT_TYPE_SELECT ||
		s.NumFields() != 1 || s.Field(0).Name != "i" || s.Field(0).Type.ID() != arrow.INT64 {
		t.Errorf("answer %v, schema %v", r, s)
	}
	_, err = p.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: newID(), Sql: "SELECT * FROM missing", User: &workerpb.User{}})
	wantCode(t, err, pgerror.UndefinedTable)
	// Would run for ever, if prepare ran it.
	_, err = p.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: newID(), Sql: endless, User: &workerpb.User{}})
	ok(t, err)
}

func sessions(t *testing.T, p *peer) {
	ok(t, p.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s1", User: &workerpb.User{}}))
	wantCode(t, p.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: "s1", User: &workerpb.User{}}), pgerror.ProtocolViolation)
	for _, sql := range []string{"BEGIN TRANSACTION", "COMMIT"} {
		st := statement(sql)
		st.SessionId = "s1"
		s, err := p.Execute(t.Context(), st)
		ok(t, err)
		schema, err := s.Schema()
		ok(t, err)
		if schema.NumFields() != 0 {
			t.Errorf("%s returns %v", sql, schema)
		}
		if _, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", sql, err)
		}
		s.Close()
	}
	p.await(t, func(st *workerpb.State) bool { return st.GetSessions() == 1 })
	ok(t, p.CloseSession(t.Context(), "s1"))
	ok(t, p.CloseSession(t.Context(), "s1"))
	p.await(t, func(st *workerpb.State) bool { return st.GetSessions() == 0 })
}

func unknownSession(t *testing.T, p *peer) {
	st := statement("SELECT i FROM range(1) t(i)")
	st.SessionId = "nobody's"
	_, _, err := p.read(t.Context(), st)
	wantCode(t, err, pgerror.ConnectionFailure)
}

// fetch returns the values of the one BIGINT column of a Fetch's answer.
func (p *peer) fetch(t *testing.T, f *workerpb.Fetch) ([]int64, *workerpb.Completion, error) {
	t.Helper()
	s, err := p.Fetch(t.Context(), f)
	ok(t, err)
	defer s.Close()
	b, err := s.Next()
	if err != nil {
		return nil, s.Completion(), err
	}
	defer b.Release()
	values := slices.Clone(b.Column(0).(*array.Int64).Int64Values())
	if _, err := s.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("a second batch: %v", err)
	}
	return values, s.Completion(), nil
}

func cursor(t *testing.T, p *peer) {
	const n = 300_000
	_, err := p.OpenCursor(t.Context(), &workerpb.OpenCursorRequest{CursorId: "c", Statement: statement("SELECT * FROM missing")})
	wantCode(t, err, pgerror.UndefinedTable)
	resp, err := p.OpenCursor(t.Context(), &workerpb.OpenCursorRequest{CursorId: "c", Statement: statement(fmt.Sprintf("SELECT i FROM range(%d) t(i)", n))})
	ok(t, err)
	schema, err := workerapi.DecodeSchema(resp.GetSchema())
	ok(t, err)
	if schema.NumFields() != 1 || schema.Field(0).Name != "i" {
		t.Errorf("schema %v", schema)
	}
	p.await(t, func(st *workerpb.State) bool { return st.GetCursors() == 1 && st.GetReserved() > 0 })
	next := uint64(0)
	for {
		values, done, err := p.fetch(t, &workerpb.Fetch{CursorId: "c", From: next, Rows: 10})
		if errors.Is(err, io.EOF) {
			if !done.GetExhausted() || done.GetFirst() != n {
				t.Errorf("at the end: %v", done)
			}
			break
		}
		ok(t, err)
		if done.GetRows() != uint64(len(values)) || done.GetFirst() != next {
			t.Fatalf("from %d: %v", next, done)
		}
		for _, v := range values {
			if uint64(v) != next {
				t.Fatalf("row %d is %d", next, v)
			}
			next++
		}
	}
	if next != n {
		t.Errorf("%d rows", next)
	}
	for range 2 {
		ok(t, p.CloseCursor(t.Context(), "c"))
	}
	p.await(t, func(st *workerpb.State) bool { return st.GetCursors() == 0 && st.GetReserved() == 0 })
}

func unknownCursor(t *testing.T, p *peer) {
	_, _, err := p.fetch(t, &workerpb.Fetch{CursorId: "nobody's"})
	wantCode(t, err, pgerror.InvalidCursorName)
}

func (p *peer) openResult(t *testing.T, st *workerpb.Statement) (*workerpb.OpenResultResponse, error) {
	t.Helper()
	o, err := p.OpenResult(t.Context(), st, 0)
	ok(t, err)
	defer o.Close()
	if err := o.Granted(); err != nil && !strings.Contains(st.GetSql(), "missing") {
		t.Errorf("granted: %v", err)
	}
	return o.Wait()
}

func result(t *testing.T, p *peer) {
	const n = 300_000
	_, err := p.openResult(t, statement("SELECT * FROM missing"))
	wantCode(t, err, pgerror.UndefinedTable)
	st := statement(fmt.Sprintf("SELECT i FROM range(%d) t(i)", n))
	resp, err := p.openResult(t, st)
	ok(t, err)
	schema, err := workerapi.DecodeSchema(resp.GetSchema())
	ok(t, err)
	if schema.NumFields() != 1 || schema.Field(0).Name != "i" {
		t.Errorf("schema %v", schema)
	}
	if until, err := p.RenewResult(t.Context(), st.GetQueryId()); err != nil || !until.After(time.Now()) {
		t.Errorf("renewed until %v: %v", until, err)
	}
	s, err := p.Result(t.Context(), st.GetQueryId())
	ok(t, err)
	defer s.Close()
	next, _ := inOrder(t, s)
	if next != n || s.Completion().GetRows() != n {
		t.Errorf("%d rows, completion %v", next, s.Completion())
	}
	again, err := p.Result(t.Context(), st.GetQueryId())
	ok(t, err)
	defer again.Close()
	_, err = again.Next()
	wantCode(t, err, pgerror.ObjectNotInPrerequisiteState)
	_, err = p.RenewResult(t.Context(), st.GetQueryId())
	wantCode(t, err, pgerror.ObjectNotInPrerequisiteState)
	p.await(t, func(st *workerpb.State) bool { return st.GetReserved() == 0 })
}

func canceledResult(t *testing.T, p *peer) {
	st := statement("SELECT i FROM range(10000000) t(i)")
	_, err := p.openResult(t, st)
	ok(t, err)
	if found, err := p.Cancel(t.Context(), st.GetQueryId()); err != nil || !found {
		t.Errorf("found %v, %v", found, err)
	}
	s, err := p.Result(t.Context(), st.GetQueryId())
	ok(t, err)
	defer s.Close()
	_, err = s.Next()
	wantCode(t, err, pgerror.ObjectNotInPrerequisiteState)
	p.await(t, func(st *workerpb.State) bool { return st.GetReserved() == 0 })
}

func bootstrap(t *testing.T, p *peer) {
	for range 2 {
		ok(t, p.Bootstrap(t.Context(), &workerpb.BootstrapRequest{Database: "pg_one", Sql: "CREATE SCHEMA pg_one.pgcat; CREATE TABLE pg_one.pgcat.once (a INTEGER)"}))
	}
	wantCode(t, p.Bootstrap(t.Context(), &workerpb.BootstrapRequest{Database: "pg_two", Sql: "SELECT * FROM missing"}), pgerror.UndefinedTable)
}

func memoryLimit(t *testing.T, p *peer) {
	const want = 600 << 20
	got, err := p.SetMemoryLimit(t.Context(), want)
	ok(t, err)
	if got != want {
		t.Errorf("limit %d, want %d", got, want)
	}
	p.await(t, func(st *workerpb.State) bool { return st.GetMemoryLimit() == want })
	_, err = p.SetMemoryLimit(t.Context(), 1)
	wantCode(t, err, pgerror.InvalidParameterValue)
}

func watch(t *testing.T, p *peer) {
	p.await(t, func(st *workerpb.State) bool {
		return st.GetWorkerId() != "" && st.GetMemoryLimit() > 0 && st.GetDuckdbMemoryLimit() > 0 && st.GetReserved() == 0
	})
	_, id := p.start(t, t.Context(), 0)
	p.await(t, func(st *workerpb.State) bool {
		return st.GetReserved() > 0 && len(st.GetQueries()) == 1 && st.GetQueries()[0].GetQueryId() == id
	})
}

func drain(t *testing.T, p *peer) {
	s, id := p.start(t, t.Context(), 0)
	ok(t, p.Drain(t.Context()))
	p.await(t, func(st *workerpb.State) bool { return st.GetDraining() && len(st.GetQueries()) == 1 })
	_, _, err := p.read(t.Context(), statement("SELECT i FROM range(1) t(i)"))
	if e := wantCode(t, err, pgerror.CannotConnectNow); !e.Retryable {
		t.Errorf("error %+v", e)
	}
	_, err = p.Cancel(t.Context(), id)
	ok(t, err)
	_, err = s.Next()
	wantCode(t, err, pgerror.QueryCanceled)
}

// raw is a Flight client without package workerapi's ways.
func (p *peer) raw(t *testing.T, token string) (flight.FlightServiceClient, context.Context) {
	t.Helper()
	conn, err := grpc.NewClient(p.target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	ok(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return flight.NewFlightServiceClient(conn), metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token)
}

func rawGet(t *testing.T, p *peer, token string, ticket []byte) error {
	c, ctx := p.raw(t, token)
	s, err := c.DoGet(ctx, &flight.Ticket{Ticket: ticket})
	ok(t, err)
	_, err = s.Recv()
	return pgerror.FromStatus(err)
}

func version(t *testing.T, p *peer) {
	b, err := proto.Marshal(&workerpb.Ticket{Version: workerapi.Version + 1, Work: &workerpb.Ticket_Statement{Statement: statement("SELECT 1")}})
	ok(t, err)
	wantCode(t, rawGet(t, p, Token, b), pgerror.FeatureNotSupported)
	c, ctx := p.raw(t, Token)
	s, err := c.DoAction(ctx, &flight.Action{Type: workerapi.ActionDrain})
	ok(t, err)
	_, err = s.Recv()
	wantCode(t, pgerror.FromStatus(err), pgerror.FeatureNotSupported)
}

func malformed(t *testing.T, p *peer) {
	wantCode(t, rawGet(t, p, Token, []byte("\xff\xff\xff")), pgerror.ProtocolViolation)
	c, ctx := p.raw(t, Token)
	s, err := c.DoAction(ctx, &flight.Action{Type: workerapi.ActionPrepare, Body: []byte("\xff\xff")})
	ok(t, err)
	_, err = s.Recv()
	wantCode(t, pgerror.FromStatus(err), pgerror.ProtocolViolation)
	s, err = c.DoAction(ctx, &flight.Action{Type: "NoSuchThing"})
	ok(t, err)
	_, err = s.Recv()
	wantCode(t, pgerror.FromStatus(err), pgerror.FeatureNotSupported)
}

func token(t *testing.T, p *peer) {
	wantCode(t, rawGet(t, p, "guessed", nil), pgerror.InvalidAuthorization)
}
