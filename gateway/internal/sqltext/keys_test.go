package sqltext

import (
	"fmt"
	"testing"
)

func TestKeysAreTakenOut(t *testing.T) {
	for _, c := range []struct{ sql, rest, keys string }{
		{"CREATE TABLE t (a int PRIMARY KEY, b text)", "CREATE TABLE t (a int NOT NULL, b text)", "[{p  [a] { } []  }]"},
		{"CREATE TABLE t (a int NOT NULL PRIMARY KEY)", "CREATE TABLE t (a int NOT NULL )", "[{p  [a] { } []  }]"},
		{"CREATE TABLE IF NOT EXISTS s.t (a int UNIQUE, b int CONSTRAINT u UNIQUE DEFAULT 1)", "CREATE TABLE IF NOT EXISTS s.t (a int , b int  DEFAULT 1)", "[{u  [a] { } []  } {u u [b] { } []  }]"},
		{"CREATE TABLE t (a int, B int, PRIMARY KEY (a, b))", "CREATE TABLE t (a int NOT NULL, B int NOT NULL)", "[{p  [a b] { } []  }]"},
		{"CREATE TABLE t (CONSTRAINT pk PRIMARY KEY (a), a int, UNIQUE (a) DEFERRABLE)", "CREATE TABLE t ( a int NOT NULL)", "[{p pk [a] { } []  } {u  [a] { } []  }]"},
		{
			"CREATE TABLE t (a int REFERENCES o, b int REFERENCES s.o (x) ON DELETE SET NULL ON UPDATE CASCADE NOT NULL, FOREIGN KEY (a, b) REFERENCES p (c, d) MATCH FULL INITIALLY DEFERRED)",
			"CREATE TABLE t (a int , b int  NOT NULL)", "[{f  [a] { o} [] a a} {f  [b] {s o} [x] c n} {f  [a b] { p} [c d] a a}]",
		},
		{`CREATE TABLE t ("primary" int, d decimal(10, 2) UNIQUE, s struct("unique" int))`, `CREATE TABLE t ("primary" int, d decimal(10, 2) , s struct("unique" int))`, "[{u  [d] { } []  }]"},
		{"CREATE TABLE t (a int CHECK (a > 0))", "", "[]"},
		{"CREATE TABLE t AS SELECT 1 AS a", "", "[]"},
		{"CREATE VIEW v AS SELECT 1", "", "[]"},
		{"CREATE TABLE t (PRIMARY KEY (a)", "CREATE TABLE t (PRIMARY KEY (a)", "[]"},
	} {
		st, err := Split(c.sql)
		if err != nil {
			t.Fatal(err)
		}
		_, keys, rest := st[0].TableKeys()
		if got := fmt.Sprint(keys); got != c.keys || len(keys) > 0 && rest.Text != c.rest {
			t.Errorf("%s:\n got %s %s\nwant %s %s", c.sql, rest.Text, got, c.rest, c.keys)
		}
	}
}

func TestKeysOfAlterTable(t *testing.T) {
	for sql, want := range map[string]string{
		"ALTER TABLE ONLY s.t ADD CONSTRAINT pk PRIMARY KEY (a)":                                  "{s t} {p pk [a] { } []  }",
		"ALTER TABLE t ADD UNIQUE (a, b)":                                                         "{ t} {u  [a b] { } []  }",
		"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (b) NOT VALID":                            "{ t} {f  [a] { o} [b] a a}",
		"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o ON DELETE SET DEFAULT ON UPDATE RESTRICT": "{ t} {f  [a] { o} [] r d}",
		"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o ON DELETE NO ACTION ON UPDATE SET NULL":   "{ t} {f  [a] { o} [] n a}",
		"ALTER TABLE t ADD COLUMN a int":                                                          "{ t} <nil>",
		"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)":                                            "{ t} <nil>",
		"ALTER TABLE t DROP CONSTRAINT IF EXISTS c":                                               "{ t} c",
	} {
		st, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		table, key := st[0].AddedKey()
		got := fmt.Sprint(table, " ", key)
		if key != nil {
			got = fmt.Sprint(table, " ", *key)
		} else if _, name, _ := st[0].DroppedConstraint(); name != "" {
			got = fmt.Sprint(table, " ", name)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}
