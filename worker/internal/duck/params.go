package duck

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Bind gives the parameters $1, $2 … the columns' values of row, a record batch of one row: real binds, never text put
// into the statement. Arrow types that DuckDB has no value for are refused (0A000).
func (p *Prepared) Bind(row arrow.RecordBatch) error {
	want := int(bindings.NParams(p.ps))
	got := 0
	if row != nil {
		got = int(row.NumCols())
		if row.NumRows() != 1 {
			return pgerror.New(pgerror.ProtocolViolation, "parameters must be one row")
		}
	}
	if got != want {
		return pgerror.Newf(pgerror.ProtocolViolation, "the statement has %d parameters, %d were given", want, got)
	}
	for i := range want {
		if err := p.bind(bindings.IdxT(i+1), row.Column(i)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Prepared) bind(i bindings.IdxT, col arrow.Array) error {
	v, err := valueOf(col, 0)
	if err != nil {
		return err
	}
	defer bindings.DestroyValue(&v)
	if bindings.BindValue(p.ps, i, v) == bindings.StateError {
		return errorFrom(bindings.PrepareError(p.ps))
	}
	return nil
}

// valueOf returns element i of an array, which the caller destroys.
func valueOf(a arrow.Array, i int) (bindings.Value, error) {
	if a.IsNull(i) {
		return bindings.CreateNullValue(), nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		return bindings.CreateBool(a.Value(i)), nil
	case *array.Int16:
		return bindings.CreateInt16(a.Value(i)), nil
	case *array.Int32:
		return bindings.CreateInt32(a.Value(i)), nil
	case *array.Int64:
		return bindings.CreateInt64(a.Value(i)), nil
	case *array.Float32:
		return bindings.CreateFloat(a.Value(i)), nil
	case *array.Float64:
		return bindings.CreateDouble(a.Value(i)), nil
	case *array.String:
		s := a.Value(i)
		return bindings.CreateVarcharLength(s, bindings.IdxT(len(s))), nil
	case *array.Binary:
		return bindings.CreateBlob(a.Value(i)), nil
	case *array.Decimal128:
		t := a.DataType().(*arrow.Decimal128Type)
		v := a.Value(i)
		return bindings.CreateDecimal(bindings.NewDecimal(uint8(t.Precision), uint8(t.Scale), bindings.NewHugeInt(v.LowBits(), v.HighBits()))), nil
	case *array.Date32:
		return bindings.CreateDate(bindings.NewDate(int32(a.Value(i)))), nil
	case *array.Time64:
		return bindings.CreateTime(bindings.NewTime(int64(a.Value(i)))), nil
	case *array.Timestamp:
		ts := bindings.NewTimestamp(int64(a.Value(i)))
		if a.DataType().(*arrow.TimestampType).TimeZone != "" {
			return bindings.CreateTimestampTZ(ts), nil
		}
		return bindings.CreateTimestamp(ts), nil
	case *array.MonthDayNanoInterval:
		v := a.Value(i)
		return bindings.CreateInterval(bindings.NewInterval(v.Months, v.Days, v.Nanoseconds/1000)), nil
	case *array.FixedSizeBinary:
		if a.DataType().(*arrow.FixedSizeBinaryType).ByteWidth == 16 {
			return bindings.CreateUUID(uhugeFromBytes(a.Value(i))), nil
		}
	case *array.List:
		return listOf(a, i)
	}
	return bindings.Value{}, errParameterType(a)
}

// listOf returns a list's cell. Its elements' type is DuckDB's own word for theirs: NULLs and empty lists have none.
func listOf(a *array.List, i int) (bindings.Value, error) {
	t, err := logicalType(a.DataType().(*arrow.ListType).Elem())
	if err != nil {
		return bindings.Value{}, err
	}
	defer bindings.DestroyLogicalType(&t)
	from, to := a.ValueOffsets(i)
	values := make([]bindings.Value, 0, to-from)
	defer func() {
		for i := range values {
			bindings.DestroyValue(&values[i])
		}
	}()
	for j := from; j < to; j++ {
		v, err := valueOf(a.ListValues(), int(j))
		if err != nil {
			return bindings.Value{}, err
		}
		values = append(values, v)
	}
	return bindings.CreateListValue(t, values), nil
}

// parameterTypes are DuckDB's types of the Arrow types that a list may have in it.
var parameterTypes = map[arrow.Type]bindings.Type{
	arrow.BOOL: bindings.TypeBoolean, arrow.INT16: bindings.TypeSmallInt, arrow.INT32: bindings.TypeInteger, arrow.INT64: bindings.TypeBigInt,
	arrow.FLOAT32: bindings.TypeFloat, arrow.FLOAT64: bindings.TypeDouble, arrow.STRING: bindings.TypeVarchar, arrow.BINARY: bindings.TypeBlob,
	arrow.DATE32: bindings.TypeDate, arrow.TIME64: bindings.TypeTime, arrow.INTERVAL_MONTH_DAY_NANO: bindings.TypeInterval,
	arrow.FIXED_SIZE_BINARY: bindings.TypeUUID,
}

func logicalType(t arrow.DataType) (bindings.LogicalType, error) {
	switch t := t.(type) {
	case *arrow.Decimal128Type:
		return bindings.CreateDecimalType(uint8(t.Precision), uint8(t.Scale)), nil
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return bindings.CreateLogicalType(bindings.TypeTimestampTZ), nil
		}
		return bindings.CreateLogicalType(bindings.TypeTimestamp), nil
	case *arrow.ListType:
		child, err := logicalType(t.Elem())
		if err != nil {
			return child, err
		}
		defer bindings.DestroyLogicalType(&child)
		return bindings.CreateListType(child), nil
	}
	if id, ok := parameterTypes[t.ID()]; ok {
		return bindings.CreateLogicalType(id), nil
	}
	return bindings.LogicalType{}, pgerror.Newf(pgerror.FeatureNotSupported, "a parameter of type list<%s> cannot be bound", t)
}

func errParameterType(col arrow.Array) error {
	return pgerror.Newf(pgerror.FeatureNotSupported, "a parameter of type %s cannot be bound", col.DataType())
}

// uhugeFromBytes reads 16 bytes, most significant first.
func uhugeFromBytes(b []byte) bindings.UHugeInt {
	var hi, lo uint64
	for i := range 8 {
		hi, lo = hi<<8|uint64(b[i]), lo<<8|uint64(b[8+i])
	}
	return bindings.NewUHugeInt(lo, hi)
}
