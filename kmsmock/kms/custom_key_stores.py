"""Custom key stores: CreateCustomKeyStore, DescribeCustomKeyStores, UpdateCustomKeyStore,
DeleteCustomKeyStore, ConnectCustomKeyStore and DisconnectCustomKeyStore.

Rules and their order: custom-key-stores.md, sections 2.1, 4, 6 and 7.
"""  # noqa: D205 - the first sentence is the list of operations

from __future__ import annotations

import functools
from datetime import datetime
from typing import TYPE_CHECKING

from kmsmock.crypto.certificate_checks import same_certificate
from kmsmock.crypto.exceptions import CertificateProblem
from kmsmock.domain.custom_key_store import (
    CustomKeyStore,
    living_cluster,
    require_fit_for_key_store,
)
from kmsmock.domain.index import Index
from kmsmock.errors import NotImplementedByKmsmock, ValidationException
from kmsmock.errors.kms import (
    CloudHsmClusterInUseException,
    CloudHsmClusterNotFoundException,
    CloudHsmClusterNotRelatedException,
    CustomKeyStoreHasCMKsException,
    CustomKeyStoreInvalidStateException,
    CustomKeyStoreNameInUseException,
    CustomKeyStoreNotFoundException,
    IncorrectTrustAnchorException,
    LimitExceededException,
)
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
    from kmsmock.controls.randomness import Randomness
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.region import Region

STORES_PER_REGION = 10
PASSWORD_LENGTH = 32
"""Characters of the passwords that KMS gives to kmsuser; CloudHSM takes 7 to 32."""


@operation("kms", "CreateCustomKeyStore")
def create_custom_key_store(
    call: Call, request: CreateCustomKeyStoreRequestTypeDef
) -> CreateCustomKeyStoreResponseTypeDef:
    """Tie a key store to a cluster; it begins DISCONNECTED."""
    _require_cloudhsm_members(request)
    same = _same_disconnected_store(call.region, request)
    if same is None:
        same = _new_store(call, request)
        call.region.key_stores[same.store_id] = same
    reply: CreateCustomKeyStoreResponseTypeDef = call.new_reply()
    reply["CustomKeyStoreId"] = same.store_id
    return reply


def _require_cloudhsm_members(request: CreateCustomKeyStoreRequestTypeDef) -> None:
    """Ask for what a store of this type needs; the texts are assumed."""
    if request.get("CustomKeyStoreType", "AWS_CLOUDHSM") != "AWS_CLOUDHSM":
        raise NotImplementedByKmsmock(
            "kmsmock does not make key stores of type EXTERNAL_KEY_STORE yet"
        )
    for member in ("CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"):
        if member not in request:
            raise ValidationException(f"{member} is required for an AWS CloudHSM key store.")
    for member in request:
        if member.startswith("Xks"):
            raise ValidationException(f"{member} is not valid for an AWS CloudHSM key store.")


def _same_disconnected_store(
    region: Region, request: CreateCustomKeyStoreRequestTypeDef
) -> CustomKeyStore | None:
    """Find the store that an earlier request like this one made, if it is DISCONNECTED."""
    wanted = (
        request["CustomKeyStoreName"],
        request["CloudHsmClusterId"],
        request["KeyStorePassword"],
        request["TrustAnchorCertificate"],
    )
    for store in region.key_stores:
        if store.state == "DISCONNECTED" and wanted == (
            store.name,
            store.cluster_id,
            store.password,
            store.trust_anchor,
        ):
            return store
    return None


def _new_store(call: Call, request: CreateCustomKeyStoreRequestTypeDef) -> CustomKeyStore:
    region = call.region
    _require_free_name(region, request["CustomKeyStoreName"])
    if len(region.key_stores) >= STORES_PER_REGION:
        # The text is assumed.
        raise LimitExceededException(
            f"The account already has {STORES_PER_REGION} custom key stores in this Region."
        )
    cluster = _require_cluster(region, request["CloudHsmClusterId"])
    _require_free_cluster(region, cluster)
    require_fit_for_key_store(cluster)
    _require_trust_anchor(cluster, request["TrustAnchorCertificate"])
    return CustomKeyStore(
        store_id=f"cks-{call.world.randomness.hex(17)}",
        account_id=region.account_id,
        name=request["CustomKeyStoreName"],
        created=call.now,
        clusters=region.clusters,
        cluster_id=cluster.cluster_id,
        trust_anchor=request["TrustAnchorCertificate"],
        password=request["KeyStorePassword"],
    )


def _require_free_name(region: Region, name: str) -> None:
    if any(store.name == name for store in region.key_stores):
        # The text is assumed.
        raise CustomKeyStoreNameInUseException(f"Custom key store name {name} is in use.")


def _require_cluster(region: Region, cluster_id: str) -> Cluster:
    cluster = living_cluster(region.clusters, cluster_id)
    if cluster is None:
        # The text is assumed.
        raise CloudHsmClusterNotFoundException(f"CloudHSM cluster {cluster_id} is not found.")
    return cluster


def _require_free_cluster(region: Region, cluster: Cluster) -> None:
    """Refuse a cluster that serves a store, or whose backup history one that does shares."""
    for store in region.key_stores:
        other = region.clusters.get(store.cluster_id)
        if store.cluster_id == cluster.cluster_id or (
            other is not None and other.shares_backup_history_with(cluster)
        ):
            # The text is assumed.
            raise CloudHsmClusterInUseException(
                f"CloudHSM cluster {cluster.cluster_id} is in use by another custom key store."
            )


def _require_trust_anchor(cluster: Cluster, certificate: str) -> None:
    """Refuse another certificate than the cluster's issuer's, or a text that is none."""
    try:
        same = same_certificate(certificate, cluster.trust_anchor or "")
    except CertificateProblem:
        same = False
    if not same:
        # The text is assumed, and so is the error for a text that is no certificate.
        raise IncorrectTrustAnchorException(
            "The trust anchor certificate is not the one of the CloudHSM cluster."
        )


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
    """Change a store's name, its cluster, or the password by which KMS logs in."""
    only_name = not {"KeyStorePassword", "CloudHsmClusterId"} & request.keys()
    _require_state(store, ("CONNECTED", "DISCONNECTED") if only_name else ("DISCONNECTED",))
    for member in request:
        if member.startswith("Xks"):
            # The text is assumed.
            raise ValidationException(f"{member} is not valid for an AWS CloudHSM key store.")
    name = request.get("NewCustomKeyStoreName", store.name)
    if name != store.name:
        _require_free_name(call.region, name)
    if "CloudHsmClusterId" in request:
        _require_related_cluster(call.region, store, request["CloudHsmClusterId"])
    store.name = name
    store.cluster_id = request.get("CloudHsmClusterId", store.cluster_id)
    store.password = request.get("KeyStorePassword", store.password)
    return {}


def _require_related_cluster(region: Region, store: CustomKeyStore, cluster_id: str) -> None:
    cluster = _require_cluster(region, cluster_id)
    # A deleted cluster still tells its certificate, so that a store can move off it.
    present = region.clusters.get(store.cluster_id)
    if present is None or not present.shares_backup_history_with(cluster):
        # The text is assumed.
        raise CloudHsmClusterNotRelatedException(
            f"CloudHSM cluster {cluster_id} does not share the backup history of {store.cluster_id}"
        )
    require_fit_for_key_store(cluster)


@operation("kms", "DeleteCustomKeyStore", KeyStoreTarget("kms:DeleteCustomKeyStore"))
def delete_custom_key_store(
    call: Call, _request: DeleteCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Forget a disconnected store that holds no keys; its cluster is free again."""
    _require_state(store, ("DISCONNECTED",))
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
    """Begin to connect a store to its cluster; DescribeCustomKeyStores tells how it ends."""
    _require_state(store, ("DISCONNECTED", "CONNECTED", "CONNECTING"))
    if store.state == "DISCONNECTED":
        attempt = store.begin_to_connect()
        end = functools.partial(_finish_connecting, store, attempt, call.world.randomness)
        call.world.begin("key store connection", call.now, end)
    return {}


def _finish_connecting(
    store: CustomKeyStore, attempt: int, randomness: Randomness, _at: datetime
) -> None:
    store.finish_connecting(attempt, lambda: randomness.base32(PASSWORD_LENGTH))


@operation("kms", "DisconnectCustomKeyStore", KeyStoreTarget("kms:DisconnectCustomKeyStore"))
def disconnect_custom_key_store(
    call: Call, _request: DisconnectCustomKeyStoreRequestTypeDef, store: CustomKeyStore
) -> dict[str, object]:
    """Begin to disconnect a store; its keys are unavailable from now on."""
    _require_state(store, ("CONNECTED", "CONNECTING", "FAILED"))
    attempt = store.begin_to_disconnect()
    end = functools.partial(_finish_disconnecting, store, attempt)
    call.world.begin("key store disconnection", call.now, end)
    return {}


def _finish_disconnecting(store: CustomKeyStore, attempt: int, _at: datetime) -> None:
    store.finish_disconnecting(attempt)


def _require_state(store: CustomKeyStore, allowed: tuple[str, ...]) -> None:
    """Refuse a connection state; the text is assumed."""
    if store.state not in allowed:
        raise CustomKeyStoreInvalidStateException(
            f"Custom key store {store.store_id} is {store.state}; "
            f"it must be {' or '.join(allowed)}."
        )
