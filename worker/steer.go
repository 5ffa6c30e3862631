package worker

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// Resident memory stands above what DuckDB counts: malloc keeps freed pages, and not every allocation is counted. So a
// limit fixed on paper does not hold; steer watches what the process really has and moves DuckDB's limit by it.
//
//	what DuckDB does not count  →  is taken from its limit: it spills earlier, or a query hears 53200
//	less of that                →  the limit grows back, step by step, to its part of the whole
//	nearly all in use           →  malloc gives back its free pages, which are part of what is not counted
//	idle                        →  free pages are given back, and after --idle-release what DuckDB caches too
const (
	// steerEvery is how often it looks where memory may soon run short, or something new runs; steerSeldom while there is much room
	// and what runs has done so for a while; steerIdle while nothing runs, until something does.
	steerEvery, steerSeldom, steerIdle = 10 * time.Millisecond, 100 * time.Millisecond, time.Second
	// growth is how much memory a thread can fill in a second, in bytes.
	growth = 2 << 30
	// trimAfter is how long nothing must run before free pages are given back: a moment's pause is no idleness.
	trimAfter = time.Second
	// leastLimit is what DuckDB keeps in any case.
	leastLimit = 64 << 20
)

// nextLimit returns DuckDB's limit after a look at the resident memory, in bytes. counted is what DuckDB says it uses.
func nextLimit(now uint64, l memoryLimit, resident, counted uint64) uint64 {
	aim, uncounted := l.total-l.total/8, resident-min(counted, resident)
	next := max(min(aim-min(uncounted, aim), l.duckdb), leastLimit)
	if next > now {
		return min(now+l.total/50, next)
	}
	return next
}

// steer runs until ctx ends.
func (w *Worker) steer(ctx context.Context) {
	next := time.NewTimer(steerEvery)
	defer next.Stop()
	s := steering{w: w, limit: w.memory().duckdb, idleSince: time.Now()}
	var stirred chan struct{} // nil while it looks often anyway
	for {
		select {
		case <-ctx.Done():
			return
		case <-stirred:
			stirred = nil
			next.Reset(steerEvery)
		case <-next.C:
			wait := s.look()
			if stirred = nil; wait > steerEvery {
				stirred = w.stirred
			}
			next.Reset(wait)
		}
	}
}

// stir makes steer look often, as something begins to run.
func (w *Worker) stir() {
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}

// steering is what steer remembers between its looks.
type steering struct {
	w         *Worker
	limit     uint64 // DuckDB's, now
	of        memoryLimit
	idleSince time.Time
	started   uint64    // executions at the last look, and
	newest    time.Time // when there was a new one
	trimmed   uint64    // executions when free pages were given back
	released  uint64    // executions when caches were let go
	abandoned time.Time // when sessions of clients that are gone were looked for
	cursors   time.Time // when idle cursors were
	peaks     peaks
}

// look steers, and returns when to look again if nothing begins to run before.
func (s *steering) look() time.Duration {
	w := s.w
	w.mu.Lock()
	idle, started, l := len(w.running) == 0, w.started, w.limit
	w.mu.Unlock()
	_, working, began := w.cursors.state()
	idle, started = idle && working == 0, started+began
	if l != s.of { // set anew from outside, DuckDB's with it
		s.of, s.limit = l, l.duckdb
		w.allowGrowth(processMemory())
	}
	now := time.Now()
	if started != s.started {
		s.started, s.newest = started, now
	}
	if !idle || s.newest == now {
		s.idleSince = now
	}
	s.peaks.look(w)
	if now.Sub(s.abandoned) > time.Second {
		s.abandoned = now
		w.closeAbandoned(now)
		w.dropExpiredResults(now)
	}
	if now.Sub(s.cursors) > w.cfg.CursorCleanupInterval {
		s.cursors = now
		w.closeIdleCursors(now)
	}
	if idle {
		if s.limit != l.duckdb && w.setDuckDB(l, l.duckdb) == nil {
			s.limit = l.duckdb // the next statement begins with all of it
		}
		quiet := now.Sub(s.idleSince)
		if started != s.trimmed && quiet > trimAfter {
			giveBackPages()
			s.trimmed = started
		}
		if release := w.cfg.IdleRelease; release > 0 && started != s.released && quiet > release && w.giveBack(l) {
			s.released, s.limit = started, l.duckdb
		}
		return s.rest(quiet)
	}
	resident, mapped := processMemory()
	if resident > l.total-l.total/5 {
		duck.Trim()
		resident, mapped = processMemory()
	}
	w.allowGrowth(resident, mapped)
	counted := resident
	if resident > l.total/2 { // below, what it counts makes no difference
		mem, err := w.in.Memory()
		if err != nil {
			return steerEvery
		}
		counted = mem.Used
		if mem.Spilled > 0 { // cursors that wait make room for those that run
			w.cursors.relieve(w.cursors.share)
		}
	}
	next := nextLimit(s.limit, l, resident, counted)
	if next == s.limit {
		return s.patience(resident)
	}
	if w.setDuckDB(l, next) != nil {
		next = counted // that much can't be freed now, but nothing more is to be had
		if w.setDuckDB(l, next) != nil {
			return steerEvery
		}
	}
	s.limit = next
	return steerEvery
}

// patience is how long what runs can't fill half of the limit.
func (s *steering) patience(resident uint64) time.Duration {
	if time.Since(s.newest) < newTime {
		return steerEvery
	}
	half := s.of.total / 2
	seconds := float64(half-min(resident, half)) / float64(growth*s.w.cfg.threads())
	return min(max(time.Duration(seconds*float64(time.Second)), steerEvery), steerSeldom)
}

// rest is how long there is nothing to do while nothing runs, which is so since quiet.
func (s *steering) rest(quiet time.Duration) time.Duration {
	if !s.peaks.idle {
		return steerEvery
	}
	wait := min(steerIdle, s.w.cfg.CursorCleanupInterval)
	if s.started != s.trimmed {
		wait = min(wait, trimAfter-quiet)
	}
	// When it is over, what is held keeps memory from being given back.
	if left := s.w.cfg.IdleRelease - quiet; left > 0 && s.started != s.released {
		wait = min(wait, left)
	}
	return max(wait, steerEvery)
}

// giveBackPages gives free pages to the system: malloc's and Go's.
func giveBackPages() {
	debug.FreeOSMemory()
	duck.Trim()
}

// giveBack lets DuckDB's caches go and gives free pages to the system, while the whole ledger is taken, so that no
// statement sees the low limit. It reports whether that was done.
func (w *Worker) giveBack(l memoryLimit) bool {
	w.limiting.Lock()
	defer w.limiting.Unlock()
	if w.memory() != l {
		return false
	}
	granted, ok := w.ledger.takeAll()
	if !ok {
		return false
	}
	// It fails where temporary tables hold more; what could be let go is gone all the same.
	_ = w.in.SetMemoryLimit(leastLimit)
	if err := w.in.SetMemoryLimit(l.duckdb); err != nil {
		w.log.Error("setting DuckDB's memory limit failed", "error", err)
	}
	giveBackPages()
	w.ledger.release(granted)
	w.touch()
	return true
}

func (w *Worker) memory() memoryLimit {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.limit
}
