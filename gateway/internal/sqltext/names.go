package sqltext

import (
	"strconv"
	"strings"
)

// ColumnNames are the names that PostgreSQL gives to a result's columns where the query gives none (FigureColname in its
// parse_target.c): a function's name, a cast's type, ?column?. DuckDB would show the expression.
type ColumnNames struct {
	// first are those from the left, and last those from the right of a *, which stands for any number of columns. "" leaves
	// a column its name.
	first, last []string
	star        bool
}

// Apply puts names into a result's names.
func (c *ColumnNames) Apply(names []string) {
	if !c.star && len(names) != len(c.first) || len(names) < len(c.first)+len(c.last) {
		return
	}
	for i, n := range c.first {
		if n != "" {
			names[i] = n
		}
	}
	for i, n := range c.last {
		if n != "" {
			names[len(names)-len(c.last)+i] = n
		}
	}
}

// ColumnNames returns the names of the statement's result; nil where there is nothing to name.
func (s *Statement) ColumnNames() *ColumnNames {
	i, values := s.resultList()
	switch {
	case values:
		return &ColumnNames{first: s.valuesNames(i)}
	case i > 0:
		return s.listNames(i)
	}
	return nil
}

// resultList returns the token with which the list of the statement's result begins, or its first row if it is a VALUES;
// 0: it has none.
func (s *Statement) resultList() (i int, values bool) {
	for s.Is(i, "(") {
		i++
	}
	if s.Is(i, "WITH") {
		i = s.afterWith(i)
	}
	for s.Is(i, "(") {
		i++
	}
	switch {
	case s.Is(i, "SELECT"):
		return s.afterDistinct(i + 1), false
	case s.Is(i, "VALUES"):
		return i + 1, true
	case s.IsAny(i, "INSERT", "UPDATE", "DELETE", "MERGE"):
		depth := 0
		for ; i < len(s.Tokens); i++ {
			switch {
			case s.Is(i, "("):
				depth++
			case s.Is(i, ")"):
				depth--
			case depth == 0 && s.Is(i, "RETURNING"):
				return i + 1, false
			}
		}
	}
	return 0, false
}

// isResult tells whether tokens from start to end (exclusive) are a whole item of the result's list, but for its alias.
func (s *Statement) isResult(start, end int) bool {
	i, values := s.resultList()
	if i == 0 || values {
		return false
	}
	for {
		next := s.itemEnd(i)
		if i == start {
			return end == next || s.Is(end, "AS") || end == next-1 && s.Name(end) != ""
		}
		if !s.Is(next, ",") || next >= start {
			return false
		}
		i = next + 1
	}
}

func (s *Statement) afterDistinct(i int) int {
	if s.Is(i, "ALL") {
		return i + 1
	}
	if !s.Is(i, "DISTINCT") {
		return i
	}
	if i++; s.Is(i, "ON") {
		i = s.afterParens(i + 1)
	}
	return i
}

// valuesNames are column1, column2 … for the first row of VALUES.
func (s *Statement) valuesNames(i int) []string {
	row, _, ok := s.Arguments(i)
	if !ok {
		return nil
	}
	names := make([]string, len(row))
	for n := range row {
		names[n] = "column" + strconv.Itoa(n+1)
	}
	return names
}

// listNames reads the list of a SELECT or RETURNING from token i.
func (s *Statement) listNames(i int) *ColumnNames {
	c := &ColumnNames{}
	for {
		end := s.itemEnd(i)
		if end == i {
			return nil
		}
		if s.Is(end-1, "*") && (end-1 == i || s.Is(end-2, ".")) {
			if c.star {
				return nil // where one star ends and the next begins can't be seen
			}
			c.star = true
		} else if name := s.itemName(i, end); c.star {
			c.last = append(c.last, name)
		} else {
			c.first = append(c.first, name)
		}
		if !s.Is(end, ",") {
			return c
		}
		i = end + 1
	}
}

// itemEnd returns the index after the item of a list that begins at token i.
func (s *Statement) itemEnd(i int) int {
	depth, cases := 0, 0
	for ; i < len(s.Tokens); i++ {
		switch {
		case s.IsAny(i, "(", "[", "{"):
			depth++
		case s.IsAny(i, ")", "]", "}"):
			if depth--; depth < 0 {
				return i
			}
		case depth > 0:
		case s.Is(i, "CASE"):
			cases++
		case s.Is(i, "END"):
			cases--
		case cases == 0 && (s.Is(i, ",") || s.IsAny(i, "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "INTO", "QUALIFY") && !s.Is(i-1, ".") && !s.IsAny(i-1, "DISTINCT", "AS", "WITHIN")):
			return i
		}
	}
	return i
}

// unnamed is PostgreSQL's name for a column without one.
const unnamed = "?column?"

// itemName returns the name of the item between two tokens; "" leaves DuckDB's, which is the alias or the column's name.
func (s *Statement) itemName(i, end int) string {
	if s.Is(end-2, "AS") || s.hasBareAlias(i, end) {
		if alias := s.Name(end - 1); alias != s.Raw(end-1) && s.Tokens[end-1].Kind == Word {
			return alias // DuckDB keeps its capitals
		}
		return ""
	}
	name, _ := s.figure(i, end)
	if name == "" {
		return unnamed
	}
	if end == i+1 && s.Tokens[i].Kind != String && s.Tokens[i].Kind != Number || s.Is(end-2, ".") && s.onlyNames(i, end) {
		if _, isValue := valueNames[name]; !isValue {
			return "" // a column
		}
	}
	return name
}

// hasBareAlias tells whether the item ends in a name that is no part of its expression.
func (s *Statement) hasBareAlias(i, end int) bool {
	last := end - 1
	if last == i || s.Name(last) == "" || s.Tokens[last].Kind == Word && noLabels[s.Name(last)] {
		return false
	}
	before := last - 1
	if s.Is(before-1, "::") {
		return !s.isTypeEnd(i, last)
	}
	if s.IsAny(before, "END", "NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "USER", "CURRENT_CATALOG", "CURRENT_SCHEMA", "LOCALTIME", "LOCALTIMESTAMP") {
		return true
	}
	switch s.Tokens[before].Kind {
	case String:
		// 'x' alias, but DATE 'x' has no alias there
		return true
	case Number, Param, Quoted:
		return true
	case Op:
		return s.IsAny(before, ")", "]") && !s.isTypeEnd(i, last) && !s.Is(s.opening(before)-1, "OPERATOR")
	}
	// Two words: an alias, unless they are a type's name (double precision) or an operator (IS TRUE, AT TIME ZONE).
	return !isReserved(s.Raw(before)) && !s.IsAny(before, "AS", "FROM", "ESCAPE", "USING", "EXCLUDE", "GLOB") && !(s.Is(before, "ZONE") && s.Is(before-2, "AT")) && !s.isTypeEnd(i, last)
}

// noLabels are the words that are a column's name behind AS only (AS_LABEL in PostgreSQL's kwlist.h), and those that end an
// expression.
var noLabels = wordSet(`array as char character create day except fetch filter for from grant group having hour intersect into
	isnull limit minute month notnull offset on order over overlaps precision returning second to union varying where window with
	within without year
	null true false end and or not is in like ilike between when then else case select distinct`)

// keywords are DuckDB's (duckdb_keywords()), none of which it takes for a column's name without AS.
var keywords = wordSet(`
	abort absolute access action add admin after aggregate all also alter always analyse analyze and anti any array as asc asof
	assertion assignment asymmetric at attach attribute authorization backward before begin between bigint binary bit boolean both
	by cache call called cascade cascaded case cast catalog centuries century chain char character characteristics check checkpoint
	class close cluster coalesce collate collation column columns comment comments commit committed compression concurrently
	configuration conflict connection constraint constraints content continue conversion copy cost create cross csv cube current
	cursor cycle data database day days deallocate dec decade decades decimal declare default defaults deferrable deferred definer
	delete delimiter delimiters depends desc describe detach dictionary disable discard distinct do document domain double drop
	each else enable encoding encrypted end enum error escape event except exclude excluding exclusive execute exists explain
	export export_state extension extensions external extract false family fetch filter first float following for force foreign
	forward freeze from full function functions generated glob global grant granted group grouping grouping_id groups handler
	having header hold hour hours identity if ignore ilike immediate immutable implicit import in include including increment index
	indexes inherit inherits initially inline inner inout input insensitive insert install instead int integer intersect interval
	into invoker is isnull isolation join json key label lambda language large last lateral leading leakproof left level like limit
	listen load local location lock locked logged macro map mapping match matched materialized maxvalue merge method microsecond
	microseconds millennia millennium millisecond milliseconds minute minutes minvalue mode month months move name names national
	natural nchar new next no none not nothing notify notnull nowait null nullif nulls numeric object of off offset oids old on
	only operator option options or order ordinality others out outer over overlaps overlay overriding owned owner parallel parser
	partial partition partitioned passing password percent persistent pivot pivot_longer pivot_wider placing plans policy position
	positional pragma preceding precision prepare prepared preserve primary prior privileges procedural procedure program
	publication qualify quarter quarters quote range read real reassign recheck recursive ref references referencing refresh
	reindex relative release rename repeatable replace replica reset respect restart restrict returning returns revoke right role
	rollback rollup row rows rule sample savepoint schema schemas scope scroll search second seconds secret security select semi
	sequence sequences serializable server session set setof sets share show similar simple skip smallint snapshot some sorted
	source sql stable standalone start statement statistics stdin stdout storage stored strict strip struct subscription substring
	summarize symmetric sysid system table tables tablesample tablespace target temp template temporary text then ties time
	timestamp to trailing transaction transform treat trigger trim true truncate trusted try_cast type types unbounded uncommitted
	unencrypted union unique unknown unlisten unlogged unpack unpivot until update use user using vacuum valid validate validator
	value values varchar variable variadic varying verbose version view views virtual volatile week weeks when where whitespace
	window with within without work wrapper write xml xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
	xmlpi xmlroot xmlserialize xmltable year years yes zone`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// isTypeEnd tells whether token last is the end of the name of a type with several words, as in x::double precision.
func (s *Statement) isTypeEnd(i, last int) bool {
	return s.IsAny(last, "PRECISION", "VARYING", "ZONE")
}

func isReserved(word string) bool {
	switch strings.ToUpper(word) {
	case "AND", "OR", "NOT", "IS", "NULL", "TRUE", "FALSE", "END", "IN", "LIKE", "ILIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE",
		"COLLATE", "AT", "SIMILAR", "TO", "SELECT", "DISTINCT", "ANY", "ALL", "SOME", "ARRAY", "CAST", "EXISTS", "OVER", "FILTER",
		"CURRENT_USER", "SESSION_USER", "USER", "CURRENT_ROLE", "CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
		"LOCALTIME", "LOCALTIMESTAMP", "CURRENT_SCHEMA", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "DEFAULT", "ISNULL", "NOTNULL":
		return true
	}
	return false
}

func (s *Statement) onlyNames(i, end int) bool {
	for ; i < end; i += 2 {
		if s.Name(i) == "" || i+1 < end && !s.Is(i+1, ".") {
			return false
		}
	}
	return true
}

// valueNames are words that are columns' names by themselves.
var valueNames = map[string]bool{
	"current_user": true, "session_user": true, "user": true, "current_role": true, "current_catalog": true, "current_date": true,
	"current_time": true, "current_timestamp": true, "localtime": true, "localtimestamp": true, "current_schema": true,
}

// figure returns the name of an expression, and how well it fits: 0 none, 1 a cast's type or a CASE, 2 a name.
func (s *Statement) figure(i, end int) (string, int) {
	for s.Is(i, "(") && s.afterParens(i) == end && end-i > 2 {
		i, end = i+1, end-1
		if s.Is(i, "SELECT") { // a subquery's column
			c := s.slice(i, end)
			names := c.ColumnNames()
			if names == nil || names.star || len(names.first) != 1 {
				return "", 0
			}
			if names.first[0] != "" {
				return strings.TrimPrefix(names.first[0], unnamed), 2
			}
			return c.aliasOf(), 2
		}
	}
	if s.Is(end-1, ")") && s.Is(s.opening(end-1)-1, "OVERLAPS") {
		return "overlaps", 2
	}
	for at := end - 2; at > i+2; at-- {
		if s.Is(at-2, "AT") && s.Is(at-1, "TIME") && s.Is(at, "ZONE") && s.primaryStart(end-1) == at+1 && s.zonedStart(at-3) == i {
			return "timezone", 2
		}
	}
	if s.Is(i, "CASE") && s.Is(end-1, "END") && s.primaryEnd(i) == end {
		return s.caseName(i, end), 1 // the ELSE's name, if that is one
	}
	// A cast at the very end: the name of what is cast, or else the type's.
	if at := s.lastCast(i, end); at > i {
		if s.primaryStart(at-1) > i {
			return "", 0 // the cast is part of an operation
		}
		if name, fit := s.figure(i, at); fit == 2 {
			return name, 2
		}
		return s.typeName(at+1, end), 1
	}
	switch {
	case end == i+1 && s.Name(i) != "":
		if s.Tokens[i].Kind == Word {
			switch strings.ToUpper(s.Raw(i)) {
			case "NULL", "TRUE", "FALSE":
				return "", 0
			case "USER":
				return "user", 2
			}
		}
		return s.Name(i), 2
	case s.Is(i, "CAST") && s.afterParens(i+1) == end:
		return s.castName(i+2, end-1)
	case s.Is(i, "EXISTS") && s.afterParens(i+1) == end:
		return "exists", 2
	case s.Is(i, "ARRAY") && (s.Is(i+1, "[") && s.opening(end-1) == i+1 || s.Is(i+1, "(") && s.afterParens(i+1) == end):
		return "array", 2
	case s.onlyNames(i, end), s.Is(end-2, ".") && s.Is(end-3, ")") && s.opening(end-3) == i: // a field
		return s.Name(end - 1), 2
	case s.Tokens[end-1].Kind == String && s.literalStart(end-1) == i && end > i+1: // DATE '…'
		return s.typeName(i, end-1), 1
	case s.Is(i, "INTERVAL") && end == i+3 && s.Tokens[i+1].Kind == String && s.intervalField(i+2): // INTERVAL '1' DAY
		return "interval", 1
	case s.Is(end-1, "]") && s.primaryStart(end-1) == i: // a subscript
		return s.figure(i, s.opening(end-1))
	}
	return s.callName(i, end)
}

// zonedStart returns where an operand of AT TIME ZONE that ends with token i begins, which may have an AT TIME ZONE of its own.
func (s *Statement) zonedStart(i int) int {
	start := s.primaryStart(i)
	for start > 3 && s.Is(start-3, "AT") && s.Is(start-2, "TIME") && s.Is(start-1, "ZONE") {
		start = s.primaryStart(start - 4)
	}
	return start
}

// callName returns the name of a function whose call is the whole expression.
func (s *Statement) callName(i, end int) (string, int) {
	open := i
	for s.Name(open) != "" && s.Is(open+1, ".") {
		open += 2
	}
	name := s.Name(open)
	if open++; name == "" || !s.Is(open, "(") || s.Tokens[open-1].Kind == Word && isKeyword(s.Raw(open-1)) || strings.EqualFold(name, "not") {
		return "", 0
	}
	next := s.afterParens(open)
	for next < end {
		switch {
		case s.IsAny(next, "FILTER", "OVER") && s.Is(next+1, "("):
			next = s.afterParens(next + 1)
		case s.Is(next, "WITHIN") && s.Is(next+1, "GROUP"):
			next = s.afterParens(next + 2)
		case s.Is(next, "OVER") && s.Name(next+1) != "":
			next += 2
		default:
			return "", 0
		}
	}
	if name == "trim" { // the function behind the syntax
		switch {
		case s.Is(open+1, "LEADING"):
			name = "ltrim"
		case s.Is(open+1, "TRAILING"):
			name = "rtrim"
		default:
			name = "btrim"
		}
	}
	return name, 2
}

// lastCast returns the index of the :: whose type ends the expression; 0: there is none.
func (s *Statement) lastCast(i, end int) int {
	depth := 0
	for at := end - 1; at > i && at > end-9; at-- {
		switch {
		case s.IsAny(at, ")", "]"):
			depth++
		case s.IsAny(at, "(", "["):
			depth--
		case depth == 0 && s.Is(at, "::"):
			return at
		}
		if s.Name(at) == "" && !s.IsAny(at, "(", ")", "[", "]", ",", ".") && s.Tokens[at].Kind != Number {
			return 0
		}
	}
	return 0
}

// typeName returns PostgreSQL's own name of the type between two tokens.
func (s *Statement) typeName(i, end int) string {
	for s.Is(i+1, ".") {
		i += 2
	}
	name := s.Name(i)
	switch {
	case name == "double" && s.Is(i+1, "PRECISION"):
		return "float8"
	case name == "character" && s.Is(i+1, "VARYING"):
		return "varchar"
	case name == "bit" && s.Is(i+1, "VARYING"):
		return "varbit"
	case (name == "timestamp" || name == "time") && s.Is(end-1, "ZONE"):
		for j := i; j < end; j++ {
			if s.Is(j, "WITH") {
				return name + "tz"
			}
		}
		return name
	}
	if name == "float" && s.Is(i+1, "(") && isSingle(s.Raw(i+2)) {
		return "float4"
	}
	if own, ok := ownTypeNames[name]; ok {
		return own
	}
	return name
}

var ownTypeNames = map[string]string{
	"int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "real": "float4", "float": "float8", "boolean": "bool",
	"decimal": "numeric", "dec": "numeric", "character": "bpchar", "char": "bpchar",
}

func (s *Statement) castName(i, end int) (string, int) {
	for at := end - 1; at > i; at-- {
		if s.Is(at, "AS") {
			if name, fit := s.figure(i, at); fit == 2 {
				return name, 2
			}
			return s.typeName(at+1, end), 1
		}
	}
	return "", 0
}

// caseName returns the name of a CASE: that of its ELSE where it is a name, else case.
func (s *Statement) caseName(i, end int) string {
	depth := 0
	for at := i; at < end; at++ {
		switch {
		case s.IsAny(at, "(", "CASE"):
			depth++
		case s.IsAny(at, ")", "END"):
			depth--
		case depth == 1 && s.Is(at, "ELSE"):
			if name, fit := s.figure(at+1, end-1); fit == 2 {
				return name
			}
		}
	}
	return "case"
}

// aliasOf returns the name at the end of the first item of a SELECT.
func (s *Statement) aliasOf() string {
	i := s.afterDistinct(1)
	return s.Name(s.itemEnd(i) - 1)
}
