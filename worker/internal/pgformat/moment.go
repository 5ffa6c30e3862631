package pgformat

// moment is a timestamp or an interval in the parts that patterns ask for.
type moment struct {
	// interval: years, months … seconds are then signed counts, each of the sign it happens to have, and there is no
	// weekday, no era and no zone.
	interval         bool
	year, month, day int32
	hour             int64 // of an interval, beyond 24
	minute, second   int64
	micros           int64 // of the second
	julian           int32
	dayOfYear        int32
	weekday          int32 // 0 is Sunday
	zone             Zone
}

// setTime splits a time of day, or of an interval.
func (m *moment) setTime(micros int64) {
	m.hour, micros = micros/microsPerHour, micros%microsPerHour
	m.minute, micros = micros/(60*microsPerSecond), micros%(60*microsPerSecond)
	m.second, m.micros = micros/microsPerSecond, micros%microsPerSecond
}

// ofTimestamp returns the parts of a timestamp in microseconds since 1970.
func ofTimestamp(micros int64, zone Zone) moment {
	days := floorDiv(micros, microsPerDay)
	m := moment{zone: zone, julian: int32(days) + epochJulian}
	m.setTime(micros - days*microsPerDay)
	m.year, m.month, m.day = civil(days + epochJulian)
	m.weekday = weekday(m.julian)
	m.dayOfYear = m.julian - julianDay(m.year, 1, 1) + 1
	return m
}

// ofInterval returns the parts of an interval. What asks for a date takes its counts for one: a year has twelve months of
// thirty days where days are counted, and is the year of that number where weeks are.
func ofInterval(months, days int32, micros int64) moment {
	m := moment{interval: true, year: months / 12, month: months % 12, day: days}
	m.setTime(micros)
	m.dayOfYear = months*30 + days
	m.julian = julianDay(m.year, m.month, m.day)
	return m
}

// shownYear returns the year as it is written: years before Christ count from 1.
func (m *moment) shownYear(year int32) int32 {
	if m.interval || year > 0 {
		return year
	}
	return 1 - year
}

// century returns the century: the first is of the years 1 to 100, and the one before Christ is -1.
func (m *moment) century() int32 {
	switch {
	case m.interval:
		return m.year / 100
	case m.year > 0:
		return (m.year-1)/100 + 1
	}
	return m.year/100 - 1
}

// romanMonth returns the index of the month's numeral, or -1 for none. The months of an interval are those of its last
// year: no months after whole years are twelve, and negative ones count back from December.
func (m *moment) romanMonth() int32 {
	switch {
	case m.month > 0:
		return m.month - 1
	case m.month < 0:
		return 12 + m.month
	case m.year > 0:
		return 11
	case m.year < 0:
		return 0
	}
	return -1
}
