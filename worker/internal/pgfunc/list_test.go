package pgfunc

import (
	"slices"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

// No text makes Elements panic, what it refuses is 22P02, and what is quoted comes back.
func FuzzElements(f *testing.F) {
	for _, s := range []string{"{a,\"b c\",NULL}", "[a, 'b, c', [d, e], NULL,, ]", "[\"\\\"'\"]", "{}", "[", "{\"", "['\\"} {
		f.Add(s)
	}
	same := func(a, b Value) bool { return a.Null == b.Null && a.Text == b.Text }
	f.Fuzz(func(t *testing.T, s string) {
		list, err := Elements(s)
		if err != nil {
			if pgerror.CodeOf(err) != pgerror.InvalidTextRepresentation {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		for _, form := range []struct{ open, quote, close string }{{"{", `"`, "}"}, {"[", `"`, "]"}, {"[", "'", "]"}} {
			var parts []string
			for _, v := range list {
				part := "NULL"
				if !v.Null {
					part = form.quote + strings.NewReplacer(`\`, `\\`, form.quote, `\`+form.quote).Replace(v.Text) + form.quote
				}
				parts = append(parts, part)
			}
			again, err := Elements(form.open + strings.Join(parts, ", ") + form.close)
			if err != nil || !slices.EqualFunc(list, again, same) {
				t.Fatalf("%q: %v, again %v (%v)", s, list, again, err)
			}
		}
	})
}
