# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The door as it is on a LAN: the browser trusts the intercom's authority, pairs by a code, and talks.

No browser is told to pass over certificate errors here: the authority stands in its own list, as a person puts it
there.
"""

import base64
import contextlib
import hmac
import json
import re
import time

import pytest
from chromium import Chromium
from firefox import Firefox
from harness import config, until
from page_door import CallPage
from recordings import is_voice, wait_for_voice
from sound import Sound
from test_live_service import Service

# What namespace.sh gives the veth pair: an address as on a LAN, so that nobody is let in for coming from loopback.
LAN_ADDRESS = "10.91.0.1"
START_SECONDS = 30
KEY = b"a secret that nobody but the door and its keeper knows"


class LANDoor(Service):
    """An intercom on the LAN with the access that it has by default there: paired, and HTTPS beside HTTP.

    `access` is another one, and `more` goes at the end of the configuration.
    """

    def __init__(self, folder, speech, *, address=LAN_ADDRESS, access=None, more=""):
        self.heard, self.state = folder / "heard.wav", folder / "state"
        self.state.mkdir(mode=0o700)
        path = config(folder, "door", input=f"file:{speech}", output=f"file:{self.heard}", state=self.state,
                      more=more)
        listen = f'listen = "{address}:0"\nhttps = "{address}:0"' + (f'\naccess = "{access}"' if access else "")
        path.write_text(path.read_text().replace('listen = "127.0.0.1:0"\naccess = "open"', listen))
        super().__init__(path, folder / "run")
        try:
            self.https_url = self.wait_for(r"listening on (https://\S+)", seconds=START_SECONDS).group(1).rstrip("/")
        except BaseException:
            self.__exit__(None, None, None)
            raise

    @property
    def authority(self):
        """What a person installs: the certificate alone."""
        text = (self.state / "authority.pem").read_text()
        path = self.state.parent / "authority.crt"
        path.write_text(re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.S).group(0))
        return path

    def code(self):
        """Opens pairing, as whoever looks after the intercom does."""
        return re.search(r"\b(\d{6})\b", self.obey("pair", "--no-wait")).group(1)


@contextlib.contextmanager
def started(kind, folder, speech, authority):
    """A browser of this test's own, because it trusts what others do not."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        if kind == "chromium":
            browser = stack.enter_context(Chromium(speech, folder, authority=authority))
        else:
            sound = stack.enter_context(Sound(folder))
            browser = stack.enter_context(Firefox(speech, folder, sound=sound, authority=authority))
        try:
            yield browser
        finally:
            print(browser.report())


def panel(page):
    return page.evaluate("() => document.body.dataset.panel ?? ''")


def pair(page, code):
    page.wait_for("document.body.dataset.panel === 'pair'", "the page's asking for a code")
    for selector, text in (("#pair-code", code), ("#pair-name", "A browser under test")):
        page.evaluate("(s, text) => { document.querySelector(s).value = text; }", selector, text)
    page.click("#pair-submit")
    page.wait_for("document.body.dataset.panel === 'call'", "the page's call panel")


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_browser_that_trusts_the_authority_pairs_and_talks(tmp_path, speech, kind):
    with LANDoor(tmp_path, speech) as intercom:
        with started(kind, tmp_path / kind, speech, intercom.authority) as browser:
            page = browser.open(intercom.https_url + "/")
            assert page.evaluate("() => isSecureContext")
            pair(page, intercom.code())
            page.close()
            # The cookie is what lets in: another tab needs no code.
            intercom.url = intercom.https_url
            held = CallPage(browser, intercom)
            held.page.forget()
            held.call()
            with browser.speaking():
                wait_for_voice(intercom.heard)
            until(lambda: is_voice(held.page.heard()), "the intercom's voice in the page")
            held.hang_up()
        print(intercom.log())


def signed(**claims):
    """A token as whoever looks after the intercom signs it (RFC 7519, HS256)."""
    def text(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    claims = {"exp": int(time.time()) + 600, "aud": "door", **claims}
    covered = text(b'{"alg":"HS256"}') + b"." + text(json.dumps(claims).encode())
    return (covered + b"." + text(hmac.digest(KEY, covered, "sha256"))).decode()


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_browser_comes_in_by_a_signed_token_and_talks(tmp_path, speech, kind):
    (tmp_path / "token.key").write_bytes(KEY)
    token = f'[token]\nalgorithm = "HS256"\nkey_file = "{tmp_path / "token.key"}"\naudience = "door"\n'
    with LANDoor(tmp_path, speech, access="token", more=token) as intercom:
        with started(kind, tmp_path / kind, speech, intercom.authority) as browser:
            page = browser.open(f"{intercom.https_url}/#token={signed(exp=1)}")
            page.wait_for("document.querySelector('#token-error').textContent.includes('expired')", "the refusal")
            page.evaluate("(hash) => { location.hash = hash; }", f"#token={signed(sub='Anna')}")
            page.wait_for("document.body.dataset.panel === 'call'", "the page's call panel")
            assert page.evaluate("() => location.hash") == ""
            intercom.url = intercom.https_url
            held = CallPage(browser, intercom)
            held.call()
            with browser.speaking():
                wait_for_voice(intercom.heard)
            held.hang_up()
        print(intercom.log())


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_browser_that_does_not_trust_the_authority_shows_no_page(tmp_path, speech, kind):
    with LANDoor(tmp_path, speech) as intercom:
        with started(kind, tmp_path / kind, speech, None) as browser:
            with pytest.raises(Exception, match=r"(?i)cert|SEC_ERROR|SSL_ERROR|NS_ERROR"):
                browser.open(intercom.https_url + "/")


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_over_plain_http_there_is_no_call(tmp_path, speech, kind):
    with LANDoor(tmp_path, speech) as intercom:
        with started(kind, tmp_path / kind, speech, intercom.authority) as browser:
            page = browser.open(intercom.url + "/")
            assert panel(page) != "call"
            status = page.evaluate(
                "async () => (await fetch('/call', { method: 'POST', headers: { 'Content-Type': 'application/sdp' },"
                " body: 'v=0' }).catch(() => ({ status: 'refused by the policy' }))).status")
            print(f"{kind}: POST /call over plain HTTP: {status}")
            assert status != 201
