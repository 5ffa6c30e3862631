package sqltext

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// float is double precision, unless a precision says that less will do; DuckDB's FLOAT has four bytes.
func (w *rewrite) float(i int) {
	if !w.isType(i) {
		return
	}
	if !w.Is(i+1, "(") || !w.Is(i+3, ")") {
		w.put(i, "DOUBLE")
		return
	}
	name := "DOUBLE"
	if isSingle(w.Raw(i + 2)) {
		name = "REAL"
	}
	w.put(i, name)
	w.drop(i+1, i+4)
}

// isSingle tells whether a float's precision, in binary digits, is one of four bytes.
func isSingle(precision string) bool {
	n, err := strconv.Atoi(precision)
	return err == nil && n <= 24
}

// isType tells whether the word at token i is a type: that of a cast, or of a column that is defined.
func (w *rewrite) isType(i int) bool { return w.isCastType(i) || w.isColumnType(i) }

func (w *rewrite) isCastType(i int) bool {
	return w.Is(i-1, "::") || w.Is(i-1, "AS") && w.castOpen(i-1) > 0
}

func (w *rewrite) isColumnType(i int) bool {
	switch {
	case w.Is(0, "CREATE"):
		return w.createsTable() && w.Name(i-1) != "" && w.IsAny(i-2, "(", ",")
	case w.Is(0, "ALTER"):
		return w.Is(i-1, "TYPE") || w.Name(i-1) != "" && w.IsAny(i-2, "ADD", "COLUMN", "EXISTS")
	}
	return false
}

// createsTableAs tells whether the statement is a CREATE TABLE AS, whose query runs now.
func (s *Statement) createsTableAs() bool {
	for i := 1; i < 5; i++ {
		if s.Is(i, "TABLE") {
			return s.isTableAs(i + 1)
		}
	}
	return false
}

// createsTable tells whether the statement is a CREATE TABLE that lists columns.
func (s *Statement) createsTable() bool {
	for i := 1; i < 5; i++ {
		if s.Is(i, "TABLE") {
			return !s.isTableAs(i + 1)
		}
	}
	return false
}

// numericScale is how many digits behind the point a numeric without a precision has.
const numericScale = 9

// decimal is the widest numeric of DuckDB's with so many digits behind the point.
func decimal(scale int) string { return "DECIMAL(38," + strconv.Itoa(scale) + ")" }

// numeric gives a numeric without a precision one: PostgreSQL's has any number of digits, DuckDB's would have three behind
// the point. A literal gets as many as it needs.
func (w *rewrite) numeric(i int) {
	if n, ok := w.literalScale(i + 1); ok && w.Tokens[i+1].Kind == String && !w.Is(i-1, ".") { // numeric '1.5'
		w.put(i, "CAST(")
		w.append(i+1, " AS "+decimal(n)+")")
		return
	}
	if w.Is(i+1, "(") || w.Is(i+1, ".") || !w.isType(i) {
		return
	}
	digits := numericScale
	if w.isCastType(i) {
		if n, ok := w.literalScale(i - 2); ok && w.isWholeOperand(i-1) {
			digits = n
		}
	}
	w.put(i, decimal(digits))
}

// isWholeOperand tells whether the literal before token i, which is a cast's :: or AS, is all that is cast.
func (w *rewrite) isWholeOperand(i int) bool {
	if w.Is(i, "::") {
		return true
	}
	first := i - 1
	if w.inParens(first) {
		first -= 2
	}
	if w.IsAny(first-1, "-", "+") {
		first--
	}
	return w.castOpen(i)+2 == first
}

// literalScale returns how many digits the literal at token i, perhaps in parentheses, has behind its point.
func (w *rewrite) literalScale(i int) (n int, ok bool) {
	if w.inParens(i) {
		i--
	}
	if i < 0 || i >= len(w.Tokens) || w.Tokens[i].Kind != String && w.Tokens[i].Kind != Number {
		return 0, false
	}
	text := strings.TrimSpace(w.Raw(i))
	if w.Tokens[i].Kind == String {
		text = strings.TrimSpace(Unquote(text))
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	e, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil {
		return 0, false
	}
	const most = 38
	n = len(fraction) - e
	return min(max(n, 0), most), true
}

// inParens tells whether the parenthesis at token i closes one that has a single token in it, and is no call's.
func (s *Statement) inParens(i int) bool {
	return s.Is(i, ")") && s.Is(i-2, "(") && (s.Name(i-3) == "" || s.Tokens[i-3].Kind == Word && isKeyword(s.Raw(i-3)))
}

// castOpen returns the index of the CAST whose AS is token i; 0 and less: it is no cast's.
func (w *rewrite) castOpen(i int) int {
	depth := 0
	for i--; i > 0; i-- {
		switch {
		case w.Is(i, ")"):
			depth++
		case w.Is(i, "(") && depth > 0:
			depth--
		case w.Is(i, "("):
			if w.IsAny(i-1, "CAST", "TRY_CAST") {
				return i - 1
			}
			return 0
		}
	}
	return 0
}

// The workers' types whose values PostgreSQL has as oid, "char" and name, and those of the elements of its int2vector and oidvector.
const (
	OIDType        = "tavana_oid"
	CharType       = "tavana_char"
	NameType       = "tavana_name"
	Int2VectorType = "tavana_int2vector"
	OIDVectorType  = "tavana_oidvector"
)

// regTypes are the types whose values are objects' numbers, written as their names.
var regTypes = map[string]bool{
	"regclass": true, "regtype": true, "regproc": true, "regprocedure": true, "regnamespace": true, "regrole": true,
}

// ownTextTypes are PostgreSQL's own types that are text here.
var ownTextTypes = map[string]bool{
	"name": true, "bpchar": true, "xid": true, "cid": true, "tid": true, "int2vector": true, "oidvector": true, "pg_node_tree": true,
	"aclitem": true, "cstring": true, "pg_lsn": true, "regconfig": true, "unknown": true,
}

// cast rewrites expression::type where DuckDB lacks the type, or reads the literal otherwise.
func (w *rewrite) cast(i int) {
	j := i + 1
	if w.Is(j, "pg_catalog") && w.Is(j+1, ".") {
		j += 2
	}
	name := w.Name(j)
	switch {
	case regTypes[name] && w.r.Catalog != "":
		start := w.primaryStart(i - 1)
		open, closing := w.r.Catalog+"."+w.regFunction(name, start, i)+"(", ")"
		if relation := w.systemRelation(start); relation != "" && name == "regclass" && i == start+1 { // known without a look
			open = w.r.Catalog + ".tavana_relation('pg_catalog', "
			w.put(start, Quote(relation))
		}
		if w.isName(start, i) && (w.Is(j+1, "::") && w.IsAny(j+2, "TEXT", "VARCHAR") || w.isResult(start, j+1)) { // a name that is looked up, and shown again
			open, closing = w.r.Catalog+"."+name+"_name("+open, "))"
		}
		w.insert(start, open)
		w.put(i, closing)
		w.drop(i+1, j+1)
	case name == "oid" && w.r.Catalog != "":
		w.drop(i+1, j)
		w.put(j, OIDType)
		if w.Is(j+1, "[") {
			w.arrayLiteral(i)
		}
	case isIntegerType(name) && !w.Is(j+1, "[") && w.isQuotient(w.primaryStart(i-1), i):
		w.wrap(w.primaryStart(i-1), i, "round(", ")")
	case j < len(w.Tokens) && w.Tokens[j].Kind != Quoted && w.castText(w.primaryStart(i-1), i, j):
	case ownTextTypes[name], name == "char" && j < len(w.Tokens) && w.Tokens[j].Kind == Quoted:
		w.drop(i+1, j)
		w.put(j, "VARCHAR")
	case w.Is(j, "jsonb") && !w.Is(j+1, "["):
		w.toJSONB(w.primaryStart(i-1), i, j)
	case w.Is(j+1, "[") && w.Is(j+2, "]"):
		w.arrayLiteral(i)
	case i > 0 && isFloatType(name) && w.Tokens[i-1].Kind == Number: // as a decimal it would lose digits
		w.readLiteral(i-1, name)
		w.put(i-1, Quote(w.Raw(i-1)))
	case i > 0 && w.Tokens[i-1].Kind == String && w.literalStart(i-1) == i-1:
		w.readLiteral(i-1, w.castTypeName(j))
	}
}

func isFloatType(name string) bool {
	switch name {
	case "float8", "double", "float4", "real", "float":
		return true
	}
	return false
}

func isIntegerType(name string) bool {
	switch name {
	case "int", "integer", "int4", "bigint", "int8", "smallint", "int2":
		return true
	}
	return false
}

// isQuotient tells whether tokens from start to end are a quotient or an average, or calculated from one: those are double precision
// here and numeric in PostgreSQL, whose halves are rounded away from zero when they are cast to whole numbers. What is cast to
// another type than a whole number or a numeric, or is no calculation, is not.
func (w *rewrite) isQuotient(start, end int) bool {
	const most = 1 << 20 // tokens; casts inside each other would cost the square of their number
	if w.looked += end - start; w.looked > most {
		return false
	}
	found := false
	for i := start; i < end; i++ {
		switch {
		case w.Is(i, "("):
			after := w.afterParens(i)
			if i == start || w.IsAny(i-1, "+", "-", "*", "/", "%", "(") {
				if w.isQuotient(i+1, after-1) {
					found = true
				} else if !w.isCalculation(i+1, after-1) {
					return false
				}
			}
			i = after - 1
		case w.Is(i, "/"), w.Is(i, "avg") && w.Is(i+1, "("):
			found = true
		case w.Is(i, "::") && !isIntegerType(w.Name(i+1)) && !w.IsAny(i+1, "numeric", "decimal"), !w.isCalculation(i, i+1):
			return false
		}
	}
	return found
}

// isCalculation tells whether nothing between two tokens makes another thing than a number of numbers, by its looks.
func (w *rewrite) isCalculation(start, end int) bool {
	for i := start; i < end; i++ {
		switch w.Tokens[i].Kind {
		case Op:
			if !w.IsAny(i, "+", "-", "*", "/", "%", "::", ".", "(", ")", ",") {
				return false
			}
		case String:
			return false
		case Word:
			if isReserved(w.Raw(i)) && !w.IsAny(i, "OVER", "FILTER") || isKeyword(w.Raw(i)) {
				return false
			}
		}
	}
	return true
}

// castTypeName returns the name of the type at token j with its time zone, in the short form.
func (s *Statement) castTypeName(j int) string {
	name := s.Name(j)
	if (name == "timestamp" || name == "time") && s.Is(j+1, "WITH") && s.Is(j+2, "TIME") {
		return name + "tz"
	}
	return name
}

// readLiteral writes the literal at token i as DuckDB reads it.
func (w *rewrite) readLiteral(i int, typ string) (expression string) {
	s := w.Raw(i)
	if w.Tokens[i].Kind == String {
		if s[0] != '\'' && s[0] != 'E' && s[0] != 'e' {
			return ""
		}
		s = Unquote(s)
	}
	if w.r.Literal == nil {
		return ""
	}
	text, expression, err := w.r.Literal(typ, s)
	switch {
	case err != nil:
		if e := pgerror.Flatten(err); w.err == nil {
			w.err = e.At(int(w.Tokens[i].Start) + 1)
		}
	case expression != "":
		w.put(i, expression)
	case text != s:
		w.put(i, Quote(text))
	}
	return expression
}

// typedLiteral reads a literal behind its type's name: DATE '2024-02-29'.
func (w *rewrite) typedLiteral(i int) {
	if i+1 >= len(w.Tokens) || w.Tokens[i+1].Kind != String {
		return
	}
	switch name := w.Name(i); name {
	case "date", "timestamp", "timestamptz", "time", "interval", "bool", "boolean", "bytea":
		if name == "interval" && w.intervalField(i+2) {
			return
		}
		if w.readLiteral(i+1, name) != "" {
			w.put(i, "CAST(")
			w.append(i+1, " AS "+name+")")
		}
	}
}

// intervalField tells whether token i is a field behind an interval's literal: INTERVAL '1' DAY.
func (s *Statement) intervalField(i int) bool {
	return s.IsAny(i, "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
}

// castText writes a cast to text as the catalog's function that writes values as PostgreSQL does, and cuts it to the length
// of varchar(n). The expression goes from token start to i, which is ::, and the type begins at j.
func (w *rewrite) castText(start, i, j int) bool {
	limit, end, ok := w.textType(j)
	if !ok || w.r.Catalog == "" {
		return false
	}
	own := w.writtenAlike(start, i)
	if own && limit == "" {
		return false
	}
	open, closing := w.r.Catalog+".tavana_text(", ")"
	if own {
		open, closing = "CAST(", " AS VARCHAR)"
	}
	if limit != "" {
		open, closing = "left("+open, closing+", "+limit+")"
	}
	w.insert(start, open)
	w.put(i, closing)
	w.drop(i+1, end)
	return true
}

// writtenAlike tells whether DuckDB's own cast to text writes an expression as PostgreSQL does: a literal or a parameter, and
// what has been cast to a type that both write the same way. What the catalog's macros make is a text or a number, and may be
// large: it is not repeated in another macro.
func (w *rewrite) writtenAlike(start, end int) bool {
	if end == start+1 && (w.Tokens[start].Kind == String || w.Tokens[start].Kind == Param) {
		return true
	}
	if at := w.lastCast(start, end); at > start {
		name := w.Name(at + 1)
		return !isFloatType(name) && name != "bytea" && name != "interval" && !w.Is(end-1, "]")
	}
	if w.inDistinct(start) || w.isFunctionColumn(w.Name(end-1)) { // whose ORDER BY must be the same expression; a name already
		return true
	}
	for i := start; i < end; i++ {
		if w.Is(i, "SELECT") || w.Is(i+1, "(") && w.r.InCatalog != nil && w.r.InCatalog(w.Name(i)) && w.Name(i) != "date_part" { // which is a double
			return true
		}
	}
	return false
}

// inDistinct tells whether token i is an argument of an aggregate with DISTINCT.
func (s *Statement) inDistinct(i int) bool {
	for i--; i >= 0; i-- {
		switch {
		case s.IsAny(i, ")", "]"):
			i = s.opening(i)
		case s.Is(i, "("):
			return s.Is(i+1, "DISTINCT")
		}
	}
	return false
}

// textType reads a type of texts at token j: its length, "" if it has none, and the token behind it.
func (s *Statement) textType(j int) (limit string, end int, ok bool) {
	one := false
	switch name := s.Name(j); {
	case name == "text", name == "varchar", name == "bpchar":
		end = j + 1
	case name == "character" && s.Is(j+1, "VARYING"):
		end = j + 2
	case name == "char", name == "character":
		end, one = j+1, true
	default:
		return "", 0, false
	}
	switch {
	case s.Is(end, "(") && s.Is(end+2, ")") && s.Tokens[end+1].Kind == Number:
		limit, end = s.Raw(end+1), end+3
	case s.Is(end, "("):
		return "", 0, false
	case one:
		limit = "1"
	}
	return limit, end, !s.Is(end, "[")
}

// regFunction returns the catalog's function for a cast of tokens from start to end: a name's number, or a number's name.
func (w *rewrite) regFunction(name string, start, end int) string {
	if w.isName(start, end) {
		return name + "_oid"
	}
	return name + "_name"
}

// isName tells whether what is cast is a literal or a parameter: an object's name.
func (w *rewrite) isName(start, end int) bool {
	literal := w.Tokens[start].Kind == String || w.Tokens[start].Kind == Param
	return literal && (end == start+1 || end == start+3 && w.Is(start+1, "::") && w.IsAny(start+2, "TEXT", "VARCHAR"))
}

// systemRelation returns the relation of pg_catalog that the literal at token i names; "": none.
func (w *rewrite) systemRelation(i int) string {
	if w.Tokens[i].Kind != String || w.r.IsRelation == nil {
		return ""
	}
	if name := strings.TrimPrefix(Unquote(w.Raw(i)), "pg_catalog."); w.r.IsRelation(name) {
		return name
	}
	return ""
}

// castCall rewrites CAST(expression AS regclass).
func (w *rewrite) castCall(i int) {
	end := w.afterParens(i+1) - 1
	if w.Is(i+1, "(") && w.Is(end-1, "]") {
		at := i + 2
		for w.Is(at, "(") {
			at++
		}
		if after := at + 1 + at - i - 2; w.Is(after, "AS") { // as many parentheses close
			w.listLiteral(at)
		}
	}
	if w.Is(i+1, "(") && w.Is(end, ")") {
		w.castCallText(i, end)
	}
	if !w.Is(i+1, "(") || !w.Is(end, ")") || !w.Is(end-2, "AS") || !regTypes[w.Name(end-1)] || w.r.Catalog == "" {
		return
	}
	w.put(i, w.r.Catalog+"."+w.regFunction(w.Name(end-1), i+2, end-2))
	w.drop(end-2, end)
}

// castCallText is castText for CAST(expression AS text), whose parenthesis closes at token end, and readLiteral for another type.
func (w *rewrite) castCallText(i, end int) {
	as := w.castAs(i+2, end)
	if as == 0 {
		return
	}
	if isIntegerType(w.Name(as+1)) && end == as+2 && w.isQuotient(i+2, as) {
		w.wrap(i+2, as, "round(", ")")
	}
	if w.Tokens[as-1].Kind == String && as == i+3 && !w.Is(end-1, "]") {
		w.readLiteral(i+2, w.castTypeName(as+1))
	}
	limit, behind, ok := w.textType(as + 1)
	if !ok || behind != end || w.r.Catalog == "" {
		return
	}
	if w.writtenAlike(i+2, as) {
		if limit != "" {
			w.insert(i, "left(")
			w.drop(as+1, end)
			w.put(as+1, "VARCHAR")
			w.append(end, ", "+limit+")")
		}
		return
	}
	w.put(i, w.r.Catalog+".tavana_text")
	w.drop(as, end)
	if limit != "" {
		w.insert(i, "left(")
		w.append(end, ", "+limit+")")
	}
}

// castAs returns the AS of a CAST whose expression begins at token i; 0: there is none before end.
func (s *Statement) castAs(i, end int) int {
	depth := 0
	for ; i < end; i++ {
		switch {
		case s.IsAny(i, "(", "["):
			depth++
		case s.IsAny(i, ")", "]"):
			depth--
		case depth == 0 && s.Is(i, "AS"):
			return i
		}
	}
	return 0
}

// arrayLiteral writes the literal before the cast at token i as a list.
func (w *rewrite) arrayLiteral(i int) {
	at := i - 1
	if w.inParens(at) {
		at--
	}
	w.listLiteral(at)
}

// listLiteral writes the literal at token at as a list, if it is an array's.
func (w *rewrite) listLiteral(at int) {
	if at < 0 || w.Tokens[at].Kind != String || w.r.Array == nil {
		return
	}
	if list, ok := w.r.Array(Unquote(w.Raw(at))); ok {
		w.put(at, list)
	}
}

// primaryStart returns the first token of the expression that ends at token i, up to the operator before it: a name with
// its qualifiers, a literal, a call, what stands in parentheses, each with subscripts and casts.
func (s *Statement) primaryStart(i int) int {
	for i >= 0 {
		switch {
		case s.IsAny(i, ")", "]"):
			open := s.opening(i)
			if open <= 0 {
				return max(open, 0)
			}
			if call := s.beforeClause(open); call > 0 {
				i = call
				continue
			}
			if s.Is(open, "(") && s.Name(open-1) == "" || s.Is(open, "(") && isKeyword(s.Raw(open-1)) {
				return open
			}
			i = open - 1
			if s.Name(i) == "" && !s.IsAny(i, ")", "]") {
				return open
			}
			continue
		case s.Is(i-1, "."), s.Is(i-1, "::"), s.Is(i-1, "OVER") && s.Is(i-2, ")"):
			i -= 2
			continue
		case s.Is(i, "END"):
			return s.caseStart(i)
		}
		return s.literalStart(i)
	}
	return 0
}

// beforeClause returns the token before the FILTER, OVER or WITHIN GROUP of an aggregate whose parenthesis opens at token i; 0: it is
// none's.
func (s *Statement) beforeClause(i int) int {
	switch {
	case s.IsAny(i-1, "FILTER", "OVER") && s.Is(i-2, ")"):
		return i - 2
	case s.Is(i-1, "GROUP") && s.Is(i-2, "WITHIN") && s.Is(i-3, ")"):
		return i - 3
	}
	return 0
}

// literalStart returns the token with which the literal at token i begins: the name of its type, in TIMESTAMP(3) '…'; else i.
func (s *Statement) literalStart(i int) int {
	if s.Tokens[i].Kind != String {
		return i
	}
	at := i - 1
	zone := s.Is(at, "ZONE") && s.Is(at-1, "TIME") && s.IsAny(at-2, "WITH", "WITHOUT")
	if zone {
		at -= 3
	}
	if s.Is(at, ")") && s.opening(at) > 0 {
		at = s.opening(at) - 1
	}
	switch {
	case zone && !s.IsAny(at, "TIMESTAMP", "TIME"):
		return i
	case s.Is(at, "PRECISION") && s.Is(at-1, "DOUBLE"):
		return at - 1
	case s.IsAny(at, "DATE", "TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "BOOL", "BOOLEAN", "BYTEA", "NUMERIC", "DECIMAL", "JSON", "JSONB", "TEXT", "VARCHAR", "UUID",
		"INT2", "INT4", "INT8", "FLOAT4", "FLOAT8", "SMALLINT", "INTEGER", "INT", "BIGINT", "REAL", "NAME", "BIT") && !s.Is(at-1, "::") && !s.Is(at-1, "."):
		return at
	}
	return i
}

// caseStart returns the CASE whose END is token i; i where there is none.
func (s *Statement) caseStart(i int) int {
	for j, ends := i, 0; j >= 0; j-- {
		switch {
		case s.Is(j-1, "."), s.Is(j-1, "AS"): // a name
		case s.Is(j, "END"):
			ends++
		case s.Is(j, "CASE"):
			if ends--; ends == 0 {
				return j
			}
		}
	}
	return i
}

// isKeyword tells whether a word before a parenthesis is no function's name.
func isKeyword(word string) bool {
	switch strings.ToUpper(word) {
	case "SELECT", "WHERE", "AND", "OR", "NOT", "IN", "ON", "THEN", "ELSE", "WHEN", "CASE", "FROM", "BY", "AS", "VALUES", "ANY", "ALL", "SOME", "LIKE", "ILIKE", "BETWEEN", "DISTINCT", "LIMIT", "OFFSET", "HAVING", "USING", "RETURNING":
		return true
	}
	return false
}

// opening returns the token that opens the parenthesis or bracket closed at token i; -1: there is none.
func (s *Statement) opening(i int) int {
	depth := 0
	for ; i >= 0; i-- {
		switch {
		case s.IsAny(i, ")", "]"):
			depth++
		case s.IsAny(i, "(", "["):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// closing returns the token that closes the parenthesis, bracket or brace opened at token i; the statement's end: there is none.
func (s *Statement) closing(i int) int {
	depth := 0
	for ; i < len(s.Tokens); i++ {
		switch {
		case s.IsAny(i, "(", "[", "{"):
			depth++
		case s.IsAny(i, ")", "]", "}"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}

// frameOffset makes an interval of a text that is a frame's offset: RANGE BETWEEN '5 days' PRECEDING AND CURRENT ROW.
func (w *rewrite) frameOffset(i int) {
	if i > 0 && w.Tokens[i].Kind == String && w.literalStart(i) == i && w.IsAny(i-1, "BETWEEN", "AND", "RANGE") && !isNumber(Unquote(w.Raw(i))) {
		w.readLiteral(i, "interval")
		w.append(i, "::INTERVAL")
	}
}

// zonedPrecision takes the precision off a timestamptz(n) or timestamp(n) WITH TIME ZONE, which DuckDB has not; a cast to it rounds.
func (w *rewrite) zonedPrecision(i int) {
	if !w.Is(i+1, "(") || !w.Is(i+3, ")") || w.Tokens[i+2].Kind != Number || w.Is(i-1, "AS") && w.castOpen(i-1) > 0 {
		return
	}
	end := i + 4
	if w.Is(i, "timestamp") {
		if !w.Is(end, "WITH") || !w.Is(end+1, "TIME") || !w.Is(end+2, "ZONE") {
			return
		}
		end += 3
	}
	if end < len(w.Tokens) && w.Tokens[end].Kind == String { // a literal would have to be rounded
		return
	}
	if w.Is(i-1, "::") && i > 1 && w.r.Catalog != "" {
		w.insert(w.primaryStart(i-2), w.r.Catalog+".tavana_rounded(")
		w.put(i-1, ", "+w.Raw(i+2)+")")
		w.drop(i, end)
		return
	}
	w.drop(i+1, i+4)
}
