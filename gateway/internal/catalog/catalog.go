// Package catalog makes PostgreSQL's system catalog as SQL for DuckDB: pg_catalog and information_schema as views and
// macros over DuckDB's own. A worker runs it once, when it joins (workerapi's Bootstrap), in a database of its own that
// every connection has in its search path; so a client's connection costs nothing for it. The worker knows nothing of what
// is in it.
//
//	catalog.sql      views, and macros for PostgreSQL's own functions
//	copies.go        which of the views are copied, and which copies a statement reads
//	functions.sql    macros for functions and operators that mean something else in DuckDB
//	tavana.sql       Tavana's own views, of its queue, workers and queries
//	relations.go     tables of PostgreSQL that are always empty here
//	types.go         the rows of pg_type
//	functions.go     the functions of pg_proc
//
// DuckDB's own schemas pg_catalog and information_schema can't be added to, so ours are called pgcat and information, and
// package sqltext rewrites names that are qualified by PostgreSQL's.
package catalog

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"regexp"
	"strings"
)

//go:embed catalog.sql
var views string

//go:embed tavana.sql
var own string

//go:embed functions.sql
var functions string

// sql is the catalog with {db} for its database, which is named by what it holds: gateways of different versions have their
// catalogs side by side.
var sql = strings.Join([]string{"CREATE SCHEMA {db}.pgcat;\nCREATE SCHEMA {db}.information;\n", functions, oidMacro, typesSQL(), functionsSQL(), typeMacros(), emptySQL(), copied(typed(views)), own}, "\n")

// oidMacro makes the number of an object of its name, so that every worker gives the same.
const oidMacro = "CREATE MACRO {db}.pgcat.tavana_oid(kind, name) AS (hash(kind || ' ' || name) % 2147000000 + 100000)::BIGINT;"

// Database is the name of the catalog's database at a worker, and the catalog's id.
var Database = func() string {
	sum := sha256.Sum256([]byte(sql))
	return "pg_" + hex.EncodeToString(sum[:6])
}()

// The schemas, qualified.
var (
	Catalog     = Database + ".pgcat"
	Information = Database + ".information"
	OwnSchema   = Database + "." + Own
)

// Own is the schema, as clients name it, of Tavana's own views.
const Own = "tavana"

// Lasting is the name of a database with the functions alone, which views and defaults of lasting tables call: it stays when the catalog
// of another version has another name. A function there must go on to mean what it did. A worker has it from the first gateway that
// it meets: what is new in a version is not there while an older one's workers are still about.
//
// It is as long as Database, so that a text in which it stands for that keeps its positions.
const Lasting = "pg_functions_v1"

// LastingSQL makes the database Lasting.
func LastingSQL() string {
	return "CREATE SCHEMA " + Lasting + ".pgcat;\n" + strings.ReplaceAll(functions, "{db}", Lasting)
}

var (
	lastingFunctions = func() map[string]bool {
		m := map[string]bool{}
		for _, c := range created.FindAllStringSubmatch(functions, -1) {
			m[c[2]] = true
		}
		return m
	}()
	call = regexp.MustCompile(regexp.QuoteMeta(Catalog) + `\."?([a-z_0-9]+)`)
)

// Stored returns a statement whose expressions are stored with the functions of Lasting for those of the catalog.
func Stored(sql string) string {
	return call.ReplaceAllStringFunc(sql, func(s string) string {
		if name := strings.TrimPrefix(s[len(Catalog)+1:], `"`); lastingFunctions[name] {
			return Lasting + s[len(Database):]
		}
		return s
	})
}

// SQL makes the catalog.
func SQL() string { return strings.ReplaceAll(sql, "{db}", Database) }

var created = regexp.MustCompile(`(?m)^CREATE (?:VIEW|TABLE|MACRO) \{db\}\.(pgcat|information|tavana)\."?([a-z_0-9]+)"?`)

var names = func() map[string]map[string]bool {
	m := map[string]map[string]bool{"pgcat": {}, "information": {}, Own: {}}
	for _, c := range created.FindAllStringSubmatch(sql, -1) {
		m[c[1]][c[2]] = true
	}
	return m
}()

// InCatalog and InInformation tell whether a view, table or function of that name is in the schema.
func InCatalog(name string) bool { return names["pgcat"][name] }

var scalars = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range regexp.MustCompile(`(?m)^CREATE MACRO \{db\}\.pgcat\."?([a-z_0-9]+)"?\([^)]*\) AS (TABLE )?`).FindAllStringSubmatch(sql, -1) {
		m[c[1]] = c[2] == ""
	}
	return m
}()

// Scalar tells whether a name is a function of pg_catalog that gives one value.
func Scalar(name string) bool { return scalars[name] }

// InOwn is InCatalog for schema tavana.
func InOwn(name string) bool { return names[Own][name] }

// InInformation is InCatalog for information_schema.
func InInformation(name string) bool { return names["information"][name] }
