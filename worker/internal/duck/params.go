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
	var st bindings.State
	if col.IsNull(0) {
		st = bindings.BindNull(p.ps, i)
	} else {
		switch a := col.(type) {
		case *array.Boolean:
			st = bindings.BindBoolean(p.ps, i, a.Value(0))
		case *array.Int16:
			st = bindings.BindInt16(p.ps, i, a.Value(0))
		case *array.Int32:
			st = bindings.BindInt32(p.ps, i, a.Value(0))
		case *array.Int64:
			st = bindings.BindInt64(p.ps, i, a.Value(0))
		case *array.Float32:
			st = bindings.BindFloat(p.ps, i, a.Value(0))
		case *array.Float64:
			st = bindings.BindDouble(p.ps, i, a.Value(0))
		case *array.String:
			s := a.Value(0)
			st = bindings.BindVarcharLength(p.ps, i, s, bindings.IdxT(len(s)))
		case *array.Binary:
			st = bindings.BindBlob(p.ps, i, a.Value(0))
		case *array.Decimal128:
			t := a.DataType().(*arrow.Decimal128Type)
			v := a.Value(0)
			st = bindings.BindDecimal(p.ps, i, bindings.NewDecimal(uint8(t.Precision), uint8(t.Scale), bindings.NewHugeInt(v.LowBits(), v.HighBits())))
		case *array.Date32:
			st = bindings.BindDate(p.ps, i, bindings.NewDate(int32(a.Value(0))))
		case *array.Time64:
			st = bindings.BindTime(p.ps, i, bindings.NewTime(int64(a.Value(0))))
		case *array.Timestamp:
			ts := bindings.NewTimestamp(int64(a.Value(0)))
			if a.DataType().(*arrow.TimestampType).TimeZone != "" {
				st = bindings.BindTimestampTZ(p.ps, i, ts)
			} else {
				st = bindings.BindTimestamp(p.ps, i, ts)
			}
		case *array.MonthDayNanoInterval:
			v := a.Value(0)
			st = bindings.BindInterval(p.ps, i, bindings.NewInterval(v.Months, v.Days, v.Nanoseconds/1000))
		case *array.FixedSizeBinary:
			if a.DataType().(*arrow.FixedSizeBinaryType).ByteWidth != 16 {
				return errParameterType(col)
			}
			v := bindings.CreateUUID(uhugeFromBytes(a.Value(0)))
			st = bindings.BindValue(p.ps, i, v)
			bindings.DestroyValue(&v)
		default:
			return errParameterType(col)
		}
	}
	if st == bindings.StateError {
		return errorFrom(bindings.PrepareError(p.ps))
	}
	return nil
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
