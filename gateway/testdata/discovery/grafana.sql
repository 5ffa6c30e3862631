-- Grafana's query builder, its checks of a data source, and what its macros become.

SELECT 1

SELECT current_setting('server_version_num')::int/100 AS version

SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'

-- differs: rows: 4, not 3; tag: SELECT 4, not SELECT 3
SELECT schema_name AS "name" FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'pg_catalog', 'pg_toast') ORDER BY schema_name

-- Tables of a schema.
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) = 'shop' ORDER BY 1

SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) = '"Odd Names"' ORDER BY 1

-- Tables of all of them, those of the search path first and without a schema.
SELECT CASE WHEN quote_ident(table_schema) IN (
		SELECT CASE WHEN trim(p[n]) = '"$user"' THEN user ELSE trim(p[n]) END
		FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS n, string_to_array(current_setting('search_path'), ',') p
	) THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') ORDER BY 1

SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog') ORDER BY 1

-- differs: types: text for varchar
-- Columns of a table.
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('shop.customer'), 1) = 2
	THEN quote_ident(table_schema) = (parse_ident('shop.customer'))[1] AND quote_ident(table_name) = (parse_ident('shop.customer'))[2]
	ELSE quote_ident(table_name) = 'shop.customer' END ORDER BY ordinal_position

SELECT parse_ident('shop.customer'), parse_ident('"Odd Names"."My Table"'), parse_ident('Metrics'), array_length(parse_ident('a.b.c'), 1)

SELECT parse_ident('a.')

SELECT parse_ident('f(x)'), parse_ident('f(x)', false)

-- differs: types: text for varchar
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns WHERE quote_ident(table_name) = 'metrics' AND quote_ident(table_schema) IN (
		SELECT CASE WHEN trim(p[n]) = '"$user"' THEN user ELSE trim(p[n]) END
		FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS n, string_to_array(current_setting('search_path'), ',') p
	) ORDER BY ordinal_position

-- The former query editor: a table with a time and a value to begin with.
SELECT quote_ident(t.table_name) AS table_name,
	(SELECT quote_ident(c.column_name) FROM information_schema.columns c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.udt_name IN ('timestamptz', 'timestamp') ORDER BY c.ordinal_position LIMIT 1) AS time_column,
	(SELECT quote_ident(c.column_name) FROM information_schema.columns c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.udt_name = 'float8' ORDER BY c.ordinal_position LIMIT 1) AS value_column
FROM information_schema.tables t
WHERE t.table_schema = 'public' AND EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.udt_name IN ('timestamptz', 'timestamp'))
	AND EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.udt_name = 'float8') LIMIT 1

SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'metrics' AND data_type IN ('text', 'character', 'character varying') ORDER BY 1

SELECT udt_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'metrics' AND column_name = 'value'

SELECT DISTINCT quote_literal(host) FROM metrics ORDER BY 1 LIMIT 100

-- Values of a variable.
SELECT DISTINCT host AS "__text", host AS "__value" FROM metrics ORDER BY 1

-- differs: types: float8 for numeric
-- What $__timeGroup, $__timeFilter, $__unixEpochGroup and their kin become.
SELECT floor(extract(epoch from at)/300)*300 AS "time", avg(value) AS "value" FROM metrics WHERE at BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-02T00:00:00Z' GROUP BY 1 ORDER BY 1

-- differs: types: float8 for numeric
SELECT floor(extract(epoch from at)/600)*600 AS time, host AS metric, sum(value) FROM metrics WHERE at >= '2024-01-01T00:00:00Z' GROUP BY 1, 2 ORDER BY 1, 2

SELECT extract(epoch from at) AS time, value, host FROM metrics ORDER BY 1

SELECT date_trunc('hour', at) AS "time", count(*) AS "count" FROM metrics WHERE host IN ('web','db') GROUP BY date_trunc('hour', at) ORDER BY "time"

SELECT at AS "time", value - lag(value) OVER (PARTITION BY host ORDER BY at) AS "value" FROM metrics ORDER BY at

SELECT no_such FROM metrics

SELECT * FROM no_such_table LIMIT 50
