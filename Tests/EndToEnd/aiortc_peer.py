# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A WebRTC peer that this project did not write: aiortc, as the called and as the calling side.

It speaks the same `/call` exchange as an intercom, and WHIP and WHEP by the letter. Sound comes from a WAV file and what is heard goes into one.
"""

import argparse
import asyncio
import fractions
import json
import re
import ssl
import sys
import time
import wave

import aioice.ice
import aiohttp
import numpy
from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, generate_certificate
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame
from cryptography.hazmat.primitives.asymmetric import rsa

import judge

# aioice leaves loopback out; the tests have nothing else.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

FRAME = 960


class Speech(MediaStreamTrack):
    """A WAV file at 48 kHz, paced by the clock, then silence.

    Both channels are the same: aiortc codes stereo, and what makes stereo of mono in it takes 3 dB off.
    """

    kind = "audio"

    def __init__(self, path):
        super().__init__()
        self.samples = (judge.read(path) * 32767).astype(numpy.int16)
        self.position = 0
        self.started = None

    async def recv(self):
        if self.readyState != "live":
            raise MediaStreamError
        if self.started is None:
            self.started = time.monotonic()
        wait = self.started + self.position / 48_000 - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        part = self.samples[self.position : self.position + FRAME]
        part = numpy.concatenate([part, numpy.zeros(FRAME - len(part), dtype=numpy.int16)])
        frame = AudioFrame.from_ndarray(numpy.repeat(part, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = 48_000
        frame.pts = self.position
        frame.time_base = fractions.Fraction(1, 48_000)
        self.position += FRAME
        return frame


class Ear:
    """Writes what a track brings into a WAV file."""

    def __init__(self, path):
        self.path = path
        self.parts = []
        self.count = 0
        self.task = None

    def listen(self, track):
        self.task = asyncio.ensure_future(self._run(track))

    async def _run(self, track):
        try:
            while True:
                frame = await track.recv()
                samples = frame.to_ndarray().reshape(-1)
                channels = len(frame.layout.channels)
                self.parts.append(samples.reshape(-1, channels).mean(axis=1).astype(numpy.int16))
                self.count += len(self.parts[-1])
        except MediaStreamError:
            pass

    def write(self):
        with wave.open(self.path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            for part in self.parts:
                file.writeframes(part.tobytes())


async def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"aiortc: {what} not within {seconds} s")
        await asyncio.sleep(0.02)


def use_rsa():
    """From now on certificates for DTLS have RSA keys."""
    make_context = RTCCertificate._create_ssl_context

    def context(certificate, srtp_profiles):
        made = make_context(certificate, srtp_profiles)
        made.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256")
        return made

    def generate(kind):
        key = rsa.generate_private_key(65_537, 2048)
        return kind(key=key, cert=generate_certificate(key))

    RTCCertificate._create_ssl_context = context
    RTCCertificate.generateCertificate = classmethod(generate)


def lines_of(sdp, *names):
    """The attributes of these names, in the order of the description."""
    return [line for line in sdp.splitlines() if line.startswith(tuple(f"a={name}:" for name in names))]


async def serve(arguments):
    """Answers one call, then ends when the caller deletes the session; with --strict as WHIP or WHEP server."""
    strict = arguments.strict
    name = strict or "call"
    moved = []
    refused = []
    connection = RTCPeerConnection()
    ear = Ear(arguments.heard)
    connection.on("track", ear.listen)
    ended = asyncio.Event()
    offers = []
    trickled = []

    async def create(request):
        if request.content_type != "application/sdp":
            return web.Response(status=415)
        if strict:
            assert request.headers["Authorization"] == "Bearer let-me-in"
            if not moved:
                moved.append(True)
                # Both keep method and body, and one is as good as the other (RFC 9725 section 4.5).
                raise (web.HTTPTemporaryRedirect if strict == "whip" else web.HTTPPermanentRedirect)("/moved")
            if strict == "whep" and len(refused) < 2:
                refused.append(True)
                return web.Response(status=409, headers={"Retry-After": "1"})
            offer = await request.text()
            assert ("a=sendonly" if strict == "whip" else "a=recvonly") in offer.splitlines(), offer
            assert "a=rtcp-mux-only" in offer.splitlines() and "a=setup:actpass" in offer.splitlines(), offer
        offers.append(await request.text())
        await connection.setRemoteDescription(RTCSessionDescription(offers[0], "offer"))
        if strict != "whip":
            connection.addTrack(Speech(arguments.spoken))
        await connection.setLocalDescription(await connection.createAnswer())
        answer = connection.localDescription.sdp
        if arguments.setup:
            assert "a=setup:active" in answer
            answer = answer.replace("a=setup:active", f"a=setup:{arguments.setup}")
            for transceiver in connection.getTransceivers():
                transceiver.receiver.transport._set_role("server" if arguments.setup == "passive" else "client")
        return web.Response(
            status=201,
            text=answer,
            content_type="application/sdp",
            # A session may be named either way.
            headers={"Location": (base if strict == "whep" else "") + f"/{name}/only", "ETag": '"1"'},
        )

    async def trickle(request):
        fragment = await request.text()
        if strict:
            assert request.headers["If-Match"] == '"1"' and request.headers["Authorization"]
            assert request.content_type == "application/trickle-ice-sdpfrag"
            said = ("group", "ice-options", "mid", "ice-ufrag", "ice-pwd")
            assert sorted(lines_of(fragment, *said)) == sorted(lines_of(offers[0], *said)), fragment
        trickled.append(fragment)
        return web.Response(status=arguments.refuse_trickle or 204)

    async def delete(request):
        assert not strict or request.headers["Authorization"]
        ended.set()
        return web.Response(status=200)

    application = web.Application()
    application.router.add_post(f"/{name}", create)
    application.router.add_post("/moved", create)
    application.router.add_patch(f"/{name}/only", trickle)
    application.router.add_delete(f"/{name}/only", delete)
    runner = web.AppRunner(application)
    await runner.setup()
    secured = None
    if arguments.tls:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(*arguments.tls)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=secured)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    base = f"{'https' if secured else 'http'}://127.0.0.1:{port}"
    print(f"listening on {base}/{name}", file=sys.stderr, flush=True)
    try:
        await asyncio.wait_for(ended.wait(), 90)
    finally:
        await finish(connection, ear)
        await runner.cleanup()
    assert not strict or trickled, "nothing was trickled"
    print(json.dumps({"offer": offers[0], "answer": connection.localDescription.sdp}))


def no_dtls():
    """From now on DTLS is never begun: checks are answered, and then there is silence."""

    async def start(transport, parameters):
        print("DTLS is left out", file=sys.stderr, flush=True)
        await asyncio.Event().wait()

    RTCDtlsTransport.start = start


def half_dtls():
    """From now on a handshake stops after the first flight that is sent."""
    write = RTCDtlsTransport._write_ssl
    flights = []

    async def write_once(transport):
        if not flights:
            await write(transport)
            if transport._RTCDtlsTransport__tx_packets:
                flights.append(True)
                print("DTLS stops half-way", file=sys.stderr, flush=True)

    RTCDtlsTransport._write_ssl = write_once


FAULTS = {"no-dtls": no_dtls, "half-dtls": half_dtls, "wrong-fingerprint": lambda: None}


def with_wrong_fingerprint(sdp):
    """The same description with the last byte of each fingerprint changed."""
    return re.sub(
        r"(a=fingerprint:\S+ \S+:)(\S\S)", lambda found: f"{found[1]}{int(found[2], 16) ^ 1:02X}", sdp)


async def call(arguments):
    """Calls an intercom, hears for some seconds, hangs up; with a fault it stays until it is ended from outside."""
    connection = RTCPeerConnection()
    ear = Ear(arguments.heard)
    connection.on("track", ear.listen)
    connection.addTrack(Speech(arguments.spoken))
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    if arguments.fault:
        FAULTS[arguments.fault]()
    if arguments.fault == "wrong-fingerprint":
        offer = with_wrong_fingerprint(offer)
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/sdp"}
        async with session.post(arguments.url, data=offer, headers=headers) as response:
            assert response.status == 201, (response.status, await response.text())
            location = response.headers["Location"]
            answer = await response.text()
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        if arguments.fault:
            await asyncio.Event().wait()
        await until(lambda: connection.connectionState == "connected", 30, "no connection")
        wanted = int(float(arguments.seconds) * 48_000)
        await until(lambda: ear.count >= wanted, float(arguments.seconds) + 30, "too little was heard")
        target = location if "://" in location else arguments.url.split("/call")[0] + location
        async with session.delete(target) as response:
            assert response.status in (200, 204), response.status
    await finish(connection, ear)
    print(json.dumps({"offer": offer, "answer": answer}))


async def strict(arguments):
    """Publishes to a WHIP endpoint or plays from a WHEP one, and tries every rule of its session on the way."""
    publishes = arguments.command == "publish"
    connection = RTCPeerConnection()
    ear = Ear(arguments.heard)
    connection.on("track", ear.listen)
    if publishes:
        connection.addTransceiver(Speech(arguments.spoken), direction="sendonly")
    else:
        connection.addTransceiver("audio", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    if arguments.setup:
        assert "a=setup:actpass" in offer
        offer = offer.replace("a=setup:actpass", f"a=setup:{arguments.setup}")
    wrong = offer.replace("a=sendonly", "a=inactive").replace("a=recvonly", "a=inactive")
    other = offer.replace("a=sendonly", "a=X").replace("a=recvonly", "a=sendonly").replace("a=X", "a=recvonly")
    two = offer + offer[offer.index("m=audio") :].replace("a=mid:0", "a=mid:1")
    sdp = {"Content-Type": "application/sdp"}
    fragment = {"Content-Type": "application/trickle-ice-sdpfrag"}
    shown = {"Authorization": f"Bearer {arguments.token}"} if arguments.token else {}
    async with aiohttp.ClientSession(headers=shown) as session:
        for refused in (wrong, other, two):
            async with session.post(arguments.url, data=refused, headers=sdp) as response:
                assert response.status == 422, (response.status, await response.text())
                assert response.content_type == "application/problem+json"
        async with session.post(arguments.url, data=offer, headers=sdp) as response:
            assert response.status == 201, (response.status, await response.text())
            assert response.content_type == "application/sdp"
            tag = response.headers["ETag"]
            assert tag.startswith('"')
            target = arguments.url.rsplit("/", 1)[0] + response.headers["Location"]
            answer = await response.text()
        lines = answer.splitlines()
        assert ("a=recvonly" if publishes else "a=sendonly") in lines, answer
        assert "a=rtcp-mux-only" in lines and "a=end-of-candidates" in lines, answer
        assert ("a=setup:passive" if arguments.setup == "active" else "a=setup:active") in lines, answer
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: connection.connectionState == "connected", 30, "no connection")
        async with session.post(arguments.url, data=offer, headers=sdp) as response:
            assert response.status == 503 and response.headers["Retry-After"], response.status
        body = "a=ice-ufrag:x\r\na=end-of-candidates\r\n"
        rules = [({}, 428), ({"If-Match": '"stale"'}, 412), ({"If-Match": "*"}, 422)]
        for rule, status in rules:
            async with session.patch(target, data=body, headers=fragment | rule) as response:
                assert response.status == status, (rule, response.status)
        # The session's own tag with other credentials asks for a restart too.
        async with session.patch(target, data=body, headers=fragment | {"If-Match": tag}) as response:
            assert response.status == 422, response.status
        mine = "".join(line + "\r\n" for line in offer.splitlines() if line.startswith(("a=ice-ufrag", "a=ice-pwd")))
        body = mine + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=end-of-candidates\r\n"
        async with session.patch(target, data=body, headers=fragment | {"If-Match": tag}) as response:
            assert response.status == 204 and "ETag" not in response.headers, response.status
        wanted = int(float(arguments.seconds) * 48_000)
        if publishes:
            await until(lambda: connection.getTransceivers()[0].sender.track.position >= wanted, 60, "too little was said")
            assert ear.count == 0, "a publisher was sent something"
        else:
            await until(lambda: ear.count >= wanted, float(arguments.seconds) + 30, "too little was heard")
        async with session.delete(target) as response:
            assert response.status == 200, response.status
        async with session.get(target) as response:
            assert response.status == 404, response.status
    await finish(connection, ear)


async def finish(connection, ear):
    await connection.close()
    if ear.task:
        ear.task.cancel()
    ear.write()


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("serve", "call", "publish", "play"):
        command = commands.add_parser(name)
        command.add_argument("--spoken", required=True)
        command.add_argument("--heard", required=True)
        command.add_argument("--setup", choices=("active", "passive"))
        command.add_argument("--rsa", action="store_true")
        if name == "serve":
            command.add_argument("--strict", choices=("whip", "whep"))
            command.add_argument("--tls", nargs=2, metavar=("CHAIN", "KEY"))
            command.add_argument("--refuse-trickle", type=int, metavar="STATUS")
        else:
            command.add_argument("--seconds", default="8")
            command.add_argument("--fault", choices=FAULTS)
            command.add_argument("--token")
            command.add_argument("url")
    arguments = parser.parse_args()
    if arguments.rsa:
        use_rsa()
    asyncio.run({"serve": serve, "call": call, "publish": strict, "play": strict}[arguments.command](arguments))


if __name__ == "__main__":
    main()
