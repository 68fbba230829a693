"""Custom key stores in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmsmock.domain.cloudhsm_key_store import CloudHsmKeyStore
from kmsmock.domain.custom_key_store import ConnectionState
from kmsmock.domain.external_key_store import ExternalKeyStore
from kmsmock.domain.external_proxy import Connectivity, ProxyConfiguration
from kmsmock.saved_worlds.documents import CERTIFICATE
from kmsmock.saved_worlds.forms import (
    COUNT,
    MOMENT,
    TEXT,
    Damaged,
    Form,
    Json,
    literal,
    one_of,
    or_none,
    require_object,
)
from kmsmock.saved_worlds.records import Record, items_of, named

if TYPE_CHECKING:
    from kmsmock.domain.custom_key_store import CustomKeyStore
    from kmsmock.domain.region import Region

_BOTH = {
    "store_id": TEXT,
    "name": TEXT,
    "created": MOMENT,
    "state": literal(ConnectionState),
    "error_code": or_none(TEXT),
    "planned_error_code": or_none(TEXT),
    "attempts": COUNT,
}
_CONFIGURATION = Record(
    ProxyConfiguration,
    {
        "connectivity": literal(Connectivity),
        "endpoint": TEXT,
        "path": TEXT,
        "access_key_id": TEXT,
        "secret_access_key": TEXT,
        "service_name": or_none(TEXT),
        "service_owner": or_none(TEXT),
    },
)
_EXTERNAL = Record(
    ExternalKeyStore,
    {**_BOTH, "configuration": _CONFIGURATION.form},
    derived=("account_id", "key_ids", "external_key_ids"),
)
_TYPE = one_of(CloudHsmKeyStore.store_type, ExternalKeyStore.store_type)


def _cloudhsm(region: Region) -> Record[CloudHsmKeyStore]:
    clusters = named(region.clusters, lambda it: it.cluster_id, "cluster")

    def cluster_id(found: Json, where: str) -> str:
        known: str = clusters.read(found, where).cluster_id
        return known

    return Record(
        CloudHsmKeyStore,
        {
            **_BOTH,
            "cluster_id": Form(TEXT.write, cluster_id),
            "trust_anchor": CERTIFICATE,
            "password": TEXT,
        },
        derived=("account_id", "key_ids", "clusters"),
    )


def _records(region: Region) -> dict[str, tuple[Record[Any], dict[str, Any]]]:
    """Give, by type, the record of such stores and what is derived."""
    cloudhsm = {"account_id": region.account_id, "clusters": region.clusters}
    return {
        CloudHsmKeyStore.store_type: (_cloudhsm(region), cloudhsm),
        ExternalKeyStore.store_type: (_EXTERNAL, {"account_id": region.account_id}),
    }


def write_key_stores(region: Region) -> Json:
    """Give the key stores of a Region, in the order of their creation."""
    records = _records(region)
    return [
        {"type": store.store_type, **records[store.store_type][0].write(store)}
        for store in reversed(list(region.key_stores.newest()))
    ]


def read_key_stores(region: Region, found: Json, where: str) -> None:
    """Put key stores into their Region, whose clusters are there; keys come to them later.

    Raises:
        Damaged: one of them is none, is there twice, or stands on no cluster.
    """
    records = _records(region)
    for here, item in items_of(found, where):
        document = dict(require_object(item, here))
        record, derived = records[_TYPE.read(document.pop("type", None), f"{here}.type")]
        store: CustomKeyStore = record.read(document, here, **derived)
        if store.store_id in region.key_stores:
            raise Damaged(f"{here}.store_id", "is there already")
        region.key_stores[store.store_id] = store
