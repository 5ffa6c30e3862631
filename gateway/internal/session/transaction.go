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
	if s.tx != idle {
		s.Settings.end(committed && s.tx != failed)
	}
	s.tx, s.implicit = idle, false
	s.ClosePortals()
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
