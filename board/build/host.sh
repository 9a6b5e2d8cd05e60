#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# SwiftPM for the ordinary build, with the C libraries in place: host.sh build|test|run [OPTION...]
# As in: board/build/host.sh test --filter ICETests. INTERCOM_SCRATCH names another scratch folder than .build-host.

set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"

[ $# -gt 0 ] || fail "usage: host.sh build|test|run [OPTION...]"
verb=$1
shift
scratch=${INTERCOM_SCRATCH:-.build-host$variant}
"$here/deps.sh" host >/dev/null
toolset=$("$here/toolset.sh" host "$scratch")
exec swift "$verb" --toolset "$toolset" --scratch-path "$scratch" --disable-build-manifest-caching "$@"
