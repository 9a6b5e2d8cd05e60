# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls through alsa-lib, by its plugins that need no sound card."""

import wave

import numpy
from harness import Intercom, Program, config, report

import judge

SECONDS = 8


def hold_a_call(folder, callee_config, caller_config):
    """A call of SECONDS; answers the caller's report and the log of the called side."""
    with Intercom(callee_config) as answering:
        arguments = [answering.url + "/call", "--config", caller_config, "--for", SECONDS]
        with Program("call", *arguments, "--report", folder / "report.json") as calling:
            assert calling.finish() == 0, calling.log()
        answering.wait_for("call 1: closed|the caller hung up")
        assert answering.stop() == 0, answering.log()
    figures = report(folder / "report.json")
    assert figures["packets_sent"] > SECONDS * 50 * 0.9
    assert figures["packets_received"] > SECONDS * 50 * 0.9
    return figures, answering.lines


def test_null_devices_hold_a_call(tmp_path):
    callee = config(tmp_path, "callee", input="alsa:null", output="alsa:null")
    caller = config(tmp_path, "caller", input="alsa:null", output="alsa:null")
    figures, log = hold_a_call(tmp_path, callee, caller)
    assert any("capture null: 48000 Hz, 1 channel, 16 bits, period 480 frames" in line for line in log), log
    assert any("playback null: 48000 Hz, 1 channel, 16 bits, period 480 frames" in line for line in log), log
    # The null device never waits, so that the clock has to pace: what does not, sends thousands of packets.
    assert figures["packets_sent"] < SECONDS * 50 * 1.1
    assert figures["wake_ups_per_second"] < 300


def through_alsa(tmp_path, speech):
    samples = (judge.read(speech) * 32767).astype("<i2")
    spoken = tmp_path / "spoken.raw"
    # The plugin has nothing to give behind the end of its file.
    spoken.write_bytes(numpy.concatenate([samples, numpy.zeros(60 * judge.RATE, dtype="<i2")]).tobytes())
    sides = []
    for name in ("callee", "caller"):
        sides.append(config(
            tmp_path, name, input=f"alsa:file:FILE=/dev/null,INFILE={spoken},FORMAT=raw",
            output=f"alsa:file:FILE={tmp_path}/{name}-heard.raw,FORMAT=raw"))
    hold_a_call(tmp_path, *sides)
    for name in ("callee", "caller"):
        heard = tmp_path / f"{name}-heard.wav"
        with wave.open(str(heard), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(judge.RATE)
            file.writeframes((tmp_path / f"{name}-heard.raw").read_bytes())
        judge.check(judge.judge(speech, heard), f"the {name}, through alsa-lib")


def test_what_alsa_captures_is_heard_from_alsa(tmp_path, speech):
    judge.best_of(lambda: through_alsa(tmp_path, speech))
