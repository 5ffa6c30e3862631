package workerapi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/internal/pgerror"
)

// EncodeRow writes a record batch as an Arrow IPC stream: the form of Statement.parameters and of Table.ipc.
func EncodeRow(rec arrow.RecordBatch) ([]byte, error) {
	var buf bytes.Buffer
	w := ipc.NewWriter(&buf, ipc.WithSchema(rec.Schema()))
	if err := w.Write(rec); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// DecodeRow reads the first record batch of an Arrow IPC stream; nil for no bytes. The caller releases it. Its columns lie
// in b.
func DecodeRow(b []byte) (arrow.RecordBatch, error) {
	if len(b) == 0 {
		return nil, nil
	}
	r, err := NewTableReader(b)
	if err != nil {
		return nil, pgerror.New(pgerror.ProtocolViolation, "malformed parameters")
	}
	defer r.Release()
	if !r.Next() {
		return nil, pgerror.New(pgerror.ProtocolViolation, "malformed parameters")
	}
	rec := r.RecordBatch()
	rec.Retain()
	return rec, nil
}

// NewTableReader reads an Arrow IPC stream that lies in memory. Lengths in it are checked against what is there, before
// anything is allocated. The caller releases the reader.
func NewTableReader(b []byte) (*ipc.Reader, error) {
	return ipc.NewReaderFromMessageReader(&buffered{rest: b}, ipc.WithDelayReadSchema(false))
}

// buffered reads messages out of memory.
type buffered struct{ rest []byte }

var errMalformedStream = errors.New("malformed Arrow stream")

// Message implements ipc.MessageReader:
//
//	0xffffffff | int32 length of the header | header, a flatbuffer | body
func (r *buffered) Message() (msg *ipc.Message, err error) {
	defer func() {
		if recover() != nil { // what the flatbuffer's offsets point at is not there
			msg, err = nil, errMalformedStream
		}
	}()
	if len(r.rest) == 0 {
		return nil, io.EOF
	}
	if len(r.rest) < 8 || binary.LittleEndian.Uint32(r.rest) != 0xffffffff {
		return nil, errMalformedStream
	}
	n := int64(int32(binary.LittleEndian.Uint32(r.rest[4:])))
	if n == 0 {
		r.rest = nil
		return nil, io.EOF
	}
	if n < 8 || n > int64(len(r.rest)-8) {
		return nil, errMalformedStream
	}
	header, rest := r.rest[8:8+n], r.rest[8+n:]
	size := ipc.NewMessage(memory.NewBufferBytes(header), memory.NewBufferBytes(nil)).BodyLen()
	if size < 0 || size > int64(len(rest)) {
		return nil, errMalformedStream
	}
	r.rest = rest[size:]
	return ipc.NewMessage(memory.NewBufferBytes(header), memory.NewBufferBytes(rest[:size])), nil
}

// Retain and Release implement ipc.MessageReader; memory is the collector's.
func (r *buffered) Retain() {}

// Release implements ipc.MessageReader.
func (r *buffered) Release() {}

// EncodeSchema writes a schema as an Arrow IPC stream without batches.
func EncodeSchema(s *arrow.Schema) ([]byte, error) {
	var buf bytes.Buffer
	w := ipc.NewWriter(&buf, ipc.WithSchema(s))
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// DecodeSchema reads the schema of what EncodeSchema or EncodeRow wrote.
func DecodeSchema(b []byte) (*arrow.Schema, error) {
	r, err := NewTableReader(b)
	if err != nil {
		return nil, pgerror.WithCode(err, pgerror.IOError)
	}
	defer r.Release()
	return r.Schema(), nil
}
