"""Quotas meet calls: refusals of what comes too fast, or would be too much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kmsmock.controls.faults import TOO_FAST, planned_error
from kmsmock.controls.quotas import Quotas, family_of
from kmsmock.domain.cluster_state import GONE
from kmsmock.domain.key import Key
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException

if TYPE_CHECKING:
    from kmsmock.call import Call


def require_room(call: Call, quotas: Quotas, resources: Sequence[Any]) -> None:
    """Refuse a call that is beyond a quota.

    Raises:
        ThrottlingException: it comes too fast.
        CloudHsmInvalidRequestException: there would be too many clusters or HSMs; code and text
            are assumed.
    """
    if not quotas.enforced:
        return
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
    specs = [resource.spec for resource in resources if isinstance(resource, Key)]
    spec = str(call.request.get("KeyPairSpec") or (specs[0] if specs else ""))
    family = family_of(call.operation, spec)
    if not quotas.admits(call.caller.account_id, call.region.name, family, call.now):
        raise planned_error("ThrottlingException", 400, TOO_FAST["kms"])


def _require(fits: bool, most: str) -> None:
    if not fits:
        raise CloudHsmInvalidRequestException(
            f"The account already has the maximum of {most} in this Region."
        )
