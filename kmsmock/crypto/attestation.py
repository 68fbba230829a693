"""Attestation documents of Nitro enclaves: CBOR in COSE_Sign1 (RFC 9052).

https://github.com/aws/aws-nitro-enclaves-nsm-api/blob/main/docs/attestation_process.md

CBOR is read by cbor2, through the extra `cbor`.

Kept difference (Attestation documents, `Recipient`): AWS takes those that lead to its root of Nitro
enclaves; kmsmock takes one that is signed by the certificate inside it, or by nobody. Why: no test
could make another outside an enclave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cryptography import exceptions, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from . import extras
from .exceptions import Unreadable
from .odd_certificates import UNREADABLE, taken_without_a_warning

_COSE_SIGN1: Final = 18
_ALGORITHM: Final = 1
_ES384: Final = -35
_COORDINATE: Final = 48
_OF_TAGS: Final = (ArithmeticError, OSError, RecursionError, TypeError, ValueError)
"""What tags for decimals, times and others let older releases of cbor2 raise."""


@dataclass(frozen=True)
class AttestationDocument:
    """What an enclave says of itself."""

    module_id: str
    """The instance and enclave, such as ``i-1234567890abcdef0-enc9876543210abcde``."""
    digest: str
    """The hash behind the PCRs: SHA384."""
    timestamp: int
    """When it was made, in milliseconds since 1970 UTC."""
    pcrs: dict[int, bytes]
    """The platform configuration registers, by number. The condition keys
    kms:RecipientAttestation:PCR<n> compare them, in hexadecimal."""
    public_key: bytes | None
    """Where answers are sealed for: RSA SubjectPublicKeyInfo DER."""
    user_data: bytes | None
    nonce: bytes | None
    certificate: bytes | None
    """The signer's X.509 DER; None means that nothing vouches for the document."""
    nitrotpm_pcrs: dict[int, bytes]
    """The registers of a NitroTPM, whose document has no others."""


def read_attestation_document(document: bytes) -> AttestationDocument:
    """Return what an attestation document says, with its signature checked (ES384).

    A document without a certificate is taken as it is. Raises `Unreadable` when it is no
    COSE_Sign1 with such a payload, or its signature is not the certificate's; `MissingExtra`
    without cbor2.
    """
    protected, payload, signature = _parts(document)
    claims = _decoded(payload)
    if not isinstance(claims, dict):
        raise Unreadable
    of_tpm = claims.get("nitrotpm_pcrs")
    try:
        read = AttestationDocument(
            module_id=_typed(claims["module_id"], str),
            digest=_typed(claims["digest"], str),
            timestamp=_typed(claims["timestamp"], int),
            pcrs=_pcrs(claims["pcrs"] if of_tpm is None else claims.get("pcrs", {})),
            public_key=_typed(claims.get("public_key"), bytes, type(None)),
            user_data=_typed(claims.get("user_data"), bytes, type(None)),
            nonce=_typed(claims.get("nonce"), bytes, type(None)),
            certificate=_typed(claims.get("certificate"), bytes, type(None)),
            nitrotpm_pcrs={} if of_tpm is None else _pcrs(of_tpm),
        )
    except KeyError:
        raise Unreadable from None
    if read.certificate is not None:
        _check_signature(read.certificate, protected, payload, signature)
    return read


def _parts(document: bytes) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and signature: RFC 9052 section 4.2."""
    message = _decoded(document)
    if isinstance(message, _cbor2().CBORTag) and message.tag == _COSE_SIGN1:
        message = message.value
    # The enclave's hardware leaves out the tag.
    if not isinstance(message, (list, tuple)) or len(message) != 4:
        raise Unreadable
    protected, _unprotected, payload, signature = message
    return _typed(protected, bytes), _typed(payload, bytes), _typed(signature, bytes)


def _check_signature(
    certificate: bytes, protected: bytes, payload: bytes, signature: bytes
) -> None:
    header = _decoded(protected)
    if not isinstance(header, dict) or header.get(_ALGORITHM) != _ES384:
        raise Unreadable
    signed = _cbor2().dumps(["Signature1", protected, b"", payload])
    if len(signature) != 2 * _COORDINATE:
        raise Unreadable
    r, s = (int.from_bytes(signature[at : at + _COORDINATE], "big") for at in (0, _COORDINATE))
    try:
        with taken_without_a_warning():
            key = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Unreadable
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))
    except (*UNREADABLE, exceptions.InvalidSignature):
        raise Unreadable from None


def _pcrs(value: Any) -> dict[int, bytes]:
    registers = _typed(value, dict)
    return {_typed(index, int): _typed(pcr, bytes) for index, pcr in registers.items()}


def _typed(value: Any, *kinds: type) -> Any:
    if not isinstance(value, kinds):
        raise Unreadable
    return value


def _decoded(data: bytes) -> Any:
    cbor2 = _cbor2()
    try:
        return cbor2.loads(data)
    except (cbor2.CBORError, *_OF_TAGS):
        raise Unreadable from None


def _cbor2() -> Any:
    return extras.load("cbor2", extra="cbor", what="An attestation document")
