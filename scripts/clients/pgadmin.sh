#!/usr/bin/env bash
# Installs pgAdmin 4 for its client check into CACHE/clients/pgadmin (a venv of its own: what it pins would get in the way
# of the drivers'). What is there stays.
#
#   pgadmin.sh CACHE
set -euo pipefail
cache=${1:?usage: pgadmin.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../../clients/python/requirements-pgadmin.txt

venv=$cache/clients/pgadmin
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
