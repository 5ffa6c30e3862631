package flightsql

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// either takes clients with TLS and, unless it is required, without, as the PostgreSQL door does: their first byte tells.
type either struct {
	credentials.TransportCredentials // TLS
	plain                            credentials.TransportCredentials
	required                         bool
}

func newEither(t *tls.Config, required bool) credentials.TransportCredentials {
	return &either{credentials.NewTLS(t), insecure.NewCredentials(), required}
}

const tlsHandshake = 0x16 // the first byte of a ClientHello

var errTLSRequired = errors.New("this server takes encrypted connections only")

// ServerHandshake implements credentials.TransportCredentials.
func (e *either) ServerHandshake(raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	c := &peekedConn{Conn: raw, r: bufio.NewReaderSize(raw, 16)}
	first, err := c.r.Peek(1)
	switch {
	case err != nil:
		return nil, nil, err
	case first[0] == tlsHandshake:
		return e.TransportCredentials.ServerHandshake(c)
	case e.required:
		return nil, nil, errTLSRequired
	}
	return e.plain.ServerHandshake(c)
}

// ClientHandshake implements credentials.TransportCredentials, which only servers use here.
func (e *either) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.ErrUnsupported
}

// Clone implements credentials.TransportCredentials.
func (e *either) Clone() credentials.TransportCredentials {
	return &either{e.TransportCredentials.Clone(), e.plain.Clone(), e.required}
}

// peekedConn is a connection whose first bytes have been looked at.
type peekedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *peekedConn) Read(b []byte) (int, error) {
	if c.r != nil {
		if c.r.Buffered() > 0 {
			return c.r.Read(b)
		}
		c.r = nil
	}
	return c.Conn.Read(b)
}
