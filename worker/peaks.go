package worker

import (
	"time"

	"github.com/angelerator/tavana/worker/internal/duck"
)

// peaks finds out what statements need. DuckDB counts the instance's memory, not a statement's: what is held while some run,
// beyond what was held before, is theirs, shared by what each has reserved. It is exact for one that runs alone.
type peaks struct {
	at      time.Time
	started uint64    // executions at the last look, and
	newest  time.Time // when there was a new one
	idle    bool      // nothing ran at the last look
	before  uint64    // held when nothing ran, in bytes
	pressed bool      // the last state that was sent early told of pressure
}

const (
	// peaksEvery is how often is looked while something runs that began within newTime, and peaksLater at what has run for longer.
	peaksEvery, peaksLater, newTime = 20 * time.Millisecond, 100 * time.Millisecond, time.Second
	// pressure is the share of the process's limit whose use is told at once, not with the next state: someone may give more.
	pressure = .80
)

// look notes what the running executions hold.
func (p *peaks) look(w *Worker) {
	now := time.Now()
	w.mu.Lock()
	if w.started != p.started {
		p.started, p.newest = w.started, now
	}
	every := peaksEvery
	if now.Sub(p.newest) > newTime {
		every = peaksLater
	}
	if now.Sub(p.at) < every {
		w.mu.Unlock()
		return
	}
	p.at = now
	running := make([]*execution, 0, len(w.running))
	var reserved uint64
	for _, e := range w.running {
		running = append(running, e)
		reserved += max(e.reserved, 1)
	}
	limit := w.limit.total
	w.mu.Unlock()
	if len(running) == 0 && p.idle {
		return
	}
	mem, err := w.in.Memory()
	if err != nil { // DuckDB is so full that it can't even tell
		p.press(w, true)
		return
	}
	if p.idle = len(running) == 0; p.idle {
		p.before, p.pressed = mem.Held, false
		return
	}
	theirs := mem.Held - min(p.before, mem.Held)
	for _, e := range running {
		share := uint64(float64(theirs) * float64(max(e.reserved, 1)) / float64(reserved))
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
