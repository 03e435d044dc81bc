#!/usr/bin/env bash
# Measures the goals of speed and memory; docs/benchmarks.md keeps what it prints.
#
#   scripts/bench.sh [all|core|node|wasm|python|sdk|small|1k|1m|10m|growth|overrides]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

core() {
    cargo run --quiet --release -p spendgate-bench -- "$1"
}

# Lines of JSON as rows of the core's table.
rows() {
    python3 -c '
import json, sys
for line in sys.stdin:
    if not line.startswith("{"):
        print(line, end="", file=sys.stderr)
        continue
    goal = json.loads(line)
    figure, passed, stretch = goal["figure"], goal["pass"], goal["stretch"]
    better = (lambda wanted: figure <= wanted) if stretch < passed else (lambda wanted: figure >= wanted)
    verdict = "stretch" if better(stretch) else "pass" if better(passed) else "MISSED"
    print("{:<58} {:>9.3f} {:>8} {:>8}  {:<8} {}".format(goal["goal"], figure, passed, stretch, verdict, goal["detail"]))
'
}

sdk() {
    scripts/build-sdk.sh --fast >&2
    node tests/bench/js/sdk.mjs
}

case ${1:-all} in
all)
    core all
    scripts/bench-node.sh | rows
    tests/bench/js/run.sh | rows
    tests/bench/python/run.sh | rows
    sdk | rows
    ;;
core) core all ;;
node) scripts/bench-node.sh | rows ;;
wasm) tests/bench/js/run.sh | rows ;;
python) tests/bench/python/run.sh | rows ;;
sdk) sdk | rows ;;
*) core "$1" ;;
esac
