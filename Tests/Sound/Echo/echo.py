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
BLOCK = RATE // 100
COLUMNS = {
    "talk": ("ERLE 1–3 s", "ERLE 3–15 s", "double talk PESQ", "near only PESQ"),
    "start": ("near dB 0–0.5 s", "0.5–1 s", "1–2 s", "2–3 s", "PESQ 0–4 s", "PESQ 0–8 s"),
    "jump": ("ERLE 5 s before", "0–0.5 s of speech after", "0.5–1 s", "1–2 s", "2–8 s"),
    "headphones": ("far speaks PESQ", "near only PESQ"),
}
COLUMNS["jump-back"] = COLUMNS["jump"]


def part(samples, start, end):
    return samples[int(start * RATE) : int(end * RATE)]


def held_down(heard, left):
    return 10 * numpy.log10((numpy.sum(heard**2) + 1e-12) / (numpy.sum(left**2) + 1e-12))


def clearness(wanted, got):
    try:
        return pesq.pesq(RATE, wanted, got[: len(wanted)], "wb")
    except pesq.NoUtterancesError:
        return float("nan")


def passed(wanted, got):
    """How much of what was wanted came through, in dB."""
    return 20 * numpy.log10(abs(numpy.dot(wanted, got[: len(wanted)])) / numpy.dot(wanted, wanted) + 1e-4)


def run(program, engine, folder, far, microphone):
    paths = [pathlib.Path(folder) / name for name in ("microphone", "played", "out")]
    for path, samples in zip(paths, (microphone, far)):
        whole = numpy.round(signal.resample_poly(samples, 3, 1) * 32768)
        numpy.clip(whole, -32768, 32767).astype("<i2").tofile(path)
    ran = subprocess.run([program, engine, *paths], check=True, capture_output=True, text=True)
    samples = numpy.fromfile(paths[2], "<i2") / 32768
    return signal.resample_poly(samples[int(ran.stdout) :], 1, 3)


def judge(near, microphone, output, kind="talk"):
    def both(measure, first, *times):
        return tuple(measure(part(first, *time), part(output, *time)) for time in times)

    if kind == "start":
        at = scenes.START[0]
        spans = [(at + first, at + last) for first, last in ((0, 0.5), (0.5, 1), (1, 2), (2, 3))]
        return both(passed, near, *spans) + both(clearness, near, (at, at + 4), (at, at + 8))
    if kind in ("jump", "jump-back"):
        # Seconds of far speech: in a pause there is nothing to hold down, and nothing to learn from.
        count = min(len(microphone), len(output)) // BLOCK * BLOCK
        blocks = numpy.stack([samples[:count].reshape(-1, BLOCK) for samples in (microphone, output)])
        loud = numpy.mean(blocks[0] ** 2, axis=1) > 10**-4.6
        at = scenes.JUMP[1] * RATE // BLOCK
        before = blocks[:, :at][:, loud[:at]].reshape(2, -1)
        after = blocks[:, at:][:, loud[at:]].reshape(2, -1)
        return (held_down(*before[:, -5 * RATE :]),) + tuple(
            held_down(*(part(samples, *span) for samples in after)) for span in ((0, 0.5), (0.5, 1), (1, 2), (2, 8)))
    clear = both(clearness, near, (16, 22), (22.5, 29))
    return clear if kind == "headphones" else both(held_down, microphone, (1.5, 3.5), (3.5, 15.5)) + clear


def row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def numbers(name, values, digits=2):
    row([name, *(f"{value:.{digits}f}" for value in values)])


def choose(rng, wanted, among):
    drawn = int(rng.choice(among))
    return drawn if wanted is None else wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=".build-host/release/EchoBench")
    parser.add_argument("--seeds", default="201-209", help="FIRST-LAST; 1 to 99 are those that were tuned on")
    parser.add_argument("--clips", type=int, default=1, help="how many choices of sentences for each room")
    parser.add_argument("--engines", default="ours", help="of ours,speex,none")
    parser.add_argument("--kind", default="talk", choices=scenes.KINDS)
    parser.add_argument("--noise", type=float, default=-60, help="in dBFS")
    parser.add_argument("--loss", type=int, help="echo return loss in dB; without it -6, 0 or 6 by the seed")
    parser.add_argument("--delay", type=int, help="in milliseconds; without it 0, 40, 120 or 250 by the seed")
    parser.add_argument("--drift", type=int, help="in parts per million; without it 0, 100 or -100 by the seed")
    parser.add_argument("--summary", action="store_true", help="no row for each scene")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    first, last = map(int, options.seeds.split("-"))
    engines = options.engines.split(",")
    pools = scenes.voices()
    columns = COLUMNS[options.kind]
    row(["scene", *columns])
    row(["---"] * (len(columns) + 1))
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last + 1):
            rng = numpy.random.default_rng(seed)
            for reverberation in (0.3, 0.6):
                loss = choose(rng, options.loss, (-6, 0, 6))
                delay = choose(rng, options.delay, (0, 40, 120, 250))
                drift = choose(rng, options.drift, (0, 100, -100))
                for clip in range(options.clips):
                    far, near, _, microphone = scenes.scene(
                        seed, pools, reverberation=reverberation, loss=loss, delay=delay, drift=drift,
                        noise=options.noise, kind=options.kind, clip=clip)
                    for engine in engines:
                        output = run(options.program, engine, folder, far, microphone)
                        result = judge(near, microphone, output, options.kind)
                        figures.setdefault((engine, reverberation), []).append(result)
                        if not options.summary:
                            name = f"{engine}, seed {seed}, {reverberation} s, {loss} dB, {delay} ms, {drift} ppm"
                            numbers(name + (f", clip {clip}" if options.clips > 1 else ""), result)
    for (engine, reverberation), results in figures.items():
        name = f"{engine}, {reverberation} s, {len(results)} scenes"
        numbers(f"mean of {name}", numpy.nanmean(results, axis=0))
        numbers(f"median of {name}", numpy.nanmedian(results, axis=0))
        lowest, highest = numpy.nanmin(results, axis=0), numpy.nanmax(results, axis=0)
        row([f"range of {name}", *(f"{low:.2f} to {high:.2f}" for low, high in zip(lowest, highest))])
    if options.kind == "talk" and "ours" in engines:
        for other in set(engines) - {"ours"}:
            for reverberation in (0.3, 0.6):
                pairs = zip(figures["ours", reverberation], figures[other, reverberation])
                differences = [ours[2] - theirs[2] for ours, theirs in pairs]
                print(f"\nDouble talk, {reverberation} s, ours less {other}: at least {min(differences):.2f}, "
                      f"below {other} in {sum(value < 0 for value in differences)} of {len(differences)}.")


if __name__ == "__main__":
    main()
