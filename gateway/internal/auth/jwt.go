package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"github.com/angelerator/tavana/internal/lifecycle"
)

// JWTConfig says which tokens of an identity provider are taken.
type JWTConfig struct {
	// Keys is a file, or the URL, of the provider's key set (RFC 7517).
	Keys string
	// Issuer and Audience are what tokens must say they are from and for.
	Issuer, Audience string
	// UserClaim names the claim that has the user's name.
	UserClaim string
}

// JWTs checks tokens (RFC 7519). It is safe for concurrent use.
type JWTs struct {
	cfg    JWTConfig
	log    *slog.Logger
	parser *jwt.Parser
	keys   jwkset.Storage
	find   keyfunc.Keyfunc
	// changes are of the file; nil: there is none.
	changes *lifecycle.Files
}

// How the keys behind a URL are followed. A key that is not known is asked for, as providers change theirs, but not each
// time that somebody sends a token with a key that there is not.
const (
	refreshEvery   = time.Hour
	unknownKeyEach = 30 * time.Second
	unknownKeyWait = 5 * time.Second
	fetchTimeout   = 10 * time.Second
)

// algorithms are those with a public key: a key set is public.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// leeway is how far clocks may differ.
const leeway = 30 * time.Second

// NewJWTs reads the keys. A bad file is an error; a URL that does not answer is tried again until ctx ends.
func NewJWTs(ctx context.Context, cfg JWTConfig, log *slog.Logger) (*JWTs, error) {
	j := &JWTs{cfg: cfg, log: log, parser: jwt.NewParser(
		jwt.WithValidMethods(algorithms), jwt.WithIssuer(cfg.Issuer), jwt.WithAudience(cfg.Audience), jwt.WithExpirationRequired(), jwt.WithLeeway(leeway),
	)}
	var err error
	if isURL(cfg.Keys) {
		j.find, err = keyfunc.NewDefaultOverrideCtx(ctx, []string{cfg.Keys}, keyfunc.Override{
			HTTPTimeout: fetchTimeout, RefreshInterval: refreshEvery,
			RefreshUnknownKID: rate.NewLimiter(rate.Every(unknownKeyEach), 1), RateLimitWaitMax: unknownKeyWait,
			RefreshErrorHandlerFunc: func(url string) func(context.Context, error) {
				return func(_ context.Context, err error) { log.Error("reading the key set failed", "url", url, "error", err) }
			},
		})
		return j, err
	}
	j.changes, j.keys = lifecycle.WatchFiles(cfg.Keys), jwkset.NewMemoryStorage()
	if err = j.load(ctx); err != nil {
		return nil, err
	}
	j.find, err = keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: j.keys})
	return j, err
}

func isURL(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// load reads the file.
func (j *JWTs) load(ctx context.Context) error {
	b, err := os.ReadFile(j.cfg.Keys)
	if err != nil {
		return fmt.Errorf("reading the key set: %w", err)
	}
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(b, &set); err != nil {
		return fmt.Errorf("%s is no key set: %w", j.cfg.Keys, err)
	}
	if len(set.Keys) == 0 {
		return fmt.Errorf("%s has no key", j.cfg.Keys)
	}
	list, err := set.JWKSlice()
	if err != nil {
		return fmt.Errorf("%s: %w", j.cfg.Keys, err)
	}
	return j.keys.KeyReplaceAll(ctx, list)
}

// Check returns the user that a token names and until when it is good. Errors say what is wrong with it.
func (j *JWTs) Check(ctx context.Context, token string) (user string, until time.Time, err error) {
	if j.changes != nil && j.changes.Changed() {
		if err := j.load(ctx); err != nil {
			j.log.Error("reading the changed key set failed, the old one stays", "error", err)
		}
	}
	claims := jwt.MapClaims{}
	if _, err := j.parser.ParseWithClaims(token, claims, j.find.KeyfuncCtx(ctx)); err != nil {
		return "", until, err
	}
	user, ok := claims[j.cfg.UserClaim].(string)
	if !ok || user == "" {
		return "", until, fmt.Errorf("the token has no claim %q", j.cfg.UserClaim)
	}
	exp, err := claims.GetExpirationTime()
	if err != nil || exp == nil {
		return "", until, errors.Join(err, jwt.ErrTokenExpired)
	}
	return user, exp.Time, nil
}
