package worker

import "golang.org/x/sys/unix"

// limitData makes the kernel refuse the process more than bytes of writable memory.
func limitData(bytes uint64) error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &l); err != nil {
		return err
	}
	l.Cur = min(bytes, l.Max)
	return unix.Setrlimit(unix.RLIMIT_DATA, &l)
}
