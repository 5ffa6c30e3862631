package worker

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// results are statements whose rows wait for whoever comes for them, by the statements' ids.
type results struct {
	mu      sync.Mutex
	waiting map[string]*result
}

func (rs *results) count() int {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return len(rs.waiting)
}

// result is one of them. It belongs to who has taken it out of results.
//
//	live   e ──► first, batches ──► DoGet    two batches wait at most, and DuckDB for the reader
//	whole  e ──► rows (memory, disk) ──► DoGet
type result struct {
	id      string
	schema  *arrow.Schema
	expires time.Time

	e     *execution
	first arrow.RecordBatch // of a live one; nil: none came

	rows *spool               // of a whole one
	done *workerpb.Completion // what it ended with
}

// OpenResult implements workerapi.Service.
func (w *Worker) OpenResult(ctx context.Context, r *workerpb.OpenResultRequest, granted func() error) (*workerpb.OpenResultResponse, error) {
	st := r.GetStatement()
	if st.GetQueryId() == "" {
		return nil, pgerror.New(pgerror.ProtocolViolation, "a result needs a statement with an id")
	}
	release, err := w.hold(true)
	if err != nil {
		return nil, err
	}
	defer release()
	e, err := w.start(ctx, st)
	if err != nil {
		return nil, err
	}
	if err := granted(); err != nil {
		return nil, e.abandon(err)
	}
	res := &result{id: st.GetQueryId(), e: e, expires: time.Now().Add(w.cfg.ResultTimeout)}
	if st.GetLasting() || st.GetSessionId() != "" {
		err = res.runWhole(ctx, w)
	} else {
		res.schema, res.first, err = e.await(ctx)
	}
	if err != nil {
		return nil, err
	}
	resp := &workerpb.OpenResultResponse{Completion: res.done}
	if resp.Schema, err = workerapi.EncodeSchema(res.schema); err != nil {
		res.drop(err)
		return nil, err
	}
	if res.schema.NumFields() == 0 && res.done != nil {
		return resp, nil
	}
	resp.ExpiresUnixNanos = res.expires.UnixNano()
	if resp.Whole = res.isFew(int64(r.GetInlineBytes())); resp.Whole {
		resp.Rows, err = res.inline(ctx)
		return resp, err
	}
	resp.Location = w.location
	if err := w.addResult(res); err != nil {
		res.drop(err)
		return nil, err
	}
	return resp, nil
}

// endPatience is how long a statement with a few rows may take to say that there are no more.
const endPatience = time.Millisecond

// isFew tells whether all rows are here and have at most so many bytes.
func (res *result) isFew(most int64) bool {
	switch {
	case most == 0:
		return false
	case res.rows != nil:
		return res.rows.file == nil && res.rows.fewBytes <= most
	case res.first != nil && recordSize(res.first) > most:
		return false
	}
	patience := time.NewTimer(endPatience)
	defer patience.Stop()
	select {
	case <-res.e.done:
		return len(res.e.batches) == 0
	case <-patience.C:
		return false
	}
}

// inline returns the messages of the few rows, and ends the result.
func (res *result) inline(ctx context.Context) ([][]byte, error) {
	out := workerapi.NewMessages()
	defer out.Discard()
	_, err := res.send(ctx, out)
	return out.Rows(), err
}

// addResult lets a result wait, unless the worker stops.
func (w *Worker) addResult(res *result) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return errDraining()
	}
	w.results.mu.Lock()
	defer w.results.mu.Unlock()
	w.results.waiting[res.id] = res
	return nil
}

// runWhole runs the statement to its end.
func (res *result) runWhole(ctx context.Context, w *Worker) error {
	out := &keeping{w: w, res: res}
	done, err := res.e.deliver(ctx, out)
	if err == nil && res.rows != nil {
		err = res.rows.end()
	}
	if err != nil && res.rows != nil {
		res.rows.drop()
	}
	res.done = done
	return err
}

// keeping is the Sink of a whole result.
type keeping struct {
	w   *Worker
	res *result
}

func (k *keeping) Granted() error { return nil }

func (k *keeping) Schema(s *arrow.Schema) error {
	k.res.schema = s
	if s.NumFields() > 0 {
		k.res.rows = newSpool(k.w.spill.path, s, k.w.cfg.SpillMax, &k.w.staged.memory)
	}
	return nil
}

func (k *keeping) Batch(rec arrow.RecordBatch) error { return k.res.rows.add(rec) }

// Result implements workerapi.Service.
func (w *Worker) Result(ctx context.Context, r *workerpb.Result, out workerapi.Sink) (*workerpb.Completion, error) {
	release, err := w.hold(false)
	if err != nil {
		return nil, err
	}
	defer release()
	res := w.results.take(r.GetQueryId())
	if res == nil {
		return nil, pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the rows of this result are not here any more").
			WithDetail("They are given once, and wait for at most %s.", w.cfg.ResultTimeout).
			WithHint("Run the statement again. The limit is set by result-timeout.")
	}
	if err := out.Granted(); err != nil {
		res.drop(err)
		return nil, err
	}
	return res.send(ctx, out)
}

// send sends all rows, and ends the result.
func (res *result) send(ctx context.Context, out workerapi.Sink) (*workerpb.Completion, error) {
	if res.rows != nil {
		defer res.rows.drop()
		return res.done, res.sendKept(ctx, out)
	}
	if err := res.sendFirst(out); err != nil {
		return nil, res.e.abandon(err)
	}
	return res.e.deliver(ctx, out)
}

func (res *result) sendFirst(out workerapi.Sink) error {
	rec := res.first
	res.first = nil
	err := out.Schema(res.schema)
	switch {
	case rec == nil:
		return err
	case err != nil:
		rec.Release()
		return err
	}
	return out.Batch(rec)
}

func (res *result) sendKept(ctx context.Context, out workerapi.Sink) error {
	if err := out.Schema(res.schema); err != nil {
		return err
	}
	rows, err := res.rows.open()
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		rec, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			rec.Release()
			return pgerror.FromContext(ctx)
		}
		if err := out.Batch(rec); err != nil {
			return err
		}
	}
}

// drop gives the result up. Its owner calls it, and uses it no more.
func (res *result) drop(reason error) {
	if res.first != nil {
		res.first.Release()
	}
	if res.rows != nil {
		res.rows.drop()
	}
	if res.done == nil {
		_ = res.e.abandon(reason)
	}
}

// RenewResult implements workerapi.Service.
func (w *Worker) RenewResult(_ context.Context, r *workerpb.RenewResultRequest) (*workerpb.RenewResultResponse, error) {
	w.results.mu.Lock()
	defer w.results.mu.Unlock()
	res := w.results.waiting[r.GetQueryId()]
	if res == nil {
		return nil, pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the rows of this result are not waiting any more")
	}
	res.expires = time.Now().Add(w.cfg.ResultTimeout)
	return &workerpb.RenewResultResponse{ExpiresUnixNanos: res.expires.UnixNano()}, nil
}

func (rs *results) take(id string) *result {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	res := rs.waiting[id]
	delete(rs.waiting, id)
	return res
}

// dropResults gives up the waiting results that f takes, and tells whether there were any.
func (w *Worker) dropResults(f func(*result) bool, reason error) bool {
	var list []*result
	w.results.mu.Lock()
	for id, res := range w.results.waiting {
		if f(res) {
			list = append(list, res)
			delete(w.results.waiting, id)
		}
	}
	w.results.mu.Unlock()
	for _, res := range list {
		w.works.Add(1)
		go func() {
			defer w.works.Done()
			res.drop(reason)
		}()
	}
	return len(list) > 0
}

// dropExpiredResults gives up those that nobody came for in time.
func (w *Worker) dropExpiredResults(now time.Time) {
	w.dropResults(func(res *result) bool { return now.After(res.expires) },
		pgerror.New(pgerror.QueryCanceled, "canceling statement because nobody came for its rows"))
}

// await waits for the result's schema and its first batch; nil: it has none. After an error nothing runs any more.
func (e *execution) await(ctx context.Context) (schema *arrow.Schema, first arrow.RecordBatch, err error) {
	described := e.schema
	for {
		select {
		case schema = <-described:
			described = nil
		case first = <-e.batches:
			if schema == nil {
				schema = <-e.schema
			}
			return schema, first, nil
		case <-e.done:
			if e.err != nil {
				e.drop()
				return nil, nil, e.err
			}
			if schema == nil {
				schema = <-e.schema
			}
			select {
			case first = <-e.batches:
			default:
			}
			return schema, first, nil
		case <-ctx.Done():
			return nil, nil, e.abandon(pgerror.FromContext(ctx))
		case <-e.quitCtx.Done():
			return nil, nil, e.abandon(context.Cause(e.quitCtx))
		}
	}
}
