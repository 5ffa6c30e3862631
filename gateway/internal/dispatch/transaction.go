package dispatch

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// pin ties a session to one worker: from a transaction's first statement to its end, and while temporary objects exist.
type pin struct {
	worker *router.Worker
	id     string
	// open: the worker's session is in a transaction.
	open bool
	// keep: there are temporary objects, so the pin outlives the transaction. temporary are their names, and unnamed says that
	// some name is not known.
	keep      bool
	temporary map[string]bool
	unnamed   bool
	// tables are the temporary tables that are there for certain.
	tables map[string]bool
	// fresh are the temporary tables that the block has made, settled those of them that its ROLLBACK has to drop, since they were
	// committed when its transaction was begun anew, and leaving those that its COMMIT drops.
	fresh, settled, leaving []string
}

// made notes what a statement has made that is temporary.
func (p *pin) made(st *session.Statement, inBlock bool) {
	name := st.MadeTemporary()
	p.named(name)
	table := st.NewTemporaryTable() != ""
	what, _ := st.OnCommit()
	if table && (inBlock || what != "DROP") {
		if p.tables == nil {
			p.tables = map[string]bool{}
		}
		p.tables[name] = true
	}
	if !inBlock {
		return
	}
	if table {
		p.fresh = append(p.fresh, name)
	}
	p.leaving = slices.DeleteFunc(p.leaving, func(old string) bool { return old == name })
	if what == "DROP" {
		p.leaving = append(p.leaving, name)
	}
}

// named notes a temporary object; name is "" where it can't be told.
func (p *pin) named(name string) {
	if p.temporary == nil {
		p.temporary = map[string]bool{}
	}
	p.keep, p.unnamed = true, p.unnamed || name == ""
	p.temporary[strings.ToLower(name)] = true
}

// mayHave tells whether a name may be a temporary object's.
func (p *pin) mayHave(name string) bool { return p.unnamed || p.temporary[strings.ToLower(name)] }

// at returns the worker; nil for a session that may use any.
func (p *pin) at() *router.Worker {
	if p == nil {
		return nil
	}
	return p.worker
}

// pinFor returns the pin that a statement needs, made now if need be, with the block's transaction open there; nil for a
// statement that may run anywhere.
func (s *Session) pinFor(ctx context.Context, v sqltext.Verb) (*pin, error) {
	if s.pin == nil && !s.InBlock() && v != sqltext.CreateTemp {
		return nil, nil
	}
	if s.pin == nil {
		p := &pin{id: s.d.newID()}
		err := s.d.onAnyWorker(ctx, func(w *router.Worker) error {
			p.worker = w
			return w.Client.OpenSession(ctx, &workerpb.OpenSessionRequest{SessionId: p.id, User: s.user, Settings: s.Settings.Worker()})
		})
		if err != nil {
			return nil, err
		}
		s.pin = p
	}
	if s.pin.open && v.WritesLasting() && s.Writes() == len(s.pin.fresh) && s.seesCommits() {
		// What others have committed since the block's first read is seen by its writes, which would conflict with it otherwise. What
		// the block itself has done until now can be undone.
		s.pin.settled = s.pin.fresh
		if err := s.control(ctx, "COMMIT"); err != nil {
			return nil, err
		}
		s.pin.open = false
	}
	if s.InBlock() && !s.pin.open {
		s.pin.open = true // even if it fails: it may have begun
		if err := s.control(ctx, "BEGIN TRANSACTION"); err != nil {
			return nil, err
		}
	}
	return s.pin, nil
}

// seesCommits tells whether each statement of the block sees what others have committed before it.
func (s *Session) seesCommits() bool {
	level, _ := s.Settings.Get("transaction_isolation")
	return level == "read committed" || level == "read uncommitted"
}

// control runs one of the session's own commands at the pinned worker.
func (s *Session) control(ctx context.Context, sql string) error {
	_, err := s.handOver(ctx, sql)
	return err
}

// handOver is control; sent is false when the worker has not got the statement for certain.
func (s *Session) handOver(ctx context.Context, sql string) (sent bool, err error) {
	r, err := s.d.execute(ctx, &workerpb.Statement{
		QueryId: s.d.newID(), SessionId: s.pin.id, User: s.user, Sql: sql, Settings: s.Settings.Worker(),
	}, s.pin.worker, false)
	if err != nil {
		return r != nil, s.lost(err)
	}
	defer r.stream.Close()
	if r.first != nil {
		r.first.Release()
	}
	for !r.ended {
		b, err := r.stream.Next()
		switch {
		case errors.Is(err, io.EOF):
			r.ended = true
		case err != nil:
			return true, s.lost(asLost(err))
		default:
			b.Release()
		}
	}
	return true, nil
}

// lost turns the loss of the pinned worker into what the client must hear: its session's state is gone.
func (s *Session) lost(err error) error {
	if s.pin == nil || err == nil || !router.IsLost(err) {
		return err
	}
	s.d.router.Lost(s.pin.worker)
	s.unpin() // if it lives, and only the call was lost, nothing must stay there
	return pgerror.New(pgerror.ConnectionFailure, "the worker that held this session's state was lost").
		WithDetail("%s", err.Error())
}

// unpin frees what the session holds at its worker: a transaction there is rolled back, temporary objects go.
func (s *Session) unpin() {
	if s.pin == nil {
		return
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.pin.worker.Client.CloseSession(ctx, s.pin.id); err != nil && !router.IsLost(err) {
		s.d.log.Warn("closing a worker session failed", "session_id", s.id, "worker", s.pin.worker.Target, "error", err)
	}
	s.pin = nil
}

// dropIdlePin unpins a session that has no state at its worker: a statement that would have made some has failed, or was
// only described.
func (s *Session) dropIdlePin() {
	if s.pin != nil && !s.pin.open && !s.pin.keep {
		s.unpin()
	}
}

func isTransaction(v sqltext.Verb) bool {
	switch v {
	case sqltext.Begin, sqltext.Commit, sqltext.Rollback, sqltext.Savepoint, sqltext.Release, sqltext.RollbackTo:
		return true
	}
	return false
}

// transaction runs BEGIN, COMMIT, ROLLBACK and the savepoints' commands. The worker hears of a block with its first statement only.
func (s *Session) transaction(ctx context.Context, st *session.Statement) (*session.Answer, error) {
	switch st.Verb {
	case sqltext.Savepoint, sqltext.Release, sqltext.RollbackTo:
		return s.savepoint(ctx, st)
	}
	if st.Verb == sqltext.Begin {
		a := &session.Answer{Tag: "BEGIN"}
		if st.Is(0, "START") {
			a.Tag = "START TRANSACTION"
		}
		started := s.Begin()
		if !started {
			s.notice(pgerror.New(pgerror.ActiveSQLTransaction, "there is already a transaction in progress"))
		}
		if err := s.BeginModes(&st.Statement); err != nil {
			if started {
				s.End(false)
			}
			return nil, locate(err, &st.Statement, nil)
		}
		return a, nil
	}
	for i := range st.Tokens {
		if st.Is(i, "PREPARED") || st.Is(i, "CHAIN") && !st.Is(i-1, "NO") {
			return nil, pgerror.Newf(pgerror.FeatureNotSupported, "%s is not supported", strings.ToUpper(st.Text))
		}
	}
	if !s.InBlock() || s.Implicit() {
		s.notice(pgerror.New(pgerror.NoActiveSQLTransaction, "there is no transaction in progress"))
	}
	commit := st.Verb == sqltext.Commit && !s.Failed()
	if err := s.endBlock(ctx, commit); err != nil {
		return nil, err
	}
	if commit {
		return &session.Answer{Tag: "COMMIT"}, nil
	}
	return &session.Answer{Tag: "ROLLBACK"}, nil
}

// EndImplicit ends the block of a query string, if it is in one: committed, or rolled back when a statement failed.
func (s *Session) EndImplicit(ctx context.Context) error {
	if !s.Implicit() {
		return nil
	}
	return s.endBlock(ctx, !s.Failed())
}

// rollbackTimeout is how long a ROLLBACK may take at its worker, which may still drain a statement that was cancelled.
const rollbackTimeout = 60 * time.Second

// endBlock ends the block here and at the worker: whole, whatever cancels the statement that asks for it. A failed commit
// leaves it rolled back. When it can't be known how it stands at the worker, the session ends.
func (s *Session) endBlock(ctx context.Context, commit bool) error {
	s.EndPortals(commit)
	err := s.endAtWorker(ctx, commit)
	s.End(commit && err == nil)
	return err
}

// commit commits at the worker, whatever ends ctx but for the end of the whole session. When the worker has got the COMMIT and
// does not answer, nobody knows what came of it: the error is 08007, and the session's state is gone.
func (s *Session) commit(ctx context.Context) error {
	// No deadline, as in timer: the worker would be told of it, could end the COMMIT a moment before whole does, and its word
	// for that is that somebody has cancelled it.
	whole, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer time.AfterFunc(s.d.cfg.CommitTimeout, func() { cancel(errNoCommit) }).Stop()
	defer context.AfterFunc(ctx, func() {
		if pgerror.CodeOf(context.Cause(ctx)) == pgerror.AdminShutdown {
			cancel(context.Cause(ctx))
		}
	})()
	sent, err := s.handOver(whole, "COMMIT")
	if err == nil || s.pin != nil && whole.Err() == nil || s.pin == nil && (!sent || s.Writes() == 0) {
		return err
	}
	s.unpin()
	if whole.Err() != nil {
		err = context.Cause(whole)
	}
	return pgerror.New(pgerror.TransactionResolutionUnknown, "it is not known whether the transaction was committed").
		WithDetail("%s", err.Error()).WithHint("The worker did not answer. Look whether what was to be changed has changed.")
}

var errNoCommit = pgerror.New(pgerror.IOError, "the worker took too long")

func (s *Session) endAtWorker(ctx context.Context, commit bool) error {
	if s.pin == nil || !s.pin.open {
		return nil
	}
	var err error
	if commit {
		if err = s.drop(ctx, s.pin.leaving); err == nil {
			err = s.commit(ctx)
		}
		if s.pin == nil {
			return err
		}
	}
	if !s.pin.keep {
		s.unpin() // what is not committed is rolled back by that
		return err
	}
	if !commit || err != nil {
		for _, name := range s.pin.fresh {
			delete(s.pin.tables, name)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
		defer cancel()
		if failed := s.rollBack(ctx); failed != nil {
			s.unpin()
			return pgerror.New(pgerror.ConnectionFailure, "the transaction could not be rolled back").WithDetail("%s", failed.Error())
		}
	}
	s.pin.open, s.pin.fresh, s.pin.settled, s.pin.leaving = false, nil, nil, nil
	return err
}

// rollBack undoes at the worker what the block has done there.
func (s *Session) rollBack(ctx context.Context) error {
	err := s.control(ctx, "ROLLBACK")
	if pgerror.CodeOf(err) == pgerror.NoActiveSQLTransaction {
		err = nil
	}
	if err != nil {
		return err
	}
	return s.drop(ctx, s.pin.settled)
}

// drop drops temporary tables at the worker, the last first: it may refer to one before it.
func (s *Session) drop(ctx context.Context, tables []string) error {
	for _, name := range slices.Backward(tables) {
		delete(s.pin.tables, name)
		if err := s.control(ctx, "DROP TABLE IF EXISTS "+tableName(sqltext.Object{Schema: "pg_temp", Name: name})); err != nil {
			return err
		}
	}
	return nil
}
