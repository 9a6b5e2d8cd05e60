# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A cable that is pulled in the middle of a call from the page, and plugged in again."""

import contextlib
import subprocess
import time
import unittest.mock

import harness
import numpy
import pytest
from harness import until
from page_door import CallPage
from processes import Background, environment
from recordings import is_voice, sentence, tail, wait_for_voice, write
from test_https import LANDoor, started

NEAR, FAR = "10.92.0.1", "10.92.0.2"
LOST_SECONDS = 8
# After the cable is back: what TCP and the page wait between two attempts, and a margin.
BACK_SECONDS = 20
LISTEN_SECONDS = 2.5
ONLINE = "document.querySelector('#network').dataset.tone === 'good'"
# What the page says of a loss: of the call, which Firefox notices after some ten seconds only, or of the intercom.
SAID = """(["#state-words", "#network"].map((id) => document.querySelector(id))
  .find((element) => element.closest("[data-state=reconnecting], [data-tone=warn]"))?.textContent)"""


def ip(*words, within=()):
    subprocess.run([*within, "ip", *words], check=True, timeout=harness.PATIENCE_SECONDS)


@contextlib.contextmanager
def house_next_door():
    """Another network namespace at the end of a cable; answers the words that let a command run there."""
    holder = Background(["unshare", "--net", "--", "sleep", "infinity"], env=environment("/nowhere"))
    within = ["nsenter", f"--net=/proc/{holder.process.pid}/ns/net", "--"]
    try:
        here = subprocess.run(["readlink", "/proc/self/ns/net"], check=True, capture_output=True).stdout
        until(lambda: subprocess.run([*within, "readlink", "/proc/self/ns/net"], check=False,
                                     capture_output=True).stdout not in (b"", here), "the other namespace")
        ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(holder.process.pid))
        for name, address, where in (("near", NEAR, ()), ("far", FAR, within)):
            ip("address", "add", f"{address}/24", "dev", name, within=where)
            ip("link", "set", name, "up", within=where)
        ip("link", "set", "lo", "up", within=within)
        yield within
    finally:
        holder.stop()  # and the cable goes with the namespace


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_call_comes_back_when_the_network_does(tmp_path, speech, kind):
    endless = write(tmp_path / "endless.wav", numpy.tile(sentence(silence=0), 20))
    with house_next_door() as within:
        program = {"x86_64": [*within, *harness.BINARIES["x86_64"]]}
        with unittest.mock.patch.dict(harness.BINARIES, program):
            intercom = LANDoor(tmp_path, endless, address=FAR, access="open")
        with intercom, started(kind, tmp_path / kind, speech, intercom.authority) as browser:
            intercom.url = intercom.https_url
            try:
                page = CallPage(browser, intercom)
                page.call()
                ip("link", "set", "near", "down")
                began = time.monotonic()
                words = page.page.wait_for(SAID, "the page's saying so", LOST_SECONDS)
                said = time.monotonic() - began
                time.sleep(LOST_SECONDS - said)
                ip("link", "set", "near", "up")
                began = time.monotonic()
                page.wait_for_state("connected", BACK_SECONDS)
                page.page.wait_for(ONLINE, "the stream of events", BACK_SECONDS)
                back = time.monotonic() - began
                print(f"{kind}: {words!r} after {said:.1f} s; all is back {back:.1f} s after the network")
                with browser.speaking():
                    wait_for_voice(intercom.heard)
                    time.sleep(LISTEN_SECONDS)
                    assert is_voice(tail(intercom.heard, LISTEN_SECONDS))
                assert is_voice(page.listen(LISTEN_SECONDS))
                page.hang_up()
            finally:
                print(intercom.log())
