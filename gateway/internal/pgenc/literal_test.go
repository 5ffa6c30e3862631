package pgenc

import (
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

func TestLiterals(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"bool", " On ", "true"},
		{"int", " 42 ", "42"},
		{"bytea", `\x00ff`, `\x00\xFF`},
		{"bytea", `a\001\\`, `\x61\x01\x5C`},
		{"date", "20240229", "2024-02-29"},
		{"date", "Feb 29, 2024", "2024-02-29"},
		{"date", "29-Feb-2024", "2024-02-29"},
		{"date", "02/29/2024", "2024-02-29"},
		{"time", "1:02 PM", "13:02:00.000000"},
		{"time", "12:30am", "00:30:00.000000"},
		{"timestamp", "2024-02-29 23:59:59.9999999", "2024-03-01 00:00:00.000000"},
		{"timestamptz", "2024-07-01 12:00+02", "2024-07-01 12:00:00.000000+02"},
		{"timestamptz", "2024-07-01T12:00:00Z", "2024-07-01 12:00:00.000000+00"},
		{"date", "2023-02-29", "2023-02-29"}, // DuckDB says what is wrong with it
		{"interval", "P1Y2M3DT4H5M6.5S", "14 months 3 days 14706500000 microseconds"},
		{"interval", "1-2", "14 months 0 days 0 microseconds"},
		{"interval", "-1 day +2:03", "0 months -1 days 7380000000 microseconds"},
		{"interval", "1 hour 30", "0 months 0 days 3630000000 microseconds"},
		{"interval", "1.5 months ago", "-1 months -15 days 0 microseconds"},
		// Past what there is room for: DuckDB's to refuse.
		{"interval", "9999999999999999 hours", "9999999999999999 hours"},
		{"interval", "1e300 days", "1e300 days"},
		{"interval", "1e18 us 1e19 us", "1e18 us 1e19 us"},
	} {
		got, _, err := Literal(c.typ, c.in)
		if err != nil || got != c.want {
			t.Errorf("%s %q: %q (%v), want %q", c.typ, c.in, got, err, c.want)
		}
	}
	for _, c := range []struct {
		typ, in string
		code    pgerror.Code
	}{
		{"bool", "maybe", "22P02"}, {"int", "4.2", "22P02"}, {"int2", "40000", "22003"}, {"int8", "99999999999999999999", "22003"}, {"float8", "1e400", "22003"}, {"bytea", `\xz`, "22023"},
	} {
		if _, _, err := Literal(c.typ, c.in); pgerror.CodeOf(err) != c.code {
			t.Errorf("%s %q: %v, want %s", c.typ, c.in, err, c.code)
		}
	}
}

// No text makes the reader panic, and an interval that it reads stays inside its bounds.
func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"", "a", "P1Y", "1-2", "20240229", "1:2:3.9999999 pm +2", "9e99 days ago", "@ 1 day", "Feb", "::", "24:00", "T", "-", "1 us"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, typ := range []string{"bool", "int", "float8", "bytea", "interval", "date", "time", "timestamp", "timestamptz", "text"} {
			_, _, _ = Literal(typ, s)
		}
	})
}
