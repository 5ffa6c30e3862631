package sqltext

import "testing"

func TestObjectsOfADropOrTruncate(t *testing.T) {
	for sql, want := range map[string]string{
		"DROP TABLE a":                       "",
		"DROP TABLE IF EXISTS s.a CASCADE":   "",
		"DROP TABLE cascade":                 "",
		"DROP FUNCTION f(int, text), g(int)": "",
		"DROP TABLE":                         "",
		"SELECT 1, 2":                        "",
		"DROP TABLE a, s.b":                  "DROP TABLE a|DROP TABLE    s.b",
		`drop view if exists "ü, b" , "CASCADE" RESTRICT`: `drop view if exists "ü, b" RESTRICT|drop view if exists          "CASCADE" RESTRICT`,
		"DROP SCHEMA a, b CASCADE":                        "DROP SCHEMA a CASCADE|DROP SCHEMA    b CASCADE",
		"DROP TABLE a,":                                   "syntax error at end of input",
		"DROP TABLE a,, b":                                `syntax error at or near ","`,
		"DROP TABLE , b":                                  `syntax error at or near ","`,
		"DROP TABLE a, cascade":                           "DROP TABLE a|DROP TABLE    cascade",
		"TRUNCATE a":                                      "",
		"TRUNCATE TABLE ONLY a":                           "",
		"TRUNCATE restrict":                               "",
		"TRUNCATE identity":                               "",
		"TRUNCATE TABLE a RESTART IDENTITY CASCADE":       "TRUNCATE TABLE a",
		"truncate a continue identity":                    "truncate a",
		"TRUNCATE a, s.b RESTRICT":                        "TRUNCATE a|TRUNCATE    s.b",
		"TRUNCATE a RESTART IDENTITY, b":                  "TRUNCATE a RESTART IDENTITY|TRUNCATE                     b", // DuckDB says what is wrong
		"TRUNCATE RESTART IDENTITY":                       "",                                                           // a table with an alias, as far as it goes
		"TRUNCATE TABLE":                                  "",
		"TRUNCATE TABLE a, RESTART IDENTITY":              "TRUNCATE TABLE a|TRUNCATE TABLE    RESTART IDENTITY",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		if got := textsOf(list[0].Singly()); got != want {
			t.Errorf("%s:\n got %s\nwant %s", sql, got, want)
		}
	}
}
