package worker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

func (l *ledger) wants(t *testing.T, w wish, want uint64) {
	t.Helper()
	got, err := l.grant(w)
	if got != want || (err != nil) != (want == 0) || err != nil && !pgerror.Flatten(err).NoRoom {
		t.Errorf("of %+v: %d, %v; want %d", w, got, err, want)
	}
}

func TestLedger(t *testing.T) {
	var l ledger
	l.setCapacity(100)
	l.wants(t, wish{bytes: 150, elsewhere: true}, 0)                 // a larger worker will do
	l.wants(t, wish{bytes: 150, elsewhere: true, pinned: true}, 100) // it can't go there
	l.release(100)
	l.mark()
	if _, ok := l.takeAll(); ok {
		t.Error("all is taken though something runs")
	}
	l.wants(t, wish{bytes: 150}, 100) // what runs beside takes nothing
	l.unmark()
	if l.setCapacity(99) {
		t.Error("less is to be promised than is promised")
	}
	if !l.setCapacity(120) {
		t.Error("it can't grow")
	}
	l.wants(t, wish{bytes: 21}, 0)
	l.wants(t, wish{bytes: 20}, 20)
	l.release(120)
	if _, ok := l.takeAll(); !ok {
		t.Error("nothing is promised, and it can't be taken")
	}
}

// Sessions, which have lines of their own, don't keep one who needs much from room for ever; nor does one who can't be helped keep
// them.
func TestLedgersClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		l.setCapacity(100)
		session, big := wish{bytes: 40, pinned: true}, wish{bytes: 100}
		l.wants(t, session, 40)
		l.wants(t, session, 40)
		l.wants(t, big, 0)
		l.release(40)
		l.wants(t, session, 0) // it would have it for ever
		l.wants(t, big, 0)
		l.release(40)
		l.wants(t, big, 100)
		l.wants(t, big, 0) // the next one, for whom a session that waits is not passed over
		l.release(100)
		l.wants(t, session, 40)
		l.wants(t, big, 0)
		l.wants(t, session, 0)
		time.Sleep(claimStands)
		l.wants(t, session, 40) // who claimed has left
		l.release(40)
		for began := time.Now(); time.Since(began) < claimMost; time.Sleep(time.Second) {
			l.wants(t, big, 0)
			l.wants(t, session, 0)
		}
		l.wants(t, session, 40) // what is in its way does not go
		l.release(40)
		for range int(claimPause / time.Second) {
			time.Sleep(time.Second)
			l.wants(t, big, 0)
		}
		l.wants(t, session, 0)
	})
}
