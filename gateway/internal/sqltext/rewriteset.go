package sqltext

import "strings"

// Functions that return rows are the catalog's macros that return a list, made rows of by unnest: in FROM with the names that
// PostgreSQL's have there, in the list of a SELECT as they are. DuckDB has one list there, or no such function.

// setFunctions are their names, with the column's in FROM: "" is the function's own, and * are several columns'.
var setFunctions = map[string]string{
	"json_array_elements": "value", "jsonb_array_elements": "value", "json_array_elements_text": "value", "jsonb_array_elements_text": "value",
	"json_object_keys": "", "jsonb_object_keys": "", "json_each": "*", "jsonb_each": "*", "json_each_text": "*", "jsonb_each_text": "*",
	"string_to_table": "", "regexp_split_to_table": "", "regexp_matches": "",
}

// returnsRows tells whether a function is one that set rewrites.
func returnsRows(name string) bool {
	_, isSet := setFunctions[name]
	_, isRecord := recordFunctions[name]
	return isSet || isRecord
}

// set rewrites a call of one of them at token i; ok is false for what is none.
func (w *rewrite) set(i int, name string) (ok bool) {
	if _, ok := recordFunctions[name]; ok {
		return w.records(i, name)
	}
	column, ok := setFunctions[name]
	if !ok || !w.Is(i+1, "(") || w.r.Catalog == "" {
		return false
	}
	end := w.afterParens(i + 1)
	inList := w.inSelectList(i)
	inFrom := !inList && w.inFrom(i)
	if name == "regexp_matches" && (inFrom || inList) { // elsewhere it is DuckDB's, a condition
		w.put(i, "tavana_regexp_rows")
	}
	switch {
	case !w.Is(end-1, ")"):
	case inFrom:
		w.setInFrom(i, end, column)
	case inList:
		w.insert(i, "unnest("+w.r.Catalog+".")
		w.append(end-1, ")")
		w.groupedRows(i)
	case name == "regexp_matches":
	default:
		w.insert(i, w.r.Catalog+".")
	}
	return true
}

// setInFrom makes a query of a call in FROM, whose parenthesis closes before token end.
func (w *rewrite) setInFrom(i, end int, column string) {
	at, ordinality := end, false
	if w.Is(at, "WITH") && w.Is(at+1, "ORDINALITY") {
		w.drop(at, at+2)
		at, ordinality = at+2, true
	}
	if w.Is(at, "AS") {
		at++
	}
	alias := w.Name(at)
	if alias != "" && w.Tokens[at].Kind == Word && isClause(alias) {
		alias = ""
	}
	named := alias != "" && w.Is(at+1, "(")
	both := ""
	switch {
	case column == "*" && ordinality:
		w.insert(i, "(SELECT unnest(tavana_list, recursive := true), generate_subscripts(tavana_list, 1) AS ordinality FROM (SELECT "+w.r.Catalog+".")
		w.append(end-1, " AS tavana_list))")
		if alias == "" {
			w.append(end-1, " AS "+w.Raw(i))
		}
		return
	case column == "*":
		w.insert(i, "(SELECT unnest("+w.r.Catalog+".")
		w.append(end-1, ", recursive := true))")
		if alias == "" {
			w.append(end-1, " AS "+w.Raw(i))
		}
		return
	case column != "" && alias != "" && !named:
		switch field, whole := w.mentionsOf(alias, column); {
		case field && whole:
			both = `, unnest(tavana_list) AS "` + alias + `"` // the value, by either name
		case !field:
			column = alias
		}
	case column == "":
		column = w.Name(i)
		if alias != "" {
			column = alias
		}
	}
	quoted := `"` + column + `"`
	if ordinality {
		both += ", generate_subscripts(tavana_list, 1) AS ordinality"
	}
	if both != "" {
		w.insert(i, "(SELECT unnest(tavana_list) AS "+quoted+both+" FROM (SELECT "+w.r.Catalog+".")
		w.append(end-1, " AS tavana_list))")
	} else {
		w.insert(i, "(SELECT unnest("+w.r.Catalog+".")
		w.append(end-1, ") AS "+quoted+")")
	}
	if alias == "" {
		w.append(end-1, " AS "+w.Raw(i))
	}
}

// mentionsOf tells whether the statement has relation.column in it, or the column by its bare name alone, and whether it has the relation
// itself as a value.
func (s *Statement) mentionsOf(relation, column string) (field, whole bool) {
	bare := false
	for i := range s.Tokens {
		switch {
		case s.Name(i) == column && s.Is(i-1, "."):
			field = field || s.Name(i-2) == relation
		case s.Name(i) == column:
			bare = true
		case s.Name(i) == relation && !s.IsAny(i-1, "AS", ")", ".", "ORDINALITY") && !s.Is(i+1, "."):
			whole = true
		}
	}
	return field || bare, whole
}

// recordFunctions make records of JSON, whose columns stand behind the alias; their value tells whether they make several.
var recordFunctions = map[string]bool{"json_to_record": false, "jsonb_to_record": false, "json_to_recordset": true, "jsonb_to_recordset": true}

// records rewrites json_to_record(…) AS t(a int, b text).
func (w *rewrite) records(i int, name string) (ok bool) {
	end := w.afterParens(i + 1)
	at := end
	if w.Is(at, "AS") {
		at++
	}
	open := at + 1
	if w.Is(at, "(") {
		open = at
	}
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(end-1, ")") || !w.Is(open, "(") || !w.inFrom(i) {
		return false
	}
	columns, next, ok := w.Arguments(open)
	if !ok {
		return false
	}
	list := make([]string, len(columns))
	for n, at := 0, open+1; n < len(columns); n++ {
		typeEnd := w.itemEnd(at + 1)
		column, typ := w.Name(at), w.Text[w.Tokens[at].End:w.Tokens[typeEnd-1].End]
		if column == "" || typeEnd == at+1 {
			return false
		}
		how := "'text'"
		if w.IsAny(at+1, "json", "jsonb") {
			how, typ = "'json'", "JSON"
		} else if w.IsAny(at+1, "numeric", "decimal") && typeEnd == at+2 {
			typ = decimal(numericScale)
		}
		list[n] = "CAST(tavana_json_path(tavana_record::VARCHAR, [" + Quote(column) + "], " + how + ") AS " + typ + `) AS "` + strings.ReplaceAll(column, `"`, `""`) + `"`
		at = typeEnd + 1
	}
	from := "(SELECT " + strings.Join(list, ", ") + " FROM (SELECT "
	if recordFunctions[name] {
		w.insert(i, from+"unnest("+w.r.Catalog+".")
		w.put(i, "json_array_elements")
		w.append(end-1, ") AS tavana_record))")
	} else {
		w.insert(i, from)
		w.put(i, "")
		w.append(end-1, "::JSON AS tavana_record))")
	}
	w.drop(open, next)
	if open == at {
		w.append(end-1, " AS "+name)
	}
	return true
}

// inSelectList tells whether token i is in the list of a SELECT, outside of a subquery's other parts.
func (w *rewrite) inSelectList(i int) bool {
	s, at := w.Statement, i
	for i--; i >= 0; i-- {
		switch {
		case w.listed > 0 && i == w.listed, s.Is(i, "SELECT"):
			w.listed = at
			return true
		case s.IsAny(i, ")", "]"):
			if i = s.opening(i); i < 0 {
				return false
			}
		case s.IsAny(i, "FROM", "WHERE", "ON", "BY", "HAVING", "VALUES", "IN", "THEN", "ELSE", "WHEN", "LIMIT", "OFFSET", "SET", "RETURNING") && !s.isOperandFrom(i):
			return false
		}
	}
	return false
}

// isOperandFrom is isOperand for a FROM.
func (s *Statement) isOperandFrom(i int) bool { return s.Is(i, "FROM") && s.isOperand(i) }
