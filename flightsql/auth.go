package flightsql

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/seal"
)

// tokenLife is how long a token is good.
const tokenLife = 24 * time.Hour

const authorization = "authorization"

// login is what an authorization header says.
type login struct {
	user User
	// session is the id of the session that it is for: the token's, or else that of the client's connection.
	session string
	// until is when it is no good any more.
	until time.Time
	means means
}

// means are the ways to show who one is.
type means uint8

const (
	byPassword means = iota
	byToken          // of ours
	byJWT            // of an identity provider
)

// authenticate finds out who calls: by a token of ours or of the identity provider, or by name and password, which any call
// may bring. The caller leaves the session it gets.
func (s *Server) authenticate(ctx context.Context) (*caller, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	v := md.Get(authorization)
	if len(v) == 0 {
		return nil, unauthenticated("no authorization: log in with a name and a password, or a token")
	}
	l, err := s.login(ctx, v[0])
	if err != nil {
		return nil, err
	}
	if err := s.checkCertificate(ctx, l.user); err != nil {
		return nil, err
	}
	in, err := s.sessions.enter(l.session, l.user, client(ctx, md), l.means == byToken)
	if err != nil {
		return nil, err
	}
	c := &caller{s: in}
	if l.means == byPassword {
		c.authorization = s.bearer(l)
	}
	return c, nil
}

// login reads an authorization header.
func (s *Server) login(ctx context.Context, header string) (login, error) {
	scheme, value, _ := strings.Cut(strings.TrimSpace(header), " ")
	value = strings.TrimSpace(value)
	l := login{until: time.Now().Add(tokenLife)}
	var err error
	switch strings.ToLower(scheme) {
	case "basic":
		l.session = connected + connection(ctx) + " password " + hex.EncodeToString(s.seal.MAC(seal.Password, []byte(value)))
		var known bool
		if l.user, known = s.sessions.user(l.session); !known { // else it was checked when the session began
			l.user, err = s.basic(value)
		}
		return l, err
	case "bearer":
		if isJWT(value) {
			l.means = byJWT
			if l.user, l.until, err = s.exec.Token(ctx, value); err != nil {
				return l, statusOf(err)
			}
			// The client gets new ones from time to time, and stays what it is.
			l.session = connected + connection(ctx) + " jwt " + l.user.Name
			return l, nil
		}
		l.means = byToken
		return l, s.readToken(value, &l)
	}
	return l, unauthenticated("authorization must be Basic or Bearer")
}

// isJWT tells an identity provider's token from one of ours, which has no dots.
func isJWT(token string) bool { return strings.Count(token, ".") == 2 }

// readToken reads a token of ours.
func (s *Server) readToken(value string, l *login) error {
	var t token
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || s.seal.Open(seal.Token, b, &t) != nil {
		return unauthenticated("this token is not one of ours")
	}
	l.session, l.until = t.Session, time.Unix(t.Until, 0)
	if time.Now().After(l.until) {
		return unauthenticated("the token has expired: authenticate again")
	}
	if t.Server != s.id {
		return unauthenticated("the session is another server's, or has ended: authenticate again")
	}
	var ok bool
	if l.user, ok = s.exec.User(t.User); !ok {
		return unauthenticated("user %q does not exist any more", t.User)
	}
	return nil
}

// basic checks base64 of name:password, with or without its padding.
func (s *Server) basic(value string) (User, error) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	name, password, ok := strings.Cut(string(b), ":")
	if err != nil || !ok {
		return User{}, unauthenticated("malformed Basic authorization")
	}
	u, err := s.exec.Login(name, password)
	return u, statusOf(err)
}

// bearer makes the header of a token of ours for a login's session.
func (s *Server) bearer(l login) string {
	return "Bearer " + base64.RawURLEncoding.EncodeToString(s.seal.Close(seal.Token, token{l.user.Name, l.session, l.until.Unix(), s.id}))
}

// reply sends the token that stands for what the caller has shown: Java's client reads it in the header, C++'s and Go's there
// or in the trailer.
func (c *caller) reply(header func(metadata.MD) error, trailer func(metadata.MD)) error {
	if c.authorization == "" {
		return nil
	}
	md := metadata.Pairs(authorization, c.authorization)
	trailer(md)
	return header(md)
}

// Handshake implements the FlightService: credentials in the header, and a token back. Those of older clients in the payload
// are not read: a message may have a gigabyte, and it is not known who sends it.
func (v *service) Handshake(stream pb.FlightService_HandshakeServer) error {
	s := v.h.s
	ctx := stream.Context()
	md, _ := metadata.FromIncomingContext(ctx)
	header := md.Get(authorization)
	if len(header) == 0 {
		return unauthenticated("no authorization: a handshake takes a name and a password, or a token, in its header")
	}
	l, err := s.login(ctx, header[0])
	if err != nil {
		return err
	}
	if err := s.checkCertificate(ctx, l.user); err != nil {
		return err
	}
	switch {
	case l.means != byToken:
		l.session = rand.Text() // one of the token's own, not the connection's
	case s.sessions.hasEnded(l.session):
		return unauthenticated("the session has ended: authenticate again")
	}
	pairs := metadata.Pairs(authorization, s.bearer(l)) // a token that was shown lives no longer for that
	stream.SetTrailer(pairs)
	if err := stream.SetHeader(pairs); err != nil {
		return err
	}
	// What the client still sends says nothing new; its end is waited for, so that nothing is cut off.
	for range 16 {
		if _, err := stream.Recv(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
	return nil
}

// checkCertificate compares the client's certificate, which TLS has verified, with the user.
func (s *Server) checkCertificate(ctx context.Context, u User) error {
	if !s.cfg.RequireUserCert {
		return nil
	}
	if p, ok := peer.FromContext(ctx); ok {
		if t, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(t.State.PeerCertificates) > 0 && t.State.PeerCertificates[0].Subject.CommonName == u.Name {
			return nil
		}
	}
	return statusOf(pgerror.Newf(pgerror.InvalidAuthorization, "certificate authentication failed for user %q", u.Name))
}

// connected begins the ids of sessions that belong to connections, whose clients show who they are at each call.
const connected = "connection "

// connection returns the name of a call's connection.
func connection(ctx context.Context) string {
	if p, ok := peer.FromContext(ctx); ok {
		if a, ok := p.Addr.(address); ok {
			return a.conn
		}
	}
	return ""
}

func client(ctx context.Context, md metadata.MD) Client {
	c := Client{Port: -1, conn: connection(ctx)}
	if p, ok := peer.FromContext(ctx); ok {
		addr := p.Addr
		if a, ok := addr.(address); ok {
			addr = a.Addr
		}
		if a, ok := addr.(*net.TCPAddr); ok {
			c.Addr, c.Port = a.IP.String(), int32(a.Port)
		}
	}
	if agent := md.Get("user-agent"); len(agent) > 0 {
		c.Agent = agent[0]
	}
	return c
}
