package session

import (
	"maps"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Identity is who is connected, to what.
type Identity struct {
	User      string
	Superuser bool
	Database  string
	// Catalog is the database of the system catalog at workers; "": there is none.
	Catalog string
}

// Session is one client's state. Make it with New.
type Session struct {
	Identity
	Settings *Settings

	statements map[string]*Statement
	portals    map[string]*Portal

	tx       txState
	implicit bool
	// writes counts the block's statements that may have changed something.
	writes     int
	savepoints []Savepoint
}

// New returns the state of a client that has just connected.
func New(id Identity) *Session {
	return &Session{
		Identity: id, Settings: newSettings(id),
		statements: map[string]*Statement{}, portals: map[string]*Portal{},
	}
}

// Statement is a prepared statement.
type Statement struct {
	sqltext.Statement
	// Verb is what the statement is, and Effect what running it does: they differ for EXPLAIN ANALYZE.
	Verb, Effect sqltext.Verb
	// Declared are the parameters' types as the client has them, 0 for those that it leaves open.
	Declared []pgenc.OID
	// ParamOIDs are the parameters' types, all known.
	ParamOIDs []pgenc.OID
	// ParamTypes are DuckDB's own names of them, as far as it could tell without knowing ParamOIDs.
	ParamTypes []string
	// Columns describe the result; none: the statement returns no rows.
	Columns []Column
	// Schema is what Columns were made of; nil: no worker was asked.
	Schema *arrow.Schema
	// Prepared is when it was stored as a prepared statement, and PrepareSQL the text of the PREPARE by which; empty: by a Parse.
	Prepared   time.Time
	PrepareSQL string
}

// NewStatement returns a statement of which nothing but its text is known.
func NewStatement(text sqltext.Statement) *Statement {
	return &Statement{Statement: text, Verb: text.Verb(), Effect: text.Effect()}
}

// CopiesIn tells whether the statement is a COPY from the client.
func (st *Statement) CopiesIn() bool {
	return st.Verb == sqltext.Copy && st.Effect == sqltext.Copy && st.IsClientCopy()
}

// Column describes a result's column.
type Column struct {
	Name string
	Type pgenc.Type
}

// Portal is a statement with its parameters bound.
type Portal struct {
	Statement *Statement
	// Params are the parameters as a worker binds them, and Casts what each $n is cast to; both as package dispatch made
	// them.
	Params []byte
	Casts  []string
	// Texts are the parameters as text, where the statement sets a run-time parameter by one.
	Texts []string
	// Formats are those of the result's columns: none, one for all, or one each.
	Formats []int16
	// Run is the execution of a portal that has been started, owned by who executes portals. It is closed when the portal
	// goes.
	Run Run
	// Cursor is how the portal of a DECLARE stands; nil for one of the protocol.
	Cursor *Cursor

	// ofBlock: the portal was made in the block under way, after depth savepoints.
	ofBlock bool
	depth   int
}

// Run is a portal's execution.
type Run interface{ Close() }

// maxStatements and maxPortals bound what one client can keep here.
const (
	maxStatements = 20_000
	maxPortals    = 1_000
)

// PutStatement stores a prepared statement. The unnamed one ("") is replaced, a named one must be new (42P05).
func (s *Session) PutStatement(name string, st *Statement) error {
	if name != "" {
		if s.statements[name] != nil {
			return pgerror.Newf(pgerror.DuplicatePreparedStatement, "prepared statement %q already exists", name)
		}
		if len(s.statements) >= maxStatements {
			return pgerror.Newf(pgerror.ProgramLimitExceeded, "too many prepared statements").
				WithHint("One session may keep %d; close or DEALLOCATE some.", maxStatements)
		}
	}
	st.Prepared = time.Now()
	s.statements[name] = st
	return nil
}

// StatementNamed returns a prepared statement, or 26000.
func (s *Session) StatementNamed(name string) (*Statement, error) {
	if st := s.statements[name]; st != nil {
		return st, nil
	}
	if name == "" {
		return nil, pgerror.New(pgerror.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerror.Newf(pgerror.InvalidSQLStatementName, "prepared statement %q does not exist", name)
}

// Statements calls f for every prepared statement with a name.
func (s *Session) Statements(f func(name string, st *Statement)) {
	for _, name := range slices.Sorted(maps.Keys(s.statements)) {
		if name != "" {
			f(name, s.statements[name])
		}
	}
}

// CloseStatement forgets a prepared statement; an unknown one is no error.
func (s *Session) CloseStatement(name string) { delete(s.statements, name) }

// CloseStatements forgets every prepared statement.
func (s *Session) CloseStatements() { clear(s.statements) }

// PutPortal stores a portal. The unnamed one is replaced, a named one must be new (42P03).
func (s *Session) PutPortal(name string, p *Portal) error {
	if name == "" {
		s.ClosePortal("")
	} else if s.portals[name] != nil {
		return pgerror.Newf(pgerror.DuplicateCursor, "cursor %q already exists", name)
	}
	if len(s.portals) >= maxPortals {
		return pgerror.New(pgerror.ProgramLimitExceeded, "too many open portals")
	}
	p.ofBlock, p.depth = s.tx != idle, len(s.savepoints)
	s.portals[name] = p
	return nil
}

// PortalNamed returns a portal, or 34000.
func (s *Session) PortalNamed(name string) (*Portal, error) {
	if p := s.portals[name]; p != nil {
		return p, nil
	}
	return nil, pgerror.Newf(pgerror.InvalidCursorName, "portal %q does not exist", name)
}

// ClosePortal closes a portal; an unknown one is no error.
func (s *Session) ClosePortal(name string) {
	if p := s.portals[name]; p != nil {
		if p.Run != nil {
			p.Run.Close()
		}
		delete(s.portals, name)
	}
}

// CursorNamed returns a portal that FETCH, MOVE and CLOSE know, or 34000.
func (s *Session) CursorNamed(name string) (*Portal, error) {
	if p := s.portals[name]; p != nil && name != "" {
		return p, nil
	}
	return nil, pgerror.Newf(pgerror.InvalidCursorName, "cursor %q does not exist", name)
}

// Portals calls f for every portal with a name.
func (s *Session) Portals(f func(name string, p *Portal)) {
	for _, name := range slices.Sorted(maps.Keys(s.portals)) {
		if name != "" {
			f(name, s.portals[name])
		}
	}
}

// ClosePortals closes every portal: at the end of the session.
func (s *Session) ClosePortals() { s.closePortals(func(*Portal) bool { return true }) }

func (s *Session) closePortals(f func(*Portal) bool) {
	for name, p := range s.portals {
		if f(p) {
			s.ClosePortal(name)
		}
	}
}

// EndPortals closes the portals that end with a transaction. Cursors WITH HOLD stay, unless the transaction that declared
// them is rolled back.
func (s *Session) EndPortals(committed bool) {
	s.closePortals(func(p *Portal) bool { return p.Cursor == nil || !p.Cursor.Hold || p.ofBlock && !committed })
}

// EndPortalsSince closes the portals that were made after the savepoint.
func (s *Session) EndPortalsSince(p Savepoint) {
	s.closePortals(func(q *Portal) bool { return q.ofBlock && q.depth > p.depth })
}
