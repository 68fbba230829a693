"""CreateHsm, DeleteHsm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.cloudhsmv2.shapes import hsm_shape
from kmsmock.cloudhsmv2.targets import cluster_named_by
from kmsmock.domain.automatic_backups import begin_backup, begin_daily_backups, latest_contents
from kmsmock.domain.backup import restore_into, restore_onto
from kmsmock.domain.cluster import Cluster
from kmsmock.domain.cluster_state import TAKES_HSMS
from kmsmock.domain.deed import deed
from kmsmock.domain.hsm import Hsm
from kmsmock.domain.network import NetworkProblem
from kmsmock.errors.cloudhsmv2 import (
    CloudHsmInvalidRequestException,
    CloudHsmResourceNotFoundException,
)
from kmsmock.operation import operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_cloudhsmv2.type_defs import (
        CreateHsmRequestTypeDef,
        CreateHsmResponseTypeDef,
        DeleteHsmRequestTypeDef,
        DeleteHsmResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.backup import Contents
    from kmsmock.domain.network import Subnet
    from kmsmock.domain.region import Region
    from kmsmock.world import World


@operation(
    "cloudhsmv2",
    "CreateHsm",
    cluster_named_by("ClusterId", "cloudhsm:CreateHsm", TAKES_HSMS),
)
def create_hsm(
    call: Call, request: CreateHsmRequestTypeDef, cluster: Cluster
) -> CreateHsmResponseTypeDef:
    """Make an HSM in one of the cluster's zones; it is ACTIVE from the next call on.

    To an ACTIVE cluster's HSMs it comes with a backup of them; to a cluster that has none left
    with the latest backup, which is then what the cluster holds.
    """
    _require_room(cluster)
    subnet, address = _take_place(cluster, request)
    randomness = call.world.randomness
    hsm = Hsm(
        f"hsm-{randomness.base32(11)}",
        cluster.cluster_id,
        subnet,
        f"eni-{randomness.hex(17)}",
        address,
        # Of the block that RFC 3849 keeps for documentation.
        f"2001:db8::{randomness.hex(4)}" if cluster.network_type == "DUALSTACK" else None,
        cluster.hsm_type,
    )
    hsm.to_restore = _stored_for_new_hsm(call, cluster)
    cluster.begin_hsm_creation(hsm)
    end = _finish_creation.on(call.region, cluster.cluster_id, hsm.hsm_id)
    call.world.begin("hsm creation", call.now, end)
    reply: CreateHsmResponseTypeDef = call.new_reply()
    reply["Hsm"] = hsm_shape(hsm)
    return reply


@deed("hsm creation")
def _finish_creation(
    world: World, region: Region, at: datetime, cluster_id: str, hsm_id: str
) -> None:
    from kmsmock.domain.hsm_certificates import certify

    cluster = region.clusters[cluster_id]
    hsm = cluster.hsms.get(hsm_id)
    if hsm is None or hsm.state != "CREATE_IN_PROGRESS":
        return
    stored, hsm.to_restore = hsm.to_restore, None
    if stored is not None:
        restore_onto(cluster, hsm, stored)
    if cluster.finish_hsm_creation(hsm, lambda: certify(cluster.number, at, world.randomness)):
        begin_daily_backups(region, cluster, world, at)


def _require_room(cluster: Cluster) -> None:
    """Refuse a second HSM before activation, and one for which there is nothing to hold."""
    if cluster.state in ("UNINITIALIZED", "INITIALIZED") and cluster.hsms:
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' already contains an HSM but has not yet been fully "
            "activated"
        )
    if cluster.state == "ACTIVE" and cluster.holds_nothing and latest_contents(cluster) is None:
        # Assumed: an HSM of an activated cluster that has neither another HSM nor a backup cannot
        # be made, as nothing could go onto it. The text is assumed.
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' has no backup from which its HSM could be restored."
        )


def _take_place(cluster: Cluster, request: CreateHsmRequestTypeDef) -> tuple[Subnet, str]:
    """Find the HSM's subnet, and take an address of it."""
    zone = request["AvailabilityZone"]
    subnet = cluster.subnets_by_zone.get(zone)
    if subnet is None:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(
            f"Cluster '{cluster.cluster_id}' has no subnet in Availability Zone '{zone}'."
        )
    try:
        return subnet, subnet.take_address(request.get("IpAddress"))
    except NetworkProblem as problem:
        raise CloudHsmInvalidRequestException(str(problem)) from None


def _stored_for_new_hsm(call: Call, cluster: Cluster) -> Contents | None:
    """Give what goes onto a new HSM of an ACTIVE cluster: a backup of now, or the latest one."""
    if cluster.state != "ACTIVE":
        return None
    if cluster.active_hsms():
        return begin_backup(call.region, cluster, call.world, call.now).contents
    stored = latest_contents(cluster)
    if cluster.holds_nothing and stored is not None:
        restore_into(cluster, stored)
    return stored


SELECTORS: dict[str, Callable[[Hsm], str]] = {
    "HsmId": lambda hsm: hsm.hsm_id,
    "EniId": lambda hsm: hsm.eni_id,
    "EniIp": lambda hsm: hsm.eni_ip,
}
"""The members of DeleteHsm that name an HSM -> what they name it by."""


@operation(
    "cloudhsmv2",
    "DeleteHsm",
    cluster_named_by("ClusterId", "cloudhsm:DeleteHsm", TAKES_HSMS),
)
def delete_hsm(
    call: Call, request: DeleteHsmRequestTypeDef, cluster: Cluster
) -> DeleteHsmResponseTypeDef:
    """Delete the HSM that exactly one of its id, its interface's id or its address names.

    A backup is made before it goes, if any HSM of the cluster answers.
    """
    given = {name: value for name, value in request.items() if name in SELECTORS}
    if len(given) != 1:
        # The text is assumed.
        raise CloudHsmInvalidRequestException(
            "Specify exactly one of HsmId, EniId and EniIp to name the HSM."
        )
    ((selector, value),) = given.items()
    hsm = next((hsm for hsm in cluster.hsms.values() if SELECTORS[selector](hsm) == value), None)
    if hsm is None or hsm.state == "DELETE_IN_PROGRESS":
        # The text is assumed.
        raise CloudHsmResourceNotFoundException(
            f"HSM '{value}' does not exist in cluster '{cluster.cluster_id}'."
        )
    if cluster.state == "ACTIVE" and cluster.active_hsms():
        begin_backup(call.region, cluster, call.world, call.now)
    cluster.begin_hsm_deletion(hsm)
    end = _finish_deletion.on(call.region, cluster.cluster_id, hsm.hsm_id)
    call.world.begin("hsm deletion", call.now, end)
    reply: DeleteHsmResponseTypeDef = call.new_reply()
    reply["HsmId"] = hsm.hsm_id
    return reply


@deed("hsm deletion")
def _finish_deletion(
    _world: World, region: Region, _at: datetime, cluster_id: str, hsm_id: str
) -> None:
    cluster = region.clusters[cluster_id]
    hsm = cluster.hsms.get(hsm_id)
    if hsm is not None:
        cluster.finish_hsm_deletion(hsm)
