SELECT ARRAY[1,2,3], ARRAY['a','b'], ARRAY[]::int[], ARRAY[1,NULL]

-- differs: row: {1.5,2.0}, not {1.5,2}
SELECT ARRAY[1.5,2]

SELECT ARRAY[[1,2],[3,4]], (ARRAY[[1,2],[3,4]])[2][1]

SELECT '{1,2,3}'::int[], '{"a b",c,NULL,"NULL",""}'::text[]

SELECT (ARRAY[1,2,3])[1], (ARRAY[1,2,3])[4], (ARRAY[1,2,3])[0]

-- differs: row: 3, not NULL
SELECT (ARRAY[1,2,3])[-1]

SELECT (ARRAY[1,2,3,4])[2:3], (ARRAY[1,2,3,4])[:2], (ARRAY[1,2,3,4])[3:], (ARRAY[1,2,3,4])[3:2], (ARRAY[1,2,3])[0:1]

SELECT id, ia[1], ta[1], ia[2:] FROM every_type ORDER BY id

SELECT unnest(ARRAY[1,2,3])

SELECT u FROM unnest(ARRAY['b','a']) AS u ORDER BY u

SELECT * FROM unnest(ARRAY[10,20,30]) WITH ORDINALITY ORDER BY ordinality

SELECT x, n FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS t(x, n) ORDER BY n

SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b','c']) AS t(a, b) ORDER BY b

SELECT id, x FROM every_type, unnest(ia) AS x ORDER BY id, x

SELECT id, x FROM every_type LEFT JOIN LATERAL unnest(ia) AS x ON true ORDER BY id, x

SELECT unnest(ARRAY[1,2]), unnest(ARRAY['a','b','c'])

SELECT id, unnest(ia) FROM every_type WHERE id = 1

SELECT array_agg(id ORDER BY id DESC), array_agg(name ORDER BY name) FROM dept

SELECT array_agg(city ORDER BY dept.id), array_agg(DISTINCT dept_id ORDER BY dept_id) FROM emp JOIN dept ON dept.id = dept_id WHERE emp.id IN (1, 4, 7)

SELECT array_agg(id) FROM emp WHERE id < 0

SELECT ARRAY(SELECT id FROM dept ORDER BY id DESC)

SELECT ARRAY(SELECT id FROM dept WHERE id < 0)

SELECT array_append(ARRAY[1,2], 3), array_prepend(0, ARRAY[1,2]), array_cat(ARRAY[1], ARRAY[2,3]), array_append(NULL::int[], 1)

SELECT array_length(ARRAY[1,2,3], 1)

SELECT array_length(ARRAY[]::int[], 1)

-- differs: row: NULL, not 2
SELECT array_length(ARRAY[[1,2],[3,4]], 2)

SELECT array_length(ARRAY[1], 2)

-- differs: row: 1, not 2
SELECT array_ndims(ARRAY[[1,2],[3,4]])

-- differs: row: [1:2], not [1:2][1:2]
SELECT array_dims(ARRAY[[1,2],[3,4]])

SELECT array_dims(ARRAY[1,2,3])

SELECT array_lower(ARRAY[1,2], 1), array_upper(ARRAY[1,2], 1), cardinality(ARRAY[1,2,3]), cardinality(ARRAY[]::int[])

-- differs: row: 2, not 4
SELECT cardinality(ARRAY[[1,2],[3,4]])

SELECT array_position(ARRAY['a','b','a'], 'a'), array_position(ARRAY['a'], 'z')

SELECT array_positions(ARRAY[1,2,1], 1)

SELECT array_position(ARRAY['a','b','a'], 'a', 2)

SELECT array_remove(ARRAY[1,2,1,3], 1)

SELECT array_replace(ARRAY[1,2,1], 1, 9)

SELECT array_to_string(ARRAY[1,2,3], ','), array_to_string(ARRAY[1,NULL,3], ','), array_to_string(ARRAY[]::text[], ',')

SELECT array_to_string(ARRAY[1,NULL,3], ',', 'x')

SELECT array_fill(7, ARRAY[3])

SELECT trim_array(ARRAY[1,2,3], 1)

SELECT 1 = ANY(ARRAY[1,2]), 3 = ANY(ARRAY[1,2]), 3 = ANY(ARRAY[1,NULL]), 1 <> ALL(ARRAY[2,3]), 1 < ALL(ARRAY[2,3]), 5 > ANY(ARRAY[1,9])

SELECT 1 = ANY('{1,2}'::int[]), 1 = SOME(ARRAY[1]), 1 = ALL('{}'::int[])

SELECT 1 = ANY('{1,2}')

SELECT id FROM emp WHERE id = ANY('{1,3}') ORDER BY id

SELECT id FROM emp WHERE name = ANY(ARRAY['Ann','eve']) ORDER BY id

SELECT id FROM every_type WHERE 3 = ANY(ia) ORDER BY id

SELECT ARRAY[1,2] && ARRAY[2,3], ARRAY[1,2,3] @> ARRAY[3,1], ARRAY[1] <@ ARRAY[1,2], ARRAY[1,2] && ARRAY[3], ARRAY[1] @> ARRAY[]::int[]

SELECT ARRAY[1,2] || ARRAY[3]

-- differs: names: array for ?column?
SELECT ARRAY[1,2] || 3

SELECT 0 || ARRAY[1,2]

SELECT ARRAY['a'] || 'b'::text

-- differs: row: NULL, not {1}; types: int4 for _int4
SELECT ARRAY[1] || NULL::int[]

SELECT ARRAY[1,2] || NULL::int

SELECT ARRAY[1,2] = ARRAY[1,2], ARRAY[1,2] < ARRAY[1,3], ARRAY[1] <> ARRAY[1,2], ARRAY[2] > ARRAY[1,5]

SELECT ARRAY[1, NULL] = ARRAY[1, NULL]

SELECT string_to_array('1,2,3', ',')::int[]

SELECT ('{' || '1,2' || '}')::int[]

SELECT array_agg(x) FROM (VALUES (1), (NULL), (3)) AS t(x)

-- differs: types: int8 for int4
SELECT generate_subscripts(ARRAY[5,6,7], 1)

SELECT s FROM generate_subscripts(ARRAY[5,6,7], 1) AS s ORDER BY s

SELECT array_agg(a ORDER BY a) FROM (SELECT unnest(ARRAY[3,1,2]) AS a) AS t

SELECT ia FROM every_type ORDER BY ia NULLS FIRST, id

SELECT id FROM every_type WHERE ia = '{1,2,3}'::int[]

SELECT id FROM every_type WHERE ia @> '{1}' ORDER BY id

SELECT count(*), ia IS NULL FROM every_type GROUP BY ia IS NULL ORDER BY 2

SELECT array_agg(ARRAY[id, id * 2] ORDER BY id) FROM dept

-- differs: types: _text for _varchar
SELECT ARRAY[date '2024-01-01', NULL], ARRAY[true, false], ARRAY[1.50, 2.25]::numeric(5,2)[], ARRAY['x','y']::varchar[], ARRAY[1::bigint], ARRAY[1.5::float8]

SELECT ARRAY['it''s', 'a"b', 'a\b', 'a,b', '{x}', ' lead', 'null', 'é']

SELECT ARRAY[timestamp '2024-02-29 12:00', '2024-03-01'], ARRAY[interval '1 day']

SELECT pg_typeof(ARRAY[1,2])::text, pg_typeof('{1}'::bigint[])::text

SELECT pg_typeof(ARRAY['a'])::text

SELECT ARRAY[1,'x']

SELECT (ARRAY[1,2])['a']

SELECT array_length(5, 1)

SELECT ARRAY[1,2]::text, array_agg(id ORDER BY id)::text FROM dept

-- differs: names: array for ?column?
SELECT ARRAY[1,2] || '{3,4}'

SELECT '{1}'::int[] || 2

SELECT array_ndims(ARRAY[]::int[]), array_upper(ARRAY[]::int[], 1)

SELECT array(select generate_series(1, 3))

SELECT ('{a,b,c}'::text[])[2], (string_to_array('a.b.c', '.'))[3]

SELECT a, b FROM unnest(ARRAY[1,2,3], ARRAY['x','y']) AS t(a, b) ORDER BY a

SELECT id FROM every_type WHERE ia @> ARRAY[1] ORDER BY id

-- differs: names: array for ?column?
SELECT ARRAY[1,2] @> '{1}', '{1}' <@ ARRAY[1,2], ARRAY['a'] || 'b'::text || 'c'::text, 0 || ARRAY[1], ARRAY[1] || '{2,3}'

WITH RECURSIVE up AS (SELECT id, boss, ARRAY[name] AS names FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.boss, up.names || e.name FROM emp e JOIN up ON e.boss = up.id) SELECT id, names FROM up ORDER BY id

SELECT s, (ARRAY[5,6,7])[s] FROM generate_subscripts(ARRAY[5,6,7], 1) AS s ORDER BY s

-- differs: names: array for ?column?
SELECT ARRAY['007','x'] @> '{007}', 'ids=' || ARRAY[1,2]::text, ARRAY[1,2]::text || '!'

SELECT coalesce(array_agg(id) FILTER (WHERE id > 1000), '{}'), coalesce(array_agg(name ORDER BY name) FILTER (WHERE id < 3), '{none}'), coalesce(ARRAY[1], '{2,3}'), coalesce('{"a":1}'::json ->> 'b', '{}') FROM emp

CREATE TEMP TABLE lists (id int, t text[] DEFAULT '{}', n int[] DEFAULT '{1,2}', s text, b bool[], f float8[], i bigint[])

INSERT INTO lists VALUES (1)

INSERT INTO lists VALUES (2, '{a,"b c",NULL,"\"q\"\\"}', '{}', '{x, y}', '{t,false}', '{1.5,NaN,-Infinity}', '{9223372036854775807}'), (3, '{}', NULL, '{"{,}"}', NULL, NULL, NULL)

SELECT * FROM lists ORDER BY id

SELECT id FROM lists WHERE t = '{}' ORDER BY id

UPDATE lists SET t = '{q}', n = '{ 7 , 8 }' WHERE id = 3

SELECT id, t, n, coalesce(b, '{}') FROM lists WHERE n <> '{}' ORDER BY id

SELECT s::text[], cast(s AS text[]) FROM lists WHERE id > 1 ORDER BY id

SELECT t || '{z}', '{z}' || t, n || '{3}' || '{4}', n || 5, n || id, t || s, 0 || n, id || n FROM lists WHERE id > 1 ORDER BY id

SELECT id, n || '{}', t || '{}', n || 5, t || s, n || '{9}' FROM lists ORDER BY id

SELECT n || '{1}', n || 1 FROM (SELECT NULL::int[] AS n) q

SELECT n || 'x' FROM lists

SELECT t || 5 FROM lists

SELECT n = '{1,x}' FROM lists

SELECT n = '{1,99999999999}' FROM lists

SELECT t = 'none' FROM lists

INSERT INTO lists (t) VALUES ('a')

INSERT INTO lists (b) VALUES ('{maybe}')

SELECT count(*) FROM lists

DROP TABLE lists

CREATE TEMP TABLE tagged (id int, tags text[], s text, j json)

INSERT INTO tagged VALUES (1, '{a,b}', 'x,y', '[1, 2]'), (2, '{b,c,b}', 'y', '[2]'), (3, '{}', NULL, '[]'), (4, NULL, '', NULL)

SELECT unnest(tags) AS tag, count(*) FROM tagged GROUP BY tag ORDER BY tag

SELECT upper(unnest(tags)), sum(id) FROM tagged WHERE id < 3 GROUP BY 1 ORDER BY 1

SELECT unnest(string_to_array(s, ',')) AS word, count(*) AS n FROM tagged GROUP BY unnest(string_to_array(s, ',')) HAVING count(*) > 0 ORDER BY n DESC, word

SELECT * FROM (SELECT unnest(t.tags), count(DISTINCT t.id) FROM tagged t LEFT JOIN tagged u ON u.id = t.id + 1 GROUP BY 1) q ORDER BY 1

SELECT json_array_elements_text(j) AS e, count(*) FROM tagged GROUP BY e ORDER BY e

SELECT date_trunc('month', generate_series(timestamp '2024-01-01', '2024-03-15', '1 month'))::date AS m, to_char(generate_series(timestamp '2024-01-01', '2024-03-15', '1 month'), 'Mon YY')

SELECT abs(generate_series(-2, 0)), 1 IN (1, 2) AS a, 1 + generate_series(1, 3) * 2

SELECT array_agg(DISTINCT 9 + id), array_agg(DISTINCT id * 3), string_agg(DISTINCT s, '|'), json_agg(DISTINCT id), array_agg(DISTINCT s ORDER BY s DESC) FROM tagged

SELECT id % 2, string_agg(DISTINCT upper(s), ',') FILTER (WHERE s <> '') FROM tagged GROUP BY 1 ORDER BY 1

SELECT g, unnest(array_agg(id ORDER BY id)) FROM (SELECT id, id % 2 AS g FROM tagged) q GROUP BY g ORDER BY 1, 2

SELECT tags, unnest(tags), generate_series(1, 2), count(*) FROM tagged WHERE id = 1 GROUP BY tags ORDER BY 2

SELECT unnest(tags) AS tags, count(*) FROM tagged GROUP BY tags ORDER BY 1

SELECT array_agg(DISTINCT 'x'::text), array_agg(DISTINCT NULL::int), array_agg(DISTINCT random() * 0 = 0) FROM tagged

DROP TABLE tagged
