#!/usr/bin/env bash
# The Python package: its tests, its types, its stub against the compiled module; the SDK with the real clients over HTTP
# against the mock provider.
#
#   scripts/test-python.sh [PYTEST ARGUMENT…]
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/python.sh
need_rust
need_node

status=0

# checked NAME COMMAND…: a check that counts as one.
checked() {
    local name=$1
    shift
    if "$@"; then echo "$name: 1 passed, 0 failed"; else echo "$name: 0 passed, 1 failed" && status=1; fi
}

# sdk_with CLIENT: the SDK's tests in an environment with that client.
sdk_with() {
    need_venv "python-$1" -r "bindings-python/tests/sdk/$1.txt"
    put_module
    counted_pytest "python-sdk-$1" -W error -W ignore::ResourceWarning bindings-python/tests/sdk || status=1
}

python_module fault-injection
home=$venv
sdk_with openai-2
sdk_with openai-3
venv=$(cd "$home" && pwd)
cd bindings-python

counted_pytest pytest "$@" || status=1
checked stubtest "$venv/bin/python" -m mypy.stubtest spendgate --allowlist tests/stubtest-allowed.txt
checked mypy "$venv/bin/python" -m mypy --cache-dir "$venv/mypy-cache"
checked pyright "$venv/bin/pyright" --pythonpath "$venv/bin/python"
exit $status
