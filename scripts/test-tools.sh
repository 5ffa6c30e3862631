#!/usr/bin/env bash
# Installs what the tests and benchmarks compare with: PostgreSQL 15 (server and psql) from the system's packages,
# Python clients into CACHE/venv, an S3 server into CACHE/bin, a server of Azure's blobs into CACHE/azurite. What is there
# stays.
#
#   test-tools.sh CACHE
set -euo pipefail
cache=${1:?usage: test-tools.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

have_postgres() { command -v psql >/dev/null && { [ -x /usr/lib/postgresql/15/bin/initdb ] || [ -x /opt/homebrew/opt/postgresql@15/bin/initdb ]; }; }

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
packages() {
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" >/dev/null
}

if ! have_postgres; then
  if command -v apt-get >/dev/null; then
    # The package would start a server of its own: the tests start theirs.
    $sudo install -d /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    packages postgresql-15 postgresql-client-15
  elif command -v brew >/dev/null; then
    brew install --quiet postgresql@15
  fi
fi
have_postgres || { echo "test-tools: please install PostgreSQL 15" >&2; exit 1; }

venv=$cache/venv
if ! [ -x "$venv/bin/python" ] || ! cmp -s "$here/test-requirements.txt" "$venv/requirements.txt"; then
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/test-requirements.txt"
  cp "$here/test-requirements.txt" "$venv/requirements.txt"
fi

# An S3 server for tests.
gateway=github.com/versity/versitygw/cmd/versitygw@v1.8.0
if ! [ -x "$cache/bin/versitygw" ] || [ "$(cat "$cache/bin/versitygw.version" 2>/dev/null)" != "$gateway" ]; then
  mkdir -p "$cache/bin"
  (cd "$cache/bin" && GOFLAGS='' GOBIN=$PWD go install "$gateway")
  echo "$gateway" > "$cache/bin/versitygw.version"
fi

# A server of Azure's blobs for tests.
azurite=azurite@3.37.0
if [ "$(cat "$cache/azurite/version" 2>/dev/null)" != "$azurite" ]; then
  if ! command -v npm >/dev/null; then
    if command -v apt-get >/dev/null; then
      packages nodejs npm
    elif command -v brew >/dev/null; then
      brew install --quiet node
    fi
  fi
  command -v npm >/dev/null || { echo "test-tools: please install Node.js with npm" >&2; exit 1; }
  npm install --prefix "$cache/azurite" --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error "$azurite"
  echo "$azurite" > "$cache/azurite/version"
fi
