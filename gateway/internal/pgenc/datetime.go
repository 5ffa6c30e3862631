package pgenc

import (
	"math"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// PostgreSQL counts days and microseconds from 2000-01-01, Arrow from 1970-01-01.
const (
	epochDays   = 10957
	epochMicros = int64(epochDays) * dayMicros
	dayMicros   = int64(86_400_000_000)
)

// DuckDB writes infinity and -infinity as the largest integer and its negative.
const (
	infDate   = math.MaxInt32
	infMicros = math.MaxInt64
)

// civil returns the proleptic Gregorian date of a day counted from 1970-01-01; year 0 is 1 BC.
// (The algorithm is Howard Hinnant's days_from_civil, inverted: http://howardhinnant.github.io/date_algorithms.html.)
func civil(days int64) (year int64, month, day int) {
	z := days + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// The days from 0001-01-01 to 9999-12-31, counted from 1970-01-01: what nearly every date is.
const (
	firstCommonDay = -719162
	lastCommonDay  = 2932896
)

// civilCommon is civil for the common days, in 32-bit arithmetic.
// (The algorithm is that of C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar
// algorithms", 2022, figure 12.)
func civilCommon(days int64) (year, month, day uint32) {
	n1 := 4*uint32(days+719468) + 3
	century := n1 / 146097
	n2 := n1%146097 | 3
	p2 := uint64(2939745) * uint64(n2)
	z, dayOfYear := uint32(p2>>32), uint32(p2)/2939745/4
	n3 := 2141*dayOfYear + 197913
	year, month, day = 100*century+z, n3>>16, n3&0xffff/2141+1
	if dayOfYear >= 306 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// twoDigits is 00 to 99.
const twoDigits = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

func append2Digits(dst []byte, v uint32) []byte { return append(dst, twoDigits[2*v], twoDigits[2*v+1]) }

// appendCivil writes YYYY-MM-DD; a year before 1 is written by its number BC, whose suffix the caller adds.
func appendCivil(dst []byte, days int64) (out []byte, bc bool) {
	if days >= firstCommonDay && days <= lastCommonDay {
		y, m, d := civilCommon(days)
		dst = append2Digits(append2Digits(dst, y/100), y%100)
		dst = append2Digits(append(dst, '-'), m)
		return append2Digits(append(dst, '-'), d), false
	}
	y, m, d := civil(days)
	if bc = y <= 0; bc {
		y = 1 - y
	}
	n := 4
	for p := int64(10000); y >= p; p *= 10 {
		n++
	}
	dst = appendPadded(dst, uint64(y), n)
	dst = append(dst, '-', '0'+byte(m/10), '0'+byte(m%10), '-', '0'+byte(d/10), '0'+byte(d%10))
	return dst, bc
}

func appendInfinity(dst []byte, negative bool) []byte {
	if negative {
		return append(dst, "-infinity"...)
	}
	return append(dst, "infinity"...)
}

func appendDate(dst []byte, days int64, s *Settings) []byte {
	if days == infDate || days == -infDate {
		return appendInfinity(dst, days < 0)
	}
	var bc bool
	if s.DateStyle == ISODates {
		dst, bc = appendCivil(dst, days)
	} else {
		dst, bc = appendStyledDate(dst, days, s)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendTime writes HH:MM:SS and as many digits of the microseconds as are not zero.
func appendTime(dst []byte, micros int64) []byte {
	sec := uint32(micros / 1_000_000)
	dst = append(append2Digits(dst, sec/3600), ':')
	dst = append(append2Digits(dst, sec/60%60), ':')
	return appendFraction(append2Digits(dst, sec%60), micros%1_000_000)
}

func appendFraction(dst []byte, micros int64) []byte {
	if micros == 0 {
		return dst
	}
	n := 6
	for micros%10 == 0 {
		micros /= 10
		n--
	}
	return appendPadded(append(dst, '.'), uint64(micros), n)
}

// split divides microseconds into days and the time of day.
func split(micros int64) (days, ofDay int64) {
	days, ofDay = micros/dayMicros, micros%dayMicros
	if ofDay < 0 {
		days, ofDay = days-1, ofDay+dayMicros
	}
	return days, ofDay
}

func appendTimestamp(dst []byte, micros int64, s *Settings) []byte {
	if micros == infMicros || micros == -infMicros {
		return appendInfinity(dst, micros < 0)
	}
	if s.DateStyle != ISODates {
		return appendStyledTimestamp(dst, micros, "", s)
	}
	days, ofDay := split(micros)
	dst, bc := appendCivil(dst, days)
	dst = appendTime(append(dst, ' '), ofDay)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendTimestampTZ(dst []byte, micros int64, s *Settings) []byte {
	if micros == infMicros || micros == -infMicros {
		return appendInfinity(dst, micros < 0)
	}
	zone, offset := "UTC", 0
	if s.Location != time.UTC {
		zone, offset = time.UnixMicro(micros).In(s.Location).Zone()
	}
	if s.DateStyle != ISODates {
		return appendStyledTimestamp(dst, micros+int64(offset)*1_000_000, " "+zone, s)
	}
	days, ofDay := split(micros + int64(offset)*1_000_000)
	dst, bc := appendCivil(dst, days)
	dst = appendOffset(appendTime(append(dst, ' '), ofDay), offset)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendOffset writes a zone's offset in seconds east: +00, +05:30, -00:01:15.
func appendOffset(dst []byte, offset int) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append(dst, sign, '0'+byte(offset/36000), '0'+byte(offset/3600%10))
	if m, s := offset/60%60, offset%60; m != 0 || s != 0 {
		dst = append(dst, ':', '0'+byte(m/10), '0'+byte(m%10))
		if s != 0 {
			dst = append(dst, ':', '0'+byte(s/10), '0'+byte(s%10))
		}
	}
	return dst
}

// timeTZ reads DuckDB's TIMETZ: microseconds in the upper 40 bits, 15:59:59 minus the offset in the lower 24.
func timeTZ(v uint64) (micros int64, offset int) {
	return int64(v >> 24), 57599 - int(v&0xffffff)
}

// appendInterval writes PostgreSQL's default style: 1 year 2 mons -3 days +04:05:06.
func appendInterval(dst []byte, months, days int32, micros int64) []byte {
	start, negativeBefore := len(dst), false
	part := func(v int64, one, many string) {
		if v == 0 {
			return
		}
		if len(dst) > start {
			dst = append(dst, ' ')
			if negativeBefore && v > 0 {
				dst = append(dst, '+')
			}
		}
		dst = appendInt(dst, v)
		dst = append(dst, ' ')
		if v == 1 {
			dst = append(dst, one...)
		} else {
			dst = append(dst, many...)
		}
		negativeBefore = v < 0
	}
	part(int64(months/12), "year", "years")
	part(int64(months%12), "mon", "mons")
	part(int64(days), "day", "days")
	if micros == 0 && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	u := uint64(micros)
	if micros < 0 {
		dst = append(dst, '-')
		u = -u
	} else if negativeBefore {
		dst = append(dst, '+')
	}
	sec := u / 1_000_000
	if h := sec / 3600; h < 10 {
		dst = append(dst, '0', '0'+byte(h))
	} else {
		dst = appendInt(dst, int64(h))
	}
	dst = append(dst, ':', '0'+byte(sec/60%60/10), '0'+byte(sec/60%60%10), ':', '0'+byte(sec%60/10), '0'+byte(sec%60%10))
	return appendFraction(dst, int64(u%1_000_000))
}

// micros reads a timestamp of any unit as microseconds. Nanoseconds that PostgreSQL has no digits for, and seconds
// beyond its range, are an error, not another value.
func (c *Column) micros(row int) (int64, error) {
	v := value[int64](c, row)
	if v == math.MaxInt64 || v == -math.MaxInt64 {
		return v, nil
	}
	factor := int64(1)
	switch c.kind {
	case kTimestampS:
		factor = 1_000_000
	case kTimestampMS:
		factor = 1000
	case kTimestampNS:
		if v%1000 != 0 {
			return 0, errNanos("timestamp")
		}
		return v / 1000, nil
	}
	if v > math.MaxInt64/factor || v < -(math.MaxInt64/factor) {
		return 0, pgerror.New(pgerror.DatetimeFieldOverflow, "timestamp out of range")
	}
	return v * factor, nil
}

func (c *Column) appendTimeNano(dst []byte, row int) ([]byte, error) {
	v := value[int64](c, row)
	if v%1000 != 0 {
		return dst, errNanos("time")
	}
	return appendTime(dst, v/1000), nil
}

func errNanos(what string) error {
	return pgerror.Newf(pgerror.DatetimeFieldOverflow, "a %s with nanoseconds has no PostgreSQL form", what).
		WithHint("Cast it to TIMESTAMP or TIME to round to microseconds, or to VARCHAR to keep all digits.")
}
