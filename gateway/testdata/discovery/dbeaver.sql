-- DBeaver reads the catalog's rows whole when its navigator opens. Here are the columns that it uses; numbers of objects stand as names.

-- differs: types: text for name
SELECT current_schema(), session_user

SHOW search_path

SELECT db.datname, db.datistemplate, db.datallowconn, pg_encoding_to_char(db.encoding) AS encoding FROM pg_catalog.pg_database db WHERE db.datname = current_database()

SELECT typ.typname, typ.typtype, typ.typcategory FROM pg_catalog.pg_type typ WHERE typ.typname = 'int4'

SELECT current_setting('standard_conforming_strings') AS v

SELECT s.name, s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'standard_conforming_strings'

-- The parts of the catalog that there are.
SELECT 1 FROM pg_catalog.pg_class WHERE relkind = 'p' LIMIT 1

SELECT * FROM pg_catalog.pg_enum WHERE 1 <> 1 LIMIT 1

SELECT reltype FROM pg_catalog.pg_class WHERE 1 <> 1 LIMIT 1

-- Schemas.
SELECT n.nspname, r.rolname AS owner, d.description FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass WHERE n.nspname IN ('shop', 'Odd Names') ORDER BY n.nspname

-- Types.
SELECT t.oid, t.typname, t.typlen, t.typbyval, t.typtype, t.typcategory, t.typispreferred, t.typelem, t.typarray, t.typalign, t.typstorage, t.typnotnull, t.typbasetype, t.typtypmod, t.typndims, t.typcollation,
	c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name, d.description
FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_class'::regclass
WHERE t.typname IN ('int4', '_int4', 'text', 'numeric', 'timestamptz', 'json', 'uuid', 'name') AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C') ORDER BY t.oid

SELECT oid, typname FROM pg_catalog.pg_type WHERE typname = 'date'

-- Tables and views of a schema.
SELECT c.relname, c.relkind, c.relpersistence, c.relhasindex, c.relisshared, c.relnatts, c.relchecks, c.relhassubclass, c.relrowsecurity, c.relispopulated, c.relispartition, c.reloptions, d.description,
	pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr, pg_catalog.pg_get_partkeydef(c.oid) AS partition_key
FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'shop') AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY c.relname

SELECT c.relname, am.amname, ts.spcname, r.rolname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace LEFT JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY 1

-- Columns of a table.
SELECT c.relname, a.attname, a.atttypid, a.attlen, a.attnum, a.attndims, a.atttypmod, a.attbyval, a.attalign, a.attstorage, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, a.attisdropped, a.attislocal, a.attinhcount, a.attcollation,
	pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid
FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON a.attrelid = c.oid LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
	LEFT OUTER JOIN pg_catalog.pg_description dsc ON dsc.objoid = c.oid AND dsc.objsubid = a.attnum LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'c') AND c.oid = 'shop.customer'::regclass AND a.attnum > 0 ORDER BY a.attnum

-- differs: row: note|text, not note|character varying(40)
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS typ FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'shop.orders'::regclass AND a.attnum > 0 ORDER BY a.attnum

SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS typ FROM pg_catalog.pg_attribute a WHERE a.attrelid = '"Odd Names"."My Table"'::regclass AND a.attnum > 0 ORDER BY a.attnum

-- Keys.
SELECT c.conname, c.contype, c.condeferrable, c.condeferred, c.convalidated, c.confupdtype, c.confdeltype, c.confmatchtype, c.conkey, c.confkey, t.relname AS tabrelname, rt.relname AS refrelname, d.description,
	CASE WHEN c.contype = 'c' THEN substring(pg_get_constraintdef(c.oid), 7) ELSE NULL END AS consrc_copy
FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid
	LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_constraint'::regclass
WHERE t.relnamespace = 'shop'::regnamespace ORDER BY c.conname

SELECT c.conname, pg_catalog.pg_get_constraintdef(c.oid) AS def, pg_catalog.pg_get_constraintdef(c.oid, true) AS pretty FROM pg_catalog.pg_constraint c WHERE c.connamespace = 'shop'::regnamespace ORDER BY 1

-- Indexes.
SELECT c.relname, tc.relname AS tabrelname, i.indnatts, i.indnkeyatts, i.indisunique, i.indisprimary, i.indisexclusion, i.indimmediate, i.indisclustered, i.indisvalid, i.indisready, i.indislive, dsc.description,
	pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) AS expr, pg_catalog.pg_stat_get_numscans(i.indexrelid) >= 0 AS index_num_scans
FROM pg_catalog.pg_index i INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid LEFT OUTER JOIN pg_catalog.pg_description dsc ON dsc.objoid = i.indexrelid
WHERE tc.relnamespace = 'shop'::regnamespace ORDER BY tc.relname, c.relname

SELECT c.relname, pg_catalog.pg_get_indexdef(i.indexrelid) AS def, pg_catalog.pg_get_indexdef(i.indexrelid, 1, true) AS first FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'shop'::regnamespace ORDER BY 1

-- Functions of a schema.
SELECT p.proname, p.prokind, p.proretset, p.pronargs, d.description FROM pg_catalog.pg_proc p LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = p.oid WHERE p.pronamespace = 'shop'::regnamespace ORDER BY p.proname

-- differs: rows: 9, not 11; tag: SELECT 9, not SELECT 11
SELECT p.proname, pg_catalog.format_type(p.prorettype, NULL) AS result, pg_catalog.pg_get_function_identity_arguments(p.oid) AS args, l.lanname
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN ('lower', 'abs', 'sqrt') ORDER BY 1, 3

-- What else a schema may have.
SELECT t.tgname, t.tgenabled FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'shop'::regnamespace

SELECT r.rulename, r.ev_type FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'shop'::regnamespace AND r.rulename <> '_RETURN'

SELECT p.polname, p.polcmd FROM pg_catalog.pg_policy p

SELECT s.schemaname, s.sequencename FROM pg_catalog.pg_sequences s

-- differs: rows: 0, not 1; columns: 0, not 2; tag: SELECT 0, not SELECT 1
SELECT e.extname, e.extversion FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY 1

SELECT f.fdwname FROM pg_catalog.pg_foreign_data_wrapper f UNION ALL SELECT s.srvname FROM pg_catalog.pg_foreign_server s

SELECT i.inhrelid, i.inhseqno FROM pg_catalog.pg_inherits i

-- Roles, and what a role may do.
SELECT a.rolname, a.rolsuper, a.rolinherit, a.rolcanlogin, a.rolconnlimit, pd.description FROM pg_catalog.pg_roles a LEFT JOIN pg_catalog.pg_shdescription pd ON pd.objoid = a.oid WHERE a.rolname = current_user

-- differs: types: text for varchar
SELECT g.table_name, g.privilege_type FROM information_schema.table_privileges g WHERE g.table_schema = 'shop' AND g.grantee = current_user AND g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') ORDER BY 1, 2

SELECT m.roleid, m.admin_option FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member WHERE r.rolname = current_user

-- The text of a view, and the sizes of tables.
SELECT pg_catalog.pg_get_viewdef('shop.totals'::regclass, true) IS NOT NULL AS has_definition

SELECT c.relname, pg_catalog.pg_total_relation_size(c.oid) >= 0 AS total, pg_catalog.pg_relation_size(c.oid) >= 0 AS size FROM pg_catalog.pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind = 'r' ORDER BY 1

-- The data of a table, a page of it, and its count.
SELECT * FROM shop.customer t ORDER BY id LIMIT 200

-- differs: types: text for varchar
SELECT x.* FROM shop.orders x WHERE x.customer = 1 ORDER BY x.id, x.line

SELECT count(*) FROM shop.orders

-- Sessions.
SELECT sa.datname, sa.usename, sa.state FROM pg_catalog.pg_stat_activity sa WHERE sa.pid = pg_backend_pid()
