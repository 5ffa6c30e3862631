package workerapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// DoPut stages rows: the first message's descriptor has a Put. The answers are two PutResults: the rows' name at once, and
// how many there are at the end.
func (s *server) DoPut(stream flight.FlightService_DoPutServer) error {
	in := &source{call: stream}
	in.messages.next = in.frame
	defer in.messages.free()
	first, err := in.frame()
	if err != nil {
		return err
	}
	var d flight.FlightDescriptor
	var put workerpb.Put
	if proto.Unmarshal(first.Descriptor, &d) != nil || proto.Unmarshal(d.GetCmd(), &put) != nil {
		return pgerror.New(pgerror.ProtocolViolation, "malformed descriptor")
	}
	if err := checkVersion(put.GetVersion()); err != nil {
		return err
	}
	in.first = first
	if in.reader, err = ipc.NewReaderFromMessageReader(&in.messages, ipc.WithDelayReadSchema(false)); err != nil {
		return malformedRows(err)
	}
	defer in.reader.Release()
	return s.service.Put(stream.Context(), in, func(res *workerpb.PutResult) error {
		b, err := proto.Marshal(res)
		if err != nil {
			return err
		}
		return stream.Send(&flight.PutResult{AppMetadata: b})
	})
}

func malformedRows(err error) error {
	return pgerror.Newf(pgerror.ProtocolViolation, "malformed rows: %s", err)
}

// source reads the rows of a DoPut.
type source struct {
	call     grpc.ServerStream
	messages messages
	first    *Frame // read already
	reader   *ipc.Reader
	ended    error // what the call's frames ended with
}

func (s *source) frame() (*Frame, error) {
	if f := s.first; f != nil {
		s.first = nil
		return f, nil
	}
	f := &Frame{unpooled: true}
	if err := s.call.RecvMsg(f); err != nil {
		s.ended = err
		return nil, err
	}
	return f, nil
}

// Schema implements Source.
func (s *source) Schema() *arrow.Schema { return s.reader.Schema() }

// Next implements Source.
func (s *source) Next() (arrow.RecordBatch, error) {
	if s.reader.Next() {
		rec := s.reader.RecordBatch()
		rec.Retain()
		return rec, nil
	}
	switch err := s.reader.Err(); {
	case errors.Is(s.ended, io.EOF):
		return nil, io.EOF
	case s.ended != nil:
		return nil, pgerror.FromStatus(s.ended)
	case err == nil: // an end inside the stream is not the caller's
		return nil, malformedRows(ErrCutOff)
	default:
		return nil, malformedRows(err)
	}
}

// Put is a DoPut under way. It is used by one goroutine at a time, and closed by who made it, when the statement that
// reads its rows has ended.
type Put struct {
	call   flight.FlightService_DoPutClient
	cancel context.CancelFunc
	out    sink
}

// Put begins to stage rows of schema at the worker.
func (c *Client) Put(ctx context.Context, schema *arrow.Schema) (*Put, error) {
	cmd, err := proto.Marshal(&workerpb.Put{Version: Version})
	if err != nil {
		return nil, err
	}
	descriptor, err := proto.Marshal(&flight.FlightDescriptor{Type: flight.FlightDescriptor_CMD, Cmd: cmd})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	call, err := c.flight.DoPut(ctx)
	if err != nil {
		cancel()
		return nil, pgerror.FromStatus(err)
	}
	p := &Put{call: call, cancel: cancel, out: sink{call: call, descriptor: descriptor}}
	_ = p.out.Schema(schema) // goes out with the first batch
	return p, nil
}

// Write sends a batch, which stays the caller's.
func (p *Put) Write(rec arrow.RecordBatch) error {
	rec.Retain()
	if err := p.out.Batch(rec); err != nil {
		return p.reason(err)
	}
	return nil
}

// reason returns why the worker no longer takes rows: sending says only that it does not.
func (p *Put) reason(err error) error {
	for {
		if _, recvErr := p.call.Recv(); errors.Is(recvErr, io.EOF) {
			return pgerror.FromStatus(err)
		} else if recvErr != nil {
			return pgerror.FromStatus(recvErr)
		}
	}
}

// Name waits for the rows' name for Statement.staged: a statement may read them while they are being written. It is called
// once, after a Write.
func (p *Put) Name() (string, error) {
	res, err := p.answer()
	return res.GetStaged(), err
}

// End says that the rows written are all, and waits until the worker has them. It is called after Name.
func (p *Put) End() error {
	if err := p.out.close(); err != nil {
		return p.reason(err)
	}
	if err := p.call.CloseSend(); err != nil {
		return p.reason(err)
	}
	_, err := p.answer()
	return err
}

func (p *Put) answer() (*workerpb.PutResult, error) {
	res, err := p.call.Recv()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, pgerror.WithCode(ErrCutOff, pgerror.IOError)
		}
		return nil, pgerror.FromStatus(err)
	}
	out := new(workerpb.PutResult)
	if err := proto.Unmarshal(res.GetAppMetadata(), out); err != nil {
		return nil, pgerror.WithCode(fmt.Errorf("decoding the worker's answer: %w", err), pgerror.IOError)
	}
	return out, nil
}

// Close ends the call: the worker drops the rows, and a statement that still reads them fails.
func (p *Put) Close() {
	p.cancel()
	p.out.discard()
}
