package dispatch

import (
	"context"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
)

// Batch is a record batch of a result. Who gets it releases it.
type Batch = workerapi.Batch

// Rows is a running statement. It is used by one goroutine at a time, and closed by who got it; Close cancels what still
// runs.
type Rows struct {
	schema *arrow.Schema
	ctx    context.Context // the statement's: ends at Close
	next   *Batch          // read already
	more   []*Batch        // and what follows it
	stream *workerapi.Stream
	read   *reading // a cursor's rows, instead of stream's
	place  Place    // of the batch that Next has returned last
	free   func()   // frees what read reads; nil: nothing
	done   bool
	err    error
	count  uint64
	tag    func(count uint64) string
	// convert makes what the client gets of a batch, and releases it; nil: the batch itself.
	convert func(*Batch) *Batch
	// locate puts an error's position right.
	locate func(error) error
	// ended is called once, with what the statement ended with.
	ended func(count uint64, err error)
	// timer ends ctx; nil for an answer that no worker was asked for.
	timer *timer
	// clientCopy is how the rows are copied to the client; nil: they are a result.
	clientCopy *sqltext.ClientCopy
	// binary: a client that does not say how gets binary values.
	binary bool
}

// Schema returns the result's schema; no fields: the statement returns no rows.
func (r *Rows) Schema() *arrow.Schema { return r.schema }

// Copy returns the COPY that asked for the rows; nil: they are a query's result.
func (r *Rows) Copy() *sqltext.ClientCopy { return r.clientCopy }

// Columns describes the result for pgwire clients.
func (r *Rows) Columns() []session.Column { return columns(r.schema) }

func columns(s *arrow.Schema) []session.Column {
	out := make([]session.Column, s.NumFields())
	for i, f := range s.Fields() {
		out[i] = session.Column{Name: f.Name, Type: pgenc.TypeOf(f)}
	}
	return out
}

// Next returns the next batch, or io.EOF after the last: only then is the result whole.
func (r *Rows) Next() (*Batch, error) {
	r.place = Place{}
	if b := r.next; b != nil {
		r.next = nil
		r.advance()
		return r.counted(b), nil
	}
	if r.err != nil {
		return nil, r.err
	}
	if r.done || r.stream == nil && r.read == nil {
		return nil, r.end(io.EOF)
	}
	b, err := r.nextBatch()
	if err != nil {
		return nil, r.end(err)
	}
	if r.read != nil {
		r.place = r.read.place
	}
	return r.counted(b), nil
}

// Each calls f with each batch to the end, and releases it.
func (r *Rows) Each(f func(*Batch) error) error {
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = f(b)
		b.Release()
		if err != nil {
			return err
		}
	}
}

// counted returns a batch as the client gets it, and counts its rows.
func (r *Rows) counted(b *Batch) *Batch {
	if r.convert != nil {
		b = r.convert(b)
	}
	r.count += uint64(b.NumRows())
	return b
}

func (r *Rows) nextBatch() (*Batch, error) {
	if r.read != nil {
		return r.read.next()
	}
	return r.stream.Next()
}

// Binary tells whether a client that does not say how it wants values gets them in binary.
func (r *Rows) Binary() bool { return r.binary }

// AllRead tells that no row is left, if that is known without a wait.
func (r *Rows) AllRead() bool {
	return r.next == nil && (r.done || r.err != nil || r.read != nil && r.read.walk.Done())
}

// Place returns which rows of a cursor the batch has that Next has returned last; nowhere, if that is not known.
func (r *Rows) Place() Place { return r.place }

// Following returns the rows that the same movement of a cursor would give next, as far as they are here, and which they
// are; nil: none. The caller releases them.
func (r *Rows) Following() (*Batch, Place) {
	if r.read == nil {
		return nil, Place{}
	}
	return r.read.following()
}

// advance makes the next of the batches that are there already what Next returns.
func (r *Rows) advance() {
	if len(r.more) > 0 {
		r.next, r.more = r.more[0], r.more[1:]
	}
}

// end notes how the result ended and returns what Next says from now on.
func (r *Rows) end(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		if r.stream != nil && r.schema.NumFields() == 0 {
			r.count = r.stream.Completion().GetRowsChanged()
		}
		r.err = io.EOF
		r.finish(nil)
		return io.EOF
	case r.ctx.Err() != nil:
		err = pgerror.FromContext(r.ctx)
	default:
		err = r.locate(asLost(err))
	}
	r.err = err
	r.finish(err)
	return err
}

func (r *Rows) finish(err error) {
	if r.ended != nil {
		r.ended(r.count, err)
		r.ended = nil
	}
}

// Tag returns the command tag, without the first skip rows, which an earlier tag counted. It is asked for after io.EOF.
func (r *Rows) Tag(skip uint64) string { return r.tag(r.count - skip) }

// Close frees everything. Rows that were not read are given up.
func (r *Rows) Close() {
	for ; r.next != nil; r.advance() {
		r.next.Release()
		r.next = nil
	}
	if r.err == nil {
		r.err = io.ErrClosedPipe
		r.finish(nil)
	}
	if r.stream != nil {
		r.stream.Close()
	}
	if r.free != nil {
		r.free()
		r.free = nil
	}
	if r.timer != nil {
		r.timer.end()
	}
}

// Suspend says that nobody waits for the rows for a while, and Resume that somebody does again: statement_timeout counts
// the time between.
func (r *Rows) Suspend() {
	if r.timer != nil {
		r.timer.stop()
	}
}

// Resume is the end of a Suspend.
func (r *Rows) Resume() {
	if r.timer != nil {
		r.timer.start()
	}
}

// fixed returns Rows of an answer that no worker was asked for.
func fixed(a *session.Answer) *Rows {
	fields := make([]arrow.Field, len(a.Columns))
	for i, name := range a.Columns {
		fields[i] = arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
	}
	r := &Rows{
		schema: arrow.NewSchema(fields, nil), ctx: context.Background(), done: true,
		tag: func(uint64) string { return a.Tag }, locate: func(err error) error { return err },
	}
	if len(fields) > 0 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, r.schema)
		defer b.Release()
		for _, row := range a.Rows {
			for i, v := range row {
				b.Field(i).(*array.StringBuilder).Append(v)
			}
		}
		r.next = &Batch{RecordBatch: b.NewRecordBatch()}
	}
	return r
}
