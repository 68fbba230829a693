"""Elliptic curves: ECDSA (FIPS 186-5 section 6) and ECDH (NIST SP 800-56A, 5.7.1.2).

Curves and algorithms go by AWS's names: ECC_NIST_P256, -P384, -P521 and ECC_SECG_P256K1 (SEC 2);
ECDSA_SHA_256, -384, -512. https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import exceptions
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from .digests import signed_hash
from .exceptions import InvalidKeyMaterial, InvalidSignature
from .keys import load_others_public, load_private, load_public, private_der

if TYPE_CHECKING:
    from collections.abc import Callable

_CURVES: Final[dict[str, ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}
_DIGESTS: Final = {
    "ECDSA_SHA_256": hashlib.sha256,
    "ECDSA_SHA_384": hashlib.sha384,
    "ECDSA_SHA_512": hashlib.sha512,
}


def generate(spec: str, random_bytes: Callable[[int], bytes]) -> bytes:
    """Make a key on the curve of AWS's KeySpec `spec` from random bytes; return PKCS#8 DER.

    By testing candidates (FIPS 186-5, A.2.2), so the scalar is uniform in [1, n - 1] and
    the same bytes give the same key. `random_bytes` is asked for 32, 48 or 66 bytes, rarely
    more than once. Raises `KeyError` for another spec.
    """
    curve = _CURVES[spec]
    bits = curve.group_order.bit_length()
    length = (bits + 7) // 8
    while True:
        scalar = int.from_bytes(random_bytes(length), "big") >> (8 * length - bits)
        if 0 < scalar < curve.group_order:
            return private_der(ec.derive_private_key(scalar, curve))


def sign(
    pkcs8: bytes,
    algorithm: str,
    message: bytes,
    prehashed: bool = False,
    repeatable: bool = False,
) -> bytes:
    """Sign with ECDSA_SHA_256, -384 or -512; return the DER of (r, s), RFC 3279 section 2.2.3.

    With `prehashed` the message is its own digest already. Each signature is another one, as
    KMS's are; a `repeatable` one is deterministic (RFC 6979) where OpenSSL can. Raises
    `ValueError` for a digest of another length, `KeyError` for another algorithm,
    `InvalidKeyMaterial` when the key is no elliptic-curve private key.
    """
    # For a short message hashlib takes a third of the time of OpenSSL's way from message to digest.
    digest = message if prehashed else _DIGESTS[algorithm](message).digest()
    return _private(pkcs8).sign(digest, _ecdsa(algorithm, repeatable))


def verify(
    key: bytes, algorithm: str, message: bytes, signature: bytes, prehashed: bool = False
) -> None:
    """Check a DER signature against SubjectPublicKeyInfo or PKCS#8 DER.

    Raises `InvalidSignature`, `ValueError` for a digest of another length,
    `InvalidKeyMaterial` when it is no elliptic-curve key.
    """
    try:
        _public(key).verify(signature, message, ec.ECDSA(signed_hash(algorithm, prehashed)))
    except exceptions.InvalidSignature:
        raise InvalidSignature from None


def shared_secret(pkcs8: bytes, peer: bytes) -> bytes:
    """Return the ECDH secret with a peer's SubjectPublicKeyInfo DER: the raw x-coordinate.

    As many bytes as the field has: 32, 48 or 66, with leading zeros. Raises
    `InvalidKeyMaterial` when either is no elliptic-curve key, or the curves differ.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html
    """
    private, public = _private(pkcs8), load_others_public(peer)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise InvalidKeyMaterial("the public key is of another kind")
    if private.curve.name != public.curve.name:
        raise InvalidKeyMaterial("the public key is on another curve")
    return private.exchange(ec.ECDH(), public)


@lru_cache(maxsize=256)  # as `load_private`: asking of what kind a key is takes a while too
def _private(pkcs8: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_private(pkcs8)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InvalidKeyMaterial("not an elliptic-curve private key")
    return key


def _public(key: bytes) -> ec.EllipticCurvePublicKey:
    public = load_public(key)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise InvalidKeyMaterial("not an elliptic-curve key")
    return public


@lru_cache(maxsize=6)
def _ecdsa(algorithm: str, repeatable: bool) -> ec.ECDSA:
    of_digest = signed_hash(algorithm, prehashed=True)
    try:
        return ec.ECDSA(of_digest, deterministic_signing=repeatable)
    except UnsupportedAlgorithm:  # OpenSSL before 3.2, BoringSSL, LibreSSL
        return ec.ECDSA(of_digest)
