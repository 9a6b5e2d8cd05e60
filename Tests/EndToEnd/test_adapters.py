# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The same call between real programs, whichever way its signaling goes: it comes up, is heard both ways, and ends."""

import contextlib
import signal
import time

import judge
import numpy
import pytest
from harness import Intercom, Program, config
from test_rooms import Rooms
from test_stdio import Side

TONES = {"caller": 440, "callee": 700}


@contextlib.contextmanager
def over_http(folder, settings):
    with Intercom(config(folder, "callee", **settings["callee"])) as callee:
        with Program("call", callee.url + "/call", "--config", config(folder, "caller", **settings["caller"])) as caller:
            yield caller, callee


@contextlib.contextmanager
def over_stdio(folder, settings):
    with contextlib.ExitStack() as stack:
        sides = []
        for name, arguments in (("caller", []), ("callee", ["--answer"])):
            side = Side.__new__(Side)
            side.program = stack.enter_context(
                Program("call", "--stdio", "--config", config(folder, name, **settings[name]), *arguments, stdin=-1))
            sides.append(side)
        sides[1].program.wait_for("waiting for an offer")
        sides[0].carry_to(sides[1])
        sides[1].carry_to(sides[0])
        yield sides[0].program, sides[1].program


@contextlib.contextmanager
def over_websocket(folder, settings):
    with Rooms() as rooms:
        with Program("call", rooms.url(), "--config", config(folder, "callee", **settings["callee"])) as callee:
            callee.wait_for("in the room")
            with Program("call", rooms.url(), "--config", config(folder, "caller", **settings["caller"])) as caller:
                yield caller, callee


def hertz(path):
    """The strongest frequency of the second half."""
    samples = judge.read(path)
    part = samples[len(samples) // 2:]
    spectrum = numpy.abs(numpy.fft.rfft(part * numpy.hanning(len(part))))
    return numpy.argmax(spectrum) * judge.RATE / len(part)


@pytest.mark.parametrize("way", [over_stdio, over_http, over_websocket], ids=["stdio", "http", "websocket"])
@pytest.mark.parametrize("who", [0, 1], ids=["caller-hangs-up", "callee-hangs-up"])
def test_the_same_call_over_every_adapter(tmp_path, way, who):
    heard = {name: tmp_path / f"{name}-heard.wav" for name in TONES}
    settings = {
        name: {"input": f"tone:{tone}", "output": f"file:{heard[name]}"} for name, tone in TONES.items()
    }
    with way(tmp_path, settings) as sides:
        for side in sides:
            side.wait_for("the far side is heard")
        time.sleep(3)  # of tones, to be judged
        sides[who].process.send_signal(signal.SIGTERM)
        assert sides[who].finish() == 0, sides[who].log()
        # A device goes on when its caller hangs up; every other program ends with its call.
        other = sides[1 - who]
        if isinstance(other, Intercom):
            other.wait_for("hung up|closed")
            assert other.stop() == 0, other.log()
        else:
            assert other.finish() == 0, other.log()
    for name, other in (("caller", "callee"), ("callee", "caller")):
        found = hertz(heard[name])
        assert abs(found - TONES[other]) < 5, f"{name} heard {found} Hz"
