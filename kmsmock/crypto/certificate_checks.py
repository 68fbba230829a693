"""The checks that InitializeCluster makes on the two certificates it is given.

https://docs.aws.amazon.com/cloudhsm/latest/userguide/initialize-cluster.html and
https://docs.aws.amazon.com/cloudhsm/latest/APIReference/API_InitializeCluster.html: each is a
function that raises `CertificateProblem` with a sentence that names what is wrong.

Validity times are not among them, because AWS's pages name none.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .exceptions import CertificateProblem
from .odd_certificates import UNREADABLE, taken_without_a_warning

_TRUST_ANCHOR_BITS = (2048, 4096)


@lru_cache(maxsize=64)
def read_certificate(pem: str, what: str = "The certificate") -> x509.Certificate:
    """Return the one certificate in a PEM text; `what` begins the sentence of the problem.

    Raises `CertificateProblem` when there is none, more than one (a chain), or it does not parse.
    """
    try:
        with taken_without_a_warning():
            certificates = x509.load_pem_x509_certificates(pem.encode())
    except UNREADABLE:
        raise CertificateProblem(f"{what} is not a valid X.509 certificate in PEM.") from None
    if len(certificates) != 1:
        raise CertificateProblem(f"{what} is a chain of certificates; one is expected.")
    return certificates[0]


@lru_cache(maxsize=64)
def read_csr(pem: str) -> x509.CertificateSigningRequest:
    """Return the signing request in a PEM text. Raises `CertificateProblem`."""
    try:
        return x509.load_pem_x509_csr(pem.encode())
    except UNREADABLE:
        raise CertificateProblem("The signing request is not a valid CSR in PEM.") from None


def check_trust_anchor(pem: str) -> None:
    """Check that a trust anchor parses, is self-signed, with RSA 2048 or 4096, and may be a CA.

    Raises `CertificateProblem`.
    """
    certificate = read_certificate(pem, "The trust anchor")
    _check_key(certificate)
    if not _is_named(certificate, certificate):
        raise CertificateProblem("The trust anchor is not self-signed.")
    _check_issued_by(certificate, certificate, "The trust anchor is not self-signed.")
    _check_basic_constraints(certificate)


def check_signed_certificate(pem: str, csr_pem: str, trust_anchor_pem: str) -> None:
    """Check that the cluster's certificate is for the CSR's key and issued by the trust anchor.

    Directly: a chain with an intermediate CA is refused. Raises `CertificateProblem`.
    """
    certificate = read_certificate(pem, "The signed certificate")
    if _spki(certificate) != _spki(read_csr(csr_pem)):
        raise CertificateProblem(
            "The public key of the signed certificate is not that of the cluster's CSR."
        )
    trust_anchor = read_certificate(trust_anchor_pem, "The trust anchor")
    problem = "The signed certificate was not issued directly by the trust anchor."
    if not _is_named(certificate, trust_anchor):
        raise CertificateProblem(problem)
    _check_issued_by(certificate, trust_anchor, problem)


def same_certificate(pem_a: str, pem_b: str) -> bool:
    """Say whether two PEM texts hold the same certificate, whatever their line breaks.

    Raises `CertificateProblem` when one of them holds none.
    """
    der_a, der_b = (
        read_certificate(pem).public_bytes(serialization.Encoding.DER) for pem in (pem_a, pem_b)
    )
    return der_a == der_b


def _check_key(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
    except UNREADABLE:
        key = None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in _TRUST_ANCHOR_BITS:
        raise CertificateProblem("The trust anchor's key must be RSA with 2048 or 4096 bits.")


def _is_named(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether a certificate names the other's subject; never if a name cannot be read."""
    try:
        return certificate.issuer == issuer.subject
    except UNREADABLE:
        return False


def _check_issued_by(certificate: x509.Certificate, issuer: x509.Certificate, problem: str) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, TypeError, InvalidSignature):
        raise CertificateProblem(problem) from None


def _check_basic_constraints(certificate: x509.Certificate) -> None:
    try:
        extensions = certificate.extensions
    except UNREADABLE:
        raise CertificateProblem("The trust anchor's extensions do not parse.") from None
    if not len(extensions):
        return
    try:
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        raise CertificateProblem(
            "The trust anchor uses X.509v3 extensions and lacks Basic Constraints."
        ) from None
    if not basic.ca:
        raise CertificateProblem("The trust anchor's Basic Constraints say that it is no CA.")
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.key_cert_sign:
        raise CertificateProblem(
            "The trust anchor's Key Usage does not allow the signing of certificates."
        )


def _spki(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    try:
        key = holder.public_key()
    except UNREADABLE:
        raise CertificateProblem("A public key that cannot be read.") from None
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
