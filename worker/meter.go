package worker

import (
	"syscall"
	"time"
)

// meter is what a reading of the process needs of those before: its CPU use is measured between two.
type meter struct {
	at  time.Time
	cpu time.Duration
	of  float64 // the last reading, if there was one
	any bool
	// spilled is what DuckDB had on disk when it told last.
	spilled uint64
}

// meterLeast is how far apart two readings are at least: over a moment, use is all or nothing.
const meterLeast = 500 * time.Millisecond

func newMeter() *meter { return &meter{at: time.Now(), cpu: cpuTime()} }

// cores returns how many cores the process used since the last reading.
func (m *meter) cores() float64 {
	now, cpu := time.Now(), cpuTime()
	wall := now.Sub(m.at)
	if wall <= 0 || m.any && wall < meterLeast {
		return m.of
	}
	m.any = true
	m.of = float64(cpu-m.cpu) / float64(wall)
	m.at, m.cpu = now, cpu
	return m.of
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
