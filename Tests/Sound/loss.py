# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""How speech is heard through whole calls that lose packets: PESQ-WB for each redundancy, loss and seed.

    python Tests/Sound/loss.py .build-host/release/LossBench [--clips N] [--seeds N] [--quick]

Run it with the python that board/build/python.sh names. Speech is that of the Debian package pocketsphinx-testdata.
Virtual time and seeds: the same program gives the same figures.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy
import pesq
import scipy.signal

CLIPS = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
SETTLE = 24
"""Seconds of call before what is judged: some ten reports."""
SCHEMES = {
    "no copies": ("none", 32_000),
    "last frame, 16+16": ("last", 32_000),
    "as between intercoms, 32 in all": ("far", 32_000),
    "as between intercoms, 33 in all": ("far", 33_000),
    "as between intercoms, 48 in all": ("far", 48_000),
    "as between intercoms, 63 in all": ("far", 63_000),
}
NETWORKS = {"r0": (0, 1), "r5": (5, 1), "r10": (10, 1), "r20": (20, 1), "g5": (5, 3), "g10": (10, 3), "g20": (20, 3)}


def clips(count):
    """Speech of about 7 s each at 48 kHz, with half a second of silence behind it."""
    found = []
    for path in sorted(CLIPS.glob("*.wav"))[:count]:
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
        samples = scipy.signal.resample_poly(samples[: 7 * rate], 48_000, rate)
        samples *= 3_000 / max(1.0, numpy.sqrt(numpy.mean(samples**2)))
        whole = numpy.concatenate([samples, numpy.zeros(24_000)])
        whole = whole[: len(whole) // 960 * 960]
        found.append((path.stem[-4:], numpy.clip(whole, -32_768, 32_767).astype("<i2")))
    return found


def judged(spoken, heard):
    """PESQ-WB of what was heard, cut to begin with what was spoken."""
    near = scipy.signal.resample_poly(spoken.astype(float), 1, 3)
    far = scipy.signal.resample_poly(heard.astype(float), 1, 3)
    size = 1 << 18
    likeness = numpy.fft.irfft(numpy.fft.rfft(far, size) * numpy.conj(numpy.fft.rfft(near, size)))
    lag = int(numpy.argmax(likeness[: 16_000 * 6 // 10]))
    far = far[lag : lag + len(near)]
    far = numpy.pad(far, (0, len(near) - len(far)))
    return pesq.pesq(16_000, near, far, "wb"), lag / 16


def call(program, spoken, scheme, bitrate, loss, run, seed):
    with tempfile.TemporaryDirectory() as folder:
        (near, far) = (pathlib.Path(folder) / "spoken", pathlib.Path(folder) / "heard")
        near.write_bytes(spoken.tobytes())
        seconds = len(spoken) // 48_000 + 1
        output = subprocess.run(
            [program, near, far, scheme, str(bitrate), str(loss), str(run), str(seed), str(SETTLE), str(seconds)],
            check=True, capture_output=True, text=True).stdout
        figures = json.loads(output)
        assert not figures["is_stuck"]
        figures["pesq"], figures["mouth_to_ear_ms"] = judged(spoken, numpy.frombuffer(far.read_bytes(), dtype="<i2"))
        return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--clips", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--schemes", default="")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    speech = clips(options.clips)
    networks = options.networks.split(",")
    print("| PESQ-WB, median (range) | kbit/s sent | " + " | ".join(networks) + " |")
    print("|---" * (len(networks) + 2) + "|")
    for name, (scheme, bitrate) in SCHEMES.items():
        if options.schemes not in name:
            continue
        cells, rates, notes = [], [], []
        for network in networks:
            (loss, run) = NETWORKS[network]
            jobs = [(spoken, seed) for _, spoken in speech for seed in range(101, 101 + options.seeds)]
            with ThreadPoolExecutor(options.workers) as pool:
                found = list(
                    pool.map(lambda job: call(options.program, job[0], scheme, bitrate, loss, run, job[1]), jobs))
            scores = [figures["pesq"] for figures in found]
            cells.append(f"{statistics.median(scores):.2f} ({min(scores):.2f}–{max(scores):.2f})")
            rates.append(statistics.mean(figures["payload_bits_per_second"] for figures in found) / 1000)
            lost = sum(figures["lost"] for figures in found)
            recovered = sum(figures["recovered"] for figures in found)
            notes.append(
                f"{network}: {100 * lost / sum(figures['packets'] for figures in found):.1f} % lost, "
                f"{100 * recovered / max(lost, 1):.0f} % of it copied, "
                f"{statistics.median(figures['mouth_to_ear_ms'] for figures in found):.0f} ms")
        print(f"| {name} | {min(rates):.0f}–{max(rates):.0f} | " + " | ".join(cells) + " |", flush=True)
        print(f"<!-- {name}: {'; '.join(notes)} -->", flush=True)


if __name__ == "__main__":
    main()
