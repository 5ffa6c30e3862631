package sqltext

import (
	"strings"
	"testing"
)

// textsOf returns what a statement stands for, or the error's text.
func textsOf(parts []Statement, err error) string {
	if err != nil {
		return err.Error()
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Text
	}
	return strings.Join(texts, "|")
}

func TestAlterationsAreTakenInPostgreSQLsOrder(t *testing.T) {
	for sql, want := range map[string]string{
		"ALTER TABLE t ADD a int":                                  "",
		"ALTER TABLE t ADD a numeric(10, 2)":                       "",
		"ALTER VIEW v ALTER a SET DEFAULT 1, ALTER b DROP DEFAULT": "",
		"CREATE TABLE t (a int, b int)":                            "",
		"ALTER TABLE t":                                            "syntax error at end of input",
		"ALTER TABLE IF EXISTS s.t ADD a int, DROP COLUMN b":       "ALTER TABLE IF EXISTS s.t            DROP COLUMN b|ALTER TABLE IF EXISTS s.t ADD a int",
		`ALTER TABLE "ü, €" ADD é numeric(1, 2), ADD b int`:        `ALTER TABLE "ü, €" ADD é numeric(1, 2)|ALTER TABLE "ü, €"                      ADD b int`,
		"ALTER TABLE t ADD UNIQUE (a, b), ALTER a SET NOT NULL, ADD a int, ALTER COLUMN b SET DATA TYPE text, ALTER b DROP DEFAULT": "ALTER b DROP DEFAULT|ALTER COLUMN b SET DATA TYPE text|ADD a int|ADD UNIQUE (a, b)|ALTER a SET NOT NULL",
		"ALTER TABLE t ADD a int,":               `syntax error at end of input`,
		"ALTER TABLE t ADD a int,, ADD b int":    `syntax error at or near ","`,
		"ALTER TABLE t RENAME a TO b, ADD c int": `syntax error at or near ","`,
		"ALTER TABLE t ADD c int, RENAME a TO b": `syntax error at or near "RENAME"`,
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		got := textsOf(list[0].Alterations())
		if strings.HasPrefix(sql, "ALTER TABLE t ") {
			got = strings.Join(strings.Fields(strings.ReplaceAll(got, "ALTER TABLE t", "")), " ")
			got = strings.ReplaceAll(got, "| ", "|")
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", sql, got, want)
		}
	}
}

func TestDescriptions(t *testing.T) {
	for sql, want := range map[string]Description{
		"COMMENT ON SCHEMA s IS 'a''b'":                {Object: Object{Schema: "s"}, Text: "a'b"},
		`COMMENT ON COLUMN "T".a IS E'a\nb'`:           {Object: Object{Name: "T"}, Column: "a", Relation: `"T"`, Text: "a\nb"},
		`COMMENT ON COLUMN d . s . t . "A" IS $x$y$x$`: {Object: Object{Schema: "s", Name: "t"}, Column: "A", Relation: "d . s . t", Text: "y"},
		"comment on column s.t.a is null":              {Object: Object{Schema: "s", Name: "t"}, Column: "a", Relation: "s.t"},
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := list[0].Description(); err != nil || *d != want {
			t.Errorf("%s: %+v (%v), want %+v", sql, d, err, want)
		}
	}
	for _, sql := range []string{
		"COMMENT ON COLUMN t.a", "COMMENT ON COLUMN t.a IS", "COMMENT ON COLUMN a IS 'x'", "COMMENT ON COLUMN t.a IS 5", "COMMENT ON COLUMN t.a IS 'x' 'y'",
		"COMMENT ON SCHEMA", "COMMENT ON SCHEMA a.b IS 'x'", "COMMENT ON COLUMN", "COMMENT ON COLUMN t. IS 'x'",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := list[0].Description(); err == nil {
			t.Errorf("%s: %+v", sql, d)
		}
	}
}
