// Package machine tells what memory this process may use, from the kernel's files.
package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// Root is the file system to read from: the kernel's own. Tests use another.
func Root() fs.FS { return os.DirFS("/") }

// CgroupLimit returns the memory limit of this process's cgroup, in bytes, of version 2 or 1: the lowest of the cgroup's
// own and its ancestors'. 0: there is none.
func CgroupLimit(root fs.FS) uint64 {
	b, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0
	}
	lowest := uint64(0)
	for line := range strings.Lines(string(b)) {
		// hierarchy:controllers:path
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		base, file := "", ""
		switch {
		case f[0] == "0" && f[1] == "":
			base, file = "sys/fs/cgroup", "memory.max"
		case contains(f[1], "memory"):
			base, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for dir := path.Clean("/" + f[2]); ; dir = path.Dir(dir) {
			if n := limitIn(root, path.Join(base, dir, file)); n > 0 && (lowest == 0 || n < lowest) {
				lowest = n
			}
			if dir == "/" {
				break
			}
		}
	}
	return lowest
}

// Cgroup is where a process's memory is counted.
type Cgroup struct {
	// Dir is the group's folder below the file system's root, and LimitFile the file in it that has the limit, in bytes.
	Dir, LimitFile string
}

// MemoryCgroup returns this process's own cgroup, of version 2 or 1, in which others may be made if the process may.
func MemoryCgroup(root fs.FS) (Cgroup, error) {
	b, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return Cgroup{}, err
	}
	var found Cgroup
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(f) != 3:
		case f[0] == "0" && f[1] == "" && found.Dir == "":
			found = Cgroup{path.Join("sys/fs/cgroup", f[2]), "memory.max"}
		case contains(f[1], "memory"): // both versions are there, and memory is the first one's
			found = Cgroup{path.Join("sys/fs/cgroup/memory", f[2]), "memory.limit_in_bytes"}
		}
	}
	if found.Dir == "" {
		return Cgroup{}, errors.New("this process is in no cgroup that counts memory")
	}
	if _, err := fs.Stat(root, found.Dir); err != nil {
		return Cgroup{}, err
	}
	return found, nil
}

func contains(list, name string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if part == name {
			return true
		}
	}
	return false
}

func limitIn(root fs.FS, file string) uint64 {
	b, err := fs.ReadFile(root, file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64)
	// Version 2 says "max" for none, version 1 the largest multiple of the page size.
	if err != nil || n >= 1<<62 {
		return 0
	}
	return n
}

// Total returns the machine's memory in bytes, or 0 when it can't be read.
func Total(root fs.FS) uint64 {
	b, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	var kb uint64
	for line := range strings.Lines(string(b)) {
		if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kb); err == nil {
			return kb << 10
		}
	}
	return 0
}

// Memory returns what this process may use: its cgroup's limit, or else half of the machine's memory, or 1 GiB when
// neither can be read.
func Memory(root fs.FS) uint64 {
	if n := CgroupLimit(root); n > 0 {
		return n
	}
	if n := Total(root) / 2; n > 0 {
		return n
	}
	return 1 << 30
}
