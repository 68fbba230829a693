"""What events tell of custom key stores.

The forms are those of https://docs.aws.amazon.com/kms/latest/developerguide/ct-deletekey.html and
its neighbours: lists of backing keys are texts with JSON in them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore

if TYPE_CHECKING:
    from kmsmock.controls.record import Members
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.key import Key


def store_data(store: CustomKeyStore) -> Members:
    """Tell which store it is, and its cluster."""
    data = (("customKeyStoreId", store.store_id),)
    if isinstance(store, CloudHsmKeyStore):
        return (*data, ("clusterId", store.cluster_id))
    return data


def backing_key_data(store: CustomKeyStore, key: Key) -> Members:
    """Tell where the material of a new key is."""
    if not isinstance(store, CloudHsmKeyStore):
        return store_data(store)
    return (*store_data(store), ("backingKey", json.dumps(backing_key(store, key))))


def deletion_data(store: CustomKeyStore, backing: dict[str, str], *, went: bool) -> Members:
    """Tell whether the material of a deleted key could be deleted with it.

    Args:
        backing: what `backing_key` gave before.
    """
    if not isinstance(store, CloudHsmKeyStore):
        return store_data(store)
    status = backing | {"deletionStatus": "SUCCESS" if went else "FAILURE"}
    return (
        *store_data(store),
        ("backingKeys", json.dumps([backing])),
        ("backingKeysDeletionStatus", json.dumps([status])),
    )


def backing_key(store: CustomKeyStore, key: Key) -> dict[str, str]:
    """Name a key's material in the cluster by its handle and, if it is there, its id."""
    named = {"keyHandle": key.backing_key}
    cluster = store.clusters.get(store.cluster_id) if isinstance(store, CloudHsmKeyStore) else None
    if cluster is not None and key.backing_key in cluster.keys:
        named["backingKeyId"] = cluster.keys[key.backing_key].id
    return named
