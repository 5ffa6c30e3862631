package workerapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	flightpb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// DoPut stages rows: the first message's descriptor has a Put, the answer is one PutResult.
func (s *server) DoPut(stream flightpb.FlightService_DoPutServer) error {
	r, err := flight.NewRecordReader(stream)
	if err != nil {
		return pgerror.Newf(pgerror.ProtocolViolation, "malformed rows: %s", err)
	}
	defer r.Release()
	var put workerpb.Put
	if err := proto.Unmarshal(r.LatestFlightDescriptor().GetCmd(), &put); err != nil {
		return pgerror.New(pgerror.ProtocolViolation, "malformed descriptor")
	}
	if err := checkVersion(put.GetVersion()); err != nil {
		return err
	}
	return s.service.Put(stream.Context(), source{r}, func(res *workerpb.PutResult) error {
		b, err := proto.Marshal(res)
		if err != nil {
			return err
		}
		return stream.Send(&flightpb.PutResult{AppMetadata: b})
	})
}

// source is a flight.Reader as a Source.
type source struct{ *flight.Reader }

func (s source) Next() (arrow.RecordBatch, error) {
	if s.Reader.Next() {
		return s.RecordBatch(), nil
	}
	if err := s.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, pgerror.FromStatus(err)
	}
	return nil, io.EOF
}

// Put is a DoPut under way. It is used by one goroutine at a time, and closed by who made it, when the statement that
// reads its rows has ended.
type Put struct {
	call   flightpb.FlightService_DoPutClient
	cancel context.CancelFunc
	w      *flight.Writer
}

// Put begins to stage rows of schema at the worker.
func (c *Client) Put(ctx context.Context, schema *arrow.Schema) (*Put, error) {
	cmd, err := proto.Marshal(&workerpb.Put{Version: Version})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	call, err := c.flight.DoPut(ctx)
	if err != nil {
		cancel()
		return nil, pgerror.FromStatus(err)
	}
	w := flight.NewRecordWriter(call, ipc.WithSchema(schema))
	w.SetFlightDescriptor(&flightpb.FlightDescriptor{Type: flightpb.FlightDescriptor_CMD, Cmd: cmd})
	return &Put{call: call, cancel: cancel, w: w}, nil
}

// Write sends a batch, which stays the caller's.
func (p *Put) Write(rec arrow.RecordBatch) error {
	if err := p.w.Write(rec); err != nil {
		return p.reason(err)
	}
	return nil
}

// reason returns why the worker no longer takes rows: sending says only that it does not.
func (p *Put) reason(err error) error {
	if _, recvErr := p.call.Recv(); recvErr != nil && !errors.Is(recvErr, io.EOF) {
		return pgerror.FromStatus(recvErr)
	}
	return pgerror.FromStatus(err)
}

// Stage ends the rows and waits until the worker has them all. It returns their name for Statement.staged, and how many
// there are.
func (p *Put) Stage() (name string, rows uint64, err error) {
	if err := p.w.Close(); err != nil {
		return "", 0, p.reason(err)
	}
	if err := p.call.CloseSend(); err != nil {
		return "", 0, p.reason(err)
	}
	res, err := p.call.Recv()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return "", 0, pgerror.WithCode(ErrCutOff, pgerror.IOError)
		}
		return "", 0, pgerror.FromStatus(err)
	}
	var out workerpb.PutResult
	if err := proto.Unmarshal(res.GetAppMetadata(), &out); err != nil {
		return "", 0, pgerror.WithCode(fmt.Errorf("decoding the worker's answer: %w", err), pgerror.IOError)
	}
	return out.GetStaged(), out.GetRows(), nil
}

// Close ends the call: the worker drops the rows.
func (p *Put) Close() { p.cancel() }
