package pgenc

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/internal/pgerror"
)

// ArrowParams makes the one-row record batch that a worker binds of a row of Arrow values, and the casts behind it: to the
// types of oids, where they are known. A value keeps its own type where the statement does not say what it wants (text), and a
// number for a numeric keeps its digits. The caller releases the batch.
func ArrowParams(rec arrow.RecordBatch, row int, oids []OID) (arrow.RecordBatch, []string, error) {
	n := int(rec.NumCols())
	if n != len(oids) {
		return nil, nil, pgerror.Newf(pgerror.ProtocolViolation, "%d parameters are given, but the statement requires %d", n, len(oids))
	}
	fields, cols, casts := make([]arrow.Field, n), make([]arrow.Array, n), make([]string, n)
	defer func() {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, c := range rec.Columns() {
		var err error
		if cols[i], err = bindable(c, row); err != nil {
			return nil, nil, err
		}
		fields[i] = arrow.Field{Name: "$" + strconv.Itoa(i+1), Type: cols[i].DataType(), Nullable: true}
		casts[i] = ArrowCast(cols[i].DataType(), oids[i])
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), cols, 1), casts, nil
}

// ArrowCast returns the DuckDB type that a value of an Arrow type is cast to for a parameter; "": none.
func ArrowCast(t arrow.DataType, oid OID) string {
	if d, ok := t.(*arrow.Decimal128Type); ok {
		return decimalName(d)
	}
	if oid == OIDNumeric || oid == OIDText || oid == OIDVarchar {
		return ""
	}
	return DuckType(oid)
}

// bindable returns a value as an array of one of the types that workers bind.
func bindable(a arrow.Array, row int) (arrow.Array, error) {
	if _, null := a.(*array.Null); null || a.IsNull(row) {
		return build(array.NewStringBuilder(memory.DefaultAllocator), func(b *array.StringBuilder) { b.AppendNull() }), nil
	}
	switch a := a.(type) {
	case *array.Int8:
		return int64Param(int64(a.Value(row))), nil
	case *array.Uint8:
		return int64Param(int64(a.Value(row))), nil
	case *array.Uint16:
		return int64Param(int64(a.Value(row))), nil
	case *array.Uint32:
		return int64Param(int64(a.Value(row))), nil
	case *array.Uint64:
		if v := a.Value(row); v > math.MaxInt64 {
			return build(array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 20}), func(b *array.Decimal128Builder) {
				b.Append(decimal128.FromU64(v))
			}), nil
		}
		return int64Param(int64(a.Value(row))), nil
	case *array.Float16:
		return build(array.NewFloat32Builder(memory.DefaultAllocator), func(b *array.Float32Builder) { b.Append(a.Value(row).Float32()) }), nil
	case *array.LargeString:
		return textParam(a.Value(row)), nil
	case *array.StringView:
		return textParam(a.Value(row)), nil
	case *array.LargeBinary:
		return binaryParam(a.Value(row)), nil
	case *array.BinaryView:
		return binaryParam(a.Value(row)), nil
	case *array.FixedSizeBinary:
		if a.DataType().(*arrow.FixedSizeBinaryType).ByteWidth != 16 {
			return binaryParam(a.Value(row)), nil
		}
	case *array.Date64:
		return build(array.NewDate32Builder(memory.DefaultAllocator), func(b *array.Date32Builder) {
			b.Append(arrow.Date32FromTime(a.Value(row).ToTime()))
		}), nil
	case *array.Time32:
		unit := a.DataType().(*arrow.Time32Type).Unit
		return timeParam(int64(a.Value(row)) * int64(unit.Multiplier()) / 1000), nil
	case *array.Time64:
		if a.DataType().(*arrow.Time64Type).Unit == arrow.Nanosecond {
			if a.Value(row)%1000 != 0 {
				return nil, errFinerThanMicroseconds
			}
			return timeParam(int64(a.Value(row)) / 1000), nil
		}
	case *array.Timestamp:
		return timestampParam(a, row)
	case *array.Duration:
		unit := int64(a.DataType().(*arrow.DurationType).Unit.Multiplier())
		v := int64(a.Value(row))
		if v > math.MaxInt64/unit || v < math.MinInt64/unit {
			return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "a duration is out of range")
		}
		return build(array.NewMonthDayNanoIntervalBuilder(memory.DefaultAllocator), func(b *array.MonthDayNanoIntervalBuilder) {
			b.Append(arrow.MonthDayNanoInterval{Nanoseconds: v * unit})
		}), nil
	case *array.Dictionary:
		return bindable(a.Dictionary(), a.GetValueIndex(row))
	case *array.DenseUnion: // by which clients say of what type each value is
		return bindable(a.Field(a.ChildID(row)), int(a.ValueOffset(row)))
	case *array.SparseUnion:
		return bindable(a.Field(a.ChildID(row)), row)
	}
	return array.NewSlice(a, int64(row), int64(row)+1), nil
}

var errFinerThanMicroseconds = pgerror.New(pgerror.FeatureNotSupported, "a parameter has more digits than microseconds")

func int64Param(v int64) arrow.Array {
	return build(array.NewInt64Builder(memory.DefaultAllocator), func(b *array.Int64Builder) { b.Append(v) })
}

func textParam(s string) arrow.Array {
	return build(array.NewStringBuilder(memory.DefaultAllocator), func(b *array.StringBuilder) { b.Append(s) })
}

func binaryParam(v []byte) arrow.Array {
	return build(array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary), func(b *array.BinaryBuilder) { b.Append(v) })
}

func timeParam(micros int64) arrow.Array {
	return build(array.NewTime64Builder(memory.DefaultAllocator, &arrow.Time64Type{Unit: arrow.Microsecond}), func(b *array.Time64Builder) {
		b.Append(arrow.Time64(micros))
	})
}

func timestampParam(a *array.Timestamp, row int) (arrow.Array, error) {
	t := a.DataType().(*arrow.TimestampType)
	v := int64(a.Value(row))
	switch t.Unit {
	case arrow.Microsecond:
	case arrow.Nanosecond:
		if v%1000 != 0 {
			return nil, errFinerThanMicroseconds
		}
		v /= 1000
	default:
		factor := int64(t.Unit.Multiplier()) / 1000
		if v > math.MaxInt64/factor || v < math.MinInt64/factor {
			return nil, pgerror.New(pgerror.DatetimeFieldOverflow, "a timestamp is out of range")
		}
		v *= factor
	}
	to := &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: t.TimeZone}
	return build(array.NewTimestampBuilder(memory.DefaultAllocator, to), func(b *array.TimestampBuilder) { b.Append(arrow.Timestamp(v)) }), nil
}

// ArrowType returns the type that a client is to give a parameter of this OID: always a concrete one.
func ArrowType(oid OID) arrow.DataType {
	if element, ok := elementOIDs[oid]; ok {
		return arrow.ListOf(ArrowType(element))
	}
	switch oid {
	case OIDBool:
		return arrow.FixedWidthTypes.Boolean
	case OIDBytea:
		return arrow.BinaryTypes.Binary
	case OIDInt2:
		return arrow.PrimitiveTypes.Int16
	case OIDInt4:
		return arrow.PrimitiveTypes.Int32
	case OIDInt8, OIDOid:
		return arrow.PrimitiveTypes.Int64
	case OIDFloat4:
		return arrow.PrimitiveTypes.Float32
	case OIDFloat8:
		return arrow.PrimitiveTypes.Float64
	case OIDNumeric:
		return &arrow.Decimal128Type{Precision: 38, Scale: 9}
	case OIDDate:
		return arrow.FixedWidthTypes.Date32
	case OIDTime:
		return arrow.FixedWidthTypes.Time64us
	case OIDTimestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case OIDTimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.BinaryTypes.String
}
