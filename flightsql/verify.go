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

	fieldName       = 4
	fieldTypeType   = 8
	fieldType       = 10
	fieldDictionary = 12
	fieldChildren   = 14
	fieldMetadata   = 16
	unionTypeIDs    = 6
	timestampZone   = 6

	keyValueKey   = 4
	keyValueValue = 6

	batchBuffers  = 8
	batchVariadic = 12

	dictionaryID      = 4
	dictionaryData    = 6
	dictionaryIsDelta = 8
)

// Numbers of Arrow's unions, and sizes of vectors' elements in bytes.
const (
	isSchema          = 1
	isDictionaryBatch = 2
	isRecordBatch     = 3

	typeTimestamp  = 10
	typeUnion      = 14
	typeBinaryView = 23
	typeUTF8View   = 24

	sizeOffset = 4 // of a table
	sizeInt32  = 4
	sizeInt64  = 8
	sizeBuffer = 16
)

// What a message's description may be: its bytes, the fields of a schema, and how deep types are nested.
const (
	maxHeader = 16 << 20
	maxFields = 1 << 16
	maxDepth  = 64
)

// verifier looks at the messages of one stream. Tables, vectors and texts may be shared, in a message as small as one likes:
// each use of them counts, since the reader makes something of each.
type verifier struct {
	memory *budget

	fields int // that there can yet be
	made   int // bytes that may yet be made of the message's texts and vectors
	views  int // columns of views: each has a number of buffers in every batch
	err    error

	// sizes are those of the stream's dictionaries, which the reader keeps, by their ids; last is the one that it has read last.
	sizes map[int64]int
	kept  int // their sum
	last  *int64
	body  int // bytes of last's message
}

// checkMessage refuses an IPC message whose reading would take much more than it is. It panics where offsets point nowhere.
func (v *verifier) checkMessage(header []byte, body int) error {
	v.noteDictionary()
	switch {
	case len(header) < flatbuffers.SizeUOffsetT:
		return nil // not a message, as the reader will say
	case len(header) > maxHeader:
		return invalid("malformed rows: the description of a message has more than %d MB", maxHeader>>20)
	}
	v.made = 4*len(header) + 4096
	message := flatbuffers.Table{Bytes: header, Pos: flatbuffers.GetUOffsetT(header)}
	v.metadata(message, messageMetadata)
	t, ok := child(message, messageHeader)
	if !ok {
		return v.err
	}
	switch message.GetByteSlot(messageHeaderType, 0) {
	case isSchema:
		v.fields, v.views = maxFields, 0
		v.metadata(t, schemaMetadata)
		v.vector(t, schemaFeatures, sizeInt64)
		v.fieldsOf(t, schemaFields, 1, false)
	case isRecordBatch:
		v.batch(t)
	case isDictionaryBatch:
		v.dictionary(t, body)
	}
	return v.err
}

// dictionary looks at a dictionary: the reader keeps it until the stream ends, or until another has its id.
func (v *verifier) dictionary(t flatbuffers.Table, body int) {
	if t.GetBoolSlot(dictionaryIsDelta, false) {
		v.fail("additions to dictionaries are not taken: send whole ones")
	}
	id := t.GetInt64Slot(dictionaryID, 0)
	v.last, v.body = &id, body
}

// noteDictionary notes what the message before this one has taken, if that was a dictionary, and gives this one what is left.
func (v *verifier) noteDictionary() {
	if v.last != nil {
		if v.sizes == nil {
			v.sizes = map[int64]int{}
		}
		size := v.memory.taken + v.body
		v.kept += size - v.sizes[*v.last]
		v.sizes[*v.last], v.last = size, nil
	}
	v.memory.left, v.memory.taken = workerapi.MaxMessage-v.kept, 0
	if v.kept > workerapi.MaxMessage {
		v.fail("the dictionaries have more than %d MB", workerapi.MaxMessage>>20)
	}
}

// make counts what the reader makes of a part of the message.
func (v *verifier) make(bytes int) {
	if v.made -= bytes; v.made < 0 {
		v.fail("its texts are used too often")
	}
}

// metadata looks at keys and values.
func (v *verifier) metadata(t flatbuffers.Table, field flatbuffers.VOffsetT) {
	at, n := v.vector(t, field, sizeOffset)
	for i := 0; i < n && v.err == nil; i++ {
		v.make(sizeOffset)
		kv := flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(at + flatbuffers.UOffsetT(i*sizeOffset))}
		v.text(kv, keyValueKey)
		v.text(kv, keyValueValue)
	}
}

// text looks at a text, which the reader copies.
func (v *verifier) text(t flatbuffers.Table, field flatbuffers.VOffsetT) {
	if _, n := v.vector(t, field, 1); n > 0 {
		v.make(n)
	}
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

// fieldsOf looks at the fields in a field of a table. encoded says that they are of the values of a dictionary.
func (v *verifier) fieldsOf(t flatbuffers.Table, field flatbuffers.VOffsetT, depth int, encoded bool) {
	at, n := v.vector(t, field, sizeOffset)
	if n > v.fields || n > 0 && depth > maxDepth {
		v.fail("the schema has more than %d fields, or types nested more than %d deep", maxFields, maxDepth)
	}
	v.fields -= n
	for i := 0; i < n && v.err == nil; i++ {
		f := flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(at + flatbuffers.UOffsetT(i*sizeOffset))}
		v.text(f, fieldName)
		v.metadata(f, fieldMetadata)
		encoded := encoded || f.Offset(fieldDictionary) != 0
		typ, typed := child(f, fieldType)
		switch f.GetByteSlot(fieldTypeType, 0) {
		case typeTimestamp:
			if typed {
				v.text(typ, timestampZone)
			}
		case typeUnion:
			if typed {
				_, ids := v.vector(typ, unionTypeIDs, sizeInt32)
				v.make(ids * sizeInt32)
			}
		case typeBinaryView, typeUTF8View:
			v.views++
			if encoded {
				v.fail("dictionaries of views are not taken")
			}
		}
		v.fieldsOf(f, fieldChildren, depth+1, encoded)
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

// budget is the memory that a message may take when it is read: no more than one without compression could bring. What
// dictionaries have taken is not there for later messages.
type budget struct {
	memory.Allocator
	left, taken int
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
	b.taken += n
	if b.left -= n; b.left < 0 {
		panic(fmt.Sprintf("a message would have more than %d MB without its compression: send smaller batches", workerapi.MaxMessage>>20))
	}
}
