package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/workerapi"
)

// What drivers make of executemany and of a batch, an INSERT of one row that is bound and executed again and again in one pipeline,
// is run as one statement with all of these rows: one by one, each would cost a lasting table a statement of milliseconds.
//
//	Execute │ Bind Describe Execute │ Bind Execute │ …          while they come, and fit
//	        ▼                       ▼
//	INSERT … SELECT … FROM the rows
//	        │
//	CommandComplete │ BindComplete NoData CommandComplete │ …   what each would have got
//
// An error is told for the first of them: none of the rows is there, and the pipeline or the block has failed, as it would have by one.

// The most rows and bytes that are put together. From few on it is worth it.
const (
	worthRows    = 4
	mostRows     = 10_000
	mostRowBytes = 8 << 20
)

// rowPatience is how long the next message of a pipeline is waited for before the rows that are there are run.
const rowPatience = 2 * time.Millisecond

// many is an INSERT's rows.
type many struct {
	c    *conn
	p    *session.Portal // the first row's
	rows *pgenc.ParamRows
	// described tells of each row whether its Describe is to be answered.
	described []bool
	// bound is a Bind that has been read and is not executed yet, valid until the next is read; describes: its Describe has been read.
	bound     *pgproto3.Bind
	row       arrow.RecordBatch // bound's; nil: it is none for these rows
	describes bool
}

// executeMany executes the unnamed portal together with what follows it. done is false where that is not the same statement again;
// then nothing has been read or run.
func (c *conn) executeMany(p *session.Portal) (done bool, err error) {
	if p.Run != nil || !c.s.InsertsRow(p.Statement) {
		return false, nil
	}
	if typ, ok := c.soon(); !ok || typ != 'B' {
		return false, nil
	}
	first, err := workerapi.DecodeRow(p.Params)
	if err != nil || first == nil {
		return false, nil
	}
	m := &many{c: c, p: p, rows: pgenc.NewParamRows(p.Statement.ParamOIDs), described: []bool{false}}
	defer m.rows.Release()
	fits := m.rows.Fits(first)
	if fits {
		m.rows.Add(first)
	}
	first.Release()
	if !fits {
		return false, nil
	}
	defer m.unbind()
	if err := m.collect(); err != nil {
		return true, err
	}
	p.Run = &execution{cancel: func(error) {}, done: true}
	if err := m.run(); err != nil {
		return true, err
	}
	return true, m.leave()
}

// collect reads rows while they come and fit.
func (m *many) collect() error {
	for m.rows.Len() < mostRows && m.rows.Size() < mostRowBytes {
		typ, ok := m.c.soon()
		if !ok {
			return nil
		}
		more, err := m.take(typ)
		if !more || err != nil {
			return err
		}
	}
	return nil
}

// soon waits for the next message for a moment, and returns its type.
func (c *conn) soon() (typ byte, ok bool) {
	if c.in.r.Buffered() == 0 {
		_ = c.net.SetReadDeadline(time.Now().Add(rowPatience))
		defer func() { _ = c.net.SetReadDeadline(time.Time{}) }() // who is interrupted meanwhile is told by its flag
	}
	next, err := c.in.r.Peek(1)
	if err != nil {
		return 0, false
	}
	return next[0], true
}

// take reads a message if it belongs to another row.
func (m *many) take(typ byte) (more bool, err error) {
	switch {
	case typ == 'B' && m.bound == nil:
		return m.takeBind()
	case typ == 'D' && m.row != nil && !m.describes && m.c.begins([]byte("P\x00")):
		m.describes = true
		err = m.c.pass()
		return true, err
	case typ == 'E' && m.row != nil && m.c.begins([]byte("\x00")):
		m.rows.Add(m.row)
		m.described = append(m.described, m.describes)
		m.unbind()
		err = m.c.pass()
		return true, err
	}
	return false, nil
}

// begins tells whether the body of the next message begins so.
func (c *conn) begins(body []byte) bool {
	const head = 5
	b, err := c.in.r.Peek(head + len(body))
	return err == nil && bytes.Equal(b[head:], body)
}

// pass reads a message that has been looked at. Its body is not kept: that of the Bind before it is still in use.
func (c *conn) pass() error {
	head, err := c.in.r.Peek(5)
	if err == nil {
		_, err = c.in.r.Discard(1 + int(binary.BigEndian.Uint32(head[1:])))
	}
	return err
}

// takeBind reads a Bind. What is wrong with it, or of another type than the rows have been, is left for later.
func (m *many) takeBind() (more bool, err error) {
	typ, body, err := m.c.next()
	if err != nil {
		return false, err
	}
	msg, err := decode(typ, body)
	if err != nil {
		return false, err
	}
	m.bound = msg.(*pgproto3.Bind)
	if st, err := m.c.s.StatementNamed(m.bound.PreparedStatement); err != nil || st != m.p.Statement || m.bound.DestinationPortal != "" {
		return false, nil
	}
	row, _, err := pgenc.Params(m.bound.Parameters, m.bound.ParameterFormatCodes, m.p.Statement.ParamOIDs)
	if err != nil {
		return false, nil
	}
	if !m.rows.Fits(row) {
		row.Release()
		return false, nil
	}
	m.row = row
	return true, nil
}

func (m *many) unbind() {
	if m.row != nil {
		m.row.Release()
	}
	m.bound, m.row, m.describes = nil, nil, false
}

// run runs the statement for all rows, and answers them.
func (m *many) run() error {
	rec, casts, err := m.rows.Record()
	if err != nil {
		return err
	}
	defer rec.Release()
	if m.rows.Len() >= worthRows {
		if done, err := m.insert(rec, casts); done || err != nil {
			return err
		}
	}
	for i := range m.described {
		m.answerBind(i)
		row := rec.NewSlice(int64(i), int64(i)+1)
		params, err := workerapi.EncodeRow(row)
		row.Release()
		if err != nil {
			return err
		}
		if err := m.c.execute(&session.Portal{Statement: m.p.Statement, Params: params, Casts: casts}, 0, false); err != nil {
			return err
		}
	}
	return nil
}

// insert runs one statement for all rows. done is false if it is to be run for each.
func (m *many) insert(rec arrow.RecordBatch, casts []string) (done bool, err error) {
	ctx, end := m.c.begin()
	defer end()
	left := rec
	left.Retain()
	_, done, err = m.c.s.InsertMany(ctx, m.p.Statement, casts, rec.Schema(), func(context.Context) (arrow.RecordBatch, error) {
		if left == nil {
			return nil, io.EOF
		}
		next := left
		left = nil
		return next, nil
	})
	if left != nil {
		left.Release()
	}
	if err != nil {
		return true, m.c.reason(ctx, err)
	}
	if !done {
		return false, nil
	}
	tag := []byte(m.p.Statement.Tag(1))
	for i := range m.described {
		m.answerBind(i)
		m.c.send(&pgproto3.CommandComplete{CommandTag: tag})
		if err := m.c.flushFull(); err != nil {
			return true, err
		}
	}
	return true, nil
}

// answerBind answers what came before a row's Execute; the first row's has been answered.
func (m *many) answerBind(i int) {
	if i == 0 {
		return
	}
	m.c.send(&pgproto3.BindComplete{})
	if m.described[i] {
		m.c.send(&pgproto3.NoData{})
	}
}

// leave answers a Bind that has been read and is not one of the rows.
func (m *many) leave() error {
	if m.bound == nil {
		return nil
	}
	if err := m.c.bind(m.bound); err != nil || !m.describes {
		return err
	}
	return m.c.describePortal("")
}
