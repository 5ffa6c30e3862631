package pgenc

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/arrowpool"
	"github.com/angelerator/tavana/internal/pgerror"
)

// cell reads the values of one column of a COPY into a builder.
type cell struct {
	b array.Builder
	// text and binary append a value that is not NULL.
	text, binary func(v []byte) error
	// texts appends many values, as text does, but those that are not valid are NULL; valid nil: all are. It returns false
	// if one is no value of the column; how many have been appended is then open. nil: text is as good.
	texts func(values [][]byte, valid []bool) bool
	// cast is the DuckDB type to cast the column to; "": none.
	cast string
}

// take returns what was appended, and makes room for as much again.
func (c *cell) take() arrow.Array {
	a := c.b.NewArray()
	c.b.Reserve(a.Len())
	if b, ok := c.b.(*array.StringBuilder); ok {
		b.ReserveData(len(a.(*array.String).ValueBytes()))
	}
	return a
}

// block appends values as texts does.
func (c *cell) block(values [][]byte, valid []bool) bool {
	if c.texts != nil {
		return c.texts(values, valid)
	}
	for i, v := range values {
		if valid != nil && !valid[i] {
			c.b.AppendNull()
		} else if c.text(v) != nil {
			return false
		}
	}
	return true
}

// numbers reads texts by read, for add to append all at once.
func numbers[T any](read func([]byte) (T, error), add func([]T, []bool)) func(values [][]byte, valid []bool) bool {
	var list []T
	return func(values [][]byte, valid []bool) bool {
		list = slices.Grow(list[:0], len(values))[:len(values)]
		for i, v := range values {
			if valid != nil && !valid[i] {
				continue
			}
			n, err := read(v)
			if err != nil {
				return false
			}
			list[i] = n
		}
		add(list, valid)
		return true
	}
}

// newCell returns the cell for values of a column f of the table, in binary or as text.
func newCell(f arrow.Field, binary bool) *cell {
	return cellOn(array.NewBuilder(arrowpool.Pool, cellType(f, binary)), f, binary)
}

// cellType is the type in which the values of a column travel: its own, where they are read here, or text, which DuckDB
// reads.
func cellType(f arrow.Field, binary bool) arrow.DataType {
	switch k := kindOf(f); k {
	case kBool, kBool8:
		return arrow.FixedWidthTypes.Boolean
	case kInt8, kUint8, kInt16:
		return arrow.PrimitiveTypes.Int16
	case kUint16, kInt32:
		return arrow.PrimitiveTypes.Int32
	case kUint32, kInt64, kOID:
		return arrow.PrimitiveTypes.Int64
	case kFloat32:
		return arrow.PrimitiveTypes.Float32
	case kFloat64:
		return arrow.PrimitiveTypes.Float64
	case kDecimal:
		return f.Type
	case kUint64, kHugeint:
		return &arrow.Decimal128Type{Precision: maxPrecision}
	case kBytea:
		return arrow.BinaryTypes.Binary
	case kInterval:
		return arrow.FixedWidthTypes.MonthDayNanoInterval
	case kList, kInt2Vector, kOIDVector:
		return arrow.ListOf(cellType(f.Type.(*arrow.ListType).ElemField(), binary))
	case kFixedList:
		return arrow.ListOf(cellType(f.Type.(*arrow.FixedSizeListType).ElemField(), binary))
	default:
		switch {
		case binary && k == kDate:
			return arrow.FixedWidthTypes.Date32
		case binary && (k == kTimeMicro || k == kTimeNano):
			return arrow.FixedWidthTypes.Time64us
		case binary && k == kTimestampTZ:
			return arrow.FixedWidthTypes.Timestamp_us
		case binary && k.oid() == OIDTimestamp:
			return &arrow.TimestampType{Unit: arrow.Microsecond}
		}
		return arrow.BinaryTypes.String
	}
}

// cellOn returns the cell that appends to b, whose type is cellType's.
func cellOn(b array.Builder, f arrow.Field, binary bool) *cell {
	k := kindOf(f)
	switch b := b.(type) {
	case *array.BooleanBuilder:
		return boolCell(b)
	case *array.Int16Builder:
		return intCell[int16](b, OIDInt2)
	case *array.Int32Builder:
		return intCell[int32](b, OIDInt4)
	case *array.Int64Builder:
		return intCell[int64](b, OIDInt8)
	case *array.Float32Builder:
		return floatCell[float32](b, OIDFloat4)
	case *array.Float64Builder:
		return floatCell[float64](b, OIDFloat8)
	case *array.Decimal128Builder:
		return decimalCell(b)
	case *array.BinaryBuilder:
		return byteaCell(b)
	case *array.ListBuilder:
		return listCell(b, f, binary)
	case *array.StringBuilder:
		switch k {
		case kUUID:
			return uuidCell(b)
		case kDate, kTimestampS, kTimestampMS, kTimestampUS, kTimestampNS, kTimestampTZ, kTimeMicro, kTimeNano, kTimeTZ, kBit:
		default:
			return textCell(b)
		}
	}
	return generalCell(b, k.oid())
}

func textCell(b *array.StringBuilder) *cell {
	return &cell{
		b:     b,
		text:  func(v []byte) error { b.BinaryBuilder.Append(v); return nil },
		texts: func(values [][]byte, valid []bool) bool { b.BinaryBuilder.AppendValues(values, valid); return true },
		binary: func(v []byte) error {
			if err := checkText(text(v)); err != nil {
				return err
			}
			b.BinaryBuilder.Append(v)
			return nil
		},
	}
}

func uuidCell(b *array.StringBuilder) *cell {
	return &cell{
		b: b, cast: "UUID",
		text: func(v []byte) error { b.BinaryBuilder.Append(v); return nil },
		binary: func(v []byte) error {
			if err := checkSize(v, 16); err != nil {
				return err
			}
			b.BinaryBuilder.Append(appendUUID(nil, [16]byte(v)))
			return nil
		},
	}
}

func byteaCell(b *array.BinaryBuilder) *cell {
	return &cell{
		b: b,
		text: func(v []byte) error {
			out, err := parseBytea(text(v))
			if err == nil {
				b.Append(out)
			}
			return err
		},
		binary: func(v []byte) error { b.Append(v); return nil },
	}
}

func boolCell(b *array.BooleanBuilder) *cell {
	return &cell{
		b: b,
		text: func(v []byte) error {
			on, ok := parseBool(trim(v))
			if !ok {
				return errSyntax("boolean", string(v))
			}
			b.Append(on)
			return nil
		},
		binary: func(v []byte) error {
			if err := checkSize(v, 1); err != nil {
				return err
			}
			b.Append(v[0] != 0)
			return nil
		},
	}
}

func intCell[T int16 | int32 | int64](b interface {
	array.Builder
	Append(T)
	AppendValues([]T, []bool)
}, oid OID,
) *cell {
	bits, name := intSize(oid)
	read := func(v []byte) (T, error) {
		n, ok := quickInt(v)
		if !ok || int64(T(n)) != n {
			var err error
			if n, err = strconv.ParseInt(trim(v), 10, bits); err != nil {
				return 0, numberError(err, name, string(v))
			}
		}
		return T(n), nil
	}
	return &cell{
		b: b,
		text: func(v []byte) error {
			n, err := read(v)
			if err == nil {
				b.Append(n)
			}
			return err
		},
		texts: numbers(read, b.AppendValues),
		binary: func(v []byte) error {
			if err := checkSize(v, bits/8); err != nil {
				return err
			}
			switch bits {
			case 16:
				b.Append(T(int16(be.Uint16(v))))
			case 32:
				b.Append(T(int32(be.Uint32(v))))
			default:
				b.Append(T(be.Uint64(v)))
			}
			return nil
		},
	}
}

// quickInt reads a number of up to 18 digits.
func quickInt(v []byte) (n int64, ok bool) {
	digits := v
	if len(v) > 0 && v[0] == '-' {
		digits = v[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if len(digits) < len(v) {
		n = -n
	}
	return n, true
}

var powersOf10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func floatCell[T float32 | float64](b interface {
	array.Builder
	Append(T)
	AppendValues([]T, []bool)
}, oid OID,
) *cell {
	read := func(v []byte) (T, error) {
		// Up to 15 digits with few behind the point are exact: one division, as Clinger showed.
		if n, scale, ok := quickDecimal(v); ok && n > -1e15 && n < 1e15 && int(scale) < len(powersOf10) && oid == OIDFloat8 && v[0] != '-' {
			return T(float64(n) / powersOf10[scale]), nil
		}
		f, err := parseFloat(trim(v), oid)
		return T(f), err
	}
	return &cell{
		b: b,
		text: func(v []byte) error {
			f, err := read(v)
			if err == nil {
				b.Append(f)
			}
			return err
		},
		texts: numbers(read, b.AppendValues),
		binary: func(v []byte) error {
			if err := checkSize(v, int(sizes[oid])); err != nil {
				return err
			}
			if oid == OIDFloat4 {
				b.Append(T(math.Float32frombits(be.Uint32(v))))
			} else {
				b.Append(T(math.Float64frombits(be.Uint64(v))))
			}
			return nil
		},
	}
}

// decimalCell reads numerics into a column's type: rounded to its scale, half away from zero, as PostgreSQL does.
func decimalCell(b *array.Decimal128Builder) *cell {
	t := b.Type().(*arrow.Decimal128Type)
	add := func(v decimal128.Num, scale int32) error {
		if scale != t.Scale {
			var err error
			if v, err = rescale(v, scale, t.Scale); err != nil {
				return err
			}
		}
		if !v.FitsInPrecision(t.Precision) {
			return pgerror.New(pgerror.NumericValueOutOfRange, "numeric field overflow").
				WithDetail("A field with precision %d, scale %d cannot hold it.", t.Precision, t.Scale)
		}
		b.Append(v)
		return nil
	}
	return &cell{
		b: b,
		text: func(v []byte) error {
			if n, scale, ok := quickDecimal(v); ok {
				return add(decimal128.FromI64(n), scale)
			}
			n, scale, err := parseNumeric(trim(v))
			if err != nil {
				return err
			}
			return add(n, scale)
		},
		binary: func(v []byte) error {
			n, scale, err := decodeNumeric(v)
			if err != nil {
				return err
			}
			return add(n, scale)
		},
	}
}

// quickDecimal reads digits with at most one point, 18 digits in all.
func quickDecimal(v []byte) (n int64, scale int32, ok bool) {
	negative := len(v) > 0 && v[0] == '-'
	if negative {
		v = v[1:]
	}
	if len(v) == 0 || len(v) > 19 {
		return 0, 0, false
	}
	point, digits := -1, 0
	for i, c := range v {
		if c == '.' && point < 0 {
			point = i
			continue
		}
		c -= '0'
		if c > 9 {
			return 0, 0, false
		}
		n = n*10 + int64(c)
		digits++
	}
	if digits == 0 || digits > 18 {
		return 0, 0, false
	}
	if point >= 0 {
		scale = int32(len(v) - point - 1)
	}
	if negative {
		n = -n
	}
	return n, scale, true
}

// rescale returns v × 10^-from as a number of 10^-to.
func rescale(v decimal128.Num, from, to int32) (decimal128.Num, error) {
	if to >= from {
		out, err := v.Rescale(from, to)
		if err != nil {
			return v, pgerror.New(pgerror.NumericValueOutOfRange, "numeric field overflow")
		}
		return out, nil
	}
	return v.ReduceScaleBy(from-to, true), nil
}

// listCell reads arrays with as many dimensions as the column's lists are deep; an empty one has any.
func listCell(b *array.ListBuilder, f arrow.Field, binary bool) *cell {
	depth, inner := 0, array.Builder(b)
	for list, ok := inner.(*array.ListBuilder); ok; list, ok = inner.(*array.ListBuilder) {
		depth, inner = depth+1, list.ValueBuilder()
	}
	element := elementField(f)
	item := cellOn(inner, element, binary)
	c := &cell{b: b}
	if item.cast != "" {
		c.cast = item.cast + strings.Repeat("[]", depth)
	}
	oid := kindOf(element).oid()
	add := func(e elements, read func([]byte) error) error {
		if len(e.dims) != depth && len(e.dims) > 0 {
			return pgerror.Newf(pgerror.DataException, "the column takes arrays of %d dimensions, not %d", depth, len(e.dims))
		}
		return appendList(b, e, read)
	}
	c.text = func(v []byte) error {
		e, err := parseArray(string(v))
		if err != nil {
			return err
		}
		return add(e, item.text)
	}
	c.binary = func(v []byte) error {
		e, err := decodeArray(v, oid)
		if err != nil {
			return err
		}
		return add(e, item.binary)
	}
	return c
}

// appendList appends an array's elements to nested list builders.
func appendList(b *array.ListBuilder, e elements, read func([]byte) error) error {
	b.Append(true)
	if len(e.values) == 0 {
		return nil
	}
	if inner, ok := b.ValueBuilder().(*array.ListBuilder); ok {
		part := len(e.values) / e.dims[0]
		for i := range e.dims[0] {
			if err := appendList(inner, elements{e.values[i*part : (i+1)*part], e.dims[1:]}, read); err != nil {
				return err
			}
		}
		return nil
	}
	for _, v := range e.values {
		if v == nil {
			b.ValueBuilder().AppendNull()
		} else if err := read(v); err != nil {
			return err
		}
	}
	return nil
}

// generalCell reads any other type as a parameter is read, one value at a time.
func generalCell(b array.Builder, oid OID) *cell {
	read := func(format Format) func([]byte) error {
		return func(v []byte) error {
			p := param{n: 1, oid: oid, format: format, value: v}
			a, err := p.read()
			if err != nil {
				return err
			}
			defer a.Release()
			if !arrow.TypeEqual(a.DataType(), b.Type()) {
				return errSyntax(strings.ToLower(DuckType(oid)), string(v))
			}
			appendValue(b, a)
			return nil
		}
	}
	c := &cell{b: b, text: read(Text), binary: read(Binary)}
	if sb, ok := b.(*array.StringBuilder); ok {
		c.cast = DuckType(oid)
		switch oid {
		case OIDDate, OIDTimestamp, OIDTimestampTZ:
			c.text = func(v []byte) error { sb.Append(sqltext.Era(text(v))); return nil }
		default:
			c.text = func(v []byte) error { sb.BinaryBuilder.Append(v); return nil }
		}
	}
	return c
}

func checkSize(v []byte, want int) error {
	if len(v) != want {
		return pgerror.New(pgerror.InvalidBinaryRepresentation, "incorrect binary data format")
	}
	return nil
}

func trim(v []byte) string {
	for len(v) > 0 && isBlank(v[0]) {
		v = v[1:]
	}
	for len(v) > 0 && isBlank(v[len(v)-1]) {
		v = v[:len(v)-1]
	}
	return text(v)
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
