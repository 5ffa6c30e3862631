CREATE SCHEMA changing

SET search_path = changing

CREATE TABLE t (a int, b text)

INSERT INTO t VALUES (1, 'one')

ALTER TABLE t ADD COLUMN c int DEFAULT 7, DROP COLUMN b, ALTER COLUMN a TYPE bigint, ADD d numeric(10,2)

SELECT * FROM t

ALTER TABLE ONLY t ADD e text, ADD f int

-- All or nothing.

ALTER TABLE t ADD g int, DROP nothing

ALTER TABLE t ADD g int, ADD c int

SELECT * FROM t

-- What is dropped goes first, wherever it stands.

ALTER TABLE t ADD c text, DROP c

SELECT * FROM t

ALTER TABLE t ALTER c SET DEFAULT 'x', ADD h int, ALTER c DROP DEFAULT, ALTER f SET DATA TYPE bigint

INSERT INTO t (a) VALUES (2)

SELECT * FROM t ORDER BY a

ALTER TABLE IF EXISTS nowhere ADD a int, ADD b int

ALTER TABLE nowhere ADD a int, ADD b int

ALTER TABLE t RENAME a TO z, ADD i int

ALTER TABLE t ADD i int, RENAME a TO z

ALTER TABLE t ADD i int,

ALTER TABLE t ADD i int,, ADD j int

ALTER TABLE t ADD i numeric(10, 2), ADD j int, DROP h

SELECT * FROM t ORDER BY a

CREATE TEMP TABLE passing (a int, b text)

ALTER TABLE passing ADD c int, DROP b

SELECT * FROM passing

ALTER TABLE passing ADD d int, DROP nothing

SELECT * FROM passing

DROP TABLE passing

-- Views, by the words of tables.

CREATE VIEW v AS SELECT a, c FROM t

ALTER TABLE v RENAME TO w

SELECT * FROM w ORDER BY a

ALTER TABLE IF EXISTS changing.w RENAME TO v

ALTER TABLE IF EXISTS nowhere RENAME TO v

ALTER TABLE v RENAME TO t

ALTER TABLE v ADD COLUMN x int

ALTER VIEW t RENAME TO x

DROP TABLE v

DROP VIEW t

CREATE TEMP VIEW passing AS SELECT 1 AS a

ALTER TABLE passing RENAME TO passed

SELECT * FROM passed

DROP VIEW passed

-- A table takes the place of a view, and the other way round.

BEGIN

CREATE TABLE v_new AS SELECT 5 AS a

ALTER TABLE v RENAME TO v_old

ALTER TABLE v_new RENAME TO v

DROP VIEW IF EXISTS v_old CASCADE

COMMIT

SELECT * FROM v

BEGIN

CREATE VIEW v_new AS SELECT 6 AS a

ALTER TABLE v RENAME TO v_old

ALTER TABLE v_new RENAME TO v

DROP TABLE IF EXISTS v_old CASCADE

ROLLBACK

SELECT * FROM v

DROP TABLE v

CREATE VIEW v AS SELECT a, c FROM t

-- Comments.

COMMENT ON TABLE t IS 'a table'

COMMENT ON COLUMN t.a IS E'it''s \\ "quoted"\n'

COMMENT ON VIEW v IS $a$a 'view'$a$

COMMENT ON COLUMN v.a IS $$of a view$$

COMMENT ON COLUMN changing.v.c IS 'ünï€😀'

COMMENT ON SCHEMA changing IS 'of a schema'

SELECT obj_description('t'::regclass, 'pg_class'), col_description('t'::regclass, 1), obj_description('v'::regclass, 'pg_class'), col_description('v'::regclass, 1), col_description('v'::regclass, 2)

SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'changing'

SELECT c.relname::text, d.objsubid, d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'changing' ORDER BY 1, 2

COMMENT ON COLUMN t.nothing IS 'x'

COMMENT ON COLUMN v.nothing IS 'x'

COMMENT ON COLUMN nowhere.a IS 'x'

COMMENT ON COLUMN a IS 'x'

COMMENT ON COLUMN t.a IS

COMMENT ON COLUMN t.a IS 5

COMMENT ON TABLE nowhere IS 'x'

COMMENT ON TABLE v IS 'x'

COMMENT ON VIEW t IS 'x'

COMMENT ON SCHEMA nowhere IS 'x'

COMMENT ON SCHEMA nowhere IS NULL

ALTER TABLE v RENAME TO w

CREATE TABLE u (a int)

COMMENT ON TABLE u IS 'a table'

COMMENT ON COLUMN u.a IS 'its column'

ALTER TABLE u RENAME TO t2

ALTER TABLE t2 RENAME TO u

SELECT obj_description('u'::regclass, 'pg_class'), col_description('u'::regclass, 1), obj_description('w'::regclass, 'pg_class'), col_description('w'::regclass, 1)

BEGIN

COMMENT ON COLUMN w.a IS 'again'

COMMENT ON COLUMN u.a IS 'again'

COMMENT ON SCHEMA changing IS 'again'

SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'changing'

SELECT col_description('u'::regclass, 1), col_description('w'::regclass, 1)

ROLLBACK

SELECT col_description('u'::regclass, 1), col_description('w'::regclass, 1)

COMMENT ON COLUMN w.a IS 'another'

SELECT col_description('w'::regclass, 1), col_description('w'::regclass, 2), col_description('w'::regclass, 0)

-- An empty comment is none.

COMMENT ON TABLE u IS ''

COMMENT ON COLUMN u.a IS ''

COMMENT ON VIEW w IS NULL

COMMENT ON COLUMN w.a IS NULL

COMMENT ON COLUMN w.c IS ''

SELECT count(*) FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'changing'

COMMENT ON COLUMN w.a IS 'gone with it'

DROP VIEW w

CREATE VIEW w AS SELECT a FROM u

SELECT col_description('w'::regclass, 1)

CREATE TEMP TABLE passing (a int)

COMMENT ON COLUMN passing.a IS 'of a temporary table'

COMMENT ON COLUMN passing.nothing IS 'x'

SELECT col_description('passing'::regclass, 1)

COMMENT ON COLUMN w.a IS 'beside temporary tables'

SELECT col_description('w'::regclass, 1)

DROP VIEW changing.w CASCADE

CREATE VIEW w AS SELECT a FROM u

SELECT col_description('w'::regclass, 1)

DROP SCHEMA changing CASCADE

CREATE SCHEMA changing

SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'changing'

DROP SCHEMA changing

-- Roles: one's own.

SET ROLE NONE

SHOW role

RESET ROLE

SET SESSION AUTHORIZATION DEFAULT

RESET SESSION AUTHORIZATION

SET ROLE

SET ROLE a b
