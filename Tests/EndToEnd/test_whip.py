# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""WHIP and WHEP against aiortc, which is strict about what it takes: both endpoints as server, and both as client."""

import re
import urllib.error
import urllib.request

import numpy
from harness import ForeignPeer, Intercom, Program, config

import judge

SECONDS = 4


def ask(url, method, body=None, **fields):
    """One request, whatever it is answered: status, fields."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    request = urllib.request.Request(url, body and body.encode(), headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def is_speech(path):
    """Whether a recording holds speech, not silence, by its level."""
    samples = judge.read(path)
    return len(samples) > 0 and float(numpy.sqrt(numpy.mean(samples**2))) > 0.005


def test_aiortc_publishes(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    path = config(tmp_path, "callee", input=f"file:{speech}", output=f"file:{ours}")
    with Intercom(path) as answering:
        with ForeignPeer("publish", "--spoken", speech, "--heard", theirs, "--seconds", SECONDS,
                         answering.url + "/whip") as peer:
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    assert is_speech(ours), "the publisher was not heard"
    assert not theirs.exists() or not is_speech(theirs), "something was sent to a publisher"


def test_aiortc_plays(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    path = config(tmp_path, "callee", input=f"file:{speech}", output=f"file:{ours}")
    with Intercom(path) as answering:
        with ForeignPeer("play", "--spoken", speech, "--heard", theirs, "--seconds", SECONDS,
                         answering.url + "/whep") as peer:
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    assert is_speech(theirs), "the player heard nothing"


def serve(tmp_path, speech, kind, *arguments):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    with ForeignPeer("serve", "--spoken", speech, "--heard", theirs, "--strict", kind) as peer:
        url = peer.wait_for(r"listening on (http://\S+)").group(1)
        path = config(tmp_path, "caller", input=f"file:{speech}", output=f"file:{ours}")
        with Program("call", f"{kind}+{url}", "--config", path, "--for", SECONDS, *arguments) as calling:
            assert calling.finish() == 0, calling.log()
            log = calling.log()
        assert peer.finish() == 0, peer.log()
    return ours, theirs, log


def test_publishes_to_aiortc(tmp_path, speech):
    token = tmp_path / "token"
    token.write_text("let-me-in\n")
    ours, theirs, _ = serve(tmp_path, speech, "whip", "--token", token)
    assert is_speech(theirs), "the server heard nothing"
    assert not is_speech(ours), "a publisher played something"


def test_plays_from_aiortc_once_it_is_live(tmp_path, speech):
    ours, _, log = serve(tmp_path, speech, "whep", "--token", "let-me-in")
    assert "asking again in 2 s" in log
    assert is_speech(ours), "the player heard nothing"


def test_statuses(tmp_path):
    """What is no exchange of an aiortc: every refusal."""
    path = config(tmp_path, "callee", servers=["stun:127.0.0.1:9"])
    with Intercom(path) as answering:
        for name in ("whip", "whep"):
            url = f"{answering.url}/{name}"
            status, fields = ask(url, "OPTIONS")
            assert (status, fields["Accept-Post"]) == (200, "application/sdp")
            assert re.fullmatch(r'<stun:127.0.0.1:9>; rel="ice-server"', fields["Link"])
            status, fields = ask(url, "HEAD")
            assert status // 100 == 2 and (name == "whip" or fields["Content-Type"] == "application/sdp")
            assert ask(url, "POST", "v=0", Content_Type="text/plain")[0] == 415
            assert ask(url, "POST", "v=0", Content_Type="application/sdp", Accept="text/html")[0] == 406
            status, fields = ask(url, "POST", "nonsense", Content_Type="application/sdp")
            assert (status, fields["Content-Type"]) == (400, "application/problem+json")
            assert ask(url, "PUT", "v=0")[0] == 405
            assert ask(url + "/0123456789abcdef0123456789abcdef", "DELETE")[0] == 404
        assert answering.stop() == 0, answering.log()
