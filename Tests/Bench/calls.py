# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls between two programs on loopback, measured from outside and by what they say of themselves."""

import pathlib
import re
import statistics
import sys
import time

import sound

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
import harness  # noqa: E402

SETTLING_SECONDS = 2
"""How long after a call began it is taken to be steady, for what is read from outside."""


def most_resident(program):
    """The most memory that was really there for the program, in bytes."""
    text = pathlib.Path(f"/proc/{program.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1)) * 1024


def cpu_seconds(program):
    """CPU time of all threads that there are; exact to the nanosecond, which /proc/PID/stat is not."""
    tasks = pathlib.Path(f"/proc/{program.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def end(caller):
    code = caller.finish()
    assert code == 0, f"the call ended with status {code}\n" + caller.log()


def steady(folder, seconds, audio=""):
    """One call with a tone in and nothing out; the figures of both sides over its steady part. `audio`: more lines of
    that section of the configuration."""
    config = harness.config(
        folder, "steady", input="tone:440", output="none", period_ms=10, frame_ms=20, audio=audio)
    report = folder / "steady.json"
    with harness.Intercom(config) as answering:
        with harness.Program(
            "call", f"{answering.url}/call", "--config", config, "--for", seconds + 3, "--report", report
        ) as caller:
            caller.wait_for("the far side is heard")
            time.sleep(SETTLING_SECONDS)
            before = answering.status()["counters"]
            cpu, began = cpu_seconds(answering), time.monotonic()
            time.sleep(seconds)
            spent, elapsed = cpu_seconds(answering) - cpu, time.monotonic() - began
            after = answering.status()["counters"]
            memory = [most_resident(answering), most_resident(caller)]
            end(caller)
        answering.stop()
    said = harness.report(report)
    gained = {key: after[key] - before[key] for key in after}
    return {
        "seconds": said["steady_seconds"],
        "allocations": said["allocations"],
        "answering_loop_allocations": gained["loop_allocations"],
        "answering_audio_allocations": gained["audio_allocations"],
        "loop_wake_ups": [said["loop_wake_ups_per_second"], gained["wake_ups"] / elapsed],
        "wake_ups": [said["wake_ups_per_second"], (gained["wake_ups"] + gained["audio_cycles"]) / elapsed],
        "cpu_ms": [1000 * said["steady_cpu_seconds"] / said["steady_seconds"], 1000 * spent / elapsed],
        "memory": memory,
    }


def idle(folder, seconds):
    """A device that waits for a call, its sound kept running: alsa-lib's null device has no card behind it."""
    config = harness.config(folder, "idle", input="alsa:null", output="alsa:null", period_ms=10, frame_ms=20)
    with harness.Intercom(config) as waiting:
        time.sleep(SETTLING_SECONDS)
        before = waiting.status()["counters"]
        cpu, began = cpu_seconds(waiting), time.monotonic()
        time.sleep(seconds)
        spent, elapsed = cpu_seconds(waiting) - cpu, time.monotonic() - began
        after = waiting.status()["counters"]
        memory = most_resident(waiting)
        waiting.stop()
    gained = {key: after[key] - before[key] for key in after}
    return {
        "allocations": gained["loop_allocations"] + gained["audio_allocations"],
        "loop_wake_ups": gained["wake_ups"] / elapsed,
        "cycles": gained["audio_cycles"] / elapsed,
        "cpu_ms": 1000 * spent / elapsed,
        "memory": memory,
    }


def set_ups(folder, count):
    """Milliseconds from placing a call to connected and to its first audio, one pair a call."""
    config = harness.config(folder, "short", input="tone:440", output="none", period_ms=10, frame_ms=20)
    report = folder / "short.json"
    pairs = []
    with harness.Intercom(config) as answering:
        for _ in range(count):
            with harness.Program(
                "call", f"{answering.url}/call", "--config", config, "--for", 1, "--report", report
            ) as caller:
                end(caller)
            said = harness.report(report)
            pairs.append((said["setup_ms"], said["first_audio_ms"]))
        answering.stop()
    return pairs


def mouth_to_ear(folder, count, seconds=3, frame_ms=10):
    """Milliseconds from the input device delivering a sample to the far output device receiving it, in calls with 10 ms
    periods, and frames of 10 ms: one pair a call and direction, the median of its bursts of the last two seconds, and
    how long the last packet waited in the jitter buffer."""
    spoken = folder / "spoken.wav"
    sound.write_bursts(spoken, seconds + 2)
    report = folder / "mouth.json"
    values = []
    for _ in range(count):
        heard = [folder / "heard-0.wav", folder / "heard-1.wav"]
        configs = [
            harness.config(
                folder, f"mouth-{side}", input=f"file:{spoken}", output=f"file:{heard[side]}", period_ms=10,
                frame_ms=frame_ms
            )
            for side in (0, 1)
        ]
        with harness.Intercom(configs[1]) as answering:
            with harness.Program(
                "call", f"{answering.url}/call", "--config", configs[0], "--for", seconds, "--report", report
            ) as caller:
                caller.wait_for("the far side is heard")
                time.sleep(seconds / 2)
                status = answering.status()
                end(caller)
            answering.stop()
        said = harness.report(report)
        begins = [said["input_started_ns"], status["audio_started_ns"]]
        waits = [said["playout_delay_ms"], status["calls"][0]["playout_delay_ms"]]
        for mouth, ear in ((0, 1), (1, 0)):
            apart = (begins[ear] - begins[mouth]) / 1e9 * sound.RATE
            found = sound.delays(sound.read(heard[ear]), round(apart))
            assert len(found) >= 3, f"only {len(found)} bursts were heard\n" + caller.log()
            values.append((statistics.median(found[-4:]) / sound.RATE * 1000, waits[ear]))
    return values
