#!/usr/bin/env bash
# Runs every fuzzer of the repository, each for the given time.
#
#   fuzz.sh 20s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOFLAGS=-tags=duckdb_arrow
for file in $(grep -rl --include='*_test.go' '^func Fuzz' .); do
  for name in $(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file"); do
    echo "== $(dirname "$file") $name"
    go test "$(dirname "$file")" -run='^$' -fuzz="^$name\$" -fuzzminimizetime=20x -fuzztime="${1:-20s}"
  done
done
