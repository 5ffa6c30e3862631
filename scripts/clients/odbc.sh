#!/usr/bin/env bash
# Installs PostgreSQL's ODBC driver and the driver manager, which the client checks use, from the system's packages.
set -euo pipefail

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
have_odbc || { echo "odbc.sh: please install unixODBC and psqlODBC" >&2; exit 1; }
