package pgfunc

import (
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

func call(t *testing.T, name string, args ...string) (Value, error) {
	t.Helper()
	for _, f := range Functions {
		if f.Name == name {
			values := make([]Value, len(args))
			for i, a := range args {
				values[i] = text(a)
			}
			return f.Call(values)
		}
	}
	t.Fatal(name)
	return Value{}, nil
}

// What DuckDB writes, as PostgreSQL writes it.
func TestWritten(t *testing.T) {
	for _, c := range []struct{ typ, in, want string }{
		{"DOUBLE", "1.0", "1"},
		{"FLOAT", "-inf", "-Infinity"},
		{"DOUBLE", "1e+300", "1e+300"},
		{"BLOB", `a\x00b\xFF`, `\x610062ff`},
		{"BLOB", "", `\x`},
		{"INTERVAL", "00:00:00", "00:00:00"},
		{"INTERVAL", "-1 years -2 months 3 days 04:05:06.5", "-1 years -2 mons +3 days 04:05:06.5"},
		{"INTERVAL", "1 day -00:00:01", "1 day -00:00:01"},
		{"INTEGER[]", "[1, NULL, 3]", "{1,NULL,3}"},
		{"VARCHAR[]", `['x y', '', NULL, it, 'null']`, `{"x y","",NULL,it,"null"}`},
		{"INTEGER[][]", "[[1, 2], [3, 4]]", "{{1,2},{3,4}}"},
		{"BOOLEAN[]", "[true, false]", "{t,f}"},
		{"VARCHAR[]", `['a\'b\\c"']`, `{"a'b\\c\""}`},
		{"DOUBLE[]", "[]", "{}"},
		{"tavana_int2vector[]", "[1, 2]", "1 2"},
		{"tavana_oidvector[]", "[]", ""},
	} {
		if got, err := call(t, "tavana_written", c.in, c.typ); err != nil || got.Text != c.want {
			t.Errorf("%s %s: %s (%v), want %s", c.typ, c.in, got.Text, err, c.want)
		}
	}
}

// DuckDB's JSON of a value, as PostgreSQL writes it by the value's type; types nest without end.
func TestToJSON(t *testing.T) {
	deep, open, closed := "INTEGER", "1", "1"
	for range 40 {
		deep, open, closed = "STRUCT("+deep+")", `{"":`+open+"}", `{"f1":`+closed+"}"
	}
	for _, c := range []struct{ in, typ, form, want string }{
		{"1.5", "DECIMAL(3,2)", "", "1.50"},
		{`{"":1,"":null,"":"2024-01-01 10:00:00+00"}`, `STRUCT(INTEGER, "NULL", TIMESTAMP WITH TIME ZONE)`, "", `{"f1":1,"f2":null,"f3":"2024-01-01T10:00:00+00:00"}`},
		{`{"a b":[1.0],"int":{"x":"y"}}`, `STRUCT("a b" DOUBLE[], "int" MAP(VARCHAR, VARCHAR))`, "", `{"a b":[1],"int":{"x":"y"}}`},
		{`[{"id":1},{"id":2}]`, "STRUCT(id INTEGER)[]", "agg", "[{\"id\":1}, \n {\"id\":2}]"},
		{`[null,null]`, `"NULL"[]`, "agg", "[null, null]"},
		{`{"":"a","":1.5,"":2,"":true}`, "STRUCT(VARCHAR, DECIMAL(2,1), INTEGER, BOOLEAN)", "object", `{"a" : 1.5, "2" : true}`},
		{`{"":1,"":"x"}`, "STRUCT(INTEGER, VARCHAR)", "array", `[1, "x"]`},
		{`[{"k":"a","v":1}]`, "STRUCT(k VARCHAR, v INTEGER)[]", "objectagg", `{ "a" : 1 }`},
		{open, deep, "", closed},
	} {
		if got, err := call(t, "tavana_to_json", c.in, c.typ, c.form); err != nil || got.Text != c.want {
			t.Errorf("%s %s %s: %s (%v), want %s", c.in, c.typ, c.form, got.Text, err, c.want)
		}
	}
}

// No text makes the functions panic, and what they refuse has a SQLSTATE.
func FuzzFunctions(f *testing.F) {
	for _, s := range []string{"a", `['a\'`, "%1$s%-*3$L", `(\m[[:alpha:]]+)*?\1`, "1 day -00:00:01", `\x0`, "FM9,999.99PR", "YYYY-MM-DD HH24:MI:SS.US TZ", "[[", "]"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 2000 {
			return
		}
		for _, fn := range Functions {
			for _, types := range [][2]string{{"", ""}, {"DOUBLE", "INTERVAL[]"}} {
				args := make([]Value, len(fn.Params))
				for i, depth := range fn.Params {
					args[i] = text([]string{a, b, "1", types[0], types[1]}[i%5])
					if depth > 0 {
						args[i] = Value{List: []Value{text(a), {Null: true}, text(b)}}
					}
				}
				v, err := fn.Call(args)
				if err != nil && pgerror.CodeOf(err) == "" {
					t.Fatalf("%s: %v", fn.Name, err)
				}
				if len(v.Text) > 1<<29 {
					t.Fatalf("%s: %d bytes", fn.Name, len(v.Text))
				}
			}
		}
	})
}
