// Package lifecycle has what every program here does the same way: how a main begins and ends, and how an address becomes
// a listener.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/angelerator/tavana/internal/config"
)

// Program is what a main hands over to: args are those after the program's name. It returns when ctx has ended and
// everything has stopped; config.ErrHelp is no failure.
type Program func(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error

// Main runs a program until SIGTERM or SIGINT, says on standard error why it failed, and exits.
func Main(name string, run Program) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, config.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// CollectOften lets the garbage collector run when the heap has grown by half, not when it has doubled: for a gateway,
// whose heap is mostly connections that wait. GOGC in the environment goes before it.
func CollectOften(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// Listen opens "unix:///path" or "host:port". A socket file that a dead process left is replaced; one that somebody
// serves is an error. mode is the socket file's.
func Listen(addr string, mode os.FileMode) (net.Listener, error) {
	path, ok := strings.CutPrefix(addr, "unix://")
	if !ok {
		return net.Listen("tcp", addr)
	}
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("listening on %s: another process serves it", path)
	}
	_ = os.Remove(path)
	lis, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return lis, os.Chmod(path, mode)
}
