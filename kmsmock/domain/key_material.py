"""The secret part of a key: its versions, which of them encrypts, which are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kmsmock.crypto import symmetric

RotationType = Literal["AUTOMATIC", "ON_DEMAND"]
MaterialState = Literal[
    "CURRENT", "NON_CURRENT", "PENDING_ROTATION", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
]


class Sealer(Protocol):
    """Something that seals and opens with a symmetric key of its own."""

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Give the ciphertext with its tag."""

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Give the plaintext, or raise `Unreadable`."""


@dataclass(slots=True, eq=False)
class KeyMaterial:
    """Key material that KMS itself holds.

    Attributes:
        material_id: 64 hex digits; what KeyMaterialId tells.
        secret: the bytes of a symmetric or HMAC key, or a private key as PKCS#8 DER; None while
            imported material is deleted or expired.
        cipher: what a symmetric key seals with: AES-256-GCM, or SM4-GCM in the China Regions.
        rotated: when it became current by a rotation; None for the first material.
        rotation: what kind of rotation that was.
        expires: when imported material is deleted; None if it is not.
        description: of imported material.
    """

    material_id: str
    secret: bytes | None = field(repr=False)
    cipher: symmetric.CipherName = "AES"
    rotated: datetime | None = None
    rotation: RotationType | None = None
    expires: datetime | None = None
    description: str | None = None

    def require_secret(self) -> bytes:
        """Give the secret of material that is there; a key without it is PendingImport."""
        assert self.secret is not None
        return self.secret

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Give the ciphertext with its tag."""
        return symmetric.seal(self.require_secret(), nonce, plaintext, associated_data, self.cipher)

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Give the plaintext, or raise `Unreadable`."""
        return symmetric.open_sealed(
            self.require_secret(), nonce, sealed, associated_data, self.cipher
        )


@dataclass(slots=True, eq=False)
class KeyMaterials:
    """All key material of a key; the related multi-Region keys of KMS's own material share one.

    Attributes:
        by_id: oldest first, the pending one included.
        current_id: the material that encrypts and signs; None before the first import.
        pending_id: imported material that waits for a rotation, and may still be replaced.
        awaits_first_import: a replica's, while all of it is known from the primary alone.
    """

    by_id: dict[str, KeyMaterial] = field(default_factory=dict)
    current_id: str | None = None
    pending_id: str | None = None
    awaits_first_import: bool = False

    @property
    def current(self) -> KeyMaterial:
        """The material that encrypts and signs."""
        assert self.current_id is not None
        return self.by_id[self.current_id]

    @property
    def complete(self) -> bool:
        """Whether there is material, and all that is associated for good is there."""
        return self.current_id is not None and all(
            material.secret is not None for material in self.permanent()
        )

    def permanent(self) -> Iterator[KeyMaterial]:
        """Give the materials that belong to the key for good, oldest first."""
        return (
            material for material in self.by_id.values() if material.material_id != self.pending_id
        )

    def state_of(self, material: KeyMaterial) -> MaterialState:
        """Give the KeyMaterialState of one of the materials."""
        if material.material_id == self.pending_id:
            return "PENDING_ROTATION"
        return "CURRENT" if material.material_id == self.current_id else "NON_CURRENT"

    @property
    def earliest_expiry(self) -> datetime | None:
        """When the first of the key's own materials expires; None if none does."""
        dates = [material.expires for material in self.permanent() if material.expires is not None]
        return min(dates, default=None)

    @property
    def any_present(self) -> bool:
        """Whether some material that belongs to the key for good is there."""
        return any(material.secret is not None for material in self.permanent())

    def add_pending(self, material: KeyMaterial) -> None:
        """Add imported material that waits for a rotation."""
        self.by_id[material.material_id] = material
        self.pending_id = material.material_id

    def delete(self, material_id: str) -> None:
        """Delete imported material.

        Its place stays, to be filled by the same material again; pending material leaves none.
        """
        if material_id == self.pending_id:
            self.pending_id = None
            del self.by_id[material_id]
        else:
            self.empty(material_id)

    def fill(self, material: KeyMaterial) -> KeyMaterial:
        """Import material again, or into a replica as it was imported into its primary."""
        place = self.by_id[material.material_id]
        place.secret = material.secret
        self.awaits_first_import = False
        return place

    def empty(self, material_id: str) -> None:
        """Delete imported material, even pending material, but keep its place."""
        self.by_id[material_id].secret = None
        self.by_id[material_id].expires = None

    def rotate_to(self, material: KeyMaterial, now: datetime, rotation: RotationType) -> None:
        """Let a rotation make material the current one."""
        material.rotated = now
        material.rotation = rotation
        self.make_current(material)

    def make_current(self, material: KeyMaterial) -> None:
        """Add material, or take the pending one, as the one that encrypts from now on."""
        self.by_id[material.material_id] = material
        self.current_id = material.material_id
        if self.pending_id == material.material_id:
            self.pending_id = None
