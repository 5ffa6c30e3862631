SELECT id, j, j->'a', j->>'a', j->'c'->>'d' FROM every_type WHERE id <= 2 ORDER BY id

SELECT '{"a":{"b":[1,2,3]}}'::json->'a'->'b'->1, '{"a":"x"}'::json->>'a', '{"a":"x"}'::json->'a', '[1,2,3]'::json->0, '[1,"b"]'::json->>1

-- differs: error: fails with 42883: Scalar Function with name -> does not exist!
SELECT '[1,2,3]'::json->-1

SELECT '{"a":null}'::json->'a', '{"a":null}'::json->>'a', '{"a":1}'::json->'b'

-- differs: error: fails with 42601: syntax error at or near "#"
SELECT '{"a":{"b":[1,2,3]}}'::json#>'{a,b}', '{"a":{"b":[1,2,3]}}'::json#>>'{a,b,0}'

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}'::jsonb, '{"a":1}'::jsonb <@ '{"a":1,"b":2}'::jsonb

-- differs: error: fails with 42601: syntax error at or near "?"
SELECT '{"a":1,"b":2}'::jsonb ? 'a', '{"a":1}'::jsonb ?| array['x','a'], '{"a":1}'::jsonb ?& array['x','a']

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '{"a":1}'::jsonb || '{"b":2}'::jsonb

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '{"a":1,"b":2}'::jsonb - 'a'

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '[1,2,3]'::jsonb - 0

-- differs: error: fails with 42601: syntax error at or near "#"
SELECT '{"a":{"b":1}}'::jsonb #- '{a,b}'

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '{"a":1, "b":2}'::jsonb = '{"b":2,"a":1}'::jsonb

-- differs: error: fails with 42704: Type with name jsonb does not exist!
SELECT '{"a":1}'::jsonb->'a', '{"a":1}'::jsonb->>'a', ('{"a":5}'::jsonb->>'a')::int + 1

SELECT ('{"a":5}'::json->>'a')::int + 1, ('{"a":"2024-01-01"}'::json->>'a')::date

SELECT '{"a":1.0, "b":1e2}'::json->>'a'

-- differs: rows: gives '100.0' for '1e2'
SELECT '{"a":1.0, "b":1e2}'::json->>'b'

SELECT '{"a": "\u00e9\n"}'::json->>'a'

-- differs: rows: gives '"é\n"' for '"\u00e9\n"'
SELECT '{"a": "\u00e9\n"}'::json->'a'

-- differs: error: fails with 42883: Scalar Function with name json_build_object does not exist!
SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', true, 'e', 1.50)

-- differs: error: fails with 42883: Scalar Function with name json_build_array does not exist!
SELECT json_build_array(1, 'a', NULL, true, 2.5), json_build_array()

-- differs: error: fails with 42000: json_object() requires an even number of arguments
SELECT json_object('{a,1,b,2}')

-- differs: error: fails with 42000: json_object() keys must be VARCHAR, add an explicit cast to argument "list_value('a', 'b')"
SELECT json_object(ARRAY['a','b'], ARRAY['1','2'])

-- differs: error: fails with 42883: Scalar Function with name jsonb_build_object does not exist!
SELECT jsonb_build_object('b', 1, 'a', json_build_array(1, 2))

-- differs: error: fails with 42883: Scalar Function with name json_agg does not exist!
SELECT json_agg(id ORDER BY id), json_agg(name ORDER BY id) FROM emp WHERE id <= 3

-- differs: error: fails with 42883: Scalar Function with name json_agg does not exist!
SELECT json_agg(t ORDER BY t.id) FROM (SELECT id, name FROM dept WHERE id < 30) AS t

SELECT json_agg(id) FROM emp WHERE id < 0

-- differs: error: fails with 42883: Scalar Function with name json_object_agg does not exist!
SELECT json_object_agg(name, id ORDER BY id) FROM dept WHERE id < 30

-- differs: error: fails with 42883: Scalar Function with name jsonb_agg does not exist!
SELECT jsonb_agg(id ORDER BY id DESC), jsonb_object_agg(name, city) FROM dept WHERE id = 10

SELECT row_to_json(t) FROM (SELECT id, name, city FROM dept ORDER BY id LIMIT 2) AS t ORDER BY t.id

-- differs: rows: gives '{"":1,"":"x"}' for '{"f1":1,"f2":"x"}'
SELECT row_to_json(row(1, 'x'))

SELECT row_to_json(d) FROM dept AS d ORDER BY d.id

SELECT to_json('a"b'::text), to_json(1), to_json(ARRAY[1,2,NULL]), to_json(true), to_json(date '2024-01-01')

-- differs: rows: gives '1.5' for '1.50'
SELECT to_json(1.50)

-- differs: rows: gives '"2024-02-29 12:34:56"' for '"2024-02-29T12:34:56"'
SELECT to_json(timestamp '2024-02-29 12:34:56')

-- differs: error: fails with 42883: Scalar Function with name to_jsonb does not exist!
SELECT to_jsonb('x'::text)

SELECT array_to_json(ARRAY[1,2]), array_to_json(ARRAY['a', NULL])

-- differs: rows: more columns; names: column 8 columns, not 2
SELECT * FROM json_each('{"a":1,"b":"x","c":null}') ORDER BY key

-- differs: error: fails with 42883: Table Function with name jsonb_each does not exist!
SELECT key, value FROM jsonb_each('{"b":1,"a":{"x":2}}') ORDER BY key

-- differs: error: fails with 42883: Table Function with name json_each_text does not exist!
SELECT * FROM json_each_text('{"a":1,"b":"x","c":null}') ORDER BY key

-- differs: error: fails with 42883: Table Function with name jsonb_each_text does not exist!
SELECT * FROM jsonb_each_text('{"a":1}')

-- differs: error: fails with 42883: Scalar Function with name json_object_keys does not exist!
SELECT json_object_keys('{"b":1,"a":2}')

-- differs: error: fails with 42883: Table Function with name json_object_keys does not exist!
SELECT * FROM json_object_keys('{"b":1,"a":2}') AS k ORDER BY k

-- differs: error: fails with 42883: Table Function with name json_array_elements does not exist!
SELECT value FROM json_array_elements('[1,"x",null]')

-- differs: error: fails with 42883: Scalar Function with name json_array_elements does not exist!
SELECT json_array_elements('[1,"x",null]')

-- differs: error: fails with 42883: Table Function with name json_array_elements_text does not exist!
SELECT e FROM json_array_elements_text('[1,"x",null]') AS e

-- differs: error: fails with 42883: Table Function with name jsonb_array_elements does not exist!
SELECT value FROM jsonb_array_elements('[1,{"a":2}]')

-- differs: error: fails with 42883: Table Function with name json_array_elements does not exist!
SELECT id, e->>'k' FROM (VALUES (1, '[{"k":"a"},{"k":"b"}]'::json)) AS t(id, js), json_array_elements(js) AS e ORDER BY 2

-- differs: types: json_array_length is numeric, not int4
SELECT json_array_length('[1,2,3]')

-- differs: error: fails with 42883: Scalar Function with name jsonb_array_length does not exist!
SELECT jsonb_array_length('[]')

-- differs: error: answers 0 where PostgreSQL fails with 22023
SELECT json_array_length('{"a":1}')

-- differs: error: fails with 42883: Scalar Function with name json_typeof does not exist!
SELECT json_typeof('1'), json_typeof('"x"'), json_typeof('null'), json_typeof('[]'), json_typeof('{}'), json_typeof('true'), json_typeof('1.5')

-- differs: error: fails with 42883: Scalar Function with name jsonb_typeof does not exist!
SELECT jsonb_typeof('{"a":1}'::jsonb->'a')

-- differs: error: fails with 42883: No function matches the given name and argument types 'json_extract_path(STRING_LITERAL, STRING_LITERAL, STRING_LITERAL)…
SELECT json_extract_path('{"a":{"b":1}}', 'a', 'b'), json_extract_path_text('{"a":{"b":"x"}}', 'a', 'b')

-- differs: error: fails with 42883: Scalar Function with name jsonb_set does not exist!
SELECT jsonb_set('{"a":1,"b":[1,2]}', '{b,0}', '9'), jsonb_set('{"a":1}', '{c}', '2'), jsonb_set('{"a":1}', '{c}', '2', false)

-- differs: error: fails with 42883: Scalar Function with name jsonb_insert does not exist!
SELECT jsonb_insert('{"a":[0,1]}', '{a,1}', '"x"')

-- differs: error: fails with 42883: Scalar Function with name json_strip_nulls does not exist!
SELECT json_strip_nulls('{"a":null,"b":1}')

-- differs: error: fails with 42883: Scalar Function with name jsonb_pretty does not exist!
SELECT jsonb_pretty('{"a":1}')

-- differs: error: fails with 42883: Scalar Function with name jsonb_path_query_first does not exist!
SELECT jsonb_path_query_first('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)')

-- differs: error: fails with 42883: Scalar Function with name jsonb_path_exists does not exist!
SELECT jsonb_path_exists('{"a":1}', '$.b')

-- differs: error: fails with 42883: Table Function with name json_to_record does not exist!
SELECT * FROM json_to_record('{"a":1,"b":"x"}') AS t(a int, b text)

-- differs: error: fails with 42883: Table Function with name json_to_recordset does not exist!
SELECT * FROM json_to_recordset('[{"a":1},{"a":2}]') AS t(a int) ORDER BY a

-- differs: error: fails with 42883: Table Function with name json_populate_record does not exist!
SELECT * FROM json_populate_record(NULL::dept, '{"id":5,"name":"x"}')

SELECT '[1, 2 ,3]'::json::text, '{ "a" : 1 }'::json

-- differs: names: column json is called ?column? in PostgreSQL
SELECT 'null'::json IS NULL, 'null'::json::text, '1'::json, '"x"'::json

-- differs: error: answers t where PostgreSQL fails with 42883
SELECT '{"a":1}'::json = '{"a":1}'::json

SELECT '{"a":1}'::json->>'a' = '1'

SELECT '{a:1}'::json

-- differs: error: answers {"a":1,} where PostgreSQL fails with 22P02
SELECT '{"a":1,}'::json

SELECT ''::json

-- differs: rows: gives '{"":1,"":null,"":"x"}' for '{"f1":1,"f2":null,"f3":"x"}'
SELECT to_json(row(1, NULL, 'x'))

-- differs: error: fails with 42883: Scalar Function with name json_build_object does not exist!
SELECT json_build_object('t', ARRAY[1,2], 'n', json_build_object('x', 1))

-- differs: code: fails with 42883, not 22023: Scalar Function with name json_build_object does not exist!
SELECT json_build_object('a')

-- differs: error: fails with 42883: Scalar Function with name json_build_object does not exist!
SELECT json_build_object(1, 2)

SELECT pg_typeof('{}'::json)::text, pg_typeof('{"a":1}'::json->'a')::text

SELECT pg_typeof('{"a":1}'::json->>'a')::text

SELECT to_json(t) FROM (VALUES (1, 'a')) AS t(n, s)
