package workerapi

import (
	"encoding/binary"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/seal"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Clients may come themselves for the rows of a result, if a gateway has told them where: to a server of its own, which does
// nothing else. What they may have is in their ticket, which the gateway has sealed; they have no token.

// MaxTicket is how many bytes the ticket of a client may have, of whom nothing is known before it is read.
const MaxTicket = 1 << 20

// maxClientCalls is how many calls a client may have under way.
const maxClientCalls = 100

// NewDirectServer returns a gRPC server that gives clients the results of s which their tickets name.
func NewDirectServer(s Service, tickets seal.Seal) *grpc.Server {
	g := grpc.NewServer(append(ServerOptions(),
		grpc.MaxRecvMsgSize(MaxTicket+1<<10), grpc.MaxConcurrentStreams(maxClientCalls),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 20 * time.Second, Timeout: 20 * time.Second}))...)
	flight.RegisterFlightServiceServer(g, &directServer{service: s, tickets: tickets})
	return g
}

type directServer struct {
	flight.UnimplementedFlightServiceServer
	service Service
	tickets seal.Seal
}

// ClientTicket returns the sealed part of a Flight SQL ticket of a statement's rows; nil: it is none.
func ClientTicket(ticket []byte) []byte {
	var cmd anypb.Any
	var query flight.TicketStatementQuery
	if proto.Unmarshal(ticket, &cmd) != nil || cmd.UnmarshalTo(&query) != nil {
		return nil
	}
	return query.GetStatementHandle()
}

// DoGet gives a client the rows that its ticket names. Its errors are as Flight SQL clients get them.
func (s *directServer) DoGet(ticket *flight.Ticket, stream flight.FlightService_DoGetServer) error {
	var t seal.Ticket
	if s.tickets.Open(seal.Direct, ClientTicket(ticket.GetTicket()), &t) != nil {
		return pgerror.ToClientStatus(pgerror.New(pgerror.InvalidAuthorization, "this ticket is not for a worker, or was not made by a gateway with this worker's flight-secret"))
	}
	out := newAnswerSink(stream)
	out.told = IPCMessage(t.Schema)
	defer out.discard()
	_, err := s.service.Result(stream.Context(), &workerpb.Result{QueryId: t.ID}, out)
	if err == nil {
		err = out.close()
	}
	return pgerror.ToClientStatus(err)
}

// IPCMessage returns the flatbuffer of an encapsulated IPC message: 0xffffffff, its length, and the message.
func IPCMessage(encapsulated []byte) []byte {
	const prefix = 8
	if len(encapsulated) < prefix {
		return nil
	}
	n := binary.LittleEndian.Uint32(encapsulated[4:])
	return encapsulated[prefix:min(uint64(len(encapsulated)), prefix+uint64(n))]
}
