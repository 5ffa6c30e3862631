package dispatch

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// ofValues are the SQLSTATEs of values that are wrong. PostgreSQL points at such a one where it is a literal; a value that
// comes of a computation it has no place for.
var ofValues = []pgerror.Code{
	pgerror.InvalidTextRepresentation, pgerror.NumericValueOutOfRange, pgerror.InvalidDatetimeFormat, pgerror.DatetimeFieldOverflow,
	pgerror.InvalidRowCountInLimitClause,
}

// locate turns an error's position, a byte of the statement that was sent (rewritten, if not nil), into what clients are
// told: a character of the string that the statement came from.
func locate(err error, st *sqltext.Statement, rewritten *sqltext.Rewritten) error {
	var e *pgerror.Error
	if !errors.As(err, &e) {
		return err
	}
	if name, ok := strings.CutPrefix(e.Message, "relation "); ok && e.Code == pgerror.UndefinedTable && st.Is(0, "DROP") {
		c := *e
		c.Message = strings.ToLower(st.Raw(1)) + " " + name // DROP names what it looked for: table "t" does not exist
		e = &c
	}
	if e.Position <= 0 {
		return e
	}
	if st.Derived {
		return e.At(0)
	}
	pos := e.Position - 1
	if rewritten != nil {
		pos = rewritten.Origin(pos)
	}
	pos = min(max(pos, 0), len(st.Text))
	if slices.Contains(ofValues, e.Code) {
		if pos = st.LiteralAt(pos); pos < 0 {
			return e.At(0)
		}
	}
	return e.At(st.Chars + utf8.RuneCountInString(st.Text[:pos]) + 1)
}
