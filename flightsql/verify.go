package flightsql

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"

	"github.com/angelerator/tavana/internal/workerapi"
)

// Arrow's reader makes room for as much as a message says that it has, before it looks whether the message has that, and
// follows its tables as deep as they go. A message that lies there would take all memory, or the stack, and the process with
// it. So its vectors are measured first (checkMessage), and what it is without compression as it is read (budget). That
// offsets point into the message is left to the reader: it panics, and that is caught.

// Where Arrow's flatbuffers have what is looked at (Message.fbs, Schema.fbs): offsets in the tables' vtables.
const (
	messageHeaderType = 6
	messageHeader     = 8
	messageMetadata   = 12

	schemaFields   = 6
	schemaMetadata = 8
	schemaFeatures = 10

	fieldTypeType   = 8
	fieldType       = 10
	fieldDictionary = 12
	fieldChildren   = 14
	fieldMetadata   = 16
	unionTypeIDs    = 6

	batchBuffers  = 8
	batchVariadic = 12
)

// Numbers of Arrow's unions, and sizes of vectors' elements in bytes.
const (
	isSchema      = 1
	isRecordBatch = 3

	typeUnion      = 14
	typeBinaryView = 23
	typeUTF8View   = 24

	sizeOffset = 4 // of a table
	sizeInt32  = 4
	sizeInt64  = 8
	sizeBuffer = 16
)

// maxDepth is how deep types may be nested, and leastField the fewest bytes that a field takes.
const (
	maxDepth   = 64
	leastField = 8
)

// verifier looks at the messages of one stream.
type verifier struct {
	fields int // that there can yet be: those of a table that two others share count twice
	views  int // columns of views: each has a number of buffers in every batch
	err    error
}

// checkMessage refuses an IPC message whose reading would take much more than it is. It panics where offsets point nowhere.
func (v *verifier) checkMessage(header []byte) error {
	if len(header) < flatbuffers.SizeUOffsetT {
		return nil // not a message, as the reader will say
	}
	message := flatbuffers.Table{Bytes: header, Pos: flatbuffers.GetUOffsetT(header)}
	v.vector(message, messageMetadata, sizeOffset)
	t, ok := child(message, messageHeader)
	if !ok {
		return v.err
	}
	switch message.GetByteSlot(messageHeaderType, 0) {
	case isSchema:
		v.fields, v.views = len(header)/leastField, 0
		v.vector(t, schemaMetadata, sizeOffset)
		v.vector(t, schemaFeatures, sizeInt64)
		v.fieldsOf(t, schemaFields, 1)
	case isRecordBatch:
		v.batch(t)
	}
	return v.err
}

func (v *verifier) fail(format string, args ...any) {
	if v.err == nil {
		v.err = invalid("malformed rows: "+format, args...)
	}
}

// vector returns where a vector begins and how many elements it has, all of them within the message.
func (v *verifier) vector(t flatbuffers.Table, field flatbuffers.VOffsetT, size int) (at flatbuffers.UOffsetT, n int) {
	o := flatbuffers.UOffsetT(t.Offset(field))
	if o == 0 || v.err != nil {
		return 0, 0
	}
	at, n = t.Vector(o), t.VectorLen(o)
	if left := len(t.Bytes) - int(at); left < 0 || n < 0 || n > left/size {
		v.fail("a vector is longer than its message")
		return 0, 0
	}
	return at, n
}

func (v *verifier) fieldsOf(t flatbuffers.Table, field flatbuffers.VOffsetT, depth int) {
	at, n := v.vector(t, field, sizeOffset)
	if n > v.fields || n > 0 && depth > maxDepth {
		v.fail("the schema has more fields, or is deeper, than it can be")
	}
	v.fields -= n
	for i := 0; i < n && v.err == nil; i++ {
		f := flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(at + flatbuffers.UOffsetT(i*sizeOffset))}
		v.vector(f, fieldMetadata, sizeOffset)
		switch f.GetByteSlot(fieldTypeType, 0) {
		case typeUnion:
			if typ, ok := child(f, fieldType); ok {
				v.vector(typ, unionTypeIDs, sizeInt32)
			}
		case typeBinaryView, typeUTF8View:
			v.views++
			if f.Offset(fieldDictionary) != 0 {
				v.fail("dictionaries of views are not taken")
			}
		}
		v.fieldsOf(f, fieldChildren, depth+1)
	}
}

// batch looks at how many buffers the columns of views say that they have.
func (v *verifier) batch(t flatbuffers.Table) {
	if v.views == 0 {
		return
	}
	_, buffers := v.vector(t, batchBuffers, sizeBuffer)
	at, n := v.vector(t, batchVariadic, sizeInt64)
	if n < v.views {
		v.fail("a column of views has no number of buffers")
	}
	for i := 0; i < n && v.err == nil; i++ {
		if count := t.GetInt64(at + flatbuffers.UOffsetT(i*sizeInt64)); count < 0 || count > int64(buffers) {
			v.fail("a column of views has more buffers than its message")
		}
	}
}

// child returns the table in a field of another.
func child(t flatbuffers.Table, field flatbuffers.VOffsetT) (flatbuffers.Table, bool) {
	o := t.Offset(field)
	if o == 0 {
		return t, false
	}
	return flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(t.Pos + flatbuffers.UOffsetT(o))}, true
}

// budget is the memory that a message may take when it is read: no more than one without compression could bring.
type budget struct {
	memory.Allocator
	left int
}

// Allocate implements memory.Allocator. It panics when there is nothing left, which the reader makes an error.
func (b *budget) Allocate(n int) []byte {
	b.take(n)
	return b.Allocator.Allocate(n)
}

// Reallocate implements memory.Allocator.
func (b *budget) Reallocate(n int, old []byte) []byte {
	b.take(n - len(old))
	return b.Allocator.Reallocate(n, old)
}

func (b *budget) take(n int) {
	if b.left -= n; b.left < 0 {
		panic(fmt.Sprintf("a message would have more than %d MB without its compression: send smaller batches", workerapi.MaxMessage>>20))
	}
}
