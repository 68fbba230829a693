"""What is checked of key stores of either type (custom-key-stores.md, sections 1, 2.1 and 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kmsmock.errors import ValidationException
from kmsmock.errors.kms import (
    CustomKeyStoreInvalidStateException,
    CustomKeyStoreNameInUseException,
    LimitExceededException,
)

if TYPE_CHECKING:
    from kmsmock.domain.custom_key_store import ConnectionState, CustomKeyStore
    from kmsmock.domain.region import Region

STORES_PER_REGION = 10


def require_members(request: Mapping[str, object], members: Iterable[str], kind: str) -> None:
    """Ask for what a store of a kind needs; the text is assumed."""
    for member in members:
        if member not in request:
            raise ValidationException(f"{member} is required for {kind}.")


def refuse_members(
    request: Mapping[str, object], beginnings: str | tuple[str, ...], kind: str
) -> None:
    """Refuse members that begin so, which stores of a kind do not have; the text is assumed."""
    for member in request:
        if member.startswith(beginnings):
            raise ValidationException(f"{member} is not valid for {kind}.")


def require_free_name(region: Region, name: str) -> None:
    """Refuse a name that another store has, of whatever type; the text is assumed."""
    if any(store.name == name for store in region.key_stores):
        raise CustomKeyStoreNameInUseException(f"Custom key store name {name} is in use.")


def require_room_for_store(region: Region) -> None:
    """Refuse one more store than an account may have in a Region; the text is assumed."""
    if len(region.key_stores) >= STORES_PER_REGION:
        raise LimitExceededException(
            f"The account already has {STORES_PER_REGION} custom key stores in this Region."
        )


def require_connection_state(store: CustomKeyStore, allowed: tuple[ConnectionState, ...]) -> None:
    """Refuse a connection state; the text is assumed."""
    if store.state not in allowed:
        raise CustomKeyStoreInvalidStateException(
            f"Custom key store {store.store_id} is {store.state}; "
            f"it must be {' or '.join(allowed)}."
        )
