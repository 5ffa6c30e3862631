#!/usr/bin/env bash
# Checks of postgres_fdw, with which another PostgreSQL 15 reads and writes the
# tables of the server under test.
#
#   clients/shell/fdw_check.sh [NAME …]
#
# That other PostgreSQL is a new one, on a unix socket only, gone at the end.
# Of the checks, those named select/, rows, analyze, cancel and async need
# cursors: postgres_fdw reads by DECLARE and FETCH, in a transaction that is
# REPEATABLE READ. import/, explain/, insert/, direct/ and truncate need none.
#
# Left out: UPDATE and DELETE of rows that the server under test can't choose by
# itself, which name the rows by ctid, and ROLLBACK TO after a write.
set -uo pipefail

bin=
for b in /usr/lib/postgresql/15/bin /opt/homebrew/opt/postgresql@15/bin /usr/local/opt/postgresql@15/bin; do
	[ -x "$b/initdb" ] && bin=$b && break
done
[ -n "$bin" ] || {
	echo 'PostgreSQL 15 is not installed' >&2
	exit 1
}
tmp=$CHECK_TMP
failed=0
pid=
chosen=("$@")
export PSQLRC=/dev/null PGTZ=UTC PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 LC_ALL=C.UTF-8 LANGUAGE=C PAGER=cat
unset PSQL_PAGER

# Where the new server lives: not in CHECK_TMP, which the server's user may not
# be able to enter, and whose name may be too long for a socket's.
dir=$(mktemp -d "${TMPDIR:-/tmp}/fdw.XXXXXX") || exit 1
as=()
if [ "$(id -u)" = 0 ]; then
	# PostgreSQL refuses to run as root
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	chown postgres "$dir" && chmod 755 "$dir"
fi

# server COMMAND…: as the server's user and without the settings of libpq, which
# would be those of postgres_fdw's connections.
server() {
	(cd "$dir" && exec "${as[@]}" env -i PATH="$PATH" LC_ALL=C.UTF-8 TZ=UTC "$@")
}

# r: psql of the server under test. l: psql of the new server.
r() {
	psql -X -q --no-password -At -v ON_ERROR_STOP=1 "$@"
}

l() {
	PGSSLMODE=disable psql -X -q --no-password -h "$socket" -p 5432 -U local -d postgres -At -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@"
}

finish() {
	r -c 'DROP SCHEMA IF EXISTS fdw_check CASCADE' >/dev/null 2>&1
	# the process in the file is a child of the shell that is waited for
	[ -f "$dir/data/postmaster.pid" ] && kill -INT "$(head -n 1 "$dir/data/postmaster.pid")" && wait "$pid"
	rm -rf "$dir"
}
trap finish EXIT

no() {
	failed=1
	echo "not ok $1: $(tr -s '\n\t ' ' ' <<<"$2" | cut -c 1-400)"
	echo "$1: $2" >&2
}

# check NAME FUNCTION: each runs in a shell of its own, which says why it fails.
check() {
	local name=$1 reason c want=1
	shift
	for c in "${chosen[@]}"; do
		want=0
		[[ $name == "$c" || $name == "$c"/* ]] && want=1 && break
	done
	[ $want = 1 ] || return
	export -f r l want fails joined remote "$@"
	export tmp socket
	: >"$tmp/reason"
	if timeout 110 bash -uo pipefail -c "$*" 3>"$tmp/reason" 2>"$tmp/stderr" >"$tmp/stdout" && ! [ -s "$tmp/reason" ]; then
		echo "ok $name"
		return
	fi
	reason=$(cat "$tmp/reason")
	[ -n "$reason" ] || reason="not done, or failed without a reason"
	no "$name" "$reason $(cat "$tmp/stderr")"
}

# want WHAT GOT EXPECTED
want() {
	[ "$2" == "$3" ] && return
	printf '%s: got %q, want %q\n' "$1" "${2:0:500}" "${3:0:500}" >&3
	exit 1
}

# fails SQLSTATE STATEMENT…: runs statements on the new server, the last of which
# must fail.
fails() {
	local state=$1 out
	shift
	if out=$(l "$@" 2>&1); then
		echo "no error, want $state: $out" >&3
		exit 1
	fi
	grep -q "ERROR:  $state:" <<<"$out" && return
	echo "want $state: $out" >&3
	exit 1
}

# joined STATEMENT: on the new server, which without statistics thinks that its
# own joins are cheaper than those of the server under test.
joined() {
	l -c 'SET enable_hashjoin = off' -c 'SET enable_mergejoin = off' -c 'SET enable_nestloop = off' -c "$1"
}

# remote STATEMENT: what EXPLAIN says is sent to the server under test.
remote() {
	joined "EXPLAIN (VERBOSE, COSTS OFF) $1" | sed -n 's/^ *Remote SQL: //p'
}

# ---- the two servers ---------------------------------------------------------

socket=$dir

# The server is a child of this shell, not of pg_ctl, so that it does not outlive
# the process group.
start() {
	server "$bin/initdb" -D "$dir/data" -U local --auth trust -E UTF8 --locale C.UTF-8 --no-sync || return 1
	server "$bin/postgres" -D "$dir/data" -c listen_addresses= -c port=5432 -c unix_socket_directories="$dir" -c fsync=off -c timezone=UTC &
	pid=$!
	local i
	for i in {1..60}; do
		l -c 'SELECT 1' && return
		sleep 0.5
	done
	return 1
}

start >"$tmp/start" 2>&1 || {
	no start "$(tail -n 5 "$tmp/start")"
	exit 1
}

tables() {
	r -v customers=1000 -v orders=20000 <<-'SQL'
		DROP SCHEMA IF EXISTS fdw_check CASCADE;
		CREATE SCHEMA fdw_check;
		CREATE TABLE fdw_check.customer (id int PRIMARY KEY, name text NOT NULL, city text DEFAULT 'Paris', balance numeric(12,2) DEFAULT 0, since date);
		INSERT INTO fdw_check.customer SELECT i::int, 'name ' || i::text, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'Oslo' WHEN 2 THEN 'Łódź' ELSE 'it''s' END,
			(i * 0.25)::numeric(12,2), DATE '2020-01-01' + (i % 365)::int FROM generate_series(1, :customers) AS g(i);
		CREATE TABLE fdw_check.orders (no bigint NOT NULL, customer_id int NOT NULL, placed timestamptz NOT NULL, amount numeric(12,2), note text);
		INSERT INTO fdw_check.orders SELECT i::bigint, (i % :customers + 1)::int, TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL '1 minute',
			(i * 0.01)::numeric(12,2), CASE WHEN i % 10 = 0 THEN NULL ELSE 'note ' || i::text END FROM generate_series(1, :orders) AS g(i);
		CREATE VIEW fdw_check.rich AS SELECT id, name, balance FROM fdw_check.customer WHERE balance > 200;
		CREATE TABLE fdw_check.kinds (k int, b bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(20,5), t text, bin bytea, d date, ti time, ts timestamp,
			tz timestamptz, iv interval, u uuid, j json, ia int4[], ta text[]);
		INSERT INTO fdw_check.kinds VALUES (1, true, -32768, 9223372036854775807, 0.1, 0.1, -12345.67890, 'ünï ☃ ''"\', '\x00ff5c27'::bytea, '2024-02-29', '23:59:59.999999',
			'2024-02-29 13:14:15.123456', '2024-02-29 13:14:15.123456+02', '1 year 2 mons 3 days 04:05:06', '0f14d0ab-9605-4a62-a9e4-5ed26688389b', '{"a": [1, null]}',
			ARRAY[1, NULL, -3], ARRAY['a', 'b,c', NULL, 'say "hi"']);
		INSERT INTO fdw_check.kinds (k) VALUES (2);
		CREATE TABLE fdw_check.written (id int PRIMARY KEY, name text, amount numeric(12,2), moment timestamptz);
		CREATE TABLE fdw_check."Odd Name" ("Column One" int, "sel""ect" text);
		INSERT INTO fdw_check."Odd Name" VALUES (1, 'one');
		CREATE TABLE fdw_check.many AS SELECT i::bigint AS id, ('name ' || (i % 1000)::text)::text AS name, (i * 0.5)::float8 AS ratio,
			(i * 0.01)::numeric(12,2) AS amount FROM generate_series(1, 1000000) AS g(i);
		CREATE VIEW fdw_check.long AS SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) AS a(x), generate_series(1, 1000) AS b(y)
			WHERE (a.x * b.y) % 7 = 3;
	SQL
}

# The tables are described here too, since IMPORT is only one way to get them.
foreign_tables() {
	l -v host="$PGHOST" -v port="$PGPORT" -v dbname="$PGDATABASE" -v user="$PGUSER" -v password="$PGPASSWORD" <<-'SQL'
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'dbname', sslmode 'require', application_name 'fdw check');
		CREATE USER MAPPING FOR CURRENT_USER SERVER remote OPTIONS (user :'user', password :'password');
		CREATE SCHEMA f;
		CREATE FOREIGN TABLE f.customer (id int NOT NULL, name text NOT NULL, city text, balance numeric(12,2), since date) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.orders (no bigint NOT NULL, customer_id int NOT NULL, placed timestamptz NOT NULL, amount numeric(12,2), note text)
			SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.rich (id int, name text, balance numeric(12,2)) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.kinds (k int, b bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(20,5), t text, bin bytea, d date, ti time, ts timestamp,
			tz timestamptz, iv interval, u uuid, j json, ia int4[], ta text[]) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.written (id int, name text, amount numeric(12,2), moment timestamptz) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.batched (id int, name text, amount numeric(12,2), moment timestamptz)
			SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'written', batch_size '100');
		CREATE FOREIGN TABLE f.odd (one int OPTIONS (column_name 'Column One'), two text OPTIONS (column_name 'sel"ect'))
			SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'Odd Name');
		CREATE FOREIGN TABLE f.many (id bigint, name text, ratio float8, amount numeric(12,2)) SERVER remote OPTIONS (schema_name 'fdw_check', fetch_size '10000');
		CREATE FOREIGN TABLE f.few (id bigint, name text) SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'many', fetch_size '7');
		CREATE FOREIGN TABLE f.estimated (id int, name text) SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'customer', use_remote_estimate 'true');
		CREATE FOREIGN TABLE f.loose (id int, name text, amount numeric) SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'written');
		CREATE SERVER parallel FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'dbname', sslmode 'require', async_capable 'true');
		CREATE USER MAPPING FOR CURRENT_USER SERVER parallel OPTIONS (user :'user', password :'password');
		CREATE FOREIGN TABLE f.left_part (id int, name text) SERVER parallel OPTIONS (schema_name 'fdw_check', table_name 'customer');
		CREATE FOREIGN TABLE f.right_part (id int, name text) SERVER parallel OPTIONS (schema_name 'fdw_check', table_name 'rich');
		CREATE FOREIGN TABLE f.long (n bigint) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE FOREIGN TABLE f.wrong (id int, nope text) SERVER remote OPTIONS (schema_name 'fdw_check', table_name 'customer');
		CREATE FOREIGN TABLE f.missing (id int) SERVER remote OPTIONS (schema_name 'fdw_check');
		CREATE TABLE public.city (name text PRIMARY KEY, country text);
		INSERT INTO public.city VALUES ('Oslo', 'Norway'), ('Łódź', 'Poland');
		ANALYZE public.city;
	SQL
}

tables >"$tmp/tables" 2>&1 || {
	no tables "$(tail -n 5 "$tmp/tables")"
	exit 1
}
foreign_tables >"$tmp/foreign" 2>&1 || {
	no foreign_tables "$(tail -n 5 "$tmp/foreign")"
	exit 1
}

# ---- IMPORT FOREIGN SCHEMA ---------------------------------------------------

columns_of() {
	l -c "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
		|| COALESCE(' = ' || pg_get_expr(adbin, adrelid), ''), ', ' ORDER BY attnum)
		FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = '$1'::regclass AND attnum > 0"
}

tables_of() {
	l -c "SELECT string_agg(foreign_table_name, ',' ORDER BY foreign_table_name COLLATE \"C\") FROM information_schema.foreign_tables WHERE foreign_table_schema = '$1'"
}
export -f columns_of tables_of

import_all() {
	l -c 'CREATE SCHEMA i_all' -c 'IMPORT FOREIGN SCHEMA fdw_check FROM SERVER remote INTO i_all'
	want tables "$(tables_of i_all)" 'Odd Name,customer,kinds,long,many,orders,rich,written'
	want customer "$(columns_of i_all.customer)" 'id integer not null, name text not null, city text, balance numeric(12,2), since date'
	want kinds "$(columns_of i_all.kinds)" "k integer, b boolean, i2 smallint, i8 bigint, f4 real, f8 double precision, n numeric(20,5), t text, bin bytea, d date, ti time without time zone, ts timestamp without time zone, tz timestamp with time zone, iv interval, u uuid, j json, ia integer[], ta text[]"
	want view "$(columns_of i_all.rich)" 'id integer, name text, balance numeric(12,2)'
	want odd "$(columns_of 'i_all."Odd Name"')" 'Column One integer, sel"ect text'
	want options "$(l -c "SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = 'i_all.\"Odd Name\"'::regclass")" '{schema_name=fdw_check,"table_name=Odd Name"}'
}

import_some() {
	l -c 'CREATE SCHEMA i_some' -c 'IMPORT FOREIGN SCHEMA fdw_check LIMIT TO (customer, "Odd Name", nope) FROM SERVER remote INTO i_some'
	want tables "$(tables_of i_some)" 'Odd Name,customer'
}

import_except() {
	l -c 'CREATE SCHEMA i_except' -c 'IMPORT FOREIGN SCHEMA fdw_check EXCEPT (customer, "Odd Name", many, long) FROM SERVER remote INTO i_except'
	want tables "$(tables_of i_except)" 'kinds,orders,rich,written'
}

import_default() {
	l -c 'CREATE SCHEMA i_default' -c "IMPORT FOREIGN SCHEMA fdw_check LIMIT TO (customer) FROM SERVER remote INTO i_default OPTIONS (import_default 'true')"
	want customer "$(columns_of i_default.customer)" "id integer not null, name text not null, city text = 'Paris'::text, balance numeric(12,2) = 0, since date"
}

import_not_null() {
	l -c 'CREATE SCHEMA i_null' -c "IMPORT FOREIGN SCHEMA fdw_check LIMIT TO (customer) FROM SERVER remote INTO i_null OPTIONS (import_not_null 'false', import_collate 'false')"
	want customer "$(columns_of i_null.customer)" 'id integer, name text, city text, balance numeric(12,2), since date'
}

import_missing() {
	l -c 'CREATE SCHEMA i_missing'
	fails HV00Q -c 'IMPORT FOREIGN SCHEMA nope FROM SERVER remote INTO i_missing'
}

check import/all import_all
check import/limit_to import_some
check import/except import_except
check import/default import_default
check import/not_null import_not_null
check import/missing import_missing

# ---- what EXPLAIN shows ------------------------------------------------------

explain_where() {
	want comparison "$(remote "SELECT name FROM f.customer WHERE id = 7")" 'SELECT name FROM fdw_check.customer WHERE ((id = 7))'
	want text "$(remote "SELECT id FROM f.customer WHERE city = 'it''s' AND balance > 10.5 AND since BETWEEN '2020-01-01' AND '2020-02-01'")" \
		"SELECT id FROM fdw_check.customer WHERE ((balance > 10.5)) AND ((since >= '2020-01-01')) AND ((since <= '2020-02-01')) AND ((city = 'it''s'))"
	want lists "$(remote "SELECT id FROM f.customer WHERE id IN (1, 2, 3) OR city IS NULL")" \
		"SELECT id FROM fdw_check.customer WHERE (((id = ANY ('{1,2,3}'::integer[])) OR (city IS NULL)))"
	want like "$(remote "SELECT id FROM f.customer WHERE name LIKE 'name 1%' AND length(name) > 7 AND NOT city = 'Oslo'")" \
		"SELECT id FROM fdw_check.customer WHERE ((name ~~ 'name 1%')) AND ((city <> 'Oslo')) AND ((length(name) > 7))"
	want times "$(remote "SELECT no FROM f.orders WHERE placed >= '2024-01-02 00:00:00+00' AND amount IS NOT NULL")" \
		"SELECT no FROM fdw_check.orders WHERE ((amount IS NOT NULL)) AND ((placed >= '2024-01-02 00:00:00+00'))"
	want local "$(remote "SELECT id FROM f.customer WHERE random() < 2")" 'SELECT id FROM fdw_check.customer'
}

explain_join() {
	want inner "$(remote 'SELECT c.name, o.no FROM f.customer c JOIN f.orders o ON o.customer_id = c.id WHERE o.amount > 100')" \
		'SELECT r1.name, r2.no FROM (fdw_check.customer r1 INNER JOIN fdw_check.orders r2 ON (((r1.id = r2.customer_id)) AND ((r2.amount > 100::numeric))))'
	want left "$(remote 'SELECT c.name, o.no FROM f.customer c LEFT JOIN f.orders o ON o.customer_id = c.id AND o.no < 10')" \
		'SELECT r1.name, r2.no FROM (fdw_check.customer r1 LEFT JOIN fdw_check.orders r2 ON (((r2.customer_id = r1.id)) AND ((r2.no < 10))))'
}

explain_aggregate() {
	want group "$(remote 'SELECT city, count(*), sum(balance), max(since) FROM f.customer GROUP BY city HAVING count(*) > 10')" \
		'SELECT city, count(*), sum(balance), max(since) FROM fdw_check.customer GROUP BY 1 HAVING ((count(*) > 10))'
	want all "$(remote 'SELECT count(*), avg(balance), count(DISTINCT city), min(id) FILTER (WHERE id > 5) FROM f.customer')" \
		'SELECT count(*), avg(balance), count(DISTINCT city), min(id) FILTER (WHERE (id > 5)) FROM fdw_check.customer'
}

explain_order() {
	want limit "$(remote 'SELECT id, balance FROM f.customer ORDER BY balance DESC, id LIMIT 5 OFFSET 2')" \
		'SELECT id, balance FROM fdw_check.customer ORDER BY balance DESC NULLS FIRST, id ASC NULLS LAST LIMIT 5::bigint OFFSET 2::bigint'
	want nulls "$(remote 'SELECT city FROM f.customer ORDER BY id NULLS FIRST LIMIT 1')" \
		'SELECT id, city FROM fdw_check.customer ORDER BY id ASC NULLS FIRST LIMIT 1::bigint'
}

explain_write() {
	want insert "$(remote "INSERT INTO f.written (id, name) VALUES (1, 'x')")" \
		'INSERT INTO fdw_check.written(id, name, amount, moment) VALUES ($1, $2, $3, $4)'
	want update "$(remote "UPDATE f.written SET name = 'y', amount = amount + 1 WHERE id < 5")" \
		"UPDATE fdw_check.written SET name = 'y'::text, amount = (amount + 1::numeric) WHERE ((id < 5))"
	want delete "$(remote 'DELETE FROM f.written WHERE id = 3 RETURNING name')" \
		'DELETE FROM fdw_check.written WHERE ((id = 3)) RETURNING name'
}

# With remote estimates postgres_fdw sends EXPLAIN, and reads costs and rows of
# its first line.
explain_estimate() {
	local said rows
	said=$(l -c 'EXPLAIN SELECT * FROM f.estimated WHERE id < 501')
	rows=$(sed -n 's/^Foreign Scan on estimated .* rows=\([0-9]*\) .*/\1/p' <<<"$said")
	[ "${rows:-0}" -gt 0 ] && return
	echo "no row estimate: $said" >&3
	exit 1
}

check explain/where explain_where
check explain/join explain_join
check explain/aggregate explain_aggregate
check explain/order explain_order
check explain/write explain_write
check explain/estimate explain_estimate

# ---- reading -----------------------------------------------------------------

select_where() {
	want one "$(l -c 'SELECT id, name, city, balance, since FROM f.customer WHERE id = 7')" "7|name 7|it's|1.75|2020-01-08"
	want none "$(l -c 'SELECT id FROM f.customer WHERE id = -1')" ''
	want text "$(l -c "SELECT count(*) FROM f.customer WHERE city = 'Łódź' AND name LIKE 'name 1%'")" 28
	want nulls "$(l -c 'SELECT count(*) FROM f.customer WHERE city IS NULL AND id IN (4, 5, 8)')" 2
	want local "$(l -c "SELECT id FROM f.customer WHERE id < 4 AND to_char(id, 'FM000') = '002'")" 2
	want view "$(l -c 'SELECT count(*), min(balance) FROM f.rich')" '200|200.25'
	want odd "$(l -c 'SELECT one, two FROM f.odd')" '1|one'
}

select_join() {
	want join "$(joined 'SELECT c.name, o.no, o.amount FROM f.customer c JOIN f.orders o ON o.customer_id = c.id WHERE o.no IN (1, 1999) ORDER BY o.no')" \
		$'name 2|1|0.01\nname 1000|1999|19.99'
	want left "$(joined 'SELECT c.id, o.no FROM f.customer c LEFT JOIN f.orders o ON o.customer_id = c.id AND o.no < 3 WHERE c.id < 4 ORDER BY 1')" $'1|\n2|1\n3|2'
	want exists "$(joined 'SELECT count(*) FROM f.customer c WHERE EXISTS (SELECT 1 FROM f.orders o WHERE o.customer_id = c.id AND o.no < 11)')" 10
}

select_aggregate() {
	want group "$(l -c 'SELECT city, count(*), sum(balance) FROM f.customer GROUP BY city ORDER BY city NULLS FIRST')" \
		$'|250|31375.00\nOslo|250|31187.50\nit\'s|250|31312.50\nŁódź|250|31250.00'
	want all "$(l -c 'SELECT count(*), count(note), sum(amount), min(placed), max(no) FROM f.orders')" '20000|18000|2000100.00|2024-01-01 00:01:00+00|20000'
	want mean "$(l -c 'SELECT round(avg(balance), 3) FROM f.customer WHERE id <= 3')" 0.500
}

select_order() {
	want limit "$(l -c 'SELECT id, balance FROM f.customer ORDER BY balance DESC LIMIT 2 OFFSET 1')" $'999|249.75\n998|249.50'
	want distinct "$(l -c 'SELECT DISTINCT city FROM f.customer WHERE city IS NOT NULL ORDER BY 1')" $'Oslo\nit\'s\nŁódź'
}

select_local() {
	want join "$(l -c 'SELECT y.country, count(*) FROM f.customer c JOIN public.city y ON y.name = c.city GROUP BY 1 ORDER BY 1')" $'Norway|250\nPoland|250'
	want subquery "$(l -c 'SELECT id FROM f.customer WHERE city IN (SELECT name FROM public.city) ORDER BY id LIMIT 3')" $'1\n2\n5'
}

# A nested loop asks once for each row of the local table, with a parameter.
select_parameter() {
	want loop "$(l -c 'SET enable_hashjoin = off' -c 'SET enable_mergejoin = off' -c 'SET enable_material = off' \
		-c "SELECT v.i, c.name FROM (VALUES (3), (1000), (-1)) AS v(i), LATERAL (SELECT name FROM f.customer WHERE id = v.i OFFSET 0) c ORDER BY 1")" \
		$'3|name 3\n1000|name 1000'
	want prepared "$(l -c 'PREPARE p (int, text) AS SELECT id FROM f.customer WHERE id > $1 AND city = $2 ORDER BY id LIMIT 1' -c 'SET plan_cache_mode = force_generic_plan' \
		-c "EXECUTE p (10, 'Oslo')" -c "EXECUTE p (100, 'it''s')")" $'13\n103'
}

select_types() {
	want values "$(l -c 'SELECT * FROM f.kinds WHERE k = 1')" "1|t|-32768|9223372036854775807|0.1|0.1|-12345.67890|ünï ☃ '\"\\|\\x00ff5c27|2024-02-29|23:59:59.999999|2024-02-29 13:14:15.123456|2024-02-29 11:14:15.123456+00|1 year 2 mons 3 days 04:05:06|0f14d0ab-9605-4a62-a9e4-5ed26688389b|{\"a\": [1, null]}|{1,NULL,-3}|{a,\"b,c\",NULL,\"say \\\"hi\\\"\"}"
	want nulls "$(l -c 'SELECT num_nulls(b, i2, i8, f4, f8, n, t, bin, d, ti, ts, tz, iv, u, j, ia, ta) FROM f.kinds WHERE k = 2')" 17
	want conditions "$(l -c "SELECT k FROM f.kinds WHERE u = '0f14d0ab-9605-4a62-a9e4-5ed26688389b' AND tz = '2024-02-29 11:14:15.123456+00' AND bin = '\\x00ff5c27' AND b
		AND iv > '1 year' AND ti > '12:00' AND f8 = 0.1 AND ia = '{1,NULL,-3}'")" 1
}

select_error() {
	fails 42703 -c 'SELECT nope FROM f.wrong'
	fails 42P01 -c 'SELECT id FROM f.missing'
	want afterwards "$(l -c 'SELECT count(*) FROM f.customer')" 1000
	fails 22012 -c 'SELECT 1 / (id - 7) FROM f.customer WHERE 1 / (id - 7) > 0'
}

# One transaction here is one there, which sees one state of the data.
select_transaction() {
	want snapshot "$(l <<-'SQL'
		BEGIN;
		SELECT count(*) FROM f.customer;
		SELECT count(*) FROM f.orders WHERE no <= 10;
		SAVEPOINT a;
		SELECT count(*) FROM f.rich;
		RELEASE a;
		DECLARE c CURSOR FOR SELECT id FROM f.customer ORDER BY id;
		FETCH 2 FROM c;
		FETCH 1 FROM c;
		COMMIT;
		SELECT count(*) FROM f.customer;
	SQL
	)" $'1000\n10\n200\n1\n2\n3\n1000'
}

check select/where select_where
check select/join select_join
check select/aggregate select_aggregate
check select/order select_order
check select/local select_local
check select/parameter select_parameter
check select/types select_types
check select/error select_error
check select/transaction select_transaction

# A million rows come here to be added up: OFFSET 0 stays on this side of sum().
rows() {
	want sums "$(l -c 'SELECT count(*), sum(id), sum(length(name)), sum(ratio), sum(amount), count(DISTINCT name) FROM (SELECT * FROM f.many OFFSET 0) m')" \
		'1000000|500000500000|7890000|250000250000|5000005000.00|1000'
	want small "$(l -c 'SELECT count(*), sum(id) FROM (SELECT id FROM f.few WHERE id <= 1000 OFFSET 0) m')" '1000|500500'
}

analyze() {
	l -c 'ANALYZE f.customer'
	want rows "$(l -c "SELECT reltuples FROM pg_class WHERE oid = 'f.customer'::regclass")" 1000
	want statistics "$(l -c "SELECT null_frac, n_distinct FROM pg_stats WHERE schemaname = 'f' AND tablename = 'customer' AND attname = 'city'")" '0.25|3'
}

cancel() {
	fails 57014 -c "SET statement_timeout = '1s'" -c 'SELECT n FROM f.long'
	want afterwards "$(l -c 'SELECT count(*) FROM f.customer')" 1000
	sleep 1
	want running "$(r -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fdw check' AND state = 'active' AND query LIKE '%fdw_check.long%'")" 0
}

async() {
	local query='SELECT count(*), sum(id) FROM (SELECT id FROM f.left_part WHERE id <= 10 UNION ALL SELECT id FROM f.right_part WHERE id <= 810 UNION ALL SELECT 5) u'
	want plan "$(l -c "EXPLAIN $query" | grep -c 'Async Foreign Scan')" 2
	want rows "$(l -c "$query")" '21|8115'
}

check rows rows
check analyze analyze
check cancel cancel
check async async

# ---- writing -----------------------------------------------------------------

insert_values() {
	r -c 'DELETE FROM fdw_check.written'
	l -c "INSERT INTO f.written VALUES (1, 'ünï ☃ ''\"\\', 1.50, '2024-02-29 13:14:15+02'), (2, NULL, NULL, NULL)" -c "INSERT INTO f.written (id) VALUES (3)"
	want rows "$(r -c 'SELECT id, name, amount, moment AT TIME ZONE '"'UTC'"' FROM fdw_check.written ORDER BY id')" $'1|ünï ☃ \'"\\|1.50|2024-02-29 11:14:15\n2|||\n3|||'
}

insert_returning() {
	want returning "$(l -c "INSERT INTO f.written VALUES (4, 'four', 4) RETURNING id, name, amount, moment")" '4|four|4.00|'
}

insert_many() {
	r -c 'DELETE FROM fdw_check.written'
	l -c "INSERT INTO f.written SELECT i, 'name ' || i, i * 0.01, now() FROM generate_series(1, 300) AS g(i)"
	want rows "$(r -c 'SELECT count(*), count(DISTINCT name), sum(amount) FROM fdw_check.written')" '300|300|451.50'
}

insert_batch() {
	r -c 'DELETE FROM fdw_check.written'
	l -c "INSERT INTO f.batched SELECT i, 'name ' || i, i * 0.01, now() FROM generate_series(1, 2050) AS g(i)"
	want rows "$(r -c 'SELECT count(*), count(DISTINCT name), sum(amount), count(moment) FROM fdw_check.written')" '2050|2050|21022.75|2050'
}

insert_copy() {
	r -c 'DELETE FROM fdw_check.written'
	printf '1\tone\t1.5\t\\N\n2\t\\N\t\\N\t2024-02-29 00:00:00+00\n' | l -c 'COPY f.written FROM STDIN'
	want rows "$(r -c 'SELECT count(*), sum(amount), count(moment) FROM fdw_check.written')" '2|1.50|1'
}

insert_transaction() {
	r -c 'DELETE FROM fdw_check.written'
	l -c 'BEGIN' -c "INSERT INTO f.written VALUES (1, 'gone')" -c 'ROLLBACK'
	want 'after rollback' "$(r -c 'SELECT count(*) FROM fdw_check.written')" 0
	l -c 'BEGIN' -c "INSERT INTO f.written VALUES (1, 'one')" -c 'SAVEPOINT a' -c "INSERT INTO f.written VALUES (2, 'two')" -c 'RELEASE a' -c 'COMMIT'
	want 'after commit' "$(r -c 'SELECT id, name FROM fdw_check.written ORDER BY id')" $'1|one\n2|two'
	fails 22P02 -c 'BEGIN' -c "INSERT INTO f.written VALUES (3, 'three')" -c "SELECT 'x'::int"
	want 'after an error' "$(r -c 'SELECT count(*) FROM fdw_check.written')" 2
}

insert_error() {
	r -c 'DELETE FROM fdw_check.written'
	fails 22003 -c "INSERT INTO f.loose VALUES (1, 'too much', 12345678901234)"
	fails 42P01 -c 'INSERT INTO f.missing VALUES (1)'
	l -c "INSERT INTO f.written VALUES (90, 'good')"
	want afterwards "$(r -c 'SELECT id, name FROM fdw_check.written')" '90|good'
}

# Changes that the server under test does as one statement.
direct_update() {
	r -c 'DELETE FROM fdw_check.written' -c "INSERT INTO fdw_check.written (id, name, amount) VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)"
	l -c "UPDATE f.written SET amount = amount * 2, name = name || '!' WHERE id >= 2"
	want rows "$(r -c 'SELECT id, name, amount FROM fdw_check.written ORDER BY id')" $'1|one|1.00\n2|two!|4.00\n3|three!|6.00'
	want tag "$(PGSSLMODE=disable psql -X -h "$socket" -p 5432 -U local -d postgres -c "UPDATE f.written SET name = 'x' WHERE id = 77")" 'UPDATE 0'
}

direct_returning() {
	r -c 'DELETE FROM fdw_check.written' -c "INSERT INTO fdw_check.written (id, name, amount) VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)"
	want update "$(l -c 'WITH u AS (UPDATE f.written SET amount = amount * 2 WHERE id >= 2 RETURNING id, amount) SELECT count(*), sum(amount) FROM u')" '2|10.00'
	want delete "$(l -c 'DELETE FROM f.written WHERE id = 3 RETURNING name, amount')" 'three|6.00'
}

direct_delete() {
	r -c 'DELETE FROM fdw_check.written' -c "INSERT INTO fdw_check.written (id, name, amount) VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)"
	want tag "$(PGSSLMODE=disable psql -X -h "$socket" -p 5432 -U local -d postgres -c 'DELETE FROM f.written WHERE id < 3')" 'DELETE 2'
	want rows "$(r -c 'SELECT id FROM fdw_check.written')" 3
}

truncate() {
	r -c "INSERT INTO fdw_check.written (id, name) VALUES (50, 'x')"
	l -c 'TRUNCATE f.written'
	want rows "$(r -c 'SELECT count(*) FROM fdw_check.written')" 0
}

connections() {
	want connections "$(l <<-'SQL'
		INSERT INTO f.written (id) VALUES (70);
		SELECT server_name, valid FROM postgres_fdw_get_connections();
		SELECT postgres_fdw_disconnect('remote');
		SELECT count(*) FROM postgres_fdw_get_connections();
	SQL
	)" $'remote|t\nt\n0'
	l -c 'INSERT INTO f.written (id) VALUES (71)' -c 'SELECT pg_sleep(3)' >/dev/null &
	sleep 1.5
	want application "$(r -c "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'fdw check'")" t
	wait
}

check insert/values insert_values
check insert/returning insert_returning
check insert/many insert_many
check insert/batch insert_batch
check insert/copy insert_copy
check insert/transaction insert_transaction
check insert/error insert_error
check direct/update direct_update
check direct/delete direct_delete
check direct/returning direct_returning
check truncate truncate
check connections connections
exit $failed
