#!/usr/bin/env bash
# Puts DuckDB's extensions into DIR/vVERSION/PLATFORM/, the layout DuckDB looks for, and checks each against
# worker/internal/duck/extensions.sha256. What is there and right stays; nothing else is downloaded, now or at query time.
#
#   fetch-extensions.sh DIR
#
# Sources, in this order:
#   TAVANA_EXTENSIONS_FROM=FOLDER   NAME.duckdb_extension files in that folder or below: for machines without a network
#   pip download                    the wheels duckdb-extension-NAME
# A worker checks them once more when it loads them.
#
# TAVANA_PLATFORM (linux_amd64, linux_arm64, osx_arm64) fetches for another machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?usage: fetch-extensions.sh DIR}
version=1.5.5

platform=${TAVANA_PLATFORM:-}
if [ -z "$platform" ]; then
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) platform=linux_amd64 ;;
    Linux-aarch64) platform=linux_arm64 ;;
    Darwin-arm64) platform=osx_arm64 ;;
    *) echo "fetch-extensions: no extensions are known for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
  esac
fi
case $platform in
  linux_amd64) wheel=manylinux2014_x86_64 ;;
  linux_arm64) wheel=manylinux2014_aarch64 ;;
  osx_arm64) wheel=macosx_11_0_arm64 ;;
  *) echo "fetch-extensions: unknown platform $platform" >&2; exit 1 ;;
esac

target=$dir/v$version/$platform
mkdir -p "$target"

sum() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# place FILE NAME SHA256: moves a checked file into the target in one step.
place() {
  local got
  got=$(sum "$1")
  if [ "$got" != "$3" ]; then
    echo "fetch-extensions: $2 for $platform has sha256 $got, expected $3" >&2
    return 1
  fi
  cp "$1" "$target/.$2.tmp"
  mv "$target/.$2.tmp" "$target/$2.duckdb_extension"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

while read -r want path; do
  [ "${path%%/*}" = "$platform" ] || continue
  file=${path##*/}
  name=${file%.duckdb_extension}
  if [ -f "$target/$file" ] && [ "$(sum "$target/$file")" = "$want" ]; then
    continue
  fi
  if [ -n "${TAVANA_EXTENSIONS_FROM:-}" ]; then
    found=$(find "$TAVANA_EXTENSIONS_FROM" -name "$file" -path "*$platform*" | head -n 1)
    [ -n "$found" ] || found=$(find "$TAVANA_EXTENSIONS_FROM" -name "$file" | head -n 1)
    if [ -z "$found" ]; then
      echo "fetch-extensions: $file is not in $TAVANA_EXTENSIONS_FROM" >&2
      exit 1
    fi
  else
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform "$wheel" \
      --dest "$tmp" "duckdb-extension-${name//_/-}==$version"
    python3 -m zipfile -e "$tmp/duckdb_extension_$name-$version"-*.whl "$tmp/$name"
    found=$(find "$tmp/$name" -name "$file" | head -n 1)
  fi
  place "$found" "$name" "$want"
  echo "fetched $name"
done <"$here/../worker/internal/duck/extensions.sha256"
