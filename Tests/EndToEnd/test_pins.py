# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Pinned certificates, with a signaling server in between that cannot be trusted."""

import contextlib
import hashlib
import http.client
import http.server
import re
import ssl
import threading

from harness import Intercom, config, until

FINGERPRINT = re.compile(rb"(a=fingerprint:sha-256 )(..)")


def certificate(state):
    """The digest of the certificate in a state directory, as the configuration writes it."""
    text = (state / "identity.pem").read_text()
    begin = text.index("-----BEGIN CERTIFICATE-----")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[begin:])).hexdigest().upper()
    return "sha-256 " + ":".join(digest[place:place + 2] for place in range(0, len(digest), 2))


def swapped(body):
    """The description with another certificate than its sender's."""
    return FINGERPRINT.sub(lambda found: found.group(1) + (b"01" if found.group(2) == b"00" else b"00"), body)


@contextlib.contextmanager
def signaling(port, *, offers=lambda body: body, answers=lambda body: body):
    """A server that hands calls on to `port`, and may change what they say; answers its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self):
            body = offers(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            far = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            fields = {name: value for name, value in self.headers.items() if name not in ("Host", "Content-Length")}
            far.request(self.command, self.path, body=body, headers=fields)
            response = far.getresponse()
            answer = answers(response.read())
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name != "Content-Length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            far.close()

        do_POST = do_PATCH = do_DELETE = forward

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def learn(folder, name):
    """Starts an intercom for once, so that its certificate is made; answers that."""
    (folder / f"{name}-state").mkdir(exist_ok=True)
    with Intercom(config(folder, name, state=folder / f"{name}-state")) as intercom:
        assert intercom.stop() == 0, intercom.log()
    return certificate(folder / f"{name}-state")


def pinned(folder, name, peer, url, fingerprint):
    path = config(folder, name, state=folder / f"{name}-state", peers=[(peer, url)])
    path.write_text(path.read_text() + f'fingerprint = "{fingerprint}"\n')
    return path


def place(folder, url, fingerprint):
    """The calling side: it remembers a call, and so calls when it starts."""
    path = pinned(folder, "caller", "callee", url + "/call", fingerprint)
    (folder / "caller-state" / "call").write_text("placed callee\n")
    return path


def test_two_that_know_each_other_talk_over_any_signaling(tmp_path):
    caller_is, callee_is = learn(tmp_path, "caller"), learn(tmp_path, "callee")
    with Intercom(pinned(tmp_path, "callee", "caller", "http://127.0.0.1:9/call", caller_is)) as callee:
        with signaling(callee.port) as url, Intercom(place(tmp_path, url, callee_is)) as caller:
            caller.wait_for("call to callee: connected")
            until(lambda: callee.status()["state"] == "connected", "no call", 20)
            assert callee.status()["calls"][0]["peer"] == "caller"
            assert callee.status()["counters"]["changed_certificates"] == 0


def test_a_signaling_server_that_swaps_the_offers_certificate_is_refused(tmp_path):
    caller_is, callee_is = learn(tmp_path, "caller"), learn(tmp_path, "callee")
    with Intercom(pinned(tmp_path, "callee", "caller", "http://127.0.0.1:9/call", caller_is)) as callee:
        with signaling(callee.port, offers=swapped) as url, Intercom(place(tmp_path, url, callee_is)) as caller:
            callee.wait_for("the certificate of caller has changed")
            caller.wait_for(r"\(403\): The certificate has changed")
            assert callee.status()["state"] == "idle"
            assert callee.status()["counters"]["changed_certificates"] >= 1


def test_a_signaling_server_that_swaps_the_answers_certificate_is_refused(tmp_path):
    caller_is, callee_is = learn(tmp_path, "caller"), learn(tmp_path, "callee")
    with Intercom(pinned(tmp_path, "callee", "caller", "http://127.0.0.1:9/call", caller_is)) as callee:
        with signaling(callee.port, answers=swapped) as url, Intercom(place(tmp_path, url, callee_is)) as caller:
            caller.wait_for("the far side's certificate has changed")
            until(lambda: caller.status()["counters"]["changed_certificates"] >= 1, "it is not counted", 20)
            assert not any("call to callee: connected" in line for line in caller.lines), caller.log()
