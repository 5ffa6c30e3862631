package pgwire

import (
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/auth"
	"github.com/angelerator/tavana/internal/pgerror"
)

// authenticate runs SCRAM with the client. An unknown user and a wrong password end alike.
func (c *conn) authenticate(user string) (auth.User, error) {
	if err := c.checkCertificate(user); err != nil {
		return auth.User{}, err
	}
	conv, err := c.srv.cfg.Users.NewConversation(user, c.leaf)
	if err != nil {
		return auth.User{}, err
	}
	c.send(&pgproto3.AuthenticationSASL{AuthMechanisms: auth.Mechanisms(c.leaf)})
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

// checkCertificate compares the client's certificate, which TLS has verified, with the user it wants to be.
func (c *conn) checkCertificate(user string) error {
	if c.srv.cfg.ClientCert != VerifyFull || c.tls == nil {
		return nil
	}
	name, err := commonName(c.tls)
	if err == nil && name == user {
		return nil
	}
	return pgerror.Newf(pgerror.InvalidAuthorization, "certificate authentication failed for user %q", user)
}
