#!/usr/bin/env bash
# Installs dbt, which the dbt check runs, into CACHE/clients/dbt: a venv of its own, since dbt is particular about the
# versions of what it needs. What is there stays.
#
#   dbt.sh CACHE
set -euo pipefail
cache=${1:?usage: dbt.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../../clients/python/requirements-dbt.txt

venv=$cache/clients/dbt
if ! [ -x "$venv/bin/dbt" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
