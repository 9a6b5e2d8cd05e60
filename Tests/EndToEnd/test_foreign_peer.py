# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls with aiortc, a WebRTC peer that this project did not write."""

import json
import os
import pathlib

from harness import ForeignPeer, Intercom, Program, config, report

import judge

SECONDS = 8
LEVEL_TOLERANCE_DB = 1.5


def check(verdict, who):
    print(f"{who}: {verdict}")
    assert verdict.pesq >= 4.0, f"{who}: {verdict}"
    assert abs(verdict.level_db) < LEVEL_TOLERANCE_DB, f"{who}: {verdict}"


def keep(name, descriptions):
    """Writes what aiortc said into the folder INTERCOM_KEEP_SDP, from where it can be taken into Tests/SDPTests/Corpus."""
    folder = os.environ.get("INTERCOM_KEEP_SDP")
    if folder:
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(descriptions.encode())


def test_aiortc_is_called(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    with ForeignPeer("serve", "--spoken", speech, "--heard", theirs) as peer:
        url = peer.wait_for(r"listening on (http://\S+)").group(1)
        path = config(tmp_path, "caller", input=f"file:{speech}", output=f"file:{ours}")
        with Program("call", url, "--config", path, "--for", SECONDS, "--report", tmp_path / "report.json") as calling:
            assert calling.finish() == 0, calling.log()
        assert peer.finish() == 0, peer.log()
    check(judge.judge(speech, ours), "\nwhat aiortc said, heard here")
    check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
    figures = report(tmp_path / "report.json")
    print(f"set up in {figures['setup_ms']:.1f} ms, first audio after {figures['first_audio_ms']:.1f} ms")
    assert figures["packets_received"] > SECONDS * 50 * 0.9
    keep("aiortc-answer.sdp", json.loads(peer.output[-1])["answer"])


def test_aiortc_calls(tmp_path, speech):
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    path = config(tmp_path, "callee", input=f"file:{speech}", output=f"file:{ours}")
    with Intercom(path) as answering:
        arguments = ["--spoken", speech, "--heard", theirs, "--seconds", SECONDS]
        with ForeignPeer("call", *arguments, answering.url + "/call") as peer:
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    check(judge.judge(speech, ours), "\nwhat aiortc said, heard here")
    check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
    keep("aiortc-offer.sdp", json.loads(peer.output[-1])["offer"])
