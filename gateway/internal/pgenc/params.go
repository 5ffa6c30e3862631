package pgenc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Params turns a Bind's values into the one-row record batch that a worker binds, and the DuckDB type that each $n is
// cast to ("": none). oids are the parameters' types, OIDUnspecified for one that is not known: it is text.
//
// Numbers, booleans and bytea are read here, strictly as PostgreSQL reads them (DuckDB would round '1.7' to an integer);
// the text of dates, times, intervals and uuids is DuckDB's to read, behind the cast. The caller releases the batch.
func Params(values [][]byte, codes []int16, oids []OID) (arrow.RecordBatch, []string, error) {
	formats, err := paramFormats(codes, len(values))
	if err != nil {
		return nil, nil, err
	}
	if len(values) != len(oids) {
		return nil, nil, pgerror.Newf(pgerror.ProtocolViolation, "bind message supplies %d parameters, but the statement requires %d", len(values), len(oids))
	}
	fields, cols, casts := make([]arrow.Field, len(values)), make([]arrow.Array, len(values)), make([]string, len(values))
	defer func() {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, v := range values {
		p := param{n: i + 1, oid: oids[i], format: formats[i], value: v}
		casts[i] = DuckType(p.oid)
		if element, ok := elementOIDs[p.oid]; ok && v != nil {
			cols[i], casts[i], err = p.readArray(element)
		} else {
			cols[i], err = p.read()
		}
		if err != nil {
			return nil, nil, err
		}
		if d, ok := cols[i].DataType().(*arrow.Decimal128Type); ok {
			casts[i] = decimalName(d)
		}
		fields[i] = arrow.Field{Name: "$" + strconv.Itoa(i+1), Type: cols[i].DataType(), Nullable: true}
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), cols, 1), casts, nil
}

func paramFormats(codes []int16, n int) ([]Format, error) {
	if len(codes) > 1 && len(codes) != n {
		return nil, pgerror.Newf(pgerror.ProtocolViolation, "bind message has %d parameter formats but %d parameters", len(codes), n)
	}
	return Formats(codes, n)
}

// param is one value of a Bind.
type param struct {
	n      int
	oid    OID
	format Format
	value  []byte // nil: NULL
}

// read returns the value as an array of one element.
func (p *param) read() (arrow.Array, error) {
	if p.value == nil {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendNull()
		return b.NewArray(), nil
	}
	if p.format == Text {
		return p.readText()
	}
	return p.readBinary()
}

func (p *param) readText() (arrow.Array, error) {
	s := text(p.value)
	if err := checkText(s); err != nil {
		return nil, err
	}
	trimmed := strings.TrimSpace(s)
	switch p.oid {
	case OIDBool:
		v, ok := parseBool(trimmed)
		if !ok {
			return nil, errSyntax("boolean", s)
		}
		return boolArray(v), nil
	case OIDInt2, OIDInt4, OIDInt8, OIDOid:
		size, name := intSize(p.oid)
		v, err := strconv.ParseInt(trimmed, 10, size)
		if err != nil {
			return nil, numberError(err, name, s)
		}
		return intArray(v, size), nil
	case OIDFloat4, OIDFloat8:
		v, err := parseFloat(trimmed, p.oid)
		if err != nil {
			return nil, err
		}
		if p.oid == OIDFloat4 {
			return floatArray(v, 32), nil
		}
		return floatArray(v, 64), nil
	case OIDNumeric:
		v, scale, err := parseNumeric(trimmed)
		if err != nil {
			return nil, err
		}
		return decimalArray(v, scale), nil
	case OIDBytea:
		v, err := parseBytea(s)
		if err != nil {
			return nil, err
		}
		return bytesArray(v), nil
	case OIDDate, OIDTimestamp, OIDTimestampTZ:
		return stringArray(sqltext.Era(s)), nil
	case OIDInterval:
		if !strings.ContainsAny(s, "0123456789") {
			return nil, pgerror.Newf(pgerror.InvalidDatetimeFormat, "invalid input syntax for type interval: %q", s)
		}
		if months, days, micros, ok := parseInterval(s); ok {
			return intervalArray(micros, days, months)
		}
	}
	return stringArray(s), nil
}

// readBinary reads what PostgreSQL's receive functions take.
func (p *param) readBinary() (arrow.Array, error) {
	v := p.value
	if want, ok := sizes[p.oid]; ok && len(v) < int(want) {
		return nil, pgerror.New(pgerror.ProtocolViolation, "insufficient data left in message")
	} else if ok && len(v) > int(want) {
		return nil, pgerror.Newf(pgerror.InvalidBinaryRepresentation, "incorrect binary data format in bind parameter %d", p.n)
	}
	switch p.oid {
	case OIDBool:
		return boolArray(v[0] != 0), nil
	case OIDInt2:
		return intArray(int64(int16(be.Uint16(v))), 16), nil
	case OIDInt4:
		return intArray(int64(int32(be.Uint32(v))), 32), nil
	case OIDInt8:
		return intArray(int64(be.Uint64(v)), 64), nil
	case OIDOid:
		return intArray(int64(be.Uint32(v)), 64), nil
	case OIDFloat4:
		return floatArray(float64(math.Float32frombits(be.Uint32(v))), 32), nil
	case OIDFloat8:
		return floatArray(math.Float64frombits(be.Uint64(v)), 64), nil
	case OIDNumeric:
		d, scale, err := decodeNumeric(v)
		if err != nil {
			return nil, err
		}
		return decimalArray(d, scale), nil
	case OIDBytea:
		return bytesArray(v), nil
	case OIDDate:
		return dateArray(int32(be.Uint32(v)))
	case OIDTime:
		return timeArray(int64(be.Uint64(v)))
	case OIDTimestamp, OIDTimestampTZ:
		return timestampArray(int64(be.Uint64(v)), p.oid == OIDTimestampTZ)
	case OIDInterval:
		return intervalArray(int64(be.Uint64(v)), int32(be.Uint32(v[8:])), int32(be.Uint32(v[12:])))
	case OIDUUID:
		return uuidArray(v), nil
	case OIDTimeTZ:
		return timeTZText(int64(be.Uint64(v)), -int32(be.Uint32(v[8:])))
	case OIDVarbit:
		return bitsText(v)
	case OIDJSONB:
		if len(v) == 0 || v[0] != 1 {
			return nil, pgerror.New(pgerror.FeatureNotSupported, "unsupported jsonb version number")
		}
		if err := checkText(text(v[1:])); err != nil {
			return nil, err
		}
		return stringArray(text(v[1:])), nil
	case OIDText, OIDChar, OIDName, OIDVarchar, OIDBPChar, OIDUnspecified, OIDUnknown, OIDJSON:
		if err := checkText(text(v)); err != nil {
			return nil, err
		}
		return stringArray(text(v)), nil
	}
	return nil, pgerror.Newf(pgerror.FeatureNotSupported, "no binary input for the type with OID %d of parameter %d", p.oid, p.n).
		WithHint("Send the parameter as text.")
}

// checkText refuses what is no text: a NUL byte, bytes that are not UTF-8.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return pgerror.New(pgerror.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	if !utf8.ValidString(s) {
		return pgerror.New(pgerror.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8"`)
	}
	return nil
}

func errSyntax(typ, s string) error {
	return pgerror.Newf(pgerror.InvalidTextRepresentation, "invalid input syntax for type %s: %q", typ, s)
}

func numberError(err error, typ, s string) error {
	if errors.Is(err, strconv.ErrRange) {
		return pgerror.Newf(pgerror.NumericValueOutOfRange, "value %q is out of range for type %s", s, typ)
	}
	return errSyntax(typ, s)
}

func intSize(oid OID) (bits int, name string) {
	switch oid {
	case OIDInt2:
		return 16, "smallint"
	case OIDInt4:
		return 32, "integer"
	}
	return 64, "bigint"
}

// parseFloat reads a float4 or float8 as PostgreSQL does: no hexadecimal digits, no underscores.
func parseFloat(s string, oid OID) (float64, error) {
	bits, name := 64, "double precision"
	if oid == OIDFloat4 {
		bits, name = 32, "real"
	}
	if strings.ContainsAny(s, "xXpP_") {
		return 0, errSyntax(name, s)
	}
	v, err := strconv.ParseFloat(s, bits)
	if err != nil {
		return 0, numberError(err, name, s)
	}
	if math.IsNaN(v) { // as PostgreSQL has it, which shows in binary
		v = math.Float64frombits(0x7ff8 << 48)
	}
	return v, nil
}

// parseBool takes what boolin takes: unique prefixes of true, false, yes, no, and on, off, 1, 0.
func parseBool(s string) (v, ok bool) {
	s = strings.ToLower(s)
	switch {
	case s == "":
		return false, false
	case s == "1", s == "on", strings.HasPrefix("true", s), strings.HasPrefix("yes", s):
		return true, true
	case s == "0", s == "off", s == "of", strings.HasPrefix("false", s), strings.HasPrefix("no", s):
		return false, true
	}
	return false, false
}

// parseBytea reads both of PostgreSQL's forms: \x and hex digits, or text with \\ and \ooo escapes.
func parseBytea(s string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(s, `\x`); ok {
		b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
		if err != nil {
			return nil, pgerror.New(pgerror.InvalidParameterValue, "invalid hexadecimal data")
		}
		return b, nil
	}
	var out bytes.Buffer
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '\\':
			out.WriteByte('\\')
			i++
		default:
			if i+3 >= len(s) {
				return nil, errSyntax("bytea", s)
			}
			v, err := strconv.ParseUint(s[i+1:i+4], 8, 8)
			if err != nil {
				return nil, errSyntax("bytea", s)
			}
			out.WriteByte(byte(v))
			i += 3
		}
	}
	return out.Bytes(), nil
}

// build makes an array of the one value that add appends.
func build[B array.Builder](b B, add func(B)) arrow.Array {
	defer b.Release()
	add(b)
	return b.NewArray()
}

func boolArray(v bool) arrow.Array {
	return build(array.NewBooleanBuilder(memory.DefaultAllocator), func(b *array.BooleanBuilder) { b.Append(v) })
}

func intArray(v int64, bits int) arrow.Array {
	switch bits {
	case 16:
		return build(array.NewInt16Builder(memory.DefaultAllocator), func(b *array.Int16Builder) { b.Append(int16(v)) })
	case 32:
		return build(array.NewInt32Builder(memory.DefaultAllocator), func(b *array.Int32Builder) { b.Append(int32(v)) })
	}
	return build(array.NewInt64Builder(memory.DefaultAllocator), func(b *array.Int64Builder) { b.Append(v) })
}

func floatArray(v float64, bits int) arrow.Array {
	if bits == 32 {
		return build(array.NewFloat32Builder(memory.DefaultAllocator), func(b *array.Float32Builder) { b.Append(float32(v)) })
	}
	return build(array.NewFloat64Builder(memory.DefaultAllocator), func(b *array.Float64Builder) { b.Append(v) })
}

// decimalArray has the value's own precision, so that arithmetic on it in DuckDB has digits to spare.
func decimalArray(v decimal128.Num, scale int32) arrow.Array {
	precision := max(int32(len(v.Abs().BigInt().String())), scale+1)
	if precision > maxPrecision {
		precision = maxPrecision
	}
	t := &arrow.Decimal128Type{Precision: precision, Scale: scale}
	return build(array.NewDecimal128Builder(memory.DefaultAllocator, t), func(b *array.Decimal128Builder) { b.Append(v) })
}

func stringArray(v string) arrow.Array {
	return build(array.NewStringBuilder(memory.DefaultAllocator), func(b *array.StringBuilder) { b.Append(v) })
}

func bytesArray(v []byte) arrow.Array {
	return build(array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary), func(b *array.BinaryBuilder) { b.Append(v) })
}

func uuidArray(v []byte) arrow.Array {
	t := &arrow.FixedSizeBinaryType{ByteWidth: 16}
	return build(array.NewFixedSizeBinaryBuilder(memory.DefaultAllocator, t), func(b *array.FixedSizeBinaryBuilder) { b.Append(v) })
}

func dateArray(days int32) (arrow.Array, error) {
	v := int64(days) + epochDays
	switch {
	case days == math.MaxInt32:
		v = infDate
	case days == math.MinInt32:
		v = -infDate
	case v >= infDate:
		return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "date out of range")
	}
	return build(array.NewDate32Builder(memory.DefaultAllocator), func(b *array.Date32Builder) { b.Append(arrow.Date32(v)) }), nil
}

func timeArray(micros int64) (arrow.Array, error) {
	if micros < 0 || micros > dayMicros {
		return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "time out of range")
	}
	t := &arrow.Time64Type{Unit: arrow.Microsecond}
	return build(array.NewTime64Builder(memory.DefaultAllocator, t), func(b *array.Time64Builder) { b.Append(arrow.Time64(micros)) }), nil
}

func timestampArray(micros int64, tz bool) (arrow.Array, error) {
	v := micros + epochMicros
	switch {
	case micros == math.MaxInt64:
		v = infMicros
	case micros == math.MinInt64:
		v = -infMicros
	case v < micros || v == infMicros:
		return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "timestamp out of range")
	}
	t := &arrow.TimestampType{Unit: arrow.Microsecond}
	if tz {
		t.TimeZone = "UTC"
	}
	return build(array.NewTimestampBuilder(memory.DefaultAllocator, t), func(b *array.TimestampBuilder) { b.Append(arrow.Timestamp(v)) }), nil
}

// timeTZText is a timetz as text, for DuckDB to read: it can't be bound with a zone. offset is in seconds east.
func timeTZText(micros int64, offset int32) (arrow.Array, error) {
	const most = 16 * 3600 // PostgreSQL's; DuckDB's is 15:59:59 as well
	switch {
	case micros < 0 || micros > dayMicros:
		return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "time out of range")
	case offset <= -most || offset >= most:
		return nil, pgerror.New(pgerror.InvalidTimeZoneDisplacementValue, "time zone displacement out of range")
	}
	return stringArray(string(appendOffset(appendTime(nil, micros), int(offset)))), nil
}

// bitsText is a varbit's binary form as text; see appendBinaryBits.
func bitsText(v []byte) (arrow.Array, error) {
	if len(v) < 4 {
		return nil, pgerror.New(pgerror.ProtocolViolation, "insufficient data left in message")
	}
	n := int64(int32(be.Uint32(v)))
	if n < 0 || (n+7)/8 != int64(len(v)-4) {
		return nil, pgerror.New(pgerror.InvalidBinaryRepresentation, "invalid length in external bit string")
	}
	out := make([]byte, n)
	for i := range out {
		out[i] = '0' + v[4+i/8]>>(7-i%8)&1
	}
	return stringArray(string(out)), nil
}

func intervalArray(micros int64, days, months int32) (arrow.Array, error) {
	if micros > math.MaxInt64/1000 || micros < math.MinInt64/1000 {
		return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "interval out of range")
	}
	v := arrow.MonthDayNanoInterval{Months: months, Days: days, Nanoseconds: micros * 1000}
	return build(array.NewMonthDayNanoIntervalBuilder(memory.DefaultAllocator), func(b *array.MonthDayNanoIntervalBuilder) { b.Append(v) }), nil
}
