package duck

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// catalogSchema is the schema of a catalog's database that sessions search.
const catalogSchema = "pgcat"

// spillDirectory is DuckDB's own folder for what does not fit in memory. It is one of those that it may open files in.
func spillDirectory(dir string) string { return filepath.Join(dir, "spill") }

var catalogName = regexp.MustCompile(`^pg_[a-z0-9_]{1,60}$`)

// copySuffix follows a catalog's name in that of the database in memory that has copies of some of its views: of
// pgcat.tavana_live_X the table X, in the schema that says when it is copied. The catalog makes the tables, and CopyCatalog
// fills them.
const copySuffix = "_copy"

// The schemas: with each change of the lake's schema, with each commit, and with each change of the lake's schema or of what the
// tables in onCommit say.
const (
	onSchema = "on_schema"
	onCommit = "on_commit"
	onLists  = "on_lists"
)

var copyTable = regexp.MustCompile(`^(` + onSchema + `|` + onCommit + `|` + onLists + `)\.[a-z_0-9]{1,60}$`)

// copies are a catalog's.
type copies struct {
	turn chan struct{} // holds one: who takes it out may use what follows
	conn *Conn         // nil until it is needed
	made copied
	// notes are the tables in onCommit, and noted the lake's numbers of those that they are made of.
	notes, noted []string
	// readers hold it for reading from when they know that copies are new until it is settled which they see, and it is held
	// for writing when others take their place: nobody sees one copy from before a change and another from after it.
	readers sync.RWMutex
}

// copied is what has been copied, and as of when: those of onCommit as of a commit, and what they say.
type copied struct {
	tables map[string]version // of the other schemas
	commit int64
	notes  int64
}

// version is what a copy was made of: a schema of the lake's and, in onLists, what the notes say.
type version struct{ schema, notes int64 }

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
		"ATTACH " + Quote(file) + " AS " + name + " (READ_WRITE, STORAGE_VERSION 'latest')",
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
	c := &copies{turn: make(chan struct{}, 1), made: copied{tables: map[string]version{}, commit: -1}}
	c.turn <- struct{}{}
	return c
}

// open connects, and finds which tables the notes are.
func (c *copies) open(in *Instance, catalog string) error {
	if c.conn != nil {
		return nil
	}
	conn, err := in.Connect()
	if err != nil {
		return err
	}
	c.notes, err = conn.queryStrings("SELECT DISTINCT table_name FROM duckdb_columns() WHERE database_name = " + Quote(catalog+copySuffix) + " AND schema_name = " + Quote(onCommit))
	if err != nil {
		conn.Close()
		return err
	}
	c.conn = conn
	return nil
}

// CopyCatalog makes those copies of a catalog as new as the lake is now, unless ctx ends before; those that others are made of
// come first. begun is to be called when the statement that reads them has begun, which settles what it sees, or is given up;
// nil: there are none, as where there is no lake.
func (in *Instance) CopyCatalog(ctx context.Context, name string, tables []string) (begun func(), err error) {
	for _, t := range tables {
		if !copyTable.MatchString(t) {
			return nil, pgerror.Newf(pgerror.ProtocolViolation, "%q is not the name of a copy", t)
		}
	}
	in.catalogMu.Lock()
	c := in.catalogs[name]
	in.catalogMu.Unlock()
	if c == nil || in.lake == nil {
		return nil, nil
	}
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := c.open(in, name); err != nil {
		return nil, err
	}
	if err := c.conn.unless(ctx, func() error { return c.renew(ctx, name, tables) }); err != nil {
		c.conn.Close() // whatever state it is in
		c.conn = nil
		return nil, err
	}
	c.readers.RLock() // who holds it for writing has the turn
	return sync.OnceFunc(c.readers.RUnlock), nil
}

// readersPatience is how long new copies wait for statements that begin with the old ones. One may take long to be bound, as over
// files far away; who wants the new ones does without then.
const readersPatience = 200 * time.Millisecond

var errReadersStay = errors.New("other statements hold the copies")

// renew makes the copies that are old. It is called by who has the turn.
func (c *copies) renew(ctx context.Context, catalog string, tables []string) error {
	// The versions are read first: what is copied then is those or newer.
	schema, commit, err := c.conn.version()
	if err != nil {
		return err
	}
	if c.made.commit >= 0 && c.made.commit != commit && slices.ContainsFunc(tables, ofNotes) {
		same, err := c.conn.onlyOthersRows(c.made.commit, commit, c.noted)
		if err != nil {
			return err
		}
		if same {
			c.made.commit = commit
		}
	}
	if c.made.current(tables, schema, commit) {
		return nil
	}
	if err := c.conn.UseCopies(tables); err != nil { // of copies are copies made
		return err
	}
	now := c.made
	now.tables = maps.Clone(now.tables)
	replace := func() {}
	err = c.conn.Whole(func() error {
		if err := c.copy(ctx, catalog, tables, &now, schema, commit); err != nil {
			return err
		}
		for patience := time.Now().Add(readersPatience); !c.readers.TryLock(); time.Sleep(time.Millisecond) {
			if ctx.Err() != nil || time.Now().After(patience) {
				return cmp.Or(context.Cause(ctx), errReadersStay)
			}
		}
		replace = c.readers.Unlock
		return nil
	})
	replace()
	if err == nil {
		c.made = now
	}
	return err
}

// current tells whether the tables are as new as a schema of the lake's and a commit.
func (m *copied) current(tables []string, schema, commit int64) bool {
	return !slices.ContainsFunc(tables, func(t string) bool { return !m.has(t, schema, commit) })
}

func (m *copied) has(table string, schema, commit int64) bool {
	s, _, _ := strings.Cut(table, ".")
	if ofNotes(table) && m.commit != commit {
		return false
	}
	made, ok := m.tables[table]
	return s == onCommit || ok && made == m.version(s, schema)
}

// ofNotes tells whether a copy is one of the notes, or made of them.
func ofNotes(table string) bool { return !strings.HasPrefix(table, onSchema+".") }

// version returns what a copy that is made now, in one of the schemas, is made of.
func (m *copied) version(in string, schema int64) version {
	if in == onLists {
		return version{schema, m.notes}
	}
	return version{schema: schema}
}

// copy makes the copies that are older, and notes it in now.
func (c *copies) copy(ctx context.Context, catalog string, tables []string, now *copied, schema, commit int64) error {
	for _, t := range tables {
		if ctx.Err() != nil { // an interrupt between two statements is none
			return context.Cause(ctx)
		}
		in, name, _ := strings.Cut(t, ".")
		if ofNotes(t) && now.commit != commit {
			if err := c.copyNotes(catalog, now, commit); err != nil {
				return err
			}
		}
		if now.has(t, schema, commit) {
			continue
		}
		if err := c.copyTable(catalog, in, name); err != nil {
			return err
		}
		now.tables[t] = now.version(in, schema)
	}
	return nil
}

// copyNotes copies the tables of onCommit, and finds whether they say what they said.
func (c *copies) copyNotes(catalog string, now *copied, commit int64) error {
	noted, err := c.conn.queryStrings("SELECT t.table_id::VARCHAR FROM " + metadataName + ".ducklake_table t JOIN " + metadataName + ".ducklake_schema s ON s.schema_id = t.schema_id" +
		" WHERE s.schema_name = " + Quote(noteSchema))
	if err != nil {
		return err
	}
	c.noted = noted
	now.commit, now.notes = commit, 0
	for _, t := range c.notes {
		if err := c.copyTable(catalog, onCommit, t); err != nil {
			return err
		}
		sum, err := c.conn.queryInts("SELECT (coalesce(sum(hash(t)), 0) % 4611686018427387847)::BIGINT FROM " + catalog + copySuffix + "." + onCommit + "." + t + " t")
		if err != nil {
			return err
		}
		now.notes = now.notes*31 + sum[0]
	}
	return nil
}

func (c *copies) copyTable(catalog, in, name string) error {
	return c.conn.exec("CREATE OR REPLACE TABLE " + catalog + copySuffix + "." + in + "." + name + " AS FROM " + catalog + "." + catalogSchema + ".tavana_live_" + name)
}

// UseCopies makes a catalog's views read these copies, and nothing else of what is copied.
func (c *Conn) UseCopies(tables []string) error {
	if slices.Equal(tables, c.copies) {
		return nil
	}
	list := ""
	if len(tables) > 0 {
		list = "," + strings.Join(tables, ",") + ","
	}
	if err := c.exec("SET VARIABLE tavana_copied = " + Quote(list)); err != nil {
		return err
	}
	c.copies = tables
	return nil
}
