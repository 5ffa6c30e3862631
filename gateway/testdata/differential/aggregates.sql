SELECT count(*), count(id), count(salary), count(DISTINCT dept_id), count(bonus) FROM emp

-- differs: types: float8 for numeric
SELECT count(*), sum(id), avg(id), min(name), max(name) FROM emp WHERE id < 0

-- differs: types: float8 for float4
SELECT sum(i2), sum(i4), sum(i8), sum(f4), sum(f8), sum(n) FROM every_type WHERE id <= 2

SELECT sum(i2), sum(i4) FROM every_type

SELECT sum(i8) FROM every_type

-- differs: row: 0|0|0, not 0.00000000000000000000|0.00000000000000000000|0.00000000000000000000; types: float8 for numeric
SELECT avg(i2), avg(i4), avg(i8) FROM every_type WHERE id <= 3

-- differs: row: 0|0|0, not 0|0|0.00000000000000000000; types: float8 for numeric
SELECT avg(f4), avg(f8), avg(n) FROM every_type WHERE id <= 3

-- differs: row: 21701.24|3616.8733333333334|2500.00|5000.00|3616.87, not 21701.24|3616.8733333333333333|2500.00|5000.00|3616.87; types: float8 for numeric
SELECT sum(salary), avg(salary), min(salary), max(salary), round(avg(salary), 2) FROM emp

SELECT avg(score), sum(score), avg(bonus)::numeric(10,2) FROM emp

SELECT min(b::int), max(b::int), min(d), max(u::text), max(iv) FROM every_type

-- differs: answers 00000000-0000-0000-0000-000000000000; SELECT 1 where PostgreSQL fails with 42883
SELECT min(u) FROM every_type

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42883
SELECT max(b) FROM every_type

SELECT bool_and(b), bool_or(b), every(b) FROM every_type

SELECT bool_and(id > 0), bool_or(id > 6), bool_and(NULL::bool) FROM emp

SELECT string_agg(name, ', ' ORDER BY id), string_agg(name, '' ORDER BY name DESC), string_agg(DISTINCT city, ',' ORDER BY city) FROM dept WHERE id <> 20

SELECT string_agg(name, ',') FROM emp WHERE id < 0

SELECT string_agg(id::text, ',' ORDER BY salary DESC NULLS LAST, id) FROM emp

SELECT string_agg(DISTINCT dept_id::text, '-' ORDER BY dept_id::text) FROM emp

-- differs: code: 42000, not 42P10: In a DISTINCT aggregate, ORDER BY expressions must appear in the argument list
SELECT string_agg(DISTINCT name, ',' ORDER BY id) FROM emp

-- differs: answers 1,2,3,4,5,6,7; SELECT 1 where PostgreSQL fails with 42883
SELECT string_agg(id, ',') FROM emp

-- differs: row: 2.160246899469287|2|2.160246899469287|4.666666666666667|4|4.666666666666667, not 2.1602468994692868|2.0000000000000000|2.1602468994692868|4.6666666666666667|4.0000000000000000|4.666…; types: float8 for numeric
SELECT stddev(id), stddev_pop(id), stddev_samp(id), variance(id), var_pop(id), var_samp(id) FROM emp

-- differs: row: 938.87|881476.86, not 938.8700|881476.86; types: float8 for numeric
SELECT round(stddev(salary), 4), round(variance(salary), 2) FROM emp

SELECT stddev(score), var_pop(score), stddev_samp(score) FROM emp WHERE id < 3

-- differs: types: float8 for numeric
SELECT stddev(id), stddev_pop(id) FROM emp WHERE id = 1

SELECT round(corr(id, bonus)::numeric, 9), round(covar_pop(id, bonus)::numeric, 9), round(covar_samp(id, bonus)::numeric, 9) FROM emp

SELECT regr_count(id, bonus), regr_avgx(id, bonus), regr_avgy(id, bonus) FROM emp

SELECT round(regr_slope(qty, id)::numeric, 9), round(regr_intercept(qty, id)::numeric, 9), round(regr_r2(qty, id)::numeric, 9), round(regr_sxx(qty, id)::numeric, 9), round(regr_sxy(qty, id)::numeric, 9), round(regr_syy(qty, id)::numeric, 9) FROM sales

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY salary) FROM emp

SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY id), percentile_disc(0.25) WITHIN GROUP (ORDER BY id) FROM emp

SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY name) FROM emp

SELECT percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (ORDER BY score) FROM emp

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id DESC) FROM emp

-- differs: code: 42000, not 22003: PERCENTILEs can only take parameters in the range [0, 1]
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY id) FROM emp

SELECT mode() WITHIN GROUP (ORDER BY region) FROM sales

-- differs: fails with 42601: Unknown ordered aggregate "rank".
SELECT rank(3) WITHIN GROUP (ORDER BY id), dense_rank(3) WITHIN GROUP (ORDER BY id), percent_rank(3) WITHIN GROUP (ORDER BY id), cume_dist(3) WITHIN GROUP (ORDER BY id) FROM emp

SELECT count(*) FILTER (WHERE salary > 3000), sum(bonus) FILTER (WHERE bonus > 0), sum(bonus) FILTER (WHERE false), string_agg(name, ',' ORDER BY id) FILTER (WHERE id < 3) FROM emp

SELECT dept_id, count(*), sum(salary) FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT dept_id, count(*) AS n FROM emp GROUP BY 1 HAVING count(*) > 1 ORDER BY n DESC, 1

-- differs: row: 10|3667, not 10|3667.0000000000000000; types: float8 for numeric
SELECT coalesce(dept_id, 0) AS d, avg(salary) FROM emp GROUP BY d ORDER BY d

SELECT region, product, sum(qty) FROM sales GROUP BY GROUPING SETS ((region), (product), ()) ORDER BY region, product, 3

-- differs: types: int8 for int4
SELECT region, product, sum(qty), grouping(region), grouping(product), grouping(region, product) FROM sales GROUP BY ROLLUP (region, product) ORDER BY 4, 5, 1, 2

SELECT region, product, count(*) FROM sales GROUP BY CUBE (region, product) ORDER BY region, product, 3

SELECT region, count(*) FROM sales GROUP BY region, GROUPING SETS ((product), ()) ORDER BY 1, 2

SELECT count(*) FROM sales GROUP BY ()

-- differs: rows: 1, not 2; tag: SELECT 1, not SELECT 2
SELECT count(*) FROM sales GROUP BY GROUPING SETS ((), ())

-- differs: row: 40|6|6.666666666666667, not 40|6|6.6666666666666667; types: float8 for numeric
SELECT sum(DISTINCT qty), count(DISTINCT qty), avg(DISTINCT qty) FROM sales

SELECT count(DISTINCT (region, product)) FROM sales

SELECT array_agg(qty ORDER BY qty NULLS FIRST), array_agg(DISTINCT qty ORDER BY qty DESC) FROM sales

SELECT bit_and(id), bit_or(id), bit_xor(id) FROM emp

SELECT sum(price), sum(price * qty), max(price) FROM sales

SELECT sum(x) FROM (VALUES ('NaN'::float8), (1)) AS t(x)

SELECT sum(x) FROM (VALUES (1.10), (2.205)) AS t(x)

SELECT sum(x::numeric(4,1)) FROM (VALUES (1.1), (2.2)) AS t(x)

SELECT max(x), min(x) FROM (VALUES ('NaN'::float8), (1), (NULL)) AS t(x)

SELECT sum(1), sum(NULL::int), count(NULL), max(NULL::text)

-- differs: row: 4|14|22.428571428571427, not 4|14|22.4285714285714286; types: float8 for numeric
SELECT sum(id) / count(*), sum(id) / 2, sum(bonus) * 1.0 / count(*) FROM emp

-- differs: row: 8|4|4|28, not 8.0000000000000000|4|4.00|28; types: float8 for numeric
SELECT avg(id) * 2, avg(id)::int, round(avg(id), 2), sum(id)::int FROM emp

SELECT round(avg(score)::numeric, 2) FROM emp WHERE id < 6

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42883
SELECT any_value(id) FROM emp

-- differs: answers 1; SELECT 1 where PostgreSQL fails with 42883
SELECT first(id) FROM emp

SELECT json_agg(x ORDER BY x) FROM (VALUES (1), (NULL), (2)) AS t(x)

SELECT name, sum(id) FROM emp

SELECT sum(sum(id)) FROM emp

SELECT id FROM emp WHERE sum(id) > 1

SELECT dept_id FROM emp GROUP BY dept_id HAVING name = 'x'

SELECT sum(name) FROM emp

-- differs: answers 1973-07-31 12:00:00; SELECT 1 where PostgreSQL fails with 42883
SELECT avg(d) FROM every_type

-- differs: answers 7; SELECT 1 where PostgreSQL fails with 42809
SELECT count() FROM emp

SELECT emp.id, emp.name, count(*) FROM emp GROUP BY emp.id, emp.name ORDER BY emp.id LIMIT 2

SELECT count(e.*) FROM emp AS e

-- differs: types: int8 for int4
SELECT max(salary) - min(salary), max(hired) - min(hired) FROM emp

SELECT 1 FROM emp HAVING count(*) > 100

SELECT 'x' FROM emp HAVING count(*) > 1

SELECT min(name), min(name COLLATE "C") FROM emp

-- differs: fails with 42883: function range_agg does not exist
SELECT range_agg(int4range(1, 2))

SELECT sum(qty) AS total FROM sales GROUP BY region ORDER BY total DESC NULLS LAST, region

-- differs: row: 2024-01-01 00:00:00|53, not 2024-01-01 00:00:00+00|53; types: timestamp for timestamptz
SELECT date_trunc('month', day) AS m, sum(qty) FROM sales GROUP BY m ORDER BY m

SELECT upper(region), count(*) FROM sales GROUP BY upper(region) ORDER BY upper(region) NULLS FIRST

SELECT region, sum(qty) filter (where product = 'a') AS a, sum(qty) filter (where product = 'b') AS b FROM sales GROUP BY region ORDER BY region

SELECT sum(i8) / count(*) > 1.5, i8 / sum(i8) OVER () FROM every_type WHERE i8 = 0

SELECT dept_id, count(*) / sum(count(*)) OVER () > 0 FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT round(count(*) / sum(count(*)) OVER (), 3)::numeric(5,3) FROM emp GROUP BY dept_id ORDER BY 1

SELECT sum(sum(id)) OVER (), sum(max(id)) OVER (), sum(count(*)) OVER () FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT sum(id::bigint), sum(id::smallint), sum(CASE WHEN id > 2 THEN 1 ELSE 0 END), sum(length(name)), sum(id + 1) FROM emp

SELECT sum(t.s) FROM (SELECT sum(id) AS s FROM emp GROUP BY dept_id) AS t

WITH c AS (SELECT dept_id, sum(id) FROM emp GROUP BY dept_id) SELECT sum FROM c ORDER BY sum

SELECT dept_id FROM emp GROUP BY dept_id HAVING sum(id) > 5 ORDER BY sum(id) DESC

SELECT sum(DISTINCT id) FILTER (WHERE id > 2), sum(ALL id) FROM emp

-- differs: types: numeric for int8
SELECT (SELECT sum(e.id + d.id) FROM emp e) FROM dept d ORDER BY 1

SELECT max((SELECT sum(id) FROM emp WHERE dept_id = d.id)) FROM dept d

-- differs: row: 1|2, not 0|2
SELECT round(id::float8 / 2), round(score) FROM emp ORDER BY id

-- differs: row: 10000000000|3|28, not 10000000000|2|28
SELECT round(max(score)), round(min(id)::float8 + 1.5), sum(round(id::float8)) FROM emp

SELECT sum(iv), avg(ts - timestamp '2024-01-01'), sum(ts - timestamp '2024-01-01') / 2, sum(iv) FILTER (WHERE id > 5), count(*) FROM (VALUES (1, interval '1 day 23 hours', timestamp '2024-01-02 07:00'), (2, interval '1 month -2 days', timestamp '2024-01-04 12:00'), (3, NULL, NULL)) AS v(id, iv, ts)

SELECT id, sum(iv) OVER (ORDER BY id), sum(iv) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, interval '1 day 23 hours'), (2, NULL), (3, interval '25 hours')) AS v(id, iv) ORDER BY id

SELECT sum(iv) OVER (), sum(iv) FILTER (WHERE g > 1000) OVER (PARTITION BY g % 2 ORDER BY g ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), sum(g) OVER at FROM (SELECT g, interval '1 second' * g AS iv FROM generate_series(1, 5000) g) AS v WINDOW at AS () ORDER BY g LIMIT 2

-- differs: types: float8 for numeric
SELECT sum(extract(epoch FROM iv)), round(extract(epoch FROM sum(iv)) / 60), percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM iv)), percentile_cont(0.5) WITHIN GROUP (ORDER BY round(extract(epoch FROM iv)) DESC) FROM (SELECT interval '1 second' * g AS iv FROM generate_series(1, 500) g) AS v

SELECT sum(id) FILTER (WHERE name = 'A'
'nn') FROM emp

SELECT sum(interval '2000000000 days') FROM emp

SELECT id % 2 AS odd, sum(make_interval(secs => id * 1000000)), sum(sum(make_interval(hours => id))) OVER (ORDER BY id % 2) FROM emp GROUP BY id % 2 ORDER BY odd

SELECT sum(iv) FROM (SELECT interval '100000000 years' AS iv FROM generate_series(1, 2)) AS s

-- differs: row: 1 day 23:30:30|2 days 06:00:45, not 1 day 23:30:30|3 days -17:59:15
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY iv), percentile_cont(0.25) WITHIN GROUP (ORDER BY iv DESC) FROM (VALUES (interval '1 day 23 hours'), (interval '12 hours'), (interval '3 days'), (interval '2 days 1 minute')) AS v(iv)

-- differs: row: 20|3690.1749999999997|6700.5|3350.1, not 20|3690.175|6700.5|3350.1
SELECT dept_id, percentile_cont(0.3) WITHIN GROUP (ORDER BY salary DESC NULLS LAST) AS p, percentile_cont(0.5) WITHIN GROUP (ORDER BY (salary * 2)::int) FILTER (WHERE id > 2), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY salary)::numeric, 1) FROM emp GROUP BY dept_id ORDER BY dept_id

SELECT percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY salary) FROM emp

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id)::text, 'x' || percentile_cont(0.5) WITHIN GROUP (ORDER BY id)::text, interval '10 days' / percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM emp

SELECT id, sum(id) OVER ()::text, sum(id) OVER w::text AS b, sum(id) FILTER (WHERE id > 1) OVER w::text || 'x', interval '10 days' / sum(id) OVER w AS c, -5 + sum(id) OVER w::text::int AS d FROM emp WINDOW w AS (ORDER BY id) ORDER BY id
