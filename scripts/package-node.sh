#!/usr/bin/env bash
# Builds the npm packages of the Node addon into dist/: @spendgate/node, and the compiled one for linux-x64-gnu, which
# loads with glibc 2.28 and later.
#
#   scripts/package-node.sh                       both
#   scripts/package-node.sh PLATFORM FILE         the compiled one for that platform alone, with an addon built elsewhere
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/glibc.sh

case $# in
0 | 2) ;;
*) setup_fail "usage: scripts/package-node.sh [PLATFORM FILE]" ;;
esac
staged=${CARGO_TARGET_DIR:-target}/package-node
mkdir -p dist "$staged"

# pack NAME ARGUMENT…: stages a package and packs it.
pack() {
    rm -rf "${staged:?}/$1"
    node bindings-node/scripts/stage.mjs "$staged/$1" "${@:2}"
    npm pack --silent --pack-destination dist "./$staged/$1"
}

if [ $# = 2 ]; then
    # On any system that has npm: the packages of the workspace are not all for each.
    pack "$1" "$1" "$2"
    exit
fi
need_node
need_rust
build_portable spendgate-node --locked
addon=$built/libspendgate_node.so
newer_symbols "$addon" || setup_fail "the addon does not load with glibc $GLIBC"
npm run --silent build -w bindings-node >/dev/null
pack linux-x64-gnu linux-x64-gnu "$addon"
pack node
