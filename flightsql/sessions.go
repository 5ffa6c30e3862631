package flightsql

import (
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/pgerror"
)

// token is what a bearer token says, sealed.
type token struct {
	User    string `json:"u"`
	Session string `json:"s"`
	Until   int64  `json:"x"` // Unix seconds
	// Server is the process that has the session's state.
	Server string `json:"p"`
}

// sessions are the clients' sessions by their tokens' ids.
type sessions struct {
	open func(User, Client) Session
	idle time.Duration
	max  int

	// closing are the sessions of connections that were closed.
	closing sync.WaitGroup

	mu   sync.Mutex
	byID map[string]*session
	// gone are the sessions that ended with something in them, or were closed: their tokens are no good any more.
	gone map[string]time.Time
}

// session is a client's session with what only this protocol has.
type session struct {
	Session
	id     string
	user   User
	client Client

	// beginning is held while a transaction begins.
	beginning sync.Mutex

	mu     sync.Mutex
	closed bool
	calls  int
	used   time.Time
	// direct: the client wants to come to the workers for its rows. chosen: it has said so, or what types it wants.
	direct, chosen bool
	// byToken: calls from other connections than the first may come.
	byToken bool
	// transactions are the open ones by their ids.
	transactions map[string]*transaction
	polls        map[string]*poll // by their ids
	// bound are parameters by their prepared statements' ids.
	bound map[string]arrow.RecordBatch
}

func newSessions(open func(User, Client) Session, idle time.Duration, most int) *sessions {
	return &sessions{open: open, idle: idle, max: most, byID: map[string]*session{}, gone: map[string]time.Time{}}
}

// enter returns the session of an id, made if need be, for a call that ends with leave.
func (ss *sessions) enter(id string, u User, c Client, byToken bool) (*session, error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if _, ok := ss.gone[id]; ok {
		return nil, unauthenticated("the session has ended: authenticate again")
	}
	s := ss.byID[id]
	if s == nil {
		if len(ss.byID) >= ss.max && !ss.makeRoom() {
			return nil, statusOf(pgerror.New(pgerror.TooManyConnections, "sorry, too many clients already"))
		}
		c.Terminate = func() { ss.closing.Go(func() { ss.end(id) }) } // who calls it may hold what the end waits for
		s = &session{id: id, user: u, client: c, transactions: map[string]*transaction{}, polls: map[string]*poll{}, bound: map[string]arrow.RecordBatch{}}
		s.Session = ss.open(u, c)
		ss.byID[id] = s
	}
	if s.user.Name != u.Name {
		return nil, status.Error(codes.PermissionDenied, "this session is somebody else's")
	}
	s.mu.Lock()
	s.calls++
	s.used = time.Now()
	s.byToken = s.byToken || byToken
	s.mu.Unlock()
	return s, nil
}

// makeRoom ends the session that has been unused for longest of those that have nothing in them: it is made anew when its token
// comes back. false: there is none. ss is locked.
func (ss *sessions) makeRoom() bool {
	var oldest *session
	var unused time.Time
	for _, s := range ss.byID {
		s.mu.Lock()
		if s.calls == 0 && (oldest == nil || s.used.Before(unused)) && !s.holds() {
			oldest, unused = s, s.used
		}
		s.mu.Unlock()
	}
	if oldest == nil {
		return false
	}
	delete(ss.byID, oldest.id)
	ss.closing.Go(oldest.close)
	return true
}

// holds tells whether something would be lost with the session. s is locked.
func (s *session) holds() bool {
	return s.chosen || len(s.transactions) > 0 || len(s.bound) > 0 || len(s.polls) > 0 || s.Holds()
}

func (s *session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	s.used = time.Now()
}

// user returns whose session it is; false: there is none of that id.
func (ss *sessions) user(id string) (User, bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	s := ss.byID[id]
	if s == nil {
		return User{}, false
	}
	return s.user, true
}

// hangUp ends the sessions that belong to a connection which is closed.
func (ss *sessions) hangUp(conn string) {
	ss.mu.Lock()
	var list []string
	for id, s := range ss.byID {
		s.mu.Lock()
		if s.client.conn == conn && strings.HasPrefix(id, connected) && !s.byToken {
			list = append(list, id)
		}
		s.mu.Unlock()
	}
	for _, id := range list {
		s := ss.byID[id]
		delete(ss.byID, id)
		ss.closing.Go(s.close) // a statement may still be on its way out
	}
	ss.mu.Unlock()
}

// end closes a session for good.
func (ss *sessions) end(id string) {
	ss.mu.Lock()
	s := ss.byID[id]
	delete(ss.byID, id)
	if !strings.HasPrefix(id, connected) || s != nil && s.isByToken() { // a password is good for another session
		ss.gone[id] = time.Now()
	}
	ss.mu.Unlock()
	if s != nil {
		s.close()
	}
}

func (s *session) isByToken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byToken
}

// hasEnded tells whether a session's tokens are no good any more.
func (ss *sessions) hasEnded(id string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	_, ok := ss.gone[id]
	return ok
}

func (s *session) close() {
	s.mu.Lock()
	s.closed = true
	list, params, polls := s.transactions, s.bound, s.polls
	s.transactions, s.bound, s.polls = map[string]*transaction{}, map[string]arrow.RecordBatch{}, map[string]*poll{}
	s.mu.Unlock()
	for _, rec := range params {
		rec.Release()
	}
	for _, p := range polls {
		p.giveUp()
	}
	for _, t := range list {
		if t.own {
			t.s.Close()
		}
	}
	s.Session.Close()
}

// expire ends the sessions that nobody has used for a while. One that has nothing in it is made anew when its token comes back.
func (ss *sessions) expire(now time.Time) {
	ss.mu.Lock()
	var list []*session
	for id, s := range ss.byID {
		s.mu.Lock()
		old := s.calls == 0 && now.Sub(s.used) > ss.idle
		holds := old && s.holds()
		s.mu.Unlock()
		if !old {
			continue
		}
		list = append(list, s)
		delete(ss.byID, id)
		if holds {
			ss.gone[id] = now
		}
	}
	for id, at := range ss.gone {
		if now.Sub(at) > tokenLife {
			delete(ss.gone, id)
		}
	}
	ss.mu.Unlock()
	for _, s := range list {
		s.close()
	}
}

// stop ends what all sessions run.
func (ss *sessions) stop() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, s := range ss.byID {
		s.mu.Lock()
		s.Stop()
		for _, t := range s.transactions {
			t.s.Stop()
		}
		s.mu.Unlock()
	}
}

func (ss *sessions) closeAll() {
	ss.mu.Lock()
	list := ss.byID
	ss.byID = map[string]*session{}
	for _, s := range list {
		ss.closing.Go(s.close)
	}
	ss.mu.Unlock()
	ss.closing.Wait()
}

func (ss *sessions) count() int {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return len(ss.byID)
}
