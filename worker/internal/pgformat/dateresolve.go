package pgformat

import (
	"cmp"
	"math"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Parsed is what DateTemplate.Parse has read: a wall clock and, if the template had TZH or TZM, where it hangs.
type Parsed struct {
	// HasOffset: the text said its offset from Greenwich, Offset in seconds east.
	HasOffset bool
	Offset    int32

	year, month, day int32
	time             int64 // microseconds of the day
	precision        int32 // FF1 to FF6, or -1
	text             string
}

// Days returns to_date's answer: days since 1970-01-01. The error is 22008 for a date that PostgreSQL's date can't hold.
func (p Parsed) Days() (int32, error) {
	const lastJulian = 2147483493 // 5874897-12-31
	if p.validJulian() {
		if j := julianDay(p.year, p.month, p.day); j >= 0 && j <= lastJulian {
			return j - epochJulian, nil
		}
	}
	return 0, pgerror.Newf(pgerror.DatetimeFieldOverflow, `date out of range: "%s"`, p.text)
}

// Micros returns to_timestamp's answer in microseconds since 1970-01-01 00:00: in Greenwich if HasOffset, else by the wall
// clock of the session's zone. The error is 22008 for a time before 4714-11-24 BC or after 294247-01-08, where 64 bits of
// microseconds since 1970 end; PostgreSQL, which counts from 2000, has 29 years more.
func (p Parsed) Micros() (int64, error) {
	const (
		first = -210866803200 * microsPerSecond // 4714-11-24 BC
		end   = math.MaxInt64/microsPerDay - 1  // days; the rest is for the time of day and the offset
	)
	days := int64(julianDay(p.year, p.month, p.day)) - epochJulian
	if !p.validJulian() || days >= end {
		return 0, errTimestampRange()
	}
	micros := days*microsPerDay + p.time
	if p.HasOffset {
		micros -= int64(p.Offset) * microsPerSecond
	}
	if micros < first {
		return 0, errTimestampRange()
	}
	if p.precision >= 0 {
		micros = roundMicros(micros, powersOf10[6-p.precision])
	}
	return micros, nil
}

func errTimestampRange() error {
	return pgerror.New(pgerror.DatetimeFieldOverflow, "timestamp out of range")
}

// roundMicros rounds to a multiple of unit, halves away from PostgreSQL's epoch.
func roundMicros(micros, unit int64) int64 {
	since := micros - postgresEpoch
	if since >= 0 {
		return (since+unit/2)/unit*unit + postgresEpoch
	}
	return (since-unit/2)/unit*unit + postgresEpoch
}

// validJulian tells whether PostgreSQL can count the day: from November 4714 BC to June 5874898.
func (p Parsed) validJulian() bool {
	after := p.year > -4713 || p.year == -4713 && p.month >= 11
	before := p.year < 5874898 || p.year == 5874898 && p.month < 6
	return after && before
}

// resolve makes a date and a time of the fields.
func (f *dateFields) resolve(text string) (Parsed, error) {
	p := Parsed{month: 1, day: 1, precision: -1, text: text}
	if f.precisionGiven {
		p.precision = f.precision
	}
	timeValid, err := f.setTime(&p)
	if err != nil {
		return Parsed{}, err
	}
	dateValid, err := f.setDate(&p)
	if err != nil {
		return Parsed{}, err
	}
	if !dateValid || !timeValid {
		return Parsed{}, pgerror.Newf(pgerror.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, text)
	}
	if f.zoneSign != 0 {
		if f.zoneHours < 0 || f.zoneHours > 15 || f.zoneMinutes < 0 || f.zoneMinutes > 59 {
			return Parsed{}, pgerror.Newf(pgerror.InvalidTimeZoneDisplacementValue, `time zone displacement out of range: "%s"`, text)
		}
		p.HasOffset, p.Offset = true, f.zoneSign*(f.zoneHours*3600+f.zoneMinutes*60)
	}
	return p, nil
}

// setTime tells whether the time of day is valid. A field wins over what the second of the day says of it.
func (f *dateFields) setTime(p *Parsed) (valid bool, err error) {
	hour := cmp.Or(f.hour, f.secondOfDay/3600)
	minute := cmp.Or(f.minute, f.secondOfDay%3600/60)
	second := cmp.Or(f.second, f.secondOfDay%60)
	if f.twelveHours {
		if hour < 1 || hour > 12 {
			err := pgerror.Newf(pgerror.InvalidDatetimeFormat, `hour "%d" is invalid for the 12-hour clock`, hour)
			return false, err.WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		hour = hour%12 + 12*f.pm
	}
	micros := int64(f.millis*1000 + f.micros)
	p.time = int64(hour)*microsPerHour + int64(minute)*60*microsPerSecond + int64(second)*microsPerSecond + micros
	within := func(v, limit int32) bool { return v >= 0 && v < limit }
	return within(hour, 24) && within(minute, 60) && within(second, 60) && micros >= 0 && micros < microsPerSecond, nil
}

// dateParts says which parts of a date were given, and so have to be valid.
type dateParts struct{ year, month, day bool }

// setDate tells whether the date is valid. Of fields that say the same, the later of these wins: year and century; Julian
// day; week; week of the month; day, month; day of the year.
func (f *dateFields) setDate(p *Parsed) (valid bool, err error) {
	var given dateParts
	given.year = f.setYear(p)
	if f.julian != 0 {
		p.year, p.month, p.day = civil(int64(f.julian))
		given = dateParts{true, true, true}
	}
	dayOfYear, day := f.dayOfYear, f.day
	switch {
	case f.week == 0:
	case f.convention == isoWeeks:
		start := isoYearStart(p.year) + (f.week-1)*7
		if f.weekday > 1 {
			start += f.weekday - 2
		} else if f.weekday != 0 {
			start += 6 // Sunday is the last day of an ISO week
		}
		p.year, p.month, p.day = civil(int64(start))
		given = dateParts{true, true, true}
	default:
		dayOfYear = (f.week-1)*7 + 1
	}
	if f.weekOfMonth != 0 {
		day = (f.weekOfMonth-1)*7 + 1
	}
	if day != 0 {
		p.day, given.day = day, true
	}
	if f.month != 0 {
		p.month, given.month = f.month, true
	}
	if dayOfYear != 0 && (p.month <= 1 || p.day <= 1) {
		if p.year == 0 && f.bc == 0 {
			return false, pgerror.New(pgerror.InvalidDatetimeFormat, "cannot calculate day of year without year information")
		}
		f.setDayOfYear(p, dayOfYear)
		given.month, given.day = true, true
		given.year = given.year || f.convention == isoWeeks
	}
	return p.validDate(given), nil
}

// setYear completes a year by its century, and tells whether there is one.
func (f *dateFields) setYear(p *Parsed) bool {
	century := f.century
	if f.bc != 0 {
		century = -century
	}
	switch {
	case f.year != 0 && f.century != 0 && f.yearDigits <= 2:
		// A century of this era ends with its year 00, and one before it begins with that.
		p.year = f.year % 100
		switch {
		case p.year == 0 && century >= 0:
			p.year = century * 100
		case p.year == 0:
			p.year = century*100 + 1
		case century >= 0:
			p.year += (century - 1) * 100
		default:
			p.year = (century+1)*100 - p.year + 1
		}
	case f.year != 0:
		p.year = f.year
		if f.bc != 0 {
			p.year = -p.year
		}
		if p.year < 0 {
			p.year++ // 1 BC is year 0
		}
	case f.century > 0 && f.bc == 0 || f.century < 0 && f.bc != 0:
		p.year = (century-1)*100 + 1
	case f.century != 0:
		p.year = century*100 + 1
	default:
		return false
	}
	return true
}

// setDayOfYear sets month and day, those of them that are still the first.
func (f *dateFields) setDayOfYear(p *Parsed, dayOfYear int32) {
	if f.convention == isoWeeks {
		p.year, p.month, p.day = civil(int64(isoYearStart(p.year) + dayOfYear - 1))
		return
	}
	month, before := int32(1), int32(0)
	for ; month < 12 && dayOfYear > before+daysIn(p.year, month); month++ {
		before += daysIn(p.year, month)
	}
	if dayOfYear > before+daysIn(p.year, 12) && month == 12 {
		month, before = 13, before+daysIn(p.year, 12) // which is no month: out of range
	}
	if p.month <= 1 {
		p.month = month
	}
	if p.day <= 1 {
		p.day = dayOfYear - before
	}
}

// validDate tells whether the parts that were given are in range, and fit together if all were.
func (p *Parsed) validDate(given dateParts) bool {
	if given.month && (p.month < 1 || p.month > 12) || given.day && (p.day < 1 || p.day > 31) {
		return false
	}
	return !(given.year && given.month && given.day) || p.day <= daysIn(p.year, p.month)
}
