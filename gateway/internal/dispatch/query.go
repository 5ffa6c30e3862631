package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/router"
	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// query is what is known of a client's statement from its arrival to its end, and for a while after: what tavana.queries shows.
type query struct {
	id      uint64
	pid     int32
	user    string
	sql     string
	started time.Time

	beside bool // it waits for nobody

	mu       sync.Mutex
	activity *activity // its session's; nil when it has ended, or it would hold the client's connection
	sized    sized
	phase    string
	line     string    // the worker whose own line it waits in; "": the line for any of them
	since    time.Time // when it began to wait
	waited   time.Duration
	worker   string
	tries    int
	reserved uint64
	peak     uint64
	rows     uint64
	ended    time.Time
	code     pgerror.Code
	// grew is when a worker was to be made larger for it, and larger since when it waits for one that is.
	grew, larger time.Time
	// failed is the most memory it has run out of.
	failed uint64
}

// The phases of a query.
const (
	phaseStarting = "starting"
	phaseWaiting  = "waiting"
	phaseRunning  = "running"
	phaseDone     = "done"
	phaseFailed   = "failed"
	phaseCanceled = "canceled"
)

// queries are those under way, and the latest of those that have ended.
type queries struct {
	mu      sync.Mutex
	last    uint64
	running map[*query]bool
	// ended is a ring: the next one that ends takes the place of the oldest.
	ended []*query
	next  int
}

// keptQueries is how many queries are shown that have ended, and keptText how much of their texts.
const (
	keptQueries = 500
	keptText    = 1024
)

func (qs *queries) begin(a *activity, sql string) *query {
	sql = validPrefix(sql, min(len(sql), keptText)) // it may be a part of a longer message
	q := &query{activity: a, pid: int32(a.client.PID), user: a.identity.User, sql: sql, started: time.Now(), phase: phaseStarting}
	qs.mu.Lock()
	defer qs.mu.Unlock()
	qs.last++
	q.id = qs.last
	qs.running[q] = true
	return q
}

func (qs *queries) end(q *query) {
	qs.mu.Lock()
	defer qs.mu.Unlock()
	delete(qs.running, q)
	if len(qs.ended) < keptQueries {
		qs.ended = append(qs.ended, q)
		return
	}
	qs.ended[qs.next] = q
	qs.next = (qs.next + 1) % keptQueries
}

// all returns the queries there are, in no order.
func (qs *queries) all() []*query {
	qs.mu.Lock()
	defer qs.mu.Unlock()
	out := append([]*query(nil), qs.ended...)
	for q := range qs.running {
		out = append(out, q)
	}
	return out
}

// queryKey is the key of a statement's context under which its query is found.
type queryKey struct{}

// queryOf returns the query that a context's work is for; nil: none that anybody asks for.
func queryOf(ctx context.Context) *query {
	q, _ := ctx.Value(queryKey{}).(*query)
	return q
}

// waits notes that the query stands in line, for any worker or for one alone, until waitsNoMore is called.
func (q *query) waits(pinned *router.Worker) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.phase, q.since, q.line = phaseWaiting, time.Now(), ""
	if pinned != nil {
		q.line = pinned.Name()
	}
}

func (q *query) waitsNoMore() {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.phase = phaseRunning
	q.waited += time.Since(q.since)
}

// goesTo notes that a worker has got the query.
func (q *query) goesTo(w *router.Worker, st *workerpb.Statement) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tries++
	q.worker, q.reserved = w.Name(), st.GetMemoryBytes()
	if state := w.State(); q.reserved == 0 && state != nil {
		q.reserved = state.GetQueryMemory()
	}
}

// watches tells whether the query waits for nobody.
func (q *query) watches() bool { return q != nil && q.beside }

// expected notes what the query is expected to need.
func (q *query) expected(z sized) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sized = z
}

// size returns what the query is expected to need.
func (q *query) size() sized {
	if q == nil {
		return sized{}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.sized
}

// mayGrow tells whether it is time to try again to make a worker larger for the query, and notes that it is tried.
func (q *query) mayGrow() bool {
	const pause = time.Second
	if q == nil {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if time.Since(q.grew) < pause {
		return false
	}
	q.grew = time.Now()
	return true
}

// mayWaitForLarger tells whether the query waits for a larger worker than the one that it is about to be given. It does so for a
// while only: what fills that one may stay for hours, and others stand behind.
func (q *query) mayWaitForLarger() bool {
	const most = 30 * time.Second
	if q == nil {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.larger.IsZero() {
		q.larger = time.Now()
	}
	return time.Since(q.larger) < most
}

// failsWith notes that the query has run out of so many bytes, and tells whether that is more than ever.
func (q *query) failsWith(had uint64) (more bool) {
	if q == nil {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if more = had > q.failed; more {
		q.failed, q.larger = had, time.Time{}
	}
	return more
}

// failedWith returns the most memory that the query has run out of; 0: it has not.
func (q *query) failedWith() uint64 {
	if q == nil {
		return 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failed
}

// tried tells whether a worker has had the query.
func (q *query) tried() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.tries > 0
}

// measured notes what a worker says at the end of the query's rows, and returns what is to be learned of it.
func (q *query) measured(done *workerpb.Completion) (z sized, peak uint64) {
	if q == nil || done == nil {
		return sized{}, 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.peak = max(q.peak, done.GetStatistics().GetPeakMemoryBytes())
	return q.sized, q.peak
}

// finish notes how the query ended.
func (q *query) finish(rows uint64, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.rows, q.ended, q.activity = rows, time.Now(), nil
	switch q.code = pgerror.CodeOf(err); {
	case err == nil:
		q.phase, q.code = phaseDone, ""
	case q.code == pgerror.QueryCanceled:
		q.phase = phaseCanceled
	default:
		q.phase = phaseFailed
	}
}

// textFor returns the query's text as viewer may see it.
func (q *query) textFor(viewer *Session) string {
	if !viewer.seesThoseOf(q.user) {
		return notSeen
	}
	return q.sql
}

// session returns the activity of the query's session; nil when it has ended.
func (q *query) session() *activity {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.activity
}

// row is the query's row of tavana.queries.
func (q *query) row(viewer *Session) []any {
	text := q.textFor(viewer)
	q.mu.Lock()
	defer q.mu.Unlock()
	waited, ended := q.waited, time.Now()
	if q.phase == phaseWaiting {
		waited += time.Since(q.since)
	}
	if !q.ended.IsZero() {
		ended = q.ended
	}
	return []any{
		int64(q.id), q.pid, q.user, q.phase, q.started, waited.Seconds(), ended.Sub(q.started).Seconds(), orNil(q.worker),
		int32(q.tries), orNoBytes(q.sized.Bytes), orNil(string(q.sized.Basis)), orNoBytes(q.reserved), orNoBytes(q.peak), int64(q.rows), orNil(string(q.code)), text,
	}
}

// queueRow is a waiter's row of tavana.queue.
func (q *query) queueRow(viewer *Session, s *admission.Standing, why string) []any {
	q.mu.Lock()
	line := q.line
	q.mu.Unlock()
	var expected any
	if s.Expected > 0 {
		expected = s.Expected.Seconds()
	}
	return []any{
		orNil(line), int32(s.Place + 1), s.Waited.Seconds(), expected, why, int64(q.id), q.pid, q.user, q.textFor(viewer),
	}
}

// orNoBytes is a size as a value of a table; NULL: it is not known.
func orNoBytes(n uint64) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
