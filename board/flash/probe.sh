#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Runs on the board, given to its sh as standard input: prints what flash.sh wants to know, as KEY=VALUE.
# Changes nothing.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
echo "machine=$(uname -m)"
if [ "$(id -u)" = 0 ]; then
    echo rights=root
elif sudo -n true 2>/dev/null; then
    echo rights=sudo
else
    echo rights=none
fi
[ ! -d /run/systemd/system ] || echo systemd=yes
missing=
for tool in tar gzip systemctl systemd-sysusers sha256sum cmp timeout flock; do
    command -v "$tool" >/dev/null || missing="$missing$tool "
done
echo "missing=$missing"
folder=/opt/intercom
while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
echo "free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')"
echo "system=$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME")"
sed -n 's/^ *\([0-9]*\) \[\([^ ]*\) *\]: */card=\2: /p' /proc/asound/cards 2>/dev/null
[ ! -f /lib/systemd/system/intercom.service ] || echo package=yes
echo "board=$(cat /opt/intercom/board 2>/dev/null)"
