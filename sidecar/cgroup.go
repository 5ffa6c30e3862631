package sidecar

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/angelerator/tavana/internal/machine"
)

// Cgroup is a control group whose memory limit holds its processes: the kernel ends one that needs more.
type Cgroup struct {
	dir   string
	limit string // the file's name
}

// NewCgroup makes a group below this process's own, named by the last parts of name; version 2 or 1. It fails where this process
// may not.
func NewCgroup(name string) (*Cgroup, error) {
	own, err := machine.MemoryCgroup(machine.Root())
	if err != nil {
		return nil, err
	}
	g := &Cgroup{limit: own.LimitFile, dir: filepath.Join("/", own.Dir, strings.ReplaceAll(strings.Trim(name, "/"), "/", "-"))}
	if err := os.Mkdir(g.dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making a cgroup: %w", err)
	}
	if _, err := os.Stat(filepath.Join(g.dir, g.limit)); err != nil {
		_ = os.Remove(g.dir)
		return nil, fmt.Errorf("the cgroup has no control of memory: %w", err)
	}
	return g, nil
}

// Add moves a process into the group.
func (g *Cgroup) Add(pid int) error { return g.write("cgroup.procs", uint64(pid)) }

// SetLimit sets what the group's processes may use, in bytes. It fails, and changes nothing, when they use more and can't let go.
func (g *Cgroup) SetLimit(bytes uint64) error { return g.write(g.limit, bytes) }

// Limit returns what the group's processes may use, in bytes.
func (g *Cgroup) Limit() (uint64, error) {
	b, err := os.ReadFile(filepath.Join(g.dir, g.limit))
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
}

func (g *Cgroup) write(file string, n uint64) error {
	if err := os.WriteFile(filepath.Join(g.dir, file), []byte(strconv.FormatUint(n, 10)), 0o644); err != nil {
		return fmt.Errorf("changing a cgroup: %w", err)
	}
	return nil
}

// Remove removes the group, whose processes have ended. The kernel may take a moment to notice that.
func (g *Cgroup) Remove() error {
	const tries, pause = 50, 20 * time.Millisecond
	var err error
	for range tries {
		if err = os.Remove(g.dir); err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		time.Sleep(pause)
	}
	return err
}
