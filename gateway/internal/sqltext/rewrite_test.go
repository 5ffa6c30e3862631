package sqltext

import "testing"

// Words that are names in PostgreSQL alone are quoted, and stay where they belong to a clause, DuckDB's own included.
func TestWordsThatAreNames(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT at, by FROM t ORDER BY at":               `SELECT "at", "by" FROM t ORDER BY "at"`,
		"SELECT ts AT TIME ZONE 'UTC' AT":                `SELECT ts AT TIME ZONE 'UTC' "at"`,
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

func checkRewrite(t *testing.T, sql, want string) {
	t.Helper()
	list, err := Split(sql)
	if err != nil {
		t.Fatal(err)
	}
	r := &Rules{Catalog: "cat", InCatalog: func(name string) bool { return name == "pg_type" }}
	if got, err := list[0].Rewrite(r, nil); err != nil || got.Text != want {
		t.Errorf("%s\nis  %s (%v)\nnot %s", sql, got.Text, err, want)
	}
}
