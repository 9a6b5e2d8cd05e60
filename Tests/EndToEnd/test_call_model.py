# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls that ring, calls that are busy, and calls that come back after a program was killed."""

import time

from harness import Intercom, Program, config, until
from running_call import RunningCall


def states(*programs):
    return [program.status()["state"] for program in programs]


def test_a_call_rings_until_nobody_answered(tmp_path):
    callee = config(tmp_path, "callee", answer="ring", more="ring_timeout_s = 5")
    with Intercom(callee) as answering:
        began = time.monotonic()
        with Program("call", answering.url + "/call", "--config", config(tmp_path, "caller")) as calling:
            answering.wait_for('"caller" at 127.0.0.1 calls')
            assert states(answering) == ["ringing"]
            assert calling.finish() == 69, calling.log()
            assert "(504): Nobody answered." in "\n".join(calling.lines)
        seconds = time.monotonic() - began
        assert 5 <= seconds < 20, seconds
        assert states(answering) == ["idle"]
        assert answering.stop() == 0, answering.log()


def test_a_caller_that_gives_up_stops_the_ringing(tmp_path):
    with Intercom(config(tmp_path, "callee", answer="ring")) as answering:
        with Program("call", answering.url + "/call", "--config", config(tmp_path, "caller")) as calling:
            answering.wait_for('"caller" at 127.0.0.1 calls')
            calling.stop()
        until(lambda: states(answering) == ["idle"], "it rings on", 5)
        assert answering.status()["calls"] == []


def test_do_not_disturb(tmp_path):
    with Intercom(config(tmp_path, "callee", more="do_not_disturb = true")) as answering:
        with Program("call", answering.url + "/call", "--config", config(tmp_path, "caller")) as calling:
            assert calling.finish() == 69, calling.log()
            assert "(503): Busy" in "\n".join(calling.lines)


def test_a_second_caller_is_busy_and_the_call_goes_on(tmp_path, speech):
    with RunningCall(tmp_path, speech) as call:
        for number in range(20):
            arguments = [call.callee.url + "/call", "--config", config(tmp_path, f"other-{number}")]
            with Program("call", *arguments) as other:
                assert other.finish() == 69, other.log()
                assert "(503): Busy" in "\n".join(other.lines), other.log()


def pair(folder):
    """The configurations of two peers; the calling one remembers a call, and so calls when it starts."""
    callee = config(
        folder, "callee", answer="ring", state=folder / "callee-state", peers=[("caller", "http://127.0.0.1:9/call")],
        more="ring_timeout_s = 60")
    callee.write_text(callee.read_text().replace('[[peer]]', '[[peer]]\nauto_answer = true'))
    return callee


def calling_config(folder, url):
    (folder / "caller-state").mkdir(exist_ok=True)
    (folder / "caller-state" / "call").write_text("placed callee\n")
    return config(folder, "caller", state=folder / "caller-state", peers=[("callee", url + "/call")])


def test_a_caller_that_was_killed_calls_again(tmp_path):
    with Intercom(pair(tmp_path)) as callee:
        caller_config = calling_config(tmp_path, callee.url)
        for start in range(3):
            with Intercom(caller_config) as caller:
                caller.wait_for("call to callee: connected")
                until(lambda: states(caller, callee) == ["connected", "connected"], f"start {start}: no call")
                assert callee.status()["calls"][0]["peer"] == "caller"
                assert (tmp_path / "callee-state" / "call").read_text() == "taken caller\n"
                caller.process.kill()
                caller.process.wait()
        # The last one is not there any more; what it left is one call, not three.
        assert len(callee.status()["calls"]) == 1


def test_a_called_side_that_was_killed_is_called_again_without_ringing(tmp_path):
    callee_config = pair(tmp_path)
    with Intercom(callee_config) as callee:
        port = callee.port
        with Intercom(calling_config(tmp_path, callee.url)) as caller:
            callee.wait_for("call 1: connected")
            caller.wait_for("call to callee: connected")
            callee.process.kill()
            callee.process.wait()
            # From now on it would ring.
            text = callee_config.read_text().replace("auto_answer = true", "auto_answer = false")
            callee_config.write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{port}"))
            with Intercom(callee_config) as again:
                assert states(again) == ["reconnecting"]
                began = time.monotonic()
                again.wait_for(r"call \d+: connected")
                print(f"\nback {time.monotonic() - began:.1f} s after its start")
                until(lambda: states(caller, again) == ["connected", "connected"], "the call is not back")
                assert not any("calls" in line and "rings" in line for line in again.lines)
                # Told to end, the called side says goodbye, and the call is over on both sides.
                assert again.stop() == 0, again.log()
                until(lambda: states(caller) == ["idle"], "the goodbye was not heard")
                assert not (tmp_path / "caller-state" / "call").exists()
