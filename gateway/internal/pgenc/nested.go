package pgenc

import (
	"encoding/json"
	"strconv"
)

// span returns the child rows of a list's or map's cell.
func (c *Column) span(row int) (from, to int) {
	if c.kind == kFixedList {
		return (c.first + row) * c.width, (c.first + row + 1) * c.width
	}
	return int(c.offsets[row]), int(c.offsets[row+1])
}

// appendJSON writes a nested cell as JSON: structs and maps as objects in their own order, lists as arrays, numbers and
// booleans bare, everything else as a string of its text form.
func (c *Column) appendJSON(dst []byte, row int, s *Settings) ([]byte, error) {
	if c.IsNull(row) {
		return append(dst, "null"...), nil
	}
	var err error
	switch c.kind {
	case kStruct:
		dst = append(dst, '{')
		for i := range c.children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendJSONString(dst, c.names[i]), ':')
			if dst, err = c.children[i].appendJSON(dst, row, s); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	case kMap:
		dst = append(dst, '{')
		from, to := c.span(row)
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			key, err := c.children[0].AppendText(nil, i, s)
			if err != nil {
				return dst, err
			}
			dst = append(appendJSONString(dst, string(key)), ':')
			if dst, err = c.children[1].appendJSON(dst, i, s); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	case kList, kFixedList, kInt2Vector, kOIDVector:
		dst = append(dst, '[')
		from, to := c.span(row)
		for i := from; i < to; i++ {
			if i > from {
				dst = append(dst, ',')
			}
			if dst, err = c.children[0].appendJSON(dst, i, s); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	case kUnion:
		return c.children[c.byTypeID[c.typeIDs[row]]].appendJSON(dst, row, s)
	case kBool:
		return strconv.AppendBool(dst, c.bool(row)), nil
	case kBool8:
		return strconv.AppendBool(dst, value[int8](c, row) != 0), nil
	case kJSON, kInt8, kInt16, kInt32, kInt64, kUint8, kUint16, kUint32, kUint64, kDecimal, kHugeint, kUhugeint:
		return c.AppendText(dst, row, s)
	case kFloat32, kFloat64:
		start := len(dst)
		dst, err = c.AppendText(dst, row, s)
		if n := dst[start:]; len(n) > 0 && (n[len(n)-1] == 'N' || n[len(n)-1] == 'y') {
			// JSON has no NaN and no infinity: they are strings.
			return appendJSONString(dst[:start], string(n)), err
		}
		return dst, err
	}
	cell, err := c.AppendText(nil, row, s)
	if err != nil {
		return dst, err
	}
	return appendJSONString(dst, string(cell)), nil
}

func appendJSONString(dst []byte, s string) []byte {
	b, _ := json.Marshal(s) // a string always marshals
	return append(dst, b...)
}
