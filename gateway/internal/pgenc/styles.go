package pgenc

import (
	"strconv"
	"time"
)

// Settings are the session's settings that change how values are written in text. The zero Settings' other fields than
// Location are PostgreSQL's defaults.
type Settings struct {
	// Location is the session's TimeZone.
	Location *time.Location
	DateStyle
	IntervalStyle
	// DayFirst is DateStyle's DMY.
	DayFirst bool
	// EscapeBytea is bytea_output = escape.
	EscapeBytea bool
	// RoundFloats is extra_float_digits below 1, and FloatDigits is that.
	RoundFloats bool
	FloatDigits int
}

// DefaultSettings are those of a session that set nothing.
func DefaultSettings() Settings { return Settings{Location: time.UTC} }

// DateStyle is how dates and timestamps are written (section 8.5.2 of the manual).
type DateStyle uint8

// The date styles.
const (
	ISODates DateStyle = iota
	SQLDates
	PostgresDates
	GermanDates
)

// IntervalStyle is how intervals are written (section 8.5.5 of the manual).
type IntervalStyle uint8

// The interval styles.
const (
	PostgresIntervals IntervalStyle = iota
	VerboseIntervals
	SQLIntervals
	ISOIntervals
)

// appendStyledDate writes a date in another style than ISO: 12/31/1999, 12-31-1999, 31.12.1999.
func appendStyledDate(dst []byte, days int64, s *Settings) (out []byte, bc bool) {
	year, month, day := civil(days)
	if bc = year <= 0; bc {
		year = 1 - year
	}
	first, second, sep := month, day, byte('/')
	switch {
	case s.DateStyle == GermanDates:
		first, second, sep = day, month, '.'
	case s.DayFirst:
		first, second = day, month
	}
	if s.DateStyle == PostgresDates {
		sep = '-'
	}
	dst = append(append2Digits(dst, uint32(first)), sep)
	dst = append(append2Digits(dst, uint32(second)), sep)
	return appendYear(dst, year), bc
}

func appendYear(dst []byte, year int64) []byte {
	if year < 10000 {
		return appendPadded(dst, uint64(year), 4)
	}
	return strconv.AppendInt(dst, year, 10)
}

// appendStyledTimestamp writes a timestamp in another style than ISO. zone is what stands at the end, with its blank.
func appendStyledTimestamp(dst []byte, micros int64, zone string, s *Settings) []byte {
	days, ofDay := split(micros)
	var bc bool
	if s.DateStyle == PostgresDates {
		year, month, day := civil(days)
		if bc = year <= 0; bc {
			year = 1 - year
		}
		const thursday = 4 // 1970-01-01
		weekday := ((days+thursday)%7 + 7) % 7
		dst = append(append(dst, time.Weekday(weekday).String()[:3]...), ' ')
		name := time.Month(month).String()[:3]
		if s.DayFirst {
			dst = append(append(append2Digits(dst, uint32(day)), ' '), name...)
		} else {
			dst = append2Digits(append(append(dst, name...), ' '), uint32(day))
		}
		dst = append(appendTime(append(dst, ' '), ofDay), ' ')
		dst = appendYear(dst, year)
	} else {
		dst, bc = appendStyledDate(dst, days, s)
		dst = appendTime(append(dst, ' '), ofDay)
	}
	dst = append(dst, zone...)
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// appendEscapedBytea writes bytea's old form: bytes that are no printable ASCII as \ooo.
func appendEscapedBytea(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, `\\`...)
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendRoundedFloat writes what C's %.*g does with digits digits.
func appendRoundedFloat(dst []byte, f float64, digits int) []byte {
	return strconv.AppendFloat(dst, f, 'g', max(digits, 1), 64)
}

// clock is an interval's microseconds as its parts, each with the interval's sign.
type clock struct {
	hour, minute, second, micro int64
}

func clockOf(micros int64) clock {
	sec := micros / 1_000_000
	return clock{sec / 3600, sec / 60 % 60, sec % 60, micros % 1_000_000}
}

func (c clock) negative() bool { return c.hour < 0 || c.minute < 0 || c.second < 0 || c.micro < 0 }

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

func (c clock) appendSeconds(dst []byte, fill bool) []byte {
	if s := abs(c.second); fill {
		dst = append2Digits(dst, uint32(s))
	} else {
		dst = appendInt(dst, s)
	}
	return appendFraction(dst, abs(c.micro))
}

// appendHours writes H:MM:SS without a sign.
func (c clock) appendHours(dst []byte) []byte {
	dst = append(appendInt(dst, abs(c.hour)), ':')
	dst = append(append2Digits(dst, uint32(abs(c.minute))), ':')
	return c.appendSeconds(dst, true)
}

func appendStyledInterval(dst []byte, months, days int32, micros int64, style IntervalStyle) []byte {
	year, mon, day, t := int64(months/12), int64(months%12), int64(days), clockOf(micros)
	switch style {
	case VerboseIntervals:
		return appendVerboseInterval(dst, year, mon, day, t)
	case SQLIntervals:
		return appendSQLInterval(dst, year, mon, day, t)
	case ISOIntervals:
		return appendISOInterval(dst, year, mon, day, t)
	}
	return appendInterval(dst, months, days, micros)
}

// appendVerboseInterval writes @ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs, with "ago" where the first part is negative.
func appendVerboseInterval(dst []byte, year, mon, day int64, t clock) []byte {
	dst = append(dst, '@')
	zero, ago := true, false
	for _, p := range []struct {
		v    int64
		unit string
	}{{year, "year"}, {mon, "mon"}, {day, "day"}, {t.hour, "hour"}, {t.minute, "min"}} {
		if p.v == 0 {
			continue
		}
		if zero {
			ago = p.v < 0
		}
		if ago {
			p.v = -p.v
		}
		zero = false
		dst = append(append(appendInt(append(dst, ' '), p.v), ' '), p.unit...)
		if p.v != 1 {
			dst = append(dst, 's')
		}
	}
	if t.second != 0 || t.micro != 0 {
		negative := t.second < 0 || t.micro < 0
		if zero {
			ago, zero = negative, false
		}
		dst = append(dst, ' ')
		if negative != ago {
			dst = append(dst, '-')
		}
		dst = append(t.appendSeconds(dst, false), " sec"...)
		if abs(t.second) != 1 || t.micro != 0 {
			dst = append(dst, 's')
		}
	}
	if zero {
		dst = append(dst, " 0"...)
	}
	if ago {
		dst = append(dst, " ago"...)
	}
	return dst
}

// appendSQLInterval writes 1-2, 3 4:05:06 or, where that can't say it, +1-2 -3 +4:05:06.
func appendSQLInterval(dst []byte, year, mon, day int64, t clock) []byte {
	yearMonth, dayTime := year != 0 || mon != 0, day != 0 || t != clock{}
	negative := year < 0 || mon < 0 || day < 0 || t.negative()
	positive := year > 0 || mon > 0 || day > 0 || t != (clock{}) && !t.negative()
	sign := func(negative bool) byte {
		if negative {
			return '-'
		}
		return '+'
	}
	switch {
	case !negative && !positive:
		return append(dst, '0')
	case negative && positive, yearMonth && dayTime:
		dst = appendInt(append(dst, sign(year < 0 || mon < 0)), abs(year))
		dst = appendInt(append(dst, '-'), abs(mon))
		dst = appendInt(append(dst, ' ', sign(day < 0)), abs(day))
		return t.appendHours(append(dst, ' ', sign(t.negative())))
	}
	if negative {
		dst = append(dst, '-')
	}
	if yearMonth {
		return appendInt(append(appendInt(dst, abs(year)), '-'), abs(mon))
	}
	if day != 0 {
		dst = append(appendInt(dst, abs(day)), ' ')
	}
	return t.appendHours(dst)
}

// appendISOInterval writes P1Y2M-3DT4H5M6.789S.
func appendISOInterval(dst []byte, year, mon, day int64, t clock) []byte {
	if year == 0 && mon == 0 && day == 0 && t == (clock{}) {
		return append(dst, "PT0S"...)
	}
	part := func(v int64, unit byte) {
		if v != 0 {
			dst = append(appendInt(dst, v), unit)
		}
	}
	dst = append(dst, 'P')
	part(year, 'Y')
	part(mon, 'M')
	part(day, 'D')
	if t == (clock{}) {
		return dst
	}
	dst = append(dst, 'T')
	part(t.hour, 'H')
	part(t.minute, 'M')
	if t.second != 0 || t.micro != 0 {
		if t.second < 0 || t.micro < 0 {
			dst = append(dst, '-')
		}
		dst = append(t.appendSeconds(dst, false), 'S')
	}
	return dst
}
