-- What tools read of objects: pg_catalog's relations, what hangs on what, owners and privileges, statistics, settings.

SELECT c.relname::text, string_agg(a.attname::text, ' ' ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0 GROUP BY 1 ORDER BY c.relname::text COLLATE "C"

CREATE SCHEMA things AUTHORIZATION CURRENT_USER

CREATE SCHEMA IF NOT EXISTS things AUTHORIZATION tavana

CREATE SCHEMA others AUTHORIZATION no_such_role

CREATE TABLE things.part (id int4 NOT NULL, up int4, note text, CONSTRAINT part_pkey PRIMARY KEY (id), CONSTRAINT part_note_key UNIQUE (note), CONSTRAINT part_up_fkey FOREIGN KEY (up) REFERENCES things.part (id))

CREATE TABLE things.kept (a int4, b text) USING heap TABLESPACE pg_default

CREATE TABLE things.made USING heap AS SELECT 1 AS one

CREATE TABLE things.other (a int4) USING no_such_method

CREATE TABLE things.other (a int4) TABLESPACE no_such_space

CREATE VIEW things.shown AS SELECT id, note FROM things.part

ALTER TABLE things.part OWNER TO CURRENT_USER

ALTER TABLE things.part OWNER TO tavana

ALTER VIEW things.shown OWNER TO SESSION_USER

ALTER SCHEMA things OWNER TO tavana

ALTER DATABASE tavana OWNER TO CURRENT_USER

ALTER TABLE IF EXISTS things.no_such_table OWNER TO CURRENT_USER

ALTER TABLE things.no_such_table OWNER TO CURRENT_USER

ALTER SCHEMA no_such_schema OWNER TO CURRENT_USER

ALTER TABLE things.part OWNER TO no_such_role

SELECT c.relname::text, d.refclassid::regclass::text, d.deptype, d.refobjsubid FROM pg_depend d JOIN pg_class c ON c.oid = d.objid WHERE d.classid = 'pg_class'::regclass AND c.relname IN ('part', 'part_pkey', 'part_note_key', 'kept') ORDER BY 1, 2, 3, 4

SELECT k.conname::text, r.relname::text, d.deptype, d.refobjsubid FROM pg_depend d JOIN pg_constraint k ON k.oid = d.objid JOIN pg_class r ON r.oid = d.refobjid WHERE d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_class'::regclass AND k.conname LIKE 'part%' ORDER BY 1, 2, 3, 4

SELECT k.contype, x.relname::text FROM pg_class x JOIN pg_depend d ON d.classid = x.tableoid AND d.objid = x.oid AND d.deptype = 'i' JOIN pg_constraint k ON k.tableoid = d.refclassid AND k.oid = d.refobjid WHERE k.conname LIKE 'part%' ORDER BY 1

SELECT tableoid::int, relname::text FROM pg_catalog.pg_class WHERE relname = 'part'

SELECT n.tableoid::int, c.tableoid::int, p.tableoid IS NULL FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relname = 'part'

SELECT c.xmin IS NOT NULL, c.cmin IS NOT NULL FROM pg_class c WHERE c.relname = 'part'

SELECT r.rulename::text, r.ev_type, r.ev_enabled, r.is_instead, c.relname::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relname = 'shown'

SELECT schemaname::text, relname::text, seq_scan IS NOT NULL, n_dead_tup, last_vacuum FROM pg_stat_user_tables WHERE schemaname = 'things' ORDER BY 2

SELECT relname::text, heap_blks_read IS NOT NULL FROM pg_statio_all_tables WHERE schemaname = 'things' ORDER BY 1

SELECT relname::text, indexrelname::text, idx_scan FROM pg_stat_user_indexes WHERE schemaname = 'things' ORDER BY 2

SELECT count(*)::int FROM pg_stat_sys_tables WHERE relname = 'pg_class'

SELECT datname::text, numbackends > 0, deadlocks, temp_files, checksum_failures FROM pg_stat_database WHERE datname = current_database()

SELECT acldefault('n', 10)::text[], acldefault('d', 10)::text[], acldefault('r', 10)::text[], acldefault('t', 10)::text[], acldefault('T', 10)::text[]

SELECT (d).grantor::int, (d).grantee::int, (d).privilege_type, (d).is_grantable FROM (SELECT pg_catalog.aclexplode(acldefault('d', 10)) AS d) x ORDER BY 2, 3

SELECT n.nspname::text, d.grantee::int, d.privilege_type FROM pg_namespace n, pg_catalog.aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) d WHERE n.nspname = 'things' ORDER BY 3

SELECT grantee::int, is_grantable FROM aclexplode(acldefault('s', 10)) WHERE privilege_type = 'USAGE'

SELECT count(*)::int FROM (SELECT aclexplode(nspacl) AS d FROM pg_namespace WHERE nspname = 'things') x

SELECT nspacl IS NULL, array_to_string(nspacl::text[], ', ') FROM pg_namespace WHERE nspname = 'things'

SELECT pg_blocking_pids(0)

SELECT name, setting, unit, vartype FROM pg_settings WHERE name IN ('work_mem', 'statement_timeout', 'jit', 'extra_float_digits', 'block_size') ORDER BY 1

SET work_mem = '128MB'

SHOW work_mem

SELECT setting, unit FROM pg_settings WHERE name = 'work_mem'

SET work_mem = '1.5GB'

SHOW work_mem

SET work_mem = 'much'

RESET work_mem

EXPLAIN (no_such_option) SELECT 1

SELECT nspname::text FROM pg_namespace WHERE nspname = ANY('{things,public}') ORDER BY 1

SELECT relname::text FROM pg_class WHERE relname LIKE 'part%' AND relkind <> ALL ('{i,S}')

SELECT 2 = ANY('{1,2}'), 3 <> ALL('{1,2}'), 1 = ANY('{}'), NULL = ANY('{1}'), 2 = ANY('{1,NULL}')

SELECT substring('fillfactor=70' FROM 'fillfactor=([0-9]*)'), substring(array_to_string(NULL::text[], ',') FROM 'a=(.)')

SELECT CASE WHEN relkind = 'r' THEN 'table' ELSE CASE relkind WHEN 'v' THEN 'view' END END::text AS kind FROM pg_class WHERE relname IN ('part', 'shown') ORDER BY 1

DROP SCHEMA things CASCADE
