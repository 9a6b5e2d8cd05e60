# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls whose signaling is carried line by line, from one program's output to the other's input."""

import contextlib
import json
import signal
import subprocess
import threading

from harness import Program, config, report


class Side:
    """One `intercom call --stdio`, its lines written by hand."""

    def __init__(self, folder, name, *arguments):
        self.report_path = folder / f"{name}.json"
        self.program = Program(
            "call", "--stdio", "--config", config(folder, name, input="tone:440"), "--report", self.report_path,
            *arguments, stdin=subprocess.PIPE)

    def say(self, line):
        self.program.process.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
        self.program.process.stdin.flush()

    def hear(self, pattern):
        self.program.wait_for(pattern, lines=self.program.output)

    @property
    def messages(self):
        return [json.loads(line) for line in self.program.output]

    def close(self):
        self.program.process.stdin.close()

    def carry_to(self, other):
        """Hands on every line, as it comes, until the program ends: all that a carrier has to do."""

        def carry():
            handed = 0
            while True:
                with self.program.changed:
                    lines = self.program.output[handed:]
                    if not lines:
                        if not self.program.readers[1].is_alive():
                            return
                        self.program.changed.wait(0.2)
                        continue
                for line in lines:
                    try:
                        other.say(line)
                    except (BrokenPipeError, ValueError):
                        return
                handed += len(lines)

        threading.Thread(target=carry, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        self.program.__exit__(*trouble)
        with contextlib.suppress(BrokenPipeError):  # what the program did not read any more
            self.program.process.stdin.close()


def types(side):
    return [message["type"] for message in side.messages]


def test_two_programs_whose_lines_are_handed_on_hold_a_call(tmp_path):
    with Side(tmp_path, "caller", "--for", "2") as caller, Side(tmp_path, "callee", "--answer") as callee:
        callee.program.wait_for("waiting for an offer")
        caller.carry_to(callee)
        callee.carry_to(caller)
        assert caller.program.finish() == 0, caller.program.log()
        assert callee.program.finish() == 0, callee.program.log()
    assert types(caller)[0] == "offer" and types(callee)[0] == "answer"
    assert caller.messages[-1] == {"type": "bye", "reason": "hung up"}
    # Whichever came first: the bye, after which none is sent, or the end of the media.
    assert callee.messages[-1]["type"] in ("state", "bye")
    for side in (caller, callee):
        states = [message["state"] for message in side.messages if message["type"] == "state"]
        assert states == ["connecting", "connected", "closed"], side.program.log()
        assert {"type": "candidate", "candidate": "", "sdpMid": "0"} in side.messages
        figures = report(side.report_path)
        assert figures["packets_received"] > 80 and figures["packets_lost"] == 0
    assert report(callee.report_path)["outcome"] == "the far side hung up"


def test_bad_lines_are_said_with_their_numbers_and_end_nothing(tmp_path):
    with Side(tmp_path, "caller") as caller, Side(tmp_path, "callee", "--answer") as callee:
        for line in ["", "nonsense", '{"type":"offer"}', {"type": "answer", "sdp": "v=0"}, {"type": "offer", "sdp": "v=0"}]:
            callee.say(line)
        caller.say("x" * 50_000)
        caller.say({"type": "offer", "sdp": "v=0"})
        caller.say({"type": "candidate", "candidate": "candidate:1 1 tcp 1 192.0.2.1 9 typ host", "sdpMid": "0"})
        callee.program.wait_for("line 2: .*")
        callee.program.wait_for("line 3: The object needs a string called sdp")
        callee.program.wait_for("line 4: no answer is expected here")
        callee.program.wait_for("line 5: ")
        caller.program.wait_for("line 1: The line is longer than")
        caller.program.wait_for("line 2: no offer is expected here")
        caller.program.wait_for("line 3: the candidate is malformed or of a kind that cannot be used")
        caller.carry_to(callee)
        callee.carry_to(caller)
        caller.hear('"state":"connected"')
        callee.hear('"state":"connected"')
        callee.say("more nonsense")
        callee.program.wait_for(r"line \d+: ")
        callee.program.process.send_signal(signal.SIGTERM)
        assert callee.program.finish() == 0, callee.program.log()
        assert caller.program.finish() == 0, caller.program.log()
    assert callee.messages[-1] == {"type": "bye", "reason": "hung up"}


def test_the_end_of_standard_input_hangs_up(tmp_path):
    with Side(tmp_path, "caller") as caller, Side(tmp_path, "callee", "--answer") as callee:
        caller.carry_to(callee)
        callee.carry_to(caller)
        caller.hear('"state":"connected"')
        callee.hear('"state":"connected"')
        callee.close()
        assert callee.program.finish() == 0, callee.program.log()
        assert caller.program.finish() == 0, caller.program.log()
    assert callee.messages[-1] == {"type": "bye", "reason": "hung up"}


def test_a_call_that_never_was_up_says_bye_and_69(tmp_path):
    for arguments in [[], ["--answer"]]:
        with Side(tmp_path, "alone", *arguments) as side:
            side.close()
            assert side.program.finish() == 69, side.program.log()
        assert side.messages[-1] == {"type": "bye", "reason": "hung up"}
        assert report(side.report_path)["setup_ms"] is None
