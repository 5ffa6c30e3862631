package scaler

import (
	"testing"
	"time"
)

// world is a Scaler on a clock that is stepped.
type world struct {
	t   *testing.T
	s   *Scaler
	now time.Time
}

func start(t *testing.T) *world {
	return &world{t, New(Defaults()), time.Unix(1_700_000_000, 0)}
}

// after steps the clock and wants a decision about o.
func (w *world) after(d time.Duration, o Observation, change int, reason Reason) {
	w.t.Helper()
	w.now = w.now.Add(d)
	if got := w.s.Decide(w.now, o); got != (Decision{change, reason}) {
		w.t.Errorf("of %+v: %+v, want %+d, %q", o, got, change, reason)
	}
}

const gb = 1 << 30

func TestUp(t *testing.T) {
	for name, c := range map[string]struct {
		o      Observation
		change int
		reason Reason
	}{
		"nothing to do":                            {Observation{Workers: 2, Running: 4}, 0, None},
		"one waits":                                {Observation{Workers: 2, Waiting: 1}, 2, QueueWaits},
		"many wait":                                {Observation{Workers: 2, Waiting: 100, Slots: 8}, 4, QueueWaits},
		"as many as those that wait would fill":    {Observation{Workers: 2, Waiting: 17, Slots: 8}, 3, QueueWaits},
		"a long wait, at its edge":                 {Observation{Workers: 2, Wait: 30 * time.Second}, 0, None},
		"a long wait":                              {Observation{Workers: 2, Wait: 31 * time.Second}, 2, LongWait},
		"CPU at its edge":                          {Observation{Workers: 2, CPU: .70, Running: 1}, 0, None},
		"busy CPUs":                                {Observation{Workers: 2, CPU: .71, Running: 1}, 2, BusyCPU},
		"CPUs that all share":                      {Observation{Workers: 2, CPU: .9, SharedCPU: true, Running: 1}, 0, None},
		"memory at its edge":                       {Observation{Workers: 2, Memory: .80, Running: 1}, 0, None},
		"memory in use":                            {Observation{Workers: 2, Memory: .81, Running: 1}, 2, BusyMemory},
		"some are on their way":                    {Observation{Workers: 2, Coming: 1, Waiting: 1}, 1, QueueWaits},
		"enough are on their way":                  {Observation{Workers: 2, Coming: 2, Waiting: 1}, 0, EnoughOnTheWay},
		"one less than the most":                   {Observation{Workers: 19, Waiting: 9}, 1, QueueWaits},
		"the most":                                 {Observation{Workers: 20, Waiting: 9}, 0, AtMaximum},
		"room for one":                             {Observation{Workers: 2, Waiting: 9, Used: 4 * gb, Ceiling: 7 * gb, Size: 2 * gb}, 1, QueueWaits},
		"no room":                                  {Observation{Workers: 2, Waiting: 9, Used: 4 * gb, Ceiling: 5 * gb, Size: 2 * gb}, 0, AtCeiling},
		"more in use than there is":                {Observation{Workers: 1, Waiting: 9, Used: 9 * gb, Ceiling: 5 * gb, Size: 2 * gb}, 0, AtCeiling},
		"fewer than the least":                     {Observation{Workers: 0}, 2, BelowMinimum},
		"fewer, and one on its way":                {Observation{Workers: 0, Coming: 1}, 1, BelowMinimum},
		"more than the most":                       {Observation{Workers: 23}, -3, AboveMaximum},
		"more than the most, with those that come": {Observation{Workers: 19, Coming: 3}, -2, AboveMaximum},
	} {
		t.Run(name, func(t *testing.T) { start(t).after(0, c.o, c.change, c.reason) })
	}
}

func TestUpCoolsDown(t *testing.T) {
	w := start(t)
	o := Observation{Workers: 2, Waiting: 5}
	w.after(0, o, 2, QueueWaits)
	o.Workers = 4
	w.after(59*time.Second, o, 0, CoolingDown)
	w.after(time.Second, o, 2, QueueWaits)
}

// A peak of a moment is none: shares in use are those of the last thirty seconds.
func TestSharesAreAveraged(t *testing.T) {
	w := start(t)
	w.after(0, Observation{Workers: 2, CPU: .2, Running: 1}, 0, None)
	w.after(10*time.Second, Observation{Workers: 2, CPU: 1, Running: 1}, 0, None)
	w.after(10*time.Second, Observation{Workers: 2, CPU: 1, Running: 1}, 0, None)
	w.after(10*time.Second, Observation{Workers: 2, CPU: 1, Running: 1}, 2, BusyCPU)
}

func TestDown(t *testing.T) {
	w := start(t)
	idle := Observation{Workers: 9, CPU: .05}
	w.after(0, idle, 0, None)
	w.after(5*time.Minute-time.Second, idle, 0, None)
	w.after(time.Second, idle, -4, Idle)
	idle.Workers = 5
	w.after(5*time.Minute-time.Second, idle, 0, CoolingDown)
	w.after(time.Second, idle, -2, Idle)
	idle.Workers = 3
	w.after(5*time.Minute, idle, -1, Idle)
	idle.Workers = 2
	w.after(5*time.Minute, idle, 0, None)
}

// What keeps workers: something waits now and then, something runs, or they are in use by something.
func TestNotDown(t *testing.T) {
	for name, change := range map[string]func(*Observation){
		"one waited": func(o *Observation) { o.Waiting = 1 }, "one runs": func(o *Observation) { o.Running = 1 },
		"CPU": func(o *Observation) { o.CPU = .30 }, "memory": func(o *Observation) { o.Memory = .30 },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			o := Observation{Workers: 8}
			if name == "one waited" {
				w.after(0, o, 0, None)
				change(&o)
				w.after(time.Minute, o, 2, QueueWaits)
				o = Observation{Workers: 10}
				w.after(5*time.Minute-time.Second, o, 0, None)
				w.after(time.Second, o, -5, Idle)
				return
			}
			change(&o)
			w.after(0, o, 0, None)
			w.after(time.Hour, o, 0, None)
		})
	}
}

func TestSaturation(t *testing.T) {
	w := start(t)
	full := Observation{Workers: 9, Running: 1, Used: 91 * gb, Ceiling: 100 * gb, Size: 5 * gb}
	if m, warn := w.s.Mode(full); m != Saturation || !warn || w.s.LookAgain(full) != 15*time.Second {
		t.Errorf("%v, %v, %v", m, warn, w.s.LookAgain(full))
	}
	near := full
	near.Used = 90 * gb
	if m, warn := w.s.Mode(near); m != Scaling || !warn || w.s.LookAgain(near) != 30*time.Second {
		t.Errorf("%v, %v, %v", m, warn, w.s.LookAgain(near))
	}
	near.Used = 80 * gb
	if m, warn := w.s.Mode(near); m != Scaling || warn || w.s.LookAgain(near) != time.Minute {
		t.Errorf("%v, %v, %v", m, warn, w.s.LookAgain(near))
	}
	if m, warn := w.s.Mode(Observation{Used: gb}); m != Scaling || warn {
		t.Errorf("without a ceiling: %v, %v", m, warn)
	}

	full.Waiting, full.CPU = 20, 1
	w.after(0, full, 0, None) // in this mode only a deep queue counts
	full.Waiting = 21
	w.after(time.Second, full, 1, DeepQueue)
	w.after(time.Second, full, 0, CoolingDown)
	full.Coming = 1
	w.after(time.Minute, full, 0, EnoughOnTheWay)
	full.Coming, full.Used = 0, 96*gb
	w.after(time.Minute, full, 0, AtCeiling)

	idle := Observation{Workers: 9, Used: 91 * gb, Ceiling: 100 * gb, CPU: .9}
	w.after(time.Second, idle, 0, None)
	w.after(10*time.Minute-2*time.Second, idle, 0, None)
	w.after(time.Second, idle, -1, Idle)
	idle.Workers = 8
	w.after(time.Minute, idle, 0, CoolingDown)
	w.after(4*time.Minute, idle, -1, Idle)
	idle.Running = 1
	w.after(time.Hour, idle, 0, None)
}

// A clock that is set back neither ends a cooldown nor an idle time too early, nor keeps them for ever.
func TestAClockThatJumps(t *testing.T) {
	w := start(t)
	busy := Observation{Workers: 2, Waiting: 5}
	w.after(0, busy, 2, QueueWaits)
	w.after(-time.Hour, busy, 0, CoolingDown)
	w.after(time.Hour+time.Minute, busy, 2, QueueWaits)
	idle := Observation{Workers: 8}
	w.after(time.Second, idle, 0, None)
	w.after(-24*time.Hour, idle, 0, None)
	w.after(24*time.Hour+5*time.Minute, idle, -4, Idle)
}
