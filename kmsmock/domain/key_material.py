"""The secret part of a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kmsmock.crypto import symmetric


class Sealer(Protocol):
    """Something that seals and opens with a symmetric key of its own."""

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Give the ciphertext with its tag."""

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Give the plaintext, or raise `Unreadable`."""


@dataclass(slots=True)
class KeyMaterial:
    """Key material that KMS itself holds.

    Attributes:
        material_id: 64 hex digits; what KeyMaterialId tells.
        secret: the bytes of a symmetric or HMAC key, or a private key as PKCS#8 DER.
        cipher: what a symmetric key seals with: AES-256-GCM, or SM4-GCM in the China Regions.
    """

    material_id: str
    secret: bytes = field(repr=False)
    cipher: symmetric.CipherName = "AES"

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Give the ciphertext with its tag."""
        return symmetric.seal(self.secret, nonce, plaintext, associated_data, self.cipher)

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Give the plaintext, or raise `Unreadable`."""
        return symmetric.open_sealed(self.secret, nonce, sealed, associated_data, self.cipher)
