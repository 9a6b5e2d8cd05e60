# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
"""`intercom check --board`: every board's file, and what of it this machine has."""

import os
import subprocess

import pytest
from harness import BINARIES, ROOT, Intercom, config

BOARDS = sorted(path.parent.name for path in (ROOT / "board").glob("*/intercom.toml"))


def check(*arguments, folder=ROOT, **environment):
    done = subprocess.run(
        BINARIES["x86_64"] + ["check", *map(str, arguments)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("board", BOARDS)
def test_every_board_is_in_order(board):
    status, text = check("--board", board)
    assert status == 0, text
    assert text.startswith(f"board/{board}/intercom.toml: in order; this intercom is called "), text


def test_the_boards_are_found_in_another_folder(tmp_path):
    for arguments, environment in [
        (["--boards", ROOT / "board"], {}),
        ([], {"INTERCOM_BOARDS": str(ROOT / "board")}),
    ]:
        status, text = check("--board", "desk", *arguments, folder=tmp_path, **environment)
        assert status == 0, text
        assert text.startswith(f"{ROOT}/board/desk/intercom.toml: in order"), text


def test_a_board_that_is_not_there(tmp_path):
    status, text = check("--board", "nonesuch", "--boards", tmp_path)
    assert status == 66, text
    assert "there is no board 'nonesuch'" in text and "--boards" in text


def test_a_file_beside_the_boards_is_checked_too(tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\n[[light]]\nrole = "link"\nline = "PIN9"\n')
    status, text = check("--board", "desk", wrong)
    assert status == 78, text
    assert f'{wrong}:4:8: light.line: not allowed: found "PIN9" (ground)' in text, text


def test_a_file_for_another_board(tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    status, text = check("--board", "raspberry-pi-zero-2w", INTERCOM_MODEL_FILE=str(model))
    assert status == 0, text
    assert 'board "Raspberry Pi Zero 2 W": not on this machine (this is a Raspberry Pi 4 Model B Rev 1.4)' in text, text
    assert "take the file of this board" in text, text
    status, text = check("--board", "codec-zero", INTERCOM_MODEL_FILE=str(model))
    assert status == 0, text
    assert 'board "Raspberry Pi": there (this is a Raspberry Pi 4 Model B Rev 1.4)' in text, text
    assert "take the file" not in text, text


def test_what_is_missing_is_told(tmp_path):
    file = tmp_path / "much.toml"
    file.write_text(
        """name = "x"
[audio]
input = "alsa:plughw:CARD=nonesuch,DEV=0"
output = "none"
[[button]]
line = "nonesuch17"
role = "mute"
[[light]]
role = "link"
spi = "/dev/nonesuch"
[[mixer]]
card = "nonesuch"
control = "a"
value = "on"
"""
    )
    status, text = check("--board", "desk", file)
    assert status == 0, text
    for what in [
        "input, card nonesuch",
        "mixer controls, card nonesuch",
        "line nonesuch17",
        "SPI device /dev/nonesuch",
    ]:
        assert f"  {what}: not on this machine" in text, text
    assert "4 not on this machine" in text, text


def test_a_run_with_a_file_for_another_board_says_so_and_goes_on(tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    path = config(tmp_path, "Door")
    path.write_text('board = "Raspberry Pi Zero 2 W"\n' + path.read_text())
    with Intercom(path, env={"INTERCOM_MODEL_FILE": str(model)}) as intercom:
        intercom.wait_for("this is a Raspberry Pi 4 Model B Rev 1.4: take the file of this board")
        intercom.stop()
