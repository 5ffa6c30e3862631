package workerapi

import (
	"bytes"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// On the wire a Frame is an ordinary FlightData message, both ways.
func TestAFrameIsFlightData(t *testing.T) {
	f := &Frame{Header: []byte("header"), AppMetadata: []byte("meta"), Body: [][]byte{[]byte("bo"), nil, []byte("dy")}}
	out, err := Codec{}.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var data flight.FlightData
	if err := proto.Unmarshal(out.Materialize(), &data); err != nil {
		t.Fatal(err)
	}
	if string(data.DataHeader) != "header" || string(data.AppMetadata) != "meta" || string(data.DataBody) != "body" {
		t.Errorf("read as %v", &data)
	}
	data.FlightDescriptor = &flight.FlightDescriptor{Cmd: []byte("cmd")}
	b, err := proto.Marshal(&data)
	if err != nil {
		t.Fatal(err)
	}
	var back Frame
	if err := (Codec{}).Unmarshal(mem.BufferSlice{mem.SliceBuffer(b[:5]), mem.SliceBuffer(b[5:])}, &back); err != nil {
		t.Fatal(err)
	}
	if string(back.Header) != "header" || string(back.AppMetadata) != "meta" || string(back.Body[0]) != "body" || back.BodyLen() != 4 {
		t.Errorf("came back as %+v", back)
	}
	back.Release()
}

// The batch behind a frame lives until gRPC has written the frame, and no longer.
func TestAFrameIsReleasedWhenItIsWritten(t *testing.T) {
	for _, size := range []int{0, 10, 100_000} {
		released := 0
		f := &Frame{Header: []byte("h"), Body: [][]byte{make([]byte, size)}, release: func() { released++ }}
		out, err := Codec{}.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if released != 0 {
			t.Errorf("%d bytes: released before it is written", size)
		}
		out.Free()
		if released != 1 {
			t.Errorf("%d bytes: released %d times", size, released)
		}
	}
}

// FuzzFrame: whatever bytes come, a frame's parts lie within them, or it is an error.
func FuzzFrame(f *testing.F) {
	for _, d := range []*flight.FlightData{{DataHeader: []byte("h"), DataBody: []byte("body")}, {AppMetadata: []byte("m")}, {}} {
		b, err := proto.Marshal(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("\xc2\x3e\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fr Frame
		err := (Codec{}).Unmarshal(mem.BufferSlice{mem.SliceBuffer(b)}, &fr)
		defer fr.Release()
		if err != nil {
			return
		}
		if len(fr.Header)+len(fr.AppMetadata)+fr.BodyLen() > len(b) {
			t.Fatalf("%d bytes became %+v", len(b), fr)
		}
		var data flight.FlightData
		if proto.Unmarshal(b, &data) == nil && (!bytes.Equal(data.DataHeader, fr.Header) || !bytes.Equal(data.AppMetadata, fr.AppMetadata)) {
			t.Fatalf("protobuf reads %v, the codec %+v", &data, fr)
		}
	})
}

// FuzzDecodeRow: parameters and schemas from the other side decode or are errors.
func FuzzDecodeRow(f *testing.F) {
	rec := batch([]int64{1})
	b, err := EncodeRow(rec)
	rec.Release()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		if rec, err := DecodeRow(b); err == nil && rec != nil {
			rec.Release()
		}
		_, _ = DecodeSchema(b)
	})
}

var testSchema = arrow.NewSchema([]arrow.Field{{Name: "i", Type: arrow.PrimitiveTypes.Int64}}, nil)

func batch(v []int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, testSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).AppendValues(v, nil)
	return b.NewRecordBatch()
}

// broken is a Flight server that sends a few good frames and then what a test wants.
type broken struct {
	flight.UnimplementedFlightServiceServer
	then func(grpc.ServerStream) error
}

func (b *broken) DoGet(_ *flight.Ticket, s flight.FlightService_DoGetServer) error {
	out := newAnswerSink(s)
	if err := out.Schema(testSchema); err != nil {
		return err
	}
	if err := out.Batch(batch([]int64{1, 2, 3})); err != nil {
		return err
	}
	return b.then(s)
}

// A stream that ends without its completion, or does not decode, is an error: never an end.
func TestNoPartialResultLooksWhole(t *testing.T) {
	for name, then := range map[string]func(grpc.ServerStream) error{
		"no completion": func(grpc.ServerStream) error { return nil },
		"a broken header": func(s grpc.ServerStream) error {
			return s.SendMsg(&Frame{Header: bytes.Repeat([]byte{0xff}, 64), Body: [][]byte{make([]byte, 64)}})
		},
		"no header":        func(s grpc.ServerStream) error { return s.SendMsg(&Frame{Body: [][]byte{make([]byte, 64)}}) },
		"a truncated body": func(s grpc.ServerStream) error { return truncated(s) },
	} {
		t.Run(name, func(t *testing.T) {
			target := "unix://" + filepath.Join(t.TempDir(), "s.sock")
			lis, err := net.Listen("unix", target[len("unix://"):])
			if err != nil {
				t.Fatal(err)
			}
			g := grpc.NewServer(grpc.ForceServerCodecV2(Codec{}))
			flight.RegisterFlightServiceServer(g, &broken{then: then})
			go func() { _ = g.Serve(lis) }()
			defer g.Stop()
			c, err := Dial(target, "")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			s, err := c.Execute(t.Context(), &workerpb.Statement{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for {
				b, err := s.Next()
				if err == nil {
					b.Release()
					continue
				}
				if errors.Is(err, io.EOF) || pgerror.CodeOf(err) != pgerror.IOError {
					t.Errorf("ended with %v (%s)", err, pgerror.CodeOf(err))
				}
				return
			}
		})
	}
}

// truncated sends a batch whose body is shorter than its header says.
func truncated(s grpc.ServerStream) error {
	rec := batch(make([]int64, 1000))
	out := newAnswerSink(cutter{s})
	if err := out.Schema(testSchema); err != nil {
		return err
	}
	return out.Batch(rec)
}

type cutter struct{ grpc.ServerStream }

func (c cutter) SendMsg(m any) error {
	f := m.(*Frame)
	if f.BodyLen() == 0 {
		return nil // the schema has been sent
	}
	f.Body = [][]byte{f.Body[len(f.Body)-1][:8]}
	return c.ServerStream.SendMsg(f)
}

func BenchmarkFrame(b *testing.B) {
	body := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		out, err := Codec{}.Marshal(&Frame{Header: make([]byte, 500), Body: [][]byte{body}})
		if err != nil {
			b.Fatal(err)
		}
		var f Frame
		if err := (Codec{}).Unmarshal(out, &f); err != nil {
			b.Fatal(err)
		}
		f.Release()
		out.Free()
	}
}
