package sqltext

// vectorColumns are the columns of the catalog that are an int2vector or an oidvector, by their relation, with their
// elements' type. They are lists here, which begin at 1.
var vectorColumns = map[string]struct{ relation, element string }{
	"indkey": {"pg_index", "SMALLINT"}, "indoption": {"pg_index", "SMALLINT"}, "indclass": {"pg_index", OIDType}, "indcollation": {"pg_index", OIDType},
	"proargtypes": {"pg_proc", OIDType}, "tgattr": {"pg_trigger", "SMALLINT"}, "stxkeys": {"pg_statistic_ext", "SMALLINT"},
	"partattrs": {"pg_partitioned_table", "SMALLINT"}, "partclass": {"pg_partitioned_table", OIDType}, "partcollation": {"pg_partitioned_table", OIDType},
}

// vectorElement returns the type of the elements of the vector column that token i, the last of its name, stands for; "": it
// is no such column.
func (w *rewrite) vectorElement(i int) string {
	c, ok := vectorColumns[w.Name(i)]
	if !ok || w.r.Catalog == "" || !w.mentions(c.relation) {
		return ""
	}
	return c.element
}

// vectorSubscript counts the subscript of a vector, whose bracket is token i, from 0.
func (w *rewrite) vectorSubscript(i int) {
	column := i - 1
	if w.Is(column, ")") { // (a.indkey)[0]
		column--
		open := column - 1
		for w.Is(open, ".") {
			open -= 2
		}
		if !w.Is(open, "(") || w.Name(open-1) != "" && !isKeyword(w.Raw(open-1)) {
			return // a call's
		}
	}
	element := w.vectorElement(column)
	if element == "" {
		return
	}
	w.append(i, "1 + (")
	depth := 1
	for i++; i < len(w.Tokens); i++ {
		switch {
		case w.IsAny(i, "(", "["):
			depth++
		case w.Is(i, ")"):
			depth--
		case w.Is(i, ":") && depth == 1:
			element += "[]"
			w.put(i, ") : 1 + (")
		case w.Is(i, "]"):
			if depth--; depth > 0 {
				continue
			}
			w.insert(i, ")")
			w.append(i, "::"+element)
			return
		}
	}
}

// vectorCall makes generate_subscripts(vector, 1) in an expression begin at 0, and the elements that unnest makes of a vector
// those of any list.
func (w *rewrite) vectorCall(i int) {
	if !w.Is(i+1, "(") || w.inFrom(i) {
		return
	}
	last := i + 2
	for w.Is(last+1, ".") {
		last += 2
	}
	element := w.vectorElement(last)
	end := w.afterParens(i + 1)
	switch {
	case element == "" || !w.Is(end-1, ")"):
	case w.Is(i, "unnest") && end == last+2:
		w.append(end-1, "::"+element)
	case w.Is(i, "generate_subscripts") && w.Is(last+1, ","):
		w.insert(i, "(")
		w.append(end-1, " - 1)::INTEGER")
	}
}

// anyOfVector writes x = ANY (vector) as a function: of the operator DuckDB makes a subquery, which it does not take in the
// condition of an outer join. No vector has NULLs in it, so both mean the same.
func (w *rewrite) anyOfVector(i int) {
	if !w.Is(i-1, "=") || !w.Is(i+1, "(") {
		return
	}
	last := i + 2
	for w.Is(last+1, ".") {
		last += 2
	}
	if !w.Is(last+1, ")") || w.vectorElement(last) == "" {
		return
	}
	column := w.Text[w.Tokens[i+2].Start:w.Tokens[last].End]
	w.insert(w.primaryStart(i-2), "list_contains("+column+", ")
	w.put(i-1, ")")
	w.drop(i, last+2)
}
