package duck

/*
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

extern void *duckdb_create_cast_function(void);
extern void duckdb_cast_function_set_source_type(void *, void *);
extern void duckdb_cast_function_set_target_type(void *, void *);
extern void duckdb_cast_function_set_function(void *, bool (*)(void *, uint64_t, void *, void *));
extern void duckdb_cast_function_set_row_error(void *, const char *, uint64_t, void *);
extern int duckdb_register_cast_function(void *, void *);
extern void duckdb_destroy_cast_function(void **);

bool tavanaCastToArray(void *, uint64_t, void *, void *);

static int registerCastToArray(void *conn, void *from, void *to) {
	void *f = duckdb_create_cast_function();
	duckdb_cast_function_set_source_type(f, from);
	duckdb_cast_function_set_target_type(f, to);
	duckdb_cast_function_set_function(f, tavanaCastToArray);
	int state = duckdb_register_cast_function(conn, f);
	duckdb_destroy_cast_function(&f);
	return state;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/pgfunc"
)

// A text is cast to an array as PostgreSQL writes it, {a,b}, wherever DuckDB casts one, and as DuckDB writes its lists, [a, b]. The
// elements are of arrayElements' types; for lists of others there is DuckDB's cast.

// arrayElements are the types of elements, with what reads one into the memory of a vector.
var arrayElements = map[bindings.Type]func(text string, at unsafe.Pointer, row int) error{
	bindings.TypeVarchar:  nil,
	bindings.TypeBoolean:  readBool,
	bindings.TypeSmallInt: readWhole[int16]("smallint", 16),
	bindings.TypeInteger:  readWhole[int32]("integer", 32),
	bindings.TypeBigInt:   readWhole[int64]("bigint", 64),
	bindings.TypeFloat:    readFloat[float32]("real", 32),
	bindings.TypeDouble:   readFloat[float64]("double precision", 64),
}

func registerArrayCasts(conn bindings.Connection) error {
	text := bindings.CreateLogicalType(bindings.TypeVarchar)
	defer bindings.DestroyLogicalType(&text)
	for t := range arrayElements {
		element := bindings.CreateLogicalType(t)
		list := bindings.CreateListType(element)
		state := C.registerCastToArray(conn.Ptr, text.Ptr, list.Ptr)
		bindings.DestroyLogicalType(&list)
		bindings.DestroyLogicalType(&element)
		if state != 0 {
			return fmt.Errorf("registering the cast of texts to lists of type %d", t)
		}
	}
	return nil
}

//export tavanaCastToArray
func tavanaCastToArray(info unsafe.Pointer, n C.uint64_t, input, output unsafe.Pointer) C.bool {
	in, out := bindings.Vector{Ptr: input}, bindings.Vector{Ptr: output}
	c := newArrayCast(out)
	texts := newColumn(in, 0)
	for row := range int(n) {
		v := texts.value(row)
		if !v.Null {
			var err error
			if v.List, err = pgfunc.Elements(v.Text); err == nil {
				if c.whole && strings.HasPrefix(strings.TrimLeft(v.Text, blanks), "[") {
					rounded(v.List)
				}
				err = c.write(row, v.List)
			}
			if err == nil {
				continue
			}
			c.fail(info, row, err)
		}
		c.null(row)
	}
	return C.bool(!c.failed)
}

// arrayCast writes lists into a vector, row by row.
type arrayCast struct {
	out    bindings.Vector
	read   func(string, unsafe.Pointer, int) error
	whole  bool // the elements are whole numbers
	used   int  // elements
	failed bool
}

func newArrayCast(out bindings.Vector) *arrayCast {
	list := bindings.VectorGetColumnType(out)
	defer bindings.DestroyLogicalType(&list)
	element := bindings.ListTypeChildType(list)
	defer bindings.DestroyLogicalType(&element)
	t := bindings.GetTypeId(element)
	return &arrayCast{out: out, read: arrayElements[t], whole: t == bindings.TypeSmallInt || t == bindings.TypeInteger || t == bindings.TypeBigInt}
}

// rounded makes whole numbers of what DuckDB takes for some in its lists.
func rounded(list []pgfunc.Value) {
	for i, v := range list {
		text := strings.Trim(v.Text, blanks)
		if _, err := strconv.ParseInt(text, 10, 64); v.Null || err == nil {
			continue
		}
		if n, err := strconv.ParseInt(text, 0, 64); err == nil {
			list[i].Text = strconv.FormatInt(n, 10)
		} else if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			list[i].Text = strconv.FormatFloat(math.Round(f), 'f', 0, 64)
		}
	}
}

func (c *arrayCast) write(row int, list []pgfunc.Value) error {
	const most = 1 << 25 // of a chunk; DuckDB would fail to make room for them in a way that its C interface does not tell
	if c.used+len(list) > most {
		return pgerror.New(pgerror.ProgramLimitExceeded, "arrays of too many elements")
	}
	w := writer{vec: c.out, used: c.used}
	w.entry(row, len(list))
	bindings.ListVectorReserve(c.out, bindings.IdxT(w.used))
	bindings.ListVectorSetSize(c.out, bindings.IdxT(w.used))
	elements := writer{vec: bindings.ListVectorGetChild(c.out)} // reserving may have moved it
	data := bindings.VectorGetData(elements.vec)
	for i, v := range list {
		if v.Null || c.read == nil {
			elements.write(c.used+i, v, 0)
		} else if err := c.read(strings.Trim(v.Text, blanks), data, c.used+i); err != nil {
			for n := range i { // the next row's elements will lie there
				if valid := bindings.VectorGetValidity(elements.vec); valid != nil {
					bindings.ValiditySetRowValid(valid, bindings.IdxT(c.used+n))
				}
			}
			return err
		}
	}
	c.used = w.used
	return nil
}

func (c *arrayCast) null(row int) {
	w := writer{vec: c.out, used: c.used}
	w.write(row, pgfunc.Value{Null: true}, 1)
	bindings.ListVectorSetSize(c.out, bindings.IdxT(c.used))
}

// fail notes why a row can't be cast.
func (c *arrayCast) fail(info unsafe.Pointer, row int, err error) {
	e := pgerror.Flatten(err)
	message := C.CString(ownMark + string(e.Code) + e.Message)
	defer C.free(unsafe.Pointer(message))
	C.duckdb_cast_function_set_row_error(info, message, C.uint64_t(row), c.out.Ptr)
	c.failed = true
}

func readBool(text string, at unsafe.Pointer, row int) error {
	switch s := strings.ToLower(text); {
	case s != "" && (strings.HasPrefix("true", s) || strings.HasPrefix("yes", s)) || s == "on" || s == "1":
		*(*bool)(unsafe.Add(at, row)) = true
	case s != "" && (strings.HasPrefix("false", s) || strings.HasPrefix("no", s)) || s == "off" || s == "of" || s == "0":
		*(*bool)(unsafe.Add(at, row)) = false
	default:
		return noSuch("boolean", text)
	}
	return nil
}

func noSuch(typ, text string) error {
	return pgerror.New(pgerror.InvalidTextRepresentation, "invalid input syntax for type "+typ+`: "`+text+`"`)
}

func outOfRange(typ, text string) error {
	return pgerror.New(pgerror.NumericValueOutOfRange, `value "`+text+`" is out of range for type `+typ)
}

func readWhole[T int16 | int32 | int64](typ string, bits int) func(string, unsafe.Pointer, int) error {
	return func(text string, at unsafe.Pointer, row int) error {
		n, err := strconv.ParseInt(text, 10, bits)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return outOfRange(typ, text)
		case err != nil:
			return noSuch(typ, text)
		}
		*(*T)(unsafe.Add(at, row*bits/8)) = T(n)
		return nil
	}
}

func readFloat[T float32 | float64](typ string, bits int) func(string, unsafe.Pointer, int) error {
	return func(text string, at unsafe.Pointer, row int) error {
		f, err := strconv.ParseFloat(text, bits)
		mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
		switch {
		case errors.Is(err, strconv.ErrRange) && math.IsInf(f, 0), err == nil && f == 0 && strings.ContainsAny(mantissa, "123456789"):
			return pgerror.New(pgerror.NumericValueOutOfRange, `"`+text+`" is out of range for type `+typ)
		case err != nil && !errors.Is(err, strconv.ErrRange), strings.ContainsAny(text, "_xX"):
			return noSuch(typ, text)
		}
		*(*T)(unsafe.Add(at, row*bits/8)) = T(f)
		return nil
	}
}
