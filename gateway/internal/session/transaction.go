package session

import (
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

type txState uint8

const (
	idle txState = iota
	inBlock
	failed
)

// TxStatus is what ReadyForQuery says: 'I' idle, 'T' in a transaction block, 'E' in a failed one.
func (s *Session) TxStatus() byte {
	switch {
	case s.tx == failed && !s.implicit:
		return 'E'
	case s.tx == inBlock && !s.implicit:
		return 'T'
	}
	return 'I'
}

// InBlock tells whether statements belong to a transaction block, explicit or implicit, failed or not.
func (s *Session) InBlock() bool { return s.tx != idle }

// Begin starts a block. started is false inside one already: PostgreSQL then only warns, and an implicit block becomes
// an explicit one.
func (s *Session) Begin() (started bool) {
	if s.implicit {
		s.implicit = false
		return true
	}
	if s.tx != idle {
		return false
	}
	s.tx = inBlock
	s.Settings.begin()
	return true
}

// BeginImplicit starts the block of a query string of several statements, unless there is one.
func (s *Session) BeginImplicit() {
	if s.tx == idle {
		s.Begin()
		s.implicit = true
	}
}

// Implicit tells whether the block is a query string's own.
func (s *Session) Implicit() bool { return s.implicit }

// Fail notes an error: in a block, everything but its end is refused from now on.
func (s *Session) Fail() {
	if s.tx == inBlock {
		s.tx = failed
	}
}

// Failed tells whether the block has failed.
func (s *Session) Failed() bool { return s.tx == failed }

// End leaves the block. committed says whether what was done in it holds: SET's effects stay or go with that.
func (s *Session) End(committed bool) {
	committed = committed && s.tx != failed
	if s.tx != idle {
		s.Settings.end(committed)
	}
	s.tx, s.implicit, s.writes, s.savepoints = idle, false, 0, nil
	s.EndPortals(committed)
	for _, p := range s.portals {
		p.ofBlock = false
	}
}

// Allows returns 25P02 for a statement that a failed block does not take: all but its end.
func (s *Session) Allows(v sqltext.Verb) error {
	if s.tx != failed {
		return nil
	}
	switch v {
	case sqltext.Commit, sqltext.Rollback, sqltext.RollbackTo:
		return nil
	}
	return pgerror.New(pgerror.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// Savepoint is a place in a block that ROLLBACK TO goes back to.
type Savepoint struct {
	name   string
	depth  int // savepoints before it
	writes int
	values map[string]string
}

// Wrote notes a statement of the block that may have changed something.
func (s *Session) Wrote() { s.writes++ }

// Writes returns how many statements of the block may have changed something.
func (s *Session) Writes() int { return s.writes }

// WritesSince returns how many of them came after the savepoint.
func (s *Session) WritesSince(p Savepoint) int { return s.writes - p.writes }

// SetSavepoint runs SAVEPOINT. One of the same name is hidden by it, not replaced.
func (s *Session) SetSavepoint(name string) error {
	if s.tx == idle || s.implicit {
		return errNoBlock("SAVEPOINT")
	}
	s.savepoints = append(s.savepoints, Savepoint{name, len(s.savepoints), s.writes, s.Settings.values})
	return nil
}

// ReleaseSavepoint runs RELEASE: the savepoint goes, and those after it.
func (s *Session) ReleaseSavepoint(name string) error {
	i, err := s.findSavepoint(name, "RELEASE SAVEPOINT")
	if err != nil {
		return err
	}
	s.savepoints = s.savepoints[:i]
	for _, p := range s.portals { // what was made after it is what was made before it
		p.depth = min(p.depth, i)
	}
	return nil
}

// SavepointNamed returns the savepoint that ROLLBACK TO names.
func (s *Session) SavepointNamed(name string) (Savepoint, error) {
	i, err := s.findSavepoint(name, "ROLLBACK TO SAVEPOINT")
	if err != nil {
		return Savepoint{}, err
	}
	return s.savepoints[i], nil
}

// RollBackTo goes back to the savepoint, which stays: the block goes on, and settings are as they were.
func (s *Session) RollBackTo(name string) {
	i, err := s.findSavepoint(name, "")
	if err != nil {
		return
	}
	p := s.savepoints[i]
	s.savepoints = s.savepoints[:i+1]
	s.tx = inBlock
	s.Settings.values = p.values
	s.Settings.derive()
}

func (s *Session) findSavepoint(name, command string) (int, error) {
	if s.tx == idle || s.implicit {
		return 0, errNoBlock(command)
	}
	for i := len(s.savepoints) - 1; i >= 0; i-- {
		if s.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, pgerror.Newf(pgerror.InvalidSavepoint, "savepoint %q does not exist", name)
}

func errNoBlock(command string) error {
	return pgerror.Newf(pgerror.NoActiveSQLTransaction, "%s can only be used in transaction blocks", command)
}
