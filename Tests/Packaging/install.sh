# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# The Debian package in the throw-away root: installed, upgraded over an edited configuration, removed, installed again,
# purged. Sourced by run.

say "The package, installed in a throw-away root"
make_root
config=$tree/etc/intercom/intercom.toml
debs=$tree/tmp
for version in 1 2; do
    file=$(INTERCOM_DEB_VERSION=0.$version-1 "$root/board/package/deb.sh" x86_64 2>/dev/null | tail -n 1)
    mv "$file" "$debs/$version.deb"
done
# apt and dpkg ask about an edited configuration file; this is what they do where nobody answers.
install_deb() { inside dpkg --force-confdef --force-confold -i "/tmp/$1.deb" </dev/null; }
listening() { grep -qs "listening on" "$tree/var/log/intercom.log"; }
inactive() { ! active; }
disabled() { ! enabled; }
enabled() { inside systemctl is-enabled intercom.service; }

expect "it installs" install_deb 1
expect "the service was enabled" enabled
expect "the service runs" until_true 10 active
expect "it listens, with the packaged configuration and without a sound card" until_true 10 listening
expect "it runs as its own user" test "$(stat -c %u "/proc/$(service_pid)")" = "$(inside id -u intercom)"
cp "$tree/var/lib/intercom/identity.pem" "$tree/tmp/identity"
expect "its state folder is its own" test "$(inside stat -c '%U %a' /var/lib/intercom)" = "intercom 700"
for group in audio gpio spi; do expect "there is a group $group" grep -q "^$group:" "$tree/etc/group"; done
expect "what it reloads is told to systemd" grep -q daemon-reload "$tree/var/log/systemctl.log"

# Who may do what: root, a member of the group that the configuration names, anybody else.
as() { # USER COMMAND...
    local user=$1
    shift
    inside setpriv --reuid="$user" --regid="$user" --init-groups "$@"
}
printf 'guest:x:2001:\nfriend:x:2002:\n' >>"$tree/etc/group"
printf '%s:x:%s:%s::/:/bin/sh\n' guest 2001 2001 friend 2002 2002 >>"$tree/etc/passwd"
sed -i 's/^intercom:.*:/&friend/' "$tree/etc/group"
expect "root may ask the service" inside intercom status
expect "so may a member of the group intercom" as friend intercom status
said=$(as guest intercom status 2>&1) && status=0 || status=$?
expect "nobody else may, and hears why" grep -q "69 .*member of the group" <<<"$status $said"
said=$(as guest intercom call http://127.0.0.1:9/call 2>&1) && status=0 || status=$?
expect "a guest's own call has a certificate of its own" grep -q "another user's: this call has one" <<<"$said"
expect "and ends with 69, as nobody is there" grep -q "^69 .*cannot be reached" <<<"$status $(tr '\n' ' ' <<<"$said")"
said=$(as intercom intercom doctor 2>&1) || true # fails for want of a sound card
expect "the doctor sees the service" grep -q "^ok    service: answers" <<<"$said"
expect "and the groups that the service has" grep -q "^ok    group audio: this user is a member" <<<"$said"
sed -i '/^state_directory/d' "$config"
expect "without state_directory" inside systemctl restart intercom.service
expect "the service runs" until_true 10 listening
expect "its certificate is kept where the unit says" cmp "$tree/tmp/identity" "$tree/var/lib/intercom/identity.pem"

# The shut-down button: the program makes the file, the path unit sees it, the one-shot takes it away and switches off.
button=$(tr '\0' '\n' <"/proc/$(service_pid)/environ" | sed -n 's/^INTERCOM_POWER_OFF=//p')
watched=$(sed -n 's/^PathExists=//p' "$tree/lib/systemd/system/intercom-poweroff.path")
expect "the shut-down button's file is the one that is watched" test "$button" = "$watched"
expect "the service may make it" as intercom touch "$watched"
while read -r line; do
    expect "the one-shot: $line" inside $line
done < <(sed -n 's/^ExecStart=//p' "$tree/lib/systemd/system/intercom-poweroff.service")
expect "the file is gone" test ! -e "$tree$watched"
expect "the machine was switched off" grep -qx -- "--no-block poweroff" "$tree/var/log/systemctl.log"

sed -i 's/^name = .*/name = "Edited"/' "$config"
before=$(service_pid)
echo kept >"$tree/var/lib/intercom/mark"
expect "it upgrades" install_deb 2
expect "the edited configuration is kept" grep -q '^name = "Edited"' "$config"
expect "the service runs again" until_true 10 active
expect "it is a new process" test "$(service_pid)" != "$before"
expect "what the service keeps was not touched" test -f "$tree/var/lib/intercom/mark"
expect "the version is the new one" test "$(inside dpkg-query -W -f '${Version}' intercom)" = 0.2-1
expect "its owner disables it" inside systemctl disable intercom.service
expect "it upgrades while disabled" install_deb 2
expect "and stays disabled" disabled
expect "its owner enables it" inside systemctl enable intercom.service

expect "it is removed" inside dpkg --remove intercom
expect "the service was stopped" inactive
expect "the configuration stays" test -f "$config"
expect "what the service kept stays" test -f "$tree/var/lib/intercom/mark"
expect "the program is gone" test ! -e "$tree/usr/bin/intercom"
expect "it installs again" install_deb 2
expect "over the edited configuration" grep -q '^name = "Edited"' "$config"
expect "and runs" until_true 10 active
expect "it is purged" inside dpkg --purge intercom
left=$(find "$tree/etc" "$tree/usr" "$tree/var/lib/intercom" "$tree/var/lib/systemd" -name '*intercom*' 2>/dev/null || true)
expect "nothing of it is left" complete $left
