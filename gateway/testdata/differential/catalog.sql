-- Tables and their keys as the catalog shows them.

CREATE SCHEMA shop

CREATE TABLE shop.customer (id int PRIMARY KEY, name text UNIQUE)

CREATE TABLE shop.orders (id bigint, line int, customer int REFERENCES shop.customer (id), PRIMARY KEY (id, line))

CREATE TABLE shop."Order line" (a int REFERENCES shop.customer ON DELETE SET NULL ON UPDATE CASCADE, "B" int, c int, id bigint, line int, CONSTRAINT "c/1" FOREIGN KEY ("B") REFERENCES shop.customer (id) ON DELETE RESTRICT, FOREIGN KEY (id, line) REFERENCES shop.orders ON UPDATE SET DEFAULT)

ALTER TABLE shop."Order line" ADD FOREIGN KEY (c) REFERENCES shop.customer ON DELETE CASCADE

SELECT conname::text, contype, confupdtype, confdeltype, confmatchtype, conkey, confkey, conrelid::regclass::text AS rel, confrelid::regclass::text AS ref FROM pg_constraint WHERE contype = 'f' ORDER BY conname

SELECT conname::text, pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conrelid = 'shop."Order line"'::regclass ORDER BY 1

SELECT conname::text, pg_get_constraintdef(oid, true) FROM pg_catalog.pg_constraint WHERE conrelid = 'shop.orders'::regclass ORDER BY 1

SELECT constraint_name::text, unique_constraint_name::text, match_option::text, update_rule::text, delete_rule::text FROM information_schema.referential_constraints ORDER BY 1

SELECT table_name::text, column_name::text, constraint_name::text FROM information_schema.constraint_column_usage WHERE constraint_schema = 'shop' ORDER BY 3, 2

SELECT c.relname::text, i.indkey, i.indoption, i.indkey[0], (i.indkey)[1] AS second, i.indkey[0:0] AS first, indkey::text AS t FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'shop.orders'::regclass

SELECT array_lower(indkey, 1) AS l, array_upper(indkey, 1) AS u, array_length(indkey, 1) AS n, 2 = ANY (indkey) AS has, array_to_string(indkey, ',') AS s FROM pg_index WHERE indrelid = 'shop.orders'::regclass

SELECT unnest(indkey) AS k, generate_subscripts(indkey, 1) AS i FROM pg_index WHERE indrelid = 'shop.orders'::regclass ORDER BY 2

SELECT ARRAY(SELECT unnest(indkey)) AS l, array_agg(indkey[0]) OVER () AS f FROM pg_index WHERE indrelid = 'shop.orders'::regclass

SELECT k FROM (SELECT indkey AS k FROM pg_index WHERE indrelid = 'shop.orders'::regclass) AS x

SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.indnkeyatts - 1] WHERE i.indrelid = 'shop.orders'::regclass

SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) AS t FROM pg_attribute a WHERE a.attrelid = 'pg_index'::regclass AND a.attname IN ('indkey', 'indclass', 'indoption', 'indcollation', 'indrelid') ORDER BY 1
