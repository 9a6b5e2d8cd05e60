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


AS_IT_IS = 'echo = "off"\nnoise_suppression = false\ngain_control = false'


def through_alsa(tmp_path, speech, *, audio, speakers=("callee", "caller")):
    """A call between sound cards that are files; answers what each side heard of those that speak."""
    samples = (judge.read(speech) * 32767).astype("<i2")
    # The plugin has nothing to give behind the end of its file.
    silence = numpy.zeros(60 * judge.RATE, dtype="<i2")
    sides = []
    for name in ("callee", "caller"):
        spoken = tmp_path / f"{name}-spoken.raw"
        spoken.write_bytes(numpy.concatenate([samples, silence] if name in speakers else [silence]).tobytes())
        sides.append(config(
            tmp_path, name, input=f"alsa:file:FILE=/dev/null,INFILE={spoken},FORMAT=raw",
            output=f"alsa:file:FILE={tmp_path}/{name}-heard.raw,FORMAT=raw", audio=audio))
    hold_a_call(tmp_path, *sides)
    verdicts = {}
    for name, other in (("callee", "caller"), ("caller", "callee")):
        if other not in speakers:
            continue
        heard = tmp_path / f"{name}-heard.wav"
        with wave.open(str(heard), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(judge.RATE)
            file.writeframes((tmp_path / f"{name}-heard.raw").read_bytes())
        verdicts[name] = judge.judge(speech, heard)
    return verdicts


def test_what_alsa_captures_is_heard_from_alsa(tmp_path, speech):
    def call():
        for name, verdict in through_alsa(tmp_path, speech, audio=AS_IT_IS).items():
            judge.check(verdict, f"the {name}, through alsa-lib")

    judge.best_of(call)


def test_a_clean_voice_passes_the_processing_of_a_microphone(tmp_path, speech):
    """Everything is on, as it is for a sound card: the level is controlled, and little is taken from a clean voice."""
    def call():
        verdict = through_alsa(tmp_path, speech, audio="", speakers=("callee",))["caller"]
        print(verdict)
        assert abs(verdict.level_db) < 6, verdict
        if verdict.pesq < 3.8:
            raise judge.TooPoor(str(verdict))

    judge.best_of(call)
