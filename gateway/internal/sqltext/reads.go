package sqltext

import (
	"path"
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
	// Filtered says that there is a WHERE, and Conditions are what every row that is read must meet. There may be others.
	Filtered   bool
	Conditions []Condition
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
	r := reader{Statement: s, out: Reads{Names: map[string]bool{}}, ctes: map[string]bool{}}
	r.read()
	return r.out
}

// reader walks the tokens; levels are the open parentheses.
type reader struct {
	*Statement
	out    Reads
	ctes   map[string]bool
	levels []level
	// loose says that a condition may not hold for every row: there is an OR or a NOT.
	loose bool
}

// level is what is known within a pair of parentheses.
type level struct {
	// from: a FROM list is open. item: what comes next is one of the list.
	from, item bool
	// words: FROM is a word of a function, as in extract(year FROM d).
	words bool
}

func (r *reader) read() {
	r.levels = []level{{}}
	for i := 0; i < len(r.Tokens); i++ {
		top := &r.levels[len(r.levels)-1]
		switch t := r.Tokens[i]; {
		case r.IsAny(i, "(", "[", "{"):
			top.item = false
			r.levels = append(r.levels, level{words: r.IsAny(i-1, "extract", "substring", "trim", "overlay", "position")})
		case r.IsAny(i, ")", "]", "}"):
			if len(r.levels) > 1 {
				r.levels = r.levels[:len(r.levels)-1]
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
			i = r.item(i)
		case t.Kind == Word:
			r.word(i, top)
		case t.Kind == Quoted:
			r.out.Names[strings.ToLower(r.Name(i))] = true
		}
	}
	if r.loose {
		r.out.Conditions = nil
	}
}

// word looks at a word outside of a list of what is read.
func (r *reader) word(i int, top *level) {
	name := strings.ToLower(r.Name(i))
	switch name {
	case "from":
		if !top.words && !r.Is(i-1, "DISTINCT") {
			top.from, top.item = true, true
			r.out.Star = r.out.Star || !r.selects(i)
		}
		return
	case "join":
		top.from, top.item = true, true
		return
	case "update":
		if i == 0 {
			top.item = true
		}
		return
	case "where", "qualify":
		r.out.Filtered = true
		top.from, top.item = false, false
		return
	case "group", "order", "limit", "having", "window", "union", "intersect", "except", "select", "set", "returning", "offset":
		top.from, top.item = false, false
		return
	case "recursive":
		r.out.Computes = true
		return
	case "or", "not", "case":
		r.loose = true
		return
	case "as":
		if next := r.afterMaterialized(i + 1); r.Is(next, "(") && r.IsAny(next+1, "SELECT", "WITH", "FROM", "VALUES", "INSERT", "UPDATE", "DELETE", "(") {
			if j := r.beforeNames(i - 1); j >= 0 && (r.Tokens[j].Kind == Word || r.Tokens[j].Kind == Quoted) {
				r.ctes[strings.ToLower(r.Name(j))] = true
			}
		}
		return
	}
	r.out.Names[name] = true
	r.condition(i, name)
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

// selects tells whether a SELECT, or a DELETE, comes before the FROM at token i: without one, all columns are meant.
func (r *reader) selects(i int) bool {
	depth := 0
	for i--; i >= 0; i-- {
		switch {
		case r.IsAny(i, ")", "]", "}"):
			depth++
		case r.IsAny(i, "(", "[", "{"):
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && r.Tokens[i].Kind == Word && r.IsAny(i, "SELECT", "DELETE", "UPDATE", "SHOW", "SUMMARIZE", "COPY"):
			return true
		}
	}
	return false
}

// isStar tells whether a * stands for columns, not for a product nor for count(*)'s rows.
func (r *reader) isStar(i int) bool {
	if r.Is(i-1, "(") {
		return r.Is(i-2, "COLUMNS")
	}
	return i > 0 && (r.Tokens[i-1].Kind == Word && r.IsAny(i-1, "SELECT", "DISTINCT", "ALL") || r.IsAny(i-1, ",", ".", ")") && (i+1 >= len(r.Tokens) || r.IsAny(i+1, ",", "FROM", ")", "EXCLUDE", "REPLACE", "RENAME")))
}

// item looks at something that is read, and returns its last token.
func (r *reader) item(i int) int {
	if r.Tokens[i].Kind == String {
		r.file(Unquote(r.Raw(i)))
		return i
	}
	o, next := r.object(i)
	if r.Is(next, "(") {
		return r.function(strings.ToLower(o.Name), next)
	}
	if r.Tokens[i].Kind == Quoted && next == i+1 && formatOf(o.Name) != "" {
		r.file(o.Name)
		return i
	}
	if o.Schema != "" || !r.ctes[strings.ToLower(o.Name)] {
		r.out.List = append(r.out.List, Read{Object: o})
	}
	return next - 1
}

func (r *reader) file(name string) {
	f := formatOf(name)
	if f == "" {
		r.out.Unknown = true
		return
	}
	r.out.List = append(r.out.List, Read{Files: []string{name}, Format: f})
}

// function looks at a table function whose parenthesis opens at token open, and returns the token before it: what is inside is
// walked over like everything else.
func (r *reader) function(name string, open int) int {
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
		r.out.List = append(r.out.List, read)
	}
	return open - 1
}

// inList tells whether token i is inside of the list that a function's first argument is.
func (r *reader) inList(open, i int) bool { return r.Is(open+1, "[") && i > open+1 }

// condition notes a comparison of the name at token i with values that are written out.
func (r *reader) condition(i int, name string) {
	if r.IsAny(i+1, "=", "<", "<=", ">", ">=") {
		if v, ok := r.value(i + 2); ok && !r.IsAny(i+3, "+", "-", "*", "/", "::", "||") {
			r.out.Conditions = append(r.out.Conditions, Condition{name, r.Raw(i + 1), []string{v}})
		}
		return
	}
	if r.Is(i+1, "BETWEEN") && r.Is(i+3, "AND") {
		low, ok := r.value(i + 2)
		high, ok2 := r.value(i + 4)
		if ok && ok2 {
			r.out.Conditions = append(r.out.Conditions, Condition{name, ">=", []string{low}}, Condition{name, "<=", []string{high}})
		}
		return
	}
	if !r.Is(i+1, "IN") || !r.Is(i+2, "(") {
		return
	}
	c := Condition{Column: name, Op: "="}
	for j := i + 3; ; j += 2 {
		v, ok := r.value(j)
		if !ok {
			return
		}
		c.Values = append(c.Values, v)
		if r.Is(j+1, ")") {
			break
		}
		if !r.Is(j+1, ",") {
			return
		}
	}
	r.out.Conditions = append(r.out.Conditions, c)
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
