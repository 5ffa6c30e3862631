package worker

import (
	"os"
	"sort"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
)

// journal keeps a cursor's rows on disk, in a file that has no name, each batch found by the number of its first row. It is
// used by one goroutine at a time. Each batch is an Arrow stream of its own, so that it is read alone.
type journal struct {
	disk    *journalDisk
	file    *os.File
	size    int64
	batches []journalBatch
	// next is the row after the last one.
	next uint64
}

type journalBatch struct {
	first    uint64
	at, size int64
}

// journalDisk is what all journals of a worker share: their folder, and how much they may have there, in bytes.
type journalDisk struct {
	dir   string
	limit int64
	used  atomic.Int64
}

func (d *journalDisk) take(n int64) error {
	if d.used.Add(n) <= d.limit {
		return nil
	}
	d.used.Add(-n)
	return pgerror.New(pgerror.DiskFull, "the rows of cursors are more than this worker may write to disk").
		WithHint("The limit is set by cursor-spool-max.")
}

func newJournal(disk *journalDisk) (*journal, error) {
	f, err := os.CreateTemp(disk.dir, "cursor-")
	if err != nil {
		return nil, diskError(err)
	}
	_ = os.Remove(f.Name())
	return &journal{disk: disk, file: f}, nil
}

// add appends a batch, which stays the caller's, whose first row has the number first.
func (j *journal) add(first uint64, rec arrow.RecordBatch) error {
	b, err := workerapi.EncodeRow(rec)
	if err != nil {
		return err
	}
	n := int64(len(b))
	if err := j.disk.take(n); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(b, j.size); err != nil {
		j.disk.used.Add(-n)
		return diskError(err)
	}
	j.batches = append(j.batches, journalBatch{first, j.size, n})
	j.size += n
	j.next = first + uint64(rec.NumRows())
	return nil
}

// has tells whether the row is kept.
func (j *journal) has(row uint64) bool {
	return j != nil && len(j.batches) > 0 && j.batches[0].first <= row && row < j.next
}

// at returns the batch that has the row, which must be kept, and the number of its first row. The caller releases it.
func (j *journal) at(row uint64) (rec arrow.RecordBatch, first uint64, err error) {
	b := j.batches[sort.Search(len(j.batches), func(i int) bool { return j.batches[i].first > row })-1]
	buf := make([]byte, b.size)
	if _, err := j.file.ReadAt(buf, b.at); err != nil {
		return nil, 0, diskError(err)
	}
	rec, err = workerapi.DecodeRow(buf)
	return rec, b.first, err
}

// close frees the disk; a nil journal has none.
func (j *journal) close() {
	if j == nil {
		return
	}
	_ = j.file.Close()
	j.disk.used.Add(-j.size)
}
