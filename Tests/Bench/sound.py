# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Bursts that can be found again in what was heard, and where they are, with nothing but Python's own library."""

import array
import math
import sys
import wave

RATE = 48_000
SPACING = RATE // 2
"""Samples from burst to burst: far enough apart that no delay of a call takes one for another."""
LENGTH = RATE * 30 // 1000
"""Samples in a burst."""
STEP = 4
"""Every so many samples are averaged before bursts are looked for: 83 µs are exact enough, and 16 times as quick."""
LATEST = RATE * 4 // 10
"""The longest way from mouth to ear that is looked for, in samples."""


def burst():
    """30 ms from 400 to 3,000 Hz, with soft ends: like nothing else, and in a voice's band."""
    samples = []
    for index in range(LENGTH):
        time = index / RATE
        phase = 2 * math.pi * (400 * time + (3000 - 400) * time * time / 2 / (LENGTH / RATE))
        samples.append(0.4 * math.sin(phase) * math.sin(math.pi * index / LENGTH) ** 2)
    return samples


def write_bursts(path, seconds):
    """Writes a WAV file with a burst every `SPACING` samples, the first one after half of that."""
    samples = array.array("h", bytes(2 * RATE * seconds))
    shape = [round(32767 * sample) for sample in burst()]
    for start in range(SPACING // 2, len(samples) - LENGTH, SPACING):
        samples[start : start + LENGTH] = array.array("h", shape)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(little(samples).tobytes())


def little(samples):
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def read(path):
    """The samples of a WAV file that an intercom wrote, whole or cut short."""
    data = open(path, "rb").read()
    assert data[:4] == b"RIFF" and data[36:40] == b"data", f"{path} is no WAV file as the intercom writes it"
    return little(array.array("h", data[44 : 44 + (len(data) - 44) // 2 * 2]))


def thinned(samples):
    return [sum(samples[index : index + STEP]) / STEP for index in range(0, len(samples) - STEP + 1, STEP)]


def delays(heard, shift):
    """How many samples after being spoken each burst was heard; `shift` is how many samples after the speaker's file
    the heard one began. Bursts that are not there (the call was not up yet, or over) are left out."""
    shape = thinned(burst())
    energy = math.sqrt(sum(sample * sample for sample in shape))
    found = []
    for spoken in range(SPACING // 2, len(heard) + shift, SPACING):
        first = spoken - shift
        if first < 0 or first + LATEST + LENGTH > len(heard):
            continue
        window = thinned(heard[first : first + LATEST + LENGTH])
        best, place = 0.0, 0
        for lag in range(len(window) - len(shape)):
            part = window[lag : lag + len(shape)]
            product = sum(map(float.__mul__, part, shape))
            if product > best:
                norm = math.sqrt(sum(map(float.__mul__, part, part))) * energy
                # What is only alike, such as a burst cut off by the beginning, is not taken.
                if norm > 0 and product / norm > 0.8:
                    best, place = product, lag
        if best > 0:
            found.append(place * STEP)
    return found
