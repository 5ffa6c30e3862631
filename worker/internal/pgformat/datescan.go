package pgformat

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Parse reads a text for to_date or to_timestamp. What the template doesn't ask for stays at its least value, and text
// behind the last pattern is ignored.
//
// The errors are 22007 for text that a pattern doesn't match, or patterns that contradict one another; 22008 and 22009 for
// values out of range; 0A000 for TZ and OF, which only to_char knows.
func (t *DateTemplate) Parse(text string) (Parsed, error) {
	s := dateScan{rest: text, text: text}
	for i := range t.items {
		if s.rest == "" {
			break
		}
		if err := s.item(t, i); err != nil {
			return Parsed{}, err
		}
	}
	return s.fields.resolve(text)
}

// dateFields are the values that were read; 0 is both zero and nothing, as in PostgreSQL.
type dateFields struct {
	convention                         convention
	hour, minute, second, secondOfDay  int32
	millis, micros, precision          int32
	twelveHours, precisionGiven        bool
	pm, bc                             int32 // 1 for PM and BC
	weekday                            int32 // 1 is Sunday
	day, month, year, dayOfYear        int32
	week, weekOfMonth, century, julian int32
	yearDigits                         int32 // of the pattern that year was read by
	zoneSign, zoneHours, zoneMinutes   int32
}

// dateScan is the state of reading one text.
type dateScan struct {
	fields dateFields
	text   string
	rest   string // what is to be read
	// fixed is FX: spaces are not skipped, and each character of the template's text takes one of the text.
	fixed bool
	// extra counts the separators that were skipped beyond those that the template has.
	extra int
}

// item reads one item of the template.
func (s *dateScan) item(t *DateTemplate, i int) error {
	item := &t.items[i]
	isField := item.pattern != nil
	if !s.fixed && (isField && item.field != fieldFixed || !isField && i == 0) {
		s.skip()
	}
	switch {
	case !isField && item.separator:
		s.separator()
		return nil
	case !isField:
		if !s.fixed && s.extra > 0 {
			s.extra-- // its place was taken by a space already
		} else {
			s.take()
		}
		return nil
	}
	if err := s.setConvention(item.convention); err != nil {
		return err
	}
	if err := s.field(item, t.variableWidth(i)); err != nil {
		return err
	}
	if !s.fixed {
		s.extra = 0
		s.skip()
	}
	return nil
}

// skip passes over white space.
func (s *dateScan) skip() {
	after := skipSpaces(s.rest)
	s.extra += len(s.rest) - len(after)
	s.rest = after
}

// take passes over one character.
func (s *dateScan) take() {
	_, size := utf8.DecodeRuneInString(s.rest)
	s.rest = s.rest[size:]
}

// separator passes over any separator for the template's, or over none; with FX over any character.
func (s *dateScan) separator() {
	switch {
	case s.fixed:
		s.take()
	case s.rest != "" && (isSpace(s.rest[0]) || isSeparator(s.rest[0])):
		s.rest = s.rest[1:]
	default:
		s.extra--
	}
}

// variableWidth tells whether the number at item i may have more or fewer digits than its pattern: unless digits follow.
func (t *DateTemplate) variableWidth(i int) bool {
	item := &t.items[i]
	if item.fill || item.ordinal || i+1 == len(t.items) {
		return true
	}
	next := &t.items[i+1]
	if next.pattern != nil {
		return !next.number
	}
	return !isDigit(next.text[0])
}

// setConvention refuses the second of two calendars.
func (s *dateScan) setConvention(c convention) error {
	if c == anyConvention || c == s.fields.convention {
		return nil
	}
	if s.fields.convention != anyConvention {
		err := pgerror.New(pgerror.InvalidDatetimeFormat, "invalid combination of date conventions")
		return err.WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
	}
	s.fields.convention = c
	return nil
}

// set stores a value; a pattern may repeat another, but not contradict it.
func (i *dateItem) set(dst *int32, v int32) error {
	if *dst != 0 && *dst != v {
		err := pgerror.Newf(pgerror.InvalidDatetimeFormat, `conflicting values for "%s" field in formatting string`, i.name)
		return err.WithDetail("This value contradicts a previous setting for the same field type.")
	}
	*dst = v
	return nil
}

// number reads an integer and returns how many characters it took, spaces before it included. It has width digits, unless
// that is variable.
func (s *dateScan) number(i *dateItem, width int, variable bool) (v int32, used int, err error) {
	spaces := len(s.rest) - len(skipSpaces(s.rest)) // with FX they have not been skipped
	s.rest = s.rest[spaces:]
	from := s.rest
	if !variable {
		if len(from) < width {
			err := pgerror.Newf(pgerror.InvalidDatetimeFormat, `source string too short for "%s" formatting field`, i.name)
			err = err.WithDetail("Field requires %d characters, but only %d remain.", width, len(from))
			return 0, 0, err.WithHint(`If your source string is not fixed-width, try using the "FM" modifier.`)
		}
		from = from[:width]
	}
	n, used := integerPrefix(from)
	shown := from[:min(width, len(from))]
	if used > 0 && used < width && !variable {
		err := i.invalid(shown).WithDetail("Field requires %d characters, but only %d could be parsed.", width, used)
		return 0, 0, err.WithHint(`If your source string is not fixed-width, try using the "FM" modifier.`)
	}
	if used == 0 && (variable || spaces == 0) { // spaces alone are 0
		return 0, 0, i.invalid(shown).WithDetail("Value must be an integer.")
	}
	if n != int64(int32(n)) {
		err := pgerror.Newf(pgerror.DatetimeFieldOverflow, `value for "%s" in source string is out of range`, i.name)
		return 0, 0, err.WithDetail("Value must be in the range %d to %d.", math.MinInt32, math.MaxInt32)
	}
	s.rest = s.rest[used:]
	return int32(n), spaces + used, nil
}

// invalid leaves out a character that value ends in the middle of: a client has to be able to read the message.
func (i *dateItem) invalid(value string) *pgerror.Error {
	return pgerror.Newf(pgerror.InvalidDatetimeFormat, `invalid value "%s" for "%s"`, strings.ToValidUTF8(value, ""), i.name)
}

// integerPrefix reads white space, a sign and digits, and returns how many characters these are: 0 without digits. A number
// beyond an int64 comes out as the nearest one.
func integerPrefix(s string) (v int64, used int) {
	begin := len(s) - len(skipSpaces(s))
	end := begin
	if end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	digits := end
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == digits {
		return 0, 0
	}
	v, _ = strconv.ParseInt(s[begin:end], 10, 64) // which saturates
	return v, end
}

// name reads one of the names, in any lettering, and returns its index; the first that fits is taken. width cuts names to
// their abbreviations, unless it is 0.
func (s *dateScan) name(i *dateItem, names []string, width int) (int32, error) {
	for n, name := range names {
		if width > 0 {
			name = name[:width]
		}
		if len(s.rest) >= len(name) && strings.EqualFold(s.rest[:len(name)], name) {
			s.rest = s.rest[len(name):]
			return int32(n), nil
		}
	}
	end := 0
	for end < len(s.rest) && !isSpace(s.rest[end]) {
		end++
	}
	return 0, i.invalid(s.rest[:end]).WithDetail("The given value did not match any of the allowed values for this field.")
}
