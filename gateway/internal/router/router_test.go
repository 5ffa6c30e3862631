package router

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/angelerator/tavana/internal/workertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}

// Workers come and go while the router runs: those that stay are the same, and of those that go nothing is left.
func TestWorkersComeAndGo(t *testing.T) {
	var fakes [3]workertest.Fake
	var targets []string
	for i := range fakes {
		targets = append(targets, fakes[i].Start(t, workertest.Token))
	}
	r := New(workertest.Token, slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer r.Close()
	available := func() (list []string) {
		for _, w := range r.Candidates(func(*Worker) bool { return false }) {
			list = append(list, w.Target)
		}
		slices.Sort(list)
		return list
	}
	set := func(list ...string) {
		t.Helper()
		if err := r.Set(list); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		if r.watching != nil {
			eventually(t, "they are those that were named", func() bool { return slices.Equal(available(), list) })
		}
	}
	set(targets[2]) // before it runs; one that goes before it was watched
	set(targets[0])
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.Run(ctx)
	}()
	eventually(t, "the first is there", func() bool { return len(available()) == 1 })
	first := r.Workers()[0]
	set(targets[0], targets[1])
	if r.Workers()[0] != first {
		t.Error("the one that stays is another")
	}
	set(targets[1], targets[2])
	if first.Available() || first.State() != nil {
		eventually(t, "the one that went is away", func() bool { return first.State() == nil })
	}
	set()
	if r.Ready() {
		t.Error("it is ready without workers")
	}
	set(targets[2])
	cancel()
	<-ended
}

// Two workers never share a name: metrics would clash.
func TestNamesAreUnique(t *testing.T) {
	r := New("", slog.New(slog.NewTextHandler(io.Discard, nil)))
	defer r.Close()
	if err := r.Set([]string{"unix:///a/w.sock", "unix:///b/w.sock", "127.0.0.1:5"}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, w := range r.Workers() {
		names = append(names, w.Name())
	}
	if want := []string{"w", "unix:///b/w.sock", "127.0.0.1:5"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}
