package workerapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Stream is the answer of a DoGet. It is used by one goroutine at a time, and closed by the one who got it.
type Stream struct {
	call   flight.FlightService_DoGetClient
	cancel context.CancelFunc

	reader   *ipc.Reader
	messages messages

	done  *workerpb.Completion
	onEnd func(*workerpb.Completion) // nil: nobody wants to know
	err   error
}

func newStream(call flight.FlightService_DoGetClient, cancel context.CancelFunc) *Stream {
	s := &Stream{call: call, cancel: cancel}
	s.messages.next = s.NextFrame
	return s
}

// Granted waits until the worker has reserved the statement's memory, or said why it can't: an error with NoRoom came
// before any work.
func (s *Stream) Granted() error {
	if s.err != nil {
		return s.err
	}
	if md, err := s.call.Header(); md != nil && err == nil {
		return nil
	}
	// The call ended without a header: gRPC tells why to who reads on.
	s.err = s.end(s.call.RecvMsg(new(Frame)))
	return s.err
}

// Batch is a record batch and the buffer its columns lie in. Release frees both: no slice of a column may be used after.
type Batch struct {
	arrow.RecordBatch
	frame *Frame
	free  func()
}

// NewBatch returns a Batch of rec, which it takes over. Its Release calls free, for a buffer that others use as well.
func NewBatch(rec arrow.RecordBatch, free func()) *Batch { return &Batch{RecordBatch: rec, free: free} }

// Release frees the batch and its buffer. It shadows RecordBatch's, which would keep the buffer.
func (b *Batch) Release() {
	b.RecordBatch.Release()
	if b.frame != nil {
		b.frame.Release()
		b.frame = nil
	}
	if b.free != nil {
		b.free()
		b.free = nil
	}
}

// Schema waits for the first message and returns the result's schema. A schema without fields: no rows are returned.
func (s *Stream) Schema() (*arrow.Schema, error) {
	if s.reader == nil && s.err == nil {
		r, err := ipc.NewReaderFromMessageReader(&s.messages, ipc.WithDelayReadSchema(false))
		switch {
		case err == nil:
			s.reader = r
		case s.err == nil:
			s.err = pgerror.WithCode(fmt.Errorf("decoding the worker's schema: %w", err), pgerror.IOError)
		}
	}
	if s.reader == nil {
		if errors.Is(s.err, io.EOF) {
			s.err = pgerror.WithCode(ErrCutOff, pgerror.IOError)
		}
		return nil, s.err
	}
	return s.reader.Schema(), nil
}

// Next returns the next batch, which the caller releases. It returns io.EOF only after the worker's Completion; a stream
// that ends without one is an error, as is one that does not decode.
func (s *Stream) Next() (*Batch, error) {
	if _, err := s.Schema(); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	if s.reader.Next() {
		return s.messages.batch(s.reader), nil
	}
	if s.err == nil {
		err := s.reader.Err()
		if err == nil {
			err = ErrCutOff
		}
		s.err = pgerror.WithCode(fmt.Errorf("decoding the worker's rows: %w", err), pgerror.IOError)
	}
	return nil, s.err
}

// NextFrame returns the next message unopened, for a relay, which releases it. It ends as Next does. A stream is read by
// Next, or by NextFrame and NextRaw.
func (s *Stream) NextFrame() (*Frame, error) {
	if s.err != nil {
		return nil, s.err
	}
	f := new(Frame)
	if err := s.call.RecvMsg(f); err != nil {
		s.err = s.end(err)
		return nil, s.err
	}
	return f, nil
}

// NextRaw returns the next message as it came, for a relay, which sends it on or frees it. It ends as Next does. A stream is
// read by Next, or by NextFrame and NextRaw.
func (s *Stream) NextRaw() (*Raw, error) {
	if s.err != nil {
		return nil, s.err
	}
	r := new(Raw)
	if err := s.call.RecvMsg(r); err != nil {
		s.err = s.end(err)
		return nil, s.err
	}
	return r, nil
}

// OnEnd makes f be called, by whoever reads, with what the worker says at the end; not of a stream that fails or is given up. It is
// set before the first read.
func (s *Stream) OnEnd(f func(*workerpb.Completion)) { s.onEnd = f }

// Completion returns what the worker said at the end; nil before io.EOF.
func (s *Stream) Completion() *workerpb.Completion { return s.done }

// Cancel ends the call: whoever waits for it gets an error. It may be called by any goroutine; Close must still follow.
func (s *Stream) Cancel() { s.cancel() }

// Close ends the call, cancelling what the worker still does for it, and frees what is buffered. Batches already
// returned stay valid, unless they use dictionaries.
func (s *Stream) Close() {
	s.cancel()
	if s.reader != nil {
		s.reader.Release()
		s.reader = nil
	}
	if s.err == nil {
		s.err = io.ErrClosedPipe
	}
	s.messages.free()
}

// end turns what RecvMsg ended with into what the reader is told.
func (s *Stream) end(err error) error {
	if !errors.Is(err, io.EOF) {
		return pgerror.FromStatus(err)
	}
	v := s.call.Trailer().Get(completionKey)
	if len(v) != 1 {
		return pgerror.WithCode(ErrCutOff, pgerror.IOError)
	}
	done := new(workerpb.Completion)
	if err := proto.Unmarshal([]byte(v[0]), done); err != nil {
		return pgerror.WithCode(fmt.Errorf("decoding the completion: %w", err), pgerror.IOError)
	}
	s.done = done
	if s.onEnd != nil {
		s.onEnd(done)
	}
	return io.EOF
}
