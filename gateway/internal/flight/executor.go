// Package flight is what the Flight SQL server needs of the gateway: users, sessions, statements. It turns its calls into
// dispatch's, which are those of the PostgreSQL door.
package flight

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/angelerator/tavana/flightsql"
	"github.com/angelerator/tavana/gateway/internal/auth"
	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
)

// Executor implements flightsql.Executor.
type Executor struct {
	d        *dispatch.Dispatcher
	users    *auth.Users
	jwts     *auth.JWTs // nil: none are taken
	database string
}

var _ flightsql.Executor = (*Executor)(nil)

// New returns an Executor whose statements go to d.
func New(d *dispatch.Dispatcher, users *auth.Users, jwts *auth.JWTs, database string) *Executor {
	return &Executor{d, users, jwts, database}
}

// Login implements flightsql.Executor.
func (e *Executor) Login(user, password string) (flightsql.User, error) {
	u, ok := e.users.Check(user, password)
	if !ok {
		return flightsql.User{}, pgerror.Newf(pgerror.InvalidPassword, "password authentication failed for user %q", user)
	}
	return flightsql.User{Name: u.Name, Superuser: u.Superuser}, nil
}

// Token implements flightsql.Executor.
func (e *Executor) Token(ctx context.Context, token string) (flightsql.User, time.Time, error) {
	if e.jwts == nil {
		return flightsql.User{}, time.Time{}, pgerror.New(pgerror.InvalidAuthorization, "no identity provider's tokens are taken here")
	}
	name, until, err := e.jwts.Check(ctx, token)
	if err != nil {
		return flightsql.User{}, until, pgerror.Newf(pgerror.InvalidAuthorization, "the token is not valid: %v", err)
	}
	u, ok := e.User(name)
	if !ok {
		return u, until, pgerror.Newf(pgerror.InvalidAuthorization, "the token is of user %q, who does not exist here", name)
	}
	return u, until, nil
}

// User implements flightsql.Executor.
func (e *Executor) User(name string) (flightsql.User, bool) {
	u, ok := e.users.Lookup(name)
	return flightsql.User{Name: u.Name, Superuser: u.Superuser}, ok
}

// Database implements flightsql.Executor.
func (e *Executor) Database() string { return e.database }

// Open implements flightsql.Executor.
func (e *Executor) Open(u flightsql.User, c flightsql.Client) flightsql.Session {
	st := session.New(session.Identity{User: u.Name, Superuser: u.Superuser, Database: e.database, Catalog: catalog.Database})
	name := c.Agent
	if len(name) > maxApplicationName {
		name = name[:maxApplicationName]
	}
	_ = st.Settings.Start("application_name", name) // it is only shown
	s := e.session(st, c)
	s.SetCompat(wantsCompat(c.Agent))
	return s
}

// session makes a session of a client.
func (e *Executor) session(st *session.Session, c flightsql.Client) *Session {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	s := &Session{&sync.Mutex{}, &state{e: e, client: c}}
	s.base, s.stop = context.WithCancelCause(context.Background())
	client := dispatch.Client{PID: binary.BigEndian.Uint32(b[:]) & 0x7fffffff, Addr: c.Addr, Port: c.Port, Cancel: s.cancel, Terminate: c.Terminate, Waits: s.waits}
	s.s = e.d.NewSession(st, client, func(*pgerror.Error) {})
	s.s.Idle()
	return s
}

const maxApplicationName = 63

// Rows implements flightsql.Executor.
func (e *Executor) Rows(ctx context.Context, at flightsql.Place) (*workerapi.Stream, error) {
	return e.d.Rows(ctx, dispatch.Waiting(at))
}

// Cancel implements flightsql.Executor.
func (e *Executor) Cancel(ctx context.Context, at flightsql.Place) (bool, error) {
	return e.d.CancelResult(ctx, dispatch.Waiting(at))
}

// Renew implements flightsql.Executor.
func (e *Executor) Renew(ctx context.Context, at flightsql.Place) (time.Time, error) {
	return e.d.RenewResult(ctx, dispatch.Waiting(at))
}
