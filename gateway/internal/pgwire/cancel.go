package pgwire

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"sync"
)

// cancelKeys finds a connection by the key its client was given.
type cancelKeys struct {
	mu    sync.Mutex
	conns map[uint32]*conn
}

// The lengths of secrets, in bytes: protocol 3.0's, and what 3.2 allows to be longer.
const (
	secret30 = 4
	secret32 = 32
)

// add gives c a process id that no other connection has, and a secret of n bytes.
func (k *cancelKeys) add(c *conn, n int) {
	secret := make([]byte, n)
	_, _ = rand.Read(secret) // never fails
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		var b [4]byte
		_, _ = rand.Read(b[:])
		pid := binary.BigEndian.Uint32(b[:]) & 0x7fffffff // clients read it as a signed number
		if pid != 0 && k.conns[pid] == nil {
			c.pid, c.secret = pid, secret
			k.conns[pid] = c
			return
		}
	}
}

func (k *cancelKeys) remove(c *conn) {
	k.mu.Lock()
	delete(k.conns, c.pid)
	k.mu.Unlock()
}

// cancel cancels what the connection of the key runs now. A wrong key does nothing, and looks the same.
func (k *cancelKeys) cancel(pid uint32, secret []byte) {
	k.mu.Lock()
	c := k.conns[pid]
	k.mu.Unlock()
	if c != nil && subtle.ConstantTimeCompare(c.secret, secret) == 1 {
		c.running.cancel()
	}
}
