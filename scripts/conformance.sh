#!/usr/bin/env bash
# Runs the conformance vectors on every implementation that exists, one line each:
#
#   core: 521 passed, 0 failed
#
# Failures come before it, a line each. SPENDGATE_VECTORS names more folders, separated by colons.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/node.sh
. scripts/python.sh
need_rust
need_node
need_chromium
build_programs
python_module
node_package

built=${CARGO_TARGET_DIR:-target}/debug
status=0
run() {
    local name=$1
    shift
    "$@" 2>&1 | sed -E "s/^([0-9]+ passed, [0-9]+ failed)$/$name: \1/" || status=1
}

# on NAME 'PROGRAM ARG…': the same of a program that answers JSON lines (docs/conformance.md).
on() {
    run "$1" "$built/spendgate" conformance --on "$2" tests/vectors
}

run core "$built/spendgate" conformance tests/vectors
run reference "$built/examples/conformance" tests/vectors
on node "env SPENDGATE_ENGINE=native node bindings-node/tests/serve.mjs"
on wasm-node "node bindings-wasm/tests/serve.mjs"
for runtime in workerd deno bun chromium; do
    on wasm-$runtime "node bindings-wasm/tests/serve-on.mjs $runtime"
done
on python "$venv/bin/python bindings-python/tests/serve.py"
exit $status
