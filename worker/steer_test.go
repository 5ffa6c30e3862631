package worker

import "testing"

func TestDuckDBsLimitFollowsWhatItDoesNotCount(t *testing.T) {
	const mb = 1 << 20
	l := memoryLimit{total: 800 * mb, duckdb: 640 * mb}
	for _, c := range []struct{ now, resident, counted, want uint64 }{
		{640, 300, 300, 640}, // all of it counted
		{640, 700, 600, 600}, // 100 MB are not: 700 - 100
		{600, 790, 400, 310}, // at once
		{310, 400, 400, 326}, // back in steps
		{630, 400, 400, 640},
		{640, 5000, 0, 64},   // never nothing
		{640, 100, 200, 640}, // counted, and not touched yet
	} {
		if got := nextLimit(c.now*mb, l, c.resident*mb, c.counted*mb); got != c.want*mb {
			t.Errorf("now %d, resident %d, counted %d: %d, want %d", c.now, c.resident, c.counted, got/mb, c.want)
		}
	}
}
