package pgfunc

import (
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

const blanks = " \t\n\r\v\f"

// Elements returns the texts of the elements of an array's literal with one dimension, {a,"b c",NULL}, or of a list as DuckDB
// writes and reads it, [a, 'b c', NULL].
func Elements(s string) ([]Value, error) {
	const most = 8 << 20 // bytes; the elements' texts take some twenty times as much, beside what DuckDB counts
	if len(s) > most {
		return nil, pgerror.Newf(pgerror.ProgramLimitExceeded, "text of an array of more than %d bytes", most)
	}
	trimmed := strings.Trim(s, blanks)
	if strings.HasPrefix(trimmed, "{") {
		v, err := textArray([]Value{text(s)})
		return v.List, err
	}
	if len(trimmed) >= 2 && trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']' {
		if list, ok := listElements(trimmed[1 : len(trimmed)-1]); ok {
			return list, nil
		}
	}
	return nil, malformedArray(s)
}

func malformedArray(s string) error {
	return pgerror.New(pgerror.InvalidTextRepresentation, `malformed array literal: "`+s+`"`)
}

// closing are the brackets that end what others begin.
var closing = map[byte]byte{'[': ']', '{': '}', '(': ')'}

// listElements reads what stands between the brackets of a list. Quotes hide commas and blanks, and so do brackets, in which
// everything stays as it is.
func listElements(s string) (list []Value, ok bool) {
	if strings.Trim(s, blanks) == "" {
		return nil, true
	}
	list = make([]Value, 0, strings.Count(s, ",")+1)
	for {
		end, ok := elementEnd(s)
		if !ok {
			return nil, false
		}
		raw := strings.Trim(s[:end], blanks)
		if strings.EqualFold(raw, "null") {
			list = append(list, Value{Null: true})
		} else {
			list = append(list, text(unquoted(raw)))
		}
		if end == len(s) {
			return list, true
		}
		s = s[end+1:]
	}
}

// elementEnd returns where the first element ends, at a comma or the end.
func elementEnd(s string) (end int, ok bool) {
	var open []byte // what is to be closed: brackets, or a quote as the last
	for i := 0; i < len(s); i++ {
		c, last := s[i], byte(0)
		if len(open) > 0 {
			last = open[len(open)-1]
		}
		quoted := last == '\'' || last == '"'
		switch {
		case c == '\\' && i+1 < len(s) && (quoted || s[i+1] == '\'' || s[i+1] == '"'):
			i++
		case last != 0 && c == last:
			open = open[:len(open)-1]
		case quoted:
		case c == '\'' || c == '"':
			open = append(open, c)
		case closing[c] != 0:
			open = append(open, closing[c])
		case c == ',' && last == 0:
			return i, true
		}
	}
	return len(s), len(open) == 0
}

// unquoted returns an element's text without the quotes and backslashes outside of brackets.
func unquoted(s string) string {
	var out strings.Builder
	var open []byte
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case len(open) == 0 && c == '\\' && i+1 < len(s) && (quote != 0 || s[i+1] == '\'' || s[i+1] == '"'):
			i++
			c = s[i]
		case len(open) == 0 && quote != 0 && c == quote:
			quote = 0
			continue
		case len(open) == 0 && quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0:
		case closing[c] != 0:
			open = append(open, closing[c])
		case len(open) > 0 && c == open[len(open)-1]:
			open = open[:len(open)-1]
		}
		out.WriteByte(c)
	}
	return out.String()
}
