package pgformat

import "github.com/angelerator/tavana/internal/pgerror"

// Names that patterns without and with periods read: first the earlier half.
var (
	eras            = []string{"AD", "BC"}
	dottedEras      = []string{"A.D.", "B.C."}
	meridiems       = []string{"AM", "PM"}
	dottedMeridiems = []string{"A.M.", "P.M."}
	// romanNames has the longer numerals before those they begin with.
	romanNames = []string{"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"}
)

// field reads one pattern.
func (s *dateScan) field(i *dateItem, variable bool) error {
	f := &s.fields
	switch i.field {
	case fieldFixed:
		s.fixed = true
		return nil
	case fieldZone, fieldOffset:
		return pgerror.Newf(pgerror.FeatureNotSupported, `formatting field "%s" is only supported in to_char`, i.name)
	case fieldEra:
		return s.half(i, &f.bc, eras, dottedEras)
	case fieldMeridiem:
		f.twelveHours = true
		return s.half(i, &f.pm, meridiems, dottedMeridiems)
	case fieldMonthName:
		return s.month(i, 0)
	case fieldMonthAbbreviation:
		return s.month(i, abbreviated)
	case fieldDayName:
		return s.weekday(i, 0)
	case fieldDayAbbreviation:
		return s.weekday(i, abbreviated)
	case fieldRomanMonth:
		n, err := s.name(i, romanNames, 0)
		if err != nil {
			return err
		}
		return i.set(&f.month, 12-n)
	case fieldZoneHour:
		s.zoneSign()
	case fieldZoneMinute:
		if f.zoneSign == 0 {
			f.zoneSign = 1
		}
	case fieldYearComma:
		if err := s.yearComma(i); err != nil {
			return err
		}
		s.ordinal(i)
		return nil
	case fieldHour12:
		f.twelveHours = true
	}
	if err := s.storeNumber(i, variable); err != nil {
		return err
	}
	s.ordinal(i)
	return nil
}

// ordinal passes over what TH stands for, whatever it is.
func (s *dateScan) ordinal(i *dateItem) {
	if !i.ordinal || i.field == fieldZoneHour || i.field == fieldZoneMinute {
		return
	}
	for n := 0; n < len("th") && s.rest != ""; n++ {
		s.take()
	}
}

// half reads one of two names.
func (s *dateScan) half(i *dateItem, dst *int32, plain, dotted []string) error {
	names := plain
	if len(i.name) > 2 {
		names = dotted
	}
	n, err := s.name(i, names, 0)
	if err != nil {
		return err
	}
	return i.set(dst, n)
}

func (s *dateScan) month(i *dateItem, width int) error {
	n, err := s.name(i, monthNames[:], width)
	if err != nil {
		return err
	}
	return i.set(&s.fields.month, n+1)
}

// weekday compares with an earlier field before it counts Sunday as 1, so that it contradicts even its equal; as in
// PostgreSQL.
func (s *dateScan) weekday(i *dateItem, width int) error {
	n, err := s.name(i, dayNames[:], width)
	if err != nil {
		return err
	}
	err = i.set(&s.fields.weekday, n)
	s.fields.weekday++
	return err
}

// zoneSign reads the sign before TZH. It may have been passed over as a separator: a minus that was one too many of them
// is taken for the sign.
func (s *dateScan) zoneSign() {
	s.fields.zoneSign = 1
	switch passed := len(s.text) - len(s.rest); {
	case s.rest != "" && (s.rest[0] == '+' || s.rest[0] == '-' || s.rest[0] == ' '):
		if s.rest[0] == '-' {
			s.fields.zoneSign = -1
		}
		s.rest = s.rest[1:]
	case s.extra > 0 && s.text[passed-1] == '-':
		s.fields.zoneSign = -1
	}
}

// storeNumber reads the patterns that are numbers, and stores them.
func (s *dateScan) storeNumber(i *dateItem, variable bool) error {
	v, used, err := s.number(i, i.width, variable)
	if err != nil {
		return err
	}
	f := &s.fields
	switch i.field {
	case fieldHour12, fieldHour24:
		return i.set(&f.hour, v)
	case fieldMinute:
		return i.set(&f.minute, v)
	case fieldSecond:
		return i.set(&f.second, v)
	case fieldSecondOfDay:
		return i.set(&f.secondOfDay, v)
	case fieldFraction, fieldMillis, fieldMicros:
		return s.fraction(i, v, used)
	case fieldZoneHour:
		return i.set(&f.zoneHours, v)
	case fieldZoneMinute:
		return i.set(&f.zoneMinutes, v)
	case fieldDay:
		return i.set(&f.day, v)
	case fieldMonth:
		return i.set(&f.month, v)
	case fieldDayOfYear, fieldISODayOfYear:
		return i.set(&f.dayOfYear, v)
	case fieldWeekday:
		return i.set(&f.weekday, v)
	case fieldISOWeekday:
		err := i.set(&f.weekday, v)
		if f.weekday++; f.weekday > 7 {
			f.weekday = 1
		}
		return err
	case fieldWeekOfYear, fieldISOWeek:
		return i.set(&f.week, v)
	case fieldWeekOfMonth:
		return i.set(&f.weekOfMonth, v)
	case fieldCentury:
		return i.set(&f.century, v)
	case fieldJulian:
		return i.set(&f.julian, v)
	case fieldYear, fieldISOYear:
		err := i.set(&f.year, v)
		if i.width < 4 && used < 4 {
			f.year = fullYear(f.year)
		}
		f.yearDigits = int32(i.width)
		return err
	}
	return nil // Q says too little of a date
}

// fraction stores FF1 to FF6, MS or US: digits behind the point of a second.
func (s *dateScan) fraction(i *dateItem, v int32, used int) error {
	f := &s.fields
	dst, digits := &f.micros, 6
	switch i.field {
	case fieldMillis:
		dst, digits = &f.millis, 3
	case fieldFraction:
		f.precision, f.precisionGiven = int32(i.width), true
	}
	if err := i.set(dst, v); err != nil {
		return err
	}
	if used < digits {
		*dst *= int32(powersOf10[digits-used])
	}
	return nil
}

// yearComma reads a year with a comma before its last three digits.
func (s *dateScan) yearComma(i *dateItem) error {
	thousands, used := integerPrefix(s.rest)
	if used == 0 || used == len(s.rest) || s.rest[used] != ',' {
		return errYearComma()
	}
	rest := skipSpaces(s.rest[used+1:])
	years, n := integerPrefix(rest[:min(3, len(rest))])
	if n == 0 {
		return errYearComma()
	}
	s.rest = rest[n:]
	s.fields.yearDigits = 4
	return i.set(&s.fields.year, int32(years)+int32(thousands)*1000)
}

func errYearComma() error {
	return pgerror.New(pgerror.InvalidDatetimeFormat, `invalid input string for "Y,YYY"`)
}

// fullYear completes a year of fewer than four digits to the one nearest to 2020.
func fullYear(year int32) int32 {
	switch {
	case year < 70:
		return year + 2000
	case year < 100:
		return year + 1900
	case year < 520:
		return year + 2000
	case year < 1000:
		return year + 1000
	}
	return year
}
