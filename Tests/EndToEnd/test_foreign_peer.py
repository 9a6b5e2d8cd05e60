# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls with aiortc, a WebRTC peer that this project did not write."""

import pathlib
import sys

from harness import Intercom, Program, config, report

import judge

PEER = pathlib.Path(__file__).with_name("aiortc_peer.py")
# aiortc codes stereo: what it sends to a mono decoder, and what it makes of mono, keeps its level to within a decibel.
LEVEL_TOLERANCE_DB = 1.5


class Peer(Program):
    """aiortc in a process of its own."""

    def __init__(self, *arguments):
        import harness

        harness.BINARIES["aiortc"] = [sys.executable, str(PEER)]
        super().__init__(*arguments, arch="aiortc")


def check(verdict, who):
    print(f"{who}: {verdict}")
    assert verdict.pesq >= 4.0, f"{who}: {verdict}"
    assert abs(verdict.level_db) < LEVEL_TOLERANCE_DB, f"{who}: {verdict}"


def test_aiortc_is_called(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    with Peer("serve", "--spoken", speech, "--heard", theirs) as peer:
        url = peer.wait_for(r"listening on (http://\S+)").group(1)
        path = config(tmp_path, "caller", input=f"file:{speech}", output=f"file:{ours}")
        with Program("call", url, "--config", path, "--for", 9, "--report", tmp_path / "report.json") as calling:
            assert calling.finish() == 0, calling.log()
        assert peer.finish() == 0, peer.log()
    check(judge.judge(speech, ours), "what aiortc said, heard here")
    check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
    assert report(tmp_path / "report.json")["packets_received"] > 300


def test_aiortc_calls(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    path = config(tmp_path, "callee", input=f"file:{speech}", output=f"file:{ours}")
    with Intercom(path) as answering:
        with Peer("call", "--spoken", speech, "--heard", theirs, answering.url + "/call") as peer:
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    check(judge.judge(speech, ours), "what aiortc said, heard here")
    check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
