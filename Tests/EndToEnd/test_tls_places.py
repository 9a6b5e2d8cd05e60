# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""HTTPS with every place of the web server taken: who comes then, who goes, and how each of them learns it."""

import concurrent.futures
import contextlib
import pathlib
import re
import socket
import ssl
import time

import pytest
from certificates import Authority
from test_tls import SecureIntercom, context, get

# Limits.webConnectionsMax, one of which is kept free for the next who comes.
PLACES = 32 - 1
# Limits.tlsHandshakesMax, and of one address.
HANDSHAKES, HANDSHAKES_OF_ADDRESS = 16, 8
RESIDENT_KB_MAX = 10_240
REQUEST = b"GET /api/me HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def secure(intercom, made, address="127.0.0.1"):
    plain = socket.create_connection(("127.0.0.1", intercom.secure_port), timeout=20, source_address=(address, 0))
    try:
        return made.wrap_socket(plain, server_hostname="localhost")
    except BaseException:
        plain.close()
        raise


def is_answered(connection):
    """Whether a request is answered whole; false: the server has closed, with TLS's goodbye before."""
    try:
        connection.sendall(REQUEST)
    except (ConnectionError, ssl.SSLError):
        return False
    text = b""
    while not text.endswith(b"}"):
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            part = b""
        if not part:
            assert text == b"", text
            return False
        text += part
    assert text.startswith(b"HTTP/1.1 200 OK\r\n"), text
    return True


def memory_kb(intercom):
    text = pathlib.Path(f"/proc/{intercom.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1))


def test_every_place_is_used_over_tls_and_the_longest_silent_makes_room(tmp_path, authority):
    made = context(authority)
    with SecureIntercom(tmp_path, authority) as intercom, contextlib.ExitStack() as stack:
        connections = []
        for _ in range(PLACES):
            connections.append(stack.enter_context(secure(intercom, made)))
            assert is_answered(connections[-1])
        # All of them are there, and all are served again, asked at once.
        for connection in connections:
            connection.sendall(REQUEST)
        for connection in connections:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        # What came at once was served in any order; now it is known who has been silent for longest.
        assert all(is_answered(connection) for connection in connections)
        # Nine more: each is served, and takes the place of the one that has been silent for longest.
        newcomers = []
        for index in range(9):
            newcomers.append(stack.enter_context(secure(intercom, made)))
            assert is_answered(newcomers[-1])
            assert connections[index].recv(1) == b"", "the one who goes is told by TLS's goodbye"
        assert all(is_answered(connection) for connection in connections[9:] + newcomers)
        print(f"\nmost memory {memory_kb(intercom)} kB")
        assert memory_kb(intercom) <= RESIDENT_KB_MAX
        assert intercom.stop() == 0, intercom.log()


def test_more_handshakes_at_once_than_there_are_places_are_done_or_sent_away(tmp_path, authority):
    made = context(authority)
    addresses = [f"127.0.0.{2 + index}" for index in range(5) for _ in range(HANDSHAKES_OF_ADDRESS)]

    def shake(address):
        try:
            with secure(intercom, made, address) as connection:
                return is_answered(connection)
        except (ConnectionError, ssl.SSLError):
            return False

    with SecureIntercom(tmp_path, authority) as intercom:
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(addresses)) as pool:
            served = list(pool.map(shake, addresses)).count(True)
        seconds = time.monotonic() - began
        print(f"\n{served} of {len(addresses)} served in {seconds:.1f} s, most memory {memory_kb(intercom)} kB")
        # Nobody waits for a deadline: whoever is sent away learns it at once.
        assert seconds < 9
        assert served >= HANDSHAKES
        # Who was sent away was so before anything was computed for it: none came to nothing.
        counters = intercom.status()["counters"]
        assert counters["tls_failed_handshakes"] == 0, counters
        assert served + counters["tls_refused_connections"] == len(addresses), counters
        assert memory_kb(intercom) <= RESIDENT_KB_MAX
        assert get(intercom, authority)[0] == 200
        assert intercom.stop() == 0, intercom.log()
