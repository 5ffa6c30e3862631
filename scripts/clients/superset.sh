#!/usr/bin/env bash
# Installs Apache Superset for its client check into CACHE/clients/superset (a venv of its own: what it pins would get in the way
# of the drivers'). What is there stays.
#
#   superset.sh CACHE
set -euo pipefail
cache=${1:?usage: superset.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../../clients/python/requirements-superset.txt

venv=$cache/clients/superset
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
