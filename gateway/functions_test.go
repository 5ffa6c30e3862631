package gateway_test

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// builtins asks a PostgreSQL for its functions, in the columns of functions.tsv but for the type of the result, and for what a
// call of each is made of: its arguments' types as SQL, "" for those that no call can have. The last column tells whether pg_type
// or pg_am names it.
const builtins = `SELECT p.oid, p.proname, p.prokind, p.proretset, p.provariadic, p.prorettype, array_to_string(p.proargtypes::oid[], ','),
	array_to_string(p.proallargtypes, ','), array_to_string(p.proargmodes, ','), array_to_string(p.proargnames, ',', ''), p.pronargdefaults, pg_get_expr(p.proargdefaults, 0),
	p.provolatile, p.proisstrict, p.proparallel, p.proleakproof, pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid),
	coalesce(g.aggkind::text, ''), coalesce(g.aggnumdirectargs, 0), t.typtype = 'p',
	(SELECT string_agg(CASE WHEN y.typname IN ('any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray') THEN 'integer'
		WHEN y.typname IN ('anyarray', 'anycompatiblearray') THEN 'integer[]' WHEN a.i = p.pronargs AND p.provariadic > 0 THEN format_type(y.typelem, NULL)
		WHEN y.typtype = 'p' THEN '' ELSE format_type(y.oid, NULL) END, '|' ORDER BY a.i) FROM unnest(p.proargtypes) WITH ORDINALITY AS a(o, i) JOIN pg_type y ON y.oid = a.o),
	EXISTS (SELECT 1 FROM pg_type WHERE typrelid = 0 AND p.oid IN (typinput, typoutput, typreceive, typsend)) OR EXISTS (SELECT 1 FROM pg_am WHERE amhandler = p.oid)
FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname NOT LIKE 'binary\_upgrade%' ORDER BY p.proname, p.oid`

const functionsFile = "internal/catalog/functions.tsv"

// pg_proc lists the functions of PostgreSQL that can be called here, each with the type that its result has here, and those that
// other relations name.
func TestPgProcListsWhatCanBeCalled(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.connect()
	rewriting := flag.Lookup("rewrite").Value.String() == "true"
	b, err := os.ReadFile(functionsFile)
	if err != nil && !rewriting {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSpace(string(b)), "\n")
	pg := connectTo(t, startPostgres(t).URL())
	result, err := pg.Exec(t.Context(), builtins).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range result[0].Rows {
		fields := make([]string, len(row))
		for i, v := range row {
			fields[i] = string(v)
		}
		f := builtin{fields}
		if !rewriting && !slices.ContainsFunc(listed, func(line string) bool { return strings.HasPrefix(line, fields[0]+"\t") }) {
			continue
		}
		if oid, ok := f.called(t, c); ok {
			lines = append(lines, f.line(oid))
		} else if fields[23] == "t" {
			lines = append(lines, strings.Join(fields[:19], "\t"))
		}
	}
	if rewriting {
		if err := os.WriteFile(functionsFile, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, line := range listed {
		if !slices.Contains(lines, line) {
			t.Errorf("is in the list, and not so: %s", line)
		}
	}
}

// builtin is a row of builtins.
type builtin struct{ fields []string }

// line is the function's line in the list, with the type of its result.
func (f *builtin) line(result uint32) string {
	fields := slices.Clone(f.fields[:19])
	if own := strconv.FormatUint(uint64(result), 10); own != fields[5] && f.fields[21] == "f" {
		fields[5], fields[18] = own, "" // the text is made of the type
	}
	return strings.Join(fields, "\t")
}

// called prepares a call, and returns the type of its result.
func (f *builtin) called(t *testing.T, c *pgconn.PgConn) (uint32, bool) {
	t.Helper()
	var args []string
	if f.fields[22] != "" {
		args = strings.Split(f.fields[22], "|")
	}
	for i, typ := range args {
		if typ == "" {
			return 0, false
		}
		args[i] = "NULL::" + typ
	}
	name := f.fields[1]
	call := name + "(" + strings.Join(args, ", ") + ")"
	switch direct, _ := strconv.Atoi(f.fields[20]); {
	case f.fields[19] == "o" || f.fields[19] == "h":
		call = name + "(" + strings.Join(args[:direct], ", ") + ") WITHIN GROUP (ORDER BY " + strings.Join(args[direct:], ", ") + ")"
	case f.fields[2] == "w":
		call += " OVER ()"
	case f.fields[2] == "a" && len(args) == 0:
		call = name + "(*)"
	}
	// The name of a setting must be written out.
	for _, sql := range []string{"SELECT " + call, "SELECT * FROM " + call, "SELECT " + strings.Replace(call, "NULL::text", "'application_name'", 1)} {
		if st, err := c.Prepare(t.Context(), "", sql, nil); err == nil && len(st.Fields) > 0 {
			return st.Fields[0].DataTypeOID, true
		}
		if c.IsClosed() {
			t.Fatalf("the connection is gone with %s", sql)
		}
	}
	return 0, false
}
