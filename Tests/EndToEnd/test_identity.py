# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The certificate that is kept between starts."""

import stat

from harness import Intercom, Program, config


def with_state(folder):
    """A configuration with a state directory; answers its path and that of the certificate."""
    path = config(folder, "keeper")
    state = folder / "state"
    path.write_text(f'state_directory = "{state}"\n' + path.read_text())
    return path, state / "identity.pem"


def test_the_certificate_is_made_once_and_kept_for_the_owner_alone(tmp_path):
    path, identity = with_state(tmp_path)
    kept = []
    for _ in range(2):
        with Intercom(path) as answering:
            kept.append(identity.read_bytes())
            assert answering.stop() == 0, answering.log()
    assert kept[0] == kept[1]
    assert b"PRIVATE KEY" in kept[0] and b"CERTIFICATE" in kept[0]
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    assert stat.S_IMODE(identity.parent.stat().st_mode) == 0o700


def test_a_spoilt_certificate_is_told_of_and_not_replaced(tmp_path):
    path, identity = with_state(tmp_path)
    identity.parent.mkdir()
    identity.write_text("no certificate\n")
    with Program("run", "--config", path) as answering:
        assert answering.finish() == 69
        assert f"{identity}: no certificate and key that can be used" in answering.log()
    assert identity.read_text() == "no certificate\n"
