package up

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/sidecar"
)

// fleet is the worker processes. They share a budget of memory: what one may use more, others may use less.
//
//	gateway ── Start, Stop, Grow ──► fleet ──► member: process + sidecar
//	        ◄── Workers, Resized ──
type fleet struct {
	cfg   *Config
	run   string // folder of the sockets
	base  worker // what all processes have in common
	log   *slog.Logger
	ctx   context.Context // ends them all
	ended sync.WaitGroup

	// telling keeps what is told of the fleet in order.
	telling sync.Mutex
	events  gateway.Events

	mu      sync.Mutex
	members []*member
}

var _ gateway.Fleet = (*fleet)(nil)

// member is a worker process and what minds it.
type member struct {
	fleet   *fleet
	worker  *worker
	number  int
	client  *workerapi.Client
	sidecar *sidecar.Sidecar
	stop    context.CancelFunc
	group   *sidecar.Cgroup // nil: none
	memory  uint64          // its part of the budget; guarded by fleet.mu
}

func newFleet(ctx context.Context, cfg *Config, run string, base worker, log *slog.Logger) *fleet {
	return &fleet{ctx: ctx, cfg: cfg, run: run, base: base, log: log}
}

// wait waits until all processes have ended, after ctx has.
func (f *fleet) wait() { f.ended.Wait() }

// Follow implements gateway.Fleet.
func (f *fleet) Follow(e gateway.Events) {
	f.telling.Lock()
	f.events = e
	f.telling.Unlock()
	f.tell()
}

// tell tells which workers there are.
func (f *fleet) tell() {
	f.telling.Lock()
	defer f.telling.Unlock()
	f.mu.Lock()
	targets := make([]string, len(f.members))
	for i, m := range f.members {
		targets[i] = m.worker.address
	}
	f.mu.Unlock()
	if f.events.Workers != nil {
		f.events.Workers(targets)
	}
}

func (f *fleet) resized(r gateway.Resize) {
	f.telling.Lock()
	defer f.telling.Unlock()
	if f.events.Resized != nil {
		f.events.Resized(r)
	}
}

// Start implements gateway.Fleet: as many of n as there is memory for.
func (f *fleet) Start(n int) {
	if err := f.start(n); err != nil {
		f.log.Error("starting a worker failed", "error", err)
	}
}

func (f *fleet) start(n int) error {
	defer f.tell()
	for range n {
		if err := f.startOne(); err != nil {
			return err
		}
	}
	return nil
}

func (f *fleet) startOne() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	size := f.cfg.WorkerMemory
	if left := f.left(); left < size && len(f.members) >= f.cfg.Scaling.Rules.Min {
		return fmt.Errorf("a worker needs %d bytes, and %d are left", size, left)
	}
	number := 0
	for slices.ContainsFunc(f.members, func(m *member) bool { return m.number == number }) {
		number++
	}
	m := &member{fleet: f, number: number, worker: f.base.numbered(f.run, number, size), memory: size}
	if f.cfg.Cgroups {
		var err error
		if m.group, err = sidecar.NewCgroup(filepath.Join(f.run, m.worker.name)); err != nil {
			return err
		}
		m.worker.group = m.group
	}
	var err error
	if m.client, err = workerapi.Dial(m.worker.address, m.worker.token); err != nil {
		return err
	}
	rules := f.cfg.Resize
	rules.Min, rules.Max = size, max(min(rules.Max, f.cfg.MemoryBudget), size)
	m.sidecar = sidecar.New(rules, m.client, m, f.log, func(e sidecar.Event) {
		f.resized(gateway.Resize{Target: m.worker.address, Reason: e.Reason, From: e.From, To: e.To, Took: e.Took})
	})
	ctx, stop := context.WithCancel(f.ctx)
	m.stop = stop
	f.members = append(f.members, m)
	f.ended.Go(func() {
		defer stop()
		m.mind(ctx)
	})
	return nil
}

// mind keeps the process and its sidecar running until ctx ends, and then takes the member out.
func (m *member) mind(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { m.sidecar.Run(ctx) })
	m.worker.supervise(ctx)
	wg.Wait()
	_ = m.client.Close()
	if m.group != nil {
		if err := m.group.Remove(); err != nil {
			m.fleet.log.Warn("removing a worker's cgroup failed", "worker", m.worker.name, "error", err)
		}
	}
	f := m.fleet
	f.mu.Lock()
	f.members = slices.DeleteFunc(f.members, func(x *member) bool { return x == m })
	f.mu.Unlock()
	if f.ctx.Err() == nil {
		f.tell()
	}
}

// find returns the member at an address; nil: there is none.
func (f *fleet) find(target string) *member {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.members {
		if m.worker.address == target {
			return m
		}
	}
	return nil
}

// Stop implements gateway.Fleet.
func (f *fleet) Stop(target string) {
	if m := f.find(target); m != nil {
		m.stop()
	}
}

// Grow implements gateway.Fleet.
func (f *fleet) Grow(ctx context.Context, target string, bytes uint64) (uint64, error) {
	m := f.find(target)
	if m == nil {
		return 0, fmt.Errorf("there is no worker at %s", target)
	}
	return m.sidecar.Ask(ctx, bytes)
}

// Ceiling implements gateway.Fleet.
func (f *fleet) Ceiling(context.Context) (uint64, error) { return f.cfg.MemoryBudget, nil }

// Used implements gateway.Fleet.
func (f *fleet) Used() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used()
}

func (f *fleet) used() uint64 {
	sum := uint64(0)
	for _, m := range f.members {
		sum += m.memory
	}
	return sum
}

// left is what no process may use yet. The caller holds f.mu.
func (f *fleet) left() uint64 { return f.cfg.MemoryBudget - min(f.used(), f.cfg.MemoryBudget) }

// Size implements gateway.Fleet.
func (f *fleet) Size() uint64 { return f.cfg.WorkerMemory }

// Cores implements gateway.Fleet: all processes are on this machine.
func (f *fleet) Cores() float64 { return float64(runtime.GOMAXPROCS(0)) }

// Began implements sidecar.Limits.
func (m *member) Began(bytes uint64) {
	if err := m.hold(bytes); err != nil {
		m.fleet.log.Warn("limiting a worker failed", "worker", m.worker.name, "error", err)
	}
	m.give(bytes)
}

// leastRaise is less than what it is worth to change a limit for.
const leastRaise = 32 << 20

// Raise implements sidecar.Limits, of what is left of the budget; where that is not enough, idle workers give back what they have
// grown by.
func (m *member) Raise(ctx context.Context, from, want uint64) (uint64, error) {
	f := m.fleet
	got := m.take(from, want)
	for _, other := range f.others(m) {
		if got >= want {
			break
		}
		other.sidecar.Yield(ctx)
		got = m.take(from, want)
	}
	if got == from {
		return got, nil
	}
	if err := m.hold(got); err != nil {
		m.give(from)
		return from, err
	}
	return got, nil
}

func (f *fleet) others(m *member) []*member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.members), func(x *member) bool { return x == m })
}

// take takes as much of the budget as there is for m to have want, and returns what it has.
func (m *member) take(from, want uint64) uint64 {
	f := m.fleet
	f.mu.Lock()
	defer f.mu.Unlock()
	more := min(want-min(m.memory, want), f.left())
	if got := m.memory + more; got >= want || got >= from+leastRaise {
		m.memory = got
	}
	return m.memory
}

func (m *member) give(to uint64) {
	m.fleet.mu.Lock()
	m.memory = to
	m.fleet.mu.Unlock()
}

// Lower implements sidecar.Limits.
func (m *member) Lower(_ context.Context, to uint64) error {
	if err := m.hold(to); err != nil {
		return err
	}
	m.give(to)
	return nil
}

// hold holds the process to so many bytes, where it has a cgroup.
func (m *member) hold(bytes uint64) error {
	if m.group == nil {
		return nil
	}
	return m.group.SetLimit(bytes)
}
