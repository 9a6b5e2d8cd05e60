# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Programs that run beside a test and have children of their own, as browsers do."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

from harness import Program


def descendants(pid):
    """The process ids below `pid`, as far as the kernel still knows who started whom."""
    found = []
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


class Background(Program):
    """A program whose children are ended with it, each by its process id."""

    def __init__(self, command, *, env=None):
        super().__init__(command=command, env=env)

    def stop(self):
        """Ends the program, and whatever of its children is there after that."""
        below = descendants(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.__exit__(None, None, None)
        deadline = time.monotonic() + 5
        for pid in below:
            while pathlib.Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


PREFERRED = -15


@contextlib.contextmanager
def preferred():
    """Lets this session of processes go before what else the machine does, for a while and where that is permitted.

    A call is judged, not what else the machine does. Where sessions share the processor (sched_autogroup), the priority
    of a process counts only among those of its session, so the session's is set; elsewhere this process's own is, which
    those that it starts inherit.
    """
    group = pathlib.Path("/proc/self/autogroup")
    before = group_preference(group)
    with contextlib.suppress(OSError):
        if before is None:
            own = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, 0, PREFERRED)
        else:
            group.write_text(str(PREFERRED))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if before is None:
                os.setpriority(os.PRIO_PROCESS, 0, own)
            else:
                group.write_text(str(before))


def group_preference(group):
    """The priority of this process's session, or None where it has none: the file is then empty, or not there."""
    try:
        words = group.read_text().split()
    except OSError:
        return None
    return int(words[-1]) if words else None
