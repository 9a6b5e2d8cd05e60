# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A server that says what a test tells it to, and keeps what it was asked: for what no well-behaved media server does."""

import dataclasses
import http.server
import threading

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
a={direction}
a=rtcp-mux
a=rtpmap:111 opus/48000/2
"""


def answer(direction):
    """An answer to a caller that nobody keeps."""
    text = ANSWER.format(fingerprint=":".join(["AB"] * 32), direction=direction)
    return text.replace("\n", "\r\n").encode()


@dataclasses.dataclass
class Request:
    method: str
    path: str
    fields: dict
    body: str


class ScriptedServer:
    """Answers each request with the next of `replies`, and the rest with the last: (status, fields, body)."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.requests = []
        self.changed = threading.Condition()

    def __enter__(self):
        scripted = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                with scripted.changed:
                    scripted.requests.append(Request(self.command, self.path, dict(self.headers), body))
                    scripted.changed.notify_all()
                    replies = scripted.replies
                    status, fields, body = replies.pop(0) if len(replies) > 1 else replies[0]
                if self.command != "POST" and status == 201:
                    status, fields, body = 200, [], b""
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_DELETE = respond

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/live"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def wait_for(self, condition, seconds=30):
        """Waits for a request of which `condition` is true; answers it."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(condition, self.requests)), seconds), self.requests
            return next(filter(condition, self.requests))

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
