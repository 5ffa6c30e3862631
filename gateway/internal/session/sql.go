package session

import (
	"strings"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Answer is what a statement that the session answers by itself has for its client: text columns and the command's tag.
type Answer struct {
	Columns []string
	Rows    [][]string
	Tag     string
	// Notices for the client, each with its severity's code.
	Notices []*pgerror.Error
	// Unpin: what the session has at a worker is to be given up.
	Unpin bool
}

// Columns returns the result columns of a statement that the session answers; nil where it returns no rows.
func (s *Session) Columns(st *sqltext.Statement, v sqltext.Verb) ([]string, error) {
	if v != sqltext.Show {
		return nil, nil
	}
	name := showName(st)
	if name == "all" {
		return []string{"name", "setting", "description"}, nil
	}
	if _, err := s.Settings.Get(name); err != nil {
		return nil, err
	}
	if p := parameters[name]; p != nil {
		return []string{p.name}, nil
	}
	return []string{name}, nil
}

// Answers tells whether Answer handles the statement. SHOW TABLES and its kin are DuckDB's.
func Answers(st *sqltext.Statement, v sqltext.Verb) bool {
	switch v {
	case sqltext.Show:
		return !st.IsAny(1, "TABLES", "DATABASES", "SCHEMAS") && !(st.Is(1, "ALL") && st.Is(2, "TABLES"))
	case sqltext.Set, sqltext.Reset, sqltext.Discard, sqltext.Deallocate, sqltext.Close, sqltext.Vacuum:
		return true
	case sqltext.Listen:
		return st.Is(0, "UNLISTEN")
	}
	return false
}

// Answer runs SET, RESET, SHOW, DISCARD, DEALLOCATE and CLOSE, and VACUUM and ANALYZE, for which there is nothing to do.
func (s *Session) Answer(st *sqltext.Statement, v sqltext.Verb) (*Answer, error) {
	switch v {
	case sqltext.Set:
		return s.set(st)
	case sqltext.Reset:
		return s.reset(st)
	case sqltext.Vacuum:
		if st.Is(0, "VACUUM") && s.InBlock() && !s.Implicit() {
			return nil, pgerror.New(pgerror.ActiveSQLTransaction, "VACUUM cannot run inside a transaction block")
		}
		return &Answer{Tag: st.Tag(0)}, nil
	case sqltext.Show:
		return s.show(st)
	case sqltext.Discard:
		return s.discard(st)
	case sqltext.Close:
		return s.closeCursor(st)
	case sqltext.Listen: // nobody can listen
		return &Answer{Tag: "UNLISTEN"}, nil
	}
	return s.deallocate(st)
}

func (s *Session) set(st *sqltext.Statement) (*Answer, error) {
	a := &Answer{Tag: "SET"}
	i, local := 1, false
	switch {
	case st.Is(i, "LOCAL"):
		i, local = i+1, true
		if !s.InBlock() || s.implicit {
			a.Notices = append(a.Notices, pgerror.New(pgerror.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks"))
		}
	case st.Is(i, "SESSION") && !st.IsAny(i+1, "CHARACTERISTICS", "AUTHORIZATION"):
		i++
	}
	switch {
	case st.Is(i, "TIME") && st.Is(i+1, "ZONE"):
		v, err := valueFrom(st, i+2)
		if err != nil {
			return nil, err
		}
		if v == "" || strings.EqualFold(v, "local") || strings.EqualFold(v, "default") {
			return a, s.Settings.Reset("timezone", local)
		}
		return a, s.Settings.Set("timezone", v, local)
	case st.Is(i, "NAMES"):
		v, err := valueFrom(st, i+1)
		if err != nil {
			return nil, err
		}
		return a, s.Settings.Set("client_encoding", v, local)
	case st.Is(i, "TRANSACTION"), st.Is(i, "SESSION") && st.Is(i+1, "CHARACTERISTICS"):
		return a, s.setTransaction(st, i)
	case st.Is(i, "CONSTRAINTS"):
		return &Answer{Tag: "SET CONSTRAINTS"}, nil
	case st.Is(i, "SESSION"): // AUTHORIZATION
		return a, s.setUser(st, i+2)
	case st.Is(i, "ROLE") && !st.IsAny(i+1, "=", "TO"):
		v, err := roleName(st, i+1)
		if err != nil {
			return nil, err
		}
		return a, s.Settings.Set("role", v, local)
	}
	name, j := settingName(st, i)
	if name == "" || !st.IsAny(j, "=", "TO") {
		return nil, st.SyntaxErrorAt(j)
	}
	if st.Is(j+1, "DEFAULT") && len(st.Tokens) == j+2 {
		return a, s.Settings.Reset(name, local)
	}
	v, err := valueFrom(st, j+1)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(name, "search_path") && len(st.Tokens) == j+2 && st.Tokens[j+1].Kind == sqltext.Quoted {
		v = st.Raw(j + 1) // one name that needs its quotes
	}
	return a, s.Settings.Set(name, v, local)
}

// setUser reads SET SESSION AUTHORIZATION from the token of the user, who must be the session's own.
func (s *Session) setUser(st *sqltext.Statement, i int) error {
	name, err := roleName(st, i)
	if err == nil && name != s.User && !st.Is(i, "DEFAULT") {
		return errRole
	}
	return err
}

// roleName reads the name at token i, the last one.
func roleName(st *sqltext.Statement, i int) (string, error) {
	if len(st.Tokens) != i+1 {
		return "", st.SyntaxErrorAt(min(i+1, len(st.Tokens)))
	}
	if name := st.Name(i); name != "" {
		return name, nil
	}
	v, ok := st.Literal(i)
	if !ok {
		return "", st.SyntaxErrorAt(i)
	}
	return v, nil
}

// setTransaction reads SET TRANSACTION and SET SESSION CHARACTERISTICS AS TRANSACTION from token i.
func (s *Session) setTransaction(st *sqltext.Statement, i int) error {
	prefix, local := "", true
	if st.Is(i, "SESSION") {
		if !st.Is(i+2, "AS") || !st.Is(i+3, "TRANSACTION") {
			return st.SyntaxErrorAt(i + 2)
		}
		i, prefix, local = i+3, "default_", false
	}
	return transactionModes(st, i+1, func(name, value string) error {
		return s.Settings.Set(prefix+name, value, local)
	})
}

// BeginModes applies the modes of BEGIN and START TRANSACTION to the block that has just begun.
func (s *Session) BeginModes(st *sqltext.Statement) error {
	i := 1
	if st.IsAny(i, "TRANSACTION", "WORK") {
		i++
	}
	return transactionModes(st, i, func(name, value string) error { return s.Settings.Set(name, value, true) })
}

// transactionModes calls set for each of the modes from token i: ISOLATION LEVEL …, READ ONLY, DEFERRABLE.
func transactionModes(st *sqltext.Statement, i int, set func(name, value string) error) error {
	for i < len(st.Tokens) {
		var err error
		switch {
		case st.Is(i, ","):
			i++
		case st.Is(i, "ISOLATION") && st.Is(i+1, "LEVEL"):
			level := strings.ToLower(st.Raw(i + 2))
			i += 3
			if level == "read" || level == "repeatable" {
				level += " " + strings.ToLower(st.Raw(i))
				i++
			}
			if _, bad := checkIsolation(level); bad != nil {
				return st.SyntaxErrorAt(i - 1)
			}
			err = set("transaction_isolation", level)
		case st.Is(i, "READ") && st.IsAny(i+1, "ONLY", "WRITE"):
			err = set("transaction_read_only", onOff(st.Is(i+1, "ONLY")))
			i += 2
		case st.Is(i, "NOT") && st.Is(i+1, "DEFERRABLE"):
			err = set("transaction_deferrable", "off")
			i += 2
		case st.Is(i, "DEFERRABLE"):
			err = set("transaction_deferrable", "on")
			i++
		default:
			return st.SyntaxErrorAt(i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) reset(st *sqltext.Statement) (*Answer, error) {
	a := &Answer{Tag: "RESET"}
	switch {
	case st.Is(1, "ALL") && len(st.Tokens) == 2:
		s.Settings.ResetAll()
		return a, nil
	case st.Is(1, "TIME") && st.Is(2, "ZONE"):
		return a, s.Settings.Reset("timezone", false)
	case st.Is(1, "SESSION") && st.Is(2, "AUTHORIZATION"):
		return a, nil
	}
	name, j := settingName(st, 1)
	if name == "" || j != len(st.Tokens) {
		return nil, st.SyntaxErrorAt(j)
	}
	return a, s.Settings.Reset(name, false)
}

func (s *Session) show(st *sqltext.Statement) (*Answer, error) {
	cols, err := s.Columns(st, sqltext.Show)
	if err != nil {
		return nil, err
	}
	a := &Answer{Columns: cols, Tag: "SHOW"}
	name := showName(st)
	if name == "all" {
		s.Settings.All(func(name, value, help string) { a.Rows = append(a.Rows, []string{name, value, help}) })
		return a, nil
	}
	v, err := s.Settings.Get(name)
	a.Rows = [][]string{{v}}
	return a, err
}

// showName returns the parameter of a SHOW in lower case.
func showName(st *sqltext.Statement) string {
	switch {
	case st.Is(1, "TIME") && st.Is(2, "ZONE"):
		return "timezone"
	case st.Is(1, "TRANSACTION") && st.Is(2, "ISOLATION"):
		return "transaction_isolation"
	case st.Is(1, "SESSION") && st.Is(2, "AUTHORIZATION"):
		return "session_authorization"
	}
	name, _ := settingName(st, 1)
	return strings.ToLower(name)
}

func (s *Session) discard(st *sqltext.Statement) (*Answer, error) {
	a := &Answer{Tag: "DISCARD " + strings.ToUpper(st.Raw(1))}
	switch {
	case st.Is(1, "ALL"):
		if s.InBlock() {
			return nil, pgerror.New(pgerror.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.Settings.ResetAll()
		s.CloseStatements()
		s.ClosePortals()
		a.Unpin = true
	case st.IsAny(1, "TEMP", "TEMPORARY"):
		if s.InBlock() {
			return nil, pgerror.New(pgerror.FeatureNotSupported, "DISCARD TEMP is not supported inside a transaction block")
		}
		a.Unpin = true
	case st.IsAny(1, "PLANS", "SEQUENCES"):
	default:
		return nil, st.SyntaxErrorAt(1)
	}
	return a, nil
}

func (s *Session) closeCursor(st *sqltext.Statement) (*Answer, error) {
	name, all, err := st.Closing()
	if err != nil {
		return nil, err
	}
	if all {
		s.Portals(func(name string, _ *Portal) { s.ClosePortal(name) })
		return &Answer{Tag: "CLOSE CURSOR ALL"}, nil
	}
	if _, err := s.CursorNamed(name); err != nil {
		return nil, err
	}
	s.ClosePortal(name)
	return &Answer{Tag: "CLOSE CURSOR"}, nil
}

func (s *Session) deallocate(st *sqltext.Statement) (*Answer, error) {
	i := 1
	if st.Is(i, "PREPARE") {
		i++
	}
	if st.Is(i, "ALL") {
		for name := range s.statements {
			if name != "" {
				s.CloseStatement(name)
			}
		}
		return &Answer{Tag: "DEALLOCATE ALL"}, nil
	}
	name := st.Name(i)
	if name == "" {
		return nil, st.SyntaxErrorAt(i)
	}
	if _, err := s.StatementNamed(name); err != nil {
		return nil, err
	}
	s.CloseStatement(name)
	return &Answer{Tag: "DEALLOCATE"}, nil
}

// settingName reads a parameter's name, perhaps with a dot, and returns the index after it.
func settingName(st *sqltext.Statement, i int) (string, int) {
	name := st.Name(i)
	i++
	for name != "" && st.Is(i, ".") {
		name += "." + st.Name(i+1)
		i += 2
	}
	return name, i
}

// valueFrom reads the value of a SET from token i to the end: literals with commas between. In a list quoted names keep
// their quotes, which search_path needs.
func valueFrom(st *sqltext.Statement, i int) (string, error) {
	var parts []string
	for first := i; i < len(st.Tokens); i++ {
		if i > first {
			if !st.Is(i, ",") {
				return "", st.SyntaxErrorAt(i)
			}
			i++
		}
		sign := ""
		if st.IsAny(i, "-", "+") {
			sign = strings.TrimPrefix(st.Raw(i), "+")
			i++
		}
		v, ok := st.Literal(i)
		if !ok {
			return "", st.SyntaxErrorAt(i)
		}
		if st.Tokens[i].Kind == sqltext.Quoted && (i > first || i+1 < len(st.Tokens)) {
			v = st.Raw(i)
		}
		parts = append(parts, sign+v)
	}
	if len(parts) == 0 {
		return "", st.SyntaxErrorAt(i)
	}
	return strings.Join(parts, ", "), nil
}
