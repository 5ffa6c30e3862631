package duck

import (
	"fmt"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// nativeFunction is a scalar function of DuckDB's own types, or a form of one that it has. call is a C function of the info, the
// chunk with the arguments and the vector of the results.
type nativeFunction struct {
	name    string
	call    unsafe.Pointer
	returns bindings.Type
	params  []bindings.Type
}

func registerNative(conn bindings.Connection, functions []nativeFunction) error {
	for _, fn := range functions {
		if err := fn.register(conn); err != nil {
			return err
		}
	}
	return nil
}

func (fn *nativeFunction) register(conn bindings.Connection) error {
	f := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&f)
	bindings.ScalarFunctionSetName(f, fn.name)
	for _, t := range fn.params {
		param := bindings.CreateLogicalType(t)
		bindings.ScalarFunctionAddParameter(f, param)
		bindings.DestroyLogicalType(&param)
	}
	result := bindings.CreateLogicalType(fn.returns)
	defer bindings.DestroyLogicalType(&result)
	bindings.ScalarFunctionSetReturnType(f, result)
	bindings.ScalarFunctionSetFunction(f, fn.call)
	if bindings.RegisterScalarFunction(conn, f) == bindings.StateError {
		return fmt.Errorf("registering the function %s", fn.name)
	}
	return nil
}

// nativeCall is a call of such a function for the rows of a chunk. DuckDB hands flat vectors in, and one out.
type nativeCall struct {
	rows int
	args []bindings.Vector
	out  bindings.Vector
}

func newCall(input, output unsafe.Pointer) *nativeCall {
	in := bindings.DataChunk{Ptr: input}
	c := &nativeCall{rows: int(bindings.DataChunkGetSize(in)), out: bindings.Vector{Ptr: output}}
	for i := range bindings.DataChunkGetColumnCount(in) {
		c.args = append(c.args, bindings.DataChunkGetVector(in, i))
	}
	return c
}

// run calls f for each row without a NULL among its arguments; the result of the others is NULL. An error of f is the statement's.
func (c *nativeCall) run(info unsafe.Pointer, f func(row int) error) {
	for i := range c.rows {
		if c.anyNull(i) {
			c.setNull(i)
		} else if err := f(i); err != nil {
			failCall(bindings.FunctionInfo{Ptr: info}, err)
			return
		}
	}
}

// failCall makes err the error of the statement that calls a function, with its SQLSTATE.
func failCall(info bindings.FunctionInfo, err error) {
	e := pgerror.Flatten(err)
	bindings.ScalarFunctionSetError(info, ownMark+string(e.Code)+e.Message)
}

func (c *nativeCall) anyNull(row int) bool {
	for _, v := range c.args {
		if valid := bindings.VectorGetValidity(v); valid != nil && !bindings.ValidityRowIsValid(valid, bindings.IdxT(row)) {
			return true
		}
	}
	return false
}

func (c *nativeCall) setNull(row int) {
	bindings.VectorEnsureValidityWritable(c.out)
	bindings.ValiditySetRowInvalid(bindings.VectorGetValidity(c.out), bindings.IdxT(row))
}

func argument[T any](c *nativeCall, n int) []T { return vectorOf[T](c.args[n], c.rows) }

func results[T any](c *nativeCall) []T { return vectorOf[T](c.out, c.rows) }

// vectorOf returns the values of a flat vector, which holds that many.
func vectorOf[T any](v bindings.Vector, rows int) []T {
	return unsafe.Slice((*T)(bindings.VectorGetData(v)), rows)
}
