SELECT id, j, j->'a', j->>'a', j->'c'->>'d' FROM every_type WHERE id <= 2 ORDER BY id

SELECT '{"a":{"b":[1,2,3]}}'::json->'a'->'b'->1, '{"a":"x"}'::json->>'a', '{"a":"x"}'::json->'a', '[1,2,3]'::json->0, '[1,"b"]'::json->>1

-- differs: fails with 42883: function -> does not exist
SELECT '[1,2,3]'::json->-1

SELECT '{"a":null}'::json->'a', '{"a":null}'::json->>'a', '{"a":1}'::json->'b'

-- differs: fails with 42601: syntax error at or near "#"
SELECT '{"a":{"b":[1,2,3]}}'::json#>'{a,b}', '{"a":{"b":[1,2,3]}}'::json#>>'{a,b,0}'

-- differs: fails with 42883: operator does not exist: json @> json
SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}'::jsonb, '{"a":1}'::jsonb <@ '{"a":1,"b":2}'::jsonb

-- differs: fails with 42601: syntax error at or near "?"
SELECT '{"a":1,"b":2}'::jsonb ? 'a', '{"a":1}'::jsonb ?| array['x','a'], '{"a":1}'::jsonb ?& array['x','a']

-- differs: row: {"a":1}{"b":2}, not {"a": 1, "b": 2}; types: text for jsonb
SELECT '{"a":1}'::jsonb || '{"b":2}'::jsonb

-- differs: fails with 42883: operator does not exist: json - unknown
SELECT '{"a":1,"b":2}'::jsonb - 'a'

-- differs: fails with 42883: operator does not exist: json - integer
SELECT '[1,2,3]'::jsonb - 0

-- differs: fails with 42601: syntax error at or near "#"
SELECT '{"a":{"b":1}}'::jsonb #- '{a,b}'

-- differs: row: f, not t
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

-- differs: row: {"a":1,"b":"x","c":null,"d":true,"e":1.5}, not {"a" : 1, "b" : "x", "c" : null, "d" : true, "e" : 1.50}
SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', true, 'e', 1.50)

-- differs: row: [1,"a",null,true,2.5]|[], not [1, "a", null, true, 2.5]|[]
SELECT json_build_array(1, 'a', NULL, true, 2.5), json_build_array()

-- differs: fails with 42000: json_object() requires an even number of arguments
SELECT json_object('{a,1,b,2}')

-- differs: fails with 42000: json_object() keys must be VARCHAR, add an explicit cast to argument "list_value('a', 'b')"
SELECT json_object(ARRAY['a','b'], ARRAY['1','2'])

-- differs: row: {"b":1,"a":[1,2]}, not {"a": [1, 2], "b": 1}; types: json for jsonb
SELECT jsonb_build_object('b', 1, 'a', json_build_array(1, 2))

-- differs: fails with 22023: Function "json_group_array" is a Macro Function. "DISTINCT", "FILTER", and "ORDER BY" are only appli…
SELECT json_agg(id ORDER BY id), json_agg(name ORDER BY id) FROM emp WHERE id <= 3

-- differs: fails with 22023: Function "json_group_array" is a Macro Function. "DISTINCT", "FILTER", and "ORDER BY" are only appli…
SELECT json_agg(t ORDER BY t.id) FROM (SELECT id, name FROM dept WHERE id < 30) AS t

SELECT json_agg(id) FROM emp WHERE id < 0

-- differs: fails with 22023: Function "json_group_object" is a Macro Function. "DISTINCT", "FILTER", and "ORDER BY" are only appl…
SELECT json_object_agg(name, id ORDER BY id) FROM dept WHERE id < 30

-- differs: fails with 22023: Function "json_group_array" is a Macro Function. "DISTINCT", "FILTER", and "ORDER BY" are only appli…
SELECT jsonb_agg(id ORDER BY id DESC), jsonb_object_agg(name, city) FROM dept WHERE id = 10

SELECT row_to_json(t) FROM (SELECT id, name, city FROM dept ORDER BY id LIMIT 2) AS t ORDER BY t.id

-- differs: row: {"":1,"":"x"}, not {"f1":1,"f2":"x"}
SELECT row_to_json(row(1, 'x'))

SELECT row_to_json(d) FROM dept AS d ORDER BY d.id

SELECT to_json('a"b'::text), to_json(1), to_json(ARRAY[1,2,NULL]), to_json(true), to_json(date '2024-01-01')

-- differs: row: 1.5, not 1.50
SELECT to_json(1.50)

-- differs: row: "2024-02-29 12:34:56", not "2024-02-29T12:34:56"
SELECT to_json(timestamp '2024-02-29 12:34:56')

-- differs: fails with 42883: function to_jsonb(text) does not exist
SELECT to_jsonb('x'::text)

SELECT array_to_json(ARRAY[1,2]), array_to_json(ARRAY['a', NULL])

-- differs: row: a|1|UBIGINT|1|2|NULL|$.a|$, not a|1; columns: 8, not 2
SELECT * FROM json_each('{"a":1,"b":"x","c":null}') ORDER BY key

-- differs: fails with 42883: function jsonb_each does not exist
SELECT key, value FROM jsonb_each('{"b":1,"a":{"x":2}}') ORDER BY key

-- differs: fails with 42883: function json_each_text does not exist
SELECT * FROM json_each_text('{"a":1,"b":"x","c":null}') ORDER BY key

-- differs: fails with 42883: function jsonb_each_text does not exist
SELECT * FROM jsonb_each_text('{"a":1}')

-- differs: fails with 42883: function json_object_keys(unknown) does not exist
SELECT json_object_keys('{"b":1,"a":2}')

-- differs: fails with 42883: function json_object_keys does not exist
SELECT * FROM json_object_keys('{"b":1,"a":2}') AS k ORDER BY k

-- differs: fails with 42883: function json_array_elements does not exist
SELECT value FROM json_array_elements('[1,"x",null]')

-- differs: fails with 42883: function json_array_elements(unknown) does not exist
SELECT json_array_elements('[1,"x",null]')

-- differs: fails with 42883: function json_array_elements_text does not exist
SELECT e FROM json_array_elements_text('[1,"x",null]') AS e

-- differs: fails with 42883: function jsonb_array_elements does not exist
SELECT value FROM jsonb_array_elements('[1,{"a":2}]')

-- differs: fails with 42883: function json_array_elements does not exist
SELECT id, e->>'k' FROM (VALUES (1, '[{"k":"a"},{"k":"b"}]'::json)) AS t(id, js), json_array_elements(js) AS e ORDER BY 2

-- differs: types: numeric for int4
SELECT json_array_length('[1,2,3]')

-- differs: fails with 42883: function jsonb_array_length(unknown) does not exist
SELECT jsonb_array_length('[]')

-- differs: answers 0; SELECT 1 where PostgreSQL fails with 22023
SELECT json_array_length('{"a":1}')

-- differs: fails with 42883: function json_typeof(unknown) does not exist
SELECT json_typeof('1'), json_typeof('"x"'), json_typeof('null'), json_typeof('[]'), json_typeof('{}'), json_typeof('true'), json_typeof('1.5')

-- differs: fails with 42883: function jsonb_typeof(json) does not exist
SELECT jsonb_typeof('{"a":1}'::jsonb->'a')

-- differs: fails with 42883: function json_extract_path(unknown, unknown, unknown) does not exist
SELECT json_extract_path('{"a":{"b":1}}', 'a', 'b'), json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b')

-- differs: fails with 42883: function jsonb_set(unknown, unknown, unknown) does not exist
SELECT jsonb_set('{"a":1,"b":[1,2]}', '{b,0}', '9'), jsonb_set('{"a":1}', '{c}', '2'), jsonb_set('{"a":1}', '{c}', '2', false)

-- differs: fails with 42883: function jsonb_insert(unknown, unknown, unknown) does not exist
SELECT jsonb_insert('{"a":[0,1]}', '{a,1}', '"x"')

-- differs: fails with 42883: function json_strip_nulls(unknown) does not exist
SELECT json_strip_nulls('{"a":null,"b":1}')

-- differs: fails with 42883: function jsonb_pretty(unknown) does not exist
SELECT jsonb_pretty('{"a":1}')

-- differs: fails with 42883: function jsonb_path_query_first(unknown, unknown) does not exist
SELECT jsonb_path_query_first('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)')

-- differs: fails with 42883: function jsonb_path_exists(unknown, unknown) does not exist
SELECT jsonb_path_exists('{"a":1}', '$.b')

-- differs: fails with 42883: function json_to_record does not exist
SELECT * FROM json_to_record('{"a":1,"b":"x"}') AS t(a int, b text)

-- differs: fails with 42883: function json_to_recordset does not exist
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

-- differs: row: {"":1,"":null,"":"x"}, not {"f1":1,"f2":null,"f3":"x"}
SELECT to_json(row(1, NULL, 'x'))

-- differs: row: {"t":[1,2],"n":{"x":1}}, not {"t" : [1,2], "n" : {"x" : 1}}
SELECT json_build_object('t', ARRAY[1,2], 'n', json_build_object('x', 1))

-- differs: code: 42000, not 22023: json_object() requires an even number of arguments
SELECT json_build_object('a')

-- differs: fails with 42000: json_object() keys must be VARCHAR, add an explicit cast to argument "1"
SELECT json_build_object(1, 2)

SELECT pg_typeof('{}'::json)::text, pg_typeof('{"a":1}'::json->'a')::text

SELECT pg_typeof('{"a":1}'::json->>'a')::text

SELECT to_json(t) FROM (VALUES (1, 'a')) AS t(n, s)
