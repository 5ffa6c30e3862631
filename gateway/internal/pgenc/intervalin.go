package pgenc

import (
	"math"
	"strconv"
	"strings"
)

// unit is a word of an interval: how many months, days and microseconds one of it is.
type unit struct {
	months, days int32
	micros       int64
}

var units = map[string]unit{
	"y": {months: 12}, "yr": {months: 12}, "yrs": {months: 12}, "year": {months: 12}, "years": {months: 12},
	"mon": {months: 1}, "mons": {months: 1}, "month": {months: 1}, "months": {months: 1},
	"w": {days: 7}, "week": {days: 7}, "weeks": {days: 7}, "d": {days: 1}, "day": {days: 1}, "days": {days: 1},
	"h": {micros: 3600e6}, "hr": {micros: 3600e6}, "hrs": {micros: 3600e6}, "hour": {micros: 3600e6}, "hours": {micros: 3600e6},
	"min": {micros: 60e6}, "mins": {micros: 60e6}, "minute": {micros: 60e6}, "minutes": {micros: 60e6},
	"s": {micros: 1e6}, "sec": {micros: 1e6}, "secs": {micros: 1e6}, "second": {micros: 1e6}, "seconds": {micros: 1e6},
}

// parseInterval reads an interval in the form that PostgreSQL writes: whole numbers with units, and a time of day, each
// with a sign of its own ("1 year -2 mons +3 days -04:05:06.789"). ok is false for what it does not know: other forms are
// DuckDB's to read, which does not know the signs.
func parseInterval(s string) (months, days int32, micros int64, ok bool) {
	f := strings.Fields(strings.ToLower(s))
	var m, d, us int64
	for i := 0; i < len(f); i++ {
		if strings.Contains(f[i], ":") {
			t, ok := parseClock(f[i])
			if !ok || i != len(f)-1 {
				return 0, 0, 0, false
			}
			us += t
			break
		}
		n, err := strconv.ParseInt(f[i], 10, 32)
		if i++; err != nil || i == len(f) {
			return 0, 0, 0, false
		}
		u, known := units[f[i]]
		if !known {
			return 0, 0, 0, false
		}
		m, d = m+n*int64(u.months), d+n*int64(u.days)
		us += n * u.micros // at most 2^31 hours: no overflow of one, and few fit into a message of a few words
		if len(f) > 16 || m != int64(int32(m)) || d != int64(int32(d)) || us > math.MaxInt64/4 || us < math.MinInt64/4 {
			return 0, 0, 0, false
		}
	}
	return int32(m), int32(d), us, len(f) > 0
}

// parseClock reads [+-]H:MM[:SS[.ffffff]] as microseconds.
func parseClock(s string) (micros int64, ok bool) {
	sign := int64(1)
	if s[0] == '-' {
		sign = -1
	}
	parts := strings.Split(strings.TrimLeft(s[:1], "+-")+s[1:], ":")
	if len(parts) > 3 {
		return 0, false
	}
	seconds, fraction, _ := strings.Cut(append(parts, "0")[2], ".")
	if len(fraction) > 6 {
		return 0, false
	}
	for i, p := range []string{parts[0], parts[1], seconds, (fraction + "000000")[:6]} {
		n, err := strconv.ParseUint(p, 10, 31)
		if err != nil || (i == 1 || i == 2) && n > 59 {
			return 0, false
		}
		micros += int64(n) * [4]int64{3600e6, 60e6, 1e6, 1}[i]
	}
	return sign * micros, true
}
