#!/usr/bin/env bash
# The package @spendgate/node where it stands, for the scripts that source this after setup.sh.

# node_package [--features FEATURE] [--release]: builds the addon and the JavaScript around it, and the WASM package that
# it falls back to.
node_package() {
    local target=${CARGO_TARGET_DIR:-target} profile=debug
    [[ " $* " != *" --release "* ]] || profile=release
    cargo build --quiet -p spendgate-node "$@" || setup_fail "the addon does not build"
    # Put in its place at once: a process that runs may have the one before mapped.
    cp "$target/$profile/libspendgate_node.so" bindings-node/spendgate.node.new || setup_fail "the addon is not there"
    mv bindings-node/spendgate.node.new bindings-node/spendgate.node
    scripts/build-wasm.sh || setup_fail "the WASM package does not build"
    npm run --silent build -w bindings-node >"$target/node-build.log" 2>&1 ||
        { cat "$target/node-build.log" && setup_fail "the package @spendgate/node does not build"; }
}
