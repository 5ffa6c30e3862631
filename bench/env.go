package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/angelerator/tavana/internal/pgtest"
	"github.com/angelerator/tavana/internal/workerapi"
)

// env is what the cases share: binaries, data, and a PostgreSQL.
type env struct {
	bin, out string
	sf1      string // folder of TPC-H SF1
	pg       *pgtest.Server
}

func newEnv(ctx context.Context, bin, out string) (*env, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	if out, err = filepath.Abs(out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	e := &env{bin: bin, out: out, sf1: filepath.Join(out, "tpch-sf1")}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "tavana-worker"), "sample-data", "--dir", e.sf1, "--scale-factor", "1")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("making TPC-H SF1: %w", err)
	}
	if e.pg, err = pgtest.Start(ctx, "shared_buffers=512MB"); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *env) close() { e.pg.Stop() }

func (e *env) lineitem() string { return e.lineitemTimes(1) }

// lineitemTimes is lineitem so many times, as one table.
func (e *env) lineitemTimes(n int) string {
	file := "'" + filepath.Join(e.sf1, "lineitem", "*", "*.parquet") + "'"
	return "SELECT * FROM read_parquet([" + strings.Repeat(file+", ", n-1) + file + "])"
}

// process is a program under measure.
type process struct {
	cmd *exec.Cmd
}

func start(name string, environ []string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), environ...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return &process{cmd}, cmd.Start()
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// cpu returns the CPU seconds the process has used.
func (p *process) cpu() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	utime, _ := strconv.ParseFloat(f[11], 64)
	stime, _ := strconv.ParseFloat(f[12], 64)
	const ticks = 100 // USER_HZ
	return (utime + stime) / ticks
}

// rss returns the process's resident memory in bytes.
func (p *process) rss() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// tavana is a worker and a gateway.
type tavana struct {
	worker, gateway *process
	client          *workerapi.Client
	addr            string
	arrow, target   string // of the gateway's Flight SQL, and of the worker
}

// startTavana starts both, the worker with further flags. cores is the gateway's GOMAXPROCS; 0: as many as there are.
func (e *env) startTavana(ctx context.Context, cores int, workerFlags ...string) (*tavana, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	target := "unix://" + filepath.Join(dir, "w.sock")
	t := &tavana{target: target}
	workerFlags = append([]string{"--listen", target, "--memory", "4GB", "--allow", e.out, "--spill-dir", dir}, workerFlags...)
	if t.worker, err = start(filepath.Join(e.bin, "tavana-worker"), nil, workerFlags...); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	t.addr = net.JoinHostPort("127.0.0.1", port)
	arrow, err := freePort()
	if err != nil {
		return nil, err
	}
	t.arrow = net.JoinHostPort("127.0.0.1", arrow)
	var environ []string
	if cores > 0 {
		environ = append(environ, "GOMAXPROCS="+strconv.Itoa(cores))
	}
	if t.gateway, err = start(filepath.Join(e.bin, "tavana-gateway"), environ, "--worker-addresses", target, "--pg-listen", t.addr, "--flight-listen", t.arrow, "--http-listen", ""); err != nil {
		return nil, err
	}
	if t.client, err = workerapi.Dial(target, ""); err != nil {
		return nil, err
	}
	return t, t.await(ctx)
}

func (t *tavana) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		c, err := dialWire(ctx, t.addr)
		if err == nil {
			_, err = c.query("SELECT 1")
			c.close()
		}
		if err == nil {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("tavana did not start: %w", errors.Join(err, ctx.Err()))
		}
	}
}

func (t *tavana) stop() {
	_ = t.client.Close()
	t.gateway.stop()
	t.worker.stop()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// peer is what DuckDB in one process did.
type peer struct {
	Rows    int64   `json:"rows"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
}

// inprocess runs the DuckDB peer over one query.
func (e *env) inprocess(ctx context.Context, sql string, flags ...string) (peer, error) {
	list, err := e.inprocessAll(ctx, append(flags, "--sql", sql)...)
	if err != nil {
		return peer{}, err
	}
	return list[0], nil
}

// inprocessAll runs the DuckDB peer and returns what it did for each query.
func (e *env) inprocessAll(ctx context.Context, flags ...string) ([]peer, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(e.bin, "bench-inprocess"), flags...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("DuckDB in process: %w", err)
	}
	var list []peer
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p peer
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
}
