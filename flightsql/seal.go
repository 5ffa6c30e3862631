package flightsql

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// seal signs what the server hands out and gets back: tokens, tickets, handles. Servers with the same key take each other's.
type seal struct{ key []byte }

// newSeal makes a seal of a secret; of a random one if there is none.
func newSeal(secret string) seal {
	if secret == "" {
		return seal{[]byte(rand.Text())}
	}
	sum := sha256.Sum256([]byte("tavana flight sql " + secret))
	return seal{sum[:]}
}

// kinds of sealed things: one can't be taken for another.
const (
	kindToken    = 't'
	kindResult   = 'r'
	kindPrepared = 'p'
	kindPoll     = 'w'
	kindBasic    = 'b' // nothing is handed out
)

const macSize = 16

var errSeal = errors.New("not made by this server")

// close writes v as text that anybody can read and nobody can change.
func (s seal) close(kind byte, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own structs
	}
	out := append([]byte{kind}, s.mac(kind, body)...)
	return append(out, body...)
}

// open reads what close has written into v.
func (s seal) open(kind byte, b []byte, v any) error {
	if len(b) < 1+macSize || b[0] != kind || !hmac.Equal(b[1:1+macSize], s.mac(kind, b[1+macSize:])) {
		return errSeal
	}
	return json.Unmarshal(b[1+macSize:], v)
}

func (s seal) mac(kind byte, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte{kind})
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

var base64url = base64.RawURLEncoding
