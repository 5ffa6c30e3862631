SELECT DISTINCT ON (dept_id) dept_id, id, name FROM emp ORDER BY dept_id, salary DESC NULLS LAST, id

SELECT DISTINCT dept_id FROM emp ORDER BY dept_id

-- differs: answers 10|1; 20|4; 40|7; NULL|6; SELECT 4 where PostgreSQL fails with 42P10
SELECT DISTINCT ON (dept_id) dept_id, id FROM emp ORDER BY id

-- differs: answers 10; 20; 40; NULL; SELECT 4 where PostgreSQL fails with 42P10
SELECT DISTINCT dept_id FROM emp ORDER BY id

SELECT d.name, e.name FROM dept AS d, LATERAL (SELECT name FROM emp WHERE dept_id = d.id ORDER BY salary DESC, id LIMIT 1) AS e ORDER BY 1

SELECT d.name, e.n FROM dept AS d LEFT JOIN LATERAL (SELECT count(*) AS n FROM emp WHERE dept_id = d.id) AS e ON true ORDER BY d.id

-- differs: types: int8 for int4
SELECT d.id, g FROM dept AS d, generate_series(1, d.id / 10) AS g WHERE d.id < 40 ORDER BY 1, 2

WITH a AS (SELECT 1 AS x), b(y) AS (SELECT x + 1 FROM a) SELECT * FROM a, b

WITH a AS MATERIALIZED (SELECT id FROM emp), b AS NOT MATERIALIZED (SELECT id FROM dept) SELECT count(*) FROM a, b

WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n), count(*) FROM t

WITH RECURSIVE chain AS (SELECT id, name, boss, 0 AS depth FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.name, e.boss, c.depth + 1 FROM emp e JOIN chain c ON e.boss = c.id) SELECT * FROM chain ORDER BY depth, id

WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT (n % 3) + 1 FROM t) SELECT n FROM t ORDER BY n

WITH RECURSIVE t(id, path) AS (SELECT id, ARRAY[id] FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, path || e.id FROM emp e JOIN t ON e.boss = t.id) SELECT * FROM t ORDER BY path

-- differs: fails with 42601: syntax error at or near "SEARCH"
WITH RECURSIVE t(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM t WHERE id < 3) SEARCH DEPTH FIRST BY id SET o SELECT id, o FROM t ORDER BY o

VALUES (1, 'a'), (2, 'b'), (3, NULL)

SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t(n, s) ORDER BY n

-- differs: names: col0 for column1, col1 for column2
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t ORDER BY 1

-- differs: row: 1.0, not 1
VALUES (1), (2.5), (NULL)

VALUES (1), ('x')

SELECT 1 UNION SELECT 2 UNION SELECT 1 ORDER BY 1

SELECT 1 AS a UNION ALL SELECT 1 UNION ALL SELECT NULL ORDER BY a

-- differs: row: 1.0, not 1
SELECT 1 UNION SELECT 1.5 ORDER BY 1

-- differs: answers 1; x; SELECT 2 where PostgreSQL fails with 22P02
SELECT 1 UNION SELECT 'x'

SELECT 1, 2 UNION SELECT 1

SELECT dept_id FROM emp INTERSECT SELECT id FROM dept ORDER BY 1

SELECT id FROM dept EXCEPT SELECT dept_id FROM emp ORDER BY 1

SELECT x FROM (VALUES (1),(1),(2)) AS t(x) INTERSECT ALL SELECT x FROM (VALUES (1),(1),(1)) AS u(x)

SELECT x FROM (VALUES (1),(1),(2)) AS t(x) EXCEPT ALL SELECT x FROM (VALUES (1)) AS u(x) ORDER BY 1

(SELECT id FROM dept ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM dept ORDER BY id DESC LIMIT 1) ORDER BY 1

SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 2

SELECT NULL UNION SELECT 1 ORDER BY 1

SELECT NULL::text AS a UNION ALL SELECT 'x' ORDER BY a NULLS FIRST

SELECT id, salary FROM emp ORDER BY salary DESC NULLS LAST FETCH FIRST 3 ROWS ONLY

SELECT salary FROM emp WHERE salary IS NOT NULL ORDER BY salary FETCH FIRST 2 ROWS WITH TIES

SELECT id FROM emp ORDER BY id FETCH NEXT ROW ONLY

SELECT id FROM emp ORDER BY id LIMIT ALL OFFSET 5

SELECT id FROM emp ORDER BY id OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY

SELECT id FROM emp ORDER BY id LIMIT NULL OFFSET 6

SELECT id FROM emp ORDER BY id LIMIT 0

SELECT id FROM emp ORDER BY id LIMIT (SELECT 2)

SELECT id FROM emp ORDER BY id LIMIT 1 + 1

SELECT id FROM emp ORDER BY id LIMIT -1

-- differs: code: 2201W, not 2201X: LIMIT/OFFSET cannot be negative
SELECT id FROM emp ORDER BY id OFFSET -1

SELECT id FROM emp ORDER BY id LIMIT 'a'

SELECT salary FROM emp ORDER BY salary

SELECT salary FROM emp ORDER BY salary DESC

SELECT salary FROM emp ORDER BY salary ASC NULLS FIRST

SELECT id FROM emp ORDER BY dept_id DESC, salary, id

-- differs: fails with 0A000: Unimplemented order by type
SELECT id FROM emp ORDER BY score USING >

SELECT id FROM emp WHERE id = 1 FOR UPDATE

SELECT id FROM emp WHERE id = 1 FOR SHARE

SELECT id FROM emp WHERE id = 1 FOR UPDATE OF emp SKIP LOCKED

SELECT id FROM emp WHERE id = 1 FOR NO KEY UPDATE NOWAIT

SELECT (1, 2) < (1, 3), (1, 2) = (1, 2), ROW(1, 2) <> ROW(1, 3), (1, 2) IN ((1, 2), (3, 4))

-- differs: row: f, not NULL
SELECT (1, NULL) = (1, 2)

SELECT ROW(1, NULL) IS NULL

-- differs: row: f, not t
SELECT ROW(NULL, NULL) IS NULL

-- differs: row: t, not f
SELECT ROW(1, NULL) IS NOT NULL

SELECT (1, NULL) < (2, 1)

-- differs: row: f, not NULL
SELECT (1, NULL) < (1, 1)

-- differs: row: {"":1,"":"a b","":null,"":true}, not (1,"a b",,t); types: text for record
SELECT ROW(1, 'a b', NULL, true)

-- differs: row: {"id":10,"name":"Sales","city":"Rome"}, not (10,Sales,Rome); types: text for a table's own
SELECT d FROM dept AS d ORDER BY d.id

SELECT (d).name FROM dept AS d ORDER BY d.id

-- differs: fails with 42000: struct_extract with a string key cannot be used on an unnamed struct, use a numeric index instead
SELECT (ROW(1, 'x')).f1

SELECT id FROM emp WHERE (dept_id, salary) IN (SELECT dept_id, max(salary) FROM emp GROUP BY dept_id) ORDER BY id

SELECT id FROM emp WHERE dept_id IN (SELECT id FROM dept WHERE city = 'Rome') ORDER BY id

SELECT id FROM emp WHERE dept_id NOT IN (SELECT boss FROM emp) ORDER BY id

SELECT id FROM dept WHERE NOT EXISTS (SELECT 1 FROM emp WHERE dept_id = dept.id) ORDER BY id

SELECT id FROM emp e WHERE salary > (SELECT avg(salary) FROM emp WHERE dept_id = e.dept_id) ORDER BY id

SELECT id, salary >= ALL (SELECT salary FROM emp WHERE salary IS NOT NULL), id = ANY (SELECT boss FROM emp) FROM emp ORDER BY id

SELECT (SELECT id FROM emp)

SELECT (SELECT id FROM emp WHERE id < 0), (SELECT max(id) FROM emp), EXISTS (SELECT 1), NOT EXISTS (SELECT 1 WHERE false)

SELECT (SELECT 1, 2)

SELECT CASE WHEN 1 = 1 THEN 'a' ELSE 'b' END, CASE 2 WHEN 1 THEN 'x' WHEN 2 THEN 'y' END, CASE WHEN NULL THEN 1 END, CASE WHEN false THEN 1 ELSE 2.5 END

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 22012
SELECT CASE WHEN id > 0 THEN 1 ELSE 1/0 END FROM dept WHERE id = 10

SELECT CASE 1 WHEN 1 THEN 'a' ELSE 2 END

SELECT coalesce(NULL, 1), coalesce(NULL, NULL, 'x'), nullif(1, 1), nullif(1, 2), nullif('a', 'b'), greatest('a', 'b'), coalesce(NULL, 1.5, 2)

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 22P02
SELECT coalesce(1, 'x')

SELECT 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1, NULL IS NOT DISTINCT FROM NULL

-- differs: names: bool for ?column?
SELECT true IS TRUE, NULL::bool IS UNKNOWN, NULL::bool IS NOT TRUE, false IS NOT FALSE, 1 ISNULL, 1 NOTNULL

SELECT 5 BETWEEN 1 AND 10, 5 BETWEEN 10 AND 1, 5 NOT BETWEEN 1 AND 3, NULL BETWEEN 1 AND 2

SELECT 5 BETWEEN SYMMETRIC 10 AND 1, 5 NOT BETWEEN SYMMETRIC 10 AND 1

SELECT * FROM (VALUES (1, 'a')) AS a(id, x) JOIN (VALUES (1, 'b')) AS b(id, y) USING (id)

SELECT id, a.id, x, y FROM (VALUES (1, 'a'), (2, 'c')) AS a(id, x) FULL JOIN (VALUES (1, 'b'), (3, 'd')) AS b(id, y) USING (id) ORDER BY 1

SELECT * FROM (VALUES (1, 'a')) AS a(id, x) NATURAL JOIN (VALUES (1, 'b'), (2, 'c')) AS b(id, y)

SELECT * FROM (VALUES (1)) AS a(x) JOIN (VALUES (1, 2)) AS b(x, y) ON a.x = b.x

SELECT * FROM (VALUES (1)) AS a(x) CROSS JOIN (VALUES (2), (3)) AS b(y) ORDER BY y

SELECT e.name, d.name FROM emp e RIGHT JOIN dept d ON d.id = e.dept_id ORDER BY d.id, e.id

SELECT e.name, d.name FROM emp e FULL OUTER JOIN dept d ON d.id = e.dept_id ORDER BY d.id NULLS LAST, e.id

-- differs: fails with 42P01: missing FROM-clause entry for table "j"
SELECT j.id, j.a FROM ((VALUES (1, 2)) AS p(id, a) JOIN (VALUES (1, 3)) AS q(id, b) USING (id)) AS j

-- differs: fails with 42601: syntax error at or near "AS"
SELECT a.id FROM (VALUES (1)) AS a(id) JOIN (VALUES (1)) AS b(id) USING (id) AS k

SELECT e.*, d.city FROM emp e JOIN dept d ON d.id = e.dept_id WHERE e.id = 1

SELECT count(*) FROM emp, dept

SELECT * FROM emp JOIN dept ON true WHERE emp.id = 1 AND dept.id = 10

SELECT 1 AS one, id AS "Mixed Case", name "q" FROM dept ORDER BY "Mixed Case" LIMIT 1

SELECT ID, Name, "name" FROM DEPT ORDER BY Id LIMIT 1

-- differs: answers 10; 20; 30; 40; SELECT 4 where PostgreSQL fails with 42703
SELECT "ID" FROM dept

-- differs: answers 10|Sales|Rome; 20|Lab|Oslo; 30|Empty|NULL; 40|Ünit|; SELECT 4 where PostgreSQL fails with 42P01
SELECT * FROM "DEPT"

SELECT 1 AS Foo, 2 AS "Foo", 3 AS "foo bar"

SELECT "Foo" FROM (SELECT 1 AS "Foo") AS t

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42703
SELECT foo FROM (SELECT 1 AS "Foo") AS t

SELECT a.x FROM (SELECT 1 AS x, 2 AS "X") AS a

-- differs: row: 1, not 2; names: x for X
SELECT "X" FROM (SELECT 1 AS x, 2 AS "X") AS a

SELECT 1 a, 2 b

SELECT 1 AS "select", 2 AS "from"

SELECT 1 year, 2 AS month, 3 value, 4 AS name

SELECT id + 1 AS n FROM dept GROUP BY n ORDER BY n

SELECT id AS x, name AS id FROM dept ORDER BY id

SELECT -id AS id FROM dept ORDER BY id

SELECT -id AS id FROM dept ORDER BY id + 0

SELECT id AS salary, sum(salary) FROM emp GROUP BY id ORDER BY id

SELECT x + 1 FROM (SELECT 1 AS x) AS t WHERE x = 1

-- differs: answers 1|2; SELECT 1 where PostgreSQL fails with 42703
SELECT 1 AS x, x + 1

-- differs: answers 20; 30; 40; SELECT 3 where PostgreSQL fails with 42703
SELECT id AS x FROM dept WHERE x > 10

-- differs: answers 20|2; 40|1; SELECT 2 where PostgreSQL fails with 42703
SELECT dept_id AS d, count(*) FROM emp GROUP BY dept_id HAVING d > 10

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42601
SELECT id FROM (SELECT 1 AS id)

SELECT * FROM generate_series(1, 3)

SELECT * FROM generate_series(1, 10, 4) AS g ORDER BY g

SELECT * FROM generate_series(3, 1, -1) AS g(n)

SELECT * FROM generate_series(1, 0)

SELECT generate_series(1, 3) AS n

SELECT generate_series(1, 2), generate_series(1, 3)

SELECT generate_series(1, 2) * 10 AS n ORDER BY n DESC

SELECT id, generate_series(1, 2) AS g FROM dept WHERE id < 30 ORDER BY 1, 2

-- differs: types: int8 for int4
SELECT * FROM generate_series(1, 2) WITH ORDINALITY AS t(a, b) ORDER BY b

-- differs: code: 42000, not 22023: interval cannot be 0!
SELECT * FROM generate_series(1, 3, 0)

-- differs: fails with 42883: function generate_series(numeric, numeric, numeric) does not exist
SELECT * FROM generate_series(1.5, 3.0, 0.5) AS g

-- differs: fails with 0A000: ROWS FROM() not implemented
SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS t(a, b)

SELECT max(g) FROM generate_series(1, 100) AS g WHERE g % 7 = 0

TABLE dept ORDER BY id

-- differs: fails with 42601: SELECT clause without selection list
SELECT

-- differs: fails with 42601: SELECT clause without selection list
SELECT FROM dept

-- differs: fails with 42601: SELECT clause without selection list
SELECT count(*) FROM (SELECT FROM dept) AS t

SELECT * INTO TEMP into_t FROM dept WHERE id > 10

SELECT count(*) FROM into_t

CREATE TEMP TABLE as_t (a, b) AS SELECT id, name FROM dept

SELECT a, b FROM as_t ORDER BY a

CREATE TEMP VIEW v_t AS SELECT id, upper(name) AS up FROM dept

SELECT * FROM v_t ORDER BY id

-- differs: fails with 42601: Sample method System cannot be used with a discrete sample count, either switch to reservoir samplin…
SELECT * FROM dept TABLESAMPLE SYSTEM (100) ORDER BY id

SELECT * FROM ONLY dept ORDER BY id

SELECT id FROM public.dept ORDER BY public.dept.id

SELECT dept.*, dept.id FROM dept ORDER BY id LIMIT 1

SELECT *, 1 AS extra FROM dept ORDER BY id LIMIT 1

-- differs: answers 10; 20; 30; 40; SELECT 4 where PostgreSQL fails with 42601
SELECT ALL id FROM dept ORDER BY ALL

SELECT d.id FROM dept AS d WHERE dept.id = 10

SELECT 'a' 'b'

SELECT 1 -- comment
+ 1

SELECT /* a /* nested */ comment */ 1

SELECT 1 AS "a""b"

SELECT $1::int

SELECT true AND 1 = 1 OR false, NOT true, 1 IN (1, 2), 1 NOT IN (2), NULL IN (1), 1 IN (NULL, 1), 2 IN (NULL, 1)

SELECT id, name FROM emp WHERE name > 'B' AND name < 'e' ORDER BY name

-- differs: types: text for name
SELECT current_date IS NOT NULL, current_user, current_catalog IS NOT NULL, session_user = user

-- differs: types: text for name
SELECT now()::text <> '', current_schema()

SELECT upper(name), count(*), sum(1) + 1, id * 2, (id), -id, NOT true, CASE id WHEN 1 THEN 2 END, coalesce(id, 1), id::text, ARRAY[id], EXISTS (SELECT 1), (SELECT 5), (SELECT max(id) AS m FROM dept), id IS NULL, id IN (1), extract(year from current_date) > 0, row_number() OVER () FROM dept WHERE id = 10 GROUP BY id, name

-- differs: row: 10|10.000000000|10|10|x|2024-01-01|Sales|S|2|10|Salesx|t|NULL, not 10|10|10|10|x|2024-01-01|Sales|S|2|10|Salesx|t|NULL; types: int4 for text
SELECT CAST(id AS bigint), id::numeric, nullif(id, 1), greatest(id, 1), 'x', date '2024-01-01', trim(name), substring(name from 1 for 1), position('a' in name), (d.id), name || 'x', true, NULL FROM dept AS d WHERE id = 10

SELECT qty FROM sales ORDER BY qty NULLS LAST FETCH FIRST 3 ROWS WITH TIES

SELECT dept_id, count(*) FROM emp GROUP BY dept_id ORDER BY count(*) DESC FETCH FIRST ROW WITH TIES

SELECT id FROM emp WHERE id BETWEEN SYMMETRIC 3 AND 1 ORDER BY id

SELECT e.s FROM (SELECT sum(id) s, round(avg(id)) FROM emp) AS e

SELECT e.name name, id key, count(*) user, 'x' Value, max(id)::text type, min(id)::float8 at, now()::date = current_date level, 1 date FROM emp e GROUP BY name, id ORDER BY key LIMIT 2

SELECT first, x.last, year FROM (SELECT id first, name last, '2024-01-01'::date d, 2024 AS year, current_date::timestamp start FROM emp) x WHERE d < start ORDER BY first LIMIT 1

SELECT interval '1' day, timestamptz '2024-01-01 00:00+00' AT TIME ZONE zone, 'a' IS DISTINCT FROM zone FROM (SELECT 'UTC' AS zone) v

VACUUM emp

ANALYZE emp

VACUUM (ANALYZE) emp

-- differs: answers ANALYZE where PostgreSQL fails with 42P01
ANALYZE nowhere_to_be_found

SELECT "current_date" = d, a, "current_timestamp" = d FROM (SELECT current_date, current_date AS d, current_timestamp::date, 1 AS a) q

WITH w AS (SELECT current_date, localtimestamp) SELECT "current_date" = current_date, count("localtimestamp") FROM w GROUP BY 1

CREATE TEMP TABLE made AS SELECT current_date, localtimestamp, current_timestamp, 1 AS a

INSERT INTO made (a, "current_date", "current_timestamp") SELECT 2, current_date, current_timestamp FROM generate_series(1, 2)

SELECT a, count(*), count("localtimestamp"), bool_and("current_date" = current_date) FROM made GROUP BY a ORDER BY a

DROP TABLE made
