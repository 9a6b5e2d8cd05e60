#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Runs a command where nobody else can hear it: namespace.sh COMMAND [ARGUMENT ...]. A network namespace of its own,
# which the kernel takes away with the last process in it: the loopback, and a veth pair with a default route, because
# Firefox gathers no candidate at all where there is only the loopback.
set -eu
if [ "${1:-}" != --inside ]; then
    if [ "$(id -u)" = 0 ]; then
        exec unshare --net --mount --propagation private -- "$0" --inside "$@"
    fi
    exec unshare --user --map-root-user --net --mount --propagation private -- "$0" --inside "$@"
fi
shift
ip link set lo up
ip link add intercom-test type veth peer name intercom-far
ip address add 10.91.0.1/24 dev intercom-test
ip link set intercom-test up
ip link set intercom-far up
ip route add default via 10.91.0.2 dev intercom-test
# Nothing is there to be asked for names, and nobody shall wait for it.
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
exec "$@"
