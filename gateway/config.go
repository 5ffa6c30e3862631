package gateway

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/angelerator/tavana/gateway/internal/pgwire"
	"github.com/angelerator/tavana/internal/config"
)

// Config is what a Gateway is made of.
type Config struct {
	PGListen     string
	FlightListen string
	HTTPListen   string

	Workers     []string
	WorkerToken string
	WorkerWait  time.Duration
	// Fleet is where workers come from, as Scaling decides, instead of Workers; nil: they are a list that stays.
	Fleet Fleet
	// Sizing says where files lie that statements read; see Sizing.
	Sizing  Sizing
	Scaling Scaling

	Database     string
	UsersFile    string
	User         string
	PasswordFile string

	TLS           string
	TLSCert       string
	TLSKey        string
	TLSClientCA   string
	TLSClientCert string
	RequireTLS    bool

	MaxConnections int
	StartupTimeout time.Duration
	QueueTimeout   time.Duration
	DrainTimeout   time.Duration
	LogSQL         bool

	JWKS         string
	JWTIssuer    string
	JWTAudience  string
	JWTUserClaim string

	FlightSecret         string
	FlightDirect         bool
	FlightSessionTimeout time.Duration
}

// The values of --tls.
const (
	tlsOff        = "off"
	tlsSelfSigned = "self-signed"
	tlsFiles      = "files"
)

// Settings adds the gateway's rows to t.
func (c *Config) Settings(t *config.Table) {
	t.String(&c.PGListen, "pg-listen", "127.0.0.1:5432", "address for PostgreSQL clients: host:port, or unix:///path").Alias("PG_PORT", config.Port)
	t.String(&c.FlightListen, "flight-listen", "127.0.0.1:8815", "address for Flight SQL clients: host:port, or unix:///path; empty: none")
	t.String(&c.HTTPListen, "http-listen", "127.0.0.1:8080", "address of /health, /ready and /metrics").Alias("HTTP_PORT", config.Port)
	t.List(&c.Workers, "worker-addresses", []string{"127.0.0.1:50053"}, "the workers: host:port or unix:///path").Alias("WORKER_ADDRESSES", nil)
	c.SharedSettings(t)
	t.String(&c.WorkerToken, "worker-token", "", "secret that gateway and workers share; empty: no check").Secret()
	c.Sizing.Settings(t)
	t.List(&c.Sizing.Allow, "allow", nil, "folders and URL prefixes (s3://bucket/) that workers let statements read: the gateway looks at files there to size statements")
	c.Sizing.Stores.Settings(t)
}

// SharedSettings adds the rows that `tavana up` has too.
func (c *Config) SharedSettings(t *config.Table) {
	t.Duration(&c.WorkerWait, "worker-wait", 30*time.Second, "how long a statement waits while there is no worker at all")
	t.String(&c.Database, "database", "tavana", "the database that clients connect to")
	t.String(&c.UsersFile, "users-file", "", "file of users, a line each as `tavana passwd` makes it; instead of --user")
	t.String(&c.User, "user", "tavana", "the one user, a superuser, when there is no users file")
	t.String(&c.PasswordFile, "password-file", "", "file with the user's password; without it the password is `tavana`, on loopback addresses only")
	t.String(&c.JWKS, "jwks", "", "file or https URL of an identity provider's keys (a JSON Web Key Set): its tokens log Flight SQL clients in")
	t.String(&c.JWTIssuer, "jwt-issuer", "", "with --jwks: who tokens must be from")
	t.String(&c.JWTAudience, "jwt-audience", "", "with --jwks: for whom tokens must be")
	t.String(&c.JWTUserClaim, "jwt-user-claim", "sub", "with --jwks: the claim of a token that has the user's name, which must be a user's here")
	t.String(&c.TLS, "tls", tlsSelfSigned, "certificate for clients: off, self-signed (new at each start), or files")
	t.String(&c.TLSCert, "tls-cert", "", "PEM file of the certificate and its chain, for --tls files; read again when it changes")
	t.String(&c.TLSKey, "tls-key", "", "PEM file of the certificate's key, for --tls files")
	t.String(&c.TLSClientCA, "tls-client-ca", "", "PEM file of the authorities that clients' certificates must come from; empty: clients need none")
	t.String(&c.TLSClientCert, "tls-client-cert", string(pgwire.VerifyFull), "with --tls-client-ca: verify-ca, or verify-full, which wants the user as the certificate's common name")
	t.Bool(&c.RequireTLS, "require-tls", false, "refuse clients that do not encrypt")
	t.Int(&c.MaxConnections, "max-connections", 10000, "how many clients may be connected").Alias("MAX_CONNECTIONS", nil)
	t.Duration(&c.StartupTimeout, "startup-timeout", 30*time.Second, "how long a client may take to authenticate")
	t.Duration(&c.QueueTimeout, "queue-timeout", 300*time.Second, "how long a statement waits for room on a worker").Alias("QUEUE_TIMEOUT_MS", config.Milliseconds)
	t.Duration(&c.DrainTimeout, "drain-timeout", 30*time.Second, "how long running statements may go on after SIGTERM")
	t.String(&c.FlightSecret, "flight-secret", "", "what signs Flight SQL's tokens and tickets: gateways that share it serve each other's; empty: new at each start").Secret()
	t.Bool(&c.FlightDirect, "flight-direct", false, "let Flight SQL clients that ask for it (session option endpoints=worker) come to the workers for their rows")
	t.Duration(&c.FlightSessionTimeout, "flight-session-timeout", 30*time.Minute, "how long a Flight SQL session may be unused")
	t.Bool(&c.LogSQL, "log-sql", false, "write the texts of statements and of their errors into the log, values in them included")
}

// Validate reports everything that is wrong.
func (c *Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.PGListen == "" {
		bad("pg-listen: must not be empty")
	}
	if c.FlightSessionTimeout <= 0 {
		bad("flight-session-timeout: must be more than 0")
	}
	if c.FlightDirect && c.FlightSecret == "" {
		bad("flight-direct: needs a flight-secret, which the workers have too")
	}
	if len(c.Workers) == 0 && c.Fleet == nil {
		bad("worker-addresses: must name a worker")
	}
	if c.Database == "" {
		bad("database: must not be empty")
	}
	if c.MaxConnections < 1 {
		bad("max-connections: must be 1 or more")
	}
	switch c.TLS {
	case tlsOff, tlsSelfSigned:
		if c.TLSCert != "" || c.TLSKey != "" {
			bad("tls: must be %q when tls-cert or tls-key is given", tlsFiles)
		}
	case tlsFiles:
		if c.TLSCert == "" || c.TLSKey == "" {
			bad("tls: %q needs tls-cert and tls-key", tlsFiles)
		}
	default:
		bad("tls: must be off, self-signed or files, not %q", c.TLS)
	}
	if c.TLSClientCA != "" && c.TLS == tlsOff {
		bad("tls-client-ca: there is no TLS with --tls off")
	}
	if v := pgwire.ClientCert(c.TLSClientCert); c.TLSClientCA != "" && v != pgwire.VerifyCA && v != pgwire.VerifyFull {
		bad("tls-client-cert: must be verify-ca or verify-full, not %q", c.TLSClientCert)
	}
	if c.RequireTLS && c.TLS == tlsOff {
		bad("require-tls: there is no TLS with --tls off")
	}
	if c.JWKS != "" && (c.JWTIssuer == "" || c.JWTAudience == "" || c.JWTUserClaim == "") {
		bad("jwks: needs jwt-issuer, jwt-audience and jwt-user-claim, or any token of the provider would do")
	}
	if u, err := url.Parse(c.JWKS); err == nil && u.Scheme == "http" && !isLoopback(net.JoinHostPort(u.Hostname(), "80")) {
		bad("jwks: keys that come over plain http can be changed on their way: use https")
	}
	if c.UsersFile == "" && c.User == "" {
		bad("user: must not be empty without a users file")
	}
	for _, addr := range []string{c.PGListen, c.FlightListen} {
		if c.UsersFile == "" && c.PasswordFile == "" && addr != "" && !isLoopback(addr) {
			bad("password-file: the default password is for loopback addresses, not for %s", addr)
		}
	}
	return errors.Join(errs...)
}

// clientCert returns what is checked of clients' certificates; "" when they need none.
func (c *Config) clientCert() pgwire.ClientCert {
	if c.TLSClientCA == "" {
		return ""
	}
	return pgwire.ClientCert(c.TLSClientCert)
}

// isLoopback tells whether only this machine can reach addr.
func isLoopback(addr string) bool {
	if len(addr) > 7 && addr[:7] == "unix://" {
		return true
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
