# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A figure beside its goal, and what every scenario's figures are made of."""

# A light is looked at every millisecond, so what is read is late by up to one.
LIGHT_GRAIN_MS = 1
LIGHT_MS = 20
# The machine's cards tick every 4 ms and its processor is slow, so that where a press falls moves a figure by some:
# a bound of up to FINE_MS is what is wanted and said, and what fails is PATIENCE times as much. The bounds themselves
# hold in virtual time (the tests of Voice, Panel and Station).
FINE_MS = 150
PATIENCE = 2


class Verdict:
    """One line: what was found, what is wanted, whether that is so."""

    def __init__(self, name, figure, goal, passed):
        self.name, self.figure, self.goal, self.passed = name, figure, goal, passed

    def __str__(self):
        return f"VM {self.name}: {self.figure} ({self.goal}) {'ok' if self.passed else 'FAILED'}"


def milliseconds(value):
    return "never" if value is None else f"{value * 1000:.0f} ms"


def at_most(name, values, bound_ms, grain_ms=0):
    """Each of `values` (seconds, None: never) within the bound, or PATIENCE times a fine one; the worst is shown."""
    fails_ms = bound_ms * (PATIENCE if bound_ms <= FINE_MS else 1) + grain_ms
    worst = None if not values or None in values else max(values)
    passed = worst is not None and worst * 1000 <= fails_ms
    is_over = passed and worst * 1000 > bound_ms + grain_ms
    figure = milliseconds(worst) if values else "nothing was done"
    grain = f" + {grain_ms} ms that looking takes" if grain_ms else ""
    goal = f"at most {bound_ms} ms{grain}, worst of {len(values)}"
    return Verdict(name, figure, goal + (f"; over it, and fails above {fails_ms} ms" if is_over else ""), passed)


def presses(run, door, line, begin, end):
    return [time for time, level in run.lines[door, line] if begin <= time < end and not level]


def releases(run, door, line, begin, end):
    return [time for time, level in run.lines[door, line] if begin <= time < end and level]


def since(times, find):
    """How long after each of `times` it was that `find` found."""
    return [None if (found := find(time)) is None else found - time for time in times]
