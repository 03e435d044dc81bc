#!/bin/sh
# Fuzzes the core: run.sh [SECONDS] [TARGET...], 30 s each unless said.
#
# The targets are libFuzzer programs, built by the stable toolchain: the compiler inserts the
# coverage counters by itself (its `sancov-module` pass), so neither cargo-fuzz nor nightly is
# needed. The seed corpus is made anew from the conformance vectors. What a target finds on the way
# stays in target/fuzz/corpus, an input that crashes it in target/fuzz/crashes; the exit status is 1 then.
set -eu
cd "$(dirname "$0")"
seconds=${1:-30}
[ $# -gt 0 ] && shift
targets=${*:-policy amounts commands snapshot}
work=target/fuzz
mkdir -p "$work/crashes"

echo "building"
# A target of its own, so that build scripts and macros are built without the counters.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
    cargo build --quiet --release --target "$host" --bin policy --bin amounts --bin commands --bin snapshot
cargo run --quiet --release --bin seeds -- ../../tests/vectors "$work/seeds"

status=0
for target in $targets; do
    mkdir -p "$work/corpus/$target"
    echo "$target: $seconds s"
    if "target/$host/release/$target" -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=20 \
        -artifact_prefix="$work/crashes/$target-" -print_final_stats=1 \
        "$work/corpus/$target" "$work/seeds/$target" >"$work/$target.log" 2>&1; then
        grep -E 'number_of_executed_units|average_exec_per_sec|new_units_added' "$work/$target.log"
    else
        status=1
        echo "$target: failed; the input is in core/fuzz/$work/crashes"
        grep -vE '^#|NEW_FUNC' "$work/$target.log" | tail -n 40
    fi
done
exit "$status"
