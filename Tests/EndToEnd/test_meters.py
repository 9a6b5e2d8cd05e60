# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""`intercom meters` beside a running service: on a terminal, and in a pipe."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness import BINARIES, PATIENCE_SECONDS, Intercom, config
from service import calling, command


def serve(folder):
    """A service with a control socket, and the socket's path."""
    (folder / "run").mkdir()
    environment = {"RUNTIME_DIRECTORY": str(folder / "run")}
    return Intercom(config(folder, "door", input="tone:440"), env=environment), folder / "run" / "control"


def test_a_line_a_second_in_a_pipe(tmp_path):
    service, control = serve(tmp_path)
    with service:
        code, text = command("meters", "--seconds", 2, "--socket", control)
        assert code == 0 and 2 <= len(text.splitlines()) <= 3, text
        with calling(service, tmp_path):
            time.sleep(2)
            code, text = command("meters", "--seconds", 3, "--socket", control)
            _, status = command("status", "--socket", control)
        lines = text.splitlines()
        assert code == 0 and 3 <= len(lines) <= 4, text
        assert "\x1b" not in text
        last = lines[-1]
        # A tone at -20 dBFS is at 66 of 100; the caller is silent.
        assert re.match(r"input 6[5-7], output \d+.*; \S+: level 0, quality (9\d|100), delay [\d.]+ ms, aims at ", last), last
        assert re.search(r"Heard at level 0, [\d.]+ % of the voice made up, .*jitter ", status), status
        assert service.stop() == 0


def test_bars_on_a_terminal(tmp_path):
    service, control = serve(tmp_path)
    with service, calling(service, tmp_path):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        before = termios.tcgetattr(theirs)
        words = BINARIES["x86_64"] + ["meters", "--socket", str(control)]
        program = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        shown = b""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                shown += os.read(ours, 65536)
        program.send_signal(signal.SIGINT)
        assert program.wait(PATIENCE_SECONDS) == 0
        while select.select([ours], [], [], 0.2)[0]:
            shown += os.read(ours, 65536)
        assert termios.tcgetattr(theirs) == before
        os.close(ours)
        os.close(theirs)
        text = shown.decode()
        # The cursor is hidden once, and at last visible again.
        assert text.startswith("\x1b[?25l") and text.count("\x1b[?25l") == 1 and "\x1b[?25h" in text[-20:], text[-200:]
        frames = text.split("\x1b[0J")
        assert 10 <= len(frames) <= 40, len(frames)
        lines = [re.sub(r"\x1b\[[?\d]*\w|\r", "", line) for line in frames[-2].splitlines()]
        bars = [line for line in lines if "[" in line]
        assert len(bars) == 4 and bars[0].startswith("Microphone  [#####"), lines
        assert all(len(line) < 60 for line in lines), lines


def test_no_service_is_said(tmp_path):
    code, text = command("meters", "--socket", tmp_path / "nothing")
    assert code == 69 and "no service answers at" in text and "systemctl start intercom" in text, text
    service, control = serve(tmp_path)
    with service:
        words = BINARIES["x86_64"] + ["meters", "--lines", "--socket", str(control)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline().startswith("input ")
            assert service.stop() == 0
            _, complaint = program.communicate(timeout=PATIENCE_SECONDS)
        assert program.returncode == 69 and "the service has ended the connection" in complaint, complaint
