# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Judges what was heard against what was spoken, from the samples."""

import dataclasses

import numpy
from pesq import pesq
from scipy.io import wavfile
from scipy.signal import correlate, resample_poly

RATE = 48_000


def read(path):
    """A WAV file as mono floats in ±1 at 48 kHz."""
    rate, samples = wavfile.read(path)
    if samples.dtype == numpy.int16:
        samples = samples / 32768.0
    samples = numpy.asarray(samples, dtype=numpy.float64)
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    if rate != RATE:
        common = numpy.gcd(rate, RATE)
        samples = resample_poly(samples, RATE // common, rate // common)
    return samples


@dataclasses.dataclass
class Verdict:
    offset_seconds: float
    """Where in `heard` the beginning of `spoken` lies."""
    level_db: float
    """How much louder the heard part is than the spoken one."""
    pesq: float
    """PESQ-WB (ITU-T P.862.2), 1 ... 4.64."""

    def __str__(self):
        return f"offset {self.offset_seconds * 1000:.1f} ms, level {self.level_db:+.1f} dB, PESQ {self.pesq:.2f}"


PESQ_MIN = 4.0
LEVEL_TOLERANCE_DB = 1.5
ATTEMPTS = 3


class TooPoor(AssertionError):
    """What was heard is not as good as it has to be."""


def check(verdict, who):
    """Says what was heard; fails when that is not what was spoken."""
    print(f"{who}: {verdict}")
    assert abs(verdict.level_db) < LEVEL_TOLERANCE_DB, f"{who}: {verdict}"
    if verdict.pesq < PESQ_MIN:
        raise TooPoor(f"{who}: {verdict}")


def best_of(call):
    """Holds `call()`, and holds it again when it was too poor, ATTEMPTS times in all; any other failure counts at once.

    A single frame made up in the middle of a word costs a fifth of a point, and on a machine that does other things an
    emulated processor or a peer written in Python is late for one now and then. A defect is there every time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return call()
        except TooPoor as poor:
            print(f"attempt {attempt} of {ATTEMPTS} was too poor: {poor}")
            if attempt == ATTEMPTS:
                raise


def judge(spoken_path, heard_path, *, within_seconds=None):
    """Finds `spoken` in `heard` and compares the two where they meet.

    Where the speech repeats itself, `within_seconds` says how far from the beginning it is looked for.
    """
    spoken, heard = read(spoken_path), read(heard_path)
    assert len(heard) > RATE, f"only {len(heard) / RATE:.2f} s were heard"
    assert numpy.max(numpy.abs(heard)) > 1e-3, "nothing but silence was heard"
    correlation = numpy.abs(correlate(heard, spoken, method="fft"))
    zero = len(spoken) - 1
    if within_seconds:
        correlation[: max(zero - int(within_seconds * RATE), 0)] = 0
        correlation[zero + int(within_seconds * RATE) + 1 :] = 0
    offset = int(numpy.argmax(correlation)) - zero
    start = max(offset, 0)
    length = min(len(spoken) - (start - offset), len(heard) - start)
    assert length > 2 * RATE, f"only {length / RATE:.2f} s of the speech were heard"
    part = heard[start : start + length]
    reference = spoken[start - offset : start - offset + length]
    level = 10 * numpy.log10(numpy.mean(part**2) / numpy.mean(reference**2))
    quality = pesq(16_000, resample_poly(reference, 1, 3), resample_poly(part, 1, 3), "wb")
    return Verdict(offset / RATE, float(level), float(quality))
