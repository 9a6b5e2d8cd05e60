# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Two machines that only share a cable: network namespaces, which the kernel takes away with their last process."""

import contextlib
import os
import subprocess
import time

import pytest
from harness import BINARIES, until

PATIENCE_SECONDS = 10


class Place:
    """A network namespace, held by a process that sleeps. `command` is how the intercom is run in it."""

    def __init__(self, address, beside=None):
        self.address = address
        make = ["unshare", "--net"] if os.getuid() == 0 or beside else ["unshare", "--user", "--map-root-user", "--net"]
        self.holder = subprocess.Popen([*(beside.enter(net=False) if beside else []), *make, "sleep", "infinity"])
        self.command = [*self.enter(), *BINARIES["x86_64"]]

    def enter(self, net=True):
        """The words before a command that runs it in here."""
        user = [] if os.getuid() == 0 else ["--user", "--preserve-credentials"]
        words = [f"--target={self.holder.pid}", *user, *(["--net"] if net else [])]
        return ["nsenter", *words] if user or net else []

    def wait(self):
        """Waits until the namespace is there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            if self.holder.poll() is not None or time.monotonic() > deadline:
                pytest.skip("no network namespace can be made here")
            time.sleep(0.02)

    def ip(self, *words):
        done = subprocess.run(
            [*self.enter(), "ip", *words], check=True, timeout=PATIENCE_SECONDS, stdout=subprocess.PIPE, text=True)
        return done.stdout


@contextlib.contextmanager
def two_places(first="10.92.0.1", second="10.92.0.2"):
    """Two namespaces that reach each other by these addresses, and nothing else."""
    with contextlib.ExitStack() as stack:
        places = []
        for address in (first, second):
            place = Place(address, *places[:1])
            stack.callback(place.holder.wait)
            stack.callback(place.holder.kill)
            place.wait()
            places.append(place)
        far = str(places[1].holder.pid)
        places[0].ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", far)
        for place in places:
            place.ip("link", "set", "lo", "up")
            place.ip("address", "add", f"{place.address}/24", "dev", "cable")
            place.ip("link", "set", "cable", "up")
        # The kernel takes up to a second to say that there is a carrier; before, an interface has no candidates.
        for place in places:
            until(lambda place=place: " state UP " in place.ip("-o", "link", "show", "cable"), "no carrier")
        yield places
