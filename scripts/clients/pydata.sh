#!/usr/bin/env bash
# Installs the Python data tools that the client checks use into CACHE/clients/pydata (a venv). What is there stays.
#
#   pydata.sh CACHE
set -euo pipefail
cache=${1:?usage: pydata.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../../clients/python/requirements-data.txt

venv=$cache/clients/pydata
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
