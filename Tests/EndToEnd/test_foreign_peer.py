# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Calls with aiortc, a WebRTC peer that this project did not write."""

import json
import os
import pathlib

from harness import ForeignPeer, Intercom, Program, config, report

import judge

SECONDS = 8


def keep(name, descriptions):
    """Writes what aiortc said into the folder INTERCOM_KEEP_SDP, for Tests/SDPTests/Corpus."""
    folder = os.environ.get("INTERCOM_KEEP_SDP")
    if folder:
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(descriptions.encode())


def is_called(folder, speech):
    ours, theirs = folder / "ours.wav", folder / "theirs.wav"
    with ForeignPeer("serve", "--spoken", speech, "--heard", theirs) as peer:
        url = peer.wait_for(r"listening on (http://\S+)").group(1)
        path = config(folder, "caller", input=f"file:{speech}", output=f"file:{ours}")
        with Program("call", url, "--config", path, "--for", SECONDS, "--report", folder / "report.json") as calling:
            assert calling.finish() == 0, calling.log()
        assert peer.finish() == 0, peer.log()
    figures = report(folder / "report.json")
    print(f"\nset up in {figures['setup_ms']:.1f} ms, first audio after {figures['first_audio_ms']:.1f} ms")
    assert figures["packets_received"] > SECONDS * 50 * 0.9
    judge.check(judge.judge(speech, ours), "what aiortc said, heard here")
    judge.check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
    keep("aiortc-answer.sdp", json.loads(peer.output[-1])["answer"])


def calls(folder, speech):
    ours, theirs = folder / "ours.wav", folder / "theirs.wav"
    path = config(folder, "callee", input=f"file:{speech}", output=f"file:{ours}")
    with Intercom(path) as answering:
        arguments = ["--spoken", speech, "--heard", theirs, "--seconds", SECONDS]
        with ForeignPeer("call", *arguments, answering.url + "/call") as peer:
            assert peer.finish() == 0, peer.log()
        assert answering.stop() == 0, answering.log()
    print()
    judge.check(judge.judge(speech, ours), "what aiortc said, heard here")
    judge.check(judge.judge(speech, theirs), "what was said here, heard by aiortc")
    keep("aiortc-offer.sdp", json.loads(peer.output[-1])["offer"])


def test_aiortc_is_called(tmp_path, speech):
    judge.best_of(lambda: is_called(tmp_path, speech))


def test_aiortc_calls(tmp_path, speech):
    judge.best_of(lambda: calls(tmp_path, speech))
