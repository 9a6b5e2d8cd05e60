#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Runs a command where nobody else can hear it: namespace.sh COMMAND [ARGUMENT ...]. A network namespace of its own,
# which the kernel takes away with the last process in it: the loopback, and a veth pair with a default route, because
# Firefox gathers no candidate at all where there is only the loopback.
set -eu

fail() { # WHAT REMEDY
    printf 'error: the tests with browsers need %s.\n       %s\n' "$1" "$2" >&2
    exit 1
}

PATH=$PATH:/usr/sbin:/sbin
if [ "${1:-}" != --inside ]; then
    for name in unshare ip; do
        command -v "$name" >/dev/null || fail "the command $name" "Debian has it in util-linux or iproute2."
    done
    # Root in a container may lack the right that a user's own namespace gives, so the second way is for both.
    for own in "" "--user --map-root-user"; do
        [ -n "$own" ] || [ "$(id -u)" = 0 ] || continue
        # shellcheck disable=SC2086 # words, or none
        if why=$(unshare $own --net --mount --propagation private true 2>&1); then
            exec unshare $own --net --mount --propagation private -- "$0" --inside "$@"
        fi
    done
    fail "a network namespace of their own, and this machine gives none: ${why:-unshare failed}" \
        "Run them as root (in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN), or permit user namespaces."
fi
shift
ip link set lo up
ip link add intercom-test type veth peer name intercom-far 2>/dev/null || fail "a veth pair, which ip cannot make here" \
    "The kernel lacks the module veth, or this container the right to use it: modprobe veth, outside."
ip address add 10.91.0.1/24 dev intercom-test
ip link set intercom-test up
ip link set intercom-far up
ip route add default via 10.91.0.2 dev intercom-test
# Nothing is there to be asked for names, and nobody shall wait for it.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
exec "$@"
