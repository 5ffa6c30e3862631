package duck

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// Conn is a connection. It runs one statement at a time; only Interrupt may be called beside.
type Conn struct {
	c  bindings.Connection
	in *Instance
	// paths are the search paths, and lasting says which one is in force.
	paths   paths
	lasting bool
	// catalog is the database of AddCatalog that is searched last; "": none.
	catalog string
	// copies are what catalogs' views read copies of; see UseCopies.
	copies []string
	// settings are the session settings in force, by DuckDB's names.
	settings map[string]string

	// mu guards running and interrupted: an interrupt is delivered only to the statement it was meant for.
	mu          sync.Mutex
	running     bool
	interrupted bool
}

// connSettings make DuckDB answer as the pgwire door needs it; see docs/postgres-compatibility.md for each.
var connSettings = []string{
	"SET SESSION errors_as_json = true",
	"SET SESSION arrow_lossless_conversion = true",
	"SET SESSION integer_division = true",
	"SET SESSION default_null_order = 'postgres'",
}

// Connect opens a connection with the settings of the PostgreSQL dialect.
func (in *Instance) Connect() (*Conn, error) {
	c := &Conn{in: in, paths: in.defaultPaths(), settings: map[string]string{}}
	if bindings.Connect(in.db, &c.c) == bindings.StateError {
		return nil, pgerror.New(pgerror.InternalError, "connecting to DuckDB failed")
	}
	for _, s := range connSettings {
		if err := c.exec(s); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// Whole runs f in a transaction: what f has done is committed, or nothing of it.
func (c *Conn) Whole(f func() error) error {
	err := c.exec("BEGIN TRANSACTION")
	if err != nil {
		return err
	}
	if err = f(); err == nil {
		err = c.exec("COMMIT")
	}
	if err != nil {
		_ = c.exec("ROLLBACK") // unless a failed commit has ended the transaction already
	}
	return err
}

// Close closes the connection; its transaction is rolled back and its temporary tables go.
func (c *Conn) Close() { bindings.Disconnect(&c.c) }

// The settings that a session may send along, by the names of the protocol.
const (
	settingTimeZone   = "TimeZone"
	settingSearchPath = "search_path"
	settingCatalog    = "catalog"
)

// Apply makes want the session settings in force; those that it does not name go back to their defaults.
func (c *Conn) Apply(want map[string]string) error {
	if c.Has(want) {
		return nil
	}
	for name := range c.settings {
		if _, ok := want[name]; !ok {
			if err := c.set(name, ""); err != nil {
				return err
			}
		}
	}
	for name, v := range want {
		if c.settings[name] != v {
			if err := c.set(name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// set sets one session setting; "" is its default.
func (c *Conn) set(name, v string) error {
	var err error
	switch name {
	case settingTimeZone:
		zone := v
		if zone == "" {
			zone = "UTC"
		}
		err = c.exec("SET SESSION TimeZone = " + Quote(zone))
	case settingSearchPath:
		err = c.setPath(splitPath(v))
	case settingCatalog:
		c.catalog = v
		err = c.usePath()
	default:
		err = pgerror.Newf(pgerror.UndefinedObject, "unrecognized configuration parameter %q", name)
	}
	if err != nil {
		return err
	}
	delete(c.settings, name)
	if v != "" {
		c.settings[name] = v
	}
	return nil
}

// splitPath divides a search_path as the protocol has it: quoted names with commas between. nil: none.
func splitPath(v string) []string {
	if v == "" {
		return nil
	}
	names := strings.Split(v, `","`)
	for i, n := range names {
		names[i] = strings.ReplaceAll(strings.Trim(n, `"`), `""`, `"`)
	}
	return names
}

// Has tells whether exactly these session settings are in force.
func (c *Conn) Has(settings map[string]string) bool { return maps.Equal(c.settings, settings) }

// Interrupt asks the statement that runs to stop, if one does. It returns at once.
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		c.interrupted = true
		bindings.Interrupt(c.c)
	}
}

// begin and end mark the time in which an interrupt may be delivered.
func (c *Conn) begin() {
	c.mu.Lock()
	c.running, c.interrupted = true, false
	c.mu.Unlock()
}

// end reports whether the statement was interrupted.
func (c *Conn) end() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = false
	return c.interrupted
}

func (c *Conn) wasInterrupted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.interrupted
}

// Exec runs a statement of the worker's own, whose rows are of no interest. It can be interrupted.
func (c *Conn) Exec(sql string) error {
	c.begin()
	err := c.exec(sql)
	if c.end() && err != nil {
		err = pgerror.Canceled
	}
	return err
}

// unless runs f, which runs statements of the worker's own, and interrupts it when ctx ends.
func (c *Conn) unless(ctx context.Context, f func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.begin()
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		c.Interrupt()
	})
	err := f()
	c.end()
	if !stop() {
		<-interrupted
		return context.Cause(ctx)
	}
	return err
}

// exec runs any number of statements whose rows are of no interest.
func (c *Conn) exec(sql string) error {
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(c.c, sql, &res) == bindings.StateError {
		return errorFrom(bindings.ResultError(&res))
	}
	return nil
}

// queryInts runs a query and returns the first row, whose columns are BIGINT.
func (c *Conn) queryInts(sql string) ([]int64, error) {
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(c.c, sql, &res) == bindings.StateError {
		return nil, errorFrom(bindings.ResultError(&res))
	}
	chunk := bindings.FetchChunk(res)
	defer bindings.DestroyDataChunk(&chunk)
	if chunk.Ptr == nil || bindings.DataChunkGetSize(chunk) == 0 {
		return nil, fmt.Errorf("no row from %q", sql)
	}
	out := make([]int64, bindings.DataChunkGetColumnCount(chunk))
	for i := range out {
		out[i] = firstInt(chunk, i)
	}
	return out, nil
}
