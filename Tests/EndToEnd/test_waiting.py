# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Callers that wait during a call: `[call] busy = "wait"`."""

from harness import Intercom, Program, config, until

WAITS = '"second" at 127.0.0.1 calls, and waits until this call is over'


def call(folder, name, url):
    return Program("call", url + "/call", "--config", config(folder, name))


def test_a_caller_waits_until_the_call_is_over_and_a_third_is_busy(tmp_path):
    with Intercom(config(tmp_path, "callee", more='busy = "wait"')) as callee:
        with call(tmp_path, "first", callee.url) as first, call(tmp_path, "second", callee.url) as second:
            # Whichever of the two comes first has the call; the other waits.
            waiting = callee.wait_for(r'"(\w+)" at 127\.0\.0\.1 calls, and waits until').group(1)
            (waits, talks) = (first, second) if waiting == "first" else (second, first)
            talks.wait_for("call: connected")
            with call(tmp_path, "third", callee.url) as third:
                assert third.finish() == 69, third.log()
                assert "(503): Busy" in "\n".join(third.lines), third.log()
            assert not any("call: connected" in line for line in waits.lines), waits.log()
            assert talks.stop() == 0, talks.log()
            waits.wait_for("call: connected")
            assert callee.status()["calls"][0]["peer"] == waiting
            assert waits.stop() == 0, waits.log()
        until(lambda: callee.status()["state"] == "idle", "the call is not over", 10)
        assert callee.stop() == 0, callee.log()


def test_nobody_waits_longer_than_a_call_rings(tmp_path):
    with Intercom(config(tmp_path, "callee", more='busy = "wait"\nring_timeout_s = 5')) as callee:
        with call(tmp_path, "first", callee.url) as first:
            first.wait_for("call: connected")
            with call(tmp_path, "second", callee.url) as second:
                callee.wait_for(WAITS)
                assert second.finish() == 69, second.log()
                assert "(504): Nobody answered." in "\n".join(second.lines), second.log()
            assert callee.status()["state"] == "connected"
            assert first.stop() == 0, first.log()
