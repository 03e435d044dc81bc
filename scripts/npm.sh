#!/usr/bin/env bash
# Packs npm packages, for the scripts that source this after setup.sh.

# stage FOLDER: sets $stage to an empty folder under target/ that gets FOLDER's package.json without what is for the
# repository alone, its README.md, and the licences, the prices' included. npm leaves links out, so they are copies.
stage() {
    stage=${CARGO_TARGET_DIR:-target}/npm/$1
    rm -rf "$stage"
    mkdir -p "$stage" dist
    node -e '
        const { devDependencies, scripts, ...manifest } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
        console.log(JSON.stringify(manifest, null, 2));
    ' "$1/package.json" >"$stage/package.json"
    cp "$1/README.md" LICENSE-MIT LICENSE-APACHE "$stage/"
    cp core/data/prices.LICENSE "$stage/"
}

# pack: makes dist/*.tgz of $stage; sets $packed to it.
pack() {
    packed=dist/$(cd "$stage" && npm pack --silent --ignore-scripts --pack-destination "$OLDPWD/dist") || setup_fail "npm pack"
    tar -tzf "$packed" >/dev/null && ls -l "$packed"
}

# check_package [ARGUMENT OF attw…]: what is wrong with $stage as a package, and with its types in $packed.
check_package() {
    # The tarball's paths, and not the folder: publint would pack it with the configuration of the repository.
    node_modules/.bin/publint run --strict --pack false "$stage" || setup_fail "publint"
    node_modules/.bin/attw --no-color --no-emoji --format table-flipped "$packed" "$@" || setup_fail "attw"
}
