SELECT 7/2, -7/2, 7/-2, 7::float8/2

-- differs: row: 3.5, not 3.5000000000000000; types: float8 for numeric
SELECT 7.0/2

-- differs: row: 3.5, not 3.5000000000000000; types: float8 for numeric
SELECT 7/2.0

SELECT 7 % 3, -7 % 3, 7 % -3, mod(-7, 3), 7.5 % 2, mod(7.5, 2)

-- differs: row: 0.3333333333333333|0.6666666666666666|3.3333333333333335|0.3333333333333333, not 0.33333333333333333333|0.66666666666666666667|3.3333333333333333|0.33333333333333333333; types: float8 for numeric
SELECT 1.0/3, 2.0/3, 10.0/3, 1/3.0

-- differs: row: 0.3333333333333333, not 0.33333333333333333333; types: float8 for numeric
SELECT 1::numeric/3

-- differs: row: 2.5|33.333333333333336|0.125, not 2.5000000000000000|33.3333333333333333|0.12500000000000000000; types: float8 for numeric
SELECT 10.0/4, 100.00/3, 1.000/8

SELECT 1.5 + 2.25, 1.5 * 2.25, 1.5 - 2.25, 1.50 * 2

-- differs: row: 1|13.345|24.690|3.08625, not 1|13.345|24.690|3.0862500000000000; types: float8 for numeric
SELECT id, n + 1, n * 2, n / 4 FROM every_type WHERE n IS NOT NULL ORDER BY id

SELECT id, i4 + i2, i8 / 3, i4 * 1.5, f4 + f8, f8 * 2 FROM every_type WHERE id < 4 ORDER BY id

SELECT 1/0

SELECT 1.0/0

SELECT 1.0::float8/0

SELECT 1 % 0

SELECT mod(1, 0)

SELECT id, 10 / i2 FROM every_type WHERE id = 3

SELECT 2147483647 + 1

SELECT 2147483647::int * 2

SELECT 9223372036854775807 + 1

SELECT 32767::smallint + 1::smallint

SELECT -(-2147483648)::int

SELECT abs((-32768)::smallint)

SELECT i4 + 1 FROM every_type WHERE id = 4

-- differs: answers Infinity; SELECT 1 where PostgreSQL fails with 22003
SELECT 1e308::float8 * 10

-- differs: answers Infinity; SELECT 1 where PostgreSQL fails with 22003
SELECT exp(1000::float8)

SELECT round(2.5), round(3.5), round(-2.5), round(2.4)

SELECT round(3.5::float8), round(1.5::float8)

SELECT round(2.5::float8)

SELECT round(-2.5::float8)

SELECT round(0.5::float8)

SELECT round(2.345, 2), round(2.5, 0), round(1234.5, -2), round(-2.345, 2)

-- differs: row: 2.345, not 2.34500
SELECT round(2.345, 5)

-- differs: types: int4 for numeric
SELECT round(5), round(1250, -2)

-- differs: row: 5, not 5.0; types: int4 for numeric
SELECT round(5, 1)

-- differs: answers 2.35; SELECT 1 where PostgreSQL fails with 42883
SELECT round(2.345::float8, 2)

SELECT trunc(2.7), trunc(-2.7), trunc(2.789, 2), trunc(1234.5, -2), trunc(2.7::float8)

SELECT ceil(2.1), ceiling(-2.1), floor(2.9), floor(-2.1), ceil(2), floor(3::float8)

SELECT abs(-5), abs(-5.50), abs(-5.5::float8), @ -5

-- differs: types: float8 for numeric
SELECT sign(-5), sign(0), sign(2.5), sign(-2.5::float8)

SELECT power(2, 10), power(2, -1), power(2::float8, 0.5::float8), pow(3, 2)

-- differs: row: 8, not 8.0000000000000000; types: float8 for numeric
SELECT power(2.0, 3)

SELECT 2 ^ 10, 2 ^ 3 ^ 2, -2 ^ 2

-- differs: row: 8, not 8.0000000000000000; types: float8 for numeric
SELECT 2.0 ^ 3

-- differs: row: 1.4142135623730951, not 1.4142135623730950; types: float8 for numeric
SELECT 2 ^ 0.5

SELECT sqrt(2), sqrt(16), cbrt(27)

-- differs: row: 1.4142135623730951, not 1.414213562373095; types: float8 for numeric
SELECT sqrt(2.0)

SELECT |/ 25

SELECT ||/ 27

SELECT |/ 25.0

-- differs: answers 120; SELECT 1 where PostgreSQL fails with 42601
SELECT 5 !

SELECT factorial(5), factorial(20)

SELECT sqrt(-1)

SELECT ln(0)

SELECT ln(-1::float8)

SELECT log(100), log10(1000), exp(1::float8)

-- differs: row: 0.9999999998311266, not 0.9999999998311267; types: float8 for numeric
SELECT ln(2.718281828)

-- differs: row: 3, not 3.0000000000000000; types: float8 for numeric
SELECT log(2, 8)

-- differs: row: 3, not 3.0000000000000000; types: float8 for numeric
SELECT log(1000.0)

-- differs: row: 2.718281828459045, not 2.7182818284590452; types: float8 for numeric
SELECT exp(1.0)

-- differs: row: 6, not 6.0000000000000000; types: float8 for numeric
SELECT log(2.0, 64.0)

SELECT pi(), degrees(pi()), radians(180), sin(1), cos(1), tan(1), atan2(1, 2), cot(1)

-- differs: code: 22023, not 22003: ASIN is undefined outside [-1,1]
SELECT asin(2)

SELECT sind(30)

SELECT cosd(60)

SELECT tand(45)

SELECT atand(1)

SELECT sinh(1), cosh(1), tanh(1), asinh(1), acosh(2), atanh(0.5)

SELECT div(7, 2), div(-7, 2), div(7.5, 2)

-- differs: types: int8 for int4
SELECT gcd(12, 18), lcm(4, 6), gcd(0, 5), gcd(-12, 18)

SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(0, 1, 10, 3), width_bucket(11, 1, 10, 3)

SELECT width_bucket(5, ARRAY[1, 3, 6])

SELECT scale(1.500)

SELECT min_scale(1.500)

-- differs: fails with 42883: function trim_scale(numeric) does not exist
SELECT trim_scale(1.500)

SELECT 5 & 3, 5 | 3, 1 << 4, 256 >> 4, -1 >> 1

SELECT 5 # 3

SELECT ~5

-- differs: answers 6; SELECT 1 where PostgreSQL fails with 42883
SELECT xor(5, 3)

SELECT 1::bigint << 40, 5::smallint & 4::smallint

-- differs: fails with 42725: operator is not unique: unknown & unknown
SELECT B'1100' & B'1010'

-- differs: fails with 42725: operator is not unique: unknown | unknown
SELECT B'1100' | B'1010'

-- differs: fails with 42725: function xor(unknown, unknown) is not unique
SELECT B'1100' # B'1010'

-- differs: fails with 42725: operator is not unique: ~ unknown
SELECT ~B'1100'

-- differs: row: b1100b1, not 11001; types: text for varbit
SELECT B'1100' || B'1'

-- differs: row: 5, not 4
SELECT length(B'1100')

-- differs: fails with 22P02: Invalid character encountered in string -> bit conversion: 'b'
SELECT get_bit(B'1100', 0)

-- differs: fails with 42725: function bit_count(unknown) is not unique
SELECT bit_count(B'1101')

-- differs: types: int4 for text
SELECT greatest(1, 2.5, 2), greatest(1, NULL, 3), least(NULL, NULL)

-- differs: row: 1.0, not 1
SELECT least(1, 2.5, 2)

SELECT 0.1 + 0.2 = 0.3, 0.1::float8 + 0.2::float8 = 0.3::float8

SELECT 1.0 = 1.00, 1 = 1.0, 1.5::float8 = 1.5

SELECT 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 'Infinity'::float8, 'NaN'::float8 > 1

SELECT 'Infinity'::float8 - 'Infinity'::float8, 'Infinity'::float8 / 2, 0::float8 * 'Infinity'::float8

-- differs: fails with 22P02: invalid input syntax for type numeric: "NaN"
SELECT 'NaN'::numeric, 'NaN'::numeric = 'NaN'::numeric

-- differs: fails with 22P02: invalid input syntax for type numeric: "Infinity"
SELECT 'Infinity'::numeric

SELECT -0.0::float8, 0.0::float8 = -0.0::float8, -0.0

SELECT 99999999999999999999999999999999999999::numeric

-- differs: fails with 22003: Overflow in addition of DECIMAL(38) (99999999999999999999999999999999999999 + 1);
SELECT 99999999999999999999999999999999999999::numeric + 1

-- differs: fails with 22003: Overflow in multiplication of DECIMAL(38) (12345678901234567890123456789 * 9876543210987654321098765…
SELECT 12345678901234567890.123456789 * 98765432109876543210.987654321

SELECT 0.000000000000000000000001::numeric

-- differs: fails with 22P02: Could not cast value 100000000000000000620008645040778319495168.000000 to DECIMAL(38,0)
SELECT 100000000000000000000000000000000000000000::numeric

SELECT 1e-10::numeric, 123.456e2::numeric

-- differs: fails with 22P02: Could not cast value inf to DECIMAL(38,0)
SELECT 1e500::numeric = 1e500::numeric

SELECT random() BETWEEN 0 AND 1, random() < 1

SELECT + 5, - 5, - - 5, 2 - -3

SELECT 1 + 2 * 3 - 4 / 2, (1 + 2) * 3, 2 * 3 % 4

SELECT 1 <> 2, 1 != 2, 1 <= 2, NOT 1 = 2, 1 < 2 = true

SELECT NULL + 1, NULL = NULL, NULL <> 1, NULL::int > 1

SELECT true AND NULL, false AND NULL, true OR NULL, NOT NULL::bool

-- differs: fails with 42883: function int4larger(integer, integer) does not exist
SELECT int4larger(1, 2)

-- differs: fails with 42883: function int8mul(integer, integer) does not exist
SELECT int8mul(3, 4)

SELECT numeric '1.10' + 1, numeric(5,2) '1.105'

SELECT cast(1.239 as numeric(10,2)) * 1.00

-- differs: types: float4 for float8
SELECT 5::int2 / 2::int2, 5::int2 * 1::int8, 5::int4 + 1::int8, 1::int2 + 1.5::float4, 1::int8 + 1.5::float4

-- differs: row: 7|2.3333333333333335, not 7|2.3333333333333333; types: float8 for numeric
SELECT sum(x), avg(x) FROM (VALUES (1), (2), (4)) AS t(x)

-- differs: row: 1.675, not 1.6750000000000000; types: float8 for numeric
SELECT avg(x) FROM (VALUES (1.1), (2.25)) AS t(x)

-- differs: row: t, not f
SELECT setseed(0.5) IS NULL

-- differs: answers 1000; SELECT 1 where PostgreSQL fails with 42601
SELECT 1_000

SELECT num_nulls(1, NULL, 2)

SELECT num_nonnulls(1, NULL, 2)

SELECT 1000000 * 1000000

SELECT 100000::bigint * 100000

SELECT 1.17549e-38::float4, 3.4e38::float4, 123456789::float4

SELECT 1.23456789012345678::float8

SELECT '1e400'::float8

SELECT 1e39::float4

SELECT 3.7 :: int, (-3.5)::bigint, 1e10::bigint

SELECT round(5) / 2, round(count(*)) / 3, round(7::bigint) FROM dept

SELECT 1 BETWEEN SYMMETRIC NULL AND 1, 3 BETWEEN SYMMETRIC 5 AND 1
