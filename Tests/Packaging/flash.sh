# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Flashing over a real sshd into the throw-away root: a first time, a new version over an edited configuration, programs
# that are broken in three ways, a board that does not fit. Sourced by run.

say "Flashing over ssh"
make_root
config=$tree/etc/intercom/intercom.toml
work=$(mktemp -d)
mount -t tmpfs work "$work"
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
install -m 600 "$work/host" "$tree/etc/host_key"
install -m 600 "$work/user.pub" "$tree/root/.ssh/authorized_keys"
cat >"$tree/etc/sshd_config" <<'CONFIG'
Port 2222
ListenAddress 127.0.0.1
HostKey /etc/host_key
PasswordAuthentication no
PermitRootLogin yes
CONFIG
echo "[127.0.0.1]:2222 $(cat "$work/host.pub")" >"$work/known"
inside /usr/sbin/sshd -D -f /etc/sshd_config -E /var/log/sshd.log &
export SSH="ssh -F none -p 2222 -i $work/user -o UserKnownHostsFile=$work/known -o BatchMode=yes"
reached() { $SSH root@127.0.0.1 true 2>/dev/null; }
until_true 10 reached || fail "the throw-away sshd does not let in: $(cat "$tree/var/log/sshd.log")"

# flash NAME STATUS PROGRAM [BOARD]: that it ends so; what it said is in $said.
said=
flash() {
    local status=0 started=$SECONDS wait=30
    [ "$2" = 0 ] || wait=6 # what is not going to be healthy need not be waited for
    # As a user does it; make's own status is 2 for whatever went wrong, so failures are tried with the script itself.
    local command=("$root/board/flash/flash.sh" root@127.0.0.1 "${4:-}")
    [ "$2" != 0 ] || command=(make -s -C "$root" flash HOST=root@127.0.0.1 "BOARD=${4:-}")
    said=$(HEALTH_WAIT=$wait INTERCOM_X86_64=$3 "${command[@]}" 2>&1 </dev/null) || status=$?
    if [ $status = "$2" ]; then
        good "$1 ($((SECONDS - started)) s)"
    else
        bad "$1: ended with $status, not $2" "$said"
    fi
}
says() { if grep -q -- "$1" <<<"$said"; then good "it says: $1"; else bad "it says: $1" "$said"; fi; }
current() { basename "$(readlink "$tree/opt/intercom/current")"; }
runs() { # PROGRAM: that the process of the service runs these bytes
    local pid
    pid=$(service_pid)
    [ "$pid" != 0 ] && cmp -s "$1" "$tree$(readlink "$tree/opt/intercom/current")/intercom" && active
}

# guided TEXT [NAME]: runs what the guide says, the block that has this text, with the version NAME put in.
printf '#!/bin/sh\nexec "$@"\n' >"$tree/usr/local/bin/sudo"
chmod 755 "$tree/usr/local/bin/sudo"
guided() {
    awk -v text="$1" '/^```/ { if (code && index(block, text)) printf "%s", block; code = !code; block = ""; next }
        code { block = block $0 "\n" }' "$root/docs/how-to/install-and-flash.md" |
        sed "s|NAME|${2:-}|" >"$tree/tmp/guided"
    [ -s "$tree/tmp/guided" ] && inside bash -e /tmp/guided
}

# Programs: the real one; the real one with bytes behind its end, which count as another version; and broken ones.
mkdir -p "$tree/usr/lib/real"
cp "$program" "$work/first"
cp "$program" "$tree/usr/lib/real/intercom"
cp "$work/first" "$work/second" && echo "# second" >>"$work/second"
cp "$work/first" "$work/third" && echo "# third" >>"$work/third"
head -c 100000 "$program" >"$work/torn"
broken() { # WHAT IT DOES INSTEAD OF run
    printf '#!/bin/sh\nif [ "$1" = run ]; then %s; fi\nexec /usr/lib/real/intercom "$@"\n' "$1"
}
broken 'echo "cannot go on"; exit 1' >"$work/dying"
broken 'exec sleep 1000' >"$work/mute"
chmod 755 "$work"/{torn,dying,mute}

flash "a first flash" 0 "$work/first" desk
says "no sound card"
says "runs and is healthy"
expect "the service runs it" runs "$work/first"
expect "the board's configuration is there" cmp "$root/board/desk/intercom.toml" "$config"
expect "it is enabled" inside systemctl is-enabled intercom.service
expect "it is on the path" inside intercom version
expect "the real control socket answers" inside intercom status --json
expect "its boards' files are found" inside intercom check --board usb-speakerphone
expect "nothing is put where a package's files belong" test ! -e "$tree/usr/share/intercom"
first=$(current)

before=$(service_pid)
flash "the same again" 0 "$work/first"
says "nothing was changed"
expect "nothing was restarted" test "$before" = "$(service_pid)"

echo "# older" >>"$tree/etc/systemd/system/intercom.service" # as after a power cut between the link and the units
flash "the same again, over a unit that is not its own" 0 "$work/first"
expect "the unit is its own again" \
    inside cmp /opt/intercom/current/intercom.service /etc/systemd/system/intercom.service

flash "another board's name that does not exist" 64 "$work/first" nowhere

sed -i 's/^name = .*/name = "Edited"/' "$config"
edited=$(sha256sum "$config")
echo kept >"$tree/var/lib/intercom/mark"
flash "a new version over an edited configuration" 0 "$work/second"
says "Keeping .*intercom.toml, which was edited"
says "Switching from version $first to"
expect "the service runs the new one" runs "$work/second"
expect "the edited configuration is kept" sha256sum --check --status <<<"$edited"
expect "the board's own is beside it" cmp "$root/board/desk/intercom.toml" "$config.new"
expect "what the service keeps was not touched" test -f "$tree/var/lib/intercom/mark"
second=$(current)

before=$(service_pid)
flash "a program that is torn" 4 "$work/torn"
says "does not run on this board"
expect "the old one was never stopped" test "$before" = "$(service_pid)"

unit=$tree/etc/systemd/system/intercom.service
cp "$unit" "$work/unit"
flash "a program that dies" 5 "$work/dying"
expect "the old one's unit is back" cmp "$work/unit" "$unit"
says "cannot go on"
says "Going back to version $second"
expect "the old one runs again" runs "$work/second"
expect "the edited configuration is kept" sha256sum --check --status <<<"$edited"
expect "no trace of it stays" test "$(ls "$tree/opt/intercom/releases" | wc -l)" -le 2

flash "a program that never answers" 5 "$work/mute"
says "not healthy within 6 seconds"
expect "the old one runs again" runs "$work/second"

echo "nonsense = 1" >>"$config"
flash "a configuration the new version does not accept" 4 "$work/third"
says "nonsense"
expect "the old one still runs" runs "$work/second"
cp "$root/board/desk/intercom.toml" "$config"

printf '#!/bin/sh\necho armv7l\n' >"$tree/usr/local/bin/uname"
chmod 755 "$tree/usr/local/bin/uname"
flash "a board of another architecture" 3 "$work/third"
says "is a armv7l"
expect "the old one still runs" runs "$work/second"
rm "$tree/usr/local/bin/uname"

mkdir -p "$work/opt"
cp -a "$tree/opt/." "$work/opt/"
mount -t tmpfs -o size=6m,mode=755 full "$tree/opt"
cp -a "$work/opt/intercom" "$tree/opt/" 2>/dev/null || true
flash "a full disk" 3 "$work/third"
says "KiB free"
umount "$tree/opt"
expect "the old one still runs" runs "$work/second"

flash "a third version" 0 "$work/third"
expect "the service runs it" runs "$work/third"
expect "only the version before is kept" test "$(ls "$tree/opt/intercom/releases" | wc -l)" = 2
expect "the version before is the second" test -d "$tree/opt/intercom/releases/$second"
expect "going back by hand, as the guide says" guided "ls /opt/intercom/releases" "$second"
expect "the second runs again" runs "$work/second"
flash "the third again" 0 "$work/third"
expect "the service runs it" runs "$work/third"

# The connection is lost while the board waits for the health check: it goes on by itself.
HEALTH_WAIT=6 INTERCOM_X86_64=$work/dying "$root/board/flash/flash.sh" root@127.0.0.1 >"$work/said" 2>&1 </dev/null &
flasher=$!
until_true 20 grep -q "Waiting for the health check" "$work/said" ||
    bad "a flash that is cut off began" "$(cat "$work/said")"
# The process that holds the connection; this namespace has no other of that name.
for process in $(pgrep -f 'ssh: .* \[mux\]'); do kill -KILL "$process"; done
wait $flasher && status=0 || status=$?
expect "a lost connection is told" test $status = 2
expect "the board went back by itself" until_true 40 runs "$work/third"
until_true 20 flock -n "$tree/opt/intercom/lock" true || bad "the board's part came to an end"

expect "removing all of it, as the guide says" guided "rm -rf /opt/intercom"
inactive() { ! active; }
expect "nothing runs" inactive
left=$(find "$tree/etc" "$tree/opt" "$tree/usr" "$tree/var/lib" -name real -prune -o -name '*intercom*' -print)
expect "nothing of it is left" complete $left
flash "a first flash of a program that dies" 6 "$work/dying" desk
says "no version before it"
expect "no link is left" test ! -L "$tree/opt/intercom/current"
left=$(find "$tree/etc/systemd/system" "$tree/etc/sysusers.d" "$tree/etc/udev" "$tree/usr/local" -name '*intercom*')
expect "no unit and no link is left" complete $left
