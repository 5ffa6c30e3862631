package pgformat

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/angelerator/tavana/internal/pgerror"
)

var rewrite = flag.Bool("rewrite", false, "ask a PostgreSQL 15 for the answers of testdata")

// goldenCase is a line of testdata: "value" "format" = answer.
type goldenCase struct {
	value, format, answer string
}

// differences are the cases that are answered otherwise than by PostgreSQL, and why.
var differences = map[[3]string]string{
	{"to_timestamp", "294276-12-31", "YYYY-MM-DD"}: "64 bits of microseconds since 1970 end in 294247",
	{"to_date", "-36091", "J"}:                     "PostgreSQL's Julian days wrap around before 4801 BC",
	{"to_char_interval", "-350946192 months -58241592 days 1477858929 microseconds", "ddd,Iyy"}: "PostgreSQL's Julian days wrap around beyond the year 5874898",
}

// The answers of testdata are a real PostgreSQL's. Each file is named after a function of the table functions; a new case
// is a line without its answer, which -rewrite asks for.
func TestAnswersArePostgreSQLs(t *testing.T) {
	if *rewrite {
		rewriteGoldens(t)
	}
	total := 0
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			cases := readGolden(t, f.name)
			if len(cases) < 20 {
				t.Fatalf("only %d cases", len(cases))
			}
			for _, c := range cases {
				got := answerOf(f, c.value, c.format)
				if why, ok := differences[[3]string{f.name, c.value, c.format}]; ok {
					if got == c.answer {
						t.Errorf("%s(%q, %q) no longer differs: %s", f.name, c.value, c.format, why)
					}
					continue
				}
				if got != c.answer {
					t.Errorf("%s(%q, %q)\n      got %s\nPostgreSQL %s", f.name, c.value, c.format, got, c.answer)
				}
			}
			total += len(cases)
		})
	}
	t.Logf("%d cases", total)
}

// answerOf writes what f answers as testdata does.
func answerOf(f function, value, format string) string {
	text, err := f.ours(value, format)
	return formatAnswer(text, err)
}

func formatAnswer(text string, err error) string {
	var e *pgerror.Error
	switch {
	case errors.Is(err, ErrNull):
		return "NULL"
	case errors.As(err, &e):
		s := "error " + string(e.Code) + " " + strconv.Quote(e.Message)
		if e.Detail != "" {
			s += " detail " + strconv.Quote(e.Detail)
		}
		if e.Hint != "" {
			s += " hint " + strconv.Quote(e.Hint)
		}
		return s
	case err != nil:
		return "untyped error " + err.Error()
	}
	return strconv.Quote(text)
}

func goldenPath(name string) string { return filepath.Join("testdata", name+".txt") }

func readGolden(t testing.TB, name string) (cases []goldenCase) {
	t.Helper()
	b, err := os.ReadFile(goldenPath(name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		c, err := parseCase(strings.TrimSuffix(line, "\n"))
		if err != nil {
			t.Fatalf("%s: %s: %v", name, line, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func parseCase(line string) (c goldenCase, err error) {
	for _, dst := range []*string{&c.value, &c.format} {
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return c, err
		}
		if *dst, err = strconv.Unquote(quoted); err != nil {
			return c, err
		}
		line = strings.TrimPrefix(line[len(quoted):], " ")
	}
	c.answer = strings.TrimPrefix(line, "= ")
	return c, nil
}

func rewriteGoldens(t *testing.T) {
	t.Helper()
	pg := startPostgreSQL(t)
	for _, f := range functions {
		var b bytes.Buffer
		w := bufio.NewWriter(&b)
		for _, c := range readGolden(t, f.name) {
			fmt.Fprintf(w, "%q %q = %s\n", c.value, c.format, pg.answer(t, f, c.value, c.format))
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenPath(f.name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
