-- The schema that the tools look around in. The other files hold what each of them asks, by its documentation and what it is seen to
-- send, in words of our own: where a tool reads the number of a table or key, its name stands here, since PostgreSQL gives numbers in
-- turn; parameters stand as constants. Above a statement to which Tavana gives another answer than PostgreSQL 15 a line says why.

CREATE SCHEMA shop

CREATE SCHEMA "Odd Names"

CREATE TABLE shop.customer (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, tags text[], scores int[], born date, balance numeric(12,2) DEFAULT 0)

CREATE TABLE shop.orders (id bigint NOT NULL, line smallint NOT NULL, customer int REFERENCES shop.customer (id), placed timestamptz, note varchar(40), amount double precision, extra json, PRIMARY KEY (id, line))

CREATE VIEW shop.totals AS SELECT customer, sum(amount) AS total FROM shop.orders GROUP BY customer

CREATE TABLE "Odd Names"."My Table" ("Key" int PRIMARY KEY, "a b" text, "select" boolean)

CREATE TABLE metrics (at timestamptz NOT NULL, host text, value double precision)

COMMENT ON TABLE shop.customer IS 'who buys'

COMMENT ON COLUMN shop.customer.name IS 'as it stands on the bill'

INSERT INTO shop.customer VALUES (1, 'Ann', 'ann@example.org', '{a,b}'::text[], '{1,2}'::int[], '1990-05-17', 12.50), (2, 'Bob', NULL, '{}'::text[], NULL, NULL, 0)

INSERT INTO shop.orders VALUES (1, 1, 1, '2024-03-01 10:00:00+00', 'first', 10.5, '{"a": 1}'), (1, 2, 1, '2024-03-01 10:00:00+00', NULL, 2, NULL), (2, 1, 2, '2024-04-01 00:00:00+00', 'x', 7, NULL)

INSERT INTO metrics VALUES ('2024-01-01 00:00:00+00', 'web', 1.5), ('2024-01-01 00:05:00+00', 'web', 2.5), ('2024-01-01 00:10:00+00', 'db', 4)
