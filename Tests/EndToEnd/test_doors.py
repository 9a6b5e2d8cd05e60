# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The doors of the whole program: every route of the table, asked by strangers, guests, and pages from elsewhere."""

import base64
import http.client
import json
import pathlib
import re
import signal
import time

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from harness import Intercom, config, until
from test_pairing import ask, open_pairing, paired_config

TABLE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "security.md"
OFFER = (pathlib.Path(__file__).parents[1] / "SDPTests" / "Corpus" / "aiortc-offer.sdp").read_bytes()
ROUTES = re.findall(r"^\| `([A-Z]+) (\S+)` \| ([^|]+) \|", TABLE.read_text(), re.M)
# Requests of one address are counted, and here they all come from one.
PAUSE_SECONDS = 0.25


def request(intercom, method, path, body=None, fields=None):
    """The status and the fields of a response; what is asked for is not tidied up on the way."""
    host, port = re.match(r"http://([^:/]+):(\d+)", intercom.url).groups()
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request(method, path, body=body, headers=fields or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders())
    finally:
        connection.close()


def call(intercom, method, path, fields=None):
    """The status of a request that would do something if it were let in."""
    path, fields = path.replace("ID", "0123456789abcdef"), dict(fields or {})
    body = None
    if path in ("/call", "/whip", "/whep") and method == "POST":
        body, fields["Content-Type"] = OFFER, "application/sdp"
    elif method in ("POST", "PATCH"):
        body, fields["Content-Type"] = b'{"command":"mute"}', "application/json"
    if method != "GET":
        time.sleep(PAUSE_SECONDS)
    return request(intercom, method, path, body, fields)[0]


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """An intercom that lets in who was paired, its control socket, and a guest's token."""
    file, socket = paired_config(tmp_path_factory.mktemp("door"), "Door")
    with Intercom(file) as intercom:
        body = {"code": open_pairing(socket), "name": "A guest", "bearer": True}
        status, answer = ask(f"{intercom.url}/api/pair", body)
        assert (status, answer["role"]) == (200, "talk")
        yield intercom, socket, answer["token"]


@pytest.mark.parametrize("method, path, who", ROUTES, ids=[f"{method} {path}" for method, path, _ in ROUTES])
def test_a_stranger_gets_through_no_door_but_those_for_everybody(door, method, path, who):
    status = call(door[0], method, path)
    if who == "everybody":
        assert status != 401, status
    elif "pinned" in who and (method, path) != ("POST", "/call"):
        # A session's name is the proof, and this one is made up; asked what it is, the endpoint says nothing at all.
        assert status == (204 if path == "/call" else 404), status
    else:
        assert status == 401, status


@pytest.mark.parametrize("method, path", [(m, p) for m, p, who in ROUTES if who == "admin"])
def test_a_guest_is_no_admin(door, method, path):
    assert call(door[0], method, path, {"Authorization": f"Bearer {door[2]}"}) == 403


def test_a_guest_may_look_and_command(door):
    intercom, _, token = door
    fields = {"Authorization": f"Bearer {token}"}
    assert request(intercom, "GET", "/api/status", fields=fields)[0] == 200
    assert request(intercom, "GET", "/api/status", fields={"Cookie": f"other=1; intercom={token}"})[0] == 200
    assert request(intercom, "GET", "/api/status", fields={"Cookie": f"intercom={token[:-1]}"})[0] == 401
    assert call(intercom, "POST", "/api/command", fields) == 200


@pytest.mark.parametrize("fields", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Host": "rebound.example"}, {"Host": "127.0.0.1.rebound.example"},
])
def test_a_page_from_elsewhere_does_nothing_with_a_guests_cookie(door, fields):
    intercom, _, token = door
    assert call(intercom, "POST", "/api/command", {"Cookie": f"intercom={token}", **fields}) == 403


@pytest.mark.parametrize("path", [
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/page.js/../../identity.pem", "/..%2fidentity.pem",
    "//etc/passwd", "/page.js%00.html", "/identity.pem", "/authority.pem", "/paired",
])
def test_there_are_no_files_but_the_pages(door, path):
    assert request(door[0], "GET", path)[0] in (400, 404)


def test_the_cookie_is_for_this_page_alone(door):
    intercom, socket, _ = door
    body = json.dumps({"code": open_pairing(socket), "name": "A browser"})
    status, fields = request(intercom, "POST", "/api/pair", body, {"Content-Type": "application/json"})
    assert status == 200
    cookie = fields["Set-Cookie"]
    assert re.fullmatch(r"intercom=[\w-]{43}", cookie.split(";")[0]), "not 256 bits"
    assert {part.strip() for part in cookie.split(";")[1:]} >= {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(sign, algorithm, claims):
    text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, claims))
    return f"{text}.{encoded(sign(text.encode()))}"


def hs256(secret):
    def sign(text):
        signer = hmac.HMAC(secret, hashes.SHA256())
        signer.update(text)
        return signer.finalize()

    return sign


def es256(key):
    def sign(text):
        r, s = utils.decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_signed_tokens_of_the_configured_key_alone(tmp_path, algorithm):
    key_file = tmp_path / "key"
    if algorithm == "HS256":
        secret = b"a secret of more than thirty-two bytes, as it is wanted"
        key_file.write_bytes(secret)
        sign, public = hs256(secret), secret
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        key_file.write_bytes(public)
        sign = es256(key)
    file = config(
        tmp_path, "Door", more=f'[token]\nalgorithm = "{algorithm}"\nkey_file = "{key_file}"\naudience = "Door"')
    file.write_text(file.read_text().replace('access = "open"', 'access = "token"'))
    now = int(time.time())
    good = {"sub": "anna", "aud": "Door", "exp": now + 600}
    other = "ES256" if algorithm == "HS256" else "HS256"
    with Intercom(file) as intercom:
        def status(token):
            time.sleep(PAUSE_SECONDS)
            return request(intercom, "GET", "/api/status", fields={"Authorization": f"Bearer {token}"})[0]

        assert status(signed(sign, algorithm, good)) == 200
        assert status(signed(sign, algorithm, {**good, "nbf": now - 10, "aud": ["House", "Door"]})) == 200
        assert status(signed(lambda _: b"", "none", good)) == 401
        # Key confusion: the public key is no secret, and the algorithm is not the token's to choose (RFC 8725).
        assert status(signed(hs256(public), "HS256", good)) == (200 if algorithm == "HS256" else 401)
        assert status(signed(sign, other, good)) == 401
        assert status(signed(sign, algorithm, {**good, "aud": "Garage"})) == 401
        assert status(signed(sign, algorithm, {**good, "exp": now - 600})) == 401
        assert status(signed(sign, algorithm, {**good, "nbf": now + 600})) == 401
        assert status(signed(sign, algorithm, {"sub": "anna", "aud": "Door"})) == 401
        assert status(signed(lambda text: bytes(64), algorithm, good)) == 401
        admin = signed(sign, algorithm, {**good, "role": "admin"})
        assert request(intercom, "GET", "/api/paired", fields={"Authorization": f"Bearer {admin}"})[0] == 200
        # A reload locks the holders of tokens out, at once.
        file.write_text(file.read_text().replace('access = "token"', 'access = "paired"').split("[token]")[0])
        intercom.process.send_signal(signal.SIGHUP)
        until(lambda: status(signed(sign, algorithm, good)) == 401, "the refusal of tokens after a reload")
        assert secret_free(intercom, admin)


def secret_free(intercom, token):
    """Whether what was shown stands in no log line."""
    return not any(token in line for line in intercom.output)
