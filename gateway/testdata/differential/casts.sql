-- differs: types: text for varchar
SELECT * FROM every_type ORDER BY id

SELECT id, b::text, i2::text, i4::text, i8::text, f4::text, f8::text, n::text FROM every_type ORDER BY id

SELECT id, bin::text, d::text, tm::text, ts::text, tz::text, iv::text, u::text, j::text FROM every_type ORDER BY id

SELECT id, ia::text, ta::text FROM every_type ORDER BY id

SELECT 't'::bool, 'true'::bool, 'yes'::bool, '1'::bool, 'f'::bool, 'no'::bool, '0'::bool

SELECT 'on'::bool

SELECT 'off'::bool

SELECT ' true '::bool

SELECT 'y'::bool, 'n'::bool

SELECT 'FALSE'::bool

SELECT 'tr'::bool

SELECT 1::bool, 0::bool, 5::bool

SELECT true::int, false::int

SELECT true::text, false::text, 'x' || true

SELECT 'maybe'::bool

SELECT 2.5::int, 3.5::int, -2.5::int, 0.5::int, 1.5::int

SELECT 2.5::float8::int, 3.5::float8::int, -2.5::float8::int, 0.5::float8::int

SELECT 1.4999::numeric::int, 1.9::float4::int

SELECT '42'::int, ' 42 '::int, '-42'::int, '+42'::int

SELECT '4.2'::int

SELECT ''::int

SELECT '1e3'::float8, '1e3'::numeric, 'NaN'::float8, 'Infinity'::float8, '-inf'::float8

SELECT '1e3'::int

SELECT '0x1F'::int

-- differs: types: float8 for numeric
SELECT 1e3, 1.0, 1, .5, 1e-3, 12345678901, 1.50

SELECT 12345678901234567890, 123456789012345678901234567890

SELECT 70000::smallint

SELECT 3000000000::int

SELECT '99999999999999999999'::bigint

SELECT 1e20::bigint

SELECT 'NaN'::float8::int

SELECT 1.005::numeric(10,2), 1.015::numeric(10,2), -1.005::numeric(10,2)

SELECT 123.456::numeric(5,2), 99.995::numeric(4,1)

SELECT 1234.5::numeric(5,2)

SELECT 1.1::float4, 1.1::float8, 1.1::float4::float8, 0.1::float4 + 0.2::float4, 0.1::float8 + 0.2::float8

SELECT 1e15::float8, 1e16::float8, 123456789.123::float8, 1e-5::float8, 0.0001::float8, 1e6::float4, 1e-7::float4

SELECT (1.0/3)::float8, 100::float8, (-0.0)::float8, '-0'::float8

SELECT 1e300::float8::text, 1.5::float4::text

SELECT 1::float8::text

SELECT 1.0::float8::text

SELECT 1::numeric, 1.50::numeric, 1.500::numeric::text

SELECT '1.10'::numeric, '001.10'::numeric, '.5'::numeric, '1.'::numeric

-- differs: types: int4 for text
SELECT 12::text || 'x', 1.5::text || 'x', NULL::text || 'x'

SELECT 'abc'::text

-- differs: types: text for varchar
SELECT 'abc'::varchar(2)

-- differs: row: abc, not abc  ; types: text for bpchar
SELECT 'abc'::char(5)

-- differs: types: text for bpchar
SELECT 'abc'::char(2)

-- differs: types: text for bpchar
SELECT 'abcdef'::char

SELECT ('ab'::char(4)) || '|'

-- differs: row: 4, not 2
SELECT length('ab  '::char(6))

-- differs: row: f, not t
SELECT 'ab  '::char(6) = 'ab'

-- differs: row: 65, not A; types: text for char; names: bpchar for char
SELECT 65::"char"

-- differs: types: text for name, text for bpchar
SELECT 'a'::name, 'abc'::bpchar

SELECT '2024-02-29'::date, '2024-2-9'::date

SELECT '20240229'::date

SELECT 'Feb 29, 2024'::date

SELECT '29 Feb 2024'::date

SELECT '2024/02/03'::date

SELECT '02/03/2024'::date

SELECT '2023-02-29'::date

SELECT '2024-13-01'::date

SELECT 'garbage'::date

SELECT 'epoch'::timestamp, 'infinity'::timestamp, '-infinity'::date

SELECT '12:34'::time, '12:34:56.7'::time

SELECT '1:02 PM'::time

SELECT '123456'::time

SELECT '24:00:00'::time

SELECT '25:00'::time

SELECT '2024-02-29 12:34:56+02'::timestamptz, '2024-02-29T12:34:56Z'::timestamptz, '2024-02-29'::timestamptz

SELECT '2024-02-29 12:34:56+02'::timestamp

SELECT '2024-02-29 23:59:59.9999999'::timestamp

SELECT '2024-02-29 12:00'::timestamp::date, '2024-02-29'::date::timestamp, '2024-02-29 12:34:56'::timestamp::time

SELECT '1 day'::interval, '1:02:03'::interval, '1 year 2 months 3 days 4 hours 5 minutes 6.7 seconds'::interval

SELECT 'P1Y2M3DT4H5M6S'::interval

SELECT '-1 day +2:03'::interval

SELECT '1 week'::interval, '1.5 days'::interval

SELECT '1.5 months'::interval, '0.5 years'::interval

SELECT '1-2'::interval

SELECT '3 4:05:06'::interval

SELECT '1 decade'::interval, '2 centuries'::interval

SELECT '@ 1 day ago'::interval

SELECT '1 hour 30'::interval

SELECT interval '1' day, interval '2' hour, interval '90' minute

-- differs: fails with 42601: YEAR TO MONTH is not supported
SELECT interval '1-2' year to month

SELECT '5'::interval

SELECT 'x'::interval

SELECT '{1,2,3}'::int[], '{a,"b c",NULL}'::text[], '{}'::int[]

-- differs: fails with 42846: cannot cast type text[] to integer
SELECT '{{1,2},{3,4}}'::int[]

SELECT '{1,2'::int[]

SELECT ARRAY[1,2]::text[], ARRAY['1','2']::int[]

SELECT ARRAY[1,2]::text

SELECT '{"a":   1}'::json

-- differs: types: json for jsonb
SELECT '{"a":1}'::jsonb

SELECT '{"b":1,"a":2,"b":3}'::json

-- differs: types: json for jsonb
SELECT '{"b":1,"a":2,"b":3}'::jsonb

SELECT '{bad'::json

SELECT '{bad'::jsonb

SELECT 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid, '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'::uuid

SELECT 'xyz'::uuid

SELECT '\x48656c6c6f'::bytea, 'abc'::bytea

SELECT 'a\\b'::bytea

SELECT 'a\001b'::bytea

-- differs: row: b1010, not 1010; types: text for bit
SELECT B'1010'

-- differs: fails with 22P02: invalid input syntax for type integer: "b1010"
SELECT B'1010'::int

-- differs: row: 00000000000000000000000000001010, not 1010; types: varbit for bit
SELECT 10::bit(4)

-- differs: row: x1F, not 00011111; types: text for bit
SELECT X'1F'

SELECT 5::int4::int8::numeric::float8::text

SELECT CAST('5' AS int), int '5', '5'::int4, float8 '1.5', bool 't', date '2024-01-01', numeric '1.50'

SELECT int4('7'), text(5), float8(3), date('2024-01-01'), numeric(5)

-- differs: types: int4 for text
SELECT NULL::int, NULL::text, NULL::date, NULL

SELECT '1' + 1

SELECT 1 + '1'

SELECT 3 * '2.0'::numeric

SELECT '10' > '9', 10 > '9'

SELECT 'a' = 1

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42883
SELECT 1 = true

SELECT '2024-01-01' < date '2024-01-02', date '2024-01-01' = timestamp '2024-01-01'

SELECT 'x'::text::int

SELECT now()::date = current_date

SELECT 1::oid, '123'::oid, 4294967295::oid

-- differs: fails with 42704: Type with name "inet" is not in the catalog, but it exists in the inet extension.
SELECT '127.0.0.1'::inet

-- differs: fails with 42704: type "money" does not exist
SELECT '1.50'::money

SELECT avg(x)::int, (sum(x) / 2.0)::int, CAST(avg(x) AS bigint), (5 / 2.0)::int, (avg(x) * 1)::smallint, (7 / 2)::int, CAST(x / 2 AS int) FROM (VALUES (2), (3)) AS v(x) GROUP BY x / 2, CAST(x / 2 AS int)

SELECT date_part('year', date '2024-01-05')::text, date_part('month', date '2024-01-05')::text || '-Q1'

SELECT interval '1 month - 1 day', '1 year - 2 mons + 3 days - 04:05'::interval, interval '+ 1 day'

SELECT ('2024-01-01 10:00:00.654321+00'::timestamptz(0))::text, (('2024-01-01 10:00:00.654321+00'::timestamptz)::timestamp(3) with time zone)::text, '2024-01-01 10:00:00+00'::timestamptz(6)

CREATE TEMP TABLE zoned (a timestamptz(3), b timestamp(6) with time zone, c timestamp with time zone)

INSERT INTO zoned VALUES ('2024-01-01 10:00:00.654+00', '2024-01-01 10:00:00.654321+00', '2024-01-01 10:00:00+00')

SELECT * FROM zoned

SELECT (id / 2 > 0)::int, ('0' || (id / 2))::int, left((id / 2)::text, 1)::int, (CASE WHEN id / 2 = 1 THEN '5' ELSE '6' END)::int, (id = ANY (ARRAY[4 / 2]))::int, (2.5::float8 / 1)::int, (2.5 / 1)::int FROM emp ORDER BY id LIMIT 3

SELECT sum(avg(id)::int) OVER (), round(avg(id)::int), avg(avg(id)::int) OVER () = round(avg(id)) FROM emp

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (id / 2.0)::int), sum((id / 2.0)::int), sum(DISTINCT (id / 2.0)::int), sum((name LIKE 'A/%')::int) FROM emp

SELECT coalesce(array_agg(id)::text, '{}'), coalesce(array_agg(id) FILTER (WHERE false)::text, '{}') FROM emp WHERE id > 1000
