#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Every test there is, in the order in which a mistake shows soonest: lint, the ordinary build's tests, the rings and
# the hand-over of handshakes under ThreadSanitizer, both products, the self-tests inside each of them, calls between whole
# programs and with browsers, the device in a virtual machine, packages and flashing. Stops at the first step that fails.
# Ends with a line a machine can read: `N passed, N failed`, counting steps.

set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"

passed=0
step() { # NAME COMMAND...
    local name=$1 started=$SECONDS
    shift
    say "
== $name"
    if ! "$@"; then
        say "
FAILED: $name"
        echo "$passed passed, 1 failed"
        exit 1
    fi
    passed=$((passed + 1))
    say "== $name: passed in $((SECONDS - started)) s"
}

ring_tests() { # sanitized objects can be shared with no other build, so they have a folder of their own
    mkdir -p .build-tsan
    INTERCOM_SCRATCH=.build-tsan "$here/host.sh" test --sanitize=thread --filter RingTests | tee .build-tsan/output
    # A filter that matches nothing passes too.
    grep -qE 'Test run with [1-9][0-9]* tests?' .build-tsan/output ||
        { say "error: no test is named RingTests, so nothing ran under ThreadSanitizer."; return 1; }
}

# The self-tests print how many cases they ran, as "N cases"; every build must have run the same ones.
cases=
self_tests() { # COMMAND...: runs it, compares its count with that of the first
    local output count
    output=$("$@") || { printf '%s\n' "$output"; return 1; }
    printf '%s\n' "$output" | tail -n 3
    count=$(grep -oE '[0-9]+ cases' <<<"$output" | tail -n 1) ||
        { say "error: the self-tests printed no \"N cases\"."; return 1; }
    : "${cases:=$count}"
    [ "$count" = "$cases" ] || { say "error: $count ran here, $cases in the ordinary build."; return 1; }
}

step "lint" "$here/lint.sh"
step "C libraries" "$here/deps.sh" host x86_64 aarch64
step "tests of the ordinary build" "$here/host.sh" test
example() { INTERCOM_SCRATCH=.build-example "$here/host.sh" run --package-path Tests/Example; }
step "the example package" example
step "what goes between threads, under ThreadSanitizer" ring_tests
step "product for x86_64" "$here/product.sh" x86_64
step "product for aarch64" "$here/product.sh" aarch64
weak_data() { python3 "$here/weak-data.py" .build-{x86_64,aarch64}/release/intercom.product/Objects.LinkFileList; }
step "no constant array is taken for another" weak_data
step "self-tests, ordinary build" self_tests .build-host/debug/intercom selftest
step "self-tests, x86_64 product" self_tests build/x86_64/intercom selftest
need_packages "to run the aarch64 product" qemu-user-static=qemu-aarch64-static
step "self-tests, aarch64 product under emulation" self_tests qemu-aarch64-static build/aarch64/intercom selftest
if [ -x Tests/EndToEnd/run ]; then
    step "what the end-to-end tests need" "$here/python.sh"
    step "calls, end to end" Tests/EndToEnd/run
else
    skip "there is no Tests/EndToEnd/run, so no call was made."
fi
step "what the tests with browsers need" "$here/python.sh" browser
step "calls with Chromium and Firefox" Tests/Browser/run
step "the device in the VM" Tests/VM/run
step "the service's unit and the Debian packages" Tests/Packaging/run unit package
step "installed and flashed in a throw-away root" Tests/Packaging/run install flash
say ""
echo "$passed passed, 0 failed"
