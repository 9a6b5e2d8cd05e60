# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A device calls its open pages: the page that answers has the call, and gets it back when it is reloaded."""

import contextlib
import http.client
import json
import subprocess
import threading

from harness import Intercom, Program, config, until


def request(port, method, path, body=None, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body, headers=fields)
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read().decode()
    connection.close()
    return answer


@contextlib.contextmanager
def page(port):
    """An open page, without media: answers the list of events that it was told so far."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/events")
    response = connection.getresponse()
    assert response.status == 200
    events = []

    def read():
        name = ""
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := response.readline():
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    events.append((name, json.loads(value)))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield events
    finally:
        connection.sock and connection.sock.shutdown(2)
        connection.close()
        thread.join(10)


def told(events, name):
    return until(lambda: [data for event, data in events if event == name], f"no event {name}", 20)[-1]


class Media(Program):
    """The page's media: a program that offers and takes an answer, line by line."""

    def __init__(self, folder, name):
        super().__init__("call", "--stdio", "--config", config(folder, name), stdin=subprocess.PIPE)
        until(lambda: self.output, "no offer", 20)
        self.offer = json.loads(self.output[0])["sdp"]

    def take(self, answer):
        self.process.stdin.write(json.dumps({"type": "answer", "sdp": answer}) + "\n")
        self.process.stdin.flush()


def test_a_page_answers_and_is_reloaded(tmp_path):
    sdp = {"Content-Type": "application/sdp"}
    with Intercom(config(tmp_path, "device")) as device, page(device.port) as events:
        told(events, "status")
        status, _, text = request(
            device.port, "POST", "/api/command", '{"command":"call","peers":[]}', **{"Content-Type": "application/json"})
        assert status == 200, text
        ring = told(events, "ring")["id"]
        assert device.status()["ring"] == ring
        with Media(tmp_path, "page") as media:
            status, _, text = request(
                device.port, "POST", "/call", media.offer, **sdp, **{"Intercom-Ring": "1" + ring})
            assert status == 403, text
            status, fields, text = request(device.port, "POST", "/call", media.offer, **sdp, **{"Intercom-Ring": ring})
            assert status == 201, text
            assert told(events, "ring_over")["id"] == ring
            media.take(text)
            until(lambda: device.status()["state"] == "connected", "no call", 20)
            # The page is gone without a goodbye, and comes back.
            media.process.kill()
            with Media(tmp_path, "again") as again:
                status, _, text = request(
                    device.port, "POST", "/call", again.offer, **sdp, **{"Intercom-Replaces": fields["Location"]})
                assert status == 201, text
                again.take(text)
                until(lambda: device.status()["state"] == "connected", "the call is not back", 20)
                assert len(device.status()["calls"]) == 1
                status, _, text = request(device.port, "POST", "/bell", "")
                assert status == 204, text
                told(events, "bell")
                again.process.kill()
