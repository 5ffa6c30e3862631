package pgenc

import (
	"bytes"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Column is one column of one batch with its buffers as slices. It is valid while the batch is.
type Column struct {
	kind  kind
	scale int32
	// nulls is the validity bitmap, whose first bit is nullBase; nil: no NULLs.
	nulls    []byte
	nullBase int

	// fixed holds values of fixed width one after the other; the accessors read it as what kind says.
	fixed []byte
	// offsets index into data (text, bytea) or into the child (lists).
	offsets []int32
	data    []byte
	// zeros: somewhere in data is a zero byte, which PostgreSQL's text can't have.
	zeros bool

	// bits is a bool column's bitmap, whose first bit is bitBase.
	bitBase int

	children []Column
	names    []string
	width    int // of a fixed-size list, whose first cell is number first of the child's
	first    int
	typeIDs  []int8
	byTypeID [128]int8
	dict     []string
	arr      arrow.Array
}

// NewColumn reads the buffers of arr, a column of field f.
func NewColumn(f arrow.Field, arr arrow.Array) (Column, error) {
	c := Column{kind: kindOf(f), arr: arr}
	d := arr.Data()
	if bufs := d.Buffers(); len(bufs) > 0 && bufs[0] != nil && arr.NullN() > 0 {
		c.nulls, c.nullBase = bufs[0].Bytes(), d.Offset()
	}
	buffer := func(i int) []byte {
		if bufs := d.Buffers(); i < len(bufs) && bufs[i] != nil {
			return bufs[i].Bytes()
		}
		return nil
	}
	switch c.kind {
	case kNull:
	case kBool:
		c.fixed, c.bitBase = buffer(1), d.Offset()
	case kText, kChar, kName, kJSON, kBytea, kBit:
		c.offsets, c.data = int32s(buffer(1)), buffer(2)
		if len(c.offsets) > 0 {
			c.offsets = c.offsets[d.Offset():]
		}
		if n := d.Len(); n > 0 && (c.kind == kText || c.kind == kChar || c.kind == kName || c.kind == kJSON) {
			// A slice of a batch shares the data of all of it.
			c.zeros = bytes.IndexByte(c.data[c.offsets[0]:c.offsets[n]], 0) >= 0
		}
	case kEnum:
		a, ok := arr.(*array.Dictionary)
		values, isText := a.Dictionary().(*array.String)
		if !ok || !isText {
			return c, unsupported(f)
		}
		c.dict = make([]string, values.Len())
		for i := range c.dict {
			c.dict[i] = values.Value(i)
		}
	case kList, kMap, kFixedList, kInt2Vector, kOIDVector, kStruct, kUnion:
		return c, c.readNested(f, arr)
	case kUnsupported:
		return c, unsupported(f)
	default:
		w := f.Type.(arrow.FixedWidthDataType).BitWidth() / 8
		c.fixed = buffer(1)
		if len(c.fixed) > 0 {
			c.fixed = c.fixed[d.Offset()*w:]
		}
		if t, ok := f.Type.(*arrow.Decimal128Type); ok {
			c.scale = t.Scale
		}
	}
	return c, nil
}

func unsupported(f arrow.Field) error {
	return pgerror.Newf(pgerror.FeatureNotSupported, "column %q has type %s, which has no PostgreSQL form", f.Name, f.Type).
		WithHint("Cast it to text.")
}

func (c *Column) readNested(f arrow.Field, arr arrow.Array) error {
	add := func(f arrow.Field, child arrow.Array) error {
		col, err := NewColumn(f, child)
		c.children, c.names = append(c.children, col), append(c.names, f.Name)
		return err
	}
	switch a := arr.(type) {
	case *array.Map:
		c.offsets = a.Offsets()[a.Offset():]
		t := f.Type.(*arrow.MapType)
		if err := add(t.KeyField(), a.Keys()); err != nil {
			return err
		}
		return add(t.ItemField(), a.Items())
	case *array.List:
		c.offsets = a.Offsets()[a.Offset():]
		return add(f.Type.(*arrow.ListType).ElemField(), a.ListValues())
	case *array.FixedSizeList:
		t := f.Type.(*arrow.FixedSizeListType)
		c.width, c.first = int(t.Len()), a.Offset()
		return add(t.ElemField(), a.ListValues())
	case *array.Struct:
		for i, cf := range f.Type.(*arrow.StructType).Fields() {
			if err := add(cf, a.Field(i)); err != nil {
				return err
			}
		}
		return nil
	case *array.SparseUnion:
		t := f.Type.(*arrow.SparseUnionType)
		for i, cf := range t.Fields() {
			if err := add(cf, a.Field(i)); err != nil {
				return err
			}
		}
		for i, code := range t.TypeCodes() {
			c.byTypeID[code] = int8(i)
		}
		c.typeIDs = make([]int8, a.Len())
		for i := range c.typeIDs {
			c.typeIDs[i] = int8(a.TypeCode(i))
		}
		return nil
	}
	return unsupported(f)
}

// IsNull tells whether the cell is NULL. A union is when the member it holds is.
func (c *Column) IsNull(row int) bool {
	if c.kind == kUnion {
		return c.children[c.byTypeID[c.typeIDs[row]]].IsNull(row)
	}
	if c.nulls == nil {
		return c.kind == kNull
	}
	i := row + c.nullBase
	return c.nulls[i>>3]&(1<<(i&7)) == 0
}

// value reads a fixed-width cell. T's size must be the column's width.
func value[T any](c *Column, row int) T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	b := c.fixed[row*size : row*size+size]
	return *(*T)(unsafe.Pointer(unsafe.SliceData(b)))
}

func (c *Column) bool(row int) bool {
	i := row + c.bitBase
	return c.fixed[i>>3]&(1<<(i&7)) != 0
}

func (c *Column) bytes(row int) []byte { return c.data[c.offsets[row]:c.offsets[row+1]] }

func (c *Column) enum(row int) string { return c.dict[c.arr.(*array.Dictionary).GetValueIndex(row)] }

func int32s(b []byte) []int32 {
	if len(b) < 4 {
		return nil
	}
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}
