package duck

/*
#include <stdbool.h>
bool tavana_register_interval_sum(void *, int);
void tavanaDivideIntervals(void *, void *, void *);
void tavanaSubtractTimes(void *, void *, void *);
*/
import "C"

import (
	"errors"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/pgfunc"
)

// registerIntervals makes tavana_sum_intervals(INTERVAL) an aggregate of the instance, for catalogs' macros to call, and adds
// forms to DuckDB's operators: // for intervals (PostgreSQL's /, by the setting integer_division) and - for times. DuckDB lets
// nobody add a form to its sum. That is in C since the bindings for Go have no aggregates.
func registerIntervals(conn bindings.Connection) error {
	if !C.tavana_register_interval_sum(conn.Ptr, C.int(bindings.TypeInterval)) {
		return errors.New("registering the function tavana_sum_intervals")
	}
	return errors.Join(
		registerOperator(conn, "//", bindings.TypeInterval, bindings.TypeDouble, bindings.TypeInterval, C.tavanaDivideIntervals),
		registerOperator(conn, "-", bindings.TypeTime, bindings.TypeTime, bindings.TypeInterval, C.tavanaSubtractTimes))
}

func registerOperator(conn bindings.Connection, name string, left, right, returns bindings.Type, call unsafe.Pointer) error {
	f := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&f)
	bindings.ScalarFunctionSetName(f, name)
	for _, t := range []bindings.Type{left, right} {
		param := bindings.CreateLogicalType(t)
		bindings.ScalarFunctionAddParameter(f, param)
		bindings.DestroyLogicalType(&param)
	}
	result := bindings.CreateLogicalType(returns)
	defer bindings.DestroyLogicalType(&result)
	bindings.ScalarFunctionSetReturnType(f, result)
	bindings.ScalarFunctionSetFunction(f, call)
	if bindings.RegisterScalarFunction(conn, f) == bindings.StateError {
		return errors.New("registering a form of the operator " + name)
	}
	return nil
}

// intervalValue is duckdb_interval.
type intervalValue struct {
	months, days int32
	micros       int64
}

//export tavanaDivideIntervals
func tavanaDivideIntervals(info, input, output unsafe.Pointer) {
	callOperator(info, input, output, func(a intervalValue, b float64) (q intervalValue, err error) {
		q.months, q.days, q.micros, err = pgfunc.DivideInterval(a.months, a.days, a.micros, b)
		return q, err
	})
}

//export tavanaSubtractTimes
func tavanaSubtractTimes(info, input, output unsafe.Pointer) {
	callOperator(info, input, output, func(a, b int64) (intervalValue, error) { return intervalValue{micros: a - b}, nil })
}

// callOperator calls f for each row. A NULL on either side makes the result NULL.
func callOperator[A, B, R any](info, input, output unsafe.Pointer, f func(A, B) (R, error)) {
	in, out := bindings.DataChunk{Ptr: input}, bindings.Vector{Ptr: output}
	rows := int(bindings.DataChunkGetSize(in))
	left, right := bindings.DataChunkGetVector(in, 0), bindings.DataChunkGetVector(in, 1)
	a, b, results := vectorOf[A](left, rows), vectorOf[B](right, rows), vectorOf[R](out, rows)
	for i := range rows {
		if isNull(left, i) || isNull(right, i) {
			bindings.VectorEnsureValidityWritable(out)
			bindings.ValiditySetRowInvalid(bindings.VectorGetValidity(out), bindings.IdxT(i))
			continue
		}
		var err error
		if results[i], err = f(a[i], b[i]); err != nil {
			e := pgerror.Flatten(err)
			bindings.ScalarFunctionSetError(bindings.FunctionInfo{Ptr: info}, ownMark+string(e.Code)+e.Message)
			return
		}
	}
}

func isNull(v bindings.Vector, row int) bool {
	valid := bindings.VectorGetValidity(v)
	return valid != nil && !bindings.ValidityRowIsValid(valid, bindings.IdxT(row))
}

// vectorOf returns the values of a flat vector, which holds that many.
func vectorOf[T any](v bindings.Vector, rows int) []T {
	return unsafe.Slice((*T)(bindings.VectorGetData(v)), rows)
}
