package worker

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/angelerator/tavana/internal/lifecycle"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// writers puts the writes to lasting tables in line: those of this process by turn, those of the machine's other workers
// by a file that they all lock. The catalog would answer writers that meet with conflicts; in line, they wait instead.
//
// SQLite lets nobody commit onto what another has committed since the transaction's first look, so a turn lasts until the
// write is committed. Elsewhere DuckLake looks whether the two have really met, and a turn is short: who needs longer goes
// on without it, so that a long INSERT keeps nobody from writing, and where its commit meets another it is run again, with
// the turn held to the end. Conflicts also come from where the file does not reach: from other machines. They are tried
// again a few times, outside of blocks; a block keeps its turn from its first write to its end (blockTurn).
type writers struct {
	turn chan struct{}
	file string
	// waiting is how many of this process wait for turn.
	waiting atomic.Int64
	// passing says that a long write lets others pass.
	passing bool
}

// turnLength is how long a first attempt keeps others waiting, where they are let pass: some ten small inserts.
const turnLength = 250 * time.Millisecond

// After a turn of longTurn, other workers have the file for the asking for a moment, since those of this process would always
// be there first.
const (
	longTurn     = 10 * time.Millisecond
	otherWorkers = 3 * time.Millisecond
)

// A write that conflicts is run so often, and begun anew for so long after its first conflict, before its client hears of it.
const (
	maxAttempts = 50
	maxRetrying = 30 * time.Second
)

func newWriters(lake duck.Lake) *writers {
	return &writers{turn: make(chan struct{}, 1), file: lake.Lock, passing: !strings.HasPrefix(lake.Metadata, "sqlite:")}
}

// parkFunc gives back what is promised to a statement while it waits; unpark takes it again.
type parkFunc func() (unpark func())

// noPark is for what has been promised nothing.
func noPark() (unpark func()) { return func() {} }

// acquire waits for the turn, and calls park if it has to: who waits holds no memory that the one whose turn it is could
// need. The caller calls release, which may be called again.
func (w *writers) acquire(ctx context.Context, park parkFunc) (release func(), err error) {
	unpark := func() {}
	defer func() { unpark() }()
	parks := sync.OnceFunc(func() { unpark = park() })
	select {
	case w.turn <- struct{}{}:
	default:
		parks()
		w.waiting.Add(1)
		defer w.waiting.Add(-1)
		select {
		case w.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, pgerror.FromContext(ctx)
		}
	}
	lock, err := lifecycle.AwaitLock(ctx, w.file, parks)
	if err != nil {
		w.next()
		if ctx.Err() != nil {
			return nil, pgerror.FromContext(ctx)
		}
		return nil, pgerror.WithCode(err, pgerror.IOError)
	}
	begun := time.Now()
	return sync.OnceFunc(func() {
		lock.Release()
		if time.Since(begun) > longTurn && w.waiting.Load() > 0 {
			time.AfterFunc(otherWorkers, w.next)
		} else {
			w.next()
		}
	}), nil
}

// next lets the next writer of this process have the turn.
func (w *writers) next() { <-w.turn }

// write runs attempt in its turn, again while it ends in a conflict. An attempt must leave nothing behind when it fails.
// long says that it may take long, and then lets others pass, where they may. It may also let others write by calling pass, when
// it has turned out to write nothing that lasts.
func (w *writers) write(ctx context.Context, park parkFunc, long bool, attempt func(pass func()) error) error {
	var conflicted time.Time // first
	for n := 1; ; n++ {
		release, err := w.acquire(ctx, park)
		if err != nil {
			return err
		}
		if n == 1 && long && w.passing {
			passing := time.AfterFunc(turnLength, release)
			err = attempt(release)
			passing.Stop()
		} else {
			err = attempt(release)
		}
		release()
		if n == 1 {
			conflicted = time.Now()
		}
		if pgerror.CodeOf(err) != pgerror.SerializationFailure || n == maxAttempts || time.Since(conflicted) > maxRetrying {
			return err
		}
		if err := pause(ctx, time.Duration(min(n, 10))*10*time.Millisecond); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return pgerror.FromContext(ctx)
	}
}
