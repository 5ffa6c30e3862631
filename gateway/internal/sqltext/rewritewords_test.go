package sqltext

import (
	"cmp"
	"regexp"
	"strings"
	"testing"
)

// A function's type is told by a sample of its argument, with no aggregate in it.
func TestTypedCalls(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a + 1 DESC NULLS LAST) FILTER (WHERE b) FROM t": "SELECT cat.tavana_percentile(percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(a + 1 AS DOUBLE) DESC NULLS LAST) FILTER (WHERE b), " +
			"percentile_cont(0.5) WITHIN GROUP (ORDER BY cat.tavana_length(a + 1) DESC NULLS LAST) FILTER (WHERE b), a + 1, 0) FROM t",
		"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (SELECT 1)) FROM t": "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST((SELECT 1) AS DOUBLE)) FROM t",
		"SELECT sum(extract(epoch FROM a)) OVER at FROM t WINDOW at AS ()":      "SELECT cat.tavana_sum(sum(cat.tavana_epoch(a, a, 0)) OVER \"at\", tavana_interval(sum(tavana_months(cat.tavana_epoch(a, a, 0))) OVER \"at\", sum(tavana_days(cat.tavana_epoch(a, a, 0))) OVER \"at\", sum(tavana_micros(cat.tavana_epoch(a, a, 0))) OVER \"at\"), cat.tavana_epoch(a, a, 0), 0) FROM t WINDOW \"at\" AS ()",
		"SELECT sum(a) FROM t": "SELECT cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0) FROM t",
		"SELECT sum(DISTINCT a + 1) FILTER (WHERE b) OVER w AS s FROM t":   "SELECT cat.tavana_sum(sum(DISTINCT a + 1) FILTER (WHERE b) OVER w, cat.tavana_error('0A000', 'sum or percentile of intervals that is DISTINCT, or as long as this one'), a + 1, 0) AS s FROM t",
		"SELECT sum(count(*)) OVER () FROM t":                              "SELECT cat.tavana_sum(sum(count(*)) OVER (), tavana_interval(sum(tavana_months(count(*))) OVER (), sum(tavana_days(count(*))) OVER (), sum(tavana_micros(count(*))) OVER ()), 0::BIGINT, 0) FROM t",
		"SELECT sum(sum(a)) OVER (PARTITION BY b) FROM t":                  "SELECT cat.tavana_sum(sum(cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0)) OVER (PARTITION BY b), tavana_interval(sum(tavana_months(cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0))) OVER (PARTITION BY b), sum(tavana_days(cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0))) OVER (PARTITION BY b), sum(tavana_micros(cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0))) OVER (PARTITION BY b)), cat.tavana_sum(a, a, a, 0), 0) FROM t",
		"SELECT sum((SELECT 1)), sum(*), sum(), sum(COLUMNS(*)), sum":      "SELECT sum((SELECT 1)), sum(*), sum(), sum(COLUMNS(*)), sum",
		"WITH c AS (SELECT sum(a) FROM t) SELECT sum FROM c":               `WITH c AS (SELECT cat.tavana_sum(sum(a), tavana_interval(sum(tavana_months(a)), sum(tavana_days(a)), sum(tavana_micros(a))), a, 0) AS "sum" FROM t) SELECT sum FROM c`,
		"SELECT round(a), round(a, 2), round(max(a))":                      "SELECT cat.tavana_round(round(a), a, 0), round(a, 2), cat.tavana_round(round(max(a)), (a), 0)",
		"SELECT extract(epoch FROM a), extract(year FROM b)":               "SELECT cat.tavana_epoch(  a, a, 0), (extract(year FROM b)::DECIMAL(18,0))",
		"SELECT sum, round FROM t ORDER BY sum":                            "SELECT sum, round FROM t ORDER BY sum",
		"SELECT round(a::float8 / 2), round(a::double precision)":          "SELECT cat.tavana_round(round(a::float8 / 2), a :: float8 / 2, 0), round_even(a::double precision, 0)",
		"SELECT sum(a LIKE ANY (ARRAY['b'])) FROM (SELECT round(1.5)) t":   `SELECT cat.tavana_sum(sum(cat.tavana_any(list_transform(ARRAY['b'], lambda tavana_pattern: a LIKE tavana_pattern ESCAPE '\'))  ), tavana_interval(sum(tavana_months(cat.tavana_any(list_transform(ARRAY['b'], lambda tavana_pattern: a LIKE tavana_pattern ESCAPE '\'))  )), sum(tavana_days(cat.tavana_any(list_transform(ARRAY['b'], lambda tavana_pattern: a LIKE tavana_pattern ESCAPE '\'))  )), sum(tavana_micros(cat.tavana_any(list_transform(ARRAY['b'], lambda tavana_pattern: a LIKE tavana_pattern ESCAPE '\'))  ))), cat.tavana_any(list_transform(ARRAY['b'], lambda tavana_pattern: a LIKE tavana_pattern ESCAPE '\')), 0) FROM (SELECT cat.tavana_round(round(1.5), 1.5, 0) AS "round") t`,
		"CREATE TABLE t AS SELECT extract(year FROM a), b || 'c'":          `CREATE TABLE t AS SELECT (extract(year FROM a)::DECIMAL(18,0)) AS "extract", b || 'c' AS "?column?"`,
		"SELECT 'sum(a)', \"sum\"(a) /* sum(a) */ FROM t":                  "SELECT 'sum(a)', \"sum\"(a) /* sum(a) */ FROM t",
		"SELECT (ARRAY[1,2]) @> '{1}', a.sum, t.round FROM t ORDER BY sum": "SELECT (ARRAY[1,2]) @> '[''1'']', a.sum, t.round FROM t ORDER BY sum",
	} {
		checkWords(t, sql, want)
	}
}

// The operators of json bind from left to right; those of other types are left alone.
func TestJSONOperators(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT a #>> '{b}' = 'c' FROM t":                                       "SELECT cat.tavana_json_get_text(a , '{b}') = 'c' FROM t",
		"SELECT a->'b' ? 'c', a ?| b, $1 ?& c":                                  "SELECT cat.tavana_json_key((a->'b') , 'c'), cat.tavana_json_any_key(a , b), cat.tavana_json_all_keys($1 , c)",
		"SELECT a @> b, a <@ '[1]', c < @d":                                     "SELECT a @> b, cat.tavana_json_in(a , '[1]'), c < @d",
		"SELECT a || b, a - b, -c, d->-1":                                       "SELECT a @|| b, a - b, -c, (d-> -1)",
		"SELECT a::jsonb - 'b' || c":                                            "SELECT cat.tavana_json_join(cat.tavana_json_without(cat.tavana_to_jsonb(a) , 'b') , c)",
		"SELECT a::jsonb->'b', '?' , \"a?\" FROM t":                             "SELECT (a::JSON->'b'), '?' , \"a?\" FROM t",
		"SELECT a::jsonb->'b'->>'c' || 'd', a::jsonb || b = c":                  "SELECT ((a::JSON->'b')->>'c') || 'd', cat.tavana_json_join(cat.tavana_to_jsonb(a), b) = c",
		"SELECT jsonb '[1]' @> '1', (SELECT 1 FROM t WHERE a::jsonb ? 'b') - 1": "SELECT cat.tavana_json_has(cat.tavana_to_jsonb('[1]'), '1'), (SELECT 1 AS \"?column?\" FROM t WHERE cat.tavana_json_key(a::JSON, 'b')) - 1",
		"SELECT a FROM t WHERE ~b = 1 LIMIT ? OFFSET ?":                         "SELECT a FROM t WHERE ~b = 1 LIMIT ? OFFSET ?",
		"SELECT 'a' || ARRAY[1]::text, ARRAY[1]::text || 'b', ARRAY[1] || 2":    "SELECT 'a' || cat.tavana_text(ARRAY[1]), cat.tavana_text(ARRAY[1]) || 'b', ARRAY[1] || [2]",
		"SELECT json_object(array_agg(k), array_agg(v)), json_object('a', 1)":   "SELECT json_object(array_agg(k), array_agg(v)), system.main.json_object('a', 1)",
		`SELECT a || '{"b": 1}' || c, '[1]' || a, '{}' || a || '{1}', $1 || '[1]', a || '[]'::text, text '[]' || a, 'x' || '[1]'`: `SELECT a @|| '{"b": 1}'::JSON @|| c, '[1]'::JSON @|| a, '{}'::JSON @|| a || '{1}', $1 || '[1]', a || '[]'::text, text '[]' || a, 'x' || '[1]'`,
		`SELECT a || '{"b": 1}' || '{"c": 1}' || d`:                                                                 `SELECT a @|| '{"b": 1}'::JSON @|| '{"c": 1}'::JSON @|| d`,
		"SELECT first || ' ' || last || a, a || b || c, a || b || ' ' || c, a || b::text, NULL || a, y || upper(z)": "SELECT first || ' ' || last || a, a @|| b @|| c, a @|| b || ' ' || c, a || cat.tavana_text(b), NULL || a, y || upper(z)",
		`SELECT coalesce(a, '{}') || t.b, a || '{}', (a -> 'x') || (a -> 'y'), t.a || "T"."B", (a || b) || c`:       `SELECT coalesce(a, '{}') @|| t.b, a @|| '{}'::JSON, ((a -> 'x')) @|| ((a -> 'y')), t.a @|| "T"."B", (a @|| b) @|| c`,
		"CREATE OR REPLACE MACRO f(a, b) AS a || b":                                                                 "CREATE OR REPLACE MACRO f(a, b) AS a || b",

		`SELECT d AT TIME ZONE '[1]' || a, a[1] || '[1]' FROM t WHERE a <> a || '{"b": 1}'`: `SELECT d AT TIME ZONE '[1]' || a, a[1] @|| '[1]'::JSON FROM t WHERE a <> a @|| '{"b": 1}'::JSON`,
		"SELECT a # b, c #- '{d}'": "SELECT xor(a , b), cat.tavana_json_cut_path(c , '{d}')",
	} {
		checkWords(t, sql, want)
	}
}

// Functions that return rows are made rows of where rows can be.
func TestSetFunctions(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT json_array_elements(a) FROM t":                  "SELECT unnest(cat.json_array_elements(a)) FROM t",
		"SELECT e FROM json_array_elements_text(a) AS e":        `SELECT e FROM (SELECT unnest(cat.json_array_elements_text(a)) AS "e") AS e`,
		"SELECT value FROM json_array_elements(a) AS e":         `SELECT value FROM (SELECT unnest(cat.json_array_elements(a)) AS "value") AS e`,
		"SELECT * FROM t, jsonb_each(t.a)":                      "SELECT * FROM t, (SELECT unnest(cat.jsonb_each(t.a), recursive := true)) AS jsonb_each",
		"SELECT 1 WHERE regexp_matches(a, 'b')":                 "SELECT 1 WHERE regexp_matches(a, 'b')",
		"SELECT * FROM json_to_record(j) AS t(a int, b json)":   `SELECT * FROM (SELECT CAST(tavana_json_path(tavana_record::VARCHAR, ['a'], 'text') AS int) AS "a", CAST(tavana_json_path(tavana_record::VARCHAR, ['b'], 'json') AS JSON) AS "b" FROM (SELECT (j)::JSON AS tavana_record)) AS t`,
		"SELECT * FROM unnest(a, ARRAY[b, c]) AS t(x, y)":       "SELECT * FROM (SELECT unnest(a), unnest( ARRAY[b, c])) AS t(x, y)",
		"SELECT json_agg(a ORDER BY b) FILTER (WHERE c) FROM t": "SELECT cat.tavana_json_agg(list(a ORDER BY b) FILTER (WHERE c)) FROM t",
		"SELECT json_object_agg(a, b[1] ORDER BY c) FROM t":     "SELECT cat.tavana_json_object_agg(list({'k': a, 'v':  b[1]} ORDER BY c)) FROM t",
		"SELECT json_build_object('a', 1), json_build_array()":  "SELECT cat.tavana_json_build_object(row('a', 1)), CAST('[]' AS JSON)",
		"SELECT array_agg(DISTINCT a::date), string_agg(DISTINCT a, ',' ORDER BY a DESC), array_agg(DISTINCT), json_agg(DISTINCT a), array_agg(DISTINCT 'x'), array_agg(DISTINCT random() * a), array_agg(DISTINCT NULL) FROM t": "SELECT array_agg(DISTINCT a::date ORDER BY a::date), string_agg(DISTINCT a, ',' ORDER BY a DESC), array_agg(DISTINCT), cat.tavana_json_agg(list(DISTINCT a ORDER BY a)), array_agg(DISTINCT 'x'), array_agg(DISTINCT random() * a), array_agg(DISTINCT NULL) FROM t",
		"SELECT 1 IN (2), to_char(generate_series(a, b, '1 day'), 'DD'), list_sum(generate_series(1, 2)), CASE WHEN a THEN generate_series(1, 2) END":                                                                            "SELECT 1 IN (2), to_char(unnest(generate_series(a, b, '1 day'::INTERVAL)), 'DD'), list_sum(generate_series(1, 2)), CASE WHEN a THEN generate_series(1, 2) END",
		"SELECT a NOT LIKE ALL (ARRAY['x']) FROM t":                                                               `SELECT cat.tavana_all(list_transform(ARRAY [ 'x' ], lambda tavana_pattern: a NOT LIKE tavana_pattern ESCAPE '\'))     FROM t`,
		"WITH RECURSIVE r(i, p) AS (SELECT i, ARRAY[i] FROM t UNION ALL SELECT t.i, p || t.i FROM t, r) SELECT 1": "WITH RECURSIVE r(i, p) AS (SELECT i, ARRAY[i] AS \"array\" FROM t UNION ALL SELECT t.i, p || [t.i] FROM t, r) SELECT 1",
	} {
		checkWords(t, sql, want)
	}
}

var aroundMarks = regexp.MustCompile(`\s*([(),\[\]]|$)\s*`)

// checkWords is checkRewrite without a look at blanks.
func checkWords(t *testing.T, sql, want string) {
	t.Helper()
	squeeze := func(s string) string {
		return aroundMarks.ReplaceAllString(strings.Join(strings.Fields(s), " "), "$1")
	}
	if got := rewriteForTest(t, sql); squeeze(got) != squeeze(want) {
		t.Errorf("%s\nis  %s\nnot %s", sql, got, want)
	}
}

// A list of columns that is set to a query's is set column by column.
func TestSetColumns(t *testing.T) {
	for sql, want := range map[string]string{
		"UPDATE t SET (a, b) = (SELECT x, y[1] FROM u WHERE u.id = t.id), c = 1 WHERE d": "UPDATE t SET a = (SELECT x FROM u WHERE u.id = t.id), b = (SELECT y[1] FROM u WHERE u.id = t.id), c = 1 WHERE d",
		"UPDATE t SET (a, b) = (SELECT x::text, sum(y) FROM u)":                          "UPDATE t SET a = (SELECT cat.tavana_text(x) FROM u), b = (SELECT sum(y) FROM u)",
		"UPDATE t SET (a, b) = (SELECT * FROM u)":                                        "UPDATE t SET (a, b) = (SELECT * FROM u)",
		"UPDATE t SET (a, b) = (SELECT x, y FROM u ORDER BY x LIMIT 1)":                  "UPDATE t SET (a, b) = (SELECT x, y FROM u ORDER BY x LIMIT 1)",
		"UPDATE t SET (a, b) = (SELECT 1, 2 FROM u WHERE x LIKE ANY (ARRAY['y']))":       "UPDATE t SET a = (SELECT 1 FROM u WHERE cat.tavana_any(list_transform(ARRAY['y'], lambda tavana_pattern: x LIKE tavana_pattern ESCAPE '\\'))), b = (SELECT 2 FROM u WHERE cat.tavana_any(list_transform(ARRAY['y'], lambda tavana_pattern: x LIKE tavana_pattern ESCAPE '\\')))",
		"UPDATE t SET (a, b) = (1, 2)":                                                   "UPDATE t SET (a, b) = (1, 2)",
	} {
		checkWords(t, sql, want)
	}
}

// Ties and BETWEEN SYMMETRIC are conditions of other forms.
func TestTiesAndSymmetricRanges(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT a FROM t ORDER BY b DESC, c FETCH FIRST 2 ROWS WITH TIES":               "SELECT a FROM t QUALIFY rank() OVER (ORDER BY b DESC, c) <= 2 ORDER BY b DESC, c",
		"SELECT 1 FROM (SELECT a FROM t ORDER BY f(a, 1) FETCH NEXT ROW WITH TIES) u":   `SELECT 1 FROM (SELECT a FROM t QUALIFY rank() OVER (ORDER BY f(a, 1)) <= 1 ORDER BY f(a, 1)) u`,
		"SELECT a FROM t ORDER BY 1 FETCH FIRST 2 ROWS WITH TIES":                       "SELECT a FROM t ORDER BY 1 FETCH FIRST 2 ROWS WITH TIES",
		"SELECT a FROM t UNION SELECT b FROM u ORDER BY a FETCH FIRST 2 ROWS WITH TIES": "SELECT a FROM t UNION SELECT b FROM u ORDER BY a FETCH FIRST 2 ROWS WITH TIES",
		"SELECT a FROM t ORDER BY b FETCH FIRST 2 ROWS ONLY":                            "SELECT a FROM t ORDER BY b FETCH FIRST 2 ROWS ONLY",
		"SELECT a NOT BETWEEN SYMMETRIC b + 1 AND f(c) AND d":                           "SELECT a NOT BETWEEN CASE WHEN b + 1 <= f(c) THEN b + 1 ELSE f(c) END AND CASE WHEN b + 1 <= f(c) THEN f(c) ELSE b + 1 END AND d",
	} {
		checkWords(t, sql, want)
	}
}

// FuzzRewriteOfWords: no order of words and operators that rules look for makes a rule fail, or a text of unbounded length.
func FuzzRewriteOfWords(f *testing.F) {
	words := strings.Fields(`SELECT FROM WHERE WITH RECURSIVE r ( ) [ ] { } , ; . :: || - -> ->> # > < @ ? | & ~ * ! / = + a t 1 '{1,2}' '{"a":1}' E'\u00e9' '[1]' $1 "q" AS AND NOT IN ANY ALL SOME LIKE ILIKE
		sum round percentile_cont extract epoch year second DISTINCT FILTER OVER ORDER BY GROUP WITHIN count max json_agg jsonb_object_agg json_build_object jsonb_build_array json_each json_to_recordset
		json_array_elements regexp_matches unnest generate_subscripts generate_series ORDINALITY overlay PLACING FOR position OVERLAPS INTERVAL ARRAY jsonb json int text CAST CASE WHEN
		THEN END EXISTS UNION COLUMNS substring SIMILAR TO ESCAPE OPERATOR pg_catalog pg_type regclass IGNORE NULLS LATERAL INTO VALUES UPDATE SET FETCH FIRST ROWS WITH TIES BETWEEN SYMMETRIC`)
	f.Add([]byte{0, 50, 5, 28, 6, 1, 29})
	f.Add([]byte{0, 28, 18, 31, 1, 29})
	f.Fuzz(func(t *testing.T, picks []byte) {
		const most = 60
		if len(picks) > most {
			return
		}
		var b strings.Builder
		for _, p := range picks {
			b.WriteString(words[int(p)%len(words)])
			if p < 128 {
				b.WriteByte(' ')
			}
		}
		list, err := Split(b.String())
		if err != nil {
			return
		}
		r := &Rules{
			Catalog: "cat", Information: "inf", InCatalog: isSystem, IsRelation: isSystem, Scalar: isSystem,
			Value: func(string) (string, bool) { return "'v'", true }, Literal: func(_, s string) (string, string, error) { return s, "", nil },
			Array: func(l string) (string, bool) { return "['1']", strings.HasPrefix(l, "{") },
		}
		for i := range list {
			got, err := list[i].Rewrite(r, nil)
			_ = list[i].ColumnNames()
			if err == nil && len(got.Text) > 1<<20 {
				t.Fatalf("%q becomes %d bytes", list[i].Text, len(got.Text))
			}
		}
	})
}

// A name of a column that is a keyword has AS before it, and what only looks like one has not.
func TestLabels(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT a name, b::text Type, count(*) user, 1 at FROM (SELECT c first FROM t) v":                                         `SELECT a AS "name", cat.tavana_text(b) AS "type", count(*) AS "user", 1 AS "at" FROM (SELECT c AS "first" FROM t) v`,
		"SELECT interval '1 day' name, interval '2' hour":                                                                         `SELECT interval '1 day' AS "name", interval '2' hour`,
		"SELECT interval '1' day, a IS DISTINCT FROM name, b AT TIME ZONE zone, c::double precision, d::timestamp with time zone": "",
		"SELECT * EXCLUDE name, INTERVAL 3 days, INTERVAL (a) months, a GLOB name, a OPERATOR(pg_catalog.+) value FROM t":         "SELECT * EXCLUDE name, INTERVAL 3 days, INTERVAL (a) months, a GLOB name, a OPERATOR(+) value FROM t",
		"SELECT a::date d, b::date year, x IS NULL, CASE WHEN a THEN b END, t.name, name, * FROM t":                               "",
	} {
		checkWords(t, sql, cmp.Or(want, sql))
	}
}

// -> and ->> bind more than comparisons and AND, but a lambda's does not.
func TestArrows(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1 WHERE a = 1 AND d->>'x' = 'y' OR NOT d->'z'->-1 IS NULL":                                       "SELECT 1 WHERE a = 1 AND (d->>'x') = 'y' OR NOT ((d->'z')-> -1) IS NULL",
		"SELECT t.d->>k IN ('a'), list_transform(l, x -> x > 1), d -> 1 + 1, list_transform(l, (x, i) -> x > i)": "SELECT (t.d->>k) IN ('a'), list_transform(l, x -> x > 1), d -> 1 + 1, list_transform(l, (x, i) -> x > i)",
	} {
		checkWords(t, sql, want)
	}
}

// Quotients are rounded as numerics before they become whole numbers; what only has one inside is left alone.
func TestQuotients(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT (a / 2)::int, avg(a)::bigint, CAST(avg(a) + 1 AS int), ((a / 2) * 3)::int":                                                                                   "SELECT round((a / 2))::int, round(avg(a))::bigint, CAST(round(avg(a) + 1) AS int), round(((a / 2) * 3))::int",
		"SELECT avg(a) OVER (PARTITION BY b / 2)::int":                                                                                                                       "SELECT round(avg(a) OVER (PARTITION BY b / 2))::int",
		"SELECT (a / 2 > 1)::int, (a::float8 / 2)::int, (a || '/')::int, (a IN (4 / 2))::int, (a / 2 IS NULL)::int, f(a / 2)::int, (avg(a) IS NULL)::int":                    "",
		"SELECT (CASE WHEN a / 2 = 1 THEN '5' END)::int, ('0' || (a / 2))::int, (j -> 'a')[1]::int, nullif(a / 2, 1)::int, (bool_and(a / 2 > 0))::int, ((a / 2)::bool)::int": "SELECT (CASE WHEN a / 2 = 1 THEN '5' END)::int, ('0' || (a / 2))::int, ((j -> 'a'))[1]::int, nullif(a / 2, 1)::int, (bool_and(a / 2 > 0))::int, ((a / 2)::bool)::int",
	} {
		checkWords(t, sql, cmp.Or(want, sql))
	}
}

// Rows of functions in the list of a SELECT with GROUP BY are made in FROM.
func TestGroupedRows(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT unnest(a) AS tag, count(*) FROM t WHERE x GROUP BY 1":                        "SELECT tavana_rows.tavana_row AS tag, count(*) FROM t, (SELECT unnest(a) AS tavana_row) AS tavana_rows WHERE x GROUP BY 1",
		"SELECT upper(unnest(t.a)) FROM t JOIN u USING (b) GROUP BY upper(UNNEST(t.a))":      "SELECT upper(tavana_rows.tavana_row) FROM t JOIN u USING (b), (SELECT unnest(t.a) AS tavana_row) AS tavana_rows GROUP BY upper(tavana_rows.tavana_row)",
		"SELECT c, (SELECT max(u) FROM (SELECT unnest(l) u) v) FROM t GROUP BY c, l":         "SELECT c, (SELECT max(u) AS \"max\" FROM (SELECT unnest(l) u) v) FROM t GROUP BY c, l",
		"SELECT unnest(a), unnest(b), count(*) FROM t GROUP BY 1, 2":                         "SELECT unnest(a), unnest(b), count(*) FROM t GROUP BY 1, 2",
		"SELECT g, unnest(array_agg(a)), generate_series(1, 3) FROM t GROUP BY g":            "SELECT g, unnest(array_agg(a)), unnest(generate_series(1, 3))::INTEGER FROM t GROUP BY g",
		"SELECT a, unnest(a), count(*) FROM t GROUP BY a":                                    "SELECT a, unnest(a), count(*) FROM t GROUP BY a",
		"SELECT unnest(tags) AS tags, count(*) FROM t GROUP BY tags":                         "SELECT unnest(tags) AS tags, count(*) FROM t GROUP BY tags",
		"SELECT *, unnest(a) b FROM t GROUP BY a, b":                                         "SELECT *, unnest(a) b FROM t GROUP BY a, b",
		"UPDATE t SET (a, b) = (SELECT array_agg(DISTINCT x), 1 FROM u)":                     "UPDATE t SET a = (SELECT array_agg(DISTINCT x) FROM u), b = (SELECT 1 FROM u)",
		"SELECT unnest(a) FROM t":                                                            "SELECT unnest(a) FROM t",
		"SELECT 1 FROM ROWS FROM (generate_series(a, b)) GROUP BY 1":                         "SELECT 1 FROM ROWS FROM (generate_series(a, b)) GROUP BY 1",
		"SELECT a FROM (SELECT generate_series(b, c) AS a FROM t GROUP BY a UNION SELECT 1)": "SELECT a FROM (SELECT tavana_rows.tavana_row AS a FROM t, (SELECT unnest(generate_series(b, c)) AS tavana_row) AS tavana_rows GROUP BY a UNION SELECT 1)",
	} {
		checkWords(t, sql, want)
	}
}
