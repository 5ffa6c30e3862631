package duck

import (
	"os"
	"path/filepath"
	"regexp"

	"github.com/angelerator/tavana/internal/pgerror"
)

// catalogSchema is the schema of a catalog's database that sessions search.
const catalogSchema = "pgcat"

// spillDirectory is DuckDB's own folder for what does not fit in memory. It is one of those that it may open files in.
func spillDirectory(dir string) string { return filepath.Join(dir, "spill") }

var catalogName = regexp.MustCompile(`^pg_[a-z0-9_]{1,60}$`)

// AddCatalog makes a database of that name by sql and opens it read-only for all connections, unless it is there. tables are
// what the SQL's views read, for their columns' sake.
func (in *Instance) AddCatalog(name, sql string, tables map[string]Rows) error {
	if !catalogName.MatchString(name) {
		return pgerror.New(pgerror.ProtocolViolation, "a catalog's name begins with pg_")
	}
	in.catalogMu.Lock()
	defer in.catalogMu.Unlock()
	if in.catalogs[name] {
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
		"ATTACH " + Quote(file) + " AS " + name + " (READ_WRITE)",
		sql,
		"DETACH " + name,
		"ATTACH " + Quote(file) + " AS " + name + " (READ_ONLY)",
	} {
		if err := c.exec(s); err != nil {
			_ = c.exec("DETACH DATABASE IF EXISTS " + name)
			_ = os.Remove(file)
			return err
		}
	}
	in.catalogs[name] = true
	return nil
}
