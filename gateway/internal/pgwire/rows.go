package pgwire

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/internal/pgerror"
)

// flushAt is how much is written at once at least, in bytes, while a result goes on.
const flushAt = 64 << 10

// fewRows most likely fit into the buffer that a connection keeps.
const fewRows = 100

// encode appends rows to what is to be written, and writes it when it is enough.
func (c *conn) encode(e *execution, b *dispatch.Batch, from, to int) error {
	if e.enc == nil {
		return nil
	}
	if e.prefix != nil && from < to {
		if err := c.prefixRow(e, b, from); err != nil {
			return err
		}
		from++
	}
	if n := c.ahead.has(e, from, to); n > 0 {
		c.makeRoom()
		c.out, from = append(c.out, c.ahead.out...), n
		if err := c.flushFull(); err != nil {
			return err
		}
	}
	for from < to {
		if to-from > fewRows || c.out == nil { // nil: flush has just given a large one back
			c.makeRoom()
		}
		var err error
		c.out, from, err = e.enc.Append(c.out, b, from, to, flushAt)
		if err != nil {
			return err
		}
		if len(c.out) >= flushAt {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendAll sends every row that is left and returns io.EOF, or what went wrong. The first batches go out from here, so
// that small results start no goroutines and first rows do not wait for one; a long result goes through a pipeline.
func (c *conn) sendAll(e *execution) error {
	if b := e.batch; b != nil {
		e.batch = nil
		err := c.encode(e, b, e.next, int(b.NumRows()))
		b.Release()
		if err != nil {
			return err
		}
	}
	const inline = 2
	for i := range inline {
		b, err := e.rows.Next()
		if err != nil {
			c.ahead.expect(e)
			return err
		}
		err = c.encode(e, b, 0, int(b.NumRows()))
		b.Release()
		if err != nil {
			return err
		}
		if i == 0 && !e.rows.AllRead() {
			// Rows that DuckDB has are rows the client should see: the first batch does not wait for the second.
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	if err := c.flush(); err != nil {
		return err
	}
	return c.pipeline(e)
}

// job is a batch on its way through the pipeline.
type job struct {
	batch *dispatch.Batch
	// err stands for the end of the result: io.EOF, or why there is no more.
	err  error
	done chan encoded
}

// encoded is a batch's messages, up to row next; the rest was too much for one buffer.
type encoded struct {
	buf  *[]byte
	next int
	err  error
}

// The sizes of the buffers that batches are encoded into, in bytes: a batch of 1 MiB that grows more than this in text is
// encoded in parts, and a buffer that one huge row has made larger than the second is not kept.
const (
	encodeLimit = 4 << 20
	keepEncoded = 8 << 20
)

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func putBuffer(b *[]byte) {
	if cap(*b) <= keepEncoded {
		buffers.Put(b)
	}
}

// encoders is how many batches of one result are encoded at once.
func encoders() int { return min(runtime.GOMAXPROCS(0), 4) }

// pipeline sends the rest of a result: one goroutine reads batches, several encode them, and this one writes them in
// their order. At most encoders+1 batches and as many buffers are under way.
//
//	read ──► work ──► encode ×n
//	  └────► order ───────────────► write
func (c *conn) pipeline(e *execution) error {
	n := encoders()
	work, order := make(chan *job, 1), make(chan *job, n)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(order)
		defer close(work)
		for {
			j := e.nextJob()
			select {
			case order <- j:
			case <-stop:
				j.release()
				return
			}
			if j.err != nil {
				return
			}
			work <- j // encoders always take
		}
	})
	for range n {
		wg.Go(func() {
			for j := range work {
				j.done <- e.encodeJob(j)
			}
		})
	}
	err := c.writeInOrder(e, order)
	close(stop)
	if !errors.Is(err, io.EOF) {
		e.cancel(err) // a reader that waits for the worker stops
	}
	for j := range order {
		if j.err == nil {
			putBuffer((<-j.done).buf)
			j.release()
		}
	}
	wg.Wait()
	return err
}

// nextJob reads the next batch. A panic is an error of this result: it must not take the process.
func (e *execution) nextJob() (j *job) {
	j = &job{done: make(chan encoded, 1)}
	defer recoverTo(&j.err)
	j.batch, j.err = e.rows.Next()
	return j
}

func (j *job) release() {
	if j.batch != nil {
		j.batch.Release()
	}
}

func (e *execution) encodeJob(j *job) (r encoded) {
	r.buf = buffers.Get().(*[]byte)
	defer recoverTo(&r.err)
	*r.buf, r.next, r.err = e.enc.Append((*r.buf)[:0], j.batch, 0, int(j.batch.NumRows()), encodeLimit)
	return r
}

// recoverTo turns a panic into an error.
func recoverTo(err *error) {
	if r := recover(); r != nil {
		*err = pgerror.Newf(pgerror.InternalError, "encoding the result panicked: %v", r).WithDetail("%s", debug.Stack())
	}
}

// writeInOrder writes encoded batches until the result ends, fails, or the client is gone.
func (c *conn) writeInOrder(e *execution, order <-chan *job) error {
	for j := range order {
		if j.err != nil {
			return j.err
		}
		err := c.writeJob(e, j)
		j.release()
		if err != nil {
			return err
		}
	}
	return errGone
}

// writeJob writes a batch's messages, and encodes and writes those that did not fit into the job's buffer.
func (c *conn) writeJob(e *execution, j *job) error {
	r := <-j.done
	_, err := c.net.Write(*r.buf)
	putBuffer(r.buf)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errGone, err)
	case r.err != nil:
		return r.err
	}
	if err := c.encode(e, j.batch, r.next, int(j.batch.NumRows())); err != nil {
		return err
	}
	return c.flush() // the next batch is written past c.out
}
