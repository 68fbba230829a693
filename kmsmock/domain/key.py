"""A KMS key, and what may happen to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from kmsmock.crypto.ciphertext import Ciphertext, Kind, open_blob, seal_blob
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.crypto.symmetric import NONCE_LENGTH
from kmsmock.domain.grant import Grants
from kmsmock.domain.key_material import KeyMaterials
from kmsmock.domain.key_spec import SYMMETRIC
from kmsmock.domain.key_state import LEAVING, KeyStates, require_state
from kmsmock.domain.rotation import Rotation
from kmsmock.errors.kms import InvalidCiphertextException, KMSInvalidStateException

if TYPE_CHECKING:
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.external_proxy import Proxy
    from kmsmock.domain.import_token import ImportToken
    from kmsmock.domain.key_material import KeyMaterial, MaterialState, Sealer
    from kmsmock.domain.key_state import KeyState
    from kmsmock.domain.last_usage import LastUsage
    from kmsmock.domain.multi_region import RelatedKeys


@dataclass(slots=True, eq=False)
class Key:
    """A KMS key.

    What is derived is not stored: the state follows from what has happened to the key, to its
    material and to its key store.

    Attributes:
        key_id: a UUID, or `mrk-` and 32 hex digits.
        manager: AWS for the keys that AWS services use, and their owner cannot change.
        enabled: what EnableKey and DisableKey switch.
        changing: a multi-Region key on its way: a new replica, or primaries that change places.
        deletion_window: what ScheduleKeyDeletion was asked for, while the key is leaving.
        deletion_date: when a key that is pending deletion will be gone; None for a primary that
            waits for its replicas to go first.
        policy: the key policy, as it was put; GetKeyPolicy writes it anew.
        tags: in the order in which the keys came; a new value keeps its key's place.
        aliases: the names of the aliases that stand for it.
        grants: the grants on it.
        materials: the key material that KMS holds; empty for a key in a CloudHSM key store.
        rotation: when the material changes.
        import_tokens: what GetParametersForImport gave out for it, the expired ones included.
        custom_key_store: the key store that keeps the material instead of KMS, or an external
            key's beside it.
        backing_key: how the key store names the material.
        related: the multi-Region keys that it is one of; None for a key of one Region.
        last_usage: its last successful cryptographic operation; each related key has its own.
    """

    key_id: str
    arn: str
    account_id: str
    region: str
    created: datetime
    spec: str
    usage: str
    origin: str
    description: str
    policy: str
    tags: dict[str, str]
    manager: Literal["CUSTOMER", "AWS"] = "CUSTOMER"
    enabled: bool = True
    changing: Literal["Creating", "Updating"] | None = None
    deletion_window: timedelta | None = None
    deletion_date: datetime | None = None
    aliases: set[str] = field(default_factory=set)
    grants: Grants = field(default_factory=Grants)
    materials: KeyMaterials = field(default_factory=KeyMaterials)
    rotation: Rotation = field(default_factory=Rotation)
    import_tokens: dict[bytes, ImportToken] = field(default_factory=dict)
    custom_key_store: CustomKeyStore | None = None
    backing_key: str = ""
    related: RelatedKeys | None = None
    last_usage: LastUsage | None = None

    @property
    def state(self) -> KeyState:
        """The state, as the table in key-states.md section 1 has it."""
        if self.deletion_window is not None:
            return "PendingReplicaDeletion" if self.deletion_date is None else "PendingDeletion"
        if self.changing is not None:
            return self.changing
        if self.custom_key_store is not None and not self.custom_key_store.connected:
            return "Unavailable"
        if self.origin == "EXTERNAL" and not self.materials.complete:
            return "PendingImport"
        return "Enabled" if self.enabled else "Disabled"

    def require_state(self, allowed: KeyStates) -> None:
        """Refuse to go on unless the key is in one of the allowed states.

        Raises:
            DisabledException: it is disabled.
            KMSInvalidStateException: any other state; the text names it.
        """
        state = self.state
        if state in allowed:
            return
        if state == "Unavailable" and allowed != LEAVING:
            assert self.custom_key_store is not None
            raise KMSInvalidStateException(self.custom_key_store.unavailable.format(arn=self.arn))
        require_state(self.arn, state, allowed)

    @property
    def is_primary(self) -> bool:
        """Whether it is a multi-Region key that can be replicated."""
        return self.related is not None and self.related.primary is self

    @property
    def is_replica(self) -> bool:
        """Whether it is a multi-Region key that follows another one."""
        return self.related is not None and self.related.primary is not self

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric encryption key."""
        return self.spec == SYMMETRIC

    @property
    def current_material_id(self) -> str | None:
        """What CurrentKeyMaterialId tells; symmetric keys of KMS's own or imported material.

        Assumed: a replica has CurrentKeyMaterialId from its first import on, as any key.
        """
        if not self.is_symmetric or self.materials.awaits_first_import:
            return None
        if self.custom_key_store is not None:
            return None
        return self.materials.current_id

    @property
    def secret(self) -> bytes:
        """The secret of an HMAC or asymmetric key (PKCS#8 DER) that is there."""
        materials = self.materials
        assert materials.current_id is not None
        secret = materials.by_id[materials.current_id].secret
        assert secret is not None  # A key without it is PendingImport.
        return secret

    def state_of_material(self, material: KeyMaterial) -> MaterialState:
        """Give the KeyMaterialState of one of its materials."""
        is_pending = material.material_id == self.materials.pending_id
        if is_pending and self.related and not self.related.everywhere(material.material_id):
            return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        return self.materials.state_of(material)

    def schedule_deletion(self, now: datetime, window: timedelta) -> datetime | None:
        """Begin the waiting period, which a primary's replicas hold up as long as there are any.

        Returns:
            The time at which the key will be gone; None while that depends on replicas.
        """
        self.deletion_window = window
        waits = self.is_primary and self.related is not None and bool(self.related.replicas)
        self.deletion_date = None if waits else now + window
        return self.deletion_date

    def delete_imported_material(self, material_id: str) -> None:
        """Delete imported material here.

        What waits for a rotation goes from a primary's replicas as well; a replica that deletes
        it can take it in again (DeleteImportedKeyMaterial in the model).
        """
        if self.is_replica:
            self.materials.empty(material_id)
            return
        if self.related is not None and material_id == self.materials.pending_id:
            self.related.forget_pending(material_id)
        self.materials.delete(material_id)

    def cancel_deletion(self) -> None:
        """End the waiting period; the key is disabled, whatever it was before."""
        self.deletion_window = None
        self.deletion_date = None
        self.enabled = False

    def seal(
        self,
        kind: Kind,
        plaintext: bytes,
        context: Mapping[str, str],
        random_bytes: Callable[[int], bytes],
        proxy: Proxy | None = None,
    ) -> bytes:
        """Encrypt under the current material of a symmetric key; give the ciphertext blob.

        Args:
            proxy: the way to the proxy, for a key that may be in an external key store.

        Raises:
            KMSInvalidStateException: the key store cannot use its material.
        """
        material_id = bytes.fromhex(self.current_material_id or "")
        return seal_blob(
            self._sealer(material_id, proxy).seal,
            kind=kind,
            key_id=self.key_id,
            material_id=material_id,
            nonce=random_bytes(NONCE_LENGTH),
            plaintext=plaintext,
            context=context,
        )

    def open(
        self, ciphertext: Ciphertext, context: Mapping[str, str], proxy: Proxy | None = None
    ) -> bytes:
        """Decrypt a blob of this key with the material that it names.

        Args:
            proxy: as for `seal`.

        Raises:
            InvalidCiphertextException: the blob or the context is not what was encrypted.
            KMSInvalidStateException: the key store cannot use its material.
        """
        sealer = self._sealer(ciphertext.material_id, proxy)
        try:
            return open_blob(sealer.open, ciphertext, context)
        except Unreadable:
            raise InvalidCiphertextException from None

    def _sealer(self, material_id: bytes, proxy: Proxy | None) -> Sealer:
        if self.custom_key_store is not None:
            return self.custom_key_store.sealer(self, proxy)
        material = self.materials.by_id.get(material_id.hex())
        if material is None:
            raise InvalidCiphertextException
        return material
