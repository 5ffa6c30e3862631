package duck

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Options are what an Instance is made of. Sizes are in bytes.
type Options struct {
	Threads     int
	MemoryLimit uint64
	// Directory is private to the Instance: it is made, holds the database file and the spill folder, and goes with it.
	Directory string
	// MaxSpill is how much may be spilled to disk.
	MaxSpill uint64
	// ExtensionDirectory has the layout of DuckDB's own: vX.Y.Z/PLATFORM/NAME.duckdb_extension. Nothing is downloaded.
	ExtensionDirectory string
	Extensions         []string
	// AllowedDirectories are the paths and URL prefixes that statements may read and write.
	AllowedDirectories []string
	// Secrets are statements that give DuckDB its keys to object stores.
	Secrets []string
	// Lake is the lasting catalog; the zero Lake: none.
	Lake Lake
	// InitSQL makes what all sessions see, each entry any number of statements. It runs once, before the locks.
	InitSQL []string

	pinned bool // the extensions have been checked
}

// Names of catalogs, as clients see them. The lasting catalog has the name of the database; without one, the worker's own
// has it.
const (
	databaseName = "tavana"
	initName     = "init"
)

// Instance is one DuckDB database shared by all connections of the worker. What InitSQL made lies in a file that is
// open read-only: a worker's own catalog can't drift from the other workers', only TEMP objects can be made beside it.
type Instance struct {
	db  bindings.Database
	dir string

	// own is the name of the catalog that InitSQL filled, and ownSchemas are the schemas there.
	own        string
	ownSchemas []string
	lake       *Lake // nil: there is none

	// admin runs what the worker itself wants to know or set, one statement at a time.
	adminMu sync.Mutex
	admin   *Conn
	// memory is the question that Memory asks, prepared: it is asked many times a second.
	memory bindings.PreparedStatement

	// catalogs are the databases that AddCatalog has made.
	catalogMu sync.Mutex
	catalogs  map[string]*copies

	// rows are what connections, by DuckDB's numbers of them, are offered to read.
	rowsMu sync.Mutex
	rows   map[uint64]map[string]*offer
}

// Version returns DuckDB's version, such as "v1.5.5".
func Version() string { return bindings.LibraryVersion() }

// Open makes an instance: initial SQL into a file of its own, then the file read-only with settings, extensions and
// locks.
func Open(o Options) (*Instance, error) {
	limitArenas(max(1, o.Threads/2))
	if err := os.MkdirAll(o.Directory, 0o700); err != nil {
		return nil, fmt.Errorf("making the worker's folder: %w", err)
	}
	in, err := open(o)
	if err != nil {
		_ = os.RemoveAll(o.Directory)
		return nil, err
	}
	return in, nil
}

func open(o Options) (in *Instance, err error) {
	if o.pinned, err = o.pinnedExtensions(); err != nil {
		return nil, err
	}
	own := databaseName
	if o.Lake.Metadata != "" {
		own = initName
	}
	file := filepath.Join(o.Directory, own+".duckdb")
	first, err := openFile(file, "automatic", o)
	if err != nil {
		return nil, err
	}
	err = first.run(o.Secrets, "giving keys") // views of the initial SQL read their files to know their columns
	if err == nil && own == databaseName {
		err = first.run([]string{"CREATE SCHEMA " + noteSchema, keysTable, commentsTable, ownComments}, "making the tables of keys and comments")
	}
	if err == nil {
		err = first.run(o.InitSQL, "running initial SQL")
	}
	first.close()
	if err != nil {
		return nil, err
	}
	if in, err = openFile(file, "read_only", o); err != nil {
		return nil, err
	}
	in.own = own
	if err := in.run(o.Secrets, "giving keys"); err != nil {
		in.close()
		return nil, err
	}
	if err := in.attachLake(o.Lake); err != nil {
		in.close()
		return nil, err
	}
	allowed := o.AllowedDirectories
	if in.lake != nil {
		allowed = append(slices.Clone(allowed), o.Lake.Data)
	}
	for _, s := range []string{
		"SET GLOBAL allowed_directories = " + quoteList(allowed),
		"SET GLOBAL enable_external_access = false",
		"SET GLOBAL allowed_configs = " + quoteList(keptOpen),
		"SET GLOBAL lock_configuration = true",
	} {
		if err := in.Exec(s); err != nil {
			in.close()
			return nil, fmt.Errorf("locking the configuration: %w", err)
		}
	}
	return in, nil
}

func (in *Instance) run(list []string, what string) error {
	for _, s := range list {
		if err := in.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// OpenUnlocked opens an in-memory database without locks, for making data and never for serving. InitSQL and
// AllowedDirectories are left out.
func OpenUnlocked(o Options) (*Instance, error) {
	if err := os.MkdirAll(o.Directory, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder: %w", err)
	}
	return openFile(":memory:", "automatic", o)
}

// startSettings are set before the database opens: nothing that opens it inherits another default.
func startSettings(accessMode string, pinned bool) [][2]string {
	return [][2]string{
		{"access_mode", accessMode},
		{"allow_unsigned_extensions", strconv.FormatBool(pinned)}, // which have been checked already
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
	}
}

// instanceSettings are set once for all connections.
func instanceSettings(o Options) [][2]string {
	return [][2]string{
		{"threads", strconv.Itoa(max(o.Threads, 1))},
		{"memory_limit", byteSize(o.MemoryLimit)},
		{"temp_directory", spillDirectory(o.Directory)},
		{"max_temp_directory_size", byteSize(o.MaxSpill)},
		{"extension_directory", o.ExtensionDirectory},
		{"secret_directory", filepath.Join(o.Directory, "secrets")},
		{"preserve_insertion_order", "true"},
		// Statements can read DuckDB's spill folder, so what others spill there is encrypted. DuckDB's own cipher needs to be
		// asked for when httpfs, which brings OpenSSL's, is not loaded.
		{"force_mbedtls_unsafe", "true"},
		{"temp_file_encryption", "true"},
		{"parquet_metadata_cache", "true"},
		// A name that is not there is not looked for, for "did you mean", in schemas that were not asked for: that reads the
		// whole lasting catalog, and every lasting table is first looked for where it is not.
		{"catalog_error_max_schemas", "0"},
		{"TimeZone", "UTC"},
		{"Calendar", "gregorian"},
	}
}

// keptOpen are the settings that stay changeable after the lock: those of a connection, and the memory limit, which
// follows the container's. Users never reach them: SET and its kin are refused by statement type.
var keptOpen = []string{
	"memory_limit", "TimeZone", "search_path", "schema", "errors_as_json", "integer_division", "default_null_order",
	"ieee_floating_point_ops", "arrow_lossless_conversion", "streaming_buffer_size",
}

func openFile(path, accessMode string, o Options) (*Instance, error) {
	var cfg bindings.Config
	if bindings.CreateConfig(&cfg) == bindings.StateError {
		return nil, errors.New("creating DuckDB's configuration")
	}
	defer bindings.DestroyConfig(&cfg)
	for _, kv := range startSettings(accessMode, o.pinned) {
		if bindings.SetConfig(cfg, kv[0], kv[1]) == bindings.StateError {
			return nil, fmt.Errorf("setting %s", kv[0])
		}
	}
	in := &Instance{dir: o.Directory, catalogs: map[string]*copies{}, rows: map[uint64]map[string]*offer{}}
	var msg string
	if bindings.OpenExt(path, &in.db, cfg, &msg) == bindings.StateError {
		return nil, fmt.Errorf("opening DuckDB: %s", msg)
	}
	if err := in.setUp(o); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *Instance) setUp(o Options) error {
	var err error
	if in.admin, err = in.Connect(); err != nil {
		return err
	}
	if err := errors.Join(in.registerRows(in.admin.c), registerTypes(in.admin.c), registerArrayCasts(in.admin.c), registerFunctions(in.admin.c), registerNative(in.admin.c, intervalFunctions), registerNative(in.admin.c, joinFunctions)); err != nil {
		return err
	}
	for _, kv := range instanceSettings(o) {
		if err := in.admin.exec("SET GLOBAL " + kv[0] + " = " + Quote(kv[1])); err != nil {
			return fmt.Errorf("setting %s: %w", kv[0], err)
		}
	}
	for _, e := range o.Extensions {
		if err := in.admin.exec("LOAD " + Quote(o.extensionFile(e))); err != nil {
			return fmt.Errorf("loading extension %s: %w", e, err)
		}
	}
	// The first use of secrets looks for stored ones: after the locks it would fail, and every later one with it.
	if err := in.admin.exec("SELECT count(*) FROM duckdb_secrets()"); err != nil {
		return fmt.Errorf("setting up secrets: %w", err)
	}
	if bindings.Prepare(in.admin.c, memoryQuery, &in.memory) == bindings.StateError {
		return fmt.Errorf("asking for memory: %w", errorFrom(bindings.PrepareError(in.memory)))
	}
	return nil
}

// Close closes the database, whose connections the caller has closed before, and removes its folder.
func (in *Instance) Close() {
	in.close()
	_ = os.RemoveAll(in.dir)
}

func (in *Instance) close() {
	for _, c := range in.catalogs {
		if c.conn != nil {
			c.conn.Close()
		}
	}
	bindings.DestroyPrepare(&in.memory)
	if in.admin != nil {
		in.admin.Close()
	}
	bindings.Close(&in.db)
}

// Exec runs statements on the instance's own connection, for the worker itself.
func (in *Instance) Exec(sql string) error {
	in.adminMu.Lock()
	defer in.adminMu.Unlock()
	return in.admin.exec(sql)
}

// Alive tells whether the instance still answers. After a fatal error it does not.
func (in *Instance) Alive() bool { return in.Exec("SELECT 1") == nil }

// SetMemoryLimit sets how much DuckDB may use, in bytes. A lower limit fails when what is in use can't be freed.
func (in *Instance) SetMemoryLimit(bytes uint64) error {
	return in.Exec("SET GLOBAL memory_limit = " + Quote(byteSize(bytes)))
}

// Memory is what DuckDB counts, in bytes.
type Memory struct {
	// Used is all of it, Held what it can't do without, which leaves out caches, and Tables what of Held is tables in memory.
	Used, Held, Tables uint64
	// Spilled is what it has put on disk.
	Spilled uint64
}

const memoryQuery = "SELECT memory_usage_bytes, temporary_storage_bytes, (tag IN ('EXTERNAL_FILE_CACHE', 'OBJECT_CACHE'))::BIGINT, (tag = 'IN_MEMORY_TABLE')::BIGINT FROM duckdb_memory()"

// Memory returns what DuckDB uses now.
func (in *Instance) Memory() (Memory, error) {
	in.adminMu.Lock()
	defer in.adminMu.Unlock()
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.ExecutePrepared(in.memory, &res) == bindings.StateError {
		return Memory{}, errorFrom(bindings.ResultError(&res))
	}
	chunk := bindings.FetchChunk(res)
	defer bindings.DestroyDataChunk(&chunk)
	if chunk.Ptr == nil {
		return Memory{}, errors.New("DuckDB does not tell what memory it uses")
	}
	n := int(bindings.DataChunkGetSize(chunk))
	used, spilled, cache, tables := ints(chunk, 0, n), ints(chunk, 1, n), ints(chunk, 2, n), ints(chunk, 3, n)
	var m Memory
	for i := range n {
		m.Used += uint64(used[i])
		m.Spilled += uint64(spilled[i])
		if cache[i] == 0 {
			m.Held += uint64(used[i])
		}
		if tables[i] != 0 {
			m.Tables += uint64(used[i])
		}
	}
	return m, nil
}

// Held returns how much DuckDB holds that it can't do without, in bytes: caches are left out.
func (in *Instance) Held() (uint64, error) {
	m, err := in.Memory()
	return m.Held, err
}

func byteSize(n uint64) string { return strconv.FormatUint(n, 10) + "B" }

// Quote returns s as a SQL string literal.
func Quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func quoteList(s []string) string {
	q := make([]string, len(s))
	for i, v := range s {
		q[i] = Quote(v)
	}
	return "[" + strings.Join(q, ", ") + "]"
}
