package sizer

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cache keeps what was found out, for a while. The library's own cache with expiry has a goroutine that nothing ends. It is safe for
// concurrent use.
type cache[K comparable, V any] struct {
	*kept[K, V]
	keep time.Duration
}

type kept[K comparable, V any] struct {
	mu  sync.Mutex
	lru *simplelru.LRU[K, aged[V]]
	// of weighs a value; nil: only the number of values is bounded. weight is that of all, and most what it may be.
	of           func(V) int
	weight, most int
}

type aged[V any] struct {
	value V
	until time.Time
}

func newCache[K comparable, V any](size int, keep time.Duration) cache[K, V] {
	k := &kept[K, V]{}
	var err error
	k.lru, err = simplelru.NewLRU(size, func(_ K, a aged[V]) {
		if k.of != nil {
			k.weight -= k.of(a.value)
		}
	})
	if err != nil {
		panic(err) // the size is ours
	}
	return cache[K, V]{k, keep}
}

// weigh bounds what the values weigh together. It is called before the first Add.
func (k *kept[K, V]) weigh(of func(V) int, most int) { k.of, k.most = of, most }

func (k *kept[K, V]) Get(key K) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.lru.Get(key)
	if !ok || time.Now().After(a.until) {
		var none V
		k.lru.Remove(key)
		return none, false
	}
	return a.value, true
}

// Add keeps a value, and AddFor for another while.
func (c cache[K, V]) Add(key K, v V) { c.AddFor(key, v, c.keep) }

func (k *kept[K, V]) AddFor(key K, v V, keep time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lru.Remove(key)
	k.lru.Add(key, aged[V]{v, time.Now().Add(keep)})
	if k.of == nil {
		return
	}
	for k.weight += k.of(v); k.weight > k.most && k.lru.Len() > 1; {
		k.lru.RemoveOldest()
	}
}
