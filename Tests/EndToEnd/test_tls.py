# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""HTTPS between the static binaries and foreign ends: who is believed, what is refused, what handshakes cost a call."""

import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest
from certificates import Authority
from harness import Intercom, Program, config, report, until

# Handshakes made while a call runs, and what they may add to the concealed sound of some seconds: nothing, but tests
# share their machine.
HANDSHAKES = 50
ADDED_CONCEALED_MS_MAX = 120
# CPU time of one handshake on the server's side, beside other tests; docs/explanation/figures.md has the real figure.
HANDSHAKE_CPU_MS_MAX = 40


class SecureIntercom(Intercom):
    """`intercom run` with HTTPS on a port of the kernel's choice, with a certificate of `authority`."""

    def __init__(self, folder, authority, *names, title="callee", issue={}, **options):
        chain, key = authority.issue(*(names or ("localhost", "127.0.0.1")), title=title, **issue)
        web = f'https = "127.0.0.1:0"\ncertificate = "{chain}"\nkey = "{key}"'
        super().__init__(config(folder, title, web=web, **options))
        try:
            self.secure_url = self.wait_for(r"listening on (https://\S+)").group(1).rstrip("/")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.secure_port = int(self.secure_url.rsplit(":", 1)[1])

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def context(authority, version=None):
    made = ssl.create_default_context(cafile=str(authority.path))
    made.set_alpn_protocols(["h2", "http/1.1"])
    if version:
        made.minimum_version = made.maximum_version = version
    return made


def get(intercom, authority, path="/api/status", version=None):
    connection = http.client.HTTPSConnection("localhost", intercom.secure_port, context=context(authority, version))
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


# The server


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_foreign_client_is_served_over_https(tmp_path, authority, version):
    with SecureIntercom(tmp_path, authority) as intercom:
        made = context(authority, version)
        with socket.create_connection(("127.0.0.1", intercom.secure_port)) as plain:
            with made.wrap_socket(plain, server_hostname="localhost") as secure:
                assert secure.selected_alpn_protocol() == "http/1.1"
                # Two requests on one connection, the second in pieces.
                request = f"GET /api/status HTTP/1.1\r\nHost: localhost:{intercom.secure_port}\r\n\r\n".encode()
                secure.sendall(request)
                first = secure.recv(4096)
                assert first.startswith(b"HTTP/1.1 200 OK\r\n"), first
                for byte in request:
                    secure.sendall(bytes([byte]))
                assert until(lambda: secure.recv(4096), "no second answer").startswith(b"HTTP/1.1 200 OK\r\n")
        assert get(intercom, authority, "/", version)[0] == 200
        assert intercom.stop() == 0, intercom.log()


def test_openssl_finds_nothing_wrong(tmp_path, authority):
    if not shutil.which("openssl"):
        pytest.skip("no openssl program here")
    with SecureIntercom(tmp_path, authority) as intercom:
        for version in ("-tls1_2", "-tls1_3"):
            end = subprocess.run(
                ["openssl", "s_client", version, "-connect", f"127.0.0.1:{intercom.secure_port}", "-CAfile",
                 authority.path, "-verify_return_error", "-verify_hostname", "localhost", "-brief"],
                input="", capture_output=True, text=True, timeout=30)
            assert end.returncode == 0 and "Verification: OK" in end.stderr, end.stderr
        for version in ("-tls1_1", "-tls1"):
            end = subprocess.run(
                ["openssl", "s_client", version, "-connect", f"127.0.0.1:{intercom.secure_port}"],
                input="", capture_output=True, text=True, timeout=30)
            assert end.returncode != 0, "an old version is spoken"


def test_what_is_not_tls_is_refused_and_the_plain_port_is_untouched(tmp_path, authority):
    with SecureIntercom(tmp_path, authority) as intercom:
        with socket.create_connection(("127.0.0.1", intercom.secure_port)) as clear:
            clear.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: clear.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 400 ") and b"https://" in answer, answer
        too_long = b"\x16\x03\x01\xff\xff" + b"a" * 500
        for junk in (b"\x00" * 100, b"\x16\x03\x01\x00\x05hello", os.urandom(5000), too_long):
            with socket.create_connection(("127.0.0.1", intercom.secure_port)) as bad:
                bad.settimeout(15)
                with contextlib.suppress(ConnectionError):
                    bad.sendall(junk)
                    while bad.recv(4096):
                        pass
        assert get(intercom, authority)[0] == 200
        assert intercom.status()["state"] == "idle"
        assert intercom.stop() == 0, intercom.log()


def test_a_renewed_certificate_is_shown_after_a_reload(tmp_path, authority):
    with SecureIntercom(tmp_path, authority) as intercom:
        def serial():
            with socket.create_connection(("127.0.0.1", intercom.secure_port)) as plain:
                with context(authority).wrap_socket(plain, server_hostname="localhost") as secure:
                    return secure.getpeercert()["serialNumber"]

        first = serial()
        assert serial() == first
        connection = http.client.HTTPSConnection("localhost", intercom.secure_port, context=context(authority))
        connection.request("GET", "/api/status")
        assert connection.getresponse().read()
        authority.issue("localhost", "127.0.0.1", title="callee")
        intercom.process.send_signal(signal.SIGHUP)
        until(lambda: serial() != first, "the old certificate is shown on", 10)
        # Who is there stays there.
        connection.request("GET", "/api/status")
        assert connection.getresponse().read()
        connection.close()
        (tmp_path / "callee.pem").write_text("nothing")
        intercom.process.send_signal(signal.SIGHUP)
        intercom.wait_for("is shown on")
        assert serial() != first
        assert intercom.stop() == 0, intercom.log()


def test_those_who_never_finish_a_handshake_neither_stay_nor_keep_others_out(tmp_path, authority):
    with SecureIntercom(tmp_path, authority) as intercom, contextlib.ExitStack() as stack:
        def open_from(address):
            made = socket.create_connection(("127.0.0.1", intercom.secure_port), source_address=(address, 0))
            made.settimeout(20)
            return stack.enter_context(made)

        began = time.monotonic()
        silent = [open_from("127.0.0.2") for _ in range(8)]
        silent[0].sendall(b"\x16\x03\x01\x02\x00\x01")
        # The ninth of one address is sent away at once, others are let in.
        with contextlib.suppress(ConnectionError):
            assert open_from("127.0.0.2").recv(1) == b""
        assert time.monotonic() - began < 5
        assert get(intercom, authority)[0] == 200
        # Sixteen at once, whoever they are: the oldest makes room.
        others = [open_from(f"127.0.0.{3 + index}") for index in range(8)]
        assert get(intercom, authority)[0] == 200
        for one in silent + others:
            with contextlib.suppress(ConnectionError):
                while one.recv(4096):
                    pass
        assert 0 < time.monotonic() - began < 20
        assert intercom.stop() == 0, intercom.log()


# Calls


def place(folder, url, *options, seconds=1, **settings):
    """One call; answers the exit status and what was said."""
    path = config(folder, "caller", input="tone:440", **settings)
    with Program("call", url, "--config", path, "--for", seconds, *options) as calling:
        return calling.finish(), calling.log()


def test_two_intercoms_call_each_other_over_https(tmp_path, authority):
    with SecureIntercom(tmp_path, authority, input="tone:330") as callee:
        url = callee.secure_url + "/call"
        status, log = place(tmp_path, url, "--authority", authority.fingerprint)
        assert status == 0, log
        status, log = place(tmp_path, url, "--ca", authority.path)
        assert status == 0, log
        # As a peer of the configuration, with its authority pinned.
        peer = f'[[peer]]\nname = "Door"\nurl = "{url}"\nauthority = "{authority.fingerprint}"\n'
        status, log = place(tmp_path, "Door", more=peer)
        assert status == 0, log
        assert callee.stop() == 0, callee.log()


def test_a_certificate_that_is_not_good_ends_the_call_with_a_sentence(tmp_path, authority):
    other = Authority(tmp_path, "Other")
    with SecureIntercom(tmp_path, authority) as callee:
        url = callee.secure_url + "/call"
        rows = [
            (url, ["--authority", other.fingerprint], "does not come from the authority that is pinned"),
            (url, ["--ca", other.path], "an authority that is not trusted here"),
            (url, [], "not trusted here|no authorities in"),
            (url.replace("127.0.0.1", "127.0.0.9"), ["--ca", authority.path], "cannot be reached"),
            (callee.url.replace("http:", "https:") + "/call", ["--ca", authority.path], "does not speak TLS"),
        ]
        for target, options, expected in rows:
            status, log = place(tmp_path, target, *options)
            assert status == 69, log
            assert any(part in log for part in expected.split("|")), log
    rows = [
        (["gate.local"], {}, "is for another name"),
        (["localhost", "127.0.0.1"], {"years": (-1, -0.1)}, "has expired"),
        (["localhost", "127.0.0.1"], {"years": (0.5, 1)}, "is not valid yet"),
        (["localhost", "127.0.0.1", "bank.example"], {}, "may not speak for"),
    ]
    for names, issue, expected in rows:
        with SecureIntercom(tmp_path, authority, *names, issue=issue) as callee:
            status, log = place(tmp_path, callee.secure_url + "/call", "--authority", authority.fingerprint)
            assert status == 69 and expected in log, log


# What handshakes cost a call


def concealed(folder, authority, handshakes):
    """A call of some seconds with so many TLS handshakes of others meanwhile; answers the report and CPU ms of each."""
    with SecureIntercom(folder, authority, input="tone:330") as callee:
        path = config(folder, "caller", input="tone:440")
        arguments = [callee.url + "/call", "--config", path, "--for", 6, "--report", folder / "report.json"]
        with Program("call", *arguments) as calling:
            callee.wait_for("the far side is heard")
            before, began = callee.cpu_seconds(), time.monotonic()
            for _ in range(handshakes):
                with socket.create_connection(("127.0.0.1", callee.secure_port)) as plain:
                    with context(authority).wrap_socket(plain, server_hostname="localhost"):
                        pass
            spent, seconds = callee.cpu_seconds() - before, time.monotonic() - began
            assert calling.finish() == 0, calling.log()
        if handshakes:
            print(f"\n{handshakes} handshakes in {seconds:.2f} s, {spent / handshakes * 1e3:.1f} ms CPU each")
            assert spent / handshakes * 1e3 < HANDSHAKE_CPU_MS_MAX
        return report(folder / "report.json")


def test_handshakes_of_others_do_not_hurt_a_call(tmp_path, authority):
    quiet = concealed(tmp_path, authority, 0)
    busy = concealed(tmp_path, authority, HANDSHAKES)
    print(f"concealed: {quiet['concealed_ms']} ms in a quiet call, {busy['concealed_ms']} ms with handshakes")
    assert busy["concealed_ms"] - quiet["concealed_ms"] <= ADDED_CONCEALED_MS_MAX, (quiet, busy)
    assert busy["packets_lost"] == 0, busy
