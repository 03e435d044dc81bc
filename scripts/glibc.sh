#!/usr/bin/env bash
# Native libraries that load on any Linux with glibc 2.28 or later, whatever this machine has: zig links them against
# the symbols of that release. For scripts that source this after setup.sh.

GLIBC=2.28
PORTABLE_TARGET=x86_64-unknown-linux-gnu

# Zig, cargo-zigbuild and maturin, in the environment target/glibc-venv, on the path.
need_zig() {
    [ "$(uname -m)" = x86_64 ] || setup_fail "packages are built on x86_64 alone"
    rustc --print target-libdir --target $PORTABLE_TARGET >/dev/null || setup_fail "no standard library for $PORTABLE_TARGET"
    need_venv glibc-venv -r scripts/glibc/requirements.txt
    PATH=$(cd "$venv/bin" && pwd):$PATH
    export PATH
}

# Keeps the folders of the building machine out of what is built: messages of a panic name their file.
portable_flags() {
    local sources=${CARGO_HOME:-$HOME/.cargo} rust
    rust=$(rustc --print sysroot)
    export RUSTFLAGS="--remap-path-prefix=$sources=cargo --remap-path-prefix=$rust=rust --remap-path-prefix=$PWD=spendgate"
}

# build_portable PACKAGE [CARGO ARGUMENT…]: builds it for release; sets $built to the folder of its libraries.
build_portable() {
    local package=$1
    shift
    need_zig
    (portable_flags && cargo zigbuild --quiet --release --target $PORTABLE_TARGET.$GLIBC -p "$package" "$@") ||
        setup_fail "$package does not build for glibc $GLIBC"
    built=${CARGO_TARGET_DIR:-target}/$PORTABLE_TARGET/release
}

# newer_symbols FILE…: the symbols that need a glibc later than $GLIBC, a line each; fails when there is one.
newer_symbols() {
    local file symbol version newer=0
    for file in "$@"; do
        while read -r symbol version; do
            [ "$(printf '%s\n' "$version" "$GLIBC" | sort -V | tail -1)" = "$GLIBC" ] && continue
            echo "$file: $symbol needs glibc $version"
            newer=1
        done < <(objdump -T "$file" | sed -nE 's/.*\(?GLIBC_([0-9.]+)\)? +(\S+)$/\2 \1/p')
    done
    return $newer
}
