# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Sends scenes of echo through the canceller and prints how it did as a Markdown table."""

import argparse
import pathlib
import subprocess
import tempfile
import warnings

import numpy
import pesq
from scipy import signal

import scenes

RATE = scenes.RATE
COLUMNS = ("ERLE 1–3 s", "ERLE 3–15 s", "double talk PESQ", "near only PESQ")


def part(samples, start, end):
    return samples[int(start * RATE) : int(end * RATE)]


def held_down(heard, left):
    return 10 * numpy.log10((numpy.sum(heard**2) + 1e-12) / (numpy.sum(left**2) + 1e-12))


def clearness(wanted, got):
    try:
        return pesq.pesq(RATE, wanted, got[: len(wanted)], "wb")
    except pesq.NoUtterancesError:
        return float("nan")


def run(program, engine, folder, far, microphone):
    paths = [pathlib.Path(folder) / name for name in ("microphone", "played", "out")]
    for path, samples in zip(paths, (microphone, far)):
        whole = numpy.round(signal.resample_poly(samples, 3, 1) * 32768)
        numpy.clip(whole, -32768, 32767).astype("<i2").tofile(path)
    ran = subprocess.run([program, engine, *paths], check=True, capture_output=True, text=True)
    samples = numpy.fromfile(paths[2], "<i2") / 32768
    return signal.resample_poly(samples[int(ran.stdout) :], 1, 3)


def judge(near, microphone, output):
    return (
        held_down(part(microphone, 1.5, 3.5), part(output, 1.5, 3.5)),
        held_down(part(microphone, 3.5, 15.5), part(output, 3.5, 15.5)),
        clearness(part(near, 16, 22), part(output, 16, 22)),
        clearness(part(near, 22.5, 29), part(output, 22.5, 29)),
    )


def row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=".build-host/release/EchoBench")
    parser.add_argument("--seeds", default="201-209", help="FIRST-LAST; 1 to 9 are those that were tuned on")
    parser.add_argument("--engines", default="ours", help="of ours,speex,none")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    first, last = map(int, options.seeds.split("-"))
    pools = scenes.voices()
    row(["scene", *COLUMNS])
    row(["---"] * (len(COLUMNS) + 1))
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last + 1):
            rng = numpy.random.default_rng(seed)
            for reverberation in (0.3, 0.6):
                loss, delay, drift = (int(rng.choice(of)) for of in ((-6, 0, 6), (0, 40, 120, 250), (0, 100, -100)))
                far, near, _, microphone = scenes.scene(
                    seed, pools, reverberation=reverberation, loss=loss, delay=delay, drift=drift)
                for engine in options.engines.split(","):
                    result = judge(near, microphone, run(options.program, engine, folder, far, microphone))
                    figures.setdefault((engine, reverberation), []).append(result)
                    name = f"{engine}, seed {seed}, {reverberation} s, {loss} dB, {delay} ms, {drift} ppm"
                    row([name, *(f"{value:.2f}" for value in result)])
    for (engine, reverberation), results in figures.items():
        row([f"mean of {engine}, {reverberation} s", *(f"{value:.2f}" for value in numpy.nanmean(results, axis=0))])


if __name__ == "__main__":
    main()
