package worker

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// spool keeps the rows that a client sends until they are all there: then a statement reads them as fast as DuckDB can,
// and once more when a conflict makes it begin anew. A slow client thus holds neither DuckDB's threads nor a transaction.
// Little is kept in memory, the rest in a file that has no name.
type spool struct {
	schema *arrow.Schema
	dir    string
	limit  int64 // bytes that may go to disk
	memory *spoolMemory
	rows   uint64

	few      []arrow.RecordBatch
	fewBytes int64
	file     *os.File
	w        *ipc.Writer
	written  int64

	mu      sync.Mutex
	readers int
	dropped bool
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
	return &spool{schema: schema, dir: dir, limit: int64(limit), memory: memory}
}

// add appends a batch, which stays the caller's.
func (s *spool) add(rec arrow.RecordBatch) error {
	s.rows += uint64(rec.NumRows())
	if s.file == nil {
		size := recordSize(rec)
		if s.memory.take(size) {
			rec.Retain()
			s.few = append(s.few, rec)
			s.fewBytes += size
			return nil
		}
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
	s.file = f
	s.w = ipc.NewWriter((*spoolFile)(s), ipc.WithSchema(s.schema))
	for _, rec := range s.few {
		if err := s.w.Write(rec); err != nil {
			return diskError(err)
		}
		rec.Release()
	}
	s.giveBack()
	return nil
}

// giveBack returns the memory of few, which has been released.
func (s *spool) giveBack() {
	s.memory.left.Add(s.fewBytes)
	s.few, s.fewBytes = nil, 0
}

// spoolFile writes into a spool's file, up to its limit.
type spoolFile spool

func (s *spoolFile) Write(p []byte) (int, error) {
	if s.written+int64(len(p)) > s.limit {
		return 0, pgerror.New(pgerror.DiskFull, "the rows are more than this worker may write to disk").
			WithHint("The limit is set by spill-max.")
	}
	n, err := s.file.Write(p)
	s.written += int64(n)
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
	if s.w == nil {
		return nil
	}
	return diskError(s.w.Close())
}

// table returns the rows for DuckDB.
func (s *spool) table() duck.Rows { return duck.Rows{Schema: s.schema, Open: s.open} }

func (s *spool) open() (duck.RowReader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return nil, errors.New("the rows have been dropped")
	}
	r := &spoolReader{spool: s, few: s.few}
	if s.file != nil {
		var err error
		if r.r, err = ipc.NewReader(io.NewSectionReader(s.file, 0, s.written), ipc.WithSchema(s.schema)); err != nil {
			return nil, err
		}
	}
	s.readers++
	return r, nil
}

// drop frees everything, once nobody reads it any more.
func (s *spool) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = true
	s.freeUnread()
}

// freeUnread is called with mu held.
func (s *spool) freeUnread() {
	if !s.dropped || s.readers > 0 {
		return
	}
	for _, rec := range s.few {
		rec.Release()
	}
	s.giveBack()
	if s.file != nil {
		_ = s.file.Close()
		s.file = nil
	}
}

// spoolReader is one reading of a spool.
type spoolReader struct {
	spool *spool
	few   []arrow.RecordBatch
	r     *ipc.Reader
}

// Next implements duck.RowReader.
func (r *spoolReader) Next() (arrow.RecordBatch, error) {
	if len(r.few) > 0 {
		rec := r.few[0]
		r.few = r.few[1:]
		rec.Retain()
		return rec, nil
	}
	if r.r == nil {
		return nil, io.EOF
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
