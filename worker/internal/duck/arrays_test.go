package duck

import (
	"fmt"
	"testing"
)

// Texts in brackets are the lists that DuckDB takes them for: of lists of a fixed length, the cast is its own.
func TestListsInBracketsAreDuckDBs(t *testing.T) {
	c := connect(t, openTest(t))
	for text, n := range map[string]int{
		`[a, b ,  c d ]`: 3, `[ 'a, b' , "c'd", 'e"f']`: 3, `[NULL, null, 'NULL', nulls]`: 4, `[a, [b, c], {d: 'e, f'}, (g, h)]`: 4,
		`['a\'b', "c\"d", 'e\\f', g\'h, i\j]`: 5, `[,a,,]`: 4, `[a'b, c'd]`: 1, `['', "", ]`: 3, ` [x] `: 1, `['a' 'b']`: 1, "[\ta\n]": 1, `[[a, 'b]'], c]`: 2, `[é, ✓]`: 2,
	} {
		sql := fmt.Sprintf("SELECT CASE WHEN (%[1]s::VARCHAR[%[2]d])::VARCHAR[] IS DISTINCT FROM %[1]s::VARCHAR[] THEN error('is ' || (%[1]s::VARCHAR[])::VARCHAR || ', not ' || (%[1]s::VARCHAR[%[2]d])::VARCHAR) END", Quote(text), n)
		if _, err := run(c, sql); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{`[a`, `a]`, `['a]`, `[a] b`, `[[a]`, ``, `a`} {
		for _, typ := range []string{"VARCHAR[]", "VARCHAR[1]"} {
			if _, err := run(c, "SELECT "+Quote(text)+"::"+typ); err == nil {
				t.Errorf("%s is %s", text, typ)
			}
		}
	}
}

// So are numbers in them.
func TestNumbersInBracketsAreDuckDBs(t *testing.T) {
	c := connect(t, openTest(t))
	for _, text := range []string{"[1.5, 2.5, -1.5, 1e3]", "[0x10, 1_000, +7, 3 ]"} {
		sql := fmt.Sprintf("SELECT CASE WHEN (%[1]s::INTEGER[4])::INTEGER[] IS DISTINCT FROM %[1]s::INTEGER[] THEN error('is ' || (%[1]s::INTEGER[])::VARCHAR || ', not ' || (%[1]s::INTEGER[4])::VARCHAR) END", Quote(text))
		if _, err := run(c, sql); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What can't be cast is NULL to TRY_CAST, and what stands beside it is what it is.
func TestTryCastToArray(t *testing.T) {
	c := connect(t, openTest(t))
	if _, err := run(c, `SELECT CASE WHEN list(TRY_CAST(s AS INTEGER[]) ORDER BY i) IS DISTINCT FROM [[1, 2], NULL, [], NULL, [3]] THEN error(list(TRY_CAST(s AS INTEGER[]) ORDER BY i)::VARCHAR) END
		FROM (VALUES (1, '{1,2}'), (2, '{NULL,NULL,x}'), (3, '{}'), (4, NULL), (5, '[3]')) t(i, s)`); err != nil {
		t.Error(err)
	}
}
