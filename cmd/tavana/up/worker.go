package up

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/angelerator/tavana/sidecar"
)

// worker is a worker process that is kept running.
type worker struct {
	name, program string
	args          []string
	address       string
	direct        bool // Flight clients may come for their rows
	token         string
	secrets       []string // settings for its environment: they have keys and passwords in them, so they are no arguments
	log           *slog.Logger
	stderr        io.Writer
	grace         time.Duration // how long it may take to stop
	memory        uint64
	group         *sidecar.Cgroup // nil: none
}

// numbered returns the worker with a number: of a socket of its own.
func (w worker) numbered(run string, number int, memory uint64) *worker {
	w.name, w.memory = fmt.Sprintf("worker-%d", number), memory
	w.address = "unix://" + filepath.Join(run, w.name+".sock")
	w.args = append([]string{"--listen", w.address, "--memory", fmt.Sprint(memory)}, w.args...)
	if w.direct {
		w.args = append(w.args, "--direct-listen", "unix://"+filepath.Join(run, fmt.Sprintf("rows-%d.sock", number)))
	}
	return &w
}

// supervise runs the process, again whenever it dies, until ctx ends; then it stops it and waits.
func (w *worker) supervise(ctx context.Context) {
	// The kernel ends a child whose starting thread ends (endWithParent), so that must be a thread that lives on.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const shortest, longest = 100 * time.Millisecond, 10 * time.Second
	pause := shortest
	for ctx.Err() == nil {
		started := time.Now()
		err := w.run(ctx)
		if ctx.Err() != nil {
			return
		}
		w.log.Error("worker died and is started again", "worker", w.name, "error", err)
		if time.Since(started) > longest {
			pause = shortest
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, longest)
	}
}

// run runs the process once. When ctx ends it gets SIGTERM, and is killed when that does not end it within the grace.
func (w *worker) run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, w.program, w.args...)
	cmd.Env = append(append(environment(), w.secrets...), "TAVANA_WORKER_TOKEN="+w.token)
	cmd.Stdout, cmd.Stderr = w.stderr, w.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = w.grace
	// Of a group of its own, so that a Ctrl-C in the terminal reaches the gateway first and the workers by it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return err
	}
	if w.group != nil {
		err := w.group.Add(cmd.Process.Pid)
		if err == nil {
			err = w.group.SetLimit(w.memory) // a process before it may have had another
		}
		if err != nil {
			w.log.Error("the worker runs without its cgroup", "worker", w.name, "error", err)
		}
	}
	return cmd.Wait()
}

// environment is this process's without its settings: a worker gets what it needs as flags.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "TAVANA_") })
}
