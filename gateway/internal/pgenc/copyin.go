package pgenc

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// CopyDecoder turns the bytes of a COPY … FROM STDIN, however they are divided, into record batches. It is used by one
// goroutine.
type CopyDecoder struct {
	opts   sqltext.CopyOptions
	table  string
	schema *arrow.Schema
	cells  []*cell
	// forceNotNull and forceNull are CSV's, by column.
	forceNotNull, forceNull []bool
	emit                    func(arrow.RecordBatch) error

	// pending are bytes that make no whole row yet.
	pending []byte
	scan    lineScan
	line    int    // lines begun
	valid   bool   // the bytes being read are known to be text
	plain   bool   // and that nothing in them is quoted or escaped
	current []byte // the line being split, for errors
	rows    int    // in the cells' builders
	size    int    // bytes of rows
	started bool
	ended   bool
	fields  []field
	scratch []byte
	// Of plain bytes: where fields end, and the values of a column.
	marks    []uint32
	values   [][]byte
	validity []bool
}

// field is a value of a row as it stands in the file, or with its escapes resolved.
type field struct {
	value []byte
	null  bool
}

// A batch goes out when it has so many rows, or bytes of the file.
const (
	copyRows  = 16 << 10
	copyBytes = 1 << 20
)

// NewCopyDecoder returns a decoder of rows for columns as target describes them: the result of selecting them. emit gets
// each batch, whose schema is Schema's, and does not keep it. table is its name for errors.
func NewCopyDecoder(table string, target *arrow.Schema, opts sqltext.CopyOptions, emit func(arrow.RecordBatch) error) (*CopyDecoder, error) {
	n := target.NumFields()
	d := &CopyDecoder{
		opts: opts, table: table, emit: emit, cells: make([]*cell, n), fields: make([]field, 0, n),
		forceNotNull: make([]bool, n), forceNull: make([]bool, n),
	}
	fields := make([]arrow.Field, n)
	for i, f := range target.Fields() {
		d.cells[i] = newCell(f, opts.Format == sqltext.CopyBinary)
		fields[i] = arrow.Field{Name: f.Name, Type: d.cells[i].b.Type(), Nullable: true}
	}
	d.schema = arrow.NewSchema(fields, nil)
	for _, force := range []struct {
		names []string
		set   []bool
	}{{opts.ForceNotNull, d.forceNotNull}, {opts.ForceNull, d.forceNull}} {
		for _, name := range force.names {
			i := indexFold(target, name)
			if i < 0 {
				d.Release()
				return nil, pgerror.Newf(pgerror.UndefinedColumn, "column %q does not exist", name)
			}
			force.set[i] = true
		}
	}
	d.scan = lineScan{csv: opts.Format == sqltext.CopyCSV, quote: opts.Quote, escape: opts.Escape}
	return d, nil
}

func indexFold(s *arrow.Schema, name string) int {
	for i, f := range s.Fields() {
		if strings.EqualFold(f.Name, name) {
			return i
		}
	}
	return -1
}

// Schema returns the schema of the batches. What DuckDB reads better than we do (dates, times) comes as text.
func (d *CopyDecoder) Schema() *arrow.Schema { return d.schema }

// Casts returns the DuckDB type that each column is to be cast to; "" where it has its type, or any will do.
func (d *CopyDecoder) Casts() []string {
	out := make([]string, len(d.cells))
	for i, c := range d.cells {
		out[i] = c.cast
	}
	return out
}

// Release frees the decoder.
func (d *CopyDecoder) Release() {
	for _, c := range d.cells {
		c.b.Release()
	}
}

// maxCopyRow is the longest row that is taken, in bytes: PostgreSQL's MaxAllocSize.
const maxCopyRow = 1<<30 - 1

// Feed takes the next bytes, which stay the caller's.
func (d *CopyDecoder) Feed(p []byte) error {
	if d.ended {
		if d.opts.Format == sqltext.CopyBinary && len(p) > 0 {
			return pgerror.New(pgerror.BadCopyFileFormat, "received copy data after EOF marker")
		}
		return nil // behind \.
	}
	data := p
	if len(d.pending) > 0 {
		d.pending = append(d.pending, p...)
		data = d.pending
	}
	used, err := d.consume(data, false)
	if err != nil {
		return err
	}
	rest := data[used:]
	if len(rest) > maxCopyRow {
		return pgerror.New(pgerror.ProgramLimitExceeded, "a row is longer than 1 GB")
	}
	if len(d.pending) > 0 {
		n := copy(d.pending, rest)
		d.pending = d.pending[:n]
	} else {
		d.pending = append(d.pending[:0], rest...)
	}
	return nil
}

// End is called when the client has sent all. It emits what is left.
func (d *CopyDecoder) End() error {
	if !d.ended {
		used, err := d.consume(d.pending, true)
		if err != nil {
			return err
		}
		// PostgreSQL takes a binary file without its end marker, and so must we: some clients leave it out.
		if d.opts.Format == sqltext.CopyBinary && (used < len(d.pending) || !d.started) {
			return pgerror.New(pgerror.BadCopyFileFormat, "unexpected EOF in COPY data")
		}
	}
	return d.flush()
}

// consume reads whole rows from data and returns how much of it they are.
func (d *CopyDecoder) consume(data []byte, final bool) (used int, err error) {
	if d.opts.Format == sqltext.CopyBinary {
		return d.consumeBinary(data)
	}
	// All of it is looked at here at once, which is fast; but not again and again while a long row grows.
	few := len(data) <= copyBytes
	d.valid = few && checkText(text(data)) == nil
	d.plain = few && d.isPlain(data)
	for used < len(data) && !d.ended {
		if d.plain && d.scan.knowsLF() {
			n, err := d.takePlain(data[used:])
			if err != nil {
				return used + n, err
			}
			if n > 0 {
				used, d.scan.seen = used+n, 0
			}
		}
		line, n, err := d.scan.next(data[used:], final, d.plain)
		if err != nil {
			d.line++
			d.current = data[used:]
			return used, d.context(err, -1)
		}
		if n == 0 {
			break
		}
		used += n
		if err := d.takeLine(line); err != nil {
			return used, err
		}
	}
	return used, nil
}

// isPlain tells whether lines and fields end where their ends are found first: most files are so throughout.
func (d *CopyDecoder) isPlain(data []byte) bool {
	if bytes.IndexByte(data, '\r') >= 0 {
		return false
	}
	if d.opts.Format == sqltext.CopyCSV {
		return bytes.IndexByte(data, d.opts.Quote) < 0 && !bytes.Contains(data, []byte(`\.`))
	}
	return bytes.IndexByte(data, '\\') < 0
}

// takePlain reads the whole lines of data, which is plain, and returns how much of it they are: column by column, since
// that is one loop for many values.
func (d *CopyDecoder) takePlain(data []byte) (used int, err error) {
	d.marks = appendMarks(d.marks[:0], data, d.opts.Delimiter, '\n')
	n := len(d.cells)
	for marks := d.marks; ; {
		rows := d.wholeRows(data, marks)
		if rows == 0 { // none is left, or it has not as many fields as there are columns
			last := slices.IndexFunc(marks, func(at uint32) bool { return data[at] == '\n' })
			if last < 0 {
				return used, nil
			}
			err = d.takeLine(data[used:marks[last]])
			used, marks = int(marks[last])+1, marks[last+1:]
		} else {
			block := marks[:rows*n]
			end := int(block[len(block)-1]) + 1
			if d.takeBlock(data, used, block) {
				d.line += rows
				err = d.endRows(rows, end-used-rows)
			} else {
				err = d.takeLines(data[used:end]) // finds out where the error is
			}
			used, marks = end, marks[rows*n:]
		}
		if err != nil {
			return used, err
		}
	}
}

// wholeRows returns how many rows, up to the end of a batch, begin the marks and have as many fields as there are columns.
func (d *CopyDecoder) wholeRows(data []byte, marks []uint32) int {
	n := len(d.cells)
	rows := 0
	for most := min(copyRows-d.rows, len(marks)/n); rows < most; rows++ {
		row := marks[rows*n : (rows+1)*n]
		for _, at := range row[:n-1] {
			if data[at] == '\n' {
				return rows
			}
		}
		if data[row[n-1]] != '\n' {
			return rows
		}
	}
	return rows
}

// takeBlock takes the values of whole rows that begin at start. It returns false if one is no value of its column.
func (d *CopyDecoder) takeBlock(data []byte, start int, marks []uint32) bool {
	n, null := len(d.cells), d.opts.Null
	rows := len(marks) / n
	d.values, d.validity = slices.Grow(d.values[:0], rows)[:rows], slices.Grow(d.validity[:0], rows)[:rows]
	for i, c := range d.cells {
		nulls, never := 0, d.forceNotNull[i]
		for row := range rows {
			from := start
			if k := row*n + i; k > 0 {
				from = int(marks[k-1]) + 1
			}
			v := data[from:marks[row*n+i]]
			valid := never || string(v) != null
			if !valid {
				nulls++
			}
			d.values[row], d.validity[row] = v, valid
		}
		valid := d.validity
		if nulls == 0 {
			valid = nil
		}
		if !c.block(d.values, valid) {
			return false
		}
	}
	return true
}

// takeLines takes lines one by one.
func (d *CopyDecoder) takeLines(lines []byte) error {
	for line := range bytes.Lines(lines) {
		if err := d.takeLine(line[:len(line)-1]); err != nil {
			return err
		}
	}
	return nil
}

// appendMarks appends where a and b stand in data. It looks at eight bytes at once: in a word that is xor'ed with eight times
// the byte looked for, it stands where a byte is zero.
func appendMarks(dst []uint32, data []byte, a, b byte) []uint32 {
	const ones, low = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	as, bs := ones*uint64(a), ones*uint64(b)
	i := 0
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		x, y := w^as, w^bs
		// The highest bit of a byte is set if it is zero.
		for found := ^((x&low+low|x)&(y&low+low|y) | low); found != 0; found &= found - 1 {
			dst = append(dst, uint32(i+bits.TrailingZeros64(found)/8))
		}
	}
	for ; i < len(data); i++ {
		if data[i] == a || data[i] == b {
			dst = append(dst, uint32(i))
		}
	}
	return dst
}

func (d *CopyDecoder) takeLine(line []byte) error {
	d.line++
	if string(line) == `\.` {
		d.ended = true
		return nil
	}
	if !d.valid {
		if err := checkText(text(line)); err != nil {
			return d.context(err, -1)
		}
	}
	if d.opts.Header && d.line == 1 {
		return d.takeHeader(line)
	}
	d.current = line
	defer func() { d.current = nil }()
	if err := d.split(line); err != nil {
		return d.context(err, -1)
	}
	if len(d.fields) > len(d.cells) {
		return d.context(pgerror.New(pgerror.BadCopyFileFormat, "extra data after last expected column"), -1)
	}
	for i, c := range d.cells {
		if i == len(d.fields) {
			return d.context(pgerror.Newf(pgerror.BadCopyFileFormat, "missing data for column %q", d.schema.Field(i).Name), -1)
		}
		f := d.fields[i]
		if f.null {
			c.b.AppendNull()
			continue
		}
		if err := c.text(f.value); err != nil {
			return d.context(err, i)
		}
	}
	return d.endRows(1, len(line))
}

func (d *CopyDecoder) takeHeader(line []byte) error {
	if !d.opts.HeaderMatch {
		return nil
	}
	if err := d.split(line); err != nil {
		return d.context(err, -1)
	}
	if len(d.fields) != len(d.cells) {
		return d.context(pgerror.Newf(pgerror.BadCopyFileFormat, "wrong number of fields in header line: got %d, expected %d", len(d.fields), len(d.cells)), -1)
	}
	for i, f := range d.fields {
		if want := d.schema.Field(i).Name; f.null || string(f.value) != want {
			return d.context(pgerror.Newf(pgerror.BadCopyFileFormat, "column name mismatch in header line field %d: got %q, expected %q", i+1, f.value, want), -1)
		}
	}
	return nil
}

// endRows counts rows, and emits a batch when it is enough.
func (d *CopyDecoder) endRows(n, size int) error {
	d.rows += n
	if d.size += size; d.rows < copyRows && d.size < copyBytes {
		return nil
	}
	return d.flush()
}

func (d *CopyDecoder) flush() error {
	if d.rows == 0 {
		return nil
	}
	cols := make([]arrow.Array, len(d.cells))
	for i, c := range d.cells {
		cols[i] = c.take()
	}
	rec := array.NewRecordBatch(d.schema, cols, int64(d.rows))
	for _, c := range cols {
		c.Release()
	}
	d.rows, d.size = 0, 0
	defer rec.Release()
	return d.emit(rec)
}

// context says where in the file an error is: the line, and the column and its value where column is one.
func (d *CopyDecoder) context(err error, column int) error {
	e := *pgerror.Flatten(err)
	line := max(d.line, 1)
	switch {
	case column >= 0:
		return e.In("COPY %s, line %d, column %s: \"%s\"", d.table, line, d.schema.Field(column).Name, shortened(d.fields[column].value))
	case d.current != nil:
		return e.In("COPY %s, line %d: \"%s\"", d.table, line, shortened(d.current))
	}
	return e.In("COPY %s, line %d", d.table, line)
}

// shortened is what a message shows of a value.
func shortened(v []byte) []byte {
	const most = 100
	if len(v) > most {
		return append(bytes.ToValidUTF8(v[:most:most], nil), "..."...)
	}
	return bytes.ToValidUTF8(v, []byte("?"))
}

// Failed says how far the file was read when err, which is not the decoder's, ended it.
func (d *CopyDecoder) Failed(err *pgerror.Error) error {
	return err.In("COPY %s, line %d", d.table, d.line+1)
}

// split divides a line into d.fields.
func (d *CopyDecoder) split(line []byte) error {
	if d.opts.Format == sqltext.CopyCSV {
		d.splitCSV(line)
		return nil
	}
	return d.splitText(line)
}

// splitText divides a line of the text format into d.fields, and resolves escapes.
func (d *CopyDecoder) splitText(line []byte) error {
	d.fields, d.scratch = d.fields[:0], d.scratch[:0]
	escaped := !d.plain && bytes.IndexByte(line, '\\') >= 0
	for {
		end := d.textField(line, escaped)
		raw := line[:end]
		f := field{value: raw, null: string(raw) == d.opts.Null}
		if escaped && !f.null && bytes.IndexByte(raw, '\\') >= 0 {
			start := len(d.scratch)
			d.scratch = unescapeCopy(d.scratch, raw)
			f.value = d.scratch[start:len(d.scratch):len(d.scratch)]
			if err := checkText(text(f.value)); err != nil {
				return err
			}
		}
		d.fields = append(d.fields, f)
		if end == len(line) {
			return nil
		}
		line = line[end+1:]
	}
}

// textField returns where the first field of the line ends.
func (d *CopyDecoder) textField(line []byte, escaped bool) int {
	if !escaped {
		if i := bytes.IndexByte(line, d.opts.Delimiter); i >= 0 {
			return i
		}
		return len(line)
	}
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case d.opts.Delimiter:
			return i
		}
	}
	return len(line)
}

// unescapeCopy resolves the escapes of COPY's text format (its manual page, "Text Format").
func unescapeCopy(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			dst = append(dst, raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'v':
			dst = append(dst, '\v')
		case '0', '1', '2', '3', '4', '5', '6', '7':
			v, n := digitsOf(raw[i:], 3, 8)
			dst = append(dst, byte(v))
			i += n - 1
		case 'x':
			v, n := digitsOf(raw[i+1:], 2, 16)
			if n == 0 {
				dst = append(dst, 'x')
				continue
			}
			dst = append(dst, byte(v))
			i += n
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// digitsOf reads up to most digits of a base.
func digitsOf(s []byte, most, base int) (v, n int) {
	for n < most && n < len(s) {
		digit := strings.IndexByte("0123456789abcdef", lower(s[n]))
		if digit < 0 || digit >= base {
			break
		}
		v = v*base + digit
		n++
	}
	return v, n
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// splitCSV divides a line of a CSV file into d.fields, with quotes off.
func (d *CopyDecoder) splitCSV(line []byte) {
	d.fields, d.scratch = d.fields[:0], d.scratch[:0]
	quoted := !d.plain && bytes.IndexByte(line, d.opts.Quote) >= 0
	for {
		i := len(d.fields)
		var value []byte
		end, sawQuote := len(line), false
		if next := bytes.IndexByte(line, d.opts.Delimiter); !quoted || next >= 0 && bytes.IndexByte(line[:next], d.opts.Quote) < 0 {
			if next >= 0 {
				end = next
			}
			value = line[:end]
		} else {
			value, end, sawQuote = d.quotedField(line)
		}
		null := string(value) == d.opts.Null
		if i < len(d.cells) {
			null = null && (!sawQuote && !d.forceNotNull[i] || sawQuote && d.forceNull[i])
		}
		d.fields = append(d.fields, field{value, null})
		if end == len(line) {
			return
		}
		line = line[end+1:]
	}
}

// quotedField reads the first field of the line, which has quotes.
func (d *CopyDecoder) quotedField(line []byte) (value []byte, end int, sawQuote bool) {
	start := len(d.scratch)
	inside := false
	i := 0
	for ; i < len(line); i++ {
		c := line[i]
		switch {
		case inside && c == d.opts.Escape && i+1 < len(line) && (line[i+1] == d.opts.Escape || line[i+1] == d.opts.Quote):
			i++
			d.scratch = append(d.scratch, line[i])
		case c == d.opts.Quote:
			inside, sawQuote = !inside, true
		case c == d.opts.Delimiter && !inside:
			return d.scratch[start:len(d.scratch):len(d.scratch)], i, sawQuote
		default:
			d.scratch = append(d.scratch, c)
		}
	}
	return d.scratch[start:len(d.scratch):len(d.scratch)], i, sawQuote
}

// consumeBinary reads the file's header and whole rows.
func (d *CopyDecoder) consumeBinary(data []byte) (used int, err error) {
	if !d.started {
		n, err := binaryHeader(data)
		if n == 0 || err != nil {
			return 0, err
		}
		used, d.started = n, true
	}
	for {
		n, err := d.binaryRow(data[used:])
		if err != nil {
			return used, err
		}
		if n == 0 {
			return used, nil
		}
		used += n
		if d.ended {
			if used < len(data) {
				return used, pgerror.New(pgerror.BadCopyFileFormat, "received copy data after EOF marker")
			}
			return used, nil
		}
	}
}

// binaryHeader returns the header's length; 0 while it is not all there.
func binaryHeader(data []byte) (int, error) {
	const signature = 11
	if n := min(len(data), signature); string(data[:n]) != copySignature[:n] {
		return 0, pgerror.New(pgerror.BadCopyFileFormat, "COPY file signature not recognized")
	}
	if len(data) < signature+8 {
		return 0, nil
	}
	flags, extension := be.Uint32(data[signature:]), int64(int32(be.Uint32(data[signature+4:])))
	switch {
	case flags != 0:
		return 0, pgerror.New(pgerror.BadCopyFileFormat, "unrecognized critical flags in COPY file header")
	case extension < 0:
		return 0, pgerror.New(pgerror.BadCopyFileFormat, "invalid COPY file header (missing length)")
	case int64(len(data)) < signature+8+extension:
		return 0, nil
	}
	return signature + 8 + int(extension), nil
}

// binaryRow reads a row and returns its length; 0 while it is not all there.
func (d *CopyDecoder) binaryRow(data []byte) (int, error) {
	if len(data) < 2 {
		return 0, nil
	}
	n := int(int16(be.Uint16(data)))
	if n == -1 {
		d.ended = true
		return 2, nil
	}
	if n != len(d.cells) {
		d.line++
		return 0, d.context(pgerror.Newf(pgerror.BadCopyFileFormat, "row field count is %d, expected %d", n, len(d.cells)), -1)
	}
	d.fields = d.fields[:0]
	at := 2
	for range n {
		if len(data) < at+4 {
			return 0, nil
		}
		size := int64(int32(be.Uint32(data[at:])))
		at += 4
		if size == -1 {
			d.fields = append(d.fields, field{null: true})
			continue
		}
		if size < 0 {
			d.line++
			return 0, d.context(pgerror.New(pgerror.BadCopyFileFormat, "invalid field size"), -1)
		}
		if int64(len(data)-at) < size {
			return 0, nil
		}
		d.fields = append(d.fields, field{value: data[at : at+int(size)]})
		at += int(size)
	}
	d.line++
	for i, f := range d.fields {
		if f.null {
			d.cells[i].b.AppendNull()
			continue
		}
		if err := d.cells[i].binary(f.value); err != nil {
			d.fields[i].value = nil // bytes are no use in a message
			return 0, d.context(err, i)
		}
	}
	return at, d.endRows(1, at)
}
