package dispatch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Result is what came of a statement whose rows, if it has any, wait at a worker for whoever comes for them, once.
type Result struct {
	// Schema describes the rows; no fields: there are none to come for.
	Schema *arrow.Schema
	// Changed is how many rows the statement has changed; -1 for one that has not ended or changes none.
	Changed int64
	Waiting Waiting
	// Expires is until when the rows wait.
	Expires time.Time
	// Location is the URL at which clients may come for them themselves; empty: they may not.
	Location string
	// Whole says that the rows are so few that they are here, as FlightData messages: none wait.
	Whole bool
	Rows  [][]byte
}

// Waiting is where rows wait.
type Waiting struct {
	Worker, ID string
}

// Open runs a statement. Its errors are those of its first rows at the latest; what fails later is told to who reads them.
// A statement that changes something has ended when Open returns.
func (s *Session) Open(ctx context.Context, p *session.Portal) (*Result, error) {
	if err := s.Allows(p.Statement.Verb); err != nil {
		return nil, err
	}
	st, err := s.resolve(p.Statement)
	if err != nil {
		return nil, err
	}
	if st.Verb == sqltext.Copy && st.IsClientCopy() {
		return nil, pgerror.New(pgerror.FeatureNotSupported, "COPY to or from the client is for PostgreSQL's protocol").
			WithHint("Read the query's result, or ingest rows, as Arrow.")
	}
	if _, _, signals, _ := st.Signals(); !signals && (st.Verb == sqltext.Select && st.Effect == sqltext.Select || returnsRows(st)) {
		return s.openAtWorker(ctx, &session.Portal{Statement: st, Params: p.Params, Casts: p.Casts, Texts: p.Texts})
	}
	rows, err := s.Run(ctx, p, false)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	batches, err := rows.few()
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	if rows.Schema().NumFields() == 0 {
		return &Result{Schema: rows.Schema(), Changed: int64(rows.count)}, nil
	}
	return s.stage(ctx, rows.Schema(), batches)
}

// returnsRows tells whether a statement that writes also returns rows.
func returnsRows(st *session.Statement) bool {
	switch st.Verb {
	case sqltext.Insert, sqltext.Update, sqltext.Delete, sqltext.Merge:
		return returning(st)
	}
	return false
}

// fewBytes is how many bytes of rows a statement may return that the gateway itself reads, such as SHOW, EXPLAIN and FETCH.
const fewBytes = 16 << 20

// few reads all rows. The caller releases them, also with an error.
func (r *Rows) few() (batches []*Batch, err error) {
	size := 0
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return batches, nil
		}
		if err != nil {
			return batches, err
		}
		batches = append(batches, b)
		for _, c := range b.Columns() {
			size += int(c.Data().SizeInBytes())
		}
		if size > fewBytes {
			return batches, pgerror.Newf(pgerror.ProgramLimitExceeded, "this kind of statement may return at most %d MB here", fewBytes>>20).
				WithHint("A SELECT may return any number of rows.")
		}
	}
}

// openAtWorker runs a statement of which only the worker reads rows.
func (s *Session) openAtWorker(ctx context.Context, p *session.Portal) (*Result, error) {
	if err := s.allowed(p.Statement, p); err != nil {
		return nil, err
	}
	ctx, q := s.begin(ctx, p.Statement)
	ctx, timer := s.withTimeout(ctx)
	defer timer.end()
	res, err := s.opened(ctx, p)
	if err != nil && ctx.Err() != nil {
		err = pgerror.FromContext(ctx)
	}
	s.ended(p.Statement, q, 0, err)
	return res, err
}

func (s *Session) opened(ctx context.Context, p *session.Portal) (*Result, error) {
	st := p.Statement
	req, text, pin, err := s.request(ctx, p, s.readsBlocks(st))
	if err != nil {
		return nil, err
	}
	res, err := s.d.open(ctx, req, pin.at(), isRead(st.Effect) && (pin == nil || !s.InBlock()))
	if err != nil {
		err = locate(err, &st.Statement, &text.Rewritten)
		if pin != nil {
			err = s.lost(err)
		}
		return nil, err
	}
	res.Schema = named(res.Schema, &st.Statement)
	if text.notice != nil {
		s.notice(text.notice)
	}
	return res, nil
}

// stage lets rows that the gateway has wait at a worker like others.
func (s *Session) stage(ctx context.Context, schema *arrow.Schema, batches []*Batch) (*Result, error) {
	var buf bytes.Buffer
	w := ipc.NewWriter(&buf, ipc.WithSchema(schema))
	for _, b := range batches {
		if err := w.Write(b.RecordBatch); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return s.d.open(ctx, &workerpb.Statement{
		QueryId: s.d.newID(), User: s.user, Sql: "SELECT * FROM tavana_rows('rows')", Profile: s.Profile, Settings: s.Settings.Worker(),
		Tables: []*workerpb.Table{{Name: "rows", Ipc: buf.Bytes()}},
	}, nil, true)
}

// inlineBytes is up to how many bytes rows come with the answer: they travel to the client and back, so that a row or two
// cost one way to the worker instead of two.
const inlineBytes = 4 << 10

// open is execute for a statement whose rows wait at its worker.
func (d *Dispatcher) open(ctx context.Context, st *workerpb.Statement, pinned *router.Worker, again bool) (*Result, error) {
	res := &Result{Changed: -1}
	err := d.place(ctx, st, pinned, again, func(avoid *router.Worker) (*router.Worker, error) {
		var o *workerapi.Opening
		var at *router.Worker
		var lost error
		err := d.admit(ctx, pinned, avoid, func(waiting context.Context, w *router.Worker) (got bool, err error) {
			d.assign(waiting, st, w)
			if o, err = w.Client.OpenResult(ctx, st, inlineBytes); err != nil {
				return false, err
			}
			at = w
			got, lost, err = await(ctx, waiting, o)
			if got {
				queryOf(ctx).goesTo(w, st)
			}
			return got, err
		})
		if err != nil {
			return nil, err
		}
		defer o.Close()
		if lost != nil {
			return at, lost
		}
		resp, err := o.Wait()
		if err != nil {
			return at, asLost(err)
		}
		q := queryOf(ctx)
		d.learn(q, resp.GetCompletion())
		if q != nil && resp.GetCompletion() == nil {
			d.opened.Add(st.QueryId, q)
		}
		if done := resp.GetCompletion(); done != nil && st.GetLasting() {
			res.Changed = int64(max(done.GetRowsChanged(), done.GetRows()))
		}
		res.Waiting, res.Expires = Waiting{at.Target, st.QueryId}, time.Unix(0, resp.GetExpiresUnixNanos())
		res.Location, res.Whole, res.Rows = resp.GetLocation(), resp.GetWhole(), resp.GetRows()
		res.Schema, err = workerapi.DecodeSchema(resp.GetSchema())
		return at, err
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// Rows returns the stream of rows that wait. The caller closes it.
func (d *Dispatcher) Rows(ctx context.Context, at Waiting) (*workerapi.Stream, error) {
	w, err := d.workerAt(at)
	if err != nil {
		return nil, err
	}
	stream, err := w.Client.Result(ctx, at.ID)
	if q, ok := d.opened.Get(at.ID); ok && err == nil {
		d.opened.Remove(at.ID)
		stream.OnEnd(func(done *workerpb.Completion) { d.learn(q, done) })
	}
	return stream, err
}

// CancelResult gives up rows that wait, or that are being read, and tells whether there were any.
func (d *Dispatcher) CancelResult(ctx context.Context, at Waiting) (bool, error) {
	w, err := d.workerAt(at)
	if err != nil {
		return false, nil // they went with it
	}
	return w.Client.Cancel(ctx, at.ID)
}

// RenewResult lets rows wait for longer, and returns until when.
func (d *Dispatcher) RenewResult(ctx context.Context, at Waiting) (time.Time, error) {
	w, err := d.workerAt(at)
	if err != nil {
		return time.Time{}, err
	}
	return w.Client.RenewResult(ctx, at.ID)
}

func (d *Dispatcher) workerAt(at Waiting) (*router.Worker, error) {
	for _, w := range d.router.Workers() {
		if w.Target == at.Worker {
			return w, nil
		}
	}
	return nil, pgerror.LostWorker("the worker that had the rows is not there any more")
}

// TableSchemas returns what a SELECT of each table would have as its schema. They are described at once: a row of a table, as
// one value, has its columns as fields.
func (s *Session) TableSchemas(ctx context.Context, tables []sqltext.Object) ([]*arrow.Schema, error) {
	rows, from := make([]string, len(tables)), make([]string, len(tables))
	for i, t := range tables {
		rows[i] = identifier("tavana_row_" + strconv.Itoa(i))
		from[i] = tableName(t) + " AS " + rows[i]
	}
	list, err := derived("SELECT " + strings.Join(rows, ", ") + " FROM " + strings.Join(from, ", "))
	if err != nil {
		return nil, err
	}
	resp, err := s.prepare(ctx, list[0], nil)
	s.dropIdlePin()
	if err != nil {
		return nil, err
	}
	schema, err := workerapi.DecodeSchema(resp.GetSchema())
	if err != nil {
		return nil, err
	}
	out := make([]*arrow.Schema, len(tables))
	for i := range out {
		t, ok := schema.Field(i).Type.(*arrow.StructType)
		if !ok {
			return nil, pgerror.Newf(pgerror.InternalError, "a row of table %q is no struct", tables[i].Name)
		}
		out[i] = arrow.NewSchema(t.Fields(), nil)
	}
	return out, nil
}

// Pinned tells whether the session has something at a worker: a transaction, temporary objects.
func (s *Session) Pinned() bool { return s.pin != nil }
