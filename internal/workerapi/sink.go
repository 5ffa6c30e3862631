package workerapi

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// sink writes record batches as Frames: it is the Flight encoder of both directions, and copies nothing.
type sink struct {
	call interface{ SendMsg(any) error }
	w    *ipc.Writer
	// descriptor goes out with the first frame.
	descriptor []byte
	// told replaces the schema's message, the first; nil: nothing does.
	told []byte
	// closed: nothing is sent any more.
	closed bool
	// rec is the batch being written: each frame of it keeps it until gRPC has sent the frame.
	rec arrow.RecordBatch
}

// answerSink is the sink of a DoGet.
type answerSink struct {
	sink
	call grpc.ServerStream
}

func newAnswerSink(call grpc.ServerStream) *answerSink { return &answerSink{sink{call: call}, call} }

// Granted implements Sink: the call's header goes out at once.
func (s *answerSink) Granted() error { return s.call.SendHeader(metadata.MD{}) }

// Schema implements Sink. The schema's message goes out with the first batch, or at the end.
func (s *sink) Schema(schema *arrow.Schema) error {
	s.w = ipc.NewWriterWithPayloadWriter(s, ipc.WithSchema(schema))
	return nil
}

// Batch implements Sink.
func (s *sink) Batch(rec arrow.RecordBatch) error {
	defer rec.Release()
	s.rec = rec
	err := s.w.Write(rec)
	s.rec = nil
	return err
}

// close sends what is still owed: the schema of an empty result.
func (s *sink) close() error {
	if s.w == nil || s.closed {
		return nil
	}
	err := s.w.Close()
	s.closed = true
	return err
}

// discard frees what the writer keeps, dictionaries above all, and sends nothing: for an answer that has failed.
func (s *sink) discard() {
	if s.w != nil && !s.closed {
		s.closed = true
		_ = s.w.Close()
	}
}

// Start and Close implement ipc.PayloadWriter.
func (s *sink) Start() error { return nil }

// Close implements ipc.PayloadWriter.
func (s *sink) Close() error { return nil }

// WritePayload implements ipc.PayloadWriter: one IPC message becomes one frame.
func (s *sink) WritePayload(p ipc.Payload) error {
	if s.closed {
		return nil
	}
	meta := p.Meta()
	f := &Frame{Descriptor: s.descriptor, Header: meta.Bytes()}
	s.descriptor = nil
	if s.told != nil {
		f.Header, s.told = s.told, nil
	}
	if err := p.SerializeBody((*slices)(&f.Body)); err != nil {
		return err
	}
	if rec := s.rec; rec != nil {
		rec.Retain()
		f.release = rec.Release
	}
	return s.call.SendMsg(f)
}

// Messages is a Sink that keeps a few rows as the messages that a DoGet would send.
type Messages struct {
	sink
	list [][]byte
}

// NewMessages returns an empty one. The caller discards it.
func NewMessages() *Messages {
	m := &Messages{}
	m.call = m
	return m
}

// Granted implements Sink.
func (m *Messages) Granted() error { return nil }

// SendMsg keeps a frame's message.
func (m *Messages) SendMsg(frame any) error {
	b, err := Codec{}.Marshal(frame)
	if err != nil {
		return err
	}
	m.list = append(m.list, b.Materialize())
	b.Free()
	return nil
}

// Discard frees what the encoder keeps.
func (m *Messages) Discard() { m.discard() }

// Rows returns the messages after the schema's.
func (m *Messages) Rows() [][]byte {
	if len(m.list) == 0 {
		return nil
	}
	return m.list[1:]
}

// slices is an io.Writer that keeps what is written instead of copying it.
type slices [][]byte

func (s *slices) Write(p []byte) (int, error) {
	*s = append(*s, p)
	return len(p), nil
}
