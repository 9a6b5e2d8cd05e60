#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
"""Draws board/*/wiring.svg: the 40-pin header, and what hangs on which pin. Run it after changing a row below."""

import html
import pathlib

BOARDS = pathlib.Path(__file__).resolve().parent.parent

# GPIO numbers by pin; the table is also in Sources/Core/HeaderPins.swift.
LINES = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25, 23: 11,
    24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
SUPPLY = {1: "3.3 V", 17: "3.3 V", 2: "5 V", 4: "5 V"}
PIN_OF = {line: pin for pin, line in LINES.items()}

I2S = [
    (18, "bus", "I²S bit clock"),
    (19, "bus", "I²S word clock"),
    (20, "bus", "I²S data in"),
    (21, "bus", "I²S data out"),
]
CONTROL = [(2, "bus", "I²C data, codec"), (3, "bus", "I²C clock, codec")]
PANEL = [
    (17, "button", "talk"),
    (27, "button", "mute"),
    (22, "button", "answer, hang up, call"),
    (5, "lamp", "link, green"),
    (6, "lamp", "talk, yellow"),
    (26, "lamp", "mute, red"),
]

# Folder: the title, what is below it, and the lines: GPIO number, kind (button, lamp, or bus: on the HAT), words.
DRAWINGS = {
    "raspberry-pi-zero-2w": (
        "Raspberry Pi Zero 2 W",
        "I²S microphone and MAX98357A amplifier on the header; buttons to ground, lamps through 330 Ω.",
        PANEL + I2S + [(16, "bus", "amplifier enable (SD)")],
    ),
    "raspberry-pi-3-4-5": (
        "Raspberry Pi 3, 4 and 5",
        "The sound card is on USB; buttons to ground, lamps through 330 Ω.",
        PANEL,
    ),
    "respeaker-2-mic": (
        "ReSpeaker 2-Mics Pi HAT, version 1",
        "Everything is on the HAT; nothing has to be wired.",
        CONTROL + I2S + [(17, "bus", "button, low = pressed"), (10, "bus", "APA102 data"), (11, "bus", "APA102 clock")],
    ),
    "aiy-voice-hat": (
        "Google AIY Voice HAT, version 1",
        "The arcade button and its lamp plug into the HAT; nothing else has to be wired.",
        I2S + [(16, "bus", "amplifier enable"), (23, "bus", "button"), (25, "bus", "lamp in the button")],
    ),
    "codec-zero": (
        "Raspberry Pi Codec Zero",
        "Everything is on the HAT but the loudspeaker, which goes to its terminals.",
        CONTROL + I2S + [(27, "bus", "button"), (23, "bus", "green lamp"), (24, "bus", "red lamp")],
    ),
    "usb-speakerphone": (
        "USB speakerphone",
        "The speakerphone is on USB. The button and the lamps are optional.",
        [(27, "button", "mute (optional)"), (5, "lamp", "link (optional)"), (26, "lamp", "mute (optional)")],
    ),
}

PITCH, TOP, WIDTH = 30, 110, 960
LEFT, RIGHT = 446, 514  # centres of the two columns of pins
STYLE = """
text { font: 14px sans-serif; fill: #111 } .title { font-size: 22px; font-weight: bold } .small { font-size: 12px }
.pin { stroke: #111; stroke-width: 1.5 } .wire { stroke: #111; stroke-width: 1.8; fill: none }
.part { stroke: #111; stroke-width: 1.8; fill: #fff }
"""


def text(x, y, words, anchor="start", kind=""):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" class="{kind}">{html.escape(words)}</text>'


def wire(*points):
    return '<polyline class="wire" points="' + " ".join(f"{x},{y}" for x, y in points) + '"/>'


def ground(x, y):
    """Three strokes, ever shorter outwards."""
    outwards = -1 if x < WIDTH / 2 else 1
    strokes = [(x + outwards * 4 * index, half) for index, half in enumerate([9, 6, 2.5])]
    return "".join(wire((at, y - half), (at, y + half)) for at, half in strokes)


def pin(number):
    row = (number - 1) // 2
    odd = number % 2 == 1
    x, y = (LEFT if odd else RIGHT), TOP + row * PITCH
    fill = "#fff"
    if number in SUPPLY:
        fill, name = "#f4b6b0", SUPPLY[number]
    elif number in LINES:
        name = f"GPIO{LINES[number]}"
    else:
        fill, name = "#b8b8b8", "ground"
    return x, y, odd, fill, name


def part(number, kind, words):
    x, y, odd, _, _ = pin(number)
    d = -1 if odd else 1
    anchor = "end" if odd else "start"

    def at(offset):
        return x + d * offset

    if kind == "bus":
        return [wire((at(84), y), (at(112), y)), text(at(118), y + 5, words, anchor)]
    if kind == "button":
        return [
            wire((at(84), y), (at(122), y)),
            f'<circle class="part" cx="{at(125)}" cy="{y}" r="3"/>',
            wire((at(127), y - 2), (at(152), y - 11)),
            f'<circle class="part" cx="{at(155)}" cy="{y}" r="3"/>',
            wire((at(158), y), (at(218), y)),
            ground(at(218), y),
            text(at(236), y + 5, words, anchor),
        ]
    left = min(at(104), at(140))
    return [
        wire((at(84), y), (at(104), y)),
        f'<rect class="part" x="{left}" y="{y - 6}" width="36" height="12"/>',
        text((at(104) + at(140)) / 2, y + 4, "330", "middle", "small"),
        wire((at(140), y), (at(166), y)),
        f'<polygon class="part" points="{at(166)},{y - 8} {at(166)},{y + 8} {at(182)},{y}"/>',
        wire((at(182), y - 8), (at(182), y + 8)),
        wire((at(182), y), (at(218), y)),
        ground(at(218), y),
        text(at(236), y + 5, words, anchor),
    ]


def drawing(title, caption, lines):
    height = TOP + 20 * PITCH + 60
    used = {PIN_OF[line]: kind for line, kind, _ in lines}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        f"<title>{html.escape(title)}: wiring</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        text(24, 36, title, kind="title"),
        text(24, 60, caption),
        f'<rect x="{LEFT - 26}" y="{TOP - 24}" width="{RIGHT - LEFT + 52}" height="{19 * PITCH + 48}" rx="8" '
        'fill="#e6efe6" stroke="#111" stroke-width="1.5"/>',
    ]
    for number in range(1, 41):
        x, y, odd, fill, name = pin(number)
        if used.get(number):
            fill = "#9fd0f5" if used[number] == "bus" else "#ffd76a"
        out.append(f'<circle class="pin" cx="{x}" cy="{y}" r="11" fill="{fill}"/>')
        out.append(text(x, y + 4, str(number), "middle", "small"))
        lead = x - 32 if odd else x + 32
        if number in used or number in SUPPLY or number not in LINES:
            out.append(text(lead, y + 4, name, "end" if odd else "start", "small"))
    for line, kind, words in lines:
        out += part(PIN_OF[line], kind, words)
    y = height - 34
    legend = [
        ("#ffd76a", "wired by you"),
        ("#9fd0f5", "used by the HAT or module"),
        ("#b8b8b8", "ground"),
        ("#f4b6b0", "supply"),
    ]
    x = 24
    for fill, words in legend:
        out.append(f'<circle class="pin" cx="{x + 8}" cy="{y}" r="8" fill="{fill}"/>')
        out.append(text(x + 22, y + 5, words))
        x += 60 + 8 * len(words)
    out.append(text(WIDTH - 24, y + 5, "pin 1 is nearest to the SD card", "end", "small"))
    return "\n".join(out + ["</svg>"]) + "\n"


for folder, (title, caption, lines) in DRAWINGS.items():
    (BOARDS / folder).mkdir(exist_ok=True)
    (BOARDS / folder / "wiring.svg").write_text(drawing(title, caption, lines))
