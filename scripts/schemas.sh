#!/usr/bin/env bash
# The JSON Schemas against the engine and the runner: what one refuses the other refuses. A workspace of its own
# (tests/schemas says why), checked and run as the rest is.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/schemas
cargo fmt --manifest-path tests/schemas/Cargo.toml --check
cargo test --manifest-path tests/schemas/Cargo.toml --quiet "$@"
