SELECT id, row_number() OVER (ORDER BY id), rank() OVER (ORDER BY salary), dense_rank() OVER (ORDER BY salary) FROM emp ORDER BY id

-- differs: types: int8 for int4
SELECT id, percent_rank() OVER (ORDER BY salary), cume_dist() OVER (ORDER BY salary), ntile(3) OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, lag(name) OVER (ORDER BY id), lead(name) OVER (ORDER BY id), lag(name, 2) OVER (ORDER BY id), lead(name, 2, 'none') OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM emp WINDOW w AS (PARTITION BY dept_id ORDER BY id) ORDER BY id

SELECT id, sum(salary) OVER (PARTITION BY dept_id), count(*) OVER (), max(salary) OVER (PARTITION BY dept_id) FROM emp ORDER BY id

-- differs: row: 1|1|1|1, not 1|1|1.00000000000000000000|1; types: float8 for numeric
SELECT id, sum(id) OVER (ORDER BY id), avg(id) OVER (ORDER BY id), count(bonus) OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, sum(bonus) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM emp ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING), sum(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), sum(id) OVER (ORDER BY id ROWS 2 PRECEDING) FROM emp ORDER BY id

SELECT id, qty, sum(id) OVER (ORDER BY qty RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING) FROM sales ORDER BY id

SELECT id, qty, sum(id) OVER (ORDER BY qty), sum(id) OVER (ORDER BY qty RANGE UNBOUNDED PRECEDING) FROM sales ORDER BY id

SELECT id, count(*) OVER (ORDER BY day RANGE BETWEEN interval '2 days' PRECEDING AND CURRENT ROW) FROM sales ORDER BY id

SELECT id, sum(id) OVER (ORDER BY qty GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM sales ORDER BY id

SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM emp ORDER BY id

SELECT id, sum(id) OVER (ORDER BY salary ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES), sum(id) OVER (ORDER BY salary ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP), sum(id) OVER (ORDER BY salary ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE NO OTHERS) FROM emp ORDER BY id

SELECT id, last_value(id) OVER (PARTITION BY dept_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM emp ORDER BY id

SELECT id, row_number() OVER (PARTITION BY dept_id ORDER BY salary DESC, id) AS rn FROM emp ORDER BY id

SELECT id, row_number() OVER (ORDER BY salary NULLS FIRST, id), row_number() OVER (ORDER BY salary DESC, id) FROM emp ORDER BY id

SELECT id, sum(salary) FILTER (WHERE bonus > 0) OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, string_agg(name, ',') OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, array_agg(id) OVER (PARTITION BY dept_id ORDER BY id) FROM emp ORDER BY id

SELECT dept_id, sum(sum(id)) OVER (ORDER BY dept_id) FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT dept_id, rank() OVER (ORDER BY count(*) DESC) FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY dept_id ORDER BY id) AS rn FROM emp) AS t WHERE rn = 1 ORDER BY id

SELECT id, sum(id) OVER w1, sum(id) OVER w2 FROM emp WINDOW w1 AS (ORDER BY id), w2 AS (ORDER BY id DESC) ORDER BY id

SELECT id, sum(id) OVER (w ORDER BY id) FROM emp WINDOW w AS (PARTITION BY dept_id) ORDER BY id

-- differs: types: float8 for numeric
SELECT id, salary - lag(salary) OVER (ORDER BY id), round(salary / sum(salary) OVER () * 100, 2) FROM emp ORDER BY id

-- differs: types: int8 for int4
SELECT id, ntile(2) OVER (PARTITION BY dept_id ORDER BY id) FROM emp ORDER BY id

-- differs: row: 1|2|1|0.00, not 1|2|1|0
SELECT id, lag(id, -1) OVER (ORDER BY id), lag(id, 0) OVER (ORDER BY id), lag(salary, 1, 0) OVER (ORDER BY id) FROM emp ORDER BY id

-- differs: types: int8 for int4
SELECT id, lag(id) OVER (ORDER BY id), ntile(2) OVER (ORDER BY id), bool_and(id > 2) OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id, min(name) OVER (PARTITION BY dept_id), first_value(name) OVER (PARTITION BY dept_id ORDER BY salary DESC NULLS LAST, id) FROM emp ORDER BY id

SELECT id, lag(name) IGNORE NULLS OVER (ORDER BY id) FROM emp ORDER BY id

SELECT id FROM emp WHERE row_number() OVER (ORDER BY id) = 1

-- differs: code: 22023, not 22014: Argument for ntile must be greater than zero
SELECT id, ntile(0) OVER (ORDER BY id) FROM emp ORDER BY id

-- differs: answers 1|NULL; 2|NULL; 3|NULL; 4|NULL; 5|NULL; 6|NULL; 7|NULL; SELECT 7 where PostgreSQL fails with 22016
SELECT id, nth_value(id, 0) OVER (ORDER BY id) FROM emp ORDER BY id

-- differs: code: 42883, not 42809: function row_number() does not exist
SELECT row_number() FROM emp

-- differs: code: 42601, not 42704: window "nope" does not exist
SELECT id, sum(id) OVER nope FROM emp ORDER BY id

-- differs: answers 1|NULL; 2|NULL; 3|NULL; 4|NULL; 5|NULL; 6|NULL; 7|NULL; SELECT 7 where PostgreSQL fails with 22013
SELECT id, sum(id) OVER (ORDER BY id ROWS -1 PRECEDING) FROM emp ORDER BY id

-- differs: code: 42883, not 0A000: operator does not exist: text - integer
SELECT id, sum(id) OVER (ORDER BY name RANGE 1 PRECEDING) FROM emp ORDER BY id

SELECT id, row_number() OVER () FROM emp WHERE id = 3

-- differs: code: 42883, not 0A000: function percentile_cont does not exist
SELECT id, stddev(id) OVER (ORDER BY id), percentile_cont(0.5) WITHIN GROUP (ORDER BY id) OVER () FROM emp ORDER BY id

-- differs: answers 1|3; 2|3; 3|3; 4|3; 5|3; 6|3; 7|3; SELECT 7 where PostgreSQL fails with 0A000
SELECT id, count(DISTINCT dept_id) OVER () FROM emp ORDER BY id

SELECT id FROM emp ORDER BY row_number() OVER (ORDER BY name DESC)

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42601
SELECT id FROM emp QUALIFY row_number() OVER (ORDER BY id) = 1

SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN '2 days' PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY d RANGE BETWEEN '1 day' PRECEDING AND '1 day' FOLLOWING) FROM (VALUES (timestamp '2024-01-01'), (timestamp '2024-01-02'), (timestamp '2024-01-05')) AS v(d) ORDER BY d

SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN '1.5' PRECEDING AND CURRENT ROW) FROM (VALUES (1::float8), (2), (4)) AS v(x) ORDER BY x
