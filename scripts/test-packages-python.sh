#!/usr/bin/env bash
# The Python packages in dist/, installed outside the tree; scripts/package-python.sh builds them.
#
# Prints a line `python-packages: N passed, M failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/python.sh
need_rust
need_venv python-venv -r bindings-python/tests/requirements.txt

counted_pytest python-packages tests/packaging/python
