package catalog

import (
	_ "embed"
	"strings"
)

// functionsText lists the functions of PostgreSQL 15 that can be called here, and those of pg_type's rows, a line each: pg_proc's oid,
// proname, prokind, proretset, provariadic, prorettype, proargtypes, proallargtypes, proargmodes, proargnames, pronargdefaults, the text
// of proargdefaults, provolatile, proisstrict, proparallel, proleakproof, and what pg_get_function_arguments, _identity_arguments
// and _result say; the last is empty where the result has another type here. Lists are divided by commas.
//
//go:embed functions.tsv
var functionsText string

// functionOIDs are their numbers, by name: of an overloaded one any.
var functionOIDs = func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(functionsText) {
		oid, rest, _ := strings.Cut(line, "\t")
		name, _, _ := strings.Cut(rest, "\t")
		m[name] = oid
	}
	return m
}()

// functionsSQL makes a table of them, with the columns of pg_proc that differ and the texts.
func functionsSQL() string {
	var rows []string
	for line := range strings.Lines(functionsText) {
		var row []string
		for i, v := range strings.Split(strings.TrimRight(line, "\n"), "\t") {
			switch {
			case i == 6: // a function without arguments has an empty list
				row = append(row, "["+v+"]")
			case v == "" && (i == 7 || i == 8 || i == 9 || i == 11 || i == 18):
				row = append(row, "NULL")
			case i == 7:
				row = append(row, "["+v+"]")
			case i == 8 || i == 9:
				row = append(row, "['"+strings.ReplaceAll(v, ",", "', '")+"']")
			default:
				row = append(row, "'"+strings.ReplaceAll(v, "'", "''")+"'")
			}
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	return `CREATE TABLE {db}.pgcat.tavana_functions (oid BIGINT, proname VARCHAR, prokind VARCHAR, proretset BOOLEAN, provariadic BIGINT, prorettype BIGINT, proargtypes BIGINT[],
	proallargtypes BIGINT[], proargmodes VARCHAR[], proargnames VARCHAR[], pronargdefaults SMALLINT, proargdefaults VARCHAR, provolatile VARCHAR, proisstrict BOOLEAN,
	proparallel VARCHAR, proleakproof BOOLEAN, arguments VARCHAR, identity VARCHAR, result VARCHAR);
INSERT INTO {db}.pgcat.tavana_functions VALUES
` + strings.Join(rows, ",\n") + ";\n"
}
