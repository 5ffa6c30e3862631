package worker

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// spool keeps the rows that a client sends, for a statement to read as fast as DuckDB can, and once more when a conflict
// makes it begin anew. The statement may begin while they come; but a client that is slow must hold neither DuckDB's
// threads nor a transaction, so a reader that waits too long gives up, and the statement is run when all rows are there.
// The first rows are kept in memory, those past what may be there in a file that has no name:
//
//	add → few | file → Next
type spool struct {
	schema *arrow.Schema
	dir    string
	limit  int64 // bytes that may go to disk
	memory *spoolMemory

	// Of the one who adds.
	rows uint64
	file *os.File
	w    *ipc.Writer

	mu       sync.Mutex
	more     chan struct{} // closed, and made anew, at each change of what follows
	few      []arrow.RecordBatch
	fewBytes int64
	written  int64 // of file
	ended    bool  // all rows are there
	dropped  bool
	failed   error // what a reader ended with
	readers  int
}

// spoolMemory is how much of all spools may stay in memory, in bytes; what is past it goes to disk.
type spoolMemory struct{ left atomic.Int64 }

func (m *spoolMemory) take(n int64) bool {
	if m.left.Add(-n) >= 0 {
		return true
	}
	m.left.Add(n)
	return false
}

func newSpool(dir string, schema *arrow.Schema, limit uint64, memory *spoolMemory) *spool {
	return &spool{schema: schema, dir: dir, limit: int64(limit), memory: memory, more: make(chan struct{})}
}

// change makes a change that readers are to see.
func (s *spool) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.more)
	s.more = make(chan struct{})
}

// add takes over a batch.
func (s *spool) add(rec arrow.RecordBatch) error {
	s.rows += uint64(rec.NumRows())
	if size := recordSize(rec); s.file == nil && s.memory.take(size) {
		s.change(func() { s.few = append(s.few, rec); s.fewBytes += size })
		return nil
	}
	defer rec.Release()
	if s.file == nil {
		if err := s.openFile(); err != nil {
			return err
		}
	}
	return diskError(s.w.Write(rec))
}

// recordSize returns the bytes of a batch's buffers.
func recordSize(rec arrow.RecordBatch) int64 {
	n := int64(0)
	var add func(d arrow.ArrayData)
	add = func(d arrow.ArrayData) {
		for _, b := range d.Buffers() {
			if b != nil {
				n += int64(b.Len())
			}
		}
		for _, c := range d.Children() {
			add(c)
		}
		if d.DataType().ID() == arrow.DICTIONARY {
			add(d.Dictionary())
		}
	}
	for _, col := range rec.Columns() {
		add(col.Data())
	}
	return n
}

func (s *spool) openFile() error {
	f, err := os.CreateTemp(s.dir, "rows-")
	if err != nil {
		return diskError(err)
	}
	_ = os.Remove(f.Name())
	s.w = ipc.NewWriter((*spoolFile)(s), ipc.WithSchema(s.schema))
	s.change(func() { s.file = f })
	return nil
}

// spoolFile writes into a spool's file, up to its limit.
type spoolFile spool

func (s *spoolFile) Write(p []byte) (int, error) {
	if s.written+int64(len(p)) > s.limit {
		return 0, pgerror.New(pgerror.DiskFull, "the rows are more than this worker may write to disk").
			WithHint("The limit is set by spill-max.")
	}
	n, err := s.file.Write(p)
	(*spool)(s).change(func() { s.written += int64(n) })
	return n, err
}

func diskError(err error) error {
	var e *pgerror.Error
	switch {
	case err == nil || errors.As(err, &e):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return pgerror.WithCode(err, pgerror.DiskFull)
	}
	return pgerror.WithCode(err, pgerror.IOError)
}

// end is called after the last batch.
func (s *spool) end() error {
	if s.w != nil {
		if err := s.w.Close(); err != nil {
			return diskError(err)
		}
	}
	s.change(func() { s.ended = true })
	return nil
}

// table returns the rows for DuckDB.
func (s *spool) table() duck.Rows { return duck.Rows{Schema: s.schema, Open: s.open} }

func (s *spool) open() (duck.RowReader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return nil, errDropped
	}
	s.readers++
	s.failed = nil
	return &spoolReader{spool: s, started: time.Now()}, nil
}

// failure returns what kept a reader from the rows; DuckDB keeps only its text.
func (s *spool) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// drop frees everything, once nobody reads it any more.
func (s *spool) drop() {
	s.change(func() {
		s.dropped = true
		s.freeUnread()
	})
}

// freeUnread is called with mu held.
func (s *spool) freeUnread() {
	if !s.dropped || s.readers > 0 {
		return
	}
	for _, rec := range s.few {
		rec.Release()
	}
	s.memory.left.Add(s.fewBytes)
	s.few, s.fewBytes = nil, 0
	if s.file != nil {
		_ = s.file.Close()
		s.file = nil
	}
}

var (
	errDropped = pgerror.New(pgerror.QueryCanceled, "the rows have been given up")
	errLate    = pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the rows did not come in time")
)

// spoolReader is one reading of a spool. It is used by one of DuckDB's threads at a time.
type spoolReader struct {
	spool *spool
	few   int   // batches read from memory
	at    int64 // bytes read from the file
	r     *ipc.Reader

	started time.Time
	waited  time.Duration
}

// Next implements duck.RowReader.
func (r *spoolReader) Next() (arrow.RecordBatch, error) {
	rec, err := r.next()
	if err != nil && !errors.Is(err, io.EOF) {
		r.spool.change(func() { r.spool.failed = err })
	}
	return rec, err
}

func (r *spoolReader) next() (rec arrow.RecordBatch, err error) {
	if r.r == nil {
		inFile := false
		err := r.await(func() bool {
			if s := r.spool; r.few < len(s.few) {
				rec = s.few[r.few]
				rec.Retain()
				r.few++
				return true
			} else if s.file != nil {
				inFile = true
				return true
			}
			return false
		})
		if err != nil || !inFile {
			return rec, err
		}
		if r.r, err = ipc.NewReader(r, ipc.WithSchema(r.spool.schema)); err != nil {
			return nil, err
		}
	}
	if r.r.Next() {
		rec := r.r.RecordBatch()
		rec.Retain()
		return rec, nil
	}
	if err := r.r.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// Read reads the spool's file, as far as it has come.
func (r *spoolReader) Read(p []byte) (n int, err error) {
	if err := r.await(func() bool { n = int(min(int64(len(p)), r.spool.written-r.at)); return n > 0 }); err != nil {
		return 0, err
	}
	n, err = r.spool.file.ReadAt(p[:n], r.at) // there is a reader, so it stays open
	r.at += int64(n)
	return n, diskError(err)
}

// A reader waits for rows that have not come for so much of its time, not counting the first moment, and no longer in all than
// mostPatience: others may wait for the turn of its statement.
const (
	readPatience = 100 * time.Millisecond
	readShare    = 0.6
	mostPatience = 10 * time.Second
)

// await waits until there says that there is something to read; io.EOF: all has been read.
func (r *spoolReader) await(there func() bool) error {
	s := r.spool
	for {
		s.mu.Lock()
		more, ended, dropped := s.more, s.ended, s.dropped
		found := !dropped && there() // what there takes hold of must not be lost
		s.mu.Unlock()
		switch {
		case dropped:
			return errDropped
		case found:
			return nil
		case ended:
			return io.EOF
		}
		begun := time.Now()
		patience := min(readPatience+time.Duration(readShare*float64(begun.Sub(r.started))), mostPatience)
		late := time.NewTimer(patience - r.waited)
		select {
		case <-more:
			late.Stop()
		case <-late.C:
			return errLate
		}
		r.waited += time.Since(begun)
	}
}

// Close implements duck.RowReader.
func (r *spoolReader) Close() {
	if r.r != nil {
		r.r.Release()
	}
	r.spool.mu.Lock()
	r.spool.readers--
	r.spool.freeUnread()
	r.spool.mu.Unlock()
}
