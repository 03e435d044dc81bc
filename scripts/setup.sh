#!/usr/bin/env bash
# Makes the machine ready: installs what is missing, says so, and is silent when nothing is.
#
#   scripts/setup.sh [rust] [python] [node] [chromium]     by hand
#   . scripts/setup.sh; need_rust                          from a script: it may choose the toolchain for what follows
#
# Goes no further than Debian packages, rustup components, node_modules/ and folders under target/.

setup_fail() {
    echo "set-up failed: $1" >&2
    exit 1
}

# Debian packages, as root or through sudo where that asks for no password.
apt_install() {
    command -v apt-get >/dev/null || setup_fail "please install: $*"
    local as=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || setup_fail "please install, as root: apt-get install $*"
        as=(sudo)
    fi
    echo "set-up: installing the packages $*"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && return
    "${as[@]}" apt-get update -qq &&
        "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null ||
        setup_fail "apt-get install $*"
}

# The first Rust release that builds the workspace, from Cargo.toml.
rust_wanted() {
    sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml
}

# Whether the toolchain in use is at least that release.
rust_is_new_enough() {
    local version
    version=$(rustc --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ -n "$version" ] && printf '%s\n%s\n' "$(rust_wanted)" "$version" | sort -VC
}

# cargo, rustfmt, clippy and a linker.
need_rust() {
    command -v cc >/dev/null || apt_install gcc libc6-dev
    case ":$PATH:" in *":${CARGO_HOME:-$HOME/.cargo}/bin:"*) ;; *) PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin ;; esac
    export PATH
    command -v rustup >/dev/null || command -v cargo >/dev/null || apt_install rustup
    if ! rust_is_new_enough; then
        command -v rustup >/dev/null || setup_fail "Rust $(rust_wanted) or later is needed; install it with rustup"
        echo "set-up: installing the stable Rust toolchain"
        rustup toolchain install stable --profile minimal -c rustfmt -c clippy || setup_fail "the Rust toolchain"
        export RUSTUP_TOOLCHAIN=stable
        rust_is_new_enough || setup_fail "Rust $(rust_wanted) or later is needed, stable is $(rustc --version)"
    fi
    if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
        echo "set-up: adding rustfmt and clippy"
        rustup component add rustfmt clippy || setup_fail "rustfmt and clippy"
    fi
}

# A Python that can make virtual environments.
need_python() {
    command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null ||
        apt_install python3 python3-venv
}

# need_venv NAME REQUIREMENT...: a virtual environment target/NAME with just these.
# Sets $venv to its folder. A requirement is what pip takes, or `-r FILE`.
need_venv() {
    need_python
    venv=${CARGO_TARGET_DIR:-target}/$1
    shift
    local wanted
    wanted=$(printf '%s\n' "$@" && for word in "$@"; do [ -f "$word" ] && cat "$word"; done; true)
    [ -f "$venv/wanted.txt" ] && [ "$(cat "$venv/wanted.txt")" = "$wanted" ] && return
    echo "set-up: making the virtual environment $venv"
    rm -rf "$venv"
    python3 -m venv "$venv" || setup_fail "python3 -m venv $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || setup_fail "pip install $*"
    printf '%s\n' "$wanted" >"$venv/wanted.txt"
}

# Whether Node.js is one that the packages support, and comes with npm.
node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'
}

# Node.js with npm, and in node_modules/ what package-lock.json names. That is compared by content, since a
# checkout changes the times of files.
need_node() {
    node_is_new_enough || apt_install nodejs npm
    node_is_new_enough || setup_fail "Node.js 20 or later with npm is needed, node is $(node --version 2>/dev/null || echo missing)"
    cmp -s package-lock.json node_modules/.locked.json && return
    echo "set-up: installing the packages of package-lock.json"
    # Install scripts stay off: nothing that is used here needs one.
    npm ci --ignore-scripts --silent || setup_fail "npm ci"
    cp package-lock.json node_modules/.locked.json
}

# The browser in which packages are tried.
need_chromium() {
    command -v chromium >/dev/null || apt_install chromium
}

# The programs that checks run. All of the workspace at once: built package by package, dependencies
# would have other features each time and be built again.
build_programs() {
    cargo build --quiet --workspace --bins --examples || setup_fail "the workspace does not build"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -eu
    cd "$(dirname "$0")/.."
    for need in "${@:-rust}"; do
        "need_$need"
    done
    echo "set-up: ready"
fi
