package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
)

// relayOf names the Unix socket that a process of this program takes bytes from: then it is a plain relay.
const relayOf = "BENCH_RELAY_OF"

// relay hands bytes from a Unix socket to a TCP client as a gateway does with rows, and does nothing else: what any relay
// in Go costs on this machine.
func relay(socket string) error {
	in, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(in, lis.Addr().String()); err != nil {
		return err
	}
	out, err := lis.Accept()
	if err != nil {
		return err
	}
	// Without the interfaces by which io.Copy would leave it to the kernel.
	if _, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 256<<10)); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	_, err = in.Read(make([]byte, 1)) // until the parent has looked at what this has used
	return err
}

// plainRelay returns the CPU seconds of the relay for a gigabyte.
func plainRelay(ctx context.Context) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	lis, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return 0, err
	}
	defer lis.Close()
	context.AfterFunc(ctx, func() { _ = lis.Close() })
	p, err := start(self, []string{relayOf + "=" + lis.Addr().String()})
	if err != nil {
		return 0, err
	}
	defer p.stop()
	from, err := lis.Accept()
	if err != nil {
		return 0, err
	}
	defer from.Close()
	name := make([]byte, 64)
	n, err := from.Read(name)
	if err != nil {
		return 0, err
	}
	to, err := net.Dial("tcp", string(name[:n]))
	if err != nil {
		return 0, err
	}
	defer to.Close()
	const total, piece = 1_000_000_000, 1_000_000
	written := make(chan error, 1)
	before := p.cpu()
	go func() {
		b := make([]byte, piece)
		for range total / piece {
			if _, err := from.Write(b); err != nil {
				written <- err
				return
			}
		}
		written <- from.(*net.UnixConn).CloseWrite()
	}()
	got, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{to}, make([]byte, piece))
	if err = errors.Join(err, <-written); err == nil && got != total {
		err = io.ErrUnexpectedEOF
	}
	return p.cpu() - before, err
}
