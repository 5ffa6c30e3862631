package pgfunc

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// intervals are functions of intervals, in DuckDB's text, and the clock.
var intervals = []Function{
	{"tavana_clock", nil, 0, func([]Value) (Value, error) { // microseconds since 1970
		return text(strconv.FormatInt(time.Now().UnixMicro(), 10)), nil
	}},
	{"tavana_justify", []int{0, 0}, 0, justify}, // days, hours or both
}

// duckText writes an interval as DuckDB reads it.
func (i interval) duckText() Value {
	return text(fmt.Sprintf("%d months %d days %d microseconds", i.months, i.days, i.micros))
}

const (
	dayMicros    = 24 * 3600 * 1_000_000
	daysPerMonth = 30
)

// justify makes days of hours and months of days (justify_hours, justify_days and justify_interval).
func justify(a []Value) (Value, error) {
	i, err := parseInterval(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	what := a[1].Text
	if what != "days" {
		i.days, i.micros = i.days+i.micros/dayMicros, i.micros%dayMicros
	}
	if what != "hours" {
		i.months, i.days = i.months+i.days/daysPerMonth, i.days%daysPerMonth
		switch {
		case i.months > 0 && (i.days < 0 || what == "both" && i.days == 0 && i.micros < 0):
			i.months, i.days = i.months-1, i.days+daysPerMonth
		case i.months < 0 && (i.days > 0 || what == "both" && i.days == 0 && i.micros > 0):
			i.months, i.days = i.months+1, i.days-daysPerMonth
		}
	}
	if what != "days" {
		switch {
		case i.days > 0 && i.micros < 0:
			i.days, i.micros = i.days-1, i.micros+dayMicros
		case i.days < 0 && i.micros > 0:
			i.days, i.micros = i.days+1, i.micros-dayMicros
		}
	}
	return i.duckText(), nil
}

// DivideInterval divides an interval by a number: what is left of months becomes days, and of days time. By zero is 22012, a
// result that is no interval 22008.
func DivideInterval(months, days int32, micros int64, by float64) (outMonths, outDays int32, outMicros int64, err error) {
	if by == 0 {
		return 0, 0, 0, pgerror.New(pgerror.DivisionByZero, "division by zero")
	}
	m, d := float64(months)/by, float64(days)/by
	restDays := round6((m - math.Trunc(m)) * daysPerMonth)
	restSeconds := round6((d - math.Trunc(d) + restDays - math.Trunc(restDays)) * dayMicros / 1e6)
	d = math.Trunc(d) + math.Trunc(restSeconds/(dayMicros/1e6)) + math.Trunc(restDays)
	us := math.RoundToEven(float64(micros)/by + math.Mod(restSeconds, dayMicros/1e6)*1e6)
	if !(math.Abs(us) < math.MaxInt64 && math.Abs(m) < math.MaxInt32 && math.Abs(d) < math.MaxInt32) { // NaN too
		return 0, 0, 0, pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range")
	}
	return int32(m), int32(d), int64(us), nil
}

// round6 rounds to microseconds.
func round6(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }
