#!/usr/bin/env bash
# Builds all packages into dist/, installs them outside the tree and runs them as a stranger would.
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/package.sh || exit 1
status=0
scripts/test-packages-js.sh || status=1
scripts/test-packages-node.sh || status=1
scripts/test-packages-sdk.sh || status=1
scripts/test-packages-python.sh || status=1
exit $status
