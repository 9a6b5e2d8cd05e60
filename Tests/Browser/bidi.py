# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A small client of WebDriver BiDi (W3C): commands that wait for their answer, and events as they come."""

import contextlib
import itertools
import json
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

ANSWER_SECONDS = 60
MESSAGE_BYTES_MAX = 64 << 20


class BiDiError(Exception):
    """What the browser says is wrong with a command."""


class Session:
    """One session. `on_event(method, parameters)` is called on the thread that reads."""

    def __init__(self, url, on_event):
        self.closing = contextlib.ExitStack()
        self.socket = self.closing.enter_context(
            connect(url, max_size=MESSAGE_BYTES_MAX, open_timeout=ANSWER_SECONDS, proxy=None))
        self.numbers = itertools.count(1)
        self.answers = {}
        self.changed = threading.Condition()
        self.on_event = on_event
        self.over = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.send("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})

    def _read(self):
        try:
            for text in self.socket:
                message = json.loads(text)
                if message.get("type") == "event":
                    self.on_event(message["method"], message["params"])
                    continue
                with self.changed:
                    self.answers[message.get("id")] = message
                    self.changed.notify_all()
        except ConnectionClosed:
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def post(self, method, **parameters):
        """Sends a command and does not wait: what handlers of events may use. Its answer is never asked for."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return number

    def send(self, method, *, seconds=ANSWER_SECONDS, **parameters):
        """Sends a command and answers its result."""
        number = self.post(method, **parameters)
        with self.changed:
            came = self.changed.wait_for(lambda: number in self.answers or self.over, seconds)
            message = self.answers.pop(number, None)
        if message is None:
            raise BiDiError(f"{method}: " + ("the browser is gone" if came else f"no answer in {seconds} s"))
        if message["type"] == "error":
            raise BiDiError(f"{method}: {message['error']}: {message.get('message')}")
        return message["result"]

    def close(self):
        self.closing.close()
        self.reader.join(5)
