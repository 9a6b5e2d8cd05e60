# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Judges what happened in the test machine: each scenario's figure beside its goal."""

import json
import re

import pairing
from verdict import LIGHT_GRAIN_MS, LIGHT_MS, Verdict, at_most, milliseconds, presses, releases, since

# Which pattern each light shows in each state: link, talk, mute, power. a pushes to talk; b's microphone is open.
OFF, SOLID, SLOW, FAST, DOUBLE = "off", "solid", "blink slow", "blink fast", "double blink"
TRUTH = {
    "no card": {"b": (OFF, OFF, OFF, DOUBLE)},
    "idle": {"a": (OFF, OFF, OFF, SOLID), "b": (OFF, OFF, OFF, SOLID)},
    "ringing": {"a": (SLOW, OFF, OFF, SOLID), "b": (FAST, OFF, OFF, SOLID)},
    "connected": {"a": (SOLID, OFF, OFF, SOLID), "b": (SOLID, SOLID, OFF, SOLID)},
    "talking": {"a": (SOLID, SOLID, OFF, SOLID), "b": (SOLID, SOLID, OFF, SOLID)},
    "talking while muted": {"b": (SOLID, OFF, FAST, SOLID)},
    "muted": {"b": (SOLID, OFF, SOLID, SOLID)},
    "reconnecting": {"a": (DOUBLE, OFF, OFF, SOLID), "b": (DOUBLE, OFF, OFF, SOLID)},
    "stuck": {"a": (SOLID, OFF, OFF, DOUBLE), "b": (SOLID, SOLID, OFF, SOLID)},
    "idle again": {"a": (OFF, OFF, OFF, SOLID), "b": (OFF, OFF, OFF, SOLID)},
}
LIGHTS = ("link", "talk", "mute", "power")


def lights(run):
    for state, doors in TRUTH.items():
        begin, end = run.span(f"look {state}")
        for door, wanted in doors.items():
            seen = tuple(run.pattern(door, light, begin, end) for light in LIGHTS)
            text = ", ".join(f"{light} {pattern}" for light, pattern in zip(LIGHTS, seen))
            goal = ", ".join(wanted)
            yield Verdict(f"lights, {state}, {door}", text, goal, seen == wanted)


def card_appears(run):
    begin, end = run.mark("bound 1"), run.span("card appears")[1]
    power = run.turns("b", "power", False, begin, end)
    # Solid: the last change to lit, after which nothing comes any more.
    changes = run.changes("b", "power", begin, end)
    solid = changes[-1][0] if changes and changes[-1][1] else None
    yield at_most(
        "card appears after the start, healthy light", [None if power is None or solid is None else solid - begin], 5000
    )


def call(run):
    begin, end = run.span("ring")
    press = presses(run, "a", "call", begin, end)
    yield at_most(
        "call button to the far side's light", since(press, lambda t: run.turns("b", "link", True, t, end)), 1000
    )
    loud = [time for time, level in run.ears["b"] if begin <= time < end and level > -50]
    yield at_most("call button to the far side's ring", [loud[0] - press[0] if loud and press else None], 1000)
    begin, end = run.span("answer")
    press = presses(run, "b", "answer", begin, end)
    for door in "ab":
        changes = run.changes(door, "link", begin, end)
        up = changes[-1][0] if changes and changes[-1][1] else None
        yield at_most(f"answer button to connected, {door}", [None if up is None else up - one for one in press], 1000)


def talk(run, name="talk"):
    begin, end = run.span(name)
    begin_presses, ends = presses(run, "a", "ptt", begin, end), releases(run, "a", "ptt", begin, end)
    yield at_most(
        f"{name}: press to light",
        since(begin_presses, lambda t: run.turns("a", "talk", True, t, t + 0.6)),
        LIGHT_MS,
        LIGHT_GRAIN_MS,
    )
    yield at_most(
        f"{name}: press to voice at the far card", since(begin_presses, lambda t: run.hears("b", t, t + 0.6)), 120
    )
    quiet = [None if run.hears("b", t + 0.45, t + 0.75) else run.silent_since("b", t, t + 0.75) for t in ends]
    late = [None if q is None else q - t for q, t in zip(quiet, ends)]
    yield at_most(f"{name}: release to silence at the far card, 200 ms tail", late, 450)
    short = [value for value in late if value is None or value < 0.2]
    yield Verdict(f"{name}: the tail is whole", f"{len(short)} cut", "none cut short", bool(late) and not short)
    before = run.voice_share("b", begin, begin_presses[0]) if begin_presses else 1
    yield Verdict(f"{name}: nothing is heard unless it is pressed", f"{before:.0%}", "0%", before == 0)


def quick_presses(run):
    def mean(name):
        begin, end = run.span(name)
        values = since(presses(run, "a", "ptt", begin, end), lambda t: run.hears("b", t, t + 0.6))
        return None if not values or None in values else sum(values) / len(values)

    before, after = mean("talk"), mean("talk again")
    grown = None if before is None or after is None else max(0, after - before)
    yield at_most("100 quick presses: delay grown by", [grown], 20)


def mute(run):
    begin, end = run.span("mute")
    press = presses(run, "b", "mute", begin, end)
    yield at_most(
        "mute: press to light", since(press, lambda t: run.turns("b", "mute", True, t, end)), LIGHT_MS, LIGHT_GRAIN_MS
    )
    # The far side hears the voice up to the press, and then nothing at all.
    yield Verdict(
        "mute: heard before",
        f"{run.voice_share('a', begin - 0.3, begin):.0%}",
        "all of it",
        run.voice_share("a", begin - 0.3, begin) == 1,
    )
    _, muted_until = run.span("mute stays")
    yield at_most(
        "mute: press to below -80 dBFS at the far card",
        since(press, lambda t: run.silent_since("a", t, muted_until)),
        60,
    )
    begin, end = run.span("unmute")
    press = presses(run, "b", "mute", begin, end)
    yield at_most(
        "mute lifted: press to light",
        since(press, lambda t: run.turns("b", "mute", False, t, end)),
        LIGHT_MS,
        LIGHT_GRAIN_MS,
    )
    yield at_most("mute lifted: press to voice at the far card", since(press, lambda t: run.hears("a", t, end)), 120)


def bounce(run):
    begin, end = run.span("bounce")
    changes = len(run.changes("a", "mute", begin, end))
    edges = len([one for one in run.lines["a", "mute"] if begin <= one[0] < end])
    yield Verdict("bounce: 10 presses", f"{edges} edges made {changes} changes of the mute", "10", changes == 10)


def counters(run, door):
    """Of the statuses told by the control socket, the numbers in `counters`, oldest first."""
    found = []
    for text in run.told(f"control {door} status --json -> "):
        try:
            found.append(json.loads(text)["status"]["counters"])
        except (ValueError, KeyError):
            found.append({})
    return found


def freeze(run):
    begin, end = run.span("freeze")
    over = begin + 0.2
    # What was on its way when it froze may still be heard, so the voice is looked for after the thaw.
    yield at_most("200 ms freeze: voice heard again after", since([over], lambda t: run.hears("b", t, end)), 500)
    yield Verdict(
        "200 ms freeze: voice in the second after",
        f"{run.voice_share('b', over + 0.5, over + 1.5):.0%}",
        "at least 99%",
        run.voice_share("b", over + 0.5, over + 1.5) >= 0.99,
    )
    told = [one.get("xruns") for one in counters(run, "b")]
    counted = told[1] - told[0] if len(told) > 1 and None not in told[:2] else 0
    yield Verdict("200 ms freeze: xruns counted", f"{counted}", "1 or more", counted >= 1)


def network(run):
    begin, end = run.span("network")
    for door in "ab":
        changes = run.changes(door, "link", begin, end)
        holds = not changes and run.lit(door, "link", begin)
        yield Verdict(
            f"10 % loss, 50 ms jitter: link light, {door}",
            "solid" if holds else f"{len(changes)} changes",
            "solid",
            holds,
        )
        share = run.voice_share(door, begin + 1, end)
        yield Verdict(
            f"10 % loss, 50 ms jitter: voice heard, {door}", f"{share:.1%} of the time", "at least 90%", share >= 0.9
        )


def card(run):
    begin, end = run.span("card")
    bound = [time for time, mark in run.marks if mark == "bound 1" and begin <= time < end]
    yield at_most("card back: heard at its speaker", since(bound, lambda t: run.hears("b", t, end)), 5000)
    yield at_most(
        "card back: its microphone heard at the far side", since(bound, lambda t: run.hears("a", t, end)), 5000
    )
    for door in "ab":
        changes = run.changes(door, "link", begin, end)
        holds = not changes and run.lit(door, "link", begin)
        yield Verdict(
            f"card gone: link light, {door}",
            "solid" if holds else f"{len(changes)} changes",
            "solid: the call stays up",
            holds,
        )
    # Away it shows: the power light blinks meanwhile.
    away = run.changes("b", "power", begin, bound[0] if bound else end)
    yield Verdict("card gone: power light", f"{len(away)} changes", "blinks", len(away) >= 4)


def cable(run):
    begin, end = run.span("cable")
    plugged = next((time for time, mark in run.marks if mark == "plugged in" and begin <= time < end), end)
    for door in "ab":
        yield at_most(
            f"cable pulled: link light tells, {door}",
            [None if (t := run.turns(door, "link", False, begin, plugged)) is None else t - begin],
            15000,
        )
        yield at_most(f"cable back: voice heard, {door}", since([plugged], lambda t: run.hears(door, t, end)), 2000)
        changes = run.changes(door, "link", plugged, end)
        solid = changes[-1][0] if changes and changes[-1][1] else None
        yield at_most(f"cable back: link light solid, {door}", [None if solid is None else solid - plugged], 8000)


def stuck(run):
    begin, end = run.span("stuck")
    press = presses(run, "a", "ptt", begin - 1, end)[:1]
    told = [time for time, text in run.logs if begin <= time < end and "a-ptt" in text and "stuck" in text]
    late = [abs(told[0] - press[0] - 60) if told and press else None]
    yield at_most("talk held for 60 s: the log tells, off by", late, 1000)
    lifted = (releases(run, "a", "ptt", begin, end) or [end])[-1]
    share = run.voice_share("b", press[0] + 61, lifted) if press else 1
    yield Verdict("talk held for 60 s: voice at b after it", f"{share:.0%}", "0%", share == 0)
    yield at_most("stuck button let go: healthy light", [solid_after(run, "a", "power", lifted, end)], 1000)


def solid_after(run, door, light, begin, end):
    """How long after `begin` the light was lit for good, or None."""
    changes = run.changes(door, light, begin, end)
    if not changes:
        return 0 if run.lit(door, light, begin) else None
    return changes[-1][0] - begin if changes[-1][1] else None


def clock(run):
    begin, end = run.span("clock")
    for door in "ab":
        share = run.voice_share(door, begin, end)
        # a is muted for a while.
        goal = 0.99 if door == "a" else 0.7
        yield Verdict(f"clock jumps: voice heard, {door}", f"{share:.0%}", f"at least {goal:.0%}", share >= goal)
        yield Verdict(
            f"clock jumps: link light, {door}",
            f"{len(run.changes(door, 'link', begin, end))} changes",
            "none",
            not run.changes(door, "link", begin, end),
        )
    press = presses(run, "a", "mute", begin, end)
    changes = run.changes("a", "mute", begin, end)
    late = [min((abs(t - p) for t, _ in changes), default=None) for p in press]
    yield at_most("clock jumps: press to light", late, LIGHT_MS, LIGHT_GRAIN_MS)


LATENCY = re.compile(r"([ab]) <\d>latency: capture ([\d.]+) ms, playback ([\d.]+) ms; .* lags (\d+) samples(.*)")
PERIOD, PREFILL = 480, 960
# The lag is a mean of what two cards say of themselves at different moments: it repeats to less than a millisecond.
LAG_GRAIN = 48


def latency(run):
    """What is captured lags behind what is played by what the buffers hold, and no more than a period over it."""
    for door in "ab":
        found = [(time, match) for time, text in run.logs if (match := LATENCY.fullmatch(text)) and match[1] == door]
        lags = [int(match[4]) for _, match in found]
        yield Verdict(
            f"latency logged, {door}",
            f"{min(lags, default=0)} to {max(lags, default=0)} samples in {len(lags)} lines",
            f"at most a period and the prefill, {PERIOD + PREFILL}",
            bool(lags) and 0 < min(lags) and max(lags) <= PERIOD + PREFILL + LAG_GRAIN,
        )
        # Behind alsa-lib's converters there is nothing to link.
        converted = run.mark("begin format 24 48000"), run.mark("end format 24 48000")
        bare = [match for time, match in found if None in converted or not converted[0] <= time < converted[1]]
        linked = sum("are linked" in match[5] for match in bare)
        yield Verdict(
            f"both directions linked, {door}", f"{linked} of {len(bare)}", "all", bare != [] and linked == len(bare)
        )
    begin, _ = run.span("freeze")
    about = [
        (time, int(match[4])) for time, text in run.logs if (match := LATENCY.fullmatch(text)) and match[1] == "b"
    ]
    before = [lag for time, lag in about if time < begin]
    after = [lag for time, lag in about if begin < time < begin + 4]
    off = abs(after[0] - before[-1]) if before and after else None
    yield Verdict(
        "200 ms freeze: latency measured anew",
        "never" if off is None else f"{off} samples from before",
        f"within a period, {PERIOD}, + {LAG_GRAIN} that measuring takes",
        off is not None and off <= PERIOD + LAG_GRAIN,
    )


def chip(run):
    begin, end = run.span("chip")
    gone, back = (
        next(time for time, mark in run.marks if mark == name and begin <= time < end)
        for name in ("chip gone", "chip back")
    )
    quiet = run.silent_since("b", gone, back)
    late = None if quiet is None or run.hears("b", back - 0.3, back) else max(0, quiet - begin)
    yield at_most("panel's chip gone while talk is pressed: silence at b", [late], 600)
    yield at_most("panel's chip back: lights", since([back], lambda t: run.turns("a", "link", True, t, end)), 6000)
    press = presses(run, "a", "ptt", back, end)
    yield at_most("panel's chip back: press to voice", since(press, lambda t: run.hears("b", t, end)), 120)


def formats(run):
    for name, capture, playback in (
        ("32 48000", "48000 Hz, 1 channel, 32 bits", ""),
        ("16 44100", "44100 Hz, 1 channel, 16 bits", "resampled to 48000 Hz"),
        ("24 48000", "48000 Hz, 1 channel", "converted by alsa-lib"),
    ):
        begin, end = run.span(f"format {name}")
        said = [text for time, text in run.logs if begin <= time < end and re.match(r"b <\d>(capture|playback) ", text)]
        fits = [text for text in said if capture in text and playback in text]
        kinds = {re.match(r"b <\d>(\w+)", text)[1] for text in fits}
        yield Verdict(
            f"card of {name}: the log",
            "; ".join(text[5:] for text in said) or "nothing",
            f"both directions {capture} {playback}".strip(),
            kinds == {"capture", "playback"},
        )
        try:
            low, high = run.span(f"voices {name}")
        except LookupError:
            low = high = end
        for door in "ab":
            share = run.voice_share(door, low, high)
            yield Verdict(f"card of {name}: voice heard, {door}", f"{share:.0%}", "at least 99%", share >= 0.99)


def busy(run):
    begin, end = run.span("busy")
    said = [text for time, text in run.logs if begin <= time < end and text.startswith("b ") and "busy" in text.lower()]
    yield Verdict(
        "card busy: the log", said[0][5:] if said else "nothing", "names what helps", bool(said) and "dsnoop" in said[0]
    )
    freed = next((time for time, mark in run.marks if mark.startswith("lets go") and begin <= time < end), None)
    late = None if freed is None else solid_after(run, "b", "power", freed, end)
    yield at_most("card busy: healthy again after it was let go", [late], 5500)


def control(run):
    begin, end = run.span("control")
    told = [
        (match[1], match[2])
        for time, mark in run.marks
        if begin <= time < end and (match := re.fullmatch(r"control b (.*?) -> (.*?) ?", mark))
    ]
    wanted = [
        ("volume 40", "40"),
        ("volume -1", "30"),
        ("mute", "muted"),
        ("unmute", "no longer"),
        ("unmute", "button"),
        ("call nobody", "no such peer"),
        ("hangup", "no call"),
    ]
    for (asked, word), got in zip(wanted, told + [("nothing", "")] * len(wanted)):
        yield Verdict(
            f"control {asked}", got[1] or "nothing", f"says '{word}'", got[0] == asked and word in got[1].lower()
        )


def mixer(run):
    said = [text for _, text in run.logs if text.startswith("b ") and "Rate Shfit" in text and "has no control" in text]
    passed = any("did you mean 'PCM Rate Shift 100000'" in text and "it has: " in text for text in said)
    yield Verdict("mixer, wrong control: the log", said[-1][5:] if said else "nothing", "lists what there is", passed)
    said = [text for text in run.told("devices says ") if "PCM Rate Shift 100000" in text]
    yield Verdict(
        "mixer, preset read back", " | ".join(said) or "nothing", "= 100001", any("= 100001" in text for text in said)
    )


def doctor(run):
    for file, status in (("/run/b/well.toml", "0"), ("/run/b/intercom.toml", "1"), ("/run/c/wrong.toml", "1")):
        ended_with = (run.told(f"doctor {file} ended with ") or ["never"])[0]
        said = run.told(f"doctor {file} says ")
        failures = [text for text in said if text.startswith("FAIL")]
        yield Verdict(
            f"doctor {file}: status",
            f"{ended_with}, {len(failures)} failures: " + " | ".join(failures),
            status,
            ended_with == status and bool(failures) == (status != "0"),
        )
        if file == "/run/b/intercom.toml":
            named = any("Shfit" in text for text in failures)
            yield Verdict("doctor, missing control", failures[0] if failures else "nothing", "names it", named)
        if file != "/run/c/wrong.toml":
            continue
        for what, remedy in (
            ("doorZ", "intercom devices"),
            ("nobody-has-this", "intercom devices"),
            ("/run/nobody", "mkdir"),
        ):
            found = [
                f"{text} {after}" for text, after in zip(said, said[1:] + [""]) if text in failures and what in text
            ]
            yield Verdict(
                f"doctor, missing {what}",
                found[0] if found else "nothing",
                f"names {remedy}",
                any(remedy in text for text in found),
            )


def kill(run, victim):
    begin, end = run.span(f"kill {victim}")
    lit = [light for light in LIGHTS if run.lit(victim, light, begin + 0.1)]
    yield Verdict(f"kill -9 {victim}: its lights", ", ".join(lit) or "dark", "dark, as nothing runs", not lit)
    started = next((time for time, mark in run.marks if mark == f"started {victim}" and begin <= time < end), None)
    yield at_most(f"kill -9 {victim}: started again", [None if started is None else started - begin], 1000)
    # What was on its way may still be heard for a moment; nothing that is heard came before the new process.
    back = run.hears("a", started + 0.1, end) if started else None
    yield at_most(f"kill -9 {victim}: b's voice back at a", [None if back is None else back - begin], 5000)
    if victim == "b":
        back = run.hears("b", started + 0.1, end) if started else None
        yield at_most("kill -9 b: a's voice back at b", [None if back is None else back - begin], 5000)
        return
    held = next((time for time, mark in run.marks if mark.startswith("held since") and begin <= time < end), end)
    share = run.voice_share("b", started + 0.1, held) if started else 1
    yield Verdict("kill -9 a: a talk button held since before the start", f"{share:.0%} voice", "0%", share == 0)
    press = presses(run, "a", "ptt", held, end)
    yield at_most("kill -9 a: its next press to voice at b", since(press, lambda t: run.hears("b", t, end)), 120)


def hang_up(run):
    begin, end = run.span("hang up")
    press = presses(run, "b", "answer", begin, end)
    for door in "ab":
        yield at_most(
            f"long press to the link light off, {door}",
            since(press, lambda t: run.turns(door, "link", False, t, end)),
            2000,
        )


def lines(run):
    alive = run.told("third ")[:1] == ["runs"]
    yield Verdict("lines missing and busy: the process", "runs" if alive else "ended", "runs on", alive)
    said = "\n".join(run.told("third says "))
    for kind, line, remedy in (
        ("missing", "nobody-has-this", r"panel-[ab]|there (is|are)|exist"),
        ("busy", "b-ptt", r"busy|use|held"),
    ):
        found = [text for text in said.splitlines() if line in text]
        passed = any(re.search(remedy, text) for text in found)
        yield Verdict(
            f"line {kind}: the log", found[0].strip() if found else "nothing", "names it and what helps", passed
        )


def real_time(run):
    for door in "ab":
        threads = [words for text in run.told(f"thread {door} ") if len(words := text.split(" ", 2)) == 3]
        audio = [f"policy {policy}, priority {priority}" for priority, policy, name in threads if name == "audio"]
        yield Verdict(
            f"real time, {door}: audio thread",
            ", ".join(audio) or "none",
            "policy 1 (SCHED_FIFO), priority 20",
            audio == ["policy 1, priority 20"],
        )
        memory = " ".join(run.told(f"memory {door} "))
        locked, resident = (
            int(found[1]) if (found := re.search(rf"{key}: (\d+)", memory)) else 0 for key in ("VmLck", "VmRSS")
        )
        yield Verdict(
            f"real time, {door}: locked memory",
            f"{locked} kB, {resident} kB resident",
            "all that is resident",
            0 < resident <= locked,
        )


def ended(run):
    for door in "ab":
        statuses = [mark.split()[-1] for _, mark in run.marks if mark.startswith(f"ended {door} ")]
        yield Verdict(
            f"end by SIGTERM, {door}: status", statuses[-1] if statuses else "never ended", "0", statuses[-1:] == ["0"]
        )
    errors = run.told("error ")
    yield Verdict("the stage", "; ".join(errors) or "no mistakes", "no mistakes", not errors)


SCENARIOS = [
    lights,
    card_appears,
    call,
    talk,
    lambda run: talk(run, "talk again"),
    quick_presses,
    mute,
    bounce,
    freeze,
    latency,
    clock,
    network,
    card,
    cable,
    stuck,
    lambda run: kill(run, "b"),
    lambda run: kill(run, "a"),
    chip,
    hang_up,
    pairing.pairing,
    formats,
    busy,
    control,
    mixer,
    lines,
    doctor,
    real_time,
    ended,
]


def judge(run):
    """Every scenario's verdicts; one that the machine never came to the end of has failed."""
    verdicts = []
    for scenario in SCENARIOS:
        try:
            verdicts.extend(scenario(run))
        except LookupError as error:
            verdicts.append(Verdict("scenario", str(error.args[0]), "comes to its end", False))
    return verdicts
