"""A backup of a cluster: its users, keys and certificates as they were.

Source: https://docs.aws.amazon.com/cloudhsm/latest/userguide/manage-backups.html, as cloudhsmv2.md
section 5 has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kmsmock.domain.crypto_user import CryptoUser

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.cluster_state import HsmType, Mode
    from kmsmock.domain.crypto_user import UserRecord
    from kmsmock.domain.hsm import Hsm
    from kmsmock.domain.hsm_key import HsmKey, KeyNumbers

BackupState = Literal["CREATE_IN_PROGRESS", "READY", "DELETED", "PENDING_DELETION"]
BackupStates = frozenset[BackupState]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a cluster's HSMs hold at one time; nothing of it changes.

    Two backups with no change between them share one.

    Attributes:
        users: by name.
        keys: by key reference.
    """

    certificate: str | None
    trust_anchor: str | None
    users: Mapping[str, UserRecord]
    keys: Mapping[str, HsmKey]
    key_numbers: KeyNumbers


@dataclass(frozen=True, slots=True)
class CopySource:
    """Where a copy in this Region comes from."""

    region_name: str
    backup_id: str
    copied: datetime


@dataclass(eq=False, slots=True)
class Backup:
    """A backup.

    Attributes:
        cluster_id: the cluster that was backed up; for a copy that of its source.
        created: when; for a copy that of its source.
        contents: None once it is deleted for good.
        never_expires: exempt from the cluster's retention.
        source: for a copy, which no retention removes.
        delete_at: when it is deleted for good; only in PENDING_DELETION.
        policy: its resource policy, as it was put.
        share_promoted: what the policy shares was promoted to a standard RAM resource share.
    """

    backup_id: str
    arn: str
    account_id: str
    cluster_id: str
    created: datetime
    hsm_type: HsmType
    mode: Mode
    contents: Contents | None = field(repr=False)
    tags: dict[str, str] = field(default_factory=dict)
    source: CopySource | None = None
    state: BackupState = "CREATE_IN_PROGRESS"
    never_expires: bool = False
    delete_at: datetime | None = None
    policy: str | None = None
    share_promoted: bool = False

    def require_contents(self) -> Contents:
        """Give what is in a backup that is not deleted for good."""
        assert self.contents is not None
        return self.contents

    def finish_creation(self) -> None:
        """Become READY."""
        if self.state == "CREATE_IN_PROGRESS":
            self.state = "READY"

    def begin_deletion(self, delete_at: datetime) -> None:
        """Wait for deletion, restorable until then."""
        self.state = "PENDING_DELETION"
        self.delete_at = delete_at

    def restore(self) -> None:
        """Be READY again."""
        self.state = "READY"
        self.delete_at = None

    def finish_deletion(self, at: datetime) -> bool:
        """Go for good, unless it was restored; tell whether it did. Its entry stays, DELETED."""
        if self.delete_at is None or self.delete_at > at:
            return False
        self.state = "DELETED"
        self.delete_at = None
        self.contents = None
        return True


def contents_of(cluster: Cluster) -> Contents:
    """Take down what a cluster's HSMs hold; with no change since its last backup, that one's."""
    contents = Contents(
        cluster.certificate,
        cluster.trust_anchor,
        {name: user.record() for name, user in cluster.users.items()},
        dict(cluster.keys),
        cluster.key_numbers,
    )
    last = cluster.backups[-1].contents if cluster.backups else None
    return last if last == contents and last is not None else contents


def restore_into(cluster: Cluster, contents: Contents) -> None:
    """Let a cluster without HSMs have what a backup of it, or of its history, holds.

    Who is logged in as a user that is as it was stays so.
    """
    cluster.certificate = contents.certificate
    cluster.trust_anchor = contents.trust_anchor
    living = cluster.users
    cluster.users = {
        name: living[name]
        if name in living and living[name].record() == record
        else CryptoUser.of(record)
        for name, record in contents.users.items()
    }
    cluster.keys = dict(contents.keys)
    cluster.key_numbers = contents.key_numbers


def restore_onto(cluster: Cluster, hsm: Hsm, contents: Contents) -> None:
    """Let a new HSM have the users of the backup that was restored onto it.

    Keys follow what was changed since; users do not: who was made since is missing from the new
    HSM, who was deleted since is on that one only.
    """
    for name in cluster.users.keys() - contents.users.keys():
        cluster.users[name].missing_from.add(hsm.hsm_id)
    for name in contents.users.keys() - cluster.users.keys():
        user = CryptoUser.of(contents.users[name])
        user.missing_from.update(cluster.hsms.keys() - {hsm.hsm_id})
        cluster.users[name] = user
