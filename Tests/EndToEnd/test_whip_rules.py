# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The rules of WHIP and WHEP by the letter, where no well-behaved peer would go: test_whip.py has the table of them."""

import contextlib
import time

import pytest
from harness import Intercom, Program, config
from test_stun import MAPPED, Server
from test_whip import ask
from scripted_server import ScriptedServer, answer

SDP = [("Content-Type", "application/sdp")]
PROBLEM = [("Content-Type", "application/problem+json")]


def created(direction="recvonly", *fields):
    return 201, [*SDP, ("Location", "/session"), ("ETag", '"tag"'), *fields], answer(direction)


def call(tmp_path, kind, url, *arguments, servers=(), **options):
    path = config(tmp_path, "caller", servers=servers)
    return Program("call", f"{kind}+{url}", "--config", path, *arguments, **options)


def posts(server):
    return [request for request in server.requests if request.method == "POST"]


REFUSALS = [
    ("whip", 301, [("Location", "/elsewhere")], r"refused \(301\)"),
    ("whip", 302, [("Location", "/elsewhere")], r"refused \(302\)"),
    ("whip", 303, [("Location", "/elsewhere")], r"refused \(303\)"),
    ("whip", 400, PROBLEM, r"refused \(400\): Because\."),
    ("whip", 401, [("WWW-Authenticate", "Bearer")], r"refused \(401\)"),
    ("whip", 405, [("Allow", "GET")], r"refused \(405\)"),
    ("whip", 406, [], r"refused \(406\)"),
    ("whip", 409, [("Retry-After", "1")], r"refused \(409\).*Try again in 1 s"),
    ("whip", 415, [("Accept-Post", "text/plain")], r"refused \(415\)"),
    ("whip", 422, PROBLEM, r"refused \(422\): Because\."),
    ("whip", 503, [("Retry-After", "7")], r"refused \(503\).*Try again in 7 s"),
    ("whep", 406, [*SDP, ("Location", "/session")], r"refused \(406\): it wants to make the offer itself"),
]


def test_refusals(tmp_path):
    """Each is told with its status, once, without another attempt, and the program says that there was no call."""
    for kind, status, fields, sentence in REFUSALS:
        body = b'{"detail":"Because."}' if fields is PROBLEM else b""
        with ScriptedServer((status, fields, body)) as server:
            with call(tmp_path, kind, server.url, "--token", "wrong") as calling:
                calling.wait_for(sentence)
                assert calling.finish() == 69, calling.log()
            assert len(server.requests) == 1, server.requests
            assert server.requests[0].fields["Authorization"] == "Bearer wrong"


def test_redirects(tmp_path):
    """307 and 308 take method, body and token along, but no token to another server; and not for ever."""
    refused = (403, [], b"")
    with ScriptedServer((307, [("Location", "/a?b=c")], b""), (308, [("Location", "d")], b""), refused) as server:
        with call(tmp_path, "whip", server.url, "--token", "secret") as calling:
            assert calling.finish() == 69, calling.log()
        assert [request.path for request in server.requests] == ["/live", "/a?b=c", "/d"]
        assert len({(one.method, one.body, one.fields["Authorization"]) for one in server.requests}) == 1
        assert "a=sendonly" in server.requests[0].body
    with ScriptedServer((307, [("Location", "/live")], b"")) as server:
        with call(tmp_path, "whip", server.url) as calling:
            assert calling.finish() == 69, calling.log()
            assert "redirects the call to where it cannot go" in calling.log()
        assert len(server.requests) == 4
    with ScriptedServer(created()) as other, ScriptedServer((307, [("Location", other.url)], b"")) as server:
        with call(tmp_path, "whip", server.url, "--token", "secret") as calling:
            calling.wait_for(f"redirected to 127.0.0.1:{other.port}, another server, where the token is not shown")
            other.wait_for(lambda request: request.method == "PATCH")
            calling.stop()
        other.wait_for(lambda request: request.method == "DELETE")
        assert server.requests[0].fields["Authorization"] == "Bearer secret"
        assert posts(other)[0].body == posts(server)[0].body
        assert not any("Authorization" in request.fields for request in other.requests), other.requests


def test_a_fragment(tmp_path):
    """What follows the offer, line by line (RFC 8840 section 9, RFC 9725 section 4.3.2)."""
    with ScriptedServer(created()) as server, call(tmp_path, "whip", server.url) as calling:
        patch = server.wait_for(lambda request: request.method == "PATCH")
        calling.stop()
        offer = posts(server)[0].body.splitlines()
    said = {line.split(":")[0]: line for line in offer}
    assert patch.body.endswith("\r\n") and patch.fields["If-Match"] == '"tag"'
    assert patch.body.splitlines() == [
        "a=group:BUNDLE 0", said["a=ice-options"], "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0",
        said["a=ice-ufrag"], said["a=ice-pwd"], "a=end-of-candidates"]


def test_stun_servers_of_the_far_side(tmp_path):
    """They are asked beside those of the configuration, unless it has none; a relay is only told of."""
    with Server() as named, Server() as ours, contextlib.ExitStack() as stack:
        links = [("Link", value) for value in (
            f'<https://a/x>; rel="urn:ietf:params:whip:ext:x", <stun:localhost:{named.port}>; rel="ice-server"',
            '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="a;b, c"; credential="d\\"e"',
        )]
        server = stack.enter_context(ScriptedServer(created("recvonly", *links)))
        with call(tmp_path, "whip", server.url, servers=[f"stun:127.0.0.1:{ours.port}"]) as calling:
            calling.wait_for(r"the relay turn:turn.example.net\?transport=udp, which is not used")
            calling.wait_for("asking the STUN servers that the server names too")
            calling_asked = server.wait_for(lambda request: "a=end-of-candidates" in request.body)
            end = time.monotonic() + 5
            while not (named.asked and ours.asked) and time.monotonic() < end:
                time.sleep(0.02)
            calling.stop()
        assert f"{MAPPED[0]} {MAPPED[1]} typ srflx" in "".join(one.body for one in server.requests), calling_asked
        assert named.asked and ours.asked
        named.asked = 0
        with call(tmp_path, "whip", server.url) as calling:
            calling.wait_for(r"STUN servers, which are not asked: \[ice\] servers is empty")
            server.wait_for(lambda request: "a=end-of-candidates" in request.body)
            calling.stop()
        assert not named.asked


OFFER = answer("sendonly").replace(b"a=setup:active", b"a=setup:actpass").decode()
HEAD = "a=group:BUNDLE 0\r\na=ice-options:trickle ice2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
MINE = "a=ice-ufrag:abcdefgh\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
OTHER = "a=ice-ufrag:hgfedcba\r\na=ice-pwd:xwvutsrqponmlkjihgfedcba\r\n"
HOST = "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
FRAGMENTS = [
    ("as in the RFC", HEAD + MINE + HOST + "a=end-of-candidates\r\n", {}, 204),
    ("credentials before the section", MINE + HEAD + HOST, {}, 204),
    ("nothing but the end", MINE + "a=end-of-candidates\r\n", {}, 204),
    ("an unknown transport", HEAD + MINE + "a=candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype active\r\n", {}, 204),
    ("a name nobody knows", HEAD + MINE + HOST.replace("127.0.0.1", "nobody.local"), {}, 204),
    ("another section", HEAD.replace("0\r\nm", "0 1\r\nm").replace("mid:0", "mid:1") + MINE + HOST, {}, 204),
    ("one of several tags", HEAD + MINE, {"If_Match": '"stale", {tag}'}, 204),
    ("other credentials", HEAD + OTHER + HOST, {}, 422),
    ("a restart", HEAD + OTHER + HOST, {"If_Match": "*"}, 422),
    ("a stale tag", HEAD + MINE, {"If_Match": '"stale"'}, 412),
    ("a weak tag", HEAD + MINE, {"If_Match": "W/{tag}"}, 412),
    ("nothing", "", {}, 400),
    ("no description", "nonsense", {}, 400),
    ("a description", OFFER, {"Content_Type": "application/sdp"}, 415),
]


@pytest.mark.parametrize("name", ["whip", "whep"])
def test_fragments(tmp_path, name):
    with Intercom(config(tmp_path, "callee")) as answering:
        offer = OFFER if name == "whip" else OFFER.replace("a=sendonly", "a=recvonly")
        status, fields = ask(f"{answering.url}/{name}", "POST", offer, Content_Type="application/sdp")
        assert status == 201
        url, tag = answering.url + fields["Location"], fields["ETag"]
        for what, body, more, wanted in FRAGMENTS:
            head = {"Content_Type": "application/trickle-ice-sdpfrag", "If_Match": "{tag}", **more}
            head["If_Match"] = head["If_Match"].replace("{tag}", tag)
            status, fields = ask(url, "PATCH", body, **head)
            assert status == wanted and fields["ETag"] is None, (what, status)
        # After all that was refused the session is what it was.
        assert ask(url, "DELETE")[0] == 200
        assert answering.stop() == 0, answering.log()
