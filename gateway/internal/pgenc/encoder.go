package pgenc

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Format is how a value travels: the protocol's format code.
type Format int16

// The protocol's format codes.
const (
	Text   Format = 0
	Binary Format = 1
)

// MaxColumns is how many columns a DataRow can have: the protocol counts them in 16 bits, of which libpq reads 15.
const MaxColumns = 32767

// Formats returns the format of each of n columns from the codes of a Bind: none means text, one is for all.
func Formats(codes []int16, n int) ([]Format, error) {
	out := make([]Format, n)
	if len(codes) > 1 && len(codes) != n {
		return nil, pgerror.Newf(pgerror.ProtocolViolation, "bind message has %d result formats but query has %d columns", len(codes), n)
	}
	for i := range out {
		code := int16(0)
		switch len(codes) {
		case 0:
		case 1:
			code = codes[0]
		default:
			code = codes[i]
		}
		if code != 0 && code != 1 {
			return nil, pgerror.Newf(pgerror.ProtocolViolation, "invalid format code: %d", code)
		}
		out[i] = Format(code)
	}
	return out, nil
}

// Encoder turns the batches of one result into DataRow messages. It has no state between batches, so several goroutines
// may encode different batches of one result at once.
type Encoder struct {
	fields   []arrow.Field
	formats  []Format
	settings Settings
}

// NewEncoder returns an Encoder for results of schema. formats has an entry for each column.
func NewEncoder(schema *arrow.Schema, formats []Format, s Settings) *Encoder {
	return &Encoder{fields: schema.Fields(), formats: formats, settings: s}
}

// Same tells whether two encoders of one schema make the same of a batch.
func (e *Encoder) Same(o *Encoder) bool {
	return e.settings == o.settings && slices.Equal(e.formats, o.formats)
}

// maxMessage is the largest message that libpq reads, in bytes.
const maxMessage = 1<<30 - 1

// Append appends rows from to to (exclusive) of rec as DataRow messages, until dst has limit bytes or more. It returns
// the row to go on with; to, when all are there.
//
//	'D' | int32 length without 'D' | int16 columns | for each: int32 length or -1, bytes
//
// On an error dst ends with the last whole message, so that what was sent stays on a message border.
func (e *Encoder) Append(dst []byte, rec arrow.RecordBatch, from, to, limit int) (out []byte, next int, err error) {
	cols := make([]Column, len(e.fields))
	for i := range cols {
		if cols[i], err = NewColumn(e.fields[i], rec.Column(i)); err != nil {
			return dst, from, err
		}
	}
	for row := from; row < to; row++ {
		if len(dst) >= limit {
			return dst, row, nil
		}
		start := len(dst)
		if dst, err = e.appendRow(dst, cols, row); err != nil {
			return dst[:start], row, err
		}
	}
	return dst, to, nil
}

func (e *Encoder) appendRow(dst []byte, cols []Column, row int) ([]byte, error) {
	start := len(dst)
	n := len(cols)
	dst = append(dst, 'D', 0, 0, 0, 0, byte(n>>8), byte(n))
	for i := range cols {
		c := &cols[i]
		if c.IsNull(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		var err error
		if e.formats[i] == Text {
			dst, err = c.AppendText(dst, row, &e.settings)
		} else {
			dst, err = c.AppendBinary(dst, row, &e.settings)
		}
		if err != nil {
			return dst, err
		}
		be.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	size := len(dst) - start - 1
	if size > maxMessage {
		return dst, pgerror.New(pgerror.ProgramLimitExceeded, "a row is larger than the protocol's 1 GB")
	}
	be.PutUint32(dst[start+1:], uint32(size))
	return dst, nil
}
