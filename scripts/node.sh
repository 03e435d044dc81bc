#!/usr/bin/env bash
# The package @spendgate/node where it stands, for the scripts that source this after setup.sh.

# node_package FEATURE [--release]: builds the addon and the JavaScript around it, and the WASM package that it falls
# back to unless that was built before.
node_package() {
    local target=${CARGO_TARGET_DIR:-target} profile=debug
    [ "${2-}" = --release ] && profile=release
    cargo build --quiet -p spendgate-node --features "$@" || setup_fail "the addon does not build"
    # Put in its place at once: a process that runs may have the one before mapped.
    cp "$target/$profile/libspendgate_node.so" bindings-node/spendgate.node.new
    mv bindings-node/spendgate.node.new bindings-node/spendgate.node
    [ -e bindings-wasm/dist/node.cjs ] || scripts/build-wasm.sh || setup_fail "the WASM package does not build"
    npm run --silent build -w bindings-node >"$target/node-build.log" 2>&1 ||
        { cat "$target/node-build.log" && setup_fail "the package @spendgate/node does not build"; }
}

# counted_node NAME PROGRAM FILE…: runs test files on that Node.js, and says `NAME: N passed, M failed`.
counted_node() {
    local name=$1 program=$2 log=${CARGO_TARGET_DIR:-target}/$1.tap status=0 all passed
    shift 2
    echo "$name is Node.js $("$program" --version)"
    # The tests make the addon panic: where it did is no news.
    RUST_BACKTRACE=0 "$program" --test --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$log" "$@" || status=1
    all=$(sed -n 's/^# tests //p' "$log") passed=$(sed -n 's/^# pass //p' "$log")
    echo "$name: ${passed:-0} passed, $((${all:-1} - ${passed:-0})) failed"
    return $status
}
