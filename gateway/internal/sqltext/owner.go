package sqltext

import "strings"

// OwnerChange is an ALTER … OWNER TO. Role is "" where the statement says CURRENT_USER or its kin.
type OwnerChange struct {
	// Kind is the kind of object in upper case: TABLE, VIEW, SCHEMA, DATABASE …
	Kind     string
	Object   Object
	IfExists bool
	Role     string
}

// OwnerChange returns what an ALTER … OWNER TO says; nil: it is another statement.
func (s *Statement) OwnerChange() *OwnerChange {
	if !s.Is(0, "ALTER") {
		return nil
	}
	i := 1
	if s.Is(i, "MATERIALIZED") || s.Is(i, "FOREIGN") {
		i++
	}
	if !s.IsAny(i, "TABLE", "VIEW", "SEQUENCE", "INDEX", "SCHEMA", "DATABASE") {
		return nil
	}
	c := &OwnerChange{Kind: s.word(i)}
	if i++; s.Is(i, "IF") && s.Is(i+1, "EXISTS") {
		i, c.IfExists = i+2, true
	}
	if s.Is(i, "ONLY") {
		i++
	}
	c.Object, i = s.object(i)
	if c.Object.Name == "" || !s.Is(i, "OWNER") || !s.Is(i+1, "TO") || len(s.Tokens) != i+3 {
		return nil
	}
	c.Role = s.role(i + 2)
	return c
}

// Authorization returns the role for which a CREATE SCHEMA makes its schema, "" for CURRENT_USER and its kin, and the token that
// names it; 0: the statement names none.
func (s *Statement) Authorization() (role string, at int) {
	if !s.Is(0, "CREATE") || !s.Is(1, "SCHEMA") {
		return "", 0
	}
	for at = 2; at < min(7, len(s.Tokens)-1); at++ {
		if s.Is(at, "AUTHORIZATION") {
			return s.role(at + 1), at + 1
		}
	}
	return "", 0
}

// role returns the role at token i; "" for the user.
func (s *Statement) role(i int) string {
	if s.IsAny(i, "CURRENT_USER", "SESSION_USER", "CURRENT_ROLE") {
		return ""
	}
	return s.Name(i)
}

// authorization leaves AUTHORIZATION out of a CREATE SCHEMA; the role is the schema's name where there is no other.
func (w *rewrite) authorization(i int) {
	role, at := w.Authorization()
	if at != i+1 || w.r.Value == nil {
		return
	}
	w.drop(i, i+2)
	if w.IsAny(i-1, "SCHEMA", "EXISTS") {
		if user, ok := w.r.Value("current_user"); ok && role == "" {
			role = Unquote(user)
		}
		w.put(i, `"`+strings.ReplaceAll(role, `"`, `""`)+`"`)
	}
}
