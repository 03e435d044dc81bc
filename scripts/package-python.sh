#!/usr/bin/env bash
# Builds the Python package into dist/: a wheel for glibc 2.28 and later, and the source distribution.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/glibc.sh
need_rust
need_zig

manifest=bindings-python/Cargo.toml
mkdir -p dist
rm -f dist/spendgate-*.whl dist/spendgate-*.tar.gz
(
    portable_flags
    maturin build --quiet --release --locked --zig --target "$PORTABLE_TARGET" \
        --compatibility "manylinux_${GLIBC/./_}" --manifest-path "$manifest" --out dist
)
# Shown only on failure: cargo misses metadata that only crates for a registry have.
log=${CARGO_TARGET_DIR:-target}/sdist.log
maturin sdist --manifest-path "$manifest" --out dist >"$log" 2>&1 || { cat "$log" && setup_fail "the sdist"; }
ls dist/spendgate-*.whl dist/spendgate-*.tar.gz
