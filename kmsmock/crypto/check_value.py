"""The check value of a symmetric key, by which people tell keys apart without seeing them.

PKCS #11 v3.0, section 4.10.2 (CKA_CHECK_VALUE).
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def check_value(key: bytes) -> bytes:
    """Give the first three bytes of a block of zeros, encrypted with an AES key in ECB mode."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - the definition
    return (encryptor.update(bytes(16)) + encryptor.finalize())[:3]
