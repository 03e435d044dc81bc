#!/usr/bin/env bash
# Every check of the repository, one after the other; a failed one does not hide the next.
#
#   scripts/test.sh          what has to pass before a change is taken
#   scripts/test.sh --full   all zones, more seeds and cases, a minute of each fuzz target as well
#
# The last line sums up. Each test and each vector counts as one; a step that is neither counts as one.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust
need_python

case "$#:${1-}" in
0:) full=no ;;
1:--full) full=yes ;;
*) setup_fail "usage: scripts/test.sh [--full]" ;;
esac

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
log=$target/test-step.log
passed=0 failed=0 table=

# step NAME COMMAND…: runs it with all it prints; its tests, or it as a whole, count.
step() {
    local name=$1 begun=$SECONDS status=0 ok bad
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    "$@" 2>&1 | tee "$log" || status=1
    ok=$(counted 1) bad=$(counted 2)
    if [ "$ok:$bad" = 0:0 ]; then
        [ $status = 0 ] && ok=1
    fi
    [ $status = 1 ] && [ "$bad" = 0 ] && bad=1
    passed=$((passed + ok)) failed=$((failed + bad))
    table+=$(printf '%-12s %5d passed %5d failed %5d s' "$name" "$ok" "$bad" $((SECONDS - begun)))$'\n'
}

# The sum of one column over the lines in which test runners of this step say their counts.
counted() {
    sed -nE -e 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed;.*/\1 \2/p' \
        -e 's/^[a-z0-9 -]+: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log" |
        awk -v column="$1" '{ sum += $column } END { print sum + 0 }'
}

documentation() {
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
}

step format cargo fmt --all --check
step repository scripts/check-repository.sh
step lint cargo clippy --workspace --all-targets --quiet -- -D warnings
step tests cargo test --workspace --quiet --no-fail-fast
step wasm scripts/test-wasm.sh
step node scripts/test-node.sh
step python scripts/test-python.sh
step mock scripts/test-mock.sh
step sdk scripts/test-sdk.sh
step sdk-hosts scripts/test-sdk-hosts.sh
step examples scripts/test-examples.sh
step conformance scripts/conformance.sh
step differential scripts/differential.sh
step packages scripts/test-packages.sh
step generated scripts/generate.sh --check
step schemas scripts/schemas.sh
step snippets python3 scripts/check-snippets.py
step zones tests/zoneinfo/run.sh
step prices scripts/prices.sh check
step docs documentation
if [ $full = yes ]; then
    step all-zones tests/zoneinfo/run.sh --all
    step long-run scripts/soak.sh
    step fuzz scripts/fuzz.sh 60
fi

rm -f "$log"
printf '\n%s\n%d passed, %d failed\n' "$table" "$passed" "$failed"
[ "$failed" = 0 ]
