package pgwire

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/angelerator/tavana/gateway/internal/auth"
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Config is what a Server is made of.
type Config struct {
	Users *auth.Users
	// Database is the one name that clients can connect to.
	Database string
	// Certificates is what TLS shows; nil: no TLS.
	Certificates *Certificates
	// ClientCert is what is checked of clients' certificates, when the Certificates want them.
	ClientCert ClientCert
	// RequireTLS refuses clients that do not ask for TLS, unless they come by a Unix socket.
	RequireTLS bool
	// MaxConnections is how many authenticated clients there may be.
	MaxConnections int
	// StartupTimeout is how long a client may take until it is authenticated.
	StartupTimeout time.Duration
}

// maxStarting is how many clients may be on their way through authentication; then the oldest is dropped, so that
// connections that say nothing can't keep others out.
const maxStarting = 1000

// Server serves clients. Make it with New.
type Server struct {
	cfg  Config
	d    *dispatch.Dispatcher
	log  *slog.Logger
	keys cancelKeys

	// base is the context of every statement.
	base context.Context
	stop context.CancelCauseFunc

	draining atomic.Bool
	wg       sync.WaitGroup // the clients' goroutines

	mu            sync.Mutex
	conns         map[*conn]struct{}
	looking       bool      // lookForPeers is at work
	starting      list.List // of *conn, the oldest first
	authenticated int
}

// New returns a server of clients whose statements go to d. It registers its metrics with reg.
func New(cfg Config, d *dispatch.Dispatcher, reg prometheus.Registerer, log *slog.Logger) *Server {
	s := &Server{cfg: cfg, d: d, log: log, conns: map[*conn]struct{}{}, keys: cancelKeys{conns: map[uint32]*conn{}}}
	s.base, s.stop = context.WithCancelCause(context.Background())
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tavana_pgwire_connections", Help: "Authenticated PostgreSQL clients.",
	}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(s.authenticated)
	}))
	return s
}

// Serve accepts clients from lis until it is closed.
func (s *Server) Serve(lis net.Listener) error {
	for {
		nc, err := lis.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() || s.draining.Load() {
				return nil
			}
			// Out of descriptors, or a client that left at once: others may still come.
			s.log.Warn("accepting a client failed", "error", err)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		c := newConn(s, nc)
		if !s.admit(c) {
			_ = nc.Close()
			continue
		}
		s.wg.Go(func() {
			defer s.remove(c)
			c.serve()
		})
	}
}

// admit counts a new client, dropping the oldest that still has not said who it is when there are too many of those.
func (s *Server) admit(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() {
		return false
	}
	if s.starting.Len() >= maxStarting {
		oldest := s.starting.Remove(s.starting.Front()).(*conn)
		oldest.place = nil
		_ = oldest.raw.Close()
	}
	s.conns[c] = struct{}{}
	if !s.looking {
		s.looking = true
		go s.lookForPeers()
	}
	c.place = s.starting.PushBack(c)
	return true
}

// arrived makes a client that authenticated one of max_connections.
func (s *Server) arrived(c *conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.authenticated >= s.cfg.MaxConnections {
		return pgerror.New(pgerror.TooManyConnections, "sorry, too many clients already")
	}
	if c.place != nil {
		s.starting.Remove(c.place)
		c.place = nil
	}
	s.authenticated++
	c.counted = true
	return nil
}

func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if c.place != nil {
		s.starting.Remove(c.place)
		c.place = nil
	}
	if c.counted {
		s.authenticated--
	}
}

// each calls f for every client there is.
func (s *Server) each(f func(*conn)) {
	s.mu.Lock()
	list := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		list = append(list, c)
	}
	s.mu.Unlock()
	for _, c := range list {
		f(c)
	}
}

// Shutdown ends every client: those that are idle at once (57P01), those with a statement when it has ended or, when ctx
// does, by cancelling it, and then those in the middle of a message; and last by closing sockets. The listener is closed before.
// It returns when no client is left.
func (s *Server) Shutdown(ctx context.Context) {
	s.mu.Lock()
	s.draining.Store(true)
	s.mu.Unlock()
	s.each((*conn).wake)
	gone := make(chan struct{})
	go func() { s.wg.Wait(); close(gone) }()
	select {
	case <-gone:
		return
	case <-ctx.Done():
	}
	s.stop(errShutdown)
	s.each((*conn).terminate)
	// A client that does not read must not keep the process.
	const patience = 2 * time.Second
	select {
	case <-gone:
	case <-time.After(patience):
		s.each(func(c *conn) { _ = c.raw.Close() })
		<-gone
	}
}

var errShutdown = pgerror.New(pgerror.AdminShutdown, "terminating connection due to administrator command")
