package pgenc

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
)

var be = binary.BigEndian

// AppendBinary appends a cell that is not NULL in PostgreSQL's binary form. What is described as text has the same bytes
// in both formats.
func (c *Column) AppendBinary(dst []byte, row int, s *Settings) ([]byte, error) {
	switch c.kind {
	case kBool:
		if c.bool(row) {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case kBool8:
		if value[int8](c, row) != 0 {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case kInt8:
		return be.AppendUint16(dst, uint16(value[int8](c, row))), nil
	case kInt16:
		return be.AppendUint16(dst, value[uint16](c, row)), nil
	case kInt32, kFloat32:
		return be.AppendUint32(dst, value[uint32](c, row)), nil
	case kOID:
		return be.AppendUint32(dst, uint32(value[int64](c, row))), nil
	case kInt64, kFloat64:
		return be.AppendUint64(dst, value[uint64](c, row)), nil
	case kUint8:
		return be.AppendUint16(dst, uint16(value[uint8](c, row))), nil
	case kUint16:
		return be.AppendUint32(dst, uint32(value[uint16](c, row))), nil
	case kUint32:
		return be.AppendUint64(dst, uint64(value[uint32](c, row))), nil
	case kUint64:
		return appendNumeric(dst, 0, value[uint64](c, row), false, 0), nil
	case kDecimal, kHugeint:
		hi, lo, negative := value[int128](c, row).abs()
		return appendNumeric(dst, hi, lo, negative, int(c.scale)), nil
	case kUhugeint:
		v := value[int128](c, row)
		return appendNumeric(dst, uint64(v.hi), v.lo, false, 0), nil
	case kBytea:
		return append(dst, c.bytes(row)...), nil
	case kUUID:
		u := value[[16]byte](c, row)
		return append(dst, u[:]...), nil
	case kDate:
		days, err := binaryDate(value[int32](c, row))
		if err != nil {
			return dst, err
		}
		return be.AppendUint32(dst, uint32(days)), nil
	case kTimeMicro:
		return be.AppendUint64(dst, value[uint64](c, row)), nil
	case kTimeNano:
		v := value[int64](c, row)
		if v%1000 != 0 {
			return dst, errNanos("time")
		}
		return be.AppendUint64(dst, uint64(v/1000)), nil
	case kTimeTZ:
		micros, offset := timeTZ(value[uint64](c, row))
		// timetz_send counts the zone in seconds west.
		return be.AppendUint32(be.AppendUint64(dst, uint64(micros)), uint32(int32(-offset))), nil
	case kTimestampS, kTimestampMS, kTimestampUS, kTimestampNS, kTimestampTZ:
		us, err := c.micros(row)
		if err == nil {
			us, err = binaryMicros(us)
		}
		if err != nil {
			return dst, err
		}
		return be.AppendUint64(dst, uint64(us)), nil
	case kInterval:
		v := value[arrow.MonthDayNanoInterval](c, row)
		dst = be.AppendUint64(dst, uint64(v.Nanoseconds/1000))
		dst = be.AppendUint32(dst, uint32(v.Days))
		return be.AppendUint32(dst, uint32(v.Months)), nil
	case kBit:
		return appendBinaryBits(dst, c.bytes(row)), nil
	case kList, kFixedList, kInt2Vector, kOIDVector:
		return c.appendBinaryArray(dst, row, s)
	}
	return c.AppendText(dst, row, s)
}

// appendBinaryBits writes what varbit_send does: int32 number of bits, then the bits, the padding at the end. DuckDB's
// padding is at the beginning.
func appendBinaryBits(dst, b []byte) []byte {
	if len(b) < 1 {
		return be.AppendUint32(dst, 0)
	}
	pad, n := int(b[0]), (len(b)-1)*8-int(b[0])
	dst = be.AppendUint32(dst, uint32(n))
	for i := range (n + 7) / 8 {
		v := b[1+i] << pad
		if pad > 0 && i+2 < len(b) {
			v |= b[2+i] >> (8 - pad)
		}
		dst = append(dst, v)
	}
	return dst
}

func binaryDate(days int32) (int32, error) {
	switch {
	case days == infDate:
		return math.MaxInt32, nil
	case days == -infDate:
		return math.MinInt32, nil
	case days <= math.MinInt32+epochDays:
		return 0, pgerror.New(pgerror.DatetimeFieldOverflow, "date out of range")
	}
	return days - epochDays, nil
}

func binaryMicros(us int64) (int64, error) {
	switch {
	case us == infMicros:
		return math.MaxInt64, nil
	case us == -infMicros:
		return math.MinInt64, nil
	case us <= math.MinInt64+epochMicros:
		return 0, pgerror.New(pgerror.DatetimeFieldOverflow, "timestamp out of range")
	}
	return us - epochMicros, nil
}
