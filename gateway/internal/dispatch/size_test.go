package dispatch

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// What passes the line is known to be small, whatever it is written like.
func TestWatches(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT * FROM tavana.queue ORDER BY place":                                                                                                            true,
		`SELECT worker, memory_used / 1e6 FROM "tavana".tavana.workers WHERE state IN ('running', 'starting')`:                                                 true,
		"SELECT state, count(*) FILTER (WHERE tries > 1), CAST(place AS numeric(10, 2)) FROM tavana.queries WHERE (state = 'done' AND (tries = 1)) GROUP BY 1": true,
		"SELECT q.pid, w.worker FROM tavana.queue q JOIN tavana.workers w ON (q.line = w.worker)":                                                              true,
		"SELECT 1":                                                                            false,
		"SELECT s.lower(3) FROM tavana.workers":                                               false, // a user's own
		"SELECT over(3) FROM tavana.workers":                                                  false,
		"SELECT timestamptz(3) FROM tavana.workers":                                           false,
		"SELECT lower('x') FROM tavana.workers":                                               false,
		"SELECT count(place) FROM tavana.queue":                                               false,
		"SELECT s.count(*) FROM tavana.queue":                                                 false,
		"SELECT \"count\"(*) FROM tavana.queue":                                               false,
		"SELECT * FROM queue":                                                                 false,
		"SELECT * FROM tavana":                                                                false,
		"SELECT count(*) FROM (lineitem l CROSS JOIN tavana.queue q)":                         false,
		"SELECT count(*) FROM tavana.queue, lineitem":                                         false,
		"SELECT 1 FROM tavana.queue UNION ALL TABLE lineitem":                                 false,
		"SELECT unnest(range(1000000000)) FROM tavana.workers":                                false,
		"SELECT [x FOR x IN generate_series(1, 1000000000)] FROM tavana.workers":              false,
		`SELECT "repeat"('x', 1000000000) FROM tavana.workers`:                                false,
		"SELECT lpad('x', 1000000000) FROM tavana.workers":                                    false,
		"WITH q AS (SELECT * FROM tavana.queries) SELECT count(*) FROM q a, q b, q c, q d":    false,
		"SELECT 1 FROM tavana.queries a, tavana.queries b, tavana.queries c":                  false,
		"SELECT 1 FROM tavana.queue WHERE pid IN (SELECT l_orderkey FROM lineitem)":           false,
		"SELECT 1 FROM tavana.queue WHERE pid IN (FROM lineitem)":                             false,
		"SELECT 1 FROM tavana.queue WHERE pid IN (TABLE lineitem)":                            false,
		"SELECT 1 FROM tavana.queue, (PIVOT lineitem ON l_shipmode USING sum(l_tax))":         false,
		"SELECT 1 FROM tavana.queue, 'x.parquet'":                                             false,
		"SELECT 1 FROM tavana.queue POSITIONAL JOIN lineitem":                                 false,
		"INSERT INTO t SELECT * FROM tavana.queue":                                            false,
		"SELECT 1 FROM tavana.queue WHERE " + strings.Repeat("pid = 1 OR ", 1000) + "pid = 2": false,
	} {
		list, err := sqltext.Split(sql)
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %v", sql, err)
		}
		if got := watches(session.NewStatement(list[0])); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

// A text that is shown later is a copy, be it long or a part of something long.
func TestKeptTextsAreCopies(t *testing.T) {
	long := "SELECT 1; " + strings.Repeat("x", 1<<20)
	for _, sql := range []string{long, long[:8]} {
		kept := validPrefix(sql, min(len(sql), keptText))
		if unsafe.StringData(kept) == unsafe.StringData(sql) || kept != sql[:len(kept)] {
			t.Errorf("%d bytes of %d are a part of what they are of", len(kept), len(sql))
		}
	}
}
