package worker_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/internal/workertest"
)

// kilobytes reads a line of /proc/PID/status.
func kilobytes(t *testing.T, pid int, key string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("needs Linux's /proc")
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, key+":"); ok {
			n, err := strconv.Atoi(strings.Fields(v)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no %s", key)
	return 0
}

// What needs more memory than there is, or more than DuckDB counts, stays below the worker's memory, and gives it back but for what
// malloc's heaps change their shape by: 4 to 8 MB of 72 here, and less and less with more of them. Thousands of small queries leave
// nothing behind.
func TestResidentMemoryIsKeptAndGivenBack(t *testing.T) {
	const total = 512 << 20
	p := workertest.StartProcess(t, "--extensions", "none", "--memory", fmt.Sprint(total), "--idle-release", "1s")
	c := dial(t, p.Target)
	heavy := []string{
		"SELECT max(s) FROM (SELECT i, i::VARCHAR || repeat('y', 50) AS s, row_number() OVER (ORDER BY hash(i)) FROM range(6000000) t(i))",
		"SELECT count(*) FROM (SELECT hash(i) % 3000000 AS k, count(*), max(repeat('z', 40) || i) FROM range(9000000) t(i) GROUP BY 1)",
		"SELECT count(*) FROM range(5000000) a(i) JOIN (SELECT repeat('x', 60) || i AS s, i FROM range(5000000) b(i)) b ON a.i = b.i WHERE s > 'x'",
	}
	light := func(times int) {
		for range times {
			if got := c.query("SELECT sum(i)::BIGINT FROM range(1000) t(i)"); got[0] != "499500" {
				t.Fatal(got)
			}
		}
	}
	round := func() {
		for _, sql := range heavy {
			if _, _, err := c.run(c.statement(sql)); err != nil && pgerror.CodeOf(err) != pgerror.OutOfMemory {
				t.Fatalf("%s: %v", sql, err)
			}
		}
		light(100)
	}
	// settled waits until the worker has given back what it can: until two looks, a second apart, see the same.
	settled := func() int {
		const idleRelease = time.Second
		last := 0
		eventually(t, "memory is given back", func() bool {
			time.Sleep(idleRelease + 500*time.Millisecond)
			now := kilobytes(t, p.PID(), "VmRSS")
			same := now == last
			last = now
			return same
		})
		return last
	}
	for range 6 { // until what is loaded once is, and malloc's heaps have their shape
		round()
	}
	idle := settled()
	for range 6 {
		round()
	}
	if peak := kilobytes(t, p.PID(), "VmHWM"); peak > total>>10 {
		t.Errorf("it had %d kB at its peak, of %d", peak, total>>10)
	} else {
		t.Logf("peak: %d kB of %d", peak, total>>10)
	}
	after := settled()
	light(5000)
	last := settled()
	if after > idle+idle/5 || last > after+after/20 {
		t.Errorf("%d kB when idle, %d after more of them, %d after five thousand small ones", idle, after, last)
	} else {
		t.Logf("%d kB when idle, %d after more of them, %d after five thousand small ones", idle, after, last)
	}
	if got := c.query("SELECT count(*) FROM (SELECT i FROM range(3000000) t(i) ORDER BY hash(i))"); got[0] != "3000000" {
		t.Errorf("after it: %v", got) // the limit is back where it was
	}
}

// What DuckDB allocates without counting, as when it folds constants, is refused before it takes the machine's memory, and
// costs its statement alone.
func TestWhatIsNotCountedIsRefusedToo(t *testing.T) {
	const total = 512 << 20
	p := workertest.StartProcess(t, "--extensions", "none", "--memory", fmt.Sprint(total))
	c := dial(t, p.Target)
	for _, sql := range []string{
		"SELECT length(repeat('x', 2000000000))",
		"SELECT max(length(repeat('x', 2000000000 + i::INTEGER))) FROM range(4) t(i)",
		"SELECT length(list_aggregate(range(300000000), 'string_agg', ','))",
	} {
		if _, _, err := c.run(c.statement(sql)); pgerror.CodeOf(err) != pgerror.OutOfMemory {
			t.Errorf("%s: %v", sql, err)
		}
		if _, err := c.Prepare(t.Context(), &workerpb.PrepareRequest{QueryId: "p", Sql: sql}); err != nil && pgerror.CodeOf(err) != pgerror.OutOfMemory {
			t.Errorf("preparing %s: %v", sql, err)
		}
	}
	if got := c.query("SELECT 42"); got[0] != "42" {
		t.Error(got)
	}
	if peak := kilobytes(t, p.PID(), "VmHWM"); peak > total>>10 {
		t.Errorf("it had %d kB at its peak, of %d", peak, total>>10)
	}
}
