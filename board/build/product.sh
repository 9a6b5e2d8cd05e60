#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Builds the product for an architecture: product.sh x86_64|aarch64. It lands, checked, in build/ARCH/intercom, or in
# build/ARCH-neural/intercom where SOUND=neural.

set -euo pipefail
source "$(dirname "$0")/common.sh"

architecture "${1:?usage: product.sh x86_64|aarch64}"
"$here/deps.sh" "$arch" >/dev/null
scratch=$root/.build-$arch$variant
folder=build/$arch$variant
toolset=$("$here/toolset.sh" "$arch" "$scratch")
cd "$root"
# SwiftPM would not notice a toolset that changed, so its plan is made anew each time (a second); and the run path it
# adds for dynamic libraries is what a static-pie must not have: libc stops at it.
swift build -c release --product intercom --triple "$triple" --toolset "$toolset" --scratch-path "$scratch" \
    --disable-build-manifest-caching --disable-local-rpath >&2
mkdir -p "$folder"
cp "$scratch/release/intercom" "$folder/.intercom.new"
"$here/check-binary.sh" "$arch" "$folder/.intercom.new"
mv "$folder/.intercom.new" "$folder/intercom"
