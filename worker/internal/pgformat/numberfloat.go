package pgformat

import (
	"bytes"
	"math"
	"strconv"

	"github.com/angelerator/tavana/internal/pgerror"
)

// AppendFloat appends what to_char answers for a float of bits 32 (real, of which v has the exact value) or 64 (double
// precision). No more digits are
// written than such a float is sure to have: 6 or 15.
//
// The error is 22P02 where TH is asked of NaN or Infinity. dst is returned as it was with an error.
func (t *NumberTemplate) AppendFloat(dst []byte, v float64, bits int) ([]byte, error) {
	switch {
	case t.exponent:
		return t.appendFloatExponent(dst, v), nil
	case t.roman:
		v = math.RoundToEven(v)
		if !(v >= 1 && v <= maxRoman) {
			v = 0
		}
		return t.append(dst, &digits{}, int64(v))
	}
	if t.scale {
		v = shiftFloat(v, t.factor, bits)
	}
	var buf scratch
	d := digits{negative: math.Signbit(v)}
	v = math.Abs(v)
	switch {
	case math.IsNaN(v):
		d.text, d.word, d.negative = append(buf[:0], "NaN"...), true, false
	case math.IsInf(v, 0):
		d.text, d.word = append(buf[:0], "Infinity"...), true
	default:
		d.text = strconv.AppendFloat(buf[:0], v, 'f', 0, 64)
	}
	exact := 15
	if bits == 32 {
		exact = 6
	}
	d.before = len(d.text)
	d.after = max(0, min(t.after, exact-d.before))
	if d.word {
		return t.append(dst, &d, 0)
	}
	d.text = strconv.AppendFloat(buf[:0], v, 'f', d.after, 64)
	d.before = len(d.text)
	if d.after > 0 {
		d.before -= d.after + 1
		d.text = append(d.text[:d.before], d.text[d.before+1:]...)
	}
	return t.append(dst, &d, 0)
}

// shiftFloat multiplies by the power of ten that V asks for, in the float's own precision.
func shiftFloat(v, factor float64, bits int) float64 {
	if bits == 32 {
		return float64(float32(v) * float32(factor))
	}
	return v * factor
}

// appendFloatExponent writes a float for EEEE: d.ddde+dd, halves to even.
func (t *NumberTemplate) appendFloatExponent(dst []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		dst = append(append(dst, ' '), bytes.Repeat([]byte("#"), t.before)...)
		return append(append(dst, '.'), bytes.Repeat([]byte("#"), t.after+len("e+00"))...)
	}
	if !math.Signbit(v) {
		dst = append(dst, ' ')
	}
	return strconv.AppendFloat(dst, v, 'e', t.after, 64)
}

// appendExponent writes a decimal for EEEE, halves away from zero. point is the number of digits before the point. As in
// PostgreSQL, rounding leaves the exponent as it was, and 9.99 becomes 10.0e+00.
func (t *NumberTemplate) appendExponent(dst []byte, d *digits, point int) []byte {
	sign, text := byte(' '), d.text
	for len(text) > 0 && text[0] == '0' {
		text, point = text[1:], point-1
	}
	exponent := point - 1
	if len(text) == 0 {
		exponent = 0
	} else if d.negative {
		sign = '-'
	}
	dst = append(dst, sign)
	keep := 1 + t.after
	if keep < len(text) && text[keep] >= '5' {
		// All nines carry into a digit of their own.
		i := keep - 1
		for ; i >= 0 && text[i] == '9'; i-- {
			text[i] = '0'
		}
		if i < 0 {
			dst = append(dst, '1')
		} else {
			text[i]++
		}
	}
	digit := func(i int) byte {
		if i < len(text) {
			return text[i]
		}
		return '0'
	}
	dst = append(dst, digit(0))
	if t.after > 0 {
		dst = append(dst, '.')
	}
	for i := range t.after {
		dst = append(dst, digit(i+1))
	}
	dst = append(dst, 'e')
	if exponent >= 0 {
		dst = append(dst, '+')
		return appendPadded(dst, int64(exponent), 2)
	}
	return appendPadded(dst, int64(exponent), 3)
}

// errNotANumber is what TH answers where there are no digits to make an ordinal of.
func errNotANumber(text string) error {
	return pgerror.Newf(pgerror.InvalidTextRepresentation, `"%s" is not a number`, text)
}
