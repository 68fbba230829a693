"""Quotas meet calls: refusals of what comes too fast, or would be too much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kmsmock.controls.faults import TOO_FAST, planned_error
from kmsmock.controls.quotas import (
    ALSO_COUNTS_IN,
    KEY_STORE_OPERATIONS,
    Bucket,
    Quotas,
    family_of,
)
from kmsmock.domain.cluster_state import GONE
from kmsmock.domain.key import Key
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException

if TYPE_CHECKING:
    from kmsmock.call import Call


def require_room(call: Call, quotas: Quotas, resources: Sequence[Any]) -> None:
    """Refuse a call that is beyond a quota; where quotas are enforced.

    Raises:
        ThrottlingException: it comes too fast.
        CloudHsmInvalidRequestException: there would be too many clusters or HSMs. Code and text
            of what CloudHSM answers to more clusters or HSMs than its quotas allow are assumed.
    """
    if call.service == "kms":
        _require_rate(call, quotas, resources)
    elif call.operation == "CreateCluster":
        clusters = [it for it in call.region.clusters if it.state not in GONE]
        _require(len(clusters) < quotas.clusters, f"{quotas.clusters} clusters")
    elif call.operation == "CreateHsm":
        count = sum(len(cluster.hsms) for cluster in call.region.clusters)
        _require(count < quotas.hsms, f"{quotas.hsms} HSMs")
        here = max((len(it.hsms) for it in resources if hasattr(it, "hsms")), default=0)
        most = quotas.hsms_per_cluster
        _require(here < most, f"{most} HSMs in a cluster")


def _require_rate(call: Call, quotas: Quotas, resources: Sequence[Any]) -> None:
    if not quotas.admits(list(_counts_in(call, quotas, resources)), call.now):
        raise planned_error("ThrottlingException", 400, TOO_FAST["kms"])


def _counts_in(call: Call, quotas: Quotas, resources: Sequence[Any]) -> Iterator[Bucket]:
    """Give what a request counts in.

    Assumed: ReEncrypt counts in the quota of its source key alone.
    """
    key = next((resource for resource in resources if isinstance(resource, Key)), None)
    spec = str(call.request.get("KeyPairSpec") or (key.spec if key else ""))
    store_id = str(call.request.get("CustomKeyStoreId") or "")
    if key is not None and key.custom_key_store is not None:
        store_id = key.custom_key_store.store_id
    family = family_of(call.operation, spec, in_key_store=bool(store_id))
    here = Bucket(call.caller.account_id, call.region.name, family)
    yield here._replace(store_id=store_id) if family == KEY_STORE_OPERATIONS else here
    if call.operation != family and call.operation in quotas.rates:
        # A test's own quota of one operation, beside the one that it shares.
        yield here._replace(family=call.operation)
    member, families = ALSO_COUNTS_IN.get(call.operation, ("", ()))
    for family in families:
        yield here._replace(region=str(call.request[member]), family=family)


def _require(fits: bool, most: str) -> None:
    if not fits:
        raise CloudHsmInvalidRequestException(
            f"The account already has the maximum of {most} in this Region."
        )
