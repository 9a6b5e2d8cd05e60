# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""`intercom selftest sound` with files and alsa-lib's null device instead of a room."""

import wave

import numpy
from harness import Intercom, config
from service import command

RATE = 48_000


def read(path):
    with wave.open(str(path)) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(numpy.clip(samples.round(), -32768, 32767).astype("<i2").tobytes())


def test_a_room_in_a_file_is_found(tmp_path):
    played = tmp_path / "played.wav"
    silent = config(tmp_path, "silent", input="alsa:null", output=f"file:{played}")
    code, text = command("selftest", "sound", "--config", silent)
    assert code == 1 and "- The microphone is silent." in text, text
    sound = read(played)
    # A room: 40 ms later, 12 dB down, noise at -66 dBFS.
    heard = numpy.concatenate([numpy.zeros(1920), sound])[:len(sound)] * 0.25
    heard += numpy.random.default_rng(1).normal(0, 16, len(sound))
    write(tmp_path / "heard.wav", heard)
    room = config(tmp_path, "room", input=f"file:{tmp_path}/heard.wav", output=f"file:{tmp_path}/again.wav")
    code, text = command("selftest", "sound", "--config", room)
    assert code == 0 and text.endswith("All is well.\n"), text
    figures = {line.split()[0]: line for line in text.splitlines() if line}
    assert "40.0 ms" in figures["delay"], text
    assert "12.0 dB down" in figures["coupling"], text
    assert "0.00 %" in figures["clipping"], text
    assert abs(float(figures["noise"].split()[2]) + 66.2) < 0.5, text
    # The same, four times too loud.
    write(tmp_path / "loud.wav", heard * 16)
    loud = config(tmp_path, "loud", input=f"file:{tmp_path}/loud.wav", output=f"file:{tmp_path}/again.wav")
    code, text = command("selftest", "sound", "--config", loud)
    assert code == 1 and "- The microphone is cut off at full scale." in text, text
    assert "Turn the playback volume down by " in text, text


def test_what_cannot_be_checked_is_said(tmp_path):
    code, text = command("selftest", "sound", "--config", config(tmp_path, "tone", input="tone:440"))
    assert code == 78 and "a sound check wants a loudspeaker and a microphone" in text, text
    code, text = command("selftest", "loudly")
    assert code == 64, text
    missing = config(tmp_path, "missing", input="alsa:NoSuchCard", output="alsa:null")
    code, text = command("selftest", "sound", "--config", missing)
    assert code == 69 and "there is no such sound card" in text, text
    (tmp_path / "run").mkdir()
    more = f'[control]\nsocket = "{tmp_path}/run/control"\n'
    path = config(tmp_path, "door", input="alsa:null", output="alsa:null", more=more)
    with Intercom(path) as service:
        code, text = command("selftest", "sound", "--config", path)
        assert code == 69 and "systemctl stop intercom" in text, text
        assert service.stop() == 0
