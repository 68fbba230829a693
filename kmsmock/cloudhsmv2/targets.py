"""How an operation finds its cluster, its backup, or what it tags, and what it needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmsmock.domain.arn import parse_arn
from kmsmock.domain.backup import Backup
from kmsmock.errors.cloudhsmv2 import (
    CloudHsmAccessDeniedException,
    CloudHsmInvalidRequestException,
    CloudHsmResourceNotFoundException,
)

if TYPE_CHECKING:
    from kmsmock.call import Call
    from kmsmock.domain.backup import BackupStates
    from kmsmock.domain.cluster import Cluster
    from kmsmock.domain.cluster_state import ClusterStates
    from kmsmock.domain.region import Region


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """The cluster that a member of the request names by its id."""

    member: str
    action: str
    states: ClusterStates

    def find(self, call: Call) -> Cluster:
        """Look the cluster up among those of the caller's account and Region.

        Raises:
            CloudHsmResourceNotFoundException: there is none, or it was deleted.
        """
        return find_cluster(call.region, str(call.request[self.member]))

    def check(self, call: Call, cluster: Cluster) -> None:
        """Refuse a cluster in another state.

        Raises:
            CloudHsmInvalidRequestException: the text is assumed.
        """
        if cluster.state not in self.states:
            raise CloudHsmInvalidRequestException(
                f"Cluster '{cluster.cluster_id}' is in state {cluster.state}, which does not "
                f"allow {call.operation}."
            )


@dataclass(frozen=True, slots=True)
class BackupTarget:
    """The backup of the caller's account that `BackupId` names."""

    action: str
    states: BackupStates

    def find(self, call: Call) -> Backup:
        """Look the backup up among those of the caller's account and Region.

        Raises:
            CloudHsmResourceNotFoundException: there is none, or it was deleted for good.
        """
        return find_backup(call.region, str(call.request["BackupId"]))

    def check(self, call: Call, backup: Backup) -> None:
        """Refuse a backup in another state.

        Raises:
            CloudHsmInvalidRequestException: as `require_backup_state`.
        """
        require_backup_state(call, backup, self.states)


@dataclass(frozen=True, slots=True)
class PolicyTarget:
    """The backup that `ResourceArn` names; no other resource has a resource policy.

    The model requires no member: the service does (cloudhsmv2.md section 5.1).
    """

    action: str
    states: BackupStates

    def find(self, call: Call) -> Backup:
        """Look the backup up. The texts are assumed.

        Raises:
            CloudHsmInvalidRequestException: no ARN, or that of a cluster or an HSM.
            CloudHsmAccessDeniedException: it is another account's, or would be.
            CloudHsmResourceNotFoundException: there is none in the Region.
        """
        text = call.request.get("ResourceArn")
        if text is None:
            raise CloudHsmInvalidRequestException("ResourceArn is a required argument.")
        arn = parse_arn(str(text))
        if arn is None or not arn.resource.startswith("backup/"):
            raise CloudHsmInvalidRequestException(
                f"Resource policies are supported on backups only, not on '{text}'."
            )
        if arn.account != call.caller.account_id:
            raise denied(call, self.action)
        if arn.region != call.region.name:
            raise not_found(f"Backup '{text}'")
        return find_backup(call.region, arn.resource.partition("/")[2])

    def check(self, call: Call, backup: Backup) -> None:
        """Refuse a backup in another state.

        Raises:
            CloudHsmInvalidRequestException: as `require_backup_state`.
        """
        require_backup_state(call, backup, self.states)


@dataclass(frozen=True, slots=True)
class TaggedTarget:
    """The cluster or backup that `ResourceId` names, in whatever state."""

    action: str

    def find(self, call: Call) -> Cluster | Backup:
        """Look it up in the caller's account and Region.

        Raises:
            CloudHsmResourceNotFoundException: there is none, or it was deleted.
        """
        resource_id = str(call.request["ResourceId"])
        if resource_id.startswith("backup-"):
            return find_backup(call.region, resource_id)
        return find_cluster(call.region, resource_id)

    def check(self, call: Call, resource: Cluster | Backup) -> None:
        """Take it in every state."""


def find_cluster(region: Region, cluster_id: str) -> Cluster:
    """Look a cluster up.

    Raises:
        CloudHsmResourceNotFoundException: there is none, or it was deleted. Assumed: a
            deleted cluster, which DescribeClusters shows, is not found by other operations.
    """
    cluster = region.clusters.get(cluster_id)
    if cluster is None or cluster.state == "DELETED":
        raise not_found(f"Cluster '{cluster_id}'")
    return cluster


def find_backup(region: Region, backup_id: str) -> Backup:
    """Look a backup up.

    Raises:
        CloudHsmResourceNotFoundException: there is none, or it was deleted for good. Assumed:
            a deleted backup is not found, as a deleted cluster.
    """
    backup = region.backups.get(backup_id)
    if backup is None or backup.state == "DELETED":
        raise not_found(f"Backup '{backup_id}'")
    return backup


def require_backup_state(call: Call, backup: Backup, states: BackupStates) -> None:
    """Refuse a backup in another state.

    Raises:
        CloudHsmInvalidRequestException: the text is assumed.
    """
    if backup.state not in states:
        raise CloudHsmInvalidRequestException(
            f"Backup '{backup.backup_id}' is in state {backup.state}, which does not allow "
            f"{call.operation}."
        )


def not_found(what: str) -> CloudHsmResourceNotFoundException:
    """Give the error for something that is not there; the text is assumed."""
    return CloudHsmResourceNotFoundException(f"{what} does not exist.")


def denied(call: Call, action: str) -> CloudHsmAccessDeniedException:
    """Give the error for what belongs to another account; the text is assumed."""
    return CloudHsmAccessDeniedException(
        f"User: {call.caller.arn} is not authorized to perform: {action}"
    )


def cluster_named_by(member: str, action: str, states: ClusterStates) -> ClusterTarget:
    """Declare that a member names a cluster, which must be in one of these states."""
    return ClusterTarget(member, action, states)
