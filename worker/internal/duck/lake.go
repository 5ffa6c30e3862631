package duck

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/lifecycle"
)

// Lake is where a DuckLake catalog lies: tables that last, shared by all workers.
//
// It taxes every statement of a connection that has it in its search path: a few milliseconds for each one that names a
// function or a table. So a connection has two paths, without it and with it (Conn.UseLasting), and statements that need
// nothing of the lake run without.
type Lake struct {
	// Metadata is DuckLake's: "sqlite:/data/catalog.sqlite" or "postgres:host=… dbname=…".
	Metadata string
	// Data is the folder or URL prefix of the Parquet files, with a slash at the end.
	Data string
	// InlineRows is up to how many rows of an INSERT lie in the catalog's database, in a table there for each table, and not in
	// a file; 0: all lie in files, and there are no such tables.
	InlineRows int
	// Lock is a file that is held by who writes, and Lock with ".attach" behind it by who attaches the catalog, since the first
	// ATTACH of all makes it.
	Lock string
}

// noteSchema has what is noted beside DuckLake's own catalog.
const noteSchema = "pg_tavana"

// publicSchema is the schema that unqualified names are made in, as in PostgreSQL.
const publicSchema = "public"

// keysTable holds the keys that lasting tables were declared with: DuckLake knows none. The gateway writes it, in the
// transaction that makes the table, and shows it in the catalog. kind is p, u or f, as in pg_constraint.contype; on_update and
// on_delete are letters as in confupdtype and confdeltype.
const keysTable = `CREATE TABLE IF NOT EXISTS ` + databaseName + `.` + noteSchema + `.keys (table_schema VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
	name VARCHAR NOT NULL, kind VARCHAR NOT NULL, columns VARCHAR[] NOT NULL, ref_schema VARCHAR, ref_table VARCHAR, ref_columns VARCHAR[],
	on_update VARCHAR, on_delete VARCHAR)`

// commentsTable holds comments on what has none in DuckLake: schemas (table_name and column_name are NULL), and columns of
// views. The gateway writes and shows it, as keysTable.
const commentsTable = `CREATE TABLE IF NOT EXISTS ` + databaseName + `.` + noteSchema + `.comments (table_schema VARCHAR NOT NULL, table_name VARCHAR,
	column_name VARCHAR, comment VARCHAR NOT NULL)`

// ownComments shows the comments on tables in the worker's own catalog, and lakeComments those in a lake as of its last
// commit: duckdb_tables() asks DuckLake for the statistics of each table, 2 ms for one.
const (
	ownComments = `CREATE VIEW ` + noteSchema + `.table_comments AS SELECT CASE schema_name WHEN 'main' THEN '` + publicSchema + `' ELSE schema_name END AS table_schema, table_name, comment
		FROM duckdb_tables()
		WHERE database_name = '` + databaseName + `' AND comment <> ''`
	lakeComments = `CREATE VIEW IF NOT EXISTS ` + databaseName + `.` + noteSchema + `.table_comments AS
		SELECT s.schema_name AS table_schema, t.table_name, g.value AS comment
		FROM ` + metadataName + `.ducklake_tag g
		JOIN ` + metadataName + `.ducklake_table t ON t.table_id = g.object_id AND t.end_snapshot IS NULL
		JOIN ` + metadataName + `.ducklake_schema s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
		WHERE g.key = 'comment' AND g.value <> '' AND g.end_snapshot IS NULL`
)

// metadataName is what DuckLake calls the database that has its catalog.
const metadataName = "__ducklake_metadata_" + databaseName

// inline makes rows of one of Tavana's own tables lie in the catalog, in pieces of up to ten, and not in a file each, where
// other tables' do not. The catalog remembers it: it is written once.
func (in *Instance) inline(table string) error {
	set, err := in.admin.queryInts("SELECT count(*) FROM " + metadataName + ".ducklake_metadata m JOIN " + metadataName + ".ducklake_table t ON m.scope_id = t.table_id" +
		" JOIN " + metadataName + ".ducklake_schema s ON s.schema_id = t.schema_id WHERE m.key = 'data_inlining_row_limit' AND m.scope = 'table'" +
		" AND s.schema_name = '" + noteSchema + "' AND t.table_name = " + Quote(table))
	if err != nil || set[0] > 0 {
		return err
	}
	return in.admin.exec("CALL " + databaseName + ".set_option('data_inlining_row_limit', 10, schema => '" + noteSchema + "', table_name => " + Quote(table) + ")")
}

func (in *Instance) attachLake(l Lake) error {
	if l.Metadata == "" {
		return nil
	}
	if err := makeFolders(l); err != nil {
		return err
	}
	lock, err := lifecycle.AcquireLock(l.Lock + ".attach")
	if err != nil {
		return fmt.Errorf("locking the lasting catalog: %w", err)
	}
	defer lock.Release()
	for _, sql := range []string{
		"ATTACH " + Quote("ducklake:"+l.Metadata) + " AS " + databaseName + " (DATA_PATH " + Quote(l.Data) + ", READ_WRITE, DATA_INLINING_ROW_LIMIT " + strconv.Itoa(l.InlineRows) + l.options() + ")",
		"CREATE SCHEMA IF NOT EXISTS " + databaseName + "." + publicSchema,
		"CREATE SCHEMA IF NOT EXISTS " + databaseName + "." + noteSchema,
		keysTable, commentsTable,
		"ALTER TABLE " + databaseName + "." + noteSchema + ".keys ADD COLUMN IF NOT EXISTS on_update VARCHAR", // of a catalog that was made before
		"ALTER TABLE " + databaseName + "." + noteSchema + ".keys ADD COLUMN IF NOT EXISTS on_delete VARCHAR",
		lakeComments,
	} {
		if err := in.admin.exec(sql); err != nil {
			return fmt.Errorf("attaching the lasting catalog: %w", err)
		}
	}
	if l.InlineRows == 0 {
		for _, table := range []string{"keys", "comments"} {
			if err := in.inline(table); err != nil {
				return fmt.Errorf("attaching the lasting catalog: %w", err)
			}
		}
	}
	in.lake = &l
	if in.ownSchemas, err = in.admin.queryStrings("SELECT schema_name FROM duckdb_schemas() WHERE database_name = " + Quote(in.own) + " AND NOT internal"); err != nil {
		return err
	}
	return nil
}

// makeFolders makes the local folders of a lake.
func makeFolders(l Lake) error {
	folders := []string{filepath.Dir(l.Lock)}
	if !strings.Contains(l.Data, "://") {
		folders = append(folders, l.Data)
	}
	if file, ok := strings.CutPrefix(l.Metadata, "sqlite:"); ok {
		folders = append(folders, filepath.Dir(file))
	}
	for _, f := range folders {
		if err := os.MkdirAll(f, 0o700); err != nil {
			return fmt.Errorf("making the lasting catalog's folders: %w", err)
		}
	}
	return nil
}

// HasLake tells whether there is a lasting catalog.
func (in *Instance) HasLake() bool { return in.lake != nil }

// paths are a connection's two search paths, in DuckDB's form.
type paths struct{ plain, lasting string }

// defaultPaths are those of a session that has set none.
func (in *Instance) defaultPaths() paths { return in.pathsOf([]string{publicSchema}, nil, nil) }

// pathsOf makes the paths of a search_path, of which own and lake are the schemas that there are (nil: not asked, the
// defaults exist). With the lake, the worker's own schemas stand at the end, so that names qualified by them are found.
func (in *Instance) pathsOf(names, own, lake []string) paths {
	var plain, lasting []string
	for _, n := range names {
		if strings.EqualFold(n, noteSchema) {
			continue // what is written there is Tavana's own
		}
		name := n
		if name == publicSchema {
			name = "main"
		}
		if own == nil || contains(own, name) {
			plain = append(plain, in.own+"."+quoteName(name))
		}
		if lake == nil || contains(lake, n) {
			lasting = append(lasting, databaseName+"."+quoteName(n))
		}
	}
	if len(plain) == 0 {
		plain = []string{in.own + ".main"}
	}
	if in.lake == nil {
		return paths{strings.Join(plain, ","), ""}
	}
	if len(lasting) == 0 {
		lasting = []string{databaseName + "." + publicSchema}
	}
	for _, s := range append([]string{"main"}, in.ownSchemas...) {
		if entry := in.own + "." + quoteName(s); !contains(lasting, entry) {
			lasting = append(lasting, entry)
		}
	}
	return paths{strings.Join(plain, ","), strings.Join(lasting, ",")}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// setPath makes names, a search_path, the connection's: those of them that exist, as PostgreSQL does.
func (c *Conn) setPath(names []string) error {
	p := c.in.defaultPaths()
	if names != nil {
		schemas := func(catalog string) ([]string, error) {
			return c.queryStrings("SELECT schema_name FROM duckdb_schemas() WHERE database_name = " + Quote(catalog))
		}
		own, err := schemas(c.in.own)
		if err != nil {
			return err
		}
		lake := []string{}
		if c.in.lake != nil {
			if lake, err = schemas(databaseName); err != nil {
				return err
			}
		}
		p = c.in.pathsOf(names, own, lake)
	}
	c.paths = p
	// For what is visible; see the gateway's catalog.sql.
	searched := "NULL"
	if names != nil {
		shown := slices.Clone(names)
		for i, n := range shown {
			if n == "main" {
				shown[i] = publicSchema
			}
		}
		searched = quoteList(shown) + "::VARCHAR[]"
	}
	if err := c.exec("SET VARIABLE tavana_path = " + searched); err != nil {
		return err
	}
	return c.usePath()
}

func (c *Conn) usePath() error {
	path := c.paths.plain
	if c.lasting {
		path = c.paths.lasting
	}
	if c.catalog != "" {
		path += "," + quoteName(c.catalog) + "." + catalogSchema
	}
	return c.exec("SET SESSION search_path = " + Quote(path))
}

// Lasting tells whether names are looked up in the lasting catalog.
func (c *Conn) Lasting() bool { return c.lasting }

// UseLasting makes names be looked up in the lasting catalog, or not.
func (c *Conn) UseLasting(on bool) error {
	if on == c.lasting || on && c.in.lake == nil {
		return nil
	}
	was := c.lasting
	c.lasting = on
	if err := c.usePath(); err != nil {
		c.lasting = was
		return err
	}
	return nil
}

// queryStrings runs a query and returns its first column, which is VARCHAR.
func (c *Conn) queryStrings(sql string) ([]string, error) {
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(c.c, sql, &res) == bindings.StateError {
		return nil, errorFrom(bindings.ResultError(&res))
	}
	out := []string{}
	for {
		chunk := bindings.FetchChunk(res)
		if chunk.Ptr == nil || bindings.DataChunkGetSize(chunk) == 0 {
			bindings.DestroyDataChunk(&chunk)
			return out, nil
		}
		data := bindings.VectorGetData(bindings.DataChunkGetVector(chunk, 0))
		for i := range int(bindings.DataChunkGetSize(chunk)) {
			const size = 16 // of a duckdb_string_t
			out = append(out, bindings.StringTData((*bindings.StringT)(unsafe.Add(data, size*i))))
		}
		bindings.DestroyDataChunk(&chunk)
	}
}

// metadataQuery makes a query that the database of the lake's metadata runs itself, by its indexes: DuckDB would read all commits
// that there were. The table is one of DuckLake's.
func (l Lake) metadataQuery(columns, table, rest string) string {
	kind, _, _ := strings.Cut(l.Metadata, ":")
	schema := map[string]string{"sqlite": "main", "postgres": "public"}[kind]
	return "SELECT " + columns + " FROM " + kind + "_query('" + metadataName + "', " + Quote("SELECT * FROM "+schema+"."+table+" "+rest) + ")"
}

// version returns the version of the lake's schema, and its last commit.
func (c *Conn) version() (schema, commit int64, err error) {
	v, err := c.queryInts(c.in.lake.metadataQuery("schema_version::BIGINT, snapshot_id::BIGINT", "ducklake_snapshot", "ORDER BY snapshot_id DESC LIMIT 1"))
	if err != nil {
		return 0, 0, err
	}
	return v[0], v[1], nil
}

// onlyRows are the changes of a commit that are of rows alone, as DuckLake writes and has written them (ParseChangeType in its
// ducklake_transaction_changes.cpp): a word and the number of a table.
var onlyRows = regexp.MustCompile(`^(?:inserted_into_table|deleted_from_table|inlined_insert|inlined_delete|inline_flush|flushed_inlined|compacted_table|merge_adjacent|rewrite_delete):(\d+)$`)

// onlyOthersRows tells whether nothing has changed between two commits but rows of tables, and none of these tables'.
func (c *Conn) onlyOthersRows(after, upTo int64, tables []string) (bool, error) {
	const most = 1000
	if upTo < after || upTo-after > most {
		return false, nil
	}
	commits, err := c.queryStrings(c.in.lake.metadataQuery("coalesce(changes_made, '')", "ducklake_snapshot_changes",
		fmt.Sprintf("WHERE snapshot_id > %d AND snapshot_id <= %d", after, upTo)))
	if err != nil || int64(len(commits)) != upTo-after { // what has been expired is not known
		return false, err
	}
	for _, changes := range commits {
		for change := range strings.SplitSeq(changes, ",") {
			if m := onlyRows.FindStringSubmatch(change); m == nil || slices.Contains(tables, m[1]) {
				return false, nil
			}
		}
	}
	return true, nil
}

// options are those of the ATTACH. In SQLite's write-ahead mode readers and a writer do not wait for each other, and who
// meets another writer waits for 5 s. The catalog remembers where its data is and refuses another place, except where it
// lies beside the data: then somebody has moved the folder with both.
func (l Lake) options() string {
	file, ok := strings.CutPrefix(l.Metadata, "sqlite:")
	if !ok {
		return ""
	}
	options := ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000"
	if filepath.Dir(file) == filepath.Dir(strings.TrimRight(l.Data, "/")) {
		options += ", OVERRIDE_DATA_PATH true"
	}
	return options
}
