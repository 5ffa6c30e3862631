package sqltext

import (
	"fmt"
	"strings"
	"testing"
)

func TestParametersAreWhatTheyAreCastTo(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT $1::int, $2": "1 int",
		"SELECT $1::double precision, $2 :: varchar(20) || x":   "1 double precision,2 varchar(20)",
		"SELECT CAST($1 AS timestamp with time zone), $1::text": "1 timestamp with time zone,1 text",
		"SELECT $1::pg_catalog.int4[], ($2)::int, '$3::int'":    "1 int4[]",
		"SELECT $1 AS x, f($1 AS y)":                            "",
	} {
		list, err := Split(sql)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		list[0].CastParams(func(n int, typ string) { got = append(got, fmt.Sprintf("%d %s", n, typ)) })
		if strings.Join(got, ",") != want {
			t.Errorf("%s: %v, want %s", sql, got, want)
		}
	}
}
