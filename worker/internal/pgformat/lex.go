package pgformat

import "unicode/utf8"

// literal is text of a format that is no pattern.
type literal struct {
	text   string
	quoted bool
}

// lex splits a format. At each place outside quotes, pattern says how many bytes it takes there, and whether these end
// with a pattern; if not, what follows them is literal text even where it looks like a pattern.
func lex(format string, pattern func(rest string) (n int, ok bool), text func(literal)) {
	for format != "" {
		n, ok := pattern(format)
		format = format[n:]
		switch {
		case ok || format == "":
		case format[0] == '"':
			format = lexQuoted(format[1:], text)
		default:
			if format[0] == '\\' && len(format) > 1 && format[1] == '"' {
				format = format[1:] // elsewhere outside quotes a backslash is itself
			}
			_, size := utf8.DecodeRuneInString(format)
			text(literal{text: format[:size]})
			format = format[size:]
		}
	}
}

// lexQuoted reads the inside of quotes, where a backslash takes its special meaning from any character, and returns what
// follows the closing quote. A missing one is no error.
func lexQuoted(s string, text func(literal)) (rest string) {
	for s != "" {
		if s[0] == '"' {
			return s[1:]
		}
		if s[0] == '\\' && len(s) > 1 {
			s = s[1:]
		}
		_, size := utf8.DecodeRuneInString(s)
		text(literal{text: s[:size], quoted: true})
		s = s[size:]
	}
	return ""
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isSeparator tells whether c is ASCII punctuation, which to_date and to_timestamp take for one another.
func isSeparator(c byte) bool {
	letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	return c > ' ' && c < 0x7f && !letter && !isDigit(c)
}

// skipSpaces returns s without the white space that it begins with.
func skipSpaces(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}
