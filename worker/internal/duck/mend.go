package duck

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Some of what PostgreSQL takes depends on the tables, and DuckDB's refusal is the first to tell what is meant. Such a statement is
// mended and prepared again: nothing of it has run, and the transaction goes on. What DuckDB takes is never changed.

// mostMends is how often one statement is mended: each time costs a preparation, a long one's more.
func mostMends(sql string) int {
	const most, bytes = 100, 1 << 20
	return min(most, 1+bytes/(len(sql)+1))
}

// mend is text that takes the place of a statement's from at to end. The positions of errors do not count it.
type mend struct {
	at, end int
	text    string
}

// insertion puts text in at a place.
func insertion(at int, text string) mend { return mend{at, at, text} }

// mends are those of a statement, in order.
type mends []mend

func (m *mend) in(sql string) string { return sql[:m.at] + m.text + sql[m.end:] }

// grows returns how much longer the statement becomes.
func (m *mend) grows() int { return len(m.text) - (m.end - m.at) }

// uncounted returns err with its position in the statement as it came.
func (m mends) uncounted(err error) error {
	if len(m) == 0 {
		return err
	}
	e := pgerror.Flatten(err)
	for i := len(m) - 1; i >= 0; i-- {
		switch at := m[i].at; { // positions are from one on
		case e.Position > at+len(m[i].text):
			e.Position -= m[i].grows()
		case e.Position > at:
			e.Position = min(e.Position, max(at, m[i].end))
		}
	}
	return err
}

// refusal is what DuckDB has said of a statement.
type refusal struct{ sql, report string }

// isOf tells whether a refusal of a mended statement is of the same operator as the one before, where the mend has not helped.
func (r *refusal) isOf(before *refusal, m *mend) bool {
	now, then := parseReport(r.report), parseReport(before.report)
	if now != nil && strings.Contains(now.Message, joinLists) {
		return true
	}
	if now == nil || then == nil || !operatorCall.MatchString(now.Message) || !operatorCall.MatchString(then.Message) {
		return false
	}
	if ownOperators[operatorCall.FindStringSubmatch(then.Message)[1]] != "" { // the client has not written it
		return false
	}
	at, err := strconv.Atoi(now.Position)
	if at >= m.at {
		at -= m.grows()
	}
	return err == nil && strconv.Itoa(at) == then.Position
}

// mended returns what mends a statement that DuckDB refuses so; ok is false for what nothing does.
func (c *Conn) mended(sql, text string) (m mend, ok bool) {
	r := parseReport(text)
	if r == nil || r.Type != "Binder" {
		return mend{}, false
	}
	if m, ok := c.namedColumns(sql, r); ok {
		return m, true
	}
	if m, ok := joinedArray(sql, r); ok {
		return m, true
	}
	return operand(sql, r)
}

// insertTarget is the beginning of an INSERT: its table's name, and the alias in front of which no list of columns may stand.
var insertTarget = func() *regexp.Regexp {
	const name = `(?:"(?:[^"]|"")+"|[\pL_][\pL\pN_$]*)`
	return regexp.MustCompile(`(?i)^\s*INSERT\s+INTO\s+(` + name + `(?:\s*\.\s*` + name + `){0,2})(?:\s+AS\s+` + name + `)?`)
}()

var fewerValues = regexp.MustCompile(`^table .* has (\d+) columns but (\d+) values were supplied`)

// namedColumns names the columns that an INSERT has values for, if it has fewer than its table has columns: PostgreSQL fills the
// others with their defaults.
func (c *Conn) namedColumns(sql string, r *report) (m mend, ok bool) {
	counts := fewerValues.FindStringSubmatch(r.Message)
	target := insertTarget.FindStringSubmatchIndex(sql)
	if counts == nil || target == nil {
		return mend{}, false
	}
	columns, _ := strconv.Atoi(counts[1])
	values, _ := strconv.Atoi(counts[2])
	names := c.columnsOf(sql[target[2]:target[3]])
	if values == 0 || values >= columns || len(names) != columns {
		return mend{}, false
	}
	for i, name := range names {
		names[i] = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return insertion(target[1], " ("+strings.Join(names[:values], ", ")+")"), true
}

// columnsOf returns the names of a table's columns; none if there is no such table.
func (c *Conn) columnsOf(table string) []string {
	var ps bindings.PreparedStatement
	defer bindings.DestroyPrepare(&ps)
	if bindings.Prepare(c.c, "SELECT * FROM "+table, &ps) == bindings.StateError {
		return nil
	}
	names := make([]string, bindings.PreparedStatementColumnCount(ps))
	for i := range names {
		names[i] = bindings.PreparedStatementColumnName(ps, bindings.IdxT(i))
	}
	return names
}

// moreOf says what an INSERT has too many of, as PostgreSQL does.
func moreOf(columns, values string) string {
	c, _ := strconv.Atoi(columns)
	if v, _ := strconv.Atoi(values); v > c {
		return "expressions than target columns"
	}
	return "target columns than expressions"
}

var concatenation = regexp.MustCompile(`^Cannot concatenate types (\S+) and (\S+) - an explicit`)

// element is a number or a column in front of what ends an operand.
var element = regexp.MustCompile(`^(\d+(?:\.\d+)?|[\pL_"][\pL\pN_$".]*)(?:\s*(?:$|[,;)\]=<>|@])|\s+(?i:AS|FROM|WHERE|ORDER|GROUP|HAVING|LIMIT|AND|OR|THEN|ELSE|END|RETURNING)\b)`)

// firstElement is one in front of ||.
var firstElement = regexp.MustCompile(`^(\d+(?:\.\d+)?|[\pL_"][\pL\pN_$".]*)\s*\|\|`)

// joinLists is the catalog's operator for lists, to which a NULL is an empty one, as PostgreSQL has it.
const joinLists = "|||"

var number = regexp.MustCompile(`^(?:SMALLINT|INTEGER|INTEGER_LITERAL|BIGINT|HUGEINT|FLOAT|DOUBLE|DECIMAL\(.*\))$`)

// joinedArray makes an array of what stands beside || and an array: of a literal, or of an element that fits.
func joinedArray(sql string, r *report) (m mend, ok bool) {
	types := concatenation.FindStringSubmatch(r.Message)
	at, err := strconv.Atoi(r.Position)
	if types == nil || err != nil || at >= len(sql) {
		return mend{}, false
	}
	array, other := types[1], types[2]
	if !strings.HasSuffix(array, "[]") {
		array, other = other, array
	}
	if !strings.HasSuffix(array, "[]") {
		return mend{}, false
	}
	of := strings.TrimSuffix(array, "[]")
	fits := other == of || number.MatchString(other) && number.MatchString(of)
	if array == types[1] {
		return appended(sql, at, array, other == "VARCHAR", fits)
	}
	return prepended(sql, at, array, other == "VARCHAR", fits)
}

// appended is joinedArray for what stands behind the array, where DuckDB points at.
func appended(sql string, at int, array string, mayBeLiteral, fits bool) (m mend, ok bool) {
	operator := strings.LastIndex(sql[:at], "||")
	if operator < 0 || strings.Trim(sql[operator+len("||"):at], blanks) != "" {
		return mend{}, false
	}
	if start, end := literalAfter(sql, at); end > start && mayBeLiteral {
		return mend{operator, end, joinLists + " " + sql[start:end] + "::" + array}, true
	}
	if e := element.FindStringSubmatch(sql[at:]); e != nil && fits {
		return mend{operator, at + len(e[1]), joinLists + " [" + e[1] + "]"}, true
	}
	return mend{}, false
}

// prepended is joinedArray for what stands in front of the array, where DuckDB points at.
func prepended(sql string, at int, array string, mayBeLiteral, fits bool) (m mend, ok bool) {
	if start, end := literalAfter(sql, at); end > start && mayBeLiteral {
		if operator := len(sql) - len(strings.TrimLeft(sql[end:], blanks)); strings.HasPrefix(sql[operator:], "||") {
			return mend{at, operator + len("||"), sql[start:end] + "::" + array + " " + joinLists}, true
		}
	}
	if e := firstElement.FindStringSubmatch(sql[at:]); e != nil && fits {
		return mend{at, at + len(e[0]), "[" + e[1] + "] " + joinLists}, true
	}
	return mend{}, false
}

// operatorCall is a call that DuckDB has no function for, or more than one.
var operatorCall = regexp.MustCompile(`(?s)^(?:No function matches the given name and argument types '|Could not choose a best candidate function for the function call ")([^\w"(]+)\((.*)\)['"]\. `)

// literalType is the type of a literal in quotes that nothing has given a type yet.
const literalType = "STRING_LITERAL"

// operand mends an operator between two values: a json's becomes ours, and a literal takes the type that PostgreSQL's rule for
// operands of no type gives it.
func operand(sql string, r *report) (m mend, ok bool) {
	call := operatorCall.FindStringSubmatch(r.Message)
	at, err := strconv.Atoi(r.Position)
	if call == nil || err != nil || at >= len(sql) {
		return mend{}, false
	}
	operator, types := call[1], splitTypes(call[2])
	if operator == "//" { // by the setting integer_division
		operator = "/"
	}
	if len(types) != 2 || !strings.HasPrefix(sql[at:], operator) {
		return mend{}, false
	}
	if theirs, ok := ownOperators[operator]; ok {
		return restored(sql, at, operator, theirs), true
	}
	if o, ok := jsonOperators[operator]; ok && slices.Contains(types, "JSON") && o.left.MatchString(types[0]) && o.right.MatchString(types[1]) {
		return insertion(at+o.mark, "@"), true
	}
	switch left, right := types[0] == literalType, types[1] == literalType; {
	case left == right:
	case left:
		end := len(strings.TrimRight(sql[:at], blanks))
		if end > 1 && sql[end-1] == '\'' {
			start := strings.LastIndexByte(sql[:end-1], '\'')
			return ofType(end, besideOperand(operator, types[1], sql[start+1:end-1]))
		}
	case right:
		if start, end := literalAfter(sql, at+len(operator)); end > start {
			return ofType(end, besideOperand(operator, types[0], sql[start+1:end-1]))
		}
	}
	return mend{}, false
}

// ownOperators are those that the gateway writes where PostgreSQL's may be of json, and DuckDB's for the operands that are not.
var ownOperators = map[string]string{"@||": "||", "@@>": "@>", "<@@": "<@"}

// restored makes an operator of ours DuckDB's again. A {} beside it is an array's, not json.
func restored(sql string, at int, own, theirs string) mend {
	const array, asJSON = "'{}'", "::JSON"
	end := at + len(own)
	left, right := strings.TrimRight(sql[:at], blanks), strings.TrimLeft(sql[end:], blanks)
	if strings.HasSuffix(left, array+asJSON) {
		return mend{len(left) - len(asJSON), end, " " + theirs}
	}
	if strings.HasPrefix(right, array+asJSON) {
		return mend{at, len(sql) - len(right) + len(array+asJSON), theirs + " " + array}
	}
	return mend{at, end, theirs}
}

// withoutOwn makes all operators of ours in a statement DuckDB's, as it came from the client: for one in which not all of them have been
// mended, or one that was an expression of GROUP BY and now differs from another. undone are the mends; nil: there was none.
func withoutOwn(sql string) (plain string, undone mends) {
	for at := 0; at < len(sql); {
		if end := skipped(sql, at); end > at {
			at = end
			continue
		}
		const length = len("@||")
		if at+length > len(sql) {
			break
		}
		if theirs := ownOperators[sql[at:at+length]]; theirs != "" {
			m := restored(sql, at, sql[at:at+length], theirs)
			sql, undone = m.in(sql), append(undone, m)
			at = m.at + len(m.text)
			continue
		}
		at++
	}
	return sql, undone
}

var dollarQuote = regexp.MustCompile(`^\$(?:[\pL_][\pL\pN_]*)?\$`)

// skipped returns where the literal, quoted name or comment ends that begins at a place; that place: none does.
func skipped(sql string, at int) int {
	rest := sql[at:]
	ends := func(opening int, closing string) int {
		if i := strings.Index(rest[opening:], closing); i >= 0 {
			return at + opening + i + len(closing)
		}
		return len(sql)
	}
	switch {
	case rest[0] == '\'' && at > 0 && (sql[at-1] == 'e' || sql[at-1] == 'E') && !inName(sql, at-1):
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case '\'':
				return at + i + 1 // of two quotes each begins a literal
			}
		}
		return len(sql)
	case rest[0] == '\'', rest[0] == '"':
		return ends(1, rest[:1])
	case rest[0] == '$' && !inName(sql, at):
		if tag := dollarQuote.FindString(rest); tag != "" {
			return ends(len(tag), tag)
		}
	case strings.HasPrefix(rest, "--"):
		return ends(2, "\n")
	case strings.HasPrefix(rest, "/*"):
		return at + commentEnd(rest)
	}
	return at
}

// inName tells whether what begins at a place goes on with a name or a number.
func inName(sql string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(sql[:at])
	return at > 0 && (r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// commentEnd returns how long the comment is that a text begins with, and those within it.
func commentEnd(text string) int {
	for i, depth := 0, 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "/*":
			depth, i = depth+1, i+1
		case "*/":
			if depth, i = depth-1, i+1; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// ofType gives the literal that ends at a place a type.
func ofType(end int, typ string) (m mend, ok bool) { return insertion(end, "::"+typ), typ != "" }

// jsonOperators are operators of jsonb whose texts DuckDB has for other types: where an @ in them makes them ours (see pgfunc), and
// what types their operands have.
var jsonOperators = func() map[string]jsonOperator {
	either := regexp.MustCompile(`^(?:JSON|STRING_LITERAL|"NULL")$`)
	return map[string]jsonOperator{
		"@>": {0, either, either},
		"<@": {len("<@"), either, either},
		"-":  {0, regexp.MustCompile(`^JSON$`), regexp.MustCompile(`^(?:STRING_LITERAL|VARCHAR|VARCHAR\[\]|SMALLINT|INTEGER|INTEGER_LITERAL)$`)},
	}
}()

type jsonOperator struct {
	mark        int
	left, right *regexp.Regexp
}

// besideOperand returns the type of a literal beside an operand of a type: that type, but for what is added to times and what
// multiplies intervals. A decimal has the digits that are written. "": PostgreSQL can't choose either.
func besideOperand(operator, typ, literal string) string {
	switch {
	case typ == "INTERVAL" && (operator == "*" || operator == "/"):
		return "DOUBLE"
	case operator == "+" && strings.HasPrefix(typ, "TIME"):
		return "INTERVAL"
	case operator == "+" && typ == "DATE":
		return ""
	case typ == "INTEGER_LITERAL":
		return "INTEGER"
	case strings.HasPrefix(typ, "DECIMAL") && strings.ContainsAny(literal, "eE"):
		return "DOUBLE"
	case strings.HasPrefix(typ, "DECIMAL"):
		const most = 38
		whole, decimals, _ := strings.Cut(strings.Trim(literal, blanks), ".")
		return fmt.Sprintf("DECIMAL(%d,%d)", min(max(len(whole)+len(decimals), 1), most), min(len(decimals), most))
	}
	return typ
}

const blanks = " \t\r\n"

// literalAfter returns where the literal in quotes lies that follows a place, after blanks; start is end if none does.
func literalAfter(sql string, at int) (start, end int) {
	start = len(sql) - len(strings.TrimLeft(sql[at:], blanks))
	if start == len(sql) || sql[start] != '\'' {
		return start, start
	}
	for end = start + 1; end < len(sql); end++ {
		if sql[end] != '\'' {
			continue
		}
		if end++; end == len(sql) || sql[end] != '\'' {
			return start, end
		}
	}
	return start, start
}
