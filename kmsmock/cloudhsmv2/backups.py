"""CopyBackupToRegion, DeleteBackup, RestoreBackup, ModifyBackupAttributes, DescribeBackups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.authorization.backup_policy import is_shared_with
from kmsmock.cloudhsmv2.filters import last_of_page_before, read_filters
from kmsmock.cloudhsmv2.shapes import backup_shape
from kmsmock.cloudhsmv2.tag_lists import read_tags
from kmsmock.cloudhsmv2.targets import BackupTarget, not_found
from kmsmock.domain.automatic_backups import begin_deletion, cluster_of, look_when_too_old
from kmsmock.domain.backup import Backup, CopySource
from kmsmock.domain.deed import deed
from kmsmock.errors.cloudhsmv2 import CloudHsmInvalidRequestException
from kmsmock.operation import operation
from kmsmock.protocol.model import partition_of
from kmsmock.protocol.pagination import write_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mypy_boto3_cloudhsmv2.type_defs import (
        CopyBackupToRegionRequestTypeDef,
        CopyBackupToRegionResponseTypeDef,
        DeleteBackupRequestTypeDef,
        DeleteBackupResponseTypeDef,
        DescribeBackupsRequestTypeDef,
        DescribeBackupsResponseTypeDef,
        ModifyBackupAttributesRequestTypeDef,
        ModifyBackupAttributesResponseTypeDef,
        RestoreBackupRequestTypeDef,
        RestoreBackupResponseTypeDef,
    )

    from kmsmock.call import Call
    from kmsmock.domain.backup import BackupStates
    from kmsmock.domain.region import Region
    from kmsmock.world import World

READY: BackupStates = frozenset(("READY",))
PENDING: BackupStates = frozenset(("PENDING_DELETION",))
KEPT: BackupStates = frozenset(("CREATE_IN_PROGRESS", "READY"))
"""Assumed: ModifyBackupAttributes takes a backup that is being made, and none to be deleted."""

HIGHEST_PAGE = 50
"""Assumed: DescribeBackups without MaxResults gives as many as the model lets one ask for."""


@operation("cloudhsmv2", "CopyBackupToRegion", BackupTarget("cloudhsm:CopyBackupToRegion", READY))
def copy_backup_to_region(
    call: Call, request: CopyBackupToRegionRequestTypeDef, source: Backup
) -> CopyBackupToRegionResponseTypeDef:
    """Copy a backup to another Region, with its own tags or the source's."""
    name = request["DestinationRegion"]
    if name == call.region.name or partition_of(name) != call.region.partition:
        # Assumed: a backup cannot be copied within its Region. The text is assumed.
        raise CloudHsmInvalidRequestException(
            f"Backup '{source.backup_id}' cannot be copied from {call.region.name} to {name}."
        )
    tags = read_tags(request["TagList"]) if "TagList" in request else dict(source.tags)
    destination = call.world.region(source.account_id, name)
    backup_id = f"backup-{call.world.randomness.base32(11)}"
    copy = Backup(
        backup_id,
        destination.cloudhsm_arn(f"backup/{backup_id}"),
        source.account_id,
        source.cluster_id,
        source.created,
        source.hsm_type,
        source.mode,
        source.contents,
        tags,
        CopySource(call.region.name, source.backup_id, call.now),
    )
    destination.backups[backup_id] = copy
    call.world.begin("backup copy", call.now, _finish_copy.on(destination, backup_id))
    reply: CopyBackupToRegionResponseTypeDef = call.new_reply()
    reply["DestinationBackup"] = {
        "CreateTimestamp": copy.created,
        "SourceRegion": call.region.name,
        "SourceBackup": source.backup_id,
        "SourceCluster": source.cluster_id,
    }
    return reply


@deed("backup copy")
def _finish_copy(_world: World, region: Region, _at: datetime, backup_id: str) -> None:
    region.backups[backup_id].finish_creation()


@operation("cloudhsmv2", "DeleteBackup", BackupTarget("cloudhsm:DeleteBackup", READY))
def delete_backup(
    call: Call, _request: DeleteBackupRequestTypeDef, backup: Backup
) -> DeleteBackupResponseTypeDef:
    """Delete a backup in seven days; RestoreBackup takes it back before."""
    begin_deletion(call.region, backup, call.world, call.now)
    reply: DeleteBackupResponseTypeDef = call.new_reply()
    reply["Backup"] = backup_shape(backup)
    return reply


@operation("cloudhsmv2", "RestoreBackup", BackupTarget("cloudhsm:RestoreBackup", PENDING))
def restore_backup(
    call: Call, _request: RestoreBackupRequestTypeDef, backup: Backup
) -> RestoreBackupResponseTypeDef:
    """Take back the deletion of a backup.

    Assumed: a backup that its retention removed and that was restored is removed again with the
    cluster's next backup.
    """
    backup.restore()
    reply: RestoreBackupResponseTypeDef = call.new_reply()
    reply["Backup"] = backup_shape(backup)
    return reply


@operation(
    "cloudhsmv2",
    "ModifyBackupAttributes",
    BackupTarget("cloudhsm:ModifyBackupAttributes", KEPT),
)
def modify_backup_attributes(
    call: Call, request: ModifyBackupAttributesRequestTypeDef, backup: Backup
) -> ModifyBackupAttributesResponseTypeDef:
    """Exempt a backup from its cluster's retention, or subject it again."""
    backup.never_expires = request["NeverExpires"]
    cluster = cluster_of(call.region, backup)
    if cluster is not None and not backup.never_expires:
        look_when_too_old(call.region, backup, cluster, call.world, call.now)
    reply: ModifyBackupAttributesResponseTypeDef = call.new_reply()
    reply["Backup"] = backup_shape(backup)
    return reply


FILTERS: Mapping[str, Callable[[Backup], str | None]] = {
    "backupIds": lambda backup: backup.backup_id,
    "sourceBackupIds": lambda backup: backup.source.backup_id if backup.source else None,
    "clusterIds": lambda backup: backup.cluster_id,
    "states": lambda backup: backup.state,
    "neverExpires": lambda backup: "true" if backup.never_expires else "false",
}
"""Name of a filter -> what its values are compared with."""


@operation("cloudhsmv2", "DescribeBackups")
def describe_backups(
    call: Call, request: DescribeBackupsRequestTypeDef
) -> DescribeBackupsResponseTypeDef:
    """Describe the account's backups, or those shared with it, that fit every filter.

    Assumed: DescribeBackups gives the latest backup first, unless SortAscending is true.
    """
    asked = {
        # The model writes the values in lower case in one place and with a capital in another.
        name: [value.lower() for value in values] if name == "neverExpires" else values
        for name, values in request.get("Filters", {}).items()
    }
    fits = read_filters(asked, FILTERS)
    ascending = request.get("SortAscending", False)
    after = last_of_page_before(request.get("NextToken"), "backups")
    candidates = list(_shared(call) if request.get("Shared") else call.region.backups)
    _require_known(asked.get("backupIds", ()), candidates)
    fitting = sorted(filter(fits, candidates), key=_place, reverse=not ascending)
    if after:
        fitting = [
            backup
            for backup in fitting
            if (_place(backup) > after if ascending else _place(backup) < after)
        ]
    limit = request.get("MaxResults", HIGHEST_PAGE)
    reply: DescribeBackupsResponseTypeDef = call.new_reply()
    reply["Backups"] = [backup_shape(backup) for backup in fitting[:limit]]
    if len(fitting) > limit:
        reply["NextToken"] = write_marker(_place(fitting[limit - 1]), "backups")
    return reply


def _place(backup: Backup) -> str:
    """Give what backups are sorted by: the time, written so that texts sort as times do."""
    return f"{backup.created:%Y%m%d%H%M%S%f}/{backup.backup_id}"


def _require_known(backup_ids: Iterable[str], candidates: Iterable[Backup]) -> None:
    """Refuse ids that nobody knows.

    Assumed: DescribeBackups answers an unknown backup id in its filter with
    CloudHsmResourceNotFoundException, which it declares; DescribeClusters, which declares none,
    answers such ids with an empty list.
    """
    known = {backup.backup_id for backup in candidates}
    for backup_id in backup_ids:
        if backup_id not in known:
            raise not_found(f"Backup '{backup_id}'")


def _shared(call: Call) -> Iterable[Backup]:
    """Give the backups that other accounts share with the caller's by a standard RAM share."""
    for account_id, account in call.world.accounts.items():
        region = account.regions.get(call.region.name)
        if account_id == call.caller.account_id or region is None:
            continue
        for backup in region.backups:
            if backup.share_promoted and is_shared_with(
                backup, call.caller, "cloudhsm:DescribeBackups"
            ):
                yield backup
