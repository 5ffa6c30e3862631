package sqltext

import (
	"slices"
	"strings"
)

// systemColumns are the columns that each table of PostgreSQL has and no * shows, as SQL: the catalog's rows are as old as the
// database. {relation} is the relation's name in quotes, {catalog} the catalog.
var systemColumns = map[string]string{
	"tableoid": "{catalog}.tavana_relation('pg_catalog', {relation})::" + OIDType,
	"xmin":     "1::BIGINT", "xmax": "0::BIGINT", "cmin": "0::BIGINT", "cmax": "0::BIGINT",
}

// systemColumn is one that a statement names, of a relation; "": of any.
type systemColumn struct{ relation, name string }

// systemColumn notes a system column at token i, which is called name.
func (w *rewrite) systemColumn(i int, name string) {
	if _, ok := systemColumns[name]; !ok || w.r.Catalog == "" || w.Is(i+1, "(") || w.Is(i-1, "AS") {
		return
	}
	c := systemColumn{name: name}
	if w.Is(i-1, ".") {
		c.relation = w.Name(i - 2)
	}
	w.system = append(w.system, c)
}

// systemColumns gives the catalog's relations the system columns that the statement names, by reading a query in the
// relation's place. Those of tables are not there.
func (w *rewrite) systemColumns() {
	if w.system == nil {
		return
	}
	for i := range w.Tokens {
		first, end, alias := w.catalogRelation(i)
		if alias == "" {
			continue
		}
		var columns []string
		for _, c := range w.system {
			if (c.relation == "" || c.relation == alias) && !slices.Contains(columns, c.name) {
				columns = append(columns, c.name)
			}
		}
		if columns == nil {
			continue
		}
		relation, query := Quote(w.Name(i)), "(SELECT *"
		for _, c := range columns {
			query += ", " + strings.NewReplacer("{catalog}", w.r.Catalog, "{relation}", relation).Replace(systemColumns[c]) + " AS " + c
		}
		w.insert(first, query+" FROM ")
		w.append(i, ")")
		if end == i+1 { // it is called by its own name
			w.append(i, " AS "+relation[1:len(relation)-1])
		}
		w.hideFromStars(i, alias, columns)
	}
}

// catalogRelation returns the first token of the catalog's relation in FROM whose name is token i, the one behind it and its
// alias, and what it is called; "": it is none.
func (w *rewrite) catalogRelation(i int) (first, end int, alias string) {
	name := w.Name(i)
	if first = i; w.Is(i-1, ".") {
		if first = i - 2; w.Name(first) != "pg_catalog" {
			return 0, 0, ""
		}
	}
	if w.r.IsRelation == nil || !w.r.IsRelation(name) || w.IsAny(i+1, "(", ".") ||
		!w.IsAny(first-1, "FROM", "JOIN", ",", "ONLY", "(") || !w.inFrom(first) {
		return 0, 0, ""
	}
	end, alias = i+1, name
	if w.Is(end, "AS") {
		end++
	}
	if n := w.Name(end); n != "" && !(w.Tokens[end].Kind == Word && isClause(n)) {
		return first, end + 1, n
	}
	return first, i + 1, alias
}

// hideFromStars leaves the columns out of each * that would show them: of the relation at token i, or of all beside it.
func (w *rewrite) hideFromStars(i int, alias string, columns []string) {
	scope := w.enclosing(i)
	for j := range w.Tokens {
		if !w.Is(j, "*") || w.behind[j] != "" || w.enclosing(j) != scope {
			continue
		}
		if w.Is(j-1, ".") && w.Name(j-2) == alias || w.IsAny(j-1, "SELECT", "DISTINCT", "ALL") || w.Is(j-1, ",") && (w.Is(j+1, ",") || w.Is(j+1, "FROM")) {
			w.append(j, " EXCLUDE ("+strings.Join(columns, ", ")+")")
		}
	}
}

// enclosing returns the parenthesis that token i stands in; -1: none.
func (s *Statement) enclosing(i int) int {
	for i--; i >= 0; i-- {
		switch {
		case s.IsAny(i, ")", "]"):
			if i = s.opening(i); i < 0 {
				return -1
			}
		case s.IsAny(i, "(", "["):
			return i
		}
	}
	return -1
}

// aclExplode makes a row of each privilege in a list of them: in a SELECT's list with one column, in FROM with the columns of a
// privilege.
func (w *rewrite) aclExplode(i int) {
	end := w.afterParens(i + 1)
	switch {
	case w.r.Catalog == "" || !w.Is(i+1, "("):
	case w.inFrom(i):
		w.put(i, "(SELECT unnest("+w.r.Catalog+".tavana_aclexplode")
		w.append(end-1, ", recursive := true))")
		if name := w.Name(end); name == "" || w.Tokens[end].Kind == Word && isClause(name) {
			w.append(end-1, " AS aclexplode")
		}
	default:
		w.put(i, "unnest("+w.r.Catalog+".tavana_aclexplode")
		w.append(end-1, ")")
	}
}

// substring calls the catalog's function, in its form with commas: DuckDB's grammar would call its own.
func (w *rewrite) substring(i int) {
	end := w.afterParens(i+1) - 1
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(end, ")") {
		return
	}
	var words []int
	for j := i + 2; j < end; j++ {
		switch {
		case w.Is(j, "("):
			j = w.afterParens(j) - 1
		case w.Is(j, "SIMILAR"):
			return
		case w.IsAny(j, "FROM", "FOR"):
			words = append(words, j)
		}
	}
	switch {
	case len(words) == 2 && w.Is(words[0], "FOR"):
		return
	case len(words) == 1 && w.Is(words[0], "FOR"):
		w.put(words[0], ", 1,")
	default:
		for _, j := range words {
			w.put(j, ",")
		}
	}
	w.put(i, w.r.Catalog+".substring")
}

// anyOf compares with the elements of an array's literal: = ANY('{a,b}') is IN ('a', 'b'), which has no subquery.
func (w *rewrite) anyOf(i int) {
	if i == 0 || w.Tokens[i-1].Kind != Op || !w.Is(i+1, "(") || !w.Is(i+3, ")") || w.Tokens[i+2].Kind != String || w.r.Array == nil {
		return
	}
	list, ok := w.r.Array(Unquote(w.Raw(i + 2)))
	if !ok {
		return
	}
	w.put(i+2, list)
	in := ""
	switch {
	case w.Is(i-1, "=") && w.IsAny(i, "ANY", "SOME"):
		in = "IN"
	case w.IsAny(i-1, "<>", "!=") && w.Is(i, "ALL"):
		in = "NOT IN"
	}
	if elements := list[1 : len(list)-1]; in != "" && elements != "" && elements[0] != '[' {
		w.put(i-1, in)
		w.put(i, "")
		w.put(i+2, elements)
	}
}
