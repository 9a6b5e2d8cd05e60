# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A stand-in for the intercom's web server: it serves the page's files as the program does, answers its API with values that a test
sets, and keeps what the page asked. The far side of a call is another page of the same browser (`/far`)."""

import http.server
import json
import pathlib
import queue
import re
import socketserver
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "Sources/CPage/files"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
          "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


def page_files():
    """The paths, their types and bytes, put together as Sources/CPage/Page.c does."""
    shim = (ROOT / "Sources/CPage/Page.c").read_text()
    arrays = {name: b"".join((FILES.parent / path).read_bytes() for path in re.findall(r'#embed "([^"]+)"', body))
              for name, body in re.findall(r"uint8_t (\w+)\[\] = \{\n(.*?)\};", shim, re.S)}
    return {
        "/": ("text/html; charset=utf-8", arrays["html"]),
        "/page.css": ("text/css; charset=utf-8", arrays["style"]),
        "/page.js": ("text/javascript; charset=utf-8", arrays["script"]),
        "/icon.svg": ("image/svg+xml", arrays["icon"]),
        "/manifest.webmanifest": ("application/manifest+json", arrays["manifest"]),
        "/apple-touch-icon.png": ("image/png", arrays["touch_icon"]),
    }


ME = {"name": "Front door", "version": "0.4.0", "access": "paired", "role": "talk", "secure": True, "https_url": None,
      "fingerprint": "9C:1F:04:7B:D2:6E:53:A8:0D:4F:B1:92:36:E7:C8:5A:7D:20:F4:8B:61:3E:A9:05:DC:47:B8:12:6F:93:0E:C4"}
STATUS = {"name": "Front door", "version": "0.4.0", "uptime_s": 3723, "audio_started_ns": 1, "state": "idle", "input_level": 12,
          "output_level": 0, "microphone_muted": False, "muted_by_hardware": False, "talking": False, "speaker_muted": False,
          "volume": 70, "do_not_disturb": False, "trouble": "", "calls": [], "peers": ["Garage", "Workshop"], "ring": None, "waiting": [],
          "counters": {}}


class StandIn:
    """One server on loopback. Tests set `me`, `status` and `refuse`, push events, and read `requests`."""

    def __init__(self):
        self.me = dict(ME)
        self.status = dict(STATUS)
        self.code = "123456"
        self.token = None  # the signed token that lets in
        self.paired = [{"id": 1, "name": "Anna's phone", "role": "admin"}, {"id": 2, "name": "Kitchen tablet", "role": "talk"}]
        self.refuse = {}  # (method, path) -> (status, fields, problem)
        self.requests = []  # (method, path, fields, body)
        self.streams = []
        self.offers = queue.Queue()
        self.answers = {}
        self.calls = 0
        self.over = set()  # the paths of sessions that ended
        self.changed = threading.Condition()
        owner = self

        class Handler(_Handler):
            stand_in = owner

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                """A browser may close a connection at any time."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        """Ends every stream and the server."""
        self.drop_streams()
        self.server.shutdown()
        self.server.server_close()

    def push(self, event, data=None):
        """Sends an event to every page that listens."""
        for stream in list(self.streams):
            stream.put(f"event: {event}\ndata: {json.dumps(data if data is not None else {})}\n\n".encode())

    def set_status(self, **values):
        """Changes the status and tells the pages."""
        self.status.update(values)
        self.push("status", self.status)

    def drop_streams(self):
        """Ends the streams of events."""
        for stream in list(self.streams):
            stream.put(None)

    def asked(self, method, path):
        """The requests of this kind so far."""
        return [request for request in self.requests if request[:2] == (method, path)]

    def note(self, *request):
        """Keeps a request, and wakes who waits for one."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in = None
    disable_nagle_algorithm = True
    wbufsize = -1  # one segment for head and body

    def log_message(self, *arguments):
        """Says nothing."""

    def answer(self, status, body=b"", content="application/json", **fields):
        """Sends a whole response."""
        body = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        self.send_response_only(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Type", content)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def handle_any(self):
        """Answers any request."""
        stand_in, path = self.stand_in, self.path.split("?")[0]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        stand_in.note(self.command, path, dict(self.headers), body)
        if refusal := stand_in.refuse.get((self.command, path)):
            status, fields, detail = refusal
            return self.answer(status, {"status": status, "detail": detail}, "application/problem+json", **fields)
        if path.startswith("/call/"):
            return self.session(path, body)
        if path.startswith("/api/paired/") and self.command == "DELETE":
            stand_in.paired = [one for one in stand_in.paired if str(one["id"]) != path.rsplit("/", 1)[1]]
            return self.answer(204)
        route = getattr(self, "_".join([self.command.lower(), *re.findall(r"\w+", path)]), None)
        if route:
            return route(body)
        if self.command == "GET" and (file := page_files().get(path)):
            return self.answer(200, file[1], file[0], Content_Security_Policy=POLICY)
        return self.answer(404, {"detail": "There is nothing here."}, "application/problem+json")

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any

    def get_api_me(self, _):
        self.answer(200, {**self.stand_in.me, **({"role": "talk"} if self.has_token() else {})})

    def get_api_status(self, _):
        if self.stand_in.token and not self.has_token():
            return self.answer(401, {"detail": "The token has expired."}, "application/problem+json")
        return self.answer(200, self.stand_in.status)

    def has_token(self):
        """Whether the cookie holds the token that lets in."""
        return self.stand_in.token and f"intercom={self.stand_in.token}" in self.headers.get("Cookie", "")

    def get_api_paired(self, _):
        self.answer(200, self.stand_in.paired)

    def get_trust(self, _):
        self.answer(200, b"<!DOCTYPE html><title>Trust</title>", "text/html")

    def get_far(self, _):
        self.answer(200, (pathlib.Path(__file__).parent / "far.html").read_bytes(), "text/html; charset=utf-8")

    def post_bell(self, _):
        self.answer(204)

    def post_api_pair(self, body):
        if json.loads(body)["code"] != self.stand_in.code:
            return self.answer(403, {"detail": "The code is wrong."}, "application/problem+json")
        self.stand_in.me["role"] = "talk"
        return self.answer(200, {"role": "talk"})

    def post_api_unpair(self, _):
        self.stand_in.me["role"] = None
        self.answer(204)

    def post_api_pairing(self, _):
        self.answer(200, {"code": "428913", "expires_s": 120})

    def post_api_command(self, body):
        command = json.loads(body)
        if command["command"] in ("mute", "unmute"):
            self.stand_in.set_status(microphone_muted=command["command"] == "mute")
        self.answer(200, {"ok": True, "message": "Done."})

    def get_api_events(self, _):
        """A stream of events until the test ends it, or the page goes."""
        stand_in, stream = self.stand_in, queue.Queue()
        self.send_response_only(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(f"retry: 200\n\nevent: status\ndata: {json.dumps(stand_in.status)}\n\n".encode())
        self.wfile.flush()
        stand_in.streams.append(stream)
        try:
            while (event := stream.get()) is not None:
                self.wfile.write(event)
                self.wfile.flush()
        except OSError:
            pass
        finally:
            stand_in.streams.remove(stream)

    def post_call(self, body):
        """Hands the offer to the far page, and its answer back."""
        stand_in = self.stand_in
        with stand_in.changed:
            stand_in.calls += 1
            path = f"/call/{stand_in.calls:032x}"
        stand_in.offers.put({"path": path, "sdp": body.decode()})
        with stand_in.changed:
            if not stand_in.changed.wait_for(lambda: path in stand_in.answers, timeout=10):
                return self.answer(504, {"detail": "Nobody answered."}, "application/problem+json")
        return self.answer(201, stand_in.answers.pop(path), "application/sdp", Location=path, ETag='"1"')

    def session(self, path, body):
        """PATCH and DELETE of a session."""
        if path in self.stand_in.over:
            return self.answer(404)
        if self.command == "PATCH":
            self.stand_in.offers.put({"path": path, "fragment": body.decode()})
            return self.answer(204)
        if self.command == "DELETE":
            self.stand_in.over.add(path)
            self.stand_in.offers.put({"path": path, "over": True})
        return self.answer(200)

    def get_far_next(self, _):
        """What the far page has to do next; null when nothing came for a while."""
        try:
            self.answer(200, self.stand_in.offers.get(timeout=2))
        except queue.Empty:
            self.answer(200, b"null")

    def post_far_answer(self, body):
        answer = json.loads(body)
        with self.stand_in.changed:
            self.stand_in.answers[answer["path"]] = answer["sdp"].encode()
            self.stand_in.changed.notify_all()
        self.answer(204)
