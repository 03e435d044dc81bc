#!/bin/sh
# Compares the windows of the core with Python's zoneinfo on the same tz database.
#
#   tests/zoneinfo/run.sh        a sample of zones, every clock change 1970-2037
#   tests/zoneinfo/run.sh --all  every zone, every clock change 1840-2100 (minutes)
#
# The last line says `N passed, M failed`; the exit code is 1 when one failed.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/zoneinfo-venv

fail() {
    echo "failed: $1"
    echo "0 passed, 1 failed"
    exit 1
}

case "$#:${1-}" in
0: | 1:--all) ;;
*) fail "usage: tests/zoneinfo/run.sh [--all]" ;;
esac

if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    echo "making a virtual environment with the pinned tzdata"
    python3 -m venv "$venv" || fail "python3 cannot make a virtual environment"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" ||
        fail "tzdata cannot be installed"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi

echo "building the checker"
cd "$root" || fail "no such directory: $root"
# All of the workspace, so that dependencies are not built again with other features.
cargo build --quiet --workspace --bins --examples || fail "the checker does not build"

echo "comparing with zoneinfo"
# The checker notices by the missing last line when the oracle breaks off.
"$venv/bin/python" "$here/oracle.py" "$@" | "$target/debug/examples/check_windows"
