package duck

/*
#include <stdint.h>
#include <stdlib.h>
void tavanaBindRows(void *);
void tavanaInitRows(void *);
void tavanaNextRows(void *, void *);
void tavanaFreeRows(void *);
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"runtime/cgo"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// RowsFunction is the table function by which a statement reads rows that Go has: tavana_rows('name') returns those that
// its connection was given under that name with Conn.Offer. Nobody else's can be read by it.
const RowsFunction = "tavana_rows"

// Rows are a table's rows in Go. The function may be called by any of DuckDB's threads.
type Rows struct {
	Schema *arrow.Schema
	// Open begins at the first row. A statement may read them more than once, also at the same time.
	Open func() (RowReader, error)
}

// RowReader reads rows. It must not wait long: it holds one of DuckDB's threads.
type RowReader interface {
	// Next returns the next batch, or io.EOF. The caller releases it.
	Next() (arrow.RecordBatch, error)
	Close()
}

// Offer gives the connection's statements rows to read, under a name, until Withdraw.
func (c *Conn) Offer(name string, r Rows) {
	c.in.rowsMu.Lock()
	defer c.in.rowsMu.Unlock()
	id := c.id()
	if c.in.rows[id] == nil {
		c.in.rows[id] = map[string]*offer{}
	}
	c.in.rows[id][name] = &offer{rows: r, c: c}
}

// Withdraw takes back all that Offer gave.
func (c *Conn) Withdraw() {
	c.in.rowsMu.Lock()
	defer c.in.rowsMu.Unlock()
	delete(c.in.rows, c.id())
}

func (c *Conn) id() uint64 {
	var ctx bindings.ClientContext
	bindings.ConnectionGetClientContext(c.c, &ctx)
	defer bindings.DestroyClientContext(&ctx)
	return uint64(bindings.ClientContextGetConnectionId(ctx))
}

// offer is what a connection may read.
type offer struct {
	rows Rows
	c    *Conn
}

// vectorSize is how many rows DuckDB takes from a table function at once.
const vectorSize = 2048

// registerRows makes the table function, which is the instance's.
func (in *Instance) registerRows(conn bindings.Connection) error {
	f := bindings.CreateTableFunction()
	defer bindings.DestroyTableFunction(&f)
	bindings.TableFunctionSetName(f, RowsFunction)
	name := bindings.CreateLogicalType(bindings.TypeVarchar)
	defer bindings.DestroyLogicalType(&name)
	bindings.TableFunctionAddParameter(f, name)
	bindings.TableFunctionSetExtraInfo(f, box(in), C.tavanaFreeRows)
	bindings.TableFunctionSetBind(f, C.tavanaBindRows)
	bindings.TableFunctionSetInit(f, C.tavanaInitRows)
	bindings.TableFunctionSetFunction(f, C.tavanaNextRows)
	if bindings.RegisterTableFunction(conn, f) == bindings.StateError {
		return errors.New("registering the function " + RowsFunction)
	}
	return nil
}

// box makes a pointer that C can keep of a Go value; tavanaFreeRows frees both.
func box(v any) unsafe.Pointer {
	p := C.malloc(C.size_t(unsafe.Sizeof(C.uintptr_t(0))))
	*(*C.uintptr_t)(p) = C.uintptr_t(cgo.NewHandle(v))
	return p
}

func unbox[T any](p unsafe.Pointer) T { return cgo.Handle(*(*C.uintptr_t)(p)).Value().(T) }

//export tavanaFreeRows
func tavanaFreeRows(p unsafe.Pointer) {
	h := cgo.Handle(*(*C.uintptr_t)(p))
	if s, ok := h.Value().(*scan); ok {
		s.close()
	}
	h.Delete()
	C.free(p)
}

//export tavanaBindRows
func tavanaBindRows(p unsafe.Pointer) {
	info := bindings.BindInfo{Ptr: p}
	v := bindings.BindGetParameter(info, 0)
	defer bindings.DestroyValue(&v)
	if bindings.IsNullValue(v) {
		bindings.BindSetError(info, "the name of the rows is NULL")
		return
	}
	name := bindings.GetVarchar(v)
	var ctx bindings.ClientContext
	bindings.TableFunctionGetClientContext(info, &ctx)
	defer bindings.DestroyClientContext(&ctx)
	in := unbox[*Instance](bindings.BindGetExtraInfo(info))
	in.rowsMu.Lock()
	o := in.rows[uint64(bindings.ClientContextGetConnectionId(ctx))][name]
	in.rowsMu.Unlock()
	if o == nil {
		bindings.BindSetError(info, fmt.Sprintf("no rows named %q are offered to this statement", name))
		return
	}
	if err := o.bind(info); err != nil {
		bindings.BindSetError(info, err.Error())
	}
}

// bind tells DuckDB the columns. Their types are those that it makes of an empty batch.
func (o *offer) bind(info bindings.BindInfo) error {
	s, err := newScan(o)
	if err != nil {
		return err
	}
	defer s.close()
	empty := emptyBatch(o.rows.Schema)
	defer empty.Release()
	chunk, err := s.convert(empty)
	if err != nil {
		return err
	}
	defer bindings.DestroyDataChunk(&chunk)
	for i, f := range o.rows.Schema.Fields() {
		t := bindings.VectorGetColumnType(bindings.DataChunkGetVector(chunk, bindings.IdxT(i)))
		bindings.BindAddResultColumn(info, f.Name, t)
		bindings.DestroyLogicalType(&t)
	}
	bindings.BindSetBindData(info, box(o), C.tavanaFreeRows)
	return nil
}

//export tavanaInitRows
func tavanaInitRows(p unsafe.Pointer) {
	info := bindings.InitInfo{Ptr: p}
	s, err := newScan(unbox[*offer](bindings.InitGetBindData(info)))
	if err == nil {
		s.reader, err = s.offer.rows.Open()
	}
	if err != nil {
		if s != nil {
			s.close()
		}
		bindings.InitSetError(info, err.Error())
		return
	}
	bindings.InitSetMaxThreads(info, 1)
	bindings.InitSetInitData(info, box(s), C.tavanaFreeRows)
}

//export tavanaNextRows
func tavanaNextRows(p, out unsafe.Pointer) {
	info := bindings.FunctionInfo{Ptr: p}
	s := unbox[*scan](bindings.FunctionGetInitData(info))
	if err := s.fill(bindings.DataChunk{Ptr: out}); err != nil {
		bindings.FunctionSetError(info, err.Error())
	}
}

// scan is one reading of offered rows.
type scan struct {
	offer  *offer
	schema bindings.ArrowConvertedSchema
	reader RowReader
	// rec is partly given: rows from next on are owed.
	rec  arrow.RecordBatch
	next int64
}

func newScan(o *offer) (*scan, error) {
	schema, ed := bindings.SchemaFromArrow(o.c.c, o.rows.Schema)
	defer bindings.DestroyErrorData(&ed)
	if msg := bindings.ErrorDataMessage(ed); bindings.ErrorDataHasError(ed) {
		return nil, errors.New(msg)
	}
	return &scan{offer: o, schema: schema}, nil
}

func (s *scan) close() {
	if s.rec != nil {
		s.rec.Release()
		s.rec = nil
	}
	if s.reader != nil {
		s.reader.Close()
		s.reader = nil
	}
	bindings.DestroyArrowConvertedSchema(&s.schema)
}

// fill puts the next rows into out; none: that was all.
func (s *scan) fill(out bindings.DataChunk) error {
	for s.rec == nil || s.next == s.rec.NumRows() {
		if s.rec != nil {
			s.rec.Release()
			s.rec = nil
		}
		rec, err := s.reader.Next()
		if errors.Is(err, io.EOF) {
			bindings.DataChunkSetSize(out, 0)
			return nil
		}
		if err != nil {
			return err
		}
		s.rec, s.next = rec, 0
	}
	n := min(s.rec.NumRows()-s.next, vectorSize)
	part := s.rec.NewSlice(s.next, s.next+n)
	defer part.Release()
	chunk, err := s.convert(part)
	if err != nil {
		return err
	}
	// The vectors keep what they refer to: the chunk can go.
	defer bindings.DestroyDataChunk(&chunk)
	for i := range bindings.DataChunkGetColumnCount(out) {
		bindings.VectorReferenceVector(bindings.DataChunkGetVector(out, i), bindings.DataChunkGetVector(chunk, i))
	}
	bindings.DataChunkSetSize(out, bindings.IdxT(n))
	s.next += n
	return nil
}

func (s *scan) convert(rec arrow.RecordBatch) (bindings.DataChunk, error) {
	chunk, ed := bindings.DataChunkFromArrow(s.offer.c.c, rec, s.schema)
	defer bindings.DestroyErrorData(&ed)
	if bindings.ErrorDataHasError(ed) {
		return chunk, errors.New(bindings.ErrorDataMessage(ed))
	}
	return chunk, nil
}

func emptyBatch(schema *arrow.Schema) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	return b.NewRecordBatch()
}
