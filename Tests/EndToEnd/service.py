# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What tests of the service share: a played service manager, the control socket's client, a thread that is frozen."""

import contextlib
import ctypes
import json
import os
import pathlib
import socket
import subprocess
import time

from harness import BINARIES, PATIENCE_SECONDS, Program, config


class Manager:
    """A service manager's end of NOTIFY_SOCKET: what the program tells, with the time it came."""

    def __init__(self, address):
        self.name = "@" + address[1:] if address.startswith("\0") else address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.messages = []

    def environment(self, watchdog_seconds=None):
        variables = {"NOTIFY_SOCKET": self.name}
        if watchdog_seconds:
            variables["WATCHDOG_USEC"] = str(int(watchdog_seconds * 1_000_000))
        return variables

    def listen(self, seconds):
        """Takes in what comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0 and seconds > 0:
                return
            self.socket.settimeout(max(left, 0.001))
            try:
                text = self.socket.recv(4096).decode()
            except TimeoutError:
                return
            fields = dict(line.split("=", 1) for line in text.split("\n"))
            self.messages.append((time.monotonic(), fields))

    def wait_for(self, seconds=PATIENCE_SECONDS, since=0, **wanted):
        """Waits for a message with these fields among those from number `since` on; answers its number."""
        deadline = time.monotonic() + seconds
        while True:
            for index, (_, fields) in enumerate(self.messages[since:], since):
                if all(fields.get(name) == value for name, value in wanted.items()):
                    return index
            assert time.monotonic() < deadline, f"{wanted} did not come: {self.messages[since:]}"
            self.listen(min(0.1, deadline - time.monotonic()))

    def feedings(self):
        return [instant for instant, fields in self.messages if fields.get("WATCHDOG") == "1"]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.socket.close()


class Frozen:
    """One thread of a program, stopped while the others run: traced, which a signal could not do."""

    SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000

    def __init__(self, pid, name):
        tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
        found = [int(task.name) for task in tasks if (task / "comm").read_text().strip() == name]
        assert len(found) == 1, found
        self.thread = found[0]
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long

    def trace(self, request):
        if self.libc.ptrace(request, self.thread, None, None) < 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")

    def __enter__(self):
        self.trace(self.SEIZE)
        self.trace(self.INTERRUPT)
        os.waitpid(self.thread, self.WALL)
        return self

    def __exit__(self, kind, value, trace):
        self.trace(self.DETACH)


class Client:
    """A client of the control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def send(self, request):
        line = request if isinstance(request, bytes) else json.dumps(request).encode() + b"\n"
        self.socket.sendall(line)

    def ask(self, request):
        self.send(request)
        return json.loads(self.file.readline())

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.file.close()
        self.socket.close()


def command(*arguments, env=None):
    """Runs a command that ends by itself; answers its exit code and what it said."""
    done = subprocess.run(
        BINARIES["x86_64"] + [str(argument) for argument in arguments], capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def calling(callee, folder):
    """A call to `callee` that is up."""
    with Program("call", callee.url + "/call", "--config", config(folder, "caller")) as caller:
        callee.wait_for("the far side is heard")
        yield caller
        assert caller.stop() == 0, caller.log()
