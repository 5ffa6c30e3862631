package sqltext

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Statement is one statement of a string, without its semicolon.
type Statement struct {
	// Text is what the client wrote, from the first token to the last.
	Text string
	// Tokens index into Text.
	Tokens []Token
	// Chars is how many characters stand before Text in the string it came from: clients are told positions in characters.
	Chars int
}

// Split divides sql at its semicolons. Empty statements and lone comments leave nothing.
func Split(sql string) ([]Statement, error) {
	toks, err := Tokenize(sql)
	if err != nil {
		return nil, err
	}
	var out []Statement
	first, chars, counted := 0, 0, 0
	for i := 0; i <= len(toks); i++ {
		if i < len(toks) && sql[toks[i].Start:toks[i].End] != ";" {
			continue
		}
		if i > first {
			start := toks[first].Start
			chars += utf8.RuneCountInString(sql[counted:start])
			counted = start
			out = append(out, newStatement(sql, toks[first:i], chars))
		}
		first = i + 1
	}
	return out, nil
}

func newStatement(sql string, toks []Token, chars int) Statement {
	off := toks[0].Start
	s := Statement{Text: sql[off:toks[len(toks)-1].End], Chars: chars, Tokens: make([]Token, len(toks))}
	for i, t := range toks {
		s.Tokens[i] = Token{t.Kind, t.Start - off, t.End - off}
	}
	return s
}

// Raw returns the text of token i; "" past the end.
func (s *Statement) Raw(i int) string {
	if i < 0 || i >= len(s.Tokens) {
		return ""
	}
	return s.Text[s.Tokens[i].Start:s.Tokens[i].End]
}

// Is tells whether token i is the word w, given in upper case, or the operator w.
func (s *Statement) Is(i int, w string) bool {
	if i < 0 || i >= len(s.Tokens) || s.Tokens[i].Kind != Word && s.Tokens[i].Kind != Op {
		return false
	}
	return strings.EqualFold(s.Raw(i), w)
}

// IsAny tells whether token i is one of the words.
func (s *Statement) IsAny(i int, words ...string) bool {
	for _, w := range words {
		if s.Is(i, w) {
			return true
		}
	}
	return false
}

// Name returns token i as an identifier: quotes off, or lower-cased as PostgreSQL folds; "" when it is none.
func (s *Statement) Name(i int) string {
	if i < 0 || i >= len(s.Tokens) {
		return ""
	}
	raw := s.Raw(i)
	switch s.Tokens[i].Kind {
	case Word:
		return strings.ToLower(raw)
	case Quoted:
		return strings.ReplaceAll(raw[1:len(raw)-1], `""`, `"`)
	}
	return ""
}

// Literal returns token i as a value: a string without its quotes, or a word or number as it stands. ok is false for an
// operator.
func (s *Statement) Literal(i int) (value string, ok bool) {
	if i < 0 || i >= len(s.Tokens) {
		return "", false
	}
	raw := s.Raw(i)
	switch s.Tokens[i].Kind {
	case Op, Param:
		return "", false
	case String:
		return Unquote(raw), true
	case Quoted:
		return s.Name(i), true
	}
	return raw, true
}

// Unquote returns the text that a string token stands for.
func Unquote(raw string) string {
	if raw[0] == '$' {
		n := strings.IndexByte(raw[1:], '$') + 2
		return raw[n : len(raw)-n]
	}
	i := strings.IndexByte(raw, '\'')
	body := raw[i+1 : len(raw)-1]
	if raw[0] != 'e' && raw[0] != 'E' {
		return strings.ReplaceAll(body, "''", "'")
	}
	var b strings.Builder
	for j := 0; j < len(body); j++ {
		switch {
		case body[j] == '\'':
			j++
			b.WriteByte('\'')
		case body[j] == '\\' && j+1 < len(body):
			j++
			b.WriteString(unescape(body[j]))
		default:
			b.WriteByte(body[j])
		}
	}
	return b.String()
}

func unescape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case 'b':
		return "\b"
	case 'f':
		return "\f"
	}
	return string(c)
}

// MaxParams is PostgreSQL's: the protocol counts parameters in 16 bits.
const MaxParams = 65535

// Params returns the highest parameter number. $0 or one above MaxParams is an error (42P02).
func (s *Statement) Params() (int, error) {
	highest := 0
	for i, t := range s.Tokens {
		if t.Kind != Param {
			continue
		}
		n := s.ParamNumber(i)
		if n < 1 || n > MaxParams {
			return 0, pgerror.Newf(pgerror.UndefinedParameter, "there is no parameter %s", s.Raw(i)).At(t.Start + 1)
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// NoParams returns an error (42P02) at the first parameter: for a statement that was given none.
func (s *Statement) NoParams() error {
	for i, t := range s.Tokens {
		if t.Kind == Param {
			return pgerror.Newf(pgerror.UndefinedParameter, "there is no parameter %s", s.Raw(i)).At(t.Start + 1)
		}
	}
	return nil
}

// ParamNumber returns n of the token $n; 0 for one too large to be a number.
func (s *Statement) ParamNumber(i int) int {
	n, err := strconv.Atoi(s.Raw(i)[1:])
	if err != nil {
		return 0
	}
	return n
}

// Rewritten is a statement's text after a rewrite, with the way back for positions.
type Rewritten struct {
	Text  string
	edits []edit
}

// edit: the bytes from start to end of the rewritten text stand for those from origin on.
type edit struct{ start, end, origin, originEnd int }

// CastParams writes each $n for which types[n-1] is not "" as a cast, so that DuckDB knows its type: CAST($n AS type).
func (s *Statement) CastParams(types []string) Rewritten {
	var b strings.Builder
	r := Rewritten{}
	last := 0
	for i, t := range s.Tokens {
		if t.Kind != Param {
			continue
		}
		n := s.ParamNumber(i)
		if n < 1 || n > len(types) || types[n-1] == "" {
			continue
		}
		b.WriteString(s.Text[last:t.Start])
		start := b.Len()
		b.WriteString("CAST(" + s.Raw(i) + " AS " + types[n-1] + ")")
		r.edits = append(r.edits, edit{start, b.Len(), t.Start, t.End})
		last = t.End
	}
	b.WriteString(s.Text[last:])
	r.Text = b.String()
	return r
}

// Origin turns a byte offset of the rewritten text into one of the original.
func (r *Rewritten) Origin(pos int) int {
	shift := 0
	for _, e := range r.edits {
		if pos < e.start {
			break
		}
		if pos < e.end {
			return e.origin
		}
		shift = e.originEnd - e.end
	}
	return pos + shift
}
