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
	// Derived: the client did not write the text, so positions in it mean nothing to it.
	Derived bool
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
			start := int(toks[first].Start)
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
		s.Tokens[i] = Token{t.Start - off, t.End - off, t.Kind}
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

// From returns the statement that begins at token i of s.
func (s *Statement) From(i int) Statement {
	t := newStatement(s.Text, s.Tokens[i:], 0)
	t.Chars = s.Chars + utf8.RuneCountInString(s.Text[:s.Tokens[i].Start])
	return t
}

// Part is a piece of a statement: its text, and where it begins there, in bytes.
type Part struct {
	Text  string
	Start int
}

// Arguments returns what stands between the parentheses that open at token i, divided at the commas that are not inside
// further parentheses or brackets, and the index of the token after them. ok is false when they do not close, or an
// argument is empty.
func (s *Statement) Arguments(i int) (list []Part, next int, ok bool) {
	if !s.IsAny(i, "(", "[", "{") {
		return nil, 0, false
	}
	depth, first := 0, i+1
	for ; i < len(s.Tokens); i++ {
		switch {
		case s.IsAny(i, "(", "[", "{"):
			depth++
		case s.IsAny(i, ")", "]", "}"):
			depth--
		}
		if depth == 0 || depth == 1 && s.Is(i, ",") {
			if i == first {
				return nil, 0, false
			}
			start := s.Tokens[first].Start
			list = append(list, Part{s.Text[start:s.Tokens[i-1].End], int(start)})
			first = i + 1
		}
		if depth == 0 {
			return list, i + 1, true
		}
	}
	return nil, 0, false
}

// SyntaxErrorAt returns 42601 at token i, or at the end of the statement.
func (s *Statement) SyntaxErrorAt(i int) error {
	if i >= len(s.Tokens) {
		return pgerror.New(pgerror.SyntaxError, "syntax error at end of input").At(len(s.Text) + 1)
	}
	return pgerror.Newf(pgerror.SyntaxError, "syntax error at or near \"%s\"", s.Raw(i)).At(int(s.Tokens[i].Start) + 1)
}

// Is tells whether token i is the word w, given in upper case, or the operator w.
func (s *Statement) Is(i int, w string) bool {
	if i < 0 || i >= len(s.Tokens) || s.Tokens[i].Kind != Word && s.Tokens[i].Kind != Op {
		return false
	}
	raw := s.Raw(i)
	return len(raw) == len(w) && strings.EqualFold(raw, w)
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
	for len(body) > 0 {
		switch {
		case body[0] == '\'':
			b.WriteByte('\'')
			body = body[min(2, len(body)):]
		case body[0] == '\\' && len(body) > 1:
			text, n := unescape(body[1:])
			b.WriteString(text)
			body = body[1+n:]
		default:
			b.WriteByte(body[0])
			body = body[1:]
		}
	}
	return b.String()
}

// unescape reads what follows a backslash: the text it stands for, and its length (section 4.1.2.2 of the manual).
func unescape(s string) (text string, n int) {
	digits := func(from, most, base int) (uint64, int) {
		end := from
		for end < len(s) && end < from+most && strings.IndexByte("0123456789abcdefABCDEF"[:min(base, 10)+2*max(base-10, 0)], s[end]) >= 0 {
			end++
		}
		v, _ := strconv.ParseUint(s[from:end], base, 32)
		return v, end
	}
	switch s[0] {
	case 'n':
		return "\n", 1
	case 't':
		return "\t", 1
	case 'r':
		return "\r", 1
	case 'b':
		return "\b", 1
	case 'f':
		return "\f", 1
	case 'x':
		if v, end := digits(1, 2, 16); end > 1 {
			return string([]byte{byte(v)}), end
		}
	case 'u', 'U':
		if v, end := digits(1, map[byte]int{'u': 4, 'U': 8}[s[0]], 16); end > 1 {
			return string(rune(v)), end
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, end := digits(0, 3, 8)
		return string([]byte{byte(v)}), end
	}
	_, size := utf8.DecodeRuneInString(s)
	return s[:size], size
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
			return 0, pgerror.Newf(pgerror.UndefinedParameter, "there is no parameter %s", s.Raw(i)).At(int(t.Start) + 1)
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// NoParams returns an error (42P02) at the first parameter: for a statement that was given none.
func (s *Statement) NoParams() error {
	for i, t := range s.Tokens {
		if t.Kind == Param {
			return pgerror.Newf(pgerror.UndefinedParameter, "there is no parameter %s", s.Raw(i)).At(int(t.Start) + 1)
		}
	}
	return nil
}

// ParamNumber returns n of the token $n; 0 for one too large to be a number.
func (s *Statement) ParamNumber(i int) int {
	raw := s.Raw(i)
	if raw == "" || raw[0] != '$' {
		return 0
	}
	n, err := strconv.Atoi(raw[1:])
	if err != nil {
		return 0
	}
	return n
}

// Rewritten is a statement's text after a rewrite, with the way back for positions.
type Rewritten struct {
	Text  string
	edits []edit
	// from is what the text was rewritten from, when that had been rewritten itself.
	from *Rewritten
}

// Then returns next, a rewrite of r's text, as one of what r was made from.
func (r Rewritten) Then(next Rewritten) Rewritten {
	next.from = &r
	return next
}

// edit: the bytes from start to end of the rewritten text stand for those from origin on.
type edit struct{ start, end, origin, originEnd int }

// ReplaceParams returns the text with each $n written as values[n-1].
func (s *Statement) ReplaceParams(values []string) string {
	w := rewrite{Statement: s}
	for i, t := range s.Tokens {
		if t.Kind != Param {
			continue
		}
		if n := s.ParamNumber(i); n >= 1 && n <= len(values) {
			w.put(i, values[n-1])
		}
	}
	return w.text().Text
}

// Origin turns a byte offset of the rewritten text into one of the original.
func (r *Rewritten) Origin(pos int) int {
	shift := 0
	for _, e := range r.edits {
		if pos < e.start {
			break
		}
		if pos < e.end {
			return r.origin(e.origin)
		}
		shift = e.originEnd - e.end
	}
	return r.origin(pos + shift)
}

func (r *Rewritten) origin(pos int) int {
	if r.from == nil {
		return pos
	}
	return r.from.Origin(pos)
}
