#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Checks that a product is what we ship and prints its size: check-binary.sh x86_64|aarch64 FILE
#
# Static position-independent, so it runs on any kernel of its architecture with nothing installed; stripped; without a
# run path, which a static-pie does not survive; and without a path of the machine that built it, so that it can be
# built again to the same bytes anywhere.

set -euo pipefail
source "$(dirname "$0")/common.sh"

[ $# = 2 ] || fail "usage: check-binary.sh x86_64|aarch64 FILE"
architecture "$1"
file=$2
command -v "$READELF" >/dev/null || READELF=readelf
header=$($READELF -hlW "$file")
dynamic=$($READELF -dW "$file")
sections=$($READELF -SW "$file")
wrong=()
case $arch in
x86_64) grep -q 'Machine:.*X86-64' <<<"$header" || wrong+=("is not for x86_64") ;;
aarch64) grep -q 'Machine:.*AArch64' <<<"$header" || wrong+=("is not for aarch64") ;;
esac
grep -q 'Type:.*DYN' <<<"$header" || wrong+=("is not position-independent")
! grep -q INTERP <<<"$header" || wrong+=("asks for a dynamic loader (INTERP)")
! grep -q NEEDED <<<"$dynamic" || wrong+=("needs shared libraries: $(grep -o '\[.*\]' <<<"$dynamic" | tr '\n' ' ')")
! grep -qE 'RPATH|RUNPATH' <<<"$dynamic" || wrong+=("has a run path")
! grep -q TEXTREL <<<"$dynamic" || wrong+=("has relocations in its code")
! grep -q '\.symtab' <<<"$sections" || wrong+=("is not stripped")
! grep -qE '\.debug_' <<<"$sections" || wrong+=("holds debug information")
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
for path in "$root/" "$cache" "$toolchain/" "${HOME:?}/"; do
    [ "$path" = / ] || ! grep -qaF "$path" "$file" ||
        wrong+=("holds a path of this machine: $(grep -aoF "$path" "$file" | head -n 1)")
done
[ ${#wrong[@]} = 0 ] || fail "$file is not what we ship:" "${wrong[@]}"
bytes=$(stat -c %s "$file")
printf '%s: %d bytes (%d.%02d MB), static-pie, stripped\n' \
    "$arch" "$bytes" $((bytes / 1000000)) $((bytes / 10000 % 100))
