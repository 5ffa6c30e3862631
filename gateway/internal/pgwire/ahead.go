package pgwire

import (
	"github.com/angelerator/tavana/gateway/internal/dispatch"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
)

// ahead is the rows that a client which reads a cursor will ask for next, if it asks as it did before: they are encoded
// while it works on those that it has. Nothing but their bytes is taken from here: what a FETCH gives is decided as ever.
type ahead struct {
	enc   *pgenc.Encoder
	place dispatch.Place
	batch *dispatch.Batch // yet to be encoded; nil: it has been
	out   []byte          // the first rows of place
	rows  int             // how many they are
}

// aheadLimit is how much is encoded ahead, in bytes. It bounds what an idle connection holds, and how long a client waits
// that asks for something else.
const aheadLimit = 256 << 10

// expect notes what follows the rows of e, all of which were sent.
func (a *ahead) expect(e *execution) {
	enc, ok := e.enc.(*pgenc.Encoder)
	if !ok {
		return
	}
	if b, place := e.rows.Following(); b != nil {
		a.drop()
		a.enc, a.place, a.batch = enc, place, b
	}
}

// encode makes the messages of what is expected. It is called while nobody waits. A client that has just done something else
// is expected to do nothing.
func (a *ahead) encode() {
	if a.batch == nil {
		*a = ahead{}
		return
	}
	// An error is left to who asks for that row.
	a.out, a.rows, _ = a.enc.Append(a.out[:0], a.batch, 0, int(a.batch.NumRows()), aheadLimit)
	a.batch.Release()
	a.batch = nil
}

// has returns how many of the rows from to to of e's batch, from the first on, stand in out as e would encode them.
func (a *ahead) has(e *execution, from, to int) int {
	enc, ok := e.enc.(*pgenc.Encoder)
	if !ok || a.rows == 0 || from > 0 || e.prefix != nil || a.place != e.rows.Place() || a.place.Rows() != to || !enc.Same(a.enc) {
		return 0
	}
	return a.rows
}

// drop forgets all of it. The buffer is kept unless a huge row has made it larger than it should be.
func (a *ahead) drop() {
	if a.batch != nil {
		a.batch.Release()
	}
	out := a.out[:0]
	if cap(out) > 2*aheadLimit {
		out = nil
	}
	*a = ahead{out: out}
}
