#!/usr/bin/env bash
# Runs the conformance vectors on every implementation that exists, one line each:
#
#   core: 521 passed, 0 failed
#
# Failures come before it, a line each. SPENDGATE_VECTORS names more folders, separated by colons.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/python.sh
need_rust
build_programs
python_module

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
on python "$venv/bin/python bindings-python/tests/serve.py"
exit $status
