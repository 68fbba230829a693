"""Custom key stores: CreateCustomKeyStore, DescribeCustomKeyStores, UpdateCustomKeyStore,
DeleteCustomKeyStore, ConnectCustomKeyStore and DisconnectCustomKeyStore.

What depends on the type is in cloudhsm_key_stores and external_key_stores. Rules and their order:
custom-key-stores.md, sections 2.1, 4, 6 and 7.
"""  # noqa: D205 - the first sentence is the list of operations

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.deed import deed
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.index import Index
from kmsmock.errors import ValidationException
from kmsmock.errors.kms import CustomKeyStoreHasCMKsException, CustomKeyStoreNotFoundException
from kmsmock.kms import cloudhsm_key_stores, external_key_stores
from kmsmock.kms.key_store_checks import require_connection_state
from kmsmock.kms.pages import page
from kmsmock.kms.shapes import key_store_entry
from kmsmock.kms.targets import KeyStoreTarget, find_key_store
from kmsmock.operation import operation

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import (
        ConnectCustomKeyStoreRequestTypeDef,
        CreateCustomKeyStoreRequestTypeDef,
        CreateCustomKeyStoreResponseTypeDef,
        DeleteCustomKeyStoreRequestTypeDef,
        DescribeCustomKeyStoresRequestTypeDef,
        DescribeCustomKeyStoresResponseTypeDef,
        DisconnectCustomKeyStoreRequestTypeDef,
        UpdateCustomKeyStoreRequestTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.region import Region
    from kmsmock.world import World

PASSWORD_LENGTH = 32
"""Characters of the passwords that KMS gives to kmsuser; CloudHSM takes 7 to 32."""


@operation("kms", "CreateCustomKeyStore")
def create_custom_key_store(
    call: Call, request: CreateCustomKeyStoreRequestTypeDef
) -> CreateCustomKeyStoreResponseTypeDef:
    """Tie a key store to a cluster or a proxy; it begins DISCONNECTED."""
    store: CustomKeyStore
    if request.get("CustomKeyStoreType") == "EXTERNAL_KEY_STORE":
        store = external_key_stores.create(call, request)
    else:
        store = cloudhsm_key_stores.create(call, request)
    call.region.key_stores[store.store_id] = store
    reply: CreateCustomKeyStoreResponseTypeDef = call.new_reply()
    reply["CustomKeyStoreId"] = store.store_id
    return reply


@operation("kms", "DescribeCustomKeyStores")
def describe_custom_key_stores(
    call: Call, request: DescribeCustomKeyStoresRequestTypeDef
) -> DescribeCustomKeyStoresResponseTypeDef:
    """List all key stores of the account and Region, or the one named by id or by name."""
    stores = call.region.key_stores
    if "CustomKeyStoreId" in request and "CustomKeyStoreName" in request:
        # The text is assumed.
        raise ValidationException(
            "You can specify CustomKeyStoreId or CustomKeyStoreName, but not both."
        )
    if "CustomKeyStoreId" in request:
        stores = _only(find_key_store(call.region, request["CustomKeyStoreId"]))
    elif "CustomKeyStoreName" in request:
        stores = _only(_find_by_name(call.region, request["CustomKeyStoreName"]))
    found, marker = page(stores, call.request, default=100, of="DescribeCustomKeyStores")
    reply: DescribeCustomKeyStoresResponseTypeDef = call.new_reply()
    reply["CustomKeyStores"] = [key_store_entry(store) for store in found]
    reply["Truncated"] = marker is not None
    if marker is not None:
        reply["NextMarker"] = marker
    return reply


def _only(store: CustomKeyStore) -> Index[CustomKeyStore]:
    stores: Index[CustomKeyStore] = Index()
    stores[store.store_id] = store
    return stores


def _find_by_name(region: Region, name: str) -> CustomKeyStore:
    for store in region.key_stores:
        if store.name == name:
            return store
    # The text is assumed.
    raise CustomKeyStoreNotFoundException(f"Custom key store {name} is not found.")


@operation("kms", "UpdateCustomKeyStore", KeyStoreTarget("kms:UpdateCustomKeyStore"))
def update_custom_key_store(
    call: Call, request: UpdateCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Change a store's name, or how KMS reaches its cluster or proxy."""
    if isinstance(store, ExternalKeyStore):
        external_key_stores.update(call, request, store)
    else:
        assert isinstance(store, CloudHsmKeyStore)
        cloudhsm_key_stores.update(call, request, store)
    return {}


@operation("kms", "DeleteCustomKeyStore", KeyStoreTarget("kms:DeleteCustomKeyStore"))
def delete_custom_key_store(
    call: Call, _request: DeleteCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Forget a disconnected store that holds no keys; its cluster is free again."""
    require_connection_state(store, ("DISCONNECTED",))
    if store.key_ids:
        # The text is assumed.
        raise CustomKeyStoreHasCMKsException(
            f"Custom key store {store.store_id} contains {len(store.key_ids)} KMS keys."
        )
    del call.region.key_stores[store.store_id]
    return {}


@operation("kms", "ConnectCustomKeyStore", KeyStoreTarget("kms:ConnectCustomKeyStore"))
def connect_custom_key_store(
    call: Call, _request: ConnectCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Begin to connect a store; DescribeCustomKeyStores tells how it ends."""
    require_connection_state(store, ("DISCONNECTED", "CONNECTED", "CONNECTING"))
    if store.state != "DISCONNECTED":
        return {}
    attempt = store.begin_to_connect()
    if isinstance(store, ExternalKeyStore):
        end = external_key_stores.finish_connecting.on(
            call.region, store.store_id, attempt, call.request_id
        )
        call.world.begin("external key store connection", call.now, end)
    else:
        log_in = _finish_connecting.on(call.region, store.store_id, attempt)
        call.world.begin("key store connection", call.now, log_in)
    return {}


@deed("key store connection")
def _finish_connecting(
    world: World, region: Region, _at: datetime, store_id: str, attempt: int
) -> None:
    store = region.key_stores.get(store_id)
    if isinstance(store, CloudHsmKeyStore):
        store.finish_connecting(attempt, lambda: world.randomness.base32(PASSWORD_LENGTH))


@operation("kms", "DisconnectCustomKeyStore", KeyStoreTarget("kms:DisconnectCustomKeyStore"))
def disconnect_custom_key_store(
    call: Call, _request: DisconnectCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Begin to disconnect a store; its keys are unavailable from now on."""
    require_connection_state(store, ("CONNECTED", "CONNECTING", "FAILED"))
    attempt = store.begin_to_disconnect()
    end = _finish_disconnecting.on(call.region, store.store_id, attempt)
    call.world.begin("key store disconnection", call.now, end)
    return {}


@deed("key store disconnection")
def _finish_disconnecting(
    _world: World, region: Region, _at: datetime, store_id: str, attempt: int
) -> None:
    store = region.key_stores.get(store_id)
    if store is not None:
        store.finish_disconnecting(attempt)
