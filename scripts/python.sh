#!/usr/bin/env bash
# The Python package in an environment of its own, for the scripts that source this after setup.sh.

# python_module [FEATURE]: builds the module and puts it with the package into the environment
# target/python-venv, beside what the tests need. Sets $venv to its folder.
python_module() {
    need_venv python-venv -r bindings-python/tests/requirements.txt
    cargo build --quiet -p spendgate-python ${1:+--features "$1"} || setup_fail "the Python module does not build"
    put_module
}

# put_module: puts the package and the module that was built last into the environment $venv.
put_module() {
    local target=${CARGO_TARGET_DIR:-target} package
    package=$(echo "$venv"/lib/python*/site-packages)/spendgate
    rm -rf "$package"
    cp -r bindings-python/python/spendgate "$package"
    cp "$target/debug/libspendgate_native.so" "$package/_native.abi3.so"
}

# counted_pytest NAME ARGUMENT…: runs pytest, and says `NAME: N passed, M failed` from its closing line.
counted_pytest() {
    local name=$1 log=$venv/$1.log status=0
    shift
    "$venv/bin/python" -m pytest -p no:cacheprovider --quiet "$@" 2>&1 | tee "$log" || status=1
    pytest_count() { tail -1 "$log" | grep -oE "[0-9]+ $1" | grep -oE '[0-9]+' || echo 0; }
    echo "$name: $(pytest_count passed) passed, $(($(pytest_count failed) + $(pytest_count 'errors?'))) failed"
    return $status
}
