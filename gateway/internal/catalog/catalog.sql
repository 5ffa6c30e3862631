-- What clients look at, by DuckDB's own tables. Names that begin with tavana_ are for the views below.

CREATE MACRO {db}.pgcat.tavana_owner() AS 'tavana';
CREATE MACRO {db}.pgcat.tavana_definition(sql) AS ' ' || replace(regexp_replace(regexp_replace(sql, '^CREATE (OR REPLACE )?(TEMP |TEMPORARY )?VIEW .*? AS ', '', 'is'), ';?\s*$', ''), ' @|| ', ' || ') || ';';

-- Numbers of objects, but for those that PostgreSQL fixes.
CREATE MACRO {db}.pgcat.tavana_relation(nsp, rel) AS coalesce(CASE WHEN nsp = 'pg_catalog' THEN MAP {'pg_class': 1259, 'pg_type': 1247, 'pg_proc': 1255, 'pg_attribute': 1249, 'pg_namespace': 2615, 'pg_constraint': 2606, 'pg_database': 1262, 'pg_authid': 1260, 'pg_description': 2609, 'pg_trigger': 2620, 'pg_rewrite': 2618, 'pg_attrdef': 2604, 'pg_index': 2610, 'pg_am': 2601, 'pg_language': 2612, 'pg_tablespace': 1213, 'pg_extension': 3079, 'pg_operator': 2617, 'pg_opclass': 2616, 'pg_opfamily': 2753, 'pg_collation': 3456, 'pg_conversion': 2607, 'pg_cast': 2605, 'pg_foreign_server': 1417, 'pg_foreign_data_wrapper': 2328, 'pg_policy': 3256, 'pg_enum': 3501, 'pg_event_trigger': 3466, 'pg_publication': 6104, 'pg_statistic_ext': 3381, 'pg_ts_config': 3602, 'pg_ts_dict': 3600, 'pg_aggregate': 2600, 'pg_depend': 2608, 'pg_inherits': 2611, 'pg_sequence': 2224, 'pg_range': 3541}[rel] END, {db}.pgcat.tavana_oid('relation', nsp || '.' || rel))::BIGINT;
-- By what the worker says of search_path: DuckDB's own has other names in it, and a statement that calls current_schemas() is
-- bound twice.
CREATE MACRO {db}.pgcat.tavana_visible(nsp) AS nsp IN ('pg_catalog', 'pg_temp_1') OR list_contains(coalesce(getvariable('tavana_path')::VARCHAR[], ['public']), nsp);
CREATE MACRO {db}.pgcat.tavana_schema_oid(nsp) AS CASE nsp WHEN 'public' THEN 2200 WHEN 'pg_catalog' THEN 11
	WHEN 'information_schema' THEN 13000 WHEN 'pg_temp_1' THEN 12000 ELSE {db}.pgcat.tavana_oid('schema', nsp) END;
CREATE MACRO {db}.pgcat.tavana_schema(database_name, schema_name) AS CASE
	WHEN database_name = 'temp' THEN 'pg_temp_1'
	WHEN database_name = '{db}' AND schema_name = 'pgcat' THEN 'pg_catalog'
	WHEN database_name = '{db}' THEN 'information_schema'
	WHEN schema_name = 'main' THEN 'public' ELSE schema_name END;
CREATE MACRO {db}.pgcat.tavana_shown(database_name, schema_name, name) AS
	database_name IN ('tavana', 'init', 'temp', '{db}') AND schema_name <> 'pg_tavana' AND name NOT LIKE 'tavana\_%' ESCAPE '\';

-- A default as PostgreSQL writes it: DuckLake keeps each constant as a text.
CREATE MACRO {db}.pgcat.tavana_default(def, typ) AS CASE WHEN def IN ('NULL', '') THEN NULL
	WHEN def LIKE 'CAST(''_'' AS BOOLEAN)' THEN CASE def[7] WHEN 't' THEN 'true' ELSE 'false' END
	WHEN def IN ('current_timestamp', 'current_date', 'current_time') THEN upper(def)
	WHEN NOT regexp_full_match(def, '''([^'']|'''')*''') THEN def
	WHEN regexp_matches(typ, '^(DECIMAL.*\)|DOUBLE|FLOAT|[A-Z]*INT|INTEGER)$') THEN
		CASE WHEN def[2] <> '-' THEN def[2:-2] WHEN contains(def, '.') THEN def || '::numeric' WHEN len(def) > 12 THEN def || '::bigint' ELSE def || '::integer' END
	ELSE def || '::' || CASE typ WHEN 'VARCHAR' THEN 'text' WHEN 'BLOB' THEN 'bytea' WHEN 'TIMESTAMP' THEN 'timestamp without time zone' WHEN 'TIME' THEN 'time without time zone'
		ELSE lower(typ) END END;

-- What lasts can be many thousands of tables, whose columns DuckDB lists in a quarter of a second, and views over views take
-- longer to plan than to read. So the worker keeps copies of the views that say so here (copies.go), and tells the statements to
-- which copies are as good as the views; see its BootstrapRequest. Which of both is read is decided when a statement is bound, so
-- that the other costs nothing.
CREATE MACRO {db}.pgcat.tavana_list(part, name) AS CASE WHEN contains(getvariable('tavana_copied')::VARCHAR, ',' || part || '.' || name || ',')
	THEN '{db}_copy.' || part || '.' || name ELSE '{db}.pgcat.tavana_live_' || name END;
CREATE SCHEMA {db}_copy.on_schema;
CREATE SCHEMA {db}_copy.on_commit;
CREATE SCHEMA {db}_copy.on_lists;

-- copied on_schema
CREATE VIEW {db}.pgcat.tavana_columns AS
	SELECT {db}.pgcat.tavana_schema(database_name, schema_name) AS nsp, table_name AS rel,
		{db}.pgcat.tavana_relation(nsp, rel) AS reloid, column_name AS col, column_index::SMALLINT AS num, is_nullable AS nullable,
		{db}.pgcat.tavana_default(column_default, data_type) AS def, data_type AS typ, comment,
		{db}.pgcat.tavana_type_oid(data_type)::BIGINT AS typoid, {db}.pgcat.tavana_typmod(data_type) AS typmod
	FROM duckdb_columns() WHERE NOT internal AND {db}.pgcat.tavana_shown(database_name, schema_name, table_name);

-- copied on_schema
CREATE VIEW {db}.pgcat.tavana_views AS
	SELECT {db}.pgcat.tavana_schema(database_name, schema_name) AS nsp, view_name AS rel, sql, comment, column_count::SMALLINT AS natts
	FROM duckdb_views() WHERE NOT internal AND {db}.pgcat.tavana_shown(database_name, schema_name, view_name);

-- Tables by their columns: duckdb_tables() asks DuckLake for the statistics of each, 2 ms for one and more for one without rows.
-- copied on_schema
CREATE VIEW {db}.pgcat.tavana_relations AS
	SELECT c.nsp, c.rel, c.reloid, count(*)::SMALLINT AS natts, false AS is_view
		FROM {db}.pgcat.tavana_columns c ANTI JOIN {db}.pgcat.tavana_views v ON v.nsp = c.nsp AND v.rel = c.rel GROUP BY c.nsp, c.rel, c.reloid
	UNION ALL SELECT nsp, rel, {db}.pgcat.tavana_relation(nsp, rel), natts, true FROM {db}.pgcat.tavana_views;

-- copied on_commit
CREATE VIEW {db}.pgcat.tavana_key_notes AS FROM tavana.pg_tavana.keys;
-- copied on_commit
CREATE VIEW {db}.pgcat.tavana_comments AS SELECT table_schema, table_name, column_name, comment FROM tavana.pg_tavana.comments
	UNION ALL SELECT table_schema, table_name, '', comment FROM tavana.pg_tavana.table_comments;
CREATE VIEW {db}.pgcat.tavana_column_numbers AS SELECT nsp, rel, col, num FROM {db}.pgcat.tavana_columns;

-- The keys that are noted; one that names no columns of the other table refers to its primary key.
CREATE MACRO {db}.pgcat.tavana_names(columns) AS '(' || array_to_string(list_transform(columns, lambda c: {db}.pgcat.quote_ident(c)), ', ') || ')';
CREATE MACRO {db}.pgcat.tavana_action(letter) AS MAP {'a': 'NO ACTION', 'r': 'RESTRICT', 'c': 'CASCADE', 'n': 'SET NULL', 'd': 'SET DEFAULT'}[letter];
-- copied on_lists
CREATE VIEW {db}.pgcat.tavana_keys AS
	SELECT {db}.pgcat.tavana_oid('constraint', nsp || '.' || rel || '.' || name) AS oid, {db}.pgcat.tavana_oid('relation', nsp || '.' || rel) AS reloid, *
	FROM (SELECT k.table_schema AS nsp, k.table_name AS rel, k.name, k.kind, k.columns, k.ref_schema, k.ref_table,
			CASE WHEN len(k.ref_columns) = 0 THEN p.columns ELSE k.ref_columns END AS ref_columns, coalesce(k.on_update, 'a') AS on_update, coalesce(k.on_delete, 'a') AS on_delete
		FROM {db}.pgcat.tavana_key_notes k LEFT JOIN {db}.pgcat.tavana_key_notes p ON k.kind = 'f' AND p.kind = 'p' AND p.table_schema = k.ref_schema AND p.table_name = k.ref_table);

-- copied on_lists
CREATE VIEW {db}.pgcat.tavana_key_columns AS
	SELECT k.oid, k.reloid AS conrelid, CASE WHEN k.kind = 'f' THEN {db}.pgcat.tavana_oid('relation', k.ref_schema || '.' || k.ref_table) END AS confrelid,
		k.nsp, k.rel, k.name, k.kind, k.ref_schema, k.ref_table, k.i, k.col, c.num,
		CASE WHEN len(k.ref_columns) >= k.i THEN k.ref_columns[k.i] END AS ref_col, f.num AS ref_num
	FROM (SELECT *, unnest(columns) AS col, generate_subscripts(columns, 1) AS i FROM {db}.pgcat.tavana_keys) k
	JOIN {db}.pgcat.tavana_column_numbers c ON c.nsp = k.nsp AND c.rel = k.rel AND c.col = k.col
	LEFT JOIN {db}.pgcat.tavana_column_numbers f ON f.nsp = k.ref_schema AND f.rel = k.ref_table AND f.col = CASE WHEN len(k.ref_columns) >= k.i THEN k.ref_columns[k.i] END;

-- The index that PostgreSQL would have behind a key. Each time that the keys' table stands in a view costs milliseconds to plan.
CREATE MACRO {db}.pgcat.tavana_index_oid(nsp, rel, name) AS {db}.pgcat.tavana_oid('index', nsp || '.' || rel || '.' || name);
CREATE VIEW {db}.pgcat.tavana_unique_keys AS
	SELECT table_schema AS nsp, table_name AS rel, name, kind = 'p' AS is_primary, columns, {db}.pgcat.tavana_oid('relation', nsp || '.' || rel) AS reloid
	FROM {db}.pgcat.tavana_key_notes WHERE kind IN ('p', 'u');
-- copied on_lists
CREATE VIEW {db}.pgcat.tavana_indexes AS
	SELECT {db}.pgcat.tavana_index_oid(nsp, rel, name) AS oid, {db}.pgcat.tavana_oid('constraint', nsp || '.' || rel || '.' || name) AS keyoid, *, len(columns)::SMALLINT AS natts
	FROM {db}.pgcat.tavana_unique_keys;
-- copied on_lists
CREATE VIEW {db}.pgcat.pg_index AS
	SELECT x.oid::tavana_oid AS indexrelid, reloid::tavana_oid AS indrelid, natts AS indnatts, natts AS indnkeyatts, true AS indisunique, false AS indnullsnotdistinct, is_primary AS indisprimary, false AS indisexclusion,
		true AS indimmediate, false AS indisclustered, true AS indisvalid, false AS indcheckxmin, true AS indisready, true AS indislive, false AS indisreplident, nums::SMALLINT[]::tavana_int2vector[] AS indkey,
		list_transform(nums, lambda n: 0::BIGINT)::tavana_oidvector[] AS indcollation, list_transform(nums, lambda n: 0::BIGINT)::tavana_oidvector[] AS indclass, list_transform(nums, lambda n: 0::SMALLINT)::tavana_int2vector[] AS indoption, NULL::VARCHAR AS indexprs, NULL::VARCHAR AS indpred
	FROM {db}.pgcat.tavana_indexes x JOIN (SELECT oid, list(num ORDER BY i) AS nums FROM {db}.pgcat.tavana_key_columns GROUP BY oid) c ON c.oid = x.keyoid;
CREATE MACRO {db}.pgcat.tavana_index_definition(nsp, rel, name, columns) AS 'CREATE UNIQUE INDEX ' || {db}.pgcat.quote_ident(name) ||
	' ON ' || {db}.pgcat.quote_ident(nsp) || '.' || {db}.pgcat.quote_ident(rel) || ' USING btree ' || {db}.pgcat.tavana_names(columns);
CREATE VIEW {db}.pgcat.pg_indexes AS
	SELECT nsp AS schemaname, rel AS tablename, name AS indexname, NULL::VARCHAR AS tablespace, {db}.pgcat.tavana_index_definition(nsp, rel, name, columns) AS indexdef FROM {db}.pgcat.tavana_indexes;

-- copied on_schema
CREATE VIEW {db}.pgcat.pg_namespace AS
	SELECT {db}.pgcat.tavana_schema_oid(nspname)::tavana_oid AS oid, nspname, 10::BIGINT AS nspowner, NULL::VARCHAR[] AS nspacl
	FROM (SELECT 'pg_catalog' AS nspname UNION SELECT 'information_schema' UNION SELECT 'pg_temp_1' UNION SELECT 'public' UNION
		SELECT schema_name FROM duckdb_schemas() WHERE database_name IN ('tavana', 'init') AND schema_name NOT IN ('main', 'pg_tavana', 'pg_catalog', 'information_schema'));

-- copied on_lists
CREATE VIEW {db}.pgcat.pg_class AS
	WITH indexed AS MATERIALIZED (SELECT reloid, nsp, rel, name, len(columns)::SMALLINT AS natts FROM {db}.pgcat.tavana_unique_keys)
	SELECT reloid::tavana_oid AS oid, rel AS relname, {db}.pgcat.tavana_schema_oid(nsp)::tavana_oid AS relnamespace, 0::BIGINT AS reltype, 0::BIGINT AS reloftype, 10::BIGINT AS relowner,
		CASE WHEN is_view THEN 0 ELSE 2 END::BIGINT AS relam, reloid AS relfilenode, 0::BIGINT AS reltablespace, 0::INTEGER AS relpages,
		-1::FLOAT AS reltuples, 0::INTEGER AS relallvisible, 0::BIGINT AS reltoastrelid, reloid IN (SELECT reloid FROM indexed) AS relhasindex, false AS relisshared,
		CASE WHEN nsp = 'pg_temp_1' THEN 't' ELSE 'p' END::tavana_char AS relpersistence, CASE WHEN nsp = 'pg_catalog' AND reloid < 16384 THEN 'r' WHEN is_view THEN 'v' ELSE 'r' END::tavana_char AS relkind, natts AS relnatts,
		0::SMALLINT AS relchecks, is_view AS relhasrules, false AS relhastriggers, false AS relhassubclass, false AS relrowsecurity,
		false AS relforcerowsecurity, true AS relispopulated, 'd' AS relreplident, false AS relispartition, 0::BIGINT AS relrewrite,
		0::BIGINT AS relfrozenxid, 0::BIGINT AS relminmxid, NULL::VARCHAR[] AS relacl, NULL::VARCHAR[] AS reloptions, NULL::VARCHAR AS relpartbound
	FROM {db}.pgcat.tavana_relations
	UNION ALL SELECT {db}.pgcat.tavana_index_oid(nsp, rel, name), name, {db}.pgcat.tavana_schema_oid(nsp), 0, 0, 10, 403, {db}.pgcat.tavana_index_oid(nsp, rel, name), 0, 0, -1, 0, 0, false, false, 'p', 'i', natts, 0, false, false, false, false, false, true, 'n', false, 0, 0, 0, NULL, NULL, NULL
	FROM indexed;

-- copied on_lists
CREATE VIEW {db}.pgcat.pg_attribute AS
	SELECT reloid::tavana_oid AS attrelid, col AS attname, typoid::tavana_oid AS atttypid, -1::INTEGER AS attstattarget, t.typlen AS attlen, num AS attnum,
		CASE WHEN t.typcategory = 'A' THEN 1 ELSE 0 END::INTEGER AS attndims, -1::INTEGER AS attcacheoff, typmod AS atttypmod, t.typbyval AS attbyval,
		t.typalign AS attalign, t.typstorage AS attstorage, '' AS attcompression, NOT nullable AS attnotnull, def IS NOT NULL AS atthasdef,
		false AS atthasmissing, '' AS attidentity, '' AS attgenerated, false AS attisdropped, true AS attislocal, 0::INTEGER AS attinhcount,
		t.typcollation AS attcollation, NULL::VARCHAR[] AS attacl, NULL::VARCHAR[] AS attoptions, NULL::VARCHAR[] AS attfdwoptions, NULL::VARCHAR AS attmissingval
	FROM (SELECT reloid, col, typoid, num, typmod, nullable, def FROM {db}.pgcat.tavana_columns
		UNION ALL SELECT x.oid, c.col, c.typoid, x.i::SMALLINT, c.typmod, true, NULL FROM (SELECT oid, reloid, unnest(columns) AS col, generate_subscripts(columns, 1) AS i FROM {db}.pgcat.tavana_indexes) x
			JOIN {db}.pgcat.tavana_columns c ON c.reloid = x.reloid AND c.col = x.col) c
	JOIN {db}.pgcat.pg_type t ON t.oid = c.typoid ORDER BY reloid, num;

-- copied on_schema
CREATE VIEW {db}.pgcat.pg_attrdef AS
	SELECT {db}.pgcat.tavana_oid('default', nsp || '.' || rel || '.' || col) AS oid, reloid AS adrelid, num AS adnum, def AS adbin
	FROM {db}.pgcat.tavana_columns WHERE def IS NOT NULL;

-- copied on_lists
CREATE VIEW {db}.pgcat.pg_constraint AS
	SELECT k.oid::tavana_oid AS oid, k.name AS conname, {db}.pgcat.tavana_schema_oid(k.nsp)::tavana_oid AS connamespace, k.kind::tavana_char AS contype, false AS condeferrable, false AS condeferred,
		true AS convalidated, k.reloid::tavana_oid AS conrelid, 0::BIGINT AS contypid, coalesce(x.oid, 0)::tavana_oid AS conindid, 0::BIGINT AS conparentid,
		CASE WHEN k.kind = 'f' THEN {db}.pgcat.tavana_relation(k.ref_schema, k.ref_table) ELSE 0 END AS confrelid,
		CASE WHEN k.kind = 'f' THEN k.on_update ELSE ' ' END::tavana_char AS confupdtype, CASE WHEN k.kind = 'f' THEN k.on_delete ELSE ' ' END::tavana_char AS confdeltype,
		CASE WHEN k.kind = 'f' THEN 's' ELSE ' ' END::tavana_char AS confmatchtype, true AS conislocal, 0::INTEGER AS coninhcount, true AS connoinherit,
		c.conkey, CASE WHEN k.kind = 'f' THEN c.confkey END AS confkey, NULL::BIGINT[] AS conpfeqop, NULL::BIGINT[] AS conppeqop,
		NULL::BIGINT[] AS conffeqop, NULL::SMALLINT[] AS confdelsetcols, NULL::BIGINT[] AS conexclop, NULL::VARCHAR AS conbin
	FROM {db}.pgcat.tavana_keys k
	JOIN (SELECT oid, list(num ORDER BY i) AS conkey, list(ref_num ORDER BY i) AS confkey FROM {db}.pgcat.tavana_key_columns GROUP BY oid) c ON c.oid = k.oid
	LEFT JOIN {db}.pgcat.tavana_indexes x ON x.keyoid = k.oid OR k.kind = 'f' AND x.nsp = k.ref_schema AND x.rel = k.ref_table AND x.columns = k.ref_columns;

-- What hangs on what: relations on their schemas, defaults and keys on columns, keys' indexes on the keys, foreign keys on the
-- other table's columns and index. What a view reads is not known.
CREATE VIEW {db}.pgcat.pg_depend AS
	SELECT classid::tavana_oid AS classid, objid::tavana_oid AS objid, 0::INTEGER AS objsubid, refclassid::tavana_oid AS refclassid, refobjid::tavana_oid AS refobjid,
		refobjsubid::INTEGER AS refobjsubid, deptype::tavana_char AS deptype
	FROM (SELECT 1259 AS classid, reloid AS objid, 2615 AS refclassid, {db}.pgcat.tavana_schema_oid(nsp) AS refobjid, 0 AS refobjsubid, 'n' AS deptype
			FROM {db}.pgcat.tavana_relations WHERE nsp NOT IN ('pg_catalog', 'information_schema', 'pg_temp_1')
		UNION ALL SELECT 2604, {db}.pgcat.tavana_oid('default', nsp || '.' || rel || '.' || col), 1259, reloid, num, 'a' FROM {db}.pgcat.tavana_columns WHERE def IS NOT NULL
		UNION ALL SELECT 1259, oid, 2606, keyoid, 0, 'i' FROM {db}.pgcat.tavana_indexes
		UNION ALL SELECT 2606, oid, 1259, unnest([conrelid, confrelid]), unnest([num, ref_num]), unnest(['a', 'n']) FROM {db}.pgcat.tavana_key_columns
		UNION ALL SELECT 2606, k.oid, 1259, x.oid, 0, 'n' FROM {db}.pgcat.tavana_keys k JOIN {db}.pgcat.tavana_indexes x
			ON x.nsp = k.ref_schema AND x.rel = k.ref_table AND (x.columns = k.ref_columns OR len(k.ref_columns) = 0 AND x.is_primary) WHERE k.kind = 'f')
	WHERE refobjsubid IS NOT NULL;

-- An empty comment is none.
-- copied on_lists
CREATE VIEW {db}.pgcat.pg_description AS
	SELECT reloid AS objoid, 1259::BIGINT AS classoid, num::INTEGER AS objsubid, comment AS description FROM {db}.pgcat.tavana_columns WHERE comment <> ''
	UNION ALL SELECT {db}.pgcat.tavana_relation(nsp, rel), 1259, 0, comment FROM {db}.pgcat.tavana_views WHERE comment <> ''
	UNION ALL SELECT {db}.pgcat.tavana_oid('relation', table_schema || '.' || table_name), 1259, 0, comment FROM {db}.pgcat.tavana_comments WHERE column_name = ''
	UNION ALL SELECT c.reloid, 1259, c.num, n.comment FROM {db}.pgcat.tavana_comments n JOIN {db}.pgcat.tavana_columns c ON c.nsp = n.table_schema AND c.rel = n.table_name AND c.col = n.column_name
	UNION ALL SELECT {db}.pgcat.tavana_schema_oid(table_schema), 2615, 0, comment FROM {db}.pgcat.tavana_comments WHERE table_name IS NULL;

CREATE VIEW {db}.pgcat.pg_database AS
	SELECT 16384::tavana_oid AS oid, database AS datname, 10::tavana_oid AS datdba, 6::INTEGER AS encoding, 'c' AS datlocprovider, false AS datistemplate, true AS datallowconn,
		-1::INTEGER AS datconnlimit, 0::BIGINT AS datfrozenxid, 0::BIGINT AS datminmxid, 1663::BIGINT AS dattablespace, 'C.UTF-8' AS datcollate,
		'C.UTF-8' AS datctype, NULL::VARCHAR AS daticulocale, NULL::VARCHAR AS datcollversion, NULL::VARCHAR[] AS datacl
	FROM tavana_rows('session');

CREATE VIEW {db}.pgcat.pg_roles AS
	SELECT rolname, superuser AS rolsuper, true AS rolinherit, superuser AS rolcreaterole, superuser AS rolcreatedb, true AS rolcanlogin, false AS rolreplication,
		-1::INTEGER AS rolconnlimit, '********' AS rolpassword, NULL::TIMESTAMPTZ AS rolvaliduntil, superuser AS rolbypassrls, NULL::VARCHAR[] AS rolconfig, oid::tavana_oid AS oid
	FROM tavana_rows('roles');
CREATE VIEW {db}.pgcat.pg_authid AS SELECT oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolpassword, rolvaliduntil FROM {db}.pgcat.pg_roles;
CREATE VIEW {db}.pgcat.pg_user AS SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
	rolbypassrls AS usebypassrls, rolpassword AS passwd, rolvaliduntil AS valuntil, rolconfig AS useconfig FROM {db}.pgcat.pg_roles;
CREATE VIEW {db}.pgcat.pg_shadow AS SELECT * FROM {db}.pgcat.pg_user;
CREATE VIEW {db}.pgcat.pg_group AS SELECT NULL::VARCHAR AS groname, NULL::BIGINT AS grosysid, NULL::BIGINT[] AS grolist WHERE false;

CREATE VIEW {db}.pgcat.pg_settings AS
	SELECT name, setting, unit, 'Tavana' AS category, help AS short_desc, NULL::VARCHAR AS extra_desc, context, vartype, source, NULL::VARCHAR AS min_val,
		NULL::VARCHAR AS max_val, NULL::VARCHAR[] AS enumvals, boot_val, reset_val, NULL::VARCHAR AS sourcefile, NULL::INTEGER AS sourceline, false AS pending_restart
	FROM tavana_rows('settings');
CREATE VIEW {db}.pgcat.pg_stat_activity AS
	SELECT 16384::BIGINT AS datid, datname, pid, NULL::INTEGER AS leader_pid, 10::BIGINT AS usesysid, usename, application_name, client_addr, NULL::VARCHAR AS client_hostname,
		client_port, backend_start, xact_start, query_start, state_change, wait_event_type, wait_event, state, NULL::BIGINT AS backend_xid, NULL::BIGINT AS backend_xmin,
		NULL::BIGINT AS query_id, query, 'client backend' AS backend_type
	FROM tavana_rows('activity');
-- Statistics of what is there. Nothing is counted.
CREATE VIEW {db}.pgcat.pg_stat_database AS
	SELECT 16384::tavana_oid AS datid, datname, count(*)::INTEGER AS numbackends, 0::BIGINT AS xact_commit, 0::BIGINT AS xact_rollback, 0::BIGINT AS blks_read,
		0::BIGINT AS blks_hit, 0::BIGINT AS tup_returned, 0::BIGINT AS tup_fetched, 0::BIGINT AS tup_inserted, 0::BIGINT AS tup_updated, 0::BIGINT AS
		tup_deleted, 0::BIGINT AS conflicts, 0::BIGINT AS temp_files, 0::BIGINT AS temp_bytes, 0::BIGINT AS deadlocks, NULL::BIGINT AS checksum_failures,
		NULL::TIMESTAMPTZ AS checksum_last_failure, 0::DOUBLE AS blk_read_time, 0::DOUBLE AS blk_write_time, 0::DOUBLE AS session_time, 0::DOUBLE AS
		active_time, 0::DOUBLE AS idle_in_transaction_time, 0::BIGINT AS sessions, 0::BIGINT AS sessions_abandoned, 0::BIGINT AS sessions_fatal, 0::BIGINT AS
		sessions_killed, NULL::TIMESTAMPTZ AS stats_reset
	FROM tavana_rows('activity') GROUP BY datname;
CREATE VIEW {db}.pgcat.pg_stat_all_tables AS
	SELECT reloid::tavana_oid AS relid, nsp AS schemaname, rel AS relname, 0::BIGINT AS seq_scan, 0::BIGINT AS seq_tup_read, 0::BIGINT AS idx_scan, 0::BIGINT AS
		idx_tup_fetch, 0::BIGINT AS n_tup_ins, 0::BIGINT AS n_tup_upd, 0::BIGINT AS n_tup_del, 0::BIGINT AS n_tup_hot_upd, 0::BIGINT AS n_live_tup, 0::BIGINT
		AS n_dead_tup, 0::BIGINT AS n_mod_since_analyze, 0::BIGINT AS n_ins_since_vacuum, NULL::TIMESTAMPTZ AS last_vacuum, NULL::TIMESTAMPTZ AS
		last_autovacuum, NULL::TIMESTAMPTZ AS last_analyze, NULL::TIMESTAMPTZ AS last_autoanalyze, 0::BIGINT AS vacuum_count, 0::BIGINT AS autovacuum_count,
		0::BIGINT AS analyze_count, 0::BIGINT AS autoanalyze_count
	FROM {db}.pgcat.tavana_relations WHERE NOT is_view OR nsp = 'pg_catalog' AND reloid < 16384;
CREATE VIEW {db}.pgcat.pg_statio_all_tables AS
	SELECT relid, schemaname, relname, 0::BIGINT AS heap_blks_read, 0::BIGINT AS heap_blks_hit, 0::BIGINT AS idx_blks_read, 0::BIGINT AS idx_blks_hit, 0::BIGINT AS toast_blks_read,
		0::BIGINT AS toast_blks_hit, 0::BIGINT AS tidx_blks_read, 0::BIGINT AS tidx_blks_hit
	FROM {db}.pgcat.pg_stat_all_tables;
CREATE VIEW {db}.pgcat.pg_stat_all_indexes AS
	SELECT reloid::tavana_oid AS relid, oid::tavana_oid AS indexrelid, nsp AS schemaname, rel AS relname, name AS indexrelname, 0::BIGINT AS idx_scan, 0::BIGINT AS idx_tup_read,
		0::BIGINT AS idx_tup_fetch FROM {db}.pgcat.tavana_indexes;
CREATE VIEW {db}.pgcat.pg_statio_all_indexes AS
	SELECT relid, indexrelid, schemaname, relname, indexrelname, 0::BIGINT AS idx_blks_read, 0::BIGINT AS idx_blks_hit FROM {db}.pgcat.pg_stat_all_indexes;
CREATE VIEW {db}.pgcat.pg_stat_user_tables AS SELECT * FROM {db}.pgcat.pg_stat_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_stat_sys_tables AS SELECT * FROM {db}.pgcat.pg_stat_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_stat_user_indexes AS SELECT * FROM {db}.pgcat.pg_stat_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_stat_sys_indexes AS SELECT * FROM {db}.pgcat.pg_stat_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_statio_user_tables AS SELECT * FROM {db}.pgcat.pg_statio_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_statio_sys_tables AS SELECT * FROM {db}.pgcat.pg_statio_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_statio_user_indexes AS SELECT * FROM {db}.pgcat.pg_statio_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
CREATE VIEW {db}.pgcat.pg_statio_sys_indexes AS SELECT * FROM {db}.pgcat.pg_statio_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW {db}.pgcat.pg_prepared_statements AS
	SELECT name, statement, prepare_time, list_filter(string_split(parameter_types, ','), lambda t: t <> '') AS parameter_types, from_sql, 0::BIGINT AS generic_plans, 0::BIGINT AS custom_plans FROM tavana_rows('prepared');
CREATE VIEW {db}.pgcat.pg_cursors AS
	SELECT name, statement, is_holdable, is_binary, is_scrollable, creation_time FROM tavana_rows('cursors');

CREATE VIEW {db}.pgcat.pg_tables AS
	SELECT nsp AS schemaname, rel AS tablename, {db}.pgcat.tavana_owner() AS tableowner, NULL::VARCHAR AS tablespace, false AS hasindexes, false AS hasrules, false AS hastriggers, false AS rowsecurity
	FROM {db}.pgcat.tavana_relations WHERE NOT is_view;
CREATE VIEW {db}.pgcat.pg_views AS
	SELECT nsp AS schemaname, rel AS viewname, {db}.pgcat.tavana_owner() AS viewowner, {db}.pgcat.tavana_definition(sql) AS definition FROM {db}.pgcat.tavana_views;

-- The rule behind each view.
CREATE VIEW {db}.pgcat.pg_rewrite AS
	SELECT {db}.pgcat.tavana_oid('rule', nsp || '.' || rel)::tavana_oid AS oid, '_RETURN' AS rulename, reloid::tavana_oid AS ev_class, '1'::tavana_char AS ev_type, 'O'::tavana_char AS ev_enabled,
		true AS is_instead, '<>' AS ev_qual, '<>' AS ev_action
	FROM {db}.pgcat.tavana_relations WHERE is_view;

-- Functions: PostgreSQL's that can be called here (functions.go), DuckDB's under other names, which are read once, and macros that users make,
-- whose arguments have no types. "any" stands for a type that PostgreSQL has not.
CREATE MACRO {db}.pgcat.tavana_argument_oid(t) AS CASE WHEN t IS NULL OR regexp_matches(t, '^(ANY|LAMBDA|STRUCT|MAP|UNION|TABLE|POINTER|VARIANT|AGGREGATE_STATE|INVALID|TYPE|"NULL"|LIST|ARRAY|GEOMETRY|BIGNUM)') THEN 2276
	WHEN regexp_matches(t, '^[TKV]$') THEN 2283 WHEN regexp_matches(t, '^[TKV]\[') THEN 2277 ELSE {db}.pgcat.tavana_type_oid(t) END;
INSERT INTO {db}.pgcat.tavana_functions
	SELECT DISTINCT ON (proname, proargtypes) {db}.pgcat.tavana_oid('function', proname || proargtypes::VARCHAR), proname, CASE function_type WHEN 'aggregate' THEN 'a' ELSE 'f' END, function_type = 'table',
		CASE WHEN varargs IS NULL THEN 0 ELSE 2276 END, CASE WHEN function_type = 'table' THEN 2249 ELSE {db}.pgcat.tavana_argument_oid(return_type) END, proargtypes, NULL, NULL,
		CASE WHEN len(parameters) = len(proargtypes) THEN parameters END, 0, NULL, CASE stability WHEN 'CONSISTENT' THEN 'i' WHEN 'VOLATILE' THEN 'v' ELSE 's' END, false, 's', false, NULL, NULL, NULL
	FROM (SELECT function_name AS proname, * REPLACE (list_filter(parameters, lambda p: function_type <> 'table' OR regexp_full_match(p, 'col\d+')) AS parameters),
			list_transform(list_concat(list_filter(parameter_types, lambda t, i: function_type <> 'table' OR regexp_full_match(parameters[i], 'col\d+')),
				CASE WHEN varargs IS NULL THEN [] ELSE [varargs] END), lambda p: {db}.pgcat.tavana_argument_oid(p)) AS proargtypes
		FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'table') AND regexp_matches(function_name, '^[a-z]') AND function_name NOT LIKE 'tavana\_%' ESCAPE '\')
	WHERE proname NOT IN (SELECT proname FROM {db}.pgcat.tavana_functions) AND proname NOT IN (SELECT function_name FROM duckdb_functions() WHERE database_name = '{db}');
CREATE TABLE {db}.pgcat.tavana_signatures AS
	WITH names AS MATERIALIZED (SELECT map_from_entries(list((oid, name))) AS m FROM {db}.pgcat.tavana_type_names)
	SELECT oid, CASE WHEN proargnames IS NULL THEN args ELSE list_transform(args, lambda a, i: coalesce(nullif(proargnames[i], '') || ' ', '') || a) END AS arguments, {db}.pgcat.quote_ident(proname) || '(' || array_to_string(args, ',') || ')' AS signature, result
	FROM (SELECT f.oid, f.proname, f.proargnames, list_transform(f.proargtypes, lambda t: m[t]) AS args, CASE WHEN f.proretset THEN 'SETOF ' ELSE '' END || m[f.prorettype] AS result
		FROM {db}.pgcat.tavana_functions f, names);
UPDATE {db}.pgcat.tavana_functions f SET arguments = coalesce(f.arguments, array_to_string(s.arguments, ', ')), identity = coalesce(f.identity, array_to_string(s.arguments, ', ')), result = coalesce(f.result, s.result)
	FROM {db}.pgcat.tavana_signatures s WHERE s.oid = f.oid;
CREATE VIEW {db}.pgcat.tavana_macros AS
	SELECT {db}.pgcat.tavana_oid('function', nsp || '.' || proname || len(parameters)::VARCHAR || proretset::VARCHAR) AS oid, *, list_transform(parameters, lambda p: 2276::BIGINT) AS proargtypes,
		array_to_string(list_transform(parameters, lambda p: p || ' "any"'), ', ') AS arguments
	FROM (SELECT {db}.pgcat.tavana_schema(database_name, schema_name) AS nsp, function_name AS proname, parameters, function_type = 'table_macro' AS proretset, macro_definition AS prosrc
		FROM duckdb_functions() WHERE function_type IN ('macro', 'table_macro') AND database_name IN ('tavana', 'init', 'temp') AND NOT internal AND schema_name <> 'pg_tavana');
CREATE VIEW {db}.pgcat.pg_proc AS
	SELECT *, 10 AS proowner, 1 AS procost, CASE WHEN proretset THEN 1000 ELSE 0 END AS prorows, '-' AS prosupport, false AS prosecdef, len(proargtypes) AS pronargs, NULL AS protrftypes,
		NULL AS probin, NULL AS prosqlbody, NULL AS proconfig, NULL AS proacl
	FROM (SELECT *, 11 AS pronamespace, 12 AS prolang, proname AS prosrc FROM {db}.pgcat.tavana_functions
		UNION ALL BY NAME SELECT oid, proname, 'f' AS prokind, proretset, 0 AS provariadic, CASE WHEN proretset THEN 2249 ELSE 2276 END AS prorettype, proargtypes, parameters AS proargnames, 0 AS pronargdefaults,
			'v' AS provolatile, false AS proisstrict, 's' AS proparallel, false AS proleakproof, {db}.pgcat.tavana_schema_oid(nsp) AS pronamespace, 14 AS prolang, prosrc FROM {db}.pgcat.tavana_macros);

CREATE VIEW {db}.pgcat.pg_am AS SELECT 2::BIGINT AS oid, 'heap' AS amname, 3 AS amhandler, 't'::tavana_char AS amtype UNION ALL SELECT 403, 'btree', 330, 'i';
CREATE VIEW {db}.pgcat.pg_language AS
	SELECT * FROM (VALUES (12::BIGINT, 'internal', 10::BIGINT, false, false), (13, 'c', 10, false, false), (14, 'sql', 10, false, true)) t(oid, lanname, lanowner, lanispl, lanpltrusted),
		(SELECT 0::BIGINT AS lanplcallfoid, 0::BIGINT AS laninline, 0::BIGINT AS lanvalidator, NULL::VARCHAR[] AS lanacl);
CREATE VIEW {db}.pgcat.pg_collation AS
	SELECT oid, collname, 11::BIGINT AS collnamespace, 10::BIGINT AS collowner, collprovider, true AS collisdeterministic, -1::INTEGER AS collencoding, collcollate, collcollate AS collctype, NULL::VARCHAR AS colliculocale, NULL::VARCHAR AS collversion
	FROM (VALUES (100::BIGINT, 'default', 'd', ''), (950, 'C', 'c', 'C'), (951, 'POSIX', 'c', 'POSIX')) t(oid, collname, collprovider, collcollate);
CREATE VIEW {db}.pgcat.pg_tablespace AS
	SELECT oid::tavana_oid AS oid, spcname, 10::tavana_oid AS spcowner, NULL::VARCHAR[] AS spcacl, NULL::VARCHAR[] AS spcoptions FROM (VALUES (1663::BIGINT, 'pg_default'), (1664, 'pg_global')) t(oid, spcname);
CREATE VIEW {db}.pgcat.pg_timezone_names AS SELECT name, abbrev, utc_offset, is_dst FROM system.main.pg_timezone_names();
CREATE VIEW {db}.pgcat.pg_timezone_abbrevs AS SELECT DISTINCT abbrev, utc_offset, is_dst FROM system.main.pg_timezone_names();

-- A macro's argument is put into its text: a name in it must not be taken for one of the tables inside. So macros read views
-- whose columns have names that nobody uses, or tables where what is in them never changes.
CREATE TABLE {db}.pgcat.tavana_of_types AS SELECT t.oid AS tavana_o, n.name AS tavana_n, t.typname AS tavana_t, t.typcategory AS tavana_c FROM {db}.pgcat.pg_type t JOIN {db}.pgcat.tavana_type_names n ON n.oid = t.oid;
CREATE VIEW {db}.pgcat.tavana_of_roles AS SELECT oid AS tavana_o, rolname AS tavana_n FROM {db}.pgcat.pg_roles;
CREATE VIEW {db}.pgcat.tavana_of_relations AS SELECT reloid AS tavana_o, nsp AS tavana_s, rel AS tavana_n FROM {db}.pgcat.tavana_relations;
CREATE VIEW {db}.pgcat.tavana_of_tables AS SELECT reloid AS tavana_o FROM {db}.pgcat.tavana_relations WHERE NOT is_view;
CREATE VIEW {db}.pgcat.tavana_of_keys AS SELECT oid AS tavana_o,
		CASE kind WHEN 'p' THEN 'PRIMARY KEY ' WHEN 'u' THEN 'UNIQUE ' ELSE 'FOREIGN KEY ' END || {db}.pgcat.tavana_names(columns) ||
		CASE kind WHEN 'f' THEN ' REFERENCES ' || CASE WHEN ref_schema = 'public' THEN '' ELSE {db}.pgcat.quote_ident(ref_schema) || '.' END || {db}.pgcat.quote_ident(ref_table) ||
			CASE WHEN len(ref_columns) > 0 THEN {db}.pgcat.tavana_names(ref_columns) ELSE '' END ||
			CASE on_update WHEN 'a' THEN '' ELSE ' ON UPDATE ' || {db}.pgcat.tavana_action(on_update) END ||
			CASE on_delete WHEN 'a' THEN '' ELSE ' ON DELETE ' || {db}.pgcat.tavana_action(on_delete) END ELSE '' END AS tavana_d
	FROM {db}.pgcat.tavana_keys;
CREATE VIEW {db}.pgcat.tavana_of_indexes AS SELECT oid AS tavana_o, {db}.pgcat.tavana_index_definition(nsp, rel, name, columns) AS tavana_d, columns AS tavana_c FROM {db}.pgcat.tavana_indexes;
CREATE VIEW {db}.pgcat.tavana_of_views AS SELECT {db}.pgcat.tavana_relation(nsp, rel) AS tavana_o, {db}.pgcat.tavana_definition(sql) AS tavana_d FROM {db}.pgcat.tavana_views;
CREATE VIEW {db}.pgcat.tavana_of_descriptions AS SELECT objoid AS tavana_o, objsubid AS tavana_i, description AS tavana_d FROM {db}.pgcat.pg_description;
CREATE TABLE {db}.pgcat.tavana_of_functions AS SELECT f.oid AS tavana_o, proname AS tavana_n, f.arguments AS tavana_a, identity AS tavana_i, f.result AS tavana_r, signature AS tavana_s
	FROM {db}.pgcat.tavana_functions f JOIN {db}.pgcat.tavana_signatures s ON s.oid = f.oid;
CREATE VIEW {db}.pgcat.tavana_of_macros AS SELECT oid AS tavana_o, arguments AS tavana_a, CASE WHEN proretset THEN 'SETOF record' ELSE '"any"' END AS tavana_r FROM {db}.pgcat.tavana_macros;
CREATE VIEW {db}.pgcat.tavana_of_schemas AS SELECT oid AS tavana_o, nspname AS tavana_n FROM {db}.pgcat.pg_namespace;

-- Functions of pg_catalog that DuckDB lacks, or has with another meaning.
CREATE MACRO {db}.pgcat.format_type(o, m) AS CASE WHEN o IS NULL THEN NULL WHEN o = 1700 AND m > 4 THEN
	'numeric(' || ((m - 4) // 65536)::VARCHAR || ',' || ((m - 4) % 65536)::VARCHAR || ')' ELSE coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_types WHERE tavana_o = o::BIGINT), CASE WHEN o = 0 THEN '-' ELSE '???' END) END;
CREATE MACRO {db}.pgcat.pg_get_userbyid(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_roles WHERE tavana_o = o), {db}.pgcat.tavana_owner());
CREATE MACRO {db}.pgcat.pg_table_is_visible(o) AS EXISTS (SELECT 1 FROM {db}.pgcat.tavana_of_relations WHERE tavana_o = o AND {db}.pgcat.tavana_visible(tavana_s));
CREATE MACRO {db}.pgcat.pg_type_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_function_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_operator_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_opclass_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_collation_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_conversion_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_statistics_obj_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_ts_config_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_ts_dict_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_ts_parser_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.pg_ts_template_is_visible(o) AS true;
CREATE MACRO {db}.pgcat.has_table_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_schema_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_database_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_column_privilege(a, b, c) AS true, (a, b, c, d) AS true;
CREATE MACRO {db}.pgcat.has_any_column_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_function_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_sequence_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_tablespace_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_type_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_language_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_foreign_data_wrapper_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.has_server_privilege(a, b) AS true, (a, b, c) AS true;
CREATE MACRO {db}.pgcat.pg_has_role(a, b) AS true, (a, b, c) AS true;

-- Privileges. Nobody has been given any: an object's list is NULL, which stands for what acldefault says.
CREATE MACRO {db}.pgcat.acldefault(kind, role) AS string_split(replace(MAP {'r': '*=arwdDxt/*', 's': '*=rwU/*', 'd': '=Tc/* *=CTc/*', 'f': '=X/* *=X/*', 'l': '=U/* *=U/*',
	'L': '*=rw/*', 'n': '*=UC/*', 'p': '*=sA/*', 't': '*=C/*', 'F': '*=U/*', 'S': '*=U/*', 'T': '=U/* *=U/*'}[kind], '*', {db}.pgcat.pg_get_userbyid(role)), ' ');
CREATE MACRO {db}.pgcat.tavana_aclexplode(list) AS (SELECT list({'grantor': coalesce(g.tavana_o, 0), 'grantee': coalesce(r.tavana_o, 0), 'privilege_type': tavana_p, 'is_grantable': tavana_g})
	FROM (SELECT tavana_a, MAP {'r': 'SELECT', 'a': 'INSERT', 'w': 'UPDATE', 'd': 'DELETE', 'D': 'TRUNCATE', 'x': 'REFERENCES', 't': 'TRIGGER', 'X': 'EXECUTE',
			'U': 'USAGE', 'C': 'CREATE', 'T': 'TEMPORARY', 'c': 'CONNECT', 's': 'SET', 'A': 'ALTER SYSTEM'}[tavana_l[1]] AS tavana_p, tavana_l[2] = '*' AS tavana_g
		FROM (SELECT tavana_a, unnest(regexp_extract_all(tavana_a['what'], '[A-Za-z]\*?')) AS tavana_l
			FROM (SELECT regexp_extract(unnest(list), '^(.*)=(.*)/(.*)$', ['to', 'what', 'by']) AS tavana_a)))
	LEFT JOIN {db}.pgcat.tavana_of_roles r ON r.tavana_n = tavana_a['to'] LEFT JOIN {db}.pgcat.tavana_of_roles g ON g.tavana_n = tavana_a['by']);
CREATE MACRO {db}.pgcat.row_security_active(a) AS false;
CREATE MACRO {db}.pgcat.pg_get_expr(e, o) AS e, (e, o, p) AS e;
CREATE MACRO {db}.pgcat.pg_get_constraintdef(o) AS (SELECT tavana_d FROM {db}.pgcat.tavana_of_keys WHERE tavana_o = o), (o, pretty) AS (SELECT tavana_d FROM {db}.pgcat.tavana_of_keys WHERE tavana_o = o);
CREATE MACRO {db}.pgcat.pg_get_indexdef(o) AS (SELECT tavana_d FROM {db}.pgcat.tavana_of_indexes WHERE tavana_o = o), (o, c, pretty) AS (SELECT CASE WHEN c = 0 THEN tavana_d ELSE tavana_c[c] END FROM {db}.pgcat.tavana_of_indexes WHERE tavana_o = o);
CREATE MACRO {db}.pgcat.pg_get_triggerdef(o) AS NULL::VARCHAR, (o, pretty) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_ruledef(o) AS NULL::VARCHAR, (o, pretty) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_viewdef(o) AS (SELECT tavana_d FROM {db}.pgcat.tavana_of_views WHERE tavana_o = o),
	(o, pretty) AS (SELECT tavana_d FROM {db}.pgcat.tavana_of_views WHERE tavana_o = o);
CREATE MACRO {db}.pgcat.pg_get_functiondef(o) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_function_result(o) AS coalesce((SELECT tavana_r FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = o), (SELECT tavana_r FROM {db}.pgcat.tavana_of_macros WHERE tavana_o = o));
CREATE MACRO {db}.pgcat.pg_get_function_arguments(o) AS coalesce((SELECT tavana_a FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = o), (SELECT tavana_a FROM {db}.pgcat.tavana_of_macros WHERE tavana_o = o));
CREATE MACRO {db}.pgcat.pg_get_function_identity_arguments(o) AS coalesce((SELECT tavana_i FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = o), (SELECT tavana_a FROM {db}.pgcat.tavana_of_macros WHERE tavana_o = o));
CREATE MACRO {db}.pgcat.pg_get_function_sqlbody(o) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_partkeydef(o) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_statisticsobjdef_columns(o) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_get_serial_sequence(a, b) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_relation_is_publishable(o) AS false;
CREATE MACRO {db}.pgcat.obj_description(o) AS (SELECT min(tavana_d) FROM {db}.pgcat.tavana_of_descriptions WHERE tavana_o = o AND tavana_i = 0),
	(o, c) AS (SELECT min(tavana_d) FROM {db}.pgcat.tavana_of_descriptions WHERE tavana_o = o AND tavana_i = 0);
CREATE MACRO {db}.pgcat.col_description(o, n) AS (SELECT min(tavana_d) FROM {db}.pgcat.tavana_of_descriptions WHERE tavana_o = o AND tavana_i = n);
CREATE MACRO {db}.pgcat.shobj_description(o, c) AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.pg_encoding_to_char(n) AS CASE n WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII' ELSE '' END::tavana_name;
CREATE MACRO {db}.pgcat.getdatabaseencoding() AS 'UTF8';
CREATE MACRO {db}.pgcat.pg_client_encoding() AS 'UTF8';
CREATE MACRO {db}.pgcat.pg_is_in_recovery() AS false;
CREATE MACRO {db}.pgcat.pg_is_wal_replay_paused() AS false;
CREATE MACRO {db}.pgcat.pg_postmaster_start_time() AS (SELECT started FROM tavana_rows('session'));
CREATE MACRO {db}.pgcat.pg_conf_load_time() AS (SELECT started FROM tavana_rows('session'));
CREATE MACRO {db}.pgcat.inet_client_addr() AS (SELECT client_addr FROM tavana_rows('session'));
CREATE MACRO {db}.pgcat.inet_client_port() AS (SELECT client_port FROM tavana_rows('session'));
CREATE MACRO {db}.pgcat.inet_server_addr() AS NULL::VARCHAR;
CREATE MACRO {db}.pgcat.inet_server_port() AS NULL::INTEGER;
CREATE MACRO {db}.pgcat.pg_my_temp_schema() AS 12000::BIGINT;
CREATE MACRO {db}.pgcat.pg_is_other_temp_schema(o) AS false;
CREATE MACRO {db}.pgcat.pg_advisory_unlock_all() AS '';
CREATE MACRO {db}.pgcat.pg_relation_size(o) AS 0::BIGINT, (o, f) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_total_relation_size(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_table_size(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_indexes_size(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_database_size(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_tablespace_location(o) AS '';
CREATE MACRO {db}.pgcat.pg_size_pretty(n) AS CASE WHEN abs(n) < 10240 THEN n::VARCHAR || ' bytes' WHEN system.main.round(abs(n) / 1024.0) < 10240 THEN system.main.round(n / 1024.0)::BIGINT::VARCHAR || ' kB'
	WHEN system.main.round(abs(n) / 1048576.0) < 10240 THEN system.main.round(n / 1048576.0)::BIGINT::VARCHAR || ' MB' WHEN system.main.round(abs(n) / 1073741824.0) < 10240 THEN system.main.round(n / 1073741824.0)::BIGINT::VARCHAR || ' GB'
	WHEN system.main.round(abs(n) / 1099511627776.0) < 10240 THEN system.main.round(n / 1099511627776.0)::BIGINT::VARCHAR || ' TB' ELSE system.main.round(n / 1125899906842624.0)::BIGINT::VARCHAR || ' PB' END;
CREATE MACRO {db}.pgcat.pg_jit_available() AS false;
CREATE MACRO {db}.pgcat.array_upper(a, d) AS CASE WHEN d = 1 AND len(a) > 0 THEN len(a) - CASE WHEN typeof(a) LIKE 'tavana%vector[]' THEN 1 ELSE 0 END END::INTEGER;
CREATE MACRO {db}.pgcat.array_lower(a, d) AS CASE WHEN d = 1 AND len(a) > 0 THEN CASE WHEN typeof(a) LIKE 'tavana%vector[]' THEN 0 ELSE 1 END END;
CREATE MACRO {db}.pgcat.array_ndims(a) AS CASE WHEN len(a) > 0 THEN 1 END;

-- Casts to and from the names of objects.
CREATE MACRO {db}.pgcat.tavana_bare(name) AS regexp_replace(replace(regexp_replace(CASE WHEN contains(name, '"') THEN name ELSE lower(name) END, '\s*\.\s*', '.'), '"', ''), '^pg_temp\.', 'pg_temp_1.');
CREATE MACRO {db}.pgcat.to_regclass(name) AS CASE WHEN regexp_full_match(name, '[0-9]+') THEN name::BIGINT ELSE (SELECT min(tavana_o) FROM {db}.pgcat.tavana_of_relations
	WHERE (contains(name, '.') AND {db}.pgcat.tavana_bare(name) = tavana_s || '.' || tavana_n) OR (NOT contains(name, '.') AND tavana_n = {db}.pgcat.tavana_bare(name) AND {db}.pgcat.tavana_visible(tavana_s))) END;
CREATE MACRO {db}.pgcat.regclass_oid(name) AS coalesce({db}.pgcat.to_regclass(name), CASE WHEN name IS NOT NULL THEN {db}.pgcat.tavana_error('42P01', 'relation "' || name || '" does not exist') END);
CREATE MACRO {db}.pgcat.regclass_name(o) AS coalesce((SELECT CASE WHEN {db}.pgcat.tavana_visible(tavana_s) THEN {db}.pgcat.quote_ident(tavana_n) ELSE {db}.pgcat.quote_ident(tavana_s) || '.' || {db}.pgcat.quote_ident(tavana_n) END FROM {db}.pgcat.tavana_of_relations WHERE tavana_o = try_cast(o AS BIGINT)), (SELECT {db}.pgcat.to_regclass(o::VARCHAR))::VARCHAR, o::VARCHAR);
CREATE MACRO {db}.pgcat.to_regtype(name) AS CASE WHEN regexp_full_match(name, '[0-9]+') THEN name::BIGINT ELSE (SELECT min(tavana_o) FROM {db}.pgcat.tavana_of_types
	WHERE tavana_t = {db}.pgcat.tavana_bare(replace(name, 'pg_catalog.', '')) OR tavana_n = lower(name) OR (name ILIKE 'int' AND tavana_o = 23) OR (name ILIKE 'decimal' AND tavana_o = 1700)
	OR (name ILIKE '%[]' AND tavana_t = '_' || CASE lower(name) WHEN 'int[]' THEN 'int4' ELSE replace(lower(name), '[]', '') END)) END;
CREATE MACRO {db}.pgcat.regtype_oid(name) AS coalesce({db}.pgcat.to_regtype(name), CASE WHEN name IS NOT NULL THEN {db}.pgcat.tavana_error('42704', 'type "' || name || '" does not exist') END);
CREATE MACRO {db}.pgcat.regtype_name(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_types WHERE tavana_o = CASE WHEN typeof(o) IN ('VARCHAR', 'tavana_name') THEN {db}.pgcat.regtype_oid(o::VARCHAR) ELSE try_cast(o AS BIGINT) END), o::VARCHAR);
CREATE MACRO {db}.pgcat.pg_typeof(x) AS (SELECT tavana_n FROM {db}.pgcat.tavana_of_types WHERE tavana_o = {db}.pgcat.tavana_type_oid(typeof(x)));
CREATE MACRO {db}.pgcat.tavana_type_function(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = o), '-');
CREATE MACRO {db}.pgcat.tavana_function_name(name) AS {db}.pgcat.tavana_bare(replace(name, 'pg_catalog.', ''));
CREATE MACRO {db}.pgcat.to_regproc(name) AS CASE WHEN regexp_full_match(name, '[0-9]+') THEN name::BIGINT WHEN name = '-' THEN 0 ELSE (SELECT CASE WHEN count(*) = 1 THEN min(tavana_o) END FROM {db}.pgcat.tavana_of_functions WHERE tavana_n = {db}.pgcat.tavana_function_name(name)) END;
CREATE MACRO {db}.pgcat.to_regprocedure(name) AS CASE WHEN regexp_full_match(name, '[0-9]+') THEN name::BIGINT WHEN name = '-' THEN 0 ELSE (SELECT min(tavana_o) FROM {db}.pgcat.tavana_of_functions WHERE tavana_s = replace({db}.pgcat.tavana_function_name(name), ', ', ',')) END;
CREATE MACRO {db}.pgcat.regproc_oid(name) AS coalesce({db}.pgcat.to_regproc(name), CASE WHEN name IS NOT NULL THEN CASE WHEN {db}.pgcat.tavana_function_name(name) IN (SELECT tavana_n FROM {db}.pgcat.tavana_of_functions)
	THEN {db}.pgcat.tavana_error('42725', 'more than one function named "' || name || '"') ELSE {db}.pgcat.tavana_error('42883', 'function "' || name || '" does not exist') END END);
CREATE MACRO {db}.pgcat.regproc_name(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = try_cast(o AS BIGINT)), o::VARCHAR);
CREATE MACRO {db}.pgcat.regprocedure_oid(name) AS coalesce({db}.pgcat.to_regprocedure(name), CASE WHEN name IS NOT NULL THEN {db}.pgcat.tavana_error('42883', 'function "' || name || '" does not exist') END);
CREATE MACRO {db}.pgcat.regprocedure_name(o) AS coalesce((SELECT tavana_s FROM {db}.pgcat.tavana_of_functions WHERE tavana_o = try_cast(o AS BIGINT)), o::VARCHAR);
CREATE MACRO {db}.pgcat.to_regnamespace(name) AS (SELECT tavana_o FROM {db}.pgcat.tavana_of_schemas WHERE tavana_n = {db}.pgcat.tavana_bare(name));
CREATE MACRO {db}.pgcat.regnamespace_oid(name) AS coalesce({db}.pgcat.to_regnamespace(name), CASE WHEN name IS NOT NULL THEN {db}.pgcat.tavana_error('3F000', 'schema "' || name || '" does not exist') END);
CREATE MACRO {db}.pgcat.regnamespace_name(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_schemas WHERE tavana_o = try_cast(o AS BIGINT)), o::VARCHAR);
CREATE MACRO {db}.pgcat.regrole_oid(name) AS (SELECT tavana_o FROM {db}.pgcat.tavana_of_roles WHERE tavana_n = {db}.pgcat.tavana_bare(name));
CREATE MACRO {db}.pgcat.regrole_name(o) AS coalesce((SELECT tavana_n FROM {db}.pgcat.tavana_of_roles WHERE tavana_o = try_cast(o AS BIGINT)), o::VARCHAR);

-- information_schema
CREATE VIEW {db}.information.schemata AS
	SELECT 'tavana'::tavana_name AS catalog_name, nspname::tavana_name AS schema_name, {db}.pgcat.tavana_owner()::tavana_name AS schema_owner, NULL::tavana_name AS default_character_set_catalog,
		NULL::tavana_name AS default_character_set_schema, NULL::tavana_name AS default_character_set_name, NULL::VARCHAR AS sql_path FROM {db}.pgcat.pg_namespace;
CREATE VIEW {db}.information.tables AS
	SELECT 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, CASE WHEN is_view THEN 'VIEW' WHEN nsp = 'pg_temp_1' THEN 'LOCAL TEMPORARY' ELSE 'BASE TABLE' END AS table_type,
		NULL::tavana_name AS self_referencing_column_name, NULL::VARCHAR AS reference_generation, NULL::tavana_name AS user_defined_type_catalog, NULL::tavana_name AS user_defined_type_schema,
		NULL::tavana_name AS user_defined_type_name, CASE WHEN is_view THEN 'NO' ELSE 'YES' END AS is_insertable_into, 'NO' AS is_typed, NULL::VARCHAR AS commit_action
	FROM {db}.pgcat.tavana_relations;
-- copied on_schema
CREATE VIEW {db}.information.columns AS
	SELECT 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, col::tavana_name AS column_name, num::INTEGER AS ordinal_position, def AS column_default,
		CASE WHEN nullable THEN 'YES' ELSE 'NO' END AS is_nullable, CASE WHEN t.typcategory = 'A' THEN 'ARRAY' ELSE (SELECT name FROM {db}.pgcat.tavana_type_names n WHERE n.oid = t.oid) END AS data_type, NULL::INTEGER AS character_maximum_length,
		CASE WHEN t.typcategory = 'S' THEN 1073741824 END::INTEGER AS character_octet_length,
		CASE typoid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53 WHEN 1700 THEN CASE WHEN typmod > 4 THEN (typmod - 4) // 65536 END END::INTEGER AS numeric_precision,
		CASE WHEN typoid IN (20, 21, 23, 700, 701) THEN 2 WHEN typoid = 1700 THEN 10 END::INTEGER AS numeric_precision_radix,
		CASE WHEN typoid IN (20, 21, 23) THEN 0 WHEN typoid = 1700 AND typmod > 4 THEN (typmod - 4) % 65536 END::INTEGER AS numeric_scale,
		CASE WHEN typoid IN (1083, 1114, 1184, 1186, 1266) THEN 6 WHEN typoid = 1082 THEN 0 END::INTEGER AS datetime_precision, NULL::VARCHAR AS interval_type, NULL::INTEGER AS interval_precision,
		NULL::tavana_name AS character_set_catalog, NULL::tavana_name AS character_set_schema, NULL::tavana_name AS character_set_name, NULL::tavana_name AS collation_catalog, NULL::tavana_name AS collation_schema,
		NULL::tavana_name AS collation_name, NULL::tavana_name AS domain_catalog, NULL::tavana_name AS domain_schema, NULL::tavana_name AS domain_name, 'tavana'::tavana_name AS udt_catalog, 'pg_catalog'::tavana_name AS udt_schema,
		t.typname::tavana_name AS udt_name, NULL::tavana_name AS scope_catalog, NULL::tavana_name AS scope_schema, NULL::tavana_name AS scope_name, NULL::INTEGER AS maximum_cardinality, num::VARCHAR::tavana_name AS dtd_identifier,
		'NO' AS is_self_referencing, 'NO' AS is_identity, NULL::VARCHAR AS identity_generation, NULL::VARCHAR AS identity_start, NULL::VARCHAR AS identity_increment, NULL::VARCHAR AS identity_maximum,
		NULL::VARCHAR AS identity_minimum, 'NO' AS identity_cycle, 'NEVER' AS is_generated, NULL::VARCHAR AS generation_expression, 'YES' AS is_updatable
	FROM {db}.pgcat.tavana_columns c JOIN {db}.pgcat.pg_type t ON t.oid = c.typoid;
CREATE VIEW {db}.information.views AS
	SELECT 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, {db}.pgcat.tavana_definition(sql) AS view_definition, 'NONE' AS check_option, 'NO' AS is_updatable,
		'NO' AS is_insertable_into, 'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable, 'NO' AS is_trigger_insertable_into FROM {db}.pgcat.tavana_views;
CREATE VIEW {db}.information.table_constraints AS
	SELECT 'tavana'::tavana_name AS constraint_catalog, nsp::tavana_name AS constraint_schema, name::tavana_name AS constraint_name, 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name,
		CASE kind WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' ELSE 'FOREIGN KEY' END AS constraint_type, 'NO' AS is_deferrable, 'NO' AS initially_deferred, 'NO' AS enforced, NULL::VARCHAR AS nulls_distinct
	FROM {db}.pgcat.tavana_keys;
CREATE VIEW {db}.information.key_column_usage AS
	SELECT 'tavana'::tavana_name AS constraint_catalog, nsp::tavana_name AS constraint_schema, name::tavana_name AS constraint_name, 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, col::tavana_name AS column_name,
		i::INTEGER AS ordinal_position, CASE WHEN kind = 'f' THEN i END::INTEGER AS position_in_unique_constraint FROM {db}.pgcat.tavana_key_columns;
CREATE VIEW {db}.information.referential_constraints AS
	SELECT 'tavana'::tavana_name AS constraint_catalog, k.nsp::tavana_name AS constraint_schema, k.name::tavana_name AS constraint_name, 'tavana'::tavana_name AS unique_constraint_catalog, u.nsp::tavana_name AS unique_constraint_schema, u.name::tavana_name AS unique_constraint_name,
		'NONE' AS match_option, {db}.pgcat.tavana_action(k.on_update) AS update_rule, {db}.pgcat.tavana_action(k.on_delete) AS delete_rule
	FROM {db}.pgcat.tavana_keys k LEFT JOIN {db}.pgcat.tavana_keys u ON u.nsp = k.ref_schema AND u.rel = k.ref_table AND u.kind <> 'f' AND u.columns = k.ref_columns WHERE k.kind = 'f';
CREATE VIEW {db}.information.constraint_column_usage AS
	SELECT 'tavana'::tavana_name AS table_catalog, CASE WHEN kind = 'f' THEN ref_schema ELSE nsp END::tavana_name AS table_schema, CASE WHEN kind = 'f' THEN ref_table ELSE rel END::tavana_name AS table_name,
		CASE WHEN kind = 'f' THEN ref_col ELSE col END::tavana_name AS column_name, 'tavana'::tavana_name AS constraint_catalog, nsp::tavana_name AS constraint_schema, name::tavana_name AS constraint_name FROM {db}.pgcat.tavana_key_columns;
CREATE VIEW {db}.information.routines AS
	SELECT 'tavana'::tavana_name AS specific_catalog, n.nspname AS specific_schema, (p.proname || '_' || p.oid::VARCHAR)::tavana_name AS specific_name, 'tavana'::tavana_name AS routine_catalog,
		n.nspname AS routine_schema, p.proname AS routine_name, CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END AS routine_type,
		CASE WHEN p.prokind = 'p' THEN NULL WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' ELSE coalesce(x.name, '"any"') END AS data_type,
		'tavana'::tavana_name AS type_udt_catalog, 'pg_catalog'::tavana_name AS type_udt_schema, t.typname AS type_udt_name, '0'::tavana_name AS dtd_identifier,
		CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END AS routine_body, p.prosrc AS routine_definition, CASE WHEN l.lanname <> 'sql' THEN p.prosrc END AS external_name, upper(l.lanname) AS external_language,
		'GENERAL' AS parameter_style, CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END AS is_deterministic, 'MODIFIES' AS sql_data_access,
		CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END AS is_null_call, 'YES' AS schema_level_routine, 0::INTEGER AS max_dynamic_result_sets, 'INVOKER' AS security_type
	FROM {db}.pgcat.pg_proc p JOIN {db}.pgcat.pg_namespace n ON n.oid = p.pronamespace JOIN {db}.pgcat.pg_language l ON l.oid = p.prolang
	LEFT JOIN {db}.pgcat.pg_type t ON t.oid = p.prorettype LEFT JOIN {db}.pgcat.tavana_type_names x ON x.oid = p.prorettype;
CREATE VIEW {db}.information.parameters AS
	SELECT 'tavana'::tavana_name AS specific_catalog, n.nspname AS specific_schema, (p.proname || '_' || p.oid::VARCHAR)::tavana_name AS specific_name, p.i::INTEGER AS ordinal_position,
		CASE coalesce(p.proargmodes[p.i], 'i') WHEN 'i' THEN 'IN' WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 'v' THEN 'IN' WHEN 't' THEN 'OUT' END AS parameter_mode, 'NO' AS is_result, 'NO' AS as_locator,
		nullif(p.proargnames[p.i], '')::tavana_name AS parameter_name, CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' ELSE x.name END AS data_type,
		'tavana'::tavana_name AS udt_catalog, 'pg_catalog'::tavana_name AS udt_schema, t.typname AS udt_name, p.i::VARCHAR::tavana_name AS dtd_identifier, NULL::VARCHAR AS parameter_default
	FROM (SELECT *, unnest(coalesce(proallargtypes, proargtypes)) AS argument, generate_subscripts(coalesce(proallargtypes, proargtypes), 1) AS i FROM {db}.pgcat.pg_proc) p
	JOIN {db}.pgcat.pg_namespace n ON n.oid = p.pronamespace JOIN {db}.pgcat.pg_type t ON t.oid = p.argument JOIN {db}.pgcat.tavana_type_names x ON x.oid = t.oid;
CREATE VIEW {db}.information.information_schema_catalog_name AS SELECT 'tavana'::tavana_name AS catalog_name;
CREATE VIEW {db}.information.enabled_roles AS SELECT rolname::tavana_name AS role_name FROM {db}.pgcat.pg_roles;
CREATE VIEW {db}.information.applicable_roles AS SELECT rolname::tavana_name AS grantee, rolname::tavana_name AS role_name, 'NO' AS is_grantable FROM {db}.pgcat.pg_roles WHERE false;
CREATE VIEW {db}.information.sequences AS SELECT NULL::tavana_name AS sequence_catalog, NULL::tavana_name AS sequence_schema, NULL::tavana_name AS sequence_name, NULL::VARCHAR AS data_type WHERE false;
CREATE VIEW {db}.information.character_sets AS SELECT NULL::tavana_name AS character_set_catalog, NULL::tavana_name AS character_set_schema, 'UTF8'::tavana_name AS character_set_name, 'UCS' AS character_repertoire, 'UTF8' AS form_of_use, 'tavana'::tavana_name AS default_collate_catalog, 'pg_catalog'::tavana_name AS default_collate_schema, 'C.UTF-8'::tavana_name AS default_collate_name;
CREATE VIEW {db}.information.triggers AS SELECT NULL::tavana_name AS trigger_catalog, NULL::tavana_name AS trigger_schema, NULL::tavana_name AS trigger_name, NULL::tavana_name AS event_object_schema, NULL::tavana_name AS event_object_table WHERE false;
CREATE VIEW {db}.information.table_privileges AS SELECT {db}.pgcat.tavana_owner()::tavana_name AS grantor, {db}.pgcat.tavana_owner()::tavana_name AS grantee, 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, p AS privilege_type, 'NO' AS is_grantable, 'NO' AS with_hierarchy FROM {db}.pgcat.tavana_relations, (SELECT unnest(['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p);
CREATE VIEW {db}.information.column_privileges AS SELECT {db}.pgcat.tavana_owner()::tavana_name AS grantor, {db}.pgcat.tavana_owner()::tavana_name AS grantee, 'tavana'::tavana_name AS table_catalog, nsp::tavana_name AS table_schema, rel::tavana_name AS table_name, col::tavana_name AS column_name, p AS privilege_type, 'NO' AS is_grantable FROM {db}.pgcat.tavana_columns, (SELECT unnest(['SELECT', 'INSERT', 'UPDATE']) AS p);

-- What tools ask that is not in the manual's catalogs.
CREATE MACRO {db}.pgcat.pg_show_all_settings() AS TABLE SELECT * FROM {db}.pgcat.pg_settings;
CREATE MACRO {db}.pgcat.pg_available_extensions() AS TABLE SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS default_version, NULL::VARCHAR AS comment WHERE false;
CREATE MACRO {db}.pgcat.pg_available_extension_versions() AS TABLE SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS version, false AS superuser, false AS trusted, false AS relocatable, NULL::VARCHAR AS schema, NULL::VARCHAR[] AS requires, NULL::VARCHAR AS comment WHERE false;
CREATE MACRO {db}.pgcat.pg_get_keywords() AS TABLE SELECT keyword_name AS word, CASE keyword_category WHEN 'reserved' THEN 'R' WHEN 'unreserved' THEN 'U' WHEN 'column_name' THEN 'C' ELSE 'T' END AS catcode, true AS barelabel, keyword_category AS catdesc, NULL::VARCHAR AS baredesc FROM duckdb_keywords();
CREATE MACRO {db}.pgcat.pg_tablespace_size(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.pg_char_to_encoding(name) AS CASE WHEN upper(name) IN ('UTF8', 'UTF-8') THEN 6 ELSE -1 END;
CREATE MACRO {db}.pgcat.pg_column_is_updatable(o, n, triggers) AS EXISTS (SELECT 1 FROM {db}.pgcat.tavana_of_tables WHERE tavana_o = o);
CREATE MACRO {db}.pgcat.pg_blocking_pids(pid) AS []::INTEGER[];
CREATE MACRO {db}.pgcat.pg_stat_get_numscans(o) AS 0::BIGINT;
CREATE MACRO {db}.pgcat.bpchar(x) AS x::VARCHAR;
CREATE MACRO {db}.pgcat.tavana_expandarray(a) AS list_transform(a, lambda e, i: {'x': e, 'n': i::INTEGER});
