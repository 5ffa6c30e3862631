package pgenc

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
)

// arrayOIDs are the array types by their elements' (pg_type.typarray).
var arrayOIDs = map[OID]OID{
	OIDOid: 1028, OIDChar: 1002, OIDName: 1003,
	OIDBool: 1000, OIDBytea: 1001, OIDInt2: 1005, OIDInt4: 1007, OIDInt8: 1016, OIDText: 1009, OIDBPChar: 1014, OIDVarchar: 1015,
	OIDJSON: 199, OIDFloat4: 1021, OIDFloat8: 1022, OIDDate: 1182, OIDTime: 1183, OIDTimestamp: 1115, OIDTimestampTZ: 1185,
	OIDInterval: 1187, OIDNumeric: 1231, OIDTimeTZ: 1270, OIDUUID: 2951, OIDVarbit: 1563,
}

var elementOIDs = func() map[OID]OID {
	m := map[OID]OID{}
	for element, oid := range arrayOIDs {
		m[oid] = element
	}
	return m
}()

// maxDimensions is PostgreSQL's MAXDIM.
const maxDimensions = 6

// elementField returns the field of what a list, or a list of lists, is made of in the end.
func elementField(f arrow.Field) arrow.Field {
	for {
		switch t := f.Type.(type) {
		case *arrow.ListType:
			f = t.ElemField()
		case *arrow.FixedSizeListType:
			f = t.ElemField()
		default:
			return f
		}
	}
}

// shape is an array's dimensions: how many of each, from the outermost.
type shape struct {
	n    int
	size [maxDimensions]int32
}

// shapeOf returns the shape of a list's cell, in which a list in a list is a dimension, as PostgreSQL has it: all of the
// same size, none of them NULL. n is 0 when it has no elements.
func (c *Column) shapeOf(row int) (shape, error) {
	var s shape
	for child := c; child.isList(); child = &child.children[0] {
		if s.n == maxDimensions {
			return s, pgerror.Newf(pgerror.ProgramLimitExceeded, "number of array dimensions exceeds the maximum allowed (%d)", maxDimensions).
				WithHint("Cast the column to JSON.")
		}
		s.size[s.n] = -1
		s.n++
	}
	if err := c.measure(row, 0, &s); err != nil {
		return s, err
	}
	for _, size := range s.size[:s.n] {
		if size <= 0 {
			return shape{}, nil
		}
	}
	return s, nil
}

func (c *Column) isList() bool { return c.kind == kList || c.kind == kFixedList || c.isVector() }

// isVector tells whether the column is an int2vector or an oidvector: an array of one dimension, also when it is empty, that
// begins at 0.
func (c *Column) isVector() bool { return c.kind == kInt2Vector || c.kind == kOIDVector }

// appendVector writes 1 2 3, as int2vectorout does.
func (c *Column) appendVector(dst []byte, row int, s *Settings) ([]byte, error) {
	child := &c.children[0]
	from, to := c.span(row)
	var err error
	for i := from; i < to && err == nil; i++ {
		if i > from {
			dst = append(dst, ' ')
		}
		dst, err = child.AppendText(dst, i, s)
	}
	return dst, err
}

func (c *Column) measure(row, depth int, s *shape) error {
	from, to := c.span(row)
	if s.size[depth] < 0 {
		s.size[depth] = int32(to - from)
	}
	if s.size[depth] != int32(to-from) {
		return errRagged()
	}
	child := &c.children[0]
	if !child.isList() {
		return nil
	}
	for i := from; i < to; i++ {
		if child.IsNull(i) {
			return errRagged()
		}
		if err := child.measure(i, depth+1, s); err != nil {
			return err
		}
	}
	return nil
}

func errRagged() error {
	return pgerror.New(pgerror.ArraySubscriptError, "multidimensional arrays must have sub-arrays with matching dimensions").
		WithHint("A list of lists of different lengths is no PostgreSQL array. Cast the column to JSON.")
}

// appendArray writes {1,2,NULL}, as array_out does.
func (c *Column) appendArray(dst []byte, row int, s *Settings) ([]byte, error) {
	dims, err := c.shapeOf(row)
	if err != nil {
		return dst, err
	}
	if dims.n == 0 {
		return append(dst, "{}"...), nil
	}
	return c.appendDimension(dst, row, s)
}

func (c *Column) appendDimension(dst []byte, row int, s *Settings) ([]byte, error) {
	child := &c.children[0]
	from, to := c.span(row)
	dst = append(dst, '{')
	var err error
	for i := from; i < to; i++ {
		if i > from {
			dst = append(dst, ',')
		}
		start := len(dst)
		switch {
		case child.isList():
			dst, err = child.appendDimension(dst, i, s)
		case child.IsNull(i):
			dst = append(dst, "NULL"...)
		default:
			if dst, err = child.AppendText(dst, i, s); needsQuotes(dst[start:]) {
				dst = quoteElement(dst, start)
			}
		}
		if err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func needsQuotes(b []byte) bool {
	return len(b) == 0 || strings.ContainsAny(text(b), "{}\",\\ \t\n\r\v\f") || strings.EqualFold(text(b), "NULL")
}

// quoteElement puts dst[start:] in quotes.
func quoteElement(dst []byte, start int) []byte {
	elem := string(dst[start:])
	dst = append(dst[:start], '"')
	for i := range len(elem) {
		if elem[i] == '"' || elem[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, elem[i])
	}
	return append(dst, '"')
}

// appendBinaryArray writes what array_send does:
//
//	int32 dimensions | int32 has NULLs | int32 element OID | for each dimension: int32 size, int32 lower bound 1 (of vectors 0)
//	for each element: int32 length or -1, bytes
func (c *Column) appendBinaryArray(dst []byte, row int, s *Settings) ([]byte, error) {
	dims, err := c.shapeOf(row)
	if err != nil {
		return dst, err
	}
	leaf := c
	for leaf.isList() {
		leaf = &leaf.children[0]
	}
	bound := uint32(1)
	if c.isVector() {
		dims.n, bound = 1, 0
	}
	dst = be.AppendUint32(dst, uint32(dims.n))
	nulls := len(dst)
	dst = be.AppendUint32(dst, 0)
	dst = be.AppendUint32(dst, uint32(leaf.kind.oid()))
	if dims.n == 0 {
		return dst, nil
	}
	for _, size := range dims.size[:dims.n] {
		dst = be.AppendUint32(be.AppendUint32(dst, uint32(size)), bound)
	}
	return c.appendElements(dst, nulls, row, s)
}

// appendElements writes a cell's elements, those of lists in it one after the other. nulls is where to note a NULL.
func (c *Column) appendElements(dst []byte, nulls, row int, s *Settings) ([]byte, error) {
	child := &c.children[0]
	from, to := c.span(row)
	var err error
	for i := from; i < to; i++ {
		switch {
		case child.isList():
			dst, err = child.appendElements(dst, nulls, i, s)
		case child.IsNull(i):
			be.PutUint32(dst[nulls:], 1)
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
		default:
			at := len(dst)
			dst = append(dst, 0, 0, 0, 0)
			if dst, err = child.AppendBinary(dst, i, s); err == nil {
				be.PutUint32(dst[at:], uint32(len(dst)-at-4))
			}
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}
