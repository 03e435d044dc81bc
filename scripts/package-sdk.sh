#!/usr/bin/env bash
# Builds the npm package spendgate into dist/, and lets publint and attw judge it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/npm.sh
need_node

npm run --silent build -w bindings-node >/dev/null
npm run --silent build -w sdk-js >/dev/null
stage sdk-js
cp -r sdk-js/dist "$stage/dist"
pack
check_package
