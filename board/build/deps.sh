#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Builds the C libraries for a build into the cache and prints the folder: deps.sh [--prefix] host|x86_64|aarch64...
#
# `x86_64` and `aarch64` are products: musl comes first, and the others are compiled with its headers. `host` is the
# ordinary build, with the libc of this machine.
#
# The folder's name holds a hash of everything that decides its content (recipes, lock, mbedTLS configuration,
# compiler), so it is built once, is never changed afterwards, and a changed recipe gets a folder of its own. With
# --prefix nothing is built: only the name is printed. In it are include/, lib/, licenses/ and `versions`, one
# "name version" a line.

set -euo pipefail
source "$(dirname "$0")/common.sh"
source "$here/recipes.sh"
source "$here/fetch.sh"

# musl first where it is wanted; then two lanes, each in order, side by side; libsrtp needs mbedTLS's headers.
lanes=("mbedtls libsrtp" "opus alsa-lib libgpiod speexdsp qrcodegen")

prefix() { # of the build chosen
    local key
    key=$({ cat "$here/recipes.sh" "$here/libraries.lock" "$here/mbedtls_config.h" && $CC --version | head -n 1; } |
        sha256sum | cut -c 1-16)
    echo "$cache/deps/$arch-$libc$variant-$key"
}

build_library() { # NAME: in its own work folder under $work, into $out
    local name=$1 version archive started=$SECONDS log=$work/$1.log
    read -r version archive <<<"${chosen[$name]}"
    mkdir -p "$work/$name/source"
    # A bash of its own: in a condition this one's -e would not stop a recipe at its first failing step.
    if ! here=$here out=$out arch=$arch host=$host CC=$CC AR=$AR RANLIB=$RANLIB STRIP=$STRIP jobs=$jobs name=$name \
        version=$version archive=$archives/$archive folder=$work/$name bash -euo pipefail -c '
            source "$here/recipes.sh"
            cd "$folder"
            flags=$(recipe_flags "$folder")
            tar -xf "$archive" -C source --strip-components=1
            mkdir -p "$out/licenses/$name"
            find source -maxdepth 1 -type f "(" -iname "copying*" -o -iname "license*" ")" \
                -exec cp {} "$out/licenses/$name" ";"
            [ ! -d source/LICENSES ] || cp source/LICENSES/* "$out/licenses/$name"
            "recipe_$name"' >"$log" 2>&1 </dev/null; then
        mkdir -p "$cache/logs"
        cp "$log" "$cache/logs/$name-$arch.log"
        tail -n 25 "$log" >&2
        say "error: $name $version did not build for $arch; its last lines are above, all of them in" \
            "$cache/logs/$name-$arch.log"
        return 1
    fi
    say "$(printf '  %-9s %-7s %4d s' "$name" "$version" $((SECONDS - started)))"
}

build_lane() { # NAMES
    local name
    for name in $1; do build_library "$name" || return; done
}

build() { # everything for the build chosen, into the folder $target, all or nothing
    need_compiler
    need_packages "to unpack the C libraries" bzip2=bzip2 xz-utils=xz
    target=$(prefix)
    [ -f "$target/versions" ] && return
    mkdir -p "$cache/deps"
    exec 9>"$target.lock"
    flock -n 9 || { say "Another build makes $(basename "$target"); waiting for it." && flock 9; }
    [ -f "$target/versions" ] && return

    say "C libraries for $arch with $libc libc, into $target"
    declare -A chosen
    local name lane pid pids=() failed=0 library names="${lanes[*]}"
    [ $libc = system ] || names="musl $names"
    for name in $names; do chosen[$name]=$(fetch_library "$name"); done
    work=$(mktemp -d "$cache/deps/.work-XXXXXX") out=$target.new jobs=$(nproc)
    trap 'rm -rf "$work"' EXIT
    rm -rf "$out"
    mkdir -p "$out/lib" "$out/include" "$out/licenses"
    if [ $libc = musl ]; then
        build_library musl || exit 1
        CC=$(musl_compiler "$out" "$work")
    fi
    for lane in "${lanes[@]}"; do
        build_lane "$lane" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
    [ $failed = 0 ] || exit 1
    for library in "$out"/lib/*.a "$out"/sysroot/usr/lib/*.[ao]; do
        [ -f "$library" ] || continue
        $STRIP -D --strip-debug "$library"
        ! grep -qaF "$work" "$library" ||
            fail "$(basename "$library") holds the path of the build; its recipe must map it away."
    done
    for name in $names; do
        [ "$name$variant" != opus-neural ] || chosen[opus]="${chosen[opus]%% *}+deep-plc"
        echo "$name ${chosen[$name]%% *}"
    done | LC_ALL=C sort >"$out/versions"
    rm -rf "$target" "$work"
    mv "$out" "$target"
}

only_name=
[ "${1:-}" != --prefix ] || { only_name=yes && shift; }
[ $# -gt 0 ] || fail "usage: deps.sh [--prefix] host|x86_64|aarch64..."
for build; do
    architecture "$build"
    [ -n "$only_name" ] || (build)
    prefix
done
