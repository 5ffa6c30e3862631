package flightsql

import (
	"bytes"
	"context"
	"encoding/base64"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestSealedThings(t *testing.T) {
	s, same, other := newSeal("secret"), newSeal("secret"), newSeal("")
	b := s.close(kindResult, ticket{Worker: "w", ID: "q", User: "ann"})
	var out ticket
	if err := same.open(kindResult, b, &out); err != nil || out.User != "ann" || out.ID != "q" {
		t.Errorf("%v %v", out, err)
	}
	if other.open(kindResult, b, &out) == nil {
		t.Error("opened with another key")
	}
	for _, kind := range []byte{kindToken, kindPrepared} {
		if s.open(kind, b, &out) == nil {
			t.Errorf("taken for a %c", kind)
		}
		changed := append([]byte{kind}, b[1:]...)
		if s.open(kind, changed, &out) == nil {
			t.Errorf("made a %c", kind)
		}
	}
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] ^= 1
		if s.open(kindResult, changed, &out) == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
	}
	if s.open(kindResult, b[:len(b)-1], &out) == nil || s.open(kindResult, nil, &out) == nil {
		t.Error("opened a part")
	}
}

// nobody is an Executor that knows one user.
type nobody struct{ Executor }

func (nobody) Login(user, password string) (User, error) {
	if user == "ann" && password == "right" {
		return User{Name: user}, nil
	}
	return User{}, unauthenticated("no")
}

func (nobody) Token(context.Context, string) (User, time.Time, error) {
	return User{}, time.Time{}, unauthenticated("no")
}

func (nobody) User(name string) (User, bool) { return User{Name: name}, name == "ann" }

func TestTokensExpireAndUsersGo(t *testing.T) {
	s := &Server{exec: nobody{}, seal: newSeal("secret"), id: "p", sessions: newSessions(nil, time.Minute, 1)}
	header := func(tok token) string {
		return "Bearer " + base64url.EncodeToString(s.seal.close(kindToken, tok))
	}
	soon := time.Now().Add(time.Minute).Unix()
	if l, err := s.login(t.Context(), header(token{"ann", "s", soon, "p"})); err != nil || l.user.Name != "ann" || l.session != "s" {
		t.Errorf("%+v %v", l, err)
	}
	for what, tok := range map[string]token{"expired": {"ann", "s", soon - 120, "p"}, "somebody who is gone": {"bob", "s", soon, "p"}, "another server": {"ann", "s", soon, "q"}} {
		if _, err := s.login(t.Context(), header(tok)); status.Code(err) != codes.Unauthenticated {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Nobody comes in by a header that was not made by us, and none breaks us.
func FuzzLogin(f *testing.F) {
	s := &Server{exec: nobody{}, seal: newSeal("secret"), id: "p", sessions: newSessions(nil, time.Minute, 1)}
	f.Add("Basic " + base64.StdEncoding.EncodeToString([]byte("ann:right")))
	f.Add("Bearer " + base64url.EncodeToString(s.seal.close(kindToken, token{"ann", "s", 1, "p"})))
	f.Add("bearer x")
	f.Fuzz(func(t *testing.T, header string) {
		l, err := s.login(t.Context(), header)
		if err != nil && status.Code(err) != codes.Unauthenticated {
			t.Fatalf("%q: %v", header, err)
		}
		if err == nil && l.user.Name != "ann" {
			t.Fatalf("%q is %v", header, l.user)
		}
	})
}
