-- databases
SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE 1 = 1 AND datallowconn AND NOT datistemplate OR db.datname = current_database() ORDER BY db.datname

-- where the session is
SELECT current_schema(), session_user

-- the search path
SHOW search_path

-- is a column there
SELECT typcategory FROM pg_catalog.pg_type WHERE 1<>1 LIMIT 1

-- what a database's comment is
select description from pg_shdescription join pg_database on objoid = pg_database.oid where datname = current_database()

-- settings
SELECT name, setting, unit, context, vartype FROM pg_catalog.pg_settings WHERE name IN ('search_path', 'standard_conforming_strings')

-- schemas
SELECT n.oid, n.*, d.description
FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass
WHERE nspname IN ('bs_one', 'bs_two')
ORDER BY nspname

-- data types of all schemas
SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid
WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')

-- of the types that columns have, what it reads
SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typlen, t.typbyval, t.typispreferred, t.typisdefined, t.typdelim, t.typrelid, t.typelem,
    t.typarray, t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze, t.typalign, t.typstorage, t.typnotnull,
    t.typbasetype, t.typtypmod, t.typndims, t.typcollation, t.typdefault
FROM pg_catalog.pg_type t
WHERE t.typname IN ('bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text', 'varchar', 'bytea', 'date', 'time', 'timestamp', 'timestamptz', 'interval', 'uuid', 'json', '_int4', '_text')
ORDER BY t.oid

-- a type by its number
SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_class c ON c.oid = t.typrelid
WHERE t.oid = 23

-- enum labels
SELECT * FROM pg_catalog.pg_enum

-- roles
SELECT a.oid, a.*, pd.description
FROM pg_catalog.pg_roles a
LEFT JOIN pg_catalog.pg_shdescription pd ON a.oid = pd.objoid
WHERE a.rolname = current_user ORDER BY a.rolname

-- access methods
SELECT am.oid, am.* FROM pg_catalog.pg_am am ORDER BY am.oid

-- encodings
SELECT c.contoencoding as encid, pg_catalog.pg_encoding_to_char(c.contoencoding) as encname
FROM pg_catalog.pg_conversion c GROUP BY c.contoencoding ORDER BY 2

-- collations
SELECT c.oid, c.* FROM pg_catalog.pg_collation c WHERE c.collname IN ('C', 'default') ORDER BY c.oid

-- languages
SELECT l.oid, l.* FROM pg_catalog.pg_language l ORDER BY l.oid

-- tablespaces
SELECT t.oid, t.*, pg_tablespace_location(t.oid) loc FROM pg_catalog.pg_tablespace t ORDER BY t.oid

-- extensions
SELECT e.oid, cfg.tbls, n.nspname as schema_name, e.*
FROM pg_catalog.pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN (
    SELECT ARRAY_AGG(ns.nspname || '.' || cls.relname) tbls, oid_ext
    FROM (SELECT unnest(e1.extconfig) oid, e1.oid oid_ext FROM pg_catalog.pg_extension e1) c
    JOIN pg_class cls ON cls.oid = c.oid
    JOIN pg_namespace ns ON ns.oid = cls.relnamespace
    GROUP BY oid_ext
) cfg ON cfg.oid_ext = e.oid
ORDER BY e.oid

-- extensions that could be
SELECT name, default_version, installed_version, comment FROM pg_catalog.pg_available_extensions WHERE name = 'plpgsql' ORDER BY name

-- event triggers
SELECT pet.*, d.description FROM pg_catalog.pg_event_trigger pet LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = pet.oid

-- foreign data
SELECT l.oid, l.*, p.pronamespace as handler_schema_id
FROM pg_catalog.pg_foreign_data_wrapper l LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid = l.fdwhandler
ORDER BY l.fdwname

-- foreign servers
SELECT l.oid, l.* FROM pg_catalog.pg_foreign_server l ORDER BY l.srvname

-- tables and views of a schema
SELECT c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr, pg_catalog.pg_get_partkeydef(c.oid) as partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one') AND c.relkind not in ('i', 'I', 'c')

-- of tables and views, what it reads
SELECT c.relname, c.relkind, c.relowner = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) AS own, c.relhassubclass, c.relispartition,
    c.relpersistence, c.relrowsecurity, c.relhasindex, c.relhasrules, c.relhastriggers, c.relnatts, c.relchecks, d.description
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one') AND c.relkind not in ('i', 'I', 'c')

-- their columns
SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind not in ('i', 'I', 'c') AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
ORDER BY a.attnum

-- of columns, what it reads
SELECT c.relname, a.attname, a.attnum, a.atttypid, a.atttypmod, a.attlen, a.attnotnull, a.attndims, a.attidentity, a.attgenerated, a.attislocal, a.attinhcount,
    a.atthasdef, a.attcollation, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
WHERE NOT a.attisdropped AND a.attnum > 0 AND c.relkind = 'r' AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
    AND c.relname IN ('types', 'arrays', 'commented', 'required', 'customer')
ORDER BY c.relname, a.attnum

-- keys of a schema
SELECT c.oid, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description,
    case when c.contype = 'c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_constraint'::regclass
WHERE t.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
ORDER BY c.oid

-- of keys, what it reads, and their text
SELECT t.relname, c.conname, c.contype, c.condeferrable, c.condeferred, c.convalidated, c.confupdtype, c.confdeltype, c.confmatchtype, c.conkey, c.confkey,
    pg_get_constraintdef(c.oid) AS def
FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
WHERE t.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
ORDER BY t.relname, c.conname

-- indexes of a table
SELECT i.*, i.indkey as keys, c.relname, c.relnamespace, c.relam, c.reltablespace, tc.relname as tabrelname, dsc.description,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr,
    pg_catalog.pg_relation_size(i.indexrelid) as index_rel_size, pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid = dsc.objoid
WHERE i.indrelid = 'bs_one.customer'::regclass::oid ORDER BY c.relname

-- who refers to a table
SELECT DISTINCT connamespace FROM pg_catalog.pg_constraint WHERE confrelid = 'bs_one.customer'::regclass::oid

-- inheritance
SELECT i.inhrelid relid, pc.relnamespace parent_ns, pc.oid parent_oid, i.inhseqno
FROM pg_catalog.pg_inherits i, pg_class rc, pg_class pc
WHERE rc.oid = i.inhrelid AND rc.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one') AND pc.oid = i.inhparent

-- triggers of a table
SELECT x.oid, x.*, p.pronamespace as func_schema_id, d.description
FROM pg_catalog.pg_trigger x
LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid = x.tgfoid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = x.oid AND d.objsubid = 0
WHERE x.tgrelid = 'bs_one.plain'::regclass::oid AND NOT x.tgisinternal

-- rules of a table
SELECT r.oid, r.*, pg_get_ruledef(r.oid) AS definition FROM pg_rewrite r WHERE r.ev_class = 'bs_one.plain'::regclass::oid AND r.rulename <> '_RETURN'::name

-- policies of a table
select * from pg_catalog.pg_policies where schemaname = 'bs_one' and tablename = 'plain'

-- functions of a schema
SELECT p.oid as poid, p.*, pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults, d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = p.oid and d.classoid = 'pg_proc'::regclass AND d.objsubid = 0
WHERE p.pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
ORDER BY p.proname

-- aggregates of a schema
SELECT p.oid AS proc_oid, p.proname AS proc_name, a.*
FROM pg_catalog.pg_aggregate a, pg_catalog.pg_proc p
WHERE p.oid = a.aggfnoid AND p.pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')
ORDER BY p.proname

-- sequences of a schema
select * from pg_catalog.pg_sequences where schemaname = 'bs_one'

-- sizes of a schema's tables
select c.oid, pg_catalog.pg_total_relation_size(c.oid) as total_rel_size, pg_catalog.pg_relation_size(c.oid) as rel_size
FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_two')

-- a view's text
SELECT pg_get_viewdef('bs_one.names'::regclass::oid, true)

-- privileges
SELECT * FROM information_schema.table_privileges WHERE table_schema = 'bs_one' AND table_name = 'plain'

-- default privileges
SELECT * FROM pg_default_acl WHERE defaclnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one')

-- tables whose name begins with some letters, for completion
SELECT pc.oid, pc.relname, pc.relnamespace, pc.relkind, description
FROM pg_catalog.pg_class pc
LEFT JOIN pg_catalog.pg_description x ON x.objoid = pc.oid AND x.objsubid = 0
WHERE pc.relkind IN ('r', 'v', 'm', 'f', 'p') AND pc.relname ILIKE 'cu%' AND pc.relnamespace IN ((SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'bs_one'))
ORDER BY pc.relname LIMIT 100

-- rows of a table
SELECT x.* FROM bs_one.customer x LIMIT 200

-- sessions
SELECT sa.* FROM pg_catalog.pg_stat_activity sa WHERE sa.pid = pg_backend_pid() AND false
