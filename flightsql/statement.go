package flightsql

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/seal"
	"github.com/angelerator/tavana/internal/workerapi"
)

// wholeLife is how long a ticket with its rows in it is good when it is renewed, or has none.
const wholeLife = 5 * time.Minute

// GetFlightInfoStatement runs a statement.
func (h *handler) GetFlightInfoStatement(ctx context.Context, cmd stock.StatementQuery, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	s, err := of(ctx).in(cmd.GetTransactionId())
	if err != nil {
		return nil, err
	}
	res, err := s.Run(ctx, cmd.GetQuery(), nil)
	if err != nil {
		return nil, err
	}
	return h.info(ctx, res, desc), nil
}

// info describes a result to the client. One without rows has an endpoint as well: some clients always come to the first.
func (h *handler) info(ctx context.Context, res *Result, desc *flight.FlightDescriptor) *flight.FlightInfo {
	info := &flight.FlightInfo{
		FlightDescriptor: desc, Schema: flight.SerializeSchema(res.Schema, memory.DefaultAllocator),
		TotalRecords: res.Changed, TotalBytes: -1, Ordered: true,
	}
	t := seal.Ticket{
		Worker: res.At.Worker, ID: res.At.ID, User: of(ctx).user.Name, Schema: info.Schema, Whole: res.Whole, Rows: res.Rows, Until: res.Expires.UnixMilli(),
	}
	if res.Schema.NumFields() == 0 {
		t.Whole, t.Until = true, time.Now().Add(wholeLife).UnixMilli()
	}
	e := h.endpoint(seal.Result, &t)
	if res.Location != "" && of(ctx).wantsDirect() {
		if direct := h.endpoint(seal.Direct, &t); len(direct.GetTicket().GetTicket()) <= workerapi.MaxTicket {
			e = direct
			e.Location = []*flight.Location{{Uri: res.Location}}
		}
	}
	info.Endpoint = []*flight.FlightEndpoint{e}
	return info
}

// endpoint makes an endpoint with a ticket.
func (h *handler) endpoint(kind seal.Kind, t *seal.Ticket) *flight.FlightEndpoint {
	ticket, err := stock.CreateStatementQueryTicket(h.s.seal.Close(kind, t))
	if err != nil {
		panic(err) // of our own message
	}
	return &flight.FlightEndpoint{Ticket: &flight.Ticket{Ticket: ticket}, ExpirationTime: timestamppb.New(time.UnixMilli(t.Until))}
}

// GetSchemaStatement describes a statement's rows without running it.
func (h *handler) GetSchemaStatement(ctx context.Context, cmd stock.StatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	s, err := of(ctx).in(cmd.GetTransactionId())
	if err != nil {
		return nil, err
	}
	return schemaOf(ctx, s, cmd.GetQuery())
}

func schemaOf(ctx context.Context, s Session, sql string) (*flight.SchemaResult, error) {
	d, err := s.Describe(ctx, sql)
	if err != nil {
		return nil, err
	}
	return &flight.SchemaResult{Schema: flight.SerializeSchema(d.Result, memory.DefaultAllocator)}, nil
}

// ListActions names what DoAction answers.
func (v *service) ListActions(_ *pb.Empty, stream pb.FlightService_ListActionsServer) error {
	for _, a := range [][2]string{
		{stock.BeginTransactionActionType, "Begin a transaction"},
		{stock.EndTransactionActionType, "Commit a transaction, or roll it back"},
		{stock.CreatePreparedStatementActionType, "Describe a statement and prepare to run it"},
		{stock.ClosePreparedStatementActionType, "Forget a prepared statement"},
		{flight.CancelFlightInfoActionType, "Give up a result"},
		{stock.CancelQueryActionType, "Give up a result, as older clients ask for it"},
		{flight.RenewFlightEndpointActionType, "Let a result wait for longer"},
		{flight.SetSessionOptionsActionType, "Set options of the session"},
		{flight.GetSessionOptionsActionType, "Tell the options of the session"},
		{flight.CloseSessionActionType, "End the session"},
	} {
		if err := stream.Send(&flight.ActionType{Type: a[0], Description: a[1]}); err != nil {
			return err
		}
	}
	return nil
}

// DoPut takes rows. Its first message must say what they are for, and has their schema if there are any.
func (v *service) DoPut(stream pb.FlightService_DoPutServer) error {
	b := &budget{Allocator: memory.DefaultAllocator}
	return stock.NewFlightServerWithAllocator(v.h, b).DoPut(&describedPut{FlightService_DoPutServer: stream, sound: verifier{memory: b}})
}

// DoGet gives the rows of a ticket: those of a statement unopened, those of metadata as the server makes them.
func (v *service) DoGet(t *flight.Ticket, stream pb.FlightService_DoGetServer) error {
	handle := workerapi.ClientTicket(t.GetTicket())
	if handle == nil {
		return v.FlightServer.DoGet(t, stream)
	}
	in, err := v.h.ticketOf(stream.Context(), handle)
	if err != nil {
		return err
	}
	if in.Whole {
		return v.h.give(in, stream)
	}
	return v.h.relay(in, stream)
}

// give sends the few rows that are in their ticket.
func (h *handler) give(t *seal.Ticket, stream grpc.ServerStream) error {
	if err := stream.SendMsg(&workerapi.Frame{Header: workerapi.IPCMessage(t.Schema)}); err != nil {
		return err
	}
	for _, message := range t.Rows {
		h.s.bytes.Add(float64(len(message)))
		if err := stream.SendMsg(workerapi.NewRaw(message)); err != nil {
			return err
		}
	}
	return nil
}

// ticketOf reads a ticket that the caller may use.
func (h *handler) ticketOf(ctx context.Context, handle []byte) (*seal.Ticket, error) {
	t := h.openTicket(handle)
	if t == nil {
		return nil, unauthenticated("this ticket is not one of ours")
	}
	if t.User != of(ctx).user.Name {
		return nil, status.Error(codes.PermissionDenied, "this ticket is somebody else's")
	}
	if t.Whole && time.Now().After(time.UnixMilli(t.Until)) {
		return nil, pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the ticket has expired").WithHint("Run the statement again.")
	}
	return t, nil
}

// openTicket reads a ticket, whoever has it; nil: it is none of ours.
func (h *handler) openTicket(handle []byte) *seal.Ticket {
	var t seal.Ticket
	if h.s.seal.Open(seal.Result, handle, &t) != nil && h.s.seal.Open(seal.Direct, handle, &t) != nil {
		return nil
	}
	return &t
}

// relay sends a result's frames as they come from the worker. Only the schema is replaced, by what the client was told.
func (h *handler) relay(t *seal.Ticket, stream grpc.ServerStream) error {
	rows, err := h.s.exec.Rows(stream.Context(), Place{t.Worker, t.ID})
	if err != nil {
		return err
	}
	defer rows.Close()
	schema, err := rows.NextFrame()
	if err != nil {
		return err
	}
	schema.Header = workerapi.IPCMessage(t.Schema)
	if err := stream.SendMsg(schema); err != nil {
		return err
	}
	for {
		m, err := rows.NextRaw()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		h.s.bytes.Add(float64(m.Len()))
		if err := stream.SendMsg(m); err != nil {
			return err
		}
	}
}

// update runs a statement whose rows nobody wants, and returns how many it changed.
func (h *handler) update(ctx context.Context, s Session, sql string, params *Params) (int64, error) {
	res, err := s.Run(ctx, sql, params)
	if err != nil {
		return 0, err
	}
	if res.Schema.NumFields() > 0 && !res.Whole {
		_, _ = h.s.exec.Cancel(ctx, res.At) // what it has changed is changed; its rows go by themselves in the end
	}
	return max(res.Changed, 0), nil
}

// DoPutCommandStatementUpdate runs a statement that changes something.
func (h *handler) DoPutCommandStatementUpdate(ctx context.Context, cmd stock.StatementUpdate) (int64, error) {
	s, err := of(ctx).in(cmd.GetTransactionId())
	if err != nil {
		return 0, err
	}
	return h.update(ctx, s, cmd.GetQuery(), nil)
}

// CancelFlightInfo gives up what a FlightInfo names. One that has ended can't be cancelled, which is no error.
func (h *handler) CancelFlightInfo(ctx context.Context, r *flight.CancelFlightInfoRequest) (flight.CancelFlightInfoResult, error) {
	outcome := flight.CancelStatusNotCancellable
	if id := h.pollOf(r.GetInfo().GetAppMetadata()); id != "" {
		if p := of(ctx).forgetPoll(id); p != nil {
			p.giveUp()
			return flight.CancelFlightInfoResult{Status: flight.CancelStatusCancelling}, nil
		}
	}
	for _, e := range r.GetInfo().GetEndpoint() {
		t, err := h.ticketIn(ctx, e)
		if err != nil {
			return flight.CancelFlightInfoResult{}, err
		}
		if t.Whole {
			continue
		}
		found, err := h.s.exec.Cancel(ctx, Place{t.Worker, t.ID})
		if err != nil {
			return flight.CancelFlightInfoResult{}, err
		}
		if found {
			outcome = flight.CancelStatusCancelled
		}
	}
	return flight.CancelFlightInfoResult{Status: outcome}, nil
}

// RenewFlightEndpoint lets rows wait for longer.
func (h *handler) RenewFlightEndpoint(ctx context.Context, r *flight.RenewFlightEndpointRequest) (*flight.FlightEndpoint, error) {
	t, err := h.ticketIn(ctx, r.GetEndpoint())
	if err != nil {
		return nil, err
	}
	if t.Whole {
		t.Until = max(t.Until, time.Now().Add(wholeLife).UnixMilli())
		return h.endpoint(seal.Result, t), nil
	}
	until, err := h.s.exec.Renew(ctx, Place{t.Worker, t.ID})
	if err != nil {
		return nil, err
	}
	e := proto.Clone(r.GetEndpoint()).(*flight.FlightEndpoint)
	e.ExpirationTime = timestamppb.New(until.Truncate(time.Millisecond))
	return e, nil
}

// ticketIn reads the ticket of an endpoint that a client sends back.
func (h *handler) ticketIn(ctx context.Context, e *flight.FlightEndpoint) (*seal.Ticket, error) {
	handle := workerapi.ClientTicket(e.GetTicket().GetTicket())
	if handle == nil {
		return nil, invalid("the endpoint has no ticket of a statement")
	}
	return h.ticketOf(ctx, handle)
}
