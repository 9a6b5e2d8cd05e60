# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""What the tests with browsers share: both browsers, the speech, and the rule that nothing is left running."""

import os
import pathlib
import sys
import time

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))

import processes  # noqa: E402
from chromium import Chromium, stop_playwright  # noqa: E402
from firefox import Firefox  # noqa: E402
from recordings import sentence, write  # noqa: E402
from sound import Sound  # noqa: E402

KINDS = ["chromium", "firefox"]


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running():
    """Whoever is started is ended with it: browsers have many children."""
    with processes.preferred():
        yield
    stop_playwright()
    deadline = time.monotonic() + 10
    while (left := processes.descendants(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, f"processes left behind: {left}"


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """A spoken sentence at 48 kHz after a silence in which a call comes up and settles."""
    return write(tmp_path_factory.mktemp("speech") / "spoken.wav", sentence())


@pytest.fixture(scope="session")
def browsers(tmp_path_factory, speech):
    """A function from a kind to its running browser; each is started once, when it is asked for first."""
    running = {}

    def get(kind):
        if kind not in running:
            folder = tmp_path_factory.mktemp(kind)
            if kind == "chromium":
                running[kind] = [Chromium(speech, folder).__enter__()]
            else:
                sound = Sound(folder).__enter__()
                try:
                    running[kind] = [Firefox(speech, folder, sound=sound).__enter__(), sound]
                except BaseException:
                    sound.__exit__(None, None, None)
                    raise
        return running[kind][0]

    yield get
    for parts in running.values():
        for part in parts:
            part.__exit__(None, None, None)


def in_use(browser):
    """Its pages live as long as a test; what they said is shown where that fails."""
    yield browser
    print(browser.report())
    browser.close_pages()


@pytest.fixture(params=KINDS)
def browser(request, browsers):
    yield from in_use(browsers(request.param))


@pytest.fixture
def chromium(browsers):
    yield from in_use(browsers("chromium"))


@pytest.fixture
def firefox(browsers):
    yield from in_use(browsers("firefox"))
