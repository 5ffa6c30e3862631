SELECT id, j, j->'a', j->>'a', j->'c'->>'d' FROM every_type WHERE id <= 2 ORDER BY id

SELECT '{"a":{"b":[1,2,3]}}'::json->'a'->'b'->1, '{"a":"x"}'::json->>'a', '{"a":"x"}'::json->'a', '[1,2,3]'::json->0, '[1,"b"]'::json->>1

SELECT '[1,2,3]'::json->-1

SELECT '{"a":null}'::json->'a', '{"a":null}'::json->>'a', '{"a":1}'::json->'b'

SELECT '{"a":{"b":[1,2,3]}}'::json#>'{a,b}', '{"a":{"b":[1,2,3]}}'::json#>>'{a,b,0}'

SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}'::jsonb, '{"a":1}'::jsonb <@ '{"a":1,"b":2}'::jsonb

SELECT '{"a":1,"b":2}'::jsonb ? 'a', '{"a":1}'::jsonb ?| array['x','a'], '{"a":1}'::jsonb ?& array['x','a']

-- differs: types: json for jsonb
SELECT '{"a":1}'::jsonb || '{"b":2}'::jsonb

-- differs: types: json for jsonb
SELECT '{"a":1,"b":2}'::jsonb - 'a'

-- differs: types: json for jsonb
SELECT '[1,2,3]'::jsonb - 0

-- differs: types: json for jsonb
SELECT '{"a":{"b":1}}'::jsonb #- '{a,b}'

SELECT '{"a":1, "b":2}'::jsonb = '{"b":2,"a":1}'::jsonb

-- differs: types: json for jsonb
SELECT '{"a":1}'::jsonb->'a', '{"a":1}'::jsonb->>'a', ('{"a":5}'::jsonb->>'a')::int + 1

SELECT ('{"a":5}'::json->>'a')::int + 1, ('{"a":"2024-01-01"}'::json->>'a')::date

SELECT '{"a":1.0, "b":1e2}'::json->>'a'

-- differs: row: 100.0, not 1e2
SELECT '{"a":1.0, "b":1e2}'::json->>'b'

SELECT '{"a": "\u00e9\n"}'::json->>'a'

-- differs: row: "é\n", not "\u00e9\n"
SELECT '{"a": "\u00e9\n"}'::json->'a'

SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', true, 'e', 1.50)

SELECT json_build_array(1, 'a', NULL, true, 2.5), json_build_array()

SELECT json_object('{a,1,b,2}')

SELECT json_object(ARRAY['a','b'], ARRAY['1','2'])

-- differs: types: json for jsonb
SELECT jsonb_build_object('b', 1, 'a', json_build_array(1, 2))

SELECT json_agg(id ORDER BY id), json_agg(name ORDER BY id) FROM emp WHERE id <= 3

SELECT json_agg(t ORDER BY t.id) FROM (SELECT id, name FROM dept WHERE id < 30) AS t

SELECT json_agg(id) FROM emp WHERE id < 0

SELECT json_object_agg(name, id ORDER BY id) FROM dept WHERE id < 30

-- differs: types: json for jsonb
SELECT jsonb_agg(id ORDER BY id DESC), jsonb_object_agg(name, city) FROM dept WHERE id = 10

SELECT row_to_json(t) FROM (SELECT id, name, city FROM dept ORDER BY id LIMIT 2) AS t ORDER BY t.id

SELECT row_to_json(row(1, 'x'))

SELECT row_to_json(d) FROM dept AS d ORDER BY d.id

SELECT to_json('a"b'::text), to_json(1), to_json(ARRAY[1,2,NULL]), to_json(true), to_json(date '2024-01-01')

SELECT to_json(1.50)

SELECT to_json(timestamp '2024-02-29 12:34:56')

-- differs: types: json for jsonb
SELECT to_jsonb('x'::text)

SELECT array_to_json(ARRAY[1,2]), array_to_json(ARRAY['a', NULL])

SELECT * FROM json_each('{"a":1,"b":"x","c":null}') ORDER BY key

-- differs: types: json for jsonb
SELECT key, value FROM jsonb_each('{"b":1,"a":{"x":2}}') ORDER BY key

SELECT * FROM json_each_text('{"a":1,"b":"x","c":null}') ORDER BY key

SELECT * FROM jsonb_each_text('{"a":1}')

SELECT json_object_keys('{"b":1,"a":2}')

SELECT * FROM json_object_keys('{"b":1,"a":2}') AS k ORDER BY k

SELECT value FROM json_array_elements('[1,"x",null]')

SELECT json_array_elements('[1,"x",null]')

SELECT e FROM json_array_elements_text('[1,"x",null]') AS e

-- differs: types: json for jsonb
SELECT value FROM jsonb_array_elements('[1,{"a":2}]')

SELECT id, e->>'k' FROM (VALUES (1, '[{"k":"a"},{"k":"b"}]'::json)) AS t(id, js), json_array_elements(js) AS e ORDER BY 2

SELECT json_array_length('[1,2,3]')

SELECT jsonb_array_length('[]')

SELECT json_array_length('{"a":1}')

SELECT json_typeof('1'), json_typeof('"x"'), json_typeof('null'), json_typeof('[]'), json_typeof('{}'), json_typeof('true'), json_typeof('1.5')

SELECT jsonb_typeof('{"a":1}'::jsonb->'a')

SELECT json_extract_path('{"a":{"b":1}}', 'a', 'b'), json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b')

-- differs: types: json for jsonb
SELECT jsonb_set('{"a":1,"b":[1,2]}', '{b,0}', '9'), jsonb_set('{"a":1}', '{c}', '2'), jsonb_set('{"a":1}', '{c}', '2', false)

-- differs: types: json for jsonb
SELECT jsonb_insert('{"a":[0,1]}', '{a,1}', '"x"')

SELECT json_strip_nulls('{"a":null,"b":1}')

SELECT jsonb_pretty('{"a":1}')

-- differs: fails with 42883: function jsonb_path_query_first(unknown, unknown) does not exist
SELECT jsonb_path_query_first('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)')

-- differs: fails with 42883: function jsonb_path_exists(unknown, unknown) does not exist
SELECT jsonb_path_exists('{"a":1}', '$.b')

SELECT * FROM json_to_record('{"a":1,"b":"x"}') AS t(a int, b text)

SELECT * FROM json_to_recordset('[{"a":1},{"a":2}]') AS t(a int) ORDER BY a

-- differs: fails with 42883: function json_populate_record does not exist
SELECT * FROM json_populate_record(NULL::dept, '{"id":5,"name":"x"}')

SELECT '[1, 2 ,3]'::json::text, '{ "a" : 1 }'::json

-- differs: names: json for ?column?
SELECT 'null'::json IS NULL, 'null'::json::text, '1'::json, '"x"'::json

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42883
SELECT '{"a":1}'::json = '{"a":1}'::json

SELECT '{"a":1}'::json->>'a' = '1'

SELECT '{a:1}'::json

-- differs: answers {"a":1,}; SELECT 1 where PostgreSQL fails with 22P02
SELECT '{"a":1,}'::json

SELECT ''::json

SELECT to_json(row(1, NULL, 'x'))

-- differs: row: {"t" : [1,2], "n" : {"x":1}}, not {"t" : [1,2], "n" : {"x" : 1}}
SELECT json_build_object('t', ARRAY[1,2], 'n', json_build_object('x', 1))

SELECT json_build_object('a')

SELECT json_build_object(1, 2)

SELECT pg_typeof('{}'::json)::text, pg_typeof('{"a":1}'::json->'a')::text

SELECT pg_typeof('{"a":1}'::json->>'a')::text

SELECT to_json(t) FROM (VALUES (1, 'a')) AS t(n, s)

-- differs: types: json for jsonb
SELECT id, '{"a":[{"b":1},{"b":null}]}'::jsonb #> ARRAY['a','0'], '{"a":[{"b":1},{"b":null}]}'::jsonb #>> '{a,1,b}', '{"a":1}'::json #>> '{x}' FROM dept ORDER BY id LIMIT 1

SELECT '[1,2,[3]]'::jsonb @> '[3]', '[1,2,[3]]'::jsonb @> '[[3]]', '[1,2]'::jsonb @> '1', '{"a":{"b":1,"c":2}}'::jsonb @> '{"a":{"b":1}}', '{"a":1.0}'::jsonb @> '{"a":1}', 'null'::jsonb @> 'null'

-- differs: types: json for jsonb
SELECT '{"a":1}'::jsonb || '{"a":2,"b":3}' || '{"c":4}', '[1]'::jsonb || '2', '{"a":1}'::jsonb - 'a' - 'b', '["a","b","a"]'::jsonb - 'a', '[1,2,3]'::jsonb - -1, '{"a":1,"b":2,"c":3}'::jsonb - ARRAY['a','c']

-- differs: types: json for jsonb
SELECT '{"a":[1,2,{"b":3}]}'::jsonb #- '{a,2,b}', '{"a":[1,2]}'::jsonb #- '{a,-1}', '{"a":1}'::jsonb #- '{x,y}'

SELECT json_agg(name ORDER BY id DESC), json_agg(city), json_agg(id) FILTER (WHERE id > 100) FROM dept

SELECT dept_id, json_agg(e ORDER BY e.id) FROM (SELECT id, name, dept_id, hired FROM emp WHERE id < 4) AS e GROUP BY dept_id ORDER BY dept_id

SELECT json_object_agg(id, name ORDER BY id), json_object_agg(name, hired ORDER BY id) FROM emp WHERE id < 3

SELECT json_build_object('id', id, 'name', name, 'n', ARRAY[id, id], 'nothing', NULL) FROM dept ORDER BY id

SELECT to_json(ts), to_json(d), to_json(n), to_json(f8), to_json(b), to_json(v), to_json(ia), to_json(NULL::int) FROM every_type ORDER BY id LIMIT 3

SELECT row_to_json(t) FROM (SELECT id, name, city FROM dept) AS t ORDER BY t.id

SELECT d.id, e.value FROM dept AS d, json_array_elements('[10,20]') AS e WHERE e.value::text::int = d.id ORDER BY d.id

SELECT k, v FROM (SELECT '{"x":[1,2],"y":"z"}'::jsonb AS doc) AS t, jsonb_each_text(t.doc) AS e(k, v) ORDER BY k

SELECT * FROM json_to_recordset('[{"a":1,"b":"foo"},{"a":"2","c":"bar"}]') AS x(a int, b text) ORDER BY a

SELECT a + 1, b->>'c' FROM jsonb_to_record('{"a":1,"b":{"c":"x"}}') AS t(a int, b jsonb)

-- differs: types: json for jsonb
SELECT jsonb_pretty('{"a":[1,{"b":[]}],"c":{}}'), json_typeof('[]'), jsonb_array_length('[1,2]'), jsonb_strip_nulls('{"a":null,"b":[null,{"c":null}]}')

-- differs: types: json for jsonb
SELECT jsonb_set('[{"f1":1},2]', '{0,f2}', '"x"'), jsonb_set('{"a":[]}', '{a,0}', '1'), jsonb_insert('{"a":[0,1,2]}', '{a,1}', '"n"', true), jsonb_insert('[1]', '{-1}', '0')

-- differs: types: json for jsonb
SELECT json_object('{a,1,b,"x y"}'), json_object('{a,b}', '{1,NULL}'), jsonb_build_array(1, 'x', NULL, true, 1.50, date '2024-02-29')

-- differs: types: json for jsonb
SELECT '{"b":1,"aa":2,"a":3}'::jsonb, '[1.0, 1e2, "\u00e9\n"]'::jsonb, '  {"a" : [ 1 ] }'::jsonb

SELECT jsonb_array_elements('{"a":1}')

SELECT json_each('[1]')

SELECT '{"a"'::jsonb

SELECT string_agg(value, ',' ORDER BY value) FROM json_array_elements_text('["b","a"]')

SELECT value->>'x' AS tag FROM json_array_elements('[{"x":"b"},{"x":"a"}]') AS tag ORDER BY tag->>'x'

SELECT value, ordinality FROM json_array_elements_text('["b","a"]') WITH ORDINALITY e ORDER BY 2

SELECT json_object(array_agg(name ORDER BY id), array_agg(city ORDER BY id)) FROM dept

SELECT count(*) FROM emp WHERE id > 0 AND '{"a":"x"}'::jsonb ->> 'a' = 'x' AND NOT '{"a":"x"}'::jsonb ->> 'a' = 'y'

SELECT j ->> 'a' = '1' OR j -> 'a' IS NULL AND j ->> 'b' LIKE 'x%' AS c, CASE WHEN j ->> 'a' = '1' AND j ->> 'b' IS NOT NULL THEN (j -> 'b')::text END, '0' < j ->> 'a', j ->> 'a' IN ('1', '2'), x.j ->> 'a' = y.k ->> 'a', j -> 'b' -> 0 IS DISTINCT FROM NULL FROM (VALUES ('{"a":1,"b":["x"]}'::jsonb)) AS x(j), (VALUES ('{"a":"1"}'::jsonb)) AS y(k)

SELECT CAST('{"a":1.5}'::json ->> 'a' AS numeric) = 1.5, CAST(f * 100 AS numeric) = 12.345, CAST(n / 2 AS numeric) = 1.375, CAST(-1.50 AS numeric), CAST('1.2' || '5' AS numeric) = 1.25 FROM (VALUES (0.12345::float8, 2.75::numeric)) AS v(f, n)

SELECT a, b FROM json_to_recordset('[{"a":1.234560001,"b":"x"},{"a":12345678901234567.800000001}]') AS t(a numeric, b text)

CREATE TEMP TABLE documents (id int, a jsonb, b jsonb, t text)

INSERT INTO documents VALUES (1, '{"x": 1}', '{"y": 2}', 'text '), (2, '[1, 2]', '[3]', NULL), (3, '{"x": {"z": 1}}', '{"x": {"z": 1}}', 'x'), (4, NULL, '{}', 'y')

-- differs: types: json for jsonb
SELECT id, a || b FROM documents ORDER BY id

-- differs: types: json for jsonb
SELECT id, a || '{"c": 3}', '{"x": 0}' || a FROM documents WHERE id IN (1, 3) ORDER BY id

-- differs: types: json for jsonb
SELECT id, a || '[]', a || '{}' FROM documents WHERE id = 2

SELECT id, t || a, a || t, t || '[1]', t || '{"a": 1}' FROM documents ORDER BY id

SELECT id, a @> b, a <@ b, a @> '{"x": 1}', '{"x": 1, "y": 2}' @> a, a <@ '{"x": 1, "y": 2}' FROM documents ORDER BY id

SELECT count(*) FROM documents WHERE a @> '{"x": {"z": 1}}' AND NOT b @> (a || '{"q": 1}')

-- differs: types: json for jsonb
SELECT a - 'x', a - ARRAY['x', 'y'] FROM documents WHERE id IN (1, 3) ORDER BY id

-- differs: types: json for jsonb
SELECT a - 0, a - -1 FROM documents WHERE id = 2

SELECT a - 0 FROM documents WHERE id = 1

-- differs: types: json for jsonb
SELECT id, a || '{"c": 3}' || '{"d": 4}' || b, (a || '{"c": 3}') - 'x' FROM documents WHERE id IN (1, 3) ORDER BY id

UPDATE documents SET a = a || '{"new": true}' WHERE id = 3

-- differs: types: json for jsonb
SELECT a, id + 1 || '[1]', t || '[2]' || '[3]', text '[2]' || '[1]', a IS NULL || '[]' FROM documents WHERE id = 3

UPDATE documents SET a = a || '{"new": 2}' WHERE a IS DISTINCT FROM a || '{"new": 2}' AND id = 3

-- differs: types: json for jsonb
SELECT string_agg(t, ',' ORDER BY id) || '[1]', coalesce(json_agg(id ORDER BY id)::jsonb, '[]') || '[{"a": 1}]', count(*) || '[1]' FROM documents

-- differs: types: json for jsonb
SELECT id, (SELECT d.a || '{"z": 1}'), z FROM documents d, LATERAL (SELECT d.a || '{"a": 2}' AS z) q WHERE id = 1

-- differs: types: json for jsonb
SELECT id, a || b, b || a || '{"q": 1}' FROM documents ORDER BY id

-- differs: types: json for jsonb
SELECT id, a || '{}', '{}' || b, coalesce(a, '{}') || coalesce(b, '{}') FROM documents ORDER BY id

-- differs: types: json for jsonb
SELECT id, (a -> 'x') || (b -> 'y'), (a || b) || a, a || (b || '{"r": 2}'), t || t, t || t || t, t || '{}' FROM documents ORDER BY id

SELECT t || id, id || t, id || t || d || n || f || ts, d || t, iv || t, bo || t, t || tags::text FROM documents, (VALUES (date '2024-01-31', 1.50, 2.5::float8, timestamp '2024-01-31 10:00', interval '1 day', true, ARRAY['p', 'q'])) v(d, n, f, ts, iv, bo, tags) ORDER BY id

SELECT tags || tags, tags || '{}', tags || t, '{}' || tags, t || tags, tags || others FROM documents, (VALUES (ARRAY['p', 'q'], ARRAY['r'])) v(tags, others) ORDER BY id, 1

SELECT a.t || b.t FROM documents a JOIN documents b ON a.t || b.t = b.t || a.t ORDER BY 1

SELECT id, a @> '{}', '{}' <@ a, a <@ '{}', a @> '[]' FROM documents ORDER BY id

SELECT tags @> '{}', '{}' <@ tags, tags <@ '{}', '{}' @> tags FROM (VALUES (ARRAY['p', 'q'])) v(tags)

SELECT id @> '{}' FROM documents

SELECT t || id, count(*) FROM documents GROUP BY t || id HAVING t || id <> '' ORDER BY 1

-- differs: types: int8 for int4
SELECT id || t, grouping(id || t) FROM documents WHERE id < 3 GROUP BY CUBE (id || t) ORDER BY 1, 2

SELECT n || i || i, t || s || 'z', n || i || n FROM (VALUES (ARRAY[10, 20], 1, ARRAY['x'], 'y'), ('{}', 2, '{}', 'z')) v(n, i, t, s)

-- differs: types: json for jsonb
SELECT a || b - 'y', b - 'y' || a, (a) || (b), (SELECT a) || b, nullif(a, b) || b, (a - 'x') || b, b || (a - 'x'), a -> 'x' || b, a || '"s"' FROM documents WHERE id = 1

SELECT a || b @> '{}', a || '{}' @> '{}', nullif(a, b) @> '{}', (SELECT a) @> '{}' FROM documents WHERE id = 1

SELECT day @> '{}' FROM sales

SELECT a || t FROM documents WHERE id = 1

SELECT x || y, y || x || y FROM (VALUES ('p', 'q'), ('a text of more than twelve bytes', 'q'), (NULL, 'q'), ('', ''), ('thirteenbytes', 'a text of more than twelve bytes'), ('ä', '€')) v(x, y)

SELECT sum(length(x || x)), max(x || y) FROM (SELECT CASE WHEN i % 3 > 0 THEN i || 'th' END AS x, repeat('y', i % 40) AS y FROM generate_series(1, 9000) i) q

INSERT INTO documents VALUES (9, '{"own": 1}', '{"two": 2}', 'x')

UPDATE documents SET a = documents.a || d.b FROM documents d WHERE d.id = documents.id AND d.id = 9

-- differs: types: json for jsonb
SELECT id, a FROM documents WHERE id = 9

SELECT a - b FROM documents

SELECT a - 1.5 FROM documents

SELECT a @> t FROM documents

SELECT t - 'x' FROM documents

SELECT a + b FROM documents

DROP TABLE documents
