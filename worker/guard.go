package worker

import (
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// guard returns what a user may run, by DuckDB's own classification of the statement: an allow-list. SET, PRAGMA and
// RESET are nobody's: settings are the gateway's, and reach DuckDB with the session's list. The gateway has looked at
// the text before (functions, secrets); this is what holds when a text means something else to DuckDB than it seems.
func guard(u *workerpb.User, session string) func(workerpb.StatementType) error {
	return func(t workerpb.StatementType) error {
		switch t {
		case workerpb.StatementType_STATEMENT_TYPE_SELECT, workerpb.StatementType_STATEMENT_TYPE_INSERT,
			workerpb.StatementType_STATEMENT_TYPE_UPDATE, workerpb.StatementType_STATEMENT_TYPE_DELETE,
			workerpb.StatementType_STATEMENT_TYPE_MERGE, workerpb.StatementType_STATEMENT_TYPE_CREATE,
			workerpb.StatementType_STATEMENT_TYPE_DROP, workerpb.StatementType_STATEMENT_TYPE_ALTER,
			workerpb.StatementType_STATEMENT_TYPE_EXPLAIN:
			return nil
		case workerpb.StatementType_STATEMENT_TYPE_TRANSACTION:
			if session == "" { // the next statement on the connection would be somebody else's
				return pgerror.New(pgerror.FeatureNotSupported, "transactions need a session")
			}
			return nil
		case workerpb.StatementType_STATEMENT_TYPE_SET:
			return pgerror.New(pgerror.InsufficientPrivilege, "this setting cannot be changed by a statement")
		}
		if u.GetSuperuser() {
			return nil
		}
		return pgerror.New(pgerror.InsufficientPrivilege, "permission denied for this kind of statement").
			WithHint("Only a superuser may load extensions, attach databases, write files or call procedures.")
	}
}
