#!/usr/bin/env bash
# The rules of the repository that no compiler knows. Looks at tracked files alone.
#
# Prints a line for each fault; exit status 1 when there is one.
set -uo pipefail
# A fault that the last part of a pipe finds is counted too.
shopt -s lastpipe
cd "$(dirname "$0")/.."

faults=0
fault() {
    echo "fault: $1"
    faults=$((faults + 1))
}

# each TEXT: a fault `TEXT: LINE` for every line that comes in.
each() {
    local line
    while IFS= read -r line; do
        fault "$1: $line"
    done
}

size_of_files() {
    local file lines
    while IFS= read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 500 ] || fault "more than 500 lines: $file has $lines"
    done < <(git ls-files -- '*.rs' '*.py' '*.sh' '*.js' '*.mjs' '*.cjs' '*.ts' Makefile .ci/run)
    while IFS= read -r file; do
        [ "$(wc -c <"$file")" -le 1000000 ] || fault "larger than 1 MB: $file"
    done < <(git ls-files)
}

# Paths of one machine, and hosts from which packages come: clients know those by themselves.
places() {
    git grep -nIE '(^|[^A-Za-z0-9_.$}])/(work|home|Users|root|tmp)/[A-Za-z0-9]' -- ':!*.lock' ':!scripts/check-repository.sh' |
        each "a path of one machine"
    git grep -nIE '(crates[.]io|pypi[.]org|pythonhosted|npmjs[.]|deb[.]debian|rust-lang[.]org)' -- ':!*.lock' ':!scripts/check-repository.sh' |
        each "the host of a registry"
}

debris() {
    git ls-files | grep -E '(^|/)(target|out|dist|node_modules|__pycache__|\.venv)/|\.(orig|rej|bak|tmp|log|pyc|so|exe|zip|gz)$|~$|\.DS_Store$' |
        each "debris"
    git grep -nIE '^(<<<<<<<|>>>>>>>) ' | each "a conflict"
    git grep -nIE '[[:blank:]]+$' -- ':!*.csv' ':!core/data' | cut -d: -f1-2 | each "blanks at the end"
    local file
    while IFS= read -r file; do
        [ ! -s "$file" ] || [ -z "$(tail -c1 "$file")" ] || fault "no line break at the end: $file"
    done < <(git grep -lI '')
}

required() {
    local file
    for file in README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md LICENSE LICENSE-MIT LICENSE-APACHE Makefile \
        .ci/run Cargo.lock docs/README.md docs/catalogue.md docs/semantics.md docs/conformance.md docs/prices.md docs/benchmarks.md docs/testing.md \
        core/data/prices.LICENSE; do
        [ -f "$file" ] || fault "missing: $file"
    done
    while IFS= read -r file; do
        [ -x "$file" ] || fault "not executable: $file"
    done < <(git ls-files -- '*.sh' .ci/run)
}

# Crates that are published say what they are.
crates() {
    local manifest key
    while IFS= read -r manifest; do
        grep -q '^\[package\]' "$manifest" || continue
        grep -q '^publish = false' "$manifest" && continue
        for key in description license keywords categories readme documentation; do
            grep -qE "^$key(\.workspace)? *=" "$manifest" || fault "no $key: $manifest"
        done
    done < <(git ls-files -- 'Cargo.toml' '*/Cargo.toml')
}

# A link inside the repository leads somewhere.
links() {
    local file link to
    while IFS= read -r file; do
        while IFS= read -r link; do
            to=${link%%#*}
            case $to in '' | *://* | mailto:*) continue ;; esac
            [ -e "$(dirname "$file")/$to" ] || fault "a link to nothing: $file: $link"
        done < <(awk '/^ *```/ { code = !code } !code' "$file" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
    done < <(git ls-files -- '*.md')
}

# Every code that the engine can say stands in the text that defines it.
catalogue() {
    local code
    while IFS= read -r code; do
        grep -qE "(^|[^a-z_])$code([^a-z_]|$)" docs/semantics.md || fault "not in docs/semantics.md: \`$code\`"
    done < <(
        {
            # Made from the engine by `make generate`; the outcomes of commands without a reservation are not in it.
            grep -oE '`[a-z_]+`' docs/catalogue.md | tr -d '`'
            sed -nE 's/.*"outcome": "([a-z_]+)".*/\1/p' core/src/wire/*.rs
        } | sort -u
    )
}

size_of_files
places
debris
required
crates
links
catalogue

if [ "$faults" = 0 ]; then
    echo "no fault in $(git ls-files | wc -l) files"
else
    echo "$faults faults"
    exit 1
fi
