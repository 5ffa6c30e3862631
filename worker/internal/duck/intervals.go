package duck

/*
void tavanaDivideIntervals(void *, void *, void *);
void tavanaSubtractTimes(void *, void *, void *);
void tavanaSubtractTimestamps(void *, void *, void *);
void tavanaMonths(void *, void *, void *);
void tavanaDays(void *, void *, void *);
void tavanaMicros(void *, void *, void *);
void tavanaInterval(void *, void *, void *);
*/
import "C"

import (
	"math"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/pgfunc"
)

// Forms for DuckDB's operators: // for intervals (PostgreSQL's /, by the setting integer_division), - for times, and - for
// timestamps with time zone in place of its own, which counts days of the calendar where PostgreSQL counts hours. And what a
// sum of intervals is made of, which DuckDB lacks: the sums of their parts. The parts can be asked of any type, and are NULL
// there, since the gateway can't tell whether what is summed is an interval.
//
// An aggregate of our own would do by itself, but DuckDB's C interface hands it one state for all rows where a window's frame is
// the whole partition, and does not say so.
var intervalFunctions = []nativeFunction{
	{"//", C.tavanaDivideIntervals, bindings.TypeInterval, []bindings.Type{bindings.TypeInterval, bindings.TypeDouble}},
	{"-", C.tavanaSubtractTimes, bindings.TypeInterval, []bindings.Type{bindings.TypeTime, bindings.TypeTime}},
	{"-", C.tavanaSubtractTimestamps, bindings.TypeInterval, []bindings.Type{bindings.TypeTimestampTZ, bindings.TypeTimestampTZ}},
	{"tavana_months", C.tavanaMonths, bindings.TypeBigInt, []bindings.Type{bindings.TypeAny}},
	{"tavana_days", C.tavanaDays, bindings.TypeBigInt, []bindings.Type{bindings.TypeAny}},
	{"tavana_micros", C.tavanaMicros, bindings.TypeBigInt, []bindings.Type{bindings.TypeAny}},
	{"tavana_interval", C.tavanaInterval, bindings.TypeInterval, []bindings.Type{bindings.TypeHugeInt, bindings.TypeHugeInt, bindings.TypeHugeInt}},
}

// intervalValue is duckdb_interval, and hugeInt duckdb_hugeint.
type (
	intervalValue struct {
		months, days int32
		micros       int64
	}
	hugeInt struct {
		lower uint64
		upper int64
	}
)

// is tells whether the number is v.
func (h hugeInt) is(v int64) bool { return h.lower == uint64(v) && h.upper == v>>63 }

//export tavanaDivideIntervals
func tavanaDivideIntervals(info, input, output unsafe.Pointer) {
	c := newCall(input, output)
	intervals, by, quotients := argument[intervalValue](c, 0), argument[float64](c, 1), results[intervalValue](c)
	c.run(info, func(i int) (err error) {
		q, v := &quotients[i], intervals[i]
		q.months, q.days, q.micros, err = pgfunc.DivideInterval(v.months, v.days, v.micros, by[i])
		return err
	})
}

//export tavanaSubtractTimes
func tavanaSubtractTimes(info, input, output unsafe.Pointer) {
	c := newCall(input, output)
	a, b, out := argument[int64](c, 0), argument[int64](c, 1), results[intervalValue](c)
	c.run(info, func(i int) error {
		out[i] = intervalValue{micros: a[i] - b[i]}
		return nil
	})
}

//export tavanaSubtractTimestamps
func tavanaSubtractTimestamps(info, input, output unsafe.Pointer) {
	c := newCall(input, output)
	a, b, out := argument[int64](c, 0), argument[int64](c, 1), results[intervalValue](c)
	c.run(info, func(i int) error {
		const day, infinity = 24 * 3600 * 1_000_000, math.MaxInt64
		elapsed := a[i] - b[i]
		switch {
		case max(a[i], -a[i]) == infinity, max(b[i], -b[i]) == infinity:
			return pgerror.New(pgerror.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
		case (a[i] < b[i]) != (elapsed < 0):
			return pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range")
		}
		out[i] = intervalValue{days: int32(elapsed / day), micros: elapsed % day}
		return nil
	})
}

//export tavanaMonths
func tavanaMonths(info, input, output unsafe.Pointer) {
	intervalPart(info, input, output, func(v intervalValue) int64 { return int64(v.months) })
}

//export tavanaDays
func tavanaDays(info, input, output unsafe.Pointer) {
	intervalPart(info, input, output, func(v intervalValue) int64 { return int64(v.days) })
}

//export tavanaMicros
func tavanaMicros(info, input, output unsafe.Pointer) {
	intervalPart(info, input, output, func(v intervalValue) int64 { return v.micros })
}

func intervalPart(info, input, output unsafe.Pointer, part func(intervalValue) int64) {
	c := newCall(input, output)
	t := bindings.VectorGetColumnType(c.args[0])
	defer bindings.DestroyLogicalType(&t)
	if bindings.GetTypeId(t) != bindings.TypeInterval {
		for i := range c.rows {
			c.setNull(i)
		}
		return
	}
	intervals, out := argument[intervalValue](c, 0), results[int64](c)
	c.run(info, func(i int) error {
		out[i] = part(intervals[i])
		return nil
	})
}

//export tavanaInterval
func tavanaInterval(info, input, output unsafe.Pointer) {
	c := newCall(input, output)
	months, days, micros, out := argument[hugeInt](c, 0), argument[hugeInt](c, 1), argument[hugeInt](c, 2), results[intervalValue](c)
	c.run(info, func(i int) error {
		v := intervalValue{int32(months[i].lower), int32(days[i].lower), int64(micros[i].lower)}
		if out[i] = v; !months[i].is(int64(v.months)) || !days[i].is(int64(v.days)) || !micros[i].is(v.micros) {
			return pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range")
		}
		return nil
	})
}
