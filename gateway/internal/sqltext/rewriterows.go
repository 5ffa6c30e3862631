package sqltext

import (
	"slices"
	"strconv"
	"strings"
)

// rowsCall is a call of a function that returns rows, in the list of a SELECT that has GROUP BY. PostgreSQL makes the rows before
// it groups; DuckDB does not, and refuses. So they are made in FROM.
type rowsCall struct {
	from, to      int // its tokens
	tail          int // behind the tokens of FROM
	group, theEnd int // those of GROUP BY and what follows
}

// groupedRows notes one at token i.
func (w *rewrite) groupedRows(i int) {
	const calls, most = 100, 1 << 20 // tokens looked at, as in jsonb: more would cost the square of their number
	end := w.afterParens(i + 1)
	if len(w.rows) == calls || w.lookedRows > most || !w.Is(end-1, ")") || !w.hasGroups() {
		return
	}
	at := w.selectOf(i)
	w.lookedRows += i - max(at, 0)
	if at < 0 {
		return
	}
	c := rowsCall{from: i, to: end}
	from := 0
	for c.theEnd = at + 1; c.theEnd < len(w.Tokens) && !w.IsAny(c.theEnd, ")", "]", ";", "UNION", "INTERSECT", "EXCEPT"); c.theEnd++ {
		switch j := c.theEnd; {
		case w.IsAny(j, "(", "[", "{"):
			c.theEnd = w.closing(j)
		case from == 0 && w.Is(j, "FROM") && !w.IsAny(j-1, "DISTINCT", "."):
			from = j
		case from > 0 && c.tail == 0 && w.IsAny(j, "WHERE", "GROUP"):
			c.tail = j
		}
		if c.group == 0 && w.Is(c.theEnd, "GROUP") && w.Is(c.theEnd+1, "BY") {
			c.group = c.theEnd
		}
	}
	w.lookedRows += c.theEnd - at
	if c.tail > i && c.group >= c.tail && w.isGrouped(&c, at) {
		w.rows = append(w.rows, c)
	}
}

// isGrouped tells whether GROUP BY names the call, or the item that it is in of the list behind the SELECT at token at, by its
// number or by an alias that can be no column's: what is not grouped by is made behind the groups.
func (s *Statement) isGrouped(c *rowsCall, at int) bool {
	number, alias := 0, ""
	for n, j := 1, at+1; ; n++ {
		end := s.itemEnd(j)
		if s.Is(end-1, "*") && (end == j+1 || s.Is(end-2, ".")) {
			return false // the rows would be columns of it
		}
		if j <= c.from && c.from < end {
			number = n
			if last := end - 1; last >= c.to && s.Name(last) != "" && (s.Is(last-1, "AS") || s.endsOperand(last-1)) {
				alias = s.Name(last)
			}
		}
		if !s.Is(end, ",") {
			break
		}
		j = end + 1
	}
	for i := c.from; i < c.to; i++ {
		if s.Name(i) == alias {
			alias = ""
		}
	}
	for j := c.group + 2; j < c.theEnd; {
		end := s.itemEnd(j)
		if end == j+1 && (s.Raw(j) == strconv.Itoa(number) || alias != "" && s.Name(j) == alias) {
			return true
		}
		for i := j; i+c.to-c.from <= end; i++ {
			if s.alike(i, c.from, c.to) {
				return true
			}
		}
		if !s.Is(end, ",") {
			break
		}
		j = end + 1
	}
	return false
}

// hasGroups tells whether the statement has a GROUP BY.
func (w *rewrite) hasGroups() bool {
	if w.groups == 0 {
		w.groups = -1
		for i := range w.Tokens {
			if w.Is(i, "GROUP") && w.Is(i+1, "BY") {
				w.groups = i
				break
			}
		}
	}
	return w.groups > 0
}

// selectOf returns the token of the SELECT in whose list token i is, outside of a subquery; -1: in none.
func (s *Statement) selectOf(i int) int {
	for i--; i >= 0; i-- {
		switch {
		case s.Is(i, "SELECT"):
			return i
		case s.IsAny(i, ")", "]"):
			if i = s.opening(i); i < 0 {
				return -1
			}
		case s.Is(i, "(") && s.takesList(i-1), s.IsAny(i, "FROM", "WHERE", "ON", "BY", "HAVING", "VALUES", "LIMIT", "OFFSET", "SET", "RETURNING") && !s.isOperandFrom(i):
			return -1
		}
	}
	return -1
}

// moveRows moves the calls, one of each SELECT, when all else is rewritten: several would be rows beside each other.
func (w *rewrite) moveRows() {
	for n := len(w.rows) - 1; n >= 0; n-- { // what is inside another first
		c := w.rows[n]
		others := slices.ContainsFunc(w.rows, func(o rowsCall) bool { return o.group == c.group && o.from != c.from })
		around := w.before[c.from] + w.behind[c.to-1]
		if others || strings.Count(around, "(") != strings.Count(around, ")") { // what is put around it goes on
			continue
		}
		text := w.renderedAll(c.from, c.to)
		for j := c.group + 2; j+c.to-c.from <= c.theEnd; j++ {
			if w.alike(j, c.from, c.to) {
				w.moved(j, j+c.to-c.from)
			}
		}
		w.moved(c.from, c.to)
		w.append(c.tail-1, ", (SELECT "+text+" AS tavana_row) AS tavana_rows")
	}
}

// alike tells whether the tokens from j on are written as those from from to end.
func (s *Statement) alike(j, from, end int) bool {
	for i := from; i < end; i, j = i+1, j+1 {
		if !strings.EqualFold(s.Raw(i), s.Raw(j)) {
			return false
		}
	}
	return true
}

// moved writes the column of a call's rows in its place.
func (w *rewrite) moved(from, end int) {
	w.erase(from, end)
	delete(w.behind, end-1)
	w.put(from, "tavana_rows.tavana_row")
}
