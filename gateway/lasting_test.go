package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/internal/pgtest"
	"github.com/angelerator/tavana/internal/workertest"
)

// openLasting starts a gateway before n workers that share lasting tables.
func openLasting(t *testing.T, n int, change func(*gateway.Config)) *world {
	t.Helper()
	return openLake(t, n, change, "sqlite:"+filepath.Join(t.TempDir(), "catalog.sqlite"))
}

// openLake is openLasting with a catalog that lies anywhere.
func openLake(t *testing.T, n int, change func(*gateway.Config), metadata string) *world {
	t.Helper()
	return open(t, n, change, "--extensions-dir", filepath.Join(workertest.Root(), "bin", "extensions"), "--extensions", "sqlite_scanner,postgres_scanner,ducklake",
		"--lake-metadata", metadata, "--lake-data", filepath.Join(t.TempDir(), "tables"))
}

// The catalog is read from copies where they are as good: what others have committed is seen at once, at every worker, and what
// only this session sees is seen by it.
func TestTheCatalogIsNeverOld(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { catalogIsNeverOld(t, openLasting(t, 2, nil)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		host, port, _ := net.SplitHostPort(startPostgres(t).Addr)
		catalogIsNeverOld(t, openLake(t, 2, nil, fmt.Sprintf("postgres:host=%s port=%s user=%s password=%s dbname=%s", host, port, pgtest.User, pgtest.Password, pgtest.Database)))
	})
}

func catalogIsNeverOld(t *testing.T, w *world) {
	a, b := w.connect(), w.connect()
	const (
		tables   = "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
		columns  = "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum"
		keys     = "SELECT conname FROM pg_constraint ORDER BY 1"
		comments = "SELECT description FROM pg_description ORDER BY 1"
		schemas  = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 's%' ORDER BY 1"
	)
	see := func(sql string, rows ...string) {
		t.Helper()
		for range 4 { // at both workers, most likely
			w.want(a, sql, rows...)
			w.want(b, sql, rows...)
		}
	}
	see(tables)
	w.do(a, "CREATE TABLE t (a int)")
	see(tables, "public.t")
	see(columns, "a")
	w.do(b, "ALTER TABLE t ADD COLUMN b text")
	see(columns, "a", "b")
	w.do(a, "ALTER TABLE t ADD CONSTRAINT k UNIQUE (b)", "COMMENT ON TABLE t IS 'one'")
	see(keys, "k")
	see(comments, "one")
	w.do(b, "CREATE SCHEMA s1", "COMMENT ON SCHEMA s1 IS 'two'", "CREATE VIEW s1.v AS SELECT 1 AS x", "COMMENT ON COLUMN t.a IS 'three'")
	see(schemas, "s1")
	see(comments, "one", "three", "two")
	see(tables, "public.t", "s1.v")

	w.do(a, "CREATE TEMP TABLE mine (a int)")
	w.want(a, tables, "pg_temp_1.mine", "public.t", "s1.v")
	w.want(b, tables, "public.t", "s1.v")
	w.do(b, "CREATE TABLE t2 (a int)")
	w.want(a, tables, "pg_temp_1.mine", "public.t", "public.t2", "s1.v")
	w.do(a, "BEGIN", "DECLARE d CURSOR FOR "+tables, "DECLARE e CURSOR FOR SELECT 'mine'::regclass::text")
	w.want(a, "FETCH ALL d", "pg_temp_1.mine", "public.t", "public.t2", "s1.v")
	w.want(a, "FETCH e", "mine")
	w.do(a, "COMMIT", "DROP TABLE mine")

	w.do(b, "BEGIN")
	w.want(b, tables, "public.t", "public.t2", "s1.v")
	w.do(b, "CREATE TABLE t3 (a int PRIMARY KEY)", "DROP TABLE t2")
	w.want(b, tables, "public.t", "public.t3", "s1.v")
	w.want(b, keys, "k", "t3_pkey")
	w.want(a, tables, "public.t", "public.t2", "s1.v")
	w.want(a, keys, "k")
	w.do(b, "ROLLBACK")
	see(tables, "public.t", "public.t2", "s1.v")
	see(keys, "k")

	w.do(a, "BEGIN")
	w.want(a, schemas, "s1")
	w.wantCode(a, "SELECT CASE WHEN i > 5 THEN error('x') END FROM generate_series(1, 10) AS s(i)", "22023")
	w.do(a, "ROLLBACK")
	w.want(a, tables, "public.t", "public.t2", "s1.v")

	w.do(a, "BEGIN", "DECLARE c CURSOR FOR "+tables)
	w.do(b, "DROP VIEW s1.v", "DROP TABLE t2")
	w.want(a, "FETCH ALL c", "public.t", "public.t2", "s1.v")
	w.do(a, "COMMIT")
	see(tables, "public.t")

	// Commits of rows between those of what the catalog shows.
	w.do(a, "INSERT INTO t VALUES (1, 'x')", "COMMENT ON TABLE t IS 'four'", "UPDATE t SET b = 'y'")
	see(comments, "four", "three", "two")
	w.do(b, "DELETE FROM t", "ALTER TABLE t DROP CONSTRAINT k", "INSERT INTO t VALUES (2, 'z')")
	see(keys)
	w.do(a, "BEGIN", "INSERT INTO t VALUES (3, 'z')", "COMMENT ON SCHEMA s1 IS NULL", "COMMIT")
	see(comments, "four", "three")

	// A user's view reads the catalog under a name that does not say so.
	w.do(b, "CREATE VIEW known AS SELECT conname FROM pg_constraint")
	see("SELECT * FROM known")
	w.do(a, "ALTER TABLE t ADD CONSTRAINT k UNIQUE (b)")
	see("SELECT known.*, nspname FROM known, pg_namespace WHERE nspname = 'public'", "k|public")
	w.do(b, "ALTER TABLE t ADD CONSTRAINT l UNIQUE (b)")
	see("SELECT * FROM known ORDER BY 1", "k", "l")
}

// A block asks the catalog by several statements, at a worker that has not been asked before: each sees what is committed by then.
func TestABlockAsksTheCatalog(t *testing.T) {
	w := openLasting(t, 1, nil)
	a, b := w.connect(), w.connect()
	w.do(b, "CREATE SCHEMA s", "CREATE TABLE s.t (n int PRIMARY KEY, m int DEFAULT 7)", "COMMENT ON COLUMN s.t.m IS 'said'", "CREATE VIEW s.v AS SELECT 1 AS one")
	for i, level := range []string{"READ COMMITTED", "REPEATABLE READ"} {
		w.do(a, "BEGIN ISOLATION LEVEL "+level)
		w.want(a, "SELECT nspname FROM pg_namespace WHERE nspname = 's'", "s")
		w.want(a, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 's'::regnamespace AND relname LIKE 't%'", "t")
		w.want(a, "SELECT attname FROM pg_attribute WHERE attrelid = 's.t'::regclass AND attnum > 0 ORDER BY attnum", "n", "m")
		w.want(a, "SELECT conname FROM pg_constraint", "t_pkey")
		w.want(a, "SELECT indnatts, indrelid::regclass FROM pg_index", "1|s.t")
		w.want(a, "SELECT adbin FROM pg_attrdef", "7")
		w.want(a, "SELECT description FROM pg_description", "said")
		w.want(a, "SELECT column_name FROM information_schema.columns WHERE table_schema = 's' AND table_name = 't' ORDER BY ordinal_position", "n", "m")
		w.want(a, "SELECT viewname FROM pg_views WHERE schemaname = 's'", "v")
		w.want(a, "SELECT column_name FROM information_schema.key_column_usage", "n")
		w.do(b, fmt.Sprintf("CREATE TABLE s.more_%d (n int)", i))
		// The second block does not see the second table.
		w.want(a, "SELECT tablename FROM pg_tables WHERE schemaname = 's' ORDER BY 1", "more_0", "t")
		w.do(a, "COMMIT")
	}
	// What it has read of tables is not older than what the catalog says to it, nor newer.
	w.do(a, "BEGIN")
	w.want(a, "SELECT count(*) FROM pg_tables WHERE tablename = 'later'", "0")
	w.do(b, "CREATE TABLE later (n int)")
	w.want(a, "SELECT count(*) FROM pg_tables WHERE tablename = 'later'", "1")
	w.want(a, "SELECT count(*) FROM later", "0")
	w.do(b, "DROP TABLE later")
	w.want(a, "SELECT count(*) FROM pg_tables WHERE tablename = 'later'", "1")
	w.want(a, "SELECT count(*) FROM later", "0")
	w.do(a, "COMMIT")
	w.do(a, "BEGIN")
	w.want(a, "SELECT count(*) FROM pg_class WHERE relname = 'mine'", "0")
	w.do(a, "CREATE TABLE mine (n int)")
	w.want(a, "SELECT count(*) FROM pg_class WHERE relname = 'mine'", "1")
	w.want(b, "SELECT count(*) FROM pg_class WHERE relname = 'mine'", "0")
	w.do(a, "COMMIT")
	w.want(b, "SELECT count(*) FROM pg_class WHERE relname = 'mine'", "1")
}

// What search_path names is visible, and nothing else.
func TestVisibleIsWhatSearchPathNames(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.do(c, "CREATE TABLE p (n int)", "CREATE SCHEMA s", `CREATE SCHEMA "S x,y.z"`, "CREATE TABLE s.u (n int)", `CREATE TABLE "S x,y.z".v (n int)`)
	visible := "SELECT relname FROM pg_class WHERE relname IN ('p', 'u', 'v') AND pg_table_is_visible(oid) ORDER BY 1"
	w.want(c, visible, "p")
	w.do(c, "SET search_path = s")
	w.want(c, visible, "u")
	w.want(c, "SELECT 'u'::regclass, 'public.p'::regclass", "u|public.p")
	w.wantCode(c, "SELECT 'p'::regclass", "42P01")
	w.do(c, `SET search_path = "S x,y.z", public, nowhere`)
	w.want(c, visible, "p", "v")
	w.do(c, "RESET search_path")
	w.want(c, visible, "p")
}

// A temporary table has its name whatever it was called before.
func TestARenamedTemporaryTableIsOne(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.do(c, "CREATE TABLE y (a int PRIMARY KEY)", "CREATE TABLE z (a int)", "CREATE TEMP TABLE x (a int)", "ALTER TABLE x RENAME TO y")
	w.do(c, "INSERT INTO y VALUES (1)", "ALTER TABLE z ADD CONSTRAINT zz UNIQUE (a)")
	w.wantCode(c, "ALTER TABLE y ADD CONSTRAINT yy UNIQUE (a)", "0A000")
	w.do(c, "DROP TABLE y")
	w.want(c, "SELECT conname FROM pg_constraint ORDER BY 1", "y_pkey", "zz")
	w.want(c, "SELECT count(*) FROM y", "0")
	w.do(c, "BEGIN", "CREATE TEMP TABLE q (a int) ON COMMIT DROP", "ALTER TABLE q RENAME TO r", "SELECT * FROM r", "COMMIT")
	w.wantCode(c, "SELECT * FROM r", "42P01")
}

// Nobody touches the lake's own catalog, nor what is noted beside it, by a statement.
func TestTheLakesCatalogIsNotWritten(t *testing.T) {
	users := usersFile(t, login{"ann", "x", false}, login{"tavana", "tavana", true})
	w := openLasting(t, 1, func(c *gateway.Config) { c.UsersFile = users })
	c := w.connect()
	w.do(c, "CREATE TABLE t (a int PRIMARY KEY)")
	for _, sql := range []string{
		"UPDATE __ducklake_metadata_tavana.ducklake_table SET table_name = 'x'", `DELETE FROM "__DuckLake_metadata_tavana".main.ducklake_table`,
		"SELECT * FROM __ducklake_metadata_tavana.ducklake_metadata", "DROP TABLE __ducklake_metadata_tavana.ducklake_tag",
		"DELETE FROM pg_tavana.keys", "DELETE FROM tavana.pg_tavana.keys", `INSERT INTO "pg_tavana".comments VALUES ('public', 't', NULL, 'x')`,
		"EXPLAIN ANALYZE DELETE FROM pg_tavana.keys", "DROP TABLE pg_tavana.keys", "DROP SCHEMA pg_tavana CASCADE", "TRUNCATE pg_tavana.keys",
		"COMMENT ON TABLE pg_tavana.keys IS 'x'", "CREATE VIEW v AS SELECT * FROM __ducklake_metadata_tavana.ducklake_tag",
		"DELETE FROM " + catalog.Database + "_copy.on_schema.tavana_columns", "DROP TABLE " + catalog.Database + "_copy.on_schema.tavana_columns",
	} {
		w.wantCode(c, sql, "42501")
	}
	for _, path := range []string{"pg_tavana", `"PG_Tavana"`} {
		w.do(c, "SET search_path = "+path+", public")
		w.wantCode(c, "DELETE FROM keys", "42P01")
	}
	ann, err := pgconn.Connect(t.Context(), fmt.Sprintf("postgres://ann:x@%s/tavana?sslmode=disable", w.addr))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ann.Close(t.Context()) }()
	for _, sql := range []string{
		"SELECT * FROM tavana.set_option('require_commit_message', true)", "CALL tavana.set_option('data_inlining_row_limit', 10)",
		"SELECT * FROM tavana.public.merge_adjacent_files()", "CALL tavana.set_commit_message('a', 'b')",
	} {
		w.wantCode(ann, sql, "42501")
	}
	w.want(c, "SELECT name FROM pg_tavana.keys", "t_pkey")
}

// What is stored in the lake calls functions of a database whose name is the same for all versions: a catalog's is of one.
func TestWhatIsStoredOutlivesTheCatalog(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.do(c, "CREATE TABLE t (a int, b bigint, d double precision, j json)", `INSERT INTO t VALUES (1, 10, 0.5, '{"x":1}'), (2, 20, 1, '{"x":2}')`,
		`CREATE VIEW v AS SELECT sum(a), sum(b) / 4 AS quarter, max(d::text) AS d, extract(epoch FROM date '1970-01-02') AS e, json_agg(j ORDER BY a) AS j,
			bool_or(j::jsonb @> '{"x":2}') AS has FROM t`)
	const answer = `3|7.5|1|86400|[{"x":1}, {"x":2}]|t`
	w.want(c, "SELECT * FROM v", answer)
	definition, err := query(t.Context(), c, "SELECT pg_get_viewdef('v'::regclass)")
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(definition, " "); strings.Contains(text, catalog.Database) || !strings.Contains(text, catalog.Lasting) {
		t.Errorf("the view is %s", text)
	}
	w.want(w.connect(), "SELECT * FROM v", answer)
	w.do(c, "CREATE VIEW joined AS SELECT j || j AS j, n || n AS n FROM (SELECT j, 'p' || a AS n FROM t WHERE a = 1) q")
	w.want(w.connect(), "SELECT j, n, pg_get_viewdef('joined'::regclass) LIKE '%@%' FROM joined", `{"x": 1}|p1p1|f`)
	if len(catalog.Lasting) != len(catalog.Database) {
		t.Errorf("positions in a text with %s are not those in one with %s", catalog.Lasting, catalog.Database)
	}
}

// Comments on tables, whose tables may be many, are not looked for in DuckDB's list of tables.
func TestCommentsOnTables(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.do(c, "CREATE SCHEMA s", "CREATE TABLE s.t (a int)", "CREATE TABLE u (a int)", "COMMENT ON TABLE s.t IS 'one'", "COMMENT ON TABLE u IS 'two'",
		"COMMENT ON TABLE u IS 'three'", "ALTER TABLE s.t RENAME TO r", "CREATE TABLE gone (a int)", "COMMENT ON TABLE gone IS 'x'", "DROP TABLE gone")
	const comments = "SELECT objoid::regclass, description FROM pg_description WHERE classoid = 'pg_class'::regclass AND objsubid = 0 ORDER BY 2"
	w.want(c, comments, "s.r|one", "u|three")
	w.want(c, "SELECT obj_description('u'::regclass, 'pg_class')", "three")
	w.do(c, "COMMENT ON TABLE u IS NULL")
	w.want(c, comments, "s.r|one")
}

// said is one simple query: its rows with bars, or its SQLSTATE, and the notices.
func said(t *testing.T, w *world, sql string) string {
	t.Helper()
	return saidBy(t, w.url(""), sql)
}

func saidBy(t *testing.T, url, sql string) string {
	t.Helper()
	cfg, err := pgconn.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	var notices []string
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Severity+": "+n.Message) }
	c, err := pgconn.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	results, err := c.Exec(t.Context(), sql).ReadAll()
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var out []string
	last := results[len(results)-1]
	for _, row := range last.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = string(v)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if len(last.FieldDescriptions) == 0 {
		out = append(out, last.CommandTag.String())
	}
	return strings.Join(append(out, notices...), "; ")
}

func TestKeysOfLastingTablesAreNoted(t *testing.T) {
	w := openLasting(t, 2, nil)
	notice := func(table string) string { return fmt.Sprintf("; NOTICE: keys of table %q are not enforced", table) }
	const keys = "SELECT table_schema, table_name, name, kind, columns, ref_table, ref_columns FROM tavana.pg_tavana.keys ORDER BY table_name, name"
	for _, c := range []struct{ sql, want string }{
		{"CREATE TABLE o (id int PRIMARY KEY, code text UNIQUE)", "CREATE TABLE" + notice("o")},
		{"CREATE TABLE i (o int REFERENCES o (id) ON DELETE CASCADE, n int, CONSTRAINT i_pk PRIMARY KEY (o, n))", "CREATE TABLE" + notice("i")},
		{keys, "public|i|i_o_fkey|f|{o}|o|{id}; public|i|i_pk|p|{o,n}||; public|o|o_code_key|u|{code}||; public|o|o_pkey|p|{id}||"},
		{"INSERT INTO o VALUES (1, 'a'), (1, 'a')", "INSERT 0 2"}, // not enforced
		{"INSERT INTO o VALUES (NULL, 'a')", "23502"},             // NOT NULL is
		{"INSERT INTO i (o) VALUES (1)", "23502"},
		{"CREATE TABLE IF NOT EXISTS o (id int PRIMARY KEY)", "CREATE TABLE" + notice("o")},
		{"CREATE TABLE o (id int PRIMARY KEY)", "42P07"},
		{`CREATE TABLE odd ("if" int PRIMARY KEY); DROP TABLE odd`, "DROP TABLE" + notice("odd")},
		{"ALTER TABLE i ADD CONSTRAINT u UNIQUE (n)", "ALTER TABLE" + notice("i")},
		{"ALTER TABLE i ADD UNIQUE (nope)", "42703"},
		{"ALTER TABLE nope ADD PRIMARY KEY (a)", "42P01"},
		{"ALTER TABLE i DROP CONSTRAINT i_pk", "ALTER TABLE"},
		{"ALTER TABLE i DROP CONSTRAINT i_pk", "42704"},
		{"ALTER TABLE i DROP CONSTRAINT IF EXISTS i_pk", "ALTER TABLE"},
		{"ALTER TABLE o RENAME TO o2", "ALTER TABLE"},
		{"ALTER TABLE o2 RENAME COLUMN id TO nr", "ALTER TABLE"},
		{"SELECT table_name, name, columns, ref_table, ref_columns FROM tavana.pg_tavana.keys WHERE name IN ('o_pkey', 'i_o_fkey') ORDER BY name", "i|i_o_fkey|{o}|o2|{nr}; o2|o_pkey|{nr}||"},
		{"ALTER TABLE o2 RENAME nr TO id", "ALTER TABLE"},
		{"ALTER TABLE o2 RENAME TO o", "ALTER TABLE"},
		{"CREATE VIEW ov AS SELECT id FROM o", "CREATE VIEW"},
		{"DROP VIEW IF EXISTS ov CASCADE", "DROP VIEW"},
		{"INSERT INTO o (id) VALUES (7) RETURNING id", "0A000"},
		{"INSERT INTO o (id) VALUES (7) ON CONFLICT DO NOTHING", "42P10"},
		{"DROP TABLE IF EXISTS o CASCADE", "DROP TABLE"},
		{keys, "public|i|i_o_fkey|f|{o}|o|{id}; public|i|u|u|{n}||"},
		{"CREATE TABLE n (a int)", "CREATE TABLE"},
		{"ALTER TABLE n ADD PRIMARY KEY (a)", "ALTER TABLE" + notice("n")},
		{"BEGIN; CREATE TABLE b (a int PRIMARY KEY); ROLLBACK", "ROLLBACK" + notice("b")},
		{"BEGIN; CREATE TABLE c (a int PRIMARY KEY); COMMIT", "COMMIT" + notice("c")},
		{"SELECT table_name FROM tavana.pg_tavana.keys WHERE table_name IN ('b', 'c')", "c"},
		{"CREATE SCHEMA s; CREATE TABLE s.t (a int PRIMARY KEY); DROP SCHEMA s CASCADE", "DROP SCHEMA" + notice("t")},
		{"SELECT count(*) FROM tavana.pg_tavana.keys WHERE table_schema = 's'", "0"},
		// Temporary tables have keys that hold.
		{"CREATE TEMP TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (1)", "23505"},
		{"CREATE TABLE s (a serial)", "0A000"},
		{"CREATE TABLE s (a int GENERATED ALWAYS AS IDENTITY)", "0A000"},
		{"CREATE TABLE s (a int CHECK (a > 0))", "0A000"},
		{"CREATE SEQUENCE s", "0A000"},
		{"CREATE INDEX ix ON i (n)", "0A000"},
		{"CREATE TEMP TABLE s (a int CHECK (a > 0)); INSERT INTO s VALUES (0)", "23514"},
		{"CREATE TEMP SEQUENCE q; SELECT nextval('q')", "1"},
	} {
		if got := said(t, w, c.sql); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}

// Notes follow what they are about, also from a session with temporary objects, whose names may hide lasting ones.
func TestNotesFollowWhatTheyAreAbout(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	for _, sql := range []string{
		"CREATE TABLE t (a int PRIMARY KEY)", "CREATE VIEW v AS SELECT 1 AS a", "COMMENT ON COLUMN v.a IS 'lasting'",
		"CREATE TEMP TABLE t (a int)", "CREATE TEMP VIEW v AS SELECT 2 AS a",
	} {
		if _, err := query(t.Context(), c, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	const notes = "SELECT table_name || ' ' || name FROM tavana.pg_tavana.keys UNION ALL SELECT table_name || ' ' || comment FROM tavana.pg_tavana.comments ORDER BY 1"
	for _, step := range []struct {
		sql  string
		left []string
	}{
		{"COMMENT ON COLUMN v.a IS 'temporary'", []string{"t t_pkey", "v lasting"}},
		{"ALTER TABLE v RENAME TO passed; DROP VIEW passed", []string{"t t_pkey", "v lasting"}},
		{"ALTER TABLE t RENAME TO passed; DROP TABLE passed", []string{"t t_pkey", "v lasting"}},
		{"ALTER TABLE t RENAME TO t2; ALTER TABLE v RENAME TO v2", []string{"t2 t_pkey", "v2 lasting"}},
		{"ALTER TABLE public.v2 RENAME TO v3", []string{"t2 t_pkey", "v3 lasting"}},
		{"DROP VIEW v3 CASCADE; DROP TABLE t2 CASCADE", nil},
	} {
		if _, err := query(t.Context(), c, step.sql); err != nil {
			t.Fatalf("%s: %v", step.sql, err)
		}
		w.want(c, notes, step.left...)
	}
}

// A block that has only read sees what others have committed when it writes, as READ COMMITTED lets it, and is committed.
func TestABlockWritesOntoWhatOthersHaveCommitted(t *testing.T) {
	w := openLasting(t, 1, nil)
	a, b := w.connect(), w.connect()
	w.want(a, "CREATE TABLE t (n int)")
	w.want(a, "BEGIN")
	w.want(a, "SELECT count(*) FROM t", "0")
	w.want(b, "INSERT INTO t VALUES (1)")
	w.want(a, "INSERT INTO t SELECT count(*) + 1 FROM t")
	w.want(a, "COMMIT")
	w.want(a, "SELECT n FROM t ORDER BY n", "1", "2")
	w.want(a, "BEGIN ISOLATION LEVEL REPEATABLE READ")
	w.want(a, "SELECT count(*) FROM t", "2")
	w.want(b, "INSERT INTO t VALUES (3)")
	w.want(a, "SELECT count(*) FROM t", "2")
	w.want(a, "INSERT INTO t SELECT count(*) + 1 FROM t")
	w.wantCode(a, "COMMIT", "40001")
}

// So does a block that has only made temporary tables before, as dbt's incremental models do. They go when it is rolled back.
func TestABlockWritesWhatItsTemporaryTablesHave(t *testing.T) {
	w := openLasting(t, 1, nil)
	a, b := w.connect(), w.connect()
	w.want(a, "CREATE TABLE t AS SELECT 1 AS n")
	w.want(a, "CREATE TEMP TABLE before AS SELECT 0 AS n")
	// Names of users' own get in nobody's way.
	w.want(b, "CREATE SCHEMA temp")
	w.want(a, "CREATE TEMP MACRO ducklake_current_snapshot(name) AS TABLE SELECT 'no' AS id")
	begin := func() {
		t.Helper()
		w.want(a, "BEGIN")
		w.want(a, "CREATE TEMP TABLE made AS SELECT n + 10 AS n FROM t")
		w.want(a, "SELECT n + 20 AS n INTO TEMP \"Chosen\" FROM t")
		w.want(a, "CREATE TEMP TABLE parent (n int PRIMARY KEY)")
		w.want(a, "CREATE TEMP TABLE child (n int REFERENCES parent (n))")
		w.want(a, "SELECT column_name FROM information_schema.columns WHERE table_name = 'made'", "n")
		w.want(b, "UPDATE t SET n = n + 1")
	}
	begin()
	w.want(a, "INSERT INTO made SELECT 100")
	w.want(a, "DELETE FROM t WHERE n = 2")
	w.want(a, `INSERT INTO t SELECT n FROM made UNION ALL SELECT n FROM "Chosen"`)
	w.want(a, "COMMIT")
	w.want(b, "SELECT n FROM t ORDER BY n", "11", "21", "100")
	w.want(a, "SELECT n FROM made ORDER BY n", "11", "100")
	for _, name := range []string{"made", `"Chosen"`, "child", "parent"} {
		w.want(a, "DROP TABLE "+name)
	}

	// The names have been used before.
	for i, end := range [][]string{{"ROLLBACK"}, {"DELETE FROM nowhere", "ROLLBACK"}, {"DELETE FROM nowhere", "COMMIT"}} {
		begin()
		w.want(a, "INSERT INTO t SELECT n FROM made")
		w.want(a, fmt.Sprintf("CREATE TABLE lasting_%d (n int)", i))
		for _, sql := range end {
			_, _ = query(t.Context(), a, sql)
		}
		w.wantCode(a, "SELECT * FROM made", "42P01")
		w.wantCode(a, `SELECT * FROM "Chosen"`, "42P01")
		w.wantCode(a, "SELECT * FROM parent", "42P01")
		w.want(a, "SELECT n FROM before", "0")
	}
	w.want(a, "SELECT n FROM t ORDER BY n", "14", "24", "103")

	// What can't be undone stays in one transaction, whose COMMIT then meets what others have committed.
	for _, sql := range []string{"CREATE OR REPLACE TEMP TABLE before AS SELECT n FROM t", "INSERT INTO before SELECT n FROM t", "CREATE TEMP TABLE IF NOT EXISTS before AS SELECT n FROM t"} {
		w.want(a, "BEGIN")
		w.want(a, sql)
		w.want(a, "CREATE TEMP TABLE made AS SELECT n FROM t")
		w.want(a, "ROLLBACK")
		w.want(a, "SELECT n FROM before", "0")
		w.wantCode(a, "SELECT * FROM made", "42P01")
	}
	for _, sql := range []string{"CREATE OR REPLACE TEMP TABLE before AS SELECT n FROM t", "EXPLAIN ANALYZE CREATE OR REPLACE TEMP TABLE before AS SELECT n FROM t"} {
		w.want(a, "BEGIN")
		if _, err := query(t.Context(), a, sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		w.want(b, "UPDATE t SET n = n + 1")
		w.want(a, "INSERT INTO t SELECT n FROM before")
		w.wantCode(a, "COMMIT", "40001")
		w.want(a, "SELECT n FROM before", "0")
	}
}

// Rows that a client does not read, of a statement that changes a temporary table, keep nobody from writing what lasts.
func TestRowsThatNobodyReadsKeepNobodyFromWriting(t *testing.T) {
	w := openLasting(t, 1, nil)
	a, b := w.connect(), w.connect()
	w.want(b, "CREATE TABLE t (n int)")
	w.want(a, "CREATE TEMP TABLE mine (n int, pad text)")
	// With a schema, only the worker finds out that it is none that lasts.
	rows := a.Exec(t.Context(), "INSERT INTO pg_temp.mine SELECT n, repeat('x', 1000) FROM generate_series(1, 200000) g(n) RETURNING *")
	if !rows.NextResult() || !rows.ResultReader().NextRow() {
		t.Fatal("no rows")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := query(ctx, b, "INSERT INTO t VALUES (1)"); err != nil {
		t.Error(err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	w.want(a, "SELECT count(*) FROM mine", "200000")
}

// A block that has written into its temporary table keeps nobody from writing what lasts, and a lasting table that has the name of
// a temporary one that is gone is no temporary one.
func TestTemporaryTablesAreTheSessionsOwn(t *testing.T) {
	w := openLasting(t, 1, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // they would rest for three seconds each
	defer cancel()
	for range 10 {
		c := w.connect()
		for _, sql := range []string{"BEGIN", "CREATE TEMP TABLE mine (n int)", "INSERT INTO mine VALUES (1)"} {
			if _, err := query(ctx, c, sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, b := w.connect(), w.connect()
	for _, end := range []string{"ROLLBACK", "COMMIT"} {
		w.want(a, "BEGIN")
		w.want(a, "CREATE TEMP TABLE mine (n int)")
		w.want(a, "INSERT INTO mine VALUES (1)")
		w.want(a, end)
		w.want(b, "CREATE TABLE IF NOT EXISTS mine (n int)")
		if end == "COMMIT" {
			w.want(a, "DROP TABLE mine")
		}
		// Both write it in turn, so that none of their blocks fails.
		w.want(a, "BEGIN")
		w.want(a, "INSERT INTO mine VALUES (2)")
		other := make(chan error, 1)
		go func() {
			_, err := query(t.Context(), b, "INSERT INTO mine VALUES (3)")
			other <- err
		}()
		w.want(a, "INSERT INTO mine VALUES (4)")
		w.want(a, "COMMIT")
		if err := <-other; err != nil {
			t.Error(err)
		}
		w.want(b, "SELECT sum(n) FROM mine", "9")
		w.want(b, "TRUNCATE mine")
	}
}

// ON COMMIT DROP.
func TestTemporaryTablesThatLeaveAtCommit(t *testing.T) {
	w := openLasting(t, 1, nil)
	a, b := w.connect(), w.connect()
	w.want(a, "CREATE TABLE t (n int)")
	begin := func() {
		t.Helper()
		w.want(a, "BEGIN")
		w.want(a, "CREATE TEMP TABLE parent (n int PRIMARY KEY) ON COMMIT DROP")
		w.want(a, "CREATE TEMP TABLE child (n int REFERENCES parent (n)) ON COMMIT DROP")
		w.want(a, `CREATE TEMP TABLE "Rows" ON COMMIT DROP AS SELECT 1 AS n`)
		w.want(a, "CREATE TEMP TABLE stays (n int) ON COMMIT PRESERVE ROWS")
		w.want(b, "INSERT INTO t VALUES (0)")
		w.want(a, `INSERT INTO t SELECT n FROM "Rows"`)
		w.want(a, `SELECT count(*) FROM "Rows"`, "1")
	}
	gone := func() {
		t.Helper()
		for _, name := range []string{"parent", "child", `"Rows"`} {
			w.wantCode(a, "SELECT * FROM "+name, "42P01")
		}
	}
	begin()
	w.want(a, "COMMIT")
	gone()
	w.want(a, "SELECT n FROM t ORDER BY n", "0", "1")
	w.want(a, "DROP TABLE stays")
	begin()
	w.want(a, "ROLLBACK")
	gone()
	w.want(a, "SELECT n FROM t ORDER BY n", "0", "0", "1")
	w.wantCode(a, "SELECT * FROM stays", "42P01")

	// One that the block drops, and makes anew, is another.
	w.want(a, "BEGIN")
	w.want(a, "CREATE TEMP TABLE again (n int) ON COMMIT DROP")
	w.want(a, "DROP TABLE again")
	w.want(a, "CREATE TEMP TABLE again (n int)")
	w.want(a, "COMMIT")
	w.want(a, "SELECT count(*) FROM again", "0")

	w.want(a, "CREATE TEMP TABLE moment (n int) ON COMMIT DROP")
	w.wantCode(a, "SELECT * FROM moment", "42P01")
	w.wantCode(a, "CREATE TEMP TABLE emptied (n int) ON COMMIT DELETE ROWS", "0A000")
	w.wantCode(a, "CREATE TEMP TABLE emptied ON COMMIT DELETE ROWS AS SELECT 1 AS n", "0A000")
	w.wantCode(a, "CREATE TABLE lasts ON COMMIT DROP AS SELECT 1 AS n", "42P16")
}

// A comment that is no text is an error, and the connection lives on.
func TestACommentThatIsNoText(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.wantCode(c, `COMMENT ON SCHEMA public IS E'a\x00b'`, "22021")
	w.wantCode(c, `COMMENT ON SCHEMA public IS E'\xff'`, "22021")
	w.want(c, "SELECT 1", "1")
}

// What drivers send for many rows, an INSERT bound again and again, is a few statements for a lasting table, not one each.
func TestInsertsOfAPipelineAreFew(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	w.do(c, "CREATE TABLE t (a int, s text)")
	const rows, most = 3000, 100
	before := w.metric("tavana_query_duration_seconds_count")
	p := c.StartPipeline(t.Context())
	p.SendPrepare("ins", "INSERT INTO t VALUES ($1, $2)", nil)
	for i := range rows {
		value := []byte(fmt.Sprintf("row %d", i))
		if i%3 == 0 {
			value = nil
		}
		p.SendQueryPrepared("ins", [][]byte{[]byte(strconv.Itoa(i)), value}, nil, nil)
	}
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	inserted := 0
	for {
		res, err := p.GetResults()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := res.(*pgconn.PipelineSync); ok {
			break
		}
		if rd, ok := res.(*pgconn.ResultReader); ok {
			tag, err := rd.Close()
			if err != nil || tag.String() != "INSERT 0 1" {
				t.Fatalf("%s, %v", tag, err)
			}
			inserted++
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	w.want(c, "SELECT count(*), sum(a), count(s), min(s), max(a) FROM t", fmt.Sprintf("%d|%d|%d|row 1|%d", rows, rows*(rows-1)/2, rows*2/3, rows-1))
	if n := w.metric("tavana_query_duration_seconds_count") - before; inserted != rows || n > most {
		t.Errorf("%d rows were told, by %v statements", inserted, n)
	}
}
