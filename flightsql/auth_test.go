package flightsql

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/seal"
)

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
	s := &Server{exec: nobody{}, seal: seal.New("secret"), id: "p", sessions: newSessions(nil, time.Minute, 1)}
	header := func(tok token) string {
		return "Bearer " + base64.RawURLEncoding.EncodeToString(s.seal.Close(seal.Token, tok))
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
	s := &Server{exec: nobody{}, seal: seal.New("secret"), id: "p", sessions: newSessions(nil, time.Minute, 1)}
	f.Add("Basic " + base64.StdEncoding.EncodeToString([]byte("ann:right")))
	f.Add("Bearer " + base64.RawURLEncoding.EncodeToString(s.seal.Close(seal.Token, token{"ann", "s", 1, "p"})))
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
