# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# What happens in the test machine, in one go. Everything is told to the stage as marks (`begin NAME`, `end NAME`);
# judging is done outside (judge.py), where each name has its figure and its goal. Door a pushes to talk and places the
# call, door b has an open microphone and answers it.
# shellcheck shell=dash

say() { echo "$*" >/run/stage; }
mark() { say "mark $*"; }
press() { say "set $1 $2 0"; }
release() { say "set $1 $2 1"; }
tap() { # DOOR LINE: a short press
    press "$1" "$2"
    sleep 0.15
    release "$1" "$2"
}

look() { # NAME: lets the lights be seen long enough to tell their patterns apart
    mark "begin look $1"
    sleep 2.2
    mark "end look $1"
}

light() { # DOOR LINE_NUMBER: its level
    eval "cat \"\$chip_$1\"/gpiochip*/sim_gpio$2/value" 2>/dev/null
}
link=4 power=7

await() { # SECONDS COMMAND...: until it succeeds; gives up in silence, as the judge sees what is missing
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

lit() { # DOOR LINE_NUMBER: whether it is solid, longer than the longest blink is lit
    for _ in 1 2 3 4 5 6 7; do
        [ "$(light "$1" "$2")" = 1 ] || return 1
        sleep 0.1
    done
}

dark() { # DOOR LINE_NUMBER: likewise, longer than the longest blink is dark
    for _ in 1 2 3 4 5 6 7 8 9; do
        [ "$(light "$1" "$2")" = 0 ] || return 1
        sleep 0.1
    done
}

configuration() { # DOOR CARD ADDRESS PEER PEER_ADDRESS
    cat <<TOML
name = "$1"
state_directory = "/run/$1"
[audio]
input = "alsa:hw:$2,1"
output = "alsa:hw:$2,1"
# The mouths speak tones, which a suppressor takes for noise, and their levels are judged.
echo = "off"
noise_suppression = false
gain_control = false
[web]
listen = "$3:8080"
access = "open"
[ice]
servers = []
[control]
socket = "/run/$1/control"
[log]
level = "debug"
[[peer]]
name = "$4"
url = "http://$5:8080/call"
[[button]]
line = "$1-ptt"
role = "talk"
[[button]]
line = "$1-mute"
role = "mute"
[[button]]
line = "$1-call"
role = "call"
[[button]]
line = "$1-call"
role = "pair"
press = "long"
[[button]]
line = "$1-answer"
role = "answer"
[[button]]
line = "$1-answer"
role = "hang-up"
press = "long"
[[light]]
role = "link"
line = "$1-led-link"
[[light]]
role = "talk"
line = "$1-led-talk"
[[light]]
role = "mute"
line = "$1-led-mute"
[[light]]
role = "power"
line = "$1-led-power"
TOML
}

within() { # DOOR COMMAND...: runs it in that door's network
    local door=$1
    shift
    exec nsenter --net="/run/netns/$door" "$@"
}

serve() { # DOOR: starts the intercom and starts it again half a second after it ended, as a service manager would
    while [ -e "/run/$1/wanted" ]; do
        (within "$1" /intercom run --config "/run/$1/intercom.toml") >"/run/$1.log" 2>&1 &
        echo $! >"/run/$1/pid"
        mark "started $1"
        wait $!
        status=$?
        mark "ended $1 with $status"
        [ $status != 78 ] || break # the configuration is wrong, and will be
        sleep 0.5
    done
}
process() { cat "/run/$1/pid"; }

control() { # DOOR COMMAND...: over the control socket; what it answers is marked
    local door=$1
    shift
    mark "control $door $* -> $(/intercom "$@" --socket "/run/$door/control" 2>&1 | tr '\n' ' ' | head -c 1700)"
}

threads() { # DOOR: scheduling policy and priority of each thread, and how much memory is locked
    local task
    for task in "/proc/$(process "$1")/task"/*; do
        # The name stands in parentheses, then the state is field 3: priority is field 40, policy field 41.
        mark "thread $1 $(sed 's/.*) //' "$task/stat" | cut -d' ' -f 38,39) $(cat "$task/comm")"
    done
    mark "memory $1 $(grep -E '^Vm(Lck|RSS)' "/proc/$(process "$1")/status" | tr -s '\t\n' ' ')"
}

again() { # DOOR COMMAND...: ends the door's intercom, does that, and waits for the next one that is well
    local door=$1 old
    old=$(process "$door")
    shift
    kill "$old"
    "$@"
    await 5 [ ! -d "/proc/$old" ]
    await 5 changed "$door" "$old"
    await 8 lit "$door" $power
}
changed() { [ "$(process "$1")" != "$2" ]; }

speak() { # NAME: a call from a to b, both ways heard; asked for by the control socket
    control a call b
    sleep 0.5
    tap b answer
    await 8 lit a $link
    press a ptt
    sleep 1
    mark "begin voices $1"
    sleep 2
    mark "end voices $1"
    release a ptt
    control a hangup
    await 5 dark b $link
}

doctor() { # CONFIGURATION
    (within b /intercom doctor --config "$1") >/run/doctor 2>&1
    mark "doctor $1 ended with $?"
    while read -r line; do mark "doctor $1 says $line"; done </run/doctor
}

blinked() { # DOOR: presses its call button for long, and prints the code that its link light blinks then
    rm -f "/run/$1/code"
    say "code $1 /run/$1/code"
    press "$1" call
    sleep 1.3
    release "$1" call
    await 60 [ -s "/run/$1/code" ]
    cat "/run/$1/code"
}

pair_with_a() { # DOOR CODE: pairs that door with a, from its own network; what the command says is marked
    mark "pairing $1 with $2"
    mark "paired $1 with $2 -> $(within "$1" /intercom pair http://10.9.0.1:8080 --code "$2" \
        --config "/run/$1/intercom.toml" 2>&1 | tr '\n' ' ')"
}

busy_card() { # takes b's card away before the next intercom comes, for three seconds
    say format b 16 48000
    say hold b on
    (sleep 3 && say hold b off) &
}

driver=/sys/bus/platform/drivers/snd_aloop
unbind() { # CARD_NUMBER: as if it were pulled out; returns when everybody has let it go
    mark "unbinding $1"
    echo "snd_aloop.$1" >$driver/unbind
    mark "unbound $1"
}
bind() {
    echo "snd_aloop.$1" >$driver/bind
    mark "bound $1"
}

for door in a b; do
    mkdir -p /run/$door
    touch /run/$door/wanted
done
{ configuration a doorA 10.9.0.1 b 10.9.0.2 && printf '[talk]\nmode = "push"\n'; } >/run/a/intercom.toml
configuration b doorB 10.9.0.2 a 10.9.0.1 >/run/b/intercom.toml
cat >>/run/b/intercom.toml <<TOML
[[mixer]]
card = "doorB"
control = "PCM Rate Shift 100000"
value = "100001"
[[mixer]]
card = "doorB"
control = "PCM Rate Shfit 100000"
value = "100000"
TOML

# A door without a sound card, and the card that appears.
unbind 1
serve a &
serve b &
sleep 2
if [ ! -d "/proc/$(process a)" ] || [ ! -d "/proc/$(process b)" ]; then
    mark "error an intercom ended at once"
    exit
fi
look "no card"
mark "begin card appears"
bind 1
await 8 lit b $power
mark "end card appears"
sleep 1
look idle

# A call, by buttons.
mark "begin ring"
tap a call
sleep 0.3
look ringing
mark "end ring"
mark "begin answer"
tap b answer
await 8 lit a $link
await 2 lit b $link
sleep 1
mark "end answer"
threads a
threads b

# Voices. Nobody presses talk at a yet, so only b is heard.
say voice a on
say voice b on
sleep 0.5
look connected

mark "begin talk"
for _ in 1 2 3 4 5; do
    press a ptt
    sleep 0.7
    release a ptt
    sleep 0.8
done
mark "end talk"
press a ptt
sleep 0.3
look talking
release a ptt
sleep 0.8

# A hundred quick presses, and the far side hears the next one as soon as the first.
say bounce a ptt 0 200 40000
sleep 8.5
release a ptt
sleep 0.8
mark "begin talk again"
for _ in 1 2 3; do
    press a ptt
    sleep 0.7
    release a ptt
    sleep 0.8
done
mark "end talk again"

# Mute at b, whose microphone is open.
mark "begin mute"
tap b mute
sleep 1
mark "end mute"
look "talking while muted"
say voice b off
sleep 1.5
look muted
mark "begin mute stays"
say voice b on
sleep 0.3
control b unmute
sleep 1
mark "end mute stays"
mark "begin unmute"
tap b mute
sleep 1
mark "end unmute"

# A contact that bounces: nine edges within twelve milliseconds, each way, and one press each time.
say voice a off
sleep 1
mark "begin bounce"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    say bounce a mute 0 9 1500
    sleep 0.3
    say bounce a mute 1 9 1500
    sleep 0.3
done
mark "end bounce"
say voice a on

# The clock of the wall jumps, an hour on and two back, and a button is pressed meanwhile.
press a ptt
mark "begin stuck"
held=$(cut -d. -f1 /proc/uptime)
sleep 1
mark "begin clock"
now=$(date +%s)
date -s "@$((now + 3600))" >/dev/null
sleep 1.5
date -s "@$((now - 3600))" >/dev/null
sleep 0.5
tap a mute
sleep 0.5
tap a mute
sleep 1
date -s "@$((now + 4))" >/dev/null
mark "end clock"

# b stands still for a fifth of a second: its sound card runs dry and over.
control b status --json
mark "begin freeze"
say freeze "$(process b)" 200
sleep 2
mark "end freeze"
control b status --json

# A bad network.
mark "begin network"
for door in a b; do /net/ip netns exec $door /net/tc qdisc add dev cable-$door root netem loss 10% delay 50ms 50ms; done
sleep 12
mark "end network"
control a status --json
control b status --json
for door in a b; do /net/ip netns exec $door /net/tc qdisc del dev cable-$door root; done
sleep 3

# b's sound card goes, and comes back.
mark "begin card"
unbind 1 &
sleep 2
bind 1
sleep 5
mark "end card"

# The cable is pulled: it shows, and the call goes on when it is plugged in again.
mark "begin cable"
/net/ip -n b link set cable-b down
sleep 14
look reconnecting
mark "plugged in" # before it is: the light may be faster than the next line here
/net/ip -n b link set cable-b up
await 10 lit a $link
sleep 1.5
mark "end cable"

# The talk button has been held ever since the clock jumped: after a minute that is no person any more.
while [ "$(cut -d. -f1 /proc/uptime)" -lt $((held + 62)) ]; do sleep 0.5; done
look stuck
release a ptt
sleep 1
mark "end stuck"

# b is killed, and started again. It was called, and calls back.
press a ptt
sleep 1
mark "begin kill b"
kill -9 "$(process b)"
sleep 8
mark "end kill b"

# The same with a, who placed the call and whose talk button is held all the while: that opens no gate.
mark "begin kill a"
kill -9 "$(process a)"
sleep 1
await 45 lit a $link
sleep 1
mark "held since before the start"
release a ptt
sleep 0.3
press a ptt
sleep 1
mark "end kill a"

# The chip of a's buttons and lights goes while talk is pressed, and comes back.
gpio=/sys/bus/platform/drivers/gpio-sim
mark "begin chip"
basename "$chip_a" >$gpio/unbind
mark "chip gone"
sleep 2
basename "$chip_a" >$gpio/bind
for line in 0 1 2 3; do echo pull-up >"$(echo "$chip_a"/gpiochip*)/sim_gpio$line/pull"; done
mark "chip back"
await 10 lit a $link
mark "chip lights"
press a ptt
sleep 1
release a ptt
sleep 0.7
mark "end chip"

# The end of the call, by a long press.
mark "begin hang up"
press b answer
sleep 1.5
release b answer
await 5 dark a $link
await 5 dark b $link
mark "end hang up"
look "idle again"

# Nobody who has not been let in calls a. A long press of a's call button lets b in: the link light blinks the code, and
# what is read there is entered at b.
again a sed -i 's/access = "open"/access = "paired"/' /run/a/intercom.toml
say voice a on
say voice b on
mark "begin stranger"
control b call a
sleep 2
mark "end stranger"
mark "begin pair"
code=$(blinked a)
mark "read $code"
pair_with_a b "$code"
sleep 4
mark "end pair"
kill -HUP "$(process b)"
sleep 1
mark "begin known"
control b call "a 2"
sleep 1
tap a answer
await 8 lit b $link
press a ptt
sleep 1
mark "begin voices known"
sleep 2
mark "end voices known"
release a ptt
control b hangup
await 5 dark a $link
mark "end known"

# Five wrong codes, and the right one is of no use any more, not even to somebody else.
mark "begin guesses"
code=$(blinked a)
mark "read $code"
for others in 1234567890 2345678901 3456789012 4567890123 5678901234; do
    pair_with_a b "$(echo "$code" | tr 0123456789 "$others")"
done
sleep 4
pair_with_a a "$code"
control a paired
mark "end guesses"

# What the card can do is decided by the other end of it: 32 bits, another rate, a format that only alsa-lib knows.
sed -i 's/alsa:hw:doorB/alsa:doorB/' /run/b/intercom.toml
say voice a on
say voice b on
for format in "32 48000" "16 44100" "24 48000"; do
    mark "begin format $format"
    again b say "format b $format"
    speak "$format"
    mark "end format $format"
done

# Another program has the card, and lets it go.
mark "begin busy"
again b busy_card
mark "end busy"

# What the control socket may do.
mark "begin control"
control b volume 40
control b volume -1
control b mute
control b unmute
tap b mute
sleep 0.3
control b unmute
tap b mute
sleep 0.3
control b call nobody
control b hangup
mark "end control"

# The mixer's preset, read back; and what the doctor says of a machine that is well.
/intercom devices >/run/devices 2>&1
while read -r line; do mark "devices says $line"; done </run/devices
sed 's/Shfit/Shift/' /run/b/intercom.toml >/run/b/well.toml
doctor /run/b/well.toml
# As it stands it names a control that is not there.
doctor /run/b/intercom.toml

# Lines that are not there, or are somebody else's: said, and no reason to end.
mkdir -p /run/c
cat >/run/c/intercom.toml <<TOML
name = "c"
[audio]
input = "silence"
output = "none"
[web]
listen = "127.0.0.1:8081"
[ice]
servers = []
[[button]]
line = "nobody-has-this"
role = "mute"
[[button]]
line = "b-ptt"
role = "talk"
TOML
mark "begin lines"
(within b /intercom run --config /run/c/intercom.toml) >/run/c/log 2>&1 &
third=$!
sleep 2
mark "third $([ -d /proc/$third ] && echo runs || echo ended)"
while read -r line; do mark "third says $line"; done </run/c/log
kill $third
mark "end lines"

# The doctor, where much is missing.
sed 's/doorB/doorZ/; s/b-ptt/nobody-has-this/; s,/run/b,/run/nobody,; s/8080"$/8088"/' /run/b/intercom.toml >/run/c/wrong.toml
doctor /run/c/wrong.toml

for door in a b; do
    control $door status --json
    rm /run/$door/wanted
    kill "$(process $door)"
done
sleep 2
mark over
