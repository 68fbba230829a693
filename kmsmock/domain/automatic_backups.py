"""The backups that AWS makes by itself, and how long it keeps them.

Nobody can ask for one: they are made when a cluster is activated, when an HSM comes or goes, and
each day (cloudhsmv2.md section 5). All that happens by time is work that falls due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from kmsmock.domain.backup import Backup, Contents, contents_of
from kmsmock.domain.cluster_state import GONE

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def begin(
        self, change: Literal["backup creation"], now: datetime, deed: Callable[[datetime], None]
    ) -> None:
        """Have a slow change ended by its deed."""

    def do_after(self, now: datetime, delay: timedelta, deed: Callable[[datetime], None]) -> None:
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

    def finish(at: datetime) -> None:
        backup.finish_creation()
        keep_retention(cluster, timetable, at)

    timetable.begin("backup creation", now, finish)
    look_when_too_old(backup, cluster, timetable, now)
    return backup


def begin_daily_backups(
    region: Region, cluster: Cluster, timetable: Timetable, now: datetime
) -> None:
    """Make the backup of a cluster that has become ACTIVE, and from then on one each day."""
    begin_backup(region, cluster, timetable, now)

    def each_day(at: datetime) -> None:
        if cluster.state in GONE:
            return
        if cluster.active_hsms():
            begin_backup(region, cluster, timetable, at)
        timetable.do_after(at, DAY, each_day)

    timetable.do_after(now, DAY, each_day)


def latest_contents(cluster: Cluster) -> Contents | None:
    """Give what the latest backup holds that is READY or soon will be; None without one."""
    for backup in reversed(cluster.backups):
        if backup.state in ("READY", "CREATE_IN_PROGRESS"):
            return backup.contents
    return None


def begin_deletion(
    backup: Backup, cluster: Cluster | None, timetable: Timetable, now: datetime
) -> None:
    """Leave a backup restorable for seven days, and delete it then.

    Args:
        cluster: the cluster that keeps it in its list; None for a copy.
    """
    backup.begin_deletion(now + RESTORABLE_FOR)

    def finish(at: datetime) -> None:
        if backup.finish_deletion(at) and cluster is not None:
            cluster.backups.remove(backup)

    timetable.do_after(now, RESTORABLE_FOR, finish)


def look_when_too_old(
    backup: Backup, cluster: Cluster, timetable: Timetable, now: datetime
) -> None:
    """Have the retention looked at when this backup will be too old for it."""
    end = backup.created + timedelta(days=cluster.backup_retention_days)
    timetable.do_after(
        now, max(end - now, timedelta()), lambda at: keep_retention(cluster, timetable, at)
    )


def keep_retention(cluster: Cluster, timetable: Timetable, now: datetime) -> None:
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
            begin_deletion(backup, cluster, timetable, now)
