package session

import (
	"math"
	"time"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Cursor is where a cursor stands among its rows, which have the numbers 0, 1, 2 …: after the first passed ones, or behind
// the last of all. The rules are PostgreSQL's (its portals' run and fetch functions).
type Cursor struct {
	sqltext.Declaration
	// Text is the statement that declared it, Declared when that was.
	Text     string
	Declared time.Time

	passed uint64
	atEnd  bool
}

// Has tells a Cursor whether a row exists; if not, how many rows there are. It may have to read on to know.
type Has func(row uint64) (ok bool, total uint64, err error)

// Walk is the last leg of a movement: the rows that are to be given.
type Walk struct {
	c        *Cursor
	backward bool
	left     uint64
}

// AllRows returns the walk over a portal that only goes on: all its rows, from the first.
func AllRows() *Walk { return &Walk{c: &Cursor{}, left: math.MaxUint64} }

var errForwardOnly = pgerror.New(pgerror.ObjectNotInPrerequisiteState, "cursor can only scan forward").
	WithHint("Declare it with SCROLL option to enable backward scan.")

// Start begins a movement: it goes where the rows to be given begin.
func (c *Cursor) Start(m *sqltext.Movement, has Has) (*Walk, error) {
	switch m.Direction {
	case sqltext.Absolute:
		return c.absolute(m.Count, has)
	case sqltext.Relative:
		switch {
		case m.Count > 0:
			return c.after(&Walk{c, false, uint64(m.Count - 1)}, false, has)
		case m.Count < 0:
			return c.after(&Walk{c, true, uint64(-m.Count - 1)}, true, has)
		}
		return c.again()
	}
	backward := (m.Direction == sqltext.Backward) != (m.Count < 0)
	switch {
	case m.Count == 0:
		return c.again()
	case m.Count == sqltext.All:
		return c.walk(backward, math.MaxUint64)
	}
	return c.walk(backward, uint64(max(m.Count, -m.Count)))
}

func (c *Cursor) walk(backward bool, rows uint64) (*Walk, error) {
	if backward && c.NoScroll {
		return nil, errForwardOnly
	}
	return &Walk{c, backward, rows}, nil
}

// after goes a walk without giving its rows, and then one row in a direction.
func (c *Cursor) after(w *Walk, backward bool, has Has) (*Walk, error) {
	if (w.backward || backward) && c.NoScroll {
		return nil, errForwardOnly
	}
	if _, err := w.Skip(has); err != nil {
		return nil, err
	}
	return &Walk{c, backward, 1}, nil
}

// again gives the row that the cursor stands on once more.
func (c *Cursor) again() (*Walk, error) {
	if c.passed == 0 || c.atEnd {
		return &Walk{c, false, 0}, nil
	}
	if c.NoScroll {
		return nil, errForwardOnly
	}
	c.passed--
	return &Walk{c, false, 1}, nil
}

func (c *Cursor) absolute(n int64, has Has) (*Walk, error) {
	switch {
	case n < 0:
		if c.NoScroll {
			return nil, errForwardOnly
		}
		if _, err := (&Walk{c, false, math.MaxUint64}).Skip(has); err != nil {
			return nil, err
		}
		return c.after(&Walk{c, true, uint64(-n - 1)}, true, has)
	case n == 0:
		return &Walk{c, false, 0}, c.rewind()
	}
	before := uint64(n - 1)
	if before < c.passed {
		if c.NoScroll {
			return nil, errForwardOnly
		}
		c.passed, c.atEnd = before, false
	}
	return c.after(&Walk{c, false, before - c.passed}, false, has)
}

func (c *Cursor) rewind() error {
	if c.NoScroll && (c.passed > 0 || c.atEnd) {
		return errForwardOnly
	}
	c.passed, c.atEnd = 0, false
	return nil
}

// Next returns the number of the row that is to be given next, and how many may be in the walk's direction. ok is false when
// there are no more, as far as is known.
func (w *Walk) Next() (row, most uint64, backward, ok bool) {
	c := w.c
	switch {
	case w.left == 0 || !w.backward && c.atEnd:
		return 0, 0, w.backward, false
	case !w.backward:
		return c.passed, w.left, false, true
	case c.atEnd:
		return c.passed - 1, min(w.left, c.passed), true, c.passed > 0
	case c.passed > 1:
		return c.passed - 2, min(w.left, c.passed-1), true, true
	}
	return 0, 0, true, false
}

// Gave notes that rows have been given, from the one on that Next returned.
func (w *Walk) Gave(rows uint64) {
	w.left -= rows
	if w.backward {
		if w.c.atEnd {
			w.c.passed, w.c.atEnd = w.c.passed+1, false
		}
		w.c.passed -= rows
		return
	}
	w.c.passed += rows
}

// Ended notes that Next had no row, or one that does not exist: the cursor stands before the first or behind the last row,
// unless the walk was long enough.
func (w *Walk) Ended() {
	switch {
	case w.left == 0:
	case w.backward:
		w.c.passed, w.c.atEnd = 0, false
	default:
		w.c.atEnd = true
	}
	w.left = 0
}

// Done tells that all the rows that were asked for have been given.
func (w *Walk) Done() bool { return w.left == 0 }

// Onward returns the row after a walk forward that has ended; ok is false when there may be none.
func (w *Walk) Onward() (row uint64, ok bool) {
	return w.c.passed, !w.backward && w.left == 0 && !w.c.atEnd
}

// Skip goes the walk without giving its rows, and returns how many they were.
func (w *Walk) Skip(has Has) (rows uint64, err error) {
	row, most, backward, ok := w.Next()
	if ok && !backward {
		last := row + most - 1
		if last < row {
			last = math.MaxUint64 // all there are
		}
		exists, total, err := has(last)
		if err != nil {
			return 0, err
		}
		if !exists {
			most = total - row
		}
	}
	if ok {
		w.Gave(most)
		rows = most
	}
	w.Ended()
	return rows, nil
}
