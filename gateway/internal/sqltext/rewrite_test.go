package sqltext

import (
	"strings"
	"testing"
)

// Words that are names in PostgreSQL alone are quoted, and stay where they belong to a clause, DuckDB's own included.
func TestWordsThatAreNames(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT at, by FROM t ORDER BY at":               `SELECT "at", "by" FROM t ORDER BY "at"`,
		"SELECT ts AT TIME ZONE 'UTC' AT":                `SELECT ts AT TIME ZONE 'UTC' AS "at"`,
		"SELECT 1 UNION ALL BY NAME SELECT 2":            "SELECT 1 UNION ALL BY NAME SELECT 2",
		"INSERT INTO t BY NAME SELECT 1 a":               "INSERT INTO t BY NAME SELECT 1 a",
		"INSERT INTO t BY POSITION SELECT 1":             "INSERT INTO t BY POSITION SELECT 1",
		"ALTER TABLE t SET PARTITIONED BY (a)":           "ALTER TABLE t SET PARTITIONED BY (a)",
		"SELECT a FROM t GROUP BY a":                     "SELECT a FROM t GROUP BY a",
		"SELECT rank() OVER (PARTITION BY a ORDER BY b)": "SELECT rank() OVER (PARTITION BY a ORDER BY b)",
	} {
		checkRewrite(t, sql, want)
	}
}

// A column of pg_type that has functions' numbers is shown by their names; one of that name elsewhere is left alone.
func TestFunctionColumns(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT typinput FROM pg_type":               "SELECT cat.tavana_type_function(typinput) AS typinput FROM pg_type",
		"SELECT t.typsend::text AS s FROM pg_type t": "SELECT cat.tavana_type_function(t.typsend) AS s FROM pg_type t",
		"SELECT typinput, x.amhandler FROM mine x":   "SELECT typinput, x.amhandler FROM mine x",
	} {
		checkRewrite(t, sql, want)
	}
}

// The catalog's relations have the system columns that a statement names, and no * shows them; other tables have none.
func TestSystemColumns(t *testing.T) {
	const typeWith = "(SELECT *, 1::BIGINT AS xmin FROM "
	for sql, want := range map[string]string{
		"SELECT t.xmin FROM pg_type t":                         "SELECT t.xmin FROM " + typeWith + "pg_type) t",
		"SELECT xmin FROM a, pg_catalog.pg_type":               "SELECT xmin FROM a, " + typeWith + "cat.pg_type) AS pg_type",
		"SELECT x.xmin FROM mine x JOIN pg_type t ON true":     "SELECT x.xmin FROM mine x JOIN pg_type t ON true",
		"SELECT *, t.*, t.xmin, 2 * 3 FROM pg_type AS t":       "SELECT * EXCLUDE (xmin), t.* EXCLUDE (xmin), t.xmin, 2 * 3 FROM " + typeWith + "pg_type) AS t",
		"SELECT * FROM (SELECT xmin FROM pg_type) x":           "SELECT * FROM (SELECT xmin FROM " + typeWith + "pg_type) AS pg_type) x",
		"SELECT 1 FROM pg_type t WHERE t.tableoid = 1247::oid": "SELECT 1 FROM (SELECT *, cat.tavana_relation('pg_catalog', 'pg_type')::tavana_oid AS tableoid FROM pg_type) t WHERE t.tableoid = 1247::tavana_oid",
		"SELECT 1 AS xmin FROM pg_type":                        "SELECT 1 AS xmin FROM pg_type",
	} {
		checkRewrite(t, sql, want)
	}
}

// An int2vector is counted from 0, and its elements are those of any list.
func TestVectors(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT i.indkey[n - 1] FROM pg_index i":              "SELECT i.indkey[1 + (n - 1)]::SMALLINT FROM pg_index i",
		"SELECT (i.indoption)[a[0]] & 1 FROM pg_index i":      "SELECT (i.indoption)[1 + (a[0])]::SMALLINT & 1 FROM pg_index i",
		"SELECT indkey[0:1] FROM pg_index":                    "SELECT indkey[1 + (0) : 1 + (1)]::SMALLINT[] FROM pg_index",
		"SELECT unnest(i.indclass) FROM pg_index i":           "SELECT unnest(i.indclass)::tavana_oid FROM pg_index i",
		"SELECT generate_subscripts(indkey, 1) FROM pg_index": "SELECT (generate_subscripts(indkey, 1) - 1)::INTEGER FROM pg_index",
		"SELECT k FROM pg_index, unnest(indkey) AS k":         "SELECT k FROM pg_index, unnest(indkey) AS k(k)",
		"SELECT indkey[0], unnest(indkey) FROM mine":          "SELECT indkey[0], unnest(indkey) FROM mine",
		"SELECT 1 FROM pg_index i WHERE a.n = ANY (i.indkey)": "SELECT 1 FROM pg_index i WHERE list_contains(i.indkey, a.n )  ",
		"SELECT f(indkey)[1], a[1] FROM pg_index":             "SELECT f(indkey)[1], a[1] FROM pg_index",
	} {
		checkRewrite(t, sql, want)
	}
}

// A relation of pg_catalog is known by its name.
func TestSystemRelations(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1 WHERE a = 'pg_catalog.pg_type'::regclass": "SELECT 1 WHERE a = cat.tavana_relation('pg_catalog', 'pg_type')",
		"SELECT 'pg_type'::regclass":                        "SELECT cat.regclass_name(cat.tavana_relation('pg_catalog', 'pg_type'))",
		"SELECT 1 WHERE a = 'mine'::regclass":               "SELECT 1 WHERE a = cat.regclass_oid('mine')",
	} {
		checkRewrite(t, sql, want)
	}
}

// PostgreSQL's options of EXPLAIN are DuckDB's where it has them.
func TestExplainOptions(t *testing.T) {
	for sql, want := range map[string]string{
		"EXPLAIN (FORMAT JSON, ANALYZE false, VERBOSE off, COSTS) TABLE t": "EXPLAIN (FORMAT json)       TABLE t",
		"EXPLAIN (ANALYZE, FORMAT 'text', BUFFERS 1) TABLE t":              "EXPLAIN (ANALYZE)     TABLE t",
		"EXPLAIN (COSTS OFF) TABLE t":                                      "EXPLAIN   TABLE t",
		"EXPLAIN ANALYZE VERBOSE TABLE t":                                  "EXPLAIN (ANALYZE)  TABLE t",
		"EXPLAIN TABLE t":                                                  "EXPLAIN TABLE t",
		"EXPLAIN (SELECT a FROM t)":                                        "EXPLAIN (SELECT a FROM t)",
		"EXPLAIN ((SELECT a FROM t) UNION SELECT b FROM t)":                "EXPLAIN ((SELECT a FROM t) UNION SELECT b FROM t)",
	} {
		checkRewrite(t, sql, want)
	}
}

// A function that gives one value is a query in FROM, whose column is called by the function or its alias.
func TestScalarsInFrom(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT s[i] FROM generate_series(1, 2) AS i, one(a, (b)) s WHERE true": "SELECT s[i] FROM (SELECT generate_series::INTEGER AS generate_series FROM generate_series(1, 2)) AS i(i), (SELECT one(a, (b)) AS s) s WHERE true",
		"SELECT * FROM one(1) AS x(y), one(2) WHERE one(3) > 0":                 "SELECT * FROM (SELECT one(1) AS y) AS x(y), (SELECT one(2) AS one) AS one WHERE one(3) > 0",
		"SELECT a, one(1) FROM many(1) s WHERE one(2) > 0":                      "SELECT a, one(1) FROM many(1) s WHERE one(2) > 0",
		"SELECT trim(' ' FROM one(a)) AS b, a IS DISTINCT FROM one(b)":          "SELECT trim(' ' FROM one(a)) AS b, a IS DISTINCT FROM one(b)",
		"SELECT trim((SELECT a FROM one(a)) FROM one(b))":                       "SELECT trim((SELECT a FROM (SELECT one(a) AS one) AS one) FROM one(b))",
	} {
		checkRewrite(t, sql, want)
	}
}

// substring is the catalog's, which takes patterns too.
func TestSubstring(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT substring(a FROM (b) FOR c)":           "SELECT cat.substring(a , (b) , c)",
		"SELECT substring(a FOR 2), substring(a, 2)":   "SELECT cat.substring(a , 1, 2), cat.substring(a, 2)",
		"SELECT substring(a FOR 2 FROM 1)":             "SELECT substring(a FOR 2 FROM 1)",
		"SELECT substring((SELECT 'a' FROM t) FROM 2)": "SELECT cat.substring((SELECT 'a' FROM t) , 2)",
		"SELECT substring FROM t":                      "SELECT substring FROM t",
	} {
		checkRewrite(t, sql, want)
	}
}

// A comparison with an array's literal is one with its elements; a cast takes a whole CASE.
func TestAnyOfALiteralAndCastsOfCase(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT a = ANY('{x,y}')":                                    "SELECT a IN ('x', 'y')",
		"SELECT a <> ALL ('{x}'), b = ANY('{}')":                     "SELECT a NOT IN  ('x'), b = ANY([])",
		"SELECT a LIKE ANY('x'), a < ANY('{1}')":                     "SELECT a LIKE ANY('x'), a < ANY(['1'])",
		"SELECT 1, CASE WHEN a THEN CASE WHEN b THEN 1 END END::oid": "SELECT 1, CASE WHEN a THEN CASE WHEN b THEN 1 END END::tavana_oid",
		"SELECT 1, CASE a WHEN b THEN c END::text":                   "SELECT 1, cat.tavana_text(CASE a WHEN b THEN c END)",
	} {
		checkRewrite(t, sql, want)
	}
}

func isSystem(name string) bool { return name == "pg_type" || name == "pg_index" }

func checkRewrite(t *testing.T, sql, want string) {
	t.Helper()
	if got := rewriteForTest(t, sql); got != want {
		t.Errorf("%s\nis  %s\nnot %s", sql, got, want)
	}
}

func rewriteForTest(t *testing.T, sql string) string {
	t.Helper()
	list, err := Split(sql)
	if err != nil {
		t.Fatal(err)
	}
	r := &Rules{Catalog: "cat", InCatalog: isSystem, IsRelation: isSystem, Scalar: func(name string) bool { return name == "one" }, Array: func(literal string) (string, bool) {
		elements := strings.Split(strings.Trim(literal, "{}"), ",")
		if literal == "{}" {
			return "[]", true
		}
		return "['" + strings.Join(elements, "', '") + "']", literal[0] == '{'
	}}
	got, err := list[0].Rewrite(r, nil)
	if err != nil {
		t.Errorf("%s: %v", sql, err)
	}
	return got.Text
}
