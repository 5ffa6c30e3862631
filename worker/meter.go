package worker

import (
	"syscall"
	"time"
)

// meter measures the process's CPU use between two readings.
type meter struct {
	at  time.Time
	cpu time.Duration
}

func newMeter() *meter { return &meter{at: time.Now(), cpu: cpuTime()} }

// cores returns how many cores the process used since the last reading.
func (m *meter) cores() float64 {
	now, cpu := time.Now(), cpuTime()
	wall := now.Sub(m.at)
	used := cpu - m.cpu
	m.at, m.cpu = now, cpu
	if wall <= 0 {
		return 0
	}
	return float64(used) / float64(wall)
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
