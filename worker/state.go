package worker

import (
	"context"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// notify wakes the Watch streams. The caller holds w.mu.
func (w *Worker) notify() {
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *Worker) touch() {
	w.mu.Lock()
	w.notify()
	w.mu.Unlock()
}

// measureNow makes the Watch streams measure anew, and tell.
func (w *Worker) measureNow() {
	w.mu.Lock()
	w.remeasure++
	w.notify()
	w.mu.Unlock()
}

func (w *Worker) setDraining() {
	w.mu.Lock()
	w.draining = true
	w.notify()
	w.mu.Unlock()
}

// cancelAll cancels what runs, because the worker stops.
func (w *Worker) cancelAll() {
	w.cancelWhere(func(*execution) bool { return true }, pgerror.New(pgerror.AdminShutdown, "canceling statement because the worker stops"))
}

// cancelWhere cancels the executions that f takes.
func (w *Worker) cancelWhere(f func(*execution) bool, reason error) {
	w.mu.Lock()
	var running []*execution
	for _, e := range w.running {
		if f(e) {
			running = append(running, e)
		}
	}
	w.mu.Unlock()
	for _, e := range running {
		e.cancel(reason)
	}
}

// watchEvery is how often Watch sends what changes by itself; watchGap keeps a busy ledger from flooding the stream.
const (
	watchEvery = time.Second
	watchGap   = 20 * time.Millisecond
)

// Watch implements workerapi.Service.
func (w *Worker) Watch(ctx context.Context, r *workerpb.WatchRequest, send func(*workerpb.State) error) error {
	defer w.owners.watch(r.GetClient())()
	meter := newMeter()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	st, measured := w.state(meter), uint64(0)
	for {
		w.mu.Lock()
		changed, measure := w.changed, w.remeasure
		w.mu.Unlock()
		if measure != measured {
			st, measured = w.state(meter), measure
		}
		w.ledgerState(st)
		if err := send(st); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-tick.C:
			st = w.state(meter)
		case <-w.stopping:
			return errDraining()
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
		select {
		case <-time.After(watchGap):
		case <-ctx.Done():
			return pgerror.FromContext(ctx)
		}
	}
}

// state measures the process: what DuckDB uses, resident memory, CPU.
func (w *Worker) state(m *meter) *workerpb.State {
	resident, _ := processMemory()
	mem, err := w.in.Memory()
	if err != nil { // DuckDB is so full that it can't even tell
		w.log.Debug("reading DuckDB's memory use failed", "error", err)
		mem = duck.Memory{Used: resident, Held: resident, Spilled: m.spilled}
	}
	m.spilled = mem.Spilled
	return &workerpb.State{
		WorkerId: w.id, DuckdbVersion: duck.Version(), DuckdbUsed: mem.Used, Spilled: mem.Spilled,
		Resident: resident, Used: needed(resident, mem), Cpu: m.cores(), Threads: uint32(w.cfg.threads()), QueryMemory: w.cfg.QueryMemory,
	}
}

// needed is what the process can't do without of its resident memory.
func needed(resident uint64, m duck.Memory) uint64 {
	return resident - min(m.Used-min(m.Held, m.Used), resident)
}

// ledgerState fills in what the worker knows without measuring.
func (w *Worker) ledgerState(st *workerpb.State) {
	_, st.Reserved = w.ledger.state()
	st.Sessions = uint32(w.conns.sessionCount())
	open, _, _ := w.cursors.state()
	st.Results = uint32(w.results.count())
	st.Cursors, st.Spooled = uint32(open), uint64(w.cursors.disk.used.Load())
	w.mu.Lock()
	defer w.mu.Unlock()
	st.MemoryLimit, st.DuckdbMemoryLimit, st.Draining, st.Held = w.limit.total, w.limit.duckdb, w.draining, uint32(w.held)
	st.Queries, st.Abandoned = st.Queries[:0], 0
	for _, e := range w.running {
		abandoned := e.abandoned.Load()
		if abandoned {
			st.Abandoned++
		}
		st.Queries = append(st.Queries, &workerpb.QueryState{QueryId: e.id, Reserved: e.reserved, Peak: e.peak.Load(), Abandoned: abandoned})
	}
}
