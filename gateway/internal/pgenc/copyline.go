package pgenc

import (
	"bytes"

	"github.com/angelerator/tavana/internal/pgerror"
)

// lineScan finds the lines of a COPY's file. A line's end inside CSV's quotes, or behind a backslash in the text format, is
// part of a value. The first line's end says how all of them end: \n, \r or \r\n.
type lineScan struct {
	csv           bool
	quote, escape byte

	eol eol
	// What was seen of a line whose end has not come: how far, and whether that is inside quotes or behind an escape.
	seen            int
	quoted, escaped bool
}

type eol uint8

const (
	eolUnknown eol = iota
	eolLF
	eolCR
	eolCRLF
)

// next returns the first line of data without its end, and its length with it; 0 while the end is not there. final: no
// more data comes, so the last line may lack its end. plain: nothing in data is quoted, escaped or a \r.
func (s *lineScan) next(data []byte, final, plain bool) (line []byte, n int, err error) {
	i := s.seen
	if plain && s.knowsLF() {
		if end := bytes.IndexByte(data[i:], '\n'); end >= 0 {
			return s.found(data, i+end, i+end+1)
		}
		i = len(data)
	} else if s.eol == eolLF && s.quick() {
		i = s.skip(data, i)
	}
	for ; i < len(data); i++ {
		c := data[i]
		switch {
		case s.escaped:
			s.escaped = false
			if !s.csv || c == s.quote || c == s.escape {
				continue
			}
		case s.csv && s.quoted && c == s.escape && s.escape != s.quote, !s.csv && c == '\\':
			s.escaped = true
			continue
		}
		switch {
		case s.csv && c == s.quote:
			s.quoted = !s.quoted
		case s.quoted || c != '\n' && c != '\r':
		case c == '\r' && s.eol != eolLF:
			if s.eol != eolCR {
				if i+1 == len(data) && !final {
					s.seen = i
					return nil, 0, nil
				}
				if i+1 < len(data) && data[i+1] == '\n' {
					s.eol = eolCRLF
					return s.found(data, i, i+2)
				}
				if s.eol == eolCRLF {
					return nil, 0, s.stray('\r')
				}
			}
			s.eol = eolCR
			return s.found(data, i, i+1)
		case c == '\n' && (s.eol == eolUnknown || s.eol == eolLF):
			s.eol = eolLF
			return s.found(data, i, i+1)
		default:
			return nil, 0, s.stray(c)
		}
	}
	s.seen = len(data)
	if !final {
		return nil, 0, nil
	}
	if s.quoted {
		return nil, 0, pgerror.New(pgerror.BadCopyFileFormat, "unterminated CSV quoted field")
	}
	return s.found(data, len(data), len(data))
}

func (s *lineScan) found(data []byte, end, next int) ([]byte, int, error) {
	s.seen, s.quoted, s.escaped = 0, false, false
	return data[:end], next, nil
}

// knowsLF tells whether a line begins, and lines are known to end with \n.
func (s *lineScan) knowsLF() bool { return s.eol == eolLF && !s.quoted && !s.escaped }

// quick tells whether skip can be used: nothing is open, or only quotes that double themselves.
func (s *lineScan) quick() bool { return !s.escaped && (!s.csv || s.escape == s.quote) }

// skip returns the place from which data must be looked at byte by byte: the line's end where nothing before it is special,
// found by the fast functions of package bytes.
func (s *lineScan) skip(data []byte, from int) int {
	for i := from; i < len(data); {
		end := bytes.IndexByte(data[i:], '\n')
		part := data[i:]
		if end >= 0 {
			part = data[i : i+end]
		}
		if bytes.IndexByte(part, '\r') >= 0 || !s.csv && bytes.IndexByte(part, '\\') >= 0 {
			return i
		}
		if s.csv && bytes.Count(part, []byte{s.quote})%2 == 1 {
			s.quoted = !s.quoted
		}
		if end < 0 {
			return len(data)
		}
		if i += end; !s.quoted {
			return i
		}
		i++
	}
	return len(data)
}

func (s *lineScan) stray(c byte) error {
	name, escape := "newline", `\n`
	if c == '\r' {
		name, escape = "carriage return", `\r`
	}
	if s.csv {
		return pgerror.Newf(pgerror.BadCopyFileFormat, "unquoted %s found in data", name).WithHint("Use quoted CSV field to represent %s.", name)
	}
	return pgerror.Newf(pgerror.BadCopyFileFormat, "literal %s found in data", name).WithHint("Use %q to represent %s.", escape, name)
}
