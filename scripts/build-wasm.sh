#!/usr/bin/env bash
# Builds the npm package @spendgate/wasm in bindings-wasm/dist/: the module, its JavaScript, its types.
#
#   scripts/build-wasm.sh            as it is published
#   scripts/build-wasm.sh --faults   with failures on purpose, for the tests; in target/wasm-faults/
#
# Prints the size of the module, raw and gzip.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/glibc.sh
need_rust
need_node

target=${CARGO_TARGET_DIR:-$PWD/target}
dist=$PWD/bindings-wasm/dist
profile=release
arguments=(--release)
case "${1-}" in
'') ;;
--faults)
    export SPENDGATE_FAULTS=1
    profile=debug
    arguments=(--features fault-injection)
    dist=$target/wasm-faults
    ;;
*) setup_fail "usage: scripts/build-wasm.sh [--faults]" ;;
esac

# What rustc may use of WASM beyond its first release; wasm-opt has to know, and to use no more.
wasm_features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals
    --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext)

glue=$PWD/bindings-wasm/glue
(
    # Panics name their sources, and those are not to be paths of this machine.
    portable_flags
    if [ $profile = release ]; then
        # Level 2 without what makes code large: nothing is inlined but what says so in the core (wasm-opt inlines the
        # smallest), no loop is unrolled. A fifth smaller as gzip than with LLVM's own measure, and a decision takes as
        # long. Levels "s" and "z" are smaller still, and a decision takes 1.15 and 1.3 times as long.
        export CARGO_PROFILE_RELEASE_OPT_LEVEL=2
        for flag in inline-threshold=0 unroll-full-max-count=0 unroll-allow-partial=false unroll-runtime=false; do
            RUSTFLAGS="$RUSTFLAGS -Cllvm-args=-$flag"
        done
        export RUSTFLAGS
    fi
    CARGO_TARGET_DIR=$target scripts/wasm-target.sh build --quiet -p spendgate-wasm "${arguments[@]}"
)
# The newest: the two toolchains of scripts/wasm-target.sh have folders of their own.
module=$(find "$target"/{,debian-wasm/}wasm32-unknown-unknown/$profile -maxdepth 1 -name spendgate_wasm.wasm \
    -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -1 | cut -d' ' -f2- || true)
[ -n "$module" ] || setup_fail "the module was not built"

sized() {
    printf 'spendgate.wasm: %d bytes, %d as gzip\n' "$(wc -c <"$dist/spendgate.wasm")" "$(gzip -9c "$dist/spendgate.wasm" | wc -c)"
}

# What was made of these very files stays.
made_of=$(cat "$0" package-lock.json "$module" scripts/wasm-glue/src/*.rs scripts/wasm-glue/Cargo.lock bindings-wasm/{package,tsconfig}.json bindings-wasm/tsup.config.ts $(find bindings-wasm/js -type f | sort) | sha256sum)
stamp=$target/wasm-$profile.made
if [ -e "$dist/spendgate.wasm" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$made_of" ]; then
    [ $profile = debug ] || sized
    exit
fi
cargo build --quiet --manifest-path scripts/wasm-glue/Cargo.toml --locked --target-dir "$target/wasm-glue"
traps=(--trap)
[ $profile = release ] || traps=()
"$target/wasm-glue/debug/spendgate-wasm-glue" "${traps[@]}" "$module" "$glue" spendgate

rm -rf "$dist"
mkdir -p "$dist"
if [ $profile = debug ]; then
    cp "$glue/spendgate_bg.wasm" "$dist/spendgate.wasm"
    (cd bindings-wasm && SPENDGATE_DIST=$dist ../node_modules/.bin/tsup --silent)
    # The entry is in a folder that says nothing of its files.
    echo '{"type": "module"}' >"$dist/package.json"
    echo "$made_of" >"$stamp"
    exit
fi
node_modules/.bin/wasm-opt "${wasm_features[@]}" -O3 --strip-debug --strip-producers \
    "$glue/spendgate_bg.wasm" -o "$dist/spendgate.wasm"
(cd bindings-wasm && SPENDGATE_DIST=$dist ../node_modules/.bin/tsup --silent)
echo "$made_of" >"$stamp"
sized
