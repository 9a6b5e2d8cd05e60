#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Brings the intercom to a board over ssh and makes it a service there: flash.sh USER@ADDRESS [BOARD]
#
# It asks the board what it is, builds the program for it, copies program, units and configuration beside what is there,
# and starts on-board.sh, which switches over, waits until the new version is healthy, and goes back by itself if it
# is not. docs/how-to/install-and-flash.md describes it for users.
#
# SSH          how to reach the board, "ssh" by default; as in SSH="ssh -p 2222 -i key"
# HEALTH_WAIT  seconds the new version has to become healthy, 30 by default
#
# Ends with 0 done, 1 a mistake on this side, 2 the board was not reached, 3 the board does not fit, 4 the board refused
# the new version or its configuration (with 2, 3 and 4 nothing was changed), 5 the new version was not healthy and the
# one before is back, 6 the same, and there was none before or it is not healthy either, 64 wrong use.

set -euo pipefail
source "$(dirname "$0")/../build/common.sh"
source "$root/board/package/common.sh"

give_up() { # STATUS SENTENCE...
    local status=$1
    shift
    printf 'error: %s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '       %s\n' "$@" >&2
    exit "$status"
}

target=${1:-}
board=${2:-}
case $target in
"") give_up 64 "no board was named: make flash HOST=user@address [BOARD=name]" "Boards: $(board_names | tr '\n' ' ')" ;;
-* | *" "*) give_up 64 "\"$target\" is no address; HOST is user@address." ;;
esac
[ -z "$board" ] || [ -f "$parts/$board/intercom.toml" ] ||
    give_up 64 "there is no board \"$board\"." "Boards: $(board_names | tr '\n' ' ')"

scratch=$(mktemp -d)
read -r -a ssh <<<"${SSH:-ssh}"
# One connection for everything, so that a password is asked for once.
ssh+=(-o ControlMaster=auto -o "ControlPath=$scratch/ssh" -o ControlPersist=60 -o ConnectTimeout=10
    -o ServerAliveInterval=5 -o ServerAliveCountMax=6)
leave() {
    "${ssh[@]}" -O exit "$target" 2>/dev/null || true
    rm -rf "$scratch"
}
trap leave EXIT

say "Asking $target what it is."
"${ssh[@]}" "$target" sh -s <"$parts/flash/probe.sh" >"$scratch/probe" ||
    give_up 2 "$target was not reached, or let nobody in (ssh's own message is above)." \
        "Try: ${SSH:-ssh} $target true"
fact() { sed -n "s/^$1=//p" "$scratch/probe"; }

machine=$(fact machine)
case $machine in
aarch64 | arm64) architecture aarch64 ;;
x86_64 | amd64) architecture x86_64 ;;
*) give_up 3 "$target is a ${machine:-machine of unknown kind}; there are programs for aarch64 and x86_64." \
    "On a Raspberry Pi 3 or later a 64-bit system is needed. Nothing was changed." ;;
esac
case $(fact rights) in
root) as_root= ;;
sudo) as_root="sudo -n" ;;
*) give_up 3 "$target lets its user neither be root nor use sudo without a password." \
    "Use HOST=root@address, or allow sudo without a password there. Nothing was changed." ;;
esac
[ "$(fact systemd)" = yes ] ||
    give_up 3 "$target does not run systemd, which is to run the service. Nothing was changed."
missing=$(fact missing)
[ -z "$missing" ] || give_up 3 "$target lacks ${missing% }; install that first. Nothing was changed."
say "It is a $machine with $(($(fact free) / 1024)) MB free; $(fact system)."
cards=$(fact card)
if [ -n "$cards" ]; then
    while read -r card; do say "Sound card: $card"; done <<<"$cards"
else
    say "Warning: it shows no sound card. The intercom will wait for one; a HAT needs its overlay in config.txt first" \
        "(board/README.md)."
fi
if [ "$(fact package)" = yes ]; then
    say "The Debian package is installed too. The flashed version takes precedence over it and leaves it as it is."
fi
if [ -z "$board" ]; then
    board=$(fact board)
    [ -z "$board" ] || [ -f "$parts/$board/intercom.toml" ] || board=
    [ -z "$board" ] || say "It was flashed as $board before, and is again."
fi

program=$(program_of "$arch")
case $arch in x86_64) given=${INTERCOM_X86_64:-} ;; *) given=${INTERCOM_AARCH64:-} ;; esac
[ -n "$given" ] || { say "Building the program for $arch." && "$here/product.sh" "$arch" >&2; }
[ -f "$program" ] || give_up 1 "$program is not there."

stage=$scratch/release
mkdir -p "$stage"
install -m 755 "$program" "$stage/intercom"
install -m 755 "$parts/flash/on-board.sh" "$stage/on-board.sh"
for unit in intercom.service intercom-poweroff.path intercom-poweroff.service; do
    sed 's|/usr/bin/intercom|/opt/intercom/current/intercom|' "$parts/service/$unit" >"$stage/$unit"
done
install -m 644 "$parts/service/sysusers.conf" "$parts/service/intercom.rules" "$stage"
configuration=$parts/package/default.toml
[ -z "$board" ] || configuration=$parts/$board/intercom.toml
install -m 644 "$configuration" "$stage/intercom.toml"
echo "$board" >"$stage/board"
board_files "$stage/boards"
licences "$arch" "$stage/licenses"
components "$arch" >"$stage/components.txt"
install -m 644 "$parts/package/README.relink" "$stage"
(cd "$stage" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$scratch/manifest"
mv "$scratch/manifest" "$stage/manifest"

need=$(($(du -sk "$stage" | cut -f 1) + 8192)) # KiB, and 8 MB that stay free
[ "$(fact free)" -ge "$need" ] ||
    give_up 3 "$target has $(fact free) KiB free for /opt/intercom, and $need are needed. Nothing was changed."

say "Copying the program for $arch, $(($(stat -c %s "$program") / 1024)) KiB, and what belongs to it."
tar -C "$stage" --owner=0 --group=0 -czf - . |
    "${ssh[@]}" "$target" "$as_root sh -c 'set -e; umask 022; mkdir -p /opt/intercom/releases
        rm -rf /opt/intercom/releases/.incoming; mkdir /opt/intercom/releases/.incoming
        tar -C /opt/intercom/releases/.incoming --no-same-owner -xzf - ||
            { rm -rf /opt/intercom/releases/.incoming; exit 1; }'" ||
    give_up 3 "$target did not take the copy (its message is above). What ran there still runs."

status=0
"${ssh[@]}" "$target" "$as_root sh /opt/intercom/releases/.incoming/on-board.sh ${HEALTH_WAIT:-30}" || status=$?
case $status in
0 | 3 | 4 | 5 | 6) exit $status ;;
255) give_up 2 "the connection to $target was lost. It goes on by itself there, to the new version or back to the one" \
    "before; ask it with: ${SSH:-ssh} $target intercom status" ;;
*) give_up 1 "the board's part ended with $status." ;;
esac
