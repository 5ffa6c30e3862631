package sidecar

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/sidecar/internal/resize"
)

const mb = 1 << 20

// both is a worker and what holds it; done are the changes in their order.
type both struct {
	states chan *workerpb.State
	mu     sync.Mutex
	done   []string
	left   uint64 // how much more there is
	refuse error  // what the worker says to a change
	least  uint64 // what the worker can't do without
	stuck  error  // what Lower says
}

func (b *both) note(s string) {
	b.mu.Lock()
	b.done = append(b.done, s)
	b.mu.Unlock()
}

func (b *both) Watch(ctx context.Context, f func(*workerpb.State) error) error {
	for {
		select {
		case st := <-b.states:
			if st == nil {
				return errors.New("gone")
			}
			if err := f(st); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *both) SetMemoryLimit(_ context.Context, bytes uint64) (uint64, error) {
	if b.refuse != nil {
		b.note("worker refuses " + size(bytes))
		return 0, b.refuse
	}
	bytes = max(bytes, b.least)
	b.note("worker " + size(bytes))
	return bytes, nil
}

func (b *both) Began(bytes uint64) { b.note("began " + size(bytes)) }

func (b *both) Raise(_ context.Context, from, want uint64) (uint64, error) {
	got := min(want, from+b.left)
	b.left -= got - from
	b.note("raise " + size(got))
	return got, nil
}

func (b *both) Lower(_ context.Context, to uint64) error {
	b.note("lower " + size(to))
	return b.stuck
}

func size(n uint64) string { return time.Duration(n / mb).String() } // as 512ns: short

// start starts a Sidecar, in a bubble of synctest; it ends with the test.
func start(t *testing.T, b *both) (s *Sidecar, events *[]Event) {
	events = new([]Event)
	b.states = make(chan *workerpb.State)
	ctx, cancel := context.WithCancel(t.Context())
	s = New(resize.Defaults(), b, b, slog.New(slog.NewTextHandler(io.Discard, nil)), func(e Event) { *events = append(*events, e) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		if _, err := s.Ask(context.Background(), 1); !errors.Is(err, errAway) {
			t.Errorf("of a sidecar that has ended: %v", err)
		}
	})
	return s, events
}

func (b *both) tell(st *workerpb.State) {
	b.states <- st
	synctest.Wait()
}

func (b *both) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.done, want) {
		t.Errorf("done: %q, want %q", b.done, want)
	}
	b.done = nil
}

func busy(limit, used uint64) *workerpb.State {
	return &workerpb.State{WorkerId: "a", MemoryLimit: limit * mb, Used: used * mb, Queries: []*workerpb.QueryState{{QueryId: "q"}}}
}

// Room is made before it is promised, and taken back after it was given up.
func TestTheOrderIsSafeBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb}
		_, events := start(t, b)
		b.tell(busy(512, 500))
		b.want(t, "began 512ns", "raise 768ns", "worker 768ns")
		b.tell(busy(512, 500)) // it was under way when the limit changed
		b.want(t)
		b.tell(busy(768, 700))
		b.want(t, "raise 1.152µs", "worker 1.152µs")
		b.tell(&workerpb.State{WorkerId: "a", MemoryLimit: 1152 * mb})
		time.Sleep(10 * time.Minute)
		b.tell(&workerpb.State{WorkerId: "a", MemoryLimit: 1152 * mb})
		b.want(t, "worker 512ns", "lower 512ns")
		if e := *events; len(e) != 3 || e[0].Reason != "elastic" || e[2].Reason != "shrink" || e[2].From != 1152*mb || e[2].To != 512*mb || e[2].Err != nil {
			t.Errorf("%+v", e)
		}
	})
}

// What a worker can't do is undone.
func TestAWorkerThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb, refuse: errors.New("no")}
		s, events := start(t, b)
		b.tell(busy(512, 500))
		b.want(t, "began 512ns", "raise 768ns", "worker refuses 768ns", "lower 512ns")
		if got, err := s.Ask(t.Context(), 900*mb); err == nil || got != 512*mb {
			t.Errorf("%d, %v", got, err)
		}
		b.want(t, "raise 900ns", "worker refuses 900ns", "lower 512ns")
		if e := *events; len(e) != 2 || e[1].Err == nil || e[1].From != e[1].To {
			t.Errorf("%+v", e)
		}
	})
}

func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 1000 * mb}
		s, _ := start(t, b)
		if _, err := s.Ask(t.Context(), 900*mb); !errors.Is(err, errAway) {
			t.Errorf("before the worker is there: %v", err)
		}
		b.tell(&workerpb.State{WorkerId: "a", MemoryLimit: 512 * mb})
		b.want(t, "began 512ns")
		for _, c := range []struct{ ask, want uint64 }{{400, 512}, {1000, 1000}, {3000, 1512}} {
			if got, err := s.Ask(t.Context(), c.ask*mb); err != nil || got != c.want*mb {
				t.Errorf("of %d: %d, %v", c.ask, got/mb, err)
			}
		}
		if got, err := s.Ask(t.Context(), 3000*mb); err == nil || got != 1512*mb {
			t.Errorf("where nothing is left: %d, %v", got/mb, err)
		}
		b.want(t, "raise 1µs", "worker 1µs", "raise 1.512µs", "worker 1.512µs", "raise 1.512µs")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		if _, err := s.Ask(ctx, 1); err == nil {
			t.Error("an asker that has left gets an answer")
		}
	})
}

// A new process begins anew, with what it was started with.
func TestAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb}
		s, _ := start(t, b)
		b.tell(busy(512, 500))
		b.want(t, "began 512ns", "raise 768ns", "worker 768ns")
		b.tell(nil)
		if _, err := s.Ask(t.Context(), 900*mb); !errors.Is(err, errAway) {
			t.Errorf("of a worker that is gone: %v", err)
		}
		time.Sleep(time.Second)
		b.tell(&workerpb.State{WorkerId: "b", MemoryLimit: 512 * mb})
		b.want(t, "began 512ns")
		if got, err := s.Ask(t.Context(), 600*mb); err != nil || got != 600*mb {
			t.Errorf("%d, %v", got/mb, err)
		}
	})
}

func TestYield(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb}
		s, _ := start(t, b)
		s.Yield(t.Context())
		b.tell(busy(1000, 300))
		s.Yield(t.Context())
		b.want(t, "began 1µs")
		b.tell(&workerpb.State{WorkerId: "a", MemoryLimit: 1000 * mb})
		s.Yield(t.Context())
		b.want(t, "worker 512ns", "lower 512ns")
	})
}

func idleAt(limit uint64) *workerpb.State {
	return &workerpb.State{WorkerId: "a", MemoryLimit: limit * mb}
}

// A worker that has been made large for a statement is not shrunk before that statement comes, nor under it.
func TestWhatIsAskedForStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb}
		s, _ := start(t, b)
		b.tell(idleAt(512))
		time.Sleep(time.Hour) // long idle
		if _, err := s.Ask(t.Context(), 900*mb); err != nil {
			t.Error(err)
		}
		b.want(t, "began 512ns", "raise 900ns", "worker 900ns")
		b.tell(idleAt(512)) // it was under way
		s.Yield(t.Context())
		time.Sleep(comes - time.Second)
		b.tell(&workerpb.State{WorkerId: "a", MemoryLimit: 900 * mb, Reserved: 800 * mb}) // it has come
		time.Sleep(time.Minute)
		s.Yield(t.Context())
		b.want(t)
		b.tell(idleAt(900))
		s.Yield(t.Context())
		b.want(t, "worker 512ns", "lower 512ns")
	})
}

// A worker that holds what it has is left alone for longer each time.
func TestAWorkerThatDoesNotShrink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{least: 700 * mb}
		s, _ := start(t, b)
		b.tell(idleAt(1000))
		s.Yield(t.Context())
		b.want(t, "began 1µs", "worker 700ns", "lower 700ns")
		s.Yield(t.Context())
		time.Sleep(leastPause / 2)
		s.Yield(t.Context())
		b.want(t)
		b.refuse = errors.New("no")
		time.Sleep(leastPause)
		s.Yield(t.Context())
		b.want(t, "worker refuses 512ns")
		time.Sleep(leastPause)
		s.Yield(t.Context())
		b.want(t)
		b.refuse, b.least = nil, 0
		time.Sleep(leastPause)
		s.Yield(t.Context())
		b.want(t, "worker 512ns", "lower 512ns")
	})
}

// Where the limit from outside can't be lowered, the worker has what it had.
func TestALimitThatCannotBeLowered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{stuck: errors.New("busy")}
		s, events := start(t, b)
		b.tell(idleAt(1000))
		s.Yield(t.Context())
		b.want(t, "began 1µs", "worker 512ns", "lower 512ns", "worker 1µs")
		if e := *events; len(e) != 1 || e[0].Err == nil || e[0].To != 1000*mb {
			t.Errorf("%+v", e)
		}
	})
}

// A change that seemed to fail, and did not, is found out.
func TestAChangeThatCameLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &both{left: 10_000 * mb, refuse: errors.New("too late")}
		_, _ = start(t, b)
		b.tell(busy(512, 500))
		b.want(t, "began 512ns", "raise 768ns", "worker refuses 768ns", "lower 512ns")
		b.refuse = nil
		b.tell(busy(768, 100))
		b.want(t)
		time.Sleep(2 * settled)
		b.tell(busy(768, 100))
		b.want(t, "began 768ns")
	})
}

// Version 2 of the kernel's interface would end a process that uses more than it is to.
func TestCgroupIsNotSetBelowItsUse(t *testing.T) {
	g := &Cgroup{dir: t.TempDir(), limit: "memory.max"}
	for file, text := range map[string]string{"memory.max": "1000\n", "memory.current": "900\n", "memory.stat": "anon 600\nfile 200\nfile_mapped 100\n"} {
		if err := os.WriteFile(filepath.Join(g.dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.SetLimit(699); err == nil {
		t.Error("less than it uses")
	}
	if got, err := g.Limit(); err != nil || got != 1000 {
		t.Errorf("%d, %v", got, err)
	}
	if err := g.SetLimit(700); err != nil {
		t.Error(err)
	}
	if got, err := g.Limit(); err != nil || got != 700 {
		t.Errorf("%d, %v", got, err)
	}
}

// A real cgroup, where this process may make one.
func TestCgroup(t *testing.T) {
	g, err := NewCgroup(filepath.Base(t.TempDir()) + t.Name())
	if err != nil {
		t.Skip(err)
	}
	if err := g.SetLimit(64 * mb); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Limit(); err != nil || got != 64*mb {
		t.Errorf("%d, %v", got, err)
	}
	if err := g.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(g.dir); err == nil {
		t.Error("it is still there")
	}
}
