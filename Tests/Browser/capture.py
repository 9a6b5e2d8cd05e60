# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Reads the datagrams of the test's own network namespace as they pass, and what of DTLS can be seen in them.

    record   | type 22 | version | epoch | number (6) | length |         RFC 6347, 4.1
    handshake| type 1 = ClientHello | length (3) | sequence | fragment offset (3) | fragment length (3) | body
"""

import dataclasses
import socket
import struct
import threading

ETHERNET, IPV4_TYPE, IPV6_TYPE, UDP = 14, 0x0800, 0x86DD, 17
HANDSHAKE, CLIENT_HELLO = 22, 1
CLIENT_HELLO_BODY_MAX = 1 << 14
KEY_SHARE = 51
# Named groups with a post-quantum half: X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024.
POST_QUANTUM = {0x11EC, 0x11EB, 0x11ED}


@dataclasses.dataclass(frozen=True)
class Fragment:
    """A fragment of a ClientHello, and who sent it."""

    source_port: int
    message_length: int
    offset: int
    length: int
    body: bytes


class Capture:
    """`with Capture() as capture:` keeps every fragment of a ClientHello that passes the loopback meanwhile."""

    def __init__(self):
        self.fragments = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.2)
        self.over = False
        self.thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.over = True
        self.thread.join(5)
        self.socket.close()

    def _read(self):
        while not self.over:
            try:
                frame, address = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            # The loopback shows each frame twice, once on its way out.
            if address[2] != socket.PACKET_OUTGOING:
                self.fragments += fragments(frame)

    def hellos(self):
        """Each ClientHello that came in, as the list of its different fragments in order."""
        messages = {}
        for fragment in self.fragments:
            messages.setdefault((fragment.source_port, fragment.message_length), {})[fragment.offset] = fragment
        return [[parts[offset] for offset in sorted(parts)] for parts in messages.values()]


def fragments(frame):
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == IPV4_TYPE and frame[ETHERNET + 9] == UDP:
        at = ETHERNET + (frame[ETHERNET] & 15) * 4
    elif kind == IPV6_TYPE and frame[ETHERNET + 6] == UDP:
        at = ETHERNET + 40
    else:
        return
    source = struct.unpack_from("!H", frame, at)[0]
    payload = frame[at + 8 :]
    while len(payload) >= 13 and 20 <= payload[0] <= 63:
        record_type, _, epoch, _, length = struct.unpack_from("!BHH6sH", payload)
        record, payload = payload[13 : 13 + length], payload[13 + length :]
        if record_type != HANDSHAKE or epoch != 0:
            continue
        while len(record) >= 12:
            whole, offset, part = (int.from_bytes(record[a : a + 3], "big") for a in (1, 6, 9))
            if record[0] == CLIENT_HELLO and whole <= CLIENT_HELLO_BODY_MAX:
                yield Fragment(source, whole, offset, part, record[12 : 12 + part])
            record = record[12 + part :]


def key_share_groups(hello):
    """The groups for which a ClientHello, put together from its fragments, brings a key share (RFC 8446, 4.2.8)."""
    body = b"".join(fragment.body for fragment in hello)
    at = 34
    at += 1 + body[at]  # session id
    at += 1 + body[at]  # cookie
    at += 2 + int.from_bytes(body[at : at + 2], "big")  # cipher suites
    at += 1 + body[at]  # compression methods
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    at += 2
    groups = []
    while at + 4 <= end:
        kind, length = struct.unpack_from("!HH", body, at)
        if kind == KEY_SHARE:
            share = at + 6
            while share + 4 <= at + 4 + length:
                group, size = struct.unpack_from("!HH", body, share)
                groups.append(group)
                share += 4 + size
        at += 4 + length
    return groups
