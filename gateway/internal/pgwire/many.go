package pgwire

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
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

// The most rows and bytes that are put together. From worthRows on it is worth it for a temporary table; a lasting one gains earlier.
const (
	worthRows    = 8
	mostRows     = 10_000
	mostRowBytes = 16 << 20
)

// rowPatience is how long the next message of a pipeline is waited for before the rows that are there are run, which begins after
// mostRowTime at the latest.
const (
	rowPatience = 2 * time.Millisecond
	mostRowTime = time.Second
)

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
	broken    error // what was read last
}

// executeMany executes the unnamed portal together with what follows it. done is false where that is not the same statement again;
// then nothing has been read or run.
func (c *conn) executeMany(p *session.Portal) (done bool, err error) {
	if p.Run != nil {
		return false, nil
	}
	alone, ok := c.s.InsertsRow(p.Statement)
	if !ok {
		return false, nil
	}
	if typ, ok := c.soon(); !ok || typ != 'B' {
		return false, nil
	}
	first, err := workerapi.DecodeRow(p.Params)
	if err != nil || first == nil {
		return false, nil
	}
	defer first.Release()
	m := &many{c: c, p: p, rows: pgenc.NewParamRows(p.Statement.ParamOIDs, alone), described: []bool{false}}
	defer m.rows.Release()
	if !m.rows.Fits(first) {
		return false, nil
	}
	m.rows.Add(first)
	defer m.unbind()
	p.Run = &execution{cancel: func(error) {}, done: true}
	if err := m.run(); err != nil {
		return true, err
	}
	if m.broken != nil {
		return true, m.broken
	}
	return true, m.leave()
}

// run reads rows, runs the statement for all of them, and answers them.
func (m *many) run() error {
	ctx, end := m.c.begin()
	defer end()
	m.collect(ctx)
	if ctx.Err() != nil {
		return m.c.reason(ctx, pgerror.FromContext(ctx))
	}
	rec, casts, err := m.rows.Record()
	if err != nil {
		return err
	}
	defer rec.Release()
	if m.rows.Len() >= worthRows {
		if done, err := m.insert(ctx, rec, casts); done || err != nil {
			return m.c.reason(ctx, err)
		}
	}
	for i := range m.described {
		m.answerBind(i)
		if err := m.insertOne(rec.NewSlice(int64(i), int64(i)+1), casts); err != nil {
			return err
		}
	}
	return nil
}

// collect reads rows while they come and fit.
func (m *many) collect(ctx context.Context) {
	for begun := time.Now(); m.rows.Len() < mostRows && m.rows.Size() < mostRowBytes && time.Since(begun) < mostRowTime && ctx.Err() == nil; {
		if typ, ok := m.c.soon(); !ok || !m.take(typ) {
			return
		}
	}
}

// soon waits for the next message for a moment, and returns its type.
func (c *conn) soon() (typ byte, ok bool) {
	if c.in.r.Buffered() == 0 {
		_ = c.net.SetReadDeadline(time.Now().Add(rowPatience))
		defer func() {
			_ = c.net.SetReadDeadline(time.Time{})
			if c.running.ended.Load() { // the deadline may have been terminate's
				c.interrupt()
			}
		}()
	}
	next, err := c.in.r.Peek(1)
	if err != nil {
		return 0, false
	}
	return next[0], true
}

// What a Describe and an Execute of the unnamed portal are, but for the latter's limit, which is for rows that are returned.
var (
	describeUnnamed = []byte{'D', 0, 0, 0, 6, 'P', 0}
	executeUnnamed  = []byte{'E', 0, 0, 0, 9, 0}
)

// take reads a message if it belongs to another row.
func (m *many) take(typ byte) bool {
	switch {
	case typ == 'B' && m.bound == nil:
		return m.takeBind()
	case typ == 'D' && m.row != nil && !m.describes && m.c.begins(describeUnnamed):
		m.describes = true
		return m.pass(len(describeUnnamed))
	case typ == 'E' && m.row != nil && m.c.begins(executeUnnamed):
		const limit = 4
		if !m.pass(len(executeUnnamed) + limit) {
			return false
		}
		m.rows.Add(m.row)
		m.described = append(m.described, m.describes)
		m.unbind()
		return true
	}
	return false
}

// begins tells whether the next message begins so.
func (c *conn) begins(message []byte) bool {
	b, err := c.in.r.Peek(len(message))
	return err == nil && bytes.Equal(b, message)
}

// pass reads a message that has been looked at. Its body is not kept: that of the Bind before it is still in use.
func (m *many) pass(n int) bool {
	_, m.broken = m.c.in.r.Discard(n)
	return m.broken == nil
}

// takeBind reads a Bind. What is wrong with it, or of another type than the rows have been, is left for later.
func (m *many) takeBind() bool {
	typ, body, err := m.c.next()
	if err != nil {
		m.broken = err
		return false
	}
	msg, err := decode(typ, body)
	if err != nil {
		m.broken = err
		return false
	}
	m.bound = msg.(*pgproto3.Bind)
	if st, err := m.c.s.StatementNamed(m.bound.PreparedStatement); err != nil || st != m.p.Statement || m.bound.DestinationPortal != "" {
		return false
	}
	row, _, err := pgenc.Params(m.bound.Parameters, m.bound.ParameterFormatCodes, m.p.Statement.ParamOIDs)
	if err != nil {
		return false
	}
	if !m.rows.Fits(row) {
		row.Release()
		return false
	}
	m.row = row
	return true
}

func (m *many) unbind() {
	if m.row != nil {
		m.row.Release()
	}
	m.bound, m.row, m.describes = nil, nil, false
}

// insertOne runs the statement for one row, which it releases, and answers its Execute.
func (m *many) insertOne(row arrow.RecordBatch, casts []string) error {
	defer row.Release()
	params, err := workerapi.EncodeRow(row)
	if err != nil {
		return err
	}
	p := &session.Portal{Statement: m.p.Statement, Params: params, Casts: casts}
	defer func() {
		if p.Run != nil {
			p.Run.Close()
		}
	}()
	return m.c.execute(p, 0, false)
}

// insert runs one statement for all rows. done is false if it is to be run for each.
func (m *many) insert(ctx context.Context, rec arrow.RecordBatch, casts []string) (done bool, err error) {
	left := rec
	left.Retain()
	defer func() {
		if left != nil {
			left.Release()
		}
	}()
	_, done, err = m.c.s.InsertMany(ctx, m.p.Statement, casts, rec.Schema(), func(context.Context) (arrow.RecordBatch, error) {
		if left == nil {
			return nil, io.EOF
		}
		next := left
		left = nil
		return next, nil
	})
	if err != nil || !done {
		return done, err
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
