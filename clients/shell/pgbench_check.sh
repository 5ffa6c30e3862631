#!/usr/bin/env bash
# Checks of pgbench 15 with scripts of its own in its three protocols.
#
#   clients/shell/pgbench_check.sh
#
# Left out: pgbench -i, which fills its tables by COPY with FREEZE and needs
# PostgreSQL's storage options. The table here is made by psql.
set -uo pipefail

tmp=$CHECK_TMP
clients=10
failed=0
export PGCONNECT_TIMEOUT=10 PGSSLMODE=verify-full LC_ALL=C.UTF-8 PSQLRC=/dev/null

no() {
	failed=1
	echo "not ok $1: $(tr -s '\n\t ' ' ' <<<"$2" | cut -c 1-300)"
	echo "$1: $2" >&2
}

# bench NAME PROTOCOL TRANSACTIONS ARGUMENTS…: runs pgbench and reads its report.
bench() {
	local name=$1 protocol=$2 each=$3 all=$((clients * $3)) out line
	shift 3
	out=$(timeout 110 pgbench -n -M "$protocol" -c $clients -j 2 -t "$each" "$@" 2>&1) || {
		no "$name" "exit status $?: $(grep -m 1 -i error <<<"$out" || tail -n 3 <<<"$out")"
		return 1
	}
	for line in "number of transactions actually processed: $all/$all" 'number of failed transactions: 0 (0.000%)' "query mode: $protocol"; do
		grep -qxF "$line" <<<"$out" || {
			no "$name" "no line '$line' in: $(grep '^number of.*transactions' <<<"$out") $out"
			return 1
		}
	done
}

# rows NAME COUNT: the rows that were written, each client's alike, after bench.
rows() {
	local got
	got=$(psql -X -At -c 'SELECT count(*) AS n, count(DISTINCT client) AS c, sum(one) AS s FROM pgbench_check_h')
	if [ "$got" == "$2|$clients|$2" ]; then
		echo "ok $1"
	else
		no "$1" "rows, clients and sum are $got, want $2|$clients|$2"
	fi
}

# What a client reads is compared by pgbench: after a wrong value comes an error,
# which ends the client.
cat >"$tmp/compute.sql" <<'SQL'
\set id random(1, 1000)
\set n random(1, 100)
SELECT (:id::int4 * 2)::bigint AS twice, 'text' AS t \gset
SELECT count(*) AS n, sum(i)::bigint AS s FROM generate_series(1, 100) AS g(i) WHERE i <= :n::int4 \gset s_
\if :twice != 2 * :id or :s_n != :n or :s_s != :n * (:n + 1) / 2
SELECT 'wrong'::int AS v;
\endif
SQL
cat >"$tmp/read.sql" <<'SQL'
\set id random(1, 1000)
SELECT id AS id, half AS half FROM pgbench_check_t WHERE id = :id \gset r_
\if :r_id != :id or :r_half * 2 != :id
SELECT 'wrong'::int AS v;
\endif
SQL
cat >"$tmp/write.sql" <<'SQL'
INSERT INTO pgbench_check_h (client, one) VALUES (:client_id, 1);
SQL
cat >"$tmp/transaction.sql" <<'SQL'
BEGIN;
INSERT INTO pgbench_check_h (client, one) VALUES (:client_id, 3);
INSERT INTO pgbench_check_h (client, one) VALUES (:client_id, -1);
COMMIT;
SQL

tables() {
	psql -X -q -v ON_ERROR_STOP=1 2>>"$tmp/psql.err" "$@"
}

drop() {
	tables -c 'DROP TABLE IF EXISTS pgbench_check_t' -c 'DROP TABLE IF EXISTS pgbench_check_h'
}
trap drop EXIT
drop
tables -c 'CREATE TABLE pgbench_check_t (id int, name text, half float8)' \
	-c "INSERT INTO pgbench_check_t SELECT i::int AS id, 'row ' || i::text AS name, i * 0.5 AS half FROM generate_series(1, 1000) AS g(i)" \
	-c 'CREATE TABLE pgbench_check_h (client int, one int)' || {
	no tables "$(cat "$tmp/psql.err")"
	exit 1
}

for protocol in simple extended prepared; do
	bench "prepared/$protocol" "$protocol" 100 -f "$tmp/compute.sql" && echo "ok prepared/$protocol"
	bench "rows/$protocol" "$protocol" 20 -f "$tmp/read.sql" && echo "ok rows/$protocol"
	# a new connection for each transaction
	bench "connect/$protocol" "$protocol" 10 -C -f "$tmp/compute.sql" && echo "ok connect/$protocol"
	tables -c 'DELETE FROM pgbench_check_h'
	bench "batch/$protocol" "$protocol" 20 -f "$tmp/write.sql" && rows "batch/$protocol" 200
	# Transactions that write beside each other may fail with 40001; pgbench
	# tries them again. Two rows each, which add up to two.
	tables -c 'DELETE FROM pgbench_check_h'
	bench "rollback/$protocol" "$protocol" 10 --max-tries=1000 -f "$tmp/transaction.sql" && rows "rollback/$protocol" 200
done
exit $failed
