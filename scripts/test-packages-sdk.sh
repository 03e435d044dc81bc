#!/usr/bin/env bash
# Installs the packed spendgate, and the engine's packages with it, into an empty folder outside the tree, and runs the SDK's tests
# there; dist/ has to be built. The providers' clients and the mock provider are the repository's.
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_node

root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/sdk-js" "$folder/docs"
cp -r sdk-js/tests "$folder/sdk-js/"
cp docs/coverage.md "$folder/docs/"
cd "$folder" || exit 1
echo '{"private": true, "type": "module"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts "$root"/dist/*.tgz || setup_fail "the packed packages do not install"
for name in $(node -p 'Object.keys(require(process.argv[1]).devDependencies).join(" ")' "$root/sdk-js/package.json") spendgate-mock-provider spendgate-langchain-0; do
    mkdir -p "node_modules/$(dirname "$name")"
    ln -sfn "$root/node_modules/$name" "node_modules/$name"
done
export NODE_OPTIONS=--expose-gc
"$root/scripts/node-tests.sh" sdk-packed node sdk-js/tests/*.test.mjs
