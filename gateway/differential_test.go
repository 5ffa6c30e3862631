package gateway_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// The statements of testdata/differential, over the tables of its setup.sql, get from Tavana what a real PostgreSQL answers:
// rows, columns' names and types, SQLSTATE, command tag; of errors.sql also the error's text and position. A statement for which that is not so has a line above it,
//
//	-- differs: why
//
// which must be taken out when it is so after all. docs/postgres-compatibility.md has the reasons at length.
func TestStatementsAnswerAsPostgreSQL(t *testing.T) { compareFiles(t, "testdata/differential") }

// Tools find in the catalog what they find in PostgreSQL's: the statements of testdata/discovery, a file for each tool, are
// compared like those above.
func TestToolsFindWhatTheyLookFor(t *testing.T) { compareFiles(t, "testdata/discovery") }

func compareFiles(t *testing.T, dir string) {
	w := openLasting(t, 1, nil)
	pg := startPostgres(t, "timezone=UTC", "lc_messages=C", "intervalstyle=postgres", "datestyle=ISO")
	for _, sql := range statementsOf(t, filepath.Join(dir, "setup.sql")) {
		if sql.comment {
			continue
		}
		for _, c := range []*pgconn.PgConn{w.connect(), connectTo(t, pg.URL())} {
			if _, err := query(t.Context(), c, sql.text); err != nil {
				t.Fatalf("%s: %v", sql.text, err)
			}
			_ = c.Close(t.Context())
		}
	}
	rewriting := flag.Lookup("rewrite").Value.String() == "true" // datadriven's flag
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "setup.sql" {
			continue
		}
		t.Run(strings.TrimSuffix(name, ".sql"), func(t *testing.T) {
			ours, theirs := w.connect(), connectTo(t, pg.URL())
			same, differ := 0, 0
			var marked strings.Builder
			for _, sql := range statementsOf(t, file) {
				if sql.comment {
					marked.WriteString(sql.text + "\n\n")
					continue
				}
				texts := name == "errors.sql"
				a, b := answerTo(t, ours, sql.text, texts), answerTo(t, theirs, sql.text, texts)
				if rewriting {
					marked.WriteString(sql.marked(a, b))
					continue
				}
				switch {
				case a == b && sql.differs == "":
					same++
				case a != b && sql.differs != "":
					differ++
				case a == b:
					t.Errorf("%s\nno longer differs, and is marked with: %s", sql.text, sql.differs)
				default:
					t.Errorf("%s\n    Tavana: %s\nPostgreSQL: %s", sql.text, a, b)
				}
			}
			if rewriting {
				if err := os.WriteFile(file, []byte(strings.TrimSpace(marked.String())+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Logf("%d statements, %d differ", same+differ, differ)
		})
	}
}

// compared is a statement of a file of statements.
type compared struct {
	text, differs string
	comment       bool // and nothing else
}

// marked returns the statement with the line that says how its answer differs, if it does.
func (c *compared) marked(ours, theirs string) string {
	switch {
	case ours == theirs:
		return c.text + "\n\n"
	case c.differs != "":
		return "-- differs: " + c.differs + "\n" + c.text + "\n\n"
	}
	return "-- differs: " + ours + " for " + theirs + "\n" + c.text + "\n\n"
}

var statementLine = regexp.MustCompile(`(?m)^([^-\n]|-[^-])`)

var differsLine = regexp.MustCompile(`(?m)^-- differs: (.*)\n`)

// statementsOf reads the file name: statements are divided by blank lines.
func statementsOf(t *testing.T, name string) []compared {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []compared
	for part := range strings.SplitSeq(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n\n") {
		part = strings.TrimSpace(part) + "\n"
		var c compared
		if m := differsLine.FindStringSubmatch(part); m != nil {
			c.differs = m[1]
			part = strings.Replace(part, m[0], "", 1)
		}
		c.text = strings.TrimSpace(part)
		c.comment = !statementLine.MatchString(c.text)
		out = append(out, c)
	}
	return out
}

// answerTo returns all that a statement answers, as text; of an error the SQLSTATE, and with texts what a person sees of it.
func answerTo(t *testing.T, c *pgconn.PgConn, sql string, texts bool) string {
	t.Helper()
	results, err := c.Exec(t.Context(), sql).ReadAll()
	var b strings.Builder
	for _, r := range results {
		for _, f := range r.FieldDescriptions {
			fmt.Fprintf(&b, "%s:%d|", f.Name, f.DataTypeOID)
		}
		b.WriteByte('\n')
		for _, row := range r.Rows {
			for _, v := range row {
				if v == nil {
					b.WriteString("NULL|")
				} else {
					b.WriteString(string(v) + "|")
				}
			}
			b.WriteByte('\n')
		}
		if err == nil {
			b.WriteString(r.CommandTag.String() + "\n")
		}
	}
	var e *pgconn.PgError
	switch {
	case texts && errors.As(err, &e):
		return fmt.Sprintf("ERROR %s at %d: %s", e.Code, e.Position, strings.ReplaceAll(e.Message, "\n", " "))
	case err != nil:
		return "ERROR " + codeOf(err)
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", " ⏎ ")
}
