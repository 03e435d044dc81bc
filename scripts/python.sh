#!/usr/bin/env bash
# The Python package in an environment of its own, for the scripts that source this after setup.sh.

# python_module [FEATURE]: builds the module and puts it with the package into the environment
# target/python-venv, beside what the tests need. Sets $venv to its folder.
python_module() {
    need_venv python-venv -r bindings-python/tests/requirements.txt
    local target=${CARGO_TARGET_DIR:-target} package
    cargo build --quiet -p spendgate-python ${1:+--features "$1"} || setup_fail "the Python module does not build"
    package=$(echo "$venv"/lib/python*/site-packages)/spendgate
    rm -rf "$package"
    cp -r bindings-python/python/spendgate "$package"
    cp "$target/debug/libspendgate_native.so" "$package/_native.abi3.so"
}
