# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Debian's Chromium, driven by playwright; its microphone plays a WAV file."""

import os
import shutil

from browser import HOOKS, PAGE_SECONDS, Browser, Page
from playwright.sync_api import Error, sync_playwright
from processes import PREFERRED, descendants, prefer

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


class Chromium(Browser):
    name = "chromium"

    def __init__(self, speech, folder, *, authority=None, headers=None):
        super().__init__()
        self.speech, self.folder, self.authority, self.headers = speech, folder, authority, headers

    def __enter__(self):
        self.playwright = sync_playwright().start()
        try:
            arguments = [
                "--headless=new",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={self.speech}",
                "--allow-loopback-in-peer-connection",
                "--autoplay-policy=no-user-gesture-required",
                "--disable-features=WebRtcHideLocalIpsWithMdns",
                "--no-proxy-server",
            ]
            if os.geteuid() == 0:
                arguments.append("--no-sandbox")
            self.context = self.playwright.chromium.launch_persistent_context(
                str(self.folder / "chromium"),
                executable_path=shutil.which("chromium"),
                headless=False,
                permissions=["microphone"],
                args=arguments,
                ignore_default_args=["--headless", "--mute-audio", "--hide-scrollbars"],
                timeout=START_SECONDS * 1000,
                env={**os.environ, "HOME": str(self.folder)},
            )
            # Playwright gives the browser a session of its own.
            for pid in descendants(os.getpid()):
                prefer(pid, PREFERRED)
            self.context.add_init_script(HOOKS)
        except BaseException:
            self.playwright.stop()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.context.close()
        except Error:
            pass  # It is gone already, or hangs: playwright kills what it started.
        finally:
            self.playwright.stop()

    def hide(self, page):
        """Playwright lets each page think that it is in front, unless it is told so."""
        session = self.context.new_cdp_session(page.page)
        session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})

    def open(self, url):
        return ChromiumPage(self, url)
