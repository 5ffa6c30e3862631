package sqltext

import (
	"regexp"
	"slices"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Some texts mean another value to DuckDB than to PostgreSQL, without an error: '0044-03-15 BC' would be a day of our era,
// and '\x00ff' three bytes. Where a cast beside the literal tells its type, it is written as DuckDB reads it. Elsewhere
// nobody can tell whether it is to become a date, bytes or just text, so it is refused rather than bent.

var (
	dateBC   = regexp.MustCompile(`(?i)^\s*\d{1,7}-\d{1,2}-\d{1,2}(\s+[\d:.+-]+)?\s+BC\s*$`)
	hexBytea = regexp.MustCompile(`(?i)^\\x([0-9a-f]{2}){2,}$`)
)

// literal returns string token i, in plain quotes, as DuckDB reads it.
func (s *Statement) literal(i int, raw string) string {
	body := raw[1 : len(raw)-1]
	switch {
	case !strings.ContainsAny(body, `bB\`):
	case dateBC.MatchString(body) && s.isCast(i, dateTypes):
		return "'" + Era(body) + "'"
	case body == `\x` && s.isCast(i, byteaTypes):
		return "''"
	case hexBytea.MatchString(body) && s.isCast(i, byteaTypes):
		var b strings.Builder
		b.WriteByte('\'')
		for h := body[2:]; h != ""; h = h[2:] {
			b.WriteString(`\x` + h[:2])
		}
		b.WriteByte('\'')
		return b.String()
	}
	return raw
}

// Bent returns an error (0A000) at a literal that DuckDB may take for another value.
func (s *Statement) Bent() error {
	for i, t := range s.Tokens {
		if t.Kind != String || s.isCast(i, textTypes) {
			continue
		}
		text := Unquote(s.Raw(i))
		plain := s.Raw(i)[0] == '\''
		switch {
		case dateBC.MatchString(text) && !(plain && s.isCast(i, dateTypes)):
			return bent(t, "a date BC needs its type", "Write DATE '…' or '…'::timestamp; for a text, '…'::text.")
		case hexBytea.MatchString(text) && !(plain && s.isCast(i, byteaTypes)):
			return bent(t, "bytes in hexadecimal need their type", `Write '\x…'::bytea; for a text, '\x…'::text.`)
		}
	}
	return nil
}

func bent(t Token, message, hint string) error {
	return pgerror.New(pgerror.FeatureNotSupported, message).WithHint("%s", hint).At(int(t.Start) + 1)
}

var (
	dateTypes  = []string{"DATE", "TIMESTAMP", "TIMESTAMPTZ"}
	byteaTypes = []string{"BYTEA", "BLOB"}
	textTypes  = []string{"TEXT", "VARCHAR"}
)

// isCast tells whether string token i is cast to one of the types: DATE '…', '…'::date, CAST('…' AS date).
func (s *Statement) isCast(i int, types []string) bool {
	return s.IsAny(i-1, types...) || (s.Is(i+1, "::") || s.Is(i+1, "AS")) && s.IsAny(i+2, types...)
}

// Era puts the BC of a date or timestamp where DuckDB reads it: behind the day, in parentheses. DuckDB leaves out what
// PostgreSQL writes at the end, and makes it a day of our era.
func Era(s string) string {
	body := strings.TrimRight(s, " ")
	if len(body) < 3 || !strings.EqualFold(body[len(body)-3:], " BC") {
		return s
	}
	day, rest, _ := strings.Cut(strings.TrimSpace(body[:len(body)-3]), " ")
	if rest != "" {
		rest = " " + rest
	}
	return day + " (BC)" + rest
}

// LiteralAt returns where the string starts that stands at byte pos, or is cast there: by '…'::type, CAST('…' AS type) or
// type '…'; -1: there is none.
func (s *Statement) LiteralAt(pos int) int {
	i, ok := slices.BinarySearchFunc(s.Tokens, pos, func(t Token, pos int) int { return int(t.Start) - pos })
	switch {
	case !ok:
		return -1
	case s.Tokens[i].Kind == String:
	case s.Is(i, "::"):
		i--
	case s.Is(i, "CAST") && s.Is(i+1, "("):
		i += 2
	default:
		i++
	}
	if i < 0 || i >= len(s.Tokens) || s.Tokens[i].Kind != String {
		return -1
	}
	return int(s.Tokens[i].Start)
}
