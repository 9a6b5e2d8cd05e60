#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Puts built programs into Debian packages, build/intercom_VERSION_{amd64,arm64}.deb, and prints their paths:
# deb.sh [x86_64|aarch64...]. The same commit gives the same bytes. The x86_64 program must be built in any case: the
# man page is what it says.

set -euo pipefail
source "$(dirname "$0")/../build/common.sh"
source "$root/board/package/common.sh"

[ $# -gt 0 ] || set -- x86_64 aarch64
need_packages "to make Debian packages" dpkg=dpkg-deb python3=python3 gzip=gzip
for arch in x86_64 "$@"; do
    [ -x "$(program_of "$arch")" ] || fail "$(program_of "$arch") is not built yet; run: make build device"
done
SOURCE_DATE_EPOCH=$(commit_time)
export SOURCE_DATE_EPOCH
umask 022

# Before its release a version sorts below it, and among themselves such versions sort by their commit's time.
program=$(program_of x86_64)
upstream=$("$program" version | sed -n '1s/^intercom \([0-9.]*\) .*/\1/p')
[ -n "$upstream" ] || fail "$program version does not begin with \"intercom VERSION (COMMIT)\"."
commit=$(git -C "$root" rev-parse --short=12 HEAD)
version=$upstream
if ! git -C "$root" describe --exact-match --match "v$upstream" HEAD >/dev/null 2>&1; then
    version+="~$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d.%H%M%S).$commit"
fi
version=${INTERCOM_DEB_VERSION:-$version-1}

package() { # ARCH DEBIAN-ARCH
    local arch=$1 name=$2 documents file size
    tree=$(mktemp -d) # not local: the trap reads it at the very end
    trap 'rm -rf "$tree"' EXIT
    chmod 755 "$tree"
    documents=$tree/usr/share/doc/intercom
    mkdir -p "$tree/DEBIAN" "$documents" "$tree/usr/share/man/man1" "$tree/usr/share/man/man5"

    install -D -m 755 "$(program_of "$arch")" "$tree/usr/bin/intercom"
    for file in intercom.service intercom-poweroff.path intercom-poweroff.service; do
        install -D -m 644 "$parts/service/$file" "$tree/lib/systemd/system/$file"
    done
    install -D -m 644 "$parts/service/sysusers.conf" "$tree/usr/lib/sysusers.d/intercom.conf"
    install -D -m 644 "$parts/service/intercom.rules" "$tree/lib/udev/rules.d/60-intercom.rules"
    install -D -m 644 "$parts/package/default.toml" "$tree/etc/intercom/intercom.toml"
    board_files "$tree/usr/share/intercom/boards"

    python3 "$parts/package/man.py" intercom "$program" | gzip -9n >"$tree/usr/share/man/man1/intercom.1.gz"
    python3 "$parts/package/man.py" intercom.toml "$root/docs/reference/configuration.md" |
        gzip -9n >"$tree/usr/share/man/man5/intercom.toml.5.gz"
    licences "$arch" "$documents/licenses"
    components "$arch" >"$documents/components.txt"
    cp "$parts/package/README.relink" "$documents"
    gzip -9nc "$root/CHANGELOG.md" >"$documents/changelog.gz"
    {
        printf 'intercom (%s) unstable; urgency=medium\n\n' "$version"
        printf '  * Built from commit %s; changelog.gz says what is new.\n\n' "$commit"
        printf ' -- The intercom authors <intercom@intercom.invalid>  %s\n' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
    } | gzip -9n >"$documents/changelog.Debian.gz"
    awk -v srtp="$documents/licenses/libsrtp/LICENSE" -v opus="$documents/licenses/opus/COPYING" '
        function text(file,   line) { # set in by a blank, an empty line as " ."; the signs of a C comment are taken off
            while ((getline line < file) > 0) {
                gsub(/^ ?\/?\*+\/?[ \t]*|[ \t]+$/, "", line)
                if (line != "" || begun) { print (line == "" ? " ." : " " line); begun = 1 }
            }
            begun = 0
        }
        /^@LIBSRTP@$/ { text(srtp); next }
        /^@OPUS@$/ { text(opus); next }
        { print }' "$parts/package/copyright" >"$documents/copyright"
    install -D -m 644 "$parts/package/lintian-overrides" "$tree/usr/share/lintian/overrides/intercom"

    size=$(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)
    cat >"$tree/DEBIAN/control" <<CONTROL
Package: intercom
Version: $version
Architecture: $name
Maintainer: The intercom authors <intercom@intercom.invalid>
Installed-Size: $size
Depends: systemd (>= 247)
Section: sound
Priority: optional
Description: voice intercom that speaks WebRTC
 Turns a small Linux board with a sound card, buttons and lights, or any Linux
 machine, into a voice intercom. It talks to other intercoms and to WebRTC
 peers, always encrypted.
 .
 The program is linked statically, so it needs no other package to run.
CONTROL
    echo /etc/intercom/intercom.toml >"$tree/DEBIAN/conffiles"
    install -m 755 "$parts"/package/maintainer/* "$tree/DEBIAN"
    (cd "$tree" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | LC_ALL=C sort -z |
        xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    mkdir -p "$root/build"
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$root/build/.intercom.deb" >/dev/null
    file=$root/build/intercom_${version}_$name.deb
    # Of older commits' packages none stays, so that a pattern names this one; those of a version given stand beside it.
    [ -n "${INTERCOM_DEB_VERSION:-}" ] || rm -f "$root"/build/intercom_*_"$name".deb
    mv "$root/build/.intercom.deb" "$file"
    say "$name: $(stat -c %s "$file") bytes"
    echo "$file"
}

for arch; do
    case $arch in
    x86_64) (package x86_64 amd64) ;;
    aarch64) (package aarch64 arm64) ;;
    *) fail "usage: deb.sh [x86_64|aarch64...]" ;;
    esac
done
