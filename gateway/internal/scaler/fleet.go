package scaler

import (
	"context"
	"time"
)

// Fleet is where workers come from: processes of this machine, pods of a cluster. The gateway decides how many there should be
// and which of them goes; the fleet does it. It is safe for concurrent use.
type Fleet interface {
	// Follow makes e hear of the fleet, at once and from then on.
	Follow(e Events)
	// Start makes n workers more.
	Start(n int)
	// Stop ends a worker that takes no work any more. It does not wait for its end, of which Events hears.
	Stop(target string)
	// Grow gives a worker memory for a statement that needs so many bytes of its process, as far as there is some, and returns what
	// its process may use then; with an error, that is what it was.
	Grow(ctx context.Context, target string, bytes uint64) (uint64, error)
	// Ceiling returns how many bytes there are for workers in all; 0: that is not known.
	Ceiling(ctx context.Context) (uint64, error)
	// Used returns how many of them workers may use now, and Size how many a new worker takes.
	Used() uint64
	Size() uint64
	// Cores returns how many cores the workers share; 0: each has its own.
	Cores() float64
}

// Events is what a Fleet tells. Its functions are called by one goroutine at a time and do not block.
type Events struct {
	// Workers gets the addresses of all workers that are there, come, or go.
	Workers func(targets []string)
	// Resized hears of each change of a worker's memory, or of one that could not be had.
	Resized func(r Resize)
}

// Resize is a change of a worker's memory.
type Resize struct {
	Target   string
	Reason   string // pre_assignment, elastic, shrink, yield
	From, To uint64 // in bytes; equal where nothing changed
	Took     time.Duration
}
