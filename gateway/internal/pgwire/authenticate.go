package pgwire

import (
	"crypto/x509"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/auth"
	"github.com/angelerator/tavana/internal/pgerror"
)

// authenticate runs SCRAM with the client. An unknown user and a wrong password end alike.
func (c *conn) authenticate(user string) (auth.User, error) {
	var cert *x509.Certificate
	if c.tls != nil {
		cert = c.srv.leaf
	}
	conv, err := c.srv.cfg.Users.NewConversation(user, cert)
	if err != nil {
		return auth.User{}, err
	}
	c.send(&pgproto3.AuthenticationSASL{AuthMechanisms: auth.Mechanisms(cert)})
	if err := c.flush(); err != nil {
		return auth.User{}, err
	}
	failed := pgerror.Newf(pgerror.InvalidPassword, "password authentication failed for user %q", user)

	body, err := c.password()
	if err != nil {
		return auth.User{}, err
	}
	var first pgproto3.SASLInitialResponse
	if err := first.Decode(body); err != nil {
		return auth.User{}, pgerror.New(pgerror.ProtocolViolation, "malformed SASL response")
	}
	if first.AuthMechanism != auth.Mechanism && first.AuthMechanism != auth.MechanismPlus {
		return auth.User{}, pgerror.New(pgerror.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	}
	answer, err := conv.Step(string(first.Data))
	if err != nil {
		return auth.User{}, pgerror.New(pgerror.ProtocolViolation, "malformed SCRAM message").WithDetail("%s", err.Error())
	}
	c.send(&pgproto3.AuthenticationSASLContinue{Data: []byte(answer)})
	if err := c.flush(); err != nil {
		return auth.User{}, err
	}

	if body, err = c.password(); err != nil {
		return auth.User{}, err
	}
	answer, err = conv.Step(string(body))
	if err != nil || !conv.Valid() {
		return auth.User{}, failed
	}
	known, ok := c.srv.cfg.Users.Lookup(user)
	if !ok {
		return auth.User{}, failed
	}
	c.send(&pgproto3.AuthenticationSASLFinal{Data: []byte(answer)})
	return known, nil
}

// password reads a message of the authentication.
func (c *conn) password() ([]byte, error) {
	typ, body, err := c.in.next()
	if err != nil {
		return nil, err
	}
	if typ != 'p' {
		return nil, pgerror.Newf(pgerror.ProtocolViolation, "expected password response, got message type %d", typ)
	}
	return body, nil
}
