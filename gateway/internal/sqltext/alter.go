package sqltext

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Alterations returns what an ALTER TABLE of several actions stands for: a statement for each, in the order in which
// PostgreSQL takes them. Positions in them are those in s. Nothing: s has one action, or is another statement.
func (s *Statement) Alterations() ([]Statement, error) {
	o, head := s.altered()
	if o.Name == "" || !s.Is(1, "TABLE") {
		return nil, nil
	}
	if s.Is(head, "*") {
		head++
	}
	var list []Statement
	for _, a := range s.listed(head) {
		if a.first == a.end {
			return nil, s.SyntaxErrorAt(a.end)
		}
		if a.end-a.first == len(s.Tokens)-head {
			return nil, nil
		}
		if s.Is(a.first, "RENAME") { // which stands alone, as its own statement
			if a.first == head {
				return nil, s.SyntaxErrorAt(a.end)
			}
			return nil, s.SyntaxErrorAt(a.first)
		}
		one, err := s.only(head, a.first, a.end, "")
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b Statement) int { return a.pass(head) - b.pass(head) })
	return list, nil
}

// listed divides the tokens from first on at the commas that stand in no parentheses.
func (s *Statement) listed(first int) []struct{ first, end int } {
	var list []struct{ first, end int }
	depth := 0
	for i := first; i <= len(s.Tokens); i++ {
		switch {
		case s.IsAny(i, "(", "[", "{"):
			depth++
		case s.IsAny(i, ")", "]", "}"):
			depth--
		}
		if i == len(s.Tokens) || depth == 0 && s.Is(i, ",") {
			list = append(list, struct{ first, end int }{first, i})
			first = i + 1
		}
	}
	return list
}

// only returns the statement of the tokens before head and those from first to end, with as many spaces between as
// characters are left out, and of tail.
func (s *Statement) only(head, first, end int, tail string) (Statement, error) {
	from, to := s.Tokens[head-1].End, s.Tokens[first].Start
	text := s.Text[:from] + strings.Repeat(" ", utf8.RuneCountInString(s.Text[from:to])) + s.Text[to:s.Tokens[end-1].End] + tail
	list, err := Split(text)
	if err != nil {
		return Statement{}, err
	}
	list[0].Chars = s.Chars
	return list[0], nil
}

// pass is when PostgreSQL takes an ALTER TABLE's action, which stands at token i: it drops, changes types, adds columns, and does the rest.
func (s *Statement) pass(i int) int {
	column := s.Is(i, "ALTER")
	if column {
		if i++; s.Is(i, "COLUMN") {
			i++
		}
		i++ // the column's name
	}
	switch {
	case s.Is(i, "DROP"):
		return 0
	case column && (s.Is(i, "TYPE") || s.Is(i, "SET") && s.Is(i+1, "DATA")):
		return 1
	case !column && s.Is(i, "ADD") && !s.addsConstraint(i+1):
		return 2
	}
	return 3
}

func (s *Statement) addsConstraint(i int) bool {
	return s.IsAny(i, "CONSTRAINT", "UNIQUE", "CHECK", "EXCLUDE") || s.IsAny(i, "PRIMARY", "FOREIGN") && s.Is(i+1, "KEY")
}

// OfView returns an ALTER TABLE … RENAME TO as ALTER VIEW, which DuckDB wants for views; ok is false for another statement.
func (s *Statement) OfView() (view Statement, ok bool) {
	_, column, to := s.Renamed()
	if !s.Is(1, "TABLE") || column != "" || to == "" {
		return Statement{}, false
	}
	list, err := Split(s.replace([]replacement{{1, 2, "VIEW "}}).Text)
	if err != nil || len(list) != 1 {
		return Statement{}, false
	}
	list[0].Chars = s.Chars
	return list[0], true
}
