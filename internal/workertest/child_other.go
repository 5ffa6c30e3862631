//go:build !linux

package workertest

import "syscall"

func childAttributes() *syscall.SysProcAttr { return nil }
