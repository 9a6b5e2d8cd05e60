# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# What the package and the release folder of `make flash` have in common. Sourced, never run; board/build/common.sh
# is sourced before.

parts=$root/board

# program_of ARCH: the built program; INTERCOM_X86_64 and INTERCOM_AARCH64 name others.
program_of() {
    case $1 in
    x86_64) echo "${INTERCOM_X86_64:-$root/build/x86_64/intercom}" ;;
    aarch64) echo "${INTERCOM_AARCH64:-$root/build/aarch64/intercom}" ;;
    *) fail "the architecture \"$1\" is not known; there are x86_64 and aarch64." ;;
    esac
}

# The last commit's time: everything that bears a date bears this one.
commit_time() { git -C "$root" log -1 --format=%ct; }

# board_names: the boards that have a configuration.
board_names() {
    local file
    for file in "$parts"/*/intercom.toml; do
        basename "$(dirname "$file")"
    done
}

# board_files FOLDER: what the boards' folders hold for users, without what only the source's own folder is for.
board_files() {
    local board file
    for board in $(board_names); do
        for file in "$parts/$board"/*; do
            case $file in
            *.sh) ;;
            *) install -D -m 644 "$file" "$1/$board/$(basename "$file")" ;;
            esac
        done
    done
}

# components ARCH: what is linked into the program, one a line: name, version, licence, where its source is.
components() {
    local libraries name version library licence archive sum compiler
    libraries=$("$here/deps.sh" --prefix "$1")
    [ -f "$libraries/versions" ] || fail "the C libraries for $1 are not built yet; run: make deps"
    printf '%s\t%s\t%s\t%s\n' '# component' version licence source
    while read -r name version; do
        case $name in
        mbedtls) licence=Apache-2.0 ;;
        libsrtp | opus | speexdsp) licence=BSD-3-Clause ;;
        musl) licence=MIT ;;
        alsa-lib | libgpiod) licence=LGPL-2.1-or-later ;;
        qrcodegen) licence=MIT ;;
        *) fail "board/package/common.sh knows no licence of $name." ;;
        esac
        read -r _ _ archive library sum < <(grep -E "^$name +$version " "$here/libraries.lock")
        printf '%s\t%s\t%s\t%s\n' "$name" "$version" "$licence" "Debian's pool, $library/$archive, SHA-256 $sum"
    done <"$libraries/versions"
    (
        architecture "$1"
        compiler=$($CC -dumpfullversion)
        printf '%s\t%s\t%s\t%s\n' libgcc "$compiler" GPL-3.0-or-later-with-GCC-exception "Debian's source package gcc"
    )
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    printf '%s\t%s\t%s\t%s\n' swift "$version" Apache-2.0-with-Swift-exception "https://github.com/swiftlang/swift"
}

# licences ARCH FOLDER: the texts, one folder a component.
licences() {
    local libraries toolchain
    libraries=$("$here/deps.sh" --prefix "$1")/licenses
    need_swift
    toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
    [ -f "$toolchain/share/swift/LICENSE.txt" ] || fail "the Swift toolchain has no share/swift/LICENSE.txt."
    install -D -m 644 "$root/LICENSE" "$2/intercom/LICENSE"
    install -D -m 644 "$libraries/mbedtls/LICENSE" "$2/mbedtls/LICENSE"
    install -D -m 644 "$libraries/libsrtp/LICENSE" "$2/libsrtp/LICENSE"
    install -D -m 644 "$libraries/opus/COPYING" "$2/opus/COPYING"
    install -D -m 644 "$libraries/speexdsp/COPYING" "$2/speexdsp/COPYING"
    install -D -m 644 "$libraries/qrcodegen/LICENSE" "$2/qrcodegen/LICENSE"
    install -D -m 644 "$libraries/alsa-lib/COPYING" "$2/alsa-lib/COPYING"
    install -D -m 644 "$libraries/libgpiod/LGPL-2.1-or-later.txt" "$2/libgpiod/COPYING"
    install -D -m 644 "$libraries/musl/COPYRIGHT" "$2/musl/COPYRIGHT"
    install -D -m 644 "$toolchain/share/swift/LICENSE.txt" "$2/swift/LICENSE.txt"
}
