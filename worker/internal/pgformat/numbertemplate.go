package pgformat

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// NumberTemplate is a parsed template of numbers. It is immutable and shared.
//
// 9, 0, the decimal point and D are its slots: a number's characters are dealt out to them from left to right, the
// integer part aligned to the right of its slots. All else stands between slots.
type NumberTemplate struct {
	items []numberItem
	empty bool // the format is '', which to_number answers with NULL
	// before, after and shift are the digits before the point, after it, and behind V.
	before, after, shift int
	// factor is ten to the power of shift, the nearest float64: math.Pow10 is sometimes the one beside it.
	factor float64
	// zeroFrom is the slot from which blanks become zeros, or -1. zeroTo counts the digits up to the last 0.
	zeroFrom, zeroTo int
	point            bool
	fill             bool // FM
	minus            bool // MI or SG
	plus             bool // PL or SG
	bracket          bool // PR
	sign             signPlace
	signAt           int  // digits before S
	scale            bool // V
	exponent         bool // EEEE
	blank            bool // B before all digits, which does no more than exclude EEEE
	roman            bool // RN
}

// signPlace says where S puts the sign.
type signPlace uint8

const (
	noSign signPlace = iota
	signFirst
	signLast
)

// numberKind is what an item of a number template is.
type numberKind uint8

const (
	numberText numberKind = iota
	numberNine
	numberZero
	numberPoint
	numberComma
	numberCurrency
	numberSign
	numberMinus
	numberPlus
	numberPlusMinus
	numberBracket
	numberRoman
	numberOrdinal
	numberShift
	numberExponent
	numberFill
	numberBlank
	numberNothing // a pattern that PostgreSQL knows and does nothing for
)

type numberItem struct {
	kind numberKind
	as   lettering
	text string
}

// numberPatterns are the patterns of numbers, in capitals; each may be written in small letters as well. The longer of two
// that begin alike comes first.
var numberPatterns = []struct {
	name string
	kind numberKind
}{
	{",", numberComma},
	{".", numberPoint},
	{"0", numberZero},
	{"9", numberNine},
	{"B", numberBlank},
	{"C", numberNothing},
	{"D", numberPoint},
	{"EEEE", numberExponent},
	{"FM", numberFill},
	{"G", numberComma},
	{"L", numberCurrency},
	{"MI", numberMinus},
	{"PL", numberPlus},
	{"PR", numberBracket},
	{"RN", numberRoman},
	{"SG", numberPlusMinus},
	{"SP", numberNothing},
	{"S", numberSign},
	{"TH", numberOrdinal},
	{"V", numberShift},
}

// ParseNumberTemplate parses a template. The error is 42601: patterns that exclude one another, or stand in the wrong
// order.
func ParseNumberTemplate(format string) (*NumberTemplate, error) {
	t := &NumberTemplate{zeroFrom: -1, empty: format == ""}
	var err error
	lexPattern := func(s string) (int, bool) {
		item, n := findNumberPattern(s)
		if n == 0 {
			return 0, false
		}
		if err == nil {
			err = t.add(item)
		}
		return n, true
	}
	lex(format, lexPattern, func(l literal) {
		t.items = append(t.items, numberItem{text: l.text})
	})
	if err != nil {
		return nil, err
	}
	t.before += t.shift
	t.factor, _ = strconv.ParseFloat("1e"+strconv.Itoa(t.shift), 64) // +Inf beyond the range
	return t, nil
}

// findNumberPattern returns the pattern that s begins with, and its length or 0.
func findNumberPattern(s string) (numberItem, int) {
	for _, p := range numberPatterns {
		switch {
		case strings.HasPrefix(s, p.name):
			return numberItem{kind: p.kind, as: upper}, len(p.name)
		case hasLowerPrefix(s, p.name):
			return numberItem{kind: p.kind, as: lower}, len(p.name)
		}
	}
	return numberItem{}, 0
}

// hasLowerPrefix tells whether s begins with name in small letters. name has letters and what is alike in both cases.
func hasLowerPrefix(s, name string) bool {
	if len(s) < len(name) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if s[i] != c {
			return false
		}
	}
	return true
}

// add takes an item in and notes what it says of the whole template.
func (t *NumberTemplate) add(item numberItem) error {
	if t.exponent && item.kind != numberExponent {
		return syntaxError(`"EEEE" must be the last pattern used`)
	}
	t.items = append(t.items, item)
	switch item.kind {
	case numberNine, numberZero:
		return t.addDigit(item.kind)
	case numberPoint:
		switch {
		case t.point:
			return syntaxError("multiple decimal points")
		case t.scale:
			return syntaxError(`cannot use "V" and decimal point together`)
		}
		t.point = true
	case numberShift:
		if t.point {
			return syntaxError(`cannot use "V" and decimal point together`)
		}
		t.scale = true
	case numberFill:
		t.fill = true
	case numberRoman:
		t.roman = true
	case numberBlank:
		t.blank = t.blank || t.before+t.after == 0
	case numberExponent:
		if t.exponent {
			return syntaxError(`cannot use "EEEE" twice`)
		}
		if t.fill || t.sign != noSign || t.bracket || t.minus || t.plus || t.roman || t.scale || t.blank {
			err := syntaxError(`"EEEE" is incompatible with other formats`)
			return err.WithDetail(`"EEEE" may only be used together with digit and decimal point patterns.`)
		}
		t.exponent = true
	case numberSign, numberMinus, numberPlus, numberPlusMinus, numberBracket:
		return t.addSign(item.kind)
	}
	return nil
}

func (t *NumberTemplate) addDigit(kind numberKind) error {
	zero := kind == numberZero
	if t.bracket {
		if zero {
			return syntaxError(`"0" must be ahead of "PR"`)
		}
		return syntaxError(`"9" must be ahead of "PR"`)
	}
	if zero && !t.point && t.zeroFrom < 0 {
		t.zeroFrom = t.before
	}
	switch {
	case t.point:
		t.after++
	case t.scale && !zero:
		t.shift++
	default:
		t.before++ // a 0 behind V shifts nothing
	}
	if zero {
		t.zeroTo = t.before + t.after
	}
	return nil
}

func (t *NumberTemplate) addSign(kind numberKind) error {
	var name string
	switch kind {
	case numberSign:
		switch {
		case t.sign != noSign:
			return syntaxError(`cannot use "S" twice`)
		case t.plus || t.minus || t.bracket:
			return syntaxError(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
		case t.point:
			t.sign = signLast
		default:
			t.sign, t.signAt = signFirst, t.before
		}
		return nil
	case numberBracket:
		if t.sign != noSign || t.plus || t.minus {
			return syntaxError(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
		}
		t.bracket = true
		return nil
	case numberMinus:
		name, t.minus = "MI", true
	case numberPlus:
		name, t.plus = "PL", true
	case numberPlusMinus:
		name, t.minus, t.plus = "SG", true, true
	}
	if t.sign != noSign {
		return syntaxError(`cannot use "S" and "` + name + `" together`)
	}
	return nil
}

func syntaxError(msg string) *pgerror.Error { return pgerror.New(pgerror.SyntaxError, msg) }
