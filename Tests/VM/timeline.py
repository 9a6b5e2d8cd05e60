# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The timeline of a run in the test machine, as stage.c writes it, and what can be asked of it. Times are seconds."""

import bisect
import collections
import re

# From -40 dBFS on a voice is there (the mouths speak at -15), and from -80 dBFS down it is silent.
HEARD_DECIBELS, SILENT_DECIBELS = -40, -80
NOTHING_DECIBELS = -127.5
# What each pattern looks like: how often it is lit in a second, and the times it is lit for.
SLOW, FAST, FLASH = 0.5, 0.125, 0.1


class Timeline:
    def __init__(self, text):
        self.lights = collections.defaultdict(list)  # (door, light): (time, level)
        self.lines = collections.defaultdict(list)  # (door, line): (time, level), what fingers did
        self.voices = collections.defaultdict(list)  # door: (time, whether the mouth speaks)
        self.ears = collections.defaultdict(list)  # door: (time, decibels of the millisecond from there)
        self.heard = collections.defaultdict(list)  # door: (time, decibels of the other's voice up to there)
        self.cards, self.logs, self.marks = [], [], []  # (time, text)
        for line in text.splitlines():
            found = re.fullmatch(r"(\d+) (\w+) (.*)", line)
            if found:
                self._add(int(found[1]) / 1e6, found[2], found[3])
        for streams in (self.ears, self.heard):
            for stream in streams.values():
                stream.sort()

    def _add(self, time, kind, rest):
        words = rest.split(" ")
        if kind == "light":
            self.lights[words[0], words[1]].append((time, words[2] == "1"))
        elif kind == "line":
            self.lines[words[0], words[1]].append((time, words[2] == "1"))
        elif kind == "voice":
            self.voices[words[0]].append((time, words[1] == "on"))
        elif kind in ("ear", "heard"):
            levels = [NOTHING_DECIBELS if byte == 255 else -byte / 2 for byte in bytes.fromhex(words[1])]
            # A voice is found in the ten milliseconds that end with its step of five.
            stream, first, step = (self.ears, 0, 0.001) if kind == "ear" else (self.heard, 0.005, 0.005)
            stream[words[0]].extend((time + first + i * step, level) for i, level in enumerate(levels))
        elif kind == "card":
            self.cards.append((time, rest))
        elif kind == "log":
            self.logs.append((time, rest))
        elif kind == "mark":
            self.marks.append((time, rest))

    # Marks.

    def mark(self, text):
        """When the mark was made, or None."""
        return next((time for time, mark in self.marks if mark == text), None)

    def span(self, name):
        """From the mark `begin NAME` to `end NAME`; LookupError where the scenarios never came so far."""
        begin, end = self.mark(f"begin {name}"), self.mark(f"end {name}")
        if begin is None or end is None:
            raise LookupError(f"the machine never came to the end of '{name}'")
        return begin, end

    def told(self, prefix):
        """What stands behind `prefix` in the marks that begin with it."""
        return [mark[len(prefix) :] for _, mark in self.marks if mark.startswith(prefix)]

    # Lights.

    def changes(self, door, light, begin, end):
        return [(time, level) for time, level in self.lights[door, light] if begin <= time < end]

    def lit(self, door, light, time):
        level = False
        for changed, now in self.lights[door, light]:
            if changed > time:
                break
            level = now
        return level

    def turns(self, door, light, level, begin, end):
        """When the light first is at `level` from `begin` on, or None."""
        if self.lit(door, light, begin) == level:
            return begin
        return next((time for time, now in self.changes(door, light, begin, end) if now == level), None)

    def pattern(self, door, light, begin, end):
        """What the light does: off, solid, one of the blinks, or, if it is none of these, for how long it was lit."""
        changes = self.changes(door, light, begin, end)
        if not changes:
            return "solid" if self.lit(door, light, begin) else "off"
        lit, dark = [], []
        for (start, level), (stop, _) in zip(changes, changes[1:]):
            (lit if level else dark).append(stop - start)

        def all_near(times, *wanted):
            return bool(times) and all(any(abs(time - one) <= 0.03 for one in wanted) for time in times)

        for name, bright, between in (
            ("blink slow", [SLOW], [SLOW]),
            ("blink fast", [FAST], [FAST]),
            ("double blink", [FLASH], [FLASH, 1 - 3 * FLASH]),
        ):
            if all_near(lit, *bright) and all_near(dark, *between):
                return name
        return "lit for " + ", ".join(f"{time * 1000:.0f}" for time in lit) + " ms"

    # Sound.

    def _from(self, stream, begin, end):
        low = bisect.bisect_left(stream, (begin,))
        return stream[low : bisect.bisect_left(stream, (end,))]

    def hears(self, door, begin, end, decibels=HEARD_DECIBELS):
        """When the other's voice arrives at the door's speaker and stays for 20 ms, or None."""
        steps = self._from(self.heard[door], begin, end)
        for i in range(len(steps) - 3):
            if all(level >= decibels for _, level in steps[i : i + 4]):
                return steps[i][0]
        return None

    def voice_share(self, door, begin, end):
        """The part of the time in which the other's voice is heard, 0 to 1."""
        steps = self._from(self.heard[door], begin, end)
        return sum(level >= HEARD_DECIBELS for _, level in steps) / len(steps) if steps else 0

    def silent_since(self, door, begin, end):
        """When the last sound above silence ended before `end`; None where nothing was recorded."""
        steps = self._from(self.ears[door], begin, end)
        if not steps:
            return None
        return max((time + 0.001 for time, level in steps if level >= SILENT_DECIBELS), default=begin)
