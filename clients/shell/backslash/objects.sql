-- The objects that the commands of backslash_check.sh look at. Each part, divided
-- by an empty line and named by its first line, is a check of its own.

-- schemas
CREATE SCHEMA bs_one;
CREATE SCHEMA bs_two;
CREATE SCHEMA bs_odd;

-- schema-comment
COMMENT ON SCHEMA bs_one IS 'the first schema';

-- plain
CREATE TABLE bs_one.plain (id integer, name text);
CREATE TABLE bs_two.plain (id bigint, other text);

-- comments
CREATE TABLE bs_one.commented (id integer, note text, more text);
COMMENT ON TABLE bs_one.commented IS 'a table with it''s comment';
COMMENT ON COLUMN bs_one.commented.note IS 'a note, ünï';

-- not-null
CREATE TABLE bs_one.required (id integer NOT NULL, name text NOT NULL, since timestamp);

-- defaults
CREATE TABLE bs_one.defaults (
    n integer DEFAULT 7, big bigint DEFAULT 7, t text DEFAULT 'new', quoted text DEFAULT 'it''s', yes boolean DEFAULT true,
    nothing integer DEFAULT NULL, price numeric(10,2) DEFAULT 9.90
);

-- default-calls
CREATE TABLE bs_one.default_calls (
    since timestamptz DEFAULT now(), stamp timestamptz DEFAULT CURRENT_TIMESTAMP, day date DEFAULT CURRENT_DATE,
    total integer DEFAULT 1 + 2
);

-- default-casts
CREATE TABLE bs_one.default_casts (
    minus integer DEFAULT -1, day date DEFAULT '2020-01-02', since timestamp DEFAULT '2020-01-02 03:04:05', half float8 DEFAULT 0.5,
    doc json DEFAULT '{}'
);

-- default-array
CREATE TABLE bs_odd.default_array (few integer[] DEFAULT '{}', more text[] DEFAULT ARRAY['a', 'b']);

-- keys
CREATE TABLE bs_one.customer (id integer PRIMARY KEY, email text UNIQUE, name text NOT NULL);
CREATE TABLE bs_one.orders (id integer, line integer, customer_id integer NOT NULL REFERENCES bs_one.customer (id), PRIMARY KEY (id, line));
CREATE TABLE bs_two.only_foreign (customer_id integer, CONSTRAINT to_customer FOREIGN KEY (customer_id) REFERENCES bs_one.customer (id));

-- types
CREATE TABLE bs_one.types (
    a_bool boolean, a_int2 smallint, a_int4 integer, a_int8 bigint, a_float4 real, a_float8 double precision, a_numeric numeric(12,2),
    a_text text, a_bytea bytea, a_date date, a_time time, a_timestamp timestamp, a_timestamptz timestamptz, a_interval interval,
    a_uuid uuid, a_json json
);

-- arrays
CREATE TABLE bs_one.arrays (
    a_bool boolean[], a_int2 smallint[], a_int4 integer[], a_int8 bigint[], a_float4 real[], a_float8 double precision[], a_numeric numeric(12,2)[],
    a_text text[], a_bytea bytea[], a_date date[], a_time time[], a_timestamp timestamp[], a_timestamptz timestamptz[],
    a_interval interval[], a_uuid uuid[]
);

-- modifiers
CREATE TABLE bs_one.modifiers (v varchar, v20 varchar(20), c3 char(3), n numeric, n5 numeric(5));

-- words
CREATE TABLE bs_odd.words (at timestamp, value integer, name text, position integer, year integer, zone text, type text);

-- quoted
CREATE TABLE bs_two."Mixed Case" ("Odd Column" integer, "order" text, "say ""hi""" date);

-- views
CREATE VIEW bs_one.names AS SELECT id, name FROM bs_one.plain;
CREATE VIEW bs_one.totals AS
    SELECT c.name, count(*) AS lines FROM bs_one.customer c JOIN bs_one.orders o ON o.customer_id = c.id WHERE o.line > 1 GROUP BY c.name;

-- view-comment
COMMENT ON VIEW bs_one.names IS 'a view''s comment';
