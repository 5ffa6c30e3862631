package pgenc

import (
	"math"
	"strconv"
	"testing"
)

func TestAppendInt(t *testing.T) {
	check := func(v int64) {
		t.Helper()
		if got, want := string(appendInt([]byte("x"), v)), "x"+strconv.FormatInt(v, 10); got != want {
			t.Errorf("%d became %s", v, got)
		}
		if got, want := string(appendUint(nil, uint64(v))), strconv.FormatUint(uint64(v), 10); got != want {
			t.Errorf("%d became %s", uint64(v), got)
		}
	}
	for p := range uint(64) {
		for d := range int64(3) {
			check(1<<p - 1 + d)
			check(-(1 << p) + 1 - d)
		}
	}
	v := int64(1)
	for range 19 {
		for d := range int64(3) {
			check(v - 1 + d)
			check(-v + 1 - d)
		}
		v *= 10
	}
	for _, v := range []int64{0, math.MaxInt64, math.MinInt64} {
		check(v)
	}
	for v := range int64(1200) {
		check(v)
	}
}

func FuzzAppendInt(f *testing.F) {
	f.Add(int64(-100))
	f.Fuzz(func(t *testing.T, v int64) {
		if got := string(appendInt(nil, v)); got != strconv.FormatInt(v, 10) {
			t.Errorf("%d became %s", v, got)
		}
	})
}
