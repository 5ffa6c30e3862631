package sqltext

import (
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

func TestNumberParams(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT 1": "SELECT 1", "SELECT ?": "SELECT  $1 ", "SELECT a FROM t WHERE a=? AND b>=?::int": "SELECT a FROM t WHERE a= $1  AND b>= $2 ::int",
		"SELECT '?', \"?\", $$?$$, E'\\'?' /* ? */ -- ?\n, ?": "SELECT '?', \"?\", $$?$$, E'\\'?' /* ? */ -- ?\n,  $1 ",
		"INSERT INTO t VALUES (?,?)":                          "INSERT INTO t VALUES ( $1 , $2 )",
	} {
		got, err := NumberParams(in)
		if err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"SELECT ?, $1", "SELECT $1, ?"} {
		if _, err := NumberParams(in); pgerror.CodeOf(err) != pgerror.SyntaxError {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestInsertedRow(t *testing.T) {
	for sql, want := range map[string]string{
		"INSERT INTO t VALUES ($1, $2)": "INSERT INTO t |$1|$2", `INSERT INTO "s"."t" (a, "b c") VALUES (lower($1), ($2 + 1)::int)`: `INSERT INTO "s"."t" (a, "b c") |lower($1)|($2 + 1)::int`,
		"INSERT INTO t VALUES ($1), ($2)": "", "INSERT INTO t VALUES ($1, DEFAULT)": "", "INSERT INTO t VALUES ($1) RETURNING a": "", "INSERT INTO t SELECT $1": "",
		"INSERT INTO t DEFAULT VALUES": "", "INSERT INTO t VALUES ()": "", "INSERT INTO t VALUES (sum($1))": "", "INSERT INTO t VALUES ((SELECT max(a) FROM t), $1)": "", "INSERT INTO t VALUES (random(), $1)": "", "SELECT 1": "", "WITH x AS (SELECT 1) INSERT INTO t VALUES ($1)": "", "INSERT INTO t AS x VALUES ($1)": "",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		head, row, ok := list[0].InsertedRow()
		got := head
		for _, p := range row {
			got += "|" + p.Text
		}
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q %v, want %q", sql, got, ok, want)
		}
	}
}

func FuzzNumberParams(f *testing.F) {
	f.Add("SELECT a=?, '?' FROM t")
	f.Add("SELECT /* ? */ ?")
	f.Fuzz(func(t *testing.T, sql string) {
		out, err := NumberParams(sql)
		if err != nil {
			return
		}
		before, err := Tokenize(sql)
		if err != nil {
			return // without a ? it is not looked at
		}
		after, err := Tokenize(out)
		if err != nil {
			t.Fatalf("%q became %q: %v", sql, out, err)
		}
		// Strings, names and comments are the same, in the same order.
		text := func(sql string, tokens []Token) string {
			var b strings.Builder
			for _, t := range tokens {
				if t.Kind == String || t.Kind == Quoted || t.Kind == Word || t.Kind == Number {
					b.WriteString(sql[t.Start:t.End] + "\x00")
				}
			}
			return b.String()
		}
		if text(sql, before) != text(out, after) {
			t.Fatalf("%q became %q", sql, out)
		}
	})
}
