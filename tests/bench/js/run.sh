#!/usr/bin/env bash
# Measures P7, P13 and P14 on a release build of the WASM package. Prints a line of JSON for each.
#
#   tests/bench/js/run.sh [P7] [P13] [P14]
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/setup.sh
need_node

scripts/build-wasm.sh >&2
node tests/bench/js/wasm.mjs "$@"
