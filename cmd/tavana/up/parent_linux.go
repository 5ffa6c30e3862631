package up

import "syscall"

// endWithParent makes the child end when this process is killed and can't stop it.
func endWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGTERM }
