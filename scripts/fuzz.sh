#!/usr/bin/env bash
# Each fuzz target for so many seconds (60): scripts/fuzz.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust
exec core/fuzz/run.sh "${1:-60}"
