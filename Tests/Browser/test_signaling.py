# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls between an intercom and each browser, judged by what was heard; the descriptions are carried by the test."""

import json
import subprocess
import time

import numpy
import pytest
import signaling
from capture import POST_QUANTUM, Capture, key_share_groups
from harness import Intercom, Program, config, until
from recordings import is_silence, is_voice, sentence, tail, wait_for_voice, write
from test_live_service import Service

import judge

# The sentence, its silence, and what a sound server and a call take to come up.
CALL_SECONDS = 9.5
MUTE_SECONDS = 2.5
HANG_UP_SECONDS = 1


def connected(page, seconds=20):
    page.wait_for("browserTest.last.connection.connectionState === 'connected'", "the connection", seconds)


def hold_call(browser, folder, speech, *, trickle):
    """One call with speech both ways, judged at both ends."""
    heard, received = folder / "intercom-heard.wav", folder / f"{browser.name}-heard.wav"
    with Intercom(config(folder, "door", input=f"file:{speech}", output=f"file:{heard}")) as intercom:
        page = browser.open(intercom.url)
        try:
            page.forget()
            call = signaling.Call(page, intercom, trickle=trickle)
            assert call.status == 201, call.answer
            assert ("a=candidate" in call.sent) != trickle
            assert call.fragment_status == (204 if trickle else None)
            connected(page)
            with browser.speaking():
                time.sleep(CALL_SECONDS)
                write(received, page.heard())
            assert call.delete() == 200
            intercom.wait_for("call 1: closed|the caller hung up")
            assert intercom.stop() == 0
            there, here = judge.judge(speech, heard), judge.judge(speech, received)
            print(f"\n{browser.name}, trickle {trickle}: heard there {there}; heard here {here}")
            judge.check(there, "the intercom")
            judge.check(here, browser.name)
        except BaseException:
            print(browser.report(), intercom.log(), f"recordings in {folder}", sep="\n")
            raise
        finally:
            browser.close_pages()


@pytest.mark.parametrize("trickle", [False, True], ids=["whole-offer", "trickle"])
def test_a_browser_and_an_intercom_hear_each_other(tmp_path, speech, browser, trickle):
    judge.best_of(lambda: hold_call(browser, tmp_path, speech, trickle=trickle))


@pytest.fixture
def running(tmp_path, browser):
    """A call in which both sides speak without end: the page, the intercom, the signaling, what the intercom hears."""
    endless = write(tmp_path / "endless.wav", numpy.tile(sentence(silence=0), 20))
    heard = tmp_path / "heard.wav"
    path = config(tmp_path, "door", input=f"file:{endless}", output=f"file:{heard}")
    with Service(path, tmp_path / "run") as intercom:
        page = browser.open(intercom.url)
        try:
            call = signaling.Call(page, intercom)
            connected(page)
            yield browser, page, intercom, call, heard
        finally:
            print(intercom.log())


def recent(page):
    """What the page hears from now on, for MUTE_SECONDS."""
    page.forget()
    time.sleep(MUTE_SECONDS)
    return page.heard()


def test_mute_and_unmute_are_heard_on_both_sides(running):
    browser, page, intercom, call, heard = running

    def there():
        time.sleep(MUTE_SECONDS + 0.5)
        return tail(heard, MUTE_SECONDS)

    with browser.speaking():
        wait_for_voice(heard)
        page.evaluate("() => { browserTest.last.track.enabled = false; }")
        assert is_silence(there())
    with browser.speaking():
        page.evaluate("() => { browserTest.last.track.enabled = true; }")
        wait_for_voice(heard)
    assert is_voice(recent(page))
    intercom.obey("mute")
    time.sleep(0.5)
    assert is_silence(recent(page))
    intercom.obey("unmute")
    time.sleep(0.5)
    assert is_voice(recent(page))


def test_the_page_sees_at_once_that_the_intercom_hung_up(running):
    browser, page, intercom, call, heard = running
    began = time.monotonic()
    intercom.obey("hangup")
    page.wait_for("browserTest.last.connection.getSenders()[0].transport.state === 'closed'", "the goodbye", 5)
    took = time.monotonic() - began
    print(f"{browser.name} saw it after {took * 1000:.0f} ms")
    assert took < HANG_UP_SECONDS
    assert signaling.ask(call.session, "DELETE")[0] == 404


def test_the_intercom_sees_at_once_that_the_page_hung_up(running):
    browser, page, intercom, call, heard = running
    began = time.monotonic()
    assert call.delete() == 200
    until(lambda: intercom.status()["state"] == "idle", "the intercom's rest", 5)
    took = time.monotonic() - began
    print(f"the intercom saw it after {took * 1000:.0f} ms")
    assert took < HANG_UP_SECONDS


def test_the_second_browser_is_told_that_the_intercom_is_busy(tmp_path, chromium, firefox):
    with Intercom(config(tmp_path, "door", input="tone:440")) as intercom:
        first, second = firefox.open(intercom.url), chromium.open(intercom.url)
        held = signaling.Call(first, intercom, name="Anna")
        connected(first)
        refused = signaling.Call(second, intercom, name="Ben")
        assert refused.status == 503, refused.answer
        assert refused.fields["Retry-After"]
        assert "detail" in json.loads(refused.answer)
        connected(first)
        held.delete()
        until(lambda: intercom.status()["state"] == "idle", "the end of the first call")
        taken = signaling.Call(second, intercom, name="Ben")
        assert taken.status == 201, taken.answer
        connected(second)
        taken.delete()


def test_an_intercom_that_is_the_dtls_client_calls_and_is_answered(tmp_path, browser):
    with Intercom(config(tmp_path, "door", input="tone:440")) as intercom, Capture() as capture:
        page = browser.open(intercom.url)
        call = signaling.Call(page, intercom)
        assert signaling.setup_role(call.answer) == "active"
        connected(page)
        call.delete()
    assert capture.hellos(), "no ClientHello was seen"


def test_a_browsers_fragmented_client_hello_is_understood(tmp_path, browser):
    """The intercom offers, so that the browser is the DTLS client: its ClientHello has a post-quantum key share and is
    longer than a datagram."""
    path = config(tmp_path, "caller", input="tone:440")
    with Intercom(config(tmp_path, "door")) as host, Capture() as capture:
        page = browser.open(host.url)
        with Program("call", "--stdio", "--config", path, stdin=subprocess.PIPE) as caller:
            offer = json.loads(caller.wait_for(r'.*"offer".*', lines=caller.output).group(0))["sdp"]
            page.forget()
            answer = page.evaluate("(sdp) => browserTest.answer(sdp)", offer)
            assert signaling.setup_role(answer) == "active"
            caller.process.stdin.write(json.dumps({"type": "answer", "sdp": answer}) + "\n")
            caller.process.stdin.flush()
            caller.wait_for(r'"state":"connected"', lines=caller.output)
            connected(page)
            until(lambda: is_voice(page.heard()), "the intercom's tone in the page")
            page.evaluate("() => browserTest.hangUp()")
            assert caller.stop() == 0, caller.log()
    hellos = capture.hellos()
    for hello in hellos:
        sizes = [fragment.length for fragment in hello]
        print(f"{browser.name}: ClientHello of {hello[0].message_length} bytes in fragments of {sizes}, "
              f"key shares {[hex(group) for group in key_share_groups(hello)]}")
    assert any(len(hello) >= 2 and POST_QUANTUM & set(key_share_groups(hello)) for hello in hellos), hellos
