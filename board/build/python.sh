#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Makes what the end-to-end tests need around the program (a foreign WebRTC peer, a judge of sound, recorded voices)
# and prints the path of the python to run them with: python.sh. `python.sh browser` does so for the tests with browsers,
# which need the same, two browsers, a sound server and what drives them. An environment lies in the cache, named by the
# hash of what is required and the interpreter.

set -euo pipefail
source "$(dirname "$0")/common.sh"

requirements=("$root/Tests/EndToEnd/requirements.txt")
purpose="for the end-to-end tests"
modules="aiohttp, aiortc, numpy, pesq, pystoi, pytest, scipy"
case ${1:-} in
'') ;;
browser)
    requirements+=("$root/Tests/Browser/requirements.txt")
    purpose="for the tests with browsers"
    modules+=", playwright, websockets"
    # certutil puts the intercom's authority among those that Chromium trusts.
    need_packages "$purpose" chromium=chromium firefox-esr=firefox-esr pulseaudio=pulseaudio pulseaudio-utils=pactl \
        iproute2=ip util-linux=unshare libnss3-tools=certutil
    ;;
*) fail "python.sh makes the environment of the end-to-end tests, or that of \"browser\"." ;;
esac
need_packages "$purpose" python3=python3 \
    pocketsphinx-testdata=/usr/share/pocketsphinx/test/data/librivox
# pesq comes as C source, so a compiler and Python's header files are needed besides venv.
headers=$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
need_packages "$purpose" gcc=gcc "python3-dev=$headers/Python.h"
python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages "$purpose" python3-venv=/nowhere

key=$({ cat "${requirements[@]}" && python3 -c 'import sys; print(sys.version, sys.prefix)'; } | sha256sum | cut -c 1-16)
folder=$cache/python/$key
if [ ! -f "$folder/complete" ]; then
    mkdir -p "$cache/python" "$cache/logs"
    exec 9>"$folder.lock"
    flock 9
    if [ ! -f "$folder/complete" ]; then
        say "Python packages $purpose, into $folder (once; a minute or two)"
        rm -rf "$folder" # an environment holds its own path, so it is made in place and marked when complete
        log=$cache/logs/python.log
        {
            python3 -m venv "$folder" &&
                "$folder/bin/pip" install --disable-pip-version-check --retries 5 "${requirements[@]/#/--requirement=}" &&
                "$folder/bin/python" -c "import $modules"
        } >"$log" 2>&1 </dev/null || {
            tail -n 20 "$log" >&2
            fail "the Python packages could not be installed; the last lines are above, all of them in $log." \
                "pip's configuration names where packages come from (pip config list)."
        }
        touch "$folder/complete"
    fi
fi
echo "$folder/bin/python"
