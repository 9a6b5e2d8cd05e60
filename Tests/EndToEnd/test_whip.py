# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""WHIP and WHEP with aiortc, which is strict about what it takes: both endpoints as server, and both as client.

What RFC 9725 and draft-ietf-wish-whep want, and where it is held: «peer» is aiortc_peer.py, which asserts on both of its sides.

| rule | here as server | here as client |
| --- | --- | --- |
| 201, Location, strong ETag, application/sdp, all candidates | peer (`strict`) | peer (`serve`): Location relative and absolute |
| sendonly and recvonly, rtcp-mux-only, setup | peer, `test_every_setup_and_an_rsa_certificate` | peer, the same |
| more than one section, wrong direction: 422 | peer | |
| one fragment; BUNDLE, ICE options, credentials in it | `test_fragments` (test_whip_rules.py) | peer, `test_a_fragment` (rules) |
| PATCH 204 without ETag; 428, 412; restart 422 | peer, `test_fragments` | `test_a_refused_fragment_ends_nothing` |
| DELETE, then 404; no If-Match | peer | peer: with the token |
| OPTIONS, HEAD, 405, 406, 415, 400 | `test_statuses` | `test_refusals` (rules) |
| 401, bearer token | `test_only_a_token_opens` | `test_refusals` |
| 503 with Retry-After | peer: a second offer | `test_refusals` |
| 307 and 308 with method and body; 301, 302, 303 not | it redirects nobody | peer, `test_redirects` (rules) |
| the token at another server: not | | `test_redirects` |
| https | test_tls.py | `test_https_believes_its_authority_alone` |
| Link: rel="ice-server" | `test_statuses` | `test_stun_servers_of_the_far_side` (rules) |
| 409 with Retry-After (WHEP) | there is always a stream | `test_plays_from_aiortc_once_it_is_live` |
| 406 with a counter-offer (WHEP) | never asked for | `test_refusals`: given up with a sentence |
| an answer that is long in coming | `test_a_publisher_waits_while_it_rings` | `callOfferMilliseconds` in CallClientTests.swift |
"""

import re
import urllib.error
import urllib.request

import judge
import pytest
from certificates import Authority
from harness import ForeignPeer, Intercom, Program, config, until
from test_pairing import ask as ask_json
from test_rooms import KEY, token

SECONDS = 6


def ask(url, method, body=None, **fields):
    """One request, whatever it is answered: status, fields."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as response:
            return response.status, response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def is_silent(path):
    """Whether nothing was recorded, or nothing but silence."""
    return not path.exists() or len(samples := judge.read(path)) == 0 or float(abs(samples).max()) < 1e-3


def judged(folder, spoken, call, who):
    """Holds a call that writes what was heard into a file, and judges that."""

    def attempt():
        heard = call()
        print()
        judge.check(judge.judge(spoken, heard), who)

    judge.best_of(attempt)


# As server


def comes(tmp_path, speech, kind, *arguments, seconds=SECONDS, change=lambda text: text, meanwhile=lambda device: None):
    """aiortc publishes here or plays from here: what was heard here, and there."""
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    path = config(tmp_path, "callee", input=f"file:{speech}", output=f"file:{ours}")
    path.write_text(change(path.read_text()))
    with Intercom(path) as answering:
        url = answering.url + ("/whip" if kind == "publish" else "/whep")
        with ForeignPeer(kind, "--spoken", speech, "--heard", theirs, "--seconds", seconds, *arguments, url) as peer:
            meanwhile(answering)
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    return ours, theirs


def test_aiortc_publishes(tmp_path, speech):
    def call():
        ours, theirs = comes(tmp_path, speech, "publish")
        assert is_silent(theirs), "something was sent to a publisher"
        return ours

    judged(tmp_path, speech, call, "what aiortc published, heard here")


def test_aiortc_plays(tmp_path, speech):
    judged(tmp_path, speech, lambda: comes(tmp_path, speech, "play")[1], "what was said here, played by aiortc")


@pytest.mark.parametrize("kind, setup, more", [
    ("publish", "active", []), ("publish", "passive", ["--rsa"]), ("play", "active", ["--rsa"]),
])
def test_every_setup_and_an_rsa_certificate_of_whoever_comes(tmp_path, speech, kind, setup, more):
    """actpass, with which aiortc answers for the server's role, is what every other test offers."""
    ours, theirs = comes(tmp_path, speech, kind, "--setup", setup, *more, seconds=2)
    assert not is_silent(ours if kind == "publish" else theirs)


def test_only_a_token_opens(tmp_path, speech):
    (tmp_path / "door.key").write_bytes(KEY)

    def change(text):
        return text.replace('access = "open"', 'access = "token"') + f"""
[token]
algorithm = "HS256"
key_file = "{tmp_path / 'door.key'}"
audience = "door"
"""

    def refuse(device):
        wrong = {"nothing": None, "nonsense": "Bearer nonsense", "expired": f"Bearer {token(aud='door', seconds=-600)}",
                 "audience": f"Bearer {token()}", "scheme": f"Basic {token(aud='door')}"}
        for name, shown in wrong.items():
            for endpoint in ("whip", "whep"):
                fields = {"Authorization": shown} if shown else {}
                offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
                status, got = ask(
                    f"{device.url}/{endpoint}", "POST", offer, Content_Type="application/sdp", **fields)
                assert status == 401 and got["WWW-Authenticate"].startswith("Bearer"), (name, endpoint, status)

    ours, _ = comes(
        tmp_path, speech, "publish", "--token", token(aud="door"), seconds=2, change=change, meanwhile=refuse)
    assert not is_silent(ours)


def test_a_publisher_waits_while_it_rings(tmp_path, speech):
    def answer(device):
        until(lambda: device.status()["state"] == "ringing", "it rings")
        assert ask_json(device.url + "/api/command", {"command": "answer"})[1]["ok"]

    ours, _ = comes(
        tmp_path, speech, "publish", seconds=2, meanwhile=answer,
        change=lambda text: text.replace('answer = "auto"', 'answer = "ring"'))
    assert not is_silent(ours)


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
        assert ask_json(answering.url + "/api/me")[1]["ice_servers"] == ["stun:127.0.0.1:9"]
        assert answering.stop() == 0, answering.log()


# As client


def goes(tmp_path, speech, kind, *arguments, far=(), seconds=SECONDS, code=0):
    """An intercom publishes to aiortc or plays from it: what was heard here, there, and the log."""
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    with ForeignPeer("serve", "--spoken", speech, "--heard", theirs, "--strict", kind, *far) as peer:
        url = peer.wait_for(r"listening on (https?://\S+)").group(1)
        path = config(tmp_path, "caller", input=f"file:{speech}", output=f"file:{ours}")
        with Program("call", f"{kind}+{url}", "--config", path, "--for", seconds, "--token", "let-me-in",
                     *arguments) as calling:
            assert calling.finish() == code, calling.log()
            log = calling.log()
        if code:
            return ours, theirs, log
        assert peer.finish() == 0, peer.log()
    return ours, theirs, log


def test_publishes_to_aiortc(tmp_path, speech):
    path = tmp_path / "token"
    path.write_text("let-me-in\n")

    def call():
        ours, theirs, _ = goes(tmp_path, speech, "whip", "--token", path)
        assert is_silent(ours), "a publisher played something"
        return theirs

    judged(tmp_path, speech, call, "what was published here, heard by aiortc")


def test_plays_from_aiortc_once_it_is_live(tmp_path, speech):
    def call():
        ours, _, log = goes(tmp_path, speech, "whep")
        assert "asking again in 2 s" in log
        return ours

    judged(tmp_path, speech, call, "what aiortc said, played here")


@pytest.mark.parametrize("setup", ["active", "passive"])
def test_every_setup_and_an_rsa_certificate_of_where_it_goes(tmp_path, speech, setup):
    _, theirs, _ = goes(tmp_path, speech, "whip", far=("--setup", setup, "--rsa"), seconds=2)
    assert not is_silent(theirs)


def test_a_refused_fragment_ends_nothing(tmp_path, speech):
    _, theirs, log = goes(tmp_path, speech, "whip", far=("--refuse-trickle", "422"), seconds=2)
    assert "further candidates did not get through: The far side refused (422)" in log
    assert not is_silent(theirs)


def test_https_believes_its_authority_alone(tmp_path, speech):
    authority, other = Authority(tmp_path), Authority(tmp_path, "Other")
    chain, key = authority.issue("localhost", "127.0.0.1")
    _, theirs, _ = goes(tmp_path, speech, "whip", "--ca", authority.path, far=("--tls", chain, key), seconds=2)
    assert not is_silent(theirs)
    refused = goes(tmp_path, speech, "whip", "--ca", other.path, far=("--tls", chain, key), seconds=2, code=69)[2]
    pinned = goes(tmp_path, speech, "whip", "--authority", other.fingerprint, far=("--tls", chain, key), code=69)[2]
    assert "The far side's certificate comes from an authority that is not trusted here." in refused
    assert "The far side's certificate does not come from the authority that is pinned for it." in pinned
