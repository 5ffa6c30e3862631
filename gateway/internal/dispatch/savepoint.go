package dispatch

import (
	"context"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// savepoint runs SAVEPOINT, RELEASE and ROLLBACK TO. DuckDB has no savepoints: they are kept here, and going back to one
// works where nothing has been written since. Drivers send them around every statement, or every nested block.
func (s *Session) savepoint(ctx context.Context, st *session.Statement) (*session.Answer, error) {
	name := st.SavepointName()
	if name == "" {
		return nil, locate(st.SyntaxErrorAt(len(st.Tokens)), &st.Statement, nil)
	}
	switch st.Verb {
	case sqltext.Savepoint:
		return &session.Answer{Tag: "SAVEPOINT"}, s.SetSavepoint(name)
	case sqltext.Release:
		return &session.Answer{Tag: "RELEASE"}, s.ReleaseSavepoint(name)
	}
	p, err := s.SavepointNamed(name)
	if err != nil {
		return nil, err
	}
	if s.WritesSince(p) > 0 {
		return nil, errSavepoint("something was written since savepoint %q", name)
	}
	s.EndPortalsSince(p)
	if err := s.mendBlock(ctx, name); err != nil {
		return nil, err
	}
	s.RollBackTo(name)
	return &session.Answer{Tag: "ROLLBACK"}, nil
}

func errSavepoint(format, name string) error {
	return pgerror.Newf(pgerror.FeatureNotSupported, "cannot roll back to it: "+format, name).
		WithHint("Savepoints protect reads. Roll the whole transaction back.")
}

// mendBlock makes the worker's transaction usable again after an error. Some errors end it in DuckDB; one that has
// written nothing is then begun anew.
func (s *Session) mendBlock(ctx context.Context, name string) error {
	if !s.Failed() || s.pin == nil || !s.pin.open {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	err := s.control(ctx, "SELECT 1")
	if err == nil || s.pin == nil {
		return err
	}
	if s.Writes() > 0 {
		return errSavepoint("the error has ended the transaction that savepoint %q is in", name)
	}
	for _, sql := range []string{"ROLLBACK", "BEGIN TRANSACTION"} {
		if err := s.control(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
