#!/usr/bin/env bash
# Measures P8 to P10: a release build of the module, the floor and the peers in one environment.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/setup.sh
need_rust
need_venv bench-python-venv -r tests/bench/python/requirements.txt

target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --release -p spendgate-python -p spendgate-bench-floor || setup_fail "the modules do not build"
site=$(echo "$venv"/lib/python*/site-packages)
rm -rf "$site/spendgate"
cp -r bindings-python/python/spendgate "$site/spendgate"
cp "$target/release/libspendgate_native.so" "$site/spendgate/_native.abi3.so"
cp "$target/release/libfloor.so" "$site/floor.abi3.so"

# Its own price list, not one from the network; its warnings are not ours to tell.
LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_LOG=ERROR "$venv/bin/python" tests/bench/python/bench.py
