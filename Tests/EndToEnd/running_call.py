# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A call that goes on while something else happens to it, and must be heard all the while."""

import os
import pathlib
import wave

import numpy
from harness import Intercom, Program, config, until

import judge

# The longest that a test may take to do its harm; the speech is repeated for so long.
SECONDS_MAX = 90
# The least of it that is judged.
SECONDS_MIN = 6
# The harm itself costs CPU time, and what is asked here is that the call goes on: a burst of concealment is forgiven.
PESQ_MIN = 3.5
# The memory that a program may gain by being harmed: connections' buffers, once, and what the allocator keeps.
GROWTH_KIB_MAX = 4096


class RunningCall:
    """Two intercoms in a call. `with RunningCall(...) as call:` does the harm inside and judges at the end."""

    def __init__(self, folder, speech):
        self.folder = folder
        self.repeated = folder / "repeated.wav"
        samples = judge.read(speech)
        times = int(SECONDS_MAX * judge.RATE / len(samples))
        with wave.open(str(self.repeated), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(judge.RATE)
            file.writeframes((numpy.tile(samples, times) * 32767).astype("<i2").tobytes())
        self.heard_by_callee, self.heard_by_caller = folder / "callee-heard.wav", folder / "caller-heard.wav"

    def __enter__(self):
        answering = config(
            self.folder, "callee", input=f"file:{self.repeated}", output=f"file:{self.heard_by_callee}", frame_ms=20)
        placing = config(
            self.folder, "caller", input=f"file:{self.repeated}", output=f"file:{self.heard_by_caller}", frame_ms=20)
        self.callee = Intercom(answering)
        try:
            self.caller = Program("call", self.callee.url + "/call", "--config", placing)
        except BaseException:
            self.callee.__exit__(None, None, None)
            raise
        try:
            self.callee.wait_for("the far side is heard")
            self.caller.wait_for("the far side is heard")
            self.before_kib = [self.callee.resident_kib(), self.caller.resident_kib()]
            self.descriptors = self.open_descriptors()
        except BaseException:
            self.leave()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.judge()
        finally:
            self.leave()

    def leave(self):
        self.caller.__exit__(None, None, None)
        self.callee.__exit__(None, None, None)

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.callee.process.pid}/fd"))

    def judge(self):
        """The call is up, nobody kept memory or descriptors, and what was said all the while was heard."""
        for path in (self.heard_by_callee, self.heard_by_caller):
            bytes_wanted = SECONDS_MIN * judge.RATE * 2
            until(lambda: path.stat().st_size > bytes_wanted, f"{path.name} does not grow")
        # Those who were refused or cut off may still be waited for.
        until(lambda: self.open_descriptors() <= self.descriptors, "descriptors were not given back")
        status = self.callee.status()
        assert [call["connection_state"] for call in status["calls"]] == ["connected"], status
        for program, before in zip((self.callee, self.caller), self.before_kib):
            after = program.resident_kib()
            print(f"memory: {before} KiB before, {after} KiB after")
            assert after - before <= GROWTH_KIB_MAX, program.log()
        assert self.caller.stop() == 0, self.caller.log()
        self.callee.wait_for("call 1: closed|the caller hung up")
        assert self.callee.stop() == 0, self.callee.log()
        for who, path in (("called", self.heard_by_callee), ("calling", self.heard_by_caller)):
            verdict = judge.judge(self.repeated, path, within_seconds=0.5)
            seconds = len(judge.read(path)) / judge.RATE
            print(f"the {who} side heard {seconds:.1f} s: {verdict}")
            assert verdict.pesq >= PESQ_MIN, verdict
            assert abs(verdict.level_db) < 1.5, verdict


def udp_ports(pid):
    """The UDP addresses that process `pid` is bound to, IPv4 only, as (address, port)."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(entry)
        except OSError:
            continue
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    ports = []
    for line in pathlib.Path(f"/proc/{pid}/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[9] in inodes:
            address, port = fields[1].split(":")
            ports.append((".".join(str(byte) for byte in reversed(bytes.fromhex(address))), int(port, 16)))
    return ports
