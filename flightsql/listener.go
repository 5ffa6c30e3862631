package flightsql

import (
	"crypto/rand"
	"net"
	"sync"
)

// listener gives each connection a name that no other has, and tells of its end.
type listener struct {
	net.Listener
	closed func(name string)
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, name: rand.Text(), closed: l.closed}, nil
}

type conn struct {
	net.Conn
	name   string
	once   sync.Once
	closed func(string)
}

// address is a client's address, with its connection's name.
type address struct {
	net.Addr
	conn string
}

// RemoteAddr implements net.Conn: it is what gRPC tells of the peer.
func (c *conn) RemoteAddr() net.Addr { return address{c.Conn.RemoteAddr(), c.name} }

// Close implements net.Conn.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { c.closed(c.name) })
	return err
}
