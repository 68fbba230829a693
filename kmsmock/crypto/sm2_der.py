"""The DER of SM2 keys and ciphertexts: RFC 5958, RFC 5915, RFC 5480 and GM/T 0009.

A module of its own because keys are told apart without it, and SM2 is rare.
"""

from __future__ import annotations

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

_EC_PUBLIC_KEY = ObjectIdentifier("1.2.840.10045.2.1")
_SM2_CURVE = ObjectIdentifier("1.2.156.10197.1.301")


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    curve: ObjectIdentifier


@asn1.sequence
class _PrivateKeyInfo:
    version: int
    algorithm: _Algorithm
    private_key: bytes


@asn1.sequence
class _ECPrivateKey:
    version: int
    private_key: bytes
    parameters: Annotated[ObjectIdentifier | None, asn1.Explicit(0)]
    public_key: Annotated[asn1.BitString | None, asn1.Explicit(1)]


@asn1.sequence
class _PublicKeyInfo:
    algorithm: _Algorithm
    public_key: asn1.BitString


@asn1.sequence
class _Ciphertext:
    x: int
    y: int
    digest: bytes
    masked: bytes


def private_der(scalar: bytes, point: bytes) -> bytes:
    """Return PKCS#8 DER for a 32-byte scalar and its uncompressed point."""
    inner = _ECPrivateKey(
        version=1, private_key=scalar, parameters=None, public_key=asn1.BitString(point, 0)
    )
    return asn1.encode_der(
        _PrivateKeyInfo(version=0, algorithm=_algorithm(), private_key=asn1.encode_der(inner))
    )


def public_der(point: bytes) -> bytes:
    """Return SubjectPublicKeyInfo DER for an uncompressed point."""
    return asn1.encode_der(
        _PublicKeyInfo(algorithm=_algorithm(), public_key=asn1.BitString(point, 0))
    )


def read_private(pkcs8: bytes) -> bytes:
    """Return the 32-byte scalar in PKCS#8 DER; raises `ValueError` when it is no SM2 key."""
    outer = asn1.decode_der(_PrivateKeyInfo, pkcs8)
    inner = asn1.decode_der(_ECPrivateKey, outer.private_key)
    _check(outer.algorithm)
    if len(inner.private_key) != 32:
        raise ValueError("an SM2 scalar has 32 bytes")
    return inner.private_key


def read_public(spki: bytes) -> bytes:
    """Return the point in SubjectPublicKeyInfo DER; raises `ValueError` when it is no SM2 key."""
    info = asn1.decode_der(_PublicKeyInfo, spki)
    _check(info.algorithm)
    return info.public_key.as_bytes()


def ciphertext_der(x: int, y: int, digest: bytes, masked: bytes) -> bytes:
    """Return the DER of a ciphertext's C1 (x, y), C3 (digest) and C2 (masked plaintext)."""
    return asn1.encode_der(_Ciphertext(x=x, y=y, digest=digest, masked=masked))


def read_ciphertext(der: bytes) -> tuple[int, int, bytes, bytes]:
    """Return what `ciphertext_der` was given; raises `ValueError` when it is no such DER."""
    parts = asn1.decode_der(_Ciphertext, der)
    return parts.x, parts.y, parts.digest, parts.masked


def _algorithm() -> _Algorithm:
    return _Algorithm(algorithm=_EC_PUBLIC_KEY, curve=_SM2_CURVE)


def _check(algorithm: _Algorithm) -> None:
    if (algorithm.algorithm, algorithm.curve) != (_EC_PUBLIC_KEY, _SM2_CURVE):
        raise ValueError("not the SM2 curve")
