# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Runs intercoms for the end-to-end tests: starts them, waits for what they say, and always stops them by pid."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# INTERCOM_X86_64 and INTERCOM_AARCH64 name other programs than those of `make build` and `make device`.
BINARIES = {
    "x86_64": [os.environ.get("INTERCOM_X86_64", str(ROOT / "build/x86_64/intercom"))],
    "aarch64": ["qemu-aarch64-static", os.environ.get("INTERCOM_AARCH64", str(ROOT / "build/aarch64/intercom"))],
}
# Emulation is some twenty times slower, and machines are shared: a bound on hanging, not a measurement.
PATIENCE_SECONDS = 60


def config(folder, name, *, input="silence", output="none", period_ms=10, frame_ms=20, peers=(), servers=(),
           answer="auto", state=None, audio="", web="", more=""):
    """Writes a configuration for one intercom on loopback and answers its path."""
    text = f"""
name = "{name}"
{f'state_directory = "{state}"' if state else ""}
[audio]
input = "{input}"
output = "{output}"
period_ms = {period_ms}
frame_ms = {frame_ms}
volume = 100
{audio}
[web]
listen = "127.0.0.1:0"
access = "open"
{web}
[ice]
servers = {json.dumps(list(servers))}
loopback = true
[call]
answer = "{answer}"
{more}
"""
    for peer, url in peers:
        text += f'[[peer]]\nname = "{peer}"\nurl = "{url}"\n'
    path = pathlib.Path(folder) / f"{name}.toml"
    path.write_text(text)
    return path


class Program:
    """One run of the intercom (or of `command`): its log is read by a thread, and lines can be waited for."""

    def __init__(self, *arguments, arch="x86_64", command=None, stdin=None, env=None):
        self.lines = []
        self.output = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            (command or BINARIES[arch]) + [str(argument) for argument in arguments],
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
        )
        # A call is judged, not what else the machine does: where it is permitted, that has to wait.
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, -15)
        self.readers = [
            threading.Thread(target=self._read, args=(self.process.stderr, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stdout, self.output), daemon=True),
        ]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append(line.rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, pattern, *, lines=None, seconds=PATIENCE_SECONDS):
        """Waits until a line of the log (or of `lines`) matches; answers the match."""
        expression = re.compile(pattern)
        lines = self.lines if lines is None else lines
        deadline = time.monotonic() + seconds
        seen = 0
        with self.changed:
            while True:
                for line in lines[seen:]:
                    found = expression.search(line)
                    if found:
                        return found
                seen = len(lines)
                left = deadline - time.monotonic()
                ended = self.process.poll() is not None and not any(r.is_alive() for r in self.readers)
                if left <= 0 or ended:
                    why = "the program ended" if ended else f"nothing in {seconds} s"
                    raise AssertionError(f"no line matches {pattern!r}: {why}\n" + self.log())
                self.changed.wait(min(left, 1))

    def finish(self, seconds=PATIENCE_SECONDS):
        """Waits until the program ends by itself; answers its exit status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the program did not end in {seconds} s\n" + self.log()) from None
        for reader in self.readers:
            reader.join(5)
        return status

    def stop(self):
        """Ends the program as a service manager does, by force if it does not listen; answers its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the program did not end on SIGTERM\n" + self.log()) from None
        for reader in self.readers:
            reader.join(5)
        return self.process.returncode

    def come_first(self):
        """Lets the loop go before what else the machine does, where the kernel allows it: for figures of milliseconds."""
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(self.process.pid, os.SCHED_RR, os.sched_param(1))

    def resident_kib(self):
        """The memory that is really there for the program, now."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1))

    def log(self):
        return "\n".join(["-- log --", *self.lines[-60:], "-- output --", *self.output[-20:]])

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join(5)


class Intercom(Program):
    """`intercom run`, listening on a port of the kernel's choice."""

    def __init__(self, config_path, **options):
        super().__init__("run", "--config", config_path, **options)
        try:
            self.url = self.wait_for(r"listening on (http://\S+)").group(1).rstrip("/")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.port = int(self.url.rsplit(":", 1)[1])

    def status(self):
        """What /api/status says now."""
        # Loopback needs no proxy, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/api/status", timeout=PATIENCE_SECONDS) as response:
            return json.load(response)


class ForeignPeer(Program):
    """aiortc in a process of its own: it takes an event loop, and dies for itself."""

    def __init__(self, *arguments):
        super().__init__(*arguments, command=[sys.executable, str(pathlib.Path(__file__).with_name("aiortc_peer.py"))])


def until(condition, what, seconds=PATIENCE_SECONDS):
    """Asks `condition` until it answers something true, and answers that; for what cannot be waited for otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def report(path):
    """The JSON that `--report` wrote."""
    return json.loads(pathlib.Path(path).read_text())
