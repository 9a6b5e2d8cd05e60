# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The authority and the certificate for HTTPS: made once, kept, told of."""

import json
import os
import pty
import re
import signal
import socket
import ssl
import stat
import subprocess

import numpy
import zxingcpp
from certificates import Authority
from cryptography import x509
from harness import BINARIES, Intercom, Program, config, until

# A free port does here: nobody connects, and the command only tells it.
LISTEN = "192.0.2.7:8080"


def with_https(folder, more=""):
    """A configuration whose web server others could reach, and its state directory. Nothing listens at its address."""
    state = folder / "state"
    path = config(folder, "Front door", state=state)
    text = path.read_text().replace('listen = "127.0.0.1:0"', 'listen = "0.0.0.0:0"\n' + more)
    path.write_text(text)
    return path, state


def told(path, *options):
    """What `intercom trust` answers for the configuration, with an address that it can tell."""
    elsewhere = path.with_name("told.toml")
    elsewhere.write_text(path.read_text().replace("0.0.0.0:0", LISTEN))
    return subprocess.run(BINARIES["x86_64"] + ["trust", "--config", elsewhere, *options], capture_output=True, text=True)


def start(path):
    """Lets the service make what it needs, and end."""
    with Intercom(path) as service:
        assert service.stop() == 0, service.log()
        return service.log()


def openssl(*words, text=None):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, input=text)


def test_the_authority_is_made_once_and_kept_for_the_owner_alone(tmp_path):
    path, state = with_https(tmp_path)
    log = start(path)
    assert "made the authority" in log and "made a certificate for HTTPS" in log
    files = [state / "authority.pem", state / "https.pem"]
    kept = [file.read_bytes() for file in files]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "made" not in "".join(line for line in start(path).splitlines() if "certificate" in line)
    assert [file.read_bytes() for file in files] == kept
    assert not list(state.glob("*.new"))
    verify = openssl("verify", "-x509_strict", "-verify_hostname", "front-door.local", "-CAfile", files[0], files[1])
    assert verify.returncode == 0, verify.stderr


def test_a_damaged_authority_is_an_error_and_not_replaced_while_the_rest_works(tmp_path):
    path, state = with_https(tmp_path)
    state.mkdir()
    (state / "authority.pem").write_text("damaged\n")
    log = start(path)
    assert "there is no HTTPS" in log and "move it away" in log
    assert (state / "authority.pem").read_text() == "damaged\n" and not (state / "https.pem").exists()
    answer = told(path)
    assert answer.returncode == 66 and "move it away" in answer.stderr


def test_a_damaged_or_foreign_certificate_is_made_anew(tmp_path):
    path, state = with_https(tmp_path)
    start(path)
    authority, good = (state / "authority.pem").read_bytes(), (state / "https.pem").read_bytes()
    for spoilt in (b"damaged", good[:300], good.replace(b"\nM", b"\nN", 1)):
        (state / "https.pem").write_bytes(spoilt)
        assert "there was none" in start(path)
        assert (state / "authority.pem").read_bytes() == authority
    (state / "authority.pem").unlink()
    assert "another authority's" in start(path)
    assert openssl("verify", "-CAfile", state / "authority.pem", state / "https.pem").returncode == 0


def test_trust_tells_address_fingerprint_and_certificate(tmp_path):
    path, state = with_https(tmp_path)
    answer = told(path)
    assert answer.returncode == 69 and "the service makes it at its first start" in answer.stderr
    start(path)
    pem = told(path, "--certificate").stdout
    lines = pem.strip().splitlines()
    assert lines[0] == "-----BEGIN CERTIFICATE-----" and "PRIVATE" not in pem
    fingerprint = openssl("x509", "-noout", "-fingerprint", "-sha256", text=pem).stdout.strip().split("=")[1]
    answer = told(path)
    assert answer.returncode == 0 and fingerprint in answer.stdout
    assert f"http://{LISTEN}/trust\n" in answer.stdout and "https://192.0.2.7:8443/\n" in answer.stdout
    # Not for a terminal: text alone.
    assert "\x1b" not in answer.stdout and "█" not in answer.stdout


def test_a_phone_reads_the_code_of_the_terminal(tmp_path):
    path, _ = with_https(tmp_path)
    start(path)
    fingerprint = re.search(r"SHA-256 +([0-9A-F:]{95})", told(path).stdout)[1]
    ours, theirs = pty.openpty()
    words = BINARIES["x86_64"] + ["trust", "--config", path.with_name("told.toml")]
    with subprocess.Popen(words, stdout=theirs) as command:
        os.close(theirs)
        text = b""
        while True:
            try:
                text += os.read(ours, 4096)
            except OSError:
                break
        assert command.wait() == 0
    os.close(ours)
    rows = re.findall("\x1b\\[30;107m(.*?)\x1b\\[0m", text.decode())
    upper = [[character in "█▀" for character in row] for row in rows]
    lower = [[character in "█▄" for character in row] for row in rows]
    dark = numpy.stack([upper, lower], axis=1).reshape(2 * len(rows), -1)
    picture = numpy.kron(numpy.where(dark, 0, 255), numpy.ones((4, 4))).astype(numpy.uint8)
    read = zxingcpp.read_barcodes(picture)
    assert [code.text for code in read] == [f"http://{LISTEN}/trust#{fingerprint}"]
    words.append("--no-qr")
    assert "█" not in subprocess.run(words, capture_output=True, text=True).stdout


def test_the_doctor_tells_of_the_certificate(tmp_path):
    path, _ = with_https(tmp_path)

    def doctor():
        with Program("doctor", "--config", path) as command:
            command.finish()
            return next(line for line in command.output if "HTTPS certificate" in line)

    assert doctor().startswith("warn") and "none yet" in doctor()
    start(path)
    assert doctor().startswith("ok") and "front-door.local" in doctor() and "good until" in doctor()


def shown(port):
    """The certificate that is shown at the port: the names in it, and who stands behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain) as secure:
            certificate = x509.load_der_x509_certificate(secure.getpeercert(True))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names.get_values_for_type(x509.DNSName)), certificate.issuer.rfc4514_string()


def test_a_reload_takes_over_names_and_an_operators_certificate(tmp_path):
    path = config(tmp_path, "Door", state=tmp_path / "state", web="#more")
    plain = path.read_text()

    def write(*names, more=""):
        path.write_text(plain.replace("#more", f'https = "127.0.0.1:0"\nnames = {json.dumps(names)}\n{more}'))

    write("door.example", "gate.example")
    start(path)  # the authority may vouch for both
    write("door.example")
    (tmp_path / "state" / "https.pem").unlink()
    with Intercom(path) as service:
        port = int(service.wait_for(r"listening on https://127\.0\.0\.1:(\d+)").group(1))
        names, own = shown(port)
        assert "door.example" in names and "gate.example" not in names
        write("door.example", "gate.example")
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("what changed in web.names holds now")
        until(lambda: "gate.example" in shown(port)[0], "the new name is not in the certificate", 10)
        chain, key = Authority(tmp_path, "Operator").issue("localhost", "127.0.0.1")
        write("door.example", "gate.example", more=f'certificate = "{chain}"\nkey = "{key}"')
        service.process.send_signal(signal.SIGHUP)
        until(lambda: "Operator" in shown(port)[1], "the operator's certificate is not shown", 10)
        write("door.example", "gate.example", more=f'certificate = "{chain}.not-there"\nkey = "{key}"')
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("the certificate that was there before is shown on")
        assert "Operator" in shown(port)[1]
        write("door.example", "gate.example")
        service.process.send_signal(signal.SIGHUP)
        until(lambda: shown(port)[1] == own, "the device's own certificate is not back", 10)
        assert service.stop() == 0, service.log()
