#!/usr/bin/env bash
# Builds the npm package @spendgate/wasm into dist/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node

scripts/build-wasm.sh
stage=${CARGO_TARGET_DIR:-$PWD/target}/package/wasm
rm -rf "$stage"
mkdir -p "$stage" dist
cp -r bindings-wasm/dist bindings-wasm/README.md LICENSE-MIT LICENSE-APACHE "$stage"
# What only the repository needs is left out.
node --input-type=module - bindings-wasm/package.json "$stage/package.json" <<'END'
import { readFileSync, writeFileSync } from "node:fs";
const [from, to] = process.argv.slice(2);
const { scripts, devDependencies, ...published } = JSON.parse(readFileSync(from, "utf8"));
writeFileSync(to, `${JSON.stringify(published, null, 2)}\n`);
END
rm -f dist/spendgate-wasm-*.tgz
npm pack --silent --pack-destination dist "$stage" >/dev/null
ls dist/spendgate-wasm-*.tgz
