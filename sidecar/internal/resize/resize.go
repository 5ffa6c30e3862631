// Package resize decides how much memory a worker should have. It is pure: it is told what the worker uses and when that was,
// and says what its limit should be; its caller changes limits.
//
//	Observation ─► Resizer.Decide ─► Decision
//
// Invariants: a limit never leaves Min…Max; it shrinks only when nothing has run for a while; a clock that is set back stands
// still until it has caught up.
package resize

import "time"

// Rules are the thresholds.
type Rules struct {
	// Min and Max bound a limit, in bytes.
	Min, Max uint64
	// GrowAt is the share of the limit in use past which it grows, by the factor GrowBy.
	GrowAt, GrowBy float64
	// ShrinkIdle is for how long nothing must have run before the limit goes back to Min.
	ShrinkIdle time.Duration
}

// Defaults are the rules of the product's description.
func Defaults() Rules {
	return Rules{Min: 512 << 20, Max: 12 << 30, GrowAt: .80, GrowBy: 1.5, ShrinkIdle: 10 * time.Minute}
}

// Observation is what a worker is at a moment; sizes in bytes.
type Observation struct {
	// Limit is what the whole process may use, Used what it can't do without.
	Limit, Used uint64
	// Spilled is what it has on disk for want of memory.
	Spilled uint64
	// Busy says that something runs, or waits at the worker for who comes back to it.
	Busy bool
}

// Reason is why a limit changes.
type Reason string

// The reasons.
const (
	None Reason = ""
	// Asked: a statement is coming that needs it.
	Asked Reason = "pre_assignment"
	// Pressed: what runs uses nearly all there is.
	Pressed Reason = "elastic"
	// Idle: nothing has run for long.
	Idle Reason = "shrink"
	// Yielded: nothing runs, and another worker needs it.
	Yielded Reason = "yield"
)

// Decision is the limit that should be, and why; Reason None: the one there is.
type Decision struct {
	Limit  uint64
	Reason Reason
}

// Resizer decides. It is used by one goroutine at a time.
type Resizer struct {
	rules   Rules
	last    time.Time // the newest moment it has heard of
	idle    time.Time // since when nothing runs
	spilled uint64    // at the last look
}

// New returns a Resizer that knows of nothing yet.
func New(rules Rules) *Resizer { return &Resizer{rules: rules} }

// Decide says what the limit should be of what was seen at now.
func (r *Resizer) Decide(now time.Time, o Observation) Decision {
	if now.Before(r.last) {
		now = r.last
	}
	if r.last.IsZero() || o.Busy {
		r.idle = now
	}
	r.last = now
	more := o.Spilled > r.spilled // what lies on disk already is no reason to grow again
	r.spilled = o.Spilled
	switch {
	case o.Busy && (more || float64(o.Used) > r.rules.GrowAt*float64(o.Limit)):
		return r.rules.to(o.Limit, uint64(float64(o.Limit)*r.rules.GrowBy), Pressed)
	case !o.Busy && o.Limit > r.rules.Min && now.Sub(r.idle) >= r.rules.ShrinkIdle:
		return Decision{r.rules.Min, Idle}
	}
	return Decision{Limit: o.Limit}
}

// Ask says what the limit should be for a statement that needs so many bytes of it.
func (r Rules) Ask(limit, bytes uint64) Decision { return r.to(limit, bytes, Asked) }

// Yield says what the limit should be of a worker that another one asks for memory.
func (r Rules) Yield(o Observation) Decision {
	if o.Busy || o.Limit <= r.Min {
		return Decision{Limit: o.Limit}
	}
	return Decision{r.Min, Yielded}
}

// to grows to want, as far as may be.
func (r Rules) to(limit, want uint64, why Reason) Decision {
	if want = min(want, r.Max); want <= limit {
		return Decision{Limit: limit}
	}
	return Decision{want, why}
}
