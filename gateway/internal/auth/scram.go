package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xdg-go/scram"
)

// The SASL mechanisms; Plus binds the authentication to the TLS channel.
const (
	Mechanism     = "SCRAM-SHA-256"
	MechanismPlus = "SCRAM-SHA-256-PLUS"
)

// Verifier is what is stored of a password: RFC 5802's keys.
type Verifier struct{ c scram.StoredCredentials }

// iterations is PostgreSQL's own number.
const iterations = 4096

// NewVerifier makes a verifier with a new salt.
func NewVerifier(password string) (Verifier, error) {
	return verifierOf(password, scram.KeyFactors{Salt: string(random(16)), Iters: iterations})
}

func verifierOf(password string, f scram.KeyFactors) (Verifier, error) {
	c, err := scram.SHA256.NewClient("", password, "")
	if err != nil {
		// PostgreSQL takes a password that SASLprep refuses as it is.
		if c, err = scram.SHA256.NewClientUnprepped("", password, ""); err != nil {
			return Verifier{}, err
		}
	}
	keys, err := c.GetStoredCredentialsWithError(f)
	return Verifier{keys}, err
}

// String returns the verifier in the form of pg_authid.rolpassword.
func (v Verifier) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", Mechanism, v.c.Iters, b64([]byte(v.c.Salt)), b64(v.c.StoredKey), b64(v.c.ServerKey))
}

// maxIterations bounds what a users file can make a client compute.
const maxIterations = 10_000_000

// ParseVerifier reads what String writes, and so what PostgreSQL stores.
func ParseVerifier(s string) (Verifier, error) {
	bad := errors.New("malformed SCRAM-SHA-256 verifier")
	parts := strings.Split(s, "$")
	if len(parts) != 3 || parts[0] != Mechanism {
		return Verifier{}, bad
	}
	iters, salt, ok1 := strings.Cut(parts[1], ":")
	stored, server, ok2 := strings.Cut(parts[2], ":")
	n, err := strconv.Atoi(iters)
	if !ok1 || !ok2 || err != nil || n < 1 || n > maxIterations {
		return Verifier{}, bad
	}
	b64 := base64.StdEncoding.DecodeString
	saltBytes, err1 := b64(salt)
	storedKey, err2 := b64(stored)
	serverKey, err3 := b64(server)
	if err := errors.Join(err1, err2, err3); err != nil || len(storedKey) != sha256.Size || len(serverKey) != sha256.Size {
		return Verifier{}, bad
	}
	return Verifier{scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(saltBytes), Iters: n}, StoredKey: storedKey, ServerKey: serverKey,
	}}, nil
}

// Check tells whether the password is the verifier's.
func (v Verifier) Check(password string) bool {
	got, err := verifierOf(password, v.c.KeyFactors)
	return err == nil && hmac.Equal(got.c.StoredKey, v.c.StoredKey)
}

// Conversation is one SCRAM exchange.
type Conversation struct {
	c    *scram.ServerConversation
	real bool
}

// NewConversation begins an exchange for a user. cert is the certificate of the TLS connection, nil without TLS. For a
// user that does not exist it goes on to the end, and fails there.
func (u *Users) NewConversation(user string, cert *x509.Certificate) (*Conversation, error) {
	known, ok := u.byName[user]
	keys := known.Verifier.c
	if !ok {
		keys = u.decoy(user)
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return keys, nil })
	if err != nil {
		return nil, err
	}
	if cb, ok2 := binding(cert); ok2 {
		return &Conversation{server.NewConversationWithChannelBinding(cb), ok}, nil
	}
	return &Conversation{server.NewConversation(), ok}, nil
}

// Mechanisms returns what a client on a connection with this certificate (nil: without TLS) may choose from.
func Mechanisms(cert *x509.Certificate) []string {
	if _, ok := binding(cert); ok {
		return []string{MechanismPlus, Mechanism}
	}
	return []string{Mechanism}
}

// binding is RFC 5929's tls-server-end-point. There is none without TLS, and for a certificate whose signature has no
// hash of its own (Ed25519).
func binding(cert *x509.Certificate) (scram.ChannelBinding, bool) {
	if cert == nil {
		return scram.ChannelBinding{}, false
	}
	cb, err := scram.NewTLSServerEndpointBinding(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}})
	return cb, err == nil
}

// decoy is a verifier for a user that does not exist: the same salt each time, as a real one would have.
func (u *Users) decoy(user string) scram.StoredCredentials {
	mac := hmac.New(sha256.New, u.secret)
	mac.Write([]byte(user))
	sum := mac.Sum(nil)
	return scram.StoredCredentials{
		KeyFactors: scram.KeyFactors{Salt: string(sum[:16]), Iters: iterations}, StoredKey: random(32), ServerKey: random(32),
	}
}

// Step takes a message of the client and returns the answer. An error ends the exchange.
func (c *Conversation) Step(msg string) (string, error) { return c.c.Step(msg) }

// Valid tells, when the exchange is done, whether the client knows the password.
func (c *Conversation) Valid() bool { return c.real && c.c.Done() && c.c.Valid() }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
