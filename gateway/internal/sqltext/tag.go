package sqltext

import (
	"strconv"
	"strings"
)

func count(word string, n uint64) string { return word + " " + strconv.FormatUint(n, 10) }

func (s *Statement) word(i int) string { return strings.ToUpper(s.Raw(i)) }

// objectTag is the tag of CREATE, DROP and ALTER: the verb and the kind of object. CREATE TABLE AS has a count, as in
// PostgreSQL.
func (s *Statement) objectTag(rows uint64) string {
	if s.IsAny(0, "SELECT", "WITH") { // SELECT INTO
		return count("SELECT", rows)
	}
	i := 1
	for s.IsAny(i, "OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "UNIQUE", "RECURSIVE") {
		i++
	}
	kind := s.word(i)
	if kind == "MATERIALIZED" {
		kind += " VIEW"
	}
	if s.Is(0, "CREATE") && kind == "TABLE" && s.isTableAs(i+1) {
		return count("SELECT", rows)
	}
	return s.word(0) + " " + kind
}

// isTableAs tells whether the CREATE TABLE whose name begins at i has an AS outside parentheses.
func (s *Statement) isTableAs(i int) bool {
	depth := 0
	for ; i < len(s.Tokens); i++ {
		switch {
		case s.Is(i, "("):
			depth++
		case s.Is(i, ")"):
			depth--
		case depth == 0 && s.Is(i, "AS"):
			return true
		}
	}
	return false
}
