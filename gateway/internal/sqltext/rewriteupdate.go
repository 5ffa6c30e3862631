package sqltext

import "strings"

// setColumns writes SET (a, b) = (SELECT x, y FROM …), for whose list DuckDB wants one value, as a query for each column.
func (w *rewrite) setColumns(i int) {
	names, next, ok := w.Arguments(i + 1)
	if !ok || !w.Is(next, "=") || !w.Is(next+1, "(") || !w.Is(next+2, "SELECT") || w.Is(next+3, "DISTINCT") {
		return
	}
	list, end := next+3, w.closing(next+1)
	var items [][2]int // from, to
	at := list
	for {
		to := w.itemEnd(at)
		if items = append(items, [2]int{at, to}); !w.Is(to, ",") {
			break
		}
		at = to + 1
	}
	rest := items[len(items)-1][1]
	if len(items) != len(names) || !w.Is(end, ")") || rest > end {
		return
	}
	for j := rest; j < end; j++ {
		switch {
		case w.IsAny(j, "(", "["):
			j = w.closing(j)
		case w.IsAny(j, "ORDER", "LIMIT", "OFFSET", "FETCH", "GROUP", "UNION", "INTERSECT", "EXCEPT"): // the queries might find different rows
			return
		}
	}
	for _, item := range items {
		if item[0] == item[1] || w.Is(item[1]-1, "*") {
			return
		}
	}
	w.later = append(w.later, later{i, end, func() {
		from := w.renderedAll(rest, end)
		set := make([]string, len(names))
		for n, item := range items {
			set[n] = names[n].Text + " = (SELECT " + w.renderedAll(item[0], item[1]) + " " + from + ")"
		}
		w.erase(i+1, end+1)
		w.put(i+1, strings.Join(set, ", "))
	}})
}
