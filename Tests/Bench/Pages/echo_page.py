# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What the echo cancellers leave of the echo and do to who speaks meanwhile, in simulated rooms."""

import itertools
import pathlib
import statistics
import subprocess
import sys
import tempfile
import warnings

import numpy
import page
import plot

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Sound/Echo"))
import echo  # noqa: E402
import scenes  # noqa: E402

NAME, TITLE = "echo", "Echo"
MEASURES = "ERLE and double-talk quality over time, for rooms, echo levels, delays and drifts, beside speexdsp"
REPEATS = "yes"
TAKES = "9 min"

# 1 to 9 were tuned on, 201 to 209 looked at meanwhile.
SEEDS = range(301, 306)
ROOMS = (0.3, 0.6)
# Every combination of them.
VARIED = {"loss": (-6, 0, 6), "delay": (0, 40, 120, 250), "drift": (-100, 0, 100)}
AXES = {
    "loss": "echo return loss, dB (below 0 the echo is louder than the near voice)",
    "delay": "delay of the echo, ms", "drift": "drift between the two clocks, ppm",
}
NAMES = {"ours": "intercom", "speex": "speexdsp"}
FAR_ALONE, BOTH = (0, 16), (16, 22)
MIDDLE = {"loss": 0, "delay": 40, "drift": 0}
# Kinds of scenes (scenes.KINDS) besides the one in which both talk, and what is in them.
OTHERS = {
    "start": "Near speech from the first word of the far side on",
    "jump": "The echo comes 50 ms later from 10 s on",
    "jump-back": "The echo comes 50 ms earlier from 10 s on",
    "headphones": "Both talk, and nothing of the far side is heard",
}
ERLE_GOALS = {0.3: 38, 0.6: 34}
DOUBLE_TALK_GOAL = 2.7


def progress(text):
    print(text, file=sys.stderr, flush=True)


def engines(program):
    """Those that the program has: its usage names them."""
    usage = subprocess.run([program], capture_output=True, text=True, check=False).stdout
    return [name for name in NAMES if name in usage]


def settings():
    return [dict(zip(VARIED, values)) for values in itertools.product(*VARIED.values())]


def every_second(microphone, output):
    """The echo taken away in each second of far speech alone, in dB; None where nobody spoke."""
    found = []
    for second in range(*FAR_ALONE):
        heard = echo.part(microphone, second, second + 1)
        loud = 10 * numpy.log10(numpy.mean(heard**2) + 1e-12) > -50
        found.append(round(float(echo.held_down(heard, echo.part(output, second, second + 1))), 2) if loud else None)
    return found


def measure(options):
    warnings.filterwarnings("ignore")
    program = options.programs / "EchoBench"
    pools = scenes.voices()
    return {"talk": measure_talk(program, pools), "others": measure_others(program, pools)}


def measure_others(program, pools):
    found = []
    with tempfile.TemporaryDirectory(prefix="intercom-bench-") as folder:
        for kind in OTHERS if hasattr(scenes, "KINDS") else ():
            for room in ROOMS:
                for seed in SEEDS:
                    far, near, _, microphone = scenes.scene(seed, pools, reverberation=room, kind=kind, **MIDDLE)
                    for engine in engines(program):
                        output = echo.run(program, engine, folder, far, microphone)
                        figures = echo.judge(near, microphone, output, kind)
                        found.append({"kind": kind, "room": room, "engine": engine,
                                      "figures": [round(float(figure), 3) for figure in figures]})
            progress(f"{kind}: measured")
    return found


def measure_talk(program, pools):
    found = []
    with tempfile.TemporaryDirectory(prefix="intercom-bench-") as folder:
        for room in ROOMS:
            for setting in settings():
                for seed in SEEDS:
                    far, near, _, microphone = scenes.scene(seed, pools, reverberation=room, **setting)
                    for engine in engines(program):
                        output = echo.run(program, engine, folder, far, microphone)
                        start, erle, double, alone = echo.judge(near, microphone, output)[:4]
                        found.append({
                            "room": room, **setting, "seed": seed, "engine": engine,
                            "erle_start": round(float(start), 2), "erle": round(float(erle), 2),
                            "double_talk": round(float(double), 3), "near_only": round(float(alone), 3),
                            "seconds": every_second(microphone, output)})
                here = [entry for entry in found if entry["engine"] == "ours"][-len(SEEDS):]
                progress(f"{room} s {setting}: {page.spread([entry['erle'] for entry in here], 1)} dB, "
                         f"{page.spread([entry['double_talk'] for entry in here])}")
    return found


def draw(results):
    entries = results["talk"]
    found = page.Page(NAME, TITLE)
    present = [name for name in NAMES if any(entry["engine"] == name for entry in entries)]
    found.text(f"""Scenes of 30 s from seeds (`Tests/Sound/Echo/scenes.py`): far speech alone, from 16 s on both
        sides, from 22 s on the near side alone; recorded and synthetic voices, a room by image sources with a
        reverberation of 0.3 or 0.6 s, a loudspeaker that is driven, noise at −60 dBFS. Every combination of what
        is varied, with seeds {SEEDS[0]} to {SEEDS[-1]}, which nothing was tuned on: each draws its room and its
        voices. How it works, and what it cannot do: [the echo canceller](../explanation/echo-canceller.md).""")
    if "speex" in present:
        found.text("""speexdsp is its canceller with a tail of 256 ms and its preprocessor, in the same place and
            on the same sound; nobody tells it the delay, and it follows no drift.""")
    draw_time(found, entries, present)
    draw_varied(found, entries, present)
    draw_means(found, entries, present)
    if results["others"]:
        draw_others(found, results["others"], present)
    return found


def draw_time(found, entries, present):
    found.heading("Over time")
    figure = plot.Plot(
        "Echo taken away, second by second, far speech alone", x="seconds", y="ERLE, dB", x_range=FAR_ALONE,
        alt="For each room and canceller the mean of all scenes.")
    for engine in present:
        for room in ROOMS:
            rows = [entry["seconds"] for entry in entries if (entry["engine"], entry["room"]) == (engine, room)]
            points = []
            for second in range(*FAR_ALONE):
                values = [row[second] for row in rows if row[second] is not None]
                if values:
                    points.append((second + 0.5, statistics.mean(values)))
            figure.line(f"{NAMES[engine]}, {room} s", points)
    found.plot("time", figure)


def draw_varied(found, entries, present):
    for key, title, unit in (("erle", "Echo taken away, 3 to 15 s", "ERLE, dB"),
                             ("double_talk", "Near voice in double talk", "PESQ-WB")):
        found.heading(title)
        for name, values in VARIED.items():
            figure = plot.Plot(
                f"{title}, by {AXES[name].split(',')[0]}", x=AXES[name], y=unit,
                categories=[page.signed(value, 0) for value in values],
                y_range=(1, 4) if key == "double_talk" else (0, 60),
                alt="Bars for each canceller and room: the median of all scenes with that value, and their range.")
            for engine in present:
                for room in ROOMS:
                    groups = [chosen(entries, engine, room, name, value, key) for value in values]
                    figure.bars(f"{NAMES[engine]}, {room} s", [statistics.median(group) for group in groups],
                                ranges=[(min(group), max(group)) for group in groups])
            if key == "double_talk":
                figure.rule(DOUBLE_TALK_GOAL, f"goal, mean: {DOUBLE_TALK_GOAL}")
            found.plot(f"{key.replace('_', '-')}-{name}", figure)


def chosen(entries, engine, room, name, value, key):
    """The figures of all scenes with that setting."""
    wanted = {name: value, "engine": engine, "room": room}
    found = [entry[key] for entry in entries if all(entry[k] == v for k, v in wanted.items())]
    return [figure for figure in found if figure == figure]


def draw_means(found, entries, present):
    found.heading("All scenes")
    keys = (("erle_start", 1), ("erle", 1), ("double_talk", 2), ("near_only", 2))
    rows = []
    for engine in present:
        for room in ROOMS:
            mine = [entry for entry in entries if (entry["engine"], entry["room"]) == (engine, room)]
            cells = []
            for key, digits in keys:
                values = [entry[key] for entry in mine if entry[key] == entry[key]]
                cells.append(f"{page.signed(statistics.mean(values), digits)}; {page.spread(values, digits)}")
            rows.append([f"{NAMES[engine]}, {room} s", *cells])
    found.table(["mean; median (least to most)", "ERLE 1 to 3 s, dB", "ERLE 3 to 15 s, dB", "double talk, PESQ",
                 "near only, PESQ"], rows)
    found.text("Against what is to be reached:")
    rows = []
    for room in ROOMS:
        mine = [entry for entry in entries if (entry["engine"], entry["room"]) == ("ours", room)]
        for key, goal, what in (("erle", ERLE_GOALS[room], "mean ERLE 3 to 15 s, dB"),
                                ("double_talk", DOUBLE_TALK_GOAL, "mean double talk, PESQ")):
            mean = statistics.mean(entry[key] for entry in mine)
            digits = 1 if key == "erle" else 2
            rows.append([f"{what}, {room} s", f"{mean:.{digits}f}", f"≥ {goal}",
                         "reached" if mean >= goal else f"{goal - mean:.{digits}f} short"])
    if "speex" in present:
        rows.append(["scenes whose double talk is below speexdsp's", *worse(entries), ""])
    found.table(["what", "here", "goal", ""], rows)


def draw_others(found, entries, present):
    found.heading("Start, jumps, headphones")
    found.text(f"""Scenes with an echo return loss of {MIDDLE['loss']} dB, a delay of {MIDDLE['delay']} ms and no
        drift, the same seeds: how much of a near talker comes through in the first seconds, how soon the echo is
        gone again after its delay has jumped (seconds of far speech), and what is done to voices where there is
        no echo.""")
    for kind, text in OTHERS.items():
        rows = []
        for engine in present:
            for room in ROOMS:
                mine = [e["figures"] for e in entries if (e["kind"], e["engine"], e["room"]) == (kind, engine, room)]
                rows.append([f"{NAMES[engine]}, {room} s", *(
                    page.spread([figure for figure in column if figure == figure]) for column in zip(*mine))])
        found.table([f"{text}: median (least to most)", *echo.COLUMNS[kind]], rows)


def worse(entries):
    def table(engine):
        return {tuple(entry[key] for key in ("room", *VARIED, "seed")): entry["double_talk"]
                for entry in entries if entry["engine"] == engine}

    ours, theirs = table("ours"), table("speex")
    return f"{sum(ours[key] < theirs[key] for key in ours)} of {len(ours)}", "0"
