package pgwire

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lookEvery is how often it is looked whether clients are there. A statement goes on for two of it, at most, when its client has
// closed the connection. Those that end within one are not looked at: who sends a few and leaves has them run.
const lookEvery = 100 * time.Millisecond

// lookForPeers cancels the statements of clients that have closed their connections, and ends when there are no clients. One
// goroutine looks for all of them: thousands may wait in line, and each should cost little. It reads nothing: what has arrived
// stays where it is.
func (s *Server) lookForPeers() {
	var busy []*conn // reused
	for t := time.Tick(lookEvery); ; <-t {
		busy = busy[:0]
		s.mu.Lock()
		if s.looking = len(s.conns) > 0; !s.looking {
			s.mu.Unlock()
			return
		}
		for c := range s.conns {
			if c.running.lasts() {
				busy = append(busy, c)
			}
		}
		s.mu.Unlock()
		for _, c := range busy {
			if hungUp(c.fd) {
				c.running.leave()
			}
		}
		clear(busy) // it holds no connection that has ended
	}
}

// fdOf returns what a socket is looked at by; nil: it can't be.
func fdOf(nc net.Conn) syscall.RawConn {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	fd, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return fd
}

// hungUp tells whether the other side of a socket has closed it, even if what it sent before has not been read. That must have arrived,
// though: what does not fit into the socket's buffers hides the end behind it.
func hungUp(fd syscall.RawConn) (gone bool) {
	if fd == nil {
		return false
	}
	err := fd.Control(func(fd uintptr) {
		list := []unix.PollFd{{Fd: int32(fd), Events: pollClosed}}
		n, err := unix.Poll(list, 0)
		gone = err == nil && n > 0 && list[0].Revents&(pollClosed|unix.POLLHUP|unix.POLLERR) != 0
	})
	return gone && err == nil
}
