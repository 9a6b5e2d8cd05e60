# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
"""A device whose parts are missing: it stays up, and says each trouble once, with what helps."""

import time

from harness import Intercom, config

DEVICE = """
[[button]]
role = "talk"
line = "NOSUCHLINE-1"
[[button]]
role = "mute"
line = "NOSUCHLINE-2"
[[light]]
role = "power"
spi = "/dev/spidev99.9"
index = 0
[[mixer]]
card = "NoSuchCard"
control = "Speaker"
value = "on"
[[mixer]]
card = "NoSuchCard"
control = "Capture"
value = "on"
"""


def test_each_trouble_is_said_once_with_what_helps(tmp_path):
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.4\0")
    path = config(tmp_path, "door", input="alsa:hw:CARD=NoSuchCard", output="alsa:hw:CARD=NoSuchCard", more=DEVICE)
    path.write_text('board = "Raspberry Pi Zero 2 W"\n' + path.read_text())
    with Intercom(path, env={"INTERCOM_MODEL_FILE": str(model)}) as device:
        device.wait_for("capture .* cannot be opened")
        device.wait_for("playback .* cannot be opened")
        # Long enough for a card to be tried five times over, and lines once more.
        time.sleep(7)
        state = device.status()
        assert device.stop() == 0, device.log()
    warnings = [line[3:] for line in device.lines if line.startswith("<4>")]
    wanted = [
        ("the configuration is for a board", "take the file of this board"),
        ("there are no GPIO lines NOSUCHLINE-1, NOSUCHLINE-2", ""),
        ("there is no /dev/spidev99.9", "dtparam=spi=on"),
        ("the controls of card NoSuchCard cannot be used", "`intercom devices` lists what there is"),
        ("capture hw:CARD=NoSuchCard cannot be opened", "`intercom devices` lists what there is"),
        ("playback hw:CARD=NoSuchCard cannot be opened", "`intercom devices` lists what there is"),
    ]
    for begin, remedy in wanted:
        found = [line for line in warnings if line.startswith(begin)]
        if begin.startswith("there are no GPIO") and not found:
            # Chips that are there may have names near the one that is missing, another for each.
            found = [line for line in warnings if "NOSUCHLINE-1" in line]
        assert len(found) == 1 and remedy in found[0], (begin, device.log())
    assert len(warnings) <= len(wanted) + 1, device.log()
    for part in ["no microphone: ", "no speaker: ", "NOSUCHLINE-1", "/dev/spidev99.9", "is for a board"]:
        assert part in state["trouble"], state["trouble"]
