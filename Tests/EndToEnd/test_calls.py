# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls between the static binaries, judged by what was heard."""

import json

import pytest
from harness import Intercom, Program, config, report

import judge

SECONDS = 9


def mouth_to_ear_ms(verdict, speaker, hearer):
    """From a sample leaving the input device to the same sample reaching the output device, by one monotonic clock."""
    heard_at = hearer["output_started_ns"] / 1e6 + verdict.offset_seconds * 1000
    return heard_at - speaker["input_started_ns"] / 1e6


def call(folder, speech, *, caller="x86_64", callee="x86_64", frame_ms=20):
    """One call with speech both ways; answers both verdicts and the caller's report."""
    heard_by_callee, heard_by_caller = folder / "callee-heard.wav", folder / "caller-heard.wav"
    callee_config = config(
        folder, "callee", input=f"file:{speech}", output=f"file:{heard_by_callee}", frame_ms=frame_ms)
    caller_config = config(
        folder, "caller", input=f"file:{speech}", output=f"file:{heard_by_caller}", frame_ms=frame_ms)
    report_path = folder / "report.json"
    with Intercom(callee_config, arch=callee) as answering:
        arguments = ["call", answering.url + "/call", "--config", caller_config, "--for", SECONDS, "--report", report_path]
        with Program(*arguments, arch=caller) as calling:
            assert calling.finish() == 0, calling.log()
        assert answering.stop() == 0, answering.log()
    return judge.judge(speech, heard_by_callee), judge.judge(speech, heard_by_caller), report(report_path)


def check(verdict, who, level=0.0):
    print(f"{who}: {verdict}")
    assert verdict.pesq >= 4.0, f"{who}: {verdict}"
    assert abs(verdict.level_db - level) < 1.5, f"{who}: {verdict}"


@pytest.mark.parametrize("frame_ms", [20, 10])
def test_two_intercoms_hear_each_other(tmp_path, speech, frame_ms):
    at_callee, at_caller, figures = call(tmp_path, speech, frame_ms=frame_ms)
    check(at_callee, "the called side")
    check(at_caller, "the calling side")
    print(json.dumps(figures, indent=1))
    assert figures["packets_sent"] > SECONDS * 1000 / frame_ms * 0.9
    assert figures["packets_received"] > SECONDS * 1000 / frame_ms * 0.9
    assert figures["selected_pair"]["local"]["type"] in ("host", "prflx")
    assert figures["quality"] > 90
    assert figures["allocations"] == 0, "the steady call allocates"


@pytest.mark.parametrize("caller, callee", [("x86_64", "aarch64"), ("aarch64", "x86_64")])
def test_an_emulated_board_and_a_desktop_hear_each_other(tmp_path, speech, caller, callee):
    at_callee, at_caller, _ = call(tmp_path, speech, caller=caller, callee=callee)
    check(at_callee, "the called side")
    check(at_caller, "the calling side")
