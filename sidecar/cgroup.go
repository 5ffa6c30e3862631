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

// SetLimit sets what the group's processes may use, in bytes. It fails, and changes nothing, when they use more and can't let go:
// version 1 of the kernel's interface says so itself, version 2 would end a process.
func (g *Cgroup) SetLimit(bytes uint64) error {
	if used, ok := g.used(); ok && used > bytes {
		return fmt.Errorf("changing a cgroup: its processes use %d bytes, and are to use %d", used, bytes)
	}
	return g.write(g.limit, bytes)
}

// used returns what the group uses, without the pages of files, which the kernel takes back by itself; false: version 1, or it can't
// be told.
func (g *Cgroup) used() (bytes uint64, ok bool) {
	if bytes, ok = g.read("memory.current"); !ok {
		return 0, false
	}
	stat, err := os.ReadFile(filepath.Join(g.dir, "memory.stat"))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(stat)) {
		if n, isFile := strings.CutPrefix(line, "file "); isFile {
			files, err := strconv.ParseUint(strings.TrimSpace(n), 10, 64)
			return bytes - min(files, bytes), err == nil
		}
	}
	return 0, false
}

// Limit returns what the group's processes may use, in bytes.
func (g *Cgroup) Limit() (uint64, error) {
	n, ok := g.read(g.limit)
	if !ok {
		return 0, fmt.Errorf("%s can't be read in %s", g.limit, g.dir)
	}
	return n, nil
}

func (g *Cgroup) read(file string) (n uint64, ok bool) {
	b, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return 0, false
	}
	n, err = strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
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
