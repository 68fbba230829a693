"""CreateCluster, empty or from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.authorization.backup_policy import is_shared_with
from kmsmock.cloudhsmv2.cluster_choices import read_hsm_type, read_mode, read_retention_days
from kmsmock.cloudhsmv2.shapes import cluster_shape
from kmsmock.cloudhsmv2.tag_lists import read_tags
from kmsmock.cloudhsmv2.targets import denied, find_backup, not_found, require_backup_state
from kmsmock.domain.arn import parse_arn
from kmsmock.domain.backup import restore_into
from kmsmock.domain.cluster import Cluster
from kmsmock.domain.deed import deed
from kmsmock.domain.network import NetworkProblem
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.operation import operation

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_cloudhsmv2.type_defs import (
        CreateClusterRequestTypeDef,
        CreateClusterResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.backup import Backup, BackupStates
    from kmsmock.domain.cluster_state import HsmType, Mode
    from kmsmock.domain.region import Region
    from kmsmock.world import World

ACTION = "cloudhsm:CreateCluster"
READY: BackupStates = frozenset(("READY",))


@operation("cloudhsmv2", "CreateCluster")
def create_cluster(
    call: Call, request: CreateClusterRequestTypeDef
) -> CreateClusterResponseTypeDef:
    """Make a cluster without HSMs, UNINITIALIZED from the next call on.

    With a backup's users, keys and certificates it is INITIALIZED then, and ACTIVE with its first
    HSM.
    """
    hsm_type = read_hsm_type(request["HsmType"])
    mode = read_mode(hsm_type, request.get("Mode"))
    retention = read_retention_days(request.get("BackupRetentionPolicy"))
    tags = read_tags(request.get("TagList", []))
    backup = None
    if "SourceBackupId" in request:
        backup = _find_source(call, request["SourceBackupId"])
        require_backup_state(call, backup, READY)
        _require_fitting_hsms(backup, hsm_type, mode)
    network = call.region.network
    try:
        subnets = network.subnets_by_zone(request["SubnetIds"])
    except NetworkProblem as problem:
        raise CloudHsmInvalidRequestException(str(problem)) from None
    randomness = call.world.randomness
    cluster_id = f"cluster-{randomness.base32(11)}"
    cluster = Cluster(
        cluster_id,
        call.region.account_id,
        call.region.name,
        len(call.region.clusters),
        call.now,
        hsm_type,
        mode,
        request.get("NetworkType", "IPV4"),
        network.vpc_id,
        subnets,
        network.add_security_group(f"sg-{randomness.hex(17)}", f"cloudhsm-cluster-{cluster_id}-sg"),
        # Assumed: a cluster whose administrator comes from a backup shows no first password.
        randomness.base32(20) if backup is None else None,
        retention,
        tags,
    )
    if backup is not None:
        cluster.source_backup_id = backup.backup_id
        restore_into(cluster, backup.require_contents())
    call.region.clusters[cluster_id] = cluster
    call.world.begin("cluster creation", call.now, _finish_creation.on(call.region, cluster_id))
    reply: CreateClusterResponseTypeDef = call.new_reply()
    reply["Cluster"] = cluster_shape(cluster)
    return reply


@deed("cluster creation")
def _finish_creation(_world: World, region: Region, _at: datetime, cluster_id: str) -> None:
    region.clusters[cluster_id].finish_creation()


def _find_source(call: Call, named: str) -> Backup:
    """Find a backup by its id or ARN; another account's by its ARN, if it is shared.

    Raises:
        CloudHsmResourceNotFoundException: there is none in the Region. Assumed: CreateCluster takes
            no backup of another Region, which must be copied first.
        CloudHsmAccessDeniedException: it is not shared with the caller, or is not there.
    """
    arn = parse_arn(named)
    if arn is None:
        return find_backup(call.region, named)
    backup_id = arn.resource.partition("/")[2]
    if arn.region != call.region.name:
        raise not_found(f"Backup '{named}'")
    if arn.account == call.caller.account_id:
        return find_backup(call.region, backup_id)
    owner = call.world.accounts.get(arn.account)
    region = owner and owner.regions.get(arn.region)
    backup = region and region.backups.get(backup_id)
    if not backup or not is_shared_with(backup, call.caller, ACTION):
        raise denied(call, ACTION)
    return backup


def _require_fitting_hsms(backup: Backup, hsm_type: HsmType, mode: Mode) -> None:
    """Refuse HSMs onto which the backup does not go: of another mode, or older ones.

    Assumed: backups of an hsm2m.medium cluster do not go onto an hsm1.medium. The texts are
    assumed.
    """
    if mode != backup.mode:
        raise CloudHsmInvalidRequestException(
            f"Backup '{backup.backup_id}' of mode {backup.mode} cannot be restored in mode {mode}."
        )
    if (backup.hsm_type, hsm_type) == ("hsm2m.medium", "hsm1.medium"):
        raise CloudHsmInvalidRequestException(
            f"Backup '{backup.backup_id}' of type {backup.hsm_type} cannot be restored to "
            f"{hsm_type}."
        )
