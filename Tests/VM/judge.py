# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Judges what happened in the test machine: each scenario's figure beside its goal."""

import json
import re

# A light is looked at every millisecond, so what is read is late by up to one.
LIGHT_GRAIN_MS = 1
LIGHT_MS = 20
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
    "reconnecting": {"a": (DOUBLE, OFF, OFF, SOLID)},
    "idle again": {"a": (OFF, OFF, OFF, SOLID), "b": (OFF, OFF, OFF, SOLID)},
}
LIGHTS = ("link", "talk", "mute", "power")


class Verdict:
    """One line: what was found, what is wanted, whether that is so."""

    def __init__(self, name, figure, goal, passed):
        self.name, self.figure, self.goal, self.passed = name, figure, goal, passed

    def __str__(self):
        return f"VM {self.name}: {self.figure} ({self.goal}) {'ok' if self.passed else 'FAILED'}"


def milliseconds(value):
    return "never" if value is None else f"{value * 1000:.0f} ms"


def at_most(name, values, bound_ms, grain_ms=0):
    """Every one of `values` (seconds, None: never) within the bound; the worst is shown."""
    passed = bool(values) and all(value is not None and value * 1000 <= bound_ms + grain_ms for value in values)
    worst = "nothing was done" if not values else milliseconds(None if None in values else max(values))
    grain = f" + {grain_ms} ms that looking takes" if grain_ms else ""
    return Verdict(name, worst, f"at most {bound_ms} ms{grain}, worst of {len(values)}", passed)


def presses(run, door, line, begin, end):
    return [time for time, level in run.lines[door, line] if begin <= time < end and not level]


def releases(run, door, line, begin, end):
    return [time for time, level in run.lines[door, line] if begin <= time < end and level]


def since(times, find):
    """How long after each of `times` it was that `find` found."""
    return [None if (found := find(time)) is None else found - time for time in times]


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
            found.append(json.loads(text).get("counters", {}))
        except ValueError:
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
            f"10 % loss, 50 ms jitter: voice heard, {door}", f"{share:.1%} of the time", "at least 95%", share >= 0.95
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


def kill(run, victim):
    begin, end = run.span(f"kill {victim}")
    lit = [light for light in LIGHTS if run.lit(victim, light, begin + 0.1)]
    yield Verdict(f"kill -9 {victim}: its lights", ", ".join(lit) or "dark", "dark, as nothing runs", not lit)
    started = next((time for time, mark in run.marks if mark == f"started {victim}" and begin <= time < end), None)
    yield at_most(f"kill -9 {victim}: started again", [None if started is None else started - begin], 1000)
    for door in "ab":
        back = run.hears(door, begin + 0.6, end) if started else None
        yield at_most(f"kill -9 {victim}: voice back at {door}", [None if back is None else back - begin], 45000)


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
    network,
    card,
    lambda run: kill(run, "b"),
    lambda run: kill(run, "a"),
    hang_up,
    lines,
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
