SELECT to_char(1234.5, '9999.99'), to_char(1234.5, '9,999.99'), to_char(-1234.5, '9,999.99')

SELECT to_char(1234.5, 'FM9,999.00'), to_char(0.5, 'FM990.00'), to_char(0.5, '9.9')

SELECT to_char(125, '999'), to_char(-125, '999'), to_char(125, '00000'), to_char(125, 'FM00000')

SELECT to_char(1234567.891, 'FM999,999,999.00'), to_char(12345, '99')

SELECT to_char(-5, '9PR'), to_char(5, 'S9'), to_char(-5, '9MI'), to_char(5, 'SG9')

SELECT to_char(485, 'RN'), to_char(485, 'FMRN')

SELECT to_char(482, '999th'), to_char(3, 'FM9TH')

SELECT to_char(1234.5, 'L9999D99'), to_char(0.0004859, '9.99EEEE')

SELECT to_char(12, '99V999'), to_char(1.5::float8, 'FM9.999'), to_char(10::bigint, 'FM999')

SELECT to_char(15, 'XX')

SELECT to_char(1234.5678::numeric, 'FM99999.99'), to_char(99.995, 'FM999.99')

SELECT id, to_char(salary, 'FM999,990.00') FROM emp ORDER BY id

SELECT to_char(NULL::numeric, '999')

SELECT to_number('1,234.56', '9,999.99'), to_number('-12', 'S99'), to_number('$1,234.50', 'L9,999.99')

SELECT to_number('12,454.8-', '99G999D9S'), to_number('0012', '9999')

SELECT to_number('abc', '999')

SELECT 1234567.891::numeric(12,2)::text, 1e10::numeric::text, 0.000001::numeric::text, 1e-7::float8::text

SELECT lpad(42::text, 6, '0')

SELECT to_char(42, '000000')
