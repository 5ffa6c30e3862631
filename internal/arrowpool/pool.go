// Package arrowpool is memory for Arrow's buffers that is used again, so that a steady stream of batches leaves nothing to
// the garbage collector.
package arrowpool

import (
	"math/bits"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Pool is the allocator of batches that are soon sent: sync.Pools by power of two. A buffer goes back when its last batch
// is released, so batches of it must be.
var Pool memory.Allocator = &pooled{}

const (
	minClass = 12 // 4 KiB
	maxClass = 23 // 8 MiB
)

type pooled struct {
	classes [maxClass + 1]sync.Pool
}

func class(n int) int { return max(bits.Len(uint(n-1)), minClass) }

// Allocate implements memory.Allocator. The bytes are not cleared: Arrow's kernels and builders write all they declare.
func (p *pooled) Allocate(n int) []byte {
	if n == 0 {
		return nil
	}
	k := class(n)
	if k > maxClass {
		return memory.DefaultAllocator.Allocate(n)
	}
	if b, _ := p.classes[k].Get().(*[]byte); b != nil {
		return (*b)[:n]
	}
	return memory.DefaultAllocator.Allocate(1 << k)[:n]
}

// Reallocate implements memory.Allocator.
func (p *pooled) Reallocate(n int, b []byte) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	nb := p.Allocate(n)
	copy(nb, b)
	p.Free(b)
	return nb
}

// Free implements memory.Allocator.
func (p *pooled) Free(b []byte) {
	n := cap(b)
	if n < 1<<minClass || n > 1<<maxClass || n&(n-1) != 0 {
		return
	}
	b = b[:n]
	p.classes[bits.Len(uint(n))-1].Put(&b)
}
