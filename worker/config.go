package worker

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/angelerator/tavana/internal/config"
	"github.com/angelerator/tavana/internal/machine"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// Config is what a Worker is made of. Sizes are in bytes.
type Config struct {
	Listen         string
	Token          string
	Memory         uint64
	QueryMemory    uint64
	Threads        int
	SpillDir       string
	SpillMax       uint64
	ExtensionsDir  string
	Extensions     []string
	Allow          []string
	InitSQL        []string
	LakeMetadata   string
	LakeData       string
	LakeInlineRows int
	Stores         config.Stores
	IdleRelease    time.Duration
	SessionGrace   time.Duration
	DrainTimeout   time.Duration
	ResultTimeout  time.Duration
	FlightSecret   string
	DirectListen   string
	Advertise      string

	MaxCursors            int
	CursorIdleTimeout     time.Duration
	CursorCleanupInterval time.Duration
	CursorSpoolMax        uint64
	// OwnProcess says that the process is this worker's alone: then the kernel is told how much memory it may map, and that
	// it is the one to end when the machine has none left.
	OwnProcess bool
}

// Settings adds the worker's rows to t.
func (c *Config) Settings(t *config.Table) {
	t.String(&c.Listen, "listen", "127.0.0.1:50053", "address the worker serves Arrow Flight on: host:port or unix:///path").Alias("GRPC_PORT", config.Port)
	t.String(&c.Token, "worker-token", "", "secret that gateway and workers share; empty: no check").Secret()
	t.Bytes(&c.Memory, "memory", 0, "memory of the whole process; 0: the cgroup's limit, or half of the machine's").ShowDefault("the cgroup's limit, else half of the machine's memory")
	t.Bytes(&c.QueryMemory, "query-memory", 128<<20, "memory that a statement reserves when the gateway does not say")
	t.Duration(&c.IdleRelease, "idle-release", time.Minute, "how long cached data is kept in memory when nothing runs; 0: for ever")
	t.Duration(&c.SessionGrace, "session-grace", 10*time.Second, "how long sessions and cursors of a gateway that is not heard of are kept")
	t.Int(&c.MaxCursors, "max-cursors", 100, "how many cursors may be open").Alias("MAX_CURSORS", nil)
	t.Duration(&c.CursorIdleTimeout, "cursor-idle-timeout", 5*time.Minute, "how long a cursor may be open without being read; 0: for ever").Alias("CURSOR_IDLE_TIMEOUT_SECS", config.Seconds)
	t.Duration(&c.CursorCleanupInterval, "cursor-cleanup-interval", time.Minute, "how often idle cursors are looked for").Alias("CURSOR_CLEANUP_INTERVAL_SECS", config.Seconds)
	t.Duration(&c.ResultTimeout, "result-timeout", 5*time.Minute, "how long a Flight SQL result waits for its client to come for the rows")
	t.String(&c.DirectListen, "direct-listen", "", "address to which Flight SQL clients may come for their rows when a gateway sends them: host:port or unix:///path; empty: none may")
	t.String(&c.FlightSecret, "flight-secret", "", "with --direct-listen: the gateways' flight-secret, by which their clients' tickets are known").Secret()
	t.String(&c.Advertise, "advertise", "", "with --direct-listen: the URL that clients reach it at, as grpc://10.0.0.7:50054").ShowDefault("made of --direct-listen")
	t.Bytes(&c.CursorSpoolMax, "cursor-spool-max", 50<<30, "how much of cursors' rows may be put on disk")
	t.Int(&c.Threads, "threads", 0, "DuckDB's threads; 0: as many as the process may use cores").ShowDefault("the cores the process may use")
	t.String(&c.SpillDir, "spill-dir", filepath.Join(os.TempDir(), "tavana"), "folder on disk for what does not fit in memory").ShowDefault("tavana in the system's temporary folder")
	t.Bytes(&c.SpillMax, "spill-max", 100<<30, "how much may be spilled")
	t.String(&c.ExtensionsDir, "extensions-dir", defaultExtensionsDir(), "folder with DuckDB's extensions, as scripts/fetch-extensions fills it").
		ShowDefault("extensions beside the program").Alias("DUCKDB_EXTENSIONS_DIR", nil)
	t.List(&c.Extensions, "extensions", []string{"all"}, "DuckDB extensions to load: names, all of the folder, or none")
	t.List(&c.Allow, "allow", nil, "folders and URL prefixes (s3://bucket/) that statements may read")
	t.List(&c.InitSQL, "init-sql", nil, "files of SQL run once at the start: views that all sessions see")
	t.String(&c.LakeMetadata, "lake-metadata", "", "where the catalog of lasting tables lies: sqlite:FILE, or postgres:CONNECTION; empty: there is none").Secret()
	t.String(&c.LakeData, "lake-data", "", "folder or URL prefix of lasting tables' Parquet files")
	t.Int(&c.LakeInlineRows, "lake-inline-rows", 10, "an INSERT of up to so many rows into a lasting table lies in the catalog, not in a file; 0 for catalogs of thousands of tables, which it makes slow")
	c.Stores.Settings(t)
	t.Duration(&c.DrainTimeout, "drain-timeout", 30*time.Second, "how long running statements may go on after SIGTERM")
}

// Validate reports everything that is wrong.
func (c *Config) Validate() error {
	var errs []error
	if c.Listen == "" {
		errs = append(errs, errors.New("listen: must not be empty"))
	}
	if c.Memory != 0 && c.Memory < minMargin {
		errs = append(errs, errors.New("memory: must be at least 128MiB"))
	}
	if c.QueryMemory == 0 {
		errs = append(errs, errors.New("query-memory: must not be 0"))
	}
	if (c.LakeMetadata == "") != (c.LakeData == "") {
		errs = append(errs, errors.New("lake-metadata and lake-data: need each other"))
	}
	if c.LakeInlineRows < 0 {
		errs = append(errs, errors.New("lake-inline-rows: must not be negative"))
	}
	if c.MaxCursors < 1 {
		errs = append(errs, errors.New("max-cursors: must be at least 1"))
	}
	if c.ResultTimeout <= 0 {
		errs = append(errs, errors.New("result-timeout: must be more than 0"))
	}
	if c.DirectListen != "" && c.FlightSecret == "" {
		errs = append(errs, errors.New("direct-listen: needs a flight-secret, or nobody's tickets would be known"))
	}
	if c.DirectListen != "" && c.location(c.DirectListen) == "" {
		errs = append(errs, errors.New("advertise: clients can't reach every address at once: name one"))
	}
	if c.SpillDir == "" {
		errs = append(errs, errors.New("spill-dir: must not be empty"))
	}
	return errors.Join(errs...)
}

// lake returns where lasting tables lie; the zero Lake: nowhere. All workers of one machine hold the same lock while they
// attach it: beside local data, in the spill folder otherwise.
func (c *Config) lake() duck.Lake {
	if c.LakeMetadata == "" {
		return duck.Lake{}
	}
	l := duck.Lake{Metadata: c.LakeMetadata, Data: absolute([]string{c.LakeData})[0], InlineRows: c.LakeInlineRows, Lock: filepath.Join(c.SpillDir, "lake.lock")}
	if file, ok := strings.CutPrefix(c.LakeMetadata, "sqlite:"); ok {
		l.Lock = file + ".lock"
	}
	return l
}

// location is the URL by which clients come for their rows to a listener at address; empty: it says nothing to them.
func (c *Config) location(address string) string {
	switch {
	case c.Advertise != "":
		return c.Advertise
	case strings.HasPrefix(address, "unix:"):
		return "grpc+" + address
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
		return ""
	}
	return "grpc://" + address
}

func (c *Config) threads() int {
	if c.Threads > 0 {
		return c.Threads
	}
	return runtime.GOMAXPROCS(0)
}

func (c *Config) memoryTotal() uint64 {
	if c.Memory > 0 {
		return c.Memory
	}
	return machine.Memory(machine.Root())
}

// defaultExtensionsDir is the folder that the build fills beside the program.
func defaultExtensionsDir() string {
	exe, err := os.Executable()
	if err != nil {
		return "extensions"
	}
	return filepath.Join(filepath.Dir(exe), "extensions")
}
