package sqltext

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// selectList names the columns of a query whose names are seen by another: in FROM, in WITH, or in what a table or view is
// made of. Those of the statement's own result are named by the gateway (ColumnNames). And it writes AS before the names that
// are keywords of DuckDB's, in RETURNING too.
func (w *rewrite) selectList(i int) {
	if w.Is(i-1, "(") && w.Is(i-2, "EXISTS") && w.Is(i+1, "FROM") { // DuckDB wants a list
		w.append(i, " 1")
	}
	first := i
	for w.Is(first-1, "(") {
		first--
	}
	seen := w.Is(i, "SELECT") && (w.IsAny(first-1, "AS", "MATERIALIZED", "LATERAL") || first < i && w.IsAny(first-1, "FROM", "JOIN", ",") ||
		w.Is(first-1, ")") && first > 1 && !w.IsAny(0, "WITH", "INSERT") || // behind WITH lists
		i == w.into.list)
	for at := w.afterDistinct(i + 1); ; {
		end := w.itemEnd(at)
		if end == at {
			return
		}
		if last := end - 1; w.Tokens[last].Kind == Word && keywords[w.Name(last)] && w.hasBareAlias(at, end) && !w.isUnit(last) {
			w.put(last, `AS "`+w.Name(last)+`"`)
			if w.labels == nil {
				w.labels = map[int]bool{}
			}
			w.labels[last] = true
		} else if seen && !w.Is(end-1, "*") {
			if name := w.itemName(at, end); name != "" && strings.EqualFold(name, w.Raw(end-1)) && end > at+1 {
				w.put(end-1, name) // an alias
			} else if name != "" {
				if call := valueCalls[name]; call != "" {
					w.callValue(at, end, name, call)
				}
				w.names = append(w.names, func() { w.append(end-1, ` AS "`+strings.ReplaceAll(name, `"`, `""`)+`"`) })
			}
		}
		if !w.Is(end, ",") {
			return
		}
		at = end + 1
	}
}

// valueCalls are the calls that DuckDB makes of the names of values. Where such a name is its own column's, it takes the one for the
// other.
var valueCalls = map[string]string{
	"current_date": "current_date()", "current_time": "get_current_time()", "current_timestamp": "get_current_timestamp()",
	"localtime": "current_localtime()", "localtimestamp": "current_localtimestamp()",
}

// callValue writes the value of a name as a call in a column of that name.
func (w *rewrite) callValue(at, end int, name, call string) {
	for ; at < end; at++ {
		if w.Is(at, name) && !w.Is(at-1, ".") && !w.Is(at+1, ".") && w.instead[at] == "" {
			w.put(at, call)
		}
	}
}

// isUnit tells whether token i is the unit of an interval as DuckDB writes them: INTERVAL 3 days, INTERVAL (a) months.
func (w *rewrite) isUnit(i int) bool {
	if w.Tokens[i-1].Kind == String { // INTERVAL '1 day' name
		return false
	}
	start := w.primaryStart(i - 1)
	return w.Is(start, "INTERVAL") || w.Is(start-1, "INTERVAL")
}

// into is where a SELECT … INTO [TEMP] [TABLE] name has its parts, as indices of tokens.
type into struct {
	list     int // SELECT
	from, to int // INTO … name; to is behind it
	name     int
	temp     bool
}

// selectsInto returns the INTO of a query that makes a table; ok is false where there is none.
func (s *Statement) selectsInto(i int) (in into, ok bool) {
	if !s.Is(i, "SELECT") {
		return in, false
	}
	for at := s.afterDistinct(i + 1); ; {
		end := s.itemEnd(at)
		if s.Is(end, ",") && end > at {
			at = end + 1
			continue
		}
		if !s.Is(end, "INTO") {
			return in, false
		}
		in = into{list: i, from: end, name: end + 1}
		break
	}
	for s.IsAny(in.name, "TEMP", "TEMPORARY", "UNLOGGED", "LOCAL", "GLOBAL", "TABLE") {
		in.temp = in.temp || s.IsAny(in.name, "TEMP", "TEMPORARY")
		in.name++
	}
	if s.Name(in.name) == "" {
		return in, false
	}
	for in.to = in.name + 1; s.Is(in.to, "."); in.to += 2 {
	}
	return in, true
}

// has tells whether the statement has a word in it, without quotes.
func (s *Statement) has(word string) bool {
	for i := range s.Tokens {
		if s.Is(i, word) {
			return true
		}
	}
	return false
}

// selectInto writes SELECT … INTO as CREATE TABLE … AS.
func (w *rewrite) selectInto() {
	i := 0
	if w.Is(0, "WITH") {
		i = w.afterWith(0)
	}
	var in into
	ok := w.has("INTO")
	if ok {
		in, ok = w.selectsInto(i)
	}
	if !ok {
		w.into.list = -1
		return
	}
	w.into = in
	kind := "CREATE TABLE "
	if in.temp {
		kind = "CREATE TEMP TABLE "
	}
	w.insert(0, kind+w.Text[w.Tokens[in.name].Start:w.Tokens[in.to-1].End]+" AS ")
	w.drop(in.from, in.to)
}

// functionAlias makes the alias of a function in FROM the name of its column too, as PostgreSQL does.
func (w *rewrite) functionAlias(i int) {
	if !w.Is(i+1, "(") {
		return
	}
	w.seriesStep(i)
	if !w.inFrom(i) {
		w.setInList(i)
		w.groupedRows(i)
		return
	}
	at := w.afterParens(i + 1)
	switch {
	case w.Is(i, "unnest"):
		w.unnestSeveral(i, at)
	case w.isSeriesOfInt4(i) && !w.Is(at, "WITH"):
		w.insert(i, "(SELECT generate_series::INTEGER AS generate_series FROM ")
		w.append(at-1, ")")
		if alias := at; !w.Is(alias, "AS") && (w.Name(alias) == "" || w.Tokens[alias].Kind == Word && isClause(w.Name(alias))) {
			w.append(at-1, " AS generate_series")
		}
	}
	if w.Is(i, "generate_subscripts") && w.r.Catalog != "" {
		w.insert(i, "unnest(")
		w.put(i, w.r.Catalog+".tavana_subscripts")
		w.append(at-1, ")")
	}
	if w.Is(at, "AS") {
		at++
	}
	if name := w.Name(at); name == "" || w.Is(at+1, "(") || w.Tokens[at].Kind == Word && isClause(name) {
		return
	}
	w.append(at, "("+w.Raw(at)+")")
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// seriesStep makes an interval of a generate_series' step that is a text, as '1 day', which DuckDB would not take for one.
func (w *rewrite) seriesStep(i int) {
	step := w.afterParens(i+1) - 2
	if !w.Is(i, "generate_series") || step < i+2 || w.Tokens[step].Kind != String || !w.Is(step-1, ",") {
		return
	}
	if text := strings.TrimSpace(Unquote(w.Raw(step))); isNumber(text) {
		w.put(step, text)
	} else {
		w.readLiteral(step, "interval")
		w.append(step, "::INTERVAL")
	}
}

// unnestSeveral makes a query of unnest(a, b) in FROM, whose parenthesis closes before token end: the shorter is filled with NULLs.
func (w *rewrite) unnestSeveral(i, end int) {
	several := false
	for j := i + 2; j < end-1; j++ {
		switch {
		case w.IsAny(j, "(", "[", "{"):
			j = w.closing(j)
		case w.Is(j, ","):
			w.put(j, "), unnest(")
			several = true
		}
	}
	if several {
		w.insert(i, "(SELECT ")
		w.append(end-1, ")")
	}
}

// scalarInFrom makes a query of a function in FROM that gives one value: DuckDB has only those that give tables there.
func (w *rewrite) scalarInFrom(i int) {
	if !w.Is(i+1, "(") || !w.IsAny(i-1, "FROM", "JOIN", "LATERAL", ",") || w.r.Scalar == nil || !w.r.Scalar(w.Name(i)) || !w.inFrom(i) {
		return
	}
	end := w.afterParens(i + 1)
	at := end
	if w.Is(at, "AS") {
		at++
	}
	alias, column := w.Name(at), w.Raw(i)
	if alias == "" || w.Tokens[at].Kind == Word && isClause(alias) {
		w.append(end-1, " AS "+column+") AS "+column)
	} else {
		if column = w.Raw(at); w.Is(at+1, "(") {
			column = w.Raw(at + 2)
		}
		w.append(end-1, " AS "+column+")")
	}
	w.insert(i, "(SELECT ")
}

// setInList makes a row of each value of generate_series in the list of a SELECT, where DuckDB has one list of them.
func (w *rewrite) setInList(i int) {
	if !w.Is(i, "generate_series") {
		return
	}
	before := false // among other items
	for j := i - 1; j >= 0; j-- {
		switch {
		case w.IsAny(j, ")", "]"):
			if j = w.opening(j); j < 0 {
				return
			}
		case w.Is(j, ","):
			before = true
		case w.Is(j, "(") && !w.takesList(j-1):
			before = false
		case w.IsAny(j, "(", "[", "WHERE", "ON", "BY", "HAVING", "VALUES"), !before && w.IsAny(j, "IN", "THEN", "ELSE", "WHEN"):
			return
		case w.Is(j, "SELECT"):
			w.insert(i, "unnest(")
			w.append(w.afterParens(i+1)-1, ")")
			if w.isSeriesOfInt4(i) {
				w.append(w.afterParens(i+1)-1, "::INTEGER")
			}
			return
		}
	}
}

// takesList tells whether the parenthesis behind token i is no group and no call of a function of one value: a call of DuckDB's that
// takes a list, or a query's.
func (s *Statement) takesList(i int) bool {
	name := s.Name(i)
	for _, prefix := range []string{"list", "array", "unnest", "len", "cardinality"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return s.IsAny(i, "IN", "EXISTS", "ANY", "ALL", "SOME", "VALUES", "OVER", "FILTER", "FROM", "JOIN", "LATERAL")
}

// isSeriesOfInt4 tells whether token i is a generate_series of whole numbers that are literals of int4: DuckDB's is of int8.
func (w *rewrite) isSeriesOfInt4(i int) bool {
	end := w.afterParens(i + 1)
	if !w.Is(i, "generate_series") || !w.Is(i+1, "(") || !w.Is(end-1, ")") {
		return false
	}
	for j := i + 2; j < end-1; j++ {
		switch {
		case w.IsAny(j, ",", "-"):
		case w.Tokens[j].Kind != Number:
			return false
		default:
			if _, err := strconv.ParseInt(w.Raw(j), 10, 32); err != nil {
				return false
			}
		}
	}
	return true
}

// extract gives EXTRACT(field FROM …) its type, numeric, and seconds their fraction: DuckDB's whole numbers would be divided
// as such.
func (w *rewrite) extract(i int) {
	end := w.afterParens(i+1) - 1
	if !w.Is(i+1, "(") || !w.Is(i+3, "FROM") || !w.Is(end, ")") {
		return
	}
	field := w.Name(i + 2)
	if w.Tokens[i+2].Kind == String {
		field = strings.ToLower(Unquote(w.Raw(i + 2)))
	}
	scale := ""
	switch field {
	case "epoch":
		if w.r.Catalog != "" {
			w.epoch(i, end)
		}
		return
	case "second", "seconds":
		scale = " * 0.000001"
	case "millisecond", "milliseconds":
		scale = " * 0.001"
	case "year", "month", "day", "hour", "minute", "quarter", "week", "doy", "dow", "isodow", "isoyear", "decade", "century", "millennium", "microseconds":
	default:
		return
	}
	if scale != "" {
		w.put(i+2, "MICROSECOND")
	}
	w.insert(i, "(")
	w.append(end, "::DECIMAL(18,0)"+scale+")")
}

// keywordCall writes a call whose arguments are divided by keywords as one of the catalog's own, divided by commas: DuckDB would
// look for a function of its schema main. It is overlay(a PLACING b FROM c FOR d) or position(a IN b).
func (w *rewrite) keywordCall(i int, macro string, keywords ...string) {
	end := w.afterParens(i + 1)
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(end-1, ")") {
		return
	}
	found := false
	for j := i + 2; j < end-1; j++ {
		switch {
		case w.IsAny(j, "(", "["):
			j = w.closing(j)
		case w.IsAny(j, keywords...) && !w.Is(j-1, "."):
			w.put(j, ",")
			found = true
		}
	}
	if found {
		w.put(i, w.r.Catalog+"."+macro)
	}
}

// overlaps writes (a, b) OVERLAPS (c, d), for the same reason.
func (w *rewrite) overlaps(i int) {
	if w.r.Catalog == "" || !w.Is(i-1, ")") || !w.Is(i+1, "(") {
		return
	}
	open := w.opening(i - 1)
	if open < 0 || w.Name(open-1) != "" && !isKeyword(w.Raw(open-1)) {
		return
	}
	w.put(open, w.r.Catalog+".tavana_overlaps(")
	w.put(i-1, ", ")
	w.drop(i, i+2)
}

// inFrom tells whether token i is an item of a FROM.
func (s *Statement) inFrom(i int) bool {
	for i--; i >= 0; i-- {
		switch {
		case s.IsAny(i, ")", "]"):
			if i = s.opening(i); i < 0 {
				return false
			}
		case s.IsAny(i, "(", "["):
			return false
		case s.Is(i, "FROM"):
			return !s.isOperand(i)
		case s.IsAny(i, "JOIN", "LATERAL"):
			return true
		case s.IsAny(i, "SELECT", "WHERE", "ON", "BY", "HAVING", "VALUES", "SET", "RETURNING", "AND", "OR", "LIMIT", "OFFSET"):
			return false
		}
	}
	return false
}

// isOperand tells whether the FROM at token i is no clause but part of an expression: of trim(' ' FROM a) and its kin, or of IS
// DISTINCT FROM.
func (s *Statement) isOperand(i int) bool {
	if s.Is(i-1, "DISTINCT") && s.IsAny(i-2, "IS", "NOT") {
		return true
	}
	for i--; i >= 0; i-- {
		switch {
		case s.IsAny(i, ")", "]"):
			if i = s.opening(i); i < 0 {
				return false
			}
		case s.Is(i, "("):
			return s.IsAny(i-1, "TRIM", "EXTRACT", "SUBSTRING", "OVERLAY", "POSITION")
		case s.IsAny(i, "SELECT", "DELETE", "UPDATE"):
			return false
		}
	}
	return false
}

// isClause tells whether a word that stands behind an item of FROM is no alias.
func isClause(word string) bool {
	switch strings.ToUpper(word) {
	case "WHERE", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "ON", "USING", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "FETCH",
		"UNION", "INTERSECT", "EXCEPT", "WINDOW", "FOR", "QUALIFY", "TABLESAMPLE", "WITH", "SEMI", "ANTI", "ASOF", "POSITIONAL", "RETURNING", "SAMPLE":
		return true
	}
	return false
}

// collate leaves the collations out that DuckDB compares by anyway, and has others work on texts: DuckDB fails with those of a
// type of one's own.
func (w *rewrite) collate(i int) {
	j := i + 1
	if w.Is(j, "pg_catalog") && w.Is(j+1, ".") {
		j += 2
	}
	switch w.Name(j) {
	case "default", "C", "POSIX", "ucs_basic", "C.UTF-8":
		w.drop(i, j+1)
	default:
		if !w.IsAny(0, "CREATE", "ALTER") {
			w.insert(i, "::VARCHAR ")
		}
	}
}

// locking leaves FOR UPDATE and its kin at a query's end out: nothing here is locked by reading.
func (w *rewrite) locking(i int) {
	j := i + 1
	switch {
	case w.IsAny(j, "UPDATE", "SHARE"):
		j++
	case w.Is(j, "NO") && w.Is(j+1, "KEY") && w.Is(j+2, "UPDATE"):
		j += 3
	case w.Is(j, "KEY") && w.Is(j+1, "SHARE"):
		j += 2
	default:
		return
	}
	for w.Is(j, "OF") || w.Is(j, ",") {
		j += 2
		for w.Is(j, ".") {
			j += 2
		}
	}
	switch {
	case w.Is(j, "NOWAIT"):
		j++
	case w.Is(j, "SKIP") && w.Is(j+1, "LOCKED"):
		j += 2
	}
	if j == len(w.Tokens) || w.Is(j, ")") || w.Is(j, "FOR") {
		w.drop(i, j)
	}
}

// storage leaves what PostgreSQL itself takes by default out of a CREATE TABLE: USING heap and TABLESPACE pg_default.
func (w *rewrite) storage(i int) {
	what, own := "access method", "heap"
	if w.Is(i, "TABLESPACE") {
		what, own = "tablespace", "pg_default"
	}
	name := w.Name(i + 1)
	if !w.Is(0, "CREATE") || !w.createsTable() && !w.createsTableAs() || w.enclosing(i) >= 0 || name == "" || w.into.list >= 0 {
		return
	}
	for j := range i {
		if w.Is(j, "AS") && w.enclosing(j) < 0 { // of the query
			return
		}
	}
	if w.drop(i, i+2); name != own && w.err == nil {
		w.err = pgerror.Newf(pgerror.UndefinedObject, "%s %q does not exist", what, name)
	}
}
