package duck

import (
	"os"
	"regexp"
	"strconv"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// wording says a failure as PostgreSQL does, since people and tools read its texts.
type wording struct {
	// kind is the exception_type; from matches the message without its suggestions. A group whose name begins with "type" has
	// a type of DuckDB's, and one whose name begins with "call" a function with the types of its arguments.
	kind string
	from *regexp.Regexp
	// code replaces the SQLSTATE that the tables of errors.go give; "": it stays.
	code pgerror.Code
	// message, detail and hint have $name for the groups, $here for the word, number or operator that the error's position
	// points at, and $more for which of $columns and $values there are more of. No hint: DuckDB's own suggestion stays.
	message, detail, hint string
}

// functionHint and operatorHint are PostgreSQL's.
const (
	functionHint = "No function matches the given name and argument types. You might need to add explicit type casts."
	operatorHint = "No operator matches the given name and argument types. You might need to add explicit type casts."
	operandHint  = "No operator matches the given name and argument type. You might need to add an explicit type cast."
)

// wordings are looked through in order; testdata/errors pins them on the real DuckDB. A pattern takes the names that a
// message has with quotes and without.
var wordings = func() []wording {
	w := func(kind, from string, code pgerror.Code, message string, more ...string) wording {
		more = append(more, "", "")
		return wording{kind, regexp.MustCompile(`(?s)^` + from), code, message, more[0], more[1]}
	}
	const catalog, binder, conversion, constraint = "Catalog", "Binder", "Conversion", "Constraint"
	return []wording{
		w(catalog, `(?:Table|View|Sequence) with name "?(?P<name>.+?)"? does not exist`, pgerror.UndefinedTable, `relation "$name" does not exist`),
		w(catalog, `(?:Table|View|Index|Sequence) with name "?(?P<name>.+?)"? already exists`, "", `relation "$name" already exists`),
		w(catalog, `Schema with name "?(?P<name>.+?)"? (?P<what>does not exist|already exists)`, "", `schema "$name" $what`),
		w(catalog, `Type with name "?(?P<name>.+?)"? (?P<what>does not exist|already exists)`, "", `type "$name" $what`),
		w(catalog, `(?:Scalar|Table|Aggregate) Function with name "?(?P<name>.+?)"? does not exist`, "", `function $name does not exist`),
		w(catalog, `Column with name "?(?P<name>.+?)"? already exists`, pgerror.DuplicateColumn, `column "$name" already exists`),
		w(catalog, `Existing object (?P<name>.+) is of type Table, trying to drop type View`, pgerror.WrongObjectType, `"$name" is not a view`, "", "Use DROP TABLE to remove a table."),
		w(catalog, `Existing object (?P<name>.+) is of type View, trying to drop type Table`, pgerror.WrongObjectType, `"$name" is not a table`, "", "Use DROP VIEW to remove a view."),
		w(binder, `Schema "(?P<name>.+)" not found in DuckLakeCatalog`, pgerror.InvalidSchemaName, `schema "$name" does not exist`),
		w(binder, `Catalog "(?P<name>.+)" does not exist`, "", `database "$name" does not exist`),

		w(binder, `Referenced column "(?P<name>.+?)" (?:was )?not found`, "", `column "$name" does not exist`),
		w(binder, `Referenced update column (?P<name>.+) not found`, "", `column "$name" does not exist`),
		w(binder, `Table "(?P<table>.+)" does not have a column named "(?P<name>.+)"`, "", `column $table.$name does not exist`),
		w(binder, `Table "(?P<table>.+)" does not have a column with name "(?P<name>.+)"`, "", `column "$name" of relation "$table" does not exist`),
		w(binder, `Column "(?P<name>.+)" does not exist on (?P<side>left|right) side of join`, pgerror.UndefinedColumn, `column "$name" specified in USING clause does not exist in $side table`),
		w(binder, `Duplicate column name "(?P<name>.+)" in INSERT`, pgerror.DuplicateColumn, `column "$name" specified more than once`),
		w(binder, `(?:table .+ has|Column name/value mismatch for insert on .+: expected) (?P<columns>\d+) columns but (?P<values>\d+) values were supplied`, pgerror.SyntaxError, `INSERT has more $more`),
		w(binder, `Referenced table "(?P<name>.+)" not found`, "", `missing FROM-clause entry for table "$name"`),
		w(binder, `Cannot extract field '.+' from expression "(?P<name>.+)" because it is not a struct`, pgerror.UndefinedTable, `missing FROM-clause entry for table "$name"`),
		w(binder, `Ambiguous reference to column name "(?P<name>.+?)" \(use: (?P<use>.+)\)`, "", `column reference "$name" is ambiguous`, "", `Use $use.`),
		w(binder, `Ambiguous reference to table "(?:.+?\.)?(?P<name>[^.]+?)" \(duplicate alias`, pgerror.DuplicateAlias, `table name "$name" specified more than once`),
		w("Parser", `Duplicate CTE name "(?P<name>.+)"`, pgerror.DuplicateAlias, `WITH query name "$name" specified more than once`),
		w(binder, `column "?(?P<name>.+?)"? must appear in the GROUP BY clause`, pgerror.GroupingError, `column "$name" must appear in the GROUP BY clause or be used in an aggregate function`),
		w(binder, `(?P<clause>WHERE|GROUP BY) clause cannot contain aggregates`, "", `aggregate functions are not allowed in $clause`),
		w(binder, `(?P<clause>WHERE|GROUP BY|HAVING) clause cannot contain window functions`, pgerror.WindowingError, `window functions are not allowed in $clause`),
		w(binder, `ORDER term out of range`, "", `ORDER BY position $here is not in select list`),
		w(binder, `GROUP BY term out of range`, pgerror.InvalidColumnReference, `GROUP BY position is not in select list`),
		w(binder, `Set operations can only apply`, "", `each UNION, INTERSECT or EXCEPT query must have the same number of columns`),
		w(binder, `Subquery returns \d+ columns - expected 1`, pgerror.SyntaxError, `subquery must return only one column`),
		w(binder, `\* expression without FROM clause`, pgerror.SyntaxError, `SELECT * with no tables specified is not valid`),
		w("Invalid Input", `More than one row returned by a subquery`, "", `more than one row returned by a subquery used as an expression`),

		w(binder, `No function matches the given name and argument types '(?P<call>[^\w"(]+\([^,]*\))'\. You might`, "", `operator does not exist: $call`, "", operandHint),
		w(binder, `No function matches the given name and argument types '(?P<call>[^\w"].*)'\. You might`, "", `operator does not exist: $call`, "", operatorHint),
		w(binder, `No function matches the given name and argument types '(?P<call>.*)'\. You might`, "", `function $call does not exist`, "", functionHint),
		w(binder, `Could not choose a best candidate function for the function call "(?P<call>[^\w"].*)"\. In order`, "", `operator is not unique: $call`, "", "Could not choose a best candidate operator. You might need to add explicit type casts."),
		w(binder, `Could not choose a best candidate function for the function call "(?P<call>.*)"\. In order`, "", `function $call is not unique`, "", "Could not choose a best candidate function. You might need to add explicit type casts."),
		w(binder, `Cannot compare values of type (?P<type1>.+) and type (?P<type2>.+) - an explicit`, "", `operator does not exist: $type1 $here $type2`, "", operatorHint),
		w(binder, `Cannot concatenate types (?P<type1>.+) and (?P<type2>.+) - an explicit`, pgerror.UndefinedFunction, `operator does not exist: $type1 || $type2`, "", operatorHint),
		w(binder, `Cannot mix values of type (?P<type1>.+) and (?P<type2>.+) in (?P<what>\w+) (?:operator|expression|clause) - an explicit`, "", `$what types $type1 and $type2 cannot be matched`),
		w(binder, `Cannot deduce template type .+ - '(?P<type1>.+?)', from first occurrence\n - '(?P<type2>.+?)', which is incompatible`, pgerror.DatatypeMismatch, `ARRAY types $type1 and $type2 cannot be matched`),

		w(conversion, `Unimplemented type for cast \((?P<type1>.+?) -> (?P<type2>.+?)\)(?: when casting|$)`, pgerror.CannotCoerce, `cannot cast type $type1 to $type2`),
		w(conversion, `Type VARCHAR with value '(?P<text>.*)' can't be cast to the destination type .*\[\]$`, pgerror.InvalidTextRepresentation, `malformed array literal: "$text"`),
		w(conversion, `Type .+ with value .+ can't be cast because the value is out of range for the destination type (?P<type>U?INT(?:8|16|32|64))`, "", `$type out of range`),
		w(conversion, `Casting value ".*" to type DECIMAL\((?P<digits>\d+),(?P<scale>\d+)\) failed`, "", `numeric field overflow`, "A field with precision $digits, scale $scale cannot hold the value."),
		w(conversion, `Could not convert string '(?P<text>\s*[-+]?\d+\s*)' to (?P<type>INT(?:8|16|32|64))(?: when casting|$)`, pgerror.NumericValueOutOfRange, `value "$text" is out of range for type $type`),
		w(conversion, `Could not convert string '(?P<text>.*)' to INT128(?: when casting|$)`, "", `invalid input syntax for type uuid: "$text"`),
		w(conversion, `Could not convert string '(?P<text>.*)' to (?P<type>INTERVAL)(?: when casting|$)`, pgerror.InvalidDatetimeFormat, `invalid input syntax for type $type: "$text"`),
		w(conversion, `Could not convert string "(?P<text>\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*)" to DECIMAL\((?P<digits>\d+),(?P<scale>\d+)\)`, pgerror.NumericValueOutOfRange, `numeric field overflow`, "A field with precision $digits, scale $scale cannot hold the value."),
		w(conversion, `Could not convert string ['"](?P<text>.*)['"] to (?P<type>[A-Z0-9]+(?:\(\d+,\d+\))?)(?: when casting|$)`, "", `invalid input syntax for type $type: "$text"`),
		w(conversion, `Malformed JSON at byte \d+ of input: (?P<what>.+?)\.? +Input:`, "", `invalid input syntax for type json`, "$what"),
		w(conversion, `invalid (?P<what>date|timestamp) field format: "(?P<text>.*)", expected`, "", `invalid input syntax for type $what: "$text"`),
		w(conversion, `time field value out of range: "(?P<text>\D.*|)", expected`, pgerror.InvalidDatetimeFormat, `invalid input syntax for type time: "$text"`),
		w(conversion, `(?:date|time|timestamp) field value out of range: "(?P<text>.*?)"`, "", `date/time field value out of range: "$text"`),
		w("Out of Range", `Overflow in \w+ of (?P<type>INT(?:16|32|64)) `, "", `$type out of range`),

		w(constraint, `NOT NULL constraint failed: (?P<table>.+)\.(?P<name>[^.]+)$`, "", `null value in column "$name" of relation "$table" violates not-null constraint`),
		w(constraint, `CHECK constraint failed on table (?P<table>.+) with expression (?P<what>.+)`, "", `new row for relation "$table" violates a check constraint`, "The constraint is $what."),
		w(constraint, `Duplicate key "(?P<name>.+?): (?P<value>.*)" violates (?:unique|primary key) constraint`, "", `duplicate key value violates unique constraint`, "Key ($name)=($value) already exists."),
		w(constraint, `Violates foreign key constraint because key "(?P<name>.+?): (?P<value>.*)" does not exist`, "", `insert or update violates foreign key constraint`, "Key ($name)=($value) is not present in the referenced table."),
		w(constraint, `Violates foreign key constraint because key "(?P<name>.+?): (?P<value>.*)" is still referenced`, "", `update or delete violates foreign key constraint`, "Key ($name)=($value) is still referenced from another table."),
	}
}()

// reword gives an error PostgreSQL's words, if it has any for it. here is what the position points at.
func reword(e *pgerror.Error, kind, here string) {
	for i := range wordings {
		w := &wordings[i]
		if w.kind != kind {
			continue
		}
		m := w.from.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		value := func(name string) string {
			switch name {
			case "here":
				return here
			case "more":
				return moreOf(m[w.from.SubexpIndex("columns")], m[w.from.SubexpIndex("values")])
			}
			v := m[w.from.SubexpIndex(name)]
			switch {
			case strings.HasPrefix(name, "type"):
				return sqlType(v)
			case strings.HasPrefix(name, "call"):
				return sqlCall(v)
			}
			return v
		}
		e.Message = os.Expand(w.message, value)
		if w.detail != "" {
			e.Detail = os.Expand(w.detail, value)
		}
		if w.hint != "" {
			e.Hint = os.Expand(w.hint, value)
		}
		if w.code != "" {
			e.Code = w.code
		}
		return
	}
}

// sqlTypes are PostgreSQL's names of types that messages have under another.
var sqlTypes = map[string]string{
	"INT8": "smallint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint", "TINYINT": "smallint", "UINT8": "smallint", "UTINYINT": "smallint",
	"UINT16": "integer", "USMALLINT": "integer", "UINT32": "bigint", "UINTEGER": "bigint", "INTEGER_LITERAL": "integer", "STRING_LITERAL": "unknown",
	`"NULL"`: "unknown", "NULL": "unknown", "FLOAT": "real", "DOUBLE": "double precision", "BOOL": "boolean", "VARCHAR": "text", "BLOB": "bytea",
	"BIT": "bit varying", "TIMESTAMP": "timestamp without time zone", "TIME": "time without time zone", "HUGEINT": "numeric", "UHUGEINT": "numeric",
	"UBIGINT": "numeric", "UINT64": "numeric", "tavana_oid": "oid", "tavana_char": `"char"`, unknown: "text",
	"tavana_int2vector": "smallint", "tavana_oidvector": "oid", "tavana_int2vector[]": "int2vector", "tavana_oidvector[]": "oidvector",
}

// sqlType returns PostgreSQL's name of a type.
func sqlType(t string) string {
	if element, ok := strings.CutSuffix(t, "[]"); ok && sqlTypes[t] == "" {
		return strings.TrimSuffix(sqlType(element), "[]") + "[]" // dimensions are no part of a type
	}
	switch {
	case sqlTypes[t] != "":
		return sqlTypes[t]
	case strings.HasPrefix(t, "DECIMAL"):
		return "numeric"
	case strings.HasPrefix(t, "STRUCT"), strings.HasPrefix(t, "MAP"), strings.HasPrefix(t, "UNION"):
		return "json"
	}
	return strings.ToLower(t)
}

// sqlCall writes name(TYPE, TYPE) with PostgreSQL's types; of an operator, what stands in an expression: type + type.
func sqlCall(call string) string {
	name, args, _ := strings.Cut(strings.TrimSuffix(call, ")"), "(")
	if name == "//" { // by the setting integer_division
		name = "/"
	}
	types := splitTypes(args)
	for i, t := range types {
		types[i] = sqlType(t)
	}
	isOperator := strings.Trim(name, "+-*/%^|&<>=!~#@") == "" && name != ""
	switch {
	case isOperator && len(types) == 1:
		return name + " " + types[0]
	case isOperator && len(types) == 2:
		return types[0] + " " + name + " " + types[1]
	}
	return strings.ReplaceAll(name, `"`, "") + "(" + strings.Join(types, ", ") + ")"
}

// splitTypes divides a list of types at the commas that are not within one: DECIMAL(4,2).
func splitTypes(list string) []string {
	var out []string
	depth, start := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, list[start:i])
			start = i + 1
		}
	}
	if rest := list[start:]; rest != "" {
		out = append(out, rest)
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

var atPosition = regexp.MustCompile(`^(?:[-+*/%^|&<>=!~]+|\w+)`)

// prepareError is errorFrom for what preparing sql failed with.
func (c *Conn) prepareError(sql, text string) error {
	r := parseReport(text)
	if r == nil {
		return errorFrom(text)
	}
	rest := ""
	if p, err := strconv.Atoi(r.Position); err == nil && p < len(sql) {
		rest = sql[p:]
	}
	e := errorAt(text, atPosition.FindString(rest))
	for own, theirs := range ownOperators {
		f := pgerror.Flatten(e)
		f.Message = strings.ReplaceAll(f.Message, " "+own+" ", " "+theirs+" ")
	}
	if name, _, ok := strings.Cut(r.Call, "("); ok && strings.Trim(name, "/%") == "" && !strings.HasPrefix(rest, name[:1]) {
		pgerror.Flatten(e).Position = 0 // that is within the macro which the operator is
	}
	if call := c.missingCall(r, sql, rest); call != "" {
		e := pgerror.Flatten(e)
		e.Message = "function " + call + " does not exist"
		e.Detail, e.Hint = e.Hint, functionHint
	}
	return e
}

// missingCall returns the call of a function that is not there, with the types of its arguments; "": not known. DuckDB tells
// its name alone; with the name of a function that takes no arguments in its place, it tells their types.
func (c *Conn) missingCall(r *report, sql, rest string) string {
	if r.Subtype != "MISSING_ENTRY" || r.Entry != "Scalar Function" || len(rest) < len(r.Name) || !strings.EqualFold(rest[:len(r.Name)], r.Name) {
		return ""
	}
	var ex bindings.ExtractedStatements
	var ps bindings.PreparedStatement
	defer bindings.DestroyExtracted(&ex)
	defer bindings.DestroyPrepare(&ps)
	if bindings.ExtractStatements(c.c, sql[:len(sql)-len(rest)]+"system.main.pi"+rest[len(r.Name):], &ex) != 1 {
		return ""
	}
	if bindings.PrepareExtractedStatement(c.c, ex, 0, &ps) != bindings.StateError {
		return r.Name + "()"
	}
	if found := parseReport(bindings.PrepareError(ps)); found != nil && found.Subtype == "NO_MATCHING_FUNCTION" {
		if args, ok := strings.CutPrefix(found.Call, "pi("); ok {
			return sqlCall(r.Name + "(" + args)
		}
	}
	return ""
}
