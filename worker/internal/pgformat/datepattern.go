package pgformat

import (
	"cmp"
	"slices"
	"strings"
)

// field is what a date pattern stands for.
type field uint8

const (
	fieldEra field = iota
	fieldMeridiem
	fieldCentury
	fieldDayName
	fieldDayAbbreviation
	fieldDayOfYear
	fieldDay
	fieldWeekday
	fieldFraction // FF1 to FF6
	fieldMillis
	fieldMicros
	fieldFixed // FX: of parsing only
	fieldHour24
	fieldHour12
	fieldISODayOfYear
	fieldISOWeekday
	fieldISOWeek
	fieldISOYear
	fieldJulian
	fieldMinute
	fieldMonthName
	fieldMonthAbbreviation
	fieldMonth
	fieldOffset
	fieldQuarter
	fieldRomanMonth
	fieldSecond
	fieldSecondOfDay
	fieldZone
	fieldZoneHour
	fieldZoneMinute
	fieldWeekOfYear
	fieldWeekOfMonth
	fieldYear
	fieldYearComma
)

// convention is the calendar a pattern counts by. to_date and to_timestamp refuse to mix the two.
type convention uint8

const (
	anyConvention convention = iota
	gregorian
	isoWeeks
)

// pattern is one spelling of a date pattern.
type pattern struct {
	name  string
	field field
	// width is the number of digits that to_char pads to and that to_timestamp reads where the next pattern follows
	// without a separator; of years, also how many of the last digits are meant.
	width int
	// number: the field before this one, if it is a number, has to have its full width.
	number     bool
	convention convention
	as         lettering
}

// spellings are the patterns in capitals; each may be written in small letters as well.
var spellings = []pattern{
	{name: "A.D.", field: fieldEra},
	{name: "A.M.", field: fieldMeridiem},
	{name: "AD", field: fieldEra},
	{name: "AM", field: fieldMeridiem},
	{name: "B.C.", field: fieldEra},
	{name: "BC", field: fieldEra},
	{name: "CC", field: fieldCentury, width: 2, number: true},
	{name: "D", field: fieldWeekday, width: 1, number: true, convention: gregorian},
	{name: "DAY", field: fieldDayName},
	{name: "DD", field: fieldDay, width: 2, number: true, convention: gregorian},
	{name: "DDD", field: fieldDayOfYear, width: 3, number: true, convention: gregorian},
	{name: "DY", field: fieldDayAbbreviation},
	{name: "FF1", field: fieldFraction, width: 1, number: true},
	{name: "FF2", field: fieldFraction, width: 2, number: true},
	{name: "FF3", field: fieldFraction, width: 3, number: true},
	{name: "FF4", field: fieldFraction, width: 4, number: true},
	{name: "FF5", field: fieldFraction, width: 5, number: true},
	{name: "FF6", field: fieldFraction, width: 6, number: true},
	{name: "FX", field: fieldFixed},
	{name: "HH", field: fieldHour12, width: 2, number: true},
	{name: "HH12", field: fieldHour12, width: 2, number: true},
	{name: "HH24", field: fieldHour24, width: 2, number: true},
	{name: "I", field: fieldISOYear, width: 1, number: true, convention: isoWeeks},
	{name: "ID", field: fieldISOWeekday, width: 1, number: true, convention: isoWeeks},
	{name: "IDDD", field: fieldISODayOfYear, width: 3, number: true, convention: isoWeeks},
	{name: "IW", field: fieldISOWeek, width: 2, number: true, convention: isoWeeks},
	{name: "IY", field: fieldISOYear, width: 2, number: true, convention: isoWeeks},
	{name: "IYY", field: fieldISOYear, width: 3, number: true, convention: isoWeeks},
	{name: "IYYY", field: fieldISOYear, width: 4, number: true, convention: isoWeeks},
	{name: "J", field: fieldJulian, width: 1, number: true},
	{name: "MI", field: fieldMinute, width: 2, number: true},
	{name: "MM", field: fieldMonth, width: 2, number: true, convention: gregorian},
	{name: "MON", field: fieldMonthAbbreviation, convention: gregorian},
	{name: "MONTH", field: fieldMonthName, convention: gregorian},
	{name: "MS", field: fieldMillis, width: 3, number: true},
	{name: "OF", field: fieldOffset},
	{name: "P.M.", field: fieldMeridiem},
	{name: "PM", field: fieldMeridiem},
	{name: "Q", field: fieldQuarter, width: 1, number: true},
	{name: "RM", field: fieldRomanMonth, convention: gregorian},
	{name: "SS", field: fieldSecond, width: 2, number: true},
	{name: "SSSS", field: fieldSecondOfDay, width: 4, number: true},
	{name: "SSSSS", field: fieldSecondOfDay, width: 5, number: true},
	{name: "TZ", field: fieldZone},
	{name: "TZH", field: fieldZoneHour, width: 2},
	{name: "TZM", field: fieldZoneMinute, width: 2, number: true},
	{name: "US", field: fieldMicros, width: 6, number: true},
	{name: "W", field: fieldWeekOfMonth, width: 1, number: true, convention: gregorian},
	{name: "WW", field: fieldWeekOfYear, width: 2, number: true, convention: gregorian},
	{name: "Y", field: fieldYear, width: 1, number: true, convention: gregorian},
	{name: "Y,YYY", field: fieldYearComma, width: 4, number: true, convention: gregorian},
	{name: "YY", field: fieldYear, width: 2, number: true, convention: gregorian},
	{name: "YYY", field: fieldYear, width: 3, number: true, convention: gregorian},
	{name: "YYYY", field: fieldYear, width: 4, number: true, convention: gregorian},
}

// patterns has every spelling under its first letter, the longest first.
var patterns = func() (byLetter [128][]*pattern) {
	add := func(p pattern) {
		list := append(byLetter[p.name[0]], &p)
		slices.SortStableFunc(list, func(a, b *pattern) int { return cmp.Compare(len(b.name), len(a.name)) })
		byLetter[p.name[0]] = list
	}
	for _, p := range spellings {
		add(p)
		switch name := p.name; p.field {
		case fieldDayName, fieldDayAbbreviation, fieldMonthName, fieldMonthAbbreviation:
			p.name, p.as = name[:1]+strings.ToLower(name[1:]), capital
			add(p)
			p.name = name
			fallthrough
		default:
			p.name, p.as = strings.ToLower(name), lower
			add(p)
		}
	}
	return byLetter
}()

// findPattern returns the longest pattern that s begins with, or nil.
func findPattern(s string) *pattern {
	if s == "" || s[0] >= 128 {
		return nil
	}
	for _, p := range patterns[s[0]] {
		if strings.HasPrefix(s, p.name) {
			return p
		}
	}
	return nil
}
