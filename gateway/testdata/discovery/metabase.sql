-- Metabase tests a connection, then synchronizes tables, fields, keys and privileges, and looks at a part of each table.

SELECT 1

SHOW timezone

SELECT set_config('TimeZone', 'UTC', false)

SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY 1

-- Types that are enums.
SELECT n.nspname, e.typname FROM pg_type e JOIN pg_namespace n ON n.oid = e.typnamespace WHERE e.oid IN (SELECT DISTINCT enumtypid FROM pg_enum)

-- Tables, with comments and an estimate of rows.
SELECT n.nspname AS schema, c.relname AS name,
	CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' END AS type, d.description
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
	LEFT JOIN pg_catalog.pg_description AS d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
	LEFT JOIN pg_stat_user_tables AS s ON s.schemaname = n.nspname AND s.relname = c.relname
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'f', 'm') AND n.nspname IN ('shop', 'Odd Names', 'public')
ORDER BY type, schema, name

SELECT s.schemaname, s.relname, s.n_live_tup IS NOT NULL AS estimated FROM pg_stat_user_tables AS s WHERE s.schemaname = 'shop' ORDER BY 1, 2

-- differs: row: note|text|4|shop|orders|f|NULL|f|f, not note|varchar|4|shop|orders|f|NULL|f|f
-- Fields.
SELECT c.column_name AS name, CASE WHEN c.udt_schema IN ('public', 'pg_catalog') THEN format('%s', c.udt_name) ELSE format('"%s"."%s"', c.udt_schema, c.udt_name) END AS "database-type",
	c.ordinal_position - 1 AS "database-position", c.table_schema AS "table-schema", c.table_name AS "table-name", k.column_name IS NOT NULL AS "pk?",
	col_description(CAST(CAST(format('%I.%I', CAST(c.table_schema AS text), CAST(c.table_name AS text)) AS regclass) AS oid), c.ordinal_position) AS "field-comment",
	(column_default IS NULL OR lower(column_default) = 'null') AND is_nullable = 'NO' AND NOT (column_default IS NOT NULL AND column_default LIKE '%nextval(%' OR is_identity <> 'NO') AS "database-required",
	column_default IS NOT NULL AND column_default LIKE '%nextval(%' OR is_identity <> 'NO' AS "database-is-auto-increment"
FROM information_schema.columns AS c LEFT JOIN (
	SELECT t.table_schema, t.table_name, u.column_name FROM information_schema.table_constraints AS t
		JOIN information_schema.key_column_usage AS u ON u.constraint_name = t.constraint_name AND u.table_schema = t.table_schema AND u.table_name = t.table_name
	WHERE t.constraint_type = 'PRIMARY KEY'
) AS k ON k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
WHERE c.table_schema !~ '^information_schema|catalog_history|pg_' AND c.table_schema IN ('shop', 'Odd Names')
ORDER BY "table-schema", "table-name", "database-position"

-- Those of materialized views, which information_schema does not have.
SELECT a.attname AS name, format('%s', t.typname) AS "database-type", a.attnum - 1 AS "database-position", n.nspname AS "table-schema", c.relname AS "table-name", false AS "pk?", NULL AS "field-comment"
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
WHERE c.relkind = 'm' AND a.attnum >= 1

-- Foreign keys.
SELECT fn.nspname AS "fk-table-schema", ft.relname AS "fk-table-name", fc.attname AS "fk-column-name", pn.nspname AS "pk-table-schema", pt.relname AS "pk-table-name", pc.attname AS "pk-column-name"
FROM pg_constraint AS k JOIN pg_class AS ft ON ft.oid = k.conrelid JOIN pg_namespace AS fn ON fn.oid = k.connamespace JOIN pg_attribute AS fc ON fc.attrelid = k.conrelid
	JOIN pg_class AS pt ON pt.oid = k.confrelid JOIN pg_namespace AS pn ON pn.oid = pt.relnamespace JOIN pg_attribute AS pc ON pc.attrelid = k.confrelid
WHERE fn.nspname !~ '^information_schema|catalog_history|pg_' AND k.contype = 'f'::char AND fc.attnum = ANY (k.conkey) AND pc.attnum = ANY (k.confkey)
ORDER BY "fk-table-schema", "fk-table-name"

-- Indexes: the first column of each.
SELECT x.s, x.t, trim(BOTH '"' FROM pg_catalog.pg_get_indexdef(x.index_oid, x.pos, false)) AS "field-name"
FROM (
	SELECT n.nspname AS s, t.relname AS t, i.oid AS index_oid, (information_schema._pg_expandarray(ix.indkey)).n AS pos
	FROM pg_catalog.pg_class AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace JOIN pg_catalog.pg_index AS ix ON ix.indrelid = t.oid JOIN pg_catalog.pg_class AS i ON i.oid = ix.indexrelid
	WHERE pg_catalog.pg_get_expr(ix.indpred, ix.indrelid) IS NULL AND n.nspname !~ '^information_schema|catalog_history|pg_'
) AS x WHERE x.pos = 1 ORDER BY 1, 2, 3

-- differs: types: int4 for text
-- Privileges of the user, on tables and on any of their columns.
WITH p AS (
	SELECT NULL AS role, t.schemaname AS schema, t.objectname AS table,
		pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"."' || replace(t.objectname, '"', '""') || '"', 'update') AS update,
		pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"."' || replace(t.objectname, '"', '""') || '"', 'select') AS select,
		pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"."' || replace(t.objectname, '"', '""') || '"', 'insert') AS insert,
		pg_catalog.has_table_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"."' || replace(t.objectname, '"', '""') || '"', 'delete') AS delete
	FROM (SELECT schemaname, tablename AS objectname FROM pg_catalog.pg_tables UNION SELECT schemaname, viewname FROM pg_views UNION SELECT schemaname, matviewname FROM pg_matviews) AS t
	WHERE t.schemaname !~ '^pg_' AND t.schemaname <> 'information_schema' AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')
)
SELECT p.* FROM p ORDER BY schema, "table"

-- The roles that one may act as.
SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'member') AND rolname = current_user

-- Does a table exist?
SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'shop' AND c.relname = 'customer' LIMIT 1

-- differs: types: text for varchar
-- Constraints by kind.
SELECT table_schema, table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE table_schema = 'shop' AND constraint_type <> 'CHECK' ORDER BY 1, 2, 3

-- A part of a table.
SELECT "shop"."customer"."id" AS "id", "shop"."customer"."name" AS "name", "shop"."customer"."balance" AS "balance" FROM "shop"."customer" ORDER BY "shop"."customer"."id" ASC LIMIT 10000

-- Fingerprints: what is in a field.
SELECT count(distinct "shop"."customer"."name") AS "count", SUM(CASE WHEN "shop"."customer"."email" IS NULL THEN 1 ELSE 0.0 END) / CASE WHEN COUNT(*) = 0 THEN NULL ELSE COUNT(*) END > 0.4 AS "share" FROM "shop"."customer"

-- Questions.
SELECT DATE_TRUNC('month', "shop"."orders"."placed") AS "placed", SUM("shop"."orders"."amount") AS "sum" FROM "shop"."orders" GROUP BY DATE_TRUNC('month', "shop"."orders"."placed") ORDER BY 1 ASC

SELECT CAST("shop"."orders"."placed" AS date) AS "placed", COUNT(*) AS "count" FROM "shop"."orders" WHERE ("shop"."orders"."placed" >= timestamp with time zone '2024-03-01 00:00:00.000Z') AND ("shop"."orders"."placed" < timestamp with time zone '2024-04-01 00:00:00.000Z') GROUP BY CAST("shop"."orders"."placed" AS date) ORDER BY CAST("shop"."orders"."placed" AS date) ASC

SELECT CAST(extract(dow from "shop"."orders"."placed") AS integer) + 1 AS "day", COUNT(*) AS "count" FROM "shop"."orders" GROUP BY 1 ORDER BY 1

SELECT "source"."name" AS "name", "source"."orders" AS "orders" FROM (SELECT "c"."name" AS "name", COUNT(*) AS "orders" FROM "shop"."orders" LEFT JOIN "shop"."customer" AS "c" ON "shop"."orders"."customer" = "c"."id" GROUP BY "c"."name") AS "source" ORDER BY "source"."orders" DESC, "source"."name" ASC LIMIT 1048575
