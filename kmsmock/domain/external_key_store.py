"""A key store of type EXTERNAL_KEY_STORE: keys that stay with a key manager outside AWS.

Every use of such a key goes to the manager's proxy. Rules: custom-key-stores.md section 8,
xks-proxy.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from kmsmock.crypto.ciphertext import pack_outer, unpack_outer
from kmsmock.crypto.exceptions import Unreadable
from kmsmock.domain.custom_key_store import CustomKeyStore, KeyStoreType
from kmsmock.domain.external_proxy import (
    INVALID_INNER_CIPHERTEXT,
    MOST_ASSOCIATED_DATA,
    Proxy,
    ProxyConfiguration,
    ProxyFailure,
)
from kmsmock.errors.kms import (
    CustomKeyStoreInvalidStateException,
    KMSInvalidStateException,
    XksKeyAlreadyInUseException,
    XksKeyInvalidConfigurationException,
)

if TYPE_CHECKING:
    from kmsmock.domain.key import Key
    from kmsmock.domain.key_material import KeyMaterial
    from kmsmock.domain.vpc_endpoint_service import VpcEndpointService

NOT_CONNECTED = (
    "This KMS key is in a custom key store that is not connected to its external key store proxy. "
    "Connect the external key store and try the request again."
)


@dataclass(slots=True, eq=False, kw_only=True)
class ExternalKeyStore(CustomKeyStore):
    """A key store of type EXTERNAL_KEY_STORE.

    Attributes:
        external_key_ids: the external keys that are a KMS key's here.
    """

    store_type: ClassVar[KeyStoreType] = "EXTERNAL_KEY_STORE"
    unavailable: ClassVar[str] = NOT_CONNECTED

    configuration: ProxyConfiguration
    external_key_ids: set[str] = field(default_factory=set)

    def finish_connecting(
        self, attempt: int, proxy: Proxy, service: VpcEndpointService | None
    ) -> None:
        """End in CONNECTED, or in FAILED with the reason (8.2).

        Args:
            service: the VPC endpoint service that the configuration names, if KMS finds it.
        """
        self._finish_connecting(attempt, lambda: self._obstacle(proxy, service))

    def require_usable_external_key(self, external_key_id: str, proxy: Proxy) -> None:
        """Refuse an external key that cannot be a new KMS key's (8.4).

        Assumed: of the checks of a new key in an external key store, asking the proxy is the last.

        Raises:
            CustomKeyStoreInvalidStateException: the store is not connected, or its proxy fails.
            XksKeyAlreadyInUseException: it is another KMS key's in this store.
            XksKeyInvalidConfigurationException: its spec, status or usage.
            XksKeyNotFoundException: the proxy does not know it.
        """
        if not self.connected:
            raise CustomKeyStoreInvalidStateException(NOT_CONNECTED)
        if external_key_id in self.external_key_ids:
            # The text is assumed.
            raise XksKeyAlreadyInUseException(
                f"External key {external_key_id} is already associated with another KMS key in "
                "this external key store."
            )
        try:
            key = proxy.describe_key(self.configuration, external_key_id)
        except ProxyFailure as failure:
            raise failure.in_key_creation() from None
        if key.spec != "AES_256":
            raise XksKeyInvalidConfigurationException(
                "The key spec of the external key must be AES_256. The key spec of specified "
                f"external key is {key.spec}."
            )
        if key.status != "ENABLED":
            raise XksKeyInvalidConfigurationException(
                "The status of the external key must be ENABLED. The status of specified external "
                f"key is {key.status}."
            )
        if not {"ENCRYPT", "DECRYPT"} <= set(key.usage):
            # Assumed: the error about an external key's usages has commas between several of them.
            raise XksKeyInvalidConfigurationException(
                "The key usage of the external key must include ENCRYPT and DECRYPT. The key use "
                f"of specified external key is {', '.join(key.usage)}."
            )

    def add_key(self, key: Key, external_key_id: str) -> None:
        """Tie a KMS key, with KMS's own material already in it, to an external key for good."""
        key.custom_key_store = self
        key.backing_key = external_key_id
        self.key_ids.add(key.key_id)
        self.external_key_ids.add(external_key_id)

    def sealer(self, key: Key, proxy: Proxy | None) -> DoubleSealer:
        """Give what encrypts twice: with KMS's own material, then with the external key."""
        assert proxy is not None
        return DoubleSealer(
            key.materials.current, key.backing_key, key.arn, self.configuration, proxy
        )

    def delete_backing_key(self, reference: str) -> bool:
        """Let another KMS key have the external key, which itself stays as it is (8.5)."""
        self.external_key_ids.discard(reference)
        return False

    def _fail_fast(self) -> None:
        """Let it begin: whatever may be wrong shows later."""

    def _leave(self) -> None:
        """Do nothing: KMS keeps no connection to a proxy."""

    def _obstacle(self, proxy: Proxy, service: VpcEndpointService | None) -> str | None:
        if self.configuration.connectivity == "VPC_ENDPOINT_SERVICE":
            if service is None:
                return "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"
            if service.unfit_for(self.configuration.endpoint) is not None:
                return "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"
        try:
            proxy.check_health(self.configuration)
        except ProxyFailure as failure:
            return failure.connection_code
        return None


@dataclass(frozen=True, slots=True)
class DoubleSealer:
    """Double encryption: KMS's own material inside, the external key outside.

    Attributes:
        material: KMS's own.
    """

    material: KeyMaterial
    external_key_id: str
    key_arn: str
    configuration: ProxyConfiguration
    proxy: Proxy

    def seal(self, nonce: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Encrypt; give all that is needed to decrypt.

        Raises:
            KMSInvalidStateException: the proxy fails.
        """
        inner = self.material.seal(nonce, plaintext, associated_data)
        bound = _within_limit(associated_data)
        try:
            outer = self.proxy.encrypt(
                self.configuration, self.external_key_id, self.key_arn, inner, bound
            )
        except ProxyFailure as failure:
            raise failure.in_use_of_key() from None
        return pack_outer(outer)

    def open(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """Decrypt what `seal` gave.

        Raises:
            KMSInvalidStateException: the proxy fails, or either layer was not sealed so.
        """
        bound = _within_limit(associated_data)
        try:
            outer = unpack_outer(sealed)
            inner = self.proxy.decrypt(
                self.configuration, self.external_key_id, self.key_arn, outer, bound
            )
            return self.material.open(nonce, inner, associated_data)
        except ProxyFailure as failure:
            raise failure.in_use_of_key() from None
        except Unreadable:
            raise KMSInvalidStateException(INVALID_INNER_CIPHERTEXT) from None


def _within_limit(associated_data: bytes) -> bytes:
    """Give what a proxy authenticates: all that the inner layer does, or its digest if too long.

    Assumed: an encryption context that is too long for a proxy is sent as its digest.
    """
    if len(associated_data) <= MOST_ASSOCIATED_DATA:
        return associated_data
    return hashlib.sha256(associated_data).digest()
