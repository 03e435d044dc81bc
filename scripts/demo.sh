#!/usr/bin/env bash
# A small SaaS for ten seconds: ten customers call a mock provider on loopback through the real `openai` client, one of them in a
# retry loop. Decisions go by as they are made; the end says who was stopped, and what was saved.
#
#   scripts/demo.sh [--seconds N]
set -euo pipefail
cd "$(dirname "$0")/.."

echo "building the engine and the SDK (some minutes the first time)"
scripts/build-sdk.sh --fast
echo
exec node examples/live-demo/demo.mjs "$@"
