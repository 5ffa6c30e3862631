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
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/pgerror"
)

// tokenLife is how long a token is good.
const tokenLife = 24 * time.Hour

const authorization = "authorization"

// authenticate finds out who calls: by a token of ours, or by name and password, which any call may bring. The caller leaves
// the session it gets.
func (s *Server) authenticate(ctx context.Context) (*caller, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	v := md.Get(authorization)
	if len(v) == 0 {
		return nil, unauthenticated("no authorization: log in with a name and a password, or a token")
	}
	u, id, err := s.login(ctx, v[0])
	if err != nil {
		return nil, err
	}
	byToken := isBearer(v[0])
	if err := s.checkCertificate(ctx, u); err != nil {
		return nil, err
	}
	in, err := s.sessions.enter(id, u, client(ctx, md), byToken)
	if err != nil {
		return nil, err
	}
	c := &caller{s: in}
	if !byToken {
		c.authorization = s.bearer(u, id)
	}
	return c, nil
}

func isBearer(header string) bool { return strings.HasPrefix(strings.ToLower(header), "bearer ") }

// login reads an authorization header. Its session is the token's; for a name and a password that of the client's connection.
func (s *Server) login(ctx context.Context, header string) (u User, session string, err error) {
	scheme, value, _ := strings.Cut(strings.TrimSpace(header), " ")
	value = strings.TrimSpace(value)
	switch strings.ToLower(scheme) {
	case "basic":
		id := basicSession + connection(ctx) + " " + hex.EncodeToString(s.seal.mac(kindBasic, []byte(value)))
		if u, ok := s.sessions.user(id); ok { // it was checked when the session began
			return u, id, nil
		}
		if u, err = s.basic(value); err != nil {
			return u, "", err
		}
		return u, id, nil
	case "bearer":
		var t token
		b, err := base64url.DecodeString(value)
		if err != nil || s.seal.open(kindToken, b, &t) != nil {
			return u, "", unauthenticated("this token is not one of ours")
		}
		if time.Since(time.Unix(t.Issued, 0)) > tokenLife {
			return u, "", unauthenticated("the token has expired: authenticate again")
		}
		if t.Server != s.id {
			return u, "", unauthenticated("the session is another server's, or has ended: authenticate again")
		}
		u, ok := s.exec.User(t.User)
		if !ok {
			return u, "", unauthenticated("user %q does not exist any more", t.User)
		}
		return u, t.Session, nil
	}
	return u, "", unauthenticated("authorization must be Basic or Bearer")
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

// bearer makes the header of a token for a session.
func (s *Server) bearer(u User, session string) string {
	return "Bearer " + base64url.EncodeToString(s.seal.close(kindToken, token{u.Name, session, time.Now().Unix(), s.id}))
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

// Handshake implements the FlightService: credentials in the header, or in the payload as BasicAuth, and a token back.
func (v *service) Handshake(stream pb.FlightService_HandshakeServer) error {
	s := v.h.s
	ctx := stream.Context()
	md, _ := metadata.FromIncomingContext(ctx)
	var u User
	var err error
	session, byPayload, bearer := rand.Text(), false, ""
	if header := md.Get(authorization); len(header) > 0 {
		var id string
		if u, id, err = s.login(ctx, header[0]); err != nil {
			return err
		}
		if isBearer(header[0]) { // which lives no longer by being shown
			if s.sessions.hasEnded(id) {
				return unauthenticated("the session has ended: authenticate again")
			}
			bearer = "Bearer " + strings.TrimSpace(header[0][len("bearer "):])
		}
	} else {
		first, err := stream.Recv()
		if err != nil {
			return unauthenticated("no credentials")
		}
		var basic pb.BasicAuth
		if err := proto.Unmarshal(first.GetPayload(), &basic); err != nil {
			return unauthenticated("malformed credentials")
		}
		if u, err = s.exec.Login(basic.GetUsername(), basic.GetPassword()); err != nil {
			return err
		}
		byPayload = true
	}
	if err := s.checkCertificate(ctx, u); err != nil {
		return err
	}
	if bearer == "" {
		bearer = s.bearer(u, session)
	}
	pairs := metadata.Pairs(authorization, bearer)
	stream.SetTrailer(pairs)
	if err := stream.SetHeader(pairs); err != nil {
		return err
	}
	if byPayload {
		if err := stream.Send(&pb.HandshakeResponse{Payload: []byte(strings.TrimPrefix(bearer, "Bearer "))}); err != nil {
			return err
		}
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

// basicSession begins the ids of sessions that belong to connections, whose clients show a name and a password at each call.
const basicSession = "basic "

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
