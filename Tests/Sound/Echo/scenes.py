# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Scenes of echo from a seed, as floats in ±1 at 16 kHz: a room by image sources, recorded and synthetic voices."""

import pathlib
import subprocess
import tempfile
import wave

import numpy
from scipy import signal

RATE = 16000
SECONDS = 30
# Sentences of an audio book in the public domain, from Debian's pocketsphinx-testdata.
BOOK = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0%s.wav"
SENTENCES = ("870", "880", "890", "920", "930")
SPOKEN = (
    ("en-us", "The weather was fine all morning, and we walked along the river until the bridge came into sight."),
    ("en-gb", "Please ring the bell at the second door, somebody will come down and let you in."),
    ("en-us+m3", "Nobody could say when the train would leave, so they waited in the hall and drank some coffee."),
    ("en-gb+f2", "She put the letters on the table, opened the window, and asked him to sit down for a while."),
    ("en-us+f4", "A large box of tools stood beside the wall. Who has left it there, and for how long?"),
)
# Seconds: far speech, near speech; in between both.
FAR, NEAR = (0.5, 22), (16, 29)
# Near speech from the first words of the far side on.
START = (0.6, 8.6)
# By how many milliseconds the delay jumps, and at which second.
JUMP = (50, 10)
# As above; near speech from the start; the echo suddenly comes later, or earlier; nothing of the far side is heard.
KINDS = ("talk", "start", "jump", "jump-back", "headphones")


def read(path):
    with wave.open(str(path)) as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        rate = file.getframerate()
    return signal.resample_poly(samples, RATE, rate) if rate != RATE else samples


def voices():
    """Recorded voices, and synthetic ones."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic = []
        for number, (voice, text) in enumerate(SPOKEN):
            path = pathlib.Path(folder) / f"{number}.wav"
            subprocess.run(["espeak-ng", "-v", voice, "-s", "160", "-w", path, text], check=True)
            synthetic.append(read(path))
    return [read(BOOK % name) for name in SENTENCES], synthetic


def talk(rng, pool, count, decibels=-26):
    """Sentences one after another, each at the same level while it is loud."""
    parts, length = [], 0
    while length < count:
        voice = pool[rng.integers(len(pool))]
        loud = numpy.abs(voice) > 0.02 * numpy.max(numpy.abs(voice))
        pause = numpy.zeros(int(RATE * rng.uniform(0.1, 0.5)))
        parts += [voice * 10 ** (decibels / 20) / numpy.sqrt(numpy.mean(voice[loud] ** 2)), pause]
        length += len(voice) + len(pause)
    return numpy.concatenate(parts)[:count]


def room(rng, reverberation):
    """The response of a box from a loudspeaker to a microphone 15 to 40 cm away."""
    size = rng.uniform([3, 3, 2.4], [5, 6, 3])
    source = size * rng.uniform(0.3, 0.7, 3)
    direction = rng.normal(size=3)
    direction /= numpy.linalg.norm(direction)
    heard = numpy.clip(source + direction * rng.uniform(0.15, 0.4), 0.2, size - 0.2)
    surface = 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    reflection = numpy.sqrt(max(0.01, numpy.exp(-0.1611 * numpy.prod(size) / (surface * reverberation))))
    speed, finer = 343.0, 4
    count = int(RATE * min(reverberation * 1.1, 0.7))
    squares, orders = [], []
    for axis in range(3):
        reach = int(numpy.ceil(count / RATE * speed / size[axis] / 2)) + 1
        steps = numpy.arange(-reach, reach + 1)
        even = 2 * steps * size[axis] + source[axis] - heard[axis]
        odd = 2 * steps * size[axis] - source[axis] - heard[axis]
        squares.append(numpy.concatenate([even, odd]) ** 2)
        orders.append(numpy.concatenate([numpy.abs(2 * steps), numpy.abs(2 * steps - 1)]))
    distance = numpy.sqrt(numpy.add.outer(numpy.add.outer(squares[0], squares[1]), squares[2])).ravel()
    order = numpy.add.outer(numpy.add.outer(orders[0], orders[1]), orders[2]).ravel()
    places = numpy.round(distance / speed * RATE * finer).astype(int)
    kept = places < count * finer
    response = numpy.zeros(count * finer + 64)
    numpy.add.at(response, places[kept], (reflection**order / numpy.maximum(distance, 0.05))[kept])
    response = signal.resample_poly(response, 1, finer)
    return signal.sosfilt(signal.butter(2, 120, "high", fs=RATE, output="sos"), response)[:count]


def scene(seed, pools, *, reverberation, loss, delay, drift, noise=-60, kind="talk", clip=0):
    """Far speech, near speech, its echo, and what the microphone hears. `loss` is the echo return loss in dB, `delay` in
    milliseconds, `drift` in parts per million, `noise` in dBFS; `kind` one of KINDS. Each `clip` is another choice of
    sentences for the same room."""
    rng = numpy.random.default_rng(seed * 1000 + 7)
    count = SECONDS * RATE
    response = room(rng, reverberation)
    said = numpy.random.default_rng([seed, clip]) if clip else rng
    recorded, synthetic = pools
    said_far = talk(said, synthetic if (seed + clip) % 2 else recorded, count)
    said_near = talk(said, recorded if (seed + clip) % 2 else synthetic, count)
    far, near = numpy.zeros(count), numpy.zeros(count)
    times = (FAR, None) if "jump" in kind else (FAR, START) if kind == "start" else (FAR, NEAR)
    for track, words, span in ((far, said_far, times[0]), (near, said_near, times[1])):
        if span:
            first, last = int(span[0] * RATE), int(span[1] * RATE)
            track[first:last] = words[: last - first]
    # An echo cannot come before it was played, however the clocks drift.
    late = int(delay * RATE / 1000) + (int(count * 1e-4) + 8 if drift > 0 and delay == 0 else 0)
    peak = numpy.max(numpy.abs(far))
    driven = numpy.tanh(0.7 * far / peak) / 0.7 * peak
    echo = numpy.concatenate([numpy.zeros(late), signal.fftconvolve(driven, response)])[:count]
    if drift:
        fine = signal.resample_poly(echo, 8, 1)
        echo = numpy.interp(numpy.arange(count) * (1 + drift * 1e-6) * 8, numpy.arange(len(fine)), fine)
    loud = numpy.abs(far) > 0.02 * peak
    echo *= 10 ** (-loss / 20) * numpy.sqrt(numpy.mean(far[loud] ** 2) / numpy.mean(echo[loud] ** 2))
    if "jump" in kind:
        step, at = JUMP[0] * RATE // 1000, JUMP[1] * RATE
        before, after = echo, numpy.concatenate([numpy.zeros(step), echo])[:count]
        if kind == "jump-back":
            before, after = after, before
        echo = numpy.concatenate([before[:at], after[at:]])
    elif kind == "headphones":
        echo = numpy.zeros(count)
    return far, near, echo, echo + near + 10 ** (noise / 20) * rng.normal(size=count)
