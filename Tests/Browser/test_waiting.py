# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Two browsers and one intercom where the second may wait."""

from harness import until
from page_door import CallPage, door


def test_the_second_browser_may_wait_for_the_first(tmp_path, chromium, firefox):
    with door(tmp_path, input="tone:440", more='busy = "wait"') as intercom:
        first, second = CallPage(firefox, intercom), CallPage(chromium, intercom)
        first.call()
        second.page.click("#call")
        second.wait_for_state("calling")
        until(lambda: intercom.status()["waiting"], "the caller that waits")
        assert first.state() == "connected"
        first.hang_up()
        second.wait_for_state("connected")
        second.hang_up()
