#!/usr/bin/env bash
# Measures the goals of speed and memory; docs/benchmarks.md keeps what it prints.
#
#   scripts/bench.sh [all|core|node|wasm|python|small|1k|1m|10m|growth|overrides]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

core() {
    cargo run --quiet --release -p spendgate-bench -- "$1"
}

case ${1:-all} in
all)
    core all
    scripts/bench-node.sh
    tests/bench/js/run.sh
    tests/bench/python/run.sh
    ;;
core) core all ;;
node) scripts/bench-node.sh ;;
wasm) tests/bench/js/run.sh ;;
python) tests/bench/python/run.sh ;;
*) core "$1" ;;
esac
