"""Keys as DER: read once, told apart, and the public half of each.

Private keys are PKCS#8 (RFC 5958), public keys SubjectPublicKeyInfo (RFC 5280 section 4.1).
Reading DER costs more than using it for elliptic curves, so what was read is kept for a while.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from . import ml_kem_512
from .exceptions import InvalidKeyMaterial

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

_KEPT: Final = 256

_CURVE_SPECS: Final = {
    "secp256r1": "ECC_NIST_P256",
    "secp384r1": "ECC_NIST_P384",
    "secp521r1": "ECC_NIST_P521",
    "secp256k1": "ECC_SECG_P256K1",
}
_SM2_CURVE_OID: Final = bytes.fromhex("06082a811ccf5501822d")
_ALGORITHM_ENDS: Final = 32
_RSA_BITS: Final = (2048, 3072, 4096)


@lru_cache(maxsize=_KEPT)
def load_private(pkcs8: bytes) -> PrivateKeyTypes:
    """Return the private key object for PKCS#8 DER.

    RSA keys are not checked for sense, because that takes as long as a hundred signatures;
    use `describe_private_key` first on a key from outside. Raises `InvalidKeyMaterial`.
    """
    try:
        return serialization.load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # TypeError: an encrypted PKCS#8, for which a password would be needed.
        raise InvalidKeyMaterial("not a PKCS#8 DER private key of a known kind") from None


@lru_cache(maxsize=_KEPT)
def load_public(key: bytes) -> PublicKeyTypes:
    """Return the public key object for SubjectPublicKeyInfo DER, or for PKCS#8 DER its public half.

    Raises `InvalidKeyMaterial`.
    """
    try:
        return load_others_public(key)
    except InvalidKeyMaterial:
        return load_private(key).public_key()


def load_others_public(spki: bytes) -> PublicKeyTypes:
    """Return the public key object for SubjectPublicKeyInfo DER, and for nothing else.

    For a key from outside. Raises `InvalidKeyMaterial`.
    """
    try:
        return serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidKeyMaterial("not a DER public key of a known kind") from None


def public_key(pkcs8: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo DER that belongs to a PKCS#8 DER private key.

    For every kind of key here: RSA, the NIST and SECG curves, Ed25519, ML-DSA, ML-KEM, SM2.
    Raises `InvalidKeyMaterial`; `MissingExtra` for ML_KEM_512 and SM2 without their libraries.
    """
    other = _not_by_cryptography(pkcs8)
    if other is not None:
        return other.public_key(pkcs8)
    return load_public(pkcs8).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def private_der(key: PrivateKeyTypes) -> bytes:
    """Return a private key object as PKCS#8 DER, unencrypted."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def describe_private_key(pkcs8: bytes) -> str:
    """Return AWS's KeySpec for a PKCS#8 DER private key: RSA_2048, ECC_NIST_P256, ML_DSA_44, ...

    The key is checked for sense. Raises `InvalidKeyMaterial` when it is no such key, or is of
    a kind or size that KMS has no spec for; `MissingExtra` for ML_KEM_512 and SM2 without
    their libraries.
    """
    if not _is_pkcs8(pkcs8):
        raise InvalidKeyMaterial("not PKCS#8 DER")
    other = _not_by_cryptography(pkcs8)
    if other is not None:
        other.public_key(pkcs8)
        return other.SPEC
    key = load_private(pkcs8)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size in _RSA_BITS:
        _check_rsa(key.private_numbers())
        return f"RSA_{key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVE_SPECS:
        return _CURVE_SPECS[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ECC_NIST_EDWARDS25519"
    from .post_quantum import spec_of

    return spec_of(key)


class _KeyModule(Protocol):
    """A module of keys that `cryptography` cannot read."""

    SPEC: str

    def public_key(self, pkcs8: bytes) -> bytes: ...


def _not_by_cryptography(pkcs8: bytes) -> _KeyModule | None:
    if ml_kem_512.is_key(pkcs8):
        return ml_kem_512
    # The OID of SM2's curve stands in the first bytes of a key; the module then reads it all.
    if _SM2_CURVE_OID in pkcs8[:_ALGORITHM_ENDS]:
        from . import sm2

        return sm2
    return None


def _is_pkcs8(der: bytes) -> bool:
    """Tell PKCS#8 from the older PKCS#1 and SEC 1, which `cryptography` reads as well.

    SEQUENCE { INTEGER version, SEQUENCE algorithm ...: the others have no sequence there.
    """
    start = 2 + (der[1] & 0x7F if der[1:2] >= b"\x80" else 0)
    return der[start : start + 2] == b"\x02\x01" and der[start + 3 : start + 4] == b"\x30"


def _check_rsa(numbers: rsa.RSAPrivateNumbers) -> None:
    """Check that the numbers belong together; that p and q are prime is believed.

    `cryptography` would test that too, for 40 to 250 ms. A key that was damaged or made up of
    two is found by less: RFC 8017 section 3.2.
    """
    p, q, public = numbers.p, numbers.q, numbers.public_numbers
    together = (
        min(p, q) > 1
        and p * q == public.n
        and public.e * numbers.d % (p - 1) == 1
        and public.e * numbers.d % (q - 1) == 1
        and numbers.dmp1 == numbers.d % (p - 1)
        and numbers.dmq1 == numbers.d % (q - 1)
        and numbers.iqmp * q % p == 1
    )
    if not together:
        raise InvalidKeyMaterial("an RSA private key whose numbers do not belong together")
