#!/usr/bin/env bash
# Builds everything that is published into dist/: the npm packages, the Python wheel and its source.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/package-wasm.sh
scripts/package-node.sh
scripts/package-sdk.sh
scripts/package-python.sh
ls -l dist
