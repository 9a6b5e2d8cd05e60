# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Debian's Chromium, driven by playwright; its microphone plays a WAV file."""

import os
import re

from browser import HOOKS, PAGE_SECONDS, Browser, Page, trust
from playwright.sync_api import sync_playwright
from processes import Background, environment, executable

# A start of the whole browser on a loaded machine.
START_SECONDS = 60


class ChromiumPage(Page):
    def __init__(self, browser, url):
        super().__init__(browser)
        self.page = browser.context.new_page()
        self.page.set_default_timeout(PAGE_SECONDS * 1000)
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        self.page.goto(url)

    def evaluate(self, script, *arguments, seconds=PAGE_SECONDS):
        self.page.set_default_timeout(seconds * 1000)
        return self.page.evaluate(f"(list) => ({script})(...list)", list(arguments))

    def click(self, selector):
        self.page.click(selector)

    def press(self, selector):
        """Puts a finger on something, until release()."""
        self.page.hover(selector)
        self.page.mouse.down()

    def release(self):
        self.page.mouse.up()

    def reload(self):
        self.page.reload()

    def to_front(self):
        self.page.bring_to_front()

    def heap_bytes(self):
        """What the page's scripts hold after everything unreachable is gone."""
        session = self.page.context.new_cdp_session(self.page)
        try:
            for _ in range(2):
                session.send("HeapProfiler.collectGarbage")
            return session.send("Runtime.getHeapUsage")["usedSize"]
        finally:
            session.detach()

    def close(self):
        self.page.close()


_playwright = None


def playwright():
    """What drives the browser; it can be started only once in a thread."""
    global _playwright
    if _playwright is None:
        _playwright = sync_playwright().start()
    return _playwright


def stop_playwright():
    global _playwright
    if _playwright is not None:
        _playwright.stop()
        _playwright = None


class Chromium(Browser):
    name = "chromium"

    def __init__(self, speech, folder, *, authority=None):
        """`authority`: a certificate authority that it trusts beside those it comes with."""
        super().__init__()
        self.speech, self.folder, self.authority = speech, folder, authority

    def __enter__(self):
        profile = self.folder / "chromium"
        if self.authority:
            trust(self.authority, self.folder / ".pki/nssdb")
        arguments = [
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            # A container's /dev/shm may be small.
            "--disable-dev-shm-usage",
            "--password-store=basic",
            "--use-mock-keychain",
            "--no-proxy-server",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={self.speech}",
            "--allow-loopback-in-peer-connection",
            "--autoplay-policy=no-user-gesture-required",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        self.process = Background(
            [executable("chromium", "chromium"), *arguments, "about:blank"], env=environment(self.folder))
        try:
            found = self.process.wait_for(r"DevTools listening on (ws://\S+)", seconds=START_SECONDS)
            # Without playwright's defaults, so that a tab behind another is hidden, as it is for people.
            chromium = playwright().chromium.connect_over_cdp(
                found.group(1), timeout=START_SECONDS * 1000, no_defaults=True)
            self.context = chromium.contexts[0]
            self.context.grant_permissions(["microphone"])
            self.context.add_init_script(HOOKS)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.process.stop()

    def report(self):
        # A machine without sound cards and message buses is what these tests want.
        lines = [line for line in self.process.lines if not re.search("ALSA|alsa|dbus", line)]
        return "\n".join([super().report(), "-- chromium's own log --", *lines[-30:]])

    def open(self, url):
        return ChromiumPage(self, url)
