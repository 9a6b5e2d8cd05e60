# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Plots as SVG: the same figures give the same bytes, and they can be read on a light and on a dark screen.

A plot has a title, axes named with their units, a legend and a description for who cannot see it. Colours are those of
Okabe and Ito, which people who see few colours can tell apart; every series has a marker and a dash of its own as well.
"""

import dataclasses
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP = 64, 16, 44
LEGEND_LINE = 20
FONT = "font-family:system-ui,sans-serif;font-size:13px"
# For each series: its colour on a light and on a dark ground, its marker, its dashes.
LOOKS = (
    ("#0072b2", "#56b4e9", "disc", ""),
    ("#d55e00", "#ff8a3d", "square", ""),
    ("#009e73", "#2ed3a3", "diamond", ""),
    ("#a0428a", "#e59cc8", "triangle", ""),
    ("#8a6d00", "#e6c229", "disc", "6 4"),
    ("#4b4b4b", "#c8c8c8", "square", "6 4"),
    ("#0072b2", "#56b4e9", "diamond", "2 4"),
    ("#d55e00", "#ff8a3d", "triangle", "2 4"),
)


def number(value):
    """A coordinate: one digit behind the point, none where it is 0."""
    text = f"{value:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def ticks(low, high, count=6):
    """Round numbers from `low` to `high`, about `count` of them."""
    step = 10.0 ** -6
    while (high - low) / step > count:
        for factor in (2, 2.5, 2):
            step *= factor
            if (high - low) / step <= count:
                break
    first = int(-(-low // step))
    return [index * step for index in range(first, int(high // step + 1e-9) + 1)]


def tick_text(value):
    return f"{value:.6g}".replace("-", "−")


@dataclasses.dataclass
class Series:
    """`points` are (x, y); `ranges` the least and the most beside each of them, or None."""

    name: str
    points: list
    ranges: list | None
    has_markers: bool
    is_bar: bool


class Plot:
    """One plot. `x` and `y` are the axes' names with their units; `alt` says in a sentence what is to be seen."""

    def __init__(self, title, *, x, y, alt, x_range=None, y_range=None, x_ticks=None, y_ticks=None, categories=None):
        self.title, self.x, self.y, self.alt = title, x, y, alt
        self.x_range, self.y_range = x_range, y_range
        self.x_ticks, self.y_ticks = x_ticks, y_ticks
        self.categories = categories
        self.series, self.rules = [], []

    def line(self, name, points, *, ranges=None, markers=True):
        self.series.append(Series(name, list(points), ranges, markers, False))

    def bars(self, name, values, *, ranges=None):
        """One bar for each category; a value of None has none."""
        self.series.append(Series(name, list(enumerate(values)), ranges, False, True))

    def rule(self, y, text):
        """A level to compare with, across the plot."""
        self.rules.append((y, text))

    def _find_ranges(self):
        points = [point for series in self.series for point in series.points if point[1] is not None]
        heights = [y for _, y in points] + [y for y, _ in self.rules]
        heights += [end for series in self.series for pair in series.ranges or () if pair for end in pair]
        if self.categories:
            self.x_range = (-0.5, len(self.categories) - 0.5)
        self.x_range = self.x_range or (min(x for x, _ in points), max(x for x, _ in points))
        if not self.y_range:
            low, high = min([0, *heights]), max(heights)
            self.y_range = (low, high + 0.06 * (high - low))
        self.x_ticks = self.x_ticks or ticks(*self.x_range, 10)
        self.y_ticks = self.y_ticks or ticks(*self.y_range, 8)

    def _at(self, x, y):
        (left, right), (low, high) = self.x_range, self.y_range
        y = min(max(y, low), high)
        return (
            LEFT + (x - left) / (right - left) * (WIDTH - LEFT - RIGHT),
            self.bottom - (y - low) / (high - low) * (self.bottom - TOP),
        )

    def svg(self):
        self._find_ranges()
        rows = self._legend_rows()
        self.bottom = HEIGHT - 52 - LEGEND_LINE * len(rows)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" aria-labelledby="title description">',
            f"<title id=\"title\">{escape(self.title)}</title>",
            f"<desc id=\"description\">{escape(self.alt)}</desc>",
            self._style(),
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<text class="heading" x="{LEFT}" y="26">{escape(self.title)}</text>',
            *self._axes(),
            *self._rules(),
        ]
        for index, series in enumerate(self.series):
            parts += self._bars(index, series) if series.is_bar else self._line(index, series)
        parts += self._rule_texts()
        parts += self._legend(rows)
        return "\n".join([*parts, "</svg>", ""])

    def _style(self):
        light = (".ground{fill:#fff}.level{stroke:#fff}text{fill:#1b1b1b}.grid{stroke:#e2e2e2}"
                 ".axis{stroke:#555}.rule{stroke:#555}")
        dark = (".ground{fill:#15181c}.level{stroke:#15181c}text{fill:#e8e8e8}.grid{stroke:#31363c}"
                ".axis{stroke:#aaa}.rule{stroke:#aaa}")
        for index in range(len(self.series)):
            here, there, _, _ = LOOKS[index % len(LOOKS)]
            light += f".s{index}{{stroke:{here}}}.f{index}{{fill:{here}}}"
            dark += f".s{index}{{stroke:{there}}}.f{index}{{fill:{there}}}"
        return (
            f"<style>text{{{FONT}}}.heading{{font-size:16px;font-weight:600}}.small{{font-size:12px}}"
            ".line{fill:none;stroke-width:2;stroke-linejoin:round}.range{stroke-width:1.5}"
            ".level{paint-order:stroke;stroke-width:4px}"
            f".rule{{stroke-dasharray:8 4;stroke-width:1.2}}{light}"
            f"@media (prefers-color-scheme:dark){{{dark}}}</style>"
        )

    def _axes(self):
        right = WIDTH - RIGHT
        for tick in self.y_ticks:
            _, y = self._at(self.x_range[0], tick)
            yield f'<path class="grid" d="M{LEFT} {number(y)}H{right}"/>'
            yield f'<text class="small" x="{LEFT - 8}" y="{number(y + 4)}" text-anchor="end">{tick_text(tick)}</text>'
        named = enumerate(self.categories) if self.categories else ((tick, tick_text(tick)) for tick in self.x_ticks)
        for place, text in named:
            x, _ = self._at(place, self.y_range[0])
            if not self.categories:
                yield f'<path class="grid" d="M{number(x)} {TOP}V{number(self.bottom)}"/>'
            yield (f'<text class="small" x="{number(x)}" y="{number(self.bottom + 17)}" text-anchor="middle">'
                   f"{escape(text)}</text>")
        yield f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{number(self.bottom)}H{right}"/>'
        middle = (LEFT + right) / 2
        yield f'<text x="{number(middle)}" y="{number(self.bottom + 37)}" text-anchor="middle">{escape(self.x)}</text>'
        height = (TOP + self.bottom) / 2
        yield (f'<text x="16" y="{number(height)}" text-anchor="middle" '
               f'transform="rotate(-90 16 {number(height)})">{escape(self.y)}</text>')

    def _rules(self):
        for level, _ in self.rules:
            _, y = self._at(self.x_range[0], level)
            yield f'<path class="rule" d="M{LEFT} {number(y)}H{WIDTH - RIGHT}"/>'

    def _rule_texts(self):
        """Over everything else, with a rim of the ground's colour."""
        for level, text in self.rules:
            _, y = self._at(self.x_range[0], level)
            yield (f'<text class="small level" x="{WIDTH - RIGHT - 4}" y="{number(y - 5)}" text-anchor="end">'
                   f"{escape(text)}</text>")

    def _line(self, index, series):
        places = [self._at(x, y) for x, y in series.points if y is not None]
        dashes = LOOKS[index % len(LOOKS)][3]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        path = "L".join(f"{number(x)} {number(y)}" for x, y in places)
        yield f'<path class="line s{index}"{dash} d="M{path}"/>'
        for (x, _), pair in zip(series.points, series.ranges or ()):
            if pair:
                yield self._range(index, x, pair)
        if series.has_markers:
            for x, y in places:
                yield self._marker(index, x, y)

    def _range(self, index, x, pair, shift=0.0):
        (place, low), (_, high) = self._at(x, pair[0]), self._at(x, pair[1])
        place += shift
        ends = "".join(f"M{number(place - 3)} {number(y)}H{number(place + 3)}" for y in (low, high))
        return f'<path class="range s{index}" d="M{number(place)} {number(low)}V{number(high)}{ends}"/>'

    def _bars(self, index, series):
        total = sum(other.is_bar for other in self.series)
        slot = (WIDTH - LEFT - RIGHT) / len(self.categories)
        width = min(0.8 * slot / total, 46)
        for (x, y), pair in zip(series.points, series.ranges or [None] * len(series.points)):
            if y is None:
                continue
            place, top = self._at(x, y)
            shift = (index - (total - 1) / 2) * width
            left = place + shift - width / 2 + 1
            yield (f'<rect class="f{index}" x="{number(left)}" y="{number(top)}" width="{number(width - 2)}" '
                   f'height="{number(max(self.bottom - top, 0))}" fill-opacity="0.75"/>')
            if pair:
                yield self._range(index, x, pair, shift)

    def _marker(self, index, x, y):
        shape = LOOKS[index % len(LOOKS)][2]
        if shape == "disc":
            return f'<circle class="f{index}" cx="{number(x)}" cy="{number(y)}" r="4"/>'
        if shape == "square":
            return f'<rect class="f{index}" x="{number(x - 3.5)}" y="{number(y - 3.5)}" width="7" height="7"/>'
        points = {"diamond": ((0, -5), (5, 0), (0, 5), (-5, 0)), "triangle": ((0, -5), (5, 4), (-5, 4))}[shape]
        path = "L".join(f"{number(x + dx)} {number(y + dy)}" for dx, dy in points)
        return f'<path class="f{index}" d="M{path}Z"/>'

    def _legend_rows(self):
        rows, used = [], WIDTH
        for index, series in enumerate(self.series):
            width = 44 + 7.2 * len(series.name)
            if used + width > WIDTH - RIGHT:
                rows.append([])
                used = LEFT
            rows[-1].append((index, used))
            used += width
        return rows

    def _legend(self, rows):
        for row, entries in enumerate(rows):
            y = HEIGHT - LEGEND_LINE * (len(rows) - row) + 6
            for index, x in entries:
                series = self.series[index]
                if series.is_bar:
                    yield (f'<rect class="f{index}" x="{number(x)}" y="{y - 5}" width="22" height="10" '
                           'fill-opacity="0.75"/>')
                else:
                    dashes = LOOKS[index % len(LOOKS)][3]
                    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
                    yield f'<path class="line s{index}"{dash} d="M{number(x)} {y}h22"/>'
                    if series.has_markers:
                        yield self._marker(index, x + 11, y)
                yield f'<text class="small" x="{number(x + 28)}" y="{y + 4}">{escape(series.name)}</text>'
