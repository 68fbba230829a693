"""Backups in a file; what is in them stands apart, since several may hold the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmsmock.domain.automatic_backups import cluster_of
from kmsmock.domain.backup import Backup, BackupState, CopySource
from kmsmock.domain.cluster_state import HsmType, Mode
from kmsmock.saved_worlds.documents import POLICY
from kmsmock.saved_worlds.forms import FLAG, MOMENT, TEXT, Damaged, Json, literal, map_of, or_none
from kmsmock.saved_worlds.records import Record, items_of

if TYPE_CHECKING:
    from kmsmock.domain.region import Region
    from kmsmock.saved_worlds.hsm_memory import HsmMemory

_SOURCE = Record(CopySource, {"region_name": TEXT, "backup_id": TEXT, "copied": MOMENT})


def _backups(memory: HsmMemory) -> Record[Backup]:
    return Record(
        Backup,
        {
            "backup_id": TEXT,
            "cluster_id": TEXT,
            "created": MOMENT,
            "hsm_type": literal(HsmType),
            "mode": literal(Mode),
            "contents": or_none(memory.contents),
            "tags": map_of(TEXT),
            "source": or_none(_SOURCE.form),
            "state": literal(BackupState),
            "never_expires": FLAG,
            "delete_at": or_none(MOMENT),
            "policy": or_none(POLICY),
            "share_promoted": FLAG,
        },
        derived=("arn", "account_id"),
    )


def write_backups(region: Region, memory: HsmMemory) -> Json:
    """Give the backups of a Region, the deleted ones included, in the order of their creation."""
    record = _backups(memory)
    return [record.write(backup) for backup in reversed(list(region.backups.newest()))]


def read_backups(region: Region, memory: HsmMemory, found: Json, where: str) -> None:
    """Put backups into their Region and, but for copies, on the lists of their clusters.

    Raises:
        Damaged: one of them is none, is there twice, or is of no cluster.
    """
    record = _backups(memory)
    for here, item in items_of(found, where):
        members = record.read_members(item, here)
        arn = region.cloudhsm_arn(f"backup/{members['backup_id']}")
        backup = Backup(**members, arn=arn, account_id=region.account_id)
        if backup.backup_id in region.backups:
            raise Damaged(f"{here}.backup_id", "is there already")
        if (backup.contents is None) != (backup.state == "DELETED"):
            raise Damaged(f"{here}.contents", "must be there as long as the backup is not DELETED")
        if (backup.delete_at is None) == (backup.state == "PENDING_DELETION"):
            raise Damaged(f"{here}.delete_at", "must be there in PENDING_DELETION, and only then")
        cluster = cluster_of(region, backup)
        if backup.source is None and cluster is None:
            missing = f"{region.name} has no cluster {backup.cluster_id!r}"
            raise Damaged(f"{here}.cluster_id", missing)
        region.backups[backup.backup_id] = backup
        if cluster is not None and backup.state != "DELETED":
            cluster.backups.append(backup)
