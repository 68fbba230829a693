"""Key material on its way into KMS: wrapped under an RSA key, and unwrapped again.

https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-encrypt-key-material.html

- RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256: the material itself under RSA-OAEP.
- RSA_AES_KEY_WRAP_SHA_1, RSA_AES_KEY_WRAP_SHA_256: an AES-256 key under RSA-OAEP, followed by the
  material under that key with AES key wrap with padding (RFC 5649); PKCS #11 calls it
  CKM_RSA_AES_KEY_WRAP. For material too long for RSA.
- SM2PKE, in the China Regions, with the extra `sm2`.

A wrapping key is an ordinary one: `ready_rsa.ready_key` or `rsa.generate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import keywrap

from . import rsa
from .exceptions import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

_AES_KEY_LENGTH = 32


def wrap(
    key: bytes, algorithm: str, material: bytes, random_bytes: Callable[[int], bytes]
) -> bytes:
    """Wrap key material as a client does before ImportKeyMaterial.

    `key` is the wrapping key's SubjectPublicKeyInfo DER. `random_bytes` is asked for the 32
    bytes of the AES key, if there is one. Raises `ValueError` for material that RSA-OAEP
    cannot hold, or an unknown algorithm; as `sm2.encrypt` does for SM2PKE.
    """
    if algorithm == "SM2PKE":
        from . import sm2

        return sm2.encrypt(key, material, random_bytes)
    if algorithm.startswith("RSAES_OAEP_"):
        return rsa.encrypt(key, material, algorithm)
    oaep = _oaep_inside(algorithm)
    aes_key = random_bytes(_AES_KEY_LENGTH)
    wrapped = keywrap.aes_key_wrap_with_padding(aes_key, material)
    return rsa.encrypt(key, aes_key, oaep) + wrapped


def unwrap(pkcs8: bytes, algorithm: str, encrypted: bytes) -> bytes:
    """Return the key material that `wrap` was given.

    Raises `Unreadable` when it was not wrapped for this key with this algorithm,
    `ValueError` for an unknown algorithm, `MissingExtra` for SM2PKE without its library.
    """
    if algorithm == "SM2PKE":
        from . import sm2

        return sm2.decrypt(pkcs8, encrypted)
    if algorithm.startswith("RSAES_OAEP_"):
        return rsa.decrypt(pkcs8, encrypted, algorithm)
    oaep = _oaep_inside(algorithm)
    modulus_length = rsa.modulus_bits(pkcs8) // 8
    aes_key = rsa.decrypt(pkcs8, encrypted[:modulus_length], oaep)
    try:
        return keywrap.aes_key_unwrap_with_padding(aes_key, encrypted[modulus_length:])
    except (keywrap.InvalidUnwrap, ValueError):
        # ValueError: what RSA opened has not the length of an AES key.
        raise Unreadable from None


def _oaep_inside(algorithm: str) -> str:
    """RSA_AES_KEY_WRAP_SHA_256 → RSAES_OAEP_SHA_256."""
    prefix, _, hash_name = algorithm.partition("RSA_AES_KEY_WRAP_")
    if prefix or hash_name not in ("SHA_1", "SHA_256"):
        raise ValueError(f"{algorithm!r} is no wrapping algorithm")
    return f"RSAES_OAEP_{hash_name}"
