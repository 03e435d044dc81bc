#!/usr/bin/env bash
# Tests dist/spendgate-wasm-*.tgz as it is published: what it says of itself, and that it works where it is to run.
#
# Builds it first where it is missing. Prints a line `NAME: N passed, M failed` for each part.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node
need_chromium

ls dist/spendgate-wasm-*.tgz >/dev/null 2>&1 || scripts/package-wasm.sh
package=$(ls dist/spendgate-wasm-*.tgz)
status=0

# lint NAME COMMAND…: what it prints is shown when it finds something.
lint() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "$name: 1 passed, 0 failed"
    else
        printf '%s\n%s: 0 passed, 1 failed\n' "$said" "$name"
        status=1
    fi
}

lint wasm-publint node_modules/.bin/publint run "$package" --strict
# bindings-wasm/README.md says why `node10` is left out.
lint wasm-attw node_modules/.bin/attw "$package" --profile node16 --exclude-entrypoints spendgate.wasm
scripts/node-tests.sh wasm-package node tests/packaging/js/wasm.test.mjs || status=1
exit $status
