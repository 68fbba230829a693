"""The certificates around a CloudHSM cluster: its CSR, its chains, and the owner's own CA.

Real X.509 (RFC 5280) and PKCS #10 (RFC 2986), with the shapes that AWS's pages show:
https://docs.aws.amazon.com/cloudhsm/latest/userguide/initialize-cluster.html and
https://docs.aws.amazon.com/cloudhsm/latest/userguide/verify-hsm-identity.html

Private keys are PKCS#8 DER and RSA, times are aware datetimes, certificates PEM text. Everything
is signed with SHA-256 and PKCS #1 v1.5, so the same arguments give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from .certificate_checks import read_certificate, read_csr
from .exceptions import InvalidKeyMaterial
from .keys import load_private, load_public

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}


def cluster_csr_name(hsm: str, partition: str) -> list[tuple[str, str]]:
    """Return the subject of a cluster's CSR, as the page on initializing shows it.

    `hsm` is the identifier of the cluster's first HSM hardware, `partition` its partition's.
    """
    return [*_CAVIUM_HSM, ("CN", f"HSM:{hsm}:PARTN:{partition}, for FIPS mode")]


_CAVIUM_HSM = [("C", "US"), ("ST", "CA"), ("O", "Cavium"), ("OU", "N3FIPS"), ("L", "SanJose")]

MANUFACTURER_ROOT_NAME = [
    ("C", "US"),
    ("ST", "CA"),
    ("L", "San Jose"),
    ("O", "Cavium, Inc."),
    ("OU", "LiquidSecurity"),
    ("CN", "localca.liquidsecurity.cavium.com"),
]
"""Whom the hardware's manufacturer's root certificate names."""

AWS_ROOT_NAME = [
    ("C", "US"),
    ("ST", "Virginia"),
    ("L", "Herndon"),
    ("O", "Amazon Web Services INC."),
    ("OU", "CloudHSM"),
    ("CN", "AWS CloudHSM Root CA"),
]
"""Assumed: the AWS CloudHSM root certificate has the common name "AWS CloudHSM Root CA"."""


def make_csr(pkcs8: bytes, name: Iterable[tuple[str, str]]) -> str:
    """Return a certificate signing request (PEM) for a key, signed with it.

    `name` is the subject: pairs such as ``("C", "US")`` with keys C, ST, L, O, OU, CN; for a
    cluster `cluster_csr_name`. Raises `InvalidKeyMaterial` when
    the key is no RSA private key.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(name))
    request = builder.sign(_rsa(pkcs8), hashes.SHA256())
    return _text(request)


def self_signed_root(  # noqa: PLR0913 - what a certificate consists of
    pkcs8: bytes,
    name: Iterable[tuple[str, str]],
    not_before: datetime,
    not_after: datetime,
    *,
    serial: int = 1,
    extensions: bool = True,
) -> str:
    """Return a self-signed CA certificate (PEM): a customer's trust anchor, or a maker's root.

    `serial` is positive and below 2**159. With `extensions` it is version 3 with Basic
    Constraints (CA), Key Usage and the two key identifiers; without, it has none of them, as
    ``openssl req -x509`` makes with a configuration that has no extensions. Raises
    `InvalidKeyMaterial` when the key is no RSA private key, `ValueError` for bad times or serial.
    """
    key = _rsa(pkcs8)
    subject = _name(name)
    builder = _builder(subject, subject, key.public_key(), serial, not_before, not_after)
    if extensions:
        builder = _as_ca(builder, key.public_key(), key.public_key())
    return _text(builder.sign(key, hashes.SHA256()))


def issue(  # noqa: PLR0913, PLR0917 - what a certificate consists of
    key: bytes,
    name: Iterable[tuple[str, str]],
    ca_pem: str,
    ca_pkcs8: bytes,
    serial: int,
    not_before: datetime,
    not_after: datetime,
    *,
    ca: bool = False,
) -> str:
    """Return a certificate (PEM) that a CA issues for a public key.

    `key` is SubjectPublicKeyInfo DER, or PKCS#8 DER whose public half is used. A manufacturer's
    hardware certificate and AWS's hardware certificate are such (`ca` true), and so is an
    HSM certificate, which the hardware issues. Raises `CertificateProblem` when `ca_pem` is no
    certificate, `InvalidKeyMaterial`, and `ValueError` for bad times or serial.
    """
    issuer = read_certificate(ca_pem)
    ca_key = _rsa(ca_pkcs8)
    public = load_public(key)
    if not isinstance(public, rsa.RSAPublicKey):
        raise InvalidKeyMaterial("not an RSA key")
    builder = _builder(_name(name), issuer.subject, public, serial, not_before, not_after)
    if ca:
        builder = _as_ca(builder, public, ca_key.public_key())
    return _text(builder.sign(ca_key, hashes.SHA256()))


def sign_csr(  # noqa: PLR0913, PLR0917 - what a certificate consists of
    csr_pem: str,
    ca_pem: str,
    ca_pkcs8: bytes,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> str:
    """Return the certificate (PEM) that a CA issues for a signing request.

    Without extensions, as the ``openssl x509 -req`` of AWS's page makes it. Raises
    `CertificateProblem` when one of the PEMs cannot be read, `InvalidKeyMaterial` when the CA's
    key is no RSA private key, `ValueError` for bad times or serial.
    """
    request = read_csr(csr_pem)
    issuer = read_certificate(ca_pem)
    public = request.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise InvalidKeyMaterial("the signing request is not for an RSA key")
    builder = _builder(request.subject, issuer.subject, public, serial, not_before, not_after)
    return _text(builder.sign(_rsa(ca_pkcs8), hashes.SHA256()))


def _builder(  # noqa: PLR0913, PLR0917 - what a certificate consists of
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _as_ca(
    builder: x509.CertificateBuilder, subject: rsa.RSAPublicKey, issuer: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    key_usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
    )


def _name(parts: Iterable[tuple[str, str]]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_OIDS[key], value) for key, value in parts])


def _rsa(pkcs8: bytes) -> rsa.RSAPrivateKey:
    key = load_private(pkcs8)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidKeyMaterial("not an RSA private key")
    return key


def _text(made: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return made.public_bytes(serialization.Encoding.PEM).decode("ascii")
