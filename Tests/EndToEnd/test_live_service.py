# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What a person does to a running service: commands that act, a reload while voice flows, and what that costs."""

import contextlib
import signal
import subprocess
import time

import pytest
from harness import BINARIES, PATIENCE_SECONDS, Intercom, Program, config, report, until
from service import Client, Manager, calling, command

import judge

# Heap allocations of the loop thread in turns without commands, and its wake-ups a second, in a steady call.
ALLOCATIONS_MAX = 0
WAKE_UPS_MAX = 120
# What is made up for the ear in a call of eight seconds: one frame.
CONCEALED_MS_MAX = 20


class Service(Intercom):
    """An intercom with a control socket."""

    def __init__(self, config_path, folder, **environment):
        folder.mkdir(exist_ok=True)
        self.control = folder / "control"
        super().__init__(config_path, env={"RUNTIME_DIRECTORY": str(folder), **environment})

    def run(self, *words):
        """Runs a command; answers its exit code and what it said."""
        return command(*words, "--socket", self.control)

    def obey(self, *words):
        """Runs a command that is to be obeyed; answers what it said."""
        code, text = self.run(*words)
        assert code == 0, (words, text)
        return text

    def refuse(self, *words):
        code, text = self.run(*words)
        assert code == 1, (words, text)
        return text

    def wait_until(self, state):
        until(lambda: self.status()["state"] == state, f"{self.status()['name']} does not become {state}", 10)


@pytest.fixture
def pair(tmp_path):
    """Two services that know each other: the door rings, and talks while talk is pressed."""
    talk = '[talk]\nmode = "push"\nrelease_tail_ms = 100\n'
    door_config = config(
        tmp_path, "door", input="tone:440", answer="ring", peers=[("house", "http://127.0.0.1:9/call")], more=talk)
    with Service(door_config, tmp_path / "door") as door:
        house_config = config(tmp_path, "house", input="tone:440", answer="ring", peers=[("door", door.url + "/call")])
        with Service(house_config, tmp_path / "house") as house:
            yield house, door


# Commands


def test_a_call_by_commands(pair):
    house, door = pair
    assert house.refuse("hangup") == "intercom: There is no call.\n"
    assert door.refuse("answer") == "intercom: Nobody is calling.\n"
    assert house.refuse("call", "attic") == "intercom: The configuration has no such peer.\n"
    assert house.obey("call", "door") == "Calling door.\n"
    door.wait_until("ringing")
    assert "\nState: ringing\n" in door.obey("status")
    assert "\nState: calling\n" in house.obey("status")
    assert house.refuse("call", "door") == "intercom: There is a call already.\n"
    assert door.obey("answer") == "Answered.\n"
    for service, other in ((house, "door"), (door, "house")):
        service.wait_until("connected")
        text = service.obey("status")
        assert "\nState: connected\n" in text and f"\nCall with {other}: connected, quality " in text, text
    # The called side hangs up; both know at once.
    assert door.obey("hangup") == "Hung up.\n"
    house.wait_until("idle")
    door.wait_until("idle")
    # Whoever is called hangs up instead of answering, and whoever calls gives up.
    with Client(house.control) as client:
        assert client.ask({"command": "call", "peers": []}) == {"ok": True, "message": "Calling everybody."}
    door.wait_until("ringing")
    door.obey("hangup")
    house.wait_until("idle")
    house.obey("call", "door")
    door.wait_until("ringing")
    house.obey("hangup")
    door.wait_until("idle")
    assert (house.status()["calls"], door.status()["calls"]) == ([], [])


def test_a_name_alone_is_called_by_the_service(pair, tmp_path):
    """As the unit starts it: the socket lies where every command looks for it."""
    house, door = pair
    (tmp_path / "run").mkdir()
    (tmp_path / "house").rename(tmp_path / "run" / "intercom")
    seen = ["unshare", "-m", "sh", "-c", 'mount --bind "$1" /run; shift; exec "$@"', "sh", str(tmp_path / "run")]

    def run(*words):
        done = subprocess.run([*seen, *BINARIES["x86_64"], *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS)
        return done.returncode, done.stdout + done.stderr

    assert run("call", "door") == (0, "Calling door.\n")
    door.wait_until("ringing")
    assert run("hangup") == (0, "Hung up.\n")
    door.wait_until("idle")
    assert "\nState: idle\n" in run("status")[1]


def test_nobody_is_disturbed(pair):
    house, door = pair
    assert door.obey("dnd", "on") == "Calls are refused as busy.\n"
    assert "Do not disturb" in door.obey("status")
    house.obey("call", "door")
    house.wait_for("busy")
    house.wait_until("idle")
    assert not any("calls" in line for line in door.lines)
    assert door.obey("dnd", "off") == "Calls are taken again.\n"
    house.obey("call", "door")
    door.wait_until("ringing")


def test_mute_volume_and_talk(pair):
    house, door = pair
    house.obey("call", "door")
    door.wait_until("ringing")
    door.obey("answer")
    for service in pair:
        service.wait_until("connected")
    assert house.obey("mute") == "The microphone is muted.\n"
    assert "\nMicrophone: muted" in house.obey("status") and not house.status()["talking"]
    assert house.obey("unmute") == "The microphone is no longer muted.\n"
    assert house.status()["talking"]
    assert house.obey("volume", "40") == "The volume is 40 %.\n"
    louder = int(house.obey("volume", "+1").split()[3])
    assert 40 < louder <= 50
    assert house.obey("volume", "-100") == "The volume is 0 %.\n"
    assert house.status()["volume"] == 0
    # The door talks while talk is pressed, and its last syllable longer.
    assert not door.status()["talking"]
    assert door.obey("talk", "on") == "Talking.\n"
    until(lambda: door.status()["talking"], "talk does not open the gate", 2)
    assert door.obey("talk", "off") == "No longer talking.\n"
    until(lambda: not door.status()["talking"], "the gate stays open", 2)
    door.obey("talk", "on")
    door.obey("mute")
    assert not door.status()["talking"], "muted, and it says that it talks"


def test_a_missing_card_is_told_once(tmp_path):
    with Manager(str(tmp_path / "notify")) as manager:
        path = config(tmp_path, "board", input="alsa:hw:Nothing", output="alsa:hw:Nothing")
        with Service(path, tmp_path / "board", **manager.environment()) as board:
            board.wait_for("capture hw:Nothing cannot be opened")
            board.wait_for("playback hw:Nothing cannot be opened")
            until(lambda: manager.listen(0) or any(
                "no microphone" in fields.get("STATUS", "") for _, fields in manager.messages), "the manager is not told")
            text = board.obey("status")
            assert "\nTrouble: no microphone: " in text and "intercom devices" in text, text
            time.sleep(1)
            assert len([line for line in board.lines if "cannot be opened" in line]) == 2, board.log()


# Reading the configuration again


def reload_in_a_call(tmp_path):
    talk = '[talk]\nmode = "{}"\n'
    path = config(tmp_path, "callee", input="tone:440")
    path.write_text(path.read_text() + talk.format("open"))
    seconds = 8
    with Service(path, tmp_path / "callee") as callee:
        arguments = ["call", callee.url + "/call", "--config", config(tmp_path, "caller", input="tone:440")]
        with Program(*arguments, "--for", seconds, "--report", tmp_path / "report.json") as caller:
            callee.come_first()
            caller.come_first()
            callee.wait_for("the far side is heard")
            caller.wait_for("the far side is heard")
            time.sleep(1)
            before = callee.status()
            assert before["talking"] and before["volume"] == 100 and not before["do_not_disturb"], before
            good = path.read_text()
            text = good.replace("volume = 100", "volume = 30").replace("[call]", "[call]\ndo_not_disturb = true")
            text = text.replace(talk.format("open"), talk.format("push")).replace("loopback = true", "loopback = false")
            text += '[log]\nlevel = "warning"\n[[peer]]\nname = "attic"\nurl = "http://127.0.0.1:9/call"\n'
            path.write_text(text)
            callee.process.send_signal(signal.SIGHUP)
            callee.wait_for("what changed in ice holds after a restart only")
            after = callee.status()
            assert after["volume"] == 30 and after["do_not_disturb"] and after["state"] == "connected", after
            until(lambda: not callee.status()["talking"], "talk is not push-to-talk", 2)
            # The peer is known: what stands in its way is the call. The log does not tell of it any more.
            assert callee.refuse("call", "attic") == "intercom: There is a call already.\n"
            quiet_from = len(callee.lines)
            # A file that is wrong is told, and what held before still holds.
            path.write_text(text.replace("volume = 30", "volume = 300"))
            callee.process.send_signal(signal.SIGHUP)
            callee.wait_for(f"{path}:.*audio.volume")
            callee.wait_for("the configuration was not read again")
            after = callee.status()
            assert after["volume"] == 30 and after["do_not_disturb"] and not after["talking"], after
            # What the control socket set is not undone by a file that says nothing new of it.
            callee.obey("volume", "60")
            callee.obey("dnd", "off")
            path.write_text(text.replace(talk.format("push"), talk.format("open")))
            callee.process.send_signal(signal.SIGHUP)
            until(lambda: callee.status()["talking"], "talk is not open again", 5)
            after = callee.status()
            assert after["volume"] == 60 and not after["do_not_disturb"], after
            assert caller.finish() == 0, caller.log()
        assert not [line for line in callee.lines[quiet_from:] if line.startswith(("<5>", "<6>"))], callee.log()
        assert callee.stop() == 0, callee.log()
    figures = report(tmp_path / "report.json")
    print("\n", {key: figures[key] for key in ("packets_received", "packets_lost", "late", "concealed_ms", "jitter_ms")})
    assert figures["packets_lost"] == 0, figures
    # Packets went on in time all the while.
    if figures["packets_received"] < seconds * 50 * 0.98 or figures["concealed_ms"] > CONCEALED_MS_MAX:
        raise judge.TooPoor(figures)


def test_a_reload_applies_while_voice_flows(tmp_path):
    judge.best_of(lambda: reload_in_a_call(tmp_path))


# What it costs


@pytest.mark.parametrize("sound", ["tone:440", "alsa:null"])
def test_a_steady_call_of_the_service_costs_little(tmp_path, sound):
    seconds = 6
    settings = {"input": sound, "output": sound if sound.startswith("alsa") else "none"}
    path = config(tmp_path, "callee", **settings)
    with contextlib.ExitStack() as stack:
        manager = stack.enter_context(Manager(str(tmp_path / "notify")))
        environment = manager.environment(watchdog_seconds=2)
        callee = stack.enter_context(Service(path, tmp_path / "callee", **environment))
        stack.enter_context(calling(callee, tmp_path))
        client = stack.enter_context(Client(callee.control))

        def counters():
            return client.ask({"command": "status"})["status"]["counters"], time.monotonic()

        time.sleep(2)
        before, began = counters()
        manager.listen(seconds)
        after, ended = counters()
        grown = {name: after[name] - count for name, count in before.items()}
        wake_ups = grown["wake_ups"] / (ended - began)
        print(f"\n{sound}: {grown}; {wake_ups:.1f} wake-ups a second")
        assert grown["loop_allocations"] <= ALLOCATIONS_MAX and grown["audio_allocations"] <= ALLOCATIONS_MAX, grown
        assert wake_ups <= WAKE_UPS_MAX
        assert len([fed for fed in manager.feedings() if fed > began]) >= seconds / 2 - 1
        assert abs(grown["audio_cycles"] / (ended - began) - 100) < 2, grown
