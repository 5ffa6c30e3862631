package pgformat

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// numberScan is the state of reading one number.
type numberScan struct {
	t    *NumberTemplate
	rest string
	// digits has the number's digits and point; sign is '-', '+' or 0.
	digits          []byte
	sign            byte
	whole, decimals int // digits read before and after the point
	point           bool
}

// Parse reads a text for to_number and returns a numeric as PostgreSQL writes it, such as "-12.50". Text behind the last
// pattern is ignored.
//
// The error is ErrNull for the empty template; 22P02 for text without digits; 22003 for more digits before the point than
// the template has; 0A000 for RN and EEEE, which only to_char knows.
func (t *NumberTemplate) Parse(text string) (string, error) {
	switch {
	case t.empty:
		return "", ErrNull
	case t.roman:
		return "", pgerror.New(pgerror.FeatureNotSupported, `"RN" not supported for input`)
	case t.exponent:
		return "", pgerror.New(pgerror.FeatureNotSupported, `"EEEE" not supported for input`)
	}
	s := numberScan{t: t, rest: text}
	for i := range t.items {
		if s.rest == "" {
			break
		}
		s.item(&t.items[i])
	}
	return s.result()
}

// item reads one item.
func (s *numberScan) item(item *numberItem) {
	switch item.kind {
	case numberText:
		s.take()
	case numberNine, numberZero, numberPoint:
		s.slot(item.kind)
	case numberComma:
		if !s.t.fill && s.rest[0] == ',' {
			s.rest = s.rest[1:]
		}
	case numberCurrency:
		s.skip(1)
	case numberOrdinal:
		if !s.t.point { // only whole numbers are ordinals
			s.skip(2)
		}
	case numberMinus:
		s.signOrSkip("-")
	case numberPlus:
		s.signOrSkip("+")
	case numberPlusMinus:
		s.signOrSkip("-+")
	}
}

// take passes over one character.
func (s *numberScan) take() {
	_, size := utf8.DecodeRuneInString(s.rest)
	s.rest = s.rest[size:]
}

// skip passes over up to n characters, and stops at one that may belong to a number.
func (s *numberScan) skip(n int) {
	for ; n > 0 && s.rest != "" && !strings.ContainsRune("0123456789.,+-", rune(s.rest[0])); n-- {
		s.take()
	}
}

func (s *numberScan) signOrSkip(signs string) {
	if strings.IndexByte(signs, s.rest[0]) >= 0 {
		s.sign, s.rest = s.rest[0], s.rest[1:]
		return
	}
	s.skip(1)
}

// slot reads a digit or the point, a sign before the first digit, and one behind the last. Any other character is passed
// over.
func (s *numberScan) slot(kind numberKind) {
	if s.rest[0] == ' ' {
		s.rest = s.rest[1:]
	}
	if s.rest != "" && s.sign == 0 && kind != numberPoint && s.whole+s.decimals == 0 {
		s.firstSign()
	}
	if s.rest == "" {
		return
	}
	read := false
	switch c := s.rest[0]; {
	case isDigit(c) && s.point && s.decimals == s.t.after:
		s.rest = s.rest[1:]
		return
	case isDigit(c):
		s.digits = append(s.digits, c)
		if s.point {
			s.decimals++
		} else {
			s.whole++
		}
		read = true
	case c == '.' && s.t.point && !s.point:
		s.digits = append(s.digits, c)
		s.point, read = true, true
	}
	s.lastSign(read)
	s.rest = s.rest[1:]
}

func (s *numberScan) firstSign() {
	switch c := s.rest[0]; {
	case c == '-', c == '<' && s.t.bracket:
		s.sign = '-'
	case c == '+':
		s.sign = '+'
	default:
		return
	}
	s.rest = s.rest[1:]
}

// lastSign reads a sign behind the digits: that of S only where it stands right behind the one just read, that of MI,
// PL and SG in place of a digit: with fewer digits than the template has, the sign comes early.
func (s *numberScan) lastSign(read bool) {
	t := s.t
	if s.sign != 0 || s.whole+s.decimals == 0 {
		return
	}
	switch {
	case t.sign != noSign && read && len(s.rest) > 1 && (s.rest[1] == '-' || s.rest[1] == '+'):
		s.rest = s.rest[1:]
		s.sign = s.rest[0]
	case t.sign == noSign && !read && (t.minus || t.plus) && (s.rest[0] == '-' || s.rest[0] == '+'):
		s.sign = s.rest[0]
	}
}

// result makes a numeric of what was read.
func (s *numberScan) result() (string, error) {
	digits := strings.TrimSuffix(string(s.digits), ".")
	if digits == "" {
		sign := byte(' ')
		if s.sign != 0 {
			sign = s.sign
		}
		return "", pgerror.Newf(pgerror.InvalidTextRepresentation, `invalid input syntax for type numeric: "%c"`, sign)
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	if limit := s.t.before; len(whole) > limit {
		err := pgerror.New(pgerror.NumericValueOutOfRange, "numeric field overflow")
		least := "1"
		if limit > 0 {
			least = "10^" + strconv.Itoa(limit)
		}
		return "", err.WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s.", limit+s.decimals, s.decimals, least)
	}
	if s.t.scale {
		whole, fraction = shiftDown(whole, s.t.shift)
	}
	var b strings.Builder
	if s.sign == '-' && strings.Trim(whole+fraction, "0") != "" {
		b.WriteByte('-')
	}
	if whole == "" {
		whole = "0"
	}
	b.WriteString(whole)
	if fraction != "" {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String(), nil
}

// shiftDown divides by the power of ten that V stands for, with the sixteen decimals that PostgreSQL keeps of it.
func shiftDown(whole string, shift int) (string, string) {
	const decimals = 16
	if shift > decimals {
		return "", strings.Repeat("0", decimals)
	}
	for len(whole) < shift {
		whole = strings.Repeat("0", shift-len(whole)) + whole
	}
	at := len(whole) - shift
	return strings.TrimLeft(whole[:at], "0"), whole[at:] + strings.Repeat("0", decimals-shift)
}
