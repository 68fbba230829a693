"""Encryption under the public half of a key, by AWS's names: RSAES_OAEP_SHA_1, -256 and SM2PKE.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import rsa

if TYPE_CHECKING:
    from collections.abc import Callable

_SM2PKE: Final = "SM2PKE"
_SM2PKE_LONGEST: Final = 1024


def max_plaintext(spec: str, algorithm: str) -> int:
    """Return the most bytes that KMS encrypts under a key of AWS's KeySpec `spec`."""
    if algorithm == _SM2PKE:
        return _SM2PKE_LONGEST
    return rsa.max_plaintext(int(spec.removeprefix("RSA_")), algorithm)


def encrypt(
    key: bytes, algorithm: str, plaintext: bytes, random_bytes: Callable[[int], bytes]
) -> bytes:
    """Encrypt for a SubjectPublicKeyInfo or PKCS#8 DER key.

    Raises `ValueError` for more than `max_plaintext`, `InvalidKeyMaterial` for a key of another
    kind, `MissingExtra`.
    """
    if algorithm == _SM2PKE:
        from . import sm2

        return sm2.encrypt(key, plaintext, random_bytes)
    return rsa.encrypt(key, plaintext, algorithm)


def decrypt(pkcs8: bytes, algorithm: str, ciphertext: bytes) -> bytes:
    """Return what was encrypted, here or elsewhere.

    Raises `Unreadable` when it was for another key or with another algorithm,
    `InvalidKeyMaterial` for a key of another kind, `MissingExtra`.
    """
    if algorithm == _SM2PKE:
        from . import sm2

        return sm2.decrypt(pkcs8, ciphertext)
    return rsa.decrypt(pkcs8, ciphertext, algorithm)
