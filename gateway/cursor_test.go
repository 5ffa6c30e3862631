package gateway_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// metric returns the value of one of the gateway's.
func (w *world) metric(name string) float64 {
	w.t.Helper()
	_, body := get(w.t.(*testing.T), w.http+"/metrics")
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(body)
	if m == nil {
		w.t.Fatalf("no metric %s", name)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) do(c *pgconn.PgConn, list ...string) {
	w.t.Helper()
	for _, sql := range list {
		if _, err := query(w.t.Context(), c, sql); err != nil {
			w.t.Fatalf("%s: %v", sql, err)
		}
	}
}

// Every row comes once and in order, over all borders between pages and batches, and going back gives the same rows.
func TestACursorGivesEveryRowOnce(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	const rows = 300_000
	for _, page := range []int{1999, 70_000} {
		w.do(c, "BEGIN", fmt.Sprintf("DECLARE c SCROLL CURSOR FOR SELECT i::int, 'row ' || i FROM generate_series(0, %d) AS s(i)", rows-1))
		next := 0
		for {
			got, err := query(t.Context(), c, fmt.Sprintf("FETCH %d c", page))
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range got {
				if want := fmt.Sprintf("%d|row %d", next, next); row != want {
					t.Fatalf("got %s, want %s", row, want)
				}
				next++
			}
			if len(got) < page {
				break
			}
		}
		if next != rows {
			t.Errorf("%d rows in pages of %d", next, page)
		}
		w.want(c, "FETCH ABSOLUTE 150001 c", "150000|row 150000")
		w.want(c, "FETCH BACKWARD 3 c", "149999|row 149999", "149998|row 149998", "149997|row 149997")
		w.want(c, "FETCH LAST c", fmt.Sprintf("%d|row %d", rows-1, rows-1))
		w.want(c, "FETCH FIRST c", "0|row 0")
		w.do(c, "COMMIT")
	}
}

// What a client most likely fetches next is made ready while it works: it gets what it asks for all the same, when it moves
// elsewhere, asks for another number of rows or another format, reads another cursor of that name, or changes how values
// look.
func TestOtherRowsThanExpected(t *testing.T) {
	w := open(t, 1, nil)
	c := w.connect()
	declare := func(first int) string {
		return fmt.Sprintf("DECLARE c SCROLL CURSOR FOR SELECT i, DATE '2024-01-01' + i::int FROM generate_series(%d, 99999) AS s(i)", first)
	}
	w.do(c, "BEGIN", declare(0))
	twice := func() { w.do(c, "MOVE ABSOLUTE 0 c", "FETCH 2 c") }
	twice()
	w.want(c, "FETCH 2 c", "2|2024-01-03", "3|2024-01-04")
	twice()
	w.want(c, "FETCH 3 c", "2|2024-01-03", "3|2024-01-04", "4|2024-01-05")
	twice()
	w.want(c, "FETCH 1 c", "2|2024-01-03")
	w.want(c, "FETCH 1 c", "3|2024-01-04")
	twice()
	w.do(c, "MOVE 1 c")
	w.want(c, "FETCH 2 c", "3|2024-01-04", "4|2024-01-05")
	twice()
	w.want(c, "FETCH BACKWARD 1 c", "0|2024-01-01")
	w.want(c, "FETCH 2 c", "1|2024-01-02", "2|2024-01-03")
	twice()
	w.do(c, "SET DateStyle = 'German'")
	w.want(c, "FETCH 2 c", "2|03.01.2024", "3|04.01.2024")
	w.do(c, "SET DateStyle = 'ISO'")
	twice()
	r := c.ExecParams(t.Context(), "FETCH 2 c", nil, nil, nil, []int16{1}).Read()
	if r.Err != nil || len(r.Rows) != 2 || !slices.Equal(r.Rows[0][0], []byte{0, 0, 0, 2}) {
		t.Errorf("binary rows: %v %v", r.Rows, r.Err)
	}
	twice()
	w.do(c, "CLOSE c", declare(500))
	w.want(c, "FETCH 2 c", "500|2025-05-15", "501|2025-05-16")
	w.do(c, "COMMIT", "BEGIN", declare(0))
	// Rows too many to be made ready, up to the end.
	for at := 0; at < 100_000; at += 20_000 {
		got, err := query(t.Context(), c, "FETCH 20000 c")
		if err != nil || len(got) != 20_000 || !strings.HasPrefix(got[0], fmt.Sprintf("%d|", at)) {
			t.Fatalf("at %d: %d rows, %v", at, len(got), err)
		}
	}
	w.want(c, "FETCH 20000 c")
	w.do(c, "COMMIT")
}

// A worker that goes between two FETCHes is an error, never the end of the rows.
func TestALostCursorIsAnError(t *testing.T) {
	w := open(t, 2, nil)
	eventually(t, "both workers are there", func() bool { return w.metric("tavana_worker_count") == 2 })
	c := w.connect()
	w.do(c, "DECLARE h CURSOR WITH HOLD FOR SELECT i FROM generate_series(1, 10000000) AS s(i)", "FETCH 1000 h")
	at, states := 0, []func() *workerpb.State{w.state(0), w.state(1)}
	eventually(t, "a worker has the cursor", func() bool {
		at = slices.IndexFunc(states, func(s func() *workerpb.State) bool { return s().GetCursors() == 1 })
		return at >= 0
	})
	w.workers[at].Kill()
	var err error
	for n := 0; err == nil; n++ {
		var got []string
		if got, err = query(t.Context(), c, "FETCH 10000 h"); err == nil && len(got) < 10000 || n > 1000 {
			t.Fatalf("FETCH %d had %d rows after the worker was killed", n, len(got))
		}
	}
	if code := codeOf(err); code != "58030" {
		t.Errorf("got %s (%v)", code, err)
	}
	w.wantCode(c, "FETCH h", "55000")
	w.want(c, "SELECT 1", "1") // the session lives
	w.do(c, "CLOSE h")
}

// What clients leave behind is gone when they are: live cursors, spooled ones, and portals.
func TestAbandonedCursorsLeaveNothing(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	nothingLeft := func() bool {
		st := state()
		return st.GetCursors() == 0 && st.GetSessions() == 0 && st.GetReserved() == 0 && st.GetSpooled() == 0
	}
	const rounds, warm = 1000, 100
	var resident int64
	var files int
	for i := range rounds {
		if i == warm {
			eventually(t, "nothing is left at the worker", nothingLeft)
			resident, files = w.workers[0].Held()
		}
		c := w.connect()
		w.do(c, "CREATE TEMP TABLE t AS SELECT i FROM generate_series(1, 1000) AS s(i)", "BEGIN",
			"DECLARE a SCROLL CURSOR FOR SELECT i FROM generate_series(1, 1000000) AS s(i)", "FETCH 10 a",
			"DECLARE b CURSOR WITH HOLD FOR SELECT * FROM t", "FETCH 10 b")
		switch i % 3 {
		case 0:
			w.do(c, "ROLLBACK")
		case 1:
			w.do(c, "COMMIT")
		}
		if i%2 == 0 {
			_ = c.Conn().Close() // without a word
		} else {
			_ = c.Close(t.Context())
		}
	}
	eventually(t, "nothing is left at the worker", nothingLeft)
	const noise = 64 << 20 // what one busy moment leaves in free lists
	if r, f := w.workers[0].Held(); r > resident+noise || f > files+4 {
		t.Errorf("after %d rounds the worker has %d bytes and %d files; after %d it had %d and %d", rounds, r, f, warm, resident, files)
	} else {
		t.Logf("%d bytes, %d files; before %d and %d", r, f, resident, files)
	}
	if n := w.metric("tavana_active_cursors"); n != 0 {
		t.Errorf("%v cursors are counted as open", n)
	}
	if f, r := w.metric("tavana_cursor_fetch_count"), w.metric("tavana_cursor_rows_fetched"); f != 2*rounds || r != 20*rounds {
		t.Errorf("%v FETCHes of %v rows are counted", f, r)
	}
}

// A cursor that nobody reads is closed, and says so.
func TestIdleCursorsAreClosed(t *testing.T) {
	w := open(t, 1, nil, "--cursor-idle-timeout", "300ms", "--cursor-cleanup-interval", "50ms")
	c := w.connect()
	w.do(c, "DECLARE h CURSOR WITH HOLD FOR SELECT i FROM generate_series(1, 1000000) AS s(i)", "FETCH 1 h")
	state := w.state(0)
	eventually(t, "the cursor is closed", func() bool { return state().GetWorkerId() != "" && state().GetCursors() == 0 })
	_, err := query(t.Context(), c, "FETCH ALL h")
	if codeOf(err) != "24000" || !regexp.MustCompile("not read for 300ms").MatchString(err.Error()) {
		t.Errorf("got %v", err)
	}
	w.do(c, "CLOSE h")
}

// Past the limit a cursor is refused with a hint, and there is room again when one is closed. Of two workers, each has its own.
func TestTheNumberOfCursorsIsLimited(t *testing.T) {
	w := open(t, 2, nil, "--max-cursors", "2")
	eventually(t, "both workers are there", func() bool { return w.metric("tavana_worker_count") == 2 })
	c := w.connect()
	for i := range 4 {
		w.do(c, fmt.Sprintf("DECLARE h%d CURSOR WITH HOLD FOR SELECT %d", i, i))
	}
	w.wantCode(c, "DECLARE h9 CURSOR WITH HOLD FOR SELECT 9", "53400")
	w.do(c, "CLOSE h1", "DECLARE h9 CURSOR WITH HOLD FOR SELECT 9")
	w.want(c, "FETCH ALL h9", "9")
	w.want(c, "FETCH ALL h0", "0")
}

// Where the ledger has no room, cursors that wait go to disk, those read last stay, and all are read to their ends.
func TestCursorsMakeRoomForOthers(t *testing.T) {
	w := open(t, 1, nil, "--memory", "512MB")
	c := w.connect()
	const cursors, rows = 60, 50_000
	for i := range cursors {
		w.do(c, fmt.Sprintf("DECLARE h%d CURSOR WITH HOLD FOR SELECT i + %d FROM generate_series(1, %d) AS s(i)", i, i, rows), fmt.Sprintf("FETCH 1 h%d", i))
	}
	state := w.state(0)
	eventually(t, "cursors go to disk", func() bool { return state().GetSpooled() > 0 })
	w.want(c, "SELECT 1", "1")
	for i := range cursors {
		got, err := query(t.Context(), c, fmt.Sprintf("FETCH ALL h%d", i))
		if err != nil || len(got) != rows-1 || got[0] != strconv.Itoa(2+i) || got[rows-2] != strconv.Itoa(rows+i) {
			t.Fatalf("cursor %d: %d rows, %v", i, len(got), err)
		}
	}
	w.do(c, "CLOSE ALL")
	eventually(t, "nothing is left on disk", func() bool { return state().GetSpooled() == 0 })
}

// Cursors over wide Parquet files hold more than they are taken to: a worker of 512 MB opens and reads as many all the same.
func TestCursorsOverParquetShareOneWorker(t *testing.T) {
	dir := t.TempDir()
	w := open(t, 1, nil, "--memory", "512MB", "--allow", dir)
	c := w.connect()
	const cursors, rows, pages, page = 40, 130_000, 3, 500
	w.do(c, fmt.Sprintf("COPY (SELECT i, md5(i::text) AS a, md5((i * 7)::text) AS b, repeat(md5((i * 11)::text), 8) AS c FROM range(%d) AS s(i)) TO '%s/wide.parquet' (FORMAT parquet)", rows, dir), "BEGIN")
	for i := range cursors {
		w.do(c, fmt.Sprintf("DECLARE c%d NO SCROLL CURSOR FOR SELECT i, a, b, c FROM read_parquet('%s/wide.parquet')", i, dir))
	}
	for p := range pages {
		for i := range cursors {
			got, err := query(t.Context(), c, fmt.Sprintf("FETCH %d c%d", page, i))
			if err != nil {
				t.Fatalf("page %d of cursor %d: %v", p, i, err)
			}
			if len(got) != page || !strings.HasPrefix(got[0], fmt.Sprintf("%d|", p*page)) {
				t.Fatalf("page %d of cursor %d has %d rows: %.1q", p, i, len(got), got)
			}
		}
	}
	w.do(c, "ROLLBACK")
}

// A plan that is asked for by a portal with a row limit is PostgreSQL's one column, and other statements go on beside it.
func TestALimitedPlanInABlock(t *testing.T) {
	w := open(t, 1, nil)
	c := newTalker(t, w.url(""))
	for _, line := range []string{
		`Query {"String": "BEGIN"}`, `Parse {"Query": "EXPLAIN SELECT 1"}`, "Bind", `Describe {"ObjectType": "P"}`, `Execute {"MaxRows": 1}`, "Sync",
		`Query {"String": "SELECT 7 AS a"}`,
	} {
		c.send(line)
	}
	if err := c.f.Flush(); err != nil {
		t.Fatal(err)
	}
	got := c.until([]string{"ReadyForQuery", "ReadyForQuery", "ReadyForQuery"})
	if !strings.Contains(got, "RowDescription QUERY PLAN:25") || !strings.Contains(got, "DataRow '7'") || strings.Contains(got, "physical_plan") {
		t.Errorf("got\n%s", got)
	}
}
