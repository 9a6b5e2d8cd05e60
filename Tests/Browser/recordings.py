# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Sound in files, and how loud it is."""

import pathlib
import time
import wave

import numpy

import judge

# A sentence of an audio book in the public domain, 6 s long, from Debian's pocketsphinx-testdata.
SENTENCE = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0920.wav")
SILENCE_SECONDS = 1.2
# Between the two, nobody can say.
VOICE_DB, SILENCE_DB = -40, -65


def sentence(*, silence=SILENCE_SECONDS):
    samples = judge.read(SENTENCE)
    samples = 0.5 * samples / numpy.max(numpy.abs(samples))
    return numpy.concatenate([numpy.zeros(int(silence * judge.RATE)), samples])


def write(path, samples):
    """Writes floats in ±1 at 48 kHz as a WAV file; answers its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(judge.RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def tail(path, seconds):
    """The end of a WAV file that an intercom is still writing, as floats at 48 kHz."""
    data = pathlib.Path(path).read_bytes()[44:]
    samples = numpy.frombuffer(data[: len(data) // 2 * 2], dtype="<i2") / 32768
    return samples[-int(seconds * judge.RATE) :]


def wait_for_voice(path, seconds=15):
    """Waits until voice is in what an intercom is writing: a sound server takes its time to speak."""
    deadline = time.monotonic() + seconds
    while not is_voice(tail(path, 1)):
        assert time.monotonic() < deadline, f"no voice in {path} within {seconds} s"
        time.sleep(0.1)


def level_db(samples):
    return float(10 * numpy.log10(numpy.mean(samples**2) + 1e-12))


def is_voice(samples):
    return level_db(samples) > VOICE_DB


def is_silence(samples):
    return level_db(samples) < SILENCE_DB
