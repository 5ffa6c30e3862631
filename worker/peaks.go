package worker

import (
	"time"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// peaks finds out what statements need. DuckDB counts the instance's memory, not a statement's: what is held while some run,
// beyond what was held when none did, is theirs, shared by what each has reserved. Tables in memory are nobody's, but for what they
// grow by while statements of sessions run, which may be making them. It is exact for one that runs alone.
type peaks struct {
	at      time.Time
	started uint64        // executions at the last look, and
	newest  time.Time     // when there was a new one
	idle    bool          // nothing ran at the last look
	before  uint64        // held when nothing ran, without tables, in bytes
	tables  uint64        // in memory at the last look, in bytes
	pressed bool          // the last state that was sent early told of pressure
	cpu     time.Duration // of the process at the last look
}

const (
	// peaksEvery is how often is looked while something runs that began within newTime, peaksLater at what has run for longer, and
	// peaksIdle at what is held while nothing runs.
	peaksEvery, peaksLater, peaksIdle, newTime = 20 * time.Millisecond, 100 * time.Millisecond, time.Second, time.Second
	// pressure is the share of the process's limit whose use is told at once, not with the next state: someone may give more.
	pressure = .80
	// leastWork is the process's CPU time before what has run for a while is looked at again: most of it waits, for its clients or a store.
	leastWork = 5 * time.Millisecond
)

// look notes what the running executions hold.
func (p *peaks) look(w *Worker) {
	now := time.Now()
	w.mu.Lock()
	if w.started != p.started {
		p.started, p.newest = w.started, now
	}
	every := peaksEvery
	switch {
	case p.idle && len(w.running) == 0:
		every = peaksIdle
	case now.Sub(p.newest) > newTime:
		every = peaksLater
	}
	if now.Sub(p.at) < every || every == peaksLater && len(w.running) > 0 && cpuTime()-p.cpu < leastWork {
		w.mu.Unlock()
		return
	}
	defer func() { p.cpu = cpuTime() }()
	p.at = now
	running := make([]*execution, 0, len(w.running))
	var reserved uint64
	for _, e := range w.running {
		running = append(running, e)
		reserved += max(e.reserved, 1)
	}
	limit := w.limit.total
	w.mu.Unlock()
	mem, err := w.in.Memory()
	if err != nil { // DuckDB is so full that it can't even tell
		p.press(w, true)
		return
	}
	tables := p.tables
	p.tables = mem.Tables
	working := mem.Held - min(mem.Tables, mem.Held)
	if p.idle = len(running) == 0; p.idle {
		p.before, p.pressed = working, false
		return
	}
	theirs := working - min(p.before, working)
	for _, e := range running {
		share := uint64(float64(theirs) * float64(max(e.reserved, 1)) / float64(reserved))
		if e.st.GetSessionId() != "" {
			share += e.made(tables, mem.Tables)
		}
		if share > e.peak.Load() {
			e.peak.Store(share)
		}
	}
	p.tell(w, limit, mem)
}

// tell makes Watch tell at once of memory that runs short, or that is short no longer.
func (p *peaks) tell(w *Worker, limit uint64, mem duck.Memory) {
	resident, _ := processMemory()
	p.press(w, float64(needed(resident, mem)) > pressure*float64(limit) || mem.Spilled > 0)
}

func (p *peaks) press(w *Worker, pressed bool) {
	if pressed != p.pressed {
		p.pressed = pressed
		w.measureNow()
	}
}

// made returns what tables in memory have grown by since the execution began: before is their size at the look before, in bytes.
func (e *execution) made(before, now uint64) uint64 {
	if !e.based {
		e.base, e.based = before, true
	}
	return now - min(e.base, now)
}
