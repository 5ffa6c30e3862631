package dispatch

import (
	"regexp"
	"strings"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// guard refuses, before a worker sees it, what no user may do by a statement, and what only a superuser may. The worker
// looks again at what DuckDB takes the statement for.
func (s *Session) guard(st *session.Statement) error {
	if st.Verb == sqltext.Explain {
		if inner, _ := st.Explained(); !explainable(inner) {
			return pgerror.New(pgerror.InsufficientPrivilege, "only queries can be explained")
		}
	}
	switch st.Verb {
	case sqltext.Pragma:
		return pgerror.New(pgerror.InsufficientPrivilege, "settings of the engine cannot be changed by a statement")
	case sqltext.Listen:
		return pgerror.Newf(pgerror.FeatureNotSupported, "%s is not supported", st.Tag(0))
	}
	if err := liveInView(st); err != nil {
		return err
	}
	if err := s.readOnly(st); err != nil {
		return err
	}
	if err := st.Bent(); err != nil {
		return err
	}
	if role, at := st.Authorization(); at > 0 {
		if err := s.mayOwn(role); err != nil {
			return err
		}
	}
	if err := systemCatalog(st); err != nil {
		return err
	}
	if err := refusedInLasting(st); err != nil {
		return err
	}
	if err := refusedAtCommit(st); err != nil {
		return err
	}
	if err := st.Unsafe(); err != nil || s.Superuser {
		return err
	}
	switch st.Verb {
	case sqltext.Attach, sqltext.Load:
		return pgerror.Newf(pgerror.InsufficientPrivilege, "permission denied: %s is for superusers", st.Tag(0))
	}
	return st.Refused()
}

// refusedAtCommit returns an error for what can't be done with a table ON COMMIT. DuckDB would ignore it where the table is made
// of a query.
func refusedAtCommit(st *session.Statement) error {
	switch what, on := st.OnCommit(); {
	case what != "" && st.Effect == sqltext.Create:
		return pgerror.New(pgerror.InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
	case what == "DELETE":
		return pgerror.New(pgerror.FeatureNotSupported, "ON COMMIT DELETE ROWS is not supported").
			WithHint("DELETE them before COMMIT.").At(int(st.Tokens[on].Start) + 1)
	}
	return nil
}

// ownDatabase is how the catalogs of gateways are called, of this version and of others, and their copies.
var ownDatabase = regexp.MustCompile(`^pg_[0-9a-f]{12}(_copy)?$`)

// systemCatalog refuses to touch the database that has DuckLake's catalog, and to change what is noted beside it or copied of it.
func systemCatalog(st *session.Statement) error {
	changes := st.Effect.Writes() || st.Verb == sqltext.Explain
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Word && t.Kind != sqltext.Quoted {
			continue
		}
		name := strings.ToLower(st.Name(i))
		if strings.HasPrefix(name, "__ducklake_metadata") || changes && (name == "pg_tavana" || ownDatabase.MatchString(name)) {
			return pgerror.Newf(pgerror.InsufficientPrivilege, "permission denied: %q is a system catalog", name).At(int(t.Start) + 1)
		}
	}
	return nil
}

// liveInView refuses a view over a live table: its rows travel with statements that name it.
func liveInView(st *session.Statement) error {
	if !st.Is(0, "CREATE") {
		return nil
	}
	view := false
	for i, t := range st.Tokens {
		view = view || i < 6 && st.IsAny(i, "VIEW", "MACRO", "FUNCTION")
		if !view || t.Kind != sqltext.Word && t.Kind != sqltext.Quoted {
			continue
		}
		if _, live := liveAt(st, i); live {
			return pgerror.Newf(pgerror.FeatureNotSupported, "%s cannot be used in a view", st.Name(i)).At(int(t.Start) + 1)
		}
	}
	return nil
}

// readOnly returns an error (25006) for a statement that writes in a read-only transaction. Temporary tables may be written.
func (s *Session) readOnly(st *session.Statement) error {
	if !st.Effect.WritesLasting() {
		return nil
	}
	name := "transaction_read_only"
	if !s.InBlock() {
		name = "default_transaction_read_only"
	}
	if v, _ := s.Settings.Get(name); v != "on" {
		return nil
	}
	switch st.Effect {
	case sqltext.Insert, sqltext.Update, sqltext.Delete, sqltext.Merge, sqltext.Copy, sqltext.Truncate:
		if s.pin != nil && s.pin.keep {
			return nil // the table may be a temporary one
		}
	}
	verb, _, _ := strings.Cut(st.Tag(0), " 0")
	return pgerror.Newf(pgerror.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", verb)
}

// explainable tells whether EXPLAIN takes the statement. EXPLAIN ANALYZE runs what it explains, and DuckDB explains
// anything, settings and COPY included.
func explainable(v sqltext.Verb) bool {
	switch v {
	case sqltext.Select, sqltext.Insert, sqltext.Update, sqltext.Delete, sqltext.Merge, sqltext.CreateTemp, sqltext.Create, sqltext.Describe:
		return true
	}
	return false
}
