#!/usr/bin/env bash
# The Python package: its tests, its types, its stub against the compiled module.
#
#   scripts/test-python.sh [PYTEST ARGUMENT…]
#
# Prints lines `name: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

. scripts/python.sh
status=0

# checked NAME COMMAND…: a check that counts as one.
checked() {
    local name=$1
    shift
    if "$@"; then echo "$name: 1 passed, 0 failed"; else echo "$name: 0 passed, 1 failed" && status=1; fi
}

python_module fault-injection
venv=$PWD/$venv
cd bindings-python

"$venv/bin/python" -m pytest -p no:cacheprovider --quiet "$@" >"$venv/pytest.log" 2>&1 || status=1
cat "$venv/pytest.log"
# From pytest's closing line, `3 failed, 176 passed in 20.53s`.
count() { grep -oE "[0-9]+ $1" "$venv/pytest.log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
echo "pytest: $(count passed) passed, $(($(count failed) + $(count 'errors?'))) failed"

checked stubtest "$venv/bin/python" -m mypy.stubtest spendgate --allowlist tests/stubtest-allowed.txt
checked mypy "$venv/bin/python" -m mypy --cache-dir "$venv/mypy-cache"
checked pyright "$venv/bin/pyright" --pythonpath "$venv/bin/python"
exit $status
