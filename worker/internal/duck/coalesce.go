package duck

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/angelerator/tavana/internal/arrowpool"
)

// The sizes of the batches that leave the worker, in bytes of Arrow buffers: about 1 MiB is where gRPC is fastest, and a
// batch is closed before it would pass 4 MiB, unless one chunk alone does.
const (
	batchTarget = 1 << 20
	batchMax    = 4 << 20
)

// Coalescer gathers chunks into batches of about 1 MiB. Its copy is the only one between DuckDB's chunk and the socket;
// the copies lie in pooled Go memory, so that DuckDB's is free at once. Results with unions go out chunk by chunk.
type Coalescer struct {
	schema  *arrow.Schema
	pending []arrow.RecordBatch
	size    int
	started bool
	// asTheyCome: chunks are not gathered, since Arrow can't join arrays of a column's type.
	asTheyCome bool
}

// NewCoalescer returns a Coalescer of batches of schema.
func NewCoalescer(schema *arrow.Schema) *Coalescer {
	c := &Coalescer{schema: schema}
	for _, f := range schema.Fields() {
		c.asTheyCome = c.asTheyCome || hasUnion(f.Type)
	}
	return c
}

// hasUnion tells whether t is a union or has one inside: arrow's Concatenate does not know them.
func hasUnion(t arrow.DataType) bool {
	if t.ID() == arrow.SPARSE_UNION || t.ID() == arrow.DENSE_UNION {
		return true
	}
	n, ok := t.(arrow.NestedType)
	return ok && slices.ContainsFunc(n.Fields(), func(f arrow.Field) bool { return hasUnion(f.Type) })
}

// Add takes over rec and returns the batches that are ready, usually none or one. The first chunk of all is ready at
// once, so that a reader sees rows as soon as DuckDB has them. The caller releases what it gets.
func (c *Coalescer) Add(rec arrow.RecordBatch) (ready []arrow.RecordBatch, err error) {
	if c.asTheyCome {
		return []arrow.RecordBatch{rec}, nil
	}
	n := batchSize(rec)
	if n > batchMax && rec.NumRows() > 1 {
		defer rec.Release()
		return c.addLarge(rec, n)
	}
	if len(c.pending) > 0 && c.size+n > batchMax {
		if ready, err = c.flushTo(ready); err != nil {
			rec.Release()
			return ready, err
		}
	}
	c.pending = append(c.pending, rec)
	c.size += n
	if !c.started || c.size >= batchTarget {
		c.started = true
		return c.flushTo(ready)
	}
	return ready, nil
}

// addLarge cuts a chunk of n bytes into batches of about batchTarget: by rows, so that one huge row ends up alone or
// nearly so.
func (c *Coalescer) addLarge(rec arrow.RecordBatch, n int) (ready []arrow.RecordBatch, err error) {
	if ready, err = c.flushTo(nil); err != nil {
		return ready, err
	}
	c.started = true
	step := max(rec.NumRows()*batchTarget/int64(n), 1)
	for from := int64(0); from < rec.NumRows(); from += step {
		c.pending = append(c.pending, rec.NewSlice(from, min(from+step, rec.NumRows())))
		if ready, err = c.flushTo(ready); err != nil {
			return ready, err
		}
	}
	return ready, nil
}

func (c *Coalescer) flushTo(ready []arrow.RecordBatch) ([]arrow.RecordBatch, error) {
	b, err := c.Flush()
	if b != nil {
		ready = append(ready, b)
	}
	return ready, err
}

// Flush returns what is pending as one batch, or nil.
func (c *Coalescer) Flush() (arrow.RecordBatch, error) {
	if len(c.pending) == 0 {
		return nil, nil
	}
	defer c.Release()
	cols := make([]arrow.Array, c.schema.NumFields())
	defer func() {
		for _, a := range cols {
			if a != nil {
				a.Release()
			}
		}
	}()
	rows := int64(0)
	for _, r := range c.pending {
		rows += r.NumRows()
	}
	parts := make([]arrow.Array, len(c.pending))
	for i := range cols {
		for j, r := range c.pending {
			parts[j] = r.Column(i)
		}
		a, err := array.Concatenate(parts, arrowpool.Pool)
		if err != nil {
			return nil, err
		}
		cols[i] = a
	}
	return array.NewRecordBatch(c.schema, cols, rows), nil
}

// Release drops what is pending.
func (c *Coalescer) Release() {
	for i, r := range c.pending {
		r.Release()
		c.pending[i] = nil
	}
	c.pending, c.size = c.pending[:0], 0
}

// batchSize returns the bytes of a batch's buffers.
func batchSize(rec arrow.RecordBatch) int {
	n := uint64(0)
	for _, c := range rec.Columns() {
		n += c.Data().SizeInBytes()
	}
	return int(n)
}
