// Package up runs Tavana on one machine: the gateway in this process, workers as child processes behind Unix sockets.
package up

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/machine"
	"github.com/angelerator/tavana/sidecar"
)

// Config is what `tavana up` is made of.
type Config struct {
	gateway.Config
	WorkerCount    int
	WorkerMemory   uint64
	MemoryBudget   uint64
	Resize         sidecar.Rules
	Cgroups        bool
	WorkerThreads  int
	Data           string
	InitSQL        string
	Allow          []string
	LakeMetadata   string
	LakeData       string
	LakeInlineRows int
	Stores         config.Stores
	SampleData     bool
	SampleScale    string
	Extensions     string
}

// Settings adds the rows of `tavana up` to t.
func (c *Config) Settings(t *config.Table) {
	t.String(&c.PGListen, "pg-listen", "127.0.0.1:5432", "address for PostgreSQL clients").Alias("PG_PORT", config.Port)
	t.String(&c.FlightListen, "flight-listen", "127.0.0.1:8815", "address for Flight SQL clients; empty: none")
	t.String(&c.HTTPListen, "http-listen", "127.0.0.1:8080", "address of /health, /ready and /metrics; empty: none").Alias("HTTP_PORT", config.Port)
	c.Scaling.Settings(t)
	t.Int(&c.WorkerCount, "workers", 0, "how many workers there are, whatever comes: min-workers and max-workers in one").ShowDefault("as many as the work needs")
	t.Bytes(&c.MemoryBudget, "memory-budget", 0, "memory for all workers").ShowDefault("the cgroup's limit, else half of the machine's memory")
	t.Bytes(&c.WorkerMemory, "worker-memory", 0, "memory that a worker begins with, and goes back to").ShowDefault("the budget, shared among max-workers")
	sidecar.Settings(t, &c.Resize)
	t.Bool(&c.Cgroups, "cgroups", false, "hold each worker to its memory by a cgroup of its own (Linux; this process must be allowed to make some)")
	t.Int(&c.WorkerThreads, "worker-threads", 0, "threads of each worker").ShowDefault("the machine's cores")
	t.String(&c.Data, "data", "tavana-data", "folder for data: lasting tables, the sample, and what is spilled to disk")
	t.String(&c.LakeMetadata, "lake-metadata", "", "where the catalog of lasting tables lies: sqlite:FILE, postgres:CONNECTION, or none").Secret().ShowDefault("sqlite:catalog.sqlite in the data folder")
	t.String(&c.LakeData, "lake-data", "", "folder or URL prefix of lasting tables' Parquet files").ShowDefault("tables in the data folder")
	t.Int(&c.LakeInlineRows, "lake-inline-rows", 10, "an INSERT of up to so many rows into a lasting table lies in the catalog, not in a file; 0 for catalogs of thousands of tables, which it makes slow")
	c.Stores.Settings(t)
	c.Sizing.Settings(t)
	t.String(&c.InitSQL, "init-sql", "", "file of SQL run on every worker when it starts: views that all sessions see")
	t.List(&c.Allow, "allow", nil, "folders and URL prefixes (s3://bucket/) that statements may read and write")
	t.Bool(&c.SampleData, "sample-data", false, "make TPC-H data as Parquet files, shown as views in schema tpch")
	t.String(&c.SampleScale, "sample-scale", "0.1", "size of the sample: TPC-H's scale factor; 1 is about 250 MB of Parquet")
	t.String(&c.Extensions, "extensions-dir", "", "folder with DuckDB's extensions").ShowDefault("extensions beside the program")
	c.SharedSettings(t)
}

// Validate reports what is wrong; the gateway's part is checked when it is made.
func (c *Config) Validate() error {
	const most = 64
	r := &c.Scaling.Rules
	if c.WorkerCount < 0 || c.WorkerCount > most {
		return fmt.Errorf("workers: must be from 1 to %d", most)
	}
	if c.WorkerCount > 0 {
		r.Min, r.Max = c.WorkerCount, c.WorkerCount
	}
	if r.Max < 1 || r.Max > most {
		return fmt.Errorf("max-workers: must be from 1 to %d", most)
	}
	if r.Min < 1 || r.Min > r.Max {
		return errors.New("min-workers: must be from 1 to max-workers")
	}
	if c.Scaling.Interval <= 0 {
		return errors.New("scaler-interval: must be more than 0")
	}
	if c.WorkerMemory != 0 && c.WorkerMemory < 128<<20 {
		return errors.New("worker-memory: must be at least 128MiB")
	}
	if given := c.MemoryBudget; given != 0 && given < uint64(r.Min)*cmp.Or(c.WorkerMemory, leastWorker) {
		return fmt.Errorf("memory-budget: is too little for %d workers", r.Min)
	}
	return nil
}

// leastWorker is what a worker has at least when nobody says how much, in bytes.
const leastWorker = 256 << 20

// share says how much memory there is, where the user has not: the budget, and each worker's part of it.
func (c *Config) share() {
	r := c.Scaling.Rules
	if c.MemoryBudget == 0 {
		c.MemoryBudget = max(machine.Memory(machine.Root()), uint64(r.Min)*cmp.Or(c.WorkerMemory, leastWorker))
	}
	if c.WorkerMemory == 0 {
		c.WorkerMemory = max(c.MemoryBudget/uint64(r.Max), leastWorker)
	}
}

// Run runs everything until ctx ends: it says on stdout how to connect, and stops in the opposite order, clients first,
// then the workers they need.
func Run(ctx context.Context, cfg Config, stdout, stderr io.Writer) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	cfg.share()
	log := slog.New(slog.NewTextHandler(stderr, nil))

	// Sockets' names must be short (108 bytes), so they are not in the data folder; only this user can enter.
	run, err := os.MkdirTemp("", "tavana-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(run)
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return err
	}
	if cfg.FlightDirect && cfg.FlightSecret == "" {
		cfg.FlightSecret = rand.Text()
	}
	base, err := cfg.worker(ctx, log, stderr)
	if err != nil {
		return err
	}
	background, stopWorkers := context.WithCancel(context.Background())
	defer stopWorkers()
	f := newFleet(background, &cfg, run, base, log)
	cfg.Fleet, cfg.WorkerToken = f, base.token
	g, err := gateway.New(cfg.Config, log)
	if err != nil {
		return err
	}
	if err := f.start(cfg.Scaling.Rules.Min); err != nil {
		stopWorkers()
		f.wait()
		g.Close()
		return fmt.Errorf("starting a worker: %w", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { announce(background, g, &cfg, stdout) })
	err = g.Run(ctx)
	stopWorkers()
	f.wait()
	wg.Wait()
	return err
}

// announce says how to connect, once queries are answered.
func announce(ctx context.Context, g *gateway.Gateway, cfg *Config, out io.Writer) {
	if g.AwaitReady(ctx) != nil {
		return
	}
	password := ""
	if cfg.UsersFile == "" && cfg.PasswordFile == "" {
		password = ", password tavana"
	}
	target := g.PGAddr().String()
	if host, port, err := net.SplitHostPort(target); err == nil {
		target = fmt.Sprintf("-h %s -p %s", host, port)
	} else {
		target = "-h " + filepath.Dir(target)
	}
	fmt.Fprintf(out, "\nTavana is ready.\n\n  psql %s -U %s %s      (TLS %s%s)\n", target, cfg.User, cfg.Database, cfg.TLS, password)
	if a := g.FlightAddr(); a != nil {
		fmt.Fprintf(out, "  Flight SQL at grpc://%s      (ADBC, JDBC, pyarrow; grpc+tls:// as well)\n", a)
	}
	if a := g.HTTPAddr(); a != nil {
		fmt.Fprintf(out, "  http://%s/metrics, /ready, /health\n", a)
	}
	if cfg.SampleData {
		fmt.Fprintf(out, "\nTry:  SELECT l_returnflag, sum(l_quantity) FROM tpch.lineitem GROUP BY 1 ORDER BY 1;\n")
	}
	fmt.Fprintln(out)
}

// worker describes what all worker processes have in common, after making the sample that they show.
func (c *Config) worker(ctx context.Context, log *slog.Logger, stderr io.Writer) (w worker, err error) {
	program, err := workerProgram()
	if err != nil {
		return w, err
	}
	extensions := c.Extensions
	if extensions == "" {
		extensions = filepath.Join(filepath.Dir(program), "extensions")
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return w, err
	}
	lakeMetadata, lakeData, err := c.lake(data, extensions)
	if err != nil {
		return w, err
	}
	var initSQL []string
	allow := append([]string(nil), c.Allow...)
	if c.SampleData {
		dir := filepath.Join(data, "sample", "tpch-sf"+c.SampleScale)
		cmd := exec.CommandContext(ctx, program, "sample-data", "--dir", dir, "--scale-factor", c.SampleScale, "--extensions-dir", extensions)
		cmd.Stdout, cmd.Stderr = stderr, stderr
		if err := cmd.Run(); err != nil {
			return w, fmt.Errorf("making the sample data: %w", err)
		}
		initSQL = append(initSQL, filepath.Join(dir, "views.sql"))
		allow = append(allow, dir)
	}
	c.Sizing.Allow, c.Sizing.Stores = allow, c.Stores
	if c.InitSQL != "" {
		initSQL = append(initSQL, c.InitSQL)
	}
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	token := hex.EncodeToString(secret[:])
	secrets := []string{"TAVANA_LAKE_METADATA=" + lakeMetadata}
	if c.FlightDirect {
		secrets = append(secrets, "TAVANA_FLIGHT_SECRET="+c.FlightSecret)
	}
	args := []string{
		"--spill-dir", filepath.Join(data, "spill"), "--extensions-dir", extensions, "--lake-data", lakeData, "--lake-inline-rows", fmt.Sprint(c.LakeInlineRows),
	}
	if c.WorkerThreads > 0 {
		args = append(args, "--threads", fmt.Sprint(c.WorkerThreads))
	}
	for _, f := range initSQL {
		args = append(args, "--init-sql", f)
	}
	for _, a := range allow {
		args = append(args, "--allow", a)
	}
	return worker{
		program: program, args: args, token: token, secrets: append(c.Stores.Environ(), secrets...), log: log, stderr: stderr, direct: c.FlightDirect,
		grace: c.DrainTimeout + 15*time.Second,
	}, nil
}

// lake returns where lasting tables lie; nothing: there are none.
func (c *Config) lake(data, extensions string) (metadata, files string, err error) {
	switch c.LakeMetadata {
	case "none":
		if c.LakeData != "" {
			return "", "", errors.New("lake-data: is of no use without lake-metadata")
		}
		return "", "", nil
	case "":
		metadata = "sqlite:" + filepath.Join(data, "catalog.sqlite")
	default:
		metadata = c.LakeMetadata
	}
	if files = c.LakeData; files == "" {
		files = filepath.Join(data, "tables")
	}
	if found, _ := filepath.Glob(filepath.Join(extensions, "*", "*", "ducklake.duckdb_extension")); len(found) == 0 {
		return "", "", fmt.Errorf("lasting tables need DuckDB's extensions ducklake and sqlite_scanner, which are not in %s: "+
			"fetch them with `make extensions`, or go without lasting tables by --lake-metadata none", extensions)
	}
	return metadata, files, nil
}

// workerProgram finds tavana-worker beside this program.
func workerProgram() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(exe), "tavana-worker")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("tavana-worker must stand beside %s: %w", filepath.Base(exe), err)
	}
	return path, nil
}
