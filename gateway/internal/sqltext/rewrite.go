package sqltext

import (
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Rules are what a statement's text is rewritten by, so that DuckDB takes it for what PostgreSQL would. A rule looks at
// tokens, so that nothing inside strings, comments and quoted names is touched, and what no rule names stays byte for byte.
type Rules struct {
	// Catalog and Information are the DuckDB schemas, qualified by their database, that hold what PostgreSQL has in
	// pg_catalog and information_schema.
	Catalog, Information string
	// InCatalog and InInformation tell whether a name is there; other names that are qualified by pg_catalog are DuckDB's own.
	InCatalog, InInformation func(name string) bool
	// Value returns what a name without arguments, such as current_user, or version() stands for, as SQL.
	Value func(name string) (sql string, ok bool)
	// Setting returns a run-time parameter, for current_setting.
	Setting func(name string) (value string, ok bool)
	// Params are the parameters' values as text, for set_config; nil where they are not known.
	Params []string
	// SetConfig applies set_config('name', 'value', local) and returns the value; nil only looks.
	SetConfig func(name, value string, local bool) (string, error)
	// Array turns an array literal ({1,2}) into a list of DuckDB's; ok is false for what is none.
	Array func(literal string) (sql string, ok bool)
}

// rewrite collects what becomes of tokens.
type rewrite struct {
	*Statement
	r *Rules
	// before stands before a token, instead in its place, and behind behind it.
	before, instead, behind map[int]string
	err                     error
}

func (w *rewrite) put(i int, text string) {
	if w.instead == nil {
		w.instead = map[int]string{}
	}
	w.instead[i] = text
}

func (w *rewrite) insert(i int, text string) {
	if w.before == nil {
		w.before = map[int]string{}
	}
	w.before[i] = text + w.before[i]
}

func (w *rewrite) append(i int, text string) {
	if w.behind == nil {
		w.behind = map[int]string{}
	}
	w.behind[i] += text
}

// drop leaves tokens from to end (exclusive) out.
func (w *rewrite) drop(from, end int) {
	for i := from; i < end; i++ {
		w.put(i, "")
	}
}

// Rewrite returns the statement as DuckDB is to get it: each $n for which casts[n-1] is not "" is written as a cast, so
// that DuckDB knows its type, and the rules are applied.
//
// The error is set_config's.
func (s *Statement) Rewrite(r *Rules, casts []string) (Rewritten, error) {
	w := &rewrite{Statement: s, r: r}
	for i, t := range s.Tokens {
		switch t.Kind {
		case Param:
			if n := s.ParamNumber(i); n >= 1 && n <= len(casts) && casts[n-1] != "" {
				w.put(i, "CAST("+s.Raw(i)+" AS "+casts[n-1]+")")
			}
		case String:
			if raw := s.Raw(i); raw[0] == '\'' {
				if text := s.literal(i, raw); text != raw {
					w.put(i, text)
				}
			}
		case Word:
			if !s.Is(i-1, ".") {
				w.word(i)
			}
		case Op:
			switch s.Raw(i) {
			case "::":
				w.cast(i)
			case "~":
				w.match(i)
			}
		}
	}
	return w.text(), w.err
}

// text writes the statement with what was collected.
func (w *rewrite) text() Rewritten {
	if w.before == nil && w.instead == nil && w.behind == nil {
		return Rewritten{Text: w.Text}
	}
	var b strings.Builder
	var out Rewritten
	last := int32(0)
	for i, t := range w.Tokens {
		if text, ok := w.before[i]; ok {
			b.WriteString(w.Text[last:t.Start])
			last = t.Start
			start := b.Len()
			b.WriteString(text)
			out.edits = append(out.edits, edit{start, b.Len(), int(t.Start), int(t.Start)})
		}
		if text, ok := w.instead[i]; ok {
			b.WriteString(w.Text[last:t.Start])
			last = t.End
			start := b.Len()
			b.WriteString(text)
			out.edits = append(out.edits, edit{start, b.Len(), int(t.Start), int(t.End)})
		}
		if text, ok := w.behind[i]; ok {
			b.WriteString(w.Text[last:t.End])
			last = t.End
			start := b.Len()
			b.WriteString(text)
			out.edits = append(out.edits, edit{start, b.Len(), int(t.End), int(t.End)})
		}
	}
	b.WriteString(w.Text[last:])
	out.Text = b.String()
	return out
}

// word applies the rule for a word without quotes.
func (w *rewrite) word(i int) {
	switch strings.ToLower(w.Raw(i)) {
	case "pg_catalog":
		w.pgCatalog(i)
	case "information_schema":
		w.informationSchema(i)
	case "current_user", "session_user", "user", "current_role", "current_catalog", "current_schema":
		w.value(i)
	case "current_database", "version", "pg_backend_pid":
		w.call(i)
	case "current_schemas":
		w.schemas(i)
	case "current_setting":
		w.setting(i)
	case "generate_series", "unnest", "generate_subscripts", "string_to_table", "regexp_split_to_table":
		w.functionAlias(i)
	case "extract":
		w.extract(i)
	case "similar":
		w.similar(i)
	case "set_config":
		w.setConfig(i)
	case "typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typanalyze":
		w.noFunction(i)
	case "float":
		w.float(i)
	case "pg_temp":
		if w.Is(i+1, ".") {
			w.put(i, "temp")
		}
	case "numeric", "decimal", "dec":
		w.numeric(i)
	case "cast":
		w.castCall(i)
	case "operator":
		w.operator(i)
	case "collate":
		w.collate(i)
	case "for":
		w.locking(i)
	}
}

// pgCatalog qualifies what the catalog has, and takes the schema from what DuckDB has by itself.
func (w *rewrite) pgCatalog(i int) {
	if !w.Is(i+1, ".") {
		return
	}
	name := w.Name(i + 2)
	if w.r.InCatalog != nil && w.r.InCatalog(name) && !w.stands(name, i+2) {
		w.put(i, w.r.Catalog)
		return
	}
	w.drop(i, i+2)
	if i+2 < len(w.Tokens) && w.Tokens[i+2].Kind == Word && name != "pg_catalog" {
		w.word(i + 2)
	}
}

// stands tells whether a name at token i stands for a value of the session.
func (w *rewrite) stands(name string, i int) bool {
	if w.r.Value == nil || !w.Is(i+1, "(") {
		return false
	}
	_, ok := w.r.Value(name)
	return ok && w.Is(i+2, ")")
}

func (w *rewrite) informationSchema(i int) {
	if !w.Is(i+1, ".") {
		return
	}
	name := w.Name(i + 2)
	if sqlType, ok := informationTypes[name]; ok {
		w.put(i, sqlType)
		w.drop(i+1, i+3)
	} else if w.r.InInformation != nil && w.r.InInformation(name) {
		w.put(i, w.r.Information)
	}
}

// informationTypes are the domains of information_schema.
var informationTypes = map[string]string{
	"sql_identifier": "VARCHAR", "character_data": "VARCHAR", "yes_or_no": "VARCHAR", "cardinal_number": "INTEGER", "time_stamp": "TIMESTAMPTZ",
}

// value puts the session's value for a word such as current_user.
func (w *rewrite) value(i int) {
	if w.r.Value == nil || w.Is(i+1, ".") || w.Is(i-1, "AS") || i == 1 && w.IsAny(0, "CREATE", "ALTER", "DROP") {
		return
	}
	sql, ok := w.r.Value(strings.ToLower(w.Raw(i)))
	if !ok {
		return
	}
	if w.Is(i+1, "(") {
		if !w.Is(i+2, ")") {
			return
		}
		w.drop(i+1, i+3)
	}
	w.put(i, sql)
	w.notStored(i)
}

// notStored refuses a value of the session in what is stored and evaluated later, by whom it may be: a view or a default.
func (w *rewrite) notStored(i int) {
	if w.err == nil && w.IsAny(0, "CREATE", "ALTER") && !w.createsTableAs() {
		w.err = pgerror.Newf(pgerror.FeatureNotSupported, "%s cannot be stored in a view or a default", strings.ToLower(w.Raw(i))).
			WithHint("It would keep the value that it has now.").At(int(w.Tokens[i].Start) + 1)
	}
}

// call puts the session's value for a function such as version().
func (w *rewrite) call(i int) {
	if w.Is(i+1, "(") && w.Is(i+2, ")") {
		w.value(i)
	}
}

// schemas is current_schemas(true|false).
func (w *rewrite) schemas(i int) {
	if w.r.Value == nil || !w.Is(i+1, "(") || !w.IsAny(i+2, "TRUE", "FALSE") || !w.Is(i+3, ")") {
		return
	}
	if sql, ok := w.r.Value("current_schemas(" + strings.ToLower(w.Raw(i+2)) + ")"); ok {
		w.put(i, sql)
		w.drop(i+1, i+4)
		w.notStored(i)
	}
}

// setting is current_setting('name' [, missing_ok]).
func (w *rewrite) setting(i int) {
	args, next, ok := w.Arguments(i + 1)
	if w.r.Setting == nil || !ok || len(args) > 2 || i+2 >= len(w.Tokens) || w.Tokens[i+2].Kind != String {
		return
	}
	v, known := w.r.Setting(Unquote(w.Raw(i + 2)))
	switch {
	case known:
		w.put(i, Quote(v))
	case len(args) == 2 && (strings.EqualFold(args[1].Text, "true") || strings.EqualFold(args[1].Text, "'t'")):
		w.put(i, "NULL::VARCHAR")
	default:
		return // DuckDB says that it does not know it
	}
	w.drop(i+1, next)
	w.notStored(i)
}

// setConfig is set_config('name', 'value', is_local).
func (w *rewrite) setConfig(i int) {
	args, next, ok := w.Arguments(i + 1)
	if !ok || len(args) != 3 || next != i+8 || w.Tokens[i+2].Kind != String || !w.Is(i+3, ",") {
		return
	}
	for j := range w.Tokens {
		if w.IsAny(j, "FROM", "WHERE", "CASE") || j == 0 && !w.Is(j, "SELECT") { // it acts once, whatever a row says
			w.err = pgerror.New(pgerror.FeatureNotSupported, "set_config is supported in a list without FROM and conditions only").At(int(w.Tokens[i].Start) + 1)
			return
		}
	}
	var v string
	switch n := w.ParamNumber(i + 4); w.Tokens[i+4].Kind {
	case String:
		v = Unquote(w.Raw(i + 4))
	case Param:
		if w.r.Params == nil || n < 1 || n > len(w.r.Params) {
			w.put(i, "CAST")
			w.drop(i+2, i+4)
			w.drop(i+5, i+7)
			w.append(i+4, " AS VARCHAR")
			return
		}
		v = w.r.Params[n-1]
	default:
		return
	}
	if w.r.SetConfig != nil && w.err == nil {
		v, w.err = w.r.SetConfig(Unquote(w.Raw(i+2)), v, w.IsAny(i+6, "TRUE", "T") || strings.EqualFold(w.Raw(i+6), "'t'"))
	}
	if w.Tokens[i+4].Kind == Param { // it stays, since a value is bound to it
		w.put(i, "coalesce")
		w.put(i+2, Quote(v))
		w.drop(i+5, i+7)
		return
	}
	w.put(i, Quote(v))
	w.drop(i+1, next)
}

// Quote returns s as a string literal of SQL.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// noFunction compares a column of functions with 0, which is none: it holds names here.
func (w *rewrite) noFunction(i int) {
	if w.IsAny(i+1, "=", "<>", "!=") && w.Raw(i+2) == "0" {
		w.put(i+2, "'-'")
	}
}

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

// numeric gives a numeric without a precision one: PostgreSQL's has any number of digits, DuckDB's would have three behind
// the point. A literal gets as many as it needs.
func (w *rewrite) numeric(i int) {
	const precision, scale = 38, 9
	if n, ok := w.literalScale(i + 1); ok && w.Tokens[i+1].Kind == String && !w.Is(i-1, ".") { // numeric '1.5'
		w.put(i, "CAST(")
		w.append(i+1, " AS DECIMAL("+strconv.Itoa(precision)+","+strconv.Itoa(n)+"))")
		return
	}
	if w.Is(i+1, "(") || w.Is(i+1, ".") || !w.isType(i) {
		return
	}
	digits := scale
	if w.isCastType(i) {
		if n, ok := w.literalScale(i - 2); ok {
			digits = n
		}
	}
	w.put(i, "DECIMAL("+strconv.Itoa(precision)+","+strconv.Itoa(digits)+")")
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

// OIDType and CharType are the workers' types whose values PostgreSQL has as oid and "char".
const (
	OIDType  = "tavana_oid"
	CharType = "tavana_char"
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
		if w.isName(start, i) && w.Is(j+1, "::") && w.IsAny(j+2, "TEXT", "VARCHAR") { // a name that is looked up, and shown again
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
	case ownTextTypes[name], name == "char" && j < len(w.Tokens) && w.Tokens[j].Kind == Quoted:
		w.drop(i+1, j)
		w.put(j, "VARCHAR")
	case w.Is(j+1, "[") && w.Is(j+2, "]"):
		w.arrayLiteral(i)
	}
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
	return end == start+1 && (w.Tokens[start].Kind == String || w.Tokens[start].Kind == Param)
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
	if !w.Is(i+1, "(") || !w.Is(end, ")") || !w.Is(end-2, "AS") || !regTypes[w.Name(end-1)] || w.r.Catalog == "" {
		return
	}
	w.put(i, w.r.Catalog+"."+w.regFunction(w.Name(end-1), i+2, end-2))
	w.drop(end-2, end)
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
			if s.Is(open, "(") && s.Name(open-1) == "" || s.Is(open, "(") && isKeyword(s.Raw(open-1)) {
				return open
			}
			i = open - 1
			if s.Name(i) == "" && !s.IsAny(i, ")", "]") {
				return open
			}
			continue
		case s.Is(i-1, "."), s.Is(i-1, "::"):
			i -= 2
			continue
		}
		return i
	}
	return 0
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

// operator writes OPERATOR(pg_catalog.~) as ~.
func (w *rewrite) operator(i int) {
	end := w.afterParens(i+1) - 1
	if !w.Is(i+1, "(") || !w.Is(end, ")") {
		return
	}
	first := i + 2
	if w.Is(first, "pg_catalog") && w.Is(first+1, ".") {
		first += 2
	}
	// Other operators would bind otherwise than OPERATOR() does.
	op := ""
	for j := first; j < end; j++ {
		op += w.Raw(j)
	}
	switch op {
	case "~", "!~":
		w.pattern(end+1, "s")
	case "~*", "!~*":
		w.put(end-1, "")
		w.pattern(end+1, "is")
	case "=", "<>", "~~", "!~~", "~~*", "!~~*":
	default:
		return
	}
	w.drop(i, first)
	w.put(end, "")
}

// match makes ~ look for its pattern in any part of the text: DuckDB's wants the whole. ~~ is LIKE.
func (w *rewrite) match(i int) {
	if w.Is(i-1, "~") || w.Is(i+1, "~") || w.inOperator(i) {
		return
	}
	if w.Is(i+1, "*") {
		w.put(i+1, "")
		w.pattern(i+2, "is")
		return
	}
	w.pattern(i+1, "s")
}

// inOperator tells whether token i stands inside OPERATOR().
func (s *Statement) inOperator(i int) bool {
	for i--; i >= 0 && (s.IsAny(i, "!", ".") || s.Is(i, "pg_catalog")); i-- {
	}
	return s.Is(i, "(") && s.Is(i-1, "OPERATOR")
}

// pattern makes the pattern that begins at token j one of the whole text that has it anywhere.
func (w *rewrite) pattern(j int, flags string) {
	end := w.primaryEnd(j)
	if end <= j || w.IsAny(j, "ANY", "ALL", "SOME") {
		return
	}
	w.insert(j, "('(?"+flags+").*(?:' || ")
	w.append(end-1, " || ').*')")
}

// primaryEnd returns the token behind the expression that begins at token j, up to the next operator.
func (s *Statement) primaryEnd(j int) int {
	switch {
	case j >= len(s.Tokens):
		return j
	case s.Is(j, "("):
		j = s.afterParens(j)
	case s.Is(j, "CASE"):
		depth := 0
		for ; j < len(s.Tokens); j++ {
			if s.Is(j, "CASE") {
				depth++
			} else if s.Is(j, "END") {
				if depth--; depth == 0 {
					break
				}
			}
		}
		j++
	case s.Tokens[j].Kind == Op:
		return j
	default:
		j++
	}
	for j < len(s.Tokens) {
		switch {
		case s.Is(j, "."):
			j += 2
		case s.Is(j, "(") && s.Name(j-1) != "":
			j = s.afterParens(j)
		case s.Is(j, "["):
			for depth := 0; j < len(s.Tokens); j++ {
				if s.Is(j, "[") {
					depth++
				} else if s.Is(j, "]") {
					depth--
				}
				if depth == 0 {
					break
				}
			}
			j++
		case s.Is(j, "::"):
			j += 2
		default:
			return min(j, len(s.Tokens))
		}
	}
	return min(j, len(s.Tokens))
}

// functionAlias makes the alias of a function in FROM the name of its column too, as PostgreSQL does.
func (w *rewrite) functionAlias(i int) {
	if !w.Is(i+1, "(") {
		return
	}
	if !w.inFrom(i) {
		w.setInList(i)
		return
	}
	at := w.afterParens(i + 1)
	if w.Is(at, "AS") {
		at++
	}
	if name := w.Name(at); name == "" || w.Is(at+1, "(") || w.Tokens[at].Kind == Word && isClause(name) {
		return
	}
	w.append(at, "("+w.Raw(at)+")")
}

// setInList makes a row of each value of generate_series in the list of a SELECT, where DuckDB has one list of them.
func (w *rewrite) setInList(i int) {
	if !w.Is(i, "generate_series") {
		return
	}
	for j := i - 1; j >= 0; j-- {
		switch {
		case w.IsAny(j, ")", "]"):
			if j = w.opening(j); j < 0 {
				return
			}
		case w.IsAny(j, "(", "[", "WHERE", "ON", "BY", "HAVING", "VALUES", "IN", "THEN", "ELSE", "WHEN"):
			return
		case w.Is(j, "SELECT"):
			w.insert(i, "unnest(")
			w.append(w.afterParens(i+1)-1, ")")
			return
		}
	}
}

// extract gives EXTRACT(SECOND FROM …) its fraction.
func (w *rewrite) extract(i int) {
	end := w.afterParens(i+1) - 1
	if w.Is(i+1, "(") && w.IsAny(i+2, "SECOND", "SECONDS") && w.Is(i+3, "FROM") && w.Is(end, ")") {
		w.insert(i, "(")
		w.put(i+2, "MICROSECOND")
		w.append(end, "::DECIMAL(18,0) * 0.000001)")
	}
}

// similar writes the pattern of SIMILAR TO as the regular expression that DuckDB takes it for.
func (w *rewrite) similar(i int) {
	if !w.Is(i+1, "TO") || i+2 >= len(w.Tokens) {
		return
	}
	if w.Tokens[i+2].Kind != String || w.Is(i+3, "ESCAPE") || w.Is(i+3, "||") || w.Is(i+3, "::") {
		w.err = pgerror.New(pgerror.FeatureNotSupported, "SIMILAR TO is supported with a literal only").At(int(w.Tokens[i].Start) + 1)
		return
	}
	w.put(i+2, Quote(similarPattern(Unquote(w.Raw(i+2)))))
}

// similarPattern returns the regular expression of a SIMILAR TO pattern (section 9.7.2 of the manual).
func similarPattern(p string) string {
	var b strings.Builder
	b.WriteString("(?s)(?:")
	inBrackets := false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			if strings.IndexByte("\\.+*?()|[]{}^$%_", p[i]) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(p[i])
		case inBrackets:
			inBrackets = c != ']'
			b.WriteByte(c)
		case c == '[':
			inBrackets = true
			b.WriteByte(c)
		case c == '%':
			b.WriteString(".*")
		case c == '_':
			b.WriteByte('.')
		case c == '.' || c == '^' || c == '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString(")")
	return b.String()
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
		case s.IsAny(i, "FROM", "JOIN", "LATERAL"):
			return true
		case s.IsAny(i, "SELECT", "WHERE", "ON", "BY", "HAVING", "VALUES", "SET", "RETURNING", "AND", "OR", "LIMIT", "OFFSET"):
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

// collate leaves COLLATE pg_catalog.default out.
func (w *rewrite) collate(i int) {
	j := i + 1
	if w.Is(j, "pg_catalog") && w.Is(j+1, ".") {
		j += 2
	}
	if n := w.Name(j); n == "default" {
		w.drop(i, j+1)
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
