#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# The board's part of flashing, run there as root out of the folder that was just copied: on-board.sh SECONDS
#
#   /opt/intercom/releases/NAME/   what a version consists of: program, units, boards' files, this script, licences
#   /opt/intercom/current          a link to the version that runs; one rename switches
#   /opt/intercom/config.sha256    the configuration as it was last written, to see whether somebody edited it
#   /opt/intercom/board            the board it was flashed as
#   /etc/intercom/intercom.toml    the configuration
#
# It finishes even when the connection is lost: a signal does not end it, and nobody has to read what it says.
# flash.sh explains the exit codes.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
trap '' HUP INT PIPE
base=/opt/intercom
config=/etc/intercom/intercom.toml
units=/etc/systemd/system
seconds=${1:-30}
incoming=$(cd "$(dirname "$0")" && pwd)

say() { printf '%s\n' "$*" 2>/dev/null || :; }

exec 9>"$base/lock"
flock -n 9 || {
    say "error: another flash is going on at this board. Nothing was changed."
    exit 3
}

refuse() { # SENTENCE...: before anything was changed
    say "error: $1"
    shift
    for line; do say "       $line"; done
    rm -rf "$incoming"
    [ -z "${made:-}" ] || rm -rf "$made"
    exit 4
}

# The health check. PROGRAM status is the program's own opinion, given over its control socket; that the same process
# gives it twice with seconds between tells a service from one that is started again and again.
answers() { systemctl is-active --quiet intercom.service && timeout 5 "$1" status >/dev/null 2>&1 9>&-; }
uptime_seconds() { cut -d . -f 1 /proc/uptime; } # not the clock, which a board without a battery sets after the start
healthy() { # PROGRAM
    end=$(($(uptime_seconds) + seconds))
    while [ "$(uptime_seconds)" -lt "$end" ]; do
        if answers "$1"; then
            pid=$(systemctl show -p MainPID --value intercom.service)
            sleep 3
            if answers "$1" && [ "$pid" = "$(systemctl show -p MainPID --value intercom.service)" ]; then return 0; fi
        fi
        sleep 1
    done
    return 1
}

# install_file FROM TO: whole or not at all.
install_file() { cp "$1" "$2.flash" && chmod 644 "$2.flash" && mv -f "$2.flash" "$2"; }

# What is copied out of the release, to where systemd and udev look: FROM TO.
copies() {
    for unit in intercom.service intercom-poweroff.path intercom-poweroff.service; do echo "$unit $units/$unit"; done
    echo "sysusers.conf /etc/sysusers.d/intercom.conf"
    echo "intercom.rules /etc/udev/rules.d/60-intercom.rules"
}
copies_are_those_of() { copies | while read -r from to; do cmp -s "$1/$from" "$to" || exit 1; done; } # RELEASE

install_copies() { # RELEASE
    mkdir -p "$units" /etc/sysusers.d /etc/udev/rules.d
    copies | while read -r from to; do install_file "$1/$from" "$to" || exit 1; done || return 1
    systemd-sysusers intercom.conf
    if command -v udevadm >/dev/null; then
        udevadm control --reload 2>/dev/null
        udevadm trigger --subsystem-match=gpio --subsystem-match=spidev 2>/dev/null
    fi
    return 0
}

link_to() { # RELEASE: what it consists of is on the disk before the link names it
    sync && ln -sfn "$1" "$base/current.flash" && mv -fT "$base/current.flash" "$base/current" && sync
}

# The link is one rename; the units are copies, which need some more. Where the power fails between the two, an older unit
# runs a newer program, which has to work, and never a newer unit an older program, which might lack what the unit counts
# on. So forward the link goes first, and back the units do.
switch_to() { # RELEASE
    link_to "$1" && install_copies "$1" && mkdir -p /usr/local/bin /usr/local/share/intercom &&
        ln -sfn "$base/current/intercom" /usr/local/bin/intercom &&
        ln -sfn "$base/current/boards" /usr/local/share/intercom/boards && sync && systemctl daemon-reload
}
switch_back_to() { # RELEASE
    install_copies "$1" && link_to "$1" && systemctl daemon-reload
}

start() {
    systemctl reset-failed intercom.service 2>/dev/null
    systemctl restart --no-block intercom.service 9>&-
}

# What version is this, and does it run here at all?
words=$("$incoming/intercom" version 2>&1) || refuse "the new program does not run on this board: $words" \
    "Nothing was changed; what ran still runs."
name=$(printf '%s\n' "$words" | sed -n '1s/^intercom \([^ ]*\) (\(.*\))$/\1-\2/p')
case $name in "" | *[!A-Za-z0-9._+-]*) refuse "the new program does not say its version. Nothing was changed." ;; esac
release=$base/releases/$name
previous=$(readlink "$base/current" 2>/dev/null)
[ -d "$previous" ] || previous=
if [ -d "$release" ] && ! cmp -s "$incoming/intercom" "$release/intercom"; then
    # The same version and commit with other bytes: built from sources that were not committed.
    release=$release-$(sha256sum "$incoming/intercom" | cut -c 1-8)
fi
name=$(basename "$release")

# The configuration: an edited one is its owner's.
hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }
plan=keep
if [ ! -f "$config" ]; then
    plan="write"
elif cmp -s "$incoming/intercom.toml" "$config"; then
    plan=same
elif [ "$(hash_of "$config")" = "$(cat "$base/config.sha256" 2>/dev/null)" ]; then
    plan="write"
fi
wanted=$config
[ "$plan" != write ] || wanted=$incoming/intercom.toml
words=$("$incoming/intercom" check "$wanted" 2>&1) || refuse "the new version does not accept $(
    [ "$plan" = write ] && echo "the configuration that comes with it" || echo "$config"
):" "$words" "Nothing was changed; what ran still runs."

if [ -d "$release" ] && cmp -s "$incoming/manifest" "$release/manifest"; then
    if [ "$previous" = "$release" ] && [ "$plan" != write ] && copies_are_those_of "$release" &&
        answers "$release/intercom"; then
        rm -rf "$incoming"
        say "Version $name runs here already and is healthy; nothing was changed."
        exit 0
    fi
fi
# The same program with other units or another configuration takes its own place; the one that runs stays whole.
if [ -d "$release" ] && ! cmp -s "$incoming/manifest" "$release/manifest"; then
    release=$release-$(sha256sum "$incoming/manifest" | cut -c 1-8)
    name=$(basename "$release")
fi
if [ -d "$release" ]; then
    rm -rf "$incoming"
else
    mv "$incoming" "$release" || refuse "$release cannot be written. Nothing was changed."
    made=$release
    incoming=$release
fi
rm -f "$base/config.before"
written=$(cat "$base/config.sha256" 2>/dev/null)
was_board=$(cat "$base/board" 2>/dev/null)

mkdir -p /etc/intercom
case $plan in
write)
    [ ! -f "$config" ] || cp -p "$config" "$base/config.before"
    say "Writing the configuration $config."
    install_file "$release/intercom.toml" "$config"
    ;;
keep)
    if [ -s "$release/board" ]; then
        install_file "$release/intercom.toml" "$config.new"
        say "Keeping $config, which was edited; the board's own is beside it as $config.new."
    else
        say "Keeping $config as it is."
    fi
    ;;
esac
[ "$plan" = keep ] || hash_of "$release/intercom.toml" >"$base/config.sha256"
[ ! -s "$release/board" ] || cat "$release/board" >"$base/board"

from=${previous:+version $(basename "$previous")}
say "Switching from ${from:-no flashed version} to version $name, and starting it."
failed=
switch_to "$release" || failed="it could not be installed"
if [ -z "$failed" ]; then
    [ -n "$previous" ] || systemctl enable intercom.service 2>/dev/null
    start
    say "Waiting for the health check (intercom status), at most $seconds seconds."
    healthy "$base/current/intercom" || failed="it was not healthy within $seconds seconds"
fi

if [ -z "$failed" ]; then
    rm -f "$base/config.before"
    # The version before stays, to go back to by hand; older ones go.
    for old in "$base"/releases/*; do
        case $old in "$release" | "$previous") ;; *) rm -rf "$old" ;; esac
    done
    say "Version $name runs and is healthy."
    exit 0
fi

say "error: version $name was started, and $failed. Its last words:"
journalctl -u intercom.service -n 12 --no-pager -o cat 2>/dev/null | sed 's/^/       /'
if [ -f "$base/config.before" ]; then
    mv -f "$base/config.before" "$config"
    say "The configuration is again what it was."
elif [ "$plan" = write ]; then
    rm -f "$config"
fi
if [ -n "$written" ]; then echo "$written" >"$base/config.sha256"; else rm -f "$base/config.sha256"; fi
if [ -n "$was_board" ]; then echo "$was_board" >"$base/board"; else rm -f "$base/board"; fi

if [ -n "$previous" ]; then
    say "Going back to version $(basename "$previous")."
    switch_back_to "$previous"
    start
    back=$base/current/intercom
else
    systemctl stop intercom.service intercom-poweroff.path
    systemctl disable intercom.service 2>/dev/null
    copies | while read -r _ to; do rm -f "$to"; done
    rm -f "$base/current" /usr/local/bin/intercom /usr/local/share/intercom/boards
    rmdir /usr/local/share/intercom 2>/dev/null
    systemctl daemon-reload
    back=
    if [ -f /lib/systemd/system/intercom.service ]; then
        say "Going back to the Debian package's version."
        systemctl enable intercom.service 2>/dev/null
        start
        back=/usr/bin/intercom
    fi
fi
if [ -n "${made:-}" ] && [ "$made" != "$previous" ]; then rm -rf "$made"; fi
if [ -z "$back" ]; then
    say "There was no version before it to go back to, so no intercom runs here now."
    exit 6
fi
[ "$seconds" -ge 30 ] || seconds=30 # what ran before deserves the time
if healthy "$back"; then
    say "The version before runs again and is healthy."
    exit 5
fi
say "error: the version before is not healthy either; look with: journalctl -u intercom"
exit 6
