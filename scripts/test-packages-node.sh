#!/usr/bin/env bash
# The npm packages of the Node addon in dist/, installed outside the tree; scripts/package-node.sh and
# scripts/package-wasm.sh build them.
#
# Prints a line `node-packages: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node
command -v objdump >/dev/null || apt_install binutils

scripts/node-tests.sh node-packages node tests/packaging/js/node.test.mjs
