package pgenc

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// plain are the types that are the same to DuckDB in a table's rows and in a parameter.
var plain = map[arrow.Type]bool{
	arrow.BOOL: true, arrow.INT8: true, arrow.INT16: true, arrow.INT32: true, arrow.INT64: true, arrow.UINT8: true, arrow.UINT16: true, arrow.UINT32: true, arrow.UINT64: true,
	arrow.FLOAT32: true, arrow.FLOAT64: true, arrow.STRING: true, arrow.LARGE_STRING: true, arrow.BINARY: true, arrow.DATE32: true, arrow.TIMESTAMP: true, arrow.DECIMAL128: true,
}

// IsPlain tells whether a column of rows gives DuckDB the values that parameters of its type would.
func IsPlain(t arrow.DataType) bool {
	ts, ok := t.(*arrow.TimestampType)
	return plain[t.ID()] && !(ok && ts.Unit == arrow.Nanosecond)
}

// ParamRows are the values of many Binds of one statement. It owns what has been added until Release.
//
// Numerics have digits of their own, so that DECIMALs of one type would not be those of single rows: they are texts for the columns
// that they go into, and do not fit where an expression is made of them.
type ParamRows struct {
	oids  []OID
	alone []bool
	cols  []paramColumn
	rows  int
	size  int64
}

// paramColumn is one parameter's values.
type paramColumn struct {
	typ    arrow.DataType // nil: NULLs only
	values []arrow.Array  // of one element each; nil: NULL
}

// NewParamRows returns no rows yet of parameters of such types; alone tells which of them are values of a column.
func NewParamRows(oids []OID, alone []bool) *ParamRows {
	return &ParamRows{oids: oids, alone: alone, cols: make([]paramColumn, len(oids))}
}

// Len returns how many rows there are, and Size their bytes.
func (r *ParamRows) Len() int { return r.rows }

// Size returns about how many bytes the values take.
func (r *ParamRows) Size() int64 { return r.size }

// Fits tells whether a batch of one row, as Params makes it, can be added: its values are plain, and of the types that those before
// it have had.
func (r *ParamRows) Fits(rec arrow.RecordBatch) bool {
	if int(rec.NumCols()) != len(r.cols) || rec.NumRows() != 1 {
		return false
	}
	for i, v := range rec.Columns() {
		if !r.cols[i].fits(v, r.alone[i]) {
			return false
		}
	}
	return true
}

// Add adds a row that fits.
func (r *ParamRows) Add(rec arrow.RecordBatch) {
	const each = 512 // an array of one value
	for i, v := range rec.Columns() {
		r.cols[i].add(v)
		r.size += int64(v.Data().SizeInBytes()) + each
	}
	r.rows++
}

func (c *paramColumn) fits(v arrow.Array, alone bool) bool {
	t := v.DataType()
	switch id := t.ID(); {
	case v.IsNull(0):
		return true
	case id == arrow.DECIMAL128:
		return alone
	case !IsPlain(t) && id != arrow.FIXED_SIZE_BINARY && id != arrow.INTERVAL_MONTH_DAY_NANO:
		return false
	}
	return c.typ == nil || arrow.TypeEqual(c.typ, t)
}

func (c *paramColumn) add(v arrow.Array) {
	if v.IsNull(0) {
		c.values = append(c.values, nil)
		return
	}
	if d, ok := v.(*array.Decimal128); ok {
		v = stringArray(d.Value(0).ToString(d.DataType().(*arrow.Decimal128Type).Scale))
	} else {
		v.Retain()
	}
	c.typ = v.DataType()
	c.values = append(c.values, v)
}

// Record returns the rows as one batch, which the caller releases, and the DuckDB type that each parameter is cast to ("": none).
func (r *ParamRows) Record() (arrow.RecordBatch, []string, error) {
	fields, cols, casts := make([]arrow.Field, len(r.cols)), make([]arrow.Array, 0, len(r.cols)), make([]string, len(r.cols))
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	for i := range r.cols {
		col, err := r.cols[i].array()
		if err != nil {
			return nil, nil, err
		}
		cols = append(cols, col)
		if r.oids[i] != OIDNumeric || !r.alone[i] {
			casts[i] = DuckType(r.oids[i])
		}
		fields[i] = arrow.Field{Name: "$" + strconv.Itoa(i+1), Type: col.DataType(), Nullable: true}
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), cols, int64(r.rows)), casts, nil
}

// array returns the column's values. The caller releases it.
func (c *paramColumn) array() (arrow.Array, error) {
	t := c.typ
	if t == nil {
		t = arrow.BinaryTypes.String
	}
	null := array.MakeArrayOfNull(memory.DefaultAllocator, t, 1)
	defer null.Release()
	values := make([]arrow.Array, len(c.values))
	for i, v := range c.values {
		if values[i] = v; v == nil {
			values[i] = null
		}
	}
	return array.Concatenate(values, memory.DefaultAllocator)
}

// Release frees the rows.
func (r *ParamRows) Release() {
	for i := range r.cols {
		for _, v := range r.cols[i].values {
			if v != nil {
				v.Release()
			}
		}
		r.cols[i].values = nil
	}
}
