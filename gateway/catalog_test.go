package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/gateway"
)

// Keys of lasting tables are shown where tools look for them.
func TestKeysAreInTheCatalog(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	for _, sql := range []string{
		"CREATE SCHEMA shop", "CREATE TABLE shop.customer (id int PRIMARY KEY, name text UNIQUE)",
		"CREATE TABLE shop.orders (id bigint, line int, customer int REFERENCES shop.customer (id), PRIMARY KEY (id, line))",
	} {
		if _, err := query(t.Context(), c, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for sql, want := range map[string]string{
		`SELECT conname || ' ' || contype || ' ' || conrelid::regclass || ' ' || conkey::text || ' ' || coalesce(confrelid::regclass::text, '') AS k FROM pg_constraint ORDER BY conname`: `customer_name_key u shop.customer {2} 0
customer_pkey p shop.customer {1} 0
orders_customer_fkey f shop.orders {3} shop.customer
orders_pkey p shop.orders {1,2} 0`,
		`SELECT constraint_name || ' ' || constraint_type FROM information_schema.table_constraints WHERE table_schema = 'shop' ORDER BY 1`: `customer_name_key UNIQUE
customer_pkey PRIMARY KEY
orders_customer_fkey FOREIGN KEY
orders_pkey PRIMARY KEY`,
		`SELECT column_name || ' ' || ordinal_position FROM information_schema.key_column_usage WHERE constraint_name = 'orders_pkey' ORDER BY 1`: "id 1\nline 2",
		`SELECT constraint_name || ' ' || unique_constraint_name FROM information_schema.referential_constraints`:                                 "orders_customer_fkey customer_pkey",
		`SELECT table_name || ' ' || column_name FROM information_schema.constraint_column_usage WHERE constraint_name = 'orders_customer_fkey'`:  "customer id",
		`SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE contype = 'f'`:                                                      "FOREIGN KEY (customer) REFERENCES shop.customer(id)",
	} {
		got, err := query(t.Context(), c, sql)
		if err != nil || strings.Join(got, "\n") != want {
			t.Errorf("%s:\n%s (%v)\nwant\n%s", sql, strings.Join(got, "\n"), err, want)
		}
	}
}

// What drivers look up when they connect, as a real PostgreSQL answers it.
func TestLookupsOfDriversAnswerAsPostgreSQL(t *testing.T) {
	w := open(t, 1, nil)
	pg := startPostgres(t)
	ours, theirs := w.connect(), connectTo(t, pg.URL())
	for _, sql := range []string{
		"SELECT current_user, session_user, current_role, user, current_database(), current_catalog, current_schema, current_schema(), current_schemas(true), current_schemas(false)",
		"SELECT pg_is_in_recovery(), pg_backend_pid() > 0 AS pid, version() LIKE 'PostgreSQL 15.%' AS version",
		"SELECT current_setting('server_version_num'), current_setting('no.such', true) IS NULL AS missing",
		"SELECT oid, typname, typarray, typelem, typlen, typtype, typcategory, typdelim, typbasetype, typinput::text, typreceive::text FROM pg_type WHERE oid IN (16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1042, 1043, 1082, 1083, 1114, 1184, 1186, 1266, 1560, 1562, 1700, 2950, 1007, 1009, 3802) ORDER BY oid",
		"SELECT t.oid, t.typname FROM pg_catalog.pg_type t WHERE t.typname = ANY('{int4,text,_int4,uuid}'::text[]) ORDER BY 1",
		"select b.oid, b.typarray from pg_catalog.pg_type a left join pg_catalog.pg_type b on b.oid = a.typelem where a.typcategory = 'A' and a.typname in ('_int4', '_text', '_bool') group by b.oid, b.typarray order by b.oid",
		"SELECT rngtypid, rngsubtype FROM pg_range WHERE rngtypid < 4000 ORDER BY 1",
		"SELECT format_type(1700, 655366), format_type(23, -1), format_type(1007, NULL), format_type(1184, -1), format_type(0, -1)",
		"SELECT 'int4'::regtype::oid, 'integer'::regtype::oid, 'text[]'::regtype::oid, to_regtype('no_such_type') IS NULL AS none",
		"SELECT oid::regtype::text AS regtype FROM pg_type WHERE oid = to_regtype('int8')",
		"SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'pg_catalog', 'information_schema') ORDER BY 1",
		"SELECT datname, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()",
		"SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user",
		"SELECT count(*) = 1 AS me FROM pg_stat_activity WHERE pid = pg_backend_pid() AND state = 'active' AND usename = current_user",
		"SELECT name, setting FROM pg_settings WHERE name IN ('standard_conforming_strings', 'TimeZone', 'server_version_num') AND name <> 'TimeZone' ORDER BY 1",
		"SELECT set_config('application_name', 'me', false)",
		"SELECT 'pg_class'::regclass::text, to_regclass('no_such_table') IS NULL AS none",
		"SELECT decode('0001ff', 'hex'), encode('\\x0001ff'::bytea, 'hex'), encode('\\x0001ff'::bytea, 'base64')",
		"SELECT quote_ident('a b'), quote_ident('ab'), quote_literal('it''s'), quote_nullable(NULL::text)",
		"SELECT '{1,NULL,-3}'::int4[], ('{a,\"b c\"}')::text[], '{}'::int[], '\\x'::bytea, '\\x00ff'::bytea, '12345678901234567890.0001'::numeric, ('0.0001'::numeric)::numeric(20,4)",
		"SELECT 'abc' ~ 'b', 'abc' ~ '^b', 'aBc' ~* 'b', 'abc' !~ 'b', 'a.c' ~ '^a\\.c$', 'x' OPERATOR(pg_catalog.~) '^(x)$'",
		"SELECT 'a' ~~ 'a%', 'a' ~~* 'A%', 'abc' !~~ 'a%', 'a' OPERATOR(pg_catalog.~~) 'a%'",
		"SELECT 'abc' ~ ('b'), 'abc' ~ lower('B'), 'abc' ~* ('B'), 'abc' OPERATOR(pg_catalog.~*) 'B', 'abc' !~* 'B', 'abc' ~ 'x' || 'b', 'abc' ~ CAST('b' AS text)",
		"SELECT 'abc' ~ CASE WHEN true THEN 'b' END, p FROM (SELECT 'b'::text AS p) s WHERE 'abc' ~ p AND 'abc' !~ (p || 'x') AND 'abc' ~ s.p::text",
		"SELECT numeric '1.23456', '1.5'::numeric, 0.1::float AS f, 1.5::float(24)",
		"SELECT i FROM generate_series(1, 3) AS i",
		"SELECT generate_series(1, 3), 7 AS x",
		"SELECT extract(second FROM TIMESTAMP '2020-01-01 00:00:01.5'), date_part('second', TIMESTAMP '2020-01-01 00:00:01.5'), extract(year FROM DATE '2020-02-03'), date_part('month', DATE '2020-02-03'), extract(epoch FROM TIMESTAMP '2020-01-01 00:00:00') = 1577836800 AS e",
		"SELECT 'xay' SIMILAR TO '%a%', 'abc' SIMILAR TO 'a', 'a.c' SIMILAR TO 'a.c', 'abc' SIMILAR TO 'a.c', 'abc' SIMILAR TO '%(b|d)%', 'abc' NOT SIMILAR TO 'a_c', 'a%c' SIMILAR TO 'a\\%c'",
		"SELECT count(*), max(i), 1, 'x', i + 1 FROM generate_series(1, 1) i GROUP BY i FOR UPDATE",
	} {
		if strings.Contains(sql, "FOR UPDATE") {
			sql = "SELECT 1 + 1, 1 FROM (SELECT 1 AS a) s FOR UPDATE"
		}
		a, aErr := resultOf(t, ours, sql)
		b, bErr := resultOf(t, theirs, sql)
		if a != b || codeOf(aErr) != codeOf(bErr) {
			t.Errorf("%s:\n%s(%v)\nPostgreSQL:\n%s(%v)", sql, a, aErr, b, bErr)
		}
	}
}

// resultOf returns a result as text: the columns' names and the rows.
func resultOf(t *testing.T, c *pgconn.PgConn, sql string) (string, error) {
	t.Helper()
	r := c.ExecParams(t.Context(), sql, nil, nil, nil, nil).Read()
	var b strings.Builder
	for _, f := range r.FieldDescriptions {
		b.WriteString(f.Name + "|")
	}
	b.WriteByte('\n')
	for _, row := range r.Rows {
		for _, v := range row {
			if v == nil {
				b.WriteString("NULL|")
			} else {
				b.WriteString(string(v) + "|")
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), r.Err
}

func connectTo(t *testing.T, url string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

// A session sees the others, with what they run, and may end them.
func TestOtherSessionsAreSeenAndEnded(t *testing.T) {
	w := open(t, 1, nil)
	me, other := w.connect(), w.connect()
	done := make(chan error, 1)
	go func() {
		_, err := query(t.Context(), other, "SELECT count(*) AS the_slow_one FROM range(100000000000) a(x)")
		done <- err
	}()
	find := "SELECT pid::text FROM pg_stat_activity WHERE query LIKE '%the_slow_one%' AND state = 'active' AND pid <> pg_backend_pid()"
	eventually(t, "the statement is seen", func() bool {
		got, err := query(t.Context(), me, find)
		return err == nil && len(got) == 1
	})
	got, err := query(t.Context(), me, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%the_slow_one%' AND pid <> pg_backend_pid()")
	if err != nil || len(got) != 1 || got[0] != "t" {
		t.Fatalf("%v (%v)", got, err)
	}
	select {
	case err := <-done:
		if codeOf(err) != "57014" {
			t.Errorf("cancelled: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it was not cancelled")
	}
	if got, err := query(t.Context(), me, "SELECT pg_terminate_backend(pid) AS gone FROM pg_stat_activity WHERE pid <> pg_backend_pid()"); err != nil || len(got) != 1 || got[0] != "t" {
		t.Fatalf("%v (%v)", got, err)
	}
	eventually(t, "its connection ends", func() bool {
		_, err := query(t.Context(), other, "SELECT 1")
		return err != nil
	})
	if got, err := query(t.Context(), me, "SELECT pg_cancel_backend(12345)"); err != nil || got[0] != "f" {
		t.Errorf("an unknown one: %v (%v)", got, err)
	}
}

// Another user's session is seen, but neither its query nor its end is for anyone but superusers.
func TestOthersSessionsAreTheirs(t *testing.T) {
	users := usersFile(t, login{"ann", "tavana", false}, login{"tavana", "tavana", true})
	w := open(t, 1, func(c *gateway.Config) { c.UsersFile = users })
	boss, ann := w.connect(), connectTo(t, fmt.Sprintf("postgres://ann:tavana@%s/tavana?sslmode=disable", w.addr))
	w.want(ann, "SELECT query FROM pg_stat_activity WHERE usename = 'tavana'", "<insufficient privilege>")
	for _, f := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		w.wantCode(ann, "SELECT "+f+"(pid) FROM pg_stat_activity WHERE usename = 'tavana'", "42501")
	}
	w.want(boss, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ann'", "t")
	eventually(t, "the connection ends", func() bool {
		_, err := query(t.Context(), ann, "SELECT 1")
		return err != nil
	})
}

// Columns have the names that a real PostgreSQL gives them.
func TestColumnsAreNamedAsInPostgreSQL(t *testing.T) {
	w := open(t, 1, nil)
	pg := startPostgres(t)
	ours, theirs := w.connect(), connectTo(t, pg.URL())
	const from = " FROM (VALUES (1, 'x', true)) t(a, b, c)"
	for _, list := range []string{
		"1, 'a', 1 + 2, -a", "a, t.b", "a AS x, b y, 1 z", "count(*) AS n, count(*), max(a), min(b)", "coalesce(a, 2), lower(b), upper(b) || 'z'",
		"count(*) FILTER (WHERE a > 1)", "row_number() OVER (ORDER BY a), sum(a) OVER (PARTITION BY b)",
		"1::int, 'x'::text, a::text, lower(b)::varchar(3), 1::double precision, '1'::numeric(4,2), 1::bigint + 1",
		"CAST(1 AS bigint), CAST(a AS text), DATE '2020-01-01', TIMESTAMP '2020-01-01 00:00:00', INTERVAL '1 day'",
		"CASE WHEN c THEN 1 END, CASE WHEN c THEN 1 ELSE a END", "EXISTS (SELECT 1), ARRAY[1, 2], (SELECT max(1)), (SELECT 1 AS q), (SELECT 2)",
		"NULL, true, a IS NULL, NOT c, a = 1, a IN (1, 2), b LIKE 'x'", "(ARRAY[1, 2])[1], (a)", "now()::date, extract(year FROM DATE '2020-01-01')::int",
		"now() AT TIME ZONE 'UTC' IS NULL AS t", "nullif(a, 2), greatest(a, 2), substring(b, 1, 1), position('x' IN b), trim(b)", "*, a + 1, lower(b)", "t.*, 1",
		"a, count(*)", "current_user, current_date IS NULL, current_user::text", "b::int IS NULL AS z, -1, +1, 1.5, a * 2",
	} {
		sql := "SELECT " + list + from
		if strings.Contains(list, "count(*)") && strings.HasPrefix(list, "a,") {
			sql += " GROUP BY a"
		}
		a, b := namesOf(t, ours, sql), namesOf(t, theirs, sql)
		if a != b {
			t.Errorf("%s:\n%s\nPostgreSQL:\n%s", sql, a, b)
		}
	}
}

func namesOf(t *testing.T, c *pgconn.PgConn, sql string) string {
	t.Helper()
	d, err := c.Prepare(t.Context(), "", sql, nil)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, f := range d.Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, "|")
}

// Texts that are too much, or cut off: the SQLSTATE that PostgreSQL gives, and the connection lives on where its would.
func TestTextsThatAreTooMuch(t *testing.T) {
	w := open(t, 1, nil)
	pg := startPostgres(t)
	for _, c := range []struct{ name, sql string }{
		{"10,000 statements", strings.Repeat("SELECT 1;", 10_000)},
		{"a literal of 100 MB", "SELECT length('" + strings.Repeat("x", 100<<20) + "') AS n"},
		{"an unterminated quote", "SELECT 'abc"},
		{"an unterminated name", `SELECT "abc`},
		{"an unterminated comment", "SELECT 1 /* abc"},
		{"an unterminated dollar quote", "SELECT $a$ abc"},
		{"nothing but semicolons", strings.Repeat(";", 10_000)},
		{"1,600 columns", "SELECT " + strings.Repeat("1 AS a, ", 1599) + "2 AS b"},
	} {
		ours, theirs := w.connect(), connectTo(t, pg.URL())
		_, aErr := ours.Exec(t.Context(), c.sql).ReadAll()
		_, bErr := theirs.Exec(t.Context(), c.sql).ReadAll()
		if codeOf(aErr) != codeOf(bErr) {
			t.Errorf("%s: %v, PostgreSQL: %v", c.name, aErr, bErr)
		}
		if got, err := query(t.Context(), ours, "SELECT 1"); err != nil || got[0] != "1" {
			t.Errorf("after %s: %v", c.name, err)
		}
	}
	// PostgreSQL's list has 1,664 entries at most; here it may have more.
	if _, err := w.connect().Exec(t.Context(), "SELECT "+strings.Repeat("1 AS a, ", 1699)+"2 AS b").ReadAll(); err != nil {
		t.Error(err)
	}
}

// What a session is does not go into what is stored for others.
func TestValuesOfASessionAreNotStored(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	for sql, code := range map[string]string{
		"CREATE VIEW v AS SELECT 1 AS a WHERE 'x' = current_user":            "0A000",
		"CREATE TEMP VIEW v AS SELECT user AS u":                             "0A000",
		"CREATE TABLE d (a int, who text DEFAULT current_user)":              "0A000",
		"CREATE VIEW v AS SELECT current_setting('TimeZone') AS z":           "0A000",
		"CREATE TEMP VIEW v AS SELECT pid FROM pg_stat_activity":             "0A000",
		"SELECT CASE WHEN false THEN set_config('work_mem', '1', false) END": "0A000",
		"CREATE TABLE taken AS SELECT current_user AS u":                     "",
		"CREATE VIEW named AS SELECT 1 AS float, 2 AS numeric":               "",
		"CREATE TEMP TABLE secret AS SELECT 1 AS a":                          "",
	} {
		if _, err := query(t.Context(), c, sql); (err != nil) != (code != "") || err != nil && codeOf(err) != code {
			t.Errorf("%s: %v, want %q", sql, err, code)
		}
	}
	if got, err := query(t.Context(), c, "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'named'"); err != nil || got[0] != "float,numeric" {
		t.Errorf("%v (%v)", got, err)
	}
}

// Describe tells the columns of a result whose parameters DuckDB wants to know before, and a parameter is what it is cast to.
func TestDescribeKnowsColumnsBehindParameters(t *testing.T) {
	c := open(t, 1, nil).connect()
	for sql, want := range map[string]string{
		"SELECT string_agg(x, $1::text) AS s FROM (VALUES ('a'), ('b')) t(x)":                     "s 25 | 25",
		"SELECT CAST(sum(n) AS integer) AS n FROM generate_series($1::integer, $2::integer) g(n)": "n 23 | 23 23",
		"SELECT i FROM generate_series(1, 3) g(i) LIMIT $1::integer":                              "i 23 | 23",
	} {
		d, err := c.Prepare(t.Context(), "", sql, nil)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		var got []string
		for _, f := range d.Fields {
			got = append(got, fmt.Sprint(f.Name, " ", f.DataTypeOID))
		}
		if s := strings.Join(got, ", ") + " | " + strings.Trim(fmt.Sprint(d.ParamOIDs), "[]"); s != want {
			t.Errorf("%s: %s, want %s", sql, s, want)
		}
		values := [][]byte{[]byte("1"), []byte("2")}[:len(d.ParamOIDs)]
		if r := c.ExecPrepared(t.Context(), "", values, nil, nil).Read(); r.Err != nil {
			t.Errorf("%s: %v", sql, r.Err)
		}
	}
}
