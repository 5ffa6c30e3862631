package flightsql

import (
	"context"
	"encoding/binary"
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
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// ticket says where rows wait, whose they are, and what the client was told of them; sealed.
type ticket struct {
	Worker string `json:"w"`
	ID     string `json:"q"`
	User   string `json:"u"`
	// Schema is what the client was told, as an IPC message: the worker's own has other names and metadata.
	Schema []byte `json:"s"`
}

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

// info describes a result to the client. One without rows has no endpoint.
func (h *handler) info(ctx context.Context, res *Result, desc *flight.FlightDescriptor) *flight.FlightInfo {
	info := &flight.FlightInfo{
		FlightDescriptor: desc, Schema: flight.SerializeSchema(res.Schema, memory.DefaultAllocator),
		TotalRecords: res.Changed, TotalBytes: -1, Ordered: true,
	}
	if res.Schema.NumFields() == 0 {
		return info
	}
	t := ticket{Worker: res.At.Worker, ID: res.At.ID, User: of(ctx).user.Name, Schema: info.Schema}
	handle, err := stock.CreateStatementQueryTicket(h.s.seal.close(kindResult, t))
	if err != nil {
		panic(err) // of our own message
	}
	info.Endpoint = []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: handle}, ExpirationTime: timestamppb.New(res.Expires)}}
	return info
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
	return v.FlightServer.DoPut(&describedPut{FlightService_DoPutServer: stream})
}

// DoGet gives the rows of a ticket: those of a statement unopened, those of metadata as the server makes them.
func (v *service) DoGet(t *flight.Ticket, stream pb.FlightService_DoGetServer) error {
	var cmd anypb.Any
	var query pb.TicketStatementQuery
	if proto.Unmarshal(t.GetTicket(), &cmd) != nil || !cmd.MessageIs(&query) {
		return v.FlightServer.DoGet(t, stream)
	}
	if err := cmd.UnmarshalTo(&query); err != nil {
		return invalid("malformed ticket")
	}
	in, err := v.h.ticketOf(stream.Context(), query.GetStatementHandle())
	if err != nil {
		return err
	}
	return v.h.relay(in, stream)
}

// ticketOf reads a ticket that the caller may use.
func (h *handler) ticketOf(ctx context.Context, handle []byte) (*ticket, error) {
	var t ticket
	if h.s.seal.open(kindResult, handle, &t) != nil {
		return nil, unauthenticated("this ticket is not one of ours")
	}
	if t.User != of(ctx).user.Name {
		return nil, status.Error(codes.PermissionDenied, "this ticket is somebody else's")
	}
	return &t, nil
}

// relay sends a result's frames as they come from the worker. Only the schema is replaced, by what the client was told.
func (h *handler) relay(t *ticket, stream grpc.ServerStream) error {
	rows, err := h.s.exec.Rows(stream.Context(), Place{t.Worker, t.ID})
	if err != nil {
		return err
	}
	defer rows.Close()
	schema, err := rows.NextFrame()
	if err != nil {
		return err
	}
	schema.Header = messageOf(t.Schema)
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

// messageOf returns the flatbuffer of an encapsulated IPC message: 0xffffffff, its length, and the message.
func messageOf(encapsulated []byte) []byte {
	const prefix = 8
	if len(encapsulated) < prefix {
		return nil
	}
	n := binary.LittleEndian.Uint32(encapsulated[4:])
	return encapsulated[prefix:min(uint64(len(encapsulated)), prefix+uint64(n))]
}

// update runs a statement whose rows nobody wants, and returns how many it changed.
func (h *handler) update(ctx context.Context, s Session, sql string, params *Params) (int64, error) {
	res, err := s.Run(ctx, sql, params)
	if err != nil {
		return 0, err
	}
	if res.Schema.NumFields() > 0 {
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
	var id string
	if h.s.seal.open(kindPoll, r.GetInfo().GetAppMetadata(), &id) == nil {
		if p := of(ctx).forgetPoll(id); p != nil {
			p.cancel()
			return flight.CancelFlightInfoResult{Status: flight.CancelStatusCancelling}, nil
		}
	}
	for _, e := range r.GetInfo().GetEndpoint() {
		t, err := h.endpoint(ctx, e)
		if err != nil {
			return flight.CancelFlightInfoResult{}, err
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
	t, err := h.endpoint(ctx, r.GetEndpoint())
	if err != nil {
		return nil, err
	}
	until, err := h.s.exec.Renew(ctx, Place{t.Worker, t.ID})
	if err != nil {
		return nil, err
	}
	e := proto.Clone(r.GetEndpoint()).(*flight.FlightEndpoint)
	e.ExpirationTime = timestamppb.New(until.Truncate(time.Millisecond))
	return e, nil
}

func (h *handler) endpoint(ctx context.Context, e *flight.FlightEndpoint) (*ticket, error) {
	var cmd anypb.Any
	var query pb.TicketStatementQuery
	if proto.Unmarshal(e.GetTicket().GetTicket(), &cmd) != nil || cmd.UnmarshalTo(&query) != nil {
		return nil, invalid("the endpoint has no ticket of a statement")
	}
	return h.ticketOf(ctx, query.GetStatementHandle())
}
