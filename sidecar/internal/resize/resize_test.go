package resize

import (
	"testing"
	"time"
)

const mb = 1 << 20

func TestDecide(t *testing.T) {
	began := time.Unix(1_700_000_000, 0)
	type step struct {
		after time.Duration
		o     Observation
		want  Decision
	}
	stays := func(limit uint64) Decision { return Decision{limit, None} }
	for name, steps := range map[string][]step{
		"little is used":             {{0, Observation{Limit: 1000 * mb, Used: 300 * mb, Busy: true}, stays(1000 * mb)}},
		"at the edge":                {{0, Observation{Limit: 1000 * mb, Used: 800 * mb, Busy: true}, stays(1000 * mb)}},
		"past it":                    {{0, Observation{Limit: 1000 * mb, Used: 801 * mb, Busy: true}, Decision{1500 * mb, Pressed}}},
		"past it, and nothing runs":  {{0, Observation{Limit: 1000 * mb, Used: 900 * mb}, stays(1000 * mb)}},
		"near the most":              {{0, Observation{Limit: 10 << 30, Used: 9 << 30, Busy: true}, Decision{12 << 30, Pressed}}},
		"at the most":                {{0, Observation{Limit: 12 << 30, Used: 12 << 30, Busy: true}, stays(12 << 30)}},
		"more than the most":         {{0, Observation{Limit: 13 << 30, Used: 13 << 30, Busy: true}, stays(13 << 30)}},
		"it spills":                  {{0, Observation{Limit: 1000 * mb, Used: 500 * mb, Spilled: 1, Busy: true}, Decision{1500 * mb, Pressed}}},
		"what it spilled lies there": {{0, Observation{Limit: 1000 * mb, Spilled: 9, Busy: true}, Decision{1500 * mb, Pressed}}, {time.Second, Observation{Limit: 1500 * mb, Spilled: 9, Busy: true}, stays(1500 * mb)}},
		"it spills more":             {{0, Observation{Limit: 1000 * mb, Spilled: 9, Busy: true}, Decision{1500 * mb, Pressed}}, {time.Second, Observation{Limit: 1500 * mb, Spilled: 10, Busy: true}, Decision{2250 * mb, Pressed}}},
		"idle, for a while":          {{0, Observation{Limit: 1000 * mb}, stays(1000 * mb)}, {10*time.Minute - 1, Observation{Limit: 1000 * mb}, stays(1000 * mb)}},
		"idle, for long":             {{0, Observation{Limit: 1000 * mb}, stays(1000 * mb)}, {10 * time.Minute, Observation{Limit: 1000 * mb}, Decision{512 * mb, Idle}}},
		"idle, and small already":    {{0, Observation{Limit: 512 * mb}, stays(512 * mb)}, {10 * time.Minute, Observation{Limit: 512 * mb}, stays(512 * mb)}},
		"idle, but for a moment": {
			{0, Observation{Limit: 1000 * mb}, stays(1000 * mb)},
			{9 * time.Minute, Observation{Limit: 1000 * mb, Busy: true}, stays(1000 * mb)},
			{9 * time.Minute, Observation{Limit: 1000 * mb}, stays(1000 * mb)},
			{time.Minute, Observation{Limit: 1000 * mb}, Decision{512 * mb, Idle}},
		},
		"the clock is set back": {
			{time.Hour, Observation{Limit: 1000 * mb}, stays(1000 * mb)},
			{-30 * time.Minute, Observation{Limit: 1000 * mb}, stays(1000 * mb)},
			{35 * time.Minute, Observation{Limit: 1000 * mb}, stays(1000 * mb)}, // five minutes after the first
			{5 * time.Minute, Observation{Limit: 1000 * mb}, Decision{512 * mb, Idle}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, now := New(Defaults()), began
			for i, s := range steps {
				now = now.Add(s.after)
				if got := r.Decide(now, s.o); got != s.want {
					t.Errorf("step %d: %v, want %v", i, got, s.want)
				}
			}
		})
	}
}

func TestAsk(t *testing.T) {
	for name, c := range map[string]struct {
		limit, bytes uint64
		want         Decision
	}{
		"there is enough":     {1000 * mb, 900 * mb, Decision{1000 * mb, None}},
		"just so":             {1000 * mb, 1000 * mb, Decision{1000 * mb, None}},
		"more":                {1000 * mb, 2000 * mb, Decision{2000 * mb, Asked}},
		"more than there may": {1000 * mb, 20 << 30, Decision{12 << 30, Asked}},
	} {
		if got := Defaults().Ask(c.limit, c.bytes); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestYield(t *testing.T) {
	for name, c := range map[string]struct {
		o    Observation
		want Decision
	}{
		"idle":           {Observation{Limit: 1000 * mb}, Decision{512 * mb, Yielded}},
		"busy":           {Observation{Limit: 1000 * mb, Busy: true}, Decision{1000 * mb, None}},
		"idle and small": {Observation{Limit: 512 * mb}, Decision{512 * mb, None}},
	} {
		if got := Defaults().Yield(c.o); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
