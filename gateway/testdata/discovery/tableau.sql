-- Tableau through its drivers' catalog functions (JDBC's, and those of the ODBC driver), and what it asks to see what a server can do.

SET search_path TO "public"

-- differs: types: text for name
SELECT current_database() AS a, current_schema() AS b

-- What can this server do? Temporary tables with names of its own, made in several ways; some must fail.
CREATE LOCAL TEMPORARY TABLE "#Tableau_1_2_Connect" ("COL" INTEGER)

INSERT INTO "#Tableau_1_2_Connect" ("COL") VALUES (1)

SELECT "t"."COL" AS "COL" FROM "#Tableau_1_2_Connect" "t" LIMIT 1

SELECT * INTO TEMPORARY "#Tableau_1_3_Into" FROM (SELECT 1 AS "COL") AS "CHECK"

SELECT SUM(1) AS "cnt" FROM "#Tableau_1_3_Into" HAVING COUNT(1) > 0

DROP TABLE "#Tableau_1_2_Connect"

DROP TABLE "#Tableau_1_3_Into"

SELECT TOP 1 "COL" FROM (SELECT 1 AS "COL") AS "CHECK"

SELECT "COL" FROM (SELECT 1 AS "COL") AS "SUBQUERY" GROUP BY 1

SELECT "SUBCOL" AS "COL" FROM (SELECT 1 AS "SUBCOL") "SUBQUERY" GROUP BY 1 ORDER BY 1

SELECT "SUBCOL" FROM (SELECT 1 AS "SUBCOL" UNION ALL SELECT 2) "s" WHERE "SUBCOL" IN (SELECT "C" FROM (SELECT 2 AS "C") "q")

-- differs: types: int4 for text
-- Schemas.
SELECT sp.nspname AS "TABLE_SCHEM", NULL AS "TABLE_CATALOG" FROM pg_catalog.pg_namespace sp
WHERE sp.nspname <> 'pg_toast' AND (sp.nspname !~ '^pg_temp_' OR sp.nspname = (pg_catalog.current_schemas(true))[1]) AND (sp.nspname !~ '^pg_toast_temp_') AND sp.nspname !~ '^pg_' ORDER BY "TABLE_SCHEM"

-- differs: types: int4 for text
-- Tables and views.
SELECT NULL AS "TABLE_CAT", s.nspname AS "TABLE_SCHEM", r.relname AS "TABLE_NAME",
	CASE s.nspname ~ '^pg_' OR s.nspname = 'information_schema' WHEN true THEN 'SYSTEM' WHEN false THEN CASE r.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' END END AS "TABLE_TYPE",
	d.description AS "REMARKS", '' AS "TYPE_CAT"
FROM pg_catalog.pg_namespace s, pg_catalog.pg_class r LEFT JOIN pg_catalog.pg_description d ON r.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE r.relnamespace = s.oid AND s.nspname LIKE 'shop' AND (false OR r.relkind = 'r' AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema' OR r.relkind = 'v' AND s.nspname <> 'pg_catalog') ORDER BY "TABLE_TYPE", "TABLE_SCHEM", "TABLE_NAME"

-- Columns.
SELECT q.* FROM (
	SELECT s.nspname, r.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod,
		row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') AS attidentity, nullif(a.attgenerated, '') AS attgenerated,
		pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype, t.typtype
	FROM pg_catalog.pg_namespace s JOIN pg_catalog.pg_class r ON r.relnamespace = s.oid JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid JOIN pg_catalog.pg_type t ON a.atttypid = t.oid
		LEFT JOIN pg_catalog.pg_attrdef def ON a.attrelid = def.adrelid AND a.attnum = def.adnum LEFT JOIN pg_catalog.pg_description dsc ON r.oid = dsc.objoid AND a.attnum = dsc.objsubid
		LEFT JOIN pg_catalog.pg_class dc ON dc.oid = dsc.classoid AND dc.relname = 'pg_class' LEFT JOIN pg_catalog.pg_namespace dn ON dc.relnamespace = dn.oid AND dn.nspname = 'pg_catalog'
	WHERE r.relkind IN ('r', 'p', 'v', 'f', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND s.nspname LIKE 'shop' AND r.relname LIKE 'customer'
) q WHERE true ORDER BY q.nspname, q.relname, q.attnum

-- Primary keys.
SELECT res."TABLE_SCHEM", res."TABLE_NAME", res."COLUMN_NAME", res."KEY_SEQ", res."PK_NAME" FROM (
	SELECT s.nspname AS "TABLE_SCHEM", ct.relname AS "TABLE_NAME", a.attname AS "COLUMN_NAME", (information_schema._pg_expandarray(i.indkey)).n AS "KEY_SEQ", ci.relname AS "PK_NAME", (information_schema._pg_expandarray(i.indkey)).x AS "KEY", a.attnum AS "ATTNUM"
	FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON ct.oid = a.attrelid JOIN pg_catalog.pg_namespace s ON ct.relnamespace = s.oid JOIN pg_catalog.pg_index i ON a.attrelid = i.indrelid JOIN pg_catalog.pg_class ci ON ci.oid = i.indexrelid
	WHERE s.nspname = 'shop' AND ct.relname = 'orders' AND i.indisprimary
) res WHERE res."ATTNUM" = res."KEY" ORDER BY res."TABLE_NAME", res."PK_NAME", res."KEY_SEQ"

-- Foreign keys.
SELECT pkn.nspname AS "PKTABLE_SCHEM", pkc.relname AS "PKTABLE_NAME", pka.attname AS "PKCOLUMN_NAME", fkn.nspname AS "FKTABLE_SCHEM", fkc.relname AS "FKTABLE_NAME", fka.attname AS "FKCOLUMN_NAME", pos.n AS "KEY_SEQ",
	CASE con.confdeltype WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'a' THEN 3 END AS "DELETE_RULE", con.conname AS "FK_NAME", pkic.relname AS "PK_NAME"
FROM pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic
WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid
	AND con.contype = 'f' AND (pkic.relkind = 'i' OR pkic.relkind = 'I') AND pkic.oid = con.conindid AND fkn.nspname = 'shop' AND fkc.relname = 'orders' ORDER BY 1, 2, 7

-- The ODBC driver's tables and columns.
SELECT relname, nspname, relkind FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n WHERE relkind IN ('r', 'v', 'm', 'f', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1') AND n.oid = relnamespace ORDER BY nspname, relname

-- differs: row: shop|orders|note|25|text|5|-1|-1|f|f|r|NULL|0|-1||, not shop|orders|note|1043|varchar|5|-1|44|f|f|r|NULL|0|-1||
SELECT n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull, c.relhasrules, c.relkind, pg_get_expr(d.adbin, d.adrelid), CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE 0 END, t.typtypmod, '', a.attidentity
FROM ((pg_catalog.pg_class c INNER JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND c.relname = 'orders' AND n.nspname = 'shop')
	INNER JOIN pg_catalog.pg_attribute a ON (NOT a.attisdropped) AND a.attnum > 0 AND a.attrelid = c.oid) INNER JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	LEFT OUTER JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum ORDER BY n.nspname, c.relname, a.attnum

SELECT ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname
FROM pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i, pg_catalog.pg_namespace n, pg_catalog.pg_class ic
WHERE tc.relname = 'orders' AND n.nspname = 'shop' AND tc.oid = i.indrelid AND n.oid = tc.relnamespace AND i.indisprimary = 't' AND ia.attrelid = i.indexrelid AND ta.attrelid = i.indrelid AND ta.attnum = i.indkey[ia.attnum-1]
	AND (NOT ta.attisdropped) AND (NOT ia.attisdropped) AND ic.oid = i.indexrelid ORDER BY ia.attnum

-- The types of a table's columns, without rows.
SELECT * FROM "shop"."customer" "customer" WHERE (0 = 1)

SELECT * FROM (SELECT * FROM shop.orders) "Custom SQL Query" LIMIT 0

-- Sheets.
SELECT "customer"."id" AS "id", "customer"."name" AS "name", "customer"."tags" AS "tags" FROM "shop"."customer" "customer" ORDER BY 1 LIMIT 1000

SELECT SUM("orders"."amount") AS "sum:amount:ok", "customer"."name" AS "name" FROM "shop"."orders" "orders" INNER JOIN "shop"."customer" "customer" ON ("orders"."customer" = "customer"."id") GROUP BY 2 ORDER BY 2

SELECT CAST(DATE_TRUNC('MONTH', CAST("orders"."placed" AS DATE)) AS DATE) AS "tmn:placed:ok", COUNT(DISTINCT "orders"."id") AS "ctd:id:ok" FROM "shop"."orders" "orders" GROUP BY 1 ORDER BY 1

SELECT CAST(EXTRACT(YEAR FROM "orders"."placed") AS INTEGER) AS "yr:placed:ok", MIN("orders"."placed") AS "min", MAX("orders"."placed") AS "max" FROM "shop"."orders" "orders" GROUP BY 1 HAVING COUNT(1) > 0

SELECT "t0"."name" AS "name" FROM (SELECT "customer"."name" AS "name", SUM("customer"."balance") AS "x" FROM "shop"."customer" "customer" GROUP BY 1) "t0" WHERE "t0"."x" > 0 ORDER BY "t0"."x" DESC, "t0"."name" ASC LIMIT 10

SELECT "Key", "a b", "select" FROM "Odd Names"."My Table" "My Table" WHERE "My Table"."select" = true
