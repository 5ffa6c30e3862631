CREATE TEMP TABLE t1 (id int, name text DEFAULT 'none', n numeric(6,2), d date, ok bool NOT NULL DEFAULT true)

INSERT INTO t1 (id, n) VALUES (1, 1.005), (2, NULL)

INSERT INTO t1 VALUES (3, DEFAULT, 3, '2024-01-01', DEFAULT)

INSERT INTO t1 DEFAULT VALUES

INSERT INTO t1 (id, name) SELECT id, name FROM dept WHERE id > 10

SELECT * FROM t1 ORDER BY id NULLS FIRST

INSERT INTO t1 (id, n) VALUES (5, 12345.6)

INSERT INTO t1 (id, d) VALUES (5, '2024-02-30')

INSERT INTO t1 (id, ok) VALUES (5, NULL)

INSERT INTO t1 (id, nope) VALUES (1, 2)

INSERT INTO t1 (id, id) VALUES (1, 2)

INSERT INTO t1 (id, name) VALUES (1)

INSERT INTO t1 (id) VALUES (1, 2)

INSERT INTO t1 (id) VALUES ('abc')

INSERT INTO t1 (id) VALUES (2.5), (3.5)

INSERT INTO t1 (id) VALUES ('77')

INSERT INTO t1 (id, name) VALUES (78, 5)

CREATE TEMP TABLE wrong_type (id int, t text)

-- differs: answers INSERT 0 1 where PostgreSQL fails with 42804
INSERT INTO wrong_type (id) VALUES (true)

-- differs: code: 42846, not 42804: cannot cast type date to integer
INSERT INTO wrong_type (id) VALUES (date '2024-01-01')

-- differs: answers INSERT 0 1 where PostgreSQL fails with 42804
INSERT INTO wrong_type (id) VALUES ('5'::text)

INSERT INTO wrong_type (t) VALUES (5::int)

INSERT INTO t1 (id, n) VALUES (79, 'x')

INSERT INTO t1 (id) VALUES (3000000000)

SELECT id, name, n FROM t1 ORDER BY id NULLS FIRST, name

UPDATE t1 SET name = 'changed', n = n + 1 WHERE id = 1

UPDATE t1 SET (name, n) = ('both', 9.99) WHERE id = 2

UPDATE t1 SET name = DEFAULT WHERE id = 1

UPDATE t1 SET name = dept.city FROM dept WHERE dept.id = t1.id

UPDATE t1 AS t SET n = 7 WHERE t.id = 3

UPDATE t1 SET (name, n) = (SELECT name, id FROM dept WHERE id = 10) WHERE id = 2

UPDATE t1 SET n = (SELECT max(id) FROM dept) WHERE id = 1

UPDATE t1 SET ok = NULL WHERE id = 1

UPDATE t1 SET nope = 1

-- differs: code: 42601, not 42703: Qualified column names in UPDATE .. SET not supported
UPDATE t1 SET t1.name = 'x'

-- differs: code: 42000, not 42601: Multiple assignments to same column "name"
UPDATE t1 SET name = 'x', name = 'y'

UPDATE t1 SET n = 'abc' WHERE id = 1

UPDATE t1 SET id = id WHERE false

SELECT id, name, n FROM t1 ORDER BY id NULLS FIRST, name

DELETE FROM t1 USING dept WHERE t1.id = dept.id AND dept.city = 'Oslo'

DELETE FROM t1 AS t WHERE t.id IN (77, 78)

DELETE FROM t1 WHERE id IS NULL

WITH gone AS (SELECT 30 AS id) DELETE FROM t1 WHERE id IN (SELECT id FROM gone)

WITH src AS (SELECT 90 AS id, 'cte' AS name) INSERT INTO t1 (id, name) SELECT id, name FROM src

SELECT id, name, n FROM t1 ORDER BY id, name

INSERT INTO t1 (id) VALUES (91) RETURNING id, name

INSERT INTO t1 (id) VALUES (92), (93) RETURNING id + 1 AS next, upper(name)

INSERT INTO t1 (id) VALUES (94) RETURNING id key, coalesce(name, 'x') Value, id::text type, *

DELETE FROM t1 WHERE id = 94 RETURNING id first, name

UPDATE t1 SET n = 1 WHERE id = 91 RETURNING *

DELETE FROM t1 WHERE id = 91 RETURNING id

CREATE TEMP TABLE t2 (id int PRIMARY KEY, v text)

INSERT INTO t2 VALUES (1, 'a'), (2, 'b')

INSERT INTO t2 VALUES (1, 'dup')

INSERT INTO t2 VALUES (NULL, 'x')

INSERT INTO t2 VALUES (1, 'c') ON CONFLICT DO NOTHING

INSERT INTO t2 VALUES (1, 'c'), (3, 'd') ON CONFLICT (id) DO UPDATE SET v = excluded.v || '!'

INSERT INTO t2 VALUES (2, 'z') ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE t2.v = 'nothing'

-- differs: code: 42000, not 42P10: The specified columns as conflict target are not referenced by a UNIQUE/PRIMARY KEY CONSTRAINT or IN…
INSERT INTO t2 VALUES (4, 'x') ON CONFLICT (v) DO NOTHING

SELECT * FROM t2 ORDER BY id

MERGE INTO t2 USING (VALUES (1, 'm'), (9, 'new')) AS s(id, v) ON t2.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)

SELECT * FROM t2 ORDER BY id

UPDATE t2 SET id = id + 100

SELECT id FROM t2 ORDER BY id

UPDATE t2 SET id = 101 WHERE id = 102

CREATE TEMP TABLE t3 (a int CHECK (a > 0), b varchar(3), c char(3), s smallint, u uuid, ts timestamptz, e int[])

INSERT INTO t3 (a) VALUES (-1)

CREATE TEMP TABLE long_t (b varchar(3), c char(3))

-- differs: answers INSERT 0 1 where PostgreSQL fails with 22001
INSERT INTO long_t (b) VALUES ('toolong')

INSERT INTO long_t (b) VALUES ('ab   ')

-- differs: answers INSERT 0 1 where PostgreSQL fails with 22001
INSERT INTO long_t (c) VALUES ('toolong')

-- differs: rows: 3, not 1; tag: SELECT 3, not SELECT 1
SELECT b || '|' FROM long_t

INSERT INTO t3 (c) VALUES ('ab')

INSERT INTO t3 (s) VALUES (40000)

INSERT INTO t3 (u) VALUES ('nope')

INSERT INTO t3 (ts) VALUES ('2024-01-01 00:00:00+02')

CREATE TEMP TABLE array_t (e int[], t text[])

INSERT INTO array_t (e) VALUES ('{1,2}')

INSERT INTO array_t (t) VALUES ('{a,"b c"}')

INSERT INTO t3 (e) VALUES (ARRAY[3])

-- differs: fails with 42601: Qualified column names in UPDATE .. SET not supported
UPDATE array_t SET e[1] = 9

SELECT a, s, u, ts, e FROM t3 ORDER BY ts, e

SELECT id, c || '|', length(c), c = 'ab' FROM (SELECT 1 AS id, c FROM t3 WHERE c IS NOT NULL) AS t

TRUNCATE t3

SELECT count(*) FROM t3

TRUNCATE TABLE no_such

CREATE TEMP TABLE t1 (x int)

CREATE TEMP TABLE IF NOT EXISTS t1 (x int)

CREATE TEMP TABLE t4 (x int, x int)

CREATE TEMP TABLE t4 (x nonsense)

ALTER TABLE t2 ADD COLUMN w int DEFAULT 5

ALTER TABLE t2 RENAME COLUMN w TO ww

SELECT * FROM t2 ORDER BY id

ALTER TABLE t2 DROP COLUMN ww

ALTER TABLE t2 DROP COLUMN nope

ALTER TABLE t2 ALTER COLUMN v TYPE varchar(10)

DROP TABLE no_such

DROP TABLE IF EXISTS no_such

CREATE TEMP TABLE d1 (x int)

CREATE TEMP TABLE d2 (x int)

DROP TABLE d1, no_such

TRUNCATE TABLE d1, d2

DROP TABLE d1, d2

SELECT * FROM d1

-- differs: fails with 42601: A CTE needs a SELECT
WITH moved AS (DELETE FROM t2 WHERE id = 101 RETURNING *) SELECT * FROM moved

DROP VIEW t1

DROP TABLE IF EXISTS lasting_t

CREATE TABLE lasting_t (id int, name text)

INSERT INTO lasting_t VALUES (1, 'a'), (2, 'b')

UPDATE lasting_t SET name = upper(name) WHERE id = 1

DELETE FROM lasting_t WHERE id = 2

SELECT * FROM lasting_t ORDER BY id

UPDATE lasting_t SET name = dept.name FROM dept WHERE lasting_t.id * 10 = dept.id

DELETE FROM lasting_t USING dept WHERE lasting_t.name = dept.name

SELECT count(*) FROM lasting_t

CREATE TABLE lasting_u AS SELECT 1 AS id

INSERT INTO lasting_t VALUES (3, 'c')

TRUNCATE lasting_t, no_such CASCADE

SELECT count(*) FROM lasting_t

TRUNCATE TABLE lasting_t, lasting_u RESTART IDENTITY CASCADE

SELECT (SELECT count(*) FROM lasting_t), (SELECT count(*) FROM lasting_u)

TRUNCATE lasting_t CONTINUE IDENTITY

TRUNCATE lasting_t, CASCADE

DROP TABLE lasting_t, no_such

SELECT count(*) FROM lasting_t

DROP TABLE IF EXISTS lasting_t, no_such, lasting_u CASCADE

SELECT count(*) FROM lasting_u

CREATE SCHEMA gone_a

CREATE SCHEMA gone_b

CREATE TABLE gone_b.t (a int)

DROP SCHEMA gone_a, gone_b CASCADE

CREATE TABLE gone_b.t (a int)

CREATE TEMP TABLE leaving (x int) ON COMMIT DROP

SELECT * FROM leaving

CREATE TEMP TABLE leaving ON COMMIT DROP AS SELECT 1 AS x

SELECT * FROM leaving

CREATE TABLE lasting_t ON COMMIT DROP AS SELECT 1 AS x

CREATE TABLE lasting_t (x int) ON COMMIT PRESERVE ROWS

CREATE TEMP SEQUENCE sq START 5

SELECT nextval('sq'), currval('sq')

BEGIN

INSERT INTO t1 (id) VALUES (1000)

SELECT 1/0 AS boom, no_such_column

SELECT 1

COMMIT

SELECT count(*) FROM t1 WHERE id = 1000

UPDATE t1 SET (name, n) = (SELECT d.name, d.id / 4 FROM dept AS d WHERE d.id = 20) WHERE id = 2 RETURNING id, name, n

CREATE TEMP TABLE wide (id int, name text DEFAULT 'none', "Odd ""Name" int DEFAULT 7, d date)

INSERT INTO wide VALUES (1)

INSERT INTO wide VALUES (2, 'two'), (3, DEFAULT)

INSERT INTO wide VALUES (4), (5, 'five')

INSERT INTO wide VALUES (6, 'six', 6, '2024-01-01', 6)

INSERT INTO wide SELECT id + 10, name FROM wide WHERE id = 1

INSERT INTO wide AS w VALUES (7) RETURNING *

INSERT INTO wide VALUES ('x')

BEGIN

INSERT INTO wide VALUES (8, 'eight', 8)

SELECT * FROM wide ORDER BY id

ROLLBACK

SELECT count(*) FROM wide

DROP TABLE wide
