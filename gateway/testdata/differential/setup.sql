-- Tables of the statements in the other files. One statement each, divided by blank lines. Above a statement to which Tavana gives
-- another answer than PostgreSQL 15 a line says what is different (rows; error: one of the two fails; code: both fail, with
-- different SQLSTATEs; types; names) and what Tavana does.

DROP TABLE IF EXISTS every_type

DROP TABLE IF EXISTS emp

DROP TABLE IF EXISTS dept

DROP TABLE IF EXISTS words

DROP TABLE IF EXISTS sales

CREATE TABLE every_type (id int, b bool, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, n numeric(12,3), t text, v varchar(20), bin bytea, d date, tm time, ts timestamp, tz timestamptz, iv interval, u uuid, j json, ia int[], ta text[])

INSERT INTO every_type VALUES
(1, true, 1, 100, 10000000000, 1.5, 2.25, 12.345, 'hello', 'Hello', '\x00ff'::bytea, '2024-02-29', '12:34:56', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56+00', '1 day 02:03:04', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1, "b": [1, 2, null], "c": {"d": "x"}}', '{1,2,3}'::int[], '{a,b}'::text[]),
(2, false, -1, -100, -10000000000, -1.5, -2.25, -12.345, '', '', ''::bytea, '1969-12-31', '00:00:00', '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59+00', '-1 day', '00000000-0000-0000-0000-000000000000', '{}', '{}'::int[], '{}'::text[]),
(3, NULL, 0, 0, 0, 0, 0, 0, 'ünï€😀', 'ÄÖÜ', '\x616263'::bytea, '2000-01-01', '23:59:59.999999', '2000-01-01 00:00:00', '2000-01-01 00:00:00+00', '1 year 2 mons', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '[1, "two", null, true]', '{1,NULL,3}'::int[], '{"x y","",NULL}'::text[]),
(4, true, 32767, 2147483647, 9223372036854775807, 0.1, 0.1, 999999999.999, 'it''s "q" \ back', 'a,b', '\x5c27'::bytea, '1900-03-01', '06:00:00.5', '1900-03-01 06:00:00.5', '1900-03-01 06:00:00.5+00', '-00:00:01.5', '11111111-2222-3333-4444-555555555555', '"text"', '{7}'::int[], '{"q\"uote","b\\s"}'::text[]),
(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)

CREATE TABLE dept (id int, name text, city text)

INSERT INTO dept VALUES (10, 'Sales', 'Rome'), (20, 'Lab', 'Oslo'), (30, 'Empty', NULL), (40, 'Ünit', '')

CREATE TABLE emp (id int, name text, dept_id int, boss int, salary numeric(10,2), bonus int, score double precision, hired date)

INSERT INTO emp VALUES
(1, 'Ann', 10, NULL, 5000.00, 100, 1.5, '2020-01-15'),
(2, 'Bob', 10, 1, 3000.50, NULL, 2.5, '2020-06-01'),
(3, 'Cid', 10, 1, 3000.50, -50, NULL, '2021-03-31'),
(4, 'Dee', 20, 1, 4200.25, 0, -3.5, '2019-12-31'),
(5, 'eve', 20, 4, 2500.00, 100, 0, '2022-02-28'),
(6, 'Fay', NULL, 4, NULL, NULL, 4.25, NULL),
(7, 'Åsa', 40, 6, 3999.99, 7, 1e10, '2020-06-01')

CREATE TABLE words (id int, w text)

INSERT INTO words VALUES (1, 'apple'), (2, 'Banana'), (3, 'cherry'), (4, 'Apple'), (5, ''), (6, NULL), (7, 'éclair'), (8, 'a b'), (9, 'ab'), (10, '10%'), (11, 'a_b'), (12, 'Zebra'), (13, '-dash'), (14, '_under')

CREATE TABLE sales (id int, region text, product text, day date, qty int, price double precision)

INSERT INTO sales VALUES
(1, 'north', 'a', '2024-01-01', 10, 1.5),
(2, 'north', 'b', '2024-01-02', 20, 2.5),
(3, 'north', 'a', '2024-01-03', 10, 1.5),
(4, 'south', 'a', '2024-01-01', 5, 1.25),
(5, 'south', 'b', '2024-01-05', NULL, 3),
(6, 'south', NULL, '2024-01-06', 7, NULL),
(7, NULL, 'b', '2024-01-07', 1, 0.1),
(8, 'west', 'c', '2024-02-01', -3, 10),
(9, 'west', 'c', '2024-02-01', 20, 10)
