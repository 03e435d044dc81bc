#!/usr/bin/env bash
# Builds the command line and replays a usage log of the project's own making, and the real trace of
# Azure's where it lies in SPENDGATE_DATA (or ../shared/data). Reports go to out/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

target=${CARGO_TARGET_DIR:-target}
policy=examples/policies/saas.json
data=${SPENDGATE_DATA:-../shared/data}
trace=$data/azure-llm-2023-conv.csv
mkdir -p out

show() {
    printf '\n$ spendgate %s\n' "$*"
    "$target/release/spendgate" "$@"
}

echo "building the command line (some two minutes the first time)"
cargo build --release --quiet -p spendgate-cli

show sample-log --out out/usage.csv
show check $policy
show replay --policy $policy --html out/report.html out/usage.csv
reports=out/report.html
if [ -f "$trace" ]; then
    show replay --policy $policy --format azure --model gpt-4o --users 1000 --zipf 1.1 --seed 7 \
        --tiers free=90,pro=9,enterprise=1 --html out/azure.html "$trace"
    reports="out/azure.html $reports"
else
    printf '\nno trace at %s: SPENDGATE_DATA names the folder that has it\n' "$trace"
fi

printf '\nreports, to be opened in a browser:\n'
for report in $reports; do
    printf '%s\n' "$PWD/$report"
done
