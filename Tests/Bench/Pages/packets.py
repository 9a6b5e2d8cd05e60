# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Streams of packets as an intercom's encoder makes them, which of them are lost, and how what was heard is judged."""

import pathlib
import random
import subprocess
import sys

import numpy
import pesq
import scipy.signal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Sound"))
import loss  # noqa: E402

RATE = 16_000
FRAME = 960
LEAD_SECONDS = 5
"""Speech before what is judged, with the same loss: for buffers to learn what the network is like."""
# Of each stream: bits a second the encoder has, and how many frames back a copy of the encoder's own frame goes along.
STREAMS = {"fec": (32_000, 0), "near": (16_000, 1), "far": (16_000, 5)}
OPUS, RED = 96, 63
EXPECTED_LOSS = 10


def sentences(clips, seeds):
    """What is spoken, at 48 kHz: the lead, then every clip once for each seed; and where each of them begins."""
    speech = [samples for _, samples in loss.clips(clips)]
    # Backwards it is like nothing else that is said, so that it can be found.
    lead = speech[0][: LEAD_SECONDS * 48_000][::-1]
    parts, begins, at = [lead], [], len(lead)
    for _ in range(seeds):
        for samples in speech:
            begins.append((at, len(samples)))
            parts.append(samples)
            at += len(samples)
    return numpy.concatenate(parts), begins


def encoded(program, folder, spoken, bitrate):
    """The packets of the encoder that ships."""
    near, out = folder / "spoken.raw", folder / "packets"
    near.write_bytes(spoken.tobytes())
    subprocess.run([program, "packets", str(bitrate), str(EXPECTED_LOSS), near, out], check=True)
    data, packets = out.read_bytes(), []
    while data:
        count = data[0] | data[1] << 8
        packets.append(data[2 : 2 + count])
        data = data[2 + count :]
    return packets


def with_copies(frames, distance):
    """Payload type and payload of each packet: a frame, with a copy of the one `distance` back (RFC 2198 section 3)."""
    for index, own in enumerate(frames):
        copy = frames[index - distance] if distance and index >= distance else b""
        if not copy or len(copy) > 1023:
            yield OPUS, own
            continue
        word = 1 << 31 | OPUS << 24 | distance * FRAME << 10 | len(copy)
        yield RED, word.to_bytes(4, "big") + bytes([OPUS]) + copy + own


def lost(count, percent, run, seed):
    """Which of `count` packets are lost: each by itself, or in runs of mean length `run` by Gilbert's model."""
    chance = random.Random(seed * 1000 + percent * 10 + run)
    share, losing, pattern = percent / 100, False, []
    for _ in range(count):
        if run <= 1:
            losing = chance.random() < share
        else:
            losing = chance.random() >= 1 / run if losing else chance.random() < share / (run * (1 - share))
        pattern.append(losing)
    return pattern


def judged(spoken, begins, heard):
    """PESQ-WB of each part of `spoken` in `heard`, both at 48 kHz."""
    near = scipy.signal.resample_poly(spoken.astype(float), 1, 3)
    far = scipy.signal.resample_poly(heard.astype(float), 1, 3)
    lead = near[: begins[0][0] // 3]
    likeness = scipy.signal.correlate(far[: len(lead) + 40 * RATE], lead, mode="valid", method="fft")
    # Where the part before it ended; a receiver that leaves out what is missing gets ahead more and more.
    at, scores = int(numpy.argmax(likeness)) + len(lead), []
    for begin, count in begins:
        part = near[begin // 3 : (begin + count) // 3]
        before, after = len(part) // 4, len(part) // 8
        window = far[max(at - before, 0) : at + len(part) + after]
        window = numpy.concatenate([window, numpy.zeros(max(0, len(part) + before + after - len(window)))])
        lag = int(numpy.argmax(scipy.signal.correlate(window, part, mode="valid", method="fft")))
        at = max(at - before, 0) + lag + len(part)
        try:
            scores.append(round(float(pesq.pesq(RATE, part, window[lag : lag + len(part)], "wb")), 3))
        except (pesq.NoUtterancesError, ValueError):
            # Nothing is there: the least there is.
            scores.append(1.0)
    return scores
