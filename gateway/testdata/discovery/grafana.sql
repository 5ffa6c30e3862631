-- the version
SELECT current_setting('server_version_num')::int/100 AS version

-- is there TimescaleDB
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'

-- schemas
SELECT schema_name AS "name" FROM information_schema.schemata
WHERE schema_name NOT IN ('information_schema', 'pg_catalog', 'pg_toast', '_timescaledb_cache', '_timescaledb_config')
ORDER BY schema_name

-- tables of a schema
SELECT quote_ident(table_name) AS "table" FROM information_schema.tables WHERE quote_ident(table_schema) = 'bs_one' ORDER BY 1

-- tables: those in the search path by name, others with their schema
SELECT CASE WHEN quote_ident(table_schema) IN (
        SELECT CASE WHEN trim(path[i]) = '"$user"' THEN user ELSE trim(path[i]) END
        FROM string_to_array(current_setting('search_path'), ',') path,
            generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i
    ) THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog')
ORDER BY 1

-- columns of a table named with its schema
SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('bs_one.types'), 1) = 2
    THEN quote_ident(table_schema) = (parse_ident('bs_one.types'))[1] AND quote_ident(table_name) = (parse_ident('bs_one.types'))[2]
    ELSE quote_ident(table_name) = 'bs_one.types' END

-- a time series, with the macros of its query replaced
SELECT floor(extract(epoch from since)/60)*60 AS "time", count(id) AS "value"
FROM bs_one.required
WHERE since BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-02T00:00:00Z' GROUP BY 1 ORDER BY 1
