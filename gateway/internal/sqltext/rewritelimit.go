package sqltext

// withTies writes ORDER BY … FETCH FIRST n ROWS WITH TIES, which DuckDB lacks, as a condition on the rank. ORDER BY of positions, an OFFSET, and
// UNION and its kin stay as they are.
func (w *rewrite) withTies(i int) {
	count, rows := i+2, i+2
	switch {
	case !w.IsAny(i+1, "FIRST", "NEXT"):
		return
	case w.Is(count, "("):
		rows = w.closing(count) + 1
	case !w.IsAny(count, "ROW", "ROWS"):
		rows = count + 1
	}
	if !w.IsAny(rows, "ROW", "ROWS") || !w.Is(rows+1, "WITH") || !w.Is(rows+2, "TIES") {
		return
	}
	order := 0
	for j := i - 1; j > 0 && order == 0; j-- {
		switch {
		case w.IsAny(j, ")", "]"):
			if j = w.opening(j); j < 0 {
				return
			}
		case w.IsAny(j, "(", "OFFSET", "LIMIT", "SELECT"):
			return
		case w.Is(j, "BY") && w.Is(j-1, "ORDER"):
			order = j - 1
		}
	}
	for at := order + 2; ; { // no positions
		end := w.itemEnd(at)
		if order == 0 || end == at || w.Tokens[at].Kind == Number {
			return
		}
		if !w.Is(end, ",") {
			break
		}
		at = end + 1
	}
	for j := order - 1; j >= 0; j-- {
		switch {
		case w.IsAny(j, ")", "]"):
			if j = w.opening(j); j < 0 {
				return
			}
		case w.Is(j, "("):
			return
		case w.Is(j, "SELECT"):
			if w.IsAny(j-1, "UNION", "INTERSECT", "EXCEPT", "ALL", "DISTINCT") || w.Is(j+1, "DISTINCT") {
				return
			}
			w.later = append(w.later, later{order, rows + 2, func() {
				n := "1"
				if rows > count {
					n = w.renderedAll(count, rows)
				}
				condition := "QUALIFY rank() OVER (" + w.renderedAll(order, i) + ") <= " + n + " "
				w.insert(order, condition)
				w.erase(i, rows+3)
			}})
			return
		}
	}
}

// symmetric writes BETWEEN SYMMETRIC a AND b, whose SYMMETRIC is token i, as BETWEEN the lesser AND the greater. (least() and greatest()
// skip NULL.)
func (w *rewrite) symmetric(i int) {
	if !w.Is(i-1, "BETWEEN") {
		return
	}
	and := i + 1
	for and < len(w.Tokens) && !w.Is(and, "AND") {
		if w.IsAny(and, "(", "[") {
			and = w.closing(and)
		}
		and++
	}
	end := w.operandEnd(and + 1)
	if and == i+1 || end <= and+1 || end < len(w.Tokens) && w.Tokens[end].Kind == String { // DATE '…'
		return
	}
	w.later = append(w.later, later{i, end, func() {
		low, high := w.renderedAll(i+1, and), w.renderedAll(and+1, end)
		w.erase(i, end)
		lesser := "CASE WHEN " + low + " <= " + high + " THEN "
		w.put(i, lesser+low+" ELSE "+high+" END AND "+lesser+high+" ELSE "+low+" END")
	}})
}
