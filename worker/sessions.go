package worker

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// maxIdleConns is how many connections without state wait for their next statement. A new one costs about a
// millisecond for its settings.
const maxIdleConns = 32

// conns lends DuckDB connections: any one for a statement without a session, the session's own otherwise. A connection is
// lent to one statement at a time.
type conns struct {
	log *slog.Logger
	in  *duck.Instance

	mu       sync.Mutex
	idle     []*duck.Conn // last in, first out
	sessions map[string]*session

	binds binds
}

// session is a client's connection at this worker: its transaction and its temporary tables.
type session struct {
	conn  *duck.Conn
	owner string
	// transaction tells whether conn is in a transaction, turn is its place in the line of writers, and hold is of the lake's
	// catalog, for what it has made there. They belong to who has the lease.
	transaction bool
	turn        blockTurn
	hold        *duck.CatalogHold
	// free holds a token while no statement uses conn. A statement that was abandoned gives it back when it has drained,
	// so the session's next statement waits for that.
	free chan struct{}
	// gone is closed by CloseSession.
	gone chan struct{}
}

func newConns(in *duck.Instance, log *slog.Logger) *conns {
	return &conns{in: in, log: log, sessions: map[string]*session{}}
}

// lend returns a lease of a connection, which is set up before it is used. lasting: with the lasting catalog in its path at
// once.
func (c *conns) lend(ctx context.Context, sessionID string, settings map[string]string, lasting bool) (*lease, error) {
	l := &lease{conns: c, settings: settings}
	var conn *duck.Conn
	var err error
	if sessionID == "" {
		conn, err = c.take(settings, lasting)
	} else if l.session, err = c.wait(ctx, sessionID); err == nil {
		conn = l.session.conn
	}
	if err != nil {
		return nil, err
	}
	l.conn = conn
	return l, nil
}

// lease is a connection lent to one statement.
type lease struct {
	conns    *conns
	session  *session // nil: any connection
	settings map[string]string

	// mu keeps an interrupt from hitting a connection that is no longer this statement's.
	mu sync.Mutex
	// conn changes while the lease lives, when the statement turns out to need the lasting catalog.
	conn  *duck.Conn
	ended bool
	// offered: the connection has rows of Go's to read.
	offered bool
	// copies are those of a catalog's views that are read instead of them.
	copies []string
}

// setUp puts the statement's settings in force, and the lasting catalog into the path: when the statement wants it, and for
// good on a session's connection.
func (l *lease) setUp(lasting bool) error {
	if l.conns.in.HasLake() {
		defer l.conns.binds.begin()()
	}
	if err := l.conn.Apply(l.settings); err != nil {
		return err
	}
	return l.conn.UseLasting(lasting || l.session != nil && l.conn.Lasting())
}

// begin sets up for a statement that is not a write by itself. In a block, what may write and the COMMIT of what has been
// written wait for the block's turn first: setting up is the first to look at the catalog, and so fixes what the block sees.
// rest is called when the statement has ended.
func (l *lease) begin(ctx context.Context, w *writers, sql string, lasting bool, park parkFunc) (rest func(), err error) {
	rest = func() {}
	if w != nil && l.inTransaction() && (lasting || isCommit(sql) && l.session.turn.hasWritten()) {
		if err := l.session.turn.take(ctx, w, park); err != nil {
			return nil, err
		}
		rest = l.session.turn.rest
	}
	if err := l.setUp(lasting); err != nil {
		rest()
		return nil, err
	}
	return rest, nil
}

// inTransaction tells whether the statement is part of a transaction that is open.
func (l *lease) inTransaction() bool { return l.session != nil && l.session.transaction }

// noteTransaction is told of every statement of a session. A COMMIT that fails ends the transaction as well.
func (l *lease) noteTransaction(t workerpb.StatementType, sql string) {
	if l.session == nil || t != workerpb.StatementType_STATEMENT_TYPE_TRANSACTION {
		return
	}
	l.session.transaction = begins(sql, "BEGIN")
	if !l.session.transaction {
		l.session.endBlock()
	}
}

// isCommit tells whether a statement commits a block.
func isCommit(sql string) bool { return begins(sql, "COMMIT") }

// mayBeLong tells whether a write may take long: all but those that change the catalog alone.
func mayBeLong(sql string) bool {
	return !begins(sql, "DROP") && !begins(sql, "ALTER") && !begins(sql, "COMMENT")
}

// changesRows tells whether a write changes rows alone, and nothing in the catalog.
func changesRows(sql string) bool {
	return begins(sql, "INSERT") || begins(sql, "UPDATE") || begins(sql, "DELETE") || begins(sql, "MERGE") || begins(sql, "TRUNCATE") || begins(sql, "WITH")
}

// begins tells whether a statement begins with a word, as far as its letters go.
func begins(sql, word string) bool {
	sql = strings.TrimSpace(sql)
	return len(sql) >= len(word) && strings.EqualFold(sql[:len(word)], word)
}

// giveBack ends the lease. reuse false says that the connection must not be used again, unless it is a session's own.
func (l *lease) giveBack(reuse bool) {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.withdraw(l.conn)
	if l.session != nil {
		l.session.free <- struct{}{}
		return
	}
	l.conns.put(l.conn, reuse)
}

func (l *lease) withdraw(conn *duck.Conn) {
	if l.offered {
		conn.Withdraw()
	}
}

// interrupt asks the statement that runs to stop. It may be called from outside, also when the lease has ended.
func (l *lease) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.conn.Interrupt()
	}
}

// stop goes on interrupting until done is closed, since an interrupt that comes between two of DuckDB's steps is forgotten by
// it. It waits for a short while, so that a usual cancel leaves nothing behind, and tells whether that was enough.
func (l *lease) stop(done <-chan struct{}) bool {
	const patience, every = 50 * time.Millisecond, 10 * time.Millisecond
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	return l.interruptEvery(every, done, deadline.C)
}

// stopBehind does so until the end, behind the scene.
func (l *lease) stopBehind(done <-chan struct{}) { l.interruptEvery(50*time.Millisecond, done, nil) }

func (l *lease) interruptEvery(every time.Duration, done <-chan struct{}, deadline <-chan time.Time) bool {
	l.interrupt()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return true
		case <-tick.C:
			l.interrupt()
		case <-deadline:
			return false
		}
	}
}

// prepare prepares sql: without the lasting catalog, which costs less, and with it when a name is missing. A session's
// connection keeps the catalog from then on: it is likely to need it again.
//
// tables are what the statement may read by duck.RowsFunction, until the lease ends.
func (l *lease) prepare(sql string, tables map[string]duck.Rows, allow func(workerpb.StatementType) error) (*duck.Prepared, error) {
	l.offer(tables)
	if err := l.useCopies(sql); err != nil {
		return nil, err
	}
	p, err := l.bind(sql, allow)
	if err == nil || l.conn.Lasting() || !l.conns.in.HasLake() || !isMissing(err) {
		return p, err
	}
	if l.session == nil {
		other, takeErr := l.conns.take(l.settings, true)
		if takeErr != nil {
			return nil, takeErr
		}
		l.mu.Lock()
		plain := l.conn
		l.conn = other
		l.mu.Unlock()
		l.withdraw(plain)
		l.conns.put(plain, true)
	}
	if err := l.setUp(true); err != nil {
		return nil, err
	}
	l.offer(tables)
	if err := l.useCopies(sql); err != nil {
		return nil, err
	}
	return l.bind(sql, allow)
}

func (l *lease) bind(sql string, allow func(workerpb.StatementType) error) (*duck.Prepared, error) {
	if l.conns.in.HasLake() {
		defer l.conns.binds.begin()()
	}
	return l.conn.Prepare(sql, allow)
}

// copyCatalog lets a statement read the worker's copies of a catalog's views, when it names some and they could be made as new
// as the lake is; else it reads the views themselves.
// begun is to be called when the statement has begun, or fails.
func (l *lease) copyCatalog(ctx context.Context, st *workerpb.Statement) (begun func()) {
	l.copies = nil
	if len(st.GetCatalogTables()) == 0 || l.inTransaction() { // a transaction sees the copies as they were at its first look
		return func() {}
	}
	defer l.conns.binds.begin()()
	begun, err := l.conns.in.CopyCatalog(ctx, st.GetCatalogCopy(), st.GetCatalogTables())
	if err != nil && ctx.Err() == nil {
		l.conns.log.Warn("copying the catalog failed", "error", err)
	}
	if begun == nil {
		return func() {}
	}
	l.copies = st.GetCatalogTables()
	return begun
}

// useCopies makes catalogs' views read what copyCatalog has decided. The end of a block reads nothing, and when the block has
// failed nothing else can be run before it.
func (l *lease) useCopies(sql string) error {
	if isCommit(sql) || begins(sql, "ROLLBACK") {
		return nil
	}
	return l.conn.UseCopies(l.copies)
}

// offer lets the connection read tables; giveBack takes them away again.
func (l *lease) offer(tables map[string]duck.Rows) {
	for name, rows := range tables {
		l.conn.Offer(name, rows)
		l.offered = true
	}
}

// isMissing tells whether a name was not found that the lasting catalog may have.
func isMissing(err error) bool {
	switch pgerror.CodeOf(err) {
	case pgerror.UndefinedTable, pgerror.UndefinedFunction, pgerror.UndefinedObject, pgerror.InvalidSchemaName, pgerror.InvalidCatalogName:
		return true
	}
	return false
}

// take returns a connection that nobody uses, or a new one. It prefers one that is as the statement needs it.
func (c *conns) take(settings map[string]string, lasting bool) (*duck.Conn, error) {
	c.mu.Lock()
	pick, best := -1, -1
	for i, conn := range c.idle {
		score := 0
		if conn.Lasting() == lasting {
			score += 2
		}
		if conn.Has(settings) {
			score++
		}
		if score >= best {
			pick, best = i, score
		}
	}
	// Changing the catalog costs more than a new connection.
	if pick < 0 || best < 2 && c.in.HasLake() {
		c.mu.Unlock()
		return c.in.Connect()
	}
	conn := c.idle[pick]
	c.idle = append(c.idle[:pick], c.idle[pick+1:]...)
	c.mu.Unlock()
	return conn, nil
}

func (c *conns) put(conn *duck.Conn, reuse bool) {
	if reuse {
		c.mu.Lock()
		if len(c.idle) < maxIdleConns {
			c.idle = append(c.idle, conn)
			conn = nil
		}
		c.mu.Unlock()
	}
	if conn != nil {
		conn.Close()
	}
}

func (c *conns) wait(ctx context.Context, id string) (*session, error) {
	c.mu.Lock()
	s := c.sessions[id]
	c.mu.Unlock()
	if s == nil {
		return nil, errNoSession(id)
	}
	select {
	case <-s.free:
		return s, nil
	case <-s.gone:
		return nil, errNoSession(id)
	case <-ctx.Done():
		return nil, pgerror.FromContext(ctx)
	}
}

func errNoSession(id string) error {
	return pgerror.Newf(pgerror.ConnectionFailure, "session %q is not on this worker", id)
}

func (c *conns) open(r *workerpb.OpenSessionRequest) error {
	conn, err := c.in.Connect()
	if err != nil {
		return err
	}
	if err := conn.Apply(r.GetSettings()); err != nil {
		conn.Close()
		return err
	}
	s := &session{conn: conn, owner: r.GetClient(), free: make(chan struct{}, 1), gone: make(chan struct{})}
	s.free <- struct{}{}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[r.GetSessionId()] != nil || r.GetSessionId() == "" {
		conn.Close()
		return pgerror.New(pgerror.ProtocolViolation, "session id is empty or in use")
	}
	c.sessions[r.GetSessionId()] = s
	return nil
}

// close ends a session: what runs in it is interrupted, and its connection is closed once that has ended. closed is
// called then.
func (c *conns) close(id string, closed func()) {
	c.mu.Lock()
	s := c.sessions[id]
	delete(c.sessions, id)
	c.mu.Unlock()
	if s == nil {
		closed()
		return
	}
	close(s.gone)
	select {
	case <-s.free:
		s.end()
		closed()
	default:
		s.conn.Interrupt()
		go func() {
			<-s.free
			s.end()
			closed()
		}()
	}
}

// end closes the connection, which rolls back a block, and lets others write.
func (s *session) end() {
	s.conn.Close()
	s.endBlock()
}

// endBlock is called when the transaction has ended.
func (s *session) endBlock() {
	s.hold.Release()
	s.hold = nil
	s.turn.end()
}

// ownedBy returns the sessions of the clients.
func (c *conns) ownedBy(clients map[string]bool) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for id, s := range c.sessions {
		if clients[s.owner] {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *conns) sessionCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sessions)
}

// closeIdle closes the connections that nobody uses.
func (c *conns) closeIdle() {
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, conn := range idle {
		conn.Close()
	}
}

// closeSessions ends every session.
func (c *conns) closeSessions(closing func() (closed func())) {
	c.mu.Lock()
	ids := make([]string, 0, len(c.sessions))
	for id := range c.sessions {
		ids = append(ids, id)
	}
	c.mu.Unlock()
	for _, id := range ids {
		c.close(id, closing())
	}
}
