# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What every browser of these tests can do, whichever it is; chromium.py and firefox.py do it."""

import base64
import contextlib
import pathlib
import subprocess
import time

import numpy
from processes import environment, executable

HERE = pathlib.Path(__file__).parent
PAGE_SECONDS = 30
RATE = 48_000

# Runs in every document before its own scripts.
HOOKS = (HERE / "hooks.js").read_text()


class Page:
    """One document in one browser. A driver gives `evaluate`, `click`, `reload`, `close`."""

    def __init__(self, browser):
        self.browser = browser
        self.console = []
        browser.pages.append(self)

    def evaluate(self, script, *arguments, seconds=PAGE_SECONDS):
        """Calls a JavaScript function, as text, with arguments that JSON can carry; waits for a promise it answers."""
        raise NotImplementedError

    def wait_for(self, script, what, seconds=PAGE_SECONDS):
        """Asks the expression until it is true; answers its value."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.evaluate(f"() => {script}")
            if answer:
                return answer
            assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{self.report()}"
            time.sleep(0.02)

    def text(self, selector):
        return self.evaluate("(s) => document.querySelector(s)?.textContent ?? ''", selector)

    def heard(self):
        """The samples that the page has heard since forget(), as floats at 48 kHz."""
        text = self.evaluate("() => browserTest.heard()")
        return numpy.frombuffer(base64.b64decode(text), dtype="<i2").astype(numpy.float64) / 32768

    def forget(self):
        self.evaluate("() => browserTest.forget()")

    def report(self):
        return "\n".join([f"-- console of {self.browser.name} --", *self.console[-60:]])


class Browser:
    """A running browser. `with` ends it, by its process id, whatever happens inside."""

    name = ""

    def __init__(self):
        self.pages = []

    def open(self, url):
        """Opens the address in a tab of its own."""
        raise NotImplementedError

    def speaking(self):
        """`with` it the microphone says the speech, from its beginning. Where it does so anyhow, as soon as it is asked
        for, there is nothing to do."""
        return contextlib.nullcontext()

    def close_pages(self):
        for page in self.pages:
            # A page that a test has closed, or that hangs, is no reason to fail.
            with contextlib.suppress(Exception):
                page.close()
        self.pages.clear()

    def report(self):
        return "\n".join(page.report() for page in self.pages)


def trust(authority, folder):
    """Puts a certificate authority (PEM) among those that the NSS database in `folder` trusts for web servers."""
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sql:{folder}"
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "intercom", "-t", "C,,", "-i", str(authority)]):
        subprocess.run([executable("certutil", "libnss3-tools"), "-d", database, *arguments], check=True,
                       timeout=PAGE_SECONDS, env=environment(folder))
