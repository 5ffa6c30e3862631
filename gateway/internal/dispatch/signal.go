package dispatch

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// pg_cancel_backend and pg_terminate_backend act here, where the sessions are: a worker returns the process ids that a query
// finds, and each becomes whether there was such a session.

// signals runs a statement that signals sessions; ok is false for those that do not.
func (s *Session) signals(ctx context.Context, p *session.Portal, st *session.Statement) (rows *Rows, ok bool, err error) {
	signals, bare, ok, err := st.Signals()
	if !ok || err != nil {
		return nil, ok, err
	}
	rows, err = s.signalling(ctx, p, bare, signals)
	return rows, true, err
}

// signalling runs a statement that signals other sessions.
func (s *Session) signalling(ctx context.Context, p *session.Portal, bare sqltext.Statement, signals []sqltext.Signal) (*Rows, error) {
	st := session.NewStatement(bare)
	rows, err := s.Run(ctx, &session.Portal{Statement: st, Params: p.Params, Casts: p.Casts}, false)
	if err != nil {
		return nil, err
	}
	schema := signalSchema(rows.Schema(), signals)
	var batches []*Batch
	free := func() {
		for _, b := range batches {
			b.Release()
		}
	}
	for {
		b, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var done *Batch
		if err == nil {
			done, err = s.signalBatch(schema, b, signals)
		}
		if err != nil {
			free()
			rows.Close()
			return nil, err
		}
		batches = append(batches, done)
	}
	rows.Close()
	out := &Rows{schema: schema, ctx: context.Background(), done: true, tag: p.Statement.Tag, locate: func(err error) error { return err }, more: batches}
	out.advance()
	return out, nil
}

// signalSchema is the result's schema with booleans for process ids.
func signalSchema(schema *arrow.Schema, signals []sqltext.Signal) *arrow.Schema {
	fields := append([]arrow.Field(nil), schema.Fields()...)
	for _, sig := range signals {
		if sig.Column < len(fields) {
			fields[sig.Column] = arrow.Field{Name: fields[sig.Column].Name, Type: arrow.FixedWidthTypes.Boolean, Nullable: true}
		}
	}
	return arrow.NewSchema(fields, nil)
}

// signalBatch signals the sessions of a batch, which it takes, and returns what came of it. Those before an error have been
// signalled, as in PostgreSQL.
func (s *Session) signalBatch(schema *arrow.Schema, b *Batch, signals []sqltext.Signal) (*Batch, error) {
	defer b.Release()
	cols := append([]arrow.Array(nil), b.Columns()...)
	for _, sig := range signals {
		pids, ok := b.Column(sig.Column).(*array.Int64)
		if !ok {
			continue
		}
		done := array.NewBooleanBuilder(memory.DefaultAllocator)
		for i := range pids.Len() {
			if pids.IsNull(i) {
				done.AppendNull()
				continue
			}
			found, err := s.signal(pids.Value(i), sig.Terminate)
			if err != nil {
				done.Release()
				return nil, err
			}
			done.Append(found)
		}
		cols[sig.Column] = done.NewArray()
		done.Release()
		defer cols[sig.Column].Release()
	}
	// The columns lie in the batch's buffer, which goes with it: they are copied.
	copied := make([]arrow.Array, len(cols))
	for i, c := range cols {
		a, err := array.Concatenate([]arrow.Array{c}, memory.DefaultAllocator)
		if err != nil {
			a = array.MakeArrayOfNull(memory.DefaultAllocator, c.DataType(), c.Len())
		}
		copied[i] = a
		defer a.Release()
	}
	return &Batch{RecordBatch: array.NewRecordBatch(schema, copied, b.NumRows())}, nil
}

// signal cancels or ends the session with the process id. Others' are for superusers.
func (s *Session) signal(pid int64, terminate bool) (found bool, err error) {
	var target *activity
	s.d.each(func(a *activity) {
		if int64(a.client.PID) == pid {
			target = a
		}
	})
	switch {
	case target == nil:
		s.notice(pgerror.Newf(pgerror.Warning, "PID %d is not a PostgreSQL server process", pid))
		return false, nil
	case !s.Superuser && target.identity.User != s.User:
		what := "query is being canceled"
		if terminate {
			what = "process is being terminated"
		}
		return false, pgerror.New(pgerror.InsufficientPrivilege, "must be a member of the role whose "+what+" or member of pg_signal_backend")
	case terminate:
		// A little later, so that one's own session can still answer.
		if target == &s.activity {
			time.AfterFunc(10*time.Millisecond, target.client.Terminate)
		} else {
			target.client.Terminate()
		}
	default:
		target.client.Cancel()
	}
	return true, nil
}
