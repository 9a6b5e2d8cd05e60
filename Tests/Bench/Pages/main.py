# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Measures and writes the pages in docs/benchmarks: every topic, or those that are named.

What was measured is kept in build/bench as JSON; with --redraw the pages are written from that alone.
"""

import argparse
import importlib
import json
import pathlib
import sys
import time

import index
import page

TOPICS = ("loss", "delay", "echo", "cost")
KEPT = page.ROOT / "build/bench"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}; all without")
    parser.add_argument("--redraw", action="store_true", help="measure nothing, write the pages from what was kept")
    parser.add_argument("--programs", type=pathlib.Path, default=page.ROOT / ".build-host/release",
                        help="where SoundBench, LossBench and EchoBench are")
    parser.add_argument("--counted", type=pathlib.Path, default=page.ROOT / ".build-x86_64/release/Bench",
                        help="the program whose instructions are counted")
    options = parser.parse_args()
    unknown = set(options.topics) - set(TOPICS)
    if unknown:
        parser.error(f"there is no topic {', '.join(sorted(unknown))}; there are {', '.join(TOPICS)}")
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in options.topics or TOPICS:
        topic = importlib.import_module(f"{name}_page")
        kept = KEPT / f"{name}.json"
        if not options.redraw:
            began = time.monotonic()
            results = topic.measure(options)
            kept.write_text(json.dumps(results, indent=1) + "\n")
            print(f"{name}: measured in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        # What was kept is what is drawn, so that both ways write the same.
        topic.draw(json.loads(kept.read_text())).write()
    index.write([importlib.import_module(f"{name}_page") for name in TOPICS])


if __name__ == "__main__":
    main()
