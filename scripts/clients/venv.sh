#!/usr/bin/env bash
# Installs what clients/python/requirements-NAME.txt says into CACHE/clients/NAME, a venv for each NAME: what one pins gets in
# the way of others. What is there stays.
#
#   venv.sh CACHE NAME...
set -euo pipefail
cache=${1:?usage: venv.sh CACHE NAME...}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if (($# > 1)); then # two at a time: pip works on one core
  printf '%s\n' "$@" | xargs -n 1 -P 2 "${BASH_SOURCE[0]}" "$cache"
  exit
fi

name=${1:?no NAME}
requirements=$here/../../clients/python/requirements-$name.txt
venv=$cache/clients/$name
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
