# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The product's page in a browser, used as a person does: by its buttons, whose ids docs/reference/page.md lists."""

import contextlib
import re
import time

from harness import config, until
from test_live_service import Service

# What a call may take on a machine that does other things as well.
CALL_SECONDS = 20


@contextlib.contextmanager
def door(folder, *, name="door", more="", **options):
    """An intercom on loopback, where everybody may call; `more` goes into [call]."""
    path = config(folder, name, more=more, **options)
    with Service(path, folder / f"run-{name}") as intercom:
        try:
            yield intercom
        finally:
            print(intercom.log())


class CallPage:
    """One open page, ready to call."""

    def __init__(self, browser, intercom, *, open_microphone=True):
        self.browser, self.intercom = browser, intercom
        self.page = browser.open(intercom.url + "/")
        self.page.wait_for("document.body.dataset.panel === 'call'", "the page's call panel")
        if open_microphone:
            self.page.click("label:has(#mode-open)")

    def state(self):
        return self.page.evaluate("() => document.querySelector('#state').dataset.state")

    def wait_for_state(self, state, seconds=CALL_SECONDS):
        self.page.wait_for(
            f"document.querySelector('#state').dataset.state === {state!r}", f"the state {state}", seconds)

    def call(self):
        self.page.click("#call")
        self.wait_for_state("connected")

    def hang_up(self):
        self.page.click("#hangup")
        self.wait_for_state("idle")

    def error(self):
        """What the page says is wrong, and nothing if it says nothing."""
        return self.page.evaluate(
            "() => { const error = document.querySelector('#error'); return error.hidden ? '' : error.innerText; }")

    def listen(self, seconds):
        """What the page hears from now on."""
        self.page.forget()
        time.sleep(seconds)
        return self.page.heard()

    def complaints(self):
        """What the browser found wrong with the page: errors of scripts, and what the security policy refused.

        A refused request is none: the session that a page ends may have gone with the connection's goodbye.
        """
        return [line for line in self.page.console
                if line.startswith("uncaught") or re.search("Content.Security.Policy|Error:", line)]


def idle(intercom):
    until(lambda: intercom.status()["state"] == "idle", "the intercom's rest")
