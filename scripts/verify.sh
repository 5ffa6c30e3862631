#!/usr/bin/env bash
# Checks that what is generated is what `make generate` gives, that go.mod is tidy, and that the programs without DuckDB
# build without cgo for other machines. Works on a copy of the tree's tracked and new files, and changes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOFLAGS=-tags=duckdb_arrow

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -xf - -C "$tmp"
(
  cd "$tmp"
  go run ./scripts/protogen internal/workerapi/workerpb worker.proto
  go run ./scripts/settings docs/configuration.md
  go mod tidy
)
bad=0
for f in internal/workerapi/workerpb/worker.pb.go docs/configuration.md go.mod go.sum; do
  if ! diff -q "$f" "$tmp/$f" >/dev/null; then
    echo "$f is not what make generate (or go mod tidy) gives" >&2
    bad=1
  fi
done
for target in linux/amd64 linux/arm64 darwin/arm64 darwin/amd64; do
  GOOS=${target%/*} GOARCH=${target#*/} CGO_ENABLED=0 go build -o /dev/null ./cmd/tavana ./cmd/tavana-gateway ./gateway/... ./internal/... || bad=1
done
exit $bad
