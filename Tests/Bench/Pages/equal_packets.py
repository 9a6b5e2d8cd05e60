# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Feeds the same packets to three receivers in the same run: the intercom that ships, Chromium, and aiortc.

Packets are those of the intercom's encoder, 20 ms apart in real time, sent over loopback by connections that aiortc
makes; what a seeded pattern says is lost is sent to nobody. Runs in Tests/Browser/namespace.sh with the python of the
tests with browsers, and writes JSON: for each network, stream and receiver the PESQ of every sentence.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import pathlib
import random
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parents[1] / "EndToEnd"), str(HERE.parents[1] / "Browser")]

import aiohttp  # noqa: E402
import numpy  # noqa: E402
import packets  # noqa: E402
from aiohttp import web  # noqa: E402
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription  # noqa: E402
from aiortc import rtp  # noqa: E402
from aiortc_peer import Ear  # noqa: E402

import judge  # noqa: E402

NETWORKS = {"r0": (0, 1), "r5": (5, 1), "r10": (10, 1), "r20": (20, 1), "g10": (10, 3)}
# aiortc knows no copies.
BOTH = ("intercom", "chromium")
RECEIVERS = {"fec": (*BOTH, "aiortc"), "near": BOTH, "far": BOTH}
TAIL_SECONDS = 1


class Sender:
    """One connection that sends packets as they are given."""

    def __init__(self, name):
        self.name = name
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.transceiver = self.connection.addTransceiver("audio", direction="sendrecv")

    async def offer(self, *, copies):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        lines = []
        for line in self.connection.localDescription.sdp.splitlines():
            if line.startswith("m=audio"):
                words = line.split()
                line = " ".join(words[:3] + [str(packets.OPUS)] + [str(packets.RED)] * copies)
            if line.startswith(("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:")):
                if not line.startswith(f"a=rtpmap:{packets.OPUS} "):
                    continue
                assert "opus/48000/2" in line, line
                lines += [line, f"a=fmtp:{packets.OPUS} minptime=10;useinbandfec=1"]
                if copies:
                    lines.append(f"a=rtpmap:{packets.RED} red/48000/2")
                    lines.append(f"a=fmtp:{packets.RED} {packets.OPUS}/{packets.OPUS}")
                continue
            lines.append(line)
        return "\r\n".join([*lines, ""])

    async def take(self, answer, *, copies):
        """Accepts the answer; it has to speak of copies where they were offered."""
        assert not copies or f"a=rtpmap:{packets.RED} red" in answer, f"{self.name} takes no copies:\n{answer}"
        lines = []
        for line in answer.splitlines():
            if line.startswith("m=audio"):
                line = " ".join(word for word in line.split() if word != str(packets.RED))
            if not line.startswith((f"a=rtpmap:{packets.RED} ", f"a=fmtp:{packets.RED} ")):
                lines.append(line)
        await self.connection.setRemoteDescription(RTCSessionDescription("\r\n".join([*lines, ""]), "answer"))
        deadline = time.monotonic() + 30
        while self.connection.connectionState != "connected":
            assert time.monotonic() < deadline, f"{self.name}: {self.connection.connectionState}"
            await asyncio.sleep(0.02)
        self.sequence, self.origin = random.randrange(1 << 14), random.randrange(1 << 30)

    async def send(self, index, kind, payload):
        packet = rtp.RtpPacket(
            payload_type=kind, sequence_number=(self.sequence + index) & 0xFFFF,
            timestamp=(self.origin + index * packets.FRAME) & 0xFFFF_FFFF)
        packet.ssrc = self.transceiver.sender._ssrc
        packet.payload = payload
        await self.transceiver.sender.transport._send_rtp(packet.serialize(rtp.HeaderExtensionsMap()))

    async def close(self):
        await self.connection.close()


class IntercomReceiver:
    """The program that ships, whose loudspeaker is a file."""

    def __init__(self, folder, name):
        import harness

        self.path = folder / f"{name}.wav"
        self.intercom = harness.Intercom(harness.config(folder, name, input="silence", output=f"file:{self.path}"))
        self.intercom.come_first()

    async def answer(self, offer):
        async with aiohttp.ClientSession() as session:
            async with session.post(
                    f"{self.intercom.url}/call", data=offer, headers={"Content-Type": "application/sdp"}) as response:
                assert response.status == 201, (response.status, await response.text())
                return await response.text()

    async def end(self):
        figures = self.intercom.status()
        assert self.intercom.stop() == 0, self.intercom.log()
        return (judge.read(self.path) * 32767).astype(numpy.int16), figures


class AiortcReceiver:
    """aiortc in this process."""

    def __init__(self, folder, name):
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.ear = Ear(str(folder / f"{name}.wav"))
        self.connection.on("track", self.ear.listen)

    async def answer(self, offer):
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self.connection.localDescription.sdp

    async def end(self):
        await self.connection.close()
        return numpy.concatenate(self.ear.parts), None


class ChromiumReceiver:
    """A connection of the page; what drives the browser waits in a thread of its own."""

    def __init__(self, page, name):
        self.page, self.name = page, name

    async def answer(self, offer):
        return await self.page("receive", self.name, offer)

    async def end(self):
        figures = await self.page("figures", self.name)
        data = base64.b64decode(await self.page("heard", self.name))
        await self.page("leave", self.name)
        return numpy.frombuffer(data, dtype="<i2"), figures


@contextlib.asynccontextmanager
async def chromium_page(folder):
    """A function that calls one of the page's functions. Playwright's blocking interface is kept in one thread."""
    from concurrent.futures import ThreadPoolExecutor

    from chromium import Chromium, stop_playwright
    from recordings import sentence, write

    async def blank(request):
        return web.Response(text="<!DOCTYPE html><title>receiver</title>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/", blank)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        def start():
            browser = Chromium(write(folder / "microphone.wav", sentence()), folder).__enter__()
            page = browser.open(f"http://127.0.0.1:{port}/")
            page.evaluate("(text) => { (0, eval)(text); return true; }", (HERE / "receiver.js").read_text())
            page.evaluate("() => prepare()")
            return browser, page

        browser, page = await loop.run_in_executor(thread, start)

        async def call(function, *arguments):
            script = f"(...list) => {function}(...list)"
            return await loop.run_in_executor(thread, lambda: page.evaluate(script, *arguments))

        def stop():
            browser.__exit__(None, None, None)
            stop_playwright()

        try:
            yield call
        finally:
            await loop.run_in_executor(thread, stop)
            await runner.cleanup()


async def feed(senders, payloads, pattern, begin):
    """Sends each packet that is not lost to all, 20 ms apart; answers by how many milliseconds at most one was late."""
    latest = 0.0
    for index, (kind, payload) in enumerate(payloads):
        wait = begin + index * 0.02 - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        latest = max(latest, -wait)
        if not pattern[index]:
            for sender in senders:
                await sender.send(index, kind, payload)
    return 1000 * latest


async def hold(folder, page, network, streams, pattern):
    """Every stream to each of its receivers, all at once; answers what each of them heard."""
    senders, receivers = {}, {}
    for stream in streams:
        for receiver in RECEIVERS[stream]:
            name = f"{network}-{stream}-{receiver}"
            key = (stream, receiver)
            if receiver == "chromium":
                receivers[key] = ChromiumReceiver(page, name)
            else:
                receivers[key] = {"intercom": IntercomReceiver, "aiortc": AiortcReceiver}[receiver](folder, name)
            senders[key] = Sender(name)
            copies = stream != "fec"
            answer = await receivers[key].answer(await senders[key].offer(copies=copies))
            await senders[key].take(answer, copies=copies)
    begin = time.monotonic() + 0.5
    late = await asyncio.gather(*(
        feed([senders[key] for key in senders if key[0] == stream], payloads, pattern, begin)
        for stream, payloads in streams.items()))
    print(f"{network}: the latest packet left {max(late):.0f} ms late", file=sys.stderr, flush=True)
    await asyncio.sleep(TAIL_SECONDS)
    heard = {key: await receiver.end() for key, receiver in receivers.items()}
    for sender in senders.values():
        await sender.close()
    return heard


async def measure(options, folder):
    spoken, begins = packets.sentences(options.clips, options.seeds)
    streams = {}
    for name in options.streams.split(","):
        bitrate, distance = packets.STREAMS[name]
        streams[name] = list(packets.with_copies(packets.encoded(options.program, folder, spoken, bitrate), distance))
    count = len(next(iter(streams.values())))
    results = {}
    async with chromium_page(folder) as page:
        for network in options.networks.split(","):
            percent, run = NETWORKS[network]
            pattern = packets.lost(count, percent, run, options.seed)
            heard = await hold(folder, page, network, streams, pattern)
            share = sum(pattern) / count
            for (stream, receiver), (samples, figures) in heard.items():
                scores = packets.judged(spoken, begins, samples)
                results.setdefault(network, {}).setdefault(stream, {})[receiver] = {
                    "pesq": scores, "figures": figures, "lost": share}
                known = sorted(score for score in scores if score is not None)
                print(f"{network} {stream} {receiver}: {known[len(known) // 2] if known else None} {scores}",
                      file=sys.stderr, flush=True)
    return results


def main():
    from processes import preferred

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path, help="SoundBench")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--clips", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3, help="how often each clip is said, with losses of its own")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--streams", default=",".join(packets.STREAMS))
    options = parser.parse_args()
    options.program, options.out = options.program.resolve(), options.out.resolve()
    # Packets are to leave in time, whatever else the machine does, where that is permitted.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    with tempfile.TemporaryDirectory(prefix="intercom-packets-") as name, preferred():
        results = asyncio.run(measure(options, pathlib.Path(name)))
    options.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
