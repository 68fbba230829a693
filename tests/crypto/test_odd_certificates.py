"""Certificates that `cryptography` warns of are read without a word."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from kmsmock.crypto.certificate_checks import read_certificate

KEY = ec.derive_private_key(5, ec.SECP256R1())
SERIAL = 0x5E


def with_serial_zero():
    """A certificate that ``openssl req -x509 -set_serial 0`` makes and RFC 5280 does not allow."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "owner")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(SERIAL)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc))
        .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.timezone.utc))
        .sign(KEY, hashes.SHA256())
    )
    der = made.public_bytes(Encoding.DER).replace(b"\2\1\x5e", b"\2\1\0", 1)
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def test_a_certificate_with_serial_zero_is_read(recwarn):
    """Warnings that are errors do not become answers of the mock."""
    with pytest.warns(CryptographyDeprecationWarning):
        pem = with_serial_zero()

    certificate = read_certificate(pem)

    assert certificate.subject.rfc4514_string() == "CN=owner"
    assert not recwarn.list
