# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# What the build scripts share: speaking, failing, the cache's place, missing Debian packages. Sourced, never run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${INTERCOM_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/intercom}

# SOUND=neural builds with Opus' deep concealment (docs/decisions/neural-concealment.md), beside the ordinary build.
case ${SOUND:=plain} in
plain) variant= ;;
neural) variant=-neural ;;
*) printf 'error: SOUND=%s is not known; there are plain and neural.\n' "$SOUND" >&2 && exit 1 ;;
esac
export SOUND

say() { printf '%s\n' "$*" >&2; }

fail() { # SENTENCE...: one line each, then out
    printf 'error: %s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '       %s\n' "$@" >&2
    exit 1
}

# skip SENTENCE: for what cannot be checked here. Where INTERCOM_NO_SKIP is set, as in CI, skipping is failing.
skip() {
    [ -z "${INTERCOM_NO_SKIP:-}" ] || fail "$1 Here nothing may be skipped."
    say "skipped: $1"
}

# need_packages PURPOSE PACKAGE=PROBE...: installs the Debian packages whose probe is absent. A probe is a command's name
# or, if it begins with a slash, a path; so a machine that has the tool from elsewhere is left as it is.
need_packages() {
    local purpose=$1 pair probe missing=() as_root=()
    shift
    for pair; do
        probe=${pair#*=}
        case $probe in
        /*) [ -e "$probe" ] || missing+=("${pair%%=*}") ;;
        *) command -v "$probe" >/dev/null || missing+=("${pair%%=*}") ;;
        esac
    done
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || fail \
        "${missing[*]} (names as in Debian) must be installed $purpose, and this machine has no apt-get." \
        "Install what your distribution calls them, then run this again."
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail \
            "the Debian packages ${missing[*]} must be installed $purpose, which takes root, and there is no sudo." \
            "As root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing the Debian packages ${missing[*]} $purpose."
    mkdir -p "$cache"
    local log=$cache/apt-get.log install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q
        --no-install-recommends "${missing[@]}")
    # An old package list names files that are gone, so a failed attempt is repeated over a new list.
    "${as_root[@]}" "${install[@]}" >"$log" 2>&1 </dev/null || {
        "${as_root[@]}" apt-get update -q >>"$log" 2>&1 </dev/null
        "${as_root[@]}" "${install[@]}" >>"$log" 2>&1 </dev/null
    } || {
        tail -n 15 "$log" >&2
        fail "apt-get could not install ${missing[*]}; its last lines are above, all of them in $log." \
            "They are needed $purpose: install them by hand, or name another mirror in apt's configuration."
    }
}

need_swift() {
    command -v swift >/dev/null || fail "there is no swift on PATH; install the Swift toolchain (6.3 was used)."
}

# architecture BUILD: sets what differs between the builds: $arch, $triple for Swift, $host for C, $libc, $CC and its
# friends. A product (x86_64, aarch64) is linked with musl; the ordinary build (host) with this machine's own libc.
architecture() {
    local build=$1
    arch=$build libc=musl
    if [ "$build" = host ]; then arch=$(uname -m) libc=system; fi
    case $arch in
    x86_64) triple=x86_64-unknown-linux-gnu host=x86_64-linux-gnu ;;
    aarch64) triple=aarch64-none-none-elf host=aarch64-linux-gnu ;;
    *) fail "the architecture \"$arch\" is not known; there are x86_64 and aarch64." ;;
    esac
    local prefix=$host-
    [ "$(uname -m)" = "$arch" ] && prefix=
    CC=${prefix}gcc AR=${prefix}ar RANLIB=${prefix}ranlib STRIP=${prefix}strip
    READELF=${prefix}readelf
}

# need_compiler: the C compiler and the static libc of the architecture chosen before.
need_compiler() {
    if [ "$(uname -m)" = "$arch" ]; then
        need_packages "to compile for $arch" gcc=gcc make=make "libc6-dev=/usr/include/stdio.h"
    elif [ "$arch" = aarch64 ]; then
        need_packages "to compile for $arch" gcc-aarch64-linux-gnu=aarch64-linux-gnu-gcc make=make \
            "libc6-dev-arm64-cross=/usr/aarch64-linux-gnu/include/stdio.h"
    else
        fail "building for $arch on $(uname -m) is not supported; build the product on x86_64."
    fi
}
