package lifecycle

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// Lock is a file that one process holds. The kernel lets go of it when the process ends, however that comes.
type Lock struct{ f *os.File }

// AcquireLock makes the file if need be and waits until nobody else holds it.
func AcquireLock(name string) (*Lock, error) { return lock(name, os.O_CREATE, syscall.LOCK_EX) }

// AwaitLock is AcquireLock that gives up when ctx ends, and returns its error. It looks every millisecond, and calls waits before
// it first does.
func AwaitLock(ctx context.Context, name string, waits func()) (*Lock, error) {
	for first := true; ; first = false {
		l, err := lock(name, os.O_CREATE, syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return l, err
		}
		if first {
			waits()
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// TryLock locks a file that exists, or fails at once when another process holds it.
func TryLock(name string) (*Lock, error) { return lock(name, 0, syscall.LOCK_EX|syscall.LOCK_NB) }

func lock(name string, flag, how int) (*Lock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return &Lock{f}, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, err
		}
	}
}

// Release lets go of the file, which stays.
func (l *Lock) Release() { _ = l.f.Close() }
