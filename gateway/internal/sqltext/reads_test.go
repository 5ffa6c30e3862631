package sqltext

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// said writes what a statement reads in a line.
func said(r Reads) string {
	var out []string
	for _, x := range r.List {
		if len(x.Files) > 0 {
			out = append(out, fmt.Sprintf("%s%q", x.Format, x.Files))
		} else {
			out = append(out, strings.TrimPrefix(x.Object.Schema+"."+x.Object.Name, "."))
		}
		for _, c := range x.Conditions {
			out[len(out)-1] += fmt.Sprintf("[%s%s%s]", c.Column, c.Op, strings.Join(c.Values, "|"))
		}
	}
	if r.Star {
		out = append(out, "*")
	}
	if r.Filtered {
		out = append(out, "filtered")
	}
	if r.Unknown {
		out = append(out, "?")
	}
	if r.Computes {
		out = append(out, "computes")
	}
	return strings.Join(out, " ")
}

func TestReads(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1":                              "",
		"SELECT a FROM t":                       "t",
		"SELECT * FROM s.t WHERE a > 1":         "s.t[a>1] * filtered",
		`SELECT "a" FROM "S"."T" x, u AS y`:     "S.T u",
		"FROM t":                                "t *",
		"FROM t SELECT a":                       "t *",
		"SELECT count(*) FROM t":                "t",
		"SELECT a * 2 FROM t":                   "t",
		"SELECT t.*, u.b FROM t JOIN u USING a": "t u *",
		"SELECT a FROM t LEFT JOIN (SELECT b FROM u WHERE c = 'x') v ON v.b = t.a, w": "t u[c=x] w filtered",
		"SELECT a FROM 'x/*.parquet'":                    `parquet["x/*.parquet"]`,
		`SELECT a FROM "x.csv.gz"`:                       `csv["x.csv.gz"]`,
		"SELECT a FROM 'x.unheard'":                      "?",
		"SELECT a FROM read_parquet('s3://b/x.parquet')": `parquet["s3://b/x.parquet"]`,
		"SELECT a FROM read_parquet(['a.parquet', 'b.parquet'], hive_partitioning = true) WHERE y IN (1, 2)": `parquet["a.parquet" "b.parquet"][y=1|2] filtered`,
		"SELECT a FROM read_csv('a.csv', header = true)":                                                     `csv["a.csv"]`,
		"SELECT a FROM read_json($1)":                                                                        "?",
		"SELECT a FROM read_csv('a' || x)":                                                                   `csv["a"] ?`,
		"SELECT a FROM delta_scan('d') d, iceberg_scan('i')":                                                 `delta["d"] iceberg["i"]`,
		"SELECT i FROM range(10) t(i), generate_series(1, 2)":                                                "computes",
		"WITH c AS (SELECT a FROM t), d(x) AS MATERIALIZED (SELECT * FROM c) SELECT * FROM c, d":             "t *",
		"SELECT extract(year FROM d), trim(both 'x' from y) FROM t WHERE a IS DISTINCT FROM b":               "t filtered",
		"SELECT a FROM t WHERE y BETWEEN 2020 AND 2021 AND x = 1 + 2":                                        "t[y>=2020][y<=2021] filtered",
		"SELECT a FROM t WHERE y = 1 OR y = 2":                                                               "t filtered",
		"SELECT a FROM t WHERE NOT y = 1":                                                                    "t filtered",
		"INSERT INTO t SELECT * FROM u":                                                                      "u *",
		"UPDATE t SET a = b FROM u WHERE t.x = u.x":                                                          "t u filtered",
		"DELETE FROM t WHERE a = 1":                                                                          "t[a=1] filtered",
		"SELECT a FROM t WHERE b IN (SELECT c FROM u)":                                                       "t u filtered",
		"SELECT a FROM (t JOIN u ON t.x = u.x)":                                                              "t u",
		"SELECT a FROM ((t JOIN u ON t.x = u.x) JOIN (SELECT b FROM v) w ON t.x = w.b), x":                   "t u v x",
		"SELECT a FROM (read_parquet('a.parquet') l JOIN u USING (x))":                                       `parquet["a.parquet"] u`,
		"SELECT a FROM t UNION ALL TABLE u":                                                                  "t u *",
		"SELECT a FROM t WHERE x IN (TABLE u)":                                                               "t u * filtered",
		"SELECT a FROM t, (PIVOT u ON y USING sum(z))":                                                       "t u *",
		"SELECT a FROM t PIVOT (sum(x) FOR y IN (1, 2))":                                                     "t",
		"SUMMARIZE t":               "t *",
		"CREATE TABLE x AS TABLE y": "y *",
		"SELECT a FROM (WITH t AS (SELECT b FROM u) SELECT b FROM t) x, t":                                               "u t",
		"DELETE FROM t USING u WHERE t.x = u.x AND t.y = 1":                                                              "t u filtered",
		"SELECT a FROM t WHERE y = 1 UNION SELECT a FROM t WHERE y = 2":                                                  "t[y=1] t[y=2] filtered",
		"SELECT sum(v) FILTER (WHERE y = 1), sum(v) FILTER (WHERE y = 2) FROM t":                                         "t filtered",
		"SELECT 1 FROM t a, t b WHERE a.y = 1 AND b.y = 2":                                                               "t t filtered",
		"SELECT count_if(y = 1), if(y = 2, 1, 2), y = 3 AS f FROM t":                                                     "t",
		"SELECT 1 FROM t LEFT JOIN u ON t.y = 1":                                                                         "t u",
		"SELECT 1 FROM t WHERE (y = 1) = false AND x = 2 AND z = 3 IS FALSE":                                             "t[x=2] filtered",
		"SELECT 1 FROM t WHERE ((t.y = 1) AND (x < 2 OR z = 3)) AND w IN ('a', 'b') ORDER BY 1":                          "t[y=1][w=a|b] filtered",
		"SELECT 1 FROM t WHERE 1 + y = 2 AND x = 2 + z":                                                                  "t filtered",
		"INSERT INTO t SELECT a, b FROM u ON CONFLICT (id) DO UPDATE SET a = excluded.a, b = excluded.b, c = excluded.c": "u",
		"FROM read_parquet('a.parquet') AS x(y, z) WHERE y = 1":                                                          `parquet["a.parquet"] * filtered`,
		"SELECT 1 FROM t AS x(y, z) WHERE y = 1":                                                                         "t filtered",
		"SELECT 1 FROM t JOIN u USING (a) WHERE y = 1":                                                                   "t u filtered",
		"SELECT 1 FROM t WHERE x BETWEEN 0 AND y = 1":                                                                    "t filtered",
		"SELECT 1 FROM t WHERE x BETWEEN 0 AND z AND y = 1 AND w BETWEEN 1 AND 2":                                        "t[y=1][w>=1][w<=2] filtered",
		"CREATE TABLE x AS SELECT a AS from FROM t WHERE y = 1":                                                          "t[y=1] filtered",
		"SELECT 1 FROM (SELECT a FROM t) x UNION FROM u":                                                                 "t u *",
		"SELECT 1 FROM t WHERE x BETWEEN false AND (y = 1)":                                                              "t filtered",
		"SUMMARIZE FROM t": "t *",
		"SELECT 1 FROM t WHERE " + strings.Repeat("(", 300) + "y = 1" + strings.Repeat(")", 300): "?",
		"SELECT 1 FROM t WHERE (set = 1) AND y = 2":                                              "t[set=1][y=2] filtered",
		"SELECT 1 FROM t WHERE (a LIMIT 1)":                                                      "t filtered",
		"SELECT 1 FROM t WHERE ((SELECT 1) UNION (SELECT 1)) = 1 AND y = 2":                      "t[y=2] filtered",
		"SELECT 1 FROM t WHERE (x WHERE y = 2)":                                                  "t filtered",
		"SELECT 1 FROM t AS u WHERE u.y = 1 AND s.y = 2 AND t.z = 3":                             "t[y=1][z=3] filtered",
		"SELECT 1 FROM read_csv('a.csv', x = 1) u WHERE u.y = 1":                                 `csv["a.csv"][y=1] filtered`,
		"SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = 1 AND t.y = 2)":               "t u[x=1] filtered",
		"INSERT INTO t SELECT * FROM u WHERE y = 1 ON CONFLICT DO UPDATE SET a = 2 WHERE z = 3":  "u * filtered",
		"SELECT 1 FROM t WHERE y = 1 AND a.set OR b":                                             "t filtered",
		"SELECT a AS table, b AS order FROM t WHERE y = 1":                                       "t[y=1] filtered",
		`SELECT 1 FROM t WHERE "Y" = 1 AND EXISTS (SELECT 1 FROM u WHERE u.x = 2) GROUP BY ALL`:  "t[y=1] u[x=2] filtered",
		"SELECT a FROM tavana.queue":                                                             "tavana.queue",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		if got := said(list[0].Reads()); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
}

func TestReadsNames(t *testing.T) {
	list, err := Split(`SELECT l_orderkey, copy, sum("L_Tax") FROM lineitem l WHERE l.l_shipdate > '1994-01-01' AND delete = 1`)
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(list[0].Reads().Names))
	for _, want := range []string{"l_orderkey", "l_tax", "l_shipdate", "copy", "delete"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not of %v", want, got)
		}
	}
}

// However a text nests, reading it takes no longer than its length lets expect.
func BenchmarkReadsNested(b *testing.B) {
	const n = 20_000
	for name, sql := range map[string]string{
		"conditions": "SELECT 1 FROM a WHERE " + strings.Repeat("(", 190) + strings.Repeat("y = 1 AND ", n) + "y = 1" + strings.Repeat(")", 190),
		"items":      "SELECT 1 FROM " + strings.Repeat("(", 190) + strings.Repeat("a, ", n) + "a" + strings.Repeat(")", 190),
		"dots":       "SELECT 1 FROM x WHERE x" + strings.Repeat(".x", n),
		"names":      "SELECT 1 FROM a" + strings.Repeat(", a", n) + " WHERE " + strings.Repeat("q.q AND ", n) + "q.q",
		"functions":  strings.Repeat("FROM f(", n),
		"froms":      "SELECT 1 FROM t" + strings.Repeat(", a FROM t", n),
	} {
		list, err := Split(sql)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(sql)))
			for b.Loop() {
				list[0].Reads()
			}
		})
	}
}

func FuzzReads(f *testing.F) {
	for _, sql := range []string{"SELECT a FROM read_parquet(['a', 'b'", "WITH a AS (", "FROM", "x in (1,", "SELECT (((", "SELECT 1 FROM t WHERE (set = 1)", "SELECT 1 FROM t WHERE (a LIMIT 1)", "SELECT 1 FROM t WHERE ((SELECT 1) UNION (SELECT 1)) = 1", "FROM (a UNION (b", "a)) AS (SELECT", "y BETWEEN 1"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		list, err := Split(sql)
		if err != nil {
			return
		}
		for i := range list {
			list[i].Reads()
		}
	})
}
