package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// edgeValues are the text forms that every type is tried with, in a session of TimeZone Asia/Kolkata. PostgreSQL is the
// judge of what each of them means.
var edgeValues = []struct {
	name   string
	oid    uint32
	values []string
}{
	{"bool", 16, []string{"t", "f", "yes", "off", " true ", "1", "2", ""}},
	{"bytea", 17, []string{`\x`, `\x00ff`, `\xDEADBEEF`, `abc`, `a\\b\001`, `\x0`, `\xzz`, `a\9`}},
	{"int8", 20, []string{"0", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "1.5", " 7 ", "x"}},
	{"int2", 21, []string{"-32768", "32767", "32768"}},
	{"int4", 23, []string{"-2147483648", "2147483647", "2147483648", "+5"}},
	{"text", 25, []string{"", "NULL", "it's", "ünïcödé 🦆", "a\tb\nc\\", "'", `"`, strings.Repeat("x", 100_000)}},
	{"varchar", 1043, []string{"", "abc "}},
	{"json", 114, []string{`{"b":1,"a":[1, 2.50,null]}`, `"x"`, "12345678901234567890123", "{", `{"a":"\u00e9"}`}},
	{"float4", 700, []string{"0", "-0", "1.5", "3.4028235e38", "1e-45", "NaN", "Infinity", "-Infinity", "1e39", "1000000", "1e6", "123456.7", "0.0001", "0.00001"}},
	{"float8", 701, []string{"0", "-0", "0.1", "1.7976931348623157e308", "5e-324", "NaN", "inf", "-Infinity", "1e309", "1e15", "1e16", "123456789012345.6", "0.0001", "0.00001", "1e23", "9007199254740993"}},
	{"date", 1082, []string{"1970-01-01", "1969-12-31", "2000-02-29", "0001-01-01", "4713-11-24 BC", "0044-03-15 BC", "9999-12-31", "10000-01-01", "294276-12-31", "infinity", "-infinity", "2023-02-29", "2023-13-01", "1582-10-10", "x"}},
	{"time", 1083, []string{"00:00:00", "23:59:59.999999", "24:00:00", "12:34:56.7", "25:00:00"}},
	{"timetz", 1266, []string{"00:00:00+00", "12:34:56.789+05:30", "23:59:59.999999-12", "24:00:00+00", "01:02:03-03:30", "01:02:03+15:59"}},
	{"timestamp", 1114, []string{"1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2000-01-01 00:00:00.5", "0001-01-01 00:00:00", "0044-03-15 12:00:00 BC", "10000-01-01 00:00:00", "294246-12-31 23:59:59", "infinity", "-infinity", "2023-02-30 00:00:00", "x"}},
	{"timestamptz", 1184, []string{"1970-01-01 00:00:00+00", "2024-06-01 12:00:00+05:45", "2024-06-01 12:00:00-08", "1900-01-01 00:00:00+00", "2024-06-01 12:00:00", "infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "294246-12-31 00:00:00+00"}},
	{"interval", 1186, []string{"0", "1 day 02:00:00", "1 year 2 months 3 days 04:05:06.789", "-1 day +02:03:04", "1 mon -1 day", "-00:00:00.000001", "25:00:00", "-1 year -2 mons +3 days -04:05:06", "100000 hours", "178956970 years", "x"}},
	{"numeric", 1700, []string{"0", "-0.5", "123.4500", "99999999999999999999999999999999999999", "-0.00000000000000000000000000000000000001", "1e5", "1.5e-3", "12345.6789", "0.0001", "10000", "100000000", "x", "NaN", "Infinity", "123456789012345678901234567890123456789", "1e-40"}},
	{"uuid", 2950, []string{"00000000-0000-0000-0000-000000000000", "FFFFFFFF-ffff-4fff-bfff-ffffffffffff", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "x"}},
	{"varbit", 1562, []string{"1", "0", "10110", "11111111", "101010101", "0000000000000000000001", "102"}},
	{"int4[]", 1007, []string{"{}", "{1,2,3}", "{NULL}", "{1,NULL,-3}", "{{1,2},{3,4}}", "{{{1}},{{2}}}", " { 1 , 2 } ", "{{},{}}", "{{1},{2,3}}", "{1,{2}}", "{1", "{1,}", "{x}", "1", "{1}x", "{2147483648}"}},
	{"text[]", 1009, []string{`{}`, `{a,b}`, `{"a b","c,d","e\"f","g\\h",""}`, `{NULL,"NULL",null}`, `{{a,b},{c,NULL}}`, `{ä,"ö"}`, `{a b , c}`, `{"{}"}`, `{\a,a\ }`, `{a"b"}`, `{"a"b}`, `{{a},{b},{"c d"}}`}},
	{"float8[]", 1022, []string{"{1.5,NaN,-Infinity,NULL}", "{1e300}"}},
	{"bool[]", 1000, []string{"{t,f,NULL}", "{true,no}"}},
	{"int8[]", 1016, []string{"{9223372036854775807,-1}"}},
	{"int2[]", 1005, []string{"{1,2}"}},
	{"float4[]", 1021, []string{"{1.5,0.1}"}},
	{"date[]", 1182, []string{"{2024-01-01,infinity,NULL}", `{"0044-03-15 BC"}`}},
	{"timestamp[]", 1115, []string{`{"2024-01-01 00:00:00",NULL}`}},
	{"timestamptz[]", 1185, []string{`{"2024-01-01 00:00:00+00"}`}},
	{"time[]", 1183, []string{"{12:00:00}"}},
	{"interval[]", 1187, []string{`{"1 day",01:00:00}`}},
	{"bytea[]", 1001, []string{`{"\\x01ff",NULL}`}},
	{"uuid[]", 2951, []string{"{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}"}},
	{"numeric[]", 1231, []string{"{1,NULL}", "{}", "{1,2.50}", "{12345678901234567890123456789012345678,0.1}"}},
}

// answer is what a server makes of a value: its text and binary forms, or the code of its error.
type valueAnswer struct {
	oid          uint32
	text, binary []byte
	code         string
}

func (a valueAnswer) String() string {
	if a.code != "" {
		return "error " + a.code
	}
	s := fmt.Sprintf("type %d: %q %x", a.oid, a.text, a.binary)
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

func (a valueAnswer) equal(b valueAnswer) bool {
	return a.oid == b.oid && a.code == b.code && bytes.Equal(a.text, b.text) && bytes.Equal(a.binary, b.binary)
}

func ask(t *testing.T, conn *pgconn.PgConn, oid uint32, value []byte, format int16) valueAnswer {
	t.Helper()
	var a valueAnswer
	for _, out := range []int16{0, 1} {
		r := conn.ExecParams(t.Context(), "SELECT $1 AS v", [][]byte{value}, []uint32{oid}, []int16{format}, []int16{out}).Read()
		var pe *pgconn.PgError
		if asPgError(r.Err, &pe) {
			return valueAnswer{code: pe.Code}
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		a.oid = r.FieldDescriptions[0].DataTypeOID
		if out == 0 {
			a.text = r.Rows[0][0]
		} else {
			a.binary = r.Rows[0][0]
		}
	}
	return a
}

// beside returns connections to Tavana and to a PostgreSQL, in the same time zone.
func beside(t *testing.T) (ours, theirs *pgconn.PgConn) {
	t.Helper()
	w := open(t, 1, nil)
	pg := startPostgres(t)
	connect := func(url string) *pgconn.PgConn {
		c, err := pgconn.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close(context.Background()) })
		if err := c.Exec(t.Context(), "SET TimeZone = 'Asia/Kolkata'").Close(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	return connect(w.url("")), connect(pg.URL())
}

// The settings that change how values are written do so as PostgreSQL's. The values go there in binary: how dates in
// other styles are read is another matter.
func TestSettingsWriteValuesAsPostgreSQL(t *testing.T) {
	ours, theirs := beside(t)
	for _, set := range []string{
		"DateStyle = 'SQL'", "DateStyle = 'DMY'", "DateStyle = 'Postgres'", "DateStyle = 'MDY'", "DateStyle = 'German'", "DateStyle = 'ISO, YMD'",
		"IntervalStyle = 'postgres_verbose'", "IntervalStyle = 'sql_standard'", "IntervalStyle = 'iso_8601'",
		"bytea_output = 'escape'", "extra_float_digits = 0", "extra_float_digits = -4", "extra_float_digits = -15", "extra_float_digits = 3",
	} {
		for _, c := range []*pgconn.PgConn{ours, theirs} {
			if err := c.Exec(t.Context(), "SET "+set).Close(); err != nil {
				t.Fatalf("SET %s: %v", set, err)
			}
		}
		name, _, _ := strings.Cut(set, " ")
		if got, want := ours.ParameterStatus(name), theirs.ParameterStatus(name); got != want {
			t.Errorf("%s is reported as %q, want %q", set, got, want)
		}
		for _, e := range edgeValues {
			for _, v := range e.values {
				if _, known := knownDifferences[e.name+" "+v]; known || e.oid == 1043 {
					continue
				}
				want := ask(t, theirs, e.oid, []byte(v), 0)
				if want.code != "" {
					continue
				}
				if got := ask(t, ours, e.oid, want.binary, 1); !got.equal(want) {
					t.Errorf("SET %s: %s %.50q:\n got %v\nwant %v", set, e.name, v, got, want)
				}
			}
		}
	}
}

// Every type with edge values: as a parameter in text and in binary, and back in text and in binary, is what PostgreSQL
// makes of it.
func TestValuesAreThoseOfPostgreSQL(t *testing.T) {
	ours, theirs := beside(t)
	for _, e := range edgeValues {
		t.Run(e.name, func(t *testing.T) {
			for _, v := range e.values {
				got, want := ask(t, ours, e.oid, []byte(v), 0), ask(t, theirs, e.oid, []byte(v), 0)
				if want.oid == 1043 {
					want.oid = 25 // strings are always text
				}
				if form, ok := knownDifferences[e.name+" "+v]; ok {
					if got.code != form && string(got.text) != form {
						t.Errorf("%s %.50q: %v, which the table of differences does not know (PostgreSQL: %v)", e.name, v, got, want)
					}
					continue
				}
				if !got.equal(want) {
					t.Errorf("%s %.50q:\n got %v\nwant %v", e.name, v, got, want)
					continue
				}
				if want.code != "" {
					continue
				}
				if got := ask(t, ours, e.oid, want.binary, 1); !got.equal(want) {
					t.Errorf("%s %.50q from binary:\n got %v\nwant %v", e.name, v, got, want)
				}
			}
		})
	}
}

// Lists that are no array, and dates written into the statement.
func TestListsAndErasInStatements(t *testing.T) {
	w := open(t, 1, nil)
	conn, err := pgconn.Connect(t.Context(), w.url(""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for sql, want := range map[string]string{
		"SELECT [[1, 2], [3, 4]]":                    "{{1,2},{3,4}}",
		"SELECT [[1, 2], [3]]":                       "2202E",
		"SELECT [[1], NULL]":                         "2202E",
		"SELECT [[[[[[[1]]]]]]]":                     "54000",
		"SELECT [[], []]":                            "{}",
		"SELECT [{'a': 1}, NULL]":                    `{"{\"a\":1}",NULL}`,
		"SELECT ['x', 'a b', NULL, '']":              `{x,"a b",NULL,""}`,
		"SELECT [1, 2]::INTEGER[2]":                  "{1,2}",
		"SELECT [1.5, 2.25]":                         "{1.50,2.25}",
		"SELECT DATE '0044-03-15 BC'":                "0044-03-15 BC",
		"SELECT '0044-03-15 BC'::date":               "0044-03-15 BC",
		"SELECT CAST('0044-03-15 BC' AS date)":       "0044-03-15 BC",
		"SELECT TIMESTAMP '0044-03-15 12:00:00 BC'":  "0044-03-15 12:00:00 BC",
		"SELECT '0044-03-15 12:00:00 BC'::timestamp": "0044-03-15 12:00:00 BC",
		"SELECT '0044-03-15 BC'":                     "0A000", // a date, or a text?
		"SELECT '0044-03-15 BC'::text":               "0044-03-15 BC",
		"SELECT DATE '2024-01-01' > '0044-03-15 BC'": "0A000",
		`SELECT '\x00ff'::bytea`:                     `\x00ff`,
		`SELECT CAST('\x00FFab' AS bytea)`:           `\x00ffab`,
		`SELECT BYTEA '\x00ff'`:                      `\x00ff`,
		`SELECT '\x00ff'`:                            "0A000",
		`SELECT '\x00ff'::text`:                      `\x00ff`,
		`SELECT '\xff'::bytea`:                       `\xff`,
	} {
		r, err := conn.Exec(t.Context(), sql).ReadAll()
		got := ""
		var pe *pgconn.PgError
		switch {
		case asPgError(err, &pe):
			got = pe.Code
		case err != nil:
			t.Fatal(err)
		default:
			got = string(r[0].Rows[0][0])
		}
		if got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

// knownDifferences are values that are refused with a SQLSTATE, or written otherwise, as docs/postgres-compatibility.md
// tells.
var knownDifferences = map[string]string{
	"float8 1e23": "1e+23", // of two forms that are as short, the other
	// DuckDB's DECIMAL has 38 digits, and one scale for all of a list's.
	"numeric NaN": "0A000", "numeric Infinity": "0A000",
	"numeric 123456789012345678901234567890123456789": "22003", "numeric 1e-40": "22003",
	"numeric[] {1,2.50}": "{1.00,2.50}", "numeric[] {12345678901234567890123456789012345678,0.1}": "22003",
}
