# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Judges how b was let in at a: by a code that a's link light blinked after a long press of its call button."""

import re

from verdict import LIGHT_GRAIN_MS, LIGHT_MS, Verdict, at_most, presses

# A press is long after a second, and the light is dark for 1.2 s before the code begins.
BEGINNING_SECONDS = 2.2
# Flashes of a digit are lit and dark for 0.2 s each, and between digits it is dark for 1.2 s.
FLASH_SECONDS, DIGIT_GAP_SECONDS, GRAIN_SECONDS = 0.2, 0.7, 0.03
DIGITS, TRIES = 6, 5


def code(run, door, begin, end):
    """The first six digits that the door's link light blinks, "?" for what is none; fewer where there were fewer."""
    digits, flashes, lit, dark = "", 0, None, None
    for time, level in [*run.changes(door, "link", begin, end), (end, True)]:
        if not level:
            flashes, dark = flashes + 1, time
            if lit is None or abs(time - lit - FLASH_SECONDS) > GRAIN_SECONDS:
                flashes = 99
            continue
        if dark is not None and time - dark > DIGIT_GAP_SECONDS:
            digits, flashes = digits + (str(flashes % 10) if flashes <= 10 else "?"), 0
        lit = time
    return digits[:DIGITS]


def told(run, prefix, begin, end):
    """What stands behind the prefix in the marks of that time."""
    return [text[len(prefix) :] for time, text in run.marks if begin <= time < end and text.startswith(prefix)]


def blinks(run, name, begin, end):
    """The code is on the light, and what was read there is what was blinked."""
    press = presses(run, "a", "call", begin, end)[:1]
    lit = run.turns("a", "link", True, press[0], end) if press else None
    late = None if lit is None else max(0, lit - press[0] - BEGINNING_SECONDS)
    yield at_most(f"{name}: long press to the first flash, late by", [late], LIGHT_MS, LIGHT_GRAIN_MS)
    read = (told(run, "read ", begin, end) or [""])[0]
    blinked = code(run, "a", begin, end)
    passed = bool(re.fullmatch(r"\d{6}", read)) and read == blinked
    figure = f"{blinked or 'none'}, read as {read or 'none'}"
    yield Verdict(f"{name}: the code on the light", figure, "six digits", passed)
    spoken = [text for _, text in run.logs if read and read in text]
    yield Verdict(f"{name}: the code in the log", f"{len(spoken)} lines", "none", bool(read) and not spoken)


def flashes_after(run, name, mark, begin, end):
    """A code that is of no use any more is not blinked; a round's pause takes 3 s, and this is looked at for longer."""
    times = [time for time, text in run.marks if begin <= time < end and text.startswith(mark)]
    seen = [time for time, level in run.changes("a", "link", times[-1], end) if level] if times else []
    passed = bool(times) and end - times[-1] > 3.5 and not seen
    yield Verdict(f"{name}: flashes afterwards", f"{len(seen)}" if times else "never came so far", "none", passed)


def pairing(run):
    begin, end = run.span("stranger")
    said = [text for time, text in run.logs if begin <= time < end and "401" in text and text.startswith("b ")]
    figure = said[0][5:] if said else "nothing"
    yield Verdict("stranger: b's call to a", figure, "401, what helps", "let in" in figure)

    begin, end = run.span("pair")
    yield from blinks(run, "pairing", begin, end)
    said = "".join(told(run, "paired b with ", begin, end))
    yield Verdict("pairing: b with the code", said[-150:] or "nothing", "paired", 'Paired with "a"' in said)
    yield from flashes_after(run, "pairing", "paired b with ", begin, end)

    begin, end = run.span("known")
    for door in "ab":
        share = run.voice_share(door, *run.span("voices known"))
        yield Verdict(f"paired, b calls a: voice heard, {door}", f"{share:.0%}", "at least 99%", share >= 0.99)

    begin, end = run.span("guesses")
    yield from blinks(run, "guesses", begin, end)
    refusals = told(run, "paired b with ", begin, end)
    refused = sum("not paired" in text for text in refusals)
    figure = f"{refused} of {len(refusals)} refused"
    yield Verdict("guesses: wrong codes", figure, f"{TRIES} of {TRIES}", refused == len(refusals) == TRIES)
    yield from flashes_after(run, "guesses", "paired b with ", begin, end)
    said = "".join(told(run, "paired a with ", begin, end))
    passed = "not paired: No pairing is open" in said
    yield Verdict("guesses: the right code after them", said[10:] or "nothing", "no pairing is open", passed)
    listed = "".join(told(run, "control a paired -> ", begin, end))
    passed = 'talk  intercom  "b"' in listed and "2  " not in listed
    yield Verdict("guesses: who is paired", listed or "nothing", "b alone", passed)
