-- Npgsql reads the types when the first connection of a pool is opened, and the catalog for its schema collections and GetColumnSchema.

SELECT version() LIKE 'PostgreSQL 15.%' AS is_15

-- Base types, ranges and enums, with what tells arrays from others: the name of the function that reads them.
SELECT s.nspname, ty.oid, ty.typname, ty.typtype, ty.typnotnull, pr.proname
FROM pg_type AS ty JOIN pg_namespace AS s ON s.oid = ty.typnamespace LEFT JOIN pg_proc AS pr ON pr.oid = ty.typreceive
WHERE ty.typname IN ('bool', 'int2', 'int4', 'int8', 'text', 'varchar', 'bpchar', 'name', 'oid', 'numeric', 'float4', 'float8', 'bytea', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'uuid', 'json', 'jsonb', 'bit', 'varbit', 'int4range', 'numrange', 'record', 'void')
ORDER BY ty.oid

-- The whole of it, as one statement: elements of arrays, subtypes of ranges, base types of domains.
SELECT ns.nspname, x.oid, x.typname, x.kind, x.typnotnull, x.inner_oid
FROM (
	SELECT outerty.*, elem.oid AS elem_oid, elem.typname AS elem_name, elemrel.relkind AS elem_relkind,
		CASE WHEN elemin.proname = 'array_recv' THEN 'a' ELSE elem.typtype END AS elem_kind
	FROM (
		SELECT ty.oid, ty.typnamespace, ty.typname, ty.typrelid, ty.typnotnull, rel.relkind,
			CASE WHEN recv.proname = 'array_recv' THEN 'a' ELSE ty.typtype END AS kind,
			CASE WHEN recv.proname = 'array_recv' THEN ty.typelem WHEN ty.typtype = 'r' THEN rng.rngsubtype
				WHEN ty.typtype = 'm' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = ty.oid) WHEN ty.typtype = 'd' THEN ty.typbasetype END AS inner_oid
		FROM pg_type AS ty LEFT JOIN pg_class AS rel ON rel.oid = ty.typrelid LEFT JOIN pg_proc AS recv ON recv.oid = ty.typreceive LEFT JOIN pg_range AS rng ON rng.rngtypid = ty.oid
	) AS outerty
	LEFT JOIN pg_type AS elem ON elem.oid = outerty.inner_oid LEFT JOIN pg_class AS elemrel ON elemrel.oid = elem.typrelid LEFT JOIN pg_proc AS elemin ON elemin.oid = elem.typreceive
) AS x JOIN pg_namespace AS ns ON ns.oid = x.typnamespace
WHERE (x.kind IN ('b', 'r', 'm', 'e', 'd') OR x.kind = 'c' AND x.relkind = 'c' OR x.kind = 'p' AND x.typname IN ('record', 'void')
	OR x.kind = 'a' AND (x.elem_kind IN ('b', 'r', 'm', 'e', 'd') OR x.elem_kind = 'p' AND x.elem_name IN ('record', 'void') OR x.elem_kind = 'c' AND x.elem_relkind = 'c'))
	AND x.typname IN ('bool', '_bool', 'int4', '_int4', 'int8', '_int8', 'text', '_text', 'numeric', '_numeric', 'timestamptz', '_timestamptz', 'uuid', '_uuid', 'json', '_json', 'int4range', '_int4range', 'oidvector', 'int2vector', 'record', '_record', 'void')
ORDER BY CASE WHEN x.kind IN ('b', 'e', 'p') THEN 0 WHEN x.kind = 'r' THEN 1 WHEN x.kind = 'm' THEN 2 WHEN x.kind = 'c' THEN 3 WHEN x.kind = 'd' AND x.elem_kind <> 'a' THEN 4 WHEN x.kind = 'a' THEN 5 WHEN x.kind = 'd' AND x.elem_kind = 'a' THEN 6 END, x.oid

-- Fields of composite types.
SELECT ty.oid, a.attname, a.atttypid
FROM pg_type AS ty JOIN pg_namespace AS s ON s.oid = ty.typnamespace JOIN pg_class AS rel ON rel.oid = ty.typrelid JOIN pg_attribute AS a ON a.attrelid = ty.typrelid
WHERE ty.typtype = 'c' AND rel.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY ty.oid, a.attnum

-- Labels of enums.
SELECT ty.oid, e.enumlabel FROM pg_enum AS e JOIN pg_type AS ty ON ty.oid = e.enumtypid ORDER BY ty.oid, e.enumsortorder

-- All of that goes out as one batch.
SELECT 1 AS one; SELECT ty.oid, e.enumlabel FROM pg_enum AS e JOIN pg_type AS ty ON ty.oid = e.enumtypid ORDER BY ty.oid

-- A connection that goes back to the pool.
DISCARD ALL

SELECT current_setting('server_version_num')::int >= 150000 AS new_enough

SHOW server_version_num

-- GetColumnSchema: what RowDescription does not say of a table's columns.
SELECT ty.oid AS typoid, ns.nspname, rel.relname, a.attname, a.attnum, a.attnotnull, a.attidentity <> '' AS isidentity,
	CASE WHEN a.atthasdef THEN (SELECT pg_get_expr(d.adbin, rel.oid) FROM pg_attrdef AS d WHERE d.adrelid = rel.oid AND d.adnum = a.attnum) END AS dflt,
	EXISTS (SELECT * FROM pg_index AS i WHERE i.indrelid = rel.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS iskey,
	EXISTS (SELECT * FROM pg_index AS i WHERE i.indrelid = rel.oid AND i.indisunique AND i.indnkeyatts = 1 AND a.attnum = ANY (i.indkey)) AS isunique
FROM pg_attribute AS a JOIN pg_class AS rel ON rel.oid = a.attrelid JOIN pg_namespace AS ns ON ns.oid = rel.relnamespace JOIN pg_type AS ty ON ty.oid = a.atttypid
WHERE a.attrelid = 'shop.customer'::regclass AND a.attnum > 0 ORDER BY a.attnum

SELECT CASE WHEN ty.typname IN ('numeric', 'bpchar', 'varchar') THEN a.atttypmod END AS modifier, a.attname
FROM pg_attribute AS a JOIN pg_class AS rel ON rel.oid = a.attrelid JOIN pg_type AS ty ON ty.oid = a.atttypid WHERE rel.relname = 'customer' AND a.attnum > 0 ORDER BY a.attnum

-- Its schema collections.
SELECT d.datname AS database_name, r.rolname AS owner, pg_encoding_to_char(d.encoding) AS encoding FROM pg_database AS d JOIN pg_roles AS r ON r.oid = d.datdba WHERE d.datname = current_database()

SELECT schema_name, catalog_name FROM information_schema.schemata WHERE schema_name NOT LIKE 'pg\_%' ORDER BY 1

-- differs: types: text for varchar
SELECT table_catalog, table_schema, table_name, table_type FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 2, 3

-- differs: row: tavana|shop|orders|note|5|NULL|YES|text|NULL|NULL|NULL|NULL, not tavana|shop|orders|note|5|NULL|YES|character varying|40|NULL|NULL|NULL; types: text for varchar
SELECT table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, udt_name::regtype::text AS data_type, character_maximum_length, numeric_precision, numeric_scale, datetime_precision
FROM information_schema.columns WHERE table_schema = 'shop' ORDER BY 2, 3, 5

-- differs: types: text for varchar
SELECT table_catalog, table_schema, table_name, check_option, is_updatable FROM information_schema.views WHERE table_schema = 'shop' ORDER BY 1

SELECT usename AS user_name, usesysid AS user_id, usesuper FROM pg_catalog.pg_user WHERE usename = current_user

-- differs: types: text for name
SELECT current_database() AS table_catalog, sch.nspname AS table_schema, tab.relname AS table_name, ind.relname AS index_name, CASE WHEN i.indisprimary THEN 'primary' WHEN i.indisunique THEN 'unique' ELSE '' END AS kind
FROM pg_class AS ind JOIN pg_index AS i ON i.indexrelid = ind.oid JOIN pg_class AS tab ON tab.oid = i.indrelid JOIN pg_namespace AS sch ON sch.oid = tab.relnamespace
WHERE ind.relkind = 'i' AND sch.nspname NOT IN ('pg_catalog', 'pg_toast') AND tab.relkind = 'r' ORDER BY 2, 3, 4

SELECT sch.nspname, tab.relname, ind.relname AS index_name, a.attname
FROM pg_index AS i JOIN pg_class AS ind ON ind.oid = i.indexrelid JOIN pg_class AS tab ON tab.oid = i.indrelid JOIN pg_namespace AS sch ON sch.oid = tab.relnamespace JOIN pg_attribute AS a ON a.attrelid = ind.oid
WHERE sch.nspname = 'shop' ORDER BY 1, 2, 3, a.attnum

SELECT con.conname AS constraint_name, sch.nspname, tab.relname, CASE con.contype WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE KEY' END AS constraint_type
FROM pg_constraint AS con JOIN pg_class AS tab ON tab.oid = con.conrelid JOIN pg_namespace AS sch ON sch.oid = tab.relnamespace WHERE con.contype IN ('f', 'p', 'u') AND sch.nspname = 'shop' ORDER BY 1

SELECT con.conname, a.attname, a.attnum FROM pg_constraint AS con JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = ANY (con.conkey) JOIN pg_namespace AS sch ON sch.oid = con.connamespace
WHERE sch.nspname = 'shop' ORDER BY 1, 3
