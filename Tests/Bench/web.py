# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What the web server costs: the shipped program under callgrind, counted from outside."""

import pathlib
import re
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
import harness  # noqa: E402

REQUEST = b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# Together with the start, fewer than one address may ask at once (RateClass.reading).
FEW, MANY = 100, 350


def served(folder, count):
    """Instructions of a whole run that answers so many requests on one kept-alive connection."""
    output = folder / f"requests-{count}.callgrind"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}"] + harness.BINARIES["x86_64"]
    with harness.Program("run", "--config", harness.config(folder, "served"), command=command) as program:
        port = int(program.wait_for(r"listening on http://127.0.0.1:(\d+)").group(1))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(count):
                connection.sendall(REQUEST)
                text = b""
                while not text.endswith(b"}"):
                    part = connection.recv(65536)
                    assert part, "a kept-alive connection was closed\n" + program.log()
                    text += part
                assert text.startswith(b"HTTP/1.1 200 OK\r\n"), text
        assert program.stop() == 0, program.log()
    return int(re.search(r"^(?:summary|totals): (\d+)", output.read_text(), re.M).group(1))


def instructions_of_request(folder):
    """Instructions for one request: two runs differ by them alone, start and end have the same."""
    return (served(folder, MANY) - served(folder, FEW)) / (MANY - FEW)
