#!/usr/bin/env bash
# Checks that psql 15's backslash commands print for the objects of
# backslash/objects.sql what they print on PostgreSQL 15, which is kept in
# backslash/NAME.txt; names differ by more than capitals, for file systems that take
# those for the same.
#
#   clients/shell/backslash_check.sh [-rewrite] [NAME…]
#
# -rewrite writes the files, and is for PostgreSQL 15 only. Left out: \ef, \ev
# and \e (an editor), \watch (psql_check.sh), \copy (psql_check.sh).
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)/backslash
tmp=${CHECK_TMP:?}
failed=0
rewrite=
if [ "${1:-}" == -rewrite ]; then
	rewrite=yes
	shift
fi
chosen=("$@")
# what is printed must not depend on the user's settings
export PSQLRC=/dev/null PGTZ=UTC PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 LC_ALL=C.UTF-8 LANGUAGE=C PAGER=cat
unset PSQL_PAGER

# p seconds psql's arguments…
p() {
	timeout "$1" psql -X --no-password -q -v VERBOSITY=default "${@:2}"
}

clean() {
	p 60 -c 'SET client_min_messages = error' -c 'DROP SCHEMA IF EXISTS bs_odd CASCADE' -c 'DROP SCHEMA IF EXISTS bs_two CASCADE' -c 'DROP SCHEMA IF EXISTS bs_one CASCADE' >/dev/null 2>&1
}

result() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		failed=1
		echo "not ok $1: $(tr -s '\n\t ' ' ' <<<"$2" | cut -c 1-400)"
	fi
}

# show NAME SED OPTIONS, and the commands on standard input: what psql prints,
# its errors included, goes through sed (to take out what can't be the same on two
# servers), and is compared with NAME.txt: lines with < are PostgreSQL's. Spaces at
# the ends of lines are no part of it. Without a pattern commands list what is in
# the search path, which is bs_one.
show() {
	local name=$1 filter=$2 options=$3 c
	if [ ${#chosen[@]} != 0 ]; then
		for c in "${chosen[@]}"; do [ "$c" == "$name" ] && break; done
		if [ "$c" != "$name" ]; then
			cat >/dev/null
			return
		fi
	fi
	# shellcheck disable=SC2086
	{ echo 'SET search_path = bs_one;' && cat; } | p 55 $options >"$tmp/raw" 2>&1
	sed -E -e "$filter" -e 's/ +$//' "$tmp/raw" >"$tmp/got"
	if [ -n "$rewrite" ]; then
		cp "$tmp/got" "$here/$name.txt"
	fi
	result "backslash/$name" "$(diff "$here/$name.txt" "$tmp/got" 2>&1 | awk '/^</ && want++ < 4 || /^>/ && got++ < 4 || /^diff: /')"
	diff -u "$here/$name.txt" "$tmp/got" >&2
}

# line NAME COMMAND…: of what needs no sed.
line() {
	show "$1" '' '' <<<"$(printf '%s\n' "${@:2}")"
}

clean
trap clean EXIT
while IFS= read -r -d '' part; do
	name=$(sed -n 's/^-- //p;q' <<<"$part")
	reason=$({ echo 'SET client_min_messages = error;' && cat <<<"$part"; } | p 60 2>&1 >/dev/null | head -n 4)
	[ ${#chosen[@]} != 0 ] || result "backslash/objects/$name" "$reason"
done < <(awk -v RS= 'NR > 1 { printf "%s\n%c", $0, 0 }' "$here/objects.sql")

# ---- the server -------------------------------------------------------------

# the check's database, whatever it is called
show l "s/^$PGDATABASE\|/DATABASE|/" -A <<<'\l :DBNAME'
# the database's size differs
show l+ "s/^$PGDATABASE\|/DATABASE|/; s/\|[0-9]+ [kMG]?(bytes|B)\|/|SIZE|/" -A <<<'\l+ :DBNAME'
show conninfo "s/database \"$PGDATABASE\"/database \"DATABASE\"/; s/on host .*\./on HOST at PORT./; s/protocol: TLSv1\.[23], cipher: [^,]+/protocol: TLS, cipher: CIPHER/" '' <<<'\conninfo'
line encoding '\encoding'
line dconfig '\dconfig (standard_conforming_strings|client_encoding|search_path|integer_datetimes|timezone)'
line db '\db pg_*'
# the user that initdb makes may replicate, which no other superuser may
show du 's/Replication, //' -A <<<'\du :USER'
show dg 's/Replication, //' -A <<<'\dg :USER'
show du+ 's/Replication, //' -A <<<'\du+ :USER'
line drds '\drds :USER :DBNAME'
line dx '\dx'
line dx-pattern '\dx bs_*'
line dL-languages '\dL'
line dL-sql '\dL sql'
line dA-methods '\dA'
line dAc '\dAc btree int4'
line dRp '\dRp'
line dRs '\dRs'
line des '\des'
line deu '\deu'
line dew '\dew'
line det '\det'
line dy '\dy'
line dl '\dl'

# ---- schemas ----------------------------------------------------------------

# others may have schemas there
show dn '/^(bs_|public\||Name\|)/!d' -A <<<'\dn'
line dn-pattern '\dn bs_*'
line dn+ '\dn+ bs_*'
show dnS '/^(bs_|public\||pg_catalog\||information_schema\||Name\|)/!d' -A <<<'\dnS'

# ---- lists of relations -----------------------------------------------------

line d '\d'
line dt '\dt'
line dt-one '\dt bs_one.*'
line dt-schema '\dt bs_two.*'
line dt-name '\dt plain'
line dt-everywhere '\dt *.plain'
line dt-star '\dt bs_one.co*'
line dt-regex '\dt bs_one.(plain|types)'
line dt-question '\dt bs_one.pl??n'
line dt-quoted '\dt bs_two."Mixed Case"'
line dt-folded '\dt BS_ONE.PLAIN'
line dt-none '\dt bs_one.missing'
line dt-system '\dtS pg_catalog.pg_namespace'
# sizes differ: tables and views have none on some servers
size='s/\|[0-9]+ (bytes|kB)\|/|SIZE|/'
show dt+ "$size" -A <<<'\dt+ bs_one.*'
show d+ "$size" -A <<<'\d+'
line dv '\dv'
line dv-schema '\dv bs_one.*'
show dv+ "$size" -A <<<'\dv+ bs_one.*'
line dtv '\dtv bs_one.*'
line dm '\dm'
line di '\di bs_one.*'
line ds '\ds'
line dE '\dE'
line dP-partitioned '\dP'
line dX-statistics '\dX'
line dp '\dp bs_one.*'
line z '\z bs_one.plain'
line ddp '\ddp'

# ---- one relation -----------------------------------------------------------

line d-plain '\d bs_one.plain'
line d+-plain '\d+ bs_one.plain'
line d-path '\d plain'
line d-other-schema '\d bs_two.plain'
line d-commented '\d bs_one.commented'
line d+-commented '\d+ bs_one.commented'
line d-required '\d bs_one.required'
line d-defaults '\d bs_one.defaults'
line d-default_calls '\d bs_one.default_calls'
line d-default_casts '\d bs_one.default_casts'
line d-default_array '\d bs_odd.default_array'
line d-customer '\d bs_one.customer'
line d-orders '\d bs_one.orders'
line d-only_foreign '\d bs_two.only_foreign'
line d+-orders '\d+ bs_one.orders'
line d-types '\d bs_one.types'
line d+-types '\d+ bs_one.types'
line d-arrays '\d bs_one.arrays'
line d-modifiers '\d bs_one.modifiers'
line d-words '\d bs_odd.words'
line d-mixed '\d bs_two."Mixed Case"'
line d-view '\d bs_one.names'
line d+-view '\d+ bs_one.names'
line d+-totals '\d+ bs_one.totals'
line d-two '\d *.plain'
line d-missing '\d missing'
line d-index '\d bs_one.customer_pkey'
line d-system '\d pg_catalog.pg_namespace'
# temporary schemas are numbered
show d-temp 's/ +Table "pg_temp_[0-9]+\./Table "pg_temp./' '' <<<'CREATE TEMP TABLE bs_temp (a integer, b text);
\d bs_temp'
show dt-temp 's/pg_temp_[0-9]+/pg_temp/' -A <<<'CREATE TEMP TABLE bs_temp (a integer, b text);
\dt bs_temp'
line sv '\sv bs_one.names'
line sv+ '\sv+ bs_one.names'
line sv-totals '\sv bs_one.totals'
line sv-path '\sv names'
line sv-table '\sv bs_one.plain'

# ---- types, functions and the like ------------------------------------------

types='(bool|int2|int4|int8|float4|float8|numeric|text|varchar|bytea|date|time|timestamp|timestamptz|interval|uuid|json)'
line dT-types '\dT'
line dT-builtin "\\dT pg_catalog.$types"
line dT+-builtin "\\dT+ pg_catalog.$types"
line dT-alias '\dT integer'
line dT-array '\dT+ int4[]'
line df '\df'
line df-lower '\df pg_catalog.lower'
line df-substr '\df pg_catalog.substr'
line df-arguments '\df pg_catalog.lower text'
line df+-version '\df+ pg_catalog.version'
line df-date_trunc '\df pg_catalog.date_trunc'
line sf '\sf pg_catalog.lower(text)'
line da '\da pg_catalog.sum'
line da-count '\da pg_catalog.count'
line dd '\dd bs_one.*'
line dD-domains '\dD'
line dD-information_schema '\dD information_schema.*'
line dC-casts '\dC int4'
line do '\do pg_catalog.~~'
line do-types '\do pg_catalog.+ int4 int4'
line dO-collations '\dO'
line dO-c '\dO pg_catalog."C"'
line dc '\dc'
line dc-latin1 '\dc pg_catalog.utf8_to_iso_8859_1'
line dF-english '\dF pg_catalog.english'
line dFd '\dFd pg_catalog.simple'
line dFp '\dFp pg_catalog.default'
line dFt '\dFt pg_catalog.simple'

# ---- queries ----------------------------------------------------------------

line gdesc 'SELECT * FROM bs_one.types \gdesc'
line gdesc-path 'SELECT * FROM plain \gdesc'
line gdesc-arrays 'SELECT * FROM bs_one.arrays \gdesc'
line gdesc-modifiers 'SELECT * FROM bs_one.modifiers \gdesc'
line gdesc-catalog 'SELECT oid, relname, relowner, relkind, relhasindex, reloptions, reltuples, relacl FROM pg_catalog.pg_class \gdesc'
line gdesc-none '\set QUIET off' 'CREATE TEMP TABLE bs_temp (a int) \gdesc'
line gexec "SELECT 'SELECT ' || quote_literal(relname) || ' AS relation, count(*) AS n FROM ' || quote_ident(nspname) || '.' || quote_ident(relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE nspname = 'bs_two' AND relkind = 'r' ORDER BY relname \\gexec"
line crosstabview "SELECT table_schema, table_type, count(*) FROM information_schema.tables WHERE table_schema IN ('bs_one', 'bs_two') GROUP BY 1, 2 ORDER BY 1, 2 \\crosstabview"
# as other tools write it
line gexec-format "SELECT format('SELECT %L AS relation, count(*) AS n FROM %I.%I', relname, nspname, relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE nspname = 'bs_two' AND relname = 'plain' \\gexec"
line like-escape "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE 'bs\\_o%' ORDER BY 1;" "SELECT 'a_b' LIKE 'a\\_b' AS yes, 'axb' LIKE 'a\\_b' AS no;"
exit $failed
