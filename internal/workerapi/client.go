package workerapi

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Client speaks to one worker. It is safe for concurrent use and connects when first used.
type Client struct {
	conn   *grpc.ClientConn
	flight flight.FlightServiceClient
	// id is what the worker knows this client by: sessions are closed when it is no more heard of.
	id string
}

// Dial returns a client of the worker at target, a gRPC name such as "unix:///run/w.sock" or "10.0.0.7:50053". It does
// no I/O. The caller closes it.
func Dial(target, token string) (*Client, error) {
	opts := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(Codec{}), grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(math.MaxInt32)),
		grpc.WithInitialWindowSize(Window),
		grpc.WithInitialConnWindowSize(4 * Window),
		grpc.WithWriteBufferSize(ioBuffer),
		grpc.WithReadBufferSize(ioBuffer),
		experimental.WithBufferPool(&buffers),
		grpc.WithDisableRetry(),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 250 * time.Millisecond},
			MinConnectTimeout: 5 * time.Second,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 20 * time.Second}),
	}
	if token != "" {
		opts = append(opts, grpc.WithPerRPCCredentials(bearer(token)))
	}
	conn, err := grpc.NewClient(target, opts...)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, flight: flight.NewFlightServiceClient(conn), id: rand.Text()}, nil
}

// Close closes the connection; calls under way fail.
func (c *Client) Close() error { return c.conn.Close() }

type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

func (bearer) RequireTransportSecurity() bool { return false }

// Execute starts a statement. The caller closes the stream. Errors of the statement itself come from the stream; an error
// from here means that the worker has not been reached.
func (c *Client) Execute(ctx context.Context, s *workerpb.Statement) (*Stream, error) {
	return c.get(ctx, &workerpb.Ticket{Version: Version, Work: &workerpb.Ticket_Statement{Statement: s}})
}

// Fetch asks for rows of a cursor. The caller closes the stream, which is as Execute's.
func (c *Client) Fetch(ctx context.Context, f *workerpb.Fetch) (*Stream, error) {
	return c.get(ctx, &workerpb.Ticket{Version: Version, Work: &workerpb.Ticket_Fetch{Fetch: f}})
}

// OpenCursor starts a statement whose rows are asked for by Fetch.
func (c *Client) OpenCursor(ctx context.Context, r *workerpb.OpenCursorRequest) (*workerpb.OpenCursorResponse, error) {
	r.Version, r.Client = Version, c.id
	return act[workerpb.OpenCursorResponse](ctx, c, ActionOpenCursor, r)
}

// CloseCursor frees all a cursor holds at the worker; an unknown one is no error.
func (c *Client) CloseCursor(ctx context.Context, id string) error {
	_, err := act[workerpb.CloseCursorResponse](ctx, c, ActionCloseCursor, &workerpb.CloseCursorRequest{Version: Version, CursorId: id})
	return err
}

// OpenResult starts a statement whose rows are asked for by Result, unless they are so few that they come with the answer:
// of inline bytes at most. The caller closes the Opening.
func (c *Client) OpenResult(ctx context.Context, st *workerpb.Statement, inline uint32) (*Opening, error) {
	ctx, cancel := context.WithCancel(ctx)
	call, err := c.doAction(ctx, ActionOpenResult, &workerpb.OpenResultRequest{Version: Version, Statement: st, InlineBytes: inline})
	if err != nil {
		cancel()
		return nil, err
	}
	return &Opening{call: call, cancel: cancel}, nil
}

// Opening is a result that a worker begins. It is used by one goroutine at a time.
type Opening struct {
	call   flight.FlightService_DoActionClient
	cancel context.CancelFunc
	err    error
}

// Granted is Stream.Granted.
func (o *Opening) Granted() error {
	if md, err := o.call.Header(); md != nil && err == nil {
		return nil
	}
	_, o.err = o.call.Recv() // the call ended without a header, and here is why
	o.err = pgerror.FromStatus(o.err)
	return o.err
}

// Wait waits for the first rows, or for the end of a statement that has none.
func (o *Opening) Wait() (*workerpb.OpenResultResponse, error) {
	if o.err != nil {
		return nil, o.err
	}
	return received[workerpb.OpenResultResponse](o.call)
}

// Cancel ends the call: whoever waits for it gets an error. It may be called by any goroutine; Close must still follow.
func (o *Opening) Cancel() { o.cancel() }

// Close ends the call. The result lives on if Wait has returned it.
func (o *Opening) Close() { o.cancel() }

// Result asks for a result's rows, once. The caller closes the stream, which is as Execute's.
func (c *Client) Result(ctx context.Context, queryID string) (*Stream, error) {
	return c.get(ctx, &workerpb.Ticket{Version: Version, Work: &workerpb.Ticket_Result{Result: &workerpb.Result{QueryId: queryID}}})
}

// RenewResult lets a result wait for longer, and returns until when.
func (c *Client) RenewResult(ctx context.Context, queryID string) (time.Time, error) {
	r, err := act[workerpb.RenewResultResponse](ctx, c, ActionRenewResult, &workerpb.RenewResultRequest{Version: Version, QueryId: queryID})
	return time.Unix(0, r.GetExpiresUnixNanos()), err
}

func (c *Client) get(ctx context.Context, t *workerpb.Ticket) (*Stream, error) {
	b, err := proto.Marshal(t)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	call, err := c.flight.DoGet(ctx, &flight.Ticket{Ticket: b})
	if err != nil {
		cancel()
		if errors.Is(err, io.EOF) { // the connection broke while the request was written
			err = pgerror.LostWorker("the request was not taken")
		}
		return nil, pgerror.FromStatus(err)
	}
	return newStream(call, cancel), nil
}

// Prepare asks what a statement is; it never runs it.
func (c *Client) Prepare(ctx context.Context, r *workerpb.PrepareRequest) (*workerpb.PrepareResponse, error) {
	r.Version = Version
	return act[workerpb.PrepareResponse](ctx, c, ActionPrepare, r)
}

// OpenSession makes a session at the worker.
func (c *Client) OpenSession(ctx context.Context, r *workerpb.OpenSessionRequest) error {
	r.Version, r.Client = Version, c.id
	_, err := act[workerpb.OpenSessionResponse](ctx, c, ActionOpenSession, r)
	return err
}

// CloseSession frees all a session holds at the worker.
func (c *Client) CloseSession(ctx context.Context, id string) error {
	_, err := act[workerpb.CloseSessionResponse](ctx, c, ActionCloseSession, &workerpb.CloseSessionRequest{Version: Version, SessionId: id})
	return err
}

// Cancel interrupts an execution and tells whether there was one.
func (c *Client) Cancel(ctx context.Context, queryID string) (bool, error) {
	r, err := act[workerpb.CancelResponse](ctx, c, ActionCancel, &workerpb.CancelRequest{Version: Version, QueryId: queryID})
	return r.GetFound(), err
}

// Bootstrap fills a database of the worker's with sql, unless it is there.
func (c *Client) Bootstrap(ctx context.Context, r *workerpb.BootstrapRequest) error {
	r.Version = Version
	_, err := act[workerpb.BootstrapResponse](ctx, c, ActionBootstrap, r)
	return err
}

// SetMemoryLimit sets what the worker's process may use, in bytes, and returns what holds.
func (c *Client) SetMemoryLimit(ctx context.Context, bytes uint64) (uint64, error) {
	r, err := act[workerpb.SetMemoryLimitResponse](ctx, c, ActionSetMemoryLimit, &workerpb.SetMemoryLimitRequest{Version: Version, Bytes: bytes})
	return r.GetBytes(), err
}

// DrainIdle stops the worker from taking new work if nothing would miss it, and tells whether it does.
func (c *Client) DrainIdle(ctx context.Context) (bool, error) {
	resp, err := act[workerpb.DrainResponse](ctx, c, ActionDrain, &workerpb.DrainRequest{Version: Version, OnlyIdle: true})
	return resp.GetDraining(), err
}

// Drain stops the worker from taking new work.
func (c *Client) Drain(ctx context.Context) error {
	_, err := act[workerpb.DrainResponse](ctx, c, ActionDrain, &workerpb.DrainRequest{Version: Version})
	return err
}

// Watch calls f with each state the worker sends, until ctx ends, f fails or the worker goes.
func (c *Client) Watch(ctx context.Context, f func(*workerpb.State) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	call, err := c.doAction(ctx, ActionWatch, &workerpb.WatchRequest{Version: Version, Client: c.id})
	if err != nil {
		return err
	}
	for {
		res, err := call.Recv()
		if err != nil {
			return pgerror.FromStatus(err)
		}
		st := new(workerpb.State)
		if err := proto.Unmarshal(res.GetBody(), st); err != nil {
			return err
		}
		if err := f(st); err != nil {
			return err
		}
	}
}

func (c *Client) doAction(ctx context.Context, name string, req proto.Message) (flight.FlightService_DoActionClient, error) {
	b, err := proto.Marshal(req)
	if err != nil {
		return nil, err
	}
	call, err := c.flight.DoAction(ctx, &flight.Action{Type: name, Body: b})
	return call, pgerror.FromStatus(err)
}

// act calls an action that answers with one message.
func act[R any, P interface {
	*R
	proto.Message
}](ctx context.Context, c *Client, name string, req proto.Message) (P, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	call, err := c.doAction(ctx, name, req)
	if err != nil {
		return nil, err
	}
	return received[R, P](call)
}

func received[R any, P interface {
	*R
	proto.Message
}](call flight.FlightService_DoActionClient) (P, error) {
	res, err := call.Recv()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, pgerror.WithCode(ErrCutOff, pgerror.IOError)
		}
		return nil, pgerror.FromStatus(err)
	}
	resp := P(new(R))
	if err := proto.Unmarshal(res.GetBody(), resp); err != nil {
		return nil, pgerror.WithCode(err, pgerror.IOError)
	}
	return resp, nil
}
