package sqltext

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	// Own is the DuckDB schema, qualified, of Tavana's own views, which clients find in schema tavana; InOwn tells whether a name is
	// there.
	Own   string
	InOwn func(name string) bool
	// IsRelation tells whether a name is one of pg_catalog's tables and views.
	IsRelation func(name string) bool
	// Scalar tells whether a name is a function of the catalog that gives one value.
	Scalar func(name string) bool
	// Value returns what a name without arguments, such as current_user, or version() stands for, as SQL.
	Value func(name string) (sql string, ok bool)
	// Setting returns a run-time parameter, for current_setting.
	Setting func(name string) (value string, ok bool)
	// Params are the parameters' values as text, for set_config; nil where they are not known.
	Params []string
	// SetConfig applies set_config('name', 'value', local) and returns the value; nil only looks.
	SetConfig func(name, value string, local bool) (string, error)
	// Typed tells whether the client has said of $n that it is text; nil: of none.
	Typed func(n int) bool
	// Literal returns the text that DuckDB reads as PostgreSQL reads a literal of a type, or an expression in its place.
	Literal func(typ, literal string) (text, expression string, err error)
	// Array turns an array literal ({1,2}) into a list of DuckDB's; ok is false for what is none.
	Array func(literal string) (sql string, ok bool)
}

// rewrite collects what becomes of tokens.
type rewrite struct {
	*Statement
	r *Rules
	// before stands before a token, instead in its place, and behind behind it.
	before, instead, behind map[int]string
	into                    into
	// system are the system columns that the statement names, by the relations' names or "" for any.
	system []systemColumn
	typed  []typed // in the order of their tokens
	// arrayColumns are the columns of a recursive query that are arrays; nil: not looked for.
	arrayColumns map[string]bool
	rows         []rowsCall // in the order of their tokens
	lookedRows   int        // tokens, for them
	groups       int        // the first GROUP BY's token; 0: not looked for, -1: there is none
	// later is done when all else is rewritten, and then names, which stand behind all.
	later []later
	names []func()
	// labels are the names of columns that AS is put before.
	labels map[int]bool
	// listed is a token in the list of a SELECT.
	listed int
	// hasJSONB and hasArrays tell whether the statement speaks of them at all.
	hasJSONB, hasArrays bool
	looked              int // at so many tokens, to tell what an operator's operands are
	casts               []string
	err                 error
}

// later is what becomes of tokens from one to another when what is inside is rewritten.
type later struct {
	from, to int
	do       func()
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

// castOf returns the type that the parameter at token i is cast to; "": none.
func (w *rewrite) castOf(i int) string {
	if n := w.ParamNumber(i); n >= 1 && n <= len(w.casts) {
		return w.casts[n-1]
	}
	return ""
}

// drop leaves tokens from to end (exclusive) out.
func (w *rewrite) drop(from, end int) {
	for i := from; i < end; i++ {
		w.put(i, "")
	}
}

// erase is drop with what has been put around the tokens, but for what stands behind them all.
func (w *rewrite) erase(from, end int) {
	w.drop(from, end)
	for i := from; i < end; i++ {
		delete(w.before, i)
		if i < end-1 {
			delete(w.behind, i)
		}
	}
}

// Rewrite returns the statement as DuckDB is to get it: each $n for which casts[n-1] is not "" is written as a cast, so
// that DuckDB knows its type, and the rules are applied.
//
// The error is set_config's.
func (s *Statement) Rewrite(r *Rules, casts []string) (Rewritten, error) {
	w := &rewrite{Statement: s, r: r, casts: casts, hasJSONB: strings.Contains(s.Text, "jsonb") || strings.Contains(s.Text, "JSONB"), hasArrays: strings.Contains(s.Text, "[")}
	w.selectInto()
	for i, t := range s.Tokens {
		switch t.Kind {
		case Param:
			if to := w.castOf(i); to != "" && w.instead[i] == "" {
				w.put(i, "CAST("+s.Raw(i)+" AS "+to+")")
			}
		case String:
			if raw := s.Raw(i); raw[0] == '\'' {
				if text := s.literal(i, raw); text != raw {
					w.put(i, text)
				}
			} else if (raw[0] == 'e' || raw[0] == 'E') && strings.ContainsAny(raw, "uU") { // \u00e9 is not implemented there
				if text := Unquote(raw); unicodeEscape.MatchString(raw) && utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
					w.put(i, Quote(text))
				}
			}
		case Word:
			name := s.Name(i)
			if w.labels[i] {
				continue
			}
			if !s.Is(i-1, ".") {
				w.word(i, name)
				w.typedLiteral(i)
				w.ownDatabase(i)
			}
			w.functionColumn(i, name)
			w.systemColumn(i, name)
		case Quoted:
			if !s.Is(i-1, ".") {
				w.ownDatabase(i)
			}
		case Op:
			switch s.Raw(i) {
			case "::":
				w.cast(i)
			case "[":
				w.vectorSubscript(i)
			case "~":
				w.match(i)
				w.likeOperator(i)
			case "#", "@", "<", "?":
				w.jsonOperator(i)
			case "||", "-":
				w.jsonb(i)
			case "->", "->>":
				w.arrow(i)
			}
		}
	}
	w.systemColumns()
	w.typedCalls(false)
	slices.SortStableFunc(w.later, func(a, b later) int { return (a.to - a.from) - (b.to - b.from) }) // what is inside another first
	for _, l := range w.later {
		l.do()
	}
	w.typedCalls(true)
	w.moveRows()
	for _, f := range w.names {
		f()
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

// word applies the rule for a word without quotes; name is it in lower case.
func (w *rewrite) word(i int, name string) {
	switch name {
	case "pg_catalog":
		w.pgCatalog(i)
	case "information_schema":
		w.informationSchema(i)
	case "tavana":
		w.own(i)
	case "current_user", "session_user", "user", "current_role", "current_catalog", "current_schema":
		w.value(i)
	case "current_database", "version", "pg_backend_pid":
		w.call(i)
	case "current_schemas":
		w.schemas(i)
	case "current_setting":
		w.setting(i)
	case "generate_series", "unnest", "generate_subscripts":
		w.functionAlias(i)
		w.vectorCall(i)
	case "extract":
		w.extract(i)
	case "sum":
		w.sum(i)
	case "percentile_cont":
		w.percentile(i)
	case "round":
		w.round(i)
	case "overlay":
		w.keywordCall(i, "tavana_overlay", "PLACING", "FROM", "FOR")
	case "position":
		w.keywordCall(i, "tavana_position", "IN")
	case "overlaps":
		w.overlaps(i)
	case "similar":
		w.similar(i)
	case "substring":
		w.substring(i)
	case "authorization":
		w.authorization(i)
	case "explain":
		w.explain(i)
	case "using", "tablespace":
		w.storage(i)
	case "on":
		w.onCommit(i)
	case "aclexplode":
		w.aclExplode(i)
	case "any", "some", "all":
		w.anyOf(i)
		w.anyOfVector(i)
		w.likeAny(i)
	case "set_config":
		w.setConfig(i)
	case "set":
		w.setColumns(i)
	case "fetch":
		w.withTies(i)
	case "symmetric":
		w.symmetric(i)
	case "float":
		w.float(i)
	case "pg_temp", "pg_temp_1":
		if w.Is(i+1, ".") {
			w.put(i, "temp")
		}
	case "at", "by":
		w.plainWord(i)
	case "to_number":
		w.toNumber(i)
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
	case "select", "returning":
		w.selectList(i)
	case "like", "ilike":
		if !w.IsAny(i-1, "(", ",") { // CREATE TABLE t (LIKE u)
			w.escape(i + 1)
		}
	case "coalesce":
		w.coalesceArray(i)
	case "preceding", "following":
		w.frameOffset(i - 1)
	case "timestamptz", "timestamp":
		w.zonedPrecision(i)
	case "jsonb":
		_, done := w.instead[i]
		switch {
		case done:
		case w.isType(i):
			w.put(i, "JSON")
		case i+1 < len(w.Tokens) && w.Tokens[i+1].Kind == String && w.r.Catalog != "": // jsonb '{}'
			w.put(i, w.r.Catalog+".tavana_to_jsonb(")
			w.append(i+1, ")")
		}
	case "json_object":
		w.jsonObject(i)
	default:
		if w.Is(i+1, "(") {
			w.function(i, name)
		}
	}
}

// function applies the rules for a call of a function at token i.
func (w *rewrite) function(i int, name string) {
	if own, ok := renamed[name]; ok && !w.inFrom(i) {
		w.put(i, own)
	}
	w.sortDistinct(i, name)
	if !w.set(i, name) && !w.jsonAggregate(i) && !w.jsonBuild(i) {
		w.scalarInFrom(i)
	}
}

// renamed are functions that DuckDB has under another name, and that no macro can stand for: aggregates.
var renamed = map[string]string{"every": "bool_and"}

// sortDistinct sorts the values of an aggregate of DISTINCT ones: PostgreSQL finds them by sorting, and their order is counted on.
func (w *rewrite) sortDistinct(i int, name string) {
	switch name {
	case "array_agg", "string_agg", "json_agg", "jsonb_agg":
	default:
		return
	}
	end, first := w.afterParens(i+1), i+3
	if !w.Is(i+1, "(") || !w.Is(i+2, "DISTINCT") || !w.Is(end-1, ")") {
		return
	}
	argEnd := min(w.itemEnd(first), end-1)
	for j := argEnd; j < end-1; j++ {
		if w.Is(j, "ORDER") {
			return
		}
	}
	if argEnd <= first || !w.isPlain(first, argEnd) {
		return
	}
	w.names = append(w.names, func() {
		erased, isErased := w.instead[end-1]
		if text := w.renderedAll(first, argEnd); !strings.Contains(text, w.r.Catalog) && (!isErased || erased != "") {
			w.append(end-2, " ORDER BY "+text)
		}
	})
}

// isPlain tells whether tokens from start to end are made of columns by casts and some functions. What is made by a macro is
// another expression to DuckDB each time, and a constant orders nothing.
func (w *rewrite) isPlain(start, end int) bool {
	columns := false
	for j := start; j < end; j++ {
		switch t := w.Tokens[j]; {
		case t.Kind == Op:
			if !w.IsAny(j, ".", "::", "(", ")", ",", "+", "*") {
				return false
			}
		case w.Is(j+1, "("):
			if !w.IsAny(j, "lower", "upper", "trim", "coalesce", "nullif", "cast", "length") || w.r.InCatalog(w.Name(j)) {
				return false
			}
		case w.IsAny(j, "SELECT", "CASE", "ORDER"):
			return false
		case (t.Kind == Word || t.Kind == Quoted) && !w.IsAny(j-1, "::", "AS"):
			columns = columns || t.Kind == Quoted || !isReserved(w.Raw(j))
		}
	}
	return columns
}

// pgCatalog qualifies what the catalog has, and takes the schema from what DuckDB has by itself.
func (w *rewrite) pgCatalog(i int) {
	if !w.Is(i+1, ".") {
		return
	}
	name := w.Name(i + 2)
	if w.r.InCatalog != nil && w.r.InCatalog(name) && !w.stands(name, i+2) && !returnsRows(name) {
		w.put(i, w.r.Catalog)
		return
	}
	w.drop(i, i+2)
	if i+2 < len(w.Tokens) && w.Tokens[i+2].Kind == Word && name != "pg_catalog" {
		w.word(i+2, name)
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

// own qualifies Tavana's own views.
func (w *rewrite) own(i int) {
	if w.Is(i+1, ".") && !w.Is(i-1, ".") && !w.Is(i+3, ".") && w.r.InOwn != nil && w.r.InOwn(w.Name(i+2)) {
		w.put(i, w.r.Own)
	}
}

func (w *rewrite) informationSchema(i int) {
	if !w.Is(i+1, ".") {
		return
	}
	name := w.Name(i + 2)
	if end := w.afterParens(i + 3); name == "_pg_expandarray" && w.Is(i+3, "(") && w.r.Catalog != "" {
		w.put(i, "unnest("+w.r.Catalog+".tavana_expandarray")
		w.drop(i+1, i+3)
		w.append(end-1, ")")
		return
	}
	if sqlType, ok := informationTypes[name]; ok {
		w.put(i, sqlType)
		w.drop(i+1, i+3)
	} else if w.r.InInformation != nil && w.r.InInformation(name) {
		w.put(i, w.r.Information)
	}
}

// ownDatabase leaves out the database's name before one of PostgreSQL's own schemas: DuckDB has them elsewhere.
func (w *rewrite) ownDatabase(i int) {
	switch {
	case !w.Is(i+1, "."):
		return
	case w.Tokens[i].Kind == Quoted && w.Name(i) == "pg_temp_1":
		w.put(i, "temp")
		return
	case w.r.Value == nil || !w.Is(i+3, "."):
		return
	}
	own, ok := w.r.Value("current_database")
	if !ok || own != Quote(w.Name(i)) {
		return
	}
	switch w.Name(i + 2) {
	case "information_schema":
		w.drop(i, i+2)
		w.informationSchema(i + 2)
	case "pg_catalog":
		w.drop(i, i+2)
		w.pgCatalog(i + 2)
	case "tavana":
		if w.r.InOwn != nil && w.r.InOwn(w.Name(i+4)) {
			w.drop(i, i+2)
			w.put(i+2, w.r.Own)
		}
	}
}

// plainWord quotes a word that is a name in PostgreSQL and none in DuckDB: AT and BY, where they do not belong to a clause,
// such as AT TIME ZONE, GROUP BY, and DuckDB's own BY NAME.
func (w *rewrite) plainWord(i int) {
	switch {
	case w.Is(i, "AT"):
		if w.Is(i+1, "TIME") || w.Is(i+1, "LOCAL") || w.Is(i+1, "(") {
			return
		}
	case w.IsAny(i-1, "GROUP", "ORDER", "PARTITION", "PARTITIONED", "SORTED", "CLUSTER", "INCREMENT"), w.IsAny(i+1, "NAME", "POSITION"):
		return
	}
	w.put(i, `"`+w.Name(i)+`"`)
}

// toNumber gives a number that is read by a format as many digits behind the point as the format has.
func (w *rewrite) toNumber(i int) {
	args, next, ok := w.Arguments(i + 1)
	if !ok || len(args) != 2 || w.Tokens[next-2].Kind != String || w.r.Catalog == "" {
		return
	}
	format := strings.ToUpper(Unquote(w.Raw(next - 2)))
	_, fraction, _ := strings.Cut(strings.ReplaceAll(format, "D", "."), ".")
	digits := strings.Count(fraction, "9") + strings.Count(fraction, "0")
	w.insert(i, "CAST(")
	w.append(next-1, " AS DECIMAL(38,"+strconv.Itoa(min(digits, 30))+"))")
}

// informationTypes are the domains of information_schema.
var informationTypes = map[string]string{
	"sql_identifier": "VARCHAR", "character_data": "VARCHAR", "yes_or_no": "VARCHAR", "cardinal_number": "INTEGER", "time_stamp": "TIMESTAMPTZ",
}

// value puts the session's value for a word such as current_user.
func (w *rewrite) value(i int) {
	if w.r.Value == nil || w.Is(i+1, ".") || w.IsAny(i-1, "AS", "AUTHORIZATION") || i == 1 && w.IsAny(0, "CREATE", "ALTER", "DROP") {
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
	byName := w.settingsByName(next)
	for j := range w.Tokens {
		if !byName && (w.IsAny(j, "FROM", "WHERE", "CASE") || j == 0 && !w.Is(j, "SELECT")) { // it acts once, whatever a row says
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

// settingsByName tells whether what follows token i is FROM the settings WHERE name = 'a setting', and nothing else: one row,
// if there is such a setting. pgAdmin sets what it needs so.
func (s *Statement) settingsByName(i int) bool {
	if !s.Is(i, "FROM") {
		return false
	}
	i++
	if s.Is(i, "pg_catalog") && s.Is(i+1, ".") {
		i += 2
	}
	if !s.IsAny(i, "pg_show_all_settings", "pg_settings") {
		return false
	}
	if i++; s.Is(i, "(") {
		i = s.afterParens(i)
	}
	return s.Is(i, "WHERE") && s.Is(i+1, "name") && s.Is(i+2, "=") && i+4 == len(s.Tokens) && s.Tokens[i+3].Kind == String
}

var unicodeEscape = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`)

// Quote returns s as a string literal of SQL.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// functionColumns are the columns that have functions' numbers, by their relation.
var functionColumns = map[string]string{
	"typinput": "pg_type", "typoutput": "pg_type", "typreceive": "pg_type", "typsend": "pg_type", "typmodin": "pg_type", "typmodout": "pg_type",
	"typanalyze": "pg_type", "amhandler": "pg_am",
}

// functionColumn shows the name of a function where a column of the catalog has its number: in a result, and cast to text.
func (w *rewrite) functionColumn(i int, name string) {
	if w.r.Catalog == "" || !w.isFunctionColumn(name) {
		return
	}
	start := i
	for w.Is(start-1, ".") && start >= 2 {
		start -= 2
	}
	alone := w.isResult(start, i+1)
	switch {
	case w.Is(i+1, "::") && w.IsAny(i+2, "TEXT", "VARCHAR", "REGPROC"):
		w.drop(i+1, i+3)
	case alone:
	default:
		return
	}
	w.insert(start, w.r.Catalog+".tavana_type_function(")
	w.append(i, ")")
	if alone && w.itemEnd(start) == i+1 {
		w.append(i, " AS "+w.Name(i))
	}
}

func (s *Statement) isFunctionColumn(name string) bool {
	if !strings.HasPrefix(name, "typ") && name != "amhandler" {
		return false
	}
	relation := functionColumns[name]
	return relation != "" && s.mentions(relation)
}

// mentions tells whether the statement has a name in it.
func (s *Statement) mentions(name string) bool {
	for i := range s.Tokens {
		if s.Name(i) == name {
			return true
		}
	}
	return false
}
