package pgenc

import (
	"bytes"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// CopyEncoder turns the batches of one result into CopyData messages, one for each row, in the form that COPY … TO STDOUT
// asks for. Like an Encoder it has no state between batches.
type CopyEncoder struct {
	fields   []arrow.Field
	settings Settings
	opts     sqltext.CopyOptions
	// plain are the columns whose values never need quotes or escapes.
	plain []bool
	// force are the columns that CSV always quotes.
	force []bool
	// special are the bytes that make a value of a text file be escaped, or one of a CSV file be quoted.
	special [256]bool
	// specials are the same.
	specials []byte
}

// NewCopyEncoder returns a CopyEncoder for results of schema. A column of force_quote that is not there is 42703.
func NewCopyEncoder(schema *arrow.Schema, opts sqltext.CopyOptions, s Settings) (*CopyEncoder, error) {
	e := &CopyEncoder{fields: schema.Fields(), settings: s, opts: opts, force: make([]bool, schema.NumFields())}
	for _, name := range opts.ForceQuote {
		i := schema.FieldIndices(name)
		if len(i) == 0 {
			return nil, pgerror.Newf(pgerror.UndefinedColumn, "column %q does not exist", name)
		}
		e.force[i[0]] = true
	}
	for i := range e.force {
		e.force[i] = e.force[i] || opts.ForceQuoteAll
	}
	chars := "\\\b\f\n\r\t\v"
	if opts.Format == sqltext.CopyCSV {
		chars = "\n\r" + string(rune(opts.Quote))
	}
	e.specials = append([]byte(chars), opts.Delimiter)
	for _, c := range e.specials {
		e.special[c] = true
	}
	const inNumbers = "0123456789+-.:eEtfNaInity "
	harmless := opts.Null == "" || opts.Null == `\N`
	for _, c := range []byte(inNumbers) {
		harmless = harmless && !e.special[c]
	}
	e.plain = make([]bool, len(e.fields))
	for i, f := range e.fields {
		e.plain[i] = harmless && !e.force[i] && isPlain(kindOf(f))
	}
	return e, nil
}

// isPlain tells whether a type's values are written with digits, signs and the letters of NaN and Infinity.
func isPlain(k kind) bool {
	switch k {
	case kBool, kBool8, kInt8, kInt16, kInt32, kInt64, kOID, kUint8, kUint16, kUint32, kUint64, kFloat32, kFloat64, kDecimal, kHugeint, kUhugeint:
		return true
	}
	return false
}

// copySignature begins a binary file: the signature, no flags, no extension.
const copySignature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// Header returns what a binary file begins with, which stands before the first row in its message; nil for other formats.
func (e *CopyEncoder) Header() []byte {
	if e.opts.Format == sqltext.CopyBinary {
		return []byte(copySignature)
	}
	return nil
}

// HeaderLine appends the message of the line with the columns' names, if there is to be one.
func (e *CopyEncoder) HeaderLine(dst []byte) []byte {
	if !e.opts.Header {
		return dst
	}
	start := len(dst)
	dst = append(dst, 'd', 0, 0, 0, 0)
	for i, f := range e.fields {
		if i > 0 {
			dst = append(dst, e.opts.Delimiter)
		}
		at := len(dst)
		dst = append(dst, f.Name...)
		dst = e.protect(dst, at, false)
	}
	return endCopyData(append(dst, '\n'), start)
}

// Trailer appends the message that a binary file ends with.
func (e *CopyEncoder) Trailer(dst []byte) []byte {
	if e.opts.Format != sqltext.CopyBinary {
		return dst
	}
	return append(dst, 'd', 0, 0, 0, 6, 0xff, 0xff)
}

func endCopyData(dst []byte, start int) []byte {
	be.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst
}

// Append appends rows as Encoder.Append does.
func (e *CopyEncoder) Append(dst []byte, rec arrow.RecordBatch, from, to, limit int) (out []byte, next int, err error) {
	cols := make([]Column, len(e.fields))
	for i := range cols {
		if cols[i], err = NewColumn(e.fields[i], rec.Column(i)); err != nil {
			return dst, from, err
		}
	}
	appendRow := e.appendBinary
	if e.opts.Format != sqltext.CopyBinary {
		plain := e.plainIn(cols)
		appendRow = func(dst []byte, cols []Column, row int) ([]byte, error) { return e.appendLine(dst, cols, plain, row) }
	}
	for row := from; row < to; row++ {
		if len(dst) >= limit {
			return dst, row, nil
		}
		start := len(dst)
		dst = append(dst, 'd', 0, 0, 0, 0)
		if dst, err = appendRow(dst, cols, row); err != nil {
			return dst[:start], row, err
		}
		if len(dst)-start > maxMessage {
			return dst[:start], row, pgerror.New(pgerror.ProgramLimitExceeded, "a row is larger than the protocol's 1 GB")
		}
		dst = endCopyData(dst, start)
	}
	return dst, to, nil
}

// plainIn returns which columns of a batch have no value that needs escapes or quotes, but for what looks like NULL. The
// texts of a column lie one behind the other: a few fast searches tell it of all of them.
func (e *CopyEncoder) plainIn(cols []Column) []bool {
	plain := slices.Clone(e.plain)
	for i := range cols {
		if k := cols[i].kind; (k == kText || k == kName || k == kJSON) && !e.force[i] && len(cols) > 1 {
			plain[i] = !slices.ContainsFunc(e.specials, func(c byte) bool { return bytes.IndexByte(cols[i].data, c) >= 0 })
		}
	}
	return plain
}

// appendLine appends a row of a text or CSV file.
func (e *CopyEncoder) appendLine(dst []byte, cols []Column, plain []bool, row int) ([]byte, error) {
	for i := range cols {
		if i > 0 {
			dst = append(dst, e.opts.Delimiter)
		}
		if cols[i].IsNull(row) {
			dst = append(dst, e.opts.Null...)
			continue
		}
		at := len(dst)
		var err error
		if dst, err = cols[i].AppendText(dst, row, &e.settings); err != nil {
			return dst, err
		}
		if !plain[i] || string(dst[at:]) == e.opts.Null {
			dst = e.protect(dst, at, e.force[i])
		}
	}
	return append(dst, '\n'), nil
}

// protect quotes or escapes the value that begins at dst[at], as the format does.
func (e *CopyEncoder) protect(dst []byte, at int, force bool) []byte {
	if e.opts.Format == sqltext.CopyCSV {
		return e.quote(dst, at, force)
	}
	return e.escape(dst, at)
}

// escape puts backslashes into the value that begins at dst[at], where it needs them.
func (e *CopyEncoder) escape(dst []byte, at int) []byte {
	n := 0
	for _, c := range dst[at:] {
		if e.special[c] {
			n++
		}
	}
	if n == 0 {
		return dst
	}
	// From the back, so that the value moves in its own place.
	from, to := len(dst)-1, len(dst)-1+n
	dst = append(dst, make([]byte, n)...)
	for ; from != to; from-- {
		c := dst[from]
		if !e.special[c] {
			dst[to] = c
			to--
			continue
		}
		if i := bytes.IndexByte([]byte("\b\f\n\r\t\v"), c); i >= 0 {
			c = "bfnrtv"[i]
		}
		dst[to], dst[to-1] = c, '\\'
		to -= 2
	}
	return dst
}

// quote puts the value that begins at dst[at] between quotes where it needs them: when it looks like NULL, has a
// delimiter, a quote or the end of a line inside, or would end the data.
func (e *CopyEncoder) quote(dst []byte, at int, force bool) []byte {
	v := dst[at:]
	need := force || string(v) == e.opts.Null || len(e.fields) == 1 && string(v) == `\.`
	for i := 0; i < len(v) && !need; i++ {
		need = e.special[v[i]]
	}
	if !need {
		return dst
	}
	value := append([]byte(nil), v...)
	dst = append(dst[:at], e.opts.Quote)
	for _, c := range value {
		if c == e.opts.Quote || c == e.opts.Escape {
			dst = append(dst, e.opts.Escape)
		}
		dst = append(dst, c)
	}
	return append(dst, e.opts.Quote)
}

// appendBinary appends a row of a binary file: int16 columns, and for each an int32 length or -1, and bytes.
func (e *CopyEncoder) appendBinary(dst []byte, cols []Column, row int) ([]byte, error) {
	dst = append(dst, byte(len(cols)>>8), byte(len(cols)))
	for i := range cols {
		if cols[i].IsNull(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		var err error
		if dst, err = cols[i].AppendBinary(dst, row, &e.settings); err != nil {
			return dst, err
		}
		be.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst, nil
}
