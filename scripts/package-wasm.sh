#!/usr/bin/env bash
# Builds the npm package @spendgate/wasm into dist/, and lets publint and attw judge it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/npm.sh
need_node

scripts/build-wasm.sh
stage bindings-wasm
cp -r bindings-wasm/dist "$stage/dist"
pack
# The module is a file for loaders and has no types: what an import of it gives is the host's affair.
check_package --exclude-entrypoints spendgate.wasm
