#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Lint: the Swift style, the shell scripts' syntax, and that the audio cycle cannot allocate.
#
# The files in audio-cycle.txt are compiled in Embedded mode with -no-allocations, which refuses every heap allocation
# that they can reach, through generics and into Core. SwiftPM calls that flag unsafe, so it is used here and not in
# Package.swift. Two things to know: only what the compiler can see is checked, so a generic type needs a public function
# with every type bound among the files that runs it; and making storage is refused as well, so an initialiser that
# allocates lives in a file that is not listed.

set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"
need_swift

swift format lint --strict --parallel --recursive Sources Tests Package.swift
for script in board/*/*.sh .ci/run Tests/*/run; do
    [ ! -f "$script" ] || ! head -n 1 "$script" | grep -qE 'bash|SPDX' || bash -n "$script"
done

list=board/build/audio-cycle.txt
if [ ! -f $list ]; then
    skip "there is no $list, so no source is held to -no-allocations."
    exit
fi
mapfile -t cycle < <(grep -v '^ *\(#\|$\)' $list)
for file in "${cycle[@]}"; do [ -f "$file" ] || fail "$list names $file, which is not there."; done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
embedded=(swiftc -enable-experimental-feature Embedded -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature ExistentialAny -swift-version 6 -wmo -parse-as-library -target x86_64-unknown-linux-gnu
    -Xcc -fPIC -warnings-as-errors -I "$scratch")
"${embedded[@]}" -module-name Core -emit-module -emit-module-path "$scratch/Core.swiftmodule" \
    $(find Sources/Core -name "*.swift" | LC_ALL=C sort)
# Checked where code is made, not by -typecheck: the pass runs on what the optimiser is given.
"${embedded[@]}" -no-allocations -module-name Voice -emit-sil -o /dev/null "${cycle[@]}" ||
    fail "the audio cycle can allocate (see above); its storage is made at start and handed in."
say "lint: ${#cycle[@]} files of the audio cycle cannot allocate."
