# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Debian's Firefox, driven by WebDriver BiDi; its microphone and loudspeaker are those of the test's own PulseAudio."""

import gzip
import json
import os
import signal

from bidi import BiDiError, Session
from browser import HOOKS, PAGE_SECONDS, Browser, Page, trust
from harness import until
from processes import Background, environment, executable

START_SECONDS = 60

PREFERENCES = {
    # Nobody is there to be asked for the microphone.
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # The loopback is the wire of these tests.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.default_address_only": False,
    # The sound server is reached from the audio process, which the sandbox keeps from sockets in folders like ours.
    "media.cubeb.backend": "pulse",
    "media.cubeb.sandbox": False,
    "security.sandbox.content.level": 0,
    # No call home, no first-run pages.
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
    "remote.active-protocols": 1,
}


class FirefoxPage(Page):
    def __init__(self, browser, url):
        super().__init__(browser)
        self.context = browser.session.send("browsingContext.create", type="tab")["context"]
        browser.by_context[self.context] = self
        browser.session.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, script, *arguments, seconds=PAGE_SECONDS):
        # What comes back goes through JSON, so that it is the same here as in Chromium.
        function = f"async (text) => JSON.stringify((await ({script})(...JSON.parse(text))) ?? null)"
        answer = self.browser.session.send(
            "script.callFunction", functionDeclaration=function, awaitPromise=True, seconds=seconds,
            target={"context": self.context}, arguments=[{"type": "string", "value": json.dumps(arguments)}],
            userActivation=True)
        if answer["type"] == "exception":
            raise BiDiError(answer["exceptionDetails"]["text"] + "\n" + self.report())
        return json.loads(answer["result"]["value"])

    def heard(self):
        return self.browser.sound.heard()

    def forget(self):
        self.browser.sound.forget()

    def pointer(self, *actions):
        self.browser.session.send(
            "input.performActions", context=self.context,
            actions=[{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                      "actions": list(actions)}])

    def over(self, selector):
        found = self.browser.session.send(
            "browsingContext.locateNodes", context=self.context, locator={"type": "css", "value": selector})["nodes"]
        assert found, f"{selector} is not there\n{self.report()}"
        self.evaluate("(s) => { document.querySelector(s).scrollIntoView({ block: 'center' }); }", selector)
        return {"type": "pointerMove", "x": 0, "y": 0,
                "origin": {"type": "element", "element": {"sharedId": found[0]["sharedId"]}}}

    def click(self, selector):
        self.press(selector)
        self.release()

    def press(self, selector):
        self.pointer(self.over(selector), {"type": "pointerDown", "button": 0})

    def release(self):
        self.pointer({"type": "pointerUp", "button": 0})

    def reload(self):
        self.browser.session.send("browsingContext.reload", context=self.context, wait="complete")

    def to_front(self):
        self.browser.session.send("browsingContext.activate", context=self.context)

    def heap_bytes(self):
        """What the page's documents and scripts hold after everything unreachable is gone: Firefox's report on its
        memory (about:memory), which it writes when it gets this signal."""
        address = self.evaluate("() => location.href")
        os.kill(self.browser.process.process.pid, signal.SIGRTMIN + 1)
        path = until(lambda: next(iter(self.browser.temporary.rglob("unified-memory-report-*.json.gz")), None),
                     "firefox's report on its memory")
        # It has its name as soon as it is whole.
        reports = json.loads(gzip.decompress(path.read_bytes()))["reports"]
        path.unlink()
        # A slash in an address is written as a backslash, for paths are told apart by slashes.
        name = "top(" + address.replace("/", "\\")
        sizes = [report["amount"] for report in reports if name in report["path"] and report["units"] == 0]
        assert sizes, f"firefox reports nothing on {name}: {sorted({report['path'] for report in reports})[:40]}"
        return sum(sizes)

    def close(self):
        self.browser.session.send("browsingContext.close", context=self.context)


class Firefox(Browser):
    name = "firefox"

    def __init__(self, speech, folder, *, sound, authority=None):
        """`authority`: a certificate authority that it trusts beside those it comes with."""
        super().__init__()
        self.speech, self.folder, self.sound, self.authority = speech, folder, sound, authority
        self.temporary = folder / "temporary"
        self.by_context = {}
        self.session = None

    def __enter__(self):
        profile = self.folder / "firefox"
        profile.mkdir(parents=True)
        self.temporary.mkdir()
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines) + "\n")
        if self.authority:
            trust(self.authority, profile)
        variables = {**self.sound.finding, "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1",
                     "MOZ_DISABLE_CONTENT_SANDBOX": "1", "TMPDIR": str(self.temporary)}
        self.process = Background(
            [executable("firefox-esr", "firefox-esr"), "--headless", "--no-remote", "--profile", str(profile),
             "--remote-debugging-port", "0", "about:blank"],
            env=environment(self.folder, **variables))
        try:
            found = self.process.wait_for(r"WebDriver BiDi listening on (ws://\S+)", seconds=START_SECONDS)
            self.session = Session(found.group(1) + "/session", self.on_event)
            self.session.send("session.subscribe", events=["log.entryAdded"])
            self.session.send("script.addPreloadScript", functionDeclaration=f"() => {{ {HOOKS} }}")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def on_event(self, method, parameters):
        page = self.by_context.get(parameters.get("source", {}).get("context"))
        if method == "log.entryAdded" and page:
            page.console.append(f"{parameters['level']}: {parameters['text']}")

    def __exit__(self, kind, value, trace):
        try:
            if self.session:
                self.session.post("browser.close")
                self.process.process.wait(10)
        except Exception:  # whatever it is, the process is ended below
            pass
        finally:
            self.process.stop()
            if self.session:
                self.session.close()

    def speaking(self):
        return self.sound.speaking(self.speech)

    def open(self, url):
        return FirefoxPage(self, url)

    def report(self):
        return "\n".join([super().report(), "-- firefox's own log --", *self.process.lines[-30:]])
