SELEC 1

-- differs: text: syntax error at or near "dept"; position: 15, not 10
SELECT * FORM dept

SELECT FROM WHERE

SELECT 1 +

SELECT (1

SELECT 'unterminated

SELECT 1 1

INSERT INTO dept

SELECT * FROM no_such

SELECT * FROM no_schema.dept

SELECT no_such FROM dept

SELECT d.no_such FROM dept AS d

SELECT x.id FROM dept

SELECT no_such_function(1)

SELECT upper(1, 2)

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42883
SELECT length(5)

SELECT 'a' + 'b'

SELECT 'a'::text + 1

SELECT true + 1

SELECT date '2024-01-01' + date '2024-01-01'

-- differs: answers 12; SELECT 1 where PostgreSQL fails with 42883
SELECT 1 || 2

SELECT -'a'::text

-- differs: answers f; SELECT 1 where PostgreSQL fails with 42804
SELECT NOT 1

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42804
SELECT 1 AND true

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42804
SELECT 1 WHERE 5

-- differs: code: 22P02, not 42804: invalid input syntax for type boolean: "x"
SELECT 1 WHERE 'x'::text

-- differs: code: 22P02, not 42804: invalid input syntax for type boolean: "Sales"; position: 0, not 27
SELECT id FROM dept WHERE name

-- differs: answers 2; SELECT 1 where PostgreSQL fails with 42804
SELECT CASE WHEN 1 THEN 2 END

-- differs: position: 8, not 28
SELECT CASE WHEN true THEN 1 ELSE 'x'::text END

-- differs: answers 1; x; SELECT 2 where PostgreSQL fails with 42804
SELECT 1 UNION SELECT 'x'::text

-- differs: position: 20, not 17
SELECT ARRAY[1, 'x'::text]

-- differs: position: 0, not 20
SELECT coalesce(1, 'x'::text)

SELECT id FROM dept WHERE id = 'abc'

-- differs: code: 22P02, not 42883: invalid input syntax for type integer: "abc"; position: 32, not 30
SELECT id FROM dept WHERE id = 'abc'::text

-- differs: code: 22P02, not 42883: invalid input syntax for type integer: "Sales"; position: 0, not 32
SELECT id FROM dept WHERE name = 1

SELECT id FROM dept WHERE id IN ('a')

SELECT 'abc'::int

SELECT 'abc'::numeric

SELECT 'abc'::float8

SELECT 'abc'::bool

SELECT 'abc'::uuid

SELECT 'abc'::json

SELECT '{1'::int[]

SELECT 2147483648::int

SELECT 40000::int2

-- differs: text: value "1e400" is out of range for type double precision; position: 8, not 0
SELECT 1e400::float8

SELECT 12345.678::numeric(4,1)

SELECT 1/0

SELECT 5 % 0

SELECT 1.5 / 0.0

SELECT 'abc'::date

SELECT 'abc'::timestamp

SELECT 'abc'::time

SELECT 'abc'::interval

SELECT '2024-02-30'::date

SELECT '2024-13-01'::timestamp

SELECT '25:61'::time

-- differs: answers 5874898-01-01; SELECT 1 where PostgreSQL fails with 22008
SELECT date '5874898-01-01'

-- differs: text: column "id" must appear in the GROUP BY clause or be used in an aggregate function
SELECT id, count(*) FROM dept

-- differs: text: column "id" must appear in the GROUP BY clause or be used in an aggregate function
SELECT id FROM dept GROUP BY name

-- differs: text: column "id" must appear in the GROUP BY clause or be used in an aggregate function; position: 0, not 8
SELECT id FROM dept HAVING id > 1

SELECT count(*) FROM dept WHERE count(*) > 1

SELECT sum(count(*)) FROM dept

SELECT id FROM dept GROUP BY sum(id)

SELECT row_number() OVER (ORDER BY id) FROM dept WHERE row_number() OVER () = 1

SELECT id FROM dept AS a, dept AS b

SELECT name FROM dept JOIN emp ON true

SELECT id FROM dept ORDER BY 5

-- differs: text: GROUP BY position is not in select list; position: 0, not 30
SELECT id FROM dept GROUP BY 5

SELECT id FROM dept ORDER BY no_such

SELECT (SELECT id FROM dept)

SELECT id FROM dept WHERE id = (SELECT id FROM dept)

SELECT (SELECT id, name FROM dept)

-- differs: text: subquery must return only one column
SELECT id FROM dept WHERE id IN (SELECT id, name FROM dept)

SELECT * FROM dept, dept

SELECT * FROM dept AS a JOIN emp AS a ON true

-- differs: text: LIMIT/OFFSET cannot be negative
SELECT 1 FROM dept LIMIT -1

-- differs: code: 2201W, not 2201X: LIMIT/OFFSET cannot be negative
SELECT 1 FROM dept OFFSET -1

-- differs: answers 10|Sales; 20|Lab; 30|Empty; 40|Ünit; SELECT 4 where PostgreSQL fails with 42P10
SELECT DISTINCT ON (id) id, name FROM dept ORDER BY name

-- differs: answers Empty; Lab; Sales; Ünit; SELECT 4 where PostgreSQL fails with 42P10
SELECT DISTINCT name FROM dept ORDER BY id

-- differs: text: each UNION, INTERSECT or EXCEPT query must have the same number of columns; position: 0, not 23
SELECT 1 UNION SELECT 1, 2

-- differs: code: 42000, not 42703: Could not ORDER BY column "b": add the expression/function to every SELECT, or move the UNION into a…; position: 0, not 39
SELECT 1 AS a UNION SELECT 2 ORDER BY b

-- differs: position: 0, not 23
WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42P10
WITH a(x, y) AS (SELECT 1) SELECT * FROM a

-- differs: position: 0, not 29
SELECT * FROM (VALUES (1), (1, 2)) AS t

-- differs: code: 42601, not 42P10: table "t" has 1 columns available but 2 columns specified
SELECT * FROM (VALUES (1)) AS t(a, b)

-- differs: position: 0, not 8
SELECT a.* FROM dept AS b

-- differs: position: 0, not 8
SELECT *

SELECT substring('abc', 1, -1)

SELECT sqrt(-1)

SELECT ln(0)

SELECT ln(-1)

-- differs: answers Infinity; SELECT 1 where PostgreSQL fails with 2201F
SELECT power(0, -1)

-- differs: answers NaN; SELECT 1 where PostgreSQL fails with 2201F
SELECT power(-1, 0.5)

SELECT log(0)

-- differs: code: 22023, not 22003: ACOS is undefined outside [-1,1]
SELECT acos(2)

-- differs: text: Invalid UTF8 Codepoint -1
SELECT chr(-1)

-- differs: code: 22023, not 2201B: missing ]: [).*
SELECT 'abc' ~ '['

-- differs: text: invalid regular expression: missing closing ): `(?s)(`
SELECT regexp_replace('a', '(', 'b')

SELECT 'a' LIKE 'a\'

-- differs: code: 42601, not 22025: Invalid escape string. Escape string must be empty or one character.
SELECT 'a' LIKE 'a' ESCAPE 'ab'

SELECT to_date('x', 'YYYY')

-- differs: code: 22P02, not 22023: extract specifier "nope" not recognized
SELECT date_trunc('nope', now())

-- differs: code: 22P02, not 22023: extract specifier "nope" not recognized
SELECT extract(nope from now())

-- differs: code: 0A000, not 22023: Unknown TimeZone 'Nope/Zone'!
SELECT now() AT TIME ZONE 'Nope/Zone'

-- differs: code: 22P02, not 22008: Date out of range: 2024-13-1
SELECT make_date(2024, 13, 1)

-- differs: code: 22P02, not 22008: Time out of range: 25:0:0.0
SELECT make_time(25, 0, 0)

-- differs: text: Invalid input for hex digit: z
SELECT decode('zz', 'hex')

SELECT decode('x', 'nope')

-- differs: answers SELECT 0 where PostgreSQL fails with 22023
SELECT generate_series(1, 2, 0)

-- differs: code: 42000, not 42883: Cannot concatenate lists of types INTEGER[] and VARCHAR[] - an explicit cast is required; position: 20, not 17
SELECT ARRAY[1] || 'x'::text

-- differs: answers {}; SELECT 1 where PostgreSQL fails with 42P18
SELECT ARRAY[]

-- differs: text: multidimensional arrays must have sub-arrays with matching dimensions
SELECT ARRAY[[1], [1, 2]]

SELECT 1::nope

SELECT CAST(1 AS nope)

SELECT 5::date

SELECT true::date

SELECT date '2024-01-01'::int

SELECT now()::int

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42846
SELECT 1.5::bool

SELECT ''::uuid::int

SELECT ARRAY[1]::int

-- differs: answers {1}; SELECT 1 where PostgreSQL fails with 42883
SELECT max(1, 2)

-- differs: code: 42000, not 42601: STAR expression is only allowed as the root element of an expression. Use COLUMNS(*) instead.; position: 0, not 23
SELECT count(DISTINCT *) FROM dept

-- differs: code: 42725, not 22P02: function abs(unknown) is not unique; position: 8, not 12
SELECT abs('x')

-- differs: code: 22023, not 42809: Function "abs" is a Scalar Function. "DISTINCT", "FILTER", and "ORDER BY" are only applicable to agg…; position: 0, not 8
SELECT abs(DISTINCT 1)

-- differs: code: 42704, not 42809: upper is not an aggregate function
SELECT upper(name) OVER () FROM dept

-- differs: answers 10; 20; 30; 40; SELECT 4 where PostgreSQL fails with 42703
SELECT id FROM dept WINDOW w AS (ORDER BY nope)

CREATE TABLE dept (id int)

CREATE VIEW dept AS SELECT 1

DROP TABLE no_such

DROP VIEW no_such

DROP SCHEMA no_such

ALTER TABLE no_such ADD COLUMN x int

-- differs: text: column "id" already exists
ALTER TABLE dept ADD COLUMN id int

-- differs: position: 0, not 14
CREATE TABLE no_schema.t (id int)

CREATE SCHEMA public

SET no_such_parameter = 1

SET statement_timeout = 'abc'

SET TimeZone = 'Nope/Nope'

EXECUTE no_such

DEALLOCATE no_such

PREPARE p AS SELECT $1::int + 1

EXECUTE p

EXECUTE p(1)

-- differs: position: 0, not 11
EXECUTE p('x')

RELEASE SAVEPOINT s

ROLLBACK TO s

-- differs: text: invalid hexadecimal data
SELECT '\xzz'::bytea

-- differs: code: 42601, not 22025: errhint NOT IMPLEMENTED; position: 0, not 10
SELECT E'\u12'

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42601
SELECT 1a

-- differs: answers 0; SELECT 1 where PostgreSQL fails with 42601
SELECT 0b12

SELECT "unterminated

SELECT $$x

/* unterminated

-- differs: code: 08P01, not 42601: the statement has 1 parameters, 0 were given; position: 0, not 9
SELECT ?

SELECT @

-- differs: answers 10; SELECT 1 where PostgreSQL fails with 42883
SELECT id FROM dept WHERE id == 10

-- differs: text: errhint NOT IMPLEMENTED; position: 0, not 21
SELECT id FROM dept LIMIT 1, 2

-- differs: code: 42883, not 42601: function `__postfix does not exist; position: 11, not 13
SELECT `id` FROM dept

SELECT TOP 1 id FROM dept

SELECT id FROM dept d WHERE d.name ILIKE

UPDATE dept SET

DELETE dept

INSERT INTO dept (id) VALUES ()

-- differs: text: invalid input syntax for type integer: "x"
SELECT pg_sleep('x')

SELECT nullif(1)

SELECT coalesce()

-- differs: code: 42883, not 42601: function greatest() does not exist; position: 8, not 17
SELECT greatest()

SELECT cast(1)

SELECT interval '1' nope

SELECT position('a', 'b', 'c')

-- differs: code: 42000, not 42601: Macro tavana_overlay() does not support the supplied arguments. You might need to add explicit type …; position: 8, not 31
SELECT overlay('a' placing 'b')

SELECT lower(NULL, 1)

-- differs: answers Sales,Lab,Empty,Ünit; SELECT 1 where PostgreSQL fails with 42883
SELECT string_agg(name) FROM dept

-- differs: code: 42000, not 42883: LAG needs 1 parameter, got 0; position: 0, not 8
SELECT lag() OVER () FROM dept

SELECT percentile_cont(0.5) FROM dept

-- differs: answers 10; SELECT 1 where PostgreSQL fails with 42809
SELECT mode(id) FROM dept

CREATE TEMP TABLE three (a int, b text, c date)

INSERT INTO three VALUES (1, nope)

INSERT INTO three VALUES ('x')

SELECT c - '2024-01-01', nope FROM three

SELECT b - 'x' FROM three

DROP TABLE three
