# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The intercom as a service: a played service manager, its watchdog, reloads, the control socket, the doctor."""

import contextlib
import grp
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest
from harness import BINARIES, PATIENCE_SECONDS, Intercom, config, until
from service import Client, Frozen, Manager, calling, command

# What the unit asks for, and how soon after a freeze feeding has to stop.
WATCHDOG_SECONDS = 10
FEEDING_SECONDS_MAX = 5
# Clients of the control socket at once, the time a slow one has, the longest line: Limits.swift.
CLIENTS_MAX = 8
SLOW_SECONDS = 5
LINE_BYTES_MAX = 8192


# The service manager


@pytest.mark.parametrize("kind", ["path", "abstract name"])
def test_the_manager_is_told(tmp_path, kind):
    address = str(tmp_path / "notify") if kind == "path" else f"\0intercom-test-{os.getpid()}"
    with Manager(address) as manager:
        with Intercom(config(tmp_path, "callee"), env=manager.environment()) as callee:
            manager.wait_for(READY="1", STATUS="idle")
            with calling(callee, tmp_path):
                up = manager.wait_for(STATUS="connected with caller")
            manager.wait_for(STATUS="idle", since=up)
            assert callee.stop() == 0, callee.log()
            manager.wait_for(STOPPING="1")
            assert not manager.feedings(), "nobody asked for signs of life"


def test_without_a_manager_nothing_is_told(tmp_path):
    gone = {"NOTIFY_SOCKET": str(tmp_path / "gone"), "WATCHDOG_USEC": "1000000"}
    with Intercom(config(tmp_path, "callee"), env=gone) as callee, calling(callee, tmp_path):
        pass
        assert callee.process.poll() is None


@pytest.mark.parametrize("sound", ["in a call", "a sound card without a call"])
def test_a_frozen_audio_thread_is_not_fed(tmp_path, sound):
    settings = {} if sound == "in a call" else {"input": "alsa:null", "output": "alsa:null"}
    path = config(tmp_path, "callee", **settings)
    with Manager(str(tmp_path / "notify")) as manager:
        environment = {**manager.environment(WATCHDOG_SECONDS), "RUNTIME_DIRECTORY": str(tmp_path)}
        with Intercom(path, env=environment) as callee, contextlib.ExitStack() as stack:
            if sound == "in a call":
                stack.enter_context(calling(callee, tmp_path))
            manager.wait_for(WATCHDOG="1", seconds=2 * WATCHDOG_SECONDS)
            # The worst moment: the next sign of life is due, and the first of the two looks has been taken.
            time.sleep(WATCHDOG_SECONDS / 2 + 0.1)
            with Frozen(callee.process.pid, "audio"):
                frozen = time.monotonic()
                manager.listen(WATCHDOG_SECONDS + 2)
                # The loop thread is alive all the while, and says what it sees.
                callee.wait_for("the audio thread stands still")
                with Client(tmp_path / "control") as client:
                    assert client.ask({"command": "status"})["ok"]
            after = [instant - frozen for instant in manager.feedings() if instant > frozen]
            last = max(after, default=0)
            print(f"\n{sound}: last sign of life {last:.2f} s after the freeze; allowed {FEEDING_SECONDS_MAX} s")
            assert last <= FEEDING_SECONDS_MAX
            count = len(manager.messages)
            manager.wait_for(WATCHDOG="1", since=count, seconds=5)
        gaps = [late - early for early, late in zip(manager.feedings(), manager.feedings()[1:])]
        print(f"longest time between two signs of life while frozen: {max(gaps):.1f} s")


CARDS = {"idle": "", "in a call": "", "in a call, card missing": "hw:Nothing", "idle, card missing": "hw:Nothing",
         "idle, with a card": "null"}


@pytest.mark.parametrize("sound", CARDS)
def test_a_healthy_service_is_fed(tmp_path, sound):
    interval = 2
    settings = {"input": f"alsa:{CARDS[sound]}", "output": f"alsa:{CARDS[sound]}"} if CARDS[sound] else {}
    with Manager(str(tmp_path / "notify")) as manager:
        with Intercom(config(tmp_path, "callee", **settings), env=manager.environment(interval)) as callee:
            with contextlib.ExitStack() as stack:
                if "call" in sound:
                    stack.enter_context(calling(callee, tmp_path))
                began = time.monotonic()
                manager.listen(4 * interval)
                fed = [began] + [instant for instant in manager.feedings() if instant >= began]
    gaps = [late - early for early, late in zip(fed, fed[1:])]
    print(f"\n{sound}: {len(gaps)} signs of life, at most {max(gaps):.2f} s apart; allowed {interval} s")
    assert len(gaps) >= 4 and max(gaps) < interval


# Reading the configuration again


def test_a_call_survives_a_reload(tmp_path):
    with Manager(str(tmp_path / "notify")) as manager:
        path = config(tmp_path, "callee")
        with Intercom(path, env=manager.environment()) as callee, calling(callee, tmp_path):
            manager.wait_for(READY="1")
            good = path.read_text()

            def reload(text):
                since = len(manager.messages)
                path.write_text(text)
                callee.process.send_signal(signal.SIGHUP)
                first = manager.wait_for(RELOADING="1", since=since)
                instant, fields = manager.messages[first]
                assert abs(int(fields["MONOTONIC_USEC"]) / 1e6 - instant) < 5, fields
                manager.wait_for(READY="1", since=first + 1)

            reload(good + '[[peer]]\nname = "attic"\nurl = "http://127.0.0.1:9/call"\n[log]\nlevel = "debug"\n')
            callee.wait_for("what changed in peer, log holds now")
            reload(good.replace("period_ms = 10", "period_ms = 5").replace("loopback = true", "loopback = false"))
            callee.wait_for("what changed in audio, ice holds after a restart only")
            reload(good + "nonsense")
            callee.wait_for("the configuration was not read again")
            path.unlink()
            since = len(callee.lines)
            callee.process.send_signal(signal.SIGHUP)
            until(lambda: any("No such file" in line for line in callee.lines[since:]), "a missing file is not said")
            status = callee.status()
            assert [call["connection_state"] for call in status["calls"]] == ["connected"], status


# The control socket


@pytest.fixture
def service(tmp_path):
    with Intercom(config(tmp_path, "callee"), env={"RUNTIME_DIRECTORY": str(tmp_path)}) as callee:
        callee.control = tmp_path / "control"
        yield callee


def test_commands(service):
    mode = service.control.stat().st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, oct(mode)

    def run(*words):
        return command(*words, "--socket", service.control)

    code, text = run("status")
    assert code == 0 and text.startswith("callee") and "State: idle" in text, text
    code, text = run("status", "--json")
    answer = json.loads(text)
    assert code == 0 and answer["ok"] is True
    assert answer["status"].keys() == service.status().keys()
    assert run("mute")[0] == 0 and service.status()["microphone_muted"] is True
    code, text = run("unmute", "--json")
    assert code == 0 and json.loads(text)["ok"] is True
    assert service.status()["microphone_muted"] is False


def test_wrong_requests(service):
    with Client(service.control) as client:
        for line in [b"\n{}\n", b"nonsense\n", b"[]\n", b'{"command":7}\n', b'{"command":"dance"}\n', b"\xff\xfe\n",
                     b'{"command":"volume"}\n', b'{"command":"volume","percent":101}\n',
                     b'{"command":"call","peers":"kitchen"}\n', b"x" * (3 * LINE_BYTES_MAX) + b"\n"]:
            answer = client.ask(line)
            assert answer["ok"] is False and answer["error"].endswith("."), (line[:40], answer)
        assert client.ask({"command": "status", "more": 1})["ok"] is True
        # Many at once are answered in order, and the end of what is asked is no end of what is answered.
        client.send(b'{"command":"mute"}\n{"command":"status"}\r\n{"command":"unmute"}\n')
        client.socket.shutdown(socket.SHUT_WR)
        answers = [json.loads(line) for line in client.file]
        assert [answer["ok"] for answer in answers] == [True] * 3
        assert answers[1]["status"]["microphone_muted"] is True


def test_clients_are_bounded(service):
    descriptors = len(os.listdir(f"/proc/{service.process.pid}/fd"))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(service.control)) for _ in range(CLIENTS_MAX)]
        for client in clients:
            assert client.ask({"command": "status"})["ok"]
        # The one that has been quiet longest makes room.
        late = stack.enter_context(Client(service.control))
        assert late.ask({"command": "status"})["ok"]
        assert clients[0].file.readline() == b""
        assert clients[1].ask({"command": "status"})["ok"]
    until(lambda: len(os.listdir(f"/proc/{service.process.pid}/fd")) <= descriptors, "descriptors were not given back")


def test_a_slow_reader_is_dropped(service):
    before = service.resident_kib()
    with Client(service.control) as slow:
        slow.socket.settimeout(1)
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):
            while True:
                slow.send(b'{"command":"status"}\n' * 1000)
        with Client(service.control) as other:
            assert other.ask({"command": "status"})["ok"]
        slow.socket.settimeout(PATIENCE_SECONDS)
        time.sleep(SLOW_SECONDS)
        with pytest.raises(OSError):
            while time.monotonic() < began + PATIENCE_SECONDS:
                slow.send(b'{"command":"status"}\n')
                time.sleep(0.1)
        print(f"\ndropped after {time.monotonic() - began:.1f} s")
    assert service.resident_kib() - before < 1024


def test_a_socket_left_behind_is_replaced_and_one_in_use_is_not(tmp_path):
    environment = {"RUNTIME_DIRECTORY": str(tmp_path)}
    control = tmp_path / "control"
    with Intercom(config(tmp_path, "first"), env=environment) as first:
        first.process.kill()
        first.process.wait()
    assert control.exists()
    with Intercom(config(tmp_path, "second"), env=environment) as second:
        assert "second" in command("status", "--socket", control)[1]
        with Intercom(config(tmp_path, "third"), env=environment) as third:
            third.wait_for("another intercom listens at")
            assert third.stop() == 0, third.log()
        assert "second" in command("status", "--socket", control)[1]
        assert second.stop() == 0, second.log()
    assert not control.exists()
    control.write_text("precious")
    with Intercom(config(tmp_path, "fourth"), env=environment) as fourth:
        fourth.wait_for("is there and is no socket")
        assert fourth.stop() == 0, fourth.log()
    assert control.read_text() == "precious"


def test_the_configuration_names_the_socket_and_its_group(tmp_path):
    path, control = config(tmp_path, "shared"), tmp_path / "elsewhere"
    text = path.read_text()
    path.write_text(text + f'[control]\nsocket = "{control}"\ngroup = "{grp.getgrgid(os.getegid()).gr_name}"\n')
    with Intercom(path, env={"RUNTIME_DIRECTORY": str(tmp_path)}) as service:
        assert stat.S_IMODE(control.stat().st_mode) == 0o660
        code, text_of_status = command("status", "--config", path)
        assert code == 0 and text_of_status.startswith("shared"), text_of_status
        assert service.stop() == 0, service.log()
    path.write_text(text + f'[control]\nsocket = "{control}"\ngroup = "nobody-has-this"\n')
    with Intercom(path) as service:
        service.wait_for("no control socket: there is no group nobody-has-this; groupadd")
        assert service.stop() == 0, service.log()


def test_without_a_service(tmp_path):
    code, text = command("status", "--socket", tmp_path / "control")
    assert code == 69 and "start it" in text, text
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "left"))
    left.close()
    assert command("mute", "--socket", tmp_path / "left")[0] == 69
    assert command("call", "kitchen", "--socket", tmp_path / "left")[0] == 69
    # Without a socket that is named, the call is placed by the command itself, which knows no such peer.
    assert command("call", "nobody")[0] == 64


class PlayedService:
    """A service's end of the control socket that answers every line alike."""

    def __init__(self, path, answer):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.answer, self.asked = answer, []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                with client, client.makefile("rb") as lines:
                    self.asked.append(json.loads(lines.readline()))
                    client.sendall(self.answer)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


WORDS = [
    (("call", "kitchen"), {"command": "call", "peers": ["kitchen"]}),
    (("answer",), {"command": "answer"}),
    (("hangup",), {"command": "hangup"}),
    (("volume", "70"), {"command": "volume", "percent": 70}),
    (("volume", "+2"), {"command": "volume", "steps": 2}),
    (("volume", "-1"), {"command": "volume", "steps": -1}),
    (("dnd", "on"), {"command": "do-not-disturb", "on": True}),
    (("talk", "off"), {"command": "talk", "on": False}),
]


def test_every_command_is_handed_over(tmp_path):
    with PlayedService(tmp_path / "control", b'{"ok":true,"message":"It is done."}\n') as played:
        for words, _ in WORDS:
            assert command(*words, "--socket", tmp_path / "control") == (0, "It is done.\n"), words
    assert played.asked == [request for _, request in WORDS]


@pytest.mark.parametrize("answer, code, said", [
    (b'{"ok":false,"error":"The button on the device holds the mute."}\n', 1, "The button on the device"),
    (b"nonsense\n", 1, "cannot be understood"),
    (b"", 69, "has ended the connection"),
    (b"x" * 100_000 + b"\n", 69, "too large"),
])
def test_answers_of_a_service(tmp_path, answer, code, said):
    with PlayedService(tmp_path / "control", answer):
        done, text = command("unmute", "--socket", tmp_path / "control")
    assert done == code and said in text, text


@pytest.mark.parametrize("words", [
    ("volume",), ("volume", "101"), ("volume", "loud"), ("dnd",), ("dnd", "maybe"), ("talk", "on", "on"),
    ("mute", "me"), ("status", "--quiet"), ("status", "--socket"), ("call", "http://127.0.0.1:9/call", "--json"),
    ("doctor", "who"),
])
def test_wrong_words(words):
    assert command(*words)[0] == 64


# The doctor


def test_the_doctor_on_a_healthy_machine(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    path = config(tmp_path, "board")
    path.write_text(f'state_directory = "{state}"\n' + path.read_text())
    code, text = command("doctor", "--config", path)
    assert code == 0 and "0 failed" in text, text
    for subject in ("configuration", "board", "clock", "real time", "state directory", "port"):
        assert f" {subject}" in text, subject
    assert command("check", path)[0] == 0


def test_the_doctor_says_what_is_wrong_and_what_helps(tmp_path):
    path = config(tmp_path, "board", input="alsa:hw:Nothing")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}")
        path.write_text(f'state_directory = "{tmp_path}/nowhere"\n' + text)
        code, text = command("doctor", "--config", path)
    assert code == 1, text
    for subject in ("sound input alsa:hw:Nothing", "state directory", f"port 127.0.0.1:{port}"):
        lines = text.splitlines()
        found = [index for index, line in enumerate(lines) if line.startswith(f"FAIL  {subject}")]
        assert found and lines[found[0] + 1].startswith("      "), text


def test_the_doctor_on_the_wrong_board(tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    path = config(tmp_path, "hat")
    path.write_text('board = "Raspberry Pi Zero 2 W"\n' + path.read_text() + '''
[[button]]
line = "GPIO17"
role = "mute"
[[light]]
role = "link"
spi = "/dev/spidev9.9"
index = 0
[[mixer]]
card = "Nothing"
control = "Speaker"
value = "50%"
''')
    code, text = command("check", path)
    assert code == 0, text
    code, text = command("doctor", "--config", path, env={"INTERCOM_MODEL_FILE": str(model)})
    assert code == 1, text
    for line in ("FAIL  board: ", "FAIL  GPIO", "FAIL  lights /dev/spidev9.9", "FAIL  mixer of card Nothing"):
        assert line in text, text


def test_the_doctor_reads_a_wrong_configuration(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('name = "x"\n[web]\nport = 1\n')
    code, text = command("doctor", "--config", path)
    assert code == 1 and f"FAIL  configuration: {path}:3:1" in text, text
    code, text = command("doctor", "--config", tmp_path / "none.toml")
    assert code == 1 and "No such file" in text, text


def full_disk(tmp_path):
    """A configuration whose state directory is on a full disk, and what runs a program that sees it so."""
    state = tmp_path / "state"
    state.mkdir()
    path = config(tmp_path, "board")
    path.write_text(f'state_directory = "{state}"\n' + path.read_text())
    script = ('mount -t tmpfs -o size=2m none "$1" && (head -c 4m /dev/zero >"$1/full" || true) 2>/dev/null; '
              'shift; exec "$@"')
    return path, ["unshare", "-m", "sh", "-c", script, "sh", str(state), *BINARIES["x86_64"]]


def test_the_doctor_sees_a_full_disk(tmp_path):
    path, program = full_disk(tmp_path)
    done = subprocess.run(
        [*program, "doctor", "--config", str(path)], capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS)
    assert done.returncode == 1 and "the disk is full" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("trouble", ["full disk", "no permission"])
def test_calls_do_not_need_the_disk(tmp_path, trouble):
    if trouble == "full disk":
        path, program = full_disk(tmp_path)
    else:
        path, program = config(tmp_path, "board"), BINARIES["x86_64"]
        # Not even root may make a folder there.
        path.write_text('state_directory = "/proc/intercom"\n' + path.read_text())
    with Intercom(path, command=program) as service, calling(service, tmp_path):
        service.wait_for("the certificate cannot be kept in")


def test_the_doctor_finds_the_running_service(service, tmp_path):
    path = config(tmp_path, "same")
    path.write_text(path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{service.port}"))
    code, text = command("doctor", "--config", path)
    assert f"port 127.0.0.1:{service.port}" in text and code == 1, text
