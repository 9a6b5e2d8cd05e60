# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Two intercoms meet in a room of `intercom rooms`, and neither a server nor a connection that goes ends their call."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import signal
import socket
import struct
import threading
import time

import judge
import pytest
from harness import Program, config, report, until

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/rooms.schema.json"


class Rooms(Program):
    """`intercom rooms` on loopback; `port` 0: one of the kernel's choice."""

    def __init__(self, port=0, path=None):
        super().__init__("rooms", *(("--config", path) if path else ("--listen", f"127.0.0.1:{port}")))
        try:
            self.port = int(self.wait_for(r"rooms at ws://127\.0\.0\.1:(\d+)/").group(1))
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def url(self, room="house"):
        return f"room+ws://127.0.0.1:{self.port}/{room}"


class Member:
    """A member written by hand (RFC 6455), so that every message is seen as it is."""

    def __init__(self, port, name, room="house", fields="", **more):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /room HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{fields}\r\n".encode())
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self.bytes += self.socket.recv(4096)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.seen = []
        self.say({"type": "hello", "room": room, "name": name, **more})

    def frame(self, opcode, payload):
        assert len(payload) < 65_536
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def say(self, message):
        self.frame(1, json.dumps(message).encode())

    def take(self, count):
        while len(self.bytes) < count:
            more = self.socket.recv(65_536)
            if not more:
                raise EOFError
            self.bytes += more
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def hear(self, kind=None, seconds=20):
        """The next message, of `kind` if one is named; pings are answered meanwhile."""
        self.socket.settimeout(seconds)
        while True:
            first, length = self.take(2)
            assert length < 0x80, "a server's frame is masked"
            if length == 126:
                length = struct.unpack(">H", self.take(2))[0]
            payload = self.take(length)
            if first & 15 == 9:
                self.frame(10, payload)
            if first & 15 == 8:
                raise EOFError
            if first & 15 != 1:
                continue
            message = json.loads(payload)
            self.seen.append(message)
            if kind in (None, message["type"]):
                return message

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        self.socket.close()


class Relay:
    """A TCP relay to a port, whose connections can be cut."""

    def __init__(self, port):
        self.port_behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.port_behind))
                except OSError:
                    near.close()
                    continue
                self.pairs.append((near, far))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def cut(self):
        for pair in self.pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.pairs = []

    def close(self):
        self.listener.close()
        self.cut()


def member(folder, name, url, *arguments, **settings):
    settings = {"input": "tone:440", **settings}
    return Program("call", url, "--config", config(folder, name, **settings), *arguments)


def test_two_meet_in_a_room_and_hear_each_other_well(tmp_path, speech):
    judge.best_of(lambda: meet(tmp_path, speech))


def meet(tmp_path, speech):
    heard = {name: tmp_path / f"{name}-heard.wav" for name in ("door", "gate")}
    with Rooms() as rooms:
        with member(tmp_path, "door", rooms.url(), input=f"file:{speech}", output=f"file:{heard['door']}") as door:
            door.wait_for("in the room, with 0 more")
            with member(tmp_path, "gate", rooms.url(), "--for", "10", "--report", tmp_path / "gate.json",
                        input=f"file:{speech}", output=f"file:{heard['gate']}") as gate:
                assert gate.finish() == 0, gate.log()
                assert door.finish() == 0, door.log()
        assert rooms.stop() == 0, rooms.log()
    assert report(tmp_path / "gate.json")["packets_lost"] == 0
    for name, path in heard.items():
        verdict = judge.judge(speech, path)
        print(f"{name} heard: {verdict}")
        judge.check(verdict, name)


def test_a_restart_of_the_server_leaves_the_call_alone_and_everybody_comes_back(tmp_path):
    with Rooms() as rooms, contextlib.ExitStack() as stack:
        door, gate = (stack.enter_context(member(tmp_path, name, rooms.url())) for name in ("door", "gate"))
        for side in (door, gate):
            side.wait_for("the far side is heard")
        rooms.process.kill()
        rooms.process.wait()
        for side in (door, gate):
            side.wait_for("the room is away")
        with Rooms(rooms.port) as again:
            again.wait_for("2 members in 1 rooms", seconds=20)
            for side in (door, gate):
                assert not any("disconnected" in line or "failed" in line for line in side.lines), side.log()
            gate.process.send_signal(signal.SIGTERM)
            assert gate.finish() == 0, gate.log()
            assert door.finish() == 0, door.log()


def test_a_connection_that_is_cut_is_resumed_and_nobody_else_sees_it(tmp_path):
    with Rooms() as rooms, contextlib.ExitStack() as stack:
        relay = Relay(rooms.port)
        stack.callback(relay.close)
        watcher = stack.enter_context(Member(rooms.port, "watcher"))
        watcher.hear("welcome")
        gate = stack.enter_context(member(tmp_path, "gate", f"room+ws://127.0.0.1:{relay.port}/house"))
        watcher.hear("joined")
        watcher.hear("offer")
        for _ in range(3):
            relay.cut()
            rooms.wait_for("resumed [1-9]")
            time.sleep(0.5)
        watcher.say({"type": "ping"})
        watcher.hear("pong")
        assert not [m for m in watcher.seen if m["type"] in ("left",)], watcher.seen
        assert len([m for m in watcher.seen if m["type"] == "joined"]) == 1, watcher.seen
        assert gate.process.poll() is None


def test_a_member_that_is_killed_is_missed_within_ten_seconds_and_one_that_leaves_within_one(tmp_path):
    with Rooms() as rooms, Member(rooms.port, "watcher") as watcher:
        watcher.hear("welcome")
        with member(tmp_path, "gate", rooms.url()) as gate:
            watcher.hear("joined")
            before = time.monotonic()
            gate.process.kill()
            watcher.hear("left", seconds=15)
            assert time.monotonic() - before <= 10
        with member(tmp_path, "gate", rooms.url()) as gate:
            watcher.hear("joined")
            watcher.hear("offer")
            before = time.monotonic()
            gate.process.send_signal(signal.SIGTERM)
            watcher.hear("left")
            assert time.monotonic() - before <= 1
            gate.finish()
        with Member(rooms.port, "guest") as guest:
            guest.hear("welcome")
            before = time.monotonic()
            guest.say({"type": "leave"})
            watcher.hear("left")
            assert time.monotonic() - before <= 1


def test_a_third_is_refused_with_a_reason(tmp_path):
    with Rooms() as rooms, Member(rooms.port, "a") as one, Member(rooms.port, "b") as two:
        one.hear("welcome")
        assert [peer["name"] for peer in two.hear("welcome")["peers"]] == ["a"]
        with member(tmp_path, "third", rooms.url()) as third:
            third.wait_for("the room server refuses: The room is full: it is for two")
        with Member(rooms.port, "b", room="other") as elsewhere:
            assert elsewhere.hear()["peers"] == []


def test_every_real_message_is_what_the_schema_says(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text())
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    with Rooms() as rooms, Member(rooms.port, "watcher") as watcher:
        watcher.hear("welcome")
        with member(tmp_path, "gate", rooms.url()) as gate:
            offer = watcher.hear("offer")
            watcher.hear("candidate")
            watcher.say({"type": "bye", "to": offer["from"], "call": offer["call"], "reason": "busy"})
            watcher.say({"type": "offer", "to": offer["from"], "call": "mine", "sdp": "v=0"})
            watcher.hear("bye")
            watcher.say({"type": "bye", "to": "nobody", "call": "mine", "reason": ""})
            watcher.hear("error")
            gate.stop()
        watcher.hear("left")
        watcher.say({"type": "hello", "room": "house", "name": "watcher"})
        watcher.hear("error")
    for message in watcher.seen:
        check.validate(message)
    assert {m["type"] for m in watcher.seen} == {"welcome", "joined", "offer", "candidate", "bye", "error", "left"}
    for wrong in ({"type": "dance"}, {"type": "left"}, {"type": "offer", "call": "c", "sdp": "v"}):
        assert not check.is_valid(wrong), wrong


def test_the_page_of_a_room_server_is_one_sentence():
    with Rooms() as rooms, socket.create_connection(("127.0.0.1", rooms.port), timeout=20) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while more := browser.recv(4096):
            answer += more
        assert answer.startswith(b"HTTP/1.1 200 ") and b"This is a room server for intercoms" in answer
        until(lambda: rooms.process.poll() is None, "the server ended")


# Tokens and TLS

KEY = b"a secret of forty bytes, for tests alone"


def token(key=KEY, seconds=600, **claims):
    """A signed token for the rooms."""
    def text(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    payload = {"exp": int(time.time()) + seconds, "aud": "rooms", **claims}
    signed = text(b'{"alg":"HS256"}') + b"." + text(json.dumps(payload).encode())
    return (signed + b"." + text(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def guarded(folder, web=""):
    """The configuration of a room server that wants tokens."""
    (folder / "rooms.key").write_bytes(KEY)
    path = folder / "rooms.toml"
    path.write_text(f"""
name = "rooms"
[web]
listen = "127.0.0.1:0"
access = "token"
{web}
[token]
algorithm = "HS256"
key_file = "{folder / 'rooms.key'}"
audience = "rooms"
""")
    return path


def test_only_a_token_opens_a_room_and_an_address_does_not(tmp_path):
    wrong = {
        "You are not allowed into this room": None,
        "The token's signature is not the configured key's.": token(b"another secret, of more than 32 bytes"),
        "The token has expired.": token(seconds=-600),
        "The token is for another audience (aud).": token(aud="door"),
        "The token is for another room (room).": token(room="garden"),
        "The token is not three parts of base64url.": "nonsense",
    }
    with Rooms(path=guarded(tmp_path)) as rooms:
        for sentence, shown in wrong.items():
            with Member(rooms.port, "a", **({"token": shown} if shown else {})) as guest:
                answer = guest.hear()
                assert answer["code"] == "not_allowed" and answer["sentence"].startswith(sentence), answer
                with pytest.raises(EOFError):
                    guest.hear()
        rooms.wait_for("wrong tokens 5")
        with Member(rooms.port, "a", token=token(room="house")) as guest:
            assert guest.hear()["type"] == "welcome"
        with Member(rooms.port, "b", fields=f"Authorization: Bearer {token()}\r\n") as guest:
            assert guest.hear()["type"] == "welcome"
        for _ in range(4):
            with Member(rooms.port, "a", token=token(b"another secret, of more than 32 bytes")) as guest:
                guest.hear("error")
        with Member(rooms.port, "a", token=token()) as guest:
            assert guest.hear()["code"] == "too_fast"
        assert not any(KEY.decode() in line or "eyJ" in line for line in rooms.lines)


def test_a_call_shows_its_token_from_a_file_and_a_wrong_one_is_told_of(tmp_path):
    (tmp_path / "token").write_text(token() + "\n")
    with Rooms(path=guarded(tmp_path)) as rooms:
        with member(tmp_path, "door", rooms.url(), "--token", tmp_path / "token") as door, \
                member(tmp_path, "gate", rooms.url(), "--token", token()) as gate:
            for side in (door, gate):
                side.wait_for("the far side is heard")
        with member(tmp_path, "thief", rooms.url(), "--token", token(aud="door")) as thief:
            thief.wait_for("the room server refuses: The token is for another audience")


def test_a_room_server_without_tokens_says_what_its_default_means(tmp_path):
    with Rooms(path=config(tmp_path, "rooms")) as rooms:
        assert not any("pairs nobody" in line for line in rooms.lines)
    path = tmp_path / "paired.toml"
    path.write_text('name = "rooms"\n[web]\nlisten = "127.0.0.1:0"\naccess = "paired"\n')
    with Rooms(path=path) as rooms:
        rooms.wait_for('set access = "token" or "open" in')
