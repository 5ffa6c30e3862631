package sqltext

import (
	"math"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Declaration is what a DECLARE says of its cursor.
type Declaration struct {
	Name         string
	Binary, Hold bool
	// Scroll and NoScroll are what was written; neither may be.
	Scroll, NoScroll bool
	Query            Statement
}

// Declaration reads DECLARE name [BINARY] [INSENSITIVE | ASENSITIVE] [[NO] SCROLL] CURSOR [{WITH | WITHOUT} HOLD] FOR query.
func (s *Statement) Declaration() (*Declaration, error) {
	d := &Declaration{Name: s.Name(1)}
	i := 2
	insensitive, asensitive := false, false
	for ; !s.Is(i, "CURSOR"); i++ {
		switch {
		case s.Is(i, "BINARY"):
			d.Binary = true
		case s.Is(i, "INSENSITIVE"):
			insensitive = true
		case s.Is(i, "ASENSITIVE"):
			asensitive = true
		case s.Is(i, "SCROLL"):
			d.Scroll = true
		case s.Is(i, "NO") && s.Is(i+1, "SCROLL"):
			d.NoScroll = true
			i++
		default:
			return nil, s.SyntaxErrorAt(i)
		}
	}
	i++
	if s.IsAny(i, "WITH", "WITHOUT") && s.Is(i+1, "HOLD") {
		d.Hold = s.Is(i, "WITH")
		i += 2
	}
	switch {
	case d.Name == "":
		return nil, s.SyntaxErrorAt(1)
	case !s.Is(i, "FOR"):
		return nil, s.SyntaxErrorAt(i)
	case i+1 >= len(s.Tokens) || s.verbAt(i+1) != Select:
		return nil, s.SyntaxErrorAt(i + 1)
	case d.Scroll && d.NoScroll:
		return nil, pgerror.New(pgerror.InvalidCursorDefinition, "cannot specify both SCROLL and NO SCROLL")
	case insensitive && asensitive:
		return nil, pgerror.New(pgerror.InvalidCursorDefinition, "cannot specify both INSENSITIVE and ASENSITIVE")
	}
	d.Query = s.From(i + 1)
	return d, nil
}

// Direction is where a FETCH goes to.
type Direction uint8

// The directions: Absolute and Relative give one row at most.
const (
	Forward Direction = iota
	Backward
	Absolute
	Relative
)

// All is the count of a FETCH ALL.
const All = math.MaxInt64

// Movement is what a FETCH or MOVE says.
type Movement struct {
	Cursor    string
	Direction Direction
	// Count is of rows, or, for Absolute and Relative, a row's number.
	Count int64
	// Silent: a MOVE, whose rows nobody wants.
	Silent bool
}

// Movement reads FETCH or MOVE [direction] [FROM | IN] name.
func (s *Statement) Movement() (*Movement, error) {
	m := &Movement{Count: 1, Silent: s.Is(0, "MOVE")}
	i := 1
	// What can be a direction is one unless nothing follows: then it is the cursor's name.
	if len(s.Tokens) > 2 {
		var err error
		if i, err = s.direction(m); err != nil {
			return nil, err
		}
	}
	if s.IsAny(i, "FROM", "IN") {
		i++
	}
	if m.Cursor = s.Name(i); m.Cursor == "" || i+1 < len(s.Tokens) {
		if m.Cursor != "" {
			i++
		}
		return nil, s.SyntaxErrorAt(i)
	}
	return m, nil
}

// direction reads what stands between the verb and FROM, IN or the name, and returns the index after it.
func (s *Statement) direction(m *Movement) (next int, err error) {
	counted := func(d Direction) (int, error) {
		m.Direction = d
		switch n, next, ok := s.signed(2); {
		case ok:
			m.Count = n
			return next, nil
		case d == Forward || d == Backward:
			if s.Is(2, "ALL") {
				m.Count = All
				return 3, nil
			}
			return 2, nil
		}
		return 0, s.SyntaxErrorAt(2)
	}
	switch {
	case s.Is(1, "NEXT"):
		return 2, nil
	case s.Is(1, "PRIOR"):
		m.Direction = Backward
		return 2, nil
	case s.Is(1, "FIRST"):
		m.Direction = Absolute
		return 2, nil
	case s.Is(1, "LAST"):
		m.Direction, m.Count = Absolute, -1
		return 2, nil
	case s.Is(1, "ALL"):
		m.Count = All
		return 2, nil
	case s.Is(1, "ABSOLUTE"):
		return counted(Absolute)
	case s.Is(1, "RELATIVE"):
		return counted(Relative)
	case s.Is(1, "FORWARD"):
		return counted(Forward)
	case s.Is(1, "BACKWARD"):
		return counted(Backward)
	}
	if n, next, ok := s.signed(1); ok {
		m.Count = n
		return next, nil
	}
	return 1, nil
}

// signed reads a number of 32 bits, perhaps with a sign, at token i, and returns the index after it.
func (s *Statement) signed(i int) (n int64, next int, ok bool) {
	sign := ""
	if s.IsAny(i, "+", "-") {
		sign = s.Raw(i)
		i++
	}
	if i >= len(s.Tokens) || s.Tokens[i].Kind != Number {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(sign, "+")+s.Raw(i), 10, 32)
	return n, i + 1, err == nil
}

// Closing reads CLOSE {name | ALL}.
func (s *Statement) Closing() (name string, all bool, err error) {
	name = s.Name(1)
	if name == "" || len(s.Tokens) != 2 {
		return "", false, s.SyntaxErrorAt(min(len(s.Tokens), 2))
	}
	return name, s.Is(1, "ALL"), nil
}
