package duck

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/internal/pgerror"
)

// catalogSchema is the schema of a catalog's database that sessions search.
const catalogSchema = "pgcat"

// spillDirectory is DuckDB's own folder for what does not fit in memory. It is one of those that it may open files in.
func spillDirectory(dir string) string { return filepath.Join(dir, "spill") }

var catalogName = regexp.MustCompile(`^pg_[a-z0-9_]{1,60}$`)

// copySuffix follows a catalog's name in that of the database in memory that has copies of some of its views: of
// pgcat.tavana_live_X the table X, in one of two schemas. The catalog makes the tables, and CopyCatalog fills them.
const copySuffix = "_copy"

// copySchemas say when their tables are copied: when the lake's schema has changed, and with each commit.
var copySchemas = []string{"on_schema", "on_commit"}

// copies are a catalog's.
type copies struct {
	turn chan struct{} // holds one: who takes it out may use what follows
	conn *Conn         // nil until it is needed
	// tables are those that are copied, with their schemas, and versions what those of each schema are as of; -1: there are none yet.
	tables   []string
	versions []int64
}

// AddCatalog makes a database of that name by sql and opens it read-only for all connections, unless it is there. tables are
// what the SQL's views read, for their columns' sake.
func (in *Instance) AddCatalog(name, sql string, tables map[string]Rows) error {
	if !catalogName.MatchString(name) {
		return pgerror.New(pgerror.ProtocolViolation, "a catalog's name begins with pg_")
	}
	in.catalogMu.Lock()
	defer in.catalogMu.Unlock()
	if in.catalogs[name] != nil {
		return nil
	}
	c, err := in.Connect()
	if err != nil {
		return err
	}
	defer c.Close()
	defer c.Withdraw()
	for table, rows := range tables {
		c.Offer(table, rows)
	}
	if err := os.MkdirAll(spillDirectory(in.dir), 0o700); err != nil {
		return err
	}
	file := filepath.Join(spillDirectory(in.dir), name+".duckdb")
	for _, s := range []string{
		"ATTACH ':memory:' AS " + name + copySuffix + " (READ_WRITE)",
		"ATTACH " + Quote(file) + " AS " + name + " (READ_WRITE)",
		sql,
		"DETACH " + name,
		"ATTACH " + Quote(file) + " AS " + name + " (READ_ONLY)",
	} {
		if err := c.exec(s); err != nil {
			_ = c.exec("DETACH DATABASE IF EXISTS " + name)
			_ = c.exec("DETACH DATABASE IF EXISTS " + name + copySuffix)
			_ = os.Remove(file)
			return err
		}
	}
	in.catalogs[name] = newCopies()
	return nil
}

func newCopies() *copies {
	c := &copies{turn: make(chan struct{}, 1), versions: []int64{-1, -1}}
	c.turn <- struct{}{}
	return c
}

// open connects, and finds what is to be copied.
func (c *copies) open(in *Instance, catalog string) error {
	if c.conn != nil {
		return nil
	}
	conn, err := in.Connect()
	if err != nil {
		return err
	}
	c.tables, err = conn.queryStrings("SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() WHERE database_name = " + Quote(catalog+copySuffix))
	if err != nil {
		conn.Close()
		return err
	}
	c.conn = conn
	return nil
}

// CopyCatalog makes the copies of a catalog as new as the lake is now, unless ctx ends before. It tells whether they are: not
// where there is no lake.
func (in *Instance) CopyCatalog(ctx context.Context, name string) (bool, error) {
	in.catalogMu.Lock()
	c := in.catalogs[name]
	in.catalogMu.Unlock()
	if c == nil || !in.lake {
		return false, nil
	}
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if err := c.open(in, name); err != nil {
		return false, err
	}
	defer context.AfterFunc(ctx, c.conn.Interrupt)()
	// The versions are read first: what is copied then is those or newer.
	versions, err := c.conn.queryInts("SELECT max(schema_version), max(snapshot_id) FROM " + metadataName + ".ducklake_snapshot")
	if err != nil || slices.Equal(versions, c.versions) {
		return err == nil, err
	}
	if err := c.conn.Whole(func() error { return c.copy(name, versions) }); err != nil {
		return false, err
	}
	c.versions = versions
	return true, nil
}

// copy makes the copies that are older than versions.
func (c *copies) copy(catalog string, versions []int64) error {
	for _, t := range c.tables {
		schema, table, _ := strings.Cut(t, ".")
		if i := slices.Index(copySchemas, schema); i < 0 || versions[i] == c.versions[i] {
			continue
		}
		if err := c.conn.exec("CREATE OR REPLACE TABLE " + catalog + copySuffix + "." + t + " AS FROM " + catalog + "." + catalogSchema + ".tavana_live_" + table); err != nil {
			return err
		}
	}
	return nil
}

// UseCopies makes a catalog's views read the copies, or what is copied.
func (c *Conn) UseCopies(on bool) error {
	if on == c.copied {
		return nil
	}
	if err := c.exec("SET VARIABLE tavana_copied = " + strconv.FormatBool(on)); err != nil {
		return err
	}
	c.copied = on
	return nil
}
