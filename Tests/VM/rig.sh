#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Makes what the test machine is booted from and prints the folder: Tests/VM/rig.sh
#
# Everything comes as Debian 12 packages by name, from the mirrors that apt on this machine uses (or DEPS_MIRROR), by an
# apt with lists of its own, so that nothing of this machine's is touched; packages are only unpacked. No Debian kernel
# has gpio-sim, so it is built here from the source package of the very version of the kernel.
#
# In the folder, whose name is the hash of this script and the compiler: Image, modules/ (with `order`), bin/ and lib/
# for arm64, and `versions`. It is made once: 210 MB are fetched, 39 MB are kept.

set -euo pipefail
source "$(dirname "$0")/../../board/build/common.sh"

# What the guest loads, with what these depend on: the port that results leave by, two sound cards, GPIO chips made by
# configfs, a pair of network interfaces and what harms the packets between them, and the entropy of a real machine.
modules="virtio_mmio virtio_console virtio-rng snd-aloop configfs veth sch_netem"
# Programs beside busybox and the packages whose libraries they need.
network=(iproute2 libc6 libbpf1 libbsd0 libcap2 libelf1 libmd0 libmnl0 libxtables12 zlib1g)

need_packages "for the test machine" gcc-12-aarch64-linux-gnu=aarch64-linux-gnu-gcc-12 make=make bc=bc \
    libc6-dev-arm64-cross=/usr/aarch64-linux-gnu/include/stdio.h xz-utils=xz
cross=aarch64-linux-gnu-
key=$({ cat "${BASH_SOURCE[0]}" && ${cross}gcc-12 --version | head -n 1; } | sha256sum | cut -c 1-16)
rig=$cache/vm/$key
if [ -f "$rig/versions" ]; then
    echo "$rig"
    exit
fi
mkdir -p "$cache/vm" "$cache/logs"
exec 9>"$rig.lock"
flock -n 9 || { say "Another run makes the test machine; waiting for it." && flock 9; }
if [ -f "$rig/versions" ]; then
    echo "$rig"
    exit
fi
say "The test machine's kernel and programs, into $rig (once; some minutes)"
work=$(mktemp -d "$cache/vm/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT

sources() { # the mirrors that apt knows, or those of DEPS_MIRROR, as lines of a list for both architectures
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg options="arch=arm64,amd64" address suite
    [ ! -f $keyring ] || options+=" signed-by=$keyring"
    if [ -n "${DEPS_MIRROR:-}" ]; then
        for address in $DEPS_MIRROR; do echo "$address bookworm"; done
    else
        apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Origin: Debian' |
            sed -E 's/ [a-z]+(-security|-updates)?$/ bookworm\1/'
    fi | sort -u | while read -r address suite; do echo "deb [$options] $address $suite main"; done
}

own_apt() { # an apt that knows nothing of this machine but its mirrors and how they are reached
    mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial}
    : >"$work/apt/status"
    sources >"$work/apt/sources.list"
    [ -s "$work/apt/sources.list" ] || fail "apt on this machine names no Debian mirror, so no kernel can be fetched." \
        "Run apt-get update, or name one: make vm-test DEPS_MIRROR=http://HOST/debian"
    cat >"$work/apt/apt.conf" <<APT
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
APT::Architecture "amd64";
#clear APT::Architectures;
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
APT
    export APT_CONFIG=$work/apt/apt.conf
    apt-get update -q
}

# kernel_packages VERSION: the packages of that version, one a line, or nothing where the image is missing.
kernel_packages() {
    local name
    name=$(apt-cache show "linux-image-arm64:arm64=$1" | sed -nE 's/^Depends: linux-image-([^ ]*)-arm64 .*/\1/p;T;q')
    [ -z "$name" ] || printf "%s=$1\n" "linux-image-$name-arm64:arm64" "linux-headers-$name-arm64:arm64" \
        "linux-headers-$name-common" linux-kbuild-6.1:amd64 linux-source-6.1
}

# A mirror may have part of a version only, while it is being renewed: then the one before it is taken.
fetch_kernel() {
    local packages
    mkdir -p "$work/kernel"
    for version in $(apt-cache madison linux-image-arm64:arm64 | awk '$3 ~ /^6\.1\./ { print $3 }' | sort -rVu); do
        packages=$(kernel_packages "$version")
        [ -n "$packages" ] || continue
        # shellcheck disable=SC2086 # one word a package
        (cd "$work/kernel" && apt-get download -q $packages) && return
        rm -f "$work"/kernel/*.deb
    done
    return 1
}

unpack() { # FOLDER FILE...: as packages are, without running anything of theirs
    local into=$1 file
    shift
    mkdir -p "$into"
    for file; do dpkg-deb -x "$file" "$into"; done
}

build_gpio_sim() { # out of tree; irq_sim, which Debian leaves out too, becomes part of the same module
    local headers=$work/tree common=("$work"/tree/usr/src/linux-headers-*-common) own
    own=$(echo "$headers"/usr/src/linux-headers-*-arm64)
    mkdir -p "$work/source" "$work/gpio-sim"
    # The archive goes on for long after the last of these, so it is left there.
    dpkg-deb --fsys-tarfile "$work"/kernel/linux-source-*.deb |
        tar -xO --wildcards '*/linux-source-*.tar.xz' 2>/dev/null | xz -dc 2>/dev/null |
        tar -x --occurrence=1 -C "$work/source" --strip-components=1 --wildcards \
        'linux-source-*/drivers/gpio/gpio-sim.c' 'linux-source-*/drivers/gpio/gpiolib.h' \
        'linux-source-*/kernel/irq/irq_sim.c' || [ -f "$work/source/kernel/irq/irq_sim.c" ]
    # The headers' Makefile names the common part by the path it would be installed at.
    echo "include ${common[0]}/Makefile" >"$own/Makefile"
    cp "$work/source/drivers/gpio/gpio-sim.c" "$work/gpio-sim/gpio-sim-main.c"
    cp "$work/source/drivers/gpio/gpiolib.h" "$work/gpio-sim/"
    # Modules may not call irq_to_desc(); the same descriptor is reached through the interrupt's data.
    sed -e '/^EXPORT_SYMBOL/d' -e 's|#include <linux/irq_sim.h>|&\n#include <linux/irqdesc.h>|' \
        -e 's/irq_to_desc(\([a-z]*\))/irq_data_to_desc(irq_get_irq_data(\1))/' \
        "$work/source/kernel/irq/irq_sim.c" >"$work/gpio-sim/irq_sim.c"
    printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-main.o irq_sim.o\n' >"$work/gpio-sim/Kbuild"
    make -C "$own" M="$work/gpio-sim" ARCH=arm64 CROSS_COMPILE=$cross CC=${cross}gcc-12 modules
}

take_module() { # FILE: after those it depends on, each once
    local name needed
    name=$(basename "$1" .ko)
    [ ! -e "$out/modules/$name.ko" ] || return 0
    for needed in $(${cross}objcopy -O binary -j .modinfo "$1" /dev/stdout | tr '\0' '\n' |
        sed -n 's/^depends=//p' | tr , ' '); do
        take_named "$needed"
    done
    ${cross}strip -g -o "$out/modules/$name.ko" "$1"
    echo "$name" >>"$out/modules/order"
}

take_named() { # NAME: from the kernel's package, where it is not a part of the kernel itself
    local pattern file
    pattern=$(sed 's/[-_]/[-_]/g' <<<"$1").ko
    file=$(find "$work/tree/lib/modules" -name "$pattern" | head -n 1)
    if [ -n "$file" ]; then
        take_module "$file"
    else
        grep -q "/$pattern\$" "$work"/tree/lib/modules/*/modules.builtin || fail "the kernel has no module $1."
    fi
}

take_libraries() { # ELF: those it needs, from the packages unpacked
    local name
    for name in $(${cross}readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p') ld-linux-aarch64.so.1; do
        [ ! -e "$out/lib/$name" ] || continue
        cp -L "$(find "$work/tree/lib" "$work/tree/usr/lib" -name "$name" | head -n 1)" "$out/lib/$name" ||
            fail "the test machine's $(basename "$1") needs $name; its package must join the list in Tests/VM/rig.sh."
        take_libraries "$out/lib/$name"
    done
}

make_rig() {
    own_apt
    fetch_kernel || fail "no version of Debian 12's arm64 kernel is whole on the mirrors that apt uses."
    mkdir -p "$work/programs"
    (cd "$work/programs" && apt-get download -q busybox-static:arm64 "${network[@]/%/:arm64}")
    unpack "$work/tree" "$work"/kernel/linux-{image,headers,kbuild}-*.deb "$work"/programs/*.deb
    out=$work/rig
    mkdir -p "$out"/{modules,bin,lib}
    build_gpio_sim
    cp "$work"/tree/boot/vmlinuz-* "$out/Image"
    for name in $modules; do take_named "$name"; done
    take_module "$work/gpio-sim/gpio-sim.ko"
    cp "$work/tree/bin/busybox" "$out/bin/busybox"
    for name in ip tc; do
        cp -L "$(find "$work/tree/bin" "$work/tree/sbin" -name $name | head -n 1)" "$out/bin/$name"
        take_libraries "$out/bin/$name"
    done
    {
        echo "linux $version"
        for file in "$work"/programs/*.deb; do basename "$file" _arm64.deb | tr _ ' '; done
    } >"$out/versions"
    rm -rf "$rig"
    mv "$out" "$rig"
}

log=$cache/logs/vm-rig.log
# A bash of its own level: in a condition -e would not stop at the first failing step.
set +e
(set -e && make_rig) >"$log" 2>&1 </dev/null
status=$?
set -e
if [ $status != 0 ]; then
    tail -n 20 "$log" >&2
    fail "the test machine could not be made; the last lines are above, all of them in $log."
fi
echo "$rig"
