# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Two devices on one network that pair over HTTPS by a code, call each other by it, and nobody else.

Each has a network namespace of its own, so nothing is asked from the machine itself, to which more is permitted.
"""

import re
import shutil
import signal

import pytest
from harness import Intercom, Program, until
from namespaces import two_places
from service import Client
from test_pairing import DIGEST, paired_config, open_pairing, say
from test_pins import certificate

import judge

SECONDS = 8


class Device:
    """An intercom in its namespace, with a configuration and a state directory of its own."""

    def __init__(self, place, folder, name, spoken):
        self.place, self.name = place, name
        self.heard, self.state = folder / f"{name}-heard.wav", folder / f"{name}-state"
        self.file, self.socket = paired_config(folder, name, f"{place.address}:8080")
        text = self.file.read_text().replace('"silence"', f'"file:{spoken}"').replace('"none"', f'"file:{self.heard}"')
        self.file.write_text(text)
        self.url = f"http://{place.address}:8080"

    def run(self):
        return Intercom(self.file, command=self.place.command)

    def say(self, *words):
        """What a command prints that is run beside it, and its exit code."""
        with Program(*words, command=self.place.command) as program:
            code = program.finish()
            return code, "\n".join(program.output + program.lines)

    def ask(self, request):
        with Client(self.socket) as client:
            return client.ask(request)

    def state_word(self):
        return self.ask({"command": "status"})["status"]["state"]

    def forget_itself(self, *names):
        """Loses what is kept in its state directory; the next start makes it anew."""
        for name in names:
            (self.state / name).unlink()

    def call(self, *more):
        """Calls the door by its name, by a program of its own; its exit code and its words."""
        return self.say("call", "Door", "--config", self.file, "--for", 1, *more)


@pytest.fixture
def devices(tmp_path, speech):
    """A door, and a gate that has been started once; neither knows the other."""
    with two_places() as (left, right):
        door, gate = Device(left, tmp_path, "Door", speech), Device(right, tmp_path, "Gate", speech)
        with gate.run() as running:
            assert running.stop() == 0, running.log()
        yield door, gate


def pair(door, gate):
    """Pairs the gate with the door that runs, and answers what the command says."""
    code, said = gate.say("pair", door.url, "--code", open_pairing(door.socket), "--config", gate.file)
    assert code == 0 and 'Paired with "Door"' in said, said
    return said


def talk(door, gate):
    """A call from the gate to the door with speech both ways, judged at both ends."""
    with door.run() as running:
        with Program("call", "Door", "--config", gate.file, "--for", SECONDS, command=gate.place.command) as calling:
            running.wait_for("Gate")
            assert calling.finish() == 0, calling.log()
            assert any("https://" in line for line in calling.lines), calling.log()
        running.wait_for("closed|hung up")
        assert running.stop() == 0, running.log()
    for heard, who in ((door.heard, "the door"), (gate.heard, "the gate")):
        judge.check(judge.judge(gate.file.parent / "spoken.wav", heard), who)


def test_two_devices_pair_by_a_code_and_talk(devices, tmp_path, speech):
    door, gate = devices
    shutil.copy(speech, tmp_path / "spoken.wav")
    before = gate.file.read_text()
    with door.run() as running:
        code, said = gate.say("pair", door.url, "--code", "000000", "--config", gate.file)
        assert code == 1 and "not paired" in said, said
        said = pair(door, gate)
        assert certificate(door.state) in said
        assert re.search(r'talk  intercom  "Gate"', say("paired", "--socket", door.socket)[1])
        assert running.stop() == 0, running.log()
    table = gate.file.read_text()[len(before):]
    assert f'url = "https://{door.place.address}:8443/call"' in table, table
    assert f'fingerprint = "{certificate(door.state)}"' in table, table
    assert re.search(rf'authority = "{DIGEST}"', table), table
    digits = certificate(gate.state).removeprefix("sha-256 ").replace(":", "").lower()
    assert digits in (door.state / "paired").read_text()
    judge.best_of(lambda: talk(door, gate))


def test_a_service_takes_the_new_peer_by_a_reload_and_a_revocation_ends_it(devices):
    door, gate = devices
    with door.run() as there, gate.run() as here:
        pair(door, gate)
        here.process.send_signal(signal.SIGHUP)
        here.wait_for("what changed in peer holds now")
        assert gate.ask({"command": "call", "peers": ["Door"]})["ok"]
        until(lambda: door.state_word() == gate.state_word() == "connected", "no call")
        calls = door.ask({"command": "status"})["status"]["calls"]
        assert [call["peer"] for call in calls] == ["Gate"]
        gate.ask({"command": "hangup"})
        until(lambda: door.state_word() == gate.state_word() == "idle", "the call stays")
        assert say("paired", "revoke", "1", "--socket", door.socket)[0] == 0
        assert gate.ask({"command": "call", "peers": ["Door"]})["ok"]
        here.wait_for(r"\(401\): Only those that were let in may call")
        there.wait_for("was refused: not paired")
        until(lambda: gate.state_word() == "idle", "it goes on calling")
        assert not any("connected" in line for line in there.lines[-3:]), there.log()


def test_a_stranger_is_refused_and_told_what_helps(devices, tmp_path):
    door, gate = devices
    with door.run() as there:
        said = pair(door, gate)
        authority = re.search(rf'authority = "({DIGEST})"', gate.file.read_text()).group(1)
        stranger = tmp_path / "Stranger.toml"
        # Its name is the paired one's, and its certificate is not.
        text = gate.file.read_text().replace(str(gate.state), str(tmp_path / "Stranger-state"))
        for name, why in (("Stranger", r"401.*Only those that were let in may call"), ("Gate", "403.*has changed")):
            stranger.write_text(text[: text.index("[[peer]]")].replace('name = "Gate"', f'name = "{name}"'))
            url = f"https://{door.place.address}:8443/call"
            code, said = gate.say("call", url, "--authority", authority, "--config", stranger, "--for", 1)
            assert code != 0 and re.search(why, said), said
        code, said = gate.say("call", f"{door.url}/call", "--config", stranger, "--for", 1)
        assert code != 0 and "403" in said, said
        there.wait_for("the certificate of Gate has changed")
        assert door.state_word() == "idle"


@pytest.mark.parametrize("lost, why", [
    (["identity.pem"], "certificate has changed"),
    (["identity.pem", "authority.pem", "https.pem"], "does not come from the authority that is pinned"),
])
def test_a_door_that_is_another_one_now_is_not_talked_to(devices, lost, why):
    door, gate = devices
    with door.run() as there:
        pair(door, gate)
        assert there.stop() == 0, there.log()
    door.forget_itself(*lost)
    with door.run() as there:
        code, said = gate.call()
        assert code != 0, said
        assert why in said, said
        assert not any("connected" in line for line in there.lines), there.log()


def test_a_gate_that_is_another_one_now_is_not_let_in(devices):
    door, gate = devices
    with door.run() as there:
        pair(door, gate)
        gate.forget_itself("identity.pem")
        code, said = gate.call()
        assert code != 0 and "The certificate has changed" in said and "Pair the two again" in said, said
        there.wait_for("the certificate of Gate has changed")
