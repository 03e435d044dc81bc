#!/usr/bin/env bash
# The SDK's portable suite on workerd, Deno, Bun and Chromium, with the real openai client over HTTP against the mock provider.
#
# Prints a line `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_chromium

scripts/build-sdk.sh || exit 1
scripts/node-tests.sh sdk-hosts node sdk-js/tests/hosts/hosts.test.mjs
