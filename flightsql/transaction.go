package flightsql

import (
	"context"
	"crypto/rand"

	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/angelerator/tavana/internal/pgerror"
)

// transaction is one that BeginTransaction has begun: the first in the session itself, whose temporary tables it sees, those
// beside it in sessions of their own.
type transaction struct {
	s   Session
	own bool
}

// abandon ends a transaction that has begun and that nobody knows of.
func (t *transaction) abandon() {
	if t.own {
		t.s.Close()
		return
	}
	_, _ = t.s.Run(context.Background(), "ROLLBACK", nil)
}

// in returns the session that a command with a transaction's id runs in; without an id the session itself, which may be in a
// transaction.
func (s *session) in(id []byte) (Session, error) {
	if len(id) == 0 {
		return s.Session, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.transactions[string(id)]
	if t == nil {
		return nil, status.Error(codes.NotFound, "there is no such transaction")
	}
	return t.s, nil
}

// BeginTransaction starts one.
func (h *handler) BeginTransaction(ctx context.Context, _ stock.ActionBeginTransactionRequest) ([]byte, error) {
	s := of(ctx)
	s.beginning.Lock()
	defer s.beginning.Unlock()
	t := &transaction{s: s.Session}
	if s.Transaction() != NoTx {
		t.s, t.own = s.Beside(), true
	}
	if _, err := t.s.Run(ctx, "BEGIN", nil); err != nil {
		if t.own {
			t.s.Close()
		}
		return nil, err // what the session is in meanwhile is somebody else's
	}
	id := rand.Text()
	if ctx.Err() != nil || !s.keep(id, t) { // nobody would ever end it
		t.abandon()
		return nil, unauthenticated("the session has ended")
	}
	return []byte(id), nil
}

// keep notes an open transaction; false: the session has ended.
func (s *session) keep(id string, t *transaction) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.transactions[id] = t
	}
	return !s.closed
}

// EndTransaction commits or rolls back. A transaction that has failed can't be committed: it is rolled back, and that is an
// error.
func (h *handler) EndTransaction(ctx context.Context, r stock.ActionEndTransactionRequest) error {
	s := of(ctx)
	if a := r.GetAction(); a != stock.EndTransactionCommit && a != stock.EndTransactionRollback {
		return invalid("EndTransaction must commit or roll back")
	}
	s.mu.Lock()
	t := s.transactions[string(r.GetTransactionId())]
	delete(s.transactions, string(r.GetTransactionId()))
	s.mu.Unlock()
	if t == nil {
		return status.Error(codes.NotFound, "there is no such transaction")
	}
	if t.own {
		defer t.s.Close()
	}
	state := t.s.Transaction()
	sql, commit := "ROLLBACK", r.GetAction() == stock.EndTransactionCommit
	switch {
	case state == NoTx && commit:
		return pgerror.New(pgerror.NoActiveSQLTransaction, "the transaction has been ended already")
	case state == NoTx:
		return nil
	case state == InTx && commit:
		sql = "COMMIT"
	}
	if _, err := t.s.Run(ctx, sql, nil); err != nil {
		return err
	}
	if commit && state == FailedTx {
		return pgerror.New(pgerror.InFailedSQLTransaction, "the transaction has failed, and was rolled back")
	}
	return nil
}
