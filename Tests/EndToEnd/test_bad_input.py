# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Bad input against a running call: it goes on, it is heard, and memory stays bounded."""

import contextlib
import random
import socket
import struct
import time

from harness import ForeignPeer, Intercom, config, until
from running_call import RunningCall, udp_ports

SEED = 20_260
DATAGRAMS = 12_000
DATAGRAMS_PER_SECOND = 2_000


# What goes to a UDP port


def stun(chance):
    """A binding request or response with some attributes, as RFC 8489 section 5 wants it."""
    attributes = b""
    for _ in range(chance.randrange(6)):
        kind = chance.choice([0x0006, 0x0008, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A, chance.randrange(65536)])
        value = chance.randbytes(chance.randrange(40))
        attributes += struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
    kind = chance.choice([0x0001, 0x0011, 0x0101, 0x0111])
    return struct.pack("!HHI", kind, len(attributes), 0x2112A442) + chance.randbytes(12) + attributes


def dtls(chance):
    """A record as RFC 6347 section 4.1 wants it, often with a handshake message's head."""
    body = chance.randbytes(chance.randrange(200))
    if chance.randrange(2):
        size = len(body)
        body = struct.pack("!B3sH3s3s", chance.choice([1, 2, 11, 12, 14, 16, 20]), size.to_bytes(3, "big"),
                           chance.randrange(4), bytes(3), size.to_bytes(3, "big")) + body
    kind = chance.choice([20, 21, 22, 23, 25])
    return struct.pack("!BHHIHH", kind, 0xFEFD, chance.randrange(2), 0, chance.randrange(65536), len(body)) + body


def rtp(chance):
    """A packet as RFC 3550 section 5.1 wants it, or a report (section 6.4)."""
    kind = chance.choice([111, 96, 200, 201, 202, 203, 205, chance.randrange(256)])
    head = struct.pack("!BBHII", 0x80 | chance.randrange(64), kind, chance.randrange(65536),
                       chance.randrange(1 << 32), chance.randrange(1 << 32))
    return head + chance.randbytes(chance.randrange(300))


def datagram(chance):
    """One bad datagram: noise, or something well made with some bytes changed, cut or added."""
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randbytes(chance.choice([0, 1, 3, 19, 20, 1200, 1500, 9000]))
    data = bytearray((stun, dtls, rtp)[kind % 3](chance))
    for _ in range(chance.randrange(4)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.randrange(4) == 0:
        data = data[: chance.randrange(len(data) + 1)]
    if chance.randrange(8) == 0:
        data += chance.randbytes(chance.randrange(1400))
    return bytes(data)


def test_bad_datagrams(tmp_path, speech):
    chance = random.Random(SEED)
    print(f"\nseed {SEED}")
    with RunningCall(tmp_path, speech) as call, contextlib.ExitStack() as stack:
        ports = udp_ports(call.callee.process.pid) + udp_ports(call.caller.process.pid)
        assert len(ports) >= 2, ports
        senders = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(4)]
        started = time.monotonic()
        for count in range(DATAGRAMS):
            with contextlib.suppress(ConnectionRefusedError):
                chance.choice(senders).sendto(datagram(chance), chance.choice(ports))
            # The rate is part of the test: faster, and the kernel's queue is what is tested.
            ahead = started + count / DATAGRAMS_PER_SECOND - time.monotonic()
            if ahead > 0.005:
                time.sleep(ahead)
        print(f"{DATAGRAMS} datagrams to {len(ports)} ports in {time.monotonic() - started:.1f} s")


# What goes to the web server


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def answer(port, request, *, finishes=True):
    """The first line of what comes back to `request`; empty when the connection is just closed."""
    with connect(port) as client:
        data = b""
        # A server that has seen enough may close while the rest is still being sent.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            client.sendall(request)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError, OSError):
            if finishes:
                client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while b"\r\n" not in data:
                part = client.recv(65536)
                if not part:
                    break
                data += part
        return data.split(b"\r\n")[0].decode("latin-1")


HOST = b"Host: 127.0.0.1\r\n"
SDP = b"Content-Type: application/sdp\r\n"
# Each with the beginning of what comes back; nothing where the client itself ends before the request does.
REQUESTS = [
    (b"", ""),
    (b"G", ""),
    (b"GET / HTTP/1.1\r\nHos", ""),
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: 500\r\n\r\nv=0\r\n", ""),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), ""),
    (b"\r\n\r\n\r\n", "HTTP/1.1 400"),
    (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"),
    (b"GET / HTTP/9.9\r\n" + HOST + b"\r\n", "HTTP/1.1 505"),
    (b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", "HTTP/1.1 501"),
    (b"DELETE / HTTP/1.1\r\n" + HOST + b"\r\n", "HTTP/1.1 405"),
    (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", "HTTP/1.1 414"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n", "HTTP/1.1 431"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 5000 + b"\r\n", "HTTP/1.1 431"),
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: 99999999999\r\n\r\n", "HTTP/1.1 413"),
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: 1000000\r\n\r\n" + b"v" * 1_000_000, "HTTP/1.1 413"),
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: -1\r\n\r\n", "HTTP/1.1 400"),
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400"),
    # Who is in a call reads no other offer, good or bad.
    (b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: 3\r\n\r\nv=0", "HTTP/1.1 503"),
    (b"POST /call HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nv=0", "HTTP/1.1 415"),
    (b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", "HTTP/1.1 4"),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 403"),
]


def wrong_answers(port, requests):
    return [(request[:60], wanted, got) for request, wanted in requests
            if not (got := answer(port, request)).startswith(wanted) or (not wanted and got)]


def ask_much(port, chance):
    """Requests whose body begins well and is cut, changed or continued, and noise."""
    good = b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: 20\r\n\r\nv=0\r\no=- 1 1 IN IP4 x"
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        got = answer(port, bytes(data[: chance.randrange(1, len(data) + 1)]))
        assert not got or got.startswith("HTTP/1."), got
    for _ in range(100):
        got = answer(port, chance.randbytes(chance.randrange(1, 3000)))
        assert not got or got.startswith("HTTP/1."), got


def test_bad_requests(tmp_path, speech):
    chance = random.Random(SEED)
    print(f"\nseed {SEED}")
    with RunningCall(tmp_path, speech) as call:
        wrong = wrong_answers(call.callee.port, REQUESTS)
        assert not wrong, wrong
        ask_much(call.callee.port, chance)
        assert call.callee.status()["name"] == "callee"


def test_bad_requests_without_a_call(tmp_path):
    """Here the offers are read."""
    chance = random.Random(SEED)
    print(f"\nseed {SEED}")
    with Intercom(config(tmp_path, "idle")) as idle:
        wrong = wrong_answers(idle.port, [(request, wanted.replace("503", "4")) for request, wanted in REQUESTS])
        assert not wrong, wrong
        ask_much(idle.port, chance)
        status = idle.status()
        assert (status["state"], status["calls"]) == ("idle", []), status
        assert idle.stop() == 0, idle.log()


def test_slow_clients_and_many_clients(tmp_path, speech):
    with RunningCall(tmp_path, speech) as call, contextlib.ExitStack() as stack:
        port = call.callee.port
        # 200 at once that say nothing, and one that asks: it is served all the same.
        silent = [stack.enter_context(connect(port)) for _ in range(200)]
        began = time.monotonic()
        assert answer(port, b"GET /api/status HTTP/1.1\r\n" + HOST + b"\r\n") == "HTTP/1.1 200 OK"
        print(f"\nserved beside 200 connections in {(time.monotonic() - began) * 1000:.0f} ms")
        for client in silent:
            client.close()
        # Some that send a byte now and then: each is told, or cut off, when its time is over.
        slow = [stack.enter_context(connect(port)) for _ in range(20)]
        began = time.monotonic()
        open_clients = set(range(len(slow)))

        def drip():
            for index in list(open_clients):
                try:
                    slow[index].setblocking(False)
                    slow[index].send(b"G")
                    with contextlib.suppress(BlockingIOError):
                        slow[index].recv(4096)
                        open_clients.discard(index)
                except OSError:
                    open_clients.discard(index)
            return not open_clients

        until(drip, "slow clients were not cut off", 40)
        seconds = time.monotonic() - began
        print(f"20 slow clients were cut off after {seconds:.1f} s")
        assert seconds > 5, "they were not given the time that limits.md promises"


# Far sides that do not keep to DTLS


def offer(number):
    """A valid offer of somebody who is not there: documentation addresses, loopback port 9."""
    return "\r\n".join([
        "v=0", f"o=- {number} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdefghijklmn",
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=setup:actpass", "a=mid:0", "a=sendrecv", "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2", "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", "a=end-of-candidates", "",
    ]).encode()


def test_far_sides_that_stop_half_way(tmp_path, speech):
    """Each has an intercom of its own, for one call is all that an intercom takes."""
    heard = tmp_path / "unheard.wav"
    with contextlib.ExitStack() as stack:
        callees = [stack.enter_context(Intercom(config(tmp_path, f"callee-{number}"))) for number in range(3)]
        # A valid offer, and then nobody is there.
        body = offer(1)
        request = b"POST /call HTTP/1.1\r\n" + HOST + SDP + b"Content-Length: %d\r\n\r\n" % len(body) + body
        assert answer(callees[0].port, request).startswith("HTTP/1.1 201")
        assert answer(callees[0].port, request).startswith("HTTP/1.1 503")
        # Checks are answered and DTLS never begins; DTLS begins and stops.
        for callee, fault, says in [
            (callees[1], "no-dtls", "DTLS is left out"), (callees[2], "half-dtls", "DTLS stops half-way")]:
            arguments = ["--spoken", speech, "--heard", heard, "--fault", fault, callee.url + "/call"]
            stack.enter_context(ForeignPeer("call", *arguments)).wait_for(says)
        for callee, says in zip(callees, ["no path to the far side was found", "the DTLS handshake got no answer",
                                          "the DTLS handshake got no answer"]):
            until(lambda: callee.status()["calls"] == [], "the broken call was not given up", 60)
            assert callee.status()["state"] == "idle"
            callee.wait_for(says)


def test_a_wrong_fingerprint(tmp_path, speech):
    heard = tmp_path / "unheard.wav"
    with Intercom(config(tmp_path, "callee")) as callee:
        began = time.monotonic()
        arguments = ["--spoken", speech, "--heard", heard, "--fault", "wrong-fingerprint"]
        with ForeignPeer("call", *arguments, callee.url + "/call"):
            callee.wait_for("fingerprint mismatch")
            print(f"\nrefused {(time.monotonic() - began) * 1000:.0f} ms after the start of the peer")
            until(lambda: callee.status()["calls"] == [], "the call was not ended")
        assert not any("call 1: connected" in line for line in callee.lines), callee.log()
