package pgwire

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/angelerator/tavana/gateway/internal/dispatch"
)

// flushAt is how much is written at once at least, in bytes, while a result goes on.
const flushAt = 64 << 10

// encode appends rows to what is to be written, and writes it when it is enough.
func (c *conn) encode(e *execution, b *dispatch.Batch, from, to int) error {
	if e.enc == nil {
		return nil
	}
	var err error
	c.out, err = e.enc.Append(c.out, b, from, to)
	if err != nil {
		return err
	}
	if len(c.out) >= flushAt {
		return c.flush()
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
			return err
		}
		err = c.encode(e, b, 0, int(b.NumRows()))
		b.Release()
		if err != nil {
			return err
		}
		if i == 0 {
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

type encoded struct {
	buf *[]byte
	err error
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

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
			b, err := e.rows.Next()
			j := &job{batch: b, err: err, done: make(chan encoded, 1)}
			select {
			case order <- j:
			case <-stop:
				if b != nil {
					b.Release()
				}
				return
			}
			if err != nil {
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
	err := c.writeInOrder(order)
	close(stop)
	if !errors.Is(err, io.EOF) {
		e.cancel(err) // a reader that waits for the worker stops
	}
	for j := range order {
		if j.err == nil {
			buffers.Put((<-j.done).buf)
		}
	}
	wg.Wait()
	return err
}

func (e *execution) encodeJob(j *job) encoded {
	buf := buffers.Get().(*[]byte)
	var err error
	*buf, err = e.enc.Append((*buf)[:0], j.batch, 0, int(j.batch.NumRows()))
	j.batch.Release()
	return encoded{buf, err}
}

// writeInOrder writes encoded batches until the result ends, fails, or the client is gone.
func (c *conn) writeInOrder(order <-chan *job) error {
	for j := range order {
		if j.err != nil {
			return j.err
		}
		r := <-j.done
		_, err := c.net.Write(*r.buf)
		buffers.Put(r.buf)
		if err != nil {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		if r.err != nil {
			return r.err
		}
	}
	return errGone
}
