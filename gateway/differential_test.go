package gateway_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// The statements of testdata/differential, over the tables of its setup.sql, get from Tavana what a real PostgreSQL answers:
// rows, columns' names and types, SQLSTATE, command tag; of errors.sql also the error's text and position. A statement for which that is not so has a line above it,
//
//	-- differs: in what
//
// which is what difference says, word for word; go test -rewrite writes it. docs/postgres-compatibility.md has the reasons.
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
				differs := difference(answerTo(t, ours, sql.text), answerTo(t, theirs, sql.text), texts)
				if rewriting {
					marked.WriteString(sql.marked(differs))
					continue
				}
				if differs == "" {
					same++
				} else {
					differ++
				}
				if differs != sql.differs {
					t.Errorf("%s\ndiffers: %s\n marked: %s", sql.text, differs, sql.differs)
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

// marked returns the statement with the line that says in what its answer differs, if it does.
func (c *compared) marked(differs string) string {
	if differs == "" {
		return c.text + "\n\n"
	}
	return "-- differs: " + differs + "\n" + c.text + "\n\n"
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

// answer is what a statement answers: the columns of its result, its rows, or an error.
type answer struct {
	names    []string
	types    []uint32
	rows     []string
	tag      string
	code     string
	text     string
	position int32
}

func answerTo(t *testing.T, c *pgconn.PgConn, sql string) answer {
	t.Helper()
	results, err := c.Exec(t.Context(), sql).ReadAll()
	var a answer
	for _, r := range results {
		for _, f := range r.FieldDescriptions {
			a.names, a.types = append(a.names, f.Name), append(a.types, f.DataTypeOID)
		}
		for _, row := range r.Rows {
			values := make([]string, len(row))
			for i, v := range row {
				if values[i] = string(v); v == nil {
					values[i] = "NULL"
				}
			}
			a.rows = append(a.rows, strings.ReplaceAll(strings.Join(values, "|"), "\n", "⏎"))
		}
		if err == nil {
			a.tag += r.CommandTag.String()
		}
	}
	if err != nil {
		a.code = codeOf(err)
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		a.text, a.position = strings.ReplaceAll(e.Message, "\n", " "), e.Position
	}
	return a
}

// difference says in what ours differs from what PostgreSQL answers; "": in nothing. Errors' texts and positions count with texts.
func difference(ours, theirs answer, texts bool) string {
	switch {
	case ours.code == "" && theirs.code != "":
		return "answers " + shortened(strings.Join(append(slices.Sorted(slices.Values(ours.rows)), ours.tag), "; ")) + " where PostgreSQL fails with " + theirs.code
	case ours.code != "" && theirs.code == "":
		return "fails with " + ours.code + ": " + shortened(ours.text)
	}
	var all []string
	if ours.code != theirs.code {
		all = append(all, fmt.Sprintf("code: %s, not %s: %s", ours.code, theirs.code, shortened(ours.text)))
	} else if texts && ours.text != theirs.text {
		all = append(all, "text: "+shortened(ours.text))
	}
	if texts && ours.position != theirs.position {
		all = append(all, fmt.Sprintf("position: %d, not %d", ours.position, theirs.position))
	}
	switch {
	case len(ours.rows) != len(theirs.rows):
		all = append(all, fmt.Sprintf("rows: %d, not %d", len(ours.rows), len(theirs.rows)))
	case !slices.Equal(ours.rows, theirs.rows):
		all = append(all, differentRow(ours.rows, theirs.rows))
	}
	if len(ours.types) != len(theirs.types) {
		all = append(all, fmt.Sprintf("columns: %d, not %d", len(ours.types), len(theirs.types)))
	} else {
		all = append(all, pairs("types", typeNames(ours.types), typeNames(theirs.types))...)
		all = append(all, pairs("names", ours.names, theirs.names)...)
	}
	if ours.tag != theirs.tag {
		all = append(all, "tag: "+ours.tag+", not "+theirs.tag)
	}
	return strings.Join(all, "; ")
}

// differentRow says which row is another, in whatever order they came.
func differentRow(ours, theirs []string) string {
	ours, theirs = slices.Sorted(slices.Values(ours)), slices.Sorted(slices.Values(theirs))
	for i, row := range ours {
		if row != theirs[i] {
			return "row: " + shortened(row) + ", not " + shortened(theirs[i])
		}
	}
	return "order of the rows"
}

// pairs says which of ours are other than theirs, each pair once.
func pairs(what string, ours, theirs []string) []string {
	var list []string
	for i := range ours {
		if p := ours[i] + " for " + theirs[i]; ours[i] != theirs[i] && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if list == nil {
		return nil
	}
	return []string{what + ": " + strings.Join(list, ", ")}
}

func typeNames(oids []uint32) []string {
	names, known := make([]string, len(oids)), pgtype.NewMap()
	for i, oid := range oids {
		const firstUsers = 16384 // number of an object that no initdb has made
		if names[i] = strconv.Itoa(int(oid)); oid >= firstUsers {
			names[i] = "a table's own"
		}
		if t, ok := known.TypeForOID(oid); ok {
			names[i] = t.Name
		}
	}
	return names
}

// shortened is s, up to a length that tells what it is.
func shortened(s string) string {
	const most = 100
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
