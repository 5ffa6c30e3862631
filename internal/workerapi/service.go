package workerapi

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Service is what a worker does. Errors are pgerror errors; ctx ends when the caller leaves or its deadline passes, and
// every method then returns within 100 ms, whatever still drains behind the scene.
type Service interface {
	// Execute runs a statement and streams its rows into out.
	Execute(ctx context.Context, s *workerpb.Statement, out Sink) (*workerpb.Completion, error)
	// OpenCursor starts a statement whose rows are asked for by Fetch.
	OpenCursor(ctx context.Context, r *workerpb.OpenCursorRequest) (*workerpb.OpenCursorResponse, error)
	// Fetch sends rows of a cursor into out. When ctx ends before they are there, the cursor is closed.
	Fetch(ctx context.Context, f *workerpb.Fetch, out Sink) (*workerpb.Completion, error)
	CloseCursor(ctx context.Context, r *workerpb.CloseCursorRequest) (*workerpb.CloseCursorResponse, error)
	// OpenResult runs a statement whose rows are asked for by Result. It calls granted as Execute calls Sink.Granted.
	OpenResult(ctx context.Context, r *workerpb.OpenResultRequest, granted func() error) (*workerpb.OpenResultResponse, error)
	// Result sends the rows of a result into out, once.
	Result(ctx context.Context, r *workerpb.Result, out Sink) (*workerpb.Completion, error)
	RenewResult(ctx context.Context, r *workerpb.RenewResultRequest) (*workerpb.RenewResultResponse, error)
	// Put stages rows: it calls answer at once with their name, and again when all are there. It returns, and drops them,
	// when ctx ends.
	Put(ctx context.Context, in Source, answer func(*workerpb.PutResult) error) error
	Prepare(ctx context.Context, r *workerpb.PrepareRequest) (*workerpb.PrepareResponse, error)
	OpenSession(ctx context.Context, r *workerpb.OpenSessionRequest) (*workerpb.OpenSessionResponse, error)
	CloseSession(ctx context.Context, r *workerpb.CloseSessionRequest) (*workerpb.CloseSessionResponse, error)
	Cancel(ctx context.Context, r *workerpb.CancelRequest) (*workerpb.CancelResponse, error)
	Bootstrap(ctx context.Context, r *workerpb.BootstrapRequest) (*workerpb.BootstrapResponse, error)
	SetMemoryLimit(ctx context.Context, r *workerpb.SetMemoryLimitRequest) (*workerpb.SetMemoryLimitResponse, error)
	Drain(ctx context.Context, r *workerpb.DrainRequest) (*workerpb.DrainResponse, error)
	// Watch sends the worker's state until ctx ends or send fails.
	Watch(ctx context.Context, r *workerpb.WatchRequest, send func(*workerpb.State) error) error
}

// Source gives the rows of a Put. It is used by one goroutine at a time.
type Source interface {
	Schema() *arrow.Schema
	// Next returns the next batch, or io.EOF after the last, which only the caller's word makes the last: a call that is cut
	// off is an error. The receiver releases it, and may keep it.
	Next() (arrow.RecordBatch, error)
}

// Sink takes the rows of one answer. It is used by one goroutine at a time. A Sink that got a schema and no batch
// answers an empty result of that schema; one without fields says that the statement returns no rows.
type Sink interface {
	// Granted says that the statement's memory is reserved: whoever waits for room need not wait for the rows. A statement
	// that fails before it was never granted anything.
	Granted() error
	Schema(s *arrow.Schema) error
	// Batch takes over rec and releases it once it is sent. It blocks while the reader does not read.
	Batch(rec arrow.RecordBatch) error
}

// NewServer returns a gRPC server that serves s as Arrow Flight. Callers must present token, unless it is empty.
func NewServer(s Service, token string) *grpc.Server {
	auth := authenticator(token)
	g := grpc.NewServer(append(ServerOptions(),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 20 * time.Second, Timeout: 20 * time.Second}),
		grpc.StreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, h grpc.StreamHandler) error {
			if err := auth(ss.Context()); err != nil {
				return err
			}
			return pgerror.ToStatus(h(srv, ss))
		}),
		grpc.UnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
			if err := auth(ctx); err != nil {
				return nil, err
			}
			resp, err := h(ctx, req)
			return resp, pgerror.ToStatus(err)
		}),
	)...)
	flight.RegisterFlightServiceServer(g, &server{service: s})
	return g
}

func authenticator(token string) func(context.Context) error {
	want := []byte("Bearer " + token)
	return func(ctx context.Context) error {
		if token == "" {
			return nil
		}
		md, _ := metadata.FromIncomingContext(ctx)
		if got := md.Get("authorization"); len(got) == 1 && subtle.ConstantTimeCompare([]byte(got[0]), want) == 1 {
			return nil
		}
		return pgerror.ToStatus(pgerror.New(pgerror.InvalidAuthorization, "wrong or missing worker token"))
	}
}

// server turns Flight calls into those of a Service.
type server struct {
	flight.UnimplementedFlightServiceServer
	service Service
}

func (s *server) DoGet(t *flight.Ticket, stream flight.FlightService_DoGetServer) error {
	var ticket workerpb.Ticket
	if err := proto.Unmarshal(t.GetTicket(), &ticket); err != nil {
		return pgerror.New(pgerror.ProtocolViolation, "malformed ticket")
	}
	if err := checkVersion(ticket.GetVersion()); err != nil {
		return err
	}
	ctx := stream.Context()
	out := newAnswerSink(stream)
	defer out.discard()
	var done *workerpb.Completion
	var err error
	switch {
	case ticket.GetStatement() != nil:
		done, err = s.execute(ctx, ticket.GetStatement(), out)
	case ticket.GetFetch() != nil:
		done, err = s.service.Fetch(ctx, ticket.GetFetch(), out)
	case ticket.GetResult() != nil:
		done, err = s.service.Result(ctx, ticket.GetResult(), out)
	default:
		err = pgerror.New(pgerror.FeatureNotSupported, "this worker knows statements, cursors and results only")
	}
	if err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return err
	}
	b, err := proto.Marshal(done)
	if err != nil {
		return err
	}
	stream.SetTrailer(metadata.Pairs(completionKey, string(b)))
	return nil
}

func (s *server) execute(ctx context.Context, st *workerpb.Statement, out Sink) (*workerpb.Completion, error) {
	if ns := st.GetDeadlineUnixNanos(); ns != 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, time.Unix(0, ns),
			pgerror.New(pgerror.QueryCanceled, "canceling statement due to statement timeout"))
		defer cancel()
	}
	return s.service.Execute(ctx, st, out)
}

func (s *server) DoAction(a *flight.Action, stream flight.FlightService_DoActionServer) error {
	ctx, body := stream.Context(), a.GetBody()
	switch a.GetType() {
	case ActionPrepare:
		return answer(ctx, stream, body, s.service.Prepare)
	case ActionOpenSession:
		return answer(ctx, stream, body, s.service.OpenSession)
	case ActionCloseSession:
		return answer(ctx, stream, body, s.service.CloseSession)
	case ActionOpenCursor:
		return answer(ctx, stream, body, s.service.OpenCursor)
	case ActionCloseCursor:
		return answer(ctx, stream, body, s.service.CloseCursor)
	case ActionOpenResult:
		return answer(ctx, stream, body, func(ctx context.Context, r *workerpb.OpenResultRequest) (*workerpb.OpenResultResponse, error) {
			return s.service.OpenResult(ctx, r, func() error { return stream.SendHeader(metadata.MD{}) })
		})
	case ActionRenewResult:
		return answer(ctx, stream, body, s.service.RenewResult)
	case ActionCancel:
		return answer(ctx, stream, body, s.service.Cancel)
	case ActionBootstrap:
		return answer(ctx, stream, body, s.service.Bootstrap)
	case ActionSetMemoryLimit:
		return answer(ctx, stream, body, s.service.SetMemoryLimit)
	case ActionDrain:
		return answer(ctx, stream, body, s.service.Drain)
	case ActionWatch:
		r, err := request[workerpb.WatchRequest](body)
		if err != nil {
			return err
		}
		return s.service.Watch(ctx, r, func(st *workerpb.State) error { return sendResult(stream, st) })
	}
	return pgerror.Newf(pgerror.FeatureNotSupported, "unknown action %q", a.GetType())
}

// versioned is a request message: every one has a version.
type versioned[M any] interface {
	*M
	proto.Message
	GetVersion() uint32
}

func request[M any, P versioned[M]](body []byte) (P, error) {
	m := P(new(M))
	if err := proto.Unmarshal(body, m); err != nil {
		return nil, pgerror.New(pgerror.ProtocolViolation, "malformed action body")
	}
	return m, checkVersion(m.GetVersion())
}

func answer[M any, P versioned[M], R proto.Message](
	ctx context.Context, stream flight.FlightService_DoActionServer, body []byte, f func(context.Context, P) (R, error),
) error {
	req, err := request[M, P](body)
	if err != nil {
		return err
	}
	resp, err := f(ctx, req)
	if err != nil {
		return err
	}
	return sendResult(stream, resp)
}

func sendResult(stream flight.FlightService_DoActionServer, m proto.Message) error {
	b, err := proto.Marshal(m)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return stream.Send(&flight.Result{Body: b})
}

func checkVersion(v uint32) error {
	if v != Version {
		return pgerror.Newf(pgerror.FeatureNotSupported, "worker protocol version %d is not supported, this worker speaks %d", v, Version)
	}
	return nil
}
