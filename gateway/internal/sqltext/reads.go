package sqltext

import (
	"path"
	"slices"
	"strings"
)

// Format is what files that a statement reads are.
type Format string

// The formats.
const (
	Parquet Format = "parquet"
	CSV     Format = "csv"
	JSON    Format = "json"
	Delta   Format = "delta"
	Iceberg Format = "iceberg"
)

// Read is one of the things that a statement reads.
type Read struct {
	// Files are the names of files, as they are written, globs among them, and Format what they are; none: it is a relation.
	Files  []string
	Format Format
	Object Object
	// Conditions are what all rows that are wanted of it meet. There may be others.
	Conditions []Condition
}

// Condition is a comparison of a name with values, as in year = 2024 and year IN (2023, 2024).
type Condition struct {
	Column string // in lower case
	Op     string // = < <= > >=; several Values: one of them
	Values []string
}

// Reads is what a statement reads, as far as its words tell.
type Reads struct {
	List []Read
	// Computes says that rows are made by a function, such as range, or by recursion.
	Computes bool
	// Unknown says that there may be more: a function reads what is computed.
	Unknown bool
	// Names are the words that may be columns, in lower case. Star says that all columns are wanted.
	Names map[string]bool
	Star  bool
	// Filtered says that there is a WHERE.
	Filtered bool
}

// formats are the functions that read files.
var formats = map[string]Format{
	"read_parquet": Parquet, "parquet_scan": Parquet, "read_csv": CSV, "read_csv_auto": CSV, "read_text": CSV, "read_blob": CSV, "read_json": JSON,
	"read_json_auto": JSON, "read_json_objects": JSON, "read_json_objects_auto": JSON, "read_ndjson": JSON, "read_ndjson_auto": JSON,
	"read_ndjson_objects": JSON, "delta_scan": Delta, "iceberg_scan": Iceberg,
}

// formatOf returns what a file is by its name; "": it is none that DuckDB reads by its name alone.
func formatOf(name string) Format {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst", ".bz2"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch path.Ext(name) {
	case ".parquet":
		return Parquet
	case ".csv", ".tsv", ".txt":
		return CSV
	case ".json", ".jsonl", ".ndjson":
		return JSON
	}
	return ""
}

// Reads returns what the statement reads.
func (s *Statement) Reads() Reads {
	r := reader{Statement: s, out: Reads{Names: map[string]bool{}}}
	r.read()
	return r.out
}

// reader walks the tokens; levels are the open parentheses.
type reader struct {
	*Statement
	out    Reads
	levels []level
	// call is that of the level that opens next.
	call *selection
}

// level is what is known within a pair of parentheses.
type level struct {
	// from: a FROM list is open. item: what comes next is one of the list.
	from, item bool
	// words: FROM is a word of a function, as in extract(year FROM d).
	words bool
	// selected: a SELECT, or the like, came before: a FROM without one means all columns, and what comes after AS is a name.
	selected bool
	ctes     map[string]bool
	// call is the SELECT that a function's rows are read in, whose parentheses these are; nil: they are no such.
	call *selection
	// of is the SELECT that it belongs to: of one that is a part of a list or of a condition, that of the level above.
	of    *selection
	where *where // of a level within a WHERE; nil: it is none
	part  bool   // of the level above's condition
}

// selection is one SELECT, or another statement with a WHERE.
type selection struct {
	items      int      // of its lists
	reads      []int    // those of them that are of Reads.List
	names      []string // by which columns of them are qualified, in lower case
	renamed    bool     // columns have other names, as in t(a, b)
	conditions []Condition
}

// where is a condition, or a part of one in parentheses.
type where struct {
	conditions []Condition
	loose      bool // they may not hold for every row: there is an OR or a NOT
	between    bool // a BETWEEN waits for its AND
	high       int  // the token of the last such AND: what follows is a value
}

// queries are the words that a query begins with, and clauses those that end a WHERE.
var (
	queries = []string{"SELECT", "WITH", "FROM", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "DESCRIBE", "SUMMARIZE", "SHOW"}
	clauses = []string{
		"GROUP", "ORDER", "LIMIT", "HAVING", "WINDOW", "QUALIFY", "UNION", "INTERSECT", "EXCEPT", "OFFSET", "FETCH", "RETURNING", "SELECT",
	}
)

// deepestLevel is how deep parentheses are looked into.
const deepestLevel = 200

func (r *reader) read() {
	r.levels = []level{{of: &selection{}}}
	for i := 0; i < len(r.Tokens); i++ {
		top := &r.levels[len(r.levels)-1]
		switch t := r.Tokens[i]; {
		case r.IsAny(i, "(", "[", "{"):
			if len(r.levels) > deepestLevel {
				r.out = Reads{Names: r.out.Names, Unknown: true}
				return
			}
			r.open(i, top)
		case r.IsAny(i, ")", "]", "}"):
			if len(r.levels) > 1 {
				r.close(i)
			}
		case t.Kind == Op && r.Is(i, ","):
			top.item = top.from
		case t.Kind == Op && r.Is(i, "*"):
			r.out.Star = r.out.Star || r.isStar(i)
		case top.item && (t.Kind == Word || t.Kind == Quoted || t.Kind == String):
			if t.Kind == Word && r.IsAny(i, "LATERAL", "ONLY") {
				continue
			}
			top.item = false
			top.of.items++
			i = r.item(i, top.of)
		case t.Kind == Word:
			r.word(i, top)
		case t.Kind == Quoted:
			r.name(i, top)
		}
	}
	for len(r.levels) > 0 {
		r.close(len(r.Tokens))
	}
}

// open begins a level at the parenthesis at token i.
func (r *reader) open(i int, top *level) {
	query := r.IsAny(i+1, queries...)
	next := level{words: r.IsAny(i-1, "extract", "substring", "trim", "overlay", "position"), of: &selection{}, call: r.call}
	r.call = nil
	switch {
	case top.item && r.Is(i, "(") && !query: // around joins
		next.from, next.item, next.of = true, true, top.of
	case top.item:
		top.of.items++
	case top.where != nil && r.Is(i, "(") && !query && r.IsAny(i-1, "WHERE", "AND", "(") && i-1 != top.where.high:
		next.part, next.where, next.of = true, &where{}, top.of
	}
	top.item = false
	r.levels = append(r.levels, next)
}

// close ends the level whose closing parenthesis is token i.
func (r *reader) close(i int) {
	top := &r.levels[len(r.levels)-1]
	r.levels = r.levels[:len(r.levels)-1]
	if top.call != nil {
		r.alias(i+1, top.call)
	}
	if !top.part {
		r.endWhere(top)
		if len(r.levels) == 0 || r.levels[len(r.levels)-1].of != top.of {
			r.endSelection(top.of)
		}
		return
	}
	up := r.levels[len(r.levels)-1].where
	switch {
	case up == nil || top.where.loose || !r.endsCondition(i+1):
	case len(up.conditions) == 0: // as of many parentheses around one condition
		up.conditions = top.where.conditions
	default:
		up.conditions = append(up.conditions, top.where.conditions...)
	}
}

// endWhere ends the level's WHERE, if there is one. What ends within a part of a condition is no condition.
func (r *reader) endWhere(l *level) {
	if l.part {
		l.where.loose = true
		return
	}
	if l.where != nil && !l.where.loose {
		l.of.conditions = l.where.conditions
	}
	l.where = nil
}

// nextSelection ends the level's SELECT, and begins another one.
func (r *reader) nextSelection(l *level) {
	r.endWhere(l)
	if !l.part {
		r.endSelection(l.of)
		l.of = &selection{}
	}
}

// endSelection gives what a SELECT reads its conditions, where they can be of nothing else.
func (r *reader) endSelection(s *selection) {
	if s.items == 1 && len(s.reads) == 1 && !s.renamed {
		r.out.List[s.reads[0]].Conditions = s.conditions
	}
}

// endsCondition tells whether token i comes after a whole condition, which AND may join with others.
func (r *reader) endsCondition(i int) bool {
	return i >= len(r.Tokens) || r.IsAny(i, ")", "AND", ";") || r.IsAny(i, clauses...)
}

// name notes a name that may be a column.
func (r *reader) name(i int, top *level) {
	name := strings.ToLower(r.Name(i))
	r.out.Names[name] = true
	before := i - 1
	if r.Is(before, ".") && slices.Contains(top.of.names, strings.ToLower(r.Name(i-2))) {
		const most = 3 // of a database, a schema and a table
		for n := 0; n < most && r.Is(before, "."); n++ {
			before -= 2
		}
	}
	if top.where != nil && r.IsAny(before, "WHERE", "AND", "(") && before != top.where.high {
		r.condition(i, name, top.where)
	}
}

// word looks at a word outside of a list of what is read.
func (r *reader) word(i int, top *level) {
	name := strings.ToLower(r.Name(i))
	if r.Is(i-1, ".") || r.Is(i-1, "AS") && top.selected {
		r.name(i, top) // though it is a word of the language elsewhere
		return
	}
	switch name {
	case "from":
		if !top.words && !r.Is(i-1, "DISTINCT") {
			top.from, top.item = true, true
			r.out.Star = r.out.Star || !top.selected
		}
		return
	case "join":
		top.from, top.item = true, true
		return
	case "update":
		top.item = top.item || i == 0
		top.selected = true
		return
	case "delete", "show", "copy":
		top.selected = true
	case "between":
		if top.where != nil {
			top.where.between = true
		}
		return
	case "and":
		if top.where != nil && top.where.between {
			top.where.between, top.where.high = false, i
		}
		return
	case "using":
		top.item = len(r.levels) == 1 && r.IsAny(0, "DELETE", "MERGE") && !r.Is(i+1, "(")
		return
	case "table":
		if !r.IsAny(i-1, "CREATE", "TEMP", "TEMPORARY", "UNLOGGED", "REPLACE", "DROP", "ALTER", "INTO", "ON", "LOCK", "TRUNCATE", "ANALYZE") && !r.Is(i+1, "(") {
			top.item, r.out.Star = true, true
		}
		return
	case "pivot", "unpivot", "summarize", "describe":
		if (i == 0 || r.IsAny(i-1, "(", "ALL", "UNION", "AS")) && !r.Is(i+1, "(") && !r.IsAny(i+1, queries...) {
			top.item, r.out.Star = true, true
		}
		return
	case "where":
		r.out.Filtered = true
		r.endWhere(top)
		top.from, top.item = false, false
		if !top.part {
			top.where = &where{}
		}
		return
	case "conflict":
		if r.Is(i-1, "ON") { // what follows is of what is written
			top.from, top.item = false, false
			r.nextSelection(top)
		}
		return
	case "qualify":
		r.out.Filtered = true
		fallthrough
	case "group", "order", "limit", "having", "window", "select", "returning", "offset":
		top.from, top.item = false, false
		r.endWhere(top)
		top.selected = top.selected || name == "select"
		return
	case "union", "intersect", "except":
		top.selected = false
		top.from, top.item = false, false
		r.nextSelection(top)
		return
	case "recursive":
		r.out.Computes = true
		return
	case "or", "not", "case":
		if top.where != nil {
			top.where.loose = true
		}
		return
	case "as":
		if next := r.afterMaterialized(i + 1); r.Is(next, "(") && (r.IsAny(next+1, queries...) || r.IsAny(next+1, "INSERT", "UPDATE", "DELETE", "(")) {
			if j := r.beforeNames(i - 1); j >= 0 && (r.Tokens[j].Kind == Word || r.Tokens[j].Kind == Quoted) {
				if top.ctes == nil {
					top.ctes = map[string]bool{}
				}
				top.ctes[strings.ToLower(r.Name(j))] = true
			}
		}
		return
	}
	r.name(i, top)
}

// isCTE tells whether a name is one of a WITH that is to be seen here.
func (r *reader) isCTE(name string) bool {
	return slices.ContainsFunc(r.levels, func(l level) bool { return l.ctes[name] })
}

// afterMaterialized passes MATERIALIZED and NOT MATERIALIZED.
func (r *reader) afterMaterialized(i int) int {
	if r.Is(i, "NOT") {
		i++
	}
	if r.Is(i, "MATERIALIZED") {
		i++
	}
	return i
}

// beforeNames passes, backwards, a list of column names in parentheses.
func (r *reader) beforeNames(i int) int {
	if !r.Is(i, ")") {
		return i
	}
	for i--; i >= 0 && !r.Is(i, "("); i-- {
	}
	return i - 1
}

// isStar tells whether a * stands for columns, not for a product nor for count(*)'s rows.
func (r *reader) isStar(i int) bool {
	if r.Is(i-1, "(") {
		return r.Is(i-2, "COLUMNS")
	}
	return i > 0 && (r.Tokens[i-1].Kind == Word && r.IsAny(i-1, "SELECT", "DISTINCT", "ALL") || r.IsAny(i-1, ",", ".", ")") && (i+1 >= len(r.Tokens) || r.IsAny(i+1, ",", "FROM", ")", "EXCLUDE", "REPLACE", "RENAME")))
}

// item looks at something that a SELECT reads, and returns its last token.
func (r *reader) item(i int, of *selection) int {
	if r.Tokens[i].Kind == String {
		r.file(Unquote(r.Raw(i)), of)
		r.alias(i+1, of)
		return i
	}
	o, next := r.object(i)
	if r.Is(next, "(") {
		r.call = of
		return r.function(strings.ToLower(o.Name), next, of)
	}
	of.named(strings.ToLower(o.Name))
	r.alias(next, of)
	if r.Tokens[i].Kind == Quoted && next == i+1 && formatOf(o.Name) != "" {
		r.file(o.Name, of)
		return i
	}
	if o.Schema != "" || !r.isCTE(strings.ToLower(o.Name)) {
		r.reads(Read{Object: o}, of)
	}
	return next - 1
}

// named notes a name of what is read. Where more than one thing is, conditions are of none.
func (s *selection) named(name string) {
	if s.items <= 1 {
		s.names = append(s.names, name)
	}
}

// alias notes the name that what is read is given at token i.
func (r *reader) alias(i int, of *selection) {
	if r.Is(i, "AS") {
		i++
	}
	if i < len(r.Tokens) && (r.Tokens[i].Kind == Word || r.Tokens[i].Kind == Quoted) {
		of.named(strings.ToLower(r.Name(i)))
		of.renamed = of.renamed || r.Is(i+1, "(") && !r.IsAny(i, "USING", "JOIN", "WHERE", "PIVOT", "UNPIVOT", "TABLESAMPLE")
	}
}

// reads notes something that is read. Its names are kept for longer than the statement.
func (r *reader) reads(read Read, of *selection) {
	for i, f := range read.Files {
		read.Files[i] = strings.Clone(f)
	}
	of.reads = append(of.reads, len(r.out.List))
	r.out.List = append(r.out.List, read)
}

func (r *reader) file(name string, of *selection) {
	f := formatOf(name)
	if f == "" {
		r.out.Unknown = true
		return
	}
	r.reads(Read{Files: []string{name}, Format: f}, of)
}

// function looks at a table function whose parenthesis opens at token open, and returns the token before it: what is inside is
// walked over like everything else.
func (r *reader) function(name string, open int, of *selection) int {
	format, ok := formats[name]
	if !ok {
		r.out.Computes = true
		return open - 1
	}
	read := Read{Format: format}
	for i := open + 1; i < len(r.Tokens); i++ {
		switch {
		case r.Tokens[i].Kind == String:
			read.Files = append(read.Files, Unquote(r.Raw(i)))
			continue
		case r.Is(i, "["), r.Is(i, ",") && r.inList(open, i):
			continue
		case r.Is(i, "]"), r.Is(i, ","), r.Is(i, ")"):
		default:
			r.out.Unknown = true
		}
		break
	}
	if len(read.Files) > 0 {
		r.reads(read, of)
	}
	return open - 1
}

// inList tells whether token i is inside of the list that a function's first argument is.
func (r *reader) inList(open, i int) bool { return r.Is(open+1, "[") && i > open+1 }

// condition notes a comparison of the name at token i with values that are written out, if it is a whole condition.
func (r *reader) condition(i int, name string, w *where) {
	end := 0
	var list []Condition
	switch {
	case r.IsAny(i+1, "=", "<", "<=", ">", ">="):
		if v, ok := r.value(i + 2); ok {
			end, list = i+3, []Condition{{name, r.Raw(i + 1), []string{v}}}
		}
	case r.Is(i+1, "BETWEEN") && r.Is(i+3, "AND"):
		low, ok := r.value(i + 2)
		if high, ok2 := r.value(i + 4); ok && ok2 {
			end, list = i+5, []Condition{{name, ">=", []string{low}}, {name, "<=", []string{high}}}
		}
	case r.Is(i+1, "IN") && r.Is(i+2, "("):
		c := Condition{Column: name, Op: "="}
		for j := i + 3; ; j += 2 {
			v, ok := r.value(j)
			if !ok {
				return
			}
			c.Values = append(c.Values, v)
			if r.Is(j+1, ")") {
				end, list = j+2, []Condition{c}
				break
			}
			if !r.Is(j+1, ",") {
				return
			}
		}
	}
	if len(list) > 0 && r.endsCondition(end) {
		w.conditions = append(w.conditions, list...)
	}
}

// value returns a number or a text that is written out.
func (r *reader) value(i int) (string, bool) {
	if i >= len(r.Tokens) {
		return "", false
	}
	switch r.Tokens[i].Kind {
	case String:
		return Unquote(r.Raw(i)), true
	case Number:
		return r.Raw(i), true
	}
	return "", false
}
