# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What every end-to-end test shares: the speech, and the rule that nothing is left running."""

import os
import pathlib
import wave

import numpy
import pytest

import judge

# A sentence of an audio book in the public domain, 6 s long, from Debian's pocketsphinx-testdata. A person has to speak
# it: PESQ and the codec both know people, and a synthetic voice scores up to one whole point less through the codec
# alone (espeak-ng's "en" 3.3, the five sentences in the package 4.2 to 4.3).
SENTENCE = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0920.wav")
SILENCE_SECONDS = 1.2


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """A spoken sentence at 48 kHz, half as loud as can be, after a silence in which a call comes up and settles."""
    samples = judge.read(SENTENCE)
    samples = 0.5 * samples / numpy.max(numpy.abs(samples))
    samples = numpy.concatenate([numpy.zeros(int(SILENCE_SECONDS * judge.RATE)), samples])
    path = tmp_path_factory.mktemp("speech") / "spoken.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(judge.RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def children():
    """The processes that this one started and that are still there."""
    path = pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return path.read_text().split()


@pytest.fixture(autouse=True)
def nothing_left_running():
    before = children()
    yield
    left = [pid for pid in children() if pid not in before]
    assert not left, f"processes left behind: {left}"
