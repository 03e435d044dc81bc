#!/usr/bin/env bash
# Runs cargo for wasm32-unknown-unknown, whose standard library comes from rustup, else from Debian.
#
#   scripts/wasm-target.sh build -p spendgate-core
#
# SPENDGATE_WASM=debian takes the second way at once. Only this build leaves the rustup toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_rust

target=wasm32-unknown-unknown
packages=(rustc-web cargo-web rust-web-src lld-19)

has_target() {
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]
}

if [ "${SPENDGATE_WASM-}" != debian ]; then
    if ! has_target; then
        echo "set-up: adding the standard library for $target"
        rustup target add "$target" || echo "rustup has none; Debian's is taken instead"
    fi
    if has_target; then
        exec cargo "$@" --target "$target"
    fi
fi

for package in "${packages[@]}"; do
    dpkg -s "$package" >/dev/null 2>&1 || apt_install "${packages[@]}"
done
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
# A folder of its own: the two toolchains would throw each other's results away.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/debian-wasm
exec /usr/bin/cargo "$@" -Z build-std=std,panic_abort --target "$target"
