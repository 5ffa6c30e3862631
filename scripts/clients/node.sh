#!/usr/bin/env bash
# Installs what the Node checks need.
#
#   scripts/clients/node.sh CACHE
#
# The packages go to CACHE/clients/node, in the versions that
# clients/node/package.json names. ES modules are looked up from the folder of
# the program, never through NODE_PATH, so the programs are copied there too and
# are run from there:
#
#   node CACHE/clients/node/pg_check.mjs
#   node CACHE/clients/node/postgres_check.mjs
set -euo pipefail

if [ $# -ne 1 ]; then
	echo "usage: $0 CACHE" >&2
	exit 2
fi
from=$(cd "$(dirname "$0")/../../clients/node" && pwd)
to=$1/clients/node
mkdir -p "$to"
# The install is made again only when what is wanted has changed.
if ! cmp -s "$from/package.json" "$to/installed.json"; then
	rm -f "$to/installed.json"
	cp "$from/package.json" "$to/"
	(cd "$to" && npm install --omit=dev --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error >&2)
	cp "$from/package.json" "$to/installed.json"
fi
cp "$from"/*.mjs "$to/"
