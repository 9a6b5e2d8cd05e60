# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Server-reflexive candidates from a STUN server, and a server whose name leads nowhere."""

import json
import socket
import struct
import threading
import urllib.request

from harness import Intercom, Program, config
from scripted_server import ScriptedServer, answer

MAPPED = ("203.0.113.9", 40_000)


class Server:
    """A STUN server that sees everybody at the same outside address (RFC 8489 section 14.2)."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = 0
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self

    def _serve(self):
        while True:
            request, sender = self.socket.recvfrom(2048)
            if request == b"end":
                return
            kind, _, cookie = struct.unpack("!HHI", request[:8])
            if kind != 1 or cookie != 0x2112A442:
                continue
            self.asked += 1
            address = struct.unpack("!I", socket.inet_aton(MAPPED[0]))[0] ^ cookie
            value = struct.pack("!BBHI", 0, 1, MAPPED[1] ^ (cookie >> 16), address)
            attribute = struct.pack("!HH", 0x0020, len(value)) + value
            self.socket.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, sender)

    def __exit__(self, *_):
        self.socket.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


def test_a_stun_servers_answer_becomes_a_candidate(tmp_path):
    created = [("Location", "/call/1"), ("ETag", '"1"'), ("Content-Type", "application/sdp")]
    with Server() as server, ScriptedServer((201, created, answer("sendrecv"))) as callee:
        path = config(tmp_path, "caller", servers=[f"stun:localhost:{server.port}"])
        with Program("call", callee.url, "--config", path) as calling:
            callee.wait_for(lambda request: "typ srflx" in request.body)
            calling.stop()
    said = [request.body for request in callee.requests]
    candidates = [line for body in said for line in body.splitlines() if "typ srflx" in line]
    assert f"{MAPPED[0]} {MAPPED[1]} typ srflx raddr" in candidates[0], candidates
    assert "typ host" in said[0], "the offer did not wait for the server"
    assert "typ srflx" not in said[0], "the offer waited for the server"


def test_a_server_name_that_leads_nowhere_is_counted_and_delays_nothing(tmp_path):
    path = config(tmp_path, "callee", servers=["stun:nobody.invalid"])
    with Intercom(path) as answering:
        caller = config(tmp_path, "caller", servers=["stun:nobody.invalid"])
        with Program("call", answering.url + "/call", "--config", caller, "--for", 1) as calling:
            assert calling.finish() == 0, calling.log()
            assert "cannot be resolved" in calling.log()
        answering.wait_for("cannot be resolved")
        with urllib.request.urlopen(answering.url + "/api/status") as response:
            status = json.load(response)
        assert status["counters"]["failed_lookups"] == 1
        assert answering.stop() == 0
