// Package workertest has what tests of both sides of the worker's protocol share: a fake worker that is a real Flight
// server with scripted behaviour, the contract that it and the DuckDB worker both pass, and the real worker as a child
// process.
package workertest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Fake is a worker without DuckDB. It knows a handful of statements, written as the real worker takes them:
//
//	SELECT i FROM range(N) t(i)              N rows in batches of BatchRows
//	SELECT count(*) FROM range(N), range(N)  runs until it is cancelled
//	SELECT $1::BIGINT AS i                   the parameter
//	SELECT * FROM missing                    42P01
//	BEGIN TRANSACTION, COMMIT, ROLLBACK      no rows; in sessions only
//	SELECT /* die N */ i FROM …              as the SELECT, but the server is gone after N batches
type Fake struct {
	// Capacity is what the ledger can promise, in bytes.
	Capacity uint64
	// BatchRows is how many rows a batch has.
	BatchRows int
	// Delay is waited before the first batch.
	Delay time.Duration
	// CommitDelay is waited before a COMMIT is answered.
	CommitDelay time.Duration

	server *grpc.Server
	target string

	mu       sync.Mutex
	reserved uint64
	running  map[string]context.CancelCauseFunc
	sessions map[string]bool
	cursors  map[string]*fakeCursor
	results  map[string]fakeResult
	booted   map[string]int
	draining bool
	limit    uint64
	changed  chan struct{}
	executed []string
}

var _ workerapi.Service = (*Fake)(nil)

// NewFake returns a Fake with room for eight statements of the default share.
func NewFake() *Fake {
	return &Fake{
		Capacity: 8 << 20, BatchRows: 1000, limit: 1 << 30, running: map[string]context.CancelCauseFunc{}, sessions: map[string]bool{}, cursors: map[string]*fakeCursor{}, results: map[string]fakeResult{},
		booted: map[string]int{}, changed: make(chan struct{}),
	}
}

// Start serves the Fake on a Unix socket until the test ends or Kill, and returns its target.
func (f *Fake) Start(t testing.TB, token string) string {
	t.Helper()
	return f.StartAt(t, "unix://"+filepath.Join(t.TempDir(), "w.sock"), token)
}

// StartAt serves at a "unix://" target, such as that of a Fake that was killed.
func (f *Fake) StartAt(t testing.TB, target, token string) string {
	t.Helper()
	lis, err := net.Listen("unix", strings.TrimPrefix(target, "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	f.target, f.server = target, workerapi.NewServer(f, token)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.server.Serve(lis)
	}()
	t.Cleanup(func() {
		f.Kill()
		<-done
	})
	return f.target
}

// Kill ends the server at once, as a crash would.
func (f *Fake) Kill() { f.server.Stop() }

// Executed returns the statements that have been run, in order.
func (f *Fake) Executed() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.executed...)
}

func (f *Fake) touch() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// share is what a statement asks for when it does not say, in bytes.
const share = 1 << 20

// Execute implements workerapi.Service.
func (f *Fake) Execute(ctx context.Context, st *workerpb.Statement, out workerapi.Sink) (*workerpb.Completion, error) {
	ctx, done, err := f.reserve(ctx, st)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := out.Granted(); err != nil {
		return nil, err
	}
	started := time.Now()
	c, err := f.run(ctx, st, out)
	if err != nil {
		if ctx.Err() != nil {
			err = pgerror.FromContext(ctx)
		}
		return nil, err
	}
	c.Statistics = &workerpb.Statistics{ElapsedNanos: uint64(time.Since(started))}
	return c, nil
}

func (f *Fake) reserve(ctx context.Context, st *workerpb.Statement) (context.Context, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ask := st.GetMemoryBytes()
	if ask == 0 {
		ask = share
	}
	elsewhere := ask > f.Capacity && st.GetElsewhere()
	ask = min(ask, f.Capacity)
	switch {
	case f.draining:
		return nil, nil, &pgerror.Error{Code: pgerror.CannotConnectNow, Message: "draining", Retryable: true}
	case st.GetSessionId() != "" && !f.sessions[st.GetSessionId()]:
		return nil, nil, pgerror.New(pgerror.ConnectionFailure, "no such session")
	case f.reserved+ask > f.Capacity, elsewhere:
		return nil, nil, &pgerror.Error{Code: pgerror.OutOfMemory, Message: "no room", NoRoom: true, Retryable: true}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	f.reserved += ask
	f.running[st.GetQueryId()] = cancel
	f.executed = append(f.executed, st.GetSql())
	f.touch()
	return ctx, func() {
		cancel(nil)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.reserved -= ask
		delete(f.running, st.GetQueryId())
		f.touch()
	}, nil
}

var (
	rangeSQL = regexp.MustCompile(`i FROM range\((\d+)\) t\(i\)$`)
	dieSQL   = regexp.MustCompile(`/\* die (\d+) \*/`)
	needsSQL = regexp.MustCompile(`/\* needs (\d+) \*/`) // bytes, or it is out of memory
)

var schema = arrow.NewSchema([]arrow.Field{{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)

func (f *Fake) run(ctx context.Context, st *workerpb.Statement, out workerapi.Sink) (*workerpb.Completion, error) {
	sql := st.GetSql()
	if m := needsSQL.FindStringSubmatch(sql); m != nil {
		if n, err := strconv.ParseUint(m[1], 10, 64); err != nil || min(cmp.Or(st.GetMemoryBytes(), share), f.Capacity) < n {
			return nil, pgerror.New(pgerror.OutOfMemory, "out of memory")
		}
	}
	die := -1
	if m := dieSQL.FindStringSubmatch(sql); m != nil {
		die, _ = strconv.Atoi(m[1])
	}
	switch m := rangeSQL.FindStringSubmatch(sql); {
	case m != nil:
		n, _ := strconv.Atoi(m[1])
		return f.sendRange(ctx, n, die, out)
	case strings.Contains(sql, "missing"):
		return nil, errMissing(sql)
	case strings.Contains(sql, "count(*)"):
		<-ctx.Done()
		return nil, ctx.Err()
	case strings.Contains(sql, "$1"):
		rec, err := workerapi.DecodeRow(st.GetParameters())
		if err != nil {
			return nil, err
		}
		defer rec.Release()
		return f.send(out, rec.Column(0).(*array.Int64).Value(0))
	case sql == "COMMIT" && f.CommitDelay > 0:
		select {
		case <-time.After(f.CommitDelay):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		fallthrough
	case sql == "BEGIN TRANSACTION", sql == "COMMIT", sql == "ROLLBACK":
		return &workerpb.Completion{StatementType: workerpb.StatementType_STATEMENT_TYPE_TRANSACTION}, out.Schema(arrow.NewSchema(nil, nil))
	}
	return nil, pgerror.Newf(pgerror.SyntaxError, "the fake worker does not know %q", sql)
}

func errMissing(sql string) error {
	return pgerror.New(pgerror.UndefinedTable, "Table with name missing does not exist!").At(strings.Index(sql, "missing") + 1)
}

func (f *Fake) send(out workerapi.Sink, values ...int64) (*workerpb.Completion, error) {
	if err := out.Schema(schema); err != nil {
		return nil, err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).AppendValues(values, nil)
	return &workerpb.Completion{StatementType: workerpb.StatementType_STATEMENT_TYPE_SELECT, Rows: uint64(len(values))}, out.Batch(b.NewRecordBatch())
}

func (f *Fake) sendRange(ctx context.Context, n, die int, out workerapi.Sink) (*workerpb.Completion, error) {
	if err := out.Schema(schema); err != nil {
		return nil, err
	}
	select {
	case <-time.After(f.Delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for sent, batches := 0, 0; ; batches++ {
		if batches == die {
			go f.Kill()
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if sent >= n {
			break
		}
		for range min(f.BatchRows, n-sent) {
			b.Field(0).(*array.Int64Builder).Append(int64(sent))
			sent++
		}
		if err := out.Batch(b.NewRecordBatch()); err != nil {
			return nil, err
		}
	}
	return &workerpb.Completion{StatementType: workerpb.StatementType_STATEMENT_TYPE_SELECT, Rows: uint64(n)}, nil
}

// Put counts the rows and keeps none.
func (f *Fake) Put(ctx context.Context, in workerapi.Source, answer func(*workerpb.PutResult) error) error {
	if err := answer(&workerpb.PutResult{Staged: "fake"}); err != nil {
		return err
	}
	rows := uint64(0)
	for {
		rec, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		rows += uint64(rec.NumRows())
		rec.Release()
	}
	if err := answer(&workerpb.PutResult{Staged: "fake", Rows: rows}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// OpenCursor implements workerapi.Service: of a range.
func (f *Fake) OpenCursor(ctx context.Context, r *workerpb.OpenCursorRequest) (*workerpb.OpenCursorResponse, error) {
	sql := r.GetStatement().GetSql()
	m := rangeSQL.FindStringSubmatch(sql)
	if m == nil {
		return nil, errMissing(sql)
	}
	_, done, err := f.reserve(ctx, r.GetStatement())
	if err != nil {
		return nil, err
	}
	n, _ := strconv.ParseUint(m[1], 10, 64)
	f.mu.Lock()
	f.cursors[r.GetCursorId()] = &fakeCursor{n, done}
	f.touch()
	f.mu.Unlock()
	resp := &workerpb.OpenCursorResponse{}
	resp.Schema, err = workerapi.EncodeSchema(schema)
	return resp, err
}

// fakeCursor is a range that can be read from anywhere.
type fakeCursor struct {
	rows uint64
	done func()
}

// Fetch implements workerapi.Service.
func (f *Fake) Fetch(_ context.Context, r *workerpb.Fetch, out workerapi.Sink) (*workerpb.Completion, error) {
	f.mu.Lock()
	c := f.cursors[r.GetCursorId()]
	f.mu.Unlock()
	if c == nil {
		return nil, pgerror.New(pgerror.InvalidCursorName, "no such cursor")
	}
	first, upTo := min(r.GetFrom(), c.rows), min(r.GetFrom()+uint64(f.BatchRows), c.rows)
	if first == upTo {
		return &workerpb.Completion{First: c.rows, Exhausted: true}, out.Schema(schema)
	}
	values := make([]int64, 0, upTo-first)
	for i := first; i < upTo; i++ {
		values = append(values, int64(i))
	}
	done, err := f.send(out, values...)
	done.First, done.Exhausted = first, upTo == c.rows
	return done, err
}

// CloseCursor implements workerapi.Service.
func (f *Fake) CloseCursor(_ context.Context, r *workerpb.CloseCursorRequest) (*workerpb.CloseCursorResponse, error) {
	f.mu.Lock()
	c := f.cursors[r.GetCursorId()]
	delete(f.cursors, r.GetCursorId())
	f.touch()
	f.mu.Unlock()
	if c != nil {
		c.done()
	}
	return &workerpb.CloseCursorResponse{}, nil
}

// fakeResult is a statement that runs when it is asked for.
type fakeResult struct {
	ctx  context.Context
	st   *workerpb.Statement
	done func()
}

// OpenResult implements workerapi.Service.
func (f *Fake) OpenResult(_ context.Context, r *workerpb.OpenResultRequest, granted func() error) (*workerpb.OpenResultResponse, error) {
	st := r.GetStatement()
	if strings.Contains(st.GetSql(), "missing") {
		return nil, errMissing(st.GetSql())
	}
	ctx, done, err := f.reserve(context.Background(), st)
	if err != nil {
		return nil, err
	}
	if err := granted(); err != nil {
		done()
		return nil, err
	}
	f.mu.Lock()
	f.results[st.GetQueryId()] = fakeResult{ctx, st, done}
	f.mu.Unlock()
	resp := &workerpb.OpenResultResponse{ExpiresUnixNanos: time.Now().Add(time.Minute).UnixNano()}
	resp.Schema, err = workerapi.EncodeSchema(schema)
	return resp, err
}

// Result implements workerapi.Service.
func (f *Fake) Result(_ context.Context, r *workerpb.Result, out workerapi.Sink) (*workerpb.Completion, error) {
	f.mu.Lock()
	res, ok := f.results[r.GetQueryId()]
	delete(f.results, r.GetQueryId())
	f.mu.Unlock()
	if !ok {
		return nil, errNoResult
	}
	defer res.done()
	done, err := f.run(res.ctx, res.st, out)
	if err != nil && res.ctx.Err() != nil {
		err = pgerror.FromContext(res.ctx)
	}
	return done, err
}

var errNoResult = pgerror.New(pgerror.ObjectNotInPrerequisiteState, "no such result")

// RenewResult implements workerapi.Service.
func (f *Fake) RenewResult(_ context.Context, r *workerpb.RenewResultRequest) (*workerpb.RenewResultResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.results[r.GetQueryId()]; !ok {
		return nil, errNoResult
	}
	return &workerpb.RenewResultResponse{ExpiresUnixNanos: time.Now().Add(time.Minute).UnixNano()}, nil
}

// Prepare implements workerapi.Service.
func (f *Fake) Prepare(_ context.Context, r *workerpb.PrepareRequest) (*workerpb.PrepareResponse, error) {
	if strings.Contains(r.GetSql(), "FROM missing") {
		return nil, errMissing(r.GetSql())
	}
	resp := &workerpb.PrepareResponse{StatementType: workerpb.StatementType_STATEMENT_TYPE_SELECT}
	if strings.Contains(r.GetSql(), "$1") {
		resp.ParameterTypes = []string{"BIGINT"}
	}
	var err error
	resp.Schema, err = workerapi.EncodeSchema(schema)
	return resp, err
}

// OpenSession implements workerapi.Service.
func (f *Fake) OpenSession(_ context.Context, r *workerpb.OpenSessionRequest) (*workerpb.OpenSessionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.GetSessionId() == "" || f.sessions[r.GetSessionId()] {
		return nil, pgerror.New(pgerror.ProtocolViolation, "session id is empty or in use")
	}
	f.sessions[r.GetSessionId()] = true
	f.touch()
	return &workerpb.OpenSessionResponse{}, nil
}

// CloseSession implements workerapi.Service.
func (f *Fake) CloseSession(_ context.Context, r *workerpb.CloseSessionRequest) (*workerpb.CloseSessionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.sessions, r.GetSessionId())
	f.touch()
	return &workerpb.CloseSessionResponse{}, nil
}

// Cancel implements workerapi.Service.
func (f *Fake) Cancel(_ context.Context, r *workerpb.CancelRequest) (*workerpb.CancelResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	cancel := f.running[r.GetQueryId()]
	if cancel != nil {
		cancel(pgerror.Canceled)
	}
	if res, ok := f.results[r.GetQueryId()]; ok {
		delete(f.results, r.GetQueryId())
		go res.done()
	}
	return &workerpb.CancelResponse{Found: cancel != nil}, nil
}

// Bootstrap implements workerapi.Service.
func (f *Fake) Bootstrap(_ context.Context, r *workerpb.BootstrapRequest) (*workerpb.BootstrapResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if strings.Contains(r.GetSql(), "FROM missing") {
		return nil, errMissing(r.GetSql())
	}
	f.booted[r.GetDatabase()]++
	return &workerpb.BootstrapResponse{}, nil
}

// SetMemoryLimit implements workerapi.Service.
func (f *Fake) SetMemoryLimit(_ context.Context, r *workerpb.SetMemoryLimitRequest) (*workerpb.SetMemoryLimitResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.GetBytes() < 128<<20 {
		return nil, pgerror.New(pgerror.InvalidParameterValue, "memory limit too small")
	}
	f.limit = r.GetBytes()
	f.touch()
	return &workerpb.SetMemoryLimitResponse{Bytes: f.limit}, nil
}

// Drain implements workerapi.Service.
func (f *Fake) Drain(_ context.Context, r *workerpb.DrainRequest) (*workerpb.DrainResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.GetOnlyIdle() && len(f.running)+len(f.sessions)+len(f.cursors) > 0 {
		return &workerpb.DrainResponse{}, nil
	}
	f.draining = true
	f.touch()
	return &workerpb.DrainResponse{Draining: true}, nil
}

// Watch implements workerapi.Service.
func (f *Fake) Watch(ctx context.Context, _ *workerpb.WatchRequest, send func(*workerpb.State) error) error {
	for {
		f.mu.Lock()
		st := &workerpb.State{
			WorkerId: f.target, MemoryLimit: f.limit, DuckdbMemoryLimit: f.Capacity, QueryMemory: share, Reserved: f.reserved,
			Sessions: uint32(len(f.sessions)), Cursors: uint32(len(f.cursors)), Draining: f.draining,
		}
		for id := range f.running {
			st.Queries = append(st.Queries, &workerpb.QueryState{QueryId: id})
		}
		changed := f.changed
		f.mu.Unlock()
		if err := send(st); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
	}
}
