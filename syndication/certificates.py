"""What a certificate is worth: told, recorded, and never a reason to skip a portal.

Facts of the world: portals run for years with certificates that are expired, made out to another name or signed by
themselves, and leave out the issuer's. Their pages are what citizens see, after a click; so they are read all the same.
"""

from __future__ import annotations

import ssl
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID
from OpenSSL import crypto

from syndication.glossary import Certificate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def worth_of(chain: Sequence[bytes], host: str, at: datetime) -> Certificate:
    """What the certificate that a host showed is worth at a moment.

    Args:
        chain: the certificates as DER, the host's own first; empty where it showed none.
        host: the name that was asked for, or its address.
        at: the moment of the look.
    """
    if not chain:
        return Certificate.NONE
    try:
        own = x509.load_der_x509_certificate(chain[0])
        if not own.not_valid_before_utc <= at <= own.not_valid_after_utc:
            return Certificate.EXPIRED
        if own.issuer == own.subject:
            return Certificate.SELF_SIGNED
        if not _names(own, host):
            return Certificate.NAME_MISMATCH
    except ValueError:  # fields that no certificate may have: it proves nothing
        return Certificate.UNTRUSTED
    return Certificate.VALID if _is_trusted(chain, at) else Certificate.UNTRUSTED


def _names(certificate: x509.Certificate, host: str) -> bool:
    """Whether a certificate is made out to a host; the common name counts where there are no other names."""
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        assert isinstance(found, x509.SubjectAlternativeName)
        names = found.get_values_for_type(x509.DNSName)
        addresses = found.get_values_for_type(x509.IPAddress)
    except x509.ExtensionNotFound:
        names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        addresses = []
    if host.replace(".", "").isdigit() or ":" in host:
        return ip_address(host) in addresses
    parent = host.partition(".")[2]
    return any(name.lower() in {host.lower(), f"*.{parent}".lower()} for name in names)


def _is_trusted(chain: Sequence[bytes], at: datetime) -> bool:
    own, *others = (crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)) for der in chain)
    store = _roots()
    store.set_time(at)
    try:
        crypto.X509StoreContext(store, own, others).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


@cache
def _roots() -> crypto.X509Store:
    """The roots that the machine trusts (OpenSSL's usual places, or SSL_CERT_FILE)."""
    places = ssl.get_default_verify_paths()
    store = crypto.X509Store()
    if places.cafile or places.capath:  # a machine without roots trusts nobody
        store.load_locations(places.cafile, places.capath)
    return store
