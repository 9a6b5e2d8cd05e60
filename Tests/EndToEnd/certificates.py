# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Authorities and server certificates for the TLS tests, made anew each time."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class Authority:
    """A device's authority, which may speak for names below .local and addresses on loopback only."""

    def __init__(self, folder, title="Door"):
        self.folder, self.title = folder, title
        self.key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name(title), self.key.public_key(), years=(-1, 20))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(
            x509.NameConstraints(
                permitted_subtrees=[
                    x509.DNSName("local"), x509.DNSName("localhost"),
                    x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
                ],
                excluded_subtrees=None,
            ),
            critical=True,
        )
        self.certificate = builder.sign(self.key, hashes.SHA256())
        self.path = folder / f"{title}-authority.pem"
        self.path.write_text(pem(self.certificate))
        digest = self.certificate.fingerprint(hashes.SHA256())
        self.fingerprint = "sha-256 " + ":".join(f"{byte:02X}" for byte in digest)

    def _builder(self, subject, public_key, years):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name(self.title))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=365 * years[0]))
            .not_valid_after(now + datetime.timedelta(days=365 * years[1]))
        )

    def issue(self, *names, years=(-0.5, 1), title="server"):
        """A server's chain and key for these names and addresses; answers the two files."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name(title), key.public_key(), years)
        alternatives = [
            x509.IPAddress(ipaddress.ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        chain = self.folder / f"{title}.pem"
        chain.write_text(pem(builder.sign(self.key, hashes.SHA256())) + pem(self.certificate))
        secret = self.folder / f"{title}.key"
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return chain, secret
