package dispatch

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/session"
)

// Client is who uses a session, as its front door knows it.
type Client struct {
	// PID is the backend's process id that the client was told.
	PID uint32
	// Addr and Port are where the client is; "" and 0 for a Unix socket.
	Addr string
	Port int32
	// Cancel cancels what runs, and Terminate ends the session (57P01). Both may be called from anywhere.
	Cancel, Terminate func()
	// Waits tells how a statement stands that waits for room, with nil when it has got some; nil: nobody wants to know. It is
	// called while the goroutine that uses the Session waits for that, and has returned when that goes on.
	Waits func(*admission.Standing)
}

// Role is a user that can connect.
type Role struct {
	Name      string
	Superuser bool
}

// activity is what others see of a session: a row of pg_stat_activity.
type activity struct {
	client   Client
	identity session.Identity
	begun    time.Time

	mu          sync.Mutex
	application string
	state       string
	query       string
	queryStart  time.Time
	xactStart   time.Time
	changed     time.Time
	queued      bool
}

// The states of a session, as pg_stat_activity shows them.
const (
	stateActive    = "active"
	stateIdle      = "idle"
	stateIdleTx    = "idle in transaction"
	stateIdleError = "idle in transaction (aborted)"
)

// Active notes that the session runs a text.
func (s *Session) Active(query string) {
	const most = 1024 // PostgreSQL's track_activity_query_size
	if len(query) > most {
		query = validPrefix(query, most)
	}
	now := time.Now()
	app, _ := s.Settings.Get("application_name")
	a := &s.activity
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state, a.query, a.queryStart, a.changed, a.application = stateActive, query, now, now, app
	if a.xactStart.IsZero() {
		a.xactStart = now
	}
}

// validPrefix returns the first n bytes of a text, without half a character at their end. They are a copy: the rest is not kept.
func validPrefix(s string, n int) string { return strings.Clone(strings.ToValidUTF8(s[:n], "")) }

// Idle notes that the session waits for its client.
func (s *Session) Idle() {
	state := stateIdle
	switch s.TxStatus() {
	case 'T':
		state = stateIdleTx
	case 'E':
		state = stateIdleError
	}
	app, _ := s.Settings.Get("application_name")
	a := &s.activity
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state, a.changed, a.application, a.queued = state, time.Now(), app, false
	if state == stateIdle {
		a.xactStart = time.Time{}
	}
}

// waiterKey is the key of a statement's context under which admission finds whose statement waits.
type waiterKey struct{}

// waiter is whose statement it is, and who wants to know how it stands; nil: nobody.
type waiter struct {
	*activity
	tell func(*admission.Standing)
}

// inBackground returns the context of a statement that is run by another goroutine than the session's, which nobody hears of.
func (s *Session) inBackground(ctx context.Context) context.Context {
	return context.WithValue(ctx, waiterKey{}, waiter{activity: &s.activity})
}

// setQueued notes whether the session's statement waits; a nil activity is nobody's.
func (a *activity) setQueued(on bool) {
	if a == nil {
		return
	}
	a.mu.Lock()
	a.queued = on
	a.mu.Unlock()
}

// seesThoseOf tells whether the session's user may see what a user's sessions run: only superusers see what others do.
func (s *Session) seesThoseOf(user string) bool { return s.Superuser || user == s.User }

const notSeen = "<insufficient privilege>"

// row is the session's row of pg_stat_activity as viewer sees it. place is how many are in front of its statement in the queue;
// negative: it is not in line.
func (a *activity) row(viewer *Session, place int) []any {
	a.mu.Lock()
	defer a.mu.Unlock()
	row := []any{
		a.identity.Database, int32(a.client.PID), a.identity.User, a.application, orNil(a.client.Addr), a.client.Port, a.begun, orNoTime(a.xactStart),
		orNoTime(a.queryStart), orNoTime(a.changed), nil, nil, a.state, a.query,
	}
	switch {
	case !viewer.seesThoseOf(a.identity.User):
		for i := range row[3:13] {
			row[3+i] = nil
		}
		row[13] = notSeen
	case a.queued:
		row[10], row[11] = "IPC", "TavanaQueue"
		if place >= 0 {
			row[11] = "TavanaQueue: place " + strconv.Itoa(place+1)
		}
	case a.state != stateActive:
		row[10], row[11] = "Client", "ClientRead"
	}
	return row
}

// each calls f for every session there is.
func (d *Dispatcher) each(f func(*activity)) {
	d.sessionsMu.Lock()
	list := make([]*activity, 0, len(d.sessions))
	for _, s := range d.sessions {
		list = append(list, &s.activity)
	}
	d.sessionsMu.Unlock()
	for _, a := range list {
		f(a)
	}
}
