package worker

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// memoryLimit is what the process may use, in bytes, and what of it is DuckDB's.
type memoryLimit struct {
	total, duckdb uint64
}

// minMargin is kept from DuckDB for the Go runtime, batches under way, malloc's slack and code.
const minMargin = 128 << 20

// newMemoryLimit leaves DuckDB four fifths of the process's memory, or all but 128 MiB where that is less: resident
// memory stands above DuckDB's own count.
func newMemoryLimit(total uint64) memoryLimit {
	margin := max(total/5, minMargin)
	if total <= 2*minMargin {
		return memoryLimit{total, total / 2}
	}
	return memoryLimit{total, total - margin}
}

// atLeast returns the limit of which so many bytes are DuckDB's.
func atLeast(duckdb uint64) memoryLimit { return newMemoryLimit(duckdb + max(duckdb/4+1, minMargin)) }

// SetMemoryLimit implements workerapi.Service. Growing is immediate; shrinking first frees what can be freed, and leaves what is
// promised, and what tables in memory hold: it fails (53200), leaving the old limit, where that is no less.
func (w *Worker) SetMemoryLimit(_ context.Context, r *workerpb.SetMemoryLimitRequest) (*workerpb.SetMemoryLimitResponse, error) {
	if r.GetBytes() < minMargin {
		return nil, pgerror.Newf(pgerror.InvalidParameterValue, "memory limit must be at least %d bytes", minMargin)
	}
	w.limiting.Lock()
	defer w.limiting.Unlock()
	l, old := newMemoryLimit(r.GetBytes()), w.memory()
	shrinks := l.duckdb < old.duckdb
	if shrinks {
		var err error
		if l, err = w.shrinkable(l, old); err != nil {
			return nil, err
		}
	}
	if err := w.in.SetMemoryLimit(l.duckdb); err != nil {
		w.ledger.setCapacity(old.duckdb)
		return nil, err
	}
	w.ledger.setCapacity(l.duckdb)
	w.mu.Lock()
	w.limit = l
	w.notify()
	w.mu.Unlock()
	w.stir()
	if shrinks {
		giveBackPages()
	}
	return &workerpb.SetMemoryLimitResponse{Bytes: l.total}, nil
}

// shrinkable returns to, or as much more as the worker can't do without, and promises no more than that from now on.
func (w *Worker) shrinkable(to, from memoryLimit) (memoryLimit, error) {
	errNeeded := pgerror.New(pgerror.OutOfMemory, "the worker needs the memory it has")
	held, err := w.in.Held()
	if err != nil {
		return to, errNeeded // DuckDB is so full that it can't even tell
	}
	_, reserved := w.ledger.state()
	if need := max(held+held/4, reserved); need > to.duckdb {
		to = atLeast(need)
	}
	if to.total >= from.total || !w.ledger.setCapacity(to.duckdb) {
		return to, errNeeded
	}
	return to, nil
}

// setDuckDB sets DuckDB's limit, unless the process has another one than of by now.
func (w *Worker) setDuckDB(of memoryLimit, bytes uint64) error {
	w.limiting.Lock()
	defer w.limiting.Unlock()
	if w.memory() != of {
		return errors.New("the memory limit has changed")
	}
	return w.in.SetMemoryLimit(bytes)
}

// processMemory returns the process's resident memory, and the writable memory it maps, in bytes; zeros where they can't be
// read. What is mapped and not resident are the untouched parts of threads' stacks, and malloc's heaps, which keep their
// addresses when their pages are given back.
func processMemory() (resident, mapped uint64) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0
	}
	f := strings.Fields(string(b)) // size resident shared text lib data dt, in pages
	if len(f) < 6 {
		return 0, 0
	}
	bytes := func(i int) uint64 {
		pages, _ := strconv.ParseUint(f[i], 10, 64)
		return pages * uint64(os.Getpagesize())
	}
	return bytes(1), bytes(5)
}

// allowGrowth lets the process map as much more as it may still use, and half of its limit for what will not be resident.
// An allocation past that fails (53200): DuckDB's limit does not count every one, as that of repeat('x', 2000000000) folded
// while a statement is bound, and steering would see it only when it is made.
func (w *Worker) allowGrowth(resident, mapped uint64) {
	if mapped == 0 || !w.cfg.OwnProcess {
		return
	}
	total := w.memory().total
	if err := limitData(mapped + total - min(resident, total) + total/2); err != nil {
		w.log.Debug("limiting writable memory failed", "error", err)
	}
}
