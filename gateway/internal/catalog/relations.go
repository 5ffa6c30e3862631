package catalog

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

// relationsText lists the tables and views of PostgreSQL 15's pg_catalog, a line each, with their columns and types.
//
//go:embed relations.txt
var relationsText string

// column is one of a relation, with PostgreSQL's name of its type.
type column struct{ name, typ string }

// relations are PostgreSQL's by their names.
var relations = func() map[string][]column {
	m := map[string][]column{}
	for line := range strings.Lines(relationsText) {
		name, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for c := range strings.SplitSeq(list, ", ") {
			col, typ, _ := strings.Cut(c, " ")
			m[name] = append(m[name], column{col, typ})
		}
	}
	return m
}()

// IsRelation tells whether a name is one of pg_catalog's tables and views.
func IsRelation(name string) bool { return relations[name] != nil }

// columnTypes are the types that columns have here; those of the others are texts.
var columnTypes = map[string]string{
	"oid": "tavana_oid", "name": "tavana_name", "char": "tavana_char", "xid": "BIGINT", "bool": "BOOLEAN", "int2": "SMALLINT", "int4": "INTEGER", "int8": "BIGINT",
	"float4": "FLOAT", "float8": "DOUBLE", "numeric": "DECIMAL(38,9)", "bytea": "BLOB", "timestamptz": "TIMESTAMPTZ", "interval": "INTERVAL",
	"int2vector": "tavana_int2vector[]", "oidvector": "tavana_oidvector[]",
}

// columnType returns the type of a column in DuckDB.
func columnType(typ string) string {
	if own, ok := columnTypes[typ]; ok {
		return own
	}
	if element, ok := strings.CutSuffix(typ, "[]"); ok {
		return columnType(element) + "[]"
	}
	return "VARCHAR"
}

var madeRelation = regexp.MustCompile(`(?m)^CREATE (?:VIEW|TABLE) \{db\}\.pgcat\.([a-z_0-9]+)`)

// emptySQL makes the relations that catalog.sql and types.go do not make, as tables: they have no rows here.
func emptySQL() string {
	made := map[string]bool{}
	for _, c := range madeRelation.FindAllStringSubmatch(views+typesSQL(), -1) {
		made[c[1]] = true
	}
	names := make([]string, 0, len(relations))
	for name := range relations {
		if !made[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		var cols []string
		for _, c := range relations[name] {
			cols = append(cols, `"`+c.name+`" `+columnType(c.typ))
		}
		b.WriteString("CREATE TABLE {db}.pgcat." + name + " (" + strings.Join(cols, ", ") + ");\n")
	}
	return b.String()
}

var viewOfCatalog = regexp.MustCompile(`(?m)^CREATE VIEW \{db\}\.pgcat\.([a-z_0-9]+) AS\b`)

// typed makes the views of PostgreSQL's relations have its columns, in its order, with its types.
func typed(sql string) string {
	var b strings.Builder
	for {
		at := viewOfCatalog.FindStringSubmatchIndex(sql)
		if at == nil {
			return b.String() + sql
		}
		name, end := sql[at[2]:at[3]], at[1]+strings.Index(sql[at[1]:], ";\n")
		b.WriteString(sql[:at[1]])
		body := sql[at[1]:end]
		if cols, ok := relations[name]; ok {
			list := make([]string, len(cols))
			for i, c := range cols {
				list[i] = `"` + c.name + `"::` + columnType(c.typ) + ` AS "` + c.name + `"`
			}
			body = "\nSELECT " + strings.Join(list, ", ") + " FROM (" + body + ")"
		}
		b.WriteString(body)
		sql = sql[end:]
	}
}
