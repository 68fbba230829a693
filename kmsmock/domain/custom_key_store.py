"""What custom key stores of both types have in common: a name, keys, and a connection.

Rules: custom-key-stores.md sections 1 and 4.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from kmsmock.domain.external_proxy import Proxy
    from kmsmock.domain.key import Key
    from kmsmock.domain.key_material import Sealer

ConnectionState = Literal["CONNECTED", "CONNECTING", "FAILED", "DISCONNECTED", "DISCONNECTING"]
KeyStoreType = Literal["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]


@dataclass(slots=True, eq=False, kw_only=True)
class CustomKeyStore(ABC):
    """A custom key store and its connection.

    Attributes:
        error_code: why connecting failed; only in FAILED.
        attempts: counts connecting and disconnecting, so that what was begun earlier and is
            overtaken does not end later.
        planned_error_code: how a test wants the connection that has begun to fail.
        key_ids: the KMS keys whose material is in the store.
    """

    store_type: ClassVar[KeyStoreType]
    """Also the Origin of its keys."""
    unavailable: ClassVar[str] = "{arn} is unavailable."
    """What a key answers while the store is not connected."""

    store_id: str
    account_id: str
    name: str
    created: datetime
    state: ConnectionState = "DISCONNECTED"
    error_code: str | None = None
    planned_error_code: str | None = None
    attempts: int = 0
    key_ids: set[str] = field(default_factory=set)

    @property
    def connected(self) -> bool:
        """Whether its keys can be used."""
        return self.state == "CONNECTED"

    @abstractmethod
    def sealer(self, key: Key, proxy: Proxy | None) -> Sealer:
        """Give what seals and opens with the material of a KMS key of the store.

        Args:
            proxy: the way to the proxy of an external key store, on behalf of the call.

        Raises:
            KMSInvalidStateException: the material cannot be used.
        """

    @abstractmethod
    def delete_backing_key(self, reference: str) -> bool:
        """Do with the material of a KMS key that is gone what the store does; tell if it went."""

    def begin_to_connect(self) -> int:
        """Leave DISCONNECTED for CONNECTING; what fails fast leaves the state as it is (4).

        Returns:
            The attempt, for the end of connecting.

        Raises:
            ServiceError: it failed fast.
        """
        self._fail_fast()
        self.state = "CONNECTING"
        self.attempts += 1
        return self.attempts

    def begin_to_disconnect(self) -> int:
        """Leave CONNECTED, CONNECTING or FAILED for DISCONNECTING."""
        self._leave()
        self.state = "DISCONNECTING"
        self.error_code = self.planned_error_code = None
        self.attempts += 1
        return self.attempts

    def finish_disconnecting(self, attempt: int) -> None:
        """End in DISCONNECTED."""
        if attempt == self.attempts and self.state == "DISCONNECTING":
            self.state = "DISCONNECTED"

    def _finish_connecting(self, attempt: int, connect: Callable[[], str | None]) -> None:
        """End in CONNECTED, or in FAILED with the error code that `connect` gives."""
        if attempt != self.attempts or self.state != "CONNECTING":
            return
        planned, self.planned_error_code = self.planned_error_code, None
        self.error_code = planned or connect()
        self.state = "CONNECTED" if self.error_code is None else "FAILED"

    @abstractmethod
    def _fail_fast(self) -> None:
        """Raise what ConnectCustomKeyStore itself answers."""

    @abstractmethod
    def _leave(self) -> None:
        """End what the store has open while it is connected."""
