#!/usr/bin/env bash
# Builds the npm package spendgate in sdk-js/dist, and the packages of the engine that it needs.
#
#   scripts/build-sdk.sh          as quickly as can be
#   scripts/build-sdk.sh --fast   the engine at full speed, for measuring and for demonstrations
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/node.sh
need_rust
need_node

case "${1-}" in
'') node_package ;;
--fast) node_package --release ;;
*) setup_fail "usage: scripts/build-sdk.sh [--fast]" ;;
esac
target=${CARGO_TARGET_DIR:-target}
npm run --silent build -w sdk-js >"$target/sdk-build.log" 2>&1 ||
    { cat "$target/sdk-build.log" && setup_fail "the package spendgate does not build"; }
