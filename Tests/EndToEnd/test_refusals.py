# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What cannot begin says why and ends with the documented code."""

import contextlib
import socket
import threading

import pytest
from harness import Intercom, Program, config


def run(*arguments):
    """Runs the intercom to its end; answers its code and all that it said."""
    with Program(*arguments) as program:
        status = program.finish(30)
    return status, "\n".join(program.lines + program.output)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["frobnicate"], "there is no command 'frobnicate'"),
        (["run", "--colour", "red"], "run does not know '--colour'"),
        (["run", "--config"], "--config wants a file"),
        (["check"], "check takes one file"),
        (["check", "a.toml", "b.toml"], "check takes one file, not 'b.toml' too"),
        (["check", "--board"], "--board wants a value"),
        (["check", "--bored", "desk"], "check does not know '--bored'"),
        (["check", "--boards", "board", "a.toml"], "--boards goes with --board only"),
        (["check", "--board", "../board/desk"], "'../board/desk' is no board's name"),
        (["call"], "call wants a URL or a name"),
        (["call", "http://127.0.0.1:9/call", "--for", "soon"], "--for wants seconds, 1 or more, not 'soon'"),
        (["call", "http://127.0.0.1:9/call", "another"], "call takes one URL or name"),
        (["call", "nobody"], "'nobody' is no [[peer]] of the configuration and no URL"),
        (["call", "ftp://127.0.0.1/call"], "neither http nor https"),
        (["call", "https://127.0.0.1/call", "--authority", "AA:BB"], "--authority wants a digest"),
        (["call", "http://127.0.0.1:99999/call"], "port is not a number from 1 to 65535"),
        (["call", "http:///call"], "is no [[peer]] of the configuration and no URL"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line(arguments, says):
    status, text = run(*arguments)
    assert status == 64, text
    assert says in text


@pytest.mark.parametrize("command", [["run", "--config"], ["call", "http://127.0.0.1:9/call", "--config"], ["check"]])
def test_a_configuration_that_is_not_there(tmp_path, command):
    for path in (tmp_path / "none.toml", tmp_path):
        status, text = run(*command, path)
        assert status == 66, text
        assert str(path) in text


MISTAKES = """name = ""
colour = "red"
[audio]
input = "microphone"
output = "tone:440"
period_ms = 7
frame_ms = "20"
fram_ms = 20
[web]
listen = "127.0.0.1"
access = "opne"
[ice]
servers = ["turn:x", 3]
[[peer]]
name = "a"
[[peer]]
name = "a"
url = "gopher://x"
"""
# What is said of each, behind the file's name; nothing else is said.
WHERE = [
    '1:8: name: not allowed: found ""',
    "2:1: colour: unknown key",
    '4:9: audio.input: not allowed: found "microphone"',
    '5:10: audio.output: not allowed: found "tone:440"',
    "6:13: audio.period_ms: not allowed: found 7; expected 5, 10 or 20",
    '7:12: audio.frame_ms: wrong type: found "20", a string',
    "8:1: audio.fram_ms: unknown key",
    "10:10: web.listen: not allowed",
    '11:10: web.access: not allowed: found "opne"; expected "open", "paired" or "token"; did you mean "open"?',
    '13:12: ice.servers: not there yet: found "turn:x"',
    "13:22: ice.servers: wrong type: found 3, an integer",
    "14:1: peer.url: missing",
    '17:8: peer.name: conflict: found "a"; see line 15',
    '18:7: peer.url: not allowed: found "gopher://x"',
]


@pytest.mark.parametrize("command", [["run", "--config"], ["check"]])
def test_a_configuration_with_many_mistakes(tmp_path, command):
    path = tmp_path / "mistakes.toml"
    path.write_text(MISTAKES)
    status, text = run(*command, path)
    assert status == 78, text
    said = [line for line in text.splitlines() if line.startswith(f"{path}:")]
    assert len(said) == len(WHERE), text
    for line, where in zip(said, WHERE):
        assert line.startswith(f"{path}:{where}"), text
    assert "did you mean frame_ms?" in text


@pytest.mark.parametrize(
    "toml, where",
    [
        ('name = "x\n[audio]\n', "1:8: name: no end"),
        ('name = "x"\n[audio\n', "2:7: audio: syntax"),
        ('name = "x"\nname = "y"\n', "2:1: name: duplicate key; see line 1"),
        ('name = "x" y\n', "1:12: syntax: found 'y'"),
        ("name = \n", "1:8: name: syntax"),
        ('name = "x"\n[audio]\nperiod_ms = 1e\n', "3:13: audio.period_ms: not a number: found 1e"),
        ('name = "\\q"\n', "1:9: name: no such escape"),
        ("\x00", "1:1: a control character"),
        ("[[peer]]\n", "1:1: peer.name: missing"),
        ("a." * 40 + "b = 1\n", "1:33: "),
    ],
    ids=range(10),
)
def test_a_configuration_that_is_no_toml(tmp_path, toml, where):
    path = tmp_path / "wrong.toml"
    path.write_text(toml)
    status, text = run("check", path)
    assert status == 78, text
    assert text.startswith(f"{path}:{where}"), text


def test_a_configuration_that_is_too_large(tmp_path):
    path = tmp_path / "large.toml"
    path.write_text('name = "x"\n' + "# nothing\n" * 20_000)
    status, text = run("check", path)
    assert status == 66, text
    assert str(path) in text and "too large" in text


def test_a_port_in_use(tmp_path):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        path = config(tmp_path, "second")
        path.write_text(path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        status, text = run("run", "--config", path)
    assert status == 69, text
    assert f"127.0.0.1:{port}" in text and "Address in use" in text
    assert "another program uses that port" in text


@pytest.mark.parametrize("command", [["run"], ["call", "http://127.0.0.1:9/call"]], ids=["run", "call"])
def test_sound_files_that_cannot_be_used(tmp_path, command):
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"this is no sound, whatever its name says")
    cut = tmp_path / "cut.wav"
    cut.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
    for name, devices, says in [
        ("missing", {"input": f"file:{tmp_path}/none.wav"}, "No such file"),
        ("noise", {"input": f"file:{noise}"}, "not a WAV file"),
        ("cut", {"input": f"file:{cut}"}, "WAV"),
        ("folder-missing", {"output": f"file:{tmp_path}/none/heard.wav"}, "No such file"),
        ("folder", {"output": f"file:{tmp_path}"}, "Is a directory"),
    ]:
        status, text = run(*command, "--config", config(tmp_path, name, **devices))
        assert status == 66, text
        assert says in text and str(tmp_path) in text, text


def test_nobody_listens(tmp_path):
    # A port that was just given back; nothing else takes it so soon.
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
    report = tmp_path / "report.json"
    status, text = run(
        "call", f"http://127.0.0.1:{port}/call", "--config", config(tmp_path, "lonely"), "--report", report)
    assert status == 69, text
    assert "cannot be reached" in text
    assert report.exists(), "a call that failed has a report too"


def test_a_server_that_speaks_something_else(tmp_path):
    """Each connection gets the next of these, whatever it asks for."""
    answers = [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nLocation: /call/1\r\nContent-Type: application/sdp\r\n"
        b"Content-Length: 5\r\n\r\nv=0\r\n",
        b"",
    ]
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]

        def serve(answer):
            with contextlib.suppress(OSError):
                client, _ = server.accept()
                with client:
                    client.recv(65536)
                    client.sendall(answer)

        for number, answer in enumerate(answers):
            thread = threading.Thread(target=serve, args=(answer,), daemon=True)
            thread.start()
            status, text = run(
                "call", f"http://127.0.0.1:{port}/call", "--config", config(tmp_path, f"caller-{number}"))
            print(status, text.splitlines()[-1])
            assert status == 69, text
            thread.join(10)


def test_a_report_that_cannot_be_written(tmp_path):
    with Intercom(config(tmp_path, "callee")) as answering:
        status, text = run(
            "call", answering.url + "/call", "--config", config(tmp_path, "caller"), "--for", 1, "--report",
            tmp_path / "none" / "report.json")
    assert status == 1, text
    assert "the report could not be written" in text
