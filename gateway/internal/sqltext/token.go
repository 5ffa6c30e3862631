// Package sqltext reads SQL as tokens: enough to split a string into statements, to tell what kind each is, to find the
// functions and files it names, and to do the few rewrites of the gateway. It is no parser: what a statement means is
// DuckDB's to say. It never looks inside strings, comments and quoted names, and is fuzzed.
//
// The lexical rules are section 4.1 of the PostgreSQL manual: strings ” and E” and $tag$, names and "names", nested
// comments, parameters $1. They are DuckDB's as well.
package sqltext

import (
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Kind is what a token is.
type Kind uint8

// The kinds of token.
const (
	Word   Kind = iota // a name or keyword without quotes
	Quoted             // a "name"
	String             // '…', E'…', B'…', X'…', $tag$…$tag$
	Number
	Param // $1
	Op    // an operator or a punctuation character
)

// Token is a piece of the statement: sql[Start:End].
type Token struct {
	Start, End int32
	Kind       Kind
}

// maxTokens bounds what a client can make a text cost: twelve bytes a token.
const maxTokens = 2_000_000

// Tokenize returns the tokens of sql without comments and white space. An unterminated string, name or comment is a
// syntax error (42601) at its beginning; a NUL byte is 22021.
func Tokenize(sql string) ([]Token, error) {
	if i := strings.IndexByte(sql, 0); i >= 0 {
		return nil, pgerror.New(pgerror.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`).At(i + 1)
	}
	if !utf8.ValidString(sql) {
		return nil, pgerror.New(pgerror.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8"`)
	}
	l := lexer{sql: sql}
	toks := make([]Token, 0, min(len(sql)/4+4, 1024))
	for {
		t, ok, err := l.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return toks, nil
		}
		if toks = append(toks, t); len(toks) > maxTokens {
			return nil, pgerror.Newf(pgerror.StatementTooComplex, "the text has more than %d tokens", maxTokens).
				WithHint("Send the rows as parameters, or load them from a file.")
		}
	}
}

type lexer struct {
	sql string
	pos int
}

func (l *lexer) next() (Token, bool, error) {
	if err := l.skipSpace(); err != nil {
		return Token{}, false, err
	}
	if l.pos >= len(l.sql) {
		return Token{}, false, nil
	}
	start := l.pos
	kind, err := l.scan()
	return Token{int32(start), int32(l.pos), kind}, true, err
}

func (l *lexer) at(i int) byte {
	if l.pos+i < len(l.sql) {
		return l.sql[l.pos+i]
	}
	return 0
}

// skipSpace skips white space and comments, which nest.
func (l *lexer) skipSpace() error {
	for l.pos < len(l.sql) {
		switch c := l.at(0); {
		case c == ' ' || c >= '\t' && c <= '\r':
			l.pos++
		case l.wideSpace() > 0:
			l.pos += l.wideSpace()
		case c == '-' && l.at(1) == '-':
			end := strings.IndexAny(l.sql[l.pos:], "\n\r")
			if end < 0 {
				l.pos = len(l.sql)
			} else {
				l.pos += end + 1
			}
		case c == '/' && l.at(1) == '*':
			if err := l.skipComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

// wideSpace returns the length of the white space beyond ASCII that begins here; 0: there is none. DuckDB takes these
// characters for blanks, so they must not be letters here: a name could hide behind one.
func (l *lexer) wideSpace() int {
	if l.at(0) < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeRuneInString(l.sql[l.pos:])
	switch {
	case r == 0xA0, r >= 0x2000 && r <= 0x200B, r == 0x202F, r == 0x205F, r == 0x2060, r == 0x3000, r == 0xFEFF:
		return n
	}
	return 0
}

func (l *lexer) skipComment() error {
	start, depth := l.pos, 0
	for l.pos < len(l.sql) {
		switch {
		case l.at(0) == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case l.at(0) == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return nil
			}
		default:
			l.pos++
		}
	}
	return l.unterminated("/* comment", start)
}

func (l *lexer) unterminated(what string, start int) error {
	return pgerror.Newf(pgerror.SyntaxError, "unterminated %s at or near \"%s\"", what, l.sql[start:]).At(start + 1)
}

func (l *lexer) scan() (Kind, error) {
	c := l.at(0)
	switch {
	case c == '\'':
		return String, l.scanQuoted('\'', false, "quoted string")
	case (c == 'e' || c == 'E') && l.at(1) == '\'':
		l.pos++
		return String, l.scanEscaped()
	case (c == 'b' || c == 'B' || c == 'x' || c == 'X' || c == 'n' || c == 'N') && l.at(1) == '\'':
		l.pos++
		return String, l.scanQuoted('\'', false, "quoted string")
	case (c == 'u' || c == 'U') && l.at(1) == '&' && (l.at(2) == '\'' || l.at(2) == '"'):
		return String, pgerror.New(pgerror.FeatureNotSupported, "U& strings and names are not supported").At(l.pos + 1)
	case c == '"':
		return Quoted, l.scanQuoted('"', false, "quoted identifier")
	case c == '$':
		return l.scanDollar()
	case isLetter(c): // wide blanks have been skipped
		l.scanWord()
		return Word, nil
	case isDigit(c), c == '.' && isDigit(l.at(1)):
		l.scanNumber()
		return Number, nil
	}
	l.scanOp()
	return Op, nil
}

// scanQuoted reads to the closing quote; a doubled quote is part of the text, and so is what follows a backslash where
// backslashes escape.
func (l *lexer) scanQuoted(quote byte, escapes bool, what string) error {
	start := l.pos
	for l.pos++; l.pos < len(l.sql); l.pos++ {
		switch c := l.at(0); {
		case c == '\\' && escapes:
			l.pos++
		case c == quote && l.at(1) == quote:
			l.pos++
		case c == quote:
			l.pos++
			return nil
		}
	}
	l.pos = len(l.sql)
	return l.unterminated(what, start)
}

// scanEscaped reads an E'…' string. One that goes on in another string on a later line (E'a' … 'b') is refused: its second
// part would be read with backslashes, as no other string that begins with a quote is.
func (l *lexer) scanEscaped() error {
	start := l.pos
	if err := l.scanQuoted('\'', true, "quoted string"); err != nil {
		return err
	}
	end := l.pos
	if err := l.skipSpace(); err != nil {
		return err
	}
	if l.at(0) == '\'' && strings.ContainsAny(l.sql[end:l.pos], "\n\r") {
		return pgerror.New(pgerror.FeatureNotSupported, "an E'' string cannot go on in another line's string").At(start + 1)
	}
	l.pos = end
	return nil
}

// scanDollar reads $1, $tag$…$tag$ or a lone $.
func (l *lexer) scanDollar() (Kind, error) {
	if isDigit(l.at(1)) {
		for l.pos++; isDigit(l.at(0)); l.pos++ {
		}
		return Param, nil
	}
	n := 1
	for isLetter(l.at(n)) || n > 1 && isDigit(l.at(n)) {
		n++
	}
	if l.at(n) != '$' {
		l.pos++
		return Op, nil
	}
	start := l.pos
	tag := l.sql[l.pos : l.pos+n+1]
	l.pos += n + 1
	end := strings.Index(l.sql[l.pos:], tag)
	if end < 0 {
		l.pos = len(l.sql)
		return String, l.unterminated("dollar-quoted string", start)
	}
	l.pos += end + len(tag)
	return String, nil
}

func (l *lexer) scanWord() {
	for c := l.at(0); (isLetter(c) || isDigit(c) || c == '$') && l.wideSpace() == 0; c = l.at(0) {
		l.pos++
	}
}

func (l *lexer) scanNumber() {
	l.scanDigits()
	if l.at(0) == '.' && l.at(1) != '.' {
		l.pos++
		l.scanDigits()
	}
	if c := l.at(0); c == 'e' || c == 'E' {
		n := 1
		if l.at(1) == '+' || l.at(1) == '-' {
			n = 2
		}
		if isDigit(l.at(n)) {
			for l.pos += n; isDigit(l.at(0)); l.pos++ {
			}
		}
	}
}

// scanDigits reads digits; an underscore belongs to them between two.
func (l *lexer) scanDigits() {
	for isDigit(l.at(0)) || l.at(0) == '_' && l.pos > 0 && isDigit(l.sql[l.pos-1]) && isDigit(l.at(1)) {
		l.pos++
	}
}

// scanOp reads "::", ":=", "=>", "->", "->>" and comparison operators whole, any other character by itself.
func (l *lexer) scanOp() {
	for _, op := range []string{"->>", "::", ":=", "=>", "->", "<=", ">=", "<>", "!=", "||"} {
		if strings.HasPrefix(l.sql[l.pos:], op) {
			l.pos += len(op)
			return
		}
	}
	_, n := utf8.DecodeRuneInString(l.sql[l.pos:])
	l.pos += n
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
