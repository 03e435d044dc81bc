#!/usr/bin/env bash
# Measures the goals P5 and P6 of docs/benchmarks.md on Node.js: prints a line of JSON for each.
#
#   scripts/bench-node.sh [PROGRAM]    on that Node.js instead of this machine's
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/node.sh
need_rust
need_node

node_package --features bench --release
"${1:-node}" tests/bench/js/node.mjs
