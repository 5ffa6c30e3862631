package worker

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/angelerator/tavana/internal/lifecycle"
)

// spillFolder is a worker's own folder below the spill folder, locked while the worker lives: by that, those of workers
// that were killed can be told from those in use, and are removed by the next one that starts.
type spillFolder struct {
	path string
	lock *lifecycle.Lock
}

// lockSuffix makes the lock's name of the folder's: it stands beside the folder, which can go while the lock is held.
const lockSuffix = ".lock"

// newSpillFolder removes what dead workers left in parent and makes a new folder there.
func newSpillFolder(parent string) (*spillFolder, error) {
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("making the spill folder: %w", err)
	}
	sweep(parent)
	dir, err := os.MkdirTemp(parent, "worker-")
	if err != nil {
		return nil, fmt.Errorf("making the worker's folder: %w", err)
	}
	f, err := lifecycle.AcquireLock(dir + lockSuffix)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("locking the worker's folder: %w", err)
	}
	return &spillFolder{dir, f}, nil
}

// sweep removes the folders whose lock nobody holds.
func sweep(parent string) {
	locks, _ := filepath.Glob(filepath.Join(parent, "worker-*"+lockSuffix))
	for _, name := range locks {
		f, err := lifecycle.TryLock(name)
		if err != nil {
			continue // in use
		}
		s := spillFolder{name[:len(name)-len(lockSuffix)], f}
		s.remove()
	}
}

// remove removes the folder and gives the lock up.
func (s *spillFolder) remove() {
	_ = os.RemoveAll(s.path)
	_ = os.Remove(s.path + lockSuffix)
	s.lock.Release()
}
