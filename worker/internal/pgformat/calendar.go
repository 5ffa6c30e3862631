package pgformat

// Days are counted in two ways: as Julian days (pattern J: day 0 is 4714-11-24 BC), and from 1970-01-01, which is Julian
// day epochJulian. Years are astronomical: year 0 is 1 BC. The calendar is Gregorian for all time.
const (
	epochJulian = 2440588
	// postgresEpoch is 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
	postgresEpoch = 946684800 * microsPerSecond

	microsPerSecond int64 = 1_000_000
	microsPerHour         = 3600 * microsPerSecond
	microsPerDay          = 24 * microsPerHour
)

// julianDay returns the Julian day of a date. Months and days out of their range count on: month 0 is last December, and
// day 0 the last of the month before; to_char of an interval and to_date without a year depend on it.
//
// The year is taken to begin in March, so that the leap day is its last one, and 4800 years are added so that no quotient
// of the usual range is negative. A year far outside wraps, as PostgreSQL's does.
func julianDay(year, month, day int32) int32 {
	if month > 2 {
		month, year = month-3, year+4800
	} else {
		month, year = month+9, year+4799
	}
	const marchOfYear0 = -32044 // 1 March 4801 BC
	leapDays := year/4 - year/100 + year/400
	return day + marchOfYear0 + year*365 + leapDays + floorDiv(153*month+2, 5) - 1
}

// civil returns the date of a Julian day.
func civil(julian int64) (year, month, day int32) {
	const marchOfYear0, daysIn400Years = 1721120, 146097
	days := julian - marchOfYear0
	era := floorDiv(days, daysIn400Years)
	days -= era * daysIn400Years
	yearOfEra := (days - days/1460 + days/36524 - days/146096) / 365
	days -= 365*yearOfEra + yearOfEra/4 - yearOfEra/100 // since 1 March
	m := (5*days + 2) / 153
	day = int32(days - (153*m+2)/5 + 1)
	year = int32(era*400 + yearOfEra)
	if m < 10 {
		return year, int32(m) + 3, day
	}
	return year + 1, int32(m) - 9, day
}

// weekday returns the day of the week of a Julian day, 0 for Sunday.
func weekday(julian int32) int32 {
	w := (julian + 1) % 7
	if w < 0 {
		w += 7
	}
	return w
}

// isoYearStart returns the Julian day of the Monday with which an ISO year begins: that of the week with 4 January.
func isoYearStart(year int32) int32 {
	fourth := julianDay(year, 1, 4)
	return fourth - (weekday(fourth)+6)%7
}

// isoWeek returns the ISO year, the week in it from 1, and the day in it from 1, of a date near to year.
func isoWeek(year, julian int32) (isoYear, week, day int32) {
	start := isoYearStart(year)
	if julian < start {
		year--
		start = isoYearStart(year)
	}
	if next := isoYearStart(year + 1); julian >= next {
		year, start = year+1, next
	}
	return year, (julian-start)/7 + 1, julian - start + 1
}

func isLeap(year int32) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// daysIn returns the number of days of a month from 1 to 12.
func daysIn(year, month int32) int32 {
	if month == 2 && isLeap(year) {
		return 29
	}
	return [12]int32{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
}

// floorDiv divides towards minus infinity.
func floorDiv[T int32 | int64](a, b T) T {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
