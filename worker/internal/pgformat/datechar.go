package pgformat

import (
	"strconv"

	"github.com/angelerator/tavana/internal/pgerror"
)

// AppendTimestamp appends what to_char answers for a timestamp. micros is the local wall clock, in microseconds since
// 1970-01-01 00:00; zone is what that clock's zone is called, and Zone{} for a timestamp without time zone.
//
// The error is ErrNull for an infinite timestamp and for the empty template, or nil. dst is returned as it was with an error.
func (t *DateTemplate) AppendTimestamp(dst []byte, micros int64, zone Zone) ([]byte, error) {
	if t.empty || micros == Infinity || micros <= NegativeInfinity {
		return dst, ErrNull
	}
	m := ofTimestamp(micros, zone)
	return t.append(dst, &m)
}

// AppendInterval appends what to_char answers for an interval of months, days and microseconds.
//
// The error is ErrNull for the empty template, or 22007 for a pattern that asks for a calendar date: a name, an era, a
// weekday, a zone. dst is returned as it was with an error.
func (t *DateTemplate) AppendInterval(dst []byte, months, days int32, micros int64) ([]byte, error) {
	if t.empty {
		return dst, ErrNull
	}
	m := ofInterval(months, days, micros)
	return t.append(dst, &m)
}

func (t *DateTemplate) append(dst []byte, m *moment) ([]byte, error) {
	start := len(dst)
	for i := range t.items {
		item := &t.items[i]
		if item.pattern == nil {
			dst = append(dst, item.text...)
			continue
		}
		if m.interval && item.needsDate() {
			err := pgerror.New(pgerror.InvalidDatetimeFormat, "invalid format specification for an interval value")
			return dst[:start], err.WithHint("Intervals are not tied to specific calendar dates.")
		}
		dst = item.append(dst, m)
	}
	return dst, nil
}

// needsDate tells whether an interval has no such part.
func (p *pattern) needsDate() bool {
	switch p.field {
	case fieldEra, fieldDayName, fieldDayAbbreviation, fieldWeekday, fieldISOWeekday, fieldMonthName, fieldMonthAbbreviation,
		fieldZone, fieldZoneHour, fieldZoneMinute, fieldOffset:
		return true
	}
	return false
}

// append writes one pattern.
func (i *dateItem) append(dst []byte, m *moment) []byte {
	switch i.field {
	case fieldEra:
		return i.appendHalf(dst, m.year > 0, "AD", "BC")
	case fieldMeridiem:
		return i.appendHalf(dst, m.hour%24 < 12, "AM", "PM")
	case fieldDayName:
		return i.appendName(dst, dayNames[m.weekday], 9)
	case fieldDayAbbreviation:
		return i.appendName(dst, dayNames[m.weekday][:abbreviated], 0)
	case fieldMonthName:
		return i.appendName(dst, monthNames[m.month-1], 9)
	case fieldMonthAbbreviation:
		return i.appendName(dst, monthNames[m.month-1][:abbreviated], 0)
	case fieldRomanMonth:
		if r := m.romanMonth(); r >= 0 {
			return i.appendName(dst, romanMonths[r], 4)
		}
		return dst
	case fieldZone:
		return appendLetters(dst, m.zone.Abbreviation, i.as)
	case fieldZoneHour, fieldZoneMinute, fieldOffset:
		return i.appendZone(dst, m.zone.Offset)
	case fieldFixed:
		return dst
	}
	start := len(dst)
	dst = i.appendNumber(dst, m)
	if i.ordinal {
		dst = appendOrdinal(dst, start, i.ordinalAs)
	}
	return dst
}

// appendHalf writes one of two names, with periods if the pattern has them.
func (i *dateItem) appendHalf(dst []byte, first bool, a, b string) []byte {
	if !first {
		a = b
	}
	if len(i.name) == 2 {
		return appendLetters(dst, a, i.as)
	}
	dst = append(appendLetters(dst, a[:1], i.as), '.')
	return append(appendLetters(dst, a[1:], i.as), '.')
}

// appendName writes a name, padded to width on the right.
func (i *dateItem) appendName(dst []byte, name string, width int) []byte {
	dst = appendLetters(dst, name, i.as)
	if i.fill || i.translate && i.field != fieldRomanMonth {
		return dst
	}
	for n := len(name); n < width; n++ {
		dst = append(dst, ' ')
	}
	return dst
}

// appendZone writes TZH, TZM or OF.
func (i *dateItem) appendZone(dst []byte, offset int32) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	hours, minutes := int64(offset/3600), int64(offset%3600/60)
	if i.field == fieldZoneMinute {
		return appendPadded(dst, minutes, 2)
	}
	dst = append(dst, sign)
	if i.field == fieldZoneHour {
		return appendPadded(dst, hours, 2)
	}
	dst = appendPadded(dst, hours, i.pad(2))
	if minutes != 0 {
		dst = appendPadded(append(dst, ':'), minutes, 2)
	}
	return dst
}

// appendNumber writes the patterns that are numbers.
func (i *dateItem) appendNumber(dst []byte, m *moment) []byte {
	signed := func(v int64, width int) []byte {
		if v < 0 {
			width++ // for the sign
		}
		return appendPadded(dst, v, i.pad(width))
	}
	plain := func(v int32) []byte { return appendPadded(dst, int64(v), i.pad(i.width)) }
	switch i.field {
	case fieldCentury:
		return signed(int64(m.century()), 2)
	case fieldYear:
		return i.appendYear(dst, m, m.year)
	case fieldISOYear:
		year, _, _ := isoWeek(m.year, m.julian)
		return i.appendYear(dst, m, year)
	case fieldYearComma:
		year := int64(m.shownYear(m.year))
		return appendPadded(append(strconv.AppendInt(dst, year/1000, 10), ','), year%1000, 3)
	case fieldQuarter:
		if m.month == 0 {
			return dst
		}
		return plain((m.month-1)/3 + 1)
	case fieldMonth:
		return signed(int64(m.month), 2)
	case fieldWeekOfYear:
		return plain((m.dayOfYear-1)/7 + 1)
	case fieldISOWeek:
		_, week, _ := isoWeek(m.year, m.julian)
		return plain(week)
	case fieldWeekOfMonth:
		return plain((m.day-1)/7 + 1)
	case fieldDayOfYear:
		return plain(m.dayOfYear)
	case fieldISODayOfYear:
		_, _, day := isoWeek(m.year, m.julian)
		return plain(day)
	case fieldDay:
		return plain(m.day)
	case fieldWeekday:
		return plain(m.weekday + 1)
	case fieldISOWeekday:
		return plain((m.weekday+6)%7 + 1)
	case fieldJulian:
		return plain(m.julian)
	case fieldHour24:
		return signed(m.hour, 2)
	case fieldHour12:
		hour := m.hour % 12
		switch {
		case hour != 0:
			return signed(hour, 2)
		case m.hour < 0:
			return appendPadded(dst, 12, i.pad(3))
		}
		return appendPadded(dst, 12, 2)
	case fieldMinute:
		return signed(m.minute, 2)
	case fieldSecond:
		return signed(m.second, 2)
	case fieldSecondOfDay:
		return appendPadded(dst, m.hour*3600+m.minute*60+m.second, 0)
	case fieldFraction, fieldMillis, fieldMicros:
		return appendPadded(dst, m.micros/powersOf10[6-i.width], i.width)
	}
	return dst
}

// appendYear writes the last digits of a year, or all of it where the pattern has four.
func (i *dateItem) appendYear(dst []byte, m *moment, year int32) []byte {
	width := i.width
	if m.interval && m.year < 0 && width > 1 {
		width++ // whatever the sign of what is written
	}
	v := int64(m.shownYear(year))
	if i.width < 4 {
		v %= powersOf10[i.width]
	}
	return appendPadded(dst, v, i.pad(width))
}

// pad returns the width to pad to, if any.
func (i *dateItem) pad(width int) int {
	if i.fill {
		return 0
	}
	return width
}

var powersOf10 = [...]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}

// appendPadded appends v with zeros before its digits, so that it has width characters, its sign among them.
func appendPadded(dst []byte, v int64, width int) []byte {
	if width == 2 && v >= 0 && v < 100 { // most parts of a timestamp
		return append(dst, byte('0'+v/10), byte('0'+v%10))
	}
	if v < 0 {
		dst = append(dst, '-')
		width--
		v = -v
	}
	digits := 1
	for p := v; p >= 10; p /= 10 {
		digits++
	}
	for ; digits < width; width-- {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, v, 10)
}
