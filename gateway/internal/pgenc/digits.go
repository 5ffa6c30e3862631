package pgenc

import (
	"math/bits"
	"slices"
)

// pairs are the numbers from 00 to 99, two digits each.
var pairs = func() (p [200]byte) {
	for i := range 100 {
		p[2*i], p[2*i+1] = byte('0'+i/10), byte('0'+i%10)
	}
	return p
}()

// appendInt appends v in decimal. It writes the digits where they belong, which strconv.AppendInt does not: numbers are
// most of what most results have.
func appendInt(dst []byte, v int64) []byte {
	if v >= 0 {
		return appendUint(dst, uint64(v))
	}
	return appendUint(append(dst, '-'), -uint64(v))
}

func appendUint(dst []byte, u uint64) []byte {
	// The length in bits gives that in digits, but for one: log10(2) is 1233/4096.
	n := bits.Len64(u|1) * 1233 >> 12
	if u|1 >= pow10[n] {
		n++
	}
	return appendPadded(dst, u, n)
}

// appendPadded appends the last n digits of u, with zeros before them.
func appendPadded(dst []byte, u uint64, n int) []byte {
	at := len(dst)
	if cap(dst)-at < n {
		dst = slices.Grow(dst, n)
	}
	dst = dst[:at+n]
	b := dst[at:]
	for len(b) >= 2 {
		q := u / 100
		r := 2 * (u - 100*q)
		pair := b[len(b)-2:]
		pair[0], pair[1] = pairs[r], pairs[r+1]
		b, u = b[:len(b)-2], q
	}
	if len(b) == 1 {
		b[0] = byte('0' + u%10)
	}
	return dst
}
