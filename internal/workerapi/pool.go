package workerapi

import (
	"math"
	"math/bits"
	"runtime"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/keepalive"
)

// buffers is gRPC's pool for the bytes of rows. gRPC's own clears each buffer before it reads the network into it, which is a
// twelfth of a relay's work; nobody sees what was in a buffer before, since what is read fills it.
//
// Sizes are powers of two: an HTTP/2 frame has 16 KiB at most, a message of rows about 1 MiB. Others are not kept.
var buffers bufferPool

const (
	smallest = 8  // 256 bytes
	largest  = 21 // 2 MiB
)

type bufferPool struct {
	bySize [largest + 1]sync.Pool // of *[]byte, by the logarithm of their capacity
}

// Get implements mem.BufferPool.
func (p *bufferPool) Get(n int) *[]byte {
	size := max(bits.Len(uint(max(n, 1)-1)), smallest)
	if size > largest {
		b := make([]byte, n)
		return &b
	}
	if b, ok := p.bySize[size].Get().(*[]byte); ok {
		*b = (*b)[:n]
		return b
	}
	b := make([]byte, n, 1<<size)
	return &b
}

// Put implements mem.BufferPool.
func (p *bufferPool) Put(b *[]byte) {
	size := bits.Len(uint(cap(*b))) - 1
	if size >= smallest && size <= largest && cap(*b) == 1<<size {
		p.bySize[size].Put(b)
	}
}

// ioBuffer is how much is read from and written to a connection at once, in bytes.
const ioBuffer = 256 << 10

const workersPerCore = 8

// ServerOptions are what every server of rows has: its codec, its buffers, how often clients may ask whether it is there, and a few
// goroutines for calls that stay, since a new one for each would grow its stack anew each time.
func ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(Codec{}),
		grpc.MaxRecvMsgSize(MaxMessage),
		grpc.MaxSendMsgSize(math.MaxInt32),
		grpc.InitialWindowSize(Window),
		grpc.InitialConnWindowSize(4 * Window),
		grpc.WriteBufferSize(ioBuffer),
		grpc.ReadBufferSize(ioBuffer),
		grpc.NumStreamWorkers(uint32(workersPerCore * runtime.GOMAXPROCS(0))),
		experimental.BufferPool(&buffers),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	}
}
