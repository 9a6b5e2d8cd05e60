#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Two intercoms on this machine hold a ten-second call (make demo): one at the door, which is called, and one in the
# kitchen, which calls. Each speaks generated English; while they talk each shows a line a second, and at the end stands what the
# kitchen measured, and where the sound that each heard was kept. The kernel chooses every port.

set -euo pipefail
source "$(dirname "$0")/../build/common.sh"

seconds=10
program=$root/build/x86_64/intercom
folder=$root/build/demo
[ -x "$program" ] || fail "there is no $program; run: make build"
mkdir -p "$folder"
rm -f "$folder"/*

# Whatever was started is ended here, by its number, however the script ends.
started=()
end_all() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || :; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || :; done
    started=()
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

give_up() { # SENTENCE: with what both logs say
    tail -n 20 "$folder"/*.log >&2
    fail "$1"
}

# Speech, one file for each; the pauses let them take turns. Where there is no espeak-ng the program makes a sound itself.
input_of() { echo "file:$folder/$1-says.wav"; }
speak() { # WHO TEXT
    espeak-ng -v en -s 155 -m -w "$folder/$1-says.wav" "<speak>$2</speak>" 2>"$folder/espeak.log"
}
if ! { (need_packages "to speak in the demo" espeak-ng=espeak-ng) &&
    speak door "<break time='300ms'/>Good morning, it is the post. I have a parcel for you.
        <break time='3500ms'/>It is rather heavy. Shall I put it down here?" &&
    speak kitchen "<break time='4s'/>Good morning! Just a moment, please.
        <break time='3s'/>Yes please, by the door."; }; then
    say "There is no speech here (espeak-ng), so both intercoms speak generated sound with the rhythm of speech."
    input_of() { echo speech; }
fi

configuration() { # WHO NAME: without peers
    cat <<TOML
name = "$2"
[audio]
input = "$(input_of "$1")"
output = "file:$folder/$1-heard.wav"
[call]
answer = "auto"
[web]
listen = "127.0.0.1:0"
[ice]
servers = []
TOML
}

configuration door Door >"$folder/door.toml"
INTERCOM_LIVE=1 "$program" run --config "$folder/door.toml" 2>"$folder/door.log" &
door=$!
started+=("$door")
url=
for _ in {1..100}; do
    url=$(sed -n 's|.*listening on \(http://.*\)/$|\1|p' "$folder/door.log")
    [ -z "$url" ] || break
    kill -0 "$door" 2>/dev/null || give_up "the intercom at the door ended before the call."
    sleep 0.1
done
[ -n "$url" ] || give_up "the intercom at the door did not listen within ten seconds."

{
    configuration kitchen Kitchen
    printf '[[peer]]\nname = "Door"\nurl = "%s/call"\n' "$url"
} >"$folder/kitchen.toml"
say "The kitchen calls the door at $url for $seconds seconds."
INTERCOM_LIVE=1 "$program" call Door --config "$folder/kitchen.toml" --for $seconds --report "$folder/report.json" \
    2>"$folder/kitchen.log" &
kitchen=$!
started+=("$kitchen")
wait "$kitchen" || give_up "the call failed; the kitchen's intercom ended with $?."
end_all # the door's recording is whole only when its program has ended

# value KEY: of the report, which is one line; milliseconds and the like with one decimal.
value() { sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p" "$folder/report.json" | sed 's/\(\.[0-9]\)[0-9]*$/\1/; s/null/unknown/'; }
shown=${folder#"$PWD"/}
cat <<SUMMARY

The call as the kitchen measured it ($shown/report.json):
  set up in $(value setup_ms) ms, first sound after $(value first_audio_ms) ms
  packets: $(value packets_sent) sent, $(value packets_received) received, $(value packets_lost) lost, $(value late) too late; $(value concealed_ms) ms concealed
  round trip $(value rtt_ms) ms, jitter $(value jitter_ms) ms, playout delay $(value playout_delay_ms) ms, quality $(value quality) of 100
Heard in the kitchen: $shown/kitchen-heard.wav
Heard at the door:    $shown/door-heard.wav
SUMMARY
