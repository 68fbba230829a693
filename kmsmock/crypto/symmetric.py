"""Sealing with a symmetric key: AES-256-GCM, and SM4-GCM for the China Regions.

NIST SP 800-38D (GCM), FIPS 197 (AES), GB/T 32907 with RFC 8998 section 2 (SM4-GCM).
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .exceptions import InvalidKeyMaterial, Unreadable

CipherName = Literal["AES", "SM4"]

NONCE_LENGTH: Final = 12
"""Bytes: the length for which GCM is defined without another hash (SP 800-38D, 5.2.1.1)."""

TAG_LENGTH: Final = 16
"""Bytes that sealing adds to the plaintext."""

KEY_LENGTHS: Final[dict[CipherName, int]] = {"AES": 32, "SM4": 16}
"""Bytes of key that each cipher takes."""


def seal(
    key: bytes,
    nonce: bytes,
    plaintext: bytes,
    associated_data: bytes,
    cipher: CipherName = "AES",
) -> bytes:
    """Encrypt and authenticate; return the ciphertext followed by its 16-byte tag.

    `key` has 32 bytes (AES) or 16 (SM4), `nonce` 12. The same nonce must never seal twice
    under one key; it is the caller's to choose.

    Raises `InvalidKeyMaterial` for a key of another length, `ValueError` for a nonce of
    another length.
    """
    _check_key(key, cipher)
    if len(nonce) != NONCE_LENGTH:
        raise ValueError(f"the nonce must have {NONCE_LENGTH} bytes, not {len(nonce)}")
    if cipher == "AES":
        return AESGCM(key).encrypt(nonce, plaintext, associated_data)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated_data)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def open_sealed(
    key: bytes,
    nonce: bytes,
    sealed: bytes,
    associated_data: bytes,
    cipher: CipherName = "AES",
) -> bytes:
    """Return the plaintext that `seal` was given.

    Raises `Unreadable` when key, nonce, sealed bytes or associated data are not the ones of
    sealing, `InvalidKeyMaterial` for a key of a length the cipher does not have.
    """
    _check_key(key, cipher)
    if len(nonce) != NONCE_LENGTH or len(sealed) < TAG_LENGTH:
        raise Unreadable
    try:
        if cipher == "AES":
            return AESGCM(key).decrypt(nonce, sealed, associated_data)
        tag = sealed[-TAG_LENGTH:]
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(sealed[:-TAG_LENGTH]) + decryptor.finalize()
    except InvalidTag:
        raise Unreadable from None


def _check_key(key: bytes, cipher: CipherName) -> None:
    if len(key) != KEY_LENGTHS[cipher]:
        raise InvalidKeyMaterial(
            f"{cipher} takes a key of {KEY_LENGTHS[cipher]} bytes, not {len(key)}"
        )
