#!/usr/bin/env bash
# Checks of psql 15: its commands, variables, \copy and exit codes.
#
#   clients/shell/psql_check.sh
#
# Left out: \bind (psql 16), FETCH_COUNT (a cursor), \d and its like (the catalog
# as a whole). rows is one million rows as CSV, whose columns awk adds up.
set -uo pipefail

tmp=$CHECK_TMP
failed=0
long='SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) a(x), generate_series(1, 1000) b(y) WHERE (a.x * b.y) % 7 = 3'
# what is printed must not depend on the user's settings
export PSQLRC=/dev/null PGTZ=UTC PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 LC_ALL=C.UTF-8 LANGUAGE=C PAGER=cat
export PGSSLMODE=verify-full
unset PSQL_PAGER

p() {
	psql -X --no-password -v VERBOSITY=default "$@"
}

# check NAME FUNCTION: each runs in a shell of its own, which says why it fails.
check() {
	local name=$1 reason
	shift
	export -f p want status "$@"
	export tmp long
	if timeout 110 bash -uo pipefail -c "$*" 3>"$tmp/reason" 2>"$tmp/stderr" >"$tmp/stdout"; then
		echo "ok $name"
		return
	fi
	failed=1
	reason=$(cat "$tmp/reason")
	[ -n "$reason" ] || reason="not done, or failed without a reason: $(tail -n 1 "$tmp/stderr")"
	echo "not ok $name: $(tr -s '\n\t ' ' ' <<<"$reason" | cut -c 1-300)"
	{ echo "$name:" && cat "$tmp/reason" "$tmp/stderr"; } >&2
}

# want WHAT GOT EXPECTED
want() {
	[ "$2" == "$3" ] && return
	printf '%s: got %q, want %q\n' "$1" "${2:0:200}" "${3:0:200}" >&3
	exit 1
}

# status EXPECTED COMMAND…: compares the exit status; the output goes on.
status() {
	local expected=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" == "$expected" ] && return
	echo "$*: exit status $got, want $expected: $(tail -n 2 "$tmp/stderr")" >&3
	return 1
}

connect() {
	want 'user and database' "$(p -At -c 'SELECT current_user::text AS u, current_database()::text AS d')" "$PGUSER|$PGDATABASE"
	local version
	version=$(p -At -c 'SHOW server_version')
	want 'SHOW server_version' "${version:0:2}" 15
	want ':SERVER_VERSION_NUM' "$(p -At <<<'\echo :SERVER_VERSION_NUM' | cut -c 1-2)" 15
	p -c '\conninfo' >"$tmp/info"
	grep -q 'SSL connection (protocol: TLSv1.[23]' "$tmp/info" || want 'conninfo' "$(cat "$tmp/info")" 'SSL connection'
	# what psql sends when the options of a connection string are used
	want 'options' "$(PGOPTIONS='-c statement_timeout=1234' PGAPPNAME=shell p -At -c 'SHOW statement_timeout' -c 'SHOW application_name')" $'1234ms\nshell'
}

rows() {
	status 0 p --csv -t -c "SELECT i::bigint AS id, ('row ' || i::text)::text AS name, (i * 0.5)::float8 AS half,
		(i * 0.01)::numeric(12,2) AS price, (TIMESTAMP '2000-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS at,
		(DATE '2000-01-01' + (i % 10000)::int)::date AS day, (i % 3 = 0)::bool AS third
		FROM generate_series(1, 1000000) AS g(i)" >"$tmp/rows.csv" || exit 1
	# half of an odd number ends in .5; of the times the seconds of the day are
	# added up, of the dates the days of the month
	want 'sums' "$(awk -F , '
		$2 != "row " $1 || $3 != ($1 % 2 ? int($1 / 2) ".5" : $1 / 2 "") || $4 * 100 - $1 > 0.001 || $1 - $4 * 100 > 0.001 || $7 != ($1 % 3 ? "f" : "t") { bad++ }
		{ n++; id += $1; len += length($2); half += $3; price += $4
		  split($5, t, /[ :-]/); s += t[4] * 3600 + t[5] * 60 + t[6]; day += substr($6, 9, 2) + 0 }
		END { printf "%d %.0f %d %.1f %.2f %.0f %d %d", n, id, len, half, price, s, day, bad }' "$tmp/rows.csv")" \
		"1000000 500000500000 9888896 250000250000.0 5000005000.00 $(awk 'BEGIN { for (i = 1; i <= 1000000; i++) s += i % 86400; printf "%.0f", s }') $(
			awk 'BEGIN { for (i = 0; i < 10000; i++) print "2000-01-01 +" i " days" }' | date -u -f - +%d | awk '{ d += $1 * 100 } END { printf "%d", d }'
		) 0"
}

# One value of each type as text.
types() {
	want 'values' "$(p -At -F ' ; ' -P null=NULL <<'SQL'
SELECT true AS a, (-32768)::int2 AS b, 2147483647::int4 AS c, (-9223372036854775807)::int8 AS d, 0.1::float4 AS e, 0.1::float8 AS f, 'NaN'::float8 AS g, '-Infinity'::float8 AS h;
SELECT '12345678901234567890123456789012345678'::numeric(38,0) AS a, '-123.4500'::numeric(20,4) AS b, 'it''s "ünï" ☃ 😀 \'::text AS c, ''::text AS d, NULL::text AS e;
SELECT '\x00ff41'::bytea AS a, DATE '1969-07-20' AS b, TIME '23:59:59.999999' AS c, TIMESTAMP '2024-02-29 12:34:56.123456' AS d, TIMESTAMPTZ '2024-02-29 12:34:56.5+05:30' AS e;
SELECT INTERVAL '1 year 2 months 3 days 04:05:06.789' AS a, '-1 mons -2 days'::interval AS b, '0f14d0ab-9605-4a62-a9e4-5ed26688389b'::uuid AS c, '{"a": [1, null]}'::json AS d;
SELECT ARRAY[1, NULL, -3]::int4[] AS a, ARRAY['a,b', 'c"d', NULL, 'NULL', '', 'e\f', 'g h']::text[] AS b, ARRAY[]::int4[] AS c;
SQL
)" 't ; -32768 ; 2147483647 ; -9223372036854775807 ; 0.1 ; 0.1 ; NaN ; -Infinity
12345678901234567890123456789012345678 ; -123.4500 ; it'"'"'s "ünï" ☃ 😀 \ ;  ; NULL
\x00ff41 ; 1969-07-20 ; 23:59:59.999999 ; 2024-02-29 12:34:56.123456 ; 2024-02-29 07:04:56.5+00
1 year 2 mons 3 days 04:05:06.789 ; -1 mons -2 days ; 0f14d0ab-9605-4a62-a9e4-5ed26688389b ; {"a": [1, null]}
{1,NULL,-3} ; {"a,b","c\"d",NULL,"NULL","","e\\f","g h"} ; {}'
	want '1 MB of text' "$(p -At -c "SELECT repeat('é', 524288)::text AS v" | wc -c)" 1048577
}

files() {
	printf '%s\n' 'SELECT 1 AS a;' "SELECT 'two' AS b;" >"$tmp/one.sql"
	printf '%s\n' 'SELECT 3 AS c;' "\\i $tmp/one.sql" >"$tmp/two.sql"
	want '-f' "$(p -At -f "$tmp/two.sql")" $'3\n1\ntwo'
	want 'standard input' "$(p -At <"$tmp/two.sql")" $'3\n1\ntwo'
	want 'several -c and -f' "$(p -At -c 'SELECT 0 AS z' -f "$tmp/one.sql" -c '\echo done')" $'0\n1\ntwo\ndone'
	want 'several statements in one -c' "$(p -At -c "SELECT 1 AS a; SELECT 'two' AS b")" $'1\ntwo'
	want '\; between statements' "$(p -At <<<"SELECT 1 AS a\\; SELECT 'two' AS b;")" $'1\ntwo'
	status 0 p -At -o "$tmp/out" -f "$tmp/one.sql" || exit 1
	want '-o' "$(cat "$tmp/out")" $'1\ntwo'
}

variables() {
	want 'variables' "$(p -At -v n=42 -v "t=it's" -v 'c=odd "name"' <<'SQL'
SELECT :n + 1 AS v, :'t' AS t, 1 AS :"c";
\set twice 'SELECT 2 * ':n
:twice AS v;
SELECT 7 AS a, 'x y' AS b, NULL::text AS c \gset p_
\echo :p_a :p_b :{?p_c}
\if :{?p_a}
SELECT :p_a::int4 * 6 AS v, :'p_b' AS w;
\else
\echo wrong
\endif
\echo :ROW_COUNT :ERROR :SQLSTATE
SQL
)" $'43|it\'s|1\n84\n7 x y FALSE\n42|x y\n1 false 00000'
	want '\gexec' "$(p -At <<<"SELECT 'SELECT ' || i::text || ' AS v' AS q FROM generate_series(1, 3) AS g(i) ORDER BY i \\gexec")" $'1\n2\n3'
	want '\gx' "$(p -P null=NULL <<<"SELECT 1 AS one, NULL::text AS two \\gx" | tr -s ' ')" $'-[ RECORD 1 ]\none | 1\ntwo | NULL'
	want '\crosstabview' "$(p -A -P footer=off <<<"SELECT a::text AS a, b::text AS b, (a * b)::text AS c FROM generate_series(1, 2) x(a), generate_series(1, 2) y(b) ORDER BY a, b \\crosstabview")" $'a|1|2\n1|1|2\n2|2|4'
}

gdesc() {
	want '\gdesc' "$(p -At <<<"SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f, DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i, '\\x00'::bytea AS j, ARRAY[1]::int4[] AS k \\gdesc")" \
		$'a|smallint\nb|integer\nc|bigint\nd|text\ne|numeric(12,2)\nf|boolean\ng|date\nh|timestamp without time zone\ni|double precision\nj|bytea\nk|integer[]'
}

watch() {
	# psql 15 has no count: time ends it
	timeout -s INT 2.5 psql -X -At -c 'SELECT 5 AS v' -c '\watch 1' >"$tmp/watch" 2>"$tmp/watch.err" <<<''
	timeout -s INT 2.5 psql -X -At <<<'SELECT 5 AS v \watch 0.5' >"$tmp/watch" 2>"$tmp/watch.err"
	local n
	n=$(grep -c '^5$' "$tmp/watch")
	[ "$n" -ge 3 ] || want '\watch' "$n times: $(tail -n 3 "$tmp/watch" "$tmp/watch.err")" 'three times or more'
}

output() {
	want 'aligned' "$(p -c "SELECT i::int4 AS n, 'é' || i::text AS t, (i * 0.5)::numeric(4,1) AS v FROM generate_series(9, 10) AS g(i) ORDER BY i")" \
		$' n  |  t  |  v  \n----+-----+-----\n  9 | é9  | 4.5\n 10 | é10 | 5.0\n(2 rows)'
	want 'expanded' "$(p -x -c "SELECT 1::int4 AS one, 'a' || chr(10) || 'b' AS two")" $'-[ RECORD 1 ]\none | 1\ntwo | a+\n    | b'
	want 'CSV' "$(p --csv -c "SELECT 1::int4 AS a, 'x,y' AS b, 'q\"q' AS c, NULL::text AS d, '' AS e, 'l' || chr(10) || 'm' AS f")" $'a,b,c,d,e,f\n1,"x,y","q""q",,,"l\nm"'
	want 'no rows' "$(p -c 'SELECT 1::int4 AS a WHERE false')" $' a \n---\n(0 rows)'
	want 'HTML' "$(p -H -t -c "SELECT '<é>'::text AS a" | grep -c '&lt;é&gt;')" 1
	p <<<$'\\timing\nSELECT 1 AS a;' >"$tmp/timing"
	grep -Eq '^Time: [0-9.]+ ms' "$tmp/timing" || want '\timing' "$(cat "$tmp/timing")" 'a time'
	want 'quiet tags' "$(p -q -c 'CREATE TEMP TABLE t (a int)')" ''
	want 'tags' "$(p -c 'CREATE TEMP TABLE t (a int)' -c 'INSERT INTO t VALUES (1), (2)' -c 'UPDATE t SET a = 3' -c 'DELETE FROM t' -c BEGIN -c COMMIT -c 'DROP TABLE t')" \
		$'CREATE TABLE\nINSERT 0 2\nUPDATE 2\nDELETE 2\nBEGIN\nCOMMIT\nDROP TABLE'
}

error() {
	local s
	while read -r state text; do
		s=$(p -v ON_ERROR_STOP=0 -At <<<"$text;"$'\n\\echo :SQLSTATE\nSELECT 1 AS v;' 2>"$tmp/err")
		want "$text" "$s" "$state"$'\n1'
		grep -q '^ERROR: ' "$tmp/err" || want "$text" "$(cat "$tmp/err")" 'ERROR: …'
	done <<'CASES'
42601 SELEC 1
42601 SELECT 1 AS v FROM
42P01 SELECT v FROM shell_missing
42703 SELECT nope FROM (SELECT 1 AS v) t
22P02 SELECT 'abc'::int AS v
22003 SELECT 99999999999::int AS v
CASES
	want '\errverbose' "$(p -At <<<$'SELECT nope FROM (SELECT 1 AS v) t;\n\\errverbose' 2>&1 | grep -c '^ERROR:  42703: ')" 1
	want 'VERBOSITY' "$(p -v VERBOSITY=sqlstate -c "SELECT 'abc'::int AS v" 2>&1)" 'ERROR:  22P02'
	want 'position' "$(p -c 'SELECT 1 AS a, nope AS b' 2>&1 | sed -n 's/^LINE/LINE/p; /\^/p')" $'LINE 1: SELECT 1 AS a, nope AS b\n                       ^'
	want 'in a transaction' "$(p -At -v ON_ERROR_STOP=0 2>/dev/null <<'SQL'
BEGIN;
SELECT v FROM shell_missing;
\echo :SQLSTATE
SELECT 1 AS v;
\echo :SQLSTATE
ROLLBACK;
SELECT 2 AS v;
SQL
)" $'BEGIN\n42P01\n25P02\nROLLBACK\n2'
	want 'ON_ERROR_ROLLBACK' "$(p -At -v ON_ERROR_ROLLBACK=on 2>/dev/null <<'SQL'
BEGIN;
SELECT v FROM shell_missing;
SELECT 3 AS v;
COMMIT;
SQL
)" $'BEGIN\n3\nCOMMIT'
}

exit_codes() {
	status 0 p -c 'SELECT 1 AS v' || exit 1
	status 1 p -c 'SELEC 1' || exit 1
	status 0 p <<<'SELEC 1;' || exit 1
	status 3 p -v ON_ERROR_STOP=1 <<<'SELEC 1;' || exit 1
	want 'stopped' "$(p -At -v ON_ERROR_STOP=1 <<<$'SELECT 1 AS v;\nSELEC 1;\nSELECT 2 AS v;' 2>/dev/null)" 1
	status 2 p -p 1 -c 'SELECT 1 AS v' || exit 1
	PGPASSWORD=wrong status 2 p -c 'SELECT 1 AS v' || exit 1
	grep -q 'password authentication failed' "$tmp/stderr" || want 'wrong password' "$(tail -n 1 "$tmp/stderr")" 'password authentication failed'
}

cancel() {
	# what Ctrl-C sends
	local began=$SECONDS
	timeout -s INT -k 20 1 psql -X -At -c "$long" >"$tmp/cancel" 2>&1
	grep -q 'canceling statement due to user request' "$tmp/cancel" || want 'cancelled' "$(cat "$tmp/cancel")" 'canceling statement due to user request'
	[ $((SECONDS - began)) -lt 11 ] || want 'seconds' $((SECONDS - began)) 'less than 11'
	want 'statement_timeout' "$(p -At -v ON_ERROR_STOP=0 <<<$'SET statement_timeout = 500;\n'"$long;"$'\n\\echo :SQLSTATE\nRESET statement_timeout;\nSELECT 1 AS v;' 2>/dev/null)" $'SET\n57014\nRESET\n1'
}

rollback() {
	p -q -c 'DROP TABLE IF EXISTS shell_t' 2>/dev/null
	trap "psql -X -q -c 'DROP TABLE IF EXISTS shell_t'" EXIT
	# -1: one transaction around it all, undone by the error
	printf '%s\n' 'CREATE TABLE shell_t (id int, name text);' "INSERT INTO shell_t VALUES (1, 'a');" >"$tmp/make.sql"
	status 3 p -q -1 -v ON_ERROR_STOP=1 -f "$tmp/make.sql" -c 'SELECT 1 AS v' -f - <<<'SELEC 1;' || exit 1
	want 'after -1 with an error' "$(p -At -v VERBOSITY=sqlstate -c 'SELECT id FROM shell_t' 2>&1)" 'ERROR:  42P01'
	status 0 p -q -1 -v ON_ERROR_STOP=1 -f "$tmp/make.sql" || exit 1
	want 'after -1' "$(p -At -c 'SELECT id, name FROM shell_t')" '1|a'
	# several statements in one message are a transaction too
	status 1 p -q -c "INSERT INTO shell_t VALUES (2, 'b'); SELECT 'abc'::int AS v" || exit 1
	want 'after an error in one -c' "$(p -At -c 'SELECT count(*) AS n FROM shell_t')" 1
	want 'ROLLBACK' "$(p -At -q <<<$'BEGIN;\nUPDATE shell_t SET name = \'z\';\nROLLBACK;\nSELECT name FROM shell_t;')" a
	want 'AUTOCOMMIT off' "$(p -At -q -v AUTOCOMMIT=off <<<$'UPDATE shell_t SET name = \'z\';\nSELECT name FROM shell_t;'; p -At -c 'SELECT name FROM shell_t')" $'z\na'
}

prepared() {
	want 'PREPARE and EXECUTE' "$(p -At -q <<'SQL'
PREPARE a (int, text) AS SELECT $1::int4 * 2 AS v, $2::text AS t;
PREPARE b AS SELECT $1::float8 / 2 AS h;
EXECUTE a (21, 'x');
EXECUTE b (3);
EXECUTE a (-1, 'it''s');
DEALLOCATE a;
\set VERBOSITY sqlstate
EXECUTE a (1, '');
SQL
)" $'42|x\n1.5\n-2|it\'s'
}

# The rows of the COPY checks, made on the server.
query="SELECT i::bigint AS id, (CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN 'plain ' || i::text
	WHEN 2 THEN 'comma, ' || i::text WHEN 3 THEN 'quote \" and '' ' || i::text
	WHEN 4 THEN 'line' || chr(10) || 'break' || chr(13) || chr(10) || i::text
	WHEN 5 THEN 'tab' || chr(9) || 'and' || chr(92) || 'slash ' || i::text
	WHEN 6 THEN 'ünï ☃ 😀 ' || i::text WHEN 7 THEN '' WHEN 8 THEN chr(92) || 'N' ELSE 'NULL' END)::text AS name,
	(CASE WHEN i % 7 = 0 THEN NULL ELSE i * 0.01 END)::numeric(12,2) AS amount
	FROM generate_series(1, 200000) AS g(i) ORDER BY i"
export query

# lines FORMAT: the same rows, as PostgreSQL writes them.
lines() {
	awk -v format="$1" 'BEGIN {
		csv = format == "csv"
		for (i = 1; i <= 200000; i++) {
			r = i % 10
			if (r == 0) n = csv ? "" : "\\N"
			else if (r == 1) n = "plain " i
			else if (r == 2) n = csv ? "\"comma, " i "\"" : "comma, " i
			else if (r == 3) n = csv ? "\"quote \"\" and \047 " i "\"" : "quote \" and \047 " i
			else if (r == 4) n = csv ? "\"line\nbreak\r\n" i "\"" : "line\\nbreak\\r\\n" i
			else if (r == 5) n = csv ? "tab\tand\\slash " i : "tab\\tand\\\\slash " i
			else if (r == 6) n = "ünï ☃ 😀 " i
			else if (r == 7) n = csv ? "\"\"" : ""
			else if (r == 8) n = csv ? "\\N" : "\\\\N"
			else n = "NULL"
			if (i % 7 == 0) a = csv ? "" : "\\N"
			else a = sprintf("%d.%02d", i / 100, i % 100)
			s = csv ? "," : "\t"
			printf "%d%s%s%s%s\n", i, s, n, s, a
		}
	}'
}
export -f lines

# same WHAT FILE FILE: the first line that differs.
same() {
	cmp -s "$2" "$3" && return
	want "$1" "$(diff "$2" "$3" | sed -n 2,4p)" ''
}
export -f same

copy_out() {
	local flat f
	flat=$(tr '\n\t' '  ' <<<"$query")
	for f in text csv; do
		lines $f >"$tmp/$f"
		status 0 p -q -c "COPY ($query) TO STDOUT WITH (FORMAT $f)" >"$tmp/$f.out" || exit 1
		same "COPY TO STDOUT as $f" "$tmp/$f.out" "$tmp/$f"
		status 0 p -q -c "\\copy ($flat) to '$tmp/$f.copy' with (format $f)" || exit 1
		same "\\copy to as $f" "$tmp/$f.copy" "$tmp/$f"
	done
	want 'options' "$(p -q -c "COPY (SELECT 1::int4 AS a, NULL::text AS b, 'x|y' AS c) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER '|', NULL 'none', FORCE_QUOTE (a))")" \
		$'a|b|c\n"1"|none|"x|y"'
	want '\g into a program' "$(p -q <<<"COPY (SELECT 1::int4 AS a, 2::int4 AS b) TO STDOUT \\g |tr '\\t' +")" '1+2'
	want 'tag' "$(p -c "\\copy (SELECT 1 AS a) to '$tmp/one'")" 'COPY 1'
	want 'binary' "$(p -q -c 'COPY (SELECT 7::int4 AS a, NULL::int8 AS b) TO STDOUT WITH (FORMAT binary)' | od -An -v -tx1 | tr -d ' \n')" \
		5047434f50590aff0d0a00000000000000000000020000000400000007ffffffffffff
	status 1 p -q -c 'COPY (SELECT nope AS v FROM (SELECT 1 AS v) t) TO STDOUT' || exit 1
}

copy_in() {
	local f
	p -q -c 'DROP TABLE IF EXISTS shell_copy' -c 'CREATE TABLE shell_copy (id bigint, name text, amount numeric(12,2))' 2>/dev/null
	trap "psql -X -q -c 'DROP TABLE IF EXISTS shell_copy'" EXIT
	for f in text csv; do
		lines $f >"$tmp/$f"
		want "\\copy from as $f" "$(p -c "\\copy shell_copy (id, name, amount) from '$tmp/$f' with (format $f)")" 'COPY 200000'
		# the table as it is now, in both formats
		for back in text csv; do
			lines $back >"$tmp/want"
			p -q -c "COPY (SELECT id, name, amount FROM shell_copy ORDER BY id) TO STDOUT WITH (FORMAT $back)" >"$tmp/back"
			same "$f, back as $back" "$tmp/back" "$tmp/want"
		done
		want 'by a query' "$(p -At -c "SELECT count(*) AS n, count(name) AS m, sum(amount) AS s, sum(length(name)) AS l FROM shell_copy")" \
			"$(p -At -c "SELECT count(*) AS n, count(name) AS m, sum(amount) AS s, sum(length(name)) AS l FROM ($query) t")"
		p -q -c 'DELETE FROM shell_copy'
		want "COPY FROM STDIN as $f" "$(p -c "COPY shell_copy FROM STDIN WITH (FORMAT $f)" <"$tmp/$f")" 'COPY 200000'
		p -q -c 'DELETE FROM shell_copy'
	done
	want 'data within a script' "$(p -At <<'SQL'
COPY shell_copy (id, name) FROM STDIN;
1	one
2	\N
3	a\tb\\c
\.
SELECT id, name FROM shell_copy ORDER BY id;
SQL
)" $'COPY 3\n1|one\n2|\n3|a\tb\\c'
	want 'options' "$(p -q -c "COPY shell_copy (name, id) FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';', NULL '-', QUOTE '''')" -c 'SELECT id, name FROM shell_copy WHERE id > 3 ORDER BY id' -At <<<$'name;id\n\'a;b\';4\n-;5')" \
		$'4|a;b\n5|'
	want 'not a number' "$(p -q -v VERBOSITY=sqlstate -c 'COPY shell_copy FROM STDIN' <<<$'6\tgood\t1\nabc\tbad\t1' 2>&1)" 'ERROR:  22P02'
	want 'a column is missing' "$(p -q -v VERBOSITY=sqlstate -c 'COPY shell_copy FROM STDIN' <<<$'6\tgood\t1\n7\tbad' 2>&1)" 'ERROR:  22P04'
	want 'a column too many' "$(p -q -v VERBOSITY=sqlstate -c 'COPY shell_copy FROM STDIN' <<<$'6\tgood\t1\t2' 2>&1)" 'ERROR:  22P04'
	want 'rows after the errors' "$(p -At -c 'SELECT count(*) AS n FROM shell_copy')" 5
	want 'line of the error' "$(p -q -c 'COPY shell_copy FROM STDIN' <<<$'6\tgood\t1\nabc\tbad\t1' 2>&1 | grep '^CONTEXT')" 'CONTEXT:  COPY shell_copy, line 2, column id: "abc"'
	want 'goes on' "$(p -At -q -v ON_ERROR_STOP=0 2>/dev/null <<'SQL'
COPY shell_copy (id) FROM STDIN;
abc
\.
SELECT count(*) AS n FROM shell_copy;
SQL
)" 5
}

check connect connect
check rows rows
check types types
check psql/files files
check psql/variables variables
check psql/gdesc gdesc
check psql/watch watch
check psql/output output
check error error
check error/exit_codes exit_codes
check cancel cancel
check rollback rollback
check prepared prepared
check copy_out copy_out
check copy_in copy_in
exit $failed
