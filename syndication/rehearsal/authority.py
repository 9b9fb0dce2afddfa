"""Certificates for rehearsals, made at run time: an authority of our own, and what real portals show besides good ones.

Keys and certificates live in the folder that is given and nowhere else; none is worth anything outside a rehearsal.
"""

from __future__ import annotations

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from syndication.glossary import Certificate

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
WEAK_BITS = 1024


class Authority:
    """Signs for hosts. `root_file` is what a client has to trust (SSL_CERT_FILE)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key, self._weak_key = (rsa.generate_private_key(65537, bits) for bits in (2048, WEAK_BITS))
        self._name = _name("样例证书签发机构")
        own = self._builder(self._name, self._name, self._key, BEGIN, END)
        root = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.root_file = folder / "root.pem"
        self.root_file.write_bytes(root.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def context(self, host: str, worth: Certificate, *, weak: bool = False, old: bool = False) -> ssl.SSLContext:
        """A server's TLS for a host, with a certificate that is worth what is asked.

        Args:
            host: the name that clients ask for.
            worth: what `syndication.certificates.worth_of` says of it; `none` is no certificate and raises ValueError.
            weak: a key of 1024 bits.
            old: TLS 1.0 and nothing newer.
        """
        if worth is Certificate.NONE:
            raise ValueError("a server that speaks TLS shows a certificate")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if weak or old:
            context.set_ciphers("ALL:@SECLEVEL=0")
        if old:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # it is deprecated: that is the point
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.load_cert_chain(self._pair(host, worth, self._weak_key if weak else self._key))
        return context

    def _pair(self, host: str, worth: Certificate, key: rsa.RSAPrivateKey) -> Path:
        named = _name("another.example" if worth is Certificate.NAME_MISMATCH else host)
        issuer = {Certificate.SELF_SIGNED: named, Certificate.UNTRUSTED: _name("无人信任的机构")}.get(worth, self._name)
        end = BEGIN + timedelta(days=90) if worth is Certificate.EXPIRED else END
        alternative = x509.DNSName(str(named.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value))
        certificate = self._builder(named, issuer, key, BEGIN, end).add_extension(
            x509.SubjectAlternativeName([alternative]), critical=False
        )
        signer = self._key if issuer == self._name else key
        path = self._folder / f"{host}.{worth}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = certificate.sign(signer, hashes.SHA256())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
        return path

    @staticmethod
    def _builder(
        subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, begin: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            issuer, subject, key.public_key(), x509.random_serial_number(), begin, end
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
