"""The backups that AWS makes by itself, and how long it keeps them.

Nobody can ask for one: they are made when a cluster is activated, when an HSM comes or goes, and
each day (cloudhsmv2.md section 5). All that happens by time is work that falls due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from kmsmock.domain.backup import Backup, Contents, contents_of
from kmsmock.domain.cluster_state import GONE
from kmsmock.domain.deed import Deed, deed

if TYPE_CHECKING:
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.region import Region

DAY = timedelta(days=1)
RESTORABLE_FOR = timedelta(days=7)


class Randomness(Protocol):
    """The source of ids."""

    def base32(self, length: int) -> str:
        """Give `length` random characters a-z and 2-7."""


class Timetable(Protocol):
    """The world, as far as backups need it."""

    @property
    def randomness(self) -> Randomness:
        """The source of ids."""

    def begin(self, change: Literal["backup creation"], now: datetime, deed: Deed) -> None:
        """Have a slow change ended by its deed."""

    def do_after(self, now: datetime, delay: timedelta, deed: Deed) -> None:
        """Have work done once the delay is over."""


def begin_backup(region: Region, cluster: Cluster, timetable: Timetable, now: datetime) -> Backup:
    """Make a backup of what the cluster's HSMs hold now; it is READY a while later."""
    backup_id = f"backup-{timetable.randomness.base32(11)}"
    backup = Backup(
        backup_id,
        region.cloudhsm_arn(f"backup/{backup_id}"),
        cluster.account_id,
        cluster.cluster_id,
        now,
        cluster.hsm_type,
        cluster.mode,
        contents_of(cluster),
    )
    region.backups[backup_id] = backup
    cluster.backups.append(backup)
    timetable.begin("backup creation", now, _finish_backup.on(region, backup_id))
    look_when_too_old(region, backup, cluster, timetable, now)
    return backup


@deed("backup creation")
def _finish_backup(timetable: Timetable, region: Region, at: datetime, backup_id: str) -> None:
    backup = region.backups[backup_id]
    backup.finish_creation()
    _keep_retention(region, region.clusters[backup.cluster_id], timetable, at)


def begin_daily_backups(
    region: Region, cluster: Cluster, timetable: Timetable, now: datetime
) -> None:
    """Make the backup of a cluster that has become ACTIVE, and from then on one each day."""
    begin_backup(region, cluster, timetable, now)
    timetable.do_after(now, DAY, _back_up_daily.on(region, cluster.cluster_id))


@deed("daily backup")
def _back_up_daily(timetable: Timetable, region: Region, at: datetime, cluster_id: str) -> None:
    cluster = region.clusters[cluster_id]
    if cluster.state in GONE:
        return
    if cluster.active_hsms():
        begin_backup(region, cluster, timetable, at)
    timetable.do_after(at, DAY, _back_up_daily.on(region, cluster_id))


def latest_contents(cluster: Cluster) -> Contents | None:
    """Give what the latest backup holds that is READY or soon will be; None without one."""
    for backup in reversed(cluster.backups):
        if backup.state in ("READY", "CREATE_IN_PROGRESS"):
            return backup.contents
    return None


def cluster_of(region: Region, backup: Backup) -> Cluster | None:
    """Give the cluster whose retention a backup is under; a copy's is in another Region."""
    return None if backup.source is not None else region.clusters.get(backup.cluster_id)


def begin_deletion(region: Region, backup: Backup, timetable: Timetable, now: datetime) -> None:
    """Leave a backup restorable for seven days, and delete it then."""
    backup.begin_deletion(now + RESTORABLE_FOR)
    timetable.do_after(now, RESTORABLE_FOR, _finish_deletion.on(region, backup.backup_id))


@deed("backup deletion")
def _finish_deletion(_timetable: Timetable, region: Region, at: datetime, backup_id: str) -> None:
    backup = region.backups[backup_id]
    cluster = cluster_of(region, backup)
    if backup.finish_deletion(at) and cluster is not None:
        cluster.backups.remove(backup)


def look_when_too_old(
    region: Region, backup: Backup, cluster: Cluster, timetable: Timetable, now: datetime
) -> None:
    """Have the retention looked at when this backup will be too old for it."""
    end = backup.created + timedelta(days=cluster.backup_retention_days)
    look = _look_at_retention.on(region, cluster.cluster_id)
    timetable.do_after(now, max(end - now, timedelta()), look)


@deed("end of backup retention")
def _look_at_retention(timetable: Timetable, region: Region, at: datetime, cluster_id: str) -> None:
    _keep_retention(region, region.clusters[cluster_id], timetable, at)


def _keep_retention(region: Region, cluster: Cluster, timetable: Timetable, now: datetime) -> None:
    """Remove the backups that are too old, but never the last one that is READY.

    A cluster has at most one backup for each of its days and changes; oldest first, the first that
    is young enough ends the look.
    """
    ready = [backup for backup in cluster.backups if backup.state == "READY"]
    kept = timedelta(days=cluster.backup_retention_days)
    for backup in ready[:-1]:
        if backup.created + kept > now:
            return
        if not backup.never_expires:
            begin_deletion(region, backup, timetable, now)
