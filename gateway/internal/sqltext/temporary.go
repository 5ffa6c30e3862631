package sqltext

import "strings"

// MadeTemporary returns the name that a CREATE of something temporary gives it; "" where that can't be told.
func (s *Statement) MadeTemporary() string {
	if s.IsAny(0, "SELECT", "WITH") {
		for i := range s.Tokens {
			if s.Is(i, "INTO") {
				return s.nameAfter(i+1, "TEMP", "TEMPORARY", "TABLE", "LOCAL")
			}
		}
		return ""
	}
	return s.nameAfter(1, "OR", "REPLACE", "LOCAL", "GLOBAL", "TEMP", "TEMPORARY", "RECURSIVE", "TABLE", "VIEW", "MACRO", "FUNCTION", "SEQUENCE", "TYPE",
		"IF", "NOT", "EXISTS")
}

// NewTemporaryTable returns the name of the table that the statement, which makes something temporary, makes where there was
// none; "" where it makes anything else, or there may have been one.
func (s *Statement) NewTemporaryTable() string {
	if s.IsAny(0, "SELECT", "WITH") {
		return s.MadeTemporary() // … INTO
	}
	i := 1
	for s.IsAny(i, "LOCAL", "GLOBAL", "TEMP", "TEMPORARY") {
		i++
	}
	if !s.Is(0, "CREATE") || !s.Is(i, "TABLE") || s.Is(i+1, "IF") {
		return ""
	}
	return s.MadeTemporary()
}

// Changed returns the table that an INSERT, UPDATE, DELETE, MERGE or TRUNCATE changes, where it has no schema; "" otherwise.
func (s *Statement) Changed() string {
	i := 1
	switch {
	case s.IsAny(0, "INSERT", "MERGE") && s.Is(1, "INTO"), s.Is(0, "DELETE") && s.Is(1, "FROM"), s.Is(0, "TRUNCATE") && s.Is(1, "TABLE"):
		i = 2
	case !s.IsAny(0, "UPDATE", "TRUNCATE"):
		return ""
	}
	if s.Is(i, "ONLY") {
		i++
	}
	if s.Is(i+1, ".") {
		return ""
	}
	return s.Name(i)
}

// OnCommit returns what a CREATE TABLE says is to be done with the table ON COMMIT (DROP, DELETE, PRESERVE), and the index of ON;
// "" where it says nothing.
func (s *Statement) OnCommit() (what string, on int) {
	if !s.Is(0, "CREATE") {
		return "", 0
	}
	for i := 1; i < len(s.Tokens) && !s.Is(i, "AS"); i++ {
		if s.Is(i, "(") {
			i = s.afterParens(i) - 1
		} else if s.Is(i, "ON") && s.Is(i+1, "COMMIT") && s.IsAny(i+2, "DROP", "DELETE", "PRESERVE") {
			return strings.ToUpper(s.Raw(i + 2)), i
		}
	}
	return "", 0
}

// onCommit leaves ON COMMIT DROP out, which the gateway does.
func (w *rewrite) onCommit(i int) {
	if !w.Is(i+1, "COMMIT") {
		return
	}
	if what, on := w.OnCommit(); what == "DROP" && on == i {
		w.drop(i, i+3)
	}
}

// nameAfter returns the last part of the name that follows the words from token i on.
func (s *Statement) nameAfter(i int, words ...string) string {
	for s.IsAny(i, words...) && i < len(s.Tokens) {
		i++
	}
	for s.Is(i+1, ".") {
		i += 2
	}
	return s.Name(i)
}
