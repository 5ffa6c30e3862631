package workerapi

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"google.golang.org/grpc/encoding"
	// The stock codec must be registered before ours replaces it for the calls that force it.
	_ "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// FlightData's field numbers (Flight.proto). The body is last by convention, so everything before it is small.
const (
	fieldDescriptor  = 1
	fieldDataHeader  = 2
	fieldAppMetadata = 3
	fieldDataBody    = 1000
)

// Frame is one FlightData message whose body is not copied: on the way out the body is the record batch's own buffers,
// on the way in it is one pooled, 64-byte aligned buffer. A sent frame belongs to gRPC, which releases it once the bytes are
// written; a received one belongs to the receiver until Release, or until it is sent on.
type Frame struct {
	Descriptor  []byte // a FlightDescriptor, in the first message of a DoPut
	Header      []byte // an Arrow IPC Message, a flatbuffer
	AppMetadata []byte
	Body        [][]byte

	release func()
	pooled  *[]byte
	// unpooled: the body received is the collector's, so it may be kept.
	unpooled bool
}

// Release gives back what the frame holds. Slices of Body must not be used after it.
func (f *Frame) Release() {
	if f.release != nil {
		f.release()
		f.release = nil
	}
	if f.pooled != nil {
		bodyPool.Put(f.pooled)
		f.pooled = nil
	}
	f.Body = nil
}

// BodyLen returns the body's length in bytes.
func (f *Frame) BodyLen() int {
	n := 0
	for _, b := range f.Body {
		n += len(b)
	}
	return n
}

// Raw is a FlightData message as it came, in gRPC's own buffers, for who sends it on and looks at nothing of it. A sent one
// belongs to gRPC; one that is not sent is freed by its receiver.
type Raw struct{ data mem.BufferSlice }

// NewRaw returns a message of a result's Rows.
func NewRaw(message []byte) *Raw { return &Raw{mem.BufferSlice{mem.SliceBuffer(message)}} }

// Len returns the message's length in bytes.
func (r *Raw) Len() int { return r.data.Len() }

// Free gives back the buffers.
func (r *Raw) Free() {
	r.data.Free()
	r.data = nil
}

// Codec is the gRPC codec named "proto" that passes Frames and Raws through and leaves every other message to the stock one.
type Codec struct{}

// Name returns "proto": on the wire the messages are ordinary FlightData.
func (Codec) Name() string { return "proto" }

var stock = encoding.GetCodecV2("proto")

// Marshal encodes v. A *Frame becomes its header and its body's slices, uncopied; gRPC frees them when written.
func (Codec) Marshal(v any) (mem.BufferSlice, error) {
	if r, ok := v.(*Raw); ok {
		out := r.data
		r.data = nil
		return out, nil
	}
	f, ok := v.(*Frame)
	if !ok {
		return stock.Marshal(v)
	}
	n := f.BodyLen()
	// hookSize keeps the prefix above gRPC's pooling threshold, below which it would never call the release hook.
	const hookSize = 2 << 10
	head := make([]byte, 0, len(f.Descriptor)+len(f.Header)+len(f.AppMetadata)+32)
	if len(f.Descriptor) > 0 {
		head = protowire.AppendTag(head, fieldDescriptor, protowire.BytesType)
		head = protowire.AppendBytes(head, f.Descriptor)
	}
	if len(f.Header) > 0 {
		head = protowire.AppendTag(head, fieldDataHeader, protowire.BytesType)
		head = protowire.AppendBytes(head, f.Header)
	}
	if len(f.AppMetadata) > 0 {
		head = protowire.AppendTag(head, fieldAppMetadata, protowire.BytesType)
		head = protowire.AppendBytes(head, f.AppMetadata)
	}
	if n > 0 {
		head = protowire.AppendTag(head, fieldDataBody, protowire.BytesType)
		head = protowire.AppendVarint(head, uint64(n))
	}
	out := make(mem.BufferSlice, 0, len(f.Body)+1)
	out = append(out, mem.SliceBuffer(head))
	for _, b := range f.Body {
		if len(b) > 0 {
			out = append(out, mem.SliceBuffer(b))
		}
	}
	if f.release != nil || f.pooled != nil {
		// gRPC reads the buffers in order and frees each once it is written: the hook sits on the last one.
		last := out[len(out)-1].ReadOnlyData()
		if cap(last) <= hookSize {
			last = append(make([]byte, 0, hookSize+1), last...)
		}
		out[len(out)-1] = mem.NewBuffer(&last, releaseHook{f})
	}
	return out, nil
}

// releaseHook is a mem.BufferPool that never lends and turns the return of a buffer into the frame's release.
type releaseHook struct{ f *Frame }

func (h releaseHook) Get(n int) *[]byte { b := make([]byte, n); return &b }
func (h releaseHook) Put(*[]byte)       { h.f.Release() }

// Unmarshal decodes data into v. A *Frame gets the body in one aligned buffer: the only copy of the way in.
func (Codec) Unmarshal(data mem.BufferSlice, v any) error {
	if r, ok := v.(*Raw); ok {
		data.Ref()
		r.data = data
		return nil
	}
	f, ok := v.(*Frame)
	if !ok {
		return stock.Unmarshal(data, v)
	}
	return f.read(data.Reader(), data.Len())
}

var errFrame = errors.New("malformed FlightData message")

// read parses a FlightData message of size bytes.
func (f *Frame) read(r interface {
	io.Reader
	io.ByteReader
}, size int,
) error {
	left := size
	varint := func() (uint64, error) {
		var v uint64
		for shift := 0; shift < 64; shift += 7 {
			if left == 0 {
				return 0, errFrame
			}
			b, err := r.ReadByte()
			if err != nil {
				return 0, errFrame
			}
			left--
			v |= uint64(b&0x7f) << shift
			if b < 0x80 {
				return v, nil
			}
		}
		return 0, errFrame
	}
	for left > 0 {
		tag, err := varint()
		if err != nil {
			return err
		}
		num, typ := protowire.DecodeTag(tag)
		if num < 1 || typ != protowire.BytesType {
			return fmt.Errorf("%w: field %d of type %d", errFrame, num, typ)
		}
		n64, err := varint()
		if err != nil {
			return err
		}
		if n64 > uint64(left) {
			return errFrame
		}
		n := int(n64)
		var dst []byte
		if num == fieldDataBody {
			f.putBody()
			if f.unpooled {
				dst = newAlignedBody(n)
			} else {
				f.pooled, dst = alignedBody(n)
			}
			f.Body = [][]byte{dst}
		} else {
			dst = make([]byte, n)
		}
		if _, err := io.ReadFull(r, dst); err != nil {
			return errFrame
		}
		left -= n
		switch num {
		case fieldDescriptor:
			f.Descriptor = dst
		case fieldDataHeader:
			f.Header = dst
		case fieldAppMetadata:
			f.AppMetadata = dst
		}
	}
	return nil
}

// putBody returns a body already read: a message that names the field twice keeps the last, as protobuf says.
func (f *Frame) putBody() {
	if f.pooled != nil {
		bodyPool.Put(f.pooled)
		f.pooled, f.Body = nil, nil
	}
}

// maxPooled is the largest body buffer kept for reuse, in bytes; a single huge row's buffer is left to the collector.
const maxPooled = 8 << 20

var bodyPool = sync.Pool{}

// alignedBody returns n bytes that start at a multiple of 64, as Arrow wants its buffers, and the pool's handle (nil
// when the buffer is not pooled).
func alignedBody(n int) (*[]byte, []byte) {
	need := n + alignment
	if need > maxPooled {
		return nil, newAlignedBody(n)
	}
	p, _ := bodyPool.Get().(*[]byte)
	if p == nil || cap(*p) < need {
		b := make([]byte, max(need, 64<<10))
		p = &b
	}
	return p, alignIn(*p, n)
}

func newAlignedBody(n int) []byte { return alignIn(make([]byte, n+alignment), n) }
