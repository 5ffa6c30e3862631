// Package seal signs what Flight SQL servers hand out to clients and get back: tokens, tickets, handles. Servers with the same
// secret take each other's, and workers with it take tickets of theirs.
package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
)

// Seal is a key. Anybody can read what it has sealed; nobody can change it.
type Seal struct{ key []byte }

// New makes a seal of a secret; of a random one if there is none.
func New(secret string) Seal {
	if secret == "" {
		return Seal{[]byte(rand.Text())}
	}
	sum := sha256.Sum256([]byte("tavana flight sql " + secret))
	return Seal{sum[:]}
}

// Kind is what a sealed thing is: one can't be taken for another.
type Kind byte

// The kinds.
const (
	Token    Kind = 't'
	Result   Kind = 'r' // a Ticket that a gateway takes
	Direct   Kind = 'd' // a Ticket that the worker that has the rows takes as well
	Prepared Kind = 'p'
	Poll     Kind = 'w'
	Password Kind = 'b' // nothing is handed out
)

// Ticket says where rows wait, whose they are, and what the client was told of them.
type Ticket struct {
	Worker string `json:"w"`
	ID     string `json:"q"`
	User   string `json:"u"`
	// Schema is what the client was told, as an encapsulated IPC message: the worker's own has other names and metadata.
	Schema []byte `json:"s"`
	// Whole says that the rows are so few that they are here, as FlightData messages, until then (Unix milliseconds).
	Whole bool     `json:"f,omitempty"`
	Rows  [][]byte `json:"m,omitempty"`
	Until int64    `json:"x,omitempty"`
}

const macSize = 16

// ErrBroken is the error of something that this seal has not made.
var ErrBroken = errors.New("not sealed with this secret")

// Close seals v, as JSON.
func (s Seal) Close(kind Kind, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own structs
	}
	out := append([]byte{byte(kind)}, s.MAC(kind, body)...)
	return append(out, body...)
}

// Open reads what Close has sealed into v.
func (s Seal) Open(kind Kind, b []byte, v any) error {
	if len(b) < 1+macSize || Kind(b[0]) != kind || !hmac.Equal(b[1:1+macSize], s.MAC(kind, b[1+macSize:])) {
		return ErrBroken
	}
	return json.Unmarshal(b[1+macSize:], v)
}

// MAC is a signature.
func (s Seal) MAC(kind Kind, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte{byte(kind)})
	h.Write(body)
	return h.Sum(nil)[:macSize]
}
