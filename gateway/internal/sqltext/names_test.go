package sqltext

import (
	"strings"
	"testing"
)

// The names are PostgreSQL's: gateway's TestColumnsAreNamedAsInPostgreSQL asks a real one.
func TestColumnNames(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1, 'a', 1 + 2, -x FROM t":                                                                                                       "?column?,?column?,?column?,?column?",
		"SELECT a, t.b, t.\"C\" FROM t":                                                                                                         ",,",
		"SELECT a AS x, b y, count(*) n, 1 z FROM t":                                                                                            ",,,",
		"SELECT count(*), max(a), pg_catalog.version(), coalesce(a, b), lower('x') FROM t":                                                      "count,max,version,coalesce,lower",
		"SELECT count(*) FILTER (WHERE a > 1), row_number() OVER (ORDER BY a), sum(a) OVER w FROM t":                                            "count,row_number,sum",
		"SELECT 1::int, 'x'::text, a::text, lower(a)::varchar(3), 1::double precision, '1'::numeric(4,2)":                                       "int4,text,a,lower,float8,numeric",
		"SELECT CAST(1 AS bigint), CAST(a AS text), DATE '2020-01-01', now()::timestamp with time zone":                                         "int8,a,date,now",
		"SELECT CASE WHEN a THEN 1 END, CASE WHEN a THEN 1 ELSE b END, EXISTS (SELECT 1), ARRAY[1, 2], (SELECT max(a) FROM t), (SELECT 1 AS q)": "case,b,exists,array,max,q",
		"SELECT current_user, current_date, NULL, true, count(*) + 1, a || b, a IS NULL, NOT a":                                                 "current_user,current_date,?column?,?column?,?column?,?column?,?column?,?column?",
		"SELECT a[1], (a)[1], f(a)[2] FROM t":                                                                                                   "a,a,f",
		"SELECT DISTINCT ON (a, b) a, count(*) FROM t":                                                                                          ",count",
		"WITH x AS (SELECT 1) SELECT count(*) FROM x":                                                                                           "count",
		"VALUES (1, 2), (3, 4)":                          "column1,column2",
		"INSERT INTO t VALUES (1) RETURNING a, a + 1":    ",?column?",
		"SELECT a = 1::int, a AT TIME ZONE 'UTC' FROM t": "?column?,timezone",
		"SELECT upper(a), b FROM t UNION SELECT 1, 2":    "upper,",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		c := list[0].ColumnNames()
		if c == nil {
			t.Errorf("%s: nil", sql)
			continue
		}
		if got := strings.Join(c.first, ","); got != want {
			t.Errorf("%s: got %s, want %s", sql, got, want)
		}
	}
	list, _ := Split("SELECT count(*), *, lower(a) FROM t")
	names := []string{"x", "a", "b", "y"}
	list[0].ColumnNames().Apply(names)
	if got := strings.Join(names, ","); got != "count,a,b,lower" {
		t.Error(got)
	}
}
