# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Brings the pinned archives and checks them. Sourced by deps.sh. An archive is looked for, in this order: in the folder
# DEPS_ARCHIVES, among those fetched before, in the pool of DEPS_MIRROR if it is set, else in the pool of each mirror
# that apt is configured for, and by `apt-get source` where apt has source lists. Whatever brought it, its SHA-256
# decides.

archives=$cache/archives
apt_helper=/usr/lib/apt/apt-helper

mirrors() { # the roots of package archives to try, one a line
    if [ -n "${DEPS_MIRROR:-}" ]; then
        printf '%s\n' $DEPS_MIRROR
    elif command -v apt-get >/dev/null; then
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | sort -u
    fi
}

download() { # ADDRESS FILE: by apt's own downloader (it knows the machine's proxy and certificates), curl or wget
    rm -f "$2"
    [ -x $apt_helper ] && $apt_helper -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
        -o APT::Sandbox::User=root download-file "$1" "$2" >/dev/null 2>&1 && return
    command -v curl >/dev/null && curl -fsSL --retry 2 --connect-timeout 20 -o "$2" "$1" 2>/dev/null && return
    command -v wget >/dev/null && wget -q --tries=3 --timeout=30 -O "$2" "$1" 2>/dev/null && return
    rm -f "$2"
    return 1
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# fetch_archive NAME VERSION ARCHIVE FOLDER SHA256: the archive, right, at $archives/ARCHIVE; else 1, with what was
# tried in the lines of $tried.
fetch_archive() {
    local name=$1 archive=$3 folder=$4 sha256=$5 mirror address part found
    part=$archives/.$archive.$$
    mkdir -p "$archives"
    accept() { # FILE ORIGIN: keeps the file if it is the one pinned
        found=$(digest "$1")
        if [ "$found" = "$sha256" ]; then mv "$1" "$archives/$archive"; return; fi
        rm -f "$1"
        tried+=("$2: SHA-256 $found, wrong: expected $sha256")
        return 1
    }
    if [ -n "${DEPS_ARCHIVES:-}" ] && [ -f "$DEPS_ARCHIVES/$archive" ]; then
        cp "$DEPS_ARCHIVES/$archive" "$part" && accept "$part" "$DEPS_ARCHIVES/$archive" && return
    fi
    [ -f "$archives/$archive" ] && accept "$archives/$archive" "$archives/$archive" 2>/dev/null && return
    for mirror in $(mirrors); do
        address=${mirror%/}/pool/main/$folder/$archive
        if download "$address" "$part"; then
            accept "$part" "$address" && return
        else
            tried+=("$address: not to be had")
        fi
    done
    if command -v apt-get >/dev/null && [ -n "$(apt-get indextargets 'Created-By: Sources' 2>/dev/null)" ]; then
        local scratch
        scratch=$(mktemp -d)
        (cd "$scratch" && apt-get source --download-only -q "$(basename "$folder")" >/dev/null 2>&1)
        if [ -f "$scratch/$archive" ]; then
            mv "$scratch/$archive" "$part"
            accept "$part" "apt-get source $(basename "$folder")" && rm -rf "$scratch" && return
        else
            tried+=("apt-get source $(basename "$folder"): has another version")
        fi
        rm -rf "$scratch"
    fi
    return 1
}

# fetch_library NAME: tries the accepted versions in the lock's order; prints "VERSION ARCHIVE" of the one that came.
fetch_library() {
    local name=$1 version archive folder sha256 tried=() lines
    lines=$(awk -v name="$name" '$1 == name { print $2, $3, $4, $5 }' "$here/libraries.lock")
    [ -n "$lines" ] || fail "board/build/libraries.lock has no line for $name."
    while read -r version archive folder sha256; do
        if fetch_archive "$name" "$version" "$archive" "$folder" "$sha256"; then
            echo "$version $archive"
            return
        fi
    done <<<"$lines"
    [ ${#tried[@]} = 0 ] && tried=("nowhere: DEPS_MIRROR is not set and apt names no Debian mirror")
    case "${tried[*]}" in
    *"wrong: expected"*)
        fail "$name: what came is not the archive that board/build/libraries.lock pins." "${tried[@]}" \
            "Do not change the lock to fit: a mirror may be damaged or altered. Try another by" \
            "  make deps DEPS_MIRROR=http://HOST/debian" \
            "or give a folder of archives that you trust: make deps DEPS_ARCHIVES=FOLDER" ;;
    *)
        fail "$name: the pinned archive could not be fetched. Tried were:" "${tried[@]}" \
            "Mirrors drop an archive when a newer version replaces it, or the network is away. One of these helps:" \
            "  - name a mirror that has it: make deps DEPS_MIRROR=http://HOST/debian" \
            "  - put the archive (under the name above) in a folder: make deps DEPS_ARCHIVES=FOLDER" \
            "  - accept the newer version: add its line to board/build/libraries.lock, which says how" ;;
    esac
}
