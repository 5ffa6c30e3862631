package flightsql

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"github.com/angelerator/tavana/internal/seal"
	"github.com/angelerator/tavana/internal/workerapi"
)

// Config is what a Server is made of.
type Config struct {
	// TLS is what clients are shown; nil: no TLS.
	TLS *tls.Config
	// RequireTLS refuses clients that do not encrypt.
	RequireTLS bool
	// RequireUserCert wants the user as the common name of the client's certificate.
	RequireUserCert bool
	// Secret signs tokens and tickets; servers that share it serve each other's. Empty: a random one.
	Secret string
	// SessionTimeout is how long a session may be unused.
	SessionTimeout time.Duration
	// Direct lets clients ask for endpoints that name the workers.
	Direct bool
	// MaxSessions is how many there may be.
	MaxSessions int
}

// Server serves clients. Make it with New.
type Server struct {
	cfg      Config
	exec     Executor
	log      *slog.Logger
	seal     seal.Seal
	id       string // of this process: sessions' state is nowhere else
	sessions *sessions
	grpc     *grpc.Server
	bytes    prometheus.Counter
}

// New returns a server of clients whose statements go to exec. It registers its metrics with reg.
func New(cfg Config, exec Executor, reg prometheus.Registerer, log *slog.Logger) *Server {
	s := &Server{cfg: cfg, exec: exec, log: log, seal: seal.New(cfg.Secret), id: rand.Text()}
	s.sessions = newSessions(exec.Open, cfg.SessionTimeout, cfg.MaxSessions)
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tavana_flight_sessions", Help: "Sessions of Flight SQL clients.",
	}, func() float64 { return float64(s.sessions.count()) }))
	s.bytes = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "tavana_flight_sent_bytes_total", Help: "Bytes of Arrow data sent to Flight SQL clients.",
	})
	reg.MustRegister(s.bytes)

	opts := append(workerapi.ServerOptions(),
		grpc.MaxHeaderListSize(maxHeaders),
		grpc.MaxConcurrentStreams(maxCalls),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.StreamInterceptor(s.stream),
	)
	if cfg.TLS != nil {
		opts = append(opts, grpc.Creds(newEither(cfg.TLS, cfg.RequireTLS)))
	}
	s.grpc = grpc.NewServer(opts...)
	h := &handler{s: s}
	h.registerInfo()
	s.grpc.RegisterService(s.description(), &service{FlightServer: stock.NewFlightServer(h), h: h})
	return s
}

// description is gRPC's of the service, but for calls with one message: an interceptor would come after that has been read,
// up to MaxMessage of it, and here it is known first who calls.
func (s *Server) description() *grpc.ServiceDesc {
	d := pb.FlightService_ServiceDesc
	d.Methods = slices.Clone(d.Methods)
	for i, m := range d.Methods {
		d.Methods[i].Handler = func(srv any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return s.unary(ctx, func(ctx context.Context) (any, error) { return m.Handler(srv, ctx, dec, nil) })
		}
	}
	return &d
}

// maxCalls is how many calls a connection may have under way: half-read results are some.
const maxCalls = 1000

// maxHeaders is how many bytes of headers a call may have: tokens of identity providers are long.
const maxHeaders = 256 << 10

// Serve accepts clients from lis until Shutdown.
func (s *Server) Serve(lis net.Listener) error {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { s.expireSessions(stop) })
	err := s.grpc.Serve(&listener{lis, s.sessions.hangUp})
	close(stop)
	wg.Wait()
	return err
}

func (s *Server) expireSessions(stop <-chan struct{}) {
	tick := time.NewTicker(min(time.Second, s.cfg.SessionTimeout))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			s.sessions.expire(now)
		case <-stop:
			return
		}
	}
}

// Shutdown takes no new calls, lets those under way end until ctx does, and then ends them, and all sessions.
func (s *Server) Shutdown(ctx context.Context) {
	done := make(chan struct{})
	go func() { s.grpc.GracefulStop(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		s.sessions.stop() // with its reason, which a call that is cut off does not have
		s.grpc.Stop()
		<-done
	}
	s.sessions.closeAll()
}

// service is what gRPC calls: arrow's server, which decodes commands, but for what that can't do without opening rows.
type service struct {
	flight.FlightServer
	h *handler
}

// handler answers the decoded commands.
type handler struct {
	stock.BaseServer
	s *Server
}

// caller is who calls.
type caller struct {
	s *session
	// authorization is sent back with the answer; empty: nothing is.
	authorization string
}

type callerKey struct{}

// of returns the session of a call, which is in its context.
func of(ctx context.Context) *session { return ctx.Value(callerKey{}).(*caller).s }

func (s *Server) unary(ctx context.Context, next func(context.Context) (any, error)) (any, error) {
	c, err := s.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	defer c.s.leave()
	if err := c.reply(func(md metadata.MD) error { return grpc.SetHeader(ctx, md) }, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) }); err != nil {
		return nil, err
	}
	resp, err := safely(s, func() (any, error) { return next(context.WithValue(ctx, callerKey{}, c)) })
	return resp, answer(ctx, err)
}

// safely calls a handler. Arrow's readers panic on messages whose offsets point nowhere: that must end the call, and no more.
func safely(s *Server, f func() (any, error)) (resp any, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("a call could not be read", "panic", r, "stack", string(debug.Stack()))
			resp, err = nil, invalid("malformed message")
		}
	}()
	return f()
}

const handshakeMethod = "/arrow.flight.protocol.FlightService/Handshake"

func (s *Server) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	if info.FullMethod == handshakeMethod {
		_, err := safely(s, func() (any, error) { return nil, next(srv, ss) })
		return statusOf(err)
	}
	c, err := s.authenticate(ss.Context())
	if err != nil {
		return err
	}
	defer c.s.leave()
	if err := c.reply(func(md metadata.MD) error { return ss.SetHeader(md) }, func(md metadata.MD) { ss.SetTrailer(md) }); err != nil {
		return err
	}
	_, err = safely(s, func() (any, error) {
		return nil, next(srv, &calledStream{ss, context.WithValue(ss.Context(), callerKey{}, c)})
	})
	return answer(ss.Context(), err)
}

// calledStream is a stream whose context knows who calls.
type calledStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (c *calledStream) Context() context.Context { return c.ctx }
