package gateway_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/gateway"
)

// provider is an identity provider: it signs tokens and publishes its keys.
type provider struct {
	t  *testing.T
	mu sync.Mutex
	// keys by their ids.
	keys map[string]*ecdsa.PrivateKey
}

func newProvider(t *testing.T) *provider {
	p := &provider{t: t, keys: map[string]*ecdsa.PrivateKey{}}
	p.add("one")
	return p
}

func (p *provider) add(kid string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys[kid] = key
}

// published returns the key set.
func (p *provider) published() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	var set jwkset.JWKSMarshal
	for kid, key := range p.keys {
		k, err := jwkset.NewJWKFromKey(crypto.PublicKey(key.Public()), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid}})
		if err != nil {
			p.t.Error(err)
		}
		set.Keys = append(set.Keys, k.Marshal())
	}
	b, err := json.Marshal(set)
	if err != nil {
		p.t.Error(err)
	}
	return b
}

// token signs a token for ann, with claims changed; a nil one is left out.
func (p *provider) token(kid string, change jwt.MapClaims) string {
	p.t.Helper()
	p.mu.Lock()
	key := p.keys[kid]
	p.mu.Unlock()
	if key == nil { // a stranger's
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			p.t.Fatal(err)
		}
	}
	return p.sign(jwt.SigningMethodES256, key, kid, change)
}

func (p *provider) sign(method jwt.SigningMethod, key any, kid string, change jwt.MapClaims) string {
	p.t.Helper()
	claims := jwt.MapClaims{"iss": "https://login.example", "aud": "tavana", "preferred_username": "ann", "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	tok := jwt.NewWithClaims(method, claims)
	tok.Header["kid"] = kid
	s, err := tok.SignedString(key)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// taking is a gateway's configuration that takes the provider's tokens, with keys from a file or a URL.
func (p *provider) taking(keys string) func(*gateway.Config) {
	users := usersFile(p.t, login{name: "ann", password: "ann"})
	return func(c *gateway.Config) {
		c.UsersFile, c.JWKS, c.JWTIssuer, c.JWTAudience, c.JWTUserClaim = users, keys, "https://login.example", "tavana", "preferred_username"
	}
}

func TestFlightSQLTokensOfAnIdentityProvider(t *testing.T) {
	p := newProvider(t)
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, p.published(), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, 1, p.taking(file))
	plain, err := flightsql.NewClient(w.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	as := func(token string) *flightClient {
		return &flightClient{plain, t, metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+token)}
	}

	// On each call: the session is the connection's, also when the token is renewed.
	ann := as(p.token("one", nil))
	if got := ann.query("SELECT current_user"); got != "ann" {
		t.Errorf("the user is %q", got)
	}
	ann.update("CREATE TEMP TABLE own AS SELECT 7 AS a")
	if got := as(p.token("one", jwt.MapClaims{"jti": "another"})).query("SELECT a FROM own"); got != "7" {
		t.Errorf("the session's table: %q", got)
	}

	// By a handshake: a token of ours, with a session of its own, that is good for as long.
	stream, err := plain.Client.Handshake(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+p.token("one", nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	md, err := stream.Header()
	if err != nil || len(md.Get("authorization")) != 1 {
		t.Fatalf("the handshake's header: %v, %v", md, err)
	}
	own := as(strings.TrimPrefix(md.Get("authorization")[0], "Bearer "))
	if got := own.query("SELECT current_user"); got != "ann" {
		t.Errorf("after a handshake the user is %q", got)
	}
	if _, err := own.Execute(own.ctx, "SELECT a FROM own"); status.Code(err) != codes.NotFound {
		t.Errorf("another session's table: %v", err)
	}

	public, err := x509.MarshalPKIXPublicKey(p.keys["one"].Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"expired":              p.token("one", jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}),
		"without an end":       p.token("one", jwt.MapClaims{"exp": nil}),
		"not yet good":         p.token("one", jwt.MapClaims{"nbf": time.Now().Add(time.Hour).Unix()}),
		"of another issuer":    p.token("one", jwt.MapClaims{"iss": "https://other.example"}),
		"for somebody else":    p.token("one", jwt.MapClaims{"aud": "other"}),
		"of nobody":            p.token("one", jwt.MapClaims{"preferred_username": nil}),
		"of a number":          p.token("one", jwt.MapClaims{"preferred_username": 7}),
		"of a user not here":   p.token("one", jwt.MapClaims{"preferred_username": "bob"}),
		"by a stranger's key":  p.token("two", nil),
		"unsigned":             p.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "one", nil),
		"by the public secret": p.sign(jwt.SigningMethodHS256, public, "one", nil),
		"changed":              p.token("one", nil)[:20] + "x" + p.token("one", nil)[21:],
		"empty":                "..",
	} {
		c := as(token)
		if _, err := c.Execute(c.ctx, "SELECT 1"); status.Code(err) != codes.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}

	// The file changes: a new key is known, and an old one is not any more.
	old := p.token("one", nil)
	p.add("two")
	p.mu.Lock()
	delete(p.keys, "one")
	p.mu.Unlock()
	if err := os.WriteFile(file, p.published(), 0o600); err != nil {
		t.Fatal(err)
	}
	renewed := as(p.token("two", nil))
	eventually(t, "the new key", func() bool { _, err := renewed.Execute(renewed.ctx, "SELECT 1"); return err == nil })
	before := as(old)
	if _, err := before.Execute(before.ctx, "SELECT 1"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a key that was taken back: %v", err)
	}
}

func TestFlightSQLKeysBehindAURL(t *testing.T) {
	p := newProvider(t)
	down := true
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		off := down
		p.mu.Unlock()
		if off {
			http.Error(rw, "later", http.StatusServiceUnavailable)
			return
		}
		_, _ = rw.Write(p.published())
	}))
	t.Cleanup(site.Close)
	w := open(t, 1, p.taking(site.URL)) // a provider that is down does not keep the gateway from starting
	p.mu.Lock()
	down = false
	p.mu.Unlock()
	plain, err := flightsql.NewClient(w.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	c := &flightClient{plain, t, metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+p.token("one", nil))}
	if got := c.query("SELECT current_user"); got != "ann" {
		t.Errorf("the user is %q", got)
	}
}

func TestJWKSNeedsIssuerAndAudience(t *testing.T) {
	for name, change := range map[string]func(*gateway.Config){
		"no issuer":   func(c *gateway.Config) { c.JWTIssuer = "" },
		"no audience": func(c *gateway.Config) { c.JWTAudience = "" },
		"plain http":  func(c *gateway.Config) { c.JWKS = "http://login.example/keys" },
	} {
		cfg := defaults(t)
		cfg.JWKS, cfg.JWTIssuer, cfg.JWTAudience, cfg.JWTUserClaim = "https://login.example/keys", "a", "b", "sub"
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "jwks") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
