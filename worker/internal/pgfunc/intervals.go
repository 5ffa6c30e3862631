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
	{"tavana_interval_part", []int{0, 0}, 0, intervalPart},
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

// intervalPart divides an interval by a number: what is left of months becomes days, and of days time.
func intervalPart(a []Value) (Value, error) {
	i, err := parseInterval(a[0].Text)
	if err != nil {
		return Value{}, err
	}
	by, err := strconv.ParseFloat(a[1].Text, 64)
	if err != nil || by == 0 {
		return Value{}, pgerror.New(pgerror.DivisionByZero, "division by zero")
	}
	months, days := float64(i.months)/by, float64(i.days)/by
	var out interval
	out.months, out.days = int64(months), int64(days)
	restDays := round6((months - float64(out.months)) * daysPerMonth)
	restSeconds := round6((days - float64(out.days) + restDays - math.Trunc(restDays)) * dayMicros / 1e6)
	if math.Abs(restSeconds) >= dayMicros/1e6 {
		out.days += int64(restSeconds / (dayMicros / 1e6))
		restSeconds = math.Mod(restSeconds, dayMicros/1e6)
	}
	out.days += int64(restDays)
	micros := math.RoundToEven(float64(i.micros)/by + restSeconds*1e6)
	if math.IsNaN(micros) || math.Abs(micros) >= math.MaxInt64 || math.Abs(months) >= math.MaxInt32 || math.Abs(days) >= math.MaxInt32 {
		return Value{}, pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range")
	}
	out.micros = int64(micros)
	return out.duckText(), nil
}

// round6 rounds to microseconds.
func round6(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }
