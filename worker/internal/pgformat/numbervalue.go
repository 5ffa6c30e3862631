package pgformat

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/angelerator/tavana/internal/pgerror"
)

// digits are the characters that a number deals out to a template's slots: those of text, then zeros up to before, a
// point, and after digits.
//
//	text "1234", before 2, after 4  →  12.3400
//	text "12",   before 3, after 0  →  120
type digits struct {
	text          []byte // digits without sign and point
	before, after int
	negative      bool
	// word: text is NaN or Infinity, which have no decimals, though after says how many a number would have.
	word bool
	// unsigned: neither negative nor positive, as Roman numerals are.
	unsigned bool
	// overflow: the number needs more digits than the template has, and is written as ##.##.
	overflow bool
}

// len returns the number of characters.
func (d *digits) len() int {
	if d.overflow || d.after > 0 && !d.word {
		return d.before + 1 + d.after
	}
	return d.before
}

// at returns a character, or 0 behind the last one.
func (d *digits) at(i int) byte {
	switch {
	case i >= d.len():
		return 0
	case i == d.before:
		return '.'
	case d.overflow:
		return '#'
	case i > d.before:
		i--
	}
	if i < len(d.text) {
		return d.text[i]
	}
	return '0'
}

// scratch has room for the digits of any number before the point, and those a float has after it.
type scratch [352]byte

// AppendInt appends what to_char answers for an integer of bits 32 (PostgreSQL's integer; smallint too) or 64 (bigint).
//
// The error is 22003 where V makes a bigint too great, or RN is asked for one beyond an integer. dst is returned as it was
// with an error.
func (t *NumberTemplate) AppendInt(dst []byte, v int64, bits int) ([]byte, error) {
	switch {
	case t.exponent && bits == 32:
		// PostgreSQL takes an integer through a float here, and so rounds halves to even.
		return t.appendFloatExponent(dst, float64(v)), nil
	case t.roman:
		if v != int64(int32(v)) {
			return dst, outOfRange("integer")
		}
		return t.append(dst, &digits{}, v)
	}
	if t.scale {
		var err error
		if v, err = t.shiftInt(v, bits); err != nil {
			return dst, err
		}
	}
	var buf scratch
	d := digits{text: strconv.AppendUint(buf[:0], magnitude(v), 10), negative: v < 0, after: t.after}
	if t.exponent {
		return t.appendExponent(dst, &d, len(d.text)), nil
	}
	d.before = len(d.text)
	return t.append(dst, &d, 0)
}

// shiftInt multiplies by the power of ten that V asks for. An integer wraps as PostgreSQL's does, which takes a factor
// beyond its range for the least integer; a bigint fails.
func (t *NumberTemplate) shiftInt(v int64, size int) (int64, error) {
	if size == 32 {
		factor := int32(math.MinInt32)
		if t.shift < 10 {
			factor = int32(math.Pow10(t.shift))
		}
		return int64(int32(v) * factor), nil
	}
	if t.shift > 18 {
		return 0, outOfRange("bigint")
	}
	factor := int64(1)
	for range t.shift {
		factor *= 10
	}
	product := v * factor
	if hi, _ := bits.Mul64(magnitude(v), uint64(factor)); hi != 0 || product/factor != v {
		return 0, outOfRange("bigint")
	}
	return product, nil
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func outOfRange(typ string) error {
	return pgerror.New(pgerror.NumericValueOutOfRange, typ+" out of range")
}

// AppendDecimal appends what to_char answers for the numeric hi·2⁶⁴+lo, a signed number of 128 bits, divided by 10 to the
// power of scale (0 to 38).
//
// The error is 22003 where RN is asked for a number beyond an integer. dst is returned as it was with an error.
func (t *NumberTemplate) AppendDecimal(dst []byte, hi int64, lo uint64, scale int) ([]byte, error) {
	var buf scratch
	d := digits{negative: hi < 0, after: t.after}
	high := uint64(hi)
	if hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		high, _ = bits.Sub64(0, high, borrow)
	}
	d.text = appendDecimalDigits(buf[1:1], high, lo, scale+1)
	point := len(d.text) - scale // digits before the point, at least one
	switch {
	case t.exponent:
		return t.appendExponent(dst, &d, point), nil
	case t.roman:
		d.text, point = round(&buf, d.text, point, 0)
		v, err := strconv.ParseInt(string(d.text[:point]), 10, 64)
		if d.negative {
			v = -v
		}
		if err != nil || v != int64(int32(v)) {
			return dst, outOfRange("integer")
		}
		return t.append(dst, &digits{}, v)
	case t.scale && d.isZero():
		d.text, point = d.text[:1], 1
	case t.scale:
		point += t.shift
	}
	d.text, point = round(&buf, d.text, point, t.after)
	for len(d.text) > 1 && point > 1 && d.text[0] == '0' {
		d.text, point = d.text[1:], point-1 // V leaves 0.05 as 00.5
	}
	d.negative = d.negative && !d.isZero()
	d.before = point
	return t.append(dst, &d, 0)
}

// isZero tells whether there is no digit but zeros.
func (d *digits) isZero() bool {
	for _, c := range d.text {
		if c != '0' {
			return false
		}
	}
	return true
}

// round cuts text to after digits behind the point, halves away from zero. text begins at buf[1], so that there is room
// for a carry before it.
func round(buf *scratch, text []byte, point, after int) ([]byte, int) {
	keep := point + after
	if keep >= len(text) {
		return text, point
	}
	up := text[keep] >= '5'
	text = text[:keep]
	for i := keep - 1; up && i >= 0; i-- {
		if text[i] < '9' {
			text[i]++
			return text, point
		}
		text[i] = '0'
	}
	if up {
		buf[0] = '1'
		return buf[:keep+1], point + 1
	}
	return text, point
}

// appendDecimalDigits appends an unsigned number of 128 bits, with zeros before it up to width digits.
func appendDecimalDigits(dst []byte, hi, lo uint64, width int) []byte {
	var buf [40]byte
	i := len(buf)
	for hi != 0 || lo != 0 {
		const chunk, chunkDigits = 1e19, 19 // the greatest power of ten in 64 bits
		var rest uint64
		quotient := hi / chunk
		lo, rest = bits.Div64(hi%chunk, lo, chunk)
		hi = quotient
		for n := 0; n < chunkDigits && (rest != 0 || hi != 0 || lo != 0); n++ {
			i--
			buf[i] = byte('0' + rest%10)
			rest /= 10
		}
	}
	for n := len(buf) - i; n < width; n++ {
		dst = append(dst, '0')
	}
	return append(dst, buf[i:]...)
}
