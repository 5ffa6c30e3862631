package duck

/*
#include <stdint.h>
void tavanaCallFunction(void *, void *, void *);
void tavanaFreeRows(void *);
*/
import "C"

import (
	"fmt"
	"strconv"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/worker/internal/pgfunc"
)

// The functions of pgfunc become scalar functions of the instance, for catalogs' macros to call. Their values are texts, and
// lists of texts; a NULL among the arguments makes the result NULL.

func registerFunctions(conn bindings.Connection) error {
	for i := range pgfunc.Functions {
		if err := registerFunction(conn, &pgfunc.Functions[i]); err != nil {
			return err
		}
	}
	return nil
}

func registerFunction(conn bindings.Connection, f *pgfunc.Function) error {
	s := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&s)
	bindings.ScalarFunctionSetName(s, f.Name)
	for _, p := range f.Params {
		t := valueType(p)
		bindings.ScalarFunctionAddParameter(s, t)
		bindings.DestroyLogicalType(&t)
	}
	returns := valueType(f.Returns)
	defer bindings.DestroyLogicalType(&returns)
	bindings.ScalarFunctionSetReturnType(s, returns)
	if len(f.Params) == 0 {
		bindings.ScalarFunctionSetVolatile(s)
	}
	bindings.ScalarFunctionSetExtraInfo(s, box(f), C.tavanaFreeRows)
	bindings.ScalarFunctionSetFunction(s, C.tavanaCallFunction)
	if bindings.RegisterScalarFunction(conn, s) == bindings.StateError {
		return fmt.Errorf("registering the function %s", f.Name)
	}
	return nil
}

// valueType returns DuckDB's type of a parameter or a result. The caller destroys it.
func valueType(t int) bindings.LogicalType {
	switch t {
	case pgfunc.Integer:
		return bindings.CreateLogicalType(bindings.TypeInteger)
	case pgfunc.Bigint:
		return bindings.CreateLogicalType(bindings.TypeBigInt)
	case pgfunc.Boolean:
		return bindings.CreateLogicalType(bindings.TypeBoolean)
	case pgfunc.JSON:
		return alias(bindings.TypeVarchar, "JSON")
	case pgfunc.OnlyJSON:
		return alias(bindings.TypeVarchar, onlyJSON)
	}
	text := bindings.CreateLogicalType(bindings.TypeVarchar)
	for range max(t, 0) {
		list := bindings.CreateListType(text)
		bindings.DestroyLogicalType(&text)
		text = list
	}
	return text
}

//export tavanaCallFunction
func tavanaCallFunction(p, input, output unsafe.Pointer) {
	info := bindings.FunctionInfo{Ptr: p}
	f := unbox[*pgfunc.Function](bindings.ScalarFunctionGetExtraInfo(info))
	if err := callFunction(f, bindings.DataChunk{Ptr: input}, bindings.Vector{Ptr: output}); err != nil {
		failCall(info, err)
	}
}

// callFunction calls f for each row.
func callFunction(f *pgfunc.Function, in bindings.DataChunk, out bindings.Vector) error {
	rows := int(bindings.DataChunkGetSize(in))
	args := make([]pgfunc.Value, len(f.Params))
	cols := make([]column, len(f.Params))
	for i := range cols {
		cols[i] = newColumn(bindings.DataChunkGetVector(in, bindings.IdxT(i)), f.Params[i])
	}
	w := writer{vec: out}
	for row := range rows {
		null := false
		for i := range cols {
			args[i] = cols[i].value(row)
			null = null || args[i].Null
		}
		v := pgfunc.Value{Null: true}
		if !null {
			var err error
			if v, err = f.Call(args); err != nil {
				return err
			}
		}
		w.write(row, v, f.Returns)
	}
	return nil
}

// column reads the values of a vector. Texts lie in the vector: they must not be kept.
type column struct {
	data, validity unsafe.Pointer
	elements       *column
	typ            int
}

func newColumn(v bindings.Vector, t int) column {
	c := column{data: bindings.VectorGetData(v), validity: bindings.VectorGetValidity(v), typ: t}
	if t > 0 {
		e := newColumn(bindings.ListVectorGetChild(v), t-1)
		c.elements = &e
	}
	return c
}

// listEntry is duckdb_list_entry.
type listEntry struct{ offset, length uint64 }

func (c *column) value(row int) pgfunc.Value {
	if c.validity != nil && !bindings.ValidityRowIsValid(c.validity, bindings.IdxT(row)) {
		return pgfunc.Value{Null: true}
	}
	switch {
	case c.typ == pgfunc.Integer:
		return pgfunc.Value{Text: strconv.FormatInt(int64(*(*int32)(unsafe.Add(c.data, row*4))), 10)}
	case c.typ == pgfunc.Bigint:
		return pgfunc.Value{Text: strconv.FormatInt(*(*int64)(unsafe.Add(c.data, row*8)), 10)}
	case c.elements == nil:
		return pgfunc.Value{Text: textAt(c.data, row)}
	}
	e := *(*listEntry)(unsafe.Add(c.data, row*int(unsafe.Sizeof(listEntry{}))))
	v := pgfunc.Value{List: make([]pgfunc.Value, e.length)}
	for i := range v.List {
		v.List[i] = c.elements.value(int(e.offset) + i)
	}
	return v
}

// textAt reads a duckdb_string_t: four bytes of length, then up to twelve bytes of text, or a prefix and a pointer to it.
func textAt(data unsafe.Pointer, row int) string {
	const size, inlined = 16, 12
	at := unsafe.Add(data, row*size)
	n := *(*uint32)(at)
	if n <= inlined {
		return unsafe.String((*byte)(unsafe.Add(at, 4)), n)
	}
	return unsafe.String(*(**byte)(unsafe.Add(at, 8)), n)
}

// writer fills a vector row by row, from the first on.
type writer struct {
	vec      bindings.Vector
	elements *writer
	used     int // elements in use
}

func (w *writer) write(row int, v pgfunc.Value, t int) {
	switch {
	case v.Null:
		bindings.VectorEnsureValidityWritable(w.vec)
		bindings.ValiditySetRowInvalid(bindings.VectorGetValidity(w.vec), bindings.IdxT(row))
		if t > 0 {
			w.entry(row, 0)
		}
	case t == pgfunc.Boolean:
		*(*bool)(unsafe.Add(bindings.VectorGetData(w.vec), row)) = v.Text == "t"
	case t <= 0:
		bindings.VectorAssignStringElementLen(w.vec, bindings.IdxT(row), []byte(v.Text))
	default:
		if w.elements == nil {
			w.elements = &writer{}
		}
		first := w.used
		w.entry(row, len(v.List))
		bindings.ListVectorReserve(w.vec, bindings.IdxT(w.used))
		bindings.ListVectorSetSize(w.vec, bindings.IdxT(w.used))
		w.elements.vec = bindings.ListVectorGetChild(w.vec) // reserving may have moved it
		for i, e := range v.List {
			w.elements.write(first+i, e, t-1)
		}
	}
}

func (w *writer) entry(row, length int) {
	*(*listEntry)(unsafe.Add(bindings.VectorGetData(w.vec), row*int(unsafe.Sizeof(listEntry{})))) = listEntry{uint64(w.used), uint64(length)}
	w.used += length
}
