# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Measures the programs in build/ and prints the figures beside their goals and those of others.

Counts (bytes, allocations, wake-ups, instructions) must reach their goals, or the exit status is 1. Times depend on
what else the machine does; they and what is only aimed at are printed and fail nothing.
"""

import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import calls
import web

ROOT = pathlib.Path(__file__).resolve().parents[2]
MB = 1e6
PERIOD_MS, FRAME_MS = 10, 20
CALL_WAKE_UPS = 1000 / PERIOD_MS + 2 * 1000 / FRAME_MS + 20
PARTS = ("opus_encode", "opus_decode", "srtp_protect", "srtp_unprotect")


class Table:
    """Rows of figures, and whether a count missed its goal."""

    def __init__(self):
        self.rows = []
        self.has_missed = False

    def add(self, what, value, goal="", reached=None, *, is_count=True, others=""):
        verdict = ""
        if reached is not None and is_count:
            verdict = "ok" if reached else "MISSED"
            self.has_missed = self.has_missed or not reached
        elif reached is not None:
            verdict = "ok" if reached else "over"
        self.rows.append((what, value, goal, verdict, others))

    def print(self):
        rows = [("what", "here", "goal", "", "others, measured on a machine of this kind")] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        rows.insert(1, tuple("-" * width for width in widths))
        for row in rows:
            print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def progress(text):
    print(text, file=sys.stderr, flush=True)


def sizes(table):
    others = {
        "x86_64": "libpeer 2.63, libdatachannel 6.63, Pion 7.62 MB (transport only)",
        "aarch64": "",
    }
    for arch in ("x86_64", "aarch64"):
        path = ROOT / "build" / arch / "intercom"
        if not path.exists():
            sys.exit(f"error: {path.relative_to(ROOT)} is not there; run: make build device")
        megabytes = path.stat().st_size / MB
        # The goal is that of a board; for x86_64 it is something to aim at.
        is_board = arch == "aarch64"
        table.add(
            f"static program, {arch}", f"{megabytes:.2f} MB", "≤ 2.8 MB" if is_board else "aim 2.8 MB",
            megabytes <= 2.8, is_count=is_board, others=others[arch],
        )


def steady(table, folder, seconds):
    progress(f"a steady call of {seconds} s")
    call = calls.steady(folder, seconds)
    side = call["seconds"]
    count = call["allocations"]
    table.add(f"heap allocations in {side:.0f} s, caller", str(count), "0", count == 0)
    count = call["answering_loop_allocations"] + call["answering_audio_allocations"]
    table.add(f"heap allocations in {seconds} s, answering side", str(count), "0", count == 0)
    memory = max(call["memory"]) / MB
    table.add(
        "most memory in a call (RSS)", f"{memory:.1f} MB", "≤ 8 MB", memory <= 8,
        others="libpeer 3.1, libdatachannel 7.5, Pion 10.8 MB (transport only)",
    )
    loop = max(call["loop_wake_ups"])
    table.add(
        "wake-ups of the loop thread", f"{loop:.1f}/s", "≤ 120/s", loop <= 120,
        others="floor about 100, libdatachannel 320, Pion 630, libpeer 935/s",
    )
    both = max(call["wake_ups"])
    table.add(
        "wake-ups of a whole call", f"{both:.1f}/s", f"≤ {CALL_WAKE_UPS:.0f}/s", both <= CALL_WAKE_UPS
    )
    cpu = call["cpu_ms"]
    table.add(
        "CPU for a second of call, Opus included", f"{min(cpu):.1f} / {max(cpu):.1f} ms",
        others="without Opus: floor 4.3, libdatachannel 10.5, Pion 12.6, libpeer 13.9 ms",
    )


def idle(table, folder, seconds):
    progress(f"{seconds} s without a call, the sound kept running")
    rest = calls.idle(folder, seconds)
    table.add(f"idle: heap allocations in {seconds} s", str(rest["allocations"]), "0", rest["allocations"] == 0)
    memory = rest["memory"] / MB
    table.add("idle: most memory (RSS)", f"{memory:.1f} MB", "≤ 8 MB", memory <= 8)
    # The questions of this measurement are among them.
    loop = rest["loop_wake_ups"]
    table.add("idle: wake-ups of the loop thread", f"{loop:.1f}/s", "≤ 5/s", loop <= 5)
    table.add("idle: cycles of the audio thread", f"{rest['cycles']:.1f}/s", "100/s", abs(rest["cycles"] - 100) < 3)
    table.add("idle: CPU for a second", f"{rest['cpu_ms']:.1f} ms")


def instructions(program, folder, load, seconds):
    """Instructions inside the counted part, and of each of `PARTS` with what they call."""
    output = folder / f"{load}.callgrind"
    subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=*benchSteady*", f"--callgrind-out-file={output}",
         str(program), load, str(seconds)],
        check=True, capture_output=True, text=True,
    )
    text = subprocess.run(
        ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(output)],
        check=True, capture_output=True, text=True,
    ).stdout
    total = int(re.search(r"^\s*([\d,]+).*PROGRAM TOTALS", text, re.M).group(1).replace(",", ""))
    parts = {}
    for name in PARTS:
        found = re.search(rf"^\s*([\d,]+)[^:\n]*:{name} ", text, re.M)
        if not found:
            sys.exit(f"error: valgrind saw no {name} in the load \"{load}\"")
        parts[name] = int(found.group(1).replace(",", ""))
    return total, parts


def cost(table, folder, program, seconds=10):
    progress(f"instructions of {seconds} s of a call in virtual time, and of its parts alone")
    total, inside = instructions(program, folder, "call", seconds)
    _, alone = instructions(program, folder, "parts", seconds)
    # The call has two sides.
    total /= 2 * seconds
    parts = sum(alone.values()) / seconds
    share = (parts - sum(inside.values()) / 2 / seconds) / parts
    for name in PARTS:
        table.add(
            f"{name}, instructions a packet", f"{alone[name] / seconds / (1000 / FRAME_MS) / 1e3:.1f} k",
            others={
                "opus_encode": "1,383 k (complexity 5)",
                "opus_decode": "318 k",
                "srtp_protect": "10.5 k",
                "srtp_unprotect": "10.5 k",
            }[name],
        )
    table.add("the parts, instructions for a second of call", f"{parts / 1e6:.2f} M")
    table.add("a whole call, instructions for a second", f"{total / 1e6:.2f} M")
    ratio = total / parts
    table.add("a whole call to the sum of its parts", f"{ratio:.3f}", "≤ 1.10, aim 1.05", 1 <= ratio <= 1.10)
    if abs(share) > 0.02:
        progress(f"warning: alone, the parts cost {100 * share:+.1f} % other than within the call")


def served(table, folder):
    progress("instructions of a request")
    count = web.instructions_of_request(folder)
    table.add("a request to the web server, instructions", f"{count / 1e3:.1f} k", "≤ 150 k", count <= 150_000)


def times(table, folder, count):
    progress(f"{count} short calls")
    pairs = calls.set_ups(folder, count)
    connected = [pair[0] for pair in pairs]
    first = [pair[1] for pair in pairs]
    table.add(
        f"from placing a call to connected, {count} calls", spread(connected), "≤ 22 ms", min(connected) <= 22,
        is_count=False, others="libpeer 22 / 75, Pion 22 / 33, libdatachannel 46 / 87 ms",
    )
    table.add(
        f"from placing a call to first audio, {count} calls", spread(first), "≤ 60 ms, aim 40",
        statistics.median(first) <= 60, is_count=False,
        others="aiortc to Chromium 76, aiortc to aiortc 155, Chromium to aiortc 175 ms",
    )
    progress(f"{count} calls from mouth to ear")
    delays = [delay for delay, _ in calls.mouth_to_ear(folder, count)]
    table.add(
        f"mouth to ear, 10 ms frames, {count} calls", spread(delays), "≤ 45 ms, aim 35",
        statistics.median(delays) <= 45, is_count=False,
        others="aiortc to Chromium 61, Chromium to aiortc 86, aiortc to aiortc 110 ms",
    )


def spread(values):
    return f"{min(values):.1f} / {statistics.median(values):.1f} ms"


def main():
    parser = argparse.ArgumentParser(prog="Tests/Bench/run", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only sizes and one steady call: 20 seconds")
    parser.add_argument("--calls", type=int, default=12, help="calls to take the best and the median of (12)")
    parser.add_argument("--counted", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    table = Table()
    sizes(table)
    with tempfile.TemporaryDirectory(prefix="intercom-bench-") as name:
        folder = pathlib.Path(name)
        steady(table, folder, 10)
        idle(table, folder, 5)
        if not options.quick:
            times(table, folder, options.calls)
            cost(table, folder, options.counted)
            served(table, folder)
    table.print()
    print("Two figures beside each other: best / median of calls, lower / higher of the two sides for CPU.")
    if table.has_missed:
        print("A count missed its goal.")
    return 1 if table.has_missed else 0


if __name__ == "__main__":
    sys.exit(main())
