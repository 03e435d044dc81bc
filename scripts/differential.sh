#!/usr/bin/env bash
# Random commands through the engine and through every program that carries it; each answer has to be the same text.
#
#   scripts/differential.sh                            N=100000 commands from SEED=1 on
#   scripts/differential.sh NAME='PROGRAM ARG…' …      these programs alone
#
# Prints mismatches, shortened, then for each program `differential NAME: N passed, M failed`, counted in sequences of
# 500 commands. A mismatch names its seed: SEED=137 N=500 runs that sequence alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/node.sh
. scripts/python.sh
need_rust
need_node
build_programs

built=${CARGO_TARGET_DIR:-target}/debug
programs=("$@")
if [ $# = 0 ]; then
    python_module
    node_package
    programs+=("core=$built/spendgate conformance --serve")
    programs+=("node=env SPENDGATE_ENGINE=native node bindings-node/tests/serve.mjs" "wasm=node bindings-wasm/tests/serve.mjs")
    programs+=("python=$venv/bin/python bindings-python/tests/serve.py")
fi
"$built/spendgate-differential" "${SEED:-1}" "${N:-100000}" "${programs[@]}"
