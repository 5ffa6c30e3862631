package main_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/angelerator/tavana/internal/workertest"
)

// up is a running `tavana up`, with its sample data, in a folder of its own.
type up struct {
	t    *testing.T
	dir  string
	port string
	http string
	cmd  *exec.Cmd
	out  *output
	// exited is closed when the program has ended.
	exited chan struct{}
}

// output keeps what a program says, for a test to look at meanwhile.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// connectLines is what it says when it is ready, down to the last line that is asked for here: the lines need not be read at once.
var connectLines = regexp.MustCompile(`(?s)psql -h 127\.0\.0\.1 -p (\d+) .*(http://127\.0\.0\.1:\d+)/metrics`)

func startUp(t *testing.T, flags ...string) *up {
	t.Helper()
	u := &up{t: t, dir: t.TempDir(), out: &output{}}
	u.cmd = exec.Command(workertest.Binary(t, "tavana"), append([]string{"up", "--pg-listen", "127.0.0.1:0", "--flight-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"}, flags...)...)
	u.cmd.Dir = u.dir
	u.cmd.Stdout, u.cmd.Stderr = u.out, u.out
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	u.exited = make(chan struct{})
	go func() { _ = u.cmd.Wait(); close(u.exited) }()
	t.Cleanup(func() {
		_ = u.cmd.Process.Signal(syscall.SIGTERM)
		<-u.exited
		if t.Failed() {
			t.Logf("tavana up said:\n%s", u.out)
		}
	})
	u.eventually("it says how to connect", func() bool {
		select {
		case <-u.exited:
			t.Fatalf("tavana up has ended:\n%s", u.out)
		default:
		}
		m := connectLines.FindStringSubmatch(u.out.String())
		if m == nil {
			return false
		}
		u.port, u.http = m[1], m[2]
		return true
	})
	return u
}

func (u *up) eventually(what string, f func() bool) {
	u.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			u.t.Fatalf("never came: %s\n%s", what, u.out)
		}
	}
}

// block is a fenced block of the README.
type block struct{ language, text string }

func readme(t *testing.T) []block {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(workertest.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	for _, m := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out = append(out, block{m[1], m[2]})
	}
	return out
}

// The README's queries, as they stand there, by psql with and without TLS, by psycopg, by ADBC and by pgx.
func TestTheREADMEsQueries(t *testing.T) {
	u := startUp(t, "--sample-data")
	var sql, python []string
	for _, b := range readme(t) {
		switch b.language {
		case "sql":
			sql = append(sql, b.text)
		case "python":
			python = append(python, b.text)
		}
	}
	if len(sql) != 4 || len(python) != 2 {
		t.Fatalf("the README has %d SQL and %d Python blocks", len(sql), len(python))
	}
	want := []string{"AIR|", "", "FRANCE|", "IRAN|"} // what a row of each begins with
	for _, mode := range []string{"disable", "require"} {
		for i, q := range sql {
			if mode != "disable" {
				q = strings.Replace(q, "CREATE TABLE", "CREATE OR REPLACE TABLE", 1)
			}
			cmd := exec.CommandContext(t.Context(), "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", u.port, "-U", "tavana", "tavana")
			cmd.Env = append(os.Environ(), "PGPASSWORD=tavana", "PGSSLMODE="+mode)
			cmd.Stdin = strings.NewReader(q)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), want[i]) || strings.Count(string(out), "\n") < 5 {
				t.Errorf("psql, sslmode=%s: %v\n%s\n%s", mode, err, q, out)
			}
		}
	}

	script := strings.Replace(python[0], ":5432/", ":"+u.port+"/", 1)
	cmd := exec.CommandContext(t.Context(), filepath.Join(workertest.Root(), ".cache", "venv", "bin", "python"), "-c", script)
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), "\n") != 5 || !strings.Contains(string(out), "FRANCE ") {
		t.Errorf("psycopg: %v\n%s", err, out)
	}

	flight := regexp.MustCompile(`grpc://(127\.0\.0\.1:\d+)`).FindStringSubmatch(u.out.String())
	if flight == nil {
		t.Fatalf("it does not say where Flight SQL is:\n%s", u.out)
	}
	cmd = exec.CommandContext(t.Context(), filepath.Join(workertest.Root(), ".cache", "venv", "bin", "python"), "-c", strings.Replace(python[1], "127.0.0.1:8815", flight[1], 1))
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "600572" {
		t.Errorf("ADBC: %v\n%s", err, out)
	}

	for _, mode := range []string{"disable", "require"} {
		conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://tavana:tavana@127.0.0.1:%s/tavana?sslmode=%s", u.port, mode))
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range sql[:2] {
			rows, err := conn.Query(t.Context(), strings.TrimSuffix(strings.TrimSpace(q), ";"))
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				n++
			}
			if rows.Err() != nil || n < 5 {
				t.Errorf("pgx: %d rows, %v", n, rows.Err())
			}
		}
		// The third's statement by a real bind, in each of pgx's ways.
		_, third, _ := strings.Cut(sql[2], "AS\n")
		third, _, _ = strings.Cut(third, ";")
		for _, way := range []pgx.QueryExecMode{
			pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec,
		} {
			var name string
			var customers int64
			if err := conn.QueryRow(t.Context(), third, way, "EUROPE").Scan(&name, &customers); err != nil || name != "FRANCE" || customers == 0 {
				t.Errorf("pgx %s: %s %d %v", way, name, customers, err)
			}
		}
		_ = conn.Close(t.Context())
	}
}

// psql runs statements and returns the rows, unaligned.
func (u *up) psql(sql string) string {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), "psql", "-X", "-At", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", u.port, "-U", "tavana", "tavana")
	cmd.Env = append(os.Environ(), "PGPASSWORD=tavana")
	cmd.Stdin = strings.NewReader(sql)
	out, err := cmd.CombinedOutput()
	if err != nil {
		u.t.Fatalf("psql: %v\n%s\n%s", err, sql, out)
	}
	return strings.TrimSpace(string(out))
}

// What a new user does first: a table made of the sample is there for the next connection, and after a restart.
func TestTablesLast(t *testing.T) {
	data := t.TempDir()
	u := startUp(t, "--sample-data", "--sample-scale", "0.01", "--data", data)
	u.psql("CREATE TABLE nations AS SELECT n_name, r_name FROM tpch.nation JOIN tpch.region ON n_regionkey = r_regionkey;")
	const query, want = "SELECT count(*), count(DISTINCT r_name) FROM nations;", "25|5"
	for range 4 { // whichever worker is asked
		if got := u.psql(query); got != want {
			t.Errorf("another connection: %q", got)
		}
	}
	_ = u.cmd.Process.Signal(syscall.SIGTERM)
	<-u.exited
	u = startUp(t, "--sample-data", "--sample-scale", "0.01", "--data", data)
	if got := u.psql(query); got != want {
		t.Errorf("after a restart: %q", got)
	}
}

func TestMissingExtensionsAreSaid(t *testing.T) {
	out, err := exec.Command(workertest.Binary(t, "tavana"), "up", "--data", t.TempDir(), "--extensions-dir", t.TempDir()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--lake-metadata none") {
		t.Errorf("%v: %s", err, out)
	}
}

// children returns the process ids of the workers.
func (u *up) children() []int {
	u.t.Helper()
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(u.cmd.Process.Pid), "-f", "tavana-worker").Output()
	if err != nil {
		return nil
	}
	var pids []int
	for _, f := range strings.Fields(string(out)) {
		pid, err := strconv.Atoi(f)
		if err != nil {
			u.t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestWorkersAreStartedAgainAndStoppedWithIt(t *testing.T) {
	u := startUp(t, "--workers", "2", "--extensions-dir", t.TempDir(), "--lake-metadata", "none") // no extensions: a quick start
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://tavana:tavana@127.0.0.1:%s/tavana", u.port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	u.eventually("two workers", func() bool { return len(u.children()) == 2 })
	before := u.children()
	for _, pid := range before {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	u.eventually("both are missed", func() bool {
		resp, err := http.Get(u.http + "/ready")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode != http.StatusOK || fmt.Sprint(u.children()) != fmt.Sprint(before) && len(u.children()) == 2
	})
	// The query waits for a worker, and does not fail.
	var one int
	if err := conn.QueryRow(t.Context(), "SELECT 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("%d, %v", one, err)
	}
	u.eventually("two new workers", func() bool {
		now := u.children()
		return len(now) == 2 && now[0] != before[0] && now[0] != before[1]
	})
	if resp, err := http.Get(u.http + "/ready"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("/ready: %v %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	after := u.children()
	if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	u.eventually("workers are gone", func() bool { return !alive(after[0]) && !alive(after[1]) })
	<-u.exited
	left, _ := filepath.Glob(filepath.Join(u.dir, "tavana-data", "spill", "*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A killed `tavana up` leaves no workers.
func TestWorkersEndWithAKilledParent(t *testing.T) {
	u := startUp(t, "--workers", "1", "--extensions-dir", t.TempDir(), "--lake-metadata", "none")
	var pids []int
	u.eventually("a worker", func() bool { pids = u.children(); return len(pids) == 1 })
	if err := u.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	u.eventually("the worker is gone", func() bool { return !alive(pids[0]) })
}

func TestMistakesAreSaid(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "no command"},
		{"nonsense", "unknown command"},
		{"up --nonsense", "nonsense"},
		{"up --workers 65", "workers"},
		{"up --min-workers 0", "min-workers"},
		{"up --min-workers 5 --max-workers 4", "min-workers"},
		{"up --memory-budget 300MB", "memory-budget"},
		{"up --scaler-interval 0s", "scaler-interval"},
		{"up --grow-at 80", "grow-at"},
		{"up --worker-memory 1MB", "worker-memory"},
		{"up --pg-listen 0.0.0.0:0", "password-file"},
		{"up --tls files", "tls-cert"},
		{"passwd --user ann", "no password"},
	} {
		cmd := exec.CommandContext(t.Context(), workertest.Binary(t, "tavana"), strings.Fields(c.args)...)
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), c.want) {
			t.Errorf("tavana %s: %v\n%s", c.args, err, out)
		}
	}
}

func TestPasswdAndUsersFile(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), workertest.Binary(t, "tavana"), "passwd", "--user", "ann", "--superuser")
	cmd.Stdin = strings.NewReader("s3cret\n")
	line, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(line), "ann SCRAM-SHA-256$4096:") || !strings.HasSuffix(string(line), " superuser\n") {
		t.Fatalf("%q %v", line, err)
	}
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, line, 0o600); err != nil {
		t.Fatal(err)
	}
	u := startUp(t, "--users-file", file, "--workers", "1", "--extensions-dir", t.TempDir(), "--lake-metadata", "none")
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://ann:s3cret@127.0.0.1:%s/tavana", u.port))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close(t.Context())
	if _, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://tavana:tavana@127.0.0.1:%s/tavana", u.port)); err == nil {
		t.Error("the default user gets in beside a users file")
	}
}

// The help names every flag, and its name in the environment.
func TestHelp(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), workertest.Binary(t, "tavana"), "up", "--help").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"pg-listen", "http-listen", "workers", "worker-memory", "data", "init-sql", "user", "password-file", "tls", "sample-data", "config"} {
		env := "TAVANA_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		if !strings.Contains(string(out), "--"+flag) || !strings.Contains(string(out), env) {
			t.Errorf("--%s or %s is missing", flag, env)
		}
	}
}
