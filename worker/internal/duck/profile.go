package duck

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // where the machine has none

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/endian"

	"github.com/angelerator/tavana/internal/arrowpool"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/pgfunc"
)

// profile turns DuckDB's lossless types into those that Flight SQL's clients read. A value that does not fit is an error.
//
//	              rich                     compat
//	HUGEINT       decimal128(38, 0)        decimal128(38, 0)
//	TIMETZ, BIT   utf8                     utf8
//	BOOLEAN       bool                     bool
//	ENUM          dictionary of utf8       utf8
//	UUID, JSON    arrow.uuid, arrow.json   utf8
//	INTERVAL      month_day_nano           utf8, as PostgreSQL writes it
//	TIMESTAMPTZ   timestamp with a zone    timestamp: what clocks show in the session's zone
//
// Types inside lists, structs and maps are turned likewise.
type profile struct {
	schema *arrow.Schema
	// columns are what is to be done to each column; nil: nothing.
	columns []turn
}

// turn makes an array of another type. The caller keeps what it gave, and releases what it gets.
type turn func(arrow.Array) (arrow.Array, error)

// newProfile returns nil where the profile changes nothing of the schema.
func newProfile(p workerpb.Profile, s *arrow.Schema) *profile {
	if p == workerpb.Profile_PROFILE_LOSSLESS {
		return nil
	}
	out := &profile{columns: make([]turn, s.NumFields())}
	fields := slices.Clone(s.Fields())
	for i := range fields {
		fields[i], out.columns[i] = turnField(p, fields[i])
	}
	md := s.Metadata()
	out.schema = arrow.NewSchema(fields, &md)
	if !slices.ContainsFunc(out.columns, func(t turn) bool { return t != nil }) {
		return nil
	}
	return out
}

// apply releases rec and returns what the client gets.
func (p *profile) apply(rec arrow.RecordBatch) (arrow.RecordBatch, error) {
	defer rec.Release()
	cols := make([]arrow.Array, rec.NumCols())
	defer func() {
		for _, c := range cols {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, c := range rec.Columns() {
		if p.columns[i] == nil {
			c.Retain()
			cols[i] = c
			continue
		}
		var err error
		if cols[i], err = p.columns[i](c); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(p.schema, cols, rec.NumRows()), nil
}

const extensionName = "ARROW:extension:name"

// extensionOf returns the name of the field's extension type: "arrow.uuid", or DuckDB's own name of an opaque one.
func extensionOf(f arrow.Field) string {
	name, _ := f.Metadata.GetValue(extensionName)
	if name != "arrow.opaque" {
		return name
	}
	var opaque struct {
		TypeName string `json:"type_name"`
	}
	text, _ := f.Metadata.GetValue("ARROW:extension:metadata")
	_ = json.Unmarshal([]byte(text), &opaque)
	return opaque.TypeName
}

// turnField returns a field as the client gets it.
func turnField(p workerpb.Profile, f arrow.Field) (arrow.Field, turn) {
	compat := p == workerpb.Profile_PROFILE_COMPAT
	as := func(t arrow.DataType, how turn) (arrow.Field, turn) {
		return arrow.Field{Name: f.Name, Type: t, Nullable: f.Nullable}, how
	}
	text := func(write func(arrow.Array, int) string) (arrow.Field, turn) {
		return as(arrow.BinaryTypes.String, texts(write))
	}
	switch extensionOf(f) {
	case "hugeint":
		return as(wideDecimal, decimals(true))
	case "uhugeint":
		return as(wideDecimal, decimals(false))
	case "arrow.bool8":
		return as(arrow.FixedWidthTypes.Boolean, booleans)
	case "time_tz":
		return text(timeTZText)
	case "bit":
		return text(bitText)
	case "arrow.uuid":
		if compat {
			return text(uuidText)
		}
		return f, nil
	case "arrow.json":
		if compat {
			return as(f.Type, same)
		}
		return f, nil
	}
	switch t := f.Type.(type) {
	case *arrow.DictionaryType:
		if compat {
			return text(func(a arrow.Array, row int) string {
				d := a.(*array.Dictionary)
				return d.Dictionary().(*array.String).Value(d.GetValueIndex(row))
			})
		}
	case *arrow.MonthDayNanoIntervalType:
		if compat {
			return text(intervalText)
		}
	case *arrow.TimestampType:
		if compat && t.TimeZone != "" {
			return as(&arrow.TimestampType{Unit: t.Unit}, clocks(t.TimeZone))
		}
	case *arrow.ListType:
		if item, how := turnField(p, t.ElemField()); how != nil {
			f.Type = arrow.ListOfField(item)
			return f, nested(f.Type, how)
		}
	case *arrow.FixedSizeListType:
		if item, how := turnField(p, t.ElemField()); how != nil {
			f.Type = arrow.FixedSizeListOfField(t.Len(), item)
			return f, nested(f.Type, how)
		}
	case *arrow.MapType:
		key, keyTurn := turnField(p, t.KeyField())
		item, itemTurn := turnField(p, t.ItemField())
		if keyTurn != nil || itemTurn != nil {
			m := arrow.MapOfFields(key, item)
			m.KeysSorted = t.KeysSorted
			f.Type = m
			return f, nested(m, nested(m.Elem(), keyTurn, itemTurn))
		}
	case *arrow.StructType:
		fields, turns := slices.Clone(t.Fields()), make([]turn, t.NumFields())
		for i := range fields {
			fields[i], turns[i] = turnField(p, fields[i])
		}
		if slices.ContainsFunc(turns, func(t turn) bool { return t != nil }) {
			f.Type = arrow.StructOf(fields...)
			return f, nested(f.Type, turns...)
		}
	}
	return f, nil
}

// same keeps values whose field alone changes.
func same(a arrow.Array) (arrow.Array, error) {
	a.Retain()
	return a, nil
}

// nested turns the children of an array; nil: that child stays.
func nested(t arrow.DataType, children ...turn) turn {
	return func(a arrow.Array) (arrow.Array, error) {
		d := a.Data()
		made := make([]arrow.ArrayData, len(children))
		for i, child := range d.Children() {
			made[i] = child
			if children[i] == nil {
				continue
			}
			old := array.MakeFromData(child)
			turned, err := children[i](old)
			old.Release()
			if err != nil {
				return nil, err
			}
			defer turned.Release()
			made[i] = turned.Data()
		}
		out := array.NewData(t, d.Len(), d.Buffers(), made, d.NullN(), d.Offset())
		defer out.Release()
		return array.MakeFromData(out), nil
	}
}

// texts turns each value that is not NULL into what write makes of it.
func texts(write func(a arrow.Array, row int) string) turn {
	return func(a arrow.Array) (arrow.Array, error) {
		b := array.NewStringBuilder(arrowpool.Pool)
		defer b.Release()
		b.Reserve(a.Len())
		for row := range a.Len() {
			if a.IsNull(row) {
				b.AppendNull()
				continue
			}
			b.Append(write(a, row))
		}
		return b.NewArray(), nil
	}
}

// clocks turns moments, in microseconds, into what clocks show in a zone. JDBC's driver has no values with a zone, and ODBC no
// type.
func clocks(zone string) turn {
	loc, err := time.LoadLocation(zone)
	return func(a arrow.Array) (arrow.Array, error) {
		if err != nil {
			return nil, pgerror.Newf(pgerror.InvalidParameterValue, "invalid value for parameter %q: %q", "TimeZone", zone)
		}
		values := a.(*array.Timestamp)
		b := array.NewTimestampBuilder(arrowpool.Pool, &arrow.TimestampType{Unit: a.DataType().(*arrow.TimestampType).Unit})
		defer b.Release()
		b.Reserve(a.Len())
		for row, v := range values.TimestampValues() {
			switch {
			case values.IsNull(row):
				b.AppendNull()
			case loc == time.UTC, v == math.MaxInt64, v == -math.MaxInt64: // infinity is the same everywhere
				b.Append(v)
			default:
				_, offset := time.UnixMicro(int64(v)).In(loc).Zone()
				b.Append(v + arrow.Timestamp(offset)*1e6)
			}
		}
		return b.NewArray(), nil
	}
}

// booleans turns bytes into bits.
func booleans(a arrow.Array) (arrow.Array, error) {
	values := a.(*array.Int8)
	b := array.NewBooleanBuilder(arrowpool.Pool)
	defer b.Release()
	b.Reserve(a.Len())
	for row, v := range values.Int8Values() {
		if values.IsNull(row) {
			b.UnsafeAppendBoolToBitmap(false)
		} else {
			b.UnsafeAppend(v != 0)
		}
	}
	return b.NewArray(), nil
}

// wideDecimal is the type of the widest integers: those that have up to 38 digits.
var wideDecimal = &arrow.Decimal128Type{Precision: 38}

var decimalLimit = decimal128.FromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil))

// decimals reads 16 little-endian bytes as what they are in decimal128 too, after a look at their size.
func decimals(signed bool) turn {
	return func(a arrow.Array) (arrow.Array, error) {
		values := a.(*array.FixedSizeBinary)
		for row := range values.Len() {
			if values.IsNull(row) {
				continue
			}
			v := values.Value(row)
			n := decimal128.New(int64(endian.Native.Uint64(v[8:])), endian.Native.Uint64(v))
			// The least HUGEINT is less than 0 even without its sign.
			if size := n.Abs(); !signed && n.HighBits() < 0 || size.HighBits() < 0 || !size.Less(decimalLimit) {
				return nil, pgerror.New(pgerror.NumericValueOutOfRange, "value out of range: it has more than 38 digits").
					WithHint("Cast it to DOUBLE or VARCHAR.")
			}
		}
		d := a.Data()
		out := array.NewData(wideDecimal, d.Len(), d.Buffers(), nil, d.NullN(), d.Offset())
		defer out.Release()
		return array.MakeFromData(out), nil
	}
}

// timeTZText reads DuckDB's TIMETZ: microseconds in the upper 40 bits, 15:59:59 minus the offset in the lower 24.
func timeTZText(a arrow.Array, row int) string {
	v := endian.Native.Uint64(a.(*array.FixedSizeBinary).Value(row))
	sign, offset := '+', 15*3600+59*60+59-int64(v&(1<<24-1))
	if offset < 0 {
		sign, offset = '-', -offset
	}
	zone := fmt.Sprintf("%c%02d", sign, offset/3600)
	switch {
	case offset%60 != 0:
		zone += fmt.Sprintf(":%02d:%02d", offset/60%60, offset%60)
	case offset%3600 != 0:
		zone += fmt.Sprintf(":%02d", offset/60%60)
	}
	return pgfunc.ClockText(int64(v>>24)) + zone
}

// bitText reads DuckDB's BIT: a byte that counts the padding bits, then the bits, the first padding of them unused.
func bitText(a arrow.Array, row int) string {
	b := a.(*array.Binary).Value(row)
	var out strings.Builder
	for i := int(b[0]); i < (len(b)-1)*8; i++ {
		out.WriteByte('0' + b[1+i/8]>>(7-i%8)&1)
	}
	return out.String()
}

func uuidText(a arrow.Array, row int) string {
	h := hex.EncodeToString(a.(*array.FixedSizeBinary).Value(row))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func intervalText(a arrow.Array, row int) string {
	v := a.(*array.MonthDayNanoInterval).Value(row)
	return pgfunc.IntervalText(int64(v.Months), int64(v.Days), v.Nanoseconds/1000)
}
