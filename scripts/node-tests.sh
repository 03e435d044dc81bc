#!/usr/bin/env bash
# Runs test files with Node's own runner and says its counts in the form that scripts/test.sh sums up.
#
#   scripts/node-tests.sh NAME NODE FILE…     prints `NAME: N passed, M failed`; exit status 1 on a failure
set -uo pipefail

name=$1 node=$2
shift 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$node" --test --test-reporter=tap "$@" >"$log" 2>&1
status=$?
passed=$(sed -n 's/^# pass //p' "$log")
failed=$(sed -n 's/^# fail //p' "$log")
cancelled=$(sed -n 's/^# cancelled //p' "$log")
failed=$((${failed:-0} + ${cancelled:-0}))
# A runner that ends without a count has failed.
[ -n "$passed" ] && [ "$((passed + failed))" -gt 0 ] || failed=$((failed + 1))
# What failed, and what was said beside the tests.
[ $status = 0 ] && [ "$failed" = 0 ] ||
    awk '/^(ok |# Subtest|1\.\.)/ { show = 0 } /^not ok/ { show = 1 } show || /^[^ #o1T]/ || /^# [^a-zS]/' "$log"
echo "$name: ${passed:-0} passed, $failed failed"
[ "$failed" = 0 ] && [ $status = 0 ]
