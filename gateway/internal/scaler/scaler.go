// Package scaler decides how many workers there should be. It is pure: it is told what there is and when that was, and says
// what to do; its caller starts workers, in a Fleet, and drains them.
//
//	Observation ─► Scaler.Decide ─► Decision
//
// Invariants: never fewer workers than Min nor more than Max; never more than fit under the ceiling; a worker is taken away
// only when nothing has waited or run for a while; between two decisions of a kind lies its cooldown, whatever the clock
// does meanwhile.
package scaler

import "time"

// Mode is how near the workers are to what the machines can give.
type Mode uint8

// The modes.
const (
	// Scaling: there is room for more.
	Scaling Mode = iota
	// Saturation: there is hardly any. Workers come one by one, and go slowly.
	Saturation
)

// String implements fmt.Stringer.
func (m Mode) String() string {
	if m == Saturation {
		return "saturation"
	}
	return "scaling"
}

// Rules are the thresholds. Shares are between 0 and 1.
type Rules struct {
	Min, Max int

	// AddLeast and AddMost bound how many workers a decision adds.
	AddLeast, AddMost int
	// UpWait is the wait, and UpCPU and UpMemory the shares in use, past which workers are added though nothing waits now.
	UpWait          time.Duration
	UpCPU, UpMemory float64

	// DownIdle is for how long nothing must have waited, and DownUse the share in use below which workers are taken away.
	DownIdle time.Duration
	DownUse  float64

	UpCooldown, DownCooldown time.Duration

	// Warn and Saturate are the shares of the ceiling in use past which operators are warned, and the mode is Saturation.
	Warn, Saturate float64
	// DeepQueue is how many must wait for a worker more in Saturation, and LongIdle how long nothing must have waited or run for
	// one less.
	DeepQueue int
	LongIdle  time.Duration

	// Average is over how long the shares in use are averaged.
	Average time.Duration
}

// Defaults are the rules of the product's description, with the intervals of its design.
func Defaults() Rules {
	return Rules{
		Min: 2, Max: 20, AddLeast: 2, AddMost: 4, UpWait: 30 * time.Second, UpCPU: .70, UpMemory: .80, DownIdle: 5 * time.Minute, DownUse: .30,
		UpCooldown: time.Minute, DownCooldown: 5 * time.Minute, Warn: .80, Saturate: .90, DeepQueue: 20, LongIdle: 10 * time.Minute, Average: 30 * time.Second,
	}
}

// Observation is what there is at a moment.
type Observation struct {
	// Waiting and Running are statements; Wait is the longest wait since the last look.
	Waiting, Running int
	Wait             time.Duration
	// Workers take work, Coming will. Slots is how many statements a worker runs beside each other, as far as is known; 0: it is not.
	Workers, Coming, Slots int
	// CPU and Memory are the shares in use of what the workers have. SharedCPU says that one more worker brings no CPU.
	CPU, Memory float64
	SharedCPU   bool
	// Used is what the workers may use, Ceiling what there is for workers in all, and Size what a new one takes; in bytes.
	Used, Ceiling, Size uint64
}

// Reason is why a decision is what it is.
type Reason string

// The reasons.
const (
	None           Reason = ""
	BelowMinimum   Reason = "fewer workers than the minimum"
	AboveMaximum   Reason = "more workers than the maximum"
	QueueWaits     Reason = "statements wait"
	LongWait       Reason = "statements wait long"
	BusyCPU        Reason = "the CPUs are busy"
	BusyMemory     Reason = "the memory is in use"
	DeepQueue      Reason = "many statements wait"
	Idle           Reason = "nothing waits or runs"
	AtCeiling      Reason = "there is no room for another worker"
	AtMaximum      Reason = "there are as many workers as there may be"
	CoolingDown    Reason = "the last change was not long ago"
	EnoughOnTheWay Reason = "enough workers are being started"
)

// Decision says how many workers to start (Change > 0) or to drain (Change < 0), and why; or why there is no change though
// there is reason for one.
type Decision struct {
	Change int
	Reason Reason
}

// Scaler decides. It is used by one goroutine at a time.
type Scaler struct {
	rules Rules

	cpu, memory average
	// last is the newest moment it has heard of; up and down are those of the last changes.
	last, up, down time.Time
	// quiet is since when nothing waits, and idle since when nothing runs either.
	quiet, idle time.Time
}

// New returns a Scaler that knows of nothing yet.
func New(rules Rules) *Scaler { return &Scaler{rules: rules} }

// Mode tells how near o is to the ceiling, and whether operators should be warned.
func (s *Scaler) Mode(o Observation) (mode Mode, warn bool) {
	if o.Ceiling == 0 {
		return Scaling, false
	}
	share := float64(o.Used) / float64(o.Ceiling)
	if share > s.rules.Saturate {
		mode = Saturation
	}
	return mode, share > s.rules.Warn
}

// LookAgain is after how long the ceiling is to be looked at again: the nearer, the sooner.
func (s *Scaler) LookAgain(o Observation) time.Duration {
	switch mode, warn := s.Mode(o); {
	case mode == Saturation:
		return 15 * time.Second
	case warn:
		return 30 * time.Second
	}
	return time.Minute
}

// Decide says what to do about o, which was seen at now. A clock that was set back stands still until it has caught up.
func (s *Scaler) Decide(now time.Time, o Observation) Decision {
	if now.Before(s.last) {
		now = s.last
	}
	s.note(now, o)
	all := o.Workers + o.Coming
	switch {
	case all < s.rules.Min:
		return s.add(now, o, s.rules.Min-all, BelowMinimum)
	case all > s.rules.Max:
		return s.remove(now, min(o.Workers, all-s.rules.Max), AboveMaximum)
	}
	if mode, _ := s.Mode(o); mode == Saturation {
		return s.saturated(now, o)
	}
	if reason := s.short(o); reason != None {
		return s.more(now, o, reason)
	}
	if s.idles(now, o) {
		return s.less(now, o, o.Workers/2)
	}
	return Decision{}
}

// note follows how long nothing waits or runs, and averages.
func (s *Scaler) note(now time.Time, o Observation) {
	passed := now.Sub(s.last)
	first := s.last.IsZero()
	s.cpu.add(o.CPU, passed, s.rules.Average, first)
	s.memory.add(o.Memory, passed, s.rules.Average, first)
	if first || o.Waiting > 0 {
		s.quiet = now
	}
	if first || o.Waiting > 0 || o.Running > 0 {
		s.idle = now
	}
	s.last = now
}

// short tells why more workers are needed.
func (s *Scaler) short(o Observation) Reason {
	switch {
	case o.Waiting > 0:
		return QueueWaits
	case o.Wait > s.rules.UpWait:
		return LongWait
	case !o.SharedCPU && s.cpu.value > s.rules.UpCPU:
		return BusyCPU
	case s.memory.value > s.rules.UpMemory:
		return BusyMemory
	}
	return None
}

// more adds as many workers as those that wait would fill, two to four by the rules, but for those that are on their way.
func (s *Scaler) more(now time.Time, o Observation, reason Reason) Decision {
	want := s.rules.AddLeast
	if o.Slots > 0 {
		want = max(want, (o.Waiting+o.Slots-1)/o.Slots)
	}
	want = min(want, s.rules.AddMost) - o.Coming
	if want <= 0 {
		return Decision{Reason: EnoughOnTheWay}
	}
	if s.cooling(now) {
		return Decision{Reason: CoolingDown}
	}
	return s.add(now, o, want, reason)
}

// cooling tells whether workers were added not long ago.
func (s *Scaler) cooling(now time.Time) bool {
	return !s.up.IsZero() && now.Sub(s.up) < s.rules.UpCooldown
}

// add adds as many of n workers as there may be and as fit.
func (s *Scaler) add(now time.Time, o Observation, n int, reason Reason) Decision {
	if n = min(n, s.rules.Max-o.Workers-o.Coming); n <= 0 {
		return Decision{Reason: AtMaximum}
	}
	if o.Ceiling > 0 && o.Size > 0 {
		left := o.Ceiling - min(o.Ceiling, o.Used)
		if n = min(n, int(left/o.Size)); n == 0 {
			return Decision{Reason: AtCeiling}
		}
	}
	s.up = now
	return Decision{Change: n, Reason: reason}
}

// idles tells whether workers have been of little use for long.
func (s *Scaler) idles(now time.Time, o Observation) bool {
	return o.Running == 0 && now.Sub(s.quiet) >= s.rules.DownIdle && max(s.cpu.value, s.memory.value) < s.rules.DownUse
}

// less takes n workers away, after a while without changes.
func (s *Scaler) less(now time.Time, o Observation, n int) Decision {
	if n = min(n, o.Workers-s.rules.Min); n <= 0 {
		return Decision{}
	}
	if !s.down.IsZero() && now.Sub(s.down) < s.rules.DownCooldown || s.cooling(now) {
		return Decision{Reason: CoolingDown}
	}
	return s.remove(now, n, Idle)
}

func (s *Scaler) remove(now time.Time, n int, reason Reason) Decision {
	if n <= 0 {
		return Decision{}
	}
	s.down = now
	return Decision{Change: -n, Reason: reason}
}

// saturated decides where there is hardly any room.
func (s *Scaler) saturated(now time.Time, o Observation) Decision {
	switch {
	case o.Waiting > s.rules.DeepQueue && o.Coming > 0:
		return Decision{Reason: EnoughOnTheWay}
	case o.Waiting > s.rules.DeepQueue && s.cooling(now):
		return Decision{Reason: CoolingDown}
	case o.Waiting > s.rules.DeepQueue:
		return s.add(now, o, 1, DeepQueue)
	case now.Sub(s.idle) >= s.rules.LongIdle:
		return s.less(now, o, 1)
	}
	return Decision{}
}

// average is a value's average of late, each moment weighing less the longer ago it is.
type average struct{ value float64 }

func (a *average) add(v float64, passed, over time.Duration, first bool) {
	if first || over <= 0 {
		a.value = v
		return
	}
	share := min(float64(passed)/float64(over), 1)
	a.value += share * (v - a.value)
}
