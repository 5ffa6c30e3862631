package dispatch

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/angelerator/tavana/gateway/internal/admission"
	"github.com/angelerator/tavana/gateway/internal/router"
)

// The live tables of schema tavana: what an operator would rather SELECT than scrape.

var (
	integer   = arrow.PrimitiveTypes.Int32
	bigint    = arrow.PrimitiveTypes.Int64
	double    = arrow.PrimitiveTypes.Float64
	timestamp = arrow.FixedWidthTypes.Timestamp_us
)

var queueTable = fields("line", text, "place", integer, "waited_seconds", double, "expected_seconds", double, "why", text, "query_id", bigint, "pid", integer,
	"usename", text, "query", text)

var workersTable = fields("worker", text, "state", text, "memory_limit", bigint, "memory_used", bigint, "memory_resident", bigint, "memory_reserved", bigint,
	"memory_free", bigint, "spilled", bigint, "cpu_percent", double, "threads", integer, "queries", integer, "sessions", integer, "cursors", integer,
	"results", integer, "address", text)

var queriesTable = fields("query_id", bigint, "pid", integer, "usename", text, "state", text, "started", timestamp, "waited_seconds", double, "seconds", double,
	"worker", text, "tries", integer, "memory_estimate", bigint, "estimate_basis", text, "memory_reserved", bigint, "memory_peak", bigint, "rows", bigint, "sqlstate", text, "query", text)

// eachWaiter calls f with all that wait: for any worker, and for one alone.
func (d *Dispatcher) eachWaiter(f func(q *query, s *admission.Standing, why string)) {
	line := func(pinned *router.Worker) {
		type one struct {
			q *query
			s *admission.Standing
		}
		var list []one
		d.line(pinned).Each(func(who any, s *admission.Standing) {
			if q := who.(*query); q != nil {
				list = append(list, one{q, s})
			}
		})
		for _, w := range list {
			f(w.q, w.s, d.why(pinned))
		}
	}
	line(nil)
	for _, w := range d.router.Workers() {
		line(w)
	}
}

func (s *Session) queueRows(b *array.RecordBuilder) {
	s.d.eachWaiter(func(q *query, st *admission.Standing, why string) { appendRow(b, q.queueRow(s, st, why)...) })
}

// places returns how many wait in front of each session that waits.
func (d *Dispatcher) places() map[*activity]int {
	out := map[*activity]int{}
	d.eachWaiter(func(q *query, s *admission.Standing, _ string) { out[q.session()] = s.Place })
	return out
}

func (s *Session) queriesRows(b *array.RecordBuilder) {
	list := s.d.queries.all()
	slices.SortFunc(list, func(a, b *query) int { return int(a.id) - int(b.id) })
	for _, q := range list {
		appendRow(b, q.row(s)...)
	}
}

func (s *Session) workersRows(b *array.RecordBuilder) {
	for _, w := range s.d.router.Workers() {
		st, state := w.State(), "running"
		switch {
		case st == nil:
			appendRow(b, w.Name(), "away", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, w.Target)
			continue
		case st.GetDraining():
			state = "draining"
		}
		appendRow(b, w.Name(), state, int64(st.GetMemoryLimit()), int64(st.GetUsed()), int64(st.GetResident()), int64(st.GetReserved()), int64(free(st)),
			int64(st.GetSpilled()), cpuPercent(st), int32(st.GetThreads()), int32(len(st.GetQueries())), int32(st.GetSessions()), int32(st.GetCursors()),
			int32(st.GetResults()), w.Target)
	}
}
