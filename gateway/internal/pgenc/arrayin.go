package pgenc

import (
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// elements are an array parameter's values in order, nil for NULL, and the sizes of its dimensions; none: it is empty.
type elements struct {
	values [][]byte
	dims   []int
}

// readArray returns the value as a list, in a list for each further dimension, and the DuckDB type to cast it to.
func (p *param) readArray(element OID) (arrow.Array, string, error) {
	var e elements
	var err error
	if p.format == Text {
		s := text(p.value)
		if err = checkText(s); err == nil {
			e, err = parseArray(s)
		}
	} else {
		e, err = decodeArray(p.value, element)
	}
	if err != nil {
		return nil, "", err
	}
	parts := make([]arrow.Array, len(e.values))
	defer func() {
		for _, a := range parts {
			if a != nil {
				a.Release()
			}
		}
	}()
	for i, v := range e.values {
		if v == nil {
			continue
		}
		item := param{n: p.n, oid: element, format: p.format, value: v}
		if parts[i], err = item.read(); err != nil {
			return nil, "", err
		}
	}
	flat, err := join(parts)
	if err != nil {
		return nil, "", err
	}
	name := DuckType(element)
	if d, ok := flat.DataType().(*arrow.Decimal128Type); ok {
		name = decimalName(d)
	}
	list, name := wrap(flat, e.dims, name)
	return list, name, nil
}

// join makes one array of arrays of one element each; nil is NULL. Decimals get a type that holds them all.
func join(parts []arrow.Array) (arrow.Array, error) {
	var t arrow.DataType = arrow.BinaryTypes.String
	scale, whole := int32(0), int32(0)
	for _, a := range parts {
		if a == nil {
			continue
		}
		t = a.DataType()
		if d, ok := t.(*arrow.Decimal128Type); ok {
			scale, whole = max(scale, d.Scale), max(whole, d.Precision-d.Scale)
		}
	}
	if scale+whole > maxPrecision {
		return nil, errNumericRange()
	}
	if _, ok := t.(*arrow.Decimal128Type); ok {
		t = &arrow.Decimal128Type{Precision: scale + whole, Scale: scale}
	}
	b := array.NewBuilder(memory.DefaultAllocator, t)
	defer b.Release()
	for _, a := range parts {
		if a == nil {
			b.AppendNull()
		} else {
			appendValue(b, a)
		}
	}
	return b.NewArray(), nil
}

// appendValue appends a's one value.
func appendValue(b array.Builder, a arrow.Array) {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(a.(*array.Boolean).Value(0))
	case *array.Int16Builder:
		b.Append(a.(*array.Int16).Value(0))
	case *array.Int32Builder:
		b.Append(a.(*array.Int32).Value(0))
	case *array.Int64Builder:
		b.Append(a.(*array.Int64).Value(0))
	case *array.Float32Builder:
		b.Append(a.(*array.Float32).Value(0))
	case *array.Float64Builder:
		b.Append(a.(*array.Float64).Value(0))
	case *array.StringBuilder:
		b.Append(a.(*array.String).Value(0))
	case *array.BinaryBuilder:
		b.Append(a.(*array.Binary).Value(0))
	case *array.FixedSizeBinaryBuilder:
		b.Append(a.(*array.FixedSizeBinary).Value(0))
	case *array.Date32Builder:
		b.Append(a.(*array.Date32).Value(0))
	case *array.Time64Builder:
		b.Append(a.(*array.Time64).Value(0))
	case *array.TimestampBuilder:
		b.Append(a.(*array.Timestamp).Value(0))
	case *array.MonthDayNanoIntervalBuilder:
		b.Append(a.(*array.MonthDayNanoInterval).Value(0))
	case *array.Decimal128Builder:
		d := a.DataType().(*arrow.Decimal128Type)
		v := a.(*array.Decimal128).Value(0)
		b.Append(v.IncreaseScaleBy(b.Type().(*arrow.Decimal128Type).Scale - d.Scale))
	}
}

// wrap puts flat, which it takes, into a list for each dimension.
func wrap(flat arrow.Array, dims []int, name string) (arrow.Array, string) {
	if len(dims) == 0 {
		dims = []int{0}
	}
	for d := len(dims) - 1; d >= 0; d-- {
		count := 1
		for _, n := range dims[:d] {
			count *= n
		}
		offsets := array.NewInt32Builder(memory.DefaultAllocator)
		for i := range count + 1 {
			offsets.Append(int32(i * dims[d]))
		}
		o := offsets.NewArray()
		offsets.Release()
		data := array.NewData(arrow.ListOf(flat.DataType()), count, []*memory.Buffer{nil, o.Data().Buffers()[1]}, []arrow.ArrayData{flat.Data()}, 0, 0)
		list := array.NewListData(data)
		data.Release()
		o.Release()
		flat.Release()
		flat = list
		name += "[]"
	}
	return flat, name
}

func decimalName(d *arrow.Decimal128Type) string {
	return "DECIMAL(" + strconv.Itoa(int(d.Precision)) + "," + strconv.Itoa(int(d.Scale)) + ")"
}

// decodeArray reads what array_recv takes; see appendBinaryArray for the layout.
func decodeArray(v []byte, element OID) (elements, error) {
	short := pgerror.New(pgerror.ProtocolViolation, "insufficient data left in message")
	if len(v) < 12 {
		return elements{}, short
	}
	n, flags, oid := int32(be.Uint32(v)), be.Uint32(v[4:]), OID(be.Uint32(v[8:]))
	v = v[12:]
	switch {
	case n < 0 || flags > 1:
		return elements{}, pgerror.New(pgerror.InvalidBinaryRepresentation, "invalid binary array")
	case n > maxDimensions:
		return elements{}, pgerror.Newf(pgerror.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", n, maxDimensions)
	case oid != element && !(isText(oid) && isText(element)):
		return elements{}, pgerror.Newf(pgerror.DatatypeMismatch, "binary data has array element type %d instead of expected %d", oid, element)
	case len(v) < int(n)*8:
		return elements{}, short
	}
	e := elements{dims: make([]int, n)}
	count := 1
	for i := range e.dims {
		size, lower := int32(be.Uint32(v)), int32(be.Uint32(v[4:]))
		v = v[8:]
		if size < 0 || size > 0 && count > len(v)/int(size) { // each element has four bytes at least
			return elements{}, short
		}
		if lower != 1 {
			return elements{}, errLowerBound()
		}
		e.dims[i] = int(size)
		count *= int(size)
	}
	if n == 0 || count == 0 {
		return elements{}, nil
	}
	for range count {
		if len(v) < 4 {
			return elements{}, short
		}
		size := int32(be.Uint32(v))
		v = v[4:]
		if size == -1 {
			e.values = append(e.values, nil)
			continue
		}
		if size < 0 || int(size) > len(v) {
			return elements{}, short
		}
		e.values = append(e.values, v[:size:size])
		v = v[size:]
	}
	if len(v) > 0 {
		return elements{}, pgerror.New(pgerror.InvalidBinaryRepresentation, "incorrect binary data format: bytes behind an array's end")
	}
	return e, nil
}

// isText tells whether a type is one of those that are text here.
func isText(oid OID) bool { return oid == OIDText || oid == OIDVarchar || oid == OIDBPChar }

func errLowerBound() error {
	return pgerror.New(pgerror.FeatureNotSupported, "arrays whose subscripts do not begin with 1 are not supported")
}

// parseArray reads array_in's form: {a,"b c",NULL,{…}}.
func parseArray(s string) (elements, error) {
	r := arrayReader{s: s, malformed: pgerror.Newf(pgerror.InvalidTextRepresentation, "malformed array literal: %q", s)}
	r.blanks()
	if strings.HasPrefix(r.s[r.i:], "[") {
		return elements{}, errLowerBound()
	}
	var e elements
	if err := r.list(&e, 0); err != nil {
		return elements{}, err
	}
	r.blanks()
	if r.i != len(r.s) {
		return elements{}, r.malformed
	}
	if len(e.values) == 0 {
		e.dims = nil
	}
	return e, nil
}

type arrayReader struct {
	s         string
	i         int
	malformed error
	// leaf is the depth at which there are elements; 0: none was seen.
	leaf int
}

func (r *arrayReader) blanks() {
	for r.i < len(r.s) && strings.IndexByte(" \t\n\r\v\f", r.s[r.i]) >= 0 {
		r.i++
	}
}

// take takes c, blanks before it left out.
func (r *arrayReader) take(c byte) bool {
	r.blanks()
	if r.i < len(r.s) && r.s[r.i] == c {
		r.i++
		return true
	}
	return false
}

// list reads {…} at depth, 0 for the outermost, and compares its size with those of the same depth before it.
func (r *arrayReader) list(e *elements, depth int) error {
	if !r.take('{') {
		return r.malformed
	}
	if depth == maxDimensions {
		return pgerror.Newf(pgerror.ProgramLimitExceeded, "number of array dimensions exceeds the maximum allowed (%d)", maxDimensions)
	}
	n := 0
	for first := true; !r.take('}'); first = false {
		if !first && !r.take(',') {
			return r.malformed
		}
		r.blanks()
		if strings.HasPrefix(r.s[r.i:], "{") {
			if r.leaf == depth+1 {
				return r.malformed
			}
			if err := r.list(e, depth+1); err != nil {
				return err
			}
		} else {
			if r.leaf == 0 {
				r.leaf = depth + 1
			}
			if r.leaf != depth+1 {
				return r.malformed
			}
			v, err := r.element()
			if err != nil {
				return err
			}
			e.values = append(e.values, v)
		}
		n++
	}
	if n == 0 && depth > 0 {
		return r.malformed
	}
	for len(e.dims) <= depth {
		e.dims = append(e.dims, -1)
	}
	if e.dims[depth] < 0 {
		e.dims[depth] = n
	}
	if e.dims[depth] != n {
		return r.malformed
	}
	return nil
}

// element reads one element; nil is NULL.
func (r *arrayReader) element() ([]byte, error) {
	out := []byte{}
	quoted, escaped := false, false
	end := 0 // of what counts: blanks behind it do not
	for r.i < len(r.s) {
		c := r.s[r.i]
		switch {
		case c == '\\':
			if r.i+1 == len(r.s) {
				return nil, r.malformed
			}
			out = append(out, r.s[r.i+1])
			r.i += 2
			escaped, end = true, len(out)
			continue
		case c == '"':
			if quoted || len(out) > 0 {
				return nil, r.malformed
			}
			quoted = true
			if !r.quotes(&out) {
				return nil, r.malformed
			}
			end = len(out)
			continue
		case c == ',' || c == '}':
			out = out[:end]
			if len(out) == 0 && !quoted {
				return nil, r.malformed
			}
			if !quoted && !escaped && strings.EqualFold(string(out), "NULL") {
				return nil, nil
			}
			return out, nil
		case c == '{':
			return nil, r.malformed
		}
		blank := strings.IndexByte(" \t\n\r\v\f", c) >= 0
		if quoted && !blank {
			return nil, r.malformed
		}
		if !quoted {
			out = append(out, c)
			if !blank {
				end = len(out)
			}
		}
		r.i++
	}
	return nil, r.malformed
}

// quotes reads "…" into out.
func (r *arrayReader) quotes(out *[]byte) bool {
	for r.i++; r.i < len(r.s); r.i++ {
		switch r.s[r.i] {
		case '"':
			r.i++
			return true
		case '\\':
			if r.i++; r.i == len(r.s) {
				return false
			}
		}
		*out = append(*out, r.s[r.i])
	}
	return false
}

// ListLiteral returns DuckDB's list of an array literal's elements as text; ok is false when it is no array's.
func ListLiteral(literal string) (sql string, ok bool) {
	e, err := parseArray(literal)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	writeList(&b, e)
	return b.String(), true
}

func writeList(b *strings.Builder, e elements) {
	b.WriteByte('[')
	defer b.WriteByte(']')
	if len(e.dims) > 1 {
		part := len(e.values) / e.dims[0]
		for i := range e.dims[0] {
			if i > 0 {
				b.WriteString(", ")
			}
			writeList(b, elements{e.values[i*part : (i+1)*part], e.dims[1:]})
		}
		return
	}
	for i, v := range e.values {
		if i > 0 {
			b.WriteString(", ")
		}
		if v == nil {
			b.WriteString("NULL")
		} else {
			b.WriteString(sqltext.Quote(string(v)))
		}
	}
}
