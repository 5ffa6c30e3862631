package dispatch

import (
	"fmt"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Comments on tables, views and columns of tables are DuckDB's. Those on schemas and on columns of lasting views, which it
// has none on, are noted as keys are.

// commentsTable is the worker's; see worker/internal/duck.
const commentsTable = "tavana.pg_tavana.comments"

// comment returns what is to be run for a COMMENT ON COLUMN or SCHEMA. The column is looked up first: DuckLake takes the
// whole of DuckDB down over one that is missing.
func comment(st *session.Statement, d *sqltext.Description) ([]*session.Statement, error) {
	if d.Column != "" {
		list, err := derived("SELECT " + identifier(d.Column) + " FROM " + d.Relation + " WHERE false")
		return append(list, st), err
	}
	missing := "\x01" + string(pgerror.InvalidSchemaName) + fmt.Sprintf("schema %q does not exist", d.Object.Schema)
	schema := "SELECT CASE WHEN count(*) = 0 THEN error(" + sqltext.Quote(missing) + ") END FROM duckdb_schemas()" +
		" WHERE database_name IN ('tavana', 'init') AND schema_name = " + sqltext.Quote(d.Object.Schema)
	return derived(append([]string{schema}, note(d)...)...)
}

// note returns what puts a comment into the place of the one that is noted.
func note(d *sqltext.Description) []string {
	where, values := "table_schema = "+sqltext.Quote(d.Object.Schema)+" AND table_name IS NULL", sqltext.Quote(d.Object.Schema)+", NULL, NULL"
	if d.Column != "" {
		where = ofTable(d.Object) + " AND column_name = " + sqltext.Quote(d.Column)
		values = schemaOf(d.Object) + ", " + sqltext.Quote(d.Object.Name) + ", " + sqltext.Quote(d.Column)
	}
	list := []string{"DELETE FROM " + commentsTable + " WHERE " + where}
	if d.Text != "" {
		list = append(list, "INSERT INTO "+commentsTable+" VALUES ("+values+", "+sqltext.Quote(d.Text)+")")
	}
	return list
}
