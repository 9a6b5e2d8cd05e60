# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Who is let in: a code opens once, a token survives a restart and not a revocation, and two intercoms learn each other."""

import json
import os
import re
import urllib.error
import urllib.request

from harness import Intercom, Program, config

DIGEST = r"sha-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}"


def paired_config(folder, name, listen="127.0.0.1:0"):
    """A configuration whose web server lets in who was paired, and its control socket's path."""
    socket = folder / f"{name}.socket"
    file = config(folder, name, state=folder / f"{name}-state", more=f'[control]\nsocket = "{socket}"')
    text = file.read_text().replace('access = "open"', 'access = "paired"').replace("127.0.0.1:0", listen)
    file.write_text(text)
    file.chmod(0o644)
    return file, socket


def ask(url, body=None, token=None, method=None):
    """The status and the JSON of a response."""
    fields = {"Content-Type": "application/json"}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers=fields, method=method)
    # Loopback needs no proxy, whatever the environment says.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            text = response.read()
            return response.status, json.loads(text) if text else None
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"null")


def say(*words):
    """What a command prints, and its exit code."""
    with Program(*words) as program:
        code = program.finish()
        return code, "\n".join(program.output)


def open_pairing(socket):
    code, said = say("pair", "--no-wait", "--socket", socket)
    assert code == 0, said
    return re.search(r"The code is (\d{6})\.", said).group(1)


def test_a_code_lets_in_once_and_a_token_lives_until_it_is_revoked(tmp_path):
    file, socket = paired_config(tmp_path, "Door")
    with Intercom(file) as door:
        url = door.url
        assert ask(url + "/api/status")[0] == 401
        assert ask(url + "/api/pair", {"code": "000000", "name": "early"})[0] == 403
        code = open_pairing(socket)
        wrong = "000000" if code != "000000" else "000001"
        assert ask(url + "/api/pair", {"code": wrong, "name": "guess"})[0] == 403
        status, made = ask(url + "/api/pair", {"code": code, "name": "panel", "bearer": True})
        assert status == 200 and made["role"] == "talk"
        token = made["token"]
        assert ask(url + "/api/pair", {"code": code, "name": "replay"})[0] == 403
        assert ask(url + "/api/status", token=token)[0] == 200
        assert ask(url + "/api/paired", token=token)[0] == 403
        assert all(code not in line and token not in line for line in door.lines)
        door.stop()
    kept = tmp_path / "Door-state" / "paired"
    assert token not in kept.read_text() and os.stat(kept).st_mode & 0o777 == 0o600
    with Intercom(file) as door:
        url = door.url
        assert ask(url + "/api/status", token=token)[0] == 200
        assert re.search(r'1  talk  browser  "panel"', say("paired", "--socket", socket)[1])
        assert say("paired", "revoke", "1", "--socket", socket)[0] == 0
        assert say("paired", "revoke", "1", "--socket", socket)[0] == 1
        assert ask(url + "/api/status", token=token)[0] == 401


def test_two_intercoms_learn_each_other(tmp_path):
    door_file, door_socket = paired_config(tmp_path, "Door")
    gate_file, _ = paired_config(tmp_path, "Gate")
    with Intercom(gate_file) as gate:
        gate.stop()
    before = gate_file.read_text()
    with Intercom(door_file) as door:
        url = door.url
        code, said = say("pair", url, "--code", "000000", "--config", gate_file)
        assert code == 1 and gate_file.read_text() == before
        code, said = say("pair", url, "--code", open_pairing(door_socket), "--config", gate_file)
        assert code == 0 and 'Paired with "Door"' in said, said
        assert re.search(r'talk  intercom  "Gate"', say("paired", "--socket", door_socket)[1])
    after = gate_file.read_text()
    assert after.startswith(before)
    table = after[len(before):]
    assert re.search(rf'\[\[peer\]\]\nname = "Door"\nurl = "{url}/call"\nfingerprint = "{DIGEST}"\n', table), table
    assert say("check", gate_file)[0] == 0
