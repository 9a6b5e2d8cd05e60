# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What every end-to-end test shares: the speech, and the rule that nothing is left running."""

import os
import pathlib
import subprocess
import wave

import pytest

TEXT = (
    "The boat is at the pier, and somebody rings the bell. Please open the gate for the delivery, "
    "then come to the workshop: the kettle is on, and the big saw is quiet again."
)


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """Seven seconds of generated speech at 48 kHz, after half a second of silence."""
    folder = tmp_path_factory.mktemp("speech")
    raw = folder / "raw.wav"
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-a", "90", "-w", str(raw), TEXT], check=True)
    import judge
    import numpy

    samples = judge.read(raw)[: 7 * judge.RATE]
    samples = 0.5 * samples / numpy.max(numpy.abs(samples))
    path = folder / "spoken.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(judge.RATE)
        file.writeframes((numpy.concatenate([numpy.zeros(judge.RATE // 2), samples]) * 32767).astype("<i2").tobytes())
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
