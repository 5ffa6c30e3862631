SELECT 'dept'::regclass::text, 'public.dept'::regclass::text

-- differs: types: text for 2205
SELECT 'dept'::regclass

SELECT 'dept'::regclass::oid = (SELECT oid FROM pg_class WHERE relname = 'dept' AND relkind = 'r')

SELECT 'no_such'::regclass

SELECT 'text'::regtype::text, 'int'::regtype::oid

-- differs: types: text for 2206
SELECT 'int4'::regtype

-- differs: types: text for 2206
SELECT 'integer'::regtype

SELECT 23::regtype::text, 1043::oid::regtype::text

SELECT 'nonsense'::regtype

SELECT to_regclass('dept') IS NOT NULL, to_regclass('no_such') IS NULL, to_regtype('nonsense') IS NULL

-- differs: row: 23, not integer
SELECT to_regtype('int4')::text

-- differs: row: 1410190787, not dept
SELECT to_regclass('dept')::text

SELECT 'public'::regnamespace::text, 'now'::regproc::text

SELECT pg_typeof(1)::text, pg_typeof(true)::text

SELECT pg_typeof(1.5)::text

-- differs: row: text, not unknown
SELECT pg_typeof('x')::text

SELECT pg_typeof('x'::text)::text

-- differs: row: text, not unknown
SELECT pg_typeof(NULL)::text

SELECT pg_typeof(1::bigint)::text, pg_typeof(1::smallint)::text, pg_typeof(now())::text

SELECT pg_typeof(1::float4)::text

SELECT pg_typeof(1::float8)::text

SELECT pg_typeof(now()::timestamp)::text

-- differs: types: text for 2206
SELECT pg_typeof(1)

-- differs: row: bigint|double precision|real|date|interval|bigint|text, not bigint|numeric|double precision|date|interval|integer|text
SELECT pg_typeof(i8 / 2)::text, pg_typeof(n / 2)::text, pg_typeof(f4 + 1)::text, pg_typeof(d + 1)::text, pg_typeof(ts - ts)::text, pg_typeof(d - d)::text, pg_typeof(v || 'x')::text FROM every_type WHERE id = 1

-- differs: fails with 42000: Aggregate with only constant parameters has to be bound in the root subquery
SELECT pg_typeof(sum(i2))::text, pg_typeof(sum(i8))::text, pg_typeof(avg(i4))::text, pg_typeof(count(*))::text, pg_typeof(sum(f4))::text, pg_typeof(avg(f4))::text, pg_typeof(max(v))::text FROM every_type

SELECT format_type(23, NULL), format_type(1700, 655366), format_type(25, -1), format_type(1007, NULL), format_type(1114, NULL), format_type(0, NULL)

-- differs: row: character varying, not character varying(20)
SELECT format_type(1043, 24)

SELECT current_setting('server_version_num')::int / 10000, current_setting('no.such', true) IS NULL, current_setting('search_path')

SELECT current_setting('no_such_parameter')

SELECT version() LIKE 'PostgreSQL 15%', current_setting('server_encoding'), current_setting('standard_conforming_strings')

SELECT obj_description('dept'::regclass, 'pg_class'), col_description('dept'::regclass, 1)

SELECT has_table_privilege('dept', 'SELECT'), has_schema_privilege('public', 'USAGE'), has_database_privilege(current_database(), 'CONNECT')

SELECT has_table_privilege(current_user, 'dept', 'SELECT'), has_column_privilege('dept', 'id', 'SELECT')

-- differs: answers t; SELECT 1 where PostgreSQL fails with 42P01
SELECT has_table_privilege('no_such', 'SELECT')

SELECT pg_size_pretty(1024::bigint), pg_size_pretty(10::bigint), pg_size_pretty(10240::bigint)

SELECT pg_size_pretty(123456789::bigint)

SELECT pg_size_pretty(20000000000::bigint)

SELECT txid_current() IS NOT NULL

-- differs: fails with 42883: function pg_current_xact_id() does not exist
SELECT pg_current_xact_id() IS NOT NULL

SELECT pg_backend_pid() > 0, pg_is_in_recovery()

-- differs: row: NULL, not t
SELECT inet_server_port() > 0

SELECT pg_postmaster_start_time() < now(), pg_conf_load_time() IS NOT NULL

-- differs: types: text for name, _text for _name
SELECT current_database() = current_catalog, current_schema, current_schemas(false)

-- differs: types: _text for _name
SELECT current_schemas(true)

-- differs: types: text for name
SELECT current_role, current_user = session_user

SELECT pg_get_userbyid(10) IS NOT NULL, pg_table_is_visible('dept'::regclass)

SELECT pg_relation_size('dept') >= 0, pg_total_relation_size('dept') >= 0, pg_table_size('dept') >= 0

SELECT pg_database_size(current_database()) >= 0

-- differs: types: text for name
SELECT pg_encoding_to_char(6), pg_client_encoding(), getdatabaseencoding()

SELECT set_config('my.setting', 'x', false)

SELECT current_setting('my.setting')

SELECT quote_ident('A b')

-- differs: fails with 42883: function pg_column_size(integer) does not exist
SELECT pg_column_size(1)

-- differs: row: f, not t
SELECT pg_sleep(0) IS NOT NULL

SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 'dept'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum

-- differs: row: v|text, not v|character varying(20)
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0 ORDER BY attnum

SELECT relname, relkind FROM pg_class WHERE relname IN ('dept', 'emp') ORDER BY relname

SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'pg_catalog', 'information_schema') ORDER BY nspname

-- differs: types: text for varchar
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public' AND table_name IN ('dept', 'emp', 'sales', 'words', 'every_type') ORDER BY table_name

-- differs: row: v|10|YES|text|NULL|NULL|NULL, not v|10|YES|character varying|20|NULL|NULL; types: text for varchar
SELECT column_name, ordinal_position, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale FROM information_schema.columns WHERE table_name = 'every_type' AND table_schema = 'public' ORDER BY ordinal_position

-- differs: row: v|text|NULL|NULL, not v|varchar|NULL|NULL; types: text for varchar
SELECT column_name, udt_name, datetime_precision, column_default FROM information_schema.columns WHERE table_name = 'every_type' AND table_schema = 'public' ORDER BY ordinal_position

SELECT typname, typlen, typtype, typcategory FROM pg_type WHERE oid IN (16, 20, 21, 23, 25, 700, 701, 1043, 1082, 1114, 1184, 1186, 1700, 2950) ORDER BY oid

SELECT count(*) FROM pg_tables WHERE tablename = 'dept'

SELECT tablename, schemaname FROM pg_tables WHERE tablename IN ('dept', 'emp') ORDER BY tablename

SELECT pg_catalog.pg_typeof(1)::text, pg_catalog.upper('x'), pg_catalog.now() IS NOT NULL

SELECT 1::pg_catalog.int4, CAST('x' AS pg_catalog.text), 1 OPERATOR(pg_catalog.+) 2

SELECT setting FROM pg_settings WHERE name = 'standard_conforming_strings'

SELECT name, setting FROM pg_settings WHERE name IN ('DateStyle', 'IntervalStyle', 'bytea_output') ORDER BY name

SHOW search_path

SHOW transaction_isolation

SHOW server_encoding

SHOW no_such_parameter

SELECT gen_random_uuid() IS NOT NULL, length(gen_random_uuid()::text)

-- differs: types: int4 for text
SELECT pg_get_expr(NULL, 0), pg_get_constraintdef(0), pg_get_indexdef(0)

SELECT pg_get_serial_sequence('dept', 'id')

SELECT pg_get_function_identity_arguments(0)

SELECT 4294967295::oid, 'dept'::regclass::oid > 0

SELECT oid FROM pg_type WHERE typname = 'int4'

SELECT a.rolname = current_user FROM pg_roles AS a WHERE a.rolname = current_user

SELECT datname = current_database(), datallowconn FROM pg_database WHERE datname = current_database()

-- differs: fails with 42703: column "ctid" does not exist
SELECT ctid FROM dept WHERE id = 10

-- differs: fails with 42703: column "tableoid" does not exist
SELECT tableoid = 'dept'::regclass FROM dept WHERE id = 10

-- differs: fails with 42703: column "xmin" does not exist
SELECT xmin IS NOT NULL FROM dept WHERE id = 10

SELECT nextval('no_such')

-- differs: code: 42883, not 55000: function lastval() does not exist
SELECT lastval()

-- differs: fails with 42883: function pg_advisory_lock(integer) does not exist
SELECT pg_advisory_lock(1) IS NULL

-- differs: fails with 42883: function pg_advisory_unlock(integer) does not exist
SELECT pg_advisory_unlock(1)

-- differs: fails with 42883: function pg_try_advisory_lock(integer) does not exist
SELECT pg_try_advisory_lock(2)

-- differs: fails with 42883: function pg_advisory_unlock(integer) does not exist
SELECT pg_advisory_unlock(2)

-- differs: fails with 42883: function pg_notify(unknown, unknown) does not exist
SELECT pg_notify('c', 'x') IS NULL

SELECT current_query() LIKE 'SELECT%'

SELECT inet_client_addr() IS NOT NULL

SELECT pg_jit_available() IS NOT NULL

-- Functions.

SELECT p.oid, p.proname, p.prokind, p.proretset, p.pronargs, p.prorettype, p.provariadic, p.proisstrict, p.provolatile FROM pg_proc p WHERE p.proname IN ('split_part', 'quote_ident', 'now', 'concat_ws', 'row_number', 'string_agg') AND p.prorettype <> 17 ORDER BY p.oid

SELECT oid::regprocedure::text, pg_get_function_arguments(oid), pg_get_function_identity_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE proname IN ('split_part', 'left', 'concat', 'format', 'parse_ident', 'pg_get_keywords') ORDER BY pg_proc.oid

SELECT proname, proargnames, proargmodes FROM pg_proc WHERE proname IN ('parse_ident', 'pg_get_keywords', 'split_part') ORDER BY 1

SELECT 'now'::regproc::oid, 'split_part(text, text, integer)'::regprocedure::oid, to_regproc('no_such') IS NULL, to_regprocedure('abs(integer)')::oid, 'int4in'::regproc::text

SELECT 'abs'::regproc

SELECT 'no_such'::regproc

SELECT 'abs(text)'::regprocedure

SELECT t.typname, p.proname, p.oid FROM pg_type t JOIN pg_proc p ON p.oid = t.typreceive WHERE t.typname IN ('int4', '_int4', 'text', 'numeric') ORDER BY 1

-- differs: types: text for varchar
SELECT routine_schema, routine_name, routine_type, data_type, type_udt_name, external_language FROM information_schema.routines WHERE routine_name IN ('split_part', 'now', 'string_to_array') ORDER BY specific_name

-- differs: types: text for varchar
SELECT p.ordinal_position, p.parameter_mode, p.parameter_name, p.data_type, p.udt_name FROM information_schema.parameters p JOIN information_schema.routines r ON r.specific_name = p.specific_name WHERE r.routine_name IN ('split_part', 'pg_get_keywords') ORDER BY r.routine_name, 1
