# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls between the static binaries, judged by what was heard."""

import dataclasses

import pytest
from harness import Intercom, Program, config, report

import judge

SECONDS = 8


@dataclasses.dataclass
class Call:
    """What came of one call."""

    at_callee: judge.Verdict
    at_caller: judge.Verdict
    figures: dict
    callee_started_ns: int
    """When the sound of the called side started; the caller's is in `figures`. Both by the machine's one clock."""

    @property
    def caller_to_callee_ms(self):
        """Mouth to ear: from a sample leaving the input device to the same sample reaching the output device."""
        return (self.callee_started_ns - self.figures["input_started_ns"]) / 1e6 + self.at_callee.offset_seconds * 1e3

    @property
    def callee_to_caller_ms(self):
        return (self.figures["output_started_ns"] - self.callee_started_ns) / 1e6 + self.at_caller.offset_seconds * 1e3

    @property
    def mouth_to_ear_ms(self):
        """The mean of both ways: what a side lost at its start, when it came too late to its first periods, cancels."""
        return (self.caller_to_callee_ms + self.callee_to_caller_ms) / 2

    def check(self):
        figures = self.figures
        print(f"\nset up in {figures['setup_ms']:.1f} ms, first audio after {figures['first_audio_ms']:.1f} ms")
        print(f"mouth to ear {self.caller_to_callee_ms:.1f} ms and back {self.callee_to_caller_ms:.1f} ms")
        # A bound on nonsense, not a measurement: that is the bench's.
        assert 0 < self.mouth_to_ear_ms < 500
        judge.check(self.at_callee, "the called side")
        judge.check(self.at_caller, "the calling side")


def call(folder, speech, *, caller="x86_64", callee="x86_64", frame_ms=20):
    """One call with speech both ways."""
    heard_by_callee, heard_by_caller = folder / "callee-heard.wav", folder / "caller-heard.wav"
    callee_config = config(
        folder, "callee", input=f"file:{speech}", output=f"file:{heard_by_callee}", frame_ms=frame_ms)
    caller_config = config(
        folder, "caller", input=f"file:{speech}", output=f"file:{heard_by_caller}", frame_ms=frame_ms)
    report_path = folder / "report.json"
    with Intercom(callee_config, arch=callee) as answering:
        arguments = [answering.url + "/call", "--config", caller_config, "--for", SECONDS, "--report", report_path]
        with Program("call", *arguments, arch=caller) as calling:
            assert calling.finish() == 0, calling.log()
        answering.wait_for("call 1: closed|the caller hung up")
        # Asked only now: the far side can be heard before the first period of our own sound.
        started = answering.status()["audio_started_ns"]
        assert answering.stop() == 0, answering.log()
    answer = Call(
        judge.judge(speech, heard_by_callee), judge.judge(speech, heard_by_caller), report(report_path), started)
    answer.check()
    return answer


@pytest.mark.parametrize("frame_ms", [20, 10])
def test_two_intercoms_hear_each_other(tmp_path, speech, frame_ms):
    figures = judge.best_of(lambda: call(tmp_path, speech, frame_ms=frame_ms)).figures
    print(figures)
    assert figures["packets_sent"] > SECONDS * 1000 / frame_ms * 0.9
    assert figures["packets_received"] > SECONDS * 1000 / frame_ms * 0.9
    assert figures["packets_lost"] == 0
    assert figures["selected_pair"]["local"]["type"] in ("host", "prflx")
    assert figures["quality"] > 90
    assert figures["allocations"] == 0, "the steady call allocates"
    assert figures["peak_rss_bytes"] <= 8_000_000


@pytest.mark.parametrize("caller, callee", [("x86_64", "aarch64"), ("aarch64", "x86_64")])
def test_an_emulated_board_and_a_desktop_hear_each_other(tmp_path, speech, caller, callee):
    judge.best_of(lambda: call(tmp_path, speech, caller=caller, callee=callee))
