// Package gateway is the front of Tavana: it speaks PostgreSQL's wire protocol and Flight SQL to clients and Arrow Flight to workers. It
// has no cgo and no DuckDB: it must hold tens of thousands of connections and never die of a query.
//
//	Config, New, Run     the whole, for a main
//	internal/pgwire      clients: protocol, authentication, rows
//	internal/flight      what the Flight SQL server (package flightsql) needs of the rest
//	internal/session     one client's state, pure
//	internal/dispatch    statement → queue → worker → rows: the only way in
//	internal/admission   the queue, pure
//	internal/router      which workers there are
//	internal/sqltext     SQL as tokens
//	internal/pgenc       values in PostgreSQL's forms
//	internal/auth        users and SCRAM
//
// An internal package imports only those below it.
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/angelerator/tavana/flightsql"
	"github.com/angelerator/tavana/gateway/internal/auth"
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/flight"
	"github.com/angelerator/tavana/gateway/internal/pgwire"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/sizer"
	"github.com/angelerator/tavana/internal/lifecycle"
)

// Gateway is one gateway. Make it with New; Run serves until its context ends.
type Gateway struct {
	cfg    Config
	log    *slog.Logger
	router *router.Router
	sizer  *sizer.Sizer // nil: statements are not sized
	// scaling is nil where the workers are a list that stays.
	scaling *scaling
	server  *pgwire.Server
	flight  *flightsql.Server
	reg     *prometheus.Registry

	pg, http net.Listener
	arrow    net.Listener // of Flight SQL clients
	// stopKeys ends what follows the identity provider's keys.
	stopKeys context.CancelFunc
}

// New opens the listeners, so that an address in use is an error here, and reads users and certificates. The caller
// calls Run, which closes everything.
func New(cfg Config, log *slog.Logger) (*Gateway, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	users, err := loadUsers(&cfg)
	if err != nil {
		return nil, err
	}
	certs, err := certificates(&cfg, log)
	if err != nil {
		return nil, err
	}
	following, stopKeys := context.WithCancel(context.Background())
	jwts, err := tokens(following, &cfg, log)
	if err != nil {
		stopKeys()
		return nil, err
	}
	g := &Gateway{cfg: cfg, log: log, reg: prometheus.NewRegistry(), stopKeys: stopKeys}
	g.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	g.router = router.New(cfg.WorkerToken, log)
	if err = g.router.Set(cfg.Workers); err != nil {
		stopKeys()
		return nil, err
	}
	of := dispatch.Config{QueueTimeout: cfg.QueueTimeout, WorkerWait: cfg.WorkerWait, LogSQL: cfg.LogSQL, Roles: roles(users)}
	if g.sizer, err = cfg.Sizing.sizer(); err != nil {
		stopKeys()
		return nil, err
	}
	of.Sizer = g.sizer
	if cfg.Fleet != nil {
		g.scaling = newScaling(cfg.Scaling, cfg.Fleet, g.router, g.reg, log)
		of.Grow, of.Why, of.OnWait = cfg.Fleet.Grow, g.scaling.why, g.scaling.waiting
	}
	d := dispatch.New(of, g.router, g.reg, log)
	if g.scaling != nil {
		g.scaling.load = d.Load
	}
	g.server = pgwire.New(pgwire.Config{
		Users: users, Database: cfg.Database, Certificates: certs, ClientCert: cfg.clientCert(), RequireTLS: cfg.RequireTLS,
		MaxConnections: cfg.MaxConnections, StartupTimeout: cfg.StartupTimeout,
	}, d, g.reg, log)
	g.flight = flightsql.New(flightsql.Config{
		TLS: flightTLS(certs), RequireTLS: cfg.RequireTLS || cfg.TLSClientCA != "", RequireUserCert: cfg.clientCert() == pgwire.VerifyFull,
		Secret: cfg.FlightSecret, Direct: cfg.FlightDirect, SessionTimeout: cfg.FlightSessionTimeout, MaxSessions: cfg.MaxConnections,
	}, flight.New(d, users, jwts, cfg.Database), g.reg, log)
	g.pg, err = lifecycle.Listen(cfg.PGListen, 0o777)
	if err == nil && cfg.FlightListen != "" {
		g.arrow, err = lifecycle.Listen(cfg.FlightListen, 0o777)
	}
	if err == nil && cfg.HTTPListen != "" {
		g.http, err = lifecycle.Listen(cfg.HTTPListen, 0o777)
	}
	if err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// PGAddr returns the address that PostgreSQL clients connect to.
func (g *Gateway) PGAddr() net.Addr { return g.pg.Addr() }

// FlightAddr returns the address that Flight SQL clients connect to; nil when that is off.
func (g *Gateway) FlightAddr() net.Addr {
	if g.arrow == nil {
		return nil
	}
	return g.arrow.Addr()
}

// HTTPAddr returns the address of the HTTP endpoints; nil when they are off.
func (g *Gateway) HTTPAddr() net.Addr {
	if g.http == nil {
		return nil
	}
	return g.http.Addr()
}

// Ready tells whether a query that came now would be answered.
func (g *Gateway) Ready() bool { return g.router.Ready() }

// AwaitReady waits until Ready, or until ctx ends.
func (g *Gateway) AwaitReady(ctx context.Context) error {
	const long = 24 * time.Hour // ctx is the limit
	return g.router.AwaitWorker(ctx, time.Now(), long)
}

// Close gives up a gateway that was not run.
func (g *Gateway) Close() {
	if g.pg != nil {
		_ = g.pg.Close()
	}
	if g.arrow != nil {
		_ = g.arrow.Close()
	}
	if g.http != nil {
		_ = g.http.Close()
	}
	if g.sizer != nil {
		g.sizer.Close()
	}
	g.router.Close()
	g.stopKeys()
}

// Run serves until ctx ends, then drains: not ready, no new clients, idle clients told, running statements finished
// within the grace and then cancelled. Its error names what broke.
func (g *Gateway) Run(ctx context.Context) error {
	// The router goes last: statements that still run need it.
	watching, stopWatching := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { g.router.Run(watching) })
	if g.scaling != nil {
		wg.Go(func() { g.scaling.run(watching) })
	}

	draining := make(chan struct{})
	web := &http.Server{Handler: g.handler(draining), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(g.log.Handler(), slog.LevelDebug)}
	broke := make(chan error, 3)
	if g.http != nil {
		wg.Go(func() {
			if err := web.Serve(g.http); !errors.Is(err, http.ErrServerClosed) {
				broke <- fmt.Errorf("serving HTTP: %w", err)
			}
		})
	}
	wg.Go(func() {
		if err := g.server.Serve(g.pg); err != nil {
			broke <- fmt.Errorf("serving PostgreSQL clients: %w", err)
		}
	})
	if g.arrow != nil {
		wg.Go(func() {
			if err := g.flight.Serve(g.arrow); err != nil {
				broke <- fmt.Errorf("serving Flight SQL clients: %w", err)
			}
		})
	}
	g.log.Info("gateway listening", "pg_listen", g.cfg.PGListen, "flight_listen", g.cfg.FlightListen, "http_listen", g.cfg.HTTPListen, "workers", len(g.cfg.Workers))

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-broke:
	}
	close(draining) // not ready, before anything stops
	_ = g.pg.Close()
	grace, cancel := context.WithTimeout(context.Background(), g.cfg.DrainTimeout)
	var stopped sync.WaitGroup
	stopped.Go(func() { g.flight.Shutdown(grace) })
	g.server.Shutdown(grace)
	stopped.Wait()
	cancel()
	_ = web.Close()
	stopWatching()
	g.Close()
	wg.Wait()
	return cause
}

// handler serves what operators look at.
func (g *Gateway) handler(draining <-chan struct{}) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-draining:
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		default:
		}
		if !g.Ready() {
			http.Error(w, "no worker", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(g.reg, promhttp.HandlerOpts{}))
	return mux
}

// roles are the users as the catalog shows them.
func roles(users *auth.Users) func() []dispatch.Role {
	var list []dispatch.Role
	for _, u := range users.All() {
		list = append(list, dispatch.Role{Name: u.Name, Superuser: u.Superuser})
	}
	return func() []dispatch.Role { return list }
}

func loadUsers(cfg *Config) (*auth.Users, error) {
	if cfg.UsersFile != "" {
		return auth.Load(cfg.UsersFile)
	}
	password := "tavana"
	if cfg.PasswordFile != "" {
		b, err := os.ReadFile(cfg.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("reading the password: %w", err)
		}
		if password = strings.TrimRight(string(b), "\r\n"); password == "" {
			return nil, fmt.Errorf("%s is empty", cfg.PasswordFile)
		}
	}
	v, err := auth.NewVerifier(password)
	if err != nil {
		return nil, err
	}
	return auth.NewUsers(auth.User{Name: cfg.User, Superuser: true, Verifier: v})
}

// tokens makes what checks an identity provider's tokens; nil: none are taken.
func tokens(ctx context.Context, cfg *Config, log *slog.Logger) (*auth.JWTs, error) {
	if cfg.JWKS == "" {
		return nil, nil
	}
	return auth.NewJWTs(ctx, auth.JWTConfig{Keys: cfg.JWKS, Issuer: cfg.JWTIssuer, Audience: cfg.JWTAudience, UserClaim: cfg.JWTUserClaim}, log)
}

// certificates reads what TLS shows; nil: no TLS.
func certificates(cfg *Config, log *slog.Logger) (*pgwire.Certificates, error) {
	if cfg.TLS == tlsOff {
		return nil, nil
	}
	return pgwire.NewCertificates(pgwire.TLSFiles{Cert: cfg.TLSCert, Key: cfg.TLSKey, ClientCA: cfg.TLSClientCA}, log)
}

// flightTLS is what Flight SQL clients are shown; nil: no TLS.
func flightTLS(certs *pgwire.Certificates) *tls.Config {
	if certs == nil {
		return nil
	}
	return certs.Config("h2")
}

// NewUserLine returns a line of a users file, for `tavana passwd`.
func NewUserLine(name, password string, superuser bool) (string, error) {
	if name == "" || strings.ContainsAny(name, "\"\n") {
		return "", errors.New("a user's name must not be empty, nor have quotes or line breaks")
	}
	v, err := auth.NewVerifier(password)
	if err != nil {
		return "", err
	}
	return auth.User{Name: name, Superuser: superuser, Verifier: v}.String(), nil
}
