package sqltext

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

func TestSplitFindsStatements(t *testing.T) {
	for sql, want := range map[string][]string{
		"":                                 nil,
		" ; -- ping\n ; /* a /* b */ c */": nil,
		"SELECT 1":                         {"SELECT 1"},
		"SELECT 1; SELECT 2;":              {"SELECT 1", "SELECT 2"},
		"SELECT ';' -- ; \n, 2":            {"SELECT ';' -- ; \n, 2"},
		"SELECT $$;$$; SELECT $a$;$$;$a$":  {"SELECT $$;$$", "SELECT $a$;$$;$a$"},
		`SELECT "a;b", E'\';', 'it''s;'`:   {`SELECT "a;b", E'\';', 'it''s;'`},
		"SELECT 1 /* ; */ ; x":             {"SELECT 1", "x"},
	} {
		got, err := Split(sql)
		if err != nil {
			t.Errorf("%q: %v", sql, err)
		}
		texts := make([]string, 0, len(got))
		for _, s := range got {
			texts = append(texts, s.Text)
		}
		if fmt.Sprint(texts) != fmt.Sprint(want) && len(texts)+len(want) > 0 {
			t.Errorf("%q: got %q, want %q", sql, texts, want)
		}
	}
}

func TestBadTextHasItsCodeAndPlace(t *testing.T) {
	for sql, want := range map[string]pgerror.Code{
		"SELECT 'abc":           pgerror.SyntaxError,
		`SELECT "abc`:           pgerror.SyntaxError,
		"SELECT $$abc":          pgerror.SyntaxError,
		"SELECT /* abc":         pgerror.SyntaxError,
		"SELECT 'a\x00b'":       pgerror.CharacterNotInRepertoire,
		"SELECT '\xff'":         pgerror.CharacterNotInRepertoire,
		`SELECT U&'\0041'`:      pgerror.FeatureNotSupported,
		"SELECT E'ends with \\": pgerror.SyntaxError,
	} {
		_, err := Split(sql)
		if got := pgerror.CodeOf(err); got != want {
			t.Errorf("%q: %s (%v), want %s", sql, got, err, want)
		}
	}
	_, err := Split("SELECT 'abc")
	if e := pgerror.Flatten(err); e.Position != 8 {
		t.Errorf("position %d", e.Position)
	}
}

func one(t testing.TB, sql string) *Statement {
	t.Helper()
	list, err := Split(sql)
	if err != nil || len(list) != 1 {
		t.Fatalf("%q: %d statements, %v", sql, len(list), err)
	}
	return &list[0]
}

func TestVerbsAndTags(t *testing.T) {
	for _, c := range []struct {
		sql  string
		verb Verb
		tag  string
	}{
		{"select 1", Select, "SELECT 7"},
		{"((SELECT 1))", Select, "SELECT 7"},
		{"WITH a AS (SELECT 1), b AS (INSERT INTO x VALUES (1)) SELECT 2", Select, "SELECT 7"},
		{"WITH a AS (SELECT 1) INSERT INTO x SELECT * FROM a", Insert, "INSERT 0 7"},
		{"VALUES (1)", Select, "SELECT 7"},
		{"FROM x", Select, "SELECT 7"},
		{"update x set a = 1", Update, "UPDATE 7"},
		{"DELETE FROM x", Delete, "DELETE 7"},
		{"CREATE TABLE x (a int)", Create, "CREATE TABLE"},
		{"CREATE TABLE x AS SELECT 1", Create, "SELECT 7"},
		{"CREATE TEMP TABLE x (a int DEFAULT (cast(1 AS int)))", CreateTemp, "CREATE TABLE"},
		{"CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1", CreateTemp, "CREATE VIEW"},
		{"CREATE SCHEMA s", Create, "CREATE SCHEMA"},
		{"DROP TABLE x", Drop, "DROP TABLE"},
		{"ALTER TABLE x ADD COLUMN b int", Alter, "ALTER TABLE"},
		{"TRUNCATE x", Truncate, "TRUNCATE TABLE"},
		{"EXPLAIN SELECT 1", Explain, "EXPLAIN"},
		{"START TRANSACTION", Begin, ""},
		{"end", Commit, ""},
		{"ROLLBACK TO SAVEPOINT a", RollbackTo, ""},
		{"ROLLBACK WORK", Rollback, ""},
		{"WITH values AS (SELECT 1) INSERT INTO x SELECT * FROM values", Insert, "INSERT 0 7"},
		{"WITH delete (a, b) AS NOT MATERIALIZED (SELECT 1, 2), update AS (SELECT 3) SELECT 4", Select, "SELECT 7"},
		{"WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 2) (SELECT * FROM r)", Select, "SELECT 7"},
		{"EXPLAIN (ANALYZE, FORMAT json) DELETE FROM x", Explain, "EXPLAIN"},
		{"DESCRIBE x", Describe, "SELECT 7"},
		{"PRAGMA threads", Pragma, ""},
		{"garbage here", Unknown, ""},
	} {
		s := one(t, c.sql)
		if got := s.Verb(); got != c.verb {
			t.Errorf("%s: verb %d, want %d", c.sql, got, c.verb)
		}
		if c.tag != "" {
			if got := s.Tag(7); got != c.tag {
				t.Errorf("%s: tag %q, want %q", c.sql, got, c.tag)
			}
		}
	}
}

// What an EXPLAIN ANALYZE runs, it does.
func TestEffects(t *testing.T) {
	for sql, want := range map[string]Verb{
		"SELECT 1": Select, "EXPLAIN DELETE FROM x": Explain, "EXPLAIN ANALYZE DELETE FROM x": Delete, "explain analyze verbose with a as (select 1) insert into x select 2": Insert,
		"EXPLAIN (ANALYZE) COPY x TO 'y'": Copy, "EXPLAIN (FORMAT json) SELECT 1": Explain, "EXPLAIN ANALYZE SET x = 1": Set, "EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1": CreateTemp,
		"EXPLAIN ANALYZE BEGIN": Begin,
	} {
		if got := one(t, sql).Effect(); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
}

// DuckDB must see the same tokens: what hides a name from the guard here would be a hole.
func TestTokensAreThoseOfDuckDB(t *testing.T) {
	for _, sql := range []string{
		"SELECT * FROM query\u00a0('SELECT 7')", "SELECT * FROM\u3000query('SELECT 7')", "\ufeffSELECT * FROM query('SELECT 7')",
		"SELECT 1_$$, * FROM query('SELECT 2') --$$", "SELECT 1.5_$$, * FROM query('SELECT 2') --$$", "SELECT 1._$$, * FROM query('SELECT 2') --$$",
		"CREATE\u2003SECRET s (TYPE s3)", "FROM \"s3://b/k?s3_endpoint=x\"", `SELECT * FROM read_parquet(E's3://b/k?s3\x5fendpoint=x')`,
		`SELECT * FROM read_parquet(E's3://b/k?s3\137endpoint=x')`, "FROM duckdb_logs", "ALTER DATABASE tavana SET ALIAS TO x",
	} {
		if err := one(t, sql).Refused(); pgerror.CodeOf(err) != pgerror.InsufficientPrivilege {
			t.Errorf("%q passes: %v", sql, err)
		}
	}
	if _, err := Split("SELECT E'a'\n'\\', ' AS x, * FROM query('SELECT 1') --'"); pgerror.CodeOf(err) != pgerror.FeatureNotSupported {
		t.Errorf("an escape string that goes on: %v", err)
	}
	if v := one(t, "\ufeffBEGIN").Verb(); v != Begin {
		t.Errorf("a byte order mark hides BEGIN: %d", v)
	}
	if v := one(t, "SELECT 1_000").Tokens; len(v) != 2 {
		t.Errorf("1_000 is %d tokens", len(v)-1)
	}
}

func TestATextOfTooManyTokensIsRefused(t *testing.T) {
	if _, err := Split(strings.Repeat("1,", maxTokens)); pgerror.CodeOf(err) != pgerror.StatementTooComplex {
		t.Errorf("got %v", err)
	}
}

func TestLiteralsAndNames(t *testing.T) {
	s := one(t, `SET x TO 'it''s', E'a\tb', "Q""x", $t$raw$t$, Word`)
	want := []string{"it's", "a\tb", `Q"x`, "raw", "Word"}
	for i, w := range want {
		if got, ok := s.Literal(3 + 2*i); !ok || got != w {
			t.Errorf("literal %d: %q %v, want %q", i, got, ok, w)
		}
	}
	if got := s.Name(11); got != "word" {
		t.Errorf("name %q", got)
	}
}

func TestCastParamsAndTheWayBack(t *testing.T) {
	s := one(t, `SELECT $1, '$1', $2 FROM t -- $2`)
	r, _ := s.Rewrite(&Rules{}, []string{"INTEGER", ""})
	if want := `SELECT CAST($1 AS INTEGER), '$1', $2 FROM t`; r.Text != want {
		t.Fatalf("got %q, want %q", r.Text, want)
	}
	for _, word := range []string{"SELECT", "'$1'", "$2", "FROM", "t"} {
		at := strings.LastIndex(r.Text, word)
		if got := s.Text[r.Origin(at):]; !strings.HasPrefix(got, word) {
			t.Errorf("%s came back as %q", word, got)
		}
	}
	if got := r.Origin(strings.Index(r.Text, "CAST") + 7); s.Text[got:got+2] != "$1" {
		t.Errorf("inside the cast came back as %q", s.Text[got:])
	}
	if n, err := s.Params(); n != 2 || err != nil {
		t.Errorf("%d parameters, %v", n, err)
	}
	for _, bad := range []string{"SELECT $0", "SELECT $65536", "SELECT $99999999999999999999"} {
		if _, err := one(t, bad).Params(); pgerror.CodeOf(err) != pgerror.UndefinedParameter {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTheGuardSeesFunctionsNotText(t *testing.T) {
	for _, sql := range []string{
		"SELECT * FROM duckdb_secrets()", "SELECT * FROM Enable_Logging('HTTP')", `SELECT * FROM "enable_logging"()`,
		"SELECT * FROM system.main.enable_logging ()", "SELECT * FROM query('SELECT 1')", "CREATE TEMP VIEW v AS FROM postgres_scan('', '', '')",
		"CREATE SECRET s (TYPE s3)", "CREATE OR REPLACE PERSISTENT SECRET s (TYPE s3)", "DROP SECRET s",
		"SELECT * FROM read_parquet('s3://b/x?s3_endpoint=evil:1')", "SELECT * FROM 's3://b/x?S3_ENDPOINT=evil:1'", "SELECT write_log('x')",
	} {
		if err := one(t, sql).Refused(); pgerror.CodeOf(err) != pgerror.InsufficientPrivilege {
			t.Errorf("%s passes: %v", sql, err)
		}
	}
	for _, sql := range []string{
		"SELECT 'duckdb_secrets()'", "SELECT 1 -- enable_logging()", `SELECT enable_logging FROM t`, "SELECT * FROM read_parquet('s3://b/x')",
		"SELECT secret FROM t", "SELECT * FROM range(3)",
	} {
		if err := one(t, sql).Refused(); err != nil {
			t.Errorf("%s is refused: %v", sql, err)
		}
	}
	if err := one(t, "SELECT * FROM arrow_scan(1, 2, 3)").Unsafe(); pgerror.CodeOf(err) != pgerror.InsufficientPrivilege {
		t.Errorf("arrow_scan passes: %v", err)
	}
}

func TestPositionsCountCharacters(t *testing.T) {
	list, err := Split("SELECT 'é'; SELECT 2")
	if err != nil || len(list) != 2 {
		t.Fatal(err)
	}
	if list[1].Chars != len([]rune("SELECT 'é'; ")) {
		t.Errorf("the second begins after %d characters", list[1].Chars)
	}
}

// FuzzTokenize: tokens lie in order inside the text and cover all but white space and comments; splitting loses nothing;
// a rewrite without types changes nothing, and positions come back inside the text.
func FuzzTokenize(f *testing.F) {
	for _, s := range []string{
		"SELECT 1", "SELECT 'a''b' || E'\\'' ; -- x\n/* /* */ */", "$$a$$ $1 $tag$ $tag$", `"a""b".c`, "1.5e-3::int->>'a'", "é€😀", "'", "\"", "$", "E'\\",
		"WITH a AS (SELECT 1) INSERT INTO b VALUES ($1, '$2')", "/*", "--", "a.b.c(1)", "ROLLBACK TO SAVEPOINT x", "U&'x'", "1..2", ".5", "x$1", "CREATE TABLE t (a int PRIMARY KEY, UNIQUE (a), b int REFERENCES c (d) ON DELETE CASCADE)", "DATE '1-1-1 BC'", `BYTEA '\x00ff'`, "B'01' X'ff' N'a'",
		"EXPLAIN (ANALYZE off, FORMAT", "EXPLAIN ((", "ALTER TABLE IF EXISTS ONLY a.b OWNER TO c", "CREATE SCHEMA IF NOT EXISTS AUTHORIZATION a", "CREATE TABLE t (a int) USING heap TABLESPACE",
		"SELECT x.xmin, * FROM pg_catalog.pg_type AS x, pg_type", "a = ANY('{1}') <> ALL (", "substring(a FROM (b) FOR", "FROM aclexplode(", "END::oid CASE", "'pg_type'::regclass",
		"ALTER TABLE a.b ADD c int, DROP d", "ALTER TABLE a RENAME TO b", "COMMENT ON COLUMN a.b.c IS $$d$$", "COMMENT ON SCHEMA a IS NULL",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		toks, err := Tokenize(sql)
		if err != nil {
			return
		}
		end := int32(0)
		for _, tok := range toks {
			if tok.Start < end || tok.End <= tok.Start || int(tok.End) > len(sql) {
				t.Fatalf("token %+v after %d in %q", tok, end, sql)
			}
			end = tok.End
		}
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			list[i].TableKeys()
			list[i].AddedKey()
			list[i].DroppedConstraint()
			list[i].Renamed()
			list[i].OwnerChange()
			list[i].Authorization()
			_, _ = list[i].Alterations()
			_, _ = list[i].Singly()
			_, _ = list[i].Description()
			_, _ = list[i].OfView()
			_ = list[i].Bent()
			_, _ = list[i].Rewrite(&Rules{}, nil)
			_ = list[i].ColumnNames()
			_, _ = list[i].ClientCopy()
		}
		semicolons := 0
		for _, tok := range toks {
			if sql[tok.Start:tok.End] == ";" {
				semicolons++
			}
		}
		tokens := 0
		for i := range list {
			s := &list[i]
			tokens += len(s.Tokens)
			again, err := Tokenize(s.Text)
			if err != nil || len(again) != len(s.Tokens) {
				t.Fatalf("%q has %d tokens by itself, %d in the string (%v)", s.Text, len(again), len(s.Tokens), err)
			}
			_ = s.Tag(1)
			_ = s.Refused()
			_, _ = s.Params()
			if r, _ := s.Rewrite(&Rules{}, nil); r.Text != s.Text && !rewritten.MatchString(s.Text) {
				t.Fatalf("%q rewritten to %q", s.Text, r.Text)
			}
			all := &Rules{
				Catalog: "cat", Information: "inf", InCatalog: isSystem, IsRelation: isSystem, InInformation: func(string) bool { return true },
				Value: func(n string) (string, bool) { return "'v'", n != "version" }, Setting: func(string) (string, bool) { return "v", true },
				Array: func(l string) (string, bool) {
					return "['" + strings.ReplaceAll(l, "'", "''") + "']", strings.HasPrefix(l, "{")
				},
			}
			if r, _ := s.Rewrite(all, nil); r.Text != s.Text {
				if _, err := Tokenize(r.Text); err != nil {
					t.Fatalf("%q rewritten to %q: %v", s.Text, r.Text, err)
				}
				keepsQuoted(t, s, r.Text)
			}
			r, _ := s.Rewrite(&Rules{}, []string{"INTEGER", "VARCHAR"})
			for pos := range min(len(r.Text), 200) {
				if o := r.Origin(pos); o < 0 || o > len(s.Text) {
					t.Fatalf("byte %d of %q comes from %d of %q", pos, r.Text, o, s.Text)
				}
			}
			for j, tok := range s.Tokens {
				if tok.Kind == String {
					_ = Unquote(s.Raw(j))
				}
			}
		}
		if tokens+semicolons != len(toks) {
			t.Fatalf("%d tokens in statements, %d semicolons, %d in all", tokens, semicolons, len(toks))
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	const sql = "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS s FROM tpch.lineitem WHERE l_shipdate <= DATE '1998-09-02' AND l_comment <> 'a''b' GROUP BY 1, 2 ORDER BY 1, 2"
	for b.Loop() {
		if _, err := Split(sql); err != nil {
			b.Fatal(err)
		}
	}
}

// rewritten are the words and operators that rules look for.
var rewritten = regexp.MustCompile(`(?is)pg_catalog|information_schema|numeric|dec|cast|operator|collate|for|set_config|bc|\\x|~|::|into|explain|using|tablespace|at|by|extract|unnest|exists|#|->|e'|(as|materialized|lateral|[,()]).*select`)

// keepsQuoted checks that quoted names stay, in their order, apart from those that a cast's type or a collation was.
func keepsQuoted(t *testing.T, s *Statement, text string) {
	t.Helper()
	toks, err := Tokenize(text)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, tok := range toks {
		if tok.Kind == Quoted {
			have = append(have, text[tok.Start:tok.End])
		}
	}
	for i, tok := range s.Tokens {
		if tok.Kind != Quoted {
			continue
		}
		j := slices.Index(have, s.Raw(i))
		if j >= 0 {
			have = have[j+1:]
		} else if !rewritten.MatchString(s.Text) {
			t.Fatalf("%q lost %s in %q", s.Text, s.Raw(i), text)
		}
	}
}

// What is read of a cursor's statement is what was written, and nothing that was not read is left.
func FuzzCursor(f *testing.F) {
	for _, sql := range []string{
		"DECLARE c CURSOR FOR SELECT 1", `declare "A b" binary insensitive no scroll cursor with hold for (values (1))`, "FETCH c", "FETCH -3 FROM c", "MOVE BACKWARD ALL IN c",
		"FETCH ABSOLUTE +5 c", "FETCH RELATIVE c", "FETCH next", "CLOSE ALL", "DECLARE", "FETCH FROM", "CREATE OR REPLACE TEMP VIEW a.b AS SELECT 1", "SELECT 1 INTO TEMP x", "CREATE TEMP TABLE t (a int) ON COMMIT DROP",
	} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		list, err := Split(sql)
		if err != nil {
			return
		}
		for _, st := range list {
			st.MadeTemporary()
			st.NewTemporaryTable()
			st.OnCommit()
			st.Changed()
			if d, err := st.Declaration(); err == nil && (d.Name == "" || !strings.HasSuffix(st.Text, d.Query.Text) || d.Query.Verb() != Select) {
				t.Errorf("%q: %+v", st.Text, d)
			}
			if m, err := st.Movement(); err == nil && (m.Cursor == "" || m.Cursor != st.Name(len(st.Tokens)-1)) {
				t.Errorf("%q: %+v", st.Text, m)
			}
			if name, _, err := st.Closing(); err == nil && name == "" {
				t.Errorf("%q closes nothing", st.Text)
			}
		}
	})
}
