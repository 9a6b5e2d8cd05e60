# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Programs that run beside a test and have children of their own, as browsers do."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

from harness import Program


def environment(home, **more):
    """All that a browser or a sound server learns of this machine: where programs are, and a home of its own.

    Nothing of whoever runs the tests reaches it: no display, message bus, sound server, language, or folder.
    """
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8", **more}


def executable(name, package):
    """Where a program is; a sentence that says what to install where it is nowhere."""
    found = shutil.which(name)
    assert found, f"there is no {name} on PATH ({os.environ.get('PATH')}): apt-get install {package}"
    return found


def living():
    """Every process that has not ended, with the one above it. /proc/PID/task/PID/children is not in every kernel, and
    one that has ended stays in /proc for as long as nobody asks how, in a container perhaps for ever."""
    above = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                above[int(stat.parent.name)] = int(parent)
    return above


def descendants(pid):
    """The process ids below `pid`, as far as the kernel still knows who started whom."""
    above = living()
    found = [pid]
    for one in found:
        found += [child for child, parent in above.items() if parent == one]
    return found[1:]


class Background(Program):
    """A program in an environment of its own, whose children are ended with it, each by its process id."""

    def __init__(self, command, *, env):
        super().__init__(command=["env", "-i", *(f"{name}={value}" for name, value in env.items()), *command])

    def stop(self):
        """Ends the program, and whatever of its children is there after that."""
        below = set(descendants(self.process.pid))
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.__exit__(None, None, None)
        deadline = time.monotonic() + 5
        while (left := living().keys() & below) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
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
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(group.read_text().split()[-1])
    return None
