#!/usr/bin/env bash
# Random sequences and properties, on and on with fresh seeds, for SOAK_SECONDS (300).
#
# A failure stops the run and names its seed; SPENDGATE_FIRST_SEED begins there again.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

seconds=${SOAK_SECONDS:-300}
seeds=200
# The seeds below are those of `make test`.
first=${SPENDGATE_FIRST_SEED:-1000}
export PROPTEST_CASES=${PROPTEST_CASES:-4000}
end=$((SECONDS + seconds))

cargo test --workspace --no-run --quiet
round=0
while :; do
    round=$((round + 1))
    echo "round $round: seeds $first to $((first + seeds - 1)), $PROPTEST_CASES cases a property"
    SPENDGATE_FIRST_SEED=$first SPENDGATE_SEEDS=$seeds cargo test --workspace --tests --quiet
    first=$((first + seeds))
    [ $SECONDS -lt $end ] || break
done
echo "$round rounds in $seconds s or a little more, none failed; the next seed is $first"
