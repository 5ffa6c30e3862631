package pgwire

import (
	"container/list"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
)

// conn is one client. Its goroutine owns everything here but running and what says otherwise.
type conn struct {
	srv *Server
	raw net.Conn        // as accepted: closing it from outside ends the client
	fd  syscall.RawConn // raw's; nil: it can't be looked at
	net net.Conn        // raw, or TLS over it
	tls *tls.Conn
	// leaf is the certificate that TLS has shown, which SCRAM binds to; nil without TLS.
	leaf *x509.Certificate
	in   *frames
	out  []byte // what is written at the next flush

	ahead ahead

	pid     uint32
	secret  []byte
	running running
	// idle: the client's goroutine waits for its next message, or its first ones; wake ends that.
	idleMu sync.Mutex
	idle   bool
	// midway: a message has come since the last ReadyForQuery.
	midway bool

	s    *dispatch.Session
	told session.Snapshot // the parameters that the client knows
	// skip: after an error in the extended protocol, until Sync.
	skip bool

	// of the server, under its mutex
	place   *list.Element
	counted bool
}

// errGone ends a conversation without a word: there is nobody to hear it.
var errGone = errors.New("client is gone")

func newConn(s *Server, nc net.Conn) *conn {
	if t, ok := nc.(*net.TCPConn); ok {
		_ = t.SetNoDelay(true)
		_ = t.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 60 * time.Second, Interval: 15 * time.Second, Count: 4})
	}
	return &conn{srv: s, raw: nc, fd: fdOf(nc), net: nc, idle: true, in: newFrames(nc)}
}

// serve is the client's goroutine: startup, then messages until either side ends it.
func (c *conn) serve() {
	defer func() { _ = c.net.Close() }()
	defer func() {
		if r := recover(); r != nil {
			// One client's trouble must not be another's: the process goes on.
			c.srv.log.Error("conversation panicked", "error", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	err := c.start()
	if c.secret != nil {
		defer c.srv.keys.remove(c)
	}
	defer c.ahead.drop()
	if c.s != nil {
		defer c.s.Close()
		if err == nil {
			err = c.converse()
		}
	}
	c.farewell(err)
}

// farewell tells the client why its connection ends, if it is there to hear it.
func (c *conn) farewell(err error) {
	if err == nil || isGone(err) {
		return
	}
	c.srv.log.Debug("connection ended", "error", err, "sqlstate", string(pgerror.CodeOf(err)), "client", remoteHost(c.raw))
	c.sendError(err, "FATAL")
	_ = c.net.SetWriteDeadline(time.Now().Add(time.Second))
	_ = c.flush()
}

// isGone tells whether err comes from a socket that the other side closed, or that was closed here.
func isGone(err error) bool {
	var ne net.Error
	return errors.Is(err, errGone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &ne)
}

// start goes from the first byte to the first ReadyForQuery. c.s stays nil when there is no session to serve.
func (c *conn) start() error {
	_ = c.raw.SetDeadline(time.Now().Add(c.srv.cfg.StartupTimeout))
	if c.stopped() {
		return errGone
	}
	st, err := c.negotiate()
	if err != nil || st == nil {
		return err
	}
	mustTLS := c.srv.cfg.RequireTLS || c.srv.cfg.ClientCert != ""
	if mustTLS && c.tls == nil && c.raw.LocalAddr().Network() != "unix" {
		return pgerror.New(pgerror.InvalidAuthorization, "this server takes encrypted connections only").WithHint("Use sslmode=require.")
	}
	c.negotiateVersion(st)
	user, err := c.authenticate(st.get("user"))
	if err != nil {
		return err
	}
	db := st.get("database")
	if db == "" {
		db = user.Name
	}
	if db != c.srv.cfg.Database {
		return pgerror.Newf(pgerror.InvalidCatalogName, "database %q does not exist", db)
	}
	s := session.New(session.Identity{User: user.Name, Superuser: user.Superuser, Database: db, Catalog: catalog.Database})
	if err := applyStartup(s.Settings, st); err != nil {
		return err
	}
	if err := c.srv.arrived(c); err != nil {
		return err
	}
	n := secret30
	if st.version&0xffff >= 2 {
		n = secret32
	}
	c.srv.keys.add(c, n)
	c.s = c.srv.d.NewSession(s, c.client(), c.notice)
	c.in.max = maxBody
	return c.greet()
}

func applyStartup(s *session.Settings, st *startup) error {
	for _, kv := range st.params {
		var err error
		switch kv[0] {
		case "user", "database":
		case "replication":
			if kv[1] != "false" && kv[1] != "off" && kv[1] != "0" && kv[1] != "no" {
				err = pgerror.New(pgerror.FeatureNotSupported, "replication connections are not supported")
			}
		case "options":
			var opts [][2]string
			if opts, err = optionsOf(kv[1]); err != nil {
				return err
			}
			for _, o := range opts {
				if err = s.Start(o[0], o[1]); err != nil {
					return err
				}
			}
		default:
			err = s.Start(kv[0], kv[1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// client is the connection as others see it.
func (c *conn) client() dispatch.Client {
	out := dispatch.Client{PID: c.pid, Port: -1, Cancel: c.running.cancel, Terminate: c.terminate, Waits: c.waits}
	if a, ok := c.raw.RemoteAddr().(*net.TCPAddr); ok {
		out.Addr, out.Port = a.IP.String(), int32(a.Port)
	}
	return out
}

// greet sends what a client gets after authentication.
func (c *conn) greet() error {
	c.send(&pgproto3.AuthenticationOk{})
	for _, kv := range c.s.Settings.Reported() {
		c.send(&pgproto3.ParameterStatus{Name: kv[0], Value: kv[1]})
	}
	c.told = c.s.Settings.Snapshot()
	c.send(&pgproto3.BackendKeyData{ProcessID: c.pid, SecretKey: c.secret})
	err := c.ready()
	c.setIdle(false)
	_ = c.raw.SetDeadline(time.Time{})
	return err
}

// converse answers messages until the client leaves or a fatal error.
func (c *conn) converse() error {
	for {
		typ, body, err := c.receive()
		if err != nil {
			return err
		}
		m, err := decode(typ, body)
		if err != nil {
			return err
		}
		if _, ok := m.(*pgproto3.Terminate); ok {
			return nil
		}
		if err := c.answer(typ, m); err != nil {
			return err
		}
		if err := c.flushFull(); err != nil {
			return err
		}
	}
}

// send queues a message for the next flush.
func (c *conn) send(m pgproto3.BackendMessage) {
	out, err := m.Encode(c.out)
	if err != nil {
		// Only a message past 1 GB does not encode; rows are not sent this way.
		c.sendError(pgerror.New(pgerror.ProgramLimitExceeded, "message too large"), "ERROR")
		return
	}
	c.out = out
}

// keepOut is how large a buffer a connection keeps, in bytes: an idle one should cost little.
const keepOut = 64 << 10

// makeRoom gets a buffer for many rows, which flush gives back.
func (c *conn) makeRoom() {
	if cap(c.out) <= keepOut {
		b := buffers.Get().(*[]byte)
		c.out = append((*b)[:0], c.out...)
	}
}

// flush writes what is queued. It blocks while the client does not read.
func (c *conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.net.Write(c.out)
	c.out = c.out[:0]
	if cap(c.out) > keepOut {
		out := c.out
		putBuffer(&out)
		c.out = nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// flushFull writes what is queued when it is much, so that a client that asks and does not read costs no more.
func (c *conn) flushFull() error {
	if len(c.out) < flushAt {
		return nil
	}
	return c.flush()
}

// ready ends an exchange.
func (c *conn) ready() error {
	c.s.Idle()
	c.report()
	c.send(&pgproto3.ReadyForQuery{TxStatus: c.s.TxStatus()})
	c.midway = false
	if err := c.flush(); err != nil {
		return err
	}
	if c.in.r.Buffered() == 0 {
		c.ahead.encode()
	}
	return nil
}

// report tells the client of parameters that have changed.
func (c *conn) report() {
	changed := false
	c.s.Settings.Changed(c.told, func(name, value string) {
		changed = true
		c.send(&pgproto3.ParameterStatus{Name: name, Value: value})
	})
	if changed {
		c.told = c.s.Settings.Snapshot()
	}
}

// notice sends a warning, or with the code 00000 a notice, if the client wants to hear it.
func (c *conn) notice(e *pgerror.Error) {
	level, _ := c.s.Settings.Get("client_min_messages")
	severity := "WARNING"
	if e.Code == pgerror.SuccessfulCompletion {
		severity = "NOTICE"
	}
	if level == "error" || level == "warning" && severity == "NOTICE" {
		return
	}
	c.send(&pgproto3.NoticeResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: string(e.Code), Message: e.Message, Detail: e.Detail, Hint: e.Hint,
	})
}

// waits tells the client at once that its statement waits for room, and how it stands.
func (c *conn) waits(s *admission.Standing) {
	if s == nil {
		return
	}
	e := pgerror.New(pgerror.SuccessfulCompletion, "waiting for a worker with room, as the next in line")
	switch s.Place {
	case 0:
	case 1:
		e.Message = "waiting for a worker with room: one statement is in front"
	default:
		e.Message = fmt.Sprintf("waiting for a worker with room: %d statements are in front", s.Place)
	}
	e.Detail = fmt.Sprintf("It has waited for %.1f s", s.Waited.Seconds())
	if s.Expected > 0 {
		e.Detail += fmt.Sprintf(", and will for about %.1f s more", s.Expected.Seconds())
	}
	e.Detail += "; " + s.Why + "."
	c.notice(e)
	_ = c.flush() // a client that is gone is noticed by whoever reads from it
}

// fail reports a statement's error. It returns the error itself when the connection can't go on after it.
func (c *conn) fail(err error) error {
	if isGone(err) || errors.Is(err, errLostSync) {
		return err
	}
	switch pgerror.CodeOf(err) {
	case pgerror.ConnectionFailure, pgerror.TransactionResolutionUnknown, pgerror.AdminShutdown, pgerror.CrashShutdown, pgerror.IdleSessionTimeout,
		pgerror.IdleInTransactionSessionTimeout:
		return err // converse's caller says farewell
	}
	c.s.Fail()
	c.sendError(err, "ERROR")
	return nil
}

func (c *conn) sendError(err error, severity string) {
	e := pgerror.Flatten(err)
	c.send(&pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity, Code: string(e.Code), Message: e.Message, Detail: e.Detail,
		Hint: e.Hint, Position: int32(e.Position), Where: e.Where,
	})
}
