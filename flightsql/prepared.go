package flightsql

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/seal"
)

// handle is a prepared statement: all of it but its parameters' values, which wait in the session; sealed.
type handle struct {
	SQL         string `json:"q"`
	ID          string `json:"i"`
	Transaction []byte `json:"t,omitempty"`
	// Types are those of the parameters.
	Types []uint32 `json:"o,omitempty"`
}

func (h *handler) handleOf(b []byte) (*handle, error) {
	var out handle
	if h.s.seal.Open(seal.Prepared, b, &out) != nil {
		return nil, unauthenticated("this prepared statement is not one of ours")
	}
	return &out, nil
}

// prepared returns the statement of a handle, and the session that it runs in.
func (h *handler) prepared(ctx context.Context, b []byte) (*handle, Session, error) {
	p, err := h.handleOf(b)
	if err != nil {
		return nil, nil, err
	}
	s, err := of(ctx).in(p.Transaction)
	return p, s, err
}

// CreatePreparedStatement describes a statement, and runs nothing. One without rows has no schema, not an empty one: that is
// how drivers tell an update.
func (h *handler) CreatePreparedStatement(ctx context.Context, r stock.ActionCreatePreparedStatementRequest) (out stock.ActionCreatePreparedStatementResult, err error) {
	s, err := of(ctx).in(r.GetTransactionId())
	if err != nil {
		return out, err
	}
	d, err := s.Describe(ctx, r.GetQuery())
	if err != nil {
		return out, err
	}
	out.Handle = h.s.seal.Close(seal.Prepared, handle{r.GetQuery(), rand.Text(), r.GetTransactionId(), d.Types})
	out.ParameterSchema = d.Params
	if d.Result.NumFields() > 0 {
		out.DatasetSchema = d.Result
	}
	return out, nil
}

// ClosePreparedStatement forgets a statement's parameters. One that is not known is closed already.
func (h *handler) ClosePreparedStatement(ctx context.Context, r stock.ActionClosePreparedStatementRequest) error {
	if p, err := h.handleOf(r.GetPreparedStatementHandle()); err == nil {
		of(ctx).bind(p.ID, nil)
	}
	return nil
}

// bind keeps a statement's parameters, which the session takes over; nil: it has none.
func (s *session) bind(id string, rec arrow.RecordBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.bound[id]; old != nil {
		old.Release()
		delete(s.bound, id)
	}
	switch {
	case rec == nil:
	case s.closed:
		rec.Release()
	default:
		s.bound[id] = rec
	}
}

// params returns a statement's parameters, which the caller frees; nil: it has none.
func (s *session) params(p *handle) (params *Params, free func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.bound[p.ID]
	if rec == nil {
		return nil, func() {}
	}
	rec.Retain()
	return &Params{rec, 0, p.Types}, rec.Release
}

// DoPutPreparedStatementQuery binds a row of parameters.
func (h *handler) DoPutPreparedStatementQuery(ctx context.Context, cmd stock.PreparedStatementQuery, in flight.MessageReader, _ flight.MetadataWriter) ([]byte, error) {
	p, err := h.handleOf(cmd.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	var rec arrow.RecordBatch
	rows := rows(ctx, in)
	for {
		b, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && b.NumRows() == 0 {
			b.Release()
			continue
		}
		if err != nil || rec != nil || b.NumRows() > 1 {
			if rec != nil {
				rec.Release()
			}
			if err != nil {
				return nil, err
			}
			b.Release()
			return nil, pgerror.New(pgerror.FeatureNotSupported, "a query takes one row of parameters").
				WithHint("Run it once for each row, or join the rows as a table.")
		}
		rec = b
	}
	of(ctx).bind(p.ID, rec)
	return cmd.GetPreparedStatementHandle(), nil
}

// GetFlightInfoPreparedStatement runs a prepared statement with the parameters bound last.
func (h *handler) GetFlightInfoPreparedStatement(ctx context.Context, cmd stock.PreparedStatementQuery, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	p, s, err := h.prepared(ctx, cmd.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	params, free := of(ctx).params(p)
	defer free()
	res, err := s.Run(ctx, p.SQL, params)
	if err != nil {
		return nil, err
	}
	return h.info(ctx, res, desc), nil
}

// GetSchemaPreparedStatement describes a prepared statement's rows.
func (h *handler) GetSchemaPreparedStatement(ctx context.Context, cmd stock.PreparedStatementQuery, _ *flight.FlightDescriptor) (*flight.SchemaResult, error) {
	p, s, err := h.prepared(ctx, cmd.GetPreparedStatementHandle())
	if err != nil {
		return nil, err
	}
	return schemaOf(ctx, s, p.SQL)
}

// DoPutPreparedStatementUpdate runs a prepared statement once for each row of parameters: all of them or none.
func (h *handler) DoPutPreparedStatementUpdate(ctx context.Context, cmd stock.PreparedStatementUpdate, in flight.MessageReader) (int64, error) {
	p, s, err := h.prepared(ctx, cmd.GetPreparedStatementHandle())
	if err != nil {
		return 0, err
	}
	if schema := in.Schema(); schema == nil || schema.NumFields() == 0 { // without parameters, or with those that were bound before
		params, free := of(ctx).params(p)
		defer free()
		return h.update(ctx, s, p.SQL, params)
	}
	rows := &peeked{rows: rows(ctx, in)}
	defer rows.drop()
	n, err := rows.look(ctx, 2)
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, nil
	case n == 1 && rows.next[0].NumRows() == 1:
		return h.update(ctx, s, p.SQL, &Params{rows.next[0], 0, p.Types})
	}
	if n, done, err := s.RunMany(ctx, p.SQL, p.Types, rows); done {
		return n, err
	}
	var changed int64
	err = s.Together(ctx, p.SQL, func(ctx context.Context, s Session) (err error) {
		changed, err = h.eachOrNone(ctx, s, p, rows)
		return err
	})
	return changed, err
}

// eachOrNone runs a prepared statement once for each row, in a transaction. One that the session is in already fails as a
// whole by itself.
func (h *handler) eachOrNone(ctx context.Context, s Session, p *handle, rows Rows) (int64, error) {
	if s.Transaction() != NoTx {
		return h.each(ctx, s, p, rows)
	}
	if _, err := s.Run(ctx, "BEGIN", nil); err != nil {
		return 0, err
	}
	changed, err := h.each(ctx, s, p, rows)
	if err != nil {
		_, _ = s.Run(context.WithoutCancel(ctx), "ROLLBACK", nil)
		return 0, err
	}
	_, err = s.Run(context.WithoutCancel(ctx), "COMMIT", nil)
	return changed, err
}

// each runs a prepared statement once for each row.
func (h *handler) each(ctx context.Context, s Session, p *handle, rows Rows) (changed int64, err error) {
	for {
		rec, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return changed, nil
		}
		if err != nil {
			return changed, err
		}
		for row := 0; row < int(rec.NumRows()) && err == nil; row++ {
			var n int64
			n, err = h.update(ctx, s, p.SQL, &Params{rec, row, p.Types})
			changed += n
		}
		rec.Release()
		if err != nil {
			return changed, err
		}
	}
}

// peeked is rows whose next batches have been looked at.
type peeked struct {
	rows Rows
	next []arrow.RecordBatch
}

// Schema implements Rows.
func (p *peeked) Schema() *arrow.Schema { return p.rows.Schema() }

// look reads ahead until so many batches are there that have rows, or all, and returns how many there are.
func (p *peeked) look(ctx context.Context, batches int) (int, error) {
	for len(p.next) < batches {
		rec, err := p.rows.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return len(p.next), nil
		case err != nil:
			return 0, err
		case rec.NumRows() == 0:
			rec.Release()
		default:
			p.next = append(p.next, rec)
		}
	}
	return len(p.next), nil
}

// Next implements Rows.
func (p *peeked) Next(ctx context.Context) (arrow.RecordBatch, error) {
	if len(p.next) == 0 {
		return p.rows.Next(ctx)
	}
	rec := p.next[0]
	p.next = p.next[1:]
	return rec, nil
}

func (p *peeked) drop() {
	for _, rec := range p.next {
		rec.Release()
	}
	p.next = nil
}
