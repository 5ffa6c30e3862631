package sizer

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// cache keeps what was found out, for a while. The library's own cache with expiry has a goroutine that nothing ends.
type cache[K comparable, V any] struct {
	lru  *lru.Cache[K, aged[V]]
	keep time.Duration
}

type aged[V any] struct {
	value V
	until time.Time
}

func newCache[K comparable, V any](size int, keep time.Duration) cache[K, V] {
	c, err := lru.New[K, aged[V]](size)
	if err != nil {
		panic(err) // the size is ours
	}
	return cache[K, V]{c, keep}
}

func (c cache[K, V]) Get(k K) (V, bool) {
	a, ok := c.lru.Get(k)
	if !ok || time.Now().After(a.until) {
		var none V
		return none, false
	}
	return a.value, true
}

func (c cache[K, V]) Add(k K, v V) { c.lru.Add(k, aged[V]{v, time.Now().Add(c.keep)}) }
