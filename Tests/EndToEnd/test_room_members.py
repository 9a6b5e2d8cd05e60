# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Intercoms that run for ever as members of a room: they meet, ring, hear each other, and miss who goes."""

import contextlib
import json
import signal
import time

import judge
from certificates import Authority
from harness import Intercom, config, until
from service import Client
from test_rooms import Rooms, guarded, token


def inhabitant(folder, name, url, voice=True, authority=None, shown=None, **more):
    """`intercom run` as a member of the room."""
    room = f'[room]\nurl = "{url}"\nname = "house"\nvoice = {json.dumps(voice)}\n'
    room += f'authority = "{authority}"\n' if authority else ""
    room += f'token = "{shown}"\n' if shown else ""
    control = f'[control]\nsocket = "{folder / name}.socket"\n'
    return Intercom(config(folder, name, more=room + control, **{"input": "tone:440", **more}))


def test_two_that_run_meet_over_tls_with_tokens_and_miss_each_other(tmp_path):
    authority = Authority(tmp_path)
    chain, key = authority.issue("localhost", "127.0.0.1")
    web = f'https = "127.0.0.1:0"\ncertificate = "{chain}"\nkey = "{key}"'
    with Rooms(path=guarded(tmp_path, web)) as rooms, contextlib.ExitStack() as stack:
        port = rooms.wait_for(r"rooms at wss://127\.0\.0\.1:(\d+)/").group(1)
        url = f"wss://localhost:{port}/"
        door, gate = (
            stack.enter_context(inhabitant(tmp_path, name, url, authority=authority.fingerprint, shown=token()))
            for name in ("door", "gate"))
        for side in (door, gate):
            side.wait_for("the far side is heard")
        third = stack.enter_context(
            inhabitant(tmp_path, "third", url, authority=authority.fingerprint, shown=token()))
        third.wait_for("the room server refuses: The room is full")
        third.stop()
        thief = stack.enter_context(
            inhabitant(tmp_path, "thief", url, authority=authority.fingerprint, shown=token(aud="door")))
        thief.wait_for("the room server refuses: The token is for another audience")
        thief.stop()
        other = stack.enter_context(
            inhabitant(tmp_path, "other", url, authority="sha-256 " + ":".join(["11"] * 32), shown=token()))
        other.wait_for("the room is away: .*does not come from the authority that is pinned")
        other.stop()
        before = time.monotonic()
        gate.process.kill()
        door.wait_for("gate left the room", seconds=15)
        assert time.monotonic() - before <= 10
        again = stack.enter_context(
            inhabitant(tmp_path, "gate", url, authority=authority.fingerprint, shown=token()))
        again.wait_for("the far side is heard")
        before, seen = time.monotonic(), len(door.lines)
        again.process.send_signal(signal.SIGTERM)
        until(lambda: any("gate left the room" in line for line in door.lines[seen:]), "gate left", seconds=10)
        assert time.monotonic() - before <= 2
        assert again.finish() == 0


def test_a_server_that_starts_again_gets_its_members_back_and_their_call_goes_on(tmp_path):
    with Rooms() as rooms, contextlib.ExitStack() as stack:
        url = f"ws://127.0.0.1:{rooms.port}/"
        sides = [stack.enter_context(inhabitant(tmp_path, name, url)) for name in ("door", "gate")]
        for side in sides:
            side.wait_for("the far side is heard")
        rooms.process.kill()
        rooms.process.wait()
        for side in sides:
            side.wait_for("the room is away")
        with Rooms(rooms.port) as again:
            again.wait_for("2 members in 1 rooms", seconds=20)
            time.sleep(2)
            for side in sides:
                assert not any("disconnected" in line or "hung up" in line for line in side.lines), side.log()
                assert len([line for line in side.lines if "the far side is heard" in line]) == 1, side.log()


def test_without_voice_a_member_is_called_by_its_name_and_either_side_hangs_up(tmp_path):
    with Rooms() as rooms, contextlib.ExitStack() as stack:
        url = f"ws://127.0.0.1:{rooms.port}/"
        sides = door, gate = [
            stack.enter_context(inhabitant(tmp_path, name, url, voice=False, answer="ring"))
            for name in ("door", "gate")]
        door.wait_for("gate came into the room")
        time.sleep(1)
        assert not any("the far side is heard" in line for line in door.lines), door.log()
        with Client(tmp_path / "door.socket") as first, Client(tmp_path / "gate.socket") as second:
            for called, who_hangs_up in ((second, second), (second, first)):
                seen = [len(side.lines) for side in sides]
                assert first.ask({"command": "call", "peers": ["gate"]})["ok"]
                until(lambda: gate.status()["state"] == "ringing", "it rings")
                assert called.ask({"command": "answer"})["ok"]
                for side, count in zip(sides, seen):
                    until(lambda: any("the far side is heard" in line for line in side.lines[count:]), "it is heard")
                assert who_hangs_up.ask({"command": "hangup"})["ok"]
                until(lambda: {side.status()["state"] for side in sides} == {"idle"}, "both hung up")


def test_two_that_run_in_a_room_hear_each_other_well(tmp_path, speech):
    judge.best_of(lambda: live_together(tmp_path, speech))


def live_together(tmp_path, speech):
    heard = {name: tmp_path / f"{name}-heard.wav" for name in ("door", "gate")}
    with Rooms() as rooms, contextlib.ExitStack() as stack:
        url = f"ws://127.0.0.1:{rooms.port}/"
        sides = []
        for name, path in heard.items():
            sides.append(stack.enter_context(
                inhabitant(tmp_path, name, url, input=f"file:{speech}", output=f"file:{path}")))
            sides[-1].wait_for("in the room")
        for side in sides:
            side.wait_for("the far side is heard")
        time.sleep(6)  # of speech, to be judged
        for side in sides:
            assert side.stop() == 0, side.log()
    for name, path in heard.items():
        judge.check(judge.judge(speech, path), f"{name} heard in the room")
