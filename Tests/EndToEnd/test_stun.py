# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Server-reflexive candidates from a STUN server, and a server whose name leads nowhere."""

import http.server
import json
import socket
import struct
import threading
import urllib.request

from harness import Intercom, Program, config

MAPPED = ("203.0.113.9", 40_000)
ANSWER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:abcdefgh
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {fingerprint}
a=setup:active
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
""".format(fingerprint=":".join(["AB"] * 32)).replace("\n", "\r\n")


class Server:
    """A STUN server that sees everybody at the same outside address (RFC 8489 section 14.2)."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
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
            address = struct.unpack("!I", socket.inet_aton(MAPPED[0]))[0] ^ cookie
            value = struct.pack("!BBHI", 0, 1, MAPPED[1] ^ (cookie >> 16), address)
            attribute = struct.pack("!HH", 0x0020, len(value)) + value
            self.socket.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, sender)

    def __exit__(self, *_):
        self.socket.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        self.socket.close()


class Callee:
    """Takes a call's signaling and nothing else: what the caller says of itself is kept."""

    def __enter__(self):
        callee = self
        self.said = []
        self.changed = threading.Condition()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=b"", **headers):
                length = int(self.headers.get("Content-Length", 0))
                with callee.changed:
                    callee.said.append(self.rfile.read(length).decode())
                    callee.changed.notify_all()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                self.answer(201, ANSWER.encode(), Location="/call/1", ETag='"1"', Content_Type="application/sdp")

            def do_PATCH(self):
                self.answer(204)

            def do_DELETE(self):
                self.answer(200)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/call"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def wait_for(self, text, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: any(text in said for said in self.said), seconds)

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_a_stun_servers_answer_becomes_a_candidate(tmp_path):
    with Server() as server, Callee() as callee:
        path = config(tmp_path, "caller", servers=[f"stun:localhost:{server.port}"])
        with Program("call", callee.url, "--config", path) as calling:
            assert callee.wait_for("typ srflx", 30), callee.said
            calling.stop()
    candidates = [line for said in callee.said for line in said.splitlines() if "typ srflx" in line]
    assert f"{MAPPED[0]} {MAPPED[1]} typ srflx raddr" in candidates[0], candidates
    assert "typ host" in callee.said[0], "the offer did not wait for the server"
    assert "typ srflx" not in callee.said[0], "the offer waited for the server"


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
