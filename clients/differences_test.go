package clients

// Why checks differ. docs/postgres-compatibility.md has more on most of it.
const (
	catalogColumns = "catalog columns have DuckDB's types"
	catalogRows    = "the catalog does not describe built-in objects, or privileges"
	defaults       = "a default's text is DuckDB's"
	explains       = "EXPLAIN has DuckDB's text, which has no costs"
	hexes          = "a literal of bytes needs its type"
	jsons          = "json has DuckDB's functions"
	limits         = "DuckDB takes no parameter in the LIMIT of a lateral query"
	noRowIDs       = "tables have no ctid, tableoid and xmin"
	numerics       = "numerics without a scale, and what is computed of numerics, have DuckDB's types"
	regclasses     = "a parameter that is cast to regclass by way of text is not looked up"
	settings       = "the name of current_setting can't be a parameter"
	statements     = "DuckDB refuses the statement"
	paramTypes     = "a parameter is described as text where nothing tells DuckDB its type"
	procs          = "not every function of PostgreSQL's can be called"
	reserved       = "words that are reserved in DuckDB alone can't be names without quotes"
	returning      = "DuckLake has no RETURNING"
	savepoints     = "DuckDB has no savepoints: what was written since one can't be taken back by itself"
	tableOIDs      = "RowDescription does not name the table that a column comes from"
	varchars       = "columns of varchar(n) and char(n) are text"
	renamedOIDs    = "a table's OID is made of its name: one that is renamed has another"
	errorTexts     = "errors and notices have DuckDB's words"
	vacuums        = "nothing is vacuumed, and there are no settings of it"
	viewReads      = "DuckDB does not tell what a view reads"
	viewText       = "a view's text is DuckDB's"
)

// differ returns the checks that differ for each of the reasons.
func differ(reasons map[string][]string) map[string]string {
	out := map[string]string{}
	for reason, checks := range reasons {
		for _, c := range checks {
			out[c] = reason
		}
	}
	return out
}

// differences are the checks that fail on Tavana, by program and reason; one that passes all the same must be taken out.
var differences = map[string]map[string]string{
	"duckdb": differ(map[string][]string{noRowIDs: {"update"}}),
	"jdbc": differ(map[string][]string{
		savepoints: {"rollback/savepoint/simple", "rollback/savepoint/extended", "rollback/savepoint/extendedForPrepared", "rollback/savepoint/extendedCacheEverything"},
		tableOIDs:  {"catalog/tables/simple", "catalog/tables/extended", "catalog/tables/extendedForPrepared", "catalog/tables/extendedCacheEverything"},
	}),
	"sqlalchemy": differ(map[string][]string{
		regclasses: {
			"reflect/sorted/asyncpg", "reflect/foreign_keys/asyncpg", "reflect/foreign_keys/options/asyncpg", "reflect/comments/asyncpg",
			"core/create_all/asyncpg",
		},
		varchars: {
			"reflect/types/psycopg2", "reflect/types/psycopg", "reflect/types/asyncpg", "reflect/types/sized/psycopg2",
			"reflect/types/sized/psycopg", "reflect/types/sized/asyncpg",
			"core/ctas/psycopg",
		},
		defaults: {
			"reflect/defaults/asyncpg", "reflect/defaults/meaning/psycopg",
			"reflect/defaults/meaning/asyncpg",
		},
		paramTypes: {
			"reflect/primary_key/asyncpg", "reflect/unique/asyncpg", "reflect/multi/asyncpg", "reflect/metadata/asyncpg",
			"reflect/automap/asyncpg", "core/select/tuple/asyncpg", "core/ctas/asyncpg",
		},
		settings: {
			"reflect/metadata/psycopg",
			"reflect/automap/psycopg",
		},
		viewText: {"reflect/view/psycopg2", "reflect/view/psycopg", "reflect/view/asyncpg"},
		limits:   {"core/select/lateral/psycopg", "core/select/lateral/asyncpg"},
		numerics: {
			"core/select/coalesce/psycopg2", "core/select/coalesce/psycopg", "core/select/coalesce/asyncpg", "core/select/arithmetic/psycopg2",
			"core/select/arithmetic/psycopg", "core/select/arithmetic/asyncpg",
		},
	}),
	"pandas": differ(map[string][]string{
		varchars: {"read/table/psycopg", "read/chunks/psycopg", "write/rows/psycopg", "write/multi/psycopg", "write/delete_rows/psycopg"},
		settings: {"read/name/psycopg"},
	}),
	"polars": differ(map[string][]string{
		varchars: {"connectorx/types/binary", "connectorx/types/csv", "connectorx/types/cursor", "write/psycopg"},
	}),
	"ibis": differ(map[string][]string{
		jsons: {"expression/json/str", "expression/json/int"},
	}),
	"pgadmin": differ(map[string][]string{
		catalogRows: {"database/extension", "database/language", "catalog/aggregates", "table/dialog/operators"},
		varchars:    {"table/sql", "table/sql/exact", "column/nodes", "column/nodes/types", "query/rows", "data/all-rows"},
		defaults:    {"column/list/defaults"},
		viewReads:   {"table/dependents/view", "column/dependents", "view/dependencies"},
		viewText:    {"view/properties"},
		numerics:    {"view/columns"},
		vacuums:     {"table/dialog/vacuum"},
		errorTexts:  {"query/notice"},
		explains:    {"query/explain", "query/explain/analyze"},
		tableOIDs:   {"query/editable"},
		returning:   {"data/edit"},
		renamedOIDs: {"dialog/table"},
	}),
	"superset": differ(map[string][]string{
		varchars: {"table/columns", "table/columns/length", "view/columns"},
		explains: {"lab/estimate"},
	}),
	"odbc-catalog": differ(map[string][]string{
		varchars:    {"columns/varchar"},
		tableOIDs:   {"description"},
		catalogRows: {"description/sizes"},
	}),
	"backslash": differ(map[string][]string{
		defaults: {
			"backslash/objects/default-array", "backslash/d-default_calls",
			"backslash/d-default_array",
		},
		catalogRows: {
			"backslash/dconfig", "backslash/dx", "backslash/dL-languages", "backslash/dL-sql", "backslash/dA-methods", "backslash/dAc",
			"backslash/dn", "backslash/dnS", "backslash/d-customer", "backslash/d-orders", "backslash/d-only_foreign",
			"backslash/d+-orders", "backslash/d-arrays", "backslash/d-system", "backslash/sv-path", "backslash/dT-builtin",
			"backslash/dT+-builtin", "backslash/dT-alias", "backslash/df-lower", "backslash/df-substr",
			"backslash/df+-version", "backslash/sf", "backslash/da", "backslash/da-count",
			"backslash/dD-information_schema", "backslash/dC-casts", "backslash/do", "backslash/do-types", "backslash/dc-latin1",
			"backslash/dF-english", "backslash/dFd", "backslash/dFp", "backslash/dFt", "backslash/gdesc-arrays",
			"backslash/gdesc-catalog",
		},
		varchars: {"backslash/d-modifiers", "backslash/gdesc-modifiers"},
		viewText: {"backslash/d+-view", "backslash/d+-totals", "backslash/sv", "backslash/sv+", "backslash/sv-totals"},
	}),
	"postgres_fdw": differ(map[string][]string{
		explains:  {"explain/estimate"},
		numerics:  {"select/aggregate"},
		hexes:     {"select/types"},
		returning: {"insert/returning", "direct/returning"},
	}),
	"jdbc-metadata": differ(map[string][]string{
		statements: {"columns/altered/extended", "columns/altered/simple"},
		catalogColumns: {
			"tables/system/extended", "types/own/extended", "tables/system/simple",
			"types/own/simple",
		},
		varchars: {"columns/varchar/extended", "result/varchar/extended", "columns/varchar/simple", "result/varchar/simple"},
		numerics: {
			"columns/numeric/extended", "columns/mean/extended", "result/numeric/extended", "result/mean/extended", "result/constants/extended",
			"columns/numeric/simple", "columns/mean/simple", "result/numeric/simple", "result/mean/simple", "result/constants/simple",
		},
		reserved: {"columns/names/extended", "columns/names/simple"},
		noRowIDs: {"rows/version/extended", "rows/version/simple"},
		procs: {
			"functions/extended", "functions/simple",
		},
		tableOIDs:   {"result/table/extended", "result/nullable/extended", "result/table/simple", "result/nullable/simple"},
		catalogRows: {"result/updatable/extended", "result/updatable/simple", "scalars/keywords/extended", "scalars/keywords/simple"},
	}),
}
