"""ML-KEM-512, the parameter set that `cryptography` leaves out: FIPS 203.

By kyber-py, through the extra `pqc`: pure Python, by authors of the scheme's analyses, tested
against NIST's vectors. It is not constant time, which matters to a real key and not to a test's.

A private key is its 64-byte seed in PKCS#8, a public key SubjectPublicKeyInfo (RFC 9935). All
lengths are fixed, so that the DER around them is two constants.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from . import extras
from .exceptions import InvalidKeyMaterial, Unreadable

SPEC: str = "ML_KEM_512"
"""AWS's KeySpec."""

_SEED_LENGTH: Final = 64
_PUBLIC_LENGTH: Final = 800
_CIPHERTEXT_LENGTH: Final = 768

# SEQUENCE { INTEGER 0, SEQUENCE { OID 2.16.840.1.101.3.4.4.1 }, OCTET STRING { [0] seed } }
_PKCS8: Final = bytes.fromhex("3054020100300b060960864801650304040104428040")
# SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.4.1 }, BIT STRING { key } }
_SPKI: Final = bytes.fromhex("30820332300b06096086480165030404010382032100")


def from_seed(seed: bytes) -> bytes:
    """Return PKCS#8 DER for a 64-byte seed (d, then z). Needs no extra.

    Raises `InvalidKeyMaterial` for another length.
    """
    if len(seed) != _SEED_LENGTH:
        raise InvalidKeyMaterial("an ML-KEM seed has 64 bytes")
    return _PKCS8 + seed


def is_key(key: bytes) -> bool:
    """Say whether DER, private or public, is an ML-KEM-512 key in the forms of this module."""
    return _is_private(key) or (key.startswith(_SPKI) and len(key) == len(_SPKI) + _PUBLIC_LENGTH)


def public_key(pkcs8: bytes) -> bytes:
    """Return SubjectPublicKeyInfo DER for a PKCS#8 DER key.

    Raises `InvalidKeyMaterial` when it is no ML-KEM-512 private key in the seed form,
    `MissingExtra` without kyber-py.
    """
    return _SPKI + _expanded(pkcs8)[0]


def encapsulate(key: bytes) -> tuple[bytes, bytes]:
    """Return (768 bytes of ciphertext, 32-byte secret), new each time.

    `key` is SubjectPublicKeyInfo or PKCS#8 DER. Raises `InvalidKeyMaterial`, `MissingExtra`.
    """
    public = (public_key(key) if _is_private(key) else key).removeprefix(_SPKI)
    try:
        secret, ciphertext = _library().encaps(public)
    except ValueError:
        raise InvalidKeyMaterial("not an ML-KEM-512 key") from None
    return ciphertext, secret


def decapsulate(pkcs8: bytes, ciphertext: bytes) -> bytes:
    """Return the 32-byte secret, a pseudo-random one for a ciphertext that is not this key's.

    Raises `Unreadable` for a ciphertext of another length than 768, `InvalidKeyMaterial`,
    `MissingExtra`.
    """
    if len(ciphertext) != _CIPHERTEXT_LENGTH:
        raise Unreadable
    secret: bytes = _library().decaps(_expanded(pkcs8)[1], ciphertext)
    return secret


def _is_private(key: bytes) -> bool:
    return key.startswith(_PKCS8) and len(key) == len(_PKCS8) + _SEED_LENGTH


@lru_cache(maxsize=64)
def _expanded(pkcs8: bytes) -> tuple[bytes, bytes]:
    if not _is_private(pkcs8):
        raise InvalidKeyMaterial("not an ML-KEM-512 private key in the seed form")
    keys: tuple[bytes, bytes] = _library().key_derive(pkcs8.removeprefix(_PKCS8))
    return keys


def _library() -> Any:
    return extras.load("kyber_py.ml_kem", extra="pqc", what=SPEC).ML_KEM_512
