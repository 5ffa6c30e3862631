package sqltext

import (
	"regexp"
	"strings"
)

// arrays makes arrays of what stands beside the || of an array, as their texts show: an element, or a literal. The operands go
// from start to token i and behind it to end.
func (w *rewrite) arrays(start, i, end int) {
	first := w.firstChain(start, i)
	before, behind := first > 0 && w.isArray(start, first), w.isArray(i+1, end)
	if start = w.primaryStart(i - 1); !before {
		before = w.isArray(start, i)
	}
	switch {
	case before == behind:
	case before && w.isElement(i+1, end):
		w.wrap(i+1, end, "[", "]")
	case behind && w.isElement(start, i):
		w.wrap(start, i, "[", "]")
	default:
		if end == i+2 {
			w.numberList(i + 1)
		}
		if start == i-1 {
			w.numberList(start)
		}
	}
}

// contained writes the literals of arrays beside @> and <@ as texts that DuckDB reads as a list of the other side's type.
func (w *rewrite) contained(start, i, next, end int) {
	for _, at := range []int{start, next} {
		if at == start && start != i-1 || at == next && end != next+1 || w.Tokens[at].Kind != String {
			continue
		}
		w.listLiteral(at)
		if list := w.instead[at]; list != "" && !strings.Contains(list, "''") && !strings.Contains(list, `\`) { // which such a text writes otherwise
			w.put(at, Quote(list))
		}
	}
}

var quotedNumbers = regexp.MustCompile(`^\['-?\d+'(, '-?\d+')*\]$`)

// numberList is listLiteral where nothing else tells the type of the elements: whole numbers are those.
func (w *rewrite) numberList(at int) {
	w.listLiteral(at)
	if list := w.instead[at]; quotedNumbers.MatchString(list) {
		w.put(at, strings.ReplaceAll(list, "'", ""))
	}
}

// isArray tells whether tokens from start to end are an array by their text: ARRAY[…], a cast to one, or a column that is
// named so in a recursive query.
func (w *rewrite) isArray(start, end int) bool {
	s := w.Statement
	return w.isArrayColumn(start, end) || s.Is(start, "ARRAY") && s.IsAny(start+1, "[", "(") && s.closing(start+1) == end-1 || s.Is(end-1, "]") && s.Is(end-2, "[") && s.lastCast(start, end) > start
}

// isElement tells whether tokens from start to end are no array by their text: a number, NULL with its type, a cast to no array, or a
// literal that is none.
func (w *rewrite) isElement(start, end int) bool {
	s := w.Statement
	if s.Is(1, "RECURSIVE") && s.onlyNames(start, end) {
		return !w.isArrayColumn(start, end)
	}
	if end == start+1 {
		switch s.Tokens[start].Kind {
		case Number:
			return true
		case String:
			return !strings.HasPrefix(strings.TrimSpace(Unquote(s.Raw(start))), "{")
		}
		return false
	}
	return s.lastCast(start, end) > start && !s.Is(end-1, "]")
}

// isArrayColumn tells whether tokens from start to end are a column of a recursive query's that begins as ARRAY[…], as the path to a row does.
func (w *rewrite) isArrayColumn(start, end int) bool {
	if !w.Is(1, "RECURSIVE") || !w.onlyNames(start, end) {
		return false
	}
	if w.arrayColumns == nil {
		w.findArrayColumns()
	}
	return w.arrayColumns[w.Name(end-1)]
}

func (w *rewrite) findArrayColumns() {
	w.arrayColumns = map[string]bool{}
	for i := range w.Tokens {
		if !w.Is(i, "SELECT") {
			continue
		}
		var columns []string // of WITH name (columns) AS (SELECT …
		if open := i - 3; w.Is(i-1, "(") && w.Is(i-2, "AS") && w.Is(open, ")") {
			if open = w.opening(open); open > 0 {
				for j := open + 1; j < i-3; j += 2 {
					columns = append(columns, w.Name(j))
				}
			}
		}
		for n, at := 0, w.afterDistinct(i+1); ; n++ {
			end := w.itemEnd(at)
			if w.Is(at, "ARRAY") && w.Is(at+1, "[") {
				if n < len(columns) {
					w.arrayColumns[columns[n]] = true
				}
				if w.Name(end-1) != "" {
					w.arrayColumns[w.Name(end-1)] = true
				}
			}
			if end == at || !w.Is(end, ",") {
				break
			}
			at = end + 1
		}
	}
}

// coalesceArray reads the last argument of a coalesce as an array where the first is one as its text shows:
// coalesce(array_agg(a) FILTER (WHERE b), '{}').
func (w *rewrite) coalesceArray(i int) {
	last, end := w.afterParens(i+1)-2, 0
	switch {
	case !w.Is(i+1, "("):
	case w.Is(i+2, "array_agg") && w.Is(i+3, "("):
		end = w.afterOver(w.afterParens(i + 3))
	case w.Is(i+2, "ARRAY") && w.Is(i+3, "["):
		end = w.closing(i+3) + 1
	}
	if end > 0 && w.Is(end, ",") && last > end && w.Is(last-1, ",") {
		if w.listLiteral(last); w.instead[last] != "" {
			w.put(last, Quote(w.instead[last])) // of no type yet
		}
	}
}
