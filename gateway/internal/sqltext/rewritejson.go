package sqltext

import (
	"encoding/json"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// The operators of json and jsonb that DuckDB lacks are written as the catalog's functions.

// jsonOperators are those of several characters, which are tokens of one each, and their functions.
var jsonOperators = map[string]string{
	"#>": "tavana_json_get", "#>>": "tavana_json_get_text", "#-": "tavana_json_cut_path", "@>": "tavana_json_has", "<@": "tavana_json_in",
	"?": "tavana_json_key", "?|": "tavana_json_any_key", "?&": "tavana_json_all_keys",
}

// operatorAt returns the operator that begins at token i, up to three characters without blanks between.
func (s *Statement) operatorAt(i int) (op string, next int) {
	const most = 3
	for next = i; next < len(s.Tokens) && s.Tokens[next].Kind == Op && len(op) < most; next++ {
		if next > i && s.Tokens[next].Start != s.Tokens[next-1].End || s.IsAny(next, "(", ")", "[", "]", ",", ";", ".") {
			break
		}
		op += s.Raw(next)
	}
	for ; op != "" && jsonOperators[op] == ""; next-- {
		op = op[:len(op)-len(s.Raw(next-1))]
	}
	return op, next
}

// jsonOperator rewrites the operator that begins at token i, if it is one of json's.
func (w *rewrite) jsonOperator(i int) {
	if w.r.Catalog == "" || i == 0 || !w.endsOperand(i-1) || w.inOperator(i) {
		return
	}
	op, next := w.operatorAt(i)
	if op == "" {
		if w.Is(i, "#") && w.Tokens[min(i+1, len(w.Tokens)-1)].Kind != Op {
			w.xor(i)
		}
		return
	}
	start, end := w.chainStart(i-1), w.primaryEnd(next)
	if end <= next {
		return
	}
	if (op == "@>" || op == "<@") && !w.isJSON(start, i) && !w.isJSON(next, end) {
		switch {
		case w.isEmpty(i-1) && start == i-1 && w.Tokens[next].Kind != String && !w.isArray(next, end):
			w.append(i-1, "::JSON")
		case w.isEmpty(next) && end == next+1 && (start != i-1 || w.Tokens[start].Kind != String) && !w.isArray(start, i):
			w.append(next, "::JSON")
		default:
			w.contained(start, i, next, end)
			return
		}
		w.put(i, map[string]string{"@>": "@@>", "<@": "<@@"}[op])
		w.drop(i+1, next)
		return
	}
	function := jsonOperators[op]
	if op == "#>" && w.isJSONB(start, i) {
		function = "tavana_jsonb_get"
	}
	w.insert(start, w.r.Catalog+"."+function+"(")
	w.put(i, ", ")
	w.drop(i+1, next)
	w.append(end-1, ")")
}

// arrow puts -> and ->> with their operands in parentheses: DuckDB's bind less than comparisons, and ->'s less than AND. What
// may be the parameter of a lambda, or is followed by an operator that binds more, is left alone.
func (w *rewrite) arrow(i int) {
	right := i + 1
	if w.Is(right, "-") { // of a negative number, not of the operator
		w.append(i, " ")
		right++
	}
	if i == 0 || right >= len(w.Tokens) || !w.endsOperand(i-1) {
		return
	}
	start, end := w.chainStart(i-1), w.primaryEnd(right)
	const operator, most = 64, 1 << 20 // as in jsonb
	if w.looked += i - start + operator; w.looked > most || end == right || w.IsAny(end, "+", "-", "*", "/", "%", "^") {
		return
	}
	if w.Is(i, "->") && (w.Is(start, "(") && w.Is(start+2, ",") || start == i-1 && w.IsAny(start-1, "(", ",") && w.Tokens[right].Kind != String && w.Tokens[right].Kind != Number && w.Tokens[right].Kind != Param) {
		return
	}
	w.insert(start, "(")
	w.append(end-1, ")")
}

// xor writes # between whole numbers as DuckDB's function.
func (w *rewrite) xor(i int) {
	if start, end := w.chainStart(i-1), w.primaryEnd(i+1); end > i+1 {
		w.insert(start, "xor(")
		w.put(i, ", ")
		w.append(end-1, ")")
	}
}

// jsonb rewrites || and - where an operand is a jsonb as its text shows.
func (w *rewrite) jsonb(i int) {
	if w.r.Catalog == "" || i == 0 || i+1 == len(w.Tokens) || !w.endsOperand(i-1) {
		return
	}
	if !w.hasJSONB && !w.hasArrays {
		w.joinJSON(i)
		return
	}
	start, end := w.chainStart(i-1), w.primaryEnd(i+1)
	const operator, most = 64, 1 << 20 // tokens; operands deep inside each other would cost the square of their number
	if w.looked += i - start + operator; w.looked > most {
		return
	}
	index := w.Is(i+1, "-") && i+2 < len(w.Tokens) && w.Tokens[i+2].Kind == Number // a negative one
	if index {
		end = i + 3
	}
	if end <= i+1 {
		return
	}
	for at, n := start, 0; n < 100 && w.Is(at-1, "-") && at > 1 && w.endsOperand(at-2); n++ {
		if at = w.chainStart(at - 2); w.isJSONB(at, i) {
			start = at
		}
	}
	if !w.isJSONB(start, i) && !w.isJSONB(i+1, end) {
		if w.Is(i, "||") {
			w.arrays(start, i, end)
			w.joinJSON(i)
		}
		return
	}
	function := "tavana_json_join"
	if w.Is(i, "-") {
		switch {
		case index, w.Tokens[i+1].Kind == Number:
			function = "tavana_json_without_index"
		case w.Is(i+1, "ARRAY"), w.Is(end-1, "]"):
			function = "tavana_json_without_keys"
		default:
			function = "tavana_json_without"
		}
	}
	w.insert(start, w.r.Catalog+"."+function+"(")
	w.put(i, ", ")
	w.append(end-1, ")")
}

// joinJSON is the worker's operator for || that may join json.
const joinJSON = "@||"

// joinJSON writes the || at token i as our operator if it may join json: beside a literal of json, which is then one, and between
// columns, what json is taken from, and parameters. The worker tells by the types whether it joins json, texts, or something else. A macro's body
// has no types yet.
func (w *rewrite) joinJSON(i int) {
	if !w.Is(i, "||") || w.instead[i] != "" || w.Is(0, "ALTER") || w.Is(0, "CREATE") && (w.IsAny(1, "MACRO", "FUNCTION") || w.IsAny(3, "MACRO", "FUNCTION")) {
		return
	}
	const operator, most = 64, 1 << 20 // as in jsonb
	start, end := w.primaryStart(i-1), w.primaryEnd(i+1)
	if w.looked += end - start + operator; w.looked > most {
		return
	}
	left, right := w.mayBeJSON(start, i), w.mayBeJSON(i+1, end)
	switch {
	case w.Is(start-1, "||"): // what has been joined is one of texts, or may be json
		left = w.instead[start-1] == joinJSON
	case w.IsAny(start-1, "->", "-") && start > 1 && w.endsOperand(start-2):
		left = true
	}
	switch {
	case w.isJSONText(i-1, right) && w.Tokens[i+1].Kind != String && w.Tokens[i+1].Kind != Param && !w.Is(i+1, "NULL"):
		w.append(i-1, "::JSON")
	case w.isJSONText(i+1, left) && (w.Tokens[i-1].Kind != String || w.behind[i-1] == "::JSON") && w.Tokens[i-1].Kind != Param && !w.Is(i-1, "NULL"):
		w.append(i+1, "::JSON")
	case !(left && (right || w.untyped(i+1))) && !(right && w.untyped(i-1)):
		return
	}
	for _, at := range [2]int{i - 1, i + 1} {
		if w.untyped(at) && w.castOf(at) == "VARCHAR" {
			w.put(at, "CAST("+w.Raw(at)+" AS tavana_unknown)")
		}
	}
	if next := w.arithmeticEnd(end); next > end { // it binds more than ||, and what the worker makes of it does not
		w.insert(i+1, "(")
		w.append(next-1, ")")
	}
	w.put(i, joinJSON)
}

// untyped tells whether token i is a parameter that nobody has given a type but text or json.
func (w *rewrite) untyped(i int) bool {
	if w.Tokens[i].Kind != Param || w.IsAny(i+1, "::", "[", "COLLATE") {
		return false
	}
	to := w.castOf(i)
	return to == "" || to == "JSON" || to == "VARCHAR" && (w.r.Typed == nil || !w.r.Typed(w.ParamNumber(i)))
}

// arithmeticEnd returns the token behind operators and operands that bind more than ||, from token i on.
func (w *rewrite) arithmeticEnd(i int) int {
	for w.IsAny(i, "+", "-", "*", "/", "%", "^") && i+1 < len(w.Tokens) {
		next := w.primaryEnd(i + 1)
		if next == i+1 {
			break
		}
		i = next
	}
	return i
}

// mayBeJSON tells whether the operand from start to end may be json as its text shows: a column, one of several values, or what
// stands in parentheses.
func (w *rewrite) mayBeJSON(start, end int) bool {
	s := w.Statement
	switch {
	case strings.HasPrefix(w.before[start], "["): // an element of an array by now
		return false
	case (s.Is(start, "coalesce") || s.Is(start, "nullif")) && s.Is(start+1, "("):
		return s.afterParens(start+1) == end
	case s.Is(start, "("):
		return s.afterParens(start) == end
	}
	for i := start; i < end; i++ {
		if name := (i-start)%2 == 0; name && (s.Name(i) == "" || s.Tokens[i].Kind == Word && !s.endsOperand(i) || s.IsAny(i, "END", "NULL", "TRUE", "FALSE")) || !name && !s.Is(i, ".") {
			return false
		}
	}
	return end > start
}

// isJSONText tells whether token i is the literal of an object with members or of an array of json, and nothing else; beside what may be
// json, also of an empty object or a string. Numbers beside columns are digits that are put to texts.
func (w *rewrite) isJSONText(i int, besideJSON bool) bool {
	s := w.Statement
	if s.Tokens[i].Kind != String || w.instead[i] != "" || w.behind[i] != "" || s.IsAny(i+1, "::", "[", "COLLATE") || s.primaryStart(i) != i || s.IsAny(i-1, "ZONE", "LIKE", "ILIKE", "ESCAPE") {
		return false
	}
	text := strings.TrimSpace(Unquote(s.Raw(i)))
	object, quoted := strings.HasPrefix(text, "{"), strings.HasPrefix(text, `"`)
	return (object && strings.Contains(text, ":") || strings.HasPrefix(text, "[") || besideJSON && (object || quoted)) && json.Valid([]byte(text))
}

// isEmpty tells whether token i is '{}', which is an object or an array.
func (s *Statement) isEmpty(i int) bool { return s.Raw(i) == "'{}'" && !s.IsAny(i+1, "::", "[") }

// endsOperand tells whether an operand can end with token i: what follows is no prefix.
func (s *Statement) endsOperand(i int) bool {
	switch t := s.Tokens[i]; t.Kind {
	case Op:
		return s.IsAny(i, ")", "]")
	case Word:
		word := s.Raw(i)
		return s.IsAny(i, "END", "NULL", "TRUE", "FALSE") || !isReserved(word) && !isKeyword(word) && !isClause(word)
	}
	return true
}

// chainStart returns the first token of the operand that ends at token i, with the operators of json before it, which bind
// from left to right.
func (s *Statement) chainStart(i int) int {
	const most = 100 // operands; more would cost the square of their number
	start := s.primaryStart(i)
	for n := 0; start > 1 && n < most; n++ {
		first := start - 1
		for first > 0 && s.Tokens[first].Kind == Op && s.Tokens[first-1].Kind == Op && s.Tokens[first-1].End == s.Tokens[first].Start && !s.IsAny(first-1, ")", "]") {
			first--
		}
		op, next := s.operatorAt(first)
		if s.IsAny(first, "->", "->>", "||") {
			op, next = s.Raw(first), first+1
		}
		if op == "" || next != start || first == 0 || !s.endsOperand(first-1) {
			break
		}
		start = s.primaryStart(first - 1)
	}
	return start
}

// isJSONB tells whether tokens from start to end are a jsonb, by their text: a cast to it, or a call of a function that
// makes one.
func (s *Statement) isJSONB(start, end int) bool {
	const most = 16 // deeper expressions would cost the cube of their depth
	return s.isJSONBWithin(start, end, most)
}

func (s *Statement) isJSONBWithin(start, end, levels int) bool {
	for ; levels > 0 && s.Is(start, "(") && s.afterParens(start) == end; levels-- {
		start, end = start+1, end-1
	}
	if s.Is(start, "pg_catalog") && s.Is(start+1, ".") {
		start += 2
	}
	name := s.Name(start)
	switch {
	case s.Is(end-1, "jsonb") && s.Is(end-2, "::"):
		return true
	case s.Is(start, "CAST") && s.Is(end-2, "jsonb"), s.Is(start, "jsonb") && end == start+2:
		return true
	case s.Is(start+1, "(") && s.afterParens(start+1) == end:
		switch name {
		case "to_jsonb", "jsonb_build_object", "jsonb_build_array", "jsonb_set", "jsonb_insert", "jsonb_agg", "jsonb_object_agg", "jsonb_strip_nulls", "jsonb_object", "jsonb_extract_path":
			return true
		}
	}
	if levels > 0 {
		if at := s.firstChain(start, end); at > start {
			return s.isJSONBWithin(start, at, levels-1)
		}
	}
	return false
}

// firstChain returns the first of the operators that leave a jsonb one between start and end, outside of parentheses; 0: there is none, or
// another operator or a clause with them.
func (s *Statement) firstChain(start, end int) (first int) {
	for i := start; i < end; i++ {
		switch {
		case s.IsAny(i, "(", "["):
			i = s.closing(i)
		case s.Is(i, "->>"), s.Is(i, ">") && s.Is(i-1, ">") && s.Is(i-2, "#"), s.IsAny(i, "CASE", "SELECT", "FROM", "IS", "AND", "OR", "NOT", "IN", "LIKE", "=", "<", "<=", ">=", "<>", "!=", "?", "@", "+", "*", "/", "%"),
			s.Is(i, ">") && !s.Is(i-1, "#"):
			return 0
		case first == 0 && s.IsAny(i, "||", "->", "-", "#"):
			first = i
		}
	}
	return first
}

// isJSON tells whether tokens from start to end are json or jsonb, or the literal of an object or an array of JSON.
func (s *Statement) isJSON(start, end int) bool {
	if s.isJSONB(start, end) || s.Is(end-1, "json") && s.Is(end-2, "::") {
		return true
	}
	if end != start+1 || s.Tokens[start].Kind != String {
		return false
	}
	text := strings.TrimSpace(Unquote(s.Raw(start)))
	return strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") && strings.Contains(text, ":")
}

// jsonAggregate writes json_agg and its kin as the catalog's function of a list.
func (w *rewrite) jsonAggregate(i int) bool {
	name := w.Name(i)
	switch name {
	case "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg":
	default:
		return false
	}
	end := w.afterParens(i + 1)
	if w.r.Catalog == "" || !w.Is(end-1, ")") || w.Is(i-1, ".") && !w.Is(i-2, "pg_catalog") {
		return false
	}
	if strings.HasSuffix(name, "_object_agg") {
		comma := w.itemEnd(i + 2)
		if !w.Is(comma, ",") {
			return false
		}
		last := comma + 1
		for last < end-1 && !w.Is(last, "ORDER") {
			if w.IsAny(last, "(", "[") {
				last = w.closing(last)
			}
			last++
		}
		w.append(i+1, "{'k': ")
		w.put(comma, ", 'v': ")
		w.append(last-1, "}")
	}
	w.put(i, "list")
	w.wrap(i, w.afterOver(end), w.r.Catalog+".tavana_"+name+"(", ")")
	return true
}

// jsonBuild writes json_build_object and its kin, which take any number of arguments of any types, as the catalog's function
// of a row.
func (w *rewrite) jsonBuild(i int) bool {
	name := w.Name(i)
	switch name {
	case "json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array":
	default:
		return false
	}
	end := w.afterParens(i + 1)
	if w.r.Catalog == "" || !w.Is(i+1, "(") || !w.Is(end-1, ")") {
		return false
	}
	args, _, _ := w.Arguments(i + 1)
	if w.Is(i+2, "VARIADIC") {
		return false
	}
	switch {
	case len(args) == 0 && strings.HasSuffix(name, "object"):
		w.put(i, "CAST('{}' AS JSON)")
		w.drop(i+1, end)
	case len(args) == 0:
		w.put(i, "CAST('[]' AS JSON)")
		w.drop(i+1, end)
	case len(args)%2 == 1 && strings.HasSuffix(name, "object"):
		if w.err == nil {
			w.err = pgerror.New(pgerror.InvalidParameterValue, "argument list must have even number of elements").
				WithHint("The arguments of %s() must consist of alternating keys and values.", name)
		}
	default:
		w.put(i, w.r.Catalog+".tavana_"+name+"(row")
		w.append(end-1, ")")
	}
	return true
}

// jsonObject leaves DuckDB's json_object('a', 1) its own: PostgreSQL's takes arrays.
func (w *rewrite) jsonObject(i int) {
	args, _, ok := w.Arguments(i + 1)
	key := ok && len(args) == 2 && w.Tokens[i+2].Kind == String && !strings.HasPrefix(strings.TrimSpace(Unquote(w.Raw(i+2))), "{")
	if key || len(args) > 2 {
		w.insert(i, "system.main.")
	}
}

// wrap puts open before tokens from start to end (exclusive), and closing behind, as the innermost of what stands there.
func (w *rewrite) wrap(start, end int, open, closing string) {
	w.insert(start, "")
	w.append(end-1, "")
	w.before[start] += open
	w.behind[end-1] = closing + w.behind[end-1]
}

// toJSONB writes a cast to jsonb, from token start to the :: at token i and its type at token j, so that the value is written as
// PostgreSQL writes one, unless an operator reads it.
func (w *rewrite) toJSONB(start, i, j int) {
	w.drop(i+1, j)
	if op, _ := w.operatorAt(j + 1); w.r.Catalog == "" || op != "" || w.IsAny(j+1, "->", "->>", "[") {
		return
	}
	w.insert(start, w.r.Catalog+".tavana_to_jsonb(")
	w.put(i, ")")
	w.drop(i+1, j+1)
}
