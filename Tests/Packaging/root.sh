# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# The throw-away root: a small Debian made of copies of this machine's programs. Sourced by run, inside its namespaces.

# The server is Debian's own, unpacked into the cache: installed, it would be started on this machine.
fetch_sshd() {
    sshd_files=$cache/sshd
    [ ! -x "$sshd_files/usr/sbin/sshd" ] || return 0
    say "Debian's openssh-server, unpacked into $sshd_files (once)"
    local folder
    folder=$(mktemp -d)
    (
        cd "$folder"
        apt-get download -q openssh-server libwrap0 ||
            { apt-get update -q && apt-get download -q openssh-server libwrap0; }
    ) >"$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2 && fail "apt-get could not fetch openssh-server."; }
    mkdir -p "$folder/root" "$(dirname "$sshd_files")"
    for deb in "$folder"/*.deb; do dpkg-deb -x "$deb" "$folder/root"; done
    rm -rf "$sshd_files"
    mv "$folder/root" "$sshd_files"
    rm -rf "$folder"
}

# copy_program FILE [TO]: into $tree, with the shared libraries it needs.
copy_program() {
    local file to library libraries
    file=$1 to=$tree${2:-$1}
    mkdir -p "$(dirname "$to")"
    cp -L "$file" "$to"
    libraries=$sshd_files/usr/lib/x86_64-linux-gnu:$sshd_files/lib/x86_64-linux-gnu
    for library in $(LD_LIBRARY_PATH=$libraries ldd "$file" 2>/dev/null | grep -oE '/[^ ]+\.so[^ ]*'); do
        [ -e "$tree/lib/$(basename "$library")" ] || cp -L "$library" "$tree/lib/"
        case $library in
        */ld-linux*) mkdir -p "$tree/lib64" && cp -L "$library" "$tree/lib64/" ;;
        */systemd/*) mkdir -p "$tree$(dirname "$library")" && cp -L "$library" "$tree$library" ;;
        esac
    done
}

make_root() {
    sshd_files=$cache/sshd
    tree=$(mktemp -d)
    mount -t tmpfs -o size=300m,mode=755 throw-away "$tree"
    mkdir -p "$tree"/{usr/{bin,lib,sbin,local/bin},etc,proc,dev,tmp,root/.ssh,opt,home,run/{sshd,systemd/system}} \
        "$tree"/var/{log,lib/dpkg/{info,updates}}
    ln -s usr/bin "$tree/bin"
    ln -s usr/sbin "$tree/sbin"
    ln -s usr/lib "$tree/lib"
    local word
    for word in bash dash cat chgrp chmod chown cp cut date dd df dirname basename echo env false find head id \
        install ln ls md5sum mkdir mktemp mv od printf pwd readlink realpath rm rmdir seq sha256sum sleep sort stat \
        sync tail tee test timeout touch tr true uname uniq wc kill ps awk sed grep tar gzip xz cmp diff flock setpriv setsid \
        dpkg dpkg-deb dpkg-query dpkg-split dpkg-trigger perl deb-systemd-helper deb-systemd-invoke systemd-sysusers; do
        copy_program "$(type -P "$word")" "/usr/bin/$word"
    done
    cp "$tree/bin/dash" "$tree/bin/sh"
    # dpkg wants both by name, and neither is needed in a root that is thrown away.
    for word in ldconfig start-stop-daemon; do
        printf '#!/bin/sh\n' >"$tree/sbin/$word" && chmod 755 "$tree/sbin/$word"
    done
    printf '/lib\n' >"$tree/etc/ld.so.conf"
    ldconfig -r "$tree"
    mkdir -p "$tree/usr/lib/x86_64-linux-gnu"
    cp -rL /usr/lib/x86_64-linux-gnu/perl-base "$tree/usr/lib/x86_64-linux-gnu/"
    copy_program "$sshd_files/usr/sbin/sshd" /usr/sbin/sshd
    local file
    for file in "$sshd_files"/usr/lib/openssh/*; do
        [ ! -f "$file" ] || copy_program "$file" "/usr/lib/openssh/$(basename "$file")"
    done
    install -m 755 "$tests/systemctl" "$tree/usr/bin/systemctl"
    printf '#!/bin/sh\ntail -n 12 /var/log/intercom.log\n' >"$tree/usr/bin/journalctl"
    chmod 755 "$tree/usr/bin/journalctl"
    cat >"$tree/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/bash
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
PASSWD
    printf 'root:x:0:\naudio:x:29:\nnogroup:x:65534:\n' >"$tree/etc/group"
    printf 'passwd: files\ngroup: files\nshadow: files\n' >"$tree/etc/nsswitch.conf"
    printf 'PRETTY_NAME="A throw-away Debian"\n' >"$tree/etc/os-release"
    # systemd counts as installed, so that dpkg's own check of the dependency takes part.
    cat >"$tree/var/lib/dpkg/status" <<'STATUS'
Package: systemd
Status: install ok installed
Maintainer: nobody <nobody@localhost>
Architecture: amd64
Version: 252
Description: stand-in

STATUS
    mount --bind /dev "$tree/dev"
    mount -t proc proc "$tree/proc"
    ip link set lo up
}

inside() {
    chroot "$tree" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

service_pid() { inside systemctl show -p MainPID --value intercom.service; }
active() { inside systemctl is-active --quiet intercom.service; }

until_true() { # SECONDS COMMAND...
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}
