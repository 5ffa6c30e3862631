package pgenc

import (
	"encoding/binary"
	"math/bits"
)

// int128 is a 128-bit integer as Arrow and DuckDB store it: little-endian two's complement.
type int128 struct {
	lo uint64
	hi int64
}

// abs returns the magnitude and whether v is negative.
func (v int128) abs() (hi, lo uint64, negative bool) {
	if v.hi >= 0 {
		return uint64(v.hi), v.lo, false
	}
	lo, borrow := bits.Sub64(0, v.lo, 0)
	hi, _ = bits.Sub64(0, uint64(v.hi), borrow)
	return hi, lo, true
}

const pow19 = 10_000_000_000_000_000_000

// divmod19 divides by 10^19.
func divmod19(hi, lo uint64) (qhi, qlo, rem uint64) {
	qhi, r := hi/pow19, hi%pow19
	qlo, rem = bits.Div64(r, lo, pow19)
	return qhi, qlo, rem
}

func appendUint128(dst []byte, hi, lo uint64) []byte {
	if hi == 0 {
		return appendUint(dst, lo)
	}
	qhi, qlo, rem := divmod19(hi, lo)
	return appendPadded(appendUint128(dst, qhi, qlo), rem, 19)
}

// appendDecimal writes v × 10^-scale without an exponent, with exactly scale digits after the point.
func appendDecimal(dst []byte, v int128, scale int) []byte {
	hi, lo, negative := v.abs()
	if negative {
		dst = append(dst, '-')
	}
	if scale == 0 {
		return appendUint128(dst, hi, lo)
	}
	if hi == 0 && scale < 20 {
		p := pow10[scale]
		dst = appendUint(dst, lo/p)
		dst = append(dst, '.')
		return appendPadded(dst, lo%p, scale)
	}
	var buf [48]byte
	digits := appendUint128(buf[:0], hi, lo)
	if n := scale + 1 - len(digits); n > 0 {
		var padded [48]byte
		for i := range n {
			padded[i] = '0'
		}
		digits = append(padded[:n], digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	dst = append(dst, '.')
	return append(dst, digits[len(digits)-scale:]...)
}

var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < 20; i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// appendNumeric writes a decimal as numeric_send does:
//
//	int16 number of digits | int16 weight | uint16 sign | uint16 scale | digits, each 0..9999
//
// The digits are in base 10000, the first worth 10000^weight; leading and trailing zero digits are left out.
func appendNumeric(dst []byte, hi, lo uint64, negative bool, scale int) []byte {
	// Shift so that the point falls between two digits of base 10000.
	pad := (4 - scale%4) % 4
	fracDigits := (scale + 3) / 4
	var groups [12]uint16
	n := 0
	// The first group takes the 4-pad digits left of the padding.
	rem := uint64(0)
	if pad > 0 {
		p := pow10[4-pad]
		hi, lo, rem = divmod64(hi, lo, p)
		groups[n] = uint16(rem * pow10[pad])
		n++
	}
	for hi != 0 || lo != 0 {
		hi, lo, rem = divmod64(hi, lo, 10000)
		groups[n] = uint16(rem)
		n++
	}
	// groups are now least significant first; drop trailing zeros.
	first := 0
	for first < n && groups[first] == 0 {
		first++
	}
	for n > first && groups[n-1] == 0 {
		n--
	}
	weight := n - 1 - fracDigits
	count := n - first
	if count == 0 {
		weight = 0
	}
	sign := uint16(0)
	if negative && count > 0 {
		sign = 0x4000
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(count))
	dst = binary.BigEndian.AppendUint16(dst, uint16(int16(weight)))
	dst = binary.BigEndian.AppendUint16(dst, sign)
	dst = binary.BigEndian.AppendUint16(dst, uint16(scale))
	for i := n - 1; i >= first; i-- {
		dst = binary.BigEndian.AppendUint16(dst, groups[i])
	}
	return dst
}

// divmod64 divides a 128-bit number by d.
func divmod64(hi, lo, d uint64) (qhi, qlo, rem uint64) {
	if hi == 0 {
		return 0, lo / d, lo % d
	}
	qhi, r := hi/d, hi%d
	qlo, rem = bits.Div64(r, lo, d)
	return qhi, qlo, rem
}
