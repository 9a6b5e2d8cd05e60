# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What a call costs: instructions beside the sum of the parts, the longest cycle, memory, allocations, wake-ups."""

import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

import page
import plot

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import bench  # noqa: E402
import calls  # noqa: E402

NAME, TITLE = "cost", "What a call costs"
MEASURES = "instructions beside the sum of the parts, longest cycle, allocations, memory, wake-ups, talkers"
REPEATS = "counts to a thousandth; CPU time runs in real time"
TAKES = "3 min"

SECONDS = 10
CYCLE_SECONDS = 5
FAR_SIDES = 4
# Loads of the program Bench (Tests/Bench/Main.swift), and what they are.
LOADS = {
    "call": "a plain call",
    "copies": "losing each tenth packet, with copies",
    "processed": "with echo, noise and gain",
    "whole": "both",
}
SHORT = {"call": "plain", "copies": "losing, with copies", "processed": "processed", "whole": "both"}
KINDS = {"1 0": "encodes", "0 1": "decodes", "1 1": "both", "0 0": "neither"}
# Instructions a second that the rule of thumb below gives a core of a board.
BOARD_CORE, BOARD_SHARE = 1000e6, 0.5


def progress(text):
    print(text, file=sys.stderr, flush=True)


def counted(program, folder, load, seconds):
    """Instructions inside `benchSteady`, those of each of the libraries' parts, and what the load says of itself."""
    total, parts = bench.instructions(program, folder, load, seconds)
    text = subprocess.run([program, load, str(seconds)], check=True, capture_output=True, text=True).stdout
    said = dict(re.findall(r"^(allocations|copies) (\d+)$", text, re.M))
    progress(f"instructions: {load}")
    return {"total": total, "parts": parts, **{name: int(value) for name, value in said.items()}}


def processing(program, folder, seconds):
    """Instructions of the processing of one microphone's sound, alone."""
    output = folder / "processor.callgrind"
    subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=*benchSteady*", f"--callgrind-out-file={output}",
         program, "processor", str(seconds)], check=True, capture_output=True)
    return summary(output)


def summary(path):
    return int(re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.M).group(1))


def cycles(program, folder, seconds):
    """Instructions of each of the caller's cycles, by what it did: one dump for each."""
    output = folder / "cycle"
    # Dumps are made only for a function's whole name, as the linker knows it.
    function = re.search(rb"\$e5Bench10benchCycle\w+", program.read_bytes()).group().decode()
    ran = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--toggle-collect={function}", f"--dump-after={function}",
         f"--callgrind-out-file={output}", program, "cycles", str(seconds)], check=True, capture_output=True, text=True)
    kinds = re.findall(r"^cycle ([01] [01])$", ran.stdout, re.M)
    found = {}
    for index, kind in enumerate(kinds, start=1):
        path = folder / f"cycle.{index}"
        found.setdefault(KINDS[kind], []).append(summary(path))
        path.unlink()
    progress(f"{len(kinds)} cycles")
    return found


def cpu_seconds(program, load, seconds):
    """CPU time of a second of a run without a counter, less that of starting up; the least of five."""
    def once(length):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([program, load, str(length)], check=True, capture_output=True)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    return (min(once(seconds + 1) for _ in range(5)) - min(once(1) for _ in range(5))) / seconds


def measure(options):
    program = options.counted
    with tempfile.TemporaryDirectory(prefix="intercom-bench-") as name:
        folder = pathlib.Path(name)
        results = {
            "parts": bench.instructions(program, folder, "parts", SECONDS)[1],
            "processor": processing(program, folder, SECONDS),
            "loads": {load: counted(program, folder, load, SECONDS) for load in LOADS},
            "crowd": counted(program, folder, "crowd", SECONDS),
            "cycles": cycles(program, folder, CYCLE_SECONDS),
            "crowd_cpu": cpu_seconds(program, "crowd", 30),
        }
        progress("calls of whole programs")
        results["programs"] = {
            "as it is": calls.steady(folder, 10), "processed": calls.steady(folder, 10, audio=PROCESSED)}
    return results


PROCESSED = 'echo = "cancel"\nnoise_suppression = true\ngain_control = true'


def draw(results):
    found = page.Page(NAME, TITLE)
    draw_instructions(found, results)
    draw_cycles(found, results["cycles"])
    draw_programs(found, results)
    draw_talkers(found, results)
    return found


def sums(results):
    """For each load: instructions of one side a second, of the parts within it, and of the libraries' parts alone."""
    alone = sum(results["parts"].values()) / SECONDS
    for load, entry in results["loads"].items():
        # A call has two sides.
        whole = entry["total"] / 2 / SECONDS
        parts = sum(entry["parts"].values()) / 2 / SECONDS
        yield load, whole, parts + (results["processor"] / SECONDS if load in ("processed", "whole") else 0), alone


def draw_instructions(found, results):
    found.heading("Instructions")
    found.text(f"""Two whole sides in virtual time inside one process (`Tests/Bench/CallLoad.swift`), the
        product's own build with symbols, under callgrind: {SECONDS} s of call behind what it takes to come up;
        figures are of one side and a second. The parts: `opus_encode`, `srtp_protect`, `srtp_unprotect` and
        `opus_decode` as often as the call uses them, counted inside the libraries, and where sound is processed
        the canceller with the noise suppressor and the gain control alone, fed with the same kind of sound.
        Neither the kernel nor sound devices are in it.""")
    names = [SHORT[load] for load, *_ in sums(results)]
    figure = plot.Plot(
        "Instructions for a second of call", x="kind of call", y="million instructions a second", categories=names,
        alt="For each kind of call the whole beside the sum of its parts.")
    figure.bars("the whole call", [whole / 1e6 for _, whole, _, _ in sums(results)])
    figure.bars("the sum of its parts", [parts / 1e6 for _, _, parts, _ in sums(results)])
    found.plot("instructions", figure)
    rows = [
        [LOADS[load], f"{whole / 1e6:.1f}", f"{parts / 1e6:.1f}", f"{whole / parts:.3f}",
         "≤ 1.05", "reached" if whole <= 1.05 * parts else f"{whole / parts - 1.05:.3f} over",
         results["loads"][load]["allocations"], results["loads"][load]["copies"]]
        for load, whole, parts, _ in sums(results)]
    found.table(["call", "whole, M/s", "parts, M/s", "ratio", "goal", "", f"allocations in {SECONDS} s, both sides",
                 "copies sent by one side"], rows)
    processor = results["processor"] / SECONDS / 1e6
    alone = next(sums(results))[3]
    found.text(f"Echo, noise and gain together: {processor:.1f} million instructions a second alone;",
               "to be reached are at most 60,",
               "which is reached." if processor <= 60 else f"{processor - 60:.1f} over.",
               f"""The libraries' parts run alone, without a call around them, take {alone / 1e6:.1f} million. A
               call with copies is cheaper because the encoder has half the bitrate, and then leaves out what is
               above 8 kHz.""")


def draw_cycles(found, kinds):
    found.heading("The longest cycle")
    found.text(f"""Each cycle of 10 ms of one side counted by itself for {CYCLE_SECONDS} s, sound processed and
        packets lost: what the audio thread does at once. A frame of 20 ms is encoded in every other cycle, and
        one decoded.""")
    rows = []
    figure = plot.Plot(
        "Instructions of each cycle", x="cycle of its kind, in the order of its cost", y="thousand instructions",
        x_range=(0, max(map(len, kinds.values()))), alt="For each kind of cycle all of them, the cheapest first.")
    for kind, values in sorted(kinds.items()):
        values = sorted(values)
        median, most = statistics.median(values), values[-1]
        figure.line(kind, [(index, value / 1e3) for index, value in enumerate(values)], markers=False)
        rows.append([kind, len(values), f"{values[0] / 1e3:.0f} k", f"{median / 1e3:.0f} k", f"{most / 1e3:.0f} k",
                     f"{most / median:.2f}", "reached" if most <= 3 * median else f"{most / median - 3:.2f} over"])
    found.plot("cycles", figure)
    found.table(["cycle", "count", "least", "median", "longest", "longest to median", "goal: ≤ 3"], rows)


def draw_programs(found, results):
    found.heading("Whole programs")
    found.text("""Two of the program that ships in a call on loopback, 10 ms periods, 20 ms frames, a tone in and
        nothing out, for 10 s. Loopback loses nothing, so that no copies go along; allocations with copies are
        those of the table above, which counts every thread's.""")
    rows = []
    for name, call in results["programs"].items():
        allocations = call["allocations"] + call["answering_loop_allocations"] + call["answering_audio_allocations"]
        rows.append([
            name, f"{max(call['memory']) / 1e6:.1f} MB", allocations, f"{max(call['loop_wake_ups']):.1f}",
            f"{max(call['wake_ups']):.1f}", f"{min(call['cpu_ms']):.1f} to {max(call['cpu_ms']):.1f}"])
    found.table(["sound", "most memory (RSS)", "allocations, both sides", "wake-ups of the loop a second",
                 "of both threads", "CPU ms a second"], rows)


def draw_talkers(found, results):
    found.heading("How many talkers a core carries")
    side = results["loads"]["processed"]["total"] / 2 / SECONDS
    # All sides but the first are in a call with one.
    crowd = results["crowd"]["total"] / SECONDS - FAR_SIDES * side
    each = (crowd - side) / (FAR_SIDES - 1)
    fixed = side - each
    carried = int((BOARD_CORE * BOARD_SHARE - fixed) / each)
    # What a core of this machine did in that run.
    rate = results["crowd"]["total"] / SECONDS / results["crowd_cpu"]
    found.text(f"""One side in calls with {FAR_SIDES} others at once, each with a connection, keys and a playout
        of its own, sound processed: {crowd / 1e6:.0f} million instructions a second, against {side / 1e6:.0f}
        with one. So a talker costs {each / 1e6:.1f} million, and all else {fixed / 1e6:.1f}.""")
    figure = plot.Plot(
        "Instructions by talkers at once", x="talkers heard at once", y="million instructions a second",
        x_range=(0, carried + 2),
        alt="A line that rises with each talker, and what half a core of a board is reckoned to give.")
    figure.line(
        "measured with 1 and 4, drawn on",
        [(count, (fixed + count * each) / 1e6) for count in range(carried + 3)], markers=False)
    figure.line("measured", [(1, side / 1e6), (FAR_SIDES, crowd / 1e6)])
    figure.rule(BOARD_CORE * BOARD_SHARE / 1e6, "half of a billion a second")
    found.plot("talkers", figure)
    found.text(f"""**An estimate: {carried} talkers.** Its rule: a core does a billion of these instructions a
        second (one for each beat of a 1 GHz core that does one at a time), half of it is for sound, and a talker
        costs the same whether it is the second or the last. In a run of the same call on this machine, whose time
        differs from run to run, a core did {rate / 1e9:.1f} billion a second: by the same rule
        {int((rate * BOARD_SHARE - fixed) / each)} talkers. The program takes at most {FAR_SIDES}
        (`Limits.talkersMax`).""")
