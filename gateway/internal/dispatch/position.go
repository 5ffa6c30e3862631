package dispatch

import (
	"errors"
	"unicode/utf8"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// locate turns an error's position, a byte of the statement that was sent (rewritten, if not nil), into what clients are
// told: a character of the string that the statement came from.
func locate(err error, st *sqltext.Statement, rewritten *sqltext.Rewritten) error {
	var e *pgerror.Error
	if !errors.As(err, &e) || e.Position <= 0 {
		return err
	}
	if st.Derived {
		return e.At(0)
	}
	pos := e.Position - 1
	if rewritten != nil {
		pos = rewritten.Origin(pos)
	}
	pos = min(max(pos, 0), len(st.Text))
	return e.At(st.Chars + utf8.RuneCountInString(st.Text[:pos]) + 1)
}
