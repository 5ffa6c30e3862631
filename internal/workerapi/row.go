package workerapi

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

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

// DecodeRow reads the first record batch of an Arrow IPC stream; nil for no bytes. The caller releases it.
func DecodeRow(b []byte) (arrow.RecordBatch, error) {
	if len(b) == 0 {
		return nil, nil
	}
	r, err := ipc.NewReader(bytes.NewReader(b))
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

// EncodeSchema writes a schema as an Arrow IPC stream without batches.
func EncodeSchema(s *arrow.Schema) ([]byte, error) {
	var buf bytes.Buffer
	w := ipc.NewWriter(&buf, ipc.WithSchema(s))
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// DecodeSchema reads what EncodeSchema wrote.
func DecodeSchema(b []byte) (*arrow.Schema, error) {
	r, err := ipc.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, pgerror.WithCode(err, pgerror.IOError)
	}
	defer r.Release()
	return r.Schema(), nil
}
