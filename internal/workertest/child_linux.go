package workertest

import "syscall"

// childAttributes makes a child end with the test that started it.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
