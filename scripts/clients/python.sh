#!/usr/bin/env bash
# Installs the Python drivers that the client checks use into CACHE/clients/python (a venv), and from the system's
# packages the ODBC driver and manager. What is there stays.
#
#   python.sh CACHE
set -euo pipefail
cache=${1:?usage: python.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
requirements=$here/../../clients/python/requirements.txt

have_odbc() {
  command -v odbcinst >/dev/null &&
    [ -n "$(find /usr/lib /usr/lib64 /opt/homebrew/lib -name psqlodbcw.so -print -quit 2>/dev/null || true)" ]
}

if ! have_odbc; then
  if command -v apt-get >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq odbc-postgresql unixodbc odbcinst >/dev/null
  elif command -v brew >/dev/null; then
    brew install --quiet unixodbc psqlodbc
  fi
fi
have_odbc || { echo "python.sh: please install unixODBC and psqlODBC" >&2; exit 1; }

venv=$cache/clients/python
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$requirements" "$venv/requirements.txt"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  cp "$requirements" "$venv/requirements.txt"
fi
