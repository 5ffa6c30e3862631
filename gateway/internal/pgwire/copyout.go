package pgwire

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// COPY to the client is a result whose rows go out in another form:
//
//	CopyOutResponse | CopyData for each row | CopyDone | CommandComplete

func (c *conn) startCopyOut(e *execution) error {
	n := e.rows.Schema().NumFields()
	if n > pgenc.MaxColumns {
		return pgerror.Newf(pgerror.ProgramLimitExceeded, "a result can have at most %d columns", pgenc.MaxColumns)
	}
	opts := e.rows.Copy().CopyOptions
	enc, err := pgenc.NewCopyEncoder(e.rows.Schema(), opts, c.s.Settings.Encoding())
	if err != nil {
		return err
	}
	e.enc, e.copied, e.prefix = enc, enc, enc.Header()
	format, codes := copyFormats(opts, n)
	c.send(&pgproto3.CopyOutResponse{OverallFormat: format, ColumnFormatCodes: codes})
	c.out = enc.HeaderLine(c.out)
	return nil
}

// copyFormats are the format codes of a COPY's n columns.
func copyFormats(opts sqltext.CopyOptions, n int) (overall byte, codes []uint16) {
	codes = make([]uint16, n)
	if opts.Format != sqltext.CopyBinary {
		return 0, codes
	}
	for i := range codes {
		codes[i] = 1
	}
	return 1, codes
}

// prefixRow appends the message of the first row with the file's header before it, as PostgreSQL sends it.
func (c *conn) prefixRow(e *execution, b *dispatch.Batch, row int) error {
	message, _, err := e.enc.Append(nil, b, row, row+1, math.MaxInt)
	if err != nil {
		return err
	}
	c.out = appendCopyData(c.out, e.prefix, message[5:])
	e.prefix = nil
	return nil
}

// endCopyOut sends what comes behind the last row.
func (c *conn) endCopyOut(e *execution) {
	trailer := e.copied.Trailer(nil)
	if e.prefix != nil { // there was no row
		trailer = appendCopyData(nil, e.prefix, trailer[5:])
	}
	c.out = append(c.out, trailer...)
	c.send(&pgproto3.CopyDone{})
}

func appendCopyData(dst []byte, parts ...[]byte) []byte {
	start := len(dst)
	dst = append(dst, 'd', 0, 0, 0, 0)
	for _, p := range parts {
		dst = append(dst, p...)
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst
}
