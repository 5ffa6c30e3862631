package pgenc

import (
	"bytes"
	"encoding/hex"
	"math"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
)

// AppendText appends a cell that is not NULL in PostgreSQL's text form.
func (c *Column) AppendText(dst []byte, row int, s *Settings) ([]byte, error) {
	switch c.kind {
	case kBool:
		if c.bool(row) {
			return append(dst, 't'), nil
		}
		return append(dst, 'f'), nil
	case kBool8:
		if value[int8](c, row) != 0 {
			return append(dst, 't'), nil
		}
		return append(dst, 'f'), nil
	case kInt8:
		return appendInt(dst, int64(value[int8](c, row))), nil
	case kInt16:
		return appendInt(dst, int64(value[int16](c, row))), nil
	case kInt32:
		return appendInt(dst, int64(value[int32](c, row))), nil
	case kInt64, kOID:
		return appendInt(dst, value[int64](c, row)), nil
	case kUint8:
		return appendUint(dst, uint64(value[uint8](c, row))), nil
	case kUint16:
		return appendUint(dst, uint64(value[uint16](c, row))), nil
	case kUint32:
		return appendUint(dst, uint64(value[uint32](c, row))), nil
	case kUint64:
		return appendUint(dst, value[uint64](c, row)), nil
	case kFloat32:
		f := float64(value[float32](c, row))
		if s.RoundFloats && !math.IsInf(f, 0) && f == f {
			return appendRoundedFloat(dst, f, 6+s.FloatDigits), nil
		}
		return appendFloat(dst, f, 32), nil
	case kFloat64:
		f := value[float64](c, row)
		if s.RoundFloats && !math.IsInf(f, 0) && f == f {
			return appendRoundedFloat(dst, f, 15+s.FloatDigits), nil
		}
		return appendFloat(dst, f, 64), nil
	case kDecimal:
		return appendDecimal(dst, value[int128](c, row), int(c.scale)), nil
	case kHugeint:
		return appendDecimal(dst, value[int128](c, row), 0), nil
	case kUhugeint:
		v := value[int128](c, row)
		return appendUint128(dst, uint64(v.hi), v.lo), nil
	case kText, kChar, kName, kJSON:
		b := c.bytes(row)
		if c.zeros && bytes.IndexByte(b, 0) >= 0 {
			return dst, pgerror.New(pgerror.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`).
				WithHint("PostgreSQL's text has no zero bytes. Cast the column to BLOB.")
		}
		return append(dst, b...), nil
	case kEnum:
		return append(dst, c.enum(row)...), nil
	case kBytea:
		if s.EscapeBytea {
			return appendEscapedBytea(dst, c.bytes(row)), nil
		}
		dst = append(dst, `\x`...)
		return hex.AppendEncode(dst, c.bytes(row)), nil
	case kBit:
		return appendBits(dst, c.bytes(row)), nil
	case kUUID:
		return appendUUID(dst, value[[16]byte](c, row)), nil
	case kDate:
		return appendDate(dst, int64(value[int32](c, row)), s), nil
	case kTimeMicro:
		return appendTime(dst, value[int64](c, row)), nil
	case kTimeNano:
		return c.appendTimeNano(dst, row)
	case kTimeTZ:
		micros, offset := timeTZ(value[uint64](c, row))
		return appendOffset(appendTime(dst, micros), offset), nil
	case kTimestampS, kTimestampMS, kTimestampUS, kTimestampNS:
		us, err := c.micros(row)
		if err != nil {
			return dst, err
		}
		return appendTimestamp(dst, us, s), nil
	case kTimestampTZ:
		return appendTimestampTZ(dst, value[int64](c, row), s), nil
	case kInterval:
		v := value[arrow.MonthDayNanoInterval](c, row)
		return appendStyledInterval(dst, v.Months, v.Days, v.Nanoseconds/1000, s.IntervalStyle), nil
	case kList, kFixedList:
		return c.appendArray(dst, row, s)
	case kInt2Vector, kOIDVector:
		return c.appendVector(dst, row, s)
	case kStruct, kMap, kUnion:
		return c.appendJSON(dst, row, s)
	}
	return dst, pgerror.New(pgerror.InternalError, "no text form for this column")
}

// appendFloat writes the shortest form that reads back the same, as PostgreSQL does: plain up to 15 digits before the
// point (6 for float4), with an exponent of at least two digits beyond.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	least, limit := 1e-4, 1e15
	if bits == 32 {
		least, limit = float64(float32(1e-4)), 1e6
	}
	if abs := math.Abs(f); abs != 0 && (abs < least || abs >= limit) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	if bits == 64 {
		if out, ok := appendShortDecimal(dst, f); ok {
			return out
		}
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bits)
}

// appendShortDecimal writes a number that has at most four decimals and 15 digits, as most measured and counted ones do,
// in a fifth of the time that the search for the shortest form takes. It is the same form: the fewest decimals are tried
// first, n / 10^k is rounded correctly since both are exact, and decimals of up to 15 digits are told apart by a float64.
func appendShortDecimal(dst []byte, f float64) ([]byte, bool) {
	scale := 1.0
	for k := range 5 {
		scaled := f * scale
		if scaled <= -1e15 || scaled >= 1e15 {
			return dst, false
		}
		n := int64(math.RoundToEven(scaled))
		if float64(n)/scale == f && n != 0 {
			return appendDecimal(dst, int128{lo: uint64(n), hi: n >> 63}, k), true
		}
		scale *= 10
	}
	return dst, false
}

func appendUUID(dst []byte, u [16]byte) []byte {
	for i, n := range [5]int{4, 2, 2, 2, 6} {
		if i > 0 {
			dst = append(dst, '-')
		}
		start := [5]int{0, 4, 6, 8, 10}[i]
		dst = hex.AppendEncode(dst, u[start:start+n])
	}
	return dst
}

// appendBits writes DuckDB's BIT: a byte that counts the padding bits, then the bits, the first padding of them unused.
func appendBits(dst, b []byte) []byte {
	if len(b) < 1 {
		return dst
	}
	for i := int(b[0]); i < (len(b)-1)*8; i++ {
		dst = append(dst, '0'+b[1+i/8]>>(7-i%8)&1)
	}
	return dst
}

// text returns the bytes as a string without a copy, for functions that only read it.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
