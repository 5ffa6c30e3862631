package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/internal/pgtest"
)

// wire is a client that only counts rows: the same for every server, and cheap beside any of them.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
}

// connect returns a connection without TLS to Tavana or PostgreSQL at an address.
func connect(ctx context.Context, addr string) (*pgconn.PgConn, error) {
	return pgconn.Connect(ctx, fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", pgtest.User, pgtest.Password, addr, pgtest.Database))
}

func dialWire(ctx context.Context, addr string) (*wire, error) {
	c, err := connect(ctx, addr)
	if err != nil {
		return nil, err
	}
	h, err := c.Hijack()
	if err != nil {
		return nil, err
	}
	// pgconn may still read ahead for its own frontend: what comes of this exchange ends that.
	h.Frontend.Send(&pgproto3.Query{})
	if err := h.Frontend.Flush(); err != nil {
		return nil, err
	}
	for {
		m, err := h.Frontend.Receive()
		if err != nil {
			return nil, err
		}
		if _, ok := m.(*pgproto3.ReadyForQuery); ok {
			return &wire{h.Conn, bufio.NewReaderSize(h.Conn, 256<<10)}, nil
		}
	}
}

func (w *wire) close() { _ = w.conn.Close() }

// counted is what came back.
type counted struct {
	rows, bytes int64
	first       time.Duration // until the first row
	total       time.Duration
}

// query runs a simple query.
func (w *wire) query(sql string) (counted, error) {
	return w.send(func(b []byte) ([]byte, error) { return (&pgproto3.Query{String: sql}).Encode(b) })
}

// binary runs a query by the extended protocol with binary results.
func (w *wire) binary(sql string) (counted, error) {
	return w.send(func(b []byte) ([]byte, error) {
		return encode(b, &pgproto3.Parse{Query: sql}, &pgproto3.Bind{ResultFormatCodes: []int16{1}}, &pgproto3.Execute{}, &pgproto3.Sync{})
	})
}

// prepare prepares a statement named "s", and execute runs it.
func (w *wire) prepare(sql string) error {
	_, err := w.send(func(b []byte) ([]byte, error) {
		return encode(b, &pgproto3.Parse{Name: "s", Query: sql}, &pgproto3.Sync{})
	})
	return err
}

func (w *wire) execute() error {
	_, err := w.send(func(b []byte) ([]byte, error) {
		return encode(b, &pgproto3.Bind{PreparedStatement: "s"}, &pgproto3.Execute{}, &pgproto3.Sync{})
	})
	return err
}

func encode(b []byte, messages ...pgproto3.FrontendMessage) ([]byte, error) {
	var err error
	for _, m := range messages {
		if b, err = m.Encode(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (w *wire) send(f func([]byte) ([]byte, error)) (counted, error) {
	b, err := f(nil)
	if err != nil {
		return counted{}, err
	}
	start := time.Now()
	if _, err := w.conn.Write(b); err != nil {
		return counted{}, err
	}
	return w.count(start)
}

// count reads to ReadyForQuery.
func (w *wire) count(start time.Time) (counted, error) {
	var c counted
	var failed error
	for {
		head, err := w.r.Peek(5)
		if err != nil {
			return c, err
		}
		typ, n := head[0], int(binary.BigEndian.Uint32(head[1:]))+1
		c.bytes += int64(n)
		switch typ {
		case 'D':
			if c.rows++; c.rows == 1 {
				c.first = time.Since(start)
			}
		case 'E':
			body := make([]byte, n)
			if _, err := io.ReadFull(w.r, body); err != nil {
				return c, err
			}
			var m pgproto3.ErrorResponse
			if err := m.Decode(body[5:]); err != nil {
				return c, err
			}
			failed = fmt.Errorf("%s: %s", m.Code, m.Message)
			continue
		}
		if _, err := w.r.Discard(n); err != nil {
			return c, err
		}
		if typ == 'Z' {
			c.total = time.Since(start)
			return c, failed
		}
	}
}
